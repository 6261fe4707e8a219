//! A new gate: the root is confirmed, and the store is whole or not there.

mod common;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{Authority, BIN, Done, command, fingerprint, finish, has, run};

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
                done.stdout.contains("4d42 3a40 b247 3779"),
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
