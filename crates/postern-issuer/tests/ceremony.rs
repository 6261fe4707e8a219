//! The ceremony as people hold it: the real program, real files, one key at a time, and what must be refused.

use std::path::Path;
use std::process::{Command, Output};

use postern_core::trust::{DiskFull, Document, Pack};
use serde_json::Value;

const PASSPHRASE: &str = "of the ceremony test";

/// A folder in which the program is run, as in a session of one person.
struct Office(tempfile::TempDir);

impl Office {
    fn new() -> Self {
        let office = Self(tempfile::tempdir().unwrap());
        office.private("passphrase", PASSPHRASE);
        office
    }

    /// An office with keys for two of three roots, two publishers, a snapshot and a code key.
    fn with_keys() -> Self {
        let office = Self::new();
        for (name, role) in [
            ("root-1", "root"),
            ("root-2", "root"),
            ("root-3", "root"),
            ("publisher-1", "publisher"),
            ("publisher-2", "publisher"),
            ("snapshot", "snapshot"),
            ("code", "code"),
        ] {
            office.key(name, role);
        }
        office
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn private(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write(name, text);
        std::fs::set_permissions(self.path().join(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern-issuer"));
        command
            .current_dir(self.path())
            .env_clear()
            .args(line.split_whitespace());
        command.stdin(std::process::Stdio::null()).output().unwrap()
    }

    #[track_caller]
    fn good(&self, line: &str) -> String {
        let output = self.run(line);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The command fails with this reason, says so in both languages, and tells no secret.
    #[track_caller]
    fn bad(&self, line: &str, reason: &str) {
        let output = self.run(&format!("{line} --json"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        let told: Value = serde_json::from_str(said.lines().last().unwrap_or_default()).unwrap_or_default();
        assert_eq!(told["error"]["reason"], reason, "{line}: {said}");
        for lang in ["en", "zh"] {
            let said = String::from_utf8(self.run(&format!("{line} --lang {lang}")).stderr).unwrap();
            assert!(!said.contains(PASSPHRASE) && !said.contains("error-"), "{said}");
            assert_eq!(said.contains("错误"), lang == "zh", "{said}");
        }
    }

    fn key(&self, name: &str, role: &str) {
        self.good(&format!(
            "key new --role {role} --out {name}.key --passphrase-file passphrase"
        ));
    }

    const ROOT: &str = "--name-en Made-up --name-zh 虚构 --root-threshold 2 --publisher-threshold 2 \
                        --publisher-key publisher-1.pub publisher-2.pub --snapshot-key snapshot.pub";

    fn draft_root(&self) {
        let keys = "--root-key root-1.pub root-2.pub root-3.pub";
        self.good(&format!("root new --out root.draft {keys} {}", Self::ROOT));
    }

    fn sign(&self, kind: &str, key: &str, more: &str) {
        let line = format!("{kind} sign {kind}.draft --key {key}.key --out {kind}.{key}.sig --yes {more}");
        self.good(&format!("{line} --passphrase-file passphrase"));
    }

    fn publish_root(&self) {
        self.draft_root();
        self.sign("root", "root-1", "");
        self.sign("root", "root-3", "");
        self.good("root assemble root.draft root.root-1.sig root.root-3.sig --out 1.root");
        self.good("root publish 1.root --repo repo");
    }

    fn describe_pack(&self) {
        self.write(
            "entry.json",
            "{\"===\": [{\"var\": \"payload.t.0.tr\"}, \"260415000\"]}",
        );
        self.write(
            "pack.toml",
            "name = { en = \"Made-up\", zh = \"虚构\" }\nvalid-for-days = 90\n\
             [windows]\nfresh-hours = 48\naging-hours = 168\nstale-hours = 720\n\
             [[rules]]\nid = \"entry\"\nname = { en = \"negative\", zh = \"阴性\" }\nlogic = \"entry.json\"\n\
             otherwise = \"refuse\"\n\
             [[issuers]]\nid = \"east\"\nname = { en = \"East\", zh = \"东\" }\nfrom = \"2026-01-01\"\n\
             until = \"2036-01-01\"\nrules = [\"entry\"]\n\
             keys = [{ file = \"code.pub\", role = \"code\", from = \"2026-01-01\", until = \"2036-01-01\" }]\n",
        );
    }

    fn publish_pack(&self, version: u64) {
        self.good("pack new pack.toml --repo repo --out pack.draft");
        for key in ["publisher-1", "publisher-2"] {
            self.sign("pack", key, "--root 1.root");
        }
        let assemble = "pack assemble pack.draft pack.publisher-1.sig pack.publisher-2.sig --root 1.root";
        self.good(&format!("{assemble} --out {version}.pack"));
        self.good(&format!("pack publish {version}.pack --repo repo"));
        for file in ["pack.draft", "pack.publisher-1.sig", "pack.publisher-2.sig"] {
            std::fs::remove_file(self.path().join(file)).unwrap();
        }
    }

    const RENEW: &str = "snapshot renew --repo repo --key snapshot.key --passphrase-file passphrase";

    /// All published: root 1, pack 1, snapshot 1.
    fn published() -> Self {
        let office = Self::with_keys();
        office.publish_root();
        office.describe_pack();
        office.publish_pack(1);
        office.good(Self::RENEW);
        office
    }
}

#[test]
fn a_key_is_made_private_and_shown_without_its_passphrase() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::new();
    office.key("k", "code");
    let mode = std::fs::metadata(office.path().join("k.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let shown: Value = serde_json::from_str(&office.good("key show k.pub --json")).unwrap();
    let private: Value =
        serde_json::from_str(&office.good("key show k.key --passphrase-file passphrase --json")).unwrap();
    assert_eq!(shown["fingerprint"], private["fingerprint"]);
    assert!(
        shown["fingerprint"]
            .as_str()
            .unwrap()
            .starts_with(shown["kid"].as_str().unwrap())
    );
    office.bad(
        "key new --role code --out k.key --passphrase-file passphrase",
        "file-exists",
    );
}

#[test]
fn a_wrong_passphrase_is_told_and_nothing_else() {
    let office = Office::new();
    office.key("k", "code");
    office.private("wrong", "of another ceremony");
    office.bad("key show k.key --passphrase-file wrong", "key-wrong-passphrase");
    office.write("open", PASSPHRASE);
    office.bad("key show k.key --passphrase-file open", "passphrase-file-open");
    office.bad("key show k.key", "passphrase-no-terminal");
    office.private("short", "seven77");
    office.bad(
        "key new --role code --out l.key --passphrase-file short",
        "passphrase-too-short",
    );
}

#[test]
fn openssl_reads_our_keys_and_we_read_openssls() {
    let openssl = |office: &Office, line: &str| {
        Command::new("openssl")
            .current_dir(office.path())
            .args(line.split_whitespace())
            .output()
    };
    let office = Office::new();
    if openssl(&office, "version").is_err() {
        assert!(std::env::var_os("CI").is_none(), "openssl is missing");
        eprintln!("skipped: openssl is not installed");
        return;
    }
    office.key("ours", "code");
    let read = openssl(&office, "pkey -in ours.key -passin file:passphrase -pubout").unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    assert!(
        String::from_utf8(office.read("ours.pub"))
            .unwrap()
            .ends_with(&*String::from_utf8_lossy(&read.stdout))
    );

    for (name, line) in [
        ("plain", "genpkey -algorithm ed25519 -out plain.key"),
        (
            "pbkdf2",
            "genpkey -algorithm ed25519 -aes-256-cbc -pass file:passphrase -out pbkdf2.key",
        ),
        (
            "scrypt",
            "pkcs8 -topk8 -scrypt -in plain.key -passout file:passphrase -out scrypt.key",
        ),
    ] {
        assert!(openssl(&office, line).unwrap().status.success(), "{line}");
        let shown = office.good(&format!("key show {name}.key --passphrase-file passphrase --json"));
        let public = openssl(&office, &format!("pkey -in {name}.key -passin file:passphrase -pubout"))
            .unwrap()
            .stdout;
        office.write("theirs.pub", public);
        let theirs: Value = serde_json::from_str(&office.good("key show theirs.pub --json")).unwrap();
        let ours: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(ours["fingerprint"], theirs["fingerprint"], "{name}");
    }
    assert!(
        openssl(&office, "genpkey -algorithm rsa -out rsa.key")
            .unwrap()
            .status
            .success()
    );
    office.bad("key show rsa.key", "key-other-algorithm");
}

#[test]
fn what_is_signed_is_shown_whole() {
    let office = Office::with_keys();
    office.draft_root();
    let shown = office.good("root sign root.draft --key root-1.key --out s --yes --passphrase-file passphrase");
    // Fingerprints are shown in groups; each line of them follows the other.
    let digits: String = shown.split_whitespace().filter(|word| word.len() == 4).collect();
    for key in ["root-1", "root-2", "root-3", "publisher-1", "publisher-2", "snapshot"] {
        let told: Value = serde_json::from_str(&office.good(&format!("key show {key}.pub --json"))).unwrap();
        assert!(
            digits.contains(told["fingerprint"].as_str().unwrap()),
            "{key} in {shown}"
        );
    }
    assert!(shown.contains("2 / 3") && shown.contains("Made-up / 虚构"), "{shown}");
}

#[test]
fn nothing_is_signed_without_a_yes() {
    let office = Office::with_keys();
    office.draft_root();
    office.bad(
        "root sign root.draft --key root-1.key --out s --passphrase-file passphrase",
        "not-confirmed",
    );
    assert!(!office.path().join("s").exists());
}

#[test]
fn a_role_signs_its_own_documents_only() {
    let office = Office::with_keys();
    office.publish_root();
    office.describe_pack();
    office.good("pack new pack.toml --repo repo --out pack.draft");
    let sign = |kind: &str, key: &str, more: &str| {
        format!("{kind} sign {kind}.draft --key {key}.key --out s --yes --passphrase-file passphrase {more}")
    };
    for key in ["root-1", "snapshot", "code"] {
        office.bad(&sign("pack", key, "--root 1.root"), "key-of-other-role");
    }
    office.bad(&sign("root", "publisher-1", ""), "key-of-other-role");
    // A file that does not tell its role, or tells it falsely, does not help: the root decides.
    for (key, line) in [("snapshot", ""), ("root-1", "Postern-Role: publisher\n")] {
        let text = String::from_utf8(office.read(&format!("{key}.key"))).unwrap();
        office.write("disguised.key", text.replacen(text.lines().next().unwrap(), line, 1));
        office.bad(&sign("pack", "disguised", "--root 1.root"), "key-not-in-role");
    }
    office.key("stranger", "publisher");
    office.bad(&sign("pack", "stranger", "--root 1.root"), "key-not-in-role");
}

#[test]
fn a_root_is_assembled_by_its_threshold_only() {
    let office = Office::with_keys();
    office.draft_root();
    office.sign("root", "root-1", "");
    office.bad("root assemble root.draft root.root-1.sig --out r", "under-signed");
    office.bad(
        "root assemble root.draft root.root-1.sig root.root-1.sig --out r",
        "under-signed",
    );
    office.write("rubbish", "rubbish");
    office.bad(
        "root assemble root.draft root.root-1.sig rubbish --out r",
        "foreign-signature",
    );
    std::fs::rename(office.path().join("root.draft"), office.path().join("other.draft")).unwrap();
    office.good(&format!(
        "root new --out root.draft --root-key root-1.pub root-2.pub {} --valid-for 9",
        Office::ROOT
    ));
    office.bad("root assemble root.draft root.root-1.sig --out r", "foreign-signature");
}

#[test]
fn a_root_out_of_bounds_is_not_drafted() {
    let office = Office::with_keys();
    let root = |keys: &str| format!("root new --out r --root-key {keys} {}", Office::ROOT);
    office.bad(&root("root-1.pub"), "out-of-bounds");
    office.bad(&root("root-1.pub root-1.pub"), "out-of-bounds");
    office.bad(&root("root-1.pub publisher-1.pub"), "key-of-other-role");
    office.bad(&root("root-1.pub root-2.key"), "key-not-public");
    assert!(!office.path().join("r").exists());
}

#[test]
fn roots_follow_each_other_by_both_thresholds() {
    let office = Office::published();
    office.key("root-4", "root");
    let keys = "--root-key root-3.pub root-4.pub --previous 1.root";
    std::fs::remove_file(office.path().join("root.draft")).unwrap();
    office.good(&format!("root new --out root.draft {keys} {}", Office::ROOT));
    for key in ["root-1", "root-4"] {
        office.good(&format!(
            "root sign root.draft --key {key}.key --out next.{key} --yes --previous 1.root --passphrase-file passphrase"
        ));
    }
    std::fs::remove_file(office.path().join("root.root-3.sig")).unwrap();
    office.sign("root", "root-3", "--previous 1.root");
    office.bad(
        "root assemble root.draft next.root-4 root.root-3.sig --previous 1.root --out 2.root",
        "under-signed",
    );
    office.bad(
        "root assemble root.draft next.root-4 root.root-3.sig --out 2.root",
        "nothing-published",
    );
    office.good("root assemble root.draft next.root-1 next.root-4 root.root-3.sig --previous 1.root --out 2.root");
    office.bad("root publish 1.root --repo repo", "wrong-version");
    office.good("root publish 2.root --repo repo");
    office.good(Office::RENEW);
    office.good("bundle --repo repo --out b");
}

#[test]
fn the_repository_takes_only_what_gates_take() {
    let office = Office::published();
    assert_eq!(
        office.read("repo/newest.snapshot"),
        office.read("repo/snapshot/1.snapshot")
    );
    office.bad("pack publish 1.pack --repo repo", "wrong-version");
    office.bad("pack publish 1.root --repo repo", "wrong-type");
    let mut edited = office.read("1.pack");
    let last = edited.len() - 1;
    edited[last] ^= 1;
    office.write("edited", &edited);
    office.bad("pack publish edited --repo repo", "under-signed");
    office.good("snapshot new --repo repo --out snapshot.draft");
    office.bad("snapshot publish snapshot.draft --repo repo", "under-signed");
    office.sign("snapshot", "snapshot", "--root 1.root");
    office.good("snapshot assemble snapshot.draft snapshot.snapshot.sig --root 1.root --out 2.snapshot");
    office.good("snapshot publish 2.snapshot --repo repo");
    assert_eq!(office.read("repo/newest.snapshot"), office.read("2.snapshot"));
    office.bad("snapshot publish 2.snapshot --repo repo", "wrong-version");
}

#[test]
fn a_repository_that_was_edited_by_hand_is_noticed() {
    let office = Office::published();
    office.write("repo/pack/1.pack", "edited");
    office.bad("bundle --repo repo --out b", "not-pinned");
    office.bad(Office::RENEW, "malformed-envelope");
    let empty = Office::with_keys();
    empty.bad("bundle --repo repo --out b", "nothing-published");
    empty.bad(Office::RENEW, "nothing-published");
}

#[test]
fn a_description_that_cannot_be_used_says_where() {
    let office = Office::with_keys();
    office.publish_root();
    office.describe_pack();
    let description = String::from_utf8(office.read("pack.toml")).unwrap();
    let drafted = |from: &str, to: &str| {
        office.write("pack.toml", description.replacen(from, to, 1));
        office.run("pack new pack.toml --repo repo --out p")
    };
    for (from, to, named) in [
        ("fresh-hours", "fresh-hour", "fresh-hour"),
        ("valid-for-days = 90", "", "valid-for-days"),
        ("fresh-hours = 48", "fresh-hours = 9999", "windows"),
        ("2036-01-01", "2036-13-01", "line 16: not a time"),
        ("rules = [\"entry\"]", "rules = [\"exit\"]", "rule"),
        ("code.pub", "snapshot.pub", "snapshot"),
        ("entry.json", "none.json", "none.json"),
        ("\"refuse\"", "\"banish\"", "banish"),
    ] {
        let output = drafted(from, to);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{to}");
        assert!(said.contains(named), "{to}: {said}");
        assert!(!office.path().join("p").exists());
    }
    office.write("pack.toml", &description);
    for (rule, named) in [
        ("{\"launch\": []}", "/launch"),
        ("{\"in\": [1, {\"var\": \"external.valueSets.vacines\"}]}", "vacines"),
        ("{", "EOF"),
    ] {
        office.write("entry.json", rule);
        let said = String::from_utf8(office.run("pack new pack.toml --repo repo --out p").stderr).unwrap();
        assert!(said.contains(named) && said.contains("entry.json"), "{rule}: {said}");
        assert!(!office.path().join("p").exists());
    }
}

#[test]
fn what_staff_do_at_a_full_disk_is_signed_and_outlives_an_emergency() {
    let office = Office::with_keys();
    office.publish_root();
    office.describe_pack();
    let plain = String::from_utf8(office.read("pack.toml")).unwrap();
    let describe = |action: &str| office.write("pack.toml", format!("disk-full = \"{action}\"\n{plain}"));
    let declare = "pack emergency --repo repo --reason-en Made-up --reason-zh 虚构 --until 2999-01-01 --set-aside entry \
                   --from 2998-12-01 --out declared.draft";
    let actions = [
        ("close", DiskFull::Close, ["let nobody in by it", "不得由此放行任何人"]),
        (
            "by-hand",
            DiskFull::ByHand,
            ["check by hand, on paper", "人工核验，用纸登记"],
        ),
    ];
    for (version, (action, disk_full, words)) in (1..).zip(actions) {
        describe(action);
        office.publish_pack(version);
        office.good(declare);
        let declared = Document::<Pack>::parse(&office.read("declared.draft"))
            .unwrap()
            .into_payload();
        assert_eq!(declared.disk_full, Some(disk_full));
        assert!(declared.emergency.is_some());
        for file in [format!("{version}.pack"), "declared.draft".to_owned()] {
            for (lang, words) in ["en", "zh"].into_iter().zip(words) {
                let shown = office.good(&format!("pack show {file} --lang {lang}"));
                assert!(shown.contains(words), "{shown}");
            }
        }
        std::fs::remove_file(office.path().join("declared.draft")).unwrap();
    }
    describe("admit");
    let said = String::from_utf8(office.run("pack new pack.toml --repo repo --out p").stderr).unwrap();
    assert!(
        said.contains("line 1") && said.contains("admit") && said.contains("by-hand"),
        "{said}"
    );
    assert!(!office.path().join("p").exists());
}

#[test]
fn a_clock_that_is_behind_publishes_nothing() {
    let office = Office::published();
    office.bad(&format!("{} --at 2025-01-01", Office::RENEW), "dated-back");
    assert!(!office.path().join("repo/snapshot/2.snapshot").exists());
}

#[test]
fn half_a_key_pair_is_never_left() {
    let office = Office::new();
    office.bad(
        "key new --role code --out k.pub --passphrase-file passphrase",
        "file-exists",
    );
    assert!(!office.path().join("k.pub").exists());
    office.write("l.pub", "somebody's");
    office.bad(
        "key new --role code --out l.key --passphrase-file passphrase",
        "file-exists",
    );
    assert!(!office.path().join("l.key").exists());
}

#[test]
fn a_bundle_is_the_tree_that_a_gate_needs() {
    let office = Office::published();
    office.publish_pack(2);
    office.good(Office::RENEW);
    office.good("bundle --repo repo --out b");
    let bundle = postern_core::bundle::Bundle::parse(&office.read("b")).unwrap();
    for file in ["root/1.root", "pack/2.pack", "newest.snapshot"] {
        assert_eq!(
            bundle.file(file),
            Some(&*office.read(&format!("repo/{file}"))),
            "{file}"
        );
    }
    assert_eq!(bundle.file("pack/1.pack"), None, "what no gate needs is not carried");
}
