//! A new gate: the root is confirmed, and the store is whole or not there.

mod common;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{Authority, BIN, Done, command, fingerprint, finish, has, run};
use postern_core::gates::Enrolment;
use postern_core::trust::Document;
use postern_seal::{Identity, IdentityFile, seal};

fn init(store: &Path, root: &Path, more: &[&str]) -> Done {
    let args = [
        "init",
        "--json",
        "--store",
        store.to_str().unwrap(),
        "--root",
        root.to_str().unwrap(),
    ];
    run(args.iter().chain(more))
}

#[test]
fn init_needs_the_whole_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    let (store, root) = (folder.path().join("gate"), folder.path().join("root"));
    let bytes = Authority::new().root(1);
    std::fs::write(&root, &bytes).unwrap();
    let right = fingerprint(&bytes);
    let wrong = right.replace(['0', '1', '2'], "f");
    for (given, reason) in [
        (&right[..63], "fingerprint-incomplete"),
        (&right[..8], "fingerprint-incomplete"),
        (&wrong, "fingerprint-mismatch"),
    ] {
        let done = init(&store, &root, &["--fingerprint", given]);
        assert_eq!((done.status, done.error().as_str()), (1, reason));
    }
    for (flag, value, reason) in [("--name", "two words", "gate-name"), ("--place", "a\nb", "place")] {
        let done = init(&store, &root, &["--fingerprint", &right, flag, value]);
        assert_eq!((done.status, done.error().as_str()), (1, reason));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was left");

    let spaced = right
        .to_uppercase()
        .as_bytes()
        .chunks(4)
        .map(|c| std::str::from_utf8(c).unwrap())
        .collect::<Vec<_>>()
        .join(":");
    let done = init(&store, &root, &["--fingerprint", &spaced, "--place", "东门"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    let made = &done.json()[0];
    assert_eq!(
        (&made["root"]["fingerprint"], &made["place"]),
        (&right.into(), &"东门".into())
    );
    assert!(made["gate"].as_str().unwrap().starts_with("gate-"));
    assert!(
        done.stderr.contains("2 of 3 must sign"),
        "the root is shown: {}",
        done.stderr
    );

    let again = init(&store, &root, &["--fingerprint", &spaced]);
    assert_eq!((again.status, again.error().as_str()), (1, "store-exists"));
}

#[test]
fn init_takes_no_root_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let (store, root) = (folder.path().join("gate"), folder.path().join("root"));
    let authority = Authority::new();
    let under = authority.signed(authority.root_payload(1), postern_core::keys::Role::Root, 1);
    for bytes in [
        under,
        b"no root".to_vec(),
        authority.signed(authority.pack_payload(1), postern_core::keys::Role::Publisher, 2),
    ] {
        std::fs::write(&root, bytes).unwrap();
        let done = init(&store, &root, &["--fingerprint", &"0".repeat(64)]);
        assert_eq!(
            (done.status, done.error().as_str(), store.exists()),
            (1, "root-not-trusted", false)
        );
    }
    let done = init(&store, Path::new("no/such"), &[]);
    assert_eq!(done.error(), "file-not-found");
}

#[cfg(unix)]
#[test]
fn a_store_is_the_operators_alone_and_its_key_may_be_encrypted() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let bytes = Authority::new().root(1);
    std::fs::write(&root, &bytes).unwrap();
    let pass = folder.path().join("pass");
    std::fs::write(&pass, "correct horse\n").unwrap();
    std::fs::set_permissions(&pass, PermissionsExt::from_mode(0o600)).unwrap();
    for (name, more, label) in [
        ("a", vec![], "PRIVATE KEY"),
        (
            "b",
            vec!["--passphrase-file", pass.to_str().unwrap()],
            "ENCRYPTED PRIVATE KEY",
        ),
    ] {
        let store = folder.path().join(name);
        let print = fingerprint(&bytes);
        let done = init(&store, &root, &[&["--fingerprint", &print], &more[..]].concat());
        assert_eq!(done.status, 0, "{}", done.stderr);
        assert_eq!(done.json()[0]["key"]["encrypted"], label.starts_with("ENC"));
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&store), mode(&store.join("gate.key"))), (0o700, 0o600));
        assert_eq!(mode(&store.join("gate.age")), 0o600);
        let age = std::fs::read(store.join("gate.age")).unwrap();
        let age = IdentityFile::parse(&age).unwrap();
        assert_eq!(age.is_encrypted(), label.starts_with("ENC"));
        let recipient = age.open(b"correct horse").unwrap().recipient().to_string();
        assert_eq!(done.json()[0]["age"], recipient);
        let key = std::fs::read_to_string(store.join("gate.key")).unwrap();
        assert!(key.starts_with("Postern-Role: gate\n") && key.contains(&format!("-----BEGIN {label}-----")));
    }
}

/// `script` gives a command a terminal of its own, `setsid` takes it away.
#[cfg(target_os = "linux")]
#[test]
fn a_root_is_confirmed_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    std::fs::write(&root, Authority::new().root(1)).unwrap();
    let init = |store: &str| {
        let store = folder.path().join(store);
        (
            format!("{BIN} init --store {} --root {}", store.display(), root.display()),
            store,
        )
    };
    if has("script", &["-qec", "true", "/dev/null"]) {
        for (name, lang, answer, made) in [
            ("a", "en", "yes\n", true),
            ("b", "zh", "是\n", true),
            ("c", "en", "y\n", false),
            ("d", "en", "\n", false),
        ] {
            let (line, store) = init(name);
            let mut script = command("script");
            script.args(["-qec", &format!("{line} --lang {lang}"), "/dev/null"]);
            let done = finish(script, answer.as_bytes());
            assert_eq!((done.status == 0, store.exists()), (made, made), "{answer}: {done:?}");
            assert!(
                done.stdout.contains("e7f7 1da8 bdf0 d571"),
                "the fingerprint is shown first: {done:?}"
            );
        }
    }
    if has("setsid", &["-w", "true"]) {
        let (line, store) = init("e");
        let mut setsid = command("setsid");
        setsid.arg("-w").args(line.split(' ')).arg("--json");
        let done = finish(setsid, b"yes\n");
        assert_eq!(
            (done.status, done.error().as_str(), store.exists()),
            (1, "nobody-to-confirm", false)
        );
    }
}

#[test]
fn an_init_that_is_killed_leaves_a_whole_store_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let bytes = Authority::new().root(1);
    std::fs::write(&root, &bytes).unwrap();
    let (mut none, mut whole) = (0, 0);
    // The first one is not killed: it tells how long one takes here and now.
    let mut takes = Duration::from_secs(60);
    for i in 0..40 {
        let store = folder.path().join(format!("gate-{i}"));
        let mut init = command(BIN);
        init.args(["init", "--fingerprint", &fingerprint(&bytes), "--store"])
            .arg(&store)
            .arg("--root")
            .arg(&root);
        let mut child = init.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if i == 0 {
            let start = Instant::now();
            child.wait().unwrap();
            takes = start.elapsed();
        } else {
            std::thread::sleep(takes * i / 20);
            // It may have ended already.
            let _ = child.kill();
            child.wait().unwrap();
        }
        if store.exists() {
            whole += 1;
            enrolment(&store.join("gate.enrolment"));
            identity(&store);
            let status = run(["status", "--json", "--store", store.to_str().unwrap()]);
            assert_eq!(
                (status.status, &status.json()[0]["key"]["file"]),
                (0, &"plain".into()),
                "{status:?}"
            );
        } else {
            none += 1;
        }
    }
    println!("killed: {none} none, {whole} whole");
    assert!(none > 0 && whole > 0, "{none} {whole}");
}

/// An application for the register that its own gate has signed.
fn enrolment(path: &Path) -> Enrolment {
    let document = Document::<Enrolment>::parse(&std::fs::read(path).unwrap()).unwrap();
    assert!(document.is_signed_by_itself(), "{}", path.display());
    document.into_payload()
}

fn identity(store: &Path) -> Identity {
    let file = std::fs::read(store.join("gate.age")).unwrap();
    IdentityFile::parse(&file).unwrap().open(b"").unwrap()
}

/// A folder with a root, and `init` in it.
fn made(name: &str, more: &[&str]) -> (tempfile::TempDir, Done) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let bytes = Authority::new().root(1);
    std::fs::write(&root, &bytes).unwrap();
    let print = fingerprint(&bytes);
    let more = [&["--fingerprint", &print], more].concat();
    let done = init(&folder.path().join(name), &root, &more);
    (folder, done)
}

fn enrol(store: &Path, more: &[&str]) -> Done {
    let args = ["enrol", "--json", "--store", store.to_str().unwrap()];
    run(args.iter().chain(more))
}

#[test]
fn a_new_gate_applies_for_the_register() {
    let (folder, done) = made("gate", &["--name", "north-1", "--place", "东门"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    let store = folder.path().join("gate");
    let path = store.join("gate.enrolment");
    assert_eq!(done.json()[0]["enrolment"], path.to_str().unwrap());
    let payload = enrolment(&path);
    let (name, place) = (
        payload.name.as_str(),
        payload.place.as_ref().map(|place| place.as_str()),
    );
    assert_eq!((name, place), ("north-1", Some("东门")));
    let print = postern_core::hex(&payload.key.thumbprint());
    assert_eq!(done.json()[0]["key"]["fingerprint"], print);
    // What is sealed to the recipient that it names, its identity opens.
    let sealed = seal(b"a key", &[payload.age.as_str().parse().unwrap()]).unwrap();
    assert_eq!(**postern_seal::open(&sealed, &identity(&store), 5).unwrap(), *b"a key");
}

#[test]
fn an_enrolment_goes_where_it_is_told_to() {
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("north.enrolment");
    let given = ["--enrolment", path.to_str().unwrap()];
    let (folder, done) = made("gate", &given);
    assert_eq!((done.status, &done.json()[0]["enrolment"]), (0, &given[1].into()));
    enrolment(&path);
    assert!(!folder.path().join("gate/gate.enrolment").exists());

    let (folder, done) = made("gate", &given);
    assert_eq!((done.status, done.error().as_str()), (1, "file-exists"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was left");
}

#[test]
fn an_older_store_gets_what_it_lacks_and_keeps_what_it_has() {
    let (folder, _) = made("gate", &["--name", "north-1"]);
    let store = folder.path().join("gate");
    let before = enrolment(&store.join("gate.enrolment"));
    let again = enrol(&store, &[]);
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert_eq!(
        (&again.json()[0]["age_made"], &again.json()[0]["gate"]),
        (&false.into(), &"north-1".into())
    );
    let now = enrolment(&store.join("gate.enrolment"));
    assert_eq!((now.age, now.key), (before.age.clone(), before.key));

    std::fs::remove_file(store.join("gate.age")).unwrap();
    std::fs::remove_file(store.join("gate.enrolment")).unwrap();
    let elsewhere = folder.path().join("north.enrolment");
    let given = ["--enrolment", elsewhere.to_str().unwrap()];
    let done = enrol(&store, &given);
    assert_eq!(
        (done.status, &done.json()[0]["age_made"]),
        (0, &true.into()),
        "{}",
        done.stderr
    );
    let now = enrolment(&elsewhere);
    assert_eq!((now.key, now.age != before.age), (before.key, true));
    assert_eq!(now.age.as_str(), identity(&store).recipient().to_string());
    assert_eq!(enrol(&store, &given).error(), "file-exists");
}

#[test]
fn an_enrolment_needs_the_gates_own_key() {
    let (folder, _) = made("gate", &[]);
    let (other, _) = made("gate", &[]);
    let store = folder.path().join("gate");
    let key = std::fs::read(store.join("gate.key")).unwrap();
    std::fs::copy(other.path().join("gate/gate.key"), store.join("gate.key")).unwrap();
    assert_eq!(enrol(&store, &[]).error(), "key-not-of-store");
    std::fs::write(store.join("gate.key"), "no key").unwrap();
    assert_eq!(enrol(&store, &[]).error(), "key-malformed");
    std::fs::write(store.join("gate.key"), key).unwrap();
    std::fs::write(store.join("gate.age"), "no identity").unwrap();
    assert_eq!(enrol(&store, &[]).error(), "seal-not-an-identity");
    assert_eq!(enrol(folder.path(), &[]).error(), "not-a-store");
}

#[cfg(unix)]
#[test]
fn an_older_store_under_a_passphrase_is_asked_for_it() {
    use std::os::unix::fs::PermissionsExt;
    let secrets = tempfile::tempdir().unwrap();
    let secret = |name: &str, text: &[u8]| {
        let path = secrets.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let pass = secret("pass", b"correct horse\n");
    let (folder, done) = made("gate", &["--passphrase-file", &pass]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    let store = folder.path().join("gate");
    std::fs::remove_file(store.join("gate.age")).unwrap();
    let wrong = secret("wrong", b"battery staple\n");
    assert_eq!(
        enrol(&store, &["--passphrase-file", &wrong]).error(),
        "key-wrong-passphrase"
    );
    assert!(!store.join("gate.age").exists());
    for made in [true, false] {
        let done = enrol(&store, &["--passphrase-file", &pass]);
        assert_eq!(
            (done.status, &done.json()[0]["age_made"]),
            (0, &made.into()),
            "{}",
            done.stderr
        );
    }
    let age = std::fs::read(store.join("gate.age")).unwrap();
    assert!(IdentityFile::parse(&age).unwrap().is_encrypted());

    let bytes = secret("bytes", b"not \xff text\n");
    let (folder, done) = made("gate", &["--passphrase-file", &bytes]);
    assert_eq!((done.status, done.error().as_str()), (1, "seal-passphrase-not-text"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was left");
}
