//! Cities with keys, a repository, issuers and gates of their own, by the real programs. All names are made up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder in which programs are run, as people in an office do.
pub(crate) struct Office {
    folder: TempDir,
}

impl Office {
    pub(crate) fn new() -> Self {
        let office = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        office.write("passphrase", "a made-up passphrase");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let private = fs::Permissions::from_mode(0o600);
            fs::set_permissions(office.path("passphrase"), private).unwrap();
        }
        office
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs a program whose arguments are those of a line, apart by spaces.
    pub(crate) fn run(&self, program: &str, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern-drill"));
        command
            .args([program, "--json"])
            .args(line.split(' ').filter(|arg| !arg.is_empty()));
        command.current_dir(self.folder.path()).output().unwrap()
    }

    /// The issuer's JSON lines; the command must do what it is asked.
    #[track_caller]
    pub(crate) fn issuer(&self, line: &str) -> Vec<Value> {
        let done = self.run("issuer", line);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(0), "postern-issuer {line}: {said}");
        lines(&done.stdout)
    }

    /// The same, for commands that open a key.
    #[track_caller]
    pub(crate) fn sign(&self, line: &str) -> Vec<Value> {
        self.issuer(&format!("{line} --passphrase-file passphrase"))
    }

    /// The verifier's JSON lines.
    pub(crate) fn verifier(&self, line: &str) -> Vec<Value> {
        lines(&self.run("verifier", line).stdout)
    }

    /// Outcome and reasons of one code, at a time.
    #[track_caller]
    pub(crate) fn verdict(&self, gate: &str, code: &str, at: &str) -> (String, Vec<String>) {
        let verdict = &self.verifier(&format!("check --store {gate} --at {at} {code}"))[0];
        let reasons = verdict["reasons"].as_array().unwrap();
        let reasons = reasons.iter().map(|reason| reason.as_str().unwrap().to_owned());
        (verdict["outcome"].as_str().unwrap().to_owned(), reasons.collect())
    }
}

fn lines(output: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(output);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A city in a folder of an office.
pub(crate) struct City<'a> {
    pub(crate) office: &'a Office,
    /// Its folder, and the id of its issuer.
    pub(crate) name: &'a str,
}

impl<'a> City<'a> {
    /// Keys and root of a city.
    pub(crate) fn found(office: &'a Office, name: &'a str, at: &str) -> Self {
        for role in ["root", "publisher", "snapshot", "code", "status"] {
            fs::create_dir_all(office.path(name)).unwrap();
            office.sign(&format!("key new --role {role} --out {name}/{role}.key"));
        }
        let city = Self { office, name };
        city.office.issuer(&format!(
            "root new --name-en Made-up-{name} --name-zh 虚构 --root-key {name}/root.pub --root-threshold 1 \
             --publisher-key {name}/publisher.pub --publisher-threshold 1 --snapshot-key {name}/snapshot.pub \
             --out {name}/root.draft --at {at}"
        ));
        city.ceremony("root", "root", 1);
        city
    }

    /// Signs, assembles and publishes a draft.
    fn ceremony(&self, kind: &str, role: &str, version: u64) {
        let name = self.name;
        let root = match kind {
            "root" => String::new(),
            _ => format!("--root {name}/1.root"),
        };
        let (draft, signature) = (format!("{name}/{kind}.draft"), format!("{name}/{kind}.{version}.sig"));
        let signed = format!("{name}/{version}.{kind}");
        self.office.sign(&format!(
            "{kind} sign {draft} --key {name}/{role}.key --out {signature} --yes {root}"
        ));
        self.office
            .issuer(&format!("{kind} assemble {draft} {signature} --out {signed} {root}"));
        self.office
            .issuer(&format!("{kind} publish {signed} --repo {name}/repository"));
        fs::remove_file(self.office.path(&draft)).unwrap();
    }

    /// A pack from a description and the rules beside it.
    pub(crate) fn pack(&self, version: u64, toml: &str, at: &str) {
        let name = self.name;
        self.office.write(&format!("{name}/pack.toml"), toml);
        self.office.issuer(&format!(
            "pack new {name}/pack.toml --repo {name}/repository --out {name}/pack.draft --at {at} --end-emergency"
        ));
        self.ceremony("pack", "publisher", version);
    }

    /// The draft of an emergency declaration, signed and published.
    pub(crate) fn declare(&self, version: u64, arguments: &str) {
        let name = self.name;
        self.office.issuer(&format!(
            "pack emergency --repo {name}/repository --out {name}/pack.draft {arguments}"
        ));
        self.ceremony("pack", "publisher", version);
    }

    /// Mints people as pictures; gives the path of the first one's picture.
    pub(crate) fn mint(&self, people: &str, at: &str) -> String {
        let name = self.name;
        self.office.write(&format!("{name}/people.csv"), people);
        self.office.sign(&format!(
            "mint {name}/people.csv --format png --out {name}/codes --ledger {name}/ledger --new-ledger --key {name}/code.key \
             --repo {name}/repository --at {at}"
        ));
        first_picture(&self.office.path(&format!("{name}/codes")))
            .strip_prefix(self.office.folder.path())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// The list of the day, whatever it changes.
    pub(crate) fn publish_status(&self, at: &str) {
        let name = self.name;
        self.office.sign(&format!(
            "status publish --register {name}/register --repo {name}/repository --key {name}/status.key --at {at} --yes"
        ));
    }

    /// The day's snapshot, and its bundle.
    pub(crate) fn renew(&self, at: &str) {
        let name = self.name;
        self.office.sign(&format!(
            "snapshot renew --repo {name}/repository --key {name}/snapshot.key --at {at}"
        ));
        self.office
            .issuer(&format!("bundle --repo {name}/repository --out {name}/update.bundle"));
    }

    /// A gate that trusts this city; gives its store.
    pub(crate) fn gate(&self) -> String {
        let name = self.name;
        let digest = &self.office.issuer(&format!("root show {name}/1.root"))[0]["digest"];
        let digest = digest.as_str().unwrap();
        self.office.verifier(&format!(
            "init --store {name}/gate --root {name}/1.root --name {name}-1 --fingerprint {digest}"
        ));
        format!("{name}/gate")
    }

    /// Brings the bundle to the gate.
    #[track_caller]
    pub(crate) fn update(&self) {
        let name = self.name;
        let told = &self
            .office
            .verifier(&format!("update --store {name}/gate --from {name}/update.bundle"))[0];
        assert_eq!(told["taken"], true, "{told}");
    }
}

fn first_picture(folder: &Path) -> PathBuf {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    let nested = entries
        .iter()
        .find(|path| path.is_dir())
        .map(|path| first_picture(path));
    let picture = entries
        .iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "png"));
    picture.cloned().or(nested).expect("the mint has drawn a picture")
}
