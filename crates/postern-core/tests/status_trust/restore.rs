//! Lists and columns from a store, and what they do to the time floor.

use postern_core::status::Column;
use postern_core::text::Ident;
use postern_core::trust::{DocumentKind, StoredStatus, Trust, TrustError};
use postern_core::verdict::{Judge, Outcome, Reason};

use crate::common::*;
use crate::offer::*;

/// One row of a store.
#[derive(Clone, Debug)]
struct Row {
    list: Ident,
    column: Option<Ident>,
    file: Vec<u8>,
    content: Option<Vec<u8>>,
}

impl Row {
    fn stored(&self) -> StoredStatus<'_> {
        StoredStatus {
            list: &self.list,
            column: self.column.as_ref(),
            file: &self.file,
            content: self.content.as_deref(),
        }
    }
}

/// What a store keeps of a gate's lists and columns.
fn rows(trust: &Trust) -> Vec<Row> {
    let rows = trust.status().iter().map(|(list, column, held)| Row {
        list: list.clone(),
        column: column.cloned(),
        file: held.file().to_vec(),
        content: held.content().map(<[u8]>::to_vec),
    });
    rows.collect()
}

fn restore(trust: &Trust, rows: &[Row]) -> Result<Trust, TrustError> {
    let (root, snapshot, pack) = (trust.root(), trust.snapshot().unwrap(), trust.pack().unwrap());
    let stored: Vec<_> = rows.iter().map(Row::stored).collect();
    Trust::restore(
        &root.to_bytes(),
        Some((&snapshot.to_bytes(), &pack.to_bytes())),
        &stored,
    )
}

/// A gate with a list that came whole, and one with a list that a delta led to; both with a column.
fn gates() -> [Trust; 2] {
    let first = Offer::day_of_tests(1, &[1]).taken();
    let second = Offer::day_of_tests(2, &[2, 3]).delta(1, 2).take(&first).unwrap();
    [first, second]
}

/// What is held, in full.
fn all(trust: &Trust) -> String {
    let all = trust.status().iter();
    format!(
        "{:?}",
        all.map(|(list, column, held)| (list, column, held, held.digest()))
            .collect::<Vec<_>>()
    )
}

#[test]
fn lists_and_columns_come_back_as_they_were() {
    for gate in gates() {
        let rows = rows(&gate);
        let kinds: Vec<_> = rows
            .iter()
            .map(|row| (row.column.is_some(), row.content.is_some()))
            .collect();
        let by_delta = gate.snapshot().unwrap().payload().version == 2;
        assert_eq!(kinds, [(false, by_delta), (true, false)]);
        let back = restore(&gate, &rows).unwrap();
        assert_eq!(all(&back), all(&gate));
        assert_eq!((held(&back), back.time_floor()), (held(&gate), gate.time_floor()));
        assert!(
            restore(&gate, &rows.into_iter().rev().collect::<Vec<_>>()).is_ok(),
            "in any order"
        );
    }
}

/// What was restored follows the next day as what was never stored.
#[test]
fn what_came_back_goes_on() {
    for gate in gates() {
        let back = restore(&gate, &rows(&gate)).unwrap();
        let version = back.snapshot().unwrap().payload().version;
        let (next, asked) = Offer::day_of_tests(3, &[3]).delta(version, 3).asked(&back);
        assert_eq!(held(&next.unwrap()), content(3));
        assert_eq!(asked[0], format!("status/east/{version}-3.delta"));
        let old = Offer::new(9, with_column(1)).tests(9, &[1]);
        rejected(old.take(&back), DocumentKind::Status, "withheld");
    }
}

#[test]
fn no_edited_file_is_restored() {
    for gate in gates() {
        let rows = rows(&gate);
        for (at, row) in rows.iter().enumerate() {
            for i in 0..row.file.len() {
                let mut edited = rows.clone();
                edited[at].file[i] ^= 1;
                assert!(restore(&gate, &edited).is_err(), "row {at}, byte {i}");
            }
        }
    }
}

#[test]
fn no_edited_content_is_restored() {
    let [_, gate] = gates();
    let rows = rows(&gate);
    for i in 0..rows[0].content.as_ref().unwrap().len() {
        let mut edited = rows.clone();
        edited[0].content.as_mut().unwrap()[i] ^= 1;
        rejected(restore(&gate, &edited), DocumentKind::Delta, "not-pinned");
    }
    let mut longer = rows.clone();
    longer[0].content.as_mut().unwrap().push(0);
    rejected(restore(&gate, &longer), DocumentKind::Delta, "not-pinned");
    let mut lost = rows;
    lost[0].content = None;
    rejected(restore(&gate, &lost), DocumentKind::Status, "malformed-envelope");
}

/// Genuine files in the wrong place, or of another day.
#[test]
fn no_other_genuine_file_is_restored() {
    let [first, second] = gates();
    let (old, new) = (rows(&first), rows(&second));
    rejected(restore(&second, &old), DocumentKind::Status, "not-pinned");
    rejected(restore(&second, &old[1..]), DocumentKind::Column, "not-pinned");
    rejected(restore(&first, &new), DocumentKind::Delta, "not-pinned");
    rejected(restore(&first, &new[1..]), DocumentKind::Column, "not-pinned");
    let moved = |change: fn(&mut Row)| {
        let mut row = old[1].clone();
        change(&mut row);
        restore(&first, &[row]).unwrap_err().reason()
    };
    assert_eq!(moved(|row| row.list = "west".parse().unwrap()), "not-pinned");
    assert_eq!(moved(|row| row.column = Some("other".parse().unwrap())), "not-pinned");
    assert_eq!(moved(|row| row.column = None), "malformed-envelope");
    assert_eq!(moved(|row| row.content = Some(vec![1])), "wrong-type");
}

/// Files that the issuer did sign, but of which the snapshot names another: each differs from the pinned one in one thing.
#[test]
fn nothing_that_the_issuer_signed_besides_is_restored() {
    let [first, second] = gates();
    let (one, two) = (content(1), content(2));
    let restored = |gate: &Trust, at: usize, file: Vec<u8>| {
        let mut twin = rows(gate);
        twin[at].file = file;
        restore(gate, &twin).map(|_| ())
    };
    let list = |name, version, content: &[u8]| token("east-status", name, version, made(1), content);
    assert_eq!(restored(&first, 0, list("east", 1, &one)), Ok(()));
    for file in [list("west", 1, &one), list("east", 2, &one), list("east", 1, &two)] {
        rejected(restored(&first, 0, file), DocumentKind::Status, "not-pinned");
    }
    let column = |column| signed(column, &["east-status"]);
    assert_eq!(restored(&first, 1, column(hours(1, made(1), &[1]))), Ok(()));
    let other = "other".parse().unwrap();
    for twin in [
        hours(2, made(1), &[1]),
        hours(1, made(1), &[2]),
        Column {
            column: other,
            ..hours(1, made(1), &[1])
        },
    ] {
        rejected(restored(&first, 1, column(twin)), DocumentKind::Column, "not-pinned");
    }
    let delta = |list, version, content: &[u8]| {
        signed(delta_of(list, (1, &one), (version, content), made(2)), &["east-status"])
    };
    assert_eq!(restored(&second, 0, delta("east", 2, &two)), Ok(()));
    rejected(
        restored(&second, 0, delta("east", 2, &one)),
        DocumentKind::Delta,
        "not-pinned",
    );
    for file in [delta("west", 2, &two), delta("east", 3, &two)] {
        rejected(restored(&second, 0, file), DocumentKind::Status, "not-pinned");
    }
}

/// The documents of an offer, with what another gate's store had of lists and columns.
fn transplanted(offer: &Offer, rows: &[Row]) -> Result<Trust, TrustError> {
    let files = offer.files();
    let stored: Vec<_> = rows.iter().map(Row::stored).collect();
    Trust::restore(&first_root(), Some((&files.snapshot, &files.pack)), &stored)
}

/// What the issuer's keys of today do not answer for: whoever edits a store cannot bring it back.
#[test]
fn what_a_key_signed_that_the_pack_dropped_is_not_restored() {
    for (gate, kind) in gates().into_iter().zip([DocumentKind::Status, DocumentKind::Delta]) {
        let rows = rows(&gate);
        let mut offer = Offer::new(3, with_column(2));
        offer.pins = gate.snapshot().unwrap().payload().files.clone();
        assert_eq!(transplanted(&offer, &rows).map(|trust| all(&trust)), Ok(all(&gate)));
        drop_key(&mut offer.pack.issuers[0], "east-status");
        rejected(transplanted(&offer, &rows), kind, "under-signed");
        rejected(transplanted(&offer, &rows[1..]), DocumentKind::Column, "under-signed");
    }
}

#[test]
fn what_is_dated_after_its_snapshot_is_not_restored() {
    let mut far = Offer::new(1, with_column(1));
    far.issued = now().plus(90 * DAY);
    let far = far
        .list_as(token("east-status", "east", 1, now().plus(DAY + 1), &content(1)), 1)
        .column_as(signed(hours(1, now().plus(DAY + 1), &[1]), &["east-status"]), 1, &[1]);
    let rows = rows(&far.taken());
    let mut honest = far.clone();
    honest.issued = now().plus(1);
    assert!(transplanted(&honest, &rows).is_ok());
    honest.issued = now();
    rejected(transplanted(&honest, &rows), DocumentKind::Status, "dated-ahead");
    rejected(transplanted(&honest, &rows[1..]), DocumentKind::Column, "dated-ahead");
}

#[test]
fn what_a_store_lacks_is_not_held() {
    for gate in gates() {
        let rows = rows(&gate);
        for lacking in 0..2 {
            let mut rest = rows.clone();
            rest.remove(lacking);
            let back = restore(&gate, &rest).unwrap();
            assert_eq!(back.status().iter().count(), 1);
            let verdict = Judge::new(back).unwrap().check(&code("east-code", 0), at(now()));
            expect(&verdict, Outcome::Refer, &[Reason::StatusUnknown]);
        }
        let none = restore(&gate, &[]).unwrap();
        assert_eq!(none.status().iter().count(), 0);
        // The next update brings it again, in the version that is pinned still.
        let version = gate.snapshot().unwrap().payload().version;
        let again = Offer::day_of_tests(version, if version == 1 { &[1] } else { &[2, 3] });
        let mut again = if version == 2 { again.delta(1, 2) } else { again };
        (again.version, again.issued) = (3, now().plus(DAY));
        let (taken, asked) = again.asked(&none);
        assert_eq!(held(&taken.unwrap()), content(version));
        assert_eq!(asked.len(), 2);
    }
}

#[test]
fn a_list_moves_the_floor_and_a_snapshot_does_not() {
    let before = Offer::new(1, listed(1)).taken();
    assert_eq!(before.time_floor(), MADE, "the snapshot is ten days later");
    let first = Offer::day(3).taken();
    assert_eq!(first.time_floor(), made(3));
    let second = Offer::day(5).delta(3, 5).take(&first).unwrap();
    assert_eq!(second.time_floor(), made(5), "by a delta too");
    // A pack that is later than the lists counts as before.
    let mut late = listed(1);
    (late.issued, late.expires) = (made(6), made(6).plus(90 * DAY));
    assert_eq!(Offer::new(1, late).list(2).taken().time_floor(), made(6));
}

/// A column says when its issuer made it, and moves no clock.
#[test]
fn a_column_does_not_move_the_floor() {
    let trust = Offer::new(1, with_column(1)).list(2).tests(9, &[1]).taken();
    assert_eq!(trust.time_floor(), made(2));
}
