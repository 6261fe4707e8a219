//! Minting with a key on a token (SoftHSM 2, of Debian's `softhsm2`), through the program as an issuer runs it. Where
//! SoftHSM is missing, the test says so and is passed over.
#![cfg(feature = "pkcs11")]

#[path = "mint/office.rs"]
mod office;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use postern_core::keys::Role;
use postern_core::repository::{NEWEST, path};
use postern_core::time::TimeEvidence;
use postern_core::trust::{DocumentKind, FilePin, IssuerKey, Snapshot};
use postern_core::verdict::Outcome;

use office::{AT, DAY, FULL, HEADER, MADE, Office, list, pack, signed};

/// Where distributions put the module.
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];
/// Made up.
const PIN: &str = "24681357";

/// A token of its own, in the office's folder.
struct Token<'o> {
    office: &'o Office,
    module: &'static str,
}

impl Token<'_> {
    fn run(&self, program: &str, args: &[&str]) -> Output {
        let mut command = Command::new(program);
        command
            .args(args)
            .env("SOFTHSM2_CONF", self.office.path("softhsm2.conf"));
        command.output().unwrap()
    }

    fn issuer(&self, args: &[&str]) -> Output {
        self.run(env!("CARGO_BIN_EXE_postern-issuer"), args)
    }

    fn uri(&self, object: &str) -> String {
        format!("pkcs11:token=city;object={object}?module-path={}", self.module)
    }
}

/// Others may not read a file of secrets.
fn write_private(path: &str, secret: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, format!("{secret}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn codes_are_minted_with_a_key_that_never_leaves_its_token() {
    let Some(module) = MODULES.into_iter().find(|path| Path::new(path).exists()) else {
        eprintln!("passed over: SoftHSM 2 is not installed");
        return;
    };
    let office = Office::new();
    let token = Token {
        office: &office,
        module,
    };
    let tokens = office.path("tokens");
    fs::create_dir(&tokens).unwrap();
    fs::write(
        office.path("softhsm2.conf"),
        format!("directories.tokendir = {}\n", tokens.display()),
    )
    .unwrap();
    let init = [
        "--init-token",
        "--free",
        "--label",
        "city",
        "--so-pin",
        "97531864",
        "--pin",
        PIN,
    ];
    let made = token.run("softhsm2-util", &init);
    assert!(made.status.success(), "{}", said(&made));
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let pin = text(&office.path("pin"));
    write_private(&pin, PIN);

    let public = office.path("token.pub");
    let uri = token.uri("west-code");
    let new = [
        "key",
        "new",
        "--role",
        "code",
        "--token",
        &uri,
        "--out",
        &text(&public),
        "--passphrase-file",
        &pin,
    ];
    let made = token.issuer(&new);
    assert!(made.status.success(), "{}", said(&made));
    let again = token.issuer(&new);
    assert!(
        !again.status.success(),
        "neither the label nor the file is taken twice: {}",
        said(&again)
    );
    let shown = token.issuer(&["key", "show", &uri, "--passphrase-file", &pin, "--json"]);
    let from_file = token.issuer(&["key", "show", &text(&public), "--json"]);
    let fingerprint = |output: &Output| {
        let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        line["fingerprint"].as_str().unwrap().to_owned()
    };
    assert_eq!(fingerprint(&shown), fingerprint(&from_file));

    // The authority lists the key.
    let bytes = fs::read(&public).unwrap();
    let (key, role) = postern_core::keyfile::parse_public(&bytes).unwrap();
    assert_eq!(role, Some(Role::Code));
    let mut listed = pack();
    let keys = &mut listed.issuers[1].keys;
    keys.push(IssuerKey {
        key,
        from: MADE,
        role: Role::Code,
        until: MADE.plus(90 * DAY),
    });
    keys.sort_by_key(|key| key.key);
    let bytes = signed(listed, Role::Publisher);
    let snapshot = Snapshot {
        pack: FilePin::of(&bytes, 1),
        root: 1,
        files: vec![],
        issued: AT,
        version: 1,
        register: None,
    };
    fs::write(office.path("repo").join(path(DocumentKind::Pack, 1)), bytes).unwrap();
    fs::write(office.path("repo").join(NEWEST), signed(snapshot, Role::Snapshot)).unwrap();

    let people: String = (0..300).map(|i| format!("P-{i},样本,,,,,,,,,,,,\n")).collect();
    let args = office.people(format!("{HEADER}\n{FULL}\n{people}"));
    let mint = |key: &str, pin: &str| {
        let files = [&args.people, &args.issue.out, &args.issue.ledger, &args.issue.repo].map(|path| text(path));
        let [people, out, ledger, repo] = files;
        let tag = text(&office.path("tag.key"));
        let minted = token.issuer(&[
            "mint",
            "--new-ledger",
            &people,
            "--out",
            &out,
            "--ledger",
            &ledger,
            "--repo",
            &repo,
            "--key",
            key,
            "--pin-file",
            pin,
            "--tag-key",
            &tag,
            "--format",
            "csv",
            "--at",
            "2026-11-23T07:30:30Z",
            "--json",
        ]);
        (minted.status.code(), said(&minted))
    };
    let wrong = text(&office.path("wrong"));
    write_private(&wrong, "11111111");
    for (key, pin, reason) in [
        (&*uri, &*wrong, "token-pin-wrong"),
        (&token.uri("none"), &pin, "token-key-absent"),
        (&uri.replace("token=city", "token=town"), &pin, "token-absent"),
        (&format!("{uri}&pin-value={PIN}"), &pin, "key-uri-pin-value"),
        (&uri.replace(module, "/none.so"), &pin, "token-module-not-loaded"),
    ] {
        let (status, said) = mint(key, pin);
        assert_eq!(status, Some(1), "{said}");
        assert!(
            said.contains(&format!("\"{reason}\"")) && !said.contains(PIN),
            "{reason}: {said}"
        );
        assert!(!args.issue.ledger.exists(), "{reason}");
    }
    let (status, said) = mint(&uri, &pin);
    assert_eq!(status, Some(0), "{said}");
    let judge = office.judge();
    let time = TimeEvidence::Clock {
        system: AT.plus(3600),
        floor: MADE,
    };
    let codes = list(&args.issue.out.join("codes.csv"));
    assert_eq!(codes.len(), 301);
    for row in &codes {
        assert_eq!(judge.check(&row[4], time).outcome, Outcome::Admit, "{row:?}");
    }
    // The same key gives the same bytes.
    let first = fs::read(args.issue.out.join("codes.csv")).unwrap();
    fs::remove_file(&args.issue.ledger).unwrap();
    let (status, said) = mint(&uri, &pin);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(fs::read(args.issue.out.join("codes.csv")).unwrap(), first);
}
