//! Who is taken in: by their own application, or by the register that the root leads to.

#[path = "common/mod.rs"]
mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::{Engine, Gate, MORNING, Office, json_lines, key, time};
use postern_core::gates::{Enrolment, Position, Register};
use postern_core::keys::{PrivateKey, Signer};
use postern_core::text::Names;
use postern_core::trust::{Document, FilePin, Keys, Payload, Root, RootRoles, Snapshot};

/// A repository whose second root has other snapshot keys than the first, which the office trusts.
struct Repository {
    folder: tempfile::TempDir,
    snapshot: PrivateKey,
}

impl Repository {
    fn new() -> Self {
        let (first, snapshot) = (key(9001), key(9102));
        let keys = |key: &PrivateKey| Keys::new(vec![key.public()], 1).unwrap();
        let repository = Self {
            folder: tempfile::tempdir().unwrap(),
            snapshot: key(9102),
        };
        let mut root = Document::draft(Root {
            name: Names::new("Made-up authority", "样本").unwrap(),
            roles: RootRoles {
                root: keys(&first),
                snapshot: keys(&snapshot),
                publisher: keys(&key(9003)),
            },
            issued: time(MORNING),
            expires: time(MORNING + 300 * 86_400),
            version: 2,
        });
        root.add_signature(root.sign(&first).unwrap());
        repository.write("root/2.root", &root.to_bytes());
        repository
    }

    fn path(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let file = self.folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap_or(Path::new("."))).unwrap();
        fs::write(file, bytes).unwrap();
    }

    /// Publishes a register and the snapshot that pins it.
    fn publish(&self, register: Register, signer: &PrivateKey) {
        let version = register.version();
        let mut document = Document::draft(register);
        document.add_signature(document.sign(signer).unwrap());
        let bytes = document.to_bytes();
        let mut snapshot = Document::draft(Snapshot {
            pack: FilePin::of(b"made up", 1),
            root: 2,
            files: Vec::new(),
            issued: time(MORNING),
            version,
            register: Some(FilePin::of(&bytes, version)),
        });
        snapshot.add_signature(snapshot.sign(signer).unwrap());
        self.write(&format!("register/{version}.register"), &bytes);
        self.write("newest.snapshot", &snapshot.to_bytes());
    }
}

fn applied(gate: &Gate) -> Enrolment {
    Document::<Enrolment>::parse(&gate.enrolment()).unwrap().into_payload()
}

fn register(gates: &[(&Gate, Option<Position>)], retired: Option<&Gate>, version: u64) -> Register {
    let mut register = Register::empty();
    for (gate, position) in gates {
        register.enrol(&applied(gate), *position, time(MORNING)).unwrap();
    }
    if let Some(gate) = retired {
        let name = gate.name.parse().unwrap();
        register
            .retire(&name, "lost".parse().unwrap(), time(MORNING + 5))
            .unwrap();
    }
    (register.issued, register.version) = (time(MORNING), version);
    register
}

/// The reason with which a command fails.
fn fails(office: &Office, args: &[&str]) -> String {
    let output = office.command("enrol", args, false).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stderr).unwrap();
    let line: serde_json::Value = serde_json::from_str(line.lines().last().unwrap()).unwrap();
    line["error"]["reason"].as_str().unwrap().to_owned()
}

#[test]
fn all_gates_of_the_register_are_taken_in_and_kept_up() {
    let (one, two) = (Gate::new(1), Gate::new(2));
    let (office, repository) = (Office::new(Engine::Sqlite), Repository::new());
    let position: Position = "34.2658,108.9541".parse().unwrap();
    let enrol = || {
        let line = json_lines(&office.run("enrol", &["--repository", repository.path()], false))
            .pop()
            .unwrap();
        ["gates", "new", "changed"].map(|name| line[name].as_u64().unwrap())
    };
    repository.publish(
        register(&[(&one, Some(position)), (&two, None)], None, 1),
        &repository.snapshot,
    );
    assert_eq!(enrol(), [2, 2, 0]);
    assert_eq!(enrol(), [2, 0, 0]);
    assert_eq!(
        office.ask("SELECT latitude FROM gates WHERE name = 'gate-1'"),
        34_265_800
    );
    repository.publish(
        register(&[(&one, Some(position)), (&two, None)], Some(&two), 2),
        &repository.snapshot,
    );
    assert_eq!(enrol(), [2, 0, 1]);
    assert_eq!(
        office.ask("SELECT retired FROM gates WHERE name = 'gate-2'"),
        (MORNING + 5) as i64
    );
    // An older register, or the gate's own application, brings no gate back; and nothing takes a position away.
    repository.publish(register(&[(&one, None), (&two, None)], None, 1), &repository.snapshot);
    enrol();
    office.enrol(&[&two]);
    assert_eq!(office.ask("SELECT count(*) FROM gates WHERE retired IS NOT NULL"), 1);
    assert_eq!(
        office.ask("SELECT latitude FROM gates WHERE name = 'gate-1'"),
        34_265_800
    );
    // Its last bundle is welcome.
    let mut two = two;
    two.scan(4, MORNING);
    assert_eq!(office.ingest_bytes(&[&two.bundle(0, 4, &office)]).events, 4);
}

#[test]
fn a_register_that_the_root_does_not_lead_to_is_not_believed() {
    let gate = Gate::new(1);
    let (office, repository) = (Office::new(Engine::Sqlite), Repository::new());
    let args = ["--repository", repository.path()];
    assert_eq!(fails(&office, &args), "repository-missing");
    // The snapshot key of the former root.
    repository.publish(register(&[(&gate, None)], None, 1), &key(9002));
    assert_eq!(fails(&office, &args), "document");
    repository.publish(register(&[(&gate, None)], None, 1), &repository.snapshot);
    let mut other = Document::draft(register(&[], None, 1));
    other.add_signature(other.sign(&repository.snapshot).unwrap());
    repository.write("register/1.register", &other.to_bytes());
    assert_eq!(fails(&office, &args), "document", "signed, but not the pinned one");
    assert_eq!(office.ask("SELECT count(*) FROM gates"), 0);
}

#[test]
fn an_application_is_signed_by_its_gate() {
    let gate = Gate::new(1);
    let office = Office::new(Engine::Sqlite);
    let file = office.folder.path().join("made-up.enrolment");
    let mut document = Document::draft(applied(&gate));
    document.add_signature(document.sign(&key(2)).unwrap());
    fs::write(&file, document.to_bytes()).unwrap();
    assert_eq!(fails(&office, &[file.to_str().unwrap()]), "enrolment-not-its-own");
    fs::write(&file, gate.enrolment()).unwrap();
    let place = ["--position", "-34.5,-108.25", "--place", "南门"];
    office.run("enrol", &[&place[..], &[file.to_str().unwrap()]].concat(), false);
    assert_eq!(
        office.ask("SELECT longitude FROM gates WHERE place = '南门'"),
        -108_250_000
    );
}

#[test]
fn a_wrong_fingerprint_makes_no_office() {
    let office = Office::new(Engine::Sqlite);
    let at = |name: &str| office.folder.path().join(name);
    let mut command = std::process::Command::new(common::BIN);
    command
        .args([
            "init",
            "--json",
            "--name",
            "made-up",
            "--fingerprint",
            &"ab".repeat(32),
            "--dir",
        ])
        .arg(at("second"))
        .arg("--root")
        .arg(at("1.root"))
        .arg("--passphrase-file")
        .arg(at("passphrase"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("fingerprint-mismatch")
    );
    assert!(!at("second").exists());
}

#[test]
fn a_password_is_taken_from_a_file_only_and_never_told() {
    let office = Office::new(Engine::Sqlite);
    // Nothing listens on the first port.
    let url = "postgres://made-up:worthless@127.0.0.1:1/city";
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(common::BIN);
        let output = command.env("LC_ALL", "C").arg("verify").args(args).output().unwrap();
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!told.contains("worthless") && !told.contains("made-up"), "{told}");
        (output.status.code(), told)
    };
    for url in [
        url,
        "postgres:/made-up:worthless@127.0.0.1/city",
        "POSTGRESQL://made-up:worthless@h/city",
    ] {
        let (code, told) = run(&["--archive", url]);
        assert!(code == Some(1) || code == Some(2), "{told}");
    }
    assert_eq!(run(&["--archive", url]).0, Some(2));
    let file = office.folder.path().join("url");
    fs::write(&file, format!("{url}\n")).unwrap();
    let named = ["--archive-file", file.to_str().unwrap()];
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(run(&named).1.contains("other users can read"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let (code, told) = run(&named);
    assert_eq!(code, Some(1));
    assert!(told.contains("postgres://127.0.0.1/city does not answer"), "{told}");
}

#[test]
fn a_gate_with_leaves_keeps_its_name() {
    let mut gate = Gate::new(1);
    let office = Office::new(Engine::Sqlite);
    let rename = |gate: &mut Gate, name: &str| {
        gate.name = name.to_owned();
        let file = office.folder.path().join(format!("{name}.enrolment"));
        fs::write(&file, gate.enrolment()).unwrap();
        file
    };
    office.enrol(&[&gate]);
    // As long as it has none, it may change.
    let first = rename(&mut gate, "gate-7");
    office.run("enrol", &[first.to_str().unwrap()], false);
    gate.scan(4, MORNING);
    assert_eq!(office.ingest_bytes(&[&gate.bundle(0, 4, &office)]).events, 4);
    let second = rename(&mut gate, "gate-8");
    assert_eq!(fails(&office, &[second.to_str().unwrap()]), "gate-renamed");
    assert_eq!(office.ask("SELECT count(*) FROM gates WHERE name = 'gate-7'"), 1);
}
