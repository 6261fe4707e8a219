//! Stolen keys: what a thief can do with each of them, and how it ends.

use postern_core::code::Claims;
use postern_core::keys::Role;
use postern_core::time::Time;
use postern_core::trust::{FilePin, MAX_VERSION, StatusFile, StatusKind};

use crate::common::day::{Day, Key, list_of, set_keys, statuses};
use crate::common::{AT, Authority, DAY, MADE, claims};
use crate::gate::Besieged;
use crate::server::{Answer, Request, Server, serve};

const CODE: Key = (Role::Code, 0);
const STATUS: Key = (Role::Status, 0);
/// Keys of the thief's own making.
const THIEVES: [Key; 2] = [(Role::Code, 9), (Role::Status, 9)];

/// A pack in which the issuer east is the thief.
fn usurped(day: &Day) -> Day {
    let mut day = day.clone();
    day.pack.version = 2;
    set_keys(&mut day.pack, THIEVES.map(|key| day.authority.issuer_key(key)).to_vec());
    day
}

/// Whatever the key of snapshots signs, no code is admitted that was not before.
#[test]
fn a_stolen_snapshot_key_forges_nothing() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let made = a.made.plus(4);
    let held = a.day(3);

    // What he makes himself is not believed: each of these has an owner of its own.
    gate.refuses_day(
        &usurped(&a.day(4)).published_by(&[(Role::Snapshot, 0)]),
        "under-signed",
        "pack",
    );
    let root = a
        .day(4)
        .with_root(|root| root.roles.publisher = a.these(&[(Role::Snapshot, 0)]));
    let mut own = root.clone();
    own.roots[1] = a.sign(a.root_payload(2), &[(Role::Snapshot, 0)]);
    gate.refuses_day(&own, "under-signed", "root");
    for key in [(Role::Snapshot, 0), (Role::Status, 9)] {
        let nobody = a.list(key, 4, made, &statuses(0));
        gate.refuses_day(
            &a.day(4).without(StatusKind::Delta).with(nobody),
            "under-signed",
            "status",
        );
        let everybody = a.column(key, 4, made, &a.tests(0));
        gate.refuses_day(&a.day(4).with(everybody), "under-signed", "column");
    }
    // What others made long ago, he can pin; a gate that knows better does not take it.
    for file in a.day(2).files {
        let reason = match file.entry.kind {
            StatusKind::Column => "column",
            StatusKind::Status => "status",
            StatusKind::Delta => continue,
        };
        gate.refuses_day(&held.clone().at(4).with(file), "wrong-version", reason);
    }
    for kind in [StatusKind::Column, StatusKind::Status] {
        let document = if kind == StatusKind::Column { "column" } else { "status" };
        gate.refuses_day(&held.clone().at(4).without(kind), "withheld", document);
    }

    // What he can do: say again what was said, under any date, and with pins of nothing.
    let mut crowded = held.clone();
    for n in 0..500 {
        let mut pin = list_of(vec![], 1 + n, &[]);
        pin.entry.list = format!("list-{n:04}").parse().unwrap();
        crowded = crowded.with(pin);
    }
    let dates = [a.made, MADE.plus(40 * DAY), Time::MAX, Time::default()];
    let redated = dates.map(|issued| Day { issued, ..held.clone() });
    let mut said = vec![held.clone(), held.without(StatusKind::Delta), crowded];
    // Root and pack are dated, so a snapshot that is older than both by more than a day is none.
    gate.refuses_day(&redated[3].clone().at(4), "dated-ahead", "root");
    said.extend(redated.into_iter().take(3));
    let floor = gate.status_at(AT)["clock"]["floor"].clone();
    for (day, version) in said.into_iter().zip(4..) {
        gate.takes(&day.at(version));
        gate.is_on_day(3);
    }
    assert_eq!(gate.status_at(AT)["clock"]["floor"], floor, "time is not his");
    gate.takes(&a.day(4).at(MAX_VERSION));
    gate.is_on_day(4);
}

/// He withholds: the snapshot says that all is new, the list says how old it is.
#[test]
fn what_a_stolen_snapshot_key_withholds_is_graded_and_shown() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    for (i, (day, grade, verdict)) in [
        (1, "fresh", "admit"),
        (5, "aging", "refuse rule-not-met"),
        (20, "stale", "refuse rule-not-met"),
        (40, "refuse", "refer status-stale rule-not-met"),
    ]
    .into_iter()
    .enumerate()
    {
        let now = a.made.plus(day * DAY + 4);
        gate.takes(
            &Day {
                issued: now,
                ..a.day(3)
            }
            .at(4 + i as u64),
        );
        let status = gate.status_at(&now.to_string());
        assert_eq!(
            (&status["data"]["grade"], status["data"]["age"].as_u64()),
            (&"fresh".into(), Some(0))
        );
        for held in status["status"].as_array().unwrap() {
            assert_eq!(
                (&held["grade"], held["age"].as_u64()),
                (&grade.into(), Some(day * DAY + 1)),
                "{held}"
            );
        }
        assert_eq!(gate.verdicts_at(&now.to_string(), &[a.good()]), [verdict]);
        let shown = gate.gate.run("status", ["--at", &now.to_string()]);
        let word = if grade == "refuse" { "too old" } else { grade };
        let rows = shown
            .stdout
            .lines()
            .filter(|line| line.contains(word) && line.contains("east"))
            .count();
        assert!(rows >= 2, "list and column: {}", shown.stdout);
    }
}

/// A gate that was never updated has no floor but the keys: it believes a day that was, and no more.
#[test]
fn a_stolen_snapshot_key_shows_a_new_gate_an_old_day_and_nothing_else() {
    let gate = Besieged::on_day(0);
    let a = &gate.authority;
    gate.refuses_day(
        &usurped(&a.day(4)).published_by(&[(Role::Snapshot, 0)]),
        "under-signed",
        "pack",
    );
    gate.takes(
        &a.day(4)
            .without(StatusKind::Status)
            .without(StatusKind::Column)
            .without(StatusKind::Delta),
    );
    assert_eq!(gate.verdicts(&[a.good()]), ["refer status-unknown rule-not-met"]);
    gate.takes(&a.day(1).at(5));
    gate.is_on_day(1);
}

/// Lists that are pinned, and cut on their way, one after the other: each leaves a part.
#[test]
fn a_stolen_snapshot_key_does_not_fill_the_disk() {
    let gate = Besieged::on_day(3);
    for n in 4..12 {
        let list = list_of(vec![n as u8; 1 << 20], n, statuses(4).bytes());
        let files = gate
            .authority
            .day(4)
            .at(n)
            .without(StatusKind::Delta)
            .with(list)
            .repository();
        let server = Server::start(move |request: &Request| match &request.target[1..] {
            target if target.ends_with(".status") && request.range().is_none() => {
                serve(request, &files.0[target]).cut(1 << 19)
            }
            target if target.ends_with(".status") => Answer::new(503),
            target => files
                .0
                .get(target)
                .map_or(Answer::new(404), |file| serve(request, file)),
        });
        let done = gate.gate.run("update", ["--json", "--from", &server.url("")]);
        assert_eq!(done.status, 1, "{done:?}");
        assert_eq!(gate.spooled(), 1 << 19, "after {} lists", n - 3);
    }
    gate.is_on_day(3);
}

/// Two publishers sign: one key is none. The root takes it away, and nothing needs to be taken back.
#[test]
fn a_stolen_publisher_key_signs_no_pack_and_is_rotated() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let stolen = (Role::Publisher, 1);
    let [kept, new] = [(Role::Publisher, 0), (Role::Publisher, 2)];
    let pack = usurped(&a.day(4));
    // The snapshot's key is the thief's, too.
    for signers in [&[stolen][..], &[stolen, (Role::Snapshot, 0)]] {
        gate.refuses_day(&pack.clone().published_by(signers), "under-signed", "pack");
    }
    let rotated = |day: Day| day.with_root(|root| root.roles.publisher = a.these(&[kept, new]));
    let mut today = rotated(a.day(4).published_by(&[kept, new]));
    today.pack.version = 2;
    gate.takes(&today);
    gate.is_on_day(4);
    let mut old = rotated(usurped(&a.day(5)));
    old.pack.version = 3;
    for signers in [&[stolen][..], &[stolen, kept]] {
        gate.refuses_day(&old.clone().published_by(signers), "under-signed", "pack");
    }
}

/// Whoever has the threshold is the authority, until the root says otherwise.
#[test]
fn a_threshold_of_stolen_publisher_keys_ends_with_the_next_root() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let forged = a.code(9, &claims(1));
    let list = a.list(THIEVES[1], 4, a.made.plus(4), &statuses(0));
    let column = a.column(THIEVES[1], 4, a.made.plus(4), &a.tests(0));
    let taken = usurped(&a.day(4).without(StatusKind::Delta).with(list).with(column));
    gate.takes(&taken);
    assert_eq!(
        gate.verdicts(&[forged.clone(), a.good()]),
        ["admit", "refer unknown-issuer"]
    );
    let publishers = [(Role::Publisher, 2), (Role::Publisher, 3)];
    let snapshot = [(Role::Snapshot, 1)];
    let recovered = a
        .day(5)
        .published_by(&publishers)
        .signed_by(&snapshot)
        .with_root(|root| {
            root.roles.publisher = a.these(&publishers);
            root.roles.snapshot = a.these(&snapshot);
        });
    gate.takes(&recovered);
    gate.is_on_day(5);
    assert_eq!(gate.verdicts(&[forged]), ["refer unknown-issuer"]);
    gate.refuses_day(&taken.at(6), "under-signed", "snapshot");
}

/// The pack ends the key's time at the hour of the theft.
#[test]
fn what_a_stolen_code_key_signed_before_stays_good_and_the_rest_is_refused() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let theft = MADE.plus(3600);
    let minted = |n, issued: Time, index| {
        a.code(
            n,
            &Claims {
                issued,
                ..claims(index)
            },
        )
    };
    let before = [a.good(), minted(0, theft, 1)];
    let after = [minted(0, theft.plus(1), 1), minted(0, theft.plus(7200), 1)];
    assert_eq!(gate.verdicts(&after), ["admit", "admit"]);
    let ended = |n: u64, keys: &[Key]| {
        let mut day = a.day(n);
        day.pack.version = n;
        let mut keys: Vec<_> = [STATUS].iter().chain(keys).map(|key| a.issuer_key(*key)).collect();
        for key in keys.iter_mut().filter(|key| key.key == a.issuer_key(CODE).key) {
            key.until = theft;
        }
        set_keys(&mut day.pack, keys);
        day
    };
    gate.takes(&ended(4, &[CODE, (Role::Code, 3)]));
    assert_eq!(gate.verdicts(&before), ["admit", "admit"]);
    assert_eq!(gate.verdicts(&after), ["refuse key-out-of-validity"; 2]);
    assert_eq!(
        gate.verdicts(&[minted(3, theft.plus(7200), 1)]),
        ["admit"],
        "the new key"
    );
    gate.is_on_day(4);
    // A thief can date back. What he cannot have is an index that nobody else has.
    assert_eq!(
        gate.verdicts(&[minted(0, theft, crate::common::day::INDEXES)]),
        ["refer status-unknown rule-not-met"]
    );
    // Where that is not enough, the key goes, and with it all that it signed.
    gate.takes(&ended(5, &[(Role::Code, 3)]));
    assert_eq!(gate.verdicts(&before), ["refer unknown-issuer"; 2]);
    gate.refuses_day(&ended(4, &[CODE, (Role::Code, 3)]).at(6), "wrong-version", "pack");
}

/// In the repository's place, without the snapshot's key.
fn swapped(day: &Day, other: &Day) -> Vec<u8> {
    let (mut files, thieves) = (day.repository(), other.repository());
    for (path, file) in thieves.0.into_iter().filter(|(path, _)| path.starts_with("status/")) {
        files.set(&path, file);
    }
    files.bundle()
}

#[test]
fn a_stolen_status_key_reaches_no_gate_without_the_snapshot_and_is_ended() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let signed = |a: &Authority, n: u64, issued: Time, content: u64| {
        let list = a.list(STATUS, n, issued, &statuses(content));
        let column = a.column(STATUS, n, issued, &a.tests(content));
        a.day(n).without(StatusKind::Delta).with(list).with(column)
    };
    let bundle = swapped(&a.day(4), &signed(a, 4, a.made.plus(4), 0));
    let whole = swapped(&a.day(4).without(StatusKind::Delta), &signed(a, 4, a.made.plus(4), 0));
    for (bundle, document) in [(bundle, "column"), (whole, "status")] {
        gate.refuses(gate.gate.file("swapped", &bundle), "not-pinned", Some(document));
    }
    // Where the issuer hands it in and the authority publishes it, its own codes are judged by it, and no others.
    gate.takes(&signed(a, 4, a.made.plus(4), 0));
    gate.is_on_day(0);
    // The pack ends its time after the last honest list, of day 3, and names another key.
    let new = (Role::Status, 1);
    let end = |mut day: Day| {
        day.pack.version = 2;
        let mut keys = [CODE, STATUS, new].map(|key| a.issuer_key(key));
        keys[1].until = a.made.plus(3);
        set_keys(&mut day.pack, keys.to_vec());
        day
    };
    let list = a.list(new, 3, a.made.plus(5), &statuses(5));
    let column = a.column(new, 3, a.made.plus(5), &a.tests(5));
    let honest = a.day(5).without(StatusKind::Delta).with(list).with(column);
    gate.takes(&end(honest));
    gate.is_on_day(5);
    gate.refuses_day(&end(signed(a, 6, a.made.plus(6), 0)), "under-signed", "status");

    // Another gate was never reached by the thief: what it holds is from before, and stays.
    let other = Besieged::on_day(3);
    other.takes(&end(a.day(3).at(4)));
    other.is_on_day(3);
}

/// A snapshot's pin is a promise of one file: another of the same version is another truth.
#[test]
fn a_pin_is_of_one_file() {
    let gate = Besieged::on_day(3);
    let day = gate.authority.day(4).without(StatusKind::Delta);
    let mut lying = day.clone();
    for file in &mut lying.files {
        let StatusFile { sha256, version, .. } = &mut file.entry;
        *sha256 = FilePin::of(b"another file", *version).sha256;
    }
    gate.refuses(
        gate.gate.file("lying", &lying.repository().bundle()),
        "not-pinned",
        Some("status"),
    );
    gate.takes(&day);
}
