//! The issuers of the laboratory: people, codes, the register of statuses and its list.

use std::fs::{self, File};
use std::io::BufWriter;

use postern_cli::files::{self, FileAction, FileError};
use postern_core::time::Time;

use super::{Lab, PASSPHRASE, create_new};
use crate::error::DrillError;
use crate::people::{self, People};

/// Faulty rows of the people file, one of each kind.
const FAULTS: u64 = people::Fault::ALL.len() as u64;

/// The two issuers that recognise each other, and how many in a hundred of the people each serves.
pub(crate) const ISSUERS: [(&str, u64); 2] = [("east", 90), ("west", 10)];

/// A person with a code.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The place of the issuer in [`ISSUERS`].
    pub(crate) issuer: usize,
    /// The registration number.
    pub(crate) id: String,
    /// The text of the code.
    pub(crate) text: String,
}

impl Lab {
    /// Mints codes for made-up people of an issuer.
    pub(super) fn mint(&mut self, issuer: usize, people: u64, seed: u64) -> Result<(), DrillError> {
        let (name, _) = ISSUERS[issuer];
        let file = format!("people-{name}.csv");
        let rows = People::new(seed ^ u64::from(name.as_bytes()[0]), people, self.made).map_err(DrillError::People)?;
        let out = BufWriter::new(create_new(&self.path(&file))?);
        people::write_csv_with_faults(&rows, FAULTS.min(people), out).map_err(DrillError::Output)?;
        let at = self.made.to_string();
        let [key, ledger, codes] =
            ["keys/NAME.key", "ledger-NAME.sqlite", "codes-NAME"].map(|t| t.replace("NAME", name));
        let mut args = vec!["mint", &file, "--out", &codes, "--ledger", &ledger, "--new-ledger"];
        args.extend(["--key", &key, "--tag-key", "keys/tag.key", "--repo", "repository"]);
        args.extend(["--passphrase-file", PASSPHRASE, "--at", &at]);
        let lines = self.player.issuer(&[3], &args)?;
        self.rejects += lines.iter().filter(|line| line["reject"].is_object()).count() as u64;
        let folder = self.path(&codes).join("pictures");
        let entries = fs::read_dir(&folder).map_err(|e| FileError::new(&folder, FileAction::Read, e))?;
        let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
        self.pictures
            .extend(names.map(|name| format!("{codes}/pictures/{name}")));
        self.pictures.sort_unstable();
        self.read_codes(issuer, &format!("{codes}/codes.csv"))
    }

    /// The codes that were minted, in the order of their people.
    fn read_codes(&mut self, issuer: usize, list: &str) -> Result<(), DrillError> {
        let path = self.path(list);
        let broken = |e: csv::Error| FileError::new(&path, FileAction::Read, std::io::Error::other(e));
        let open = File::open(&path).map_err(|e| FileError::new(&path, FileAction::Read, e))?;
        for row in csv::Reader::from_reader(open).into_records() {
            let row = row.map_err(broken)?;
            let field = |n: usize| row.get(n).unwrap_or_default().to_owned();
            self.people.push(Person {
                issuer,
                id: field(0),
                text: field(4),
            });
        }
        Ok(())
    }

    /// The register of statuses of an issuer, in which nothing is said of anybody yet.
    pub(super) fn open_register(&mut self, issuer: usize) -> Result<(), DrillError> {
        let (name, _) = ISSUERS[issuer];
        let list = format!("{name}-list");
        let args = ["--new-register", "--list", &list, "--issuer", name];
        self.import_statuses(issuer, "none", "", self.made, &args)
    }

    /// The issuer's office notes statuses: rows of `id,status,why`.
    pub(crate) fn note_statuses(&mut self, issuer: usize, rows: &str, at: Time) -> Result<(), DrillError> {
        self.import_statuses(issuer, "changes", rows, at, &[])
    }

    fn import_statuses(
        &mut self,
        issuer: usize,
        what: &str,
        rows: &str,
        at: Time,
        more: &[&str],
    ) -> Result<(), DrillError> {
        let (name, _) = ISSUERS[issuer];
        let (file, at) = (format!("statuses-{name}-{what}.csv"), at.to_string());
        files::write_new(&self.path(&file), format!("id,status,why\n{rows}").as_bytes())?;
        let [register, ledger] = ["register-NAME.sqlite", "ledger-NAME.sqlite"].map(|t| t.replace("NAME", name));
        let mut args = vec!["status", "import", &file, "--register", &register, "--ledger", &ledger];
        args.extend(["--by", "drill", "--at", &at]);
        args.extend(more);
        self.player.issuer(&[0], &args).map(drop)
    }

    /// Each issuer signs its list and puts it into the repository.
    pub(crate) fn publish_lists(&mut self, at: Time) -> Result<(), DrillError> {
        let at = at.to_string();
        for (name, _) in ISSUERS {
            let [register, key] = ["register-NAME.sqlite", "keys/NAME-status.key"].map(|t| t.replace("NAME", name));
            let mut args = vec!["status", "publish", "--register", &register, "--repo", "repository"];
            args.extend(["--key", &key, "--at", &at, "--yes", "--danger-over-limit"]);
            args.extend(["--passphrase-file", PASSPHRASE]);
            self.player.issuer(&[0], &args)?;
        }
        Ok(())
    }
}
