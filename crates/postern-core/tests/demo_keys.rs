//! The demonstration keys in `keys/demo`, and what OpenSSL and this crate read of each other's key files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use postern_core::demo;
use postern_core::keyfile::{KeyFile, SecretKey, parse_public};
use postern_core::keys::{PublicKey, Role, Signer};

#[path = "../examples/demo-keys.rs"]
mod example;

#[test]
fn the_files_are_those_that_the_example_writes() {
    let expected: BTreeMap<_, _> = example::files().unwrap().into_iter().collect();
    assert_eq!(expected.len(), 7 * usize::from(demo::KEYS) * 2 + 1);
    let found: BTreeMap<_, _> = fs::read_dir(example::FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "md"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    let differing: Vec<_> = expected
        .iter()
        .filter(|(name, text)| found.get(*name) != Some(text))
        .collect();
    assert!(differing.is_empty(), "run the example demo-keys: {differing:?}");
    assert_eq!(found.len(), expected.len(), "a file too many");
}

#[test]
fn the_files_open_with_the_passphrase_that_everybody_knows() {
    for role in [Role::Root, Role::Code] {
        let private = KeyFile::parse(&file(role, "key")).unwrap();
        let (public, public_role) = parse_public(&file(role, "pub")).unwrap();
        assert_eq!((private.role(), public_role), (Some(role), Some(role)));
        let opened = signing(private.open(demo::PASSPHRASE.as_bytes()).unwrap());
        assert_eq!((opened, true), (public, demo::is_demo_key(&public)));
    }
    let tag = KeyFile::parse(&file(Role::Tag, "key")).unwrap();
    let SecretKey::Tag(tag) = tag.open(demo::PASSPHRASE.as_bytes()).unwrap() else {
        panic!("not a tag key")
    };
    assert_eq!((tag.epoch(), tag.secret()), (0, demo::tag_key().secret()));
}

#[test]
fn openssl_reads_the_demonstration_keys() {
    if !openssl_is_there() {
        return;
    }
    let passphrase = format!("pass:{}", demo::PASSPHRASE);
    // OpenSSL knows no private key of the tag key's algorithm.
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Tag) {
        for n in 0..demo::KEYS {
            let expected = demo::key(role, n).public();
            let at = |extension| format!("{}/{role}-{n}.{extension}", example::FOLDER);
            let private = openssl(&[
                "pkey",
                "-in",
                &at("key"),
                "-passin",
                &passphrase,
                "-pubout",
                "-outform",
                "DER",
            ]);
            let public = openssl(&["pkey", "-pubin", "-in", &at("pub"), "-pubout", "-outform", "DER"]);
            assert_eq!(private, public, "{role} {n}");
            // RFC 8410 section 4: the key ends the structure.
            assert_eq!(public[public.len() - 32..], expected.as_bytes()[..], "{role} {n}");
        }
    }
}

#[test]
fn keys_by_openssl_are_read() {
    if !openssl_is_there() {
        return;
    }
    let folder = Folder::new("postern-openssl-keys");
    let [plain, pbkdf2, scrypt] = ["plain.pem", "pbkdf2.pem", "scrypt.pem"].map(|name| folder.path(name));
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", &plain]);
    openssl(&[
        "genpkey",
        "-algorithm",
        "ed25519",
        "-aes-256-cbc",
        "-pass",
        "pass:made up",
        "-out",
        &pbkdf2,
    ]);
    openssl(&[
        "pkcs8",
        "-topk8",
        "-scrypt",
        "-in",
        &plain,
        "-passout",
        "pass:made up",
        "-out",
        &scrypt,
    ]);
    for (path, encrypted) in [(&plain, false), (&pbkdf2, true), (&scrypt, true)] {
        let parsed = KeyFile::parse(&fs::read(path).unwrap()).unwrap();
        assert_eq!((parsed.is_encrypted(), parsed.role()), (encrypted, None), "{path}");
        let opened = signing(parsed.open(b"made up").unwrap());
        let public = openssl(&["pkey", "-in", path, "-passin", "pass:made up", "-pubout"]);
        assert_eq!(parse_public(&public), Ok((opened, None)), "{path}");
        if encrypted {
            assert!(parsed.open(b"something else").is_err(), "{path}");
        }
    }
}

fn file(role: Role, extension: &str) -> Vec<u8> {
    let path = format!("{}/{role}-0.{extension}", example::FOLDER);
    fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn signing(key: SecretKey) -> PublicKey {
    match key {
        SecretKey::Signing(key) => key.public(),
        SecretKey::Tag(_) => panic!("not a signing key"),
    }
}

/// Whether OpenSSL can be run; where tests must be complete, it must be there.
fn openssl_is_there() -> bool {
    let there = Command::new("openssl")
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(
        there || std::env::var("CI").as_deref() != Ok("true"),
        "openssl is missing"
    );
    if !there {
        eprintln!("skipped: openssl is missing");
    }
    there
}

fn openssl(args: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(args).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {}: {message}", args.join(" "));
    output.stdout
}

/// A folder of this test run, removed at its end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is in the target folder and harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
