//! A city's day into an archive, on either database, beside the floor: the same rows put in plainly, by one connection.
//!
//! `cargo bench -p postern-auditor --bench city` makes 200 gates with 4,000 events each; `POSTERN_CITY_GATES=2000` makes the
//! day that `docs/PERFORMANCE.md` tells of. `POSTERN_CITY` names a folder that keeps the bundles for the next run; without it they
//! are made anew. PostgreSQL is measured where `POSTERN_POSTGRES` names a server: `tools/postgres-test.sh cargo bench …`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use postern_core::gates::Enrolment;
use postern_core::keys::{PrivateKey, Signer};
use postern_core::text::Names;
use postern_core::time::Time;
use postern_core::trust::{Document, Keys, Root, RootRoles};
use postern_log::bundle::{LogBundle, path};
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::{Frontier, leaf_hash};
use postern_log::{Credential, Event, Flags, Grade, Kind, NewEvent, Outcome, Source, Tip};
use postern_seal::{Identity, Recipient};
use serde_json::Value;

const BIN: &str = env!("CARGO_BIN_EXE_postern-auditor");
/// 2026-11-23T00:00:00Z.
const MIDNIGHT: u64 = 1_795_392_000;
/// How many people there are: each goes through a gate now and then.
const PEOPLE: u64 = 4_000_000;

fn main() {
    let number = |name: &str, default: u32| {
        let given = std::env::var(name).ok().and_then(|text| text.parse().ok());
        given.unwrap_or(default)
    };
    let (gates, leaves) = (number("POSTERN_CITY_GATES", 200), number("POSTERN_CITY_LEAVES", 4000));
    let temporary = tempfile::tempdir().expect("a folder");
    let kept = std::env::var_os("POSTERN_CITY").map(PathBuf::from);
    let city = City {
        folder: kept.unwrap_or_else(|| temporary.path().join("city")),
        gates,
        leaves,
    };
    city.make();
    let events = u64::from(gates) * u64::from(leaves);
    println!("{events} events from {gates} gates");
    let told = |what: &str, took: Duration| {
        let rate = events as f64 / took.as_secs_f64();
        println!("{what:<44}{:>8.1} s {:>9.0} events/s", took.as_secs_f64(), rate);
    };

    let file = temporary.path().join("archive.sqlite");
    let archive = file.to_str().expect("a path of ASCII");
    told("SQLite: ingest, verified", city.ingest(archive, events));
    told("SQLite: verify", city.run(&["verify", "--archive", archive]).0);
    println!("  {} MiB", fs::metadata(&file).map_or(0, |data| data.len() >> 20));
    told("SQLite: floor, plain INSERT of the rows", floor_sqlite(&file));
    drop(fs::remove_file(&file));

    let Ok(server) = std::env::var("POSTERN_POSTGRES") else {
        println!("PostgreSQL: not measured, POSTERN_POSTGRES names no server");
        return;
    };
    let url = |database: &str| match server.split_once("/?") {
        Some((server, query)) => format!("{server}/{database}?{query}"),
        None => format!("{server}/{database}"),
    };
    let mut admin = postgres::Client::connect(&url("postgres"), postgres::NoTls).expect("a server");
    let name = format!("made_up_city_{}", std::process::id());
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .expect("a database");
    told("PostgreSQL: ingest, verified", city.ingest(&url(&name), events));
    told("PostgreSQL: verify", city.run(&["verify", "--archive", &url(&name)]).0);
    told("PostgreSQL: floor, plain COPY of the rows", floor_postgres(&url(&name)));
    admin
        .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .expect("nobody uses it");
}

/// The same rows into an empty database, by one statement.
fn floor_sqlite(file: &Path) -> Duration {
    let beside = file.with_file_name("floor.sqlite");
    let connection = rusqlite::Connection::open(&beside).expect("a file");
    let schema = format!(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         ATTACH '{}' AS full; CREATE TABLE events (id INTEGER PRIMARY KEY, time INTEGER, flags INTEGER, outcome INTEGER,
         kind INTEGER, grade INTEGER, source INTEGER, age INTEGER, pack INTEGER, issuer INTEGER, code BLOB, person BLOB,
         operator TEXT, leaf BLOB) STRICT;",
        file.display()
    );
    connection.execute_batch(&schema).expect("a schema");
    let begun = Instant::now();
    connection
        .execute_batch(
            "INSERT INTO events SELECT id, time, flags, outcome, kind, grade, source, age, pack, issuer, code, person,
             operator, leaf FROM full.events ORDER BY id",
        )
        .expect("the rows");
    let took = begun.elapsed();
    drop(connection);
    drop(fs::remove_file(beside));
    took
}

/// The same rows by one `COPY` out of the one table and into an empty one, both in the format of the server.
fn floor_postgres(url: &str) -> Duration {
    let connect = || postgres::Client::connect(url, postgres::NoTls).expect("a server");
    let (mut from, mut to) = (connect(), connect());
    to.batch_execute("CREATE TABLE floor (LIKE postern.events, PRIMARY KEY (gate, seq, time))")
        .expect("a table");
    let begun = Instant::now();
    let mut rows = from
        .copy_out("COPY (SELECT * FROM postern.events) TO STDOUT WITH (FORMAT binary)")
        .expect("the rows");
    let mut floor = to
        .copy_in("COPY floor FROM STDIN WITH (FORMAT binary)")
        .expect("the table");
    std::io::copy(&mut rows, &mut floor).expect("a connection");
    floor.finish().expect("the end");
    begun.elapsed()
}

struct City {
    folder: PathBuf,
    gates: u32,
    leaves: u32,
}

impl City {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The office and the bundles, if they are not there.
    fn make(&self) {
        let mark = self.at(&format!("{}-{}", self.gates, self.leaves));
        if mark.exists() {
            return;
        }
        drop(fs::remove_dir_all(&self.folder));
        fs::create_dir_all(&self.folder).expect("a folder");
        let recipient = self.office();
        let (next, folder) = (AtomicU32::new(0), self.at("enrolments"));
        fs::create_dir(&folder).expect("a folder");
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    loop {
                        let gate = next.fetch_add(1, Ordering::Relaxed);
                        if gate >= self.gates {
                            break;
                        }
                        self.gate(gate, &recipient);
                    }
                });
            }
        });
        fs::write(mark, "").expect("the mark that all went well");
    }

    /// Makes the office, and tells whom bundles are sealed to.
    fn office(&self) -> Recipient {
        let signers = [key(u32::MAX), key(u32::MAX - 1), key(u32::MAX - 2)];
        let keys = |key: &PrivateKey| Keys::new(vec![key.public()], 1).expect("a key");
        let mut root = Document::draft(Root {
            name: Names::new("Made-up authority", "样本").expect("names"),
            roles: RootRoles {
                root: keys(&signers[0]),
                snapshot: keys(&signers[1]),
                publisher: keys(&signers[2]),
            },
            issued: time(MIDNIGHT),
            expires: time(MIDNIGHT + 300 * 86_400),
            version: 1,
        });
        root.add_signature(root.sign(&signers[0]).expect("a signature"));
        fs::write(self.at("1.root"), root.to_bytes()).expect("a file");
        let passphrase = self.at("passphrase");
        fs::write(&passphrase, "made-up passphrase").expect("a file");
        #[cfg(unix)]
        fs::set_permissions(&passphrase, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
        let (root, fingerprint) = (self.at("1.root"), postern_core::hex(&root.digest()));
        let (_, made) = self.run(&[
            "init",
            "--name",
            "made-up-audit",
            "--root",
            root.to_str().expect("a path of ASCII"),
            "--fingerprint",
            &fingerprint,
        ]);
        let note: toml::Table = made["auditor"].as_str().expect("a note").parse().expect("TOML");
        let age = note["auditors"][0]["age"].as_str().expect("a recipient");
        age.parse().expect("a recipient")
    }

    /// One gate: its enrolment, and its day in a bundle.
    fn gate(&self, number: u32, recipient: &Recipient) {
        let (key, name) = (key(number), format!("gate-{number}"));
        let mut enrolment = Document::draft(Enrolment {
            age: Identity::generate()
                .recipient()
                .to_string()
                .parse()
                .expect("a recipient"),
            key: key.public(),
            name: name.parse().expect("a name"),
            place: None,
            issued: time(MIDNIGHT),
        });
        enrolment.add_signature(enrolment.sign(&key).expect("a signature"));
        fs::write(
            self.at("enrolments").join(format!("{name}.enrolment")),
            enrolment.to_bytes(),
        )
        .expect("a file");

        let mut random = Random(u64::from(number) << 32);
        let mut tree = Frontier::new();
        let leaves: Vec<Vec<u8>> = (0..u64::from(self.leaves))
            .map(|seq| {
                let event = Event::new(seq, event(seq, self.leaves.into(), &mut random)).expect("within the bounds");
                let leaf = event.to_leaf();
                tree.push(leaf_hash(&leaf));
                leaf
            })
            .collect();
        let checkpoint = Checkpoint {
            origin: name.clone(),
            tip: Tip {
                size: tree.size(),
                root: tree.root(),
            },
        };
        let bundle = LogBundle {
            key: key.public(),
            from: 0,
            gate: name.parse().expect("a name"),
            note: checkpoint.sign(&key).expect("a signature"),
            proof: Vec::new(),
            leaves,
        };
        let file = self.at("box").join(path(&key.public(), 0, tree.size()));
        fs::create_dir_all(file.parent().expect("it has one")).expect("a folder");
        let sealed = bundle.seal(&key, std::slice::from_ref(recipient)).expect("a bundle");
        fs::write(file, sealed).expect("room on the disk");
    }

    /// All bundles into a new archive.
    fn ingest(&self, archive: &str, events: u64) -> Duration {
        let mut files: Vec<PathBuf> = fs::read_dir(self.at("enrolments"))
            .expect("the folder")
            .map(|entry| entry.expect("a file").path())
            .collect();
        files.sort();
        let mut args = vec!["enrol", "--create", "--archive", archive];
        args.extend(files.iter().map(|file| file.to_str().expect("a path of ASCII")));
        self.run(&args);
        let drop_box = self.at("box");
        let (took, told) = self.run(&[
            "ingest",
            "--archive",
            archive,
            drop_box.to_str().expect("a path of ASCII"),
        ]);
        assert_eq!(told["events"], events);
        took
    }

    /// Runs the program, and gives its time and its last line.
    fn run(&self, args: &[&str]) -> (Duration, Value) {
        let mut command = Command::new(BIN);
        command.args(args).arg("--json").arg("--dir").arg(self.at("office"));
        if ["init", "ingest"].contains(&args[0]) {
            command.arg("--passphrase-file").arg(self.at("passphrase"));
        }
        let begun = Instant::now();
        let output = command.output().expect("the program");
        let took = begun.elapsed();
        std::io::stderr().write_all(&output.stderr).expect("standard error");
        assert!(output.status.success(), "{args:?}");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let last = text.lines().last().expect("a line");
        (took, serde_json::from_str(last).expect("JSON"))
    }
}

/// An event of the day: most at rush hour, some refused, a few by hand's exceptions.
fn event(seq: u64, of: u64, random: &mut Random) -> NewEvent {
    let person = random.next() % PEOPLE;
    let mut code = [0; 16];
    code[..8].copy_from_slice(&Random(person).next().to_be_bytes());
    code[8..].copy_from_slice(&person.to_be_bytes());
    let mut tag = [1; 9];
    tag[1..].copy_from_slice(&Random(person + PEOPLE).next().to_be_bytes());
    let is_refused = random.next().is_multiple_of(50);
    let at = MIDNIGHT + 6 * 3600 + seq * 16 * 3600 / of;
    NewEvent {
        time: at,
        system: at,
        flags: Flags::default(),
        outcome: if is_refused { Outcome::Refuse } else { Outcome::Admit },
        reasons: if is_refused {
            vec!["expired".to_owned()]
        } else {
            Vec::new()
        },
        code: Some(code),
        person: person.is_multiple_of(2).then_some(tag),
        issuer: Some(["xa-north", "xa-south", "xa-east"][(person % 3) as usize].to_owned()),
        root: 1,
        pack: 12,
        snapshot: 345,
        age: 3600 + seq,
        grade: Grade::Fresh,
        source: Source::Scanner,
        kind: Kind::Code,
        about: None,
        operator: None,
        credential: Some(Credential {
            kid: [1, 2, 3, (person % 3) as u8],
            issued: MIDNIGHT - person % 86_400,
            index: person,
        }),
    }
}

fn key(number: u32) -> PrivateKey {
    let mut seed = [9; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    PrivateKey::from_seed(&seed)
}

fn time(seconds: u64) -> Time {
    Time::from_seconds(seconds).expect("before the year 10000")
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same city each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
