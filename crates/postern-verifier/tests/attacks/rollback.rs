//! Older files that were signed by who should, files of two days, and versions that were run up.

use postern_core::keys::Role;
use postern_core::trust::{MAX_VERSION, StatusKind};

use crate::common::day::{Key, column_of, delta_of, list_of, set_keys, statuses};
use crate::common::{Authority, Repository};
use crate::gate::Besieged;

const STATUS: Key = (Role::Status, 0);
const NEW_STATUS: Key = (Role::Status, 1);
const NEW_SNAPSHOT: Key = (Role::Snapshot, 1);

#[test]
fn a_snapshot_is_not_rolled_back() {
    let gate = Besieged::on_day(3);
    gate.refuses_day(&gate.authority.day(2), "wrong-version", "snapshot");
    let other = gate.authority.day(3).without(StatusKind::Delta);
    gate.refuses_day(&other, "conflicting-version", "snapshot");
}

#[test]
fn a_pack_is_not_rolled_back() {
    let gate = Besieged::on_day(2);
    let mut newer = gate.authority.day(3);
    newer.pack.version = 2;
    gate.takes(&newer);
    gate.refuses_day(&gate.authority.day(4), "wrong-version", "pack");
    let mut other = newer.at(4);
    other.pack.issuers.pop();
    gate.refuses_day(&other, "conflicting-version", "pack");
}

/// Also with the newer number on it, and with nothing in its place.
#[test]
fn a_list_is_not_rolled_back() {
    let gate = Besieged::on_day(3);
    let (a, today) = (&gate.authority, gate.authority.day(4));
    let older = a.list(STATUS, 2, a.made.plus(2), &statuses(2));
    gate.refuses_day(&today.clone().with(older.clone()), "wrong-version", "status");
    let renamed = list_of(older.file, 4, statuses(2).bytes());
    let renamed = today.without(StatusKind::Delta).with(renamed);
    gate.refuses_day(&renamed, "not-pinned", "status");
    let other = a.list(STATUS, 3, a.made.plus(3), &statuses(2));
    gate.refuses_day(&a.day(3).at(4).with(other), "conflicting-version", "status");
    let withheld = a.day(3).at(4).without(StatusKind::Status);
    gate.refuses_day(&withheld, "withheld", "status");
}

#[test]
fn a_column_is_not_rolled_back() {
    let gate = Besieged::on_day(3);
    let (a, today) = (&gate.authority, gate.authority.day(4));
    let older = a.column(STATUS, 2, a.made.plus(2), &a.tests(2));
    gate.refuses_day(&today.clone().with(older.clone()), "wrong-version", "column");
    let renamed = column_of(older.file, 4, &a.tests(2).1);
    gate.refuses_day(&today.with(renamed), "not-pinned", "column");
    let other = a.column(STATUS, 3, a.made.plus(3), &a.tests(2));
    gate.refuses_day(&a.day(3).at(4).with(other), "conflicting-version", "column");
    let withheld = a.day(3).at(4).without(StatusKind::Column);
    gate.refuses_day(&withheld, "withheld", "column");
}

/// A delta of an earlier day leads nowhere: the whole list is taken, and where there is none, nothing.
#[test]
fn an_older_delta_is_not_replayed() {
    let gate = Besieged::on_day(3);
    let (a, today) = (&gate.authority, gate.authority.day(4));
    let (two, three) = (statuses(2), statuses(3));
    let replayed = a.delta(STATUS, (2, &two), (3, &three), a.made.plus(3)).file;
    // The right numbers and result, made from the list of another day.
    let elsewhere = a.delta(STATUS, (3, &two), (4, &statuses(4)), a.made.plus(4)).file;
    let today = |file| today.clone().with(delta_of(file, 3, 4));
    for file in [replayed, elsewhere.clone()] {
        let mut files = today(file).repository();
        files.0.remove("status/east/4.status");
        gate.refuses_files(&files, "update-incomplete", None);
    }
    gate.takes(&today(elsewhere));
    gate.is_on_day(4);
}

/// The snapshot's key has changed with root 2, the root's keys with root 3.
#[test]
fn a_root_is_not_rolled_back() {
    let gate = Besieged::on_day(1);
    let a = &gate.authority;
    let new = a.these(&[NEW_SNAPSHOT]);
    let two = a
        .day(2)
        .with_root(|root| root.roles.snapshot = new.clone())
        .signed_by(&[NEW_SNAPSHOT]);
    gate.takes(&two);
    gate.refuses_day(&a.day(3), "under-signed", "snapshot");
    let mut renewed = a.root_payload(3);
    (renewed.roles.snapshot, renewed.roles.root) = (new, a.these(&[(Role::Root, 4)]));
    let renewed = a.sign(renewed, &[(Role::Root, 0), (Role::Root, 1), (Role::Root, 4)]);
    let mut three = two.at(3);
    three.roots.push(renewed);
    three.root = 3;
    gate.takes(&three);
    // Who held the root before has no say in what follows.
    gate.refuses_day(&three.clone().with_root(|_| ()).at(4), "under-signed", "root");
    // An earlier root under a later name, and a medium that knows no later one.
    let mut unaware = three.clone().at(5);
    unaware.roots.truncate(1);
    three.roots.push(three.roots[0].clone());
    for day in [three.at(4), unaware.clone()] {
        gate.takes(&day);
        assert_eq!(gate.version("root"), 3);
    }
    // A snapshot that knows more roots than came.
    unaware.root = 4;
    gate.refuses_day(&unaware.at(6), "wrong-version", "root");
}

#[test]
fn files_of_two_days_are_not_mixed() {
    let gate = Besieged::on_day(3);
    let of = |n: u64| {
        let mut day = gate.authority.day(n);
        day.pack.version = n;
        day
    };
    let (earlier, later) = (of(4).repository(), of(5).repository());
    let mixed = |pairs: &[(&str, &str)]| {
        let mut files = later.clone();
        for (to, from) in pairs {
            files.set(to, earlier.0[*from].clone());
        }
        files
    };
    let bundle = |files: &Repository| gate.gate.file("mixed", &files.bundle());
    let pack = mixed(&[("pack/5.pack", "pack/4.pack")]);
    gate.refuses_files(&pack, "not-pinned", Some("pack"));
    let list = mixed(&[
        ("status/east/5.status", "status/east/4.status"),
        ("status/east/4-5.delta", "status/east/3-4.delta"),
    ]);
    let column = mixed(&[(
        "status/east/negative-test/5.column",
        "status/east/negative-test/4.column",
    )]);
    for (name, files, document) in [("list", list, "status"), ("column", column, "column")] {
        gate.refuses(bundle(&files), "not-pinned", Some(document));
        gate.refuses(gate.publish(name, &files), "transport-not-pinned", None);
    }
    let snapshot = mixed(&[("newest.snapshot", "newest.snapshot")]);
    gate.refuses_files(&snapshot, "update-incomplete", None);
    gate.takes(&of(5));
    gate.is_on_day(5);
}

/// Who has the keys for an hour can run a version up, so that nothing honest is newer. A root that has other keys goes on
/// from where the authority is; a root that has more keys does not.
#[test]
fn a_snapshot_that_was_run_up_is_left_behind_with_its_key() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    gate.takes(&a.day(4).at(MAX_VERSION));
    gate.refuses_day(&a.day(5), "wrong-version", "snapshot");
    let added = a
        .day(5)
        .with_root(|root| root.roles.snapshot = a.keys(Role::Snapshot, 2, 1));
    gate.refuses_day(&added, "wrong-version", "snapshot");
    let rotated = a
        .day(5)
        .with_root(|root| root.roles.snapshot = a.these(&[NEW_SNAPSHOT]));
    let rotated = rotated.signed_by(&[NEW_SNAPSHOT]);
    gate.takes(&rotated);
    assert_eq!((gate.version("snapshot"), gate.version("root")), (5, 2));
    gate.refuses_day(&a.day(4).at(MAX_VERSION), "under-signed", "snapshot");
    gate.is_on_day(5);
}

/// The snapshot has a floor for the pack, too: both keys go.
#[test]
fn a_pack_that_was_run_up_is_left_behind_with_its_keys() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let mut stolen = a.day(4);
    stolen.pack.version = MAX_VERSION;
    gate.takes(&stolen);
    let mut today = a.day(5);
    today.pack.version = 2;
    gate.refuses_day(&today, "wrong-version", "pack");
    let publishers = [(Role::Publisher, 2), (Role::Publisher, 3)];
    let today = today.published_by(&publishers);
    let half = today
        .clone()
        .with_root(|root| root.roles.publisher = a.these(&publishers));
    gate.refuses_day(&half, "wrong-version", "pack");
    let rotated = today.with_root(|root| {
        root.roles.publisher = a.these(&publishers);
        root.roles.snapshot = a.these(&[NEW_SNAPSHOT]);
    });
    let rotated = rotated.signed_by(&[NEW_SNAPSHOT]);
    gate.takes(&rotated);
    assert_eq!((gate.version("pack"), gate.version("root")), (2, 2));
    gate.is_on_day(5);
}

/// A list's keys are in the pack.
#[test]
fn a_list_and_a_column_that_were_run_up_are_left_behind_with_their_key() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let run_up = |a: &Authority| {
        let list = a.list(STATUS, MAX_VERSION, a.made.plus(4), &statuses(4));
        let column = a.column(STATUS, MAX_VERSION, a.made.plus(4), &a.tests(4));
        a.day(4).without(StatusKind::Delta).with(list).with(column)
    };
    gate.takes(&run_up(a));
    gate.refuses_day(&a.day(5), "wrong-version", "status");
    let honest = |keys: &[Key]| {
        let list = a.list(NEW_STATUS, 5, a.made.plus(5), &statuses(5));
        let column = a.column(NEW_STATUS, 5, a.made.plus(5), &a.tests(5));
        let mut day = a.day(5).without(StatusKind::Delta).with(list).with(column);
        let keys = [(Role::Code, 0)].iter().chain(keys).map(|key| a.issuer_key(*key));
        set_keys(&mut day.pack, keys.collect());
        day.pack.version = 2;
        day
    };
    gate.refuses_day(&honest(&[STATUS, NEW_STATUS]), "wrong-version", "status");
    gate.takes(&honest(&[NEW_STATUS]));
    gate.is_on_day(5);
    // The old key's list under the new pack.
    let mut replay = run_up(a).at(6);
    replay.pack = honest(&[NEW_STATUS]).pack;
    gate.refuses_day(&replay, "under-signed", "status");
}
