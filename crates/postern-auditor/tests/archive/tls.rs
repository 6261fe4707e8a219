//! A server of PostgreSQL over a network: TLS with a certificate that the system trusts, and a password that nobody sees.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use crate::common::{BIN, Engine, Office};

const PASSWORD: &str = "made-up-word";

/// The address of the server over TLS, and the certificate of who vouches for it.
fn place() -> Option<(String, String)> {
    let of = |name| std::env::var(name).ok();
    let place = of("POSTERN_POSTGRES_TLS").zip(of("POSTERN_POSTGRES_CA"));
    if place.is_none() {
        eprintln!("not run: POSTERN_POSTGRES_TLS names no server (tools/postgres-test.sh starts one)");
    }
    place
}

/// Asks the archive whether it is good, by a URL in a file and with a system that trusts what `trusted` says.
fn verify(office: &Office, url: &str, trusted: &str) -> Output {
    let file = office.folder.path().join("archive.url");
    fs::write(&file, format!("{url}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut command = Command::new(BIN);
    command.env("LC_ALL", "C").env("SSL_CERT_FILE", trusted);
    command.arg("verify").arg("--dir").arg(office.dir());
    command.arg("--archive-file").arg(file).output().unwrap()
}

#[test]
fn a_server_whose_certificate_is_trusted_is_spoken_to_and_no_other() {
    let Some((address, ca)) = place() else { return };
    let office = Office::new(Engine::Postgres);
    office.tamper(&format!(
        "CREATE ROLE made_up_auditor LOGIN SUPERUSER PASSWORD '{PASSWORD}'"
    ));
    let own = office.url().unwrap();
    let database = own.split('?').next().unwrap().rsplit_once('/').unwrap().1;
    let url = |user: &str, more: &str| format!("postgres://{user}@{address}/{database}{more}");
    let good = url(&format!("made_up_auditor:{PASSWORD}"), "?sslmode=require");
    let empty = office.folder.path().join("nobody.pem");
    // A certificate of somebody else, so that the list is none that cannot be read.
    fs::write(&empty, other_authority()).unwrap();

    let answer = verify(&office, &good, &ca);
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let refused = |answer: Output| {
        assert_eq!(answer.status.code(), Some(1));
        let text = String::from_utf8(answer.stderr).unwrap();
        assert!(!text.contains(PASSWORD), "{text}");
        text
    };
    refused(verify(&office, &good, empty.to_str().unwrap()));
    let wrong = refused(verify(&office, &url("made_up_auditor:wrong", "?sslmode=require"), &ca));
    assert!(wrong.contains("password"), "{wrong}");
    // The certificate is that of a name, not of an address.
    refused(verify(&office, &good.replace("@localhost:", "@127.0.0.1:"), &ca));
    // The server takes nobody without TLS.
    refused(verify(&office, &good.replace("require", "disable"), &ca));
    office.tamper("DROP ROLE made_up_auditor");
}

fn other_authority() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("openssl");
    command.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ]);
    command.args([
        "-days",
        "2",
        "-subj",
        "/CN=another made-up authority",
        "-keyout",
        "key",
        "-out",
        "ca.pem",
    ]);
    assert!(command.current_dir(folder.path()).output().unwrap().status.success());
    fs::read(folder.path().join("ca.pem")).unwrap()
}
