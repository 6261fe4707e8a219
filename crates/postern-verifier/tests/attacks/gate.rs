//! A gate under attack, and what must hold whatever happens to it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::day::Day;
use crate::common::{AT, Authority, BIN, Gate, Repository, command, finish};

/// A gate that has taken honest days until now.
pub(crate) struct Besieged {
    pub(crate) authority: Authority,
    pub(crate) gate: Gate,
}

impl Besieged {
    /// A gate on day `n` of [`Authority::day`], which it reached from the day before; on day 0 it was never updated.
    pub(crate) fn on_day(n: u64) -> Self {
        Self::of(Authority::new(), n)
    }

    /// The same of any authority.
    pub(crate) fn of(authority: Authority, n: u64) -> Self {
        let besieged = Self {
            gate: Gate::new(authority.clone()),
            authority,
        };
        for day in n.saturating_sub(1).max(1)..=n {
            besieged.takes(&besieged.authority.day(day));
        }
        let at = besieged.authority.made.plus(8 * 3600);
        let expected = if n == 0 {
            vec![]
        } else {
            besieged.authority.admitted(n as u32)
        };
        assert_eq!(besieged.admitted_at(&at.to_string()), expected);
        besieged
    }

    /// The day must be taken.
    #[track_caller]
    pub(crate) fn takes(&self, day: &Day) {
        let done = self.gate.update(&day.repository());
        assert_eq!(done.status, 0, "{done:?}");
    }

    /// List and column must be those of this day.
    #[track_caller]
    pub(crate) fn is_on_day(&self, n: u64) {
        assert_eq!(self.admitted(), self.authority.admitted(n as u32));
    }

    /// The codes that are admitted, of all kinds of codes.
    pub(crate) fn admitted(&self) -> Vec<String> {
        self.admitted_at(AT)
    }

    fn admitted_at(&self, at: &str) -> Vec<String> {
        let codes = self.authority.codes();
        let verdicts = self.verdicts_at(at, &codes);
        let pairs = codes.into_iter().zip(verdicts);
        pairs
            .filter(|(_, verdict)| verdict == "admit")
            .map(|(code, _)| code)
            .collect()
    }

    /// What the gate says to codes: the outcome, and why.
    #[track_caller]
    pub(crate) fn verdicts(&self, codes: &[String]) -> Vec<String> {
        self.verdicts_at(AT, codes)
    }

    #[track_caller]
    pub(crate) fn verdicts_at(&self, at: &str, codes: &[String]) -> Vec<String> {
        let args = ["--json", "--at", at]
            .into_iter()
            .chain(codes.iter().map(String::as_str));
        let done = self.gate.run("check", args);
        let word = |verdict: &Value| {
            let reasons = verdict["reasons"].as_array().unwrap().iter();
            let words = std::iter::once(&verdict["outcome"]).chain(reasons);
            words.map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(" ")
        };
        let verdicts: Vec<_> = done.json().iter().map(word).collect();
        assert_eq!(verdicts.len(), codes.len(), "{done:?}");
        verdicts
    }

    /// What the gate believes, to the byte.
    pub(crate) fn store(&self) -> Vec<u8> {
        fs::read(self.gate.store().join("trust.sqlite")).unwrap()
    }

    /// An update from there must be refused for this reason, with this document at fault, and the gate must be as it was:
    /// the same status and the same verdicts.
    #[track_caller]
    pub(crate) fn refuses<S: AsRef<OsStr>>(&self, source: S, reason: &str, document: Option<&str>) {
        let arguments = ["update".as_ref(), "--json".as_ref(), "--store".as_ref()];
        let mut update = command(BIN);
        update.args::<_, &OsStr>(arguments).arg(self.gate.store());
        update.arg("--from").arg(source);
        self.refused(update, reason, document);
    }

    /// The same with 256 MiB of address space, most of which is the program's.
    #[track_caller]
    pub(crate) fn refuses_in_little_room<S: AsRef<OsStr>>(&self, source: S, reason: &str, document: Option<&str>) {
        let mut update = command("sh");
        update.args([
            "-c",
            r#"ulimit -v 262144; exec "$0" update --json --store "$1" --from "$2""#,
            BIN,
        ]);
        update.arg(self.gate.store()).arg(source);
        self.refused(update, reason, document);
    }

    #[track_caller]
    fn refused(&self, update: Command, reason: &str, document: Option<&str>) {
        let (admitted, store) = (self.admitted(), self.store());
        let before = self.gate.status();
        let done = finish(update, b"");
        assert_eq!(
            (done.status, done.error().as_str()),
            (1, "update-not-taken"),
            "{done:?}"
        );
        let line = &done.json()[0];
        let said = (line["reason"].as_str().unwrap(), line["document"].as_str());
        assert_eq!(said, (reason, document), "{line}");
        assert_eq!(self.gate.status(), before, "{reason}");
        assert!(self.store() == store, "{reason}: the store was written");
        assert_eq!(self.admitted(), admitted, "{reason}");
    }

    /// The bytes that the gate keeps of files that did not come whole.
    pub(crate) fn spooled(&self) -> u64 {
        let parts = fs::read_dir(self.gate.store().join("incoming")).unwrap();
        parts.map(|part| part.unwrap().metadata().unwrap().len()).sum()
    }

    /// The same, from a folder and from a bundle.
    #[track_caller]
    pub(crate) fn refuses_files(&self, files: &Repository, reason: &str, document: Option<&str>) {
        let folder = tempfile::tempdir_in(self.gate.folder.path()).unwrap();
        self.refuses(files.write(folder.path()), reason, document);
        self.refuses(self.gate.file("attack", &files.bundle()), reason, document);
    }

    #[track_caller]
    pub(crate) fn refuses_day(&self, day: &Day, reason: &str, document: &str) {
        self.refuses_files(&day.repository(), reason, Some(document));
    }

    /// The version of a document in the status.
    pub(crate) fn version(&self, document: &str) -> u64 {
        self.status_at(AT)[document]["version"].as_u64().unwrap()
    }

    pub(crate) fn status_at(&self, at: &str) -> Value {
        self.gate.run("status", ["--json", "--at", at]).json().remove(0)
    }

    /// Puts a repository where the gate reads it from.
    pub(crate) fn publish(&self, name: &str, files: &Repository) -> PathBuf {
        files.write(&self.gate.folder.path().join(Path::new(name)))
    }
}
