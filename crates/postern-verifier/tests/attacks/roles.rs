//! Keys that sign what is not theirs, and too few of them.

use postern_core::keys::{Role, Signer};
use postern_core::repository::NEWEST;
use postern_core::trust::{Document, DocumentKind, FilePin, Pack, StatusKind};
use postern_core::{code, repository};

use crate::common::claims;
use crate::common::day::{Key, column_of, delta_of, list_of, statuses};
use crate::gate::Besieged;

/// Keys that the gate knows, each in its role: of the root 0 to 2, of the pack `Code` 0 and 1 and `Status` 0.
const KNOWN: [Key; 6] = [
    (Role::Code, 0),
    (Role::Code, 1),
    (Role::Publisher, 0),
    (Role::Root, 0),
    (Role::Snapshot, 0),
    (Role::Status, 0),
];

fn all_but(role: Role) -> impl Iterator<Item = Key> {
    KNOWN.into_iter().filter(move |key| key.0 != role)
}

#[test]
fn a_snapshot_is_signed_by_no_key_of_another_role() {
    let gate = Besieged::on_day(3);
    for key in all_but(Role::Snapshot) {
        gate.refuses_day(&gate.authority.day(4).signed_by(&[key]), "under-signed", "snapshot");
    }
    let all: Vec<_> = all_but(Role::Snapshot).collect();
    gate.refuses_day(&gate.authority.day(4).signed_by(&all), "under-signed", "snapshot");
}

#[test]
fn a_pack_is_signed_by_no_key_of_another_role() {
    let gate = Besieged::on_day(3);
    let mut day = gate.authority.day(4);
    day.pack.version = 2;
    // One publisher's key is right, and one is too few.
    let all: Vec<_> = KNOWN
        .into_iter()
        .filter(|key| key.0 != Role::Publisher)
        .chain([(Role::Publisher, 0)])
        .collect();
    gate.refuses_day(&day.clone().published_by(&all), "under-signed", "pack");
    for role in [Role::Status, Role::Snapshot, Role::Code, Role::Root] {
        let two = day.clone().published_by(&[(role, 0), (role, 1)]);
        gate.refuses_day(&two, "under-signed", "pack");
    }
}

#[test]
fn a_root_is_signed_by_no_key_of_another_role() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let mut day = a.day(4);
    day.root = 2;
    for role in [Role::Publisher, Role::Snapshot, Role::Status, Role::Code] {
        day.roots = vec![
            a.root(1),
            a.sign(a.root_payload(2), &[(role, 0), (role, 1), (Role::Root, 0)]),
        ];
        gate.refuses_day(&day, "under-signed", "root");
    }
}

#[test]
fn a_list_is_signed_by_no_key_of_another_role() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    for key in all_but(Role::Status) {
        let list = a.list(key, 4, a.made.plus(4), &statuses(4));
        let day = a.day(4).without(StatusKind::Delta).with(list);
        gate.refuses_day(&day, "under-signed", "status");
    }
}

#[test]
fn a_column_is_signed_by_no_key_of_another_role() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    for key in all_but(Role::Status) {
        let column = a.column(key, 4, a.made.plus(4), &a.tests(4));
        gate.refuses_day(&a.day(4).with(column), "under-signed", "column");
    }
}

/// The whole list is taken in the place of such a delta; where there is none, nothing is.
#[test]
fn a_delta_is_signed_by_no_key_of_another_role() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    // A list of the thief's making, in which nobody is revoked, under the honest pin.
    for key in all_but(Role::Status) {
        for result in [statuses(0), statuses(4)] {
            let delta = a.delta(key, (3, &statuses(3)), (4, &result), a.made.plus(4));
            let mut files = a.day(4).with(delta).repository();
            files.0.remove("status/east/4.status");
            gate.refuses_files(&files, "update-incomplete", None);
        }
    }
    let delta = a.delta(
        (Role::Snapshot, 0),
        (3, &statuses(3)),
        (4, &statuses(4)),
        a.made.plus(4),
    );
    gate.takes(&a.day(4).with(delta));
    gate.is_on_day(4);
}

#[test]
fn a_list_is_signed_by_no_other_issuer() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let west = (Role::Status, 1);
    let mut day = a.day(4);
    day.pack.version = 2;
    let keys = &mut day.pack.issuers[1].keys;
    keys.push(a.issuer_key(west));
    keys.sort_by_key(|key| key.key);
    gate.takes(&day);
    let made = a.made.plus(5);
    let mut today = a.day(5);
    today.pack = day.pack;
    let list = a.list(west, 5, made, &statuses(0));
    gate.refuses_day(
        &today.clone().without(StatusKind::Delta).with(list),
        "under-signed",
        "status",
    );
    // Nor does a list of another name stand for east's, whoever signed it.
    for (key, reason) in [(west, "under-signed"), ((Role::Status, 0), "not-pinned")] {
        let mut named = a.list_named("west", key, 5, made, &statuses(0));
        named.entry.list = "east".parse().unwrap();
        let named = today.clone().without(StatusKind::Delta).with(named);
        gate.refuses_day(&named, reason, "status");
    }
    let column = a.column(west, 5, made, &a.tests(0));
    gate.refuses_day(&today.with(column), "under-signed", "column");
}

/// A code by the key that signs lists, which may stand on another machine.
#[test]
fn a_code_is_signed_by_no_key_of_another_role() {
    let gate = Besieged::on_day(3);
    let codes: Vec<_> = all_but(Role::Code)
        .map(|(role, n)| {
            let key = gate.authority.key(role, n);
            code::mint(&key, key.public().kid(), &claims(1)).unwrap()
        })
        .collect();
    for verdict in gate.verdicts(&codes) {
        assert_eq!(verdict, "refer unknown-issuer");
    }
}

/// What the right key signed is good in its own place only.
#[test]
fn one_kind_of_file_does_not_stand_for_another() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let day = a.day(4);
    let file = |kind| {
        day.files
            .iter()
            .find(|other| other.entry.kind == kind)
            .unwrap()
            .file
            .clone()
    };
    let [column, delta, list] = [StatusKind::Column, StatusKind::Delta, StatusKind::Status].map(file);
    let hours = a.tests(4).1;
    for (bytes, reason) in [(&delta, "wrong-type"), (&list, "malformed-envelope")] {
        let day = day.clone().with(column_of(bytes.clone(), 4, &hours));
        gate.refuses_day(&day, reason, "column");
    }
    for bytes in [&column, &delta] {
        let day = day.clone().without(StatusKind::Delta);
        let day = day.with(list_of(bytes.clone(), 4, statuses(4).bytes()));
        gate.refuses_day(&day, "malformed-envelope", "status");
    }
    for bytes in [column, list] {
        let mut files = day.clone().with(delta_of(bytes, 3, 4)).repository();
        files.0.remove("status/east/4.status");
        gate.refuses_files(&files, "update-incomplete", None);
    }
    let mut files = day.repository();
    files.set(NEWEST, files.0["pack/1.pack"].clone());
    gate.refuses_files(&files, "wrong-type", Some("snapshot"));
}

/// A document with the one signature that is on it, twice.
fn twice(signed: &[u8]) -> Vec<u8> {
    let draft = {
        let pack = Document::<Pack>::parse(signed).unwrap();
        Document::draft(pack.into_payload()).to_bytes()
    };
    // A draft ends with an array of no signatures.
    let (head, empty) = draft.split_at(draft.len() - 1);
    assert_eq!(
        (empty, &signed[..head.len()], signed[head.len()]),
        (&[0x80][..], head, 0x81)
    );
    let entry = &signed[head.len() + 1..];
    [head, &[0x82], entry, entry].concat()
}

#[test]
fn two_signatures_by_one_key_are_one() {
    let gate = Besieged::on_day(3);
    let mut day = gate.authority.day(4).published_by(&[(Role::Publisher, 0)]);
    day.pack.version = 2;
    let pack = twice(&day.signed_pack());
    assert_eq!(
        Document::<Pack>::parse(&pack).unwrap().signatures().len(),
        2,
        "a reader sees two"
    );
    let mut snapshot = day.snapshot();
    snapshot.pack = FilePin::of(&pack, 2);
    let mut files = day.repository();
    files.set(&repository::path(DocumentKind::Pack, 2), pack);
    files.set(NEWEST, gate.authority.sign(snapshot, &day.signers));
    gate.refuses_files(&files, "under-signed", Some("pack"));
}

#[test]
fn a_threshold_is_met_or_nothing_is_taken() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let mut day = a.day(4);
    day.pack.version = 2;
    for publishers in [
        &[][..],
        &[(Role::Publisher, 0)],
        &[(Role::Publisher, 1), (Role::Publisher, 2)],
    ] {
        gate.refuses_day(&day.clone().published_by(publishers), "under-signed", "pack");
    }
    gate.refuses_day(&a.day(4).signed_by(&[]), "under-signed", "snapshot");
    // A root needs the threshold of the one before, and its own.
    let second = |signers: &[Key]| {
        let mut root = a.root_payload(2);
        root.roles.root = a.these(&[(Role::Root, 2), (Role::Root, 3), (Role::Root, 4)]);
        let mut day = a.day(4);
        day.root = 2;
        day.roots.push(a.sign(root, signers));
        day
    };
    let [old, kept, new, newer] = [(Role::Root, 0), (Role::Root, 2), (Role::Root, 3), (Role::Root, 4)];
    for signers in [&[old, kept][..], &[old, kept, new], &[kept, new, newer]] {
        gate.refuses_day(&second(signers), "under-signed", "root");
    }
    gate.takes(&second(&[old, kept, new, newer]));
    gate.is_on_day(4);
}
