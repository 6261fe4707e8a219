//! Each way in which a list or a column can be wrong, one named test each, and the way back from a stolen status key.

use postern_core::repository;
use postern_core::status::Column;
use postern_core::time::Time;
use postern_core::trust::{ContentPin, DocumentKind, StatusFile, StatusKind, Trust};

use crate::common::*;
use crate::offer::*;

use DocumentKind::{Column as COLUMN, Status as STATUS};

/// What a new gate says to an offer of this file as east's list of version 1.
#[track_caller]
fn list_rejected(file: Vec<u8>, reason: &str) {
    rejected(Offer::new(1, listed(1)).list_as(file, 1).take(&fresh()), STATUS, reason);
}

/// The same for a column of the values 1 and 2.
#[track_caller]
fn column_rejected(file: Vec<u8>, reason: &str) {
    let offer = Offer::new(1, with_column(1)).list(1).column_as(file, 1, &[1, 2]);
    rejected(offer.take(&fresh()), COLUMN, reason);
}

fn column() -> Column {
    hours(1, made(1), &[1, 2])
}

fn gate() -> Trust {
    Offer::day_of_tests(5, &[5]).taken()
}

#[test]
fn the_files_that_the_others_change_are_good() {
    Offer::day(1).taken();
    let column = signed(column(), &["east-status"]);
    Offer::new(1, with_column(1))
        .list(1)
        .column_as(column, 1, &[1, 2])
        .taken();
}

/// Whoever makes a snapshot pins nothing that a gate would not take for its signature or its content.
#[test]
fn an_entry_is_made_only_of_what_the_issuer_signed() {
    let offer = Offer::day_of_tests(2, &[1]).delta(1, 2);
    let pin = |kind, file: &[u8]| StatusFile::vouched(kind, file, &offer.pack.issuers[0], Time::MAX);
    for entry in &offer.pins {
        let file = &offer.tree[&repository::status_path(entry)];
        assert_eq!(pin(entry.kind, file).as_ref(), Ok(entry));
        let last = file.len() - 1;
        assert!(pin(entry.kind, &[&file[..last], &[file[last] ^ 1]].concat()).is_err());
        for other in [StatusKind::Column, StatusKind::Delta, StatusKind::Status] {
            assert_eq!(pin(other, file).is_ok(), other == entry.kind);
        }
    }
    let strangers = token("west-status", "east", 1, made(1), &content(1));
    rejected(pin(StatusKind::Status, &strangers), STATUS, "under-signed");
    let late = token("east-status", "east", 1, MADE.plus(366 * DAY), &content(1));
    rejected(pin(StatusKind::Status, &late), STATUS, "under-signed");
    rejected(
        pin(StatusKind::Column, &signed(column(), &["east-code"])),
        COLUMN,
        "under-signed",
    );
    let delta = delta_of("east", (1, &content(1)), (2, &content(2)), made(2));
    rejected(
        pin(StatusKind::Delta, &signed(delta, &["snapshot"])),
        DocumentKind::Delta,
        "under-signed",
    );
    let bomb = Column {
        zlib: deflate(&vec![0; 64 << 20]),
        ..column()
    };
    rejected(
        pin(StatusKind::Column, &signed(bomb, &["east-status"])),
        COLUMN,
        "bad-content",
    );
}

#[test]
fn a_list_is_not_rolled_back() {
    let old = Offer::new(6, with_column(1)).list(4).tests(5, &[5]);
    rejected(old.take(&gate()), STATUS, "wrong-version");
}

#[test]
fn a_list_is_not_rolled_back_by_a_newer_pack() {
    let old = Offer::new(6, with_column(2)).list(4).tests(5, &[5]);
    rejected(old.take(&gate()), STATUS, "wrong-version");
}

#[test]
fn a_list_that_deltas_led_to_is_not_rolled_back() {
    let gate = Offer::day(3).delta(2, 3).take(&Offer::day(2).taken()).unwrap();
    let mut old = Offer::day(2);
    old.version = 4;
    rejected(old.take(&gate), STATUS, "wrong-version");
}

#[test]
fn a_column_is_not_rolled_back() {
    let old = Offer::new(6, with_column(1)).list(5).tests(4, &[4]);
    rejected(old.take(&gate()), COLUMN, "wrong-version");
}

#[test]
fn one_version_of_a_list_has_one_content() {
    let other = token("east-status", "east", 5, made(5), &content(6));
    let entry = list_entry("east", 5, &other, &content(6));
    let twin = Offer::new(6, with_column(1)).tests(5, &[5]).with(entry, other);
    rejected(twin.take(&gate()), STATUS, "conflicting-version");
}

#[test]
fn one_version_of_a_column_has_one_content() {
    let twin = Offer::new(6, with_column(1)).list(5).tests(5, &[6]);
    rejected(twin.take(&gate()), COLUMN, "conflicting-version");
}

#[test]
fn a_list_is_not_withheld() {
    let without = Offer::new(6, with_column(1)).tests(5, &[5]);
    rejected(without.take(&gate()), STATUS, "withheld");
}

#[test]
fn a_column_is_not_withheld() {
    rejected(Offer::new(6, with_column(1)).list(5).take(&gate()), COLUMN, "withheld");
}

#[test]
fn a_list_is_not_withheld_by_pinning_only_deltas() {
    let without = Offer::new(6, listed(1)).delta(5, 6);
    rejected(without.take(&Offer::day(5).taken()), STATUS, "withheld");
}

/// What the pack does not name any more is let go.
#[test]
fn what_no_issuer_names_is_no_longer_held() {
    let next = Offer::new(6, listed(2)).list(5).take(&gate()).unwrap();
    assert_eq!(next.status().iter().count(), 1);
    let next = Offer::new(7, pack(3)).take(&next).unwrap();
    assert_eq!(next.status().iter().count(), 0);
}

#[test]
fn a_file_of_another_size_is_not_taken() {
    for kind in [".status", ".column"] {
        let mut offer = Offer::day_of_tests(1, &[1]);
        let (_, file) = offer.tree.iter_mut().find(|(path, _)| path.ends_with(kind)).unwrap();
        file.push(0);
        let document = if kind == ".status" { STATUS } else { COLUMN };
        rejected(offer.take(&fresh()), document, "not-pinned");
    }
}

#[test]
fn a_size_that_is_not_the_files_is_not_taken() {
    let mut offer = Offer::day_of_tests(1, &[1]);
    offer.pins[0].size += 1;
    rejected(offer.take(&fresh()), COLUMN, "not-pinned");
    let mut offer = Offer::day(1);
    offer.pins[0].size += 1;
    rejected(offer.take(&fresh()), STATUS, "not-pinned");
}

#[test]
fn a_list_of_another_digest_is_not_taken() {
    let mut offer = Offer::day(1);
    offer.pins[0].sha256.0[31] ^= 1;
    rejected(offer.take(&fresh()), STATUS, "not-pinned");
}

#[test]
fn a_list_of_another_content_is_not_taken() {
    // Signed by the issuer, and pinned as a file; the snapshot names another content of the same size.
    list_rejected(token("east-status", "east", 1, made(1), &content(2)), "not-pinned");
}

#[test]
fn a_list_of_another_size_than_is_pinned_is_not_taken() {
    let longer = [&content(1)[..], &[0]].concat();
    list_rejected(token("east-status", "east", 1, made(1), &longer), "bad-content");
    list_rejected(
        token("east-status", "east", 1, made(1), &content(1)[1..]),
        "bad-content",
    );
}

#[test]
fn a_column_of_another_content_is_not_taken() {
    column_rejected(signed(hours(1, made(1), &[1, 3]), &["east-status"]), "not-pinned");
    column_rejected(signed(hours(1, made(1), &[1, 2, 3]), &["east-status"]), "not-pinned");
}

#[test]
fn a_list_of_another_name_is_not_taken() {
    list_rejected(token("east-status", "west", 1, made(1), &content(1)), "not-pinned");
}

#[test]
fn a_list_of_another_version_is_not_taken() {
    list_rejected(token("east-status", "east", 2, made(1), &content(1)), "not-pinned");
}

#[test]
fn a_column_of_another_name_list_or_version_is_not_taken() {
    let (list, name) = ("west".parse().unwrap(), "positive-test".parse().unwrap());
    for other in [
        Column { list, ..column() },
        Column {
            column: name,
            ..column()
        },
        Column { version: 2, ..column() },
    ] {
        column_rejected(signed(other, &["east-status"]), "not-pinned");
    }
}

#[test]
fn a_file_of_another_kind_is_not_taken() {
    list_rejected(signed(column(), &["east-status"]), "malformed-envelope");
    column_rejected(token("east-status", "east", 1, made(1), &[1, 2]), "malformed-envelope");
    let delta = delta_of("east", (1, &content(1)), (2, &content(2)), made(2));
    column_rejected(signed(delta, &["east-status"]), "wrong-type");
}

#[test]
fn a_list_by_a_code_key_is_not_taken() {
    list_rejected(token("east-code", "east", 1, made(1), &content(1)), "under-signed");
}

#[test]
fn a_list_by_another_issuers_status_key_is_not_taken() {
    list_rejected(token("west-status", "east", 1, made(1), &content(1)), "under-signed");
}

#[test]
fn a_list_by_the_snapshots_or_a_publishers_key_is_not_taken() {
    for signer in ["snapshot", "publisher-a", "root-a", "stranger"] {
        list_rejected(token(signer, "east", 1, made(1), &content(1)), "under-signed");
    }
}

#[test]
fn a_column_by_another_key_is_not_taken() {
    for signers in [&["east-code"][..], &["west-status", "snapshot", "stranger"], &[]] {
        column_rejected(signed(column(), signers), "under-signed");
    }
}

/// The status key's time, one second too late or too early for what is dated [`made`]`(1)`, and the last second that is
/// good.
#[test]
fn a_list_outside_its_keys_time_is_not_taken() {
    let with = |from: Time, until: Time| {
        let mut offer = Offer::day_of_tests(1, &[1]);
        let key = key_of(&mut offer.pack.issuers[0], "east-status");
        (key.from, key.until) = (from, until);
        offer
    };
    let (first, last) = (made(1), made(1));
    with(first, last).taken();
    rejected(with(first.plus(1), last.plus(9)).take(&fresh()), STATUS, "under-signed");
    let before = Time::saturating(last.seconds() as i64 - 1);
    rejected(with(MADE, before).take(&fresh()), STATUS, "under-signed");
}

#[test]
fn a_column_outside_its_keys_time_is_not_taken() {
    let mut offer = Offer::new(1, with_column(1)).list(1).tests(2, &[1]);
    key_of(&mut offer.pack.issuers[0], "east-status").until = Time::saturating(made(2).seconds() as i64 - 1);
    rejected(offer.take(&fresh()), COLUMN, "under-signed");
}

#[test]
fn a_list_dated_after_its_snapshot_is_not_taken() {
    list_rejected(
        token("east-status", "east", 1, now().plus(DAY + 1), &content(1)),
        "dated-ahead",
    );
    let within = token("east-status", "east", 1, now().plus(DAY), &content(1));
    Offer::new(1, listed(1)).list_as(within, 1).taken();
}

#[test]
fn a_column_dated_after_its_snapshot_is_not_taken() {
    let dated = hours(1, now().plus(DAY + 1), &[1, 2]);
    column_rejected(signed(dated, &["east-status"]), "dated-ahead");
}

/// Found by review: a list from a snapshot with a clock far ahead was kept under an honest one, and its date with it.
#[test]
fn a_list_that_is_held_is_not_kept_under_a_snapshot_of_long_before() {
    let mut far =
        Offer::new(1, listed(1)).list_as(token("east-status", "east", 1, now().plus(90 * DAY), &content(1)), 1);
    far.issued = now().plus(90 * DAY);
    let held = far.taken();
    let mut honest = far.clone();
    (honest.version, honest.issued) = (2, now());
    rejected(honest.take(&held), STATUS, "dated-ahead");
}

/// 64 MiB of zeros in 64 KiB, which the pin says are 16 bytes.
#[test]
fn a_list_that_inflates_without_end_is_not_taken() {
    let bomb = token("east-status", "east", 1, made(1), &vec![0; 64 << 20]);
    assert!(bomb.len() < 80 << 10);
    for size in [0, 16, 32 << 20] {
        let mut entry = list_entry("east", 1, &bomb, &vec![0; size]);
        let offer = |entry| Offer::new(1, listed(1)).with(entry, bomb.clone());
        rejected(offer(entry.clone()).take(&fresh()), STATUS, "bad-content");
        entry.content = Some(ContentPin(u64::MAX, entry.content.unwrap().1));
        rejected(offer(entry).take(&fresh()), STATUS, "too-large");
    }
}

#[test]
fn a_column_that_inflates_without_end_is_not_taken() {
    let bomb = Column {
        zlib: deflate(&vec![0; 64 << 20]),
        ..column()
    };
    column_rejected(signed(bomb, &["east-status"]), "bad-content");
}

/// What only a snapshot's key vouches for is not even inflated: the signature is what is wrong with it.
#[test]
fn a_bomb_that_no_issuer_signed_is_not_inflated() {
    list_rejected(
        token("snapshot", "east", 1, made(1), &vec![0; 64 << 20]),
        "under-signed",
    );
    let bomb = Column {
        zlib: deflate(&vec![0; 64 << 20]),
        ..column()
    };
    column_rejected(signed(bomb, &["snapshot"]), "under-signed");
}

/// Each byte of each file, with the pin of the file as it is then: only the signature, and what it covers, is left.
#[test]
fn no_flipped_bit_of_a_list_or_column_is_taken_whatever_the_snapshot_pins() {
    let small = [0b11_10_01_00, 9];
    let list = token("east-status", "east", 1, made(1), &small);
    let column = signed(column(), &["east-status"]);
    let take = |list: Vec<u8>, column: Vec<u8>| {
        let offer = Offer::new(1, with_column(1)).column_as(column, 1, &[1, 2]);
        offer.with(list_entry("east", 1, &list, &small), list).take(&fresh())
    };
    take(list.clone(), column.clone()).unwrap();
    for (i, bit) in (0..list.len()).flat_map(|i| [(i, 1), (i, 0x80)]) {
        let mut bad = list.clone();
        bad[i] ^= bit;
        let error = take(bad, column.clone()).expect_err("a list with a flipped bit");
        assert_eq!(error.document, STATUS, "byte {i}: {error}");
    }
    for (i, bit) in (0..column.len()).flat_map(|i| [(i, 1), (i, 0x80)]) {
        let mut bad = column.clone();
        bad[i] ^= bit;
        let error = take(list.clone(), bad).expect_err("a column with a flipped bit");
        assert_eq!(error.document, COLUMN, "byte {i}: {error}");
    }
}

/// The thief ran the version up, so that the honest list looks old. The pack that drops the key is the way back, also where
/// the thief dated the list within a time that the key keeps.
#[test]
fn a_stolen_status_key_ends_with_the_pack_that_drops_it() {
    let far = (1 << 53) - 1;
    let thief = Offer::new(2, listed(1)).list_as(token("east-status", "east", far, made(1), &content(far)), far);
    let held = thief.take(&Offer::day(1).taken()).unwrap();
    let honest = |pack| Offer::new(3, pack).list_as(token("east-status-2", "east", 2, made(2), &content(2)), 2);
    let mut adding = listed(2);
    add_status_key(&mut adding.issuers[0], "east-status-2");
    rejected(honest(adding.clone()).take(&held), STATUS, "wrong-version");
    let mut ending = adding.clone();
    key_of(&mut ending.issuers[0], "east-status").until = made(5);
    rejected(honest(ending).take(&held), STATUS, "wrong-version");

    let mut dropping = adding;
    drop_key(&mut dropping.issuers[0], "east-status");
    let recovered = honest(dropping.clone()).take(&held).unwrap();
    assert_eq!(recovered.status().list(&"east".parse().unwrap()).unwrap().version(), 2);
    assert_eq!(crate::offer::held(&recovered), content(2));
    // Until a new list is there the codes are referred, and nothing refuses the update.
    let between = Offer::new(3, dropping).take(&held).unwrap();
    assert_eq!(between.status().iter().count(), 0);
}
