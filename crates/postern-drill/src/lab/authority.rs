//! The authority of the laboratory: keys, ceremonies, the repository, the register of gates.

use std::fs;

use postern_cli::files::{self, FileAction, FileError};
use postern_cli::random;
use postern_core::time::Time;

use super::{Hours, Lab, PASSPHRASE, sources};
use crate::error::DrillError;
use crate::player::Part;

/// The root that gates and the auditor begin with.
pub(crate) const ROOT: &str = "repository/root/1.root";
/// The audit office.
pub(crate) const AUDITOR: &str = "audit";

impl Lab {
    pub(super) fn keys(&mut self) -> Result<(), DrillError> {
        let secret = postern_core::hex(&random::bytes::<16>()?);
        files::write_private_new(&self.path(PASSPHRASE), format!("{secret}\n").as_bytes())?;
        let named = [
            ("root", "root-1"),
            ("root", "root-2"),
            ("root", "root-3"),
            ("publisher", "publisher-1"),
            ("publisher", "publisher-2"),
            ("snapshot", "snapshot"),
            ("code", "east"),
            ("code", "west"),
            ("status", "east-status"),
            ("status", "west-status"),
            ("tag", "tag"),
        ];
        for (role, name) in named {
            let file = format!("keys/{name}.key");
            let args = [
                "key",
                "new",
                "--role",
                role,
                "--out",
                &file,
                "--passphrase-file",
                PASSPHRASE,
            ];
            self.player.issuer(&[0], &args)?;
        }
        Ok(())
    }

    pub(super) fn root(&mut self) -> Result<(), DrillError> {
        let (at, draft) = (self.made.to_string(), "ceremony/root-1.draft");
        let mut new = vec!["root", "new", "--out", draft];
        new.extend(["--name-en", sources::NAME_EN, "--name-zh", sources::NAME_ZH]);
        new.extend(["--root-key", "keys/root-1.pub", "keys/root-2.pub", "keys/root-3.pub"]);
        new.extend(["--root-threshold", "2"]);
        new.extend(["--publisher-key", "keys/publisher-1.pub", "keys/publisher-2.pub"]);
        new.extend([
            "--publisher-threshold",
            "2",
            "--snapshot-key",
            "keys/snapshot.pub",
            "--at",
            &at,
        ]);
        self.player.issuer(&[0], &new)?;
        self.ceremony(
            "root",
            draft,
            &["keys/root-1.key", "keys/root-3.key"],
            &[],
            "repository",
        )?;
        let shown = self.player.issuer(&[0], &["root", "show", ROOT])?;
        let digest = shown.iter().find_map(|line| line["digest"].as_str());
        digest.unwrap_or_default().clone_into(&mut self.fingerprint);
        Ok(())
    }

    /// The audit office, and what it sends to the publishers of the pack.
    pub(super) fn auditor(&mut self) -> Result<(), DrillError> {
        let fingerprint = self.fingerprint.clone();
        let mut init = vec!["init", "--dir", AUDITOR, "--name", "audit-office", "--root", ROOT];
        init.extend(["--fingerprint", &fingerprint, "--passphrase-file", PASSPHRASE]);
        let told = self.player.play(Part::Auditor, &[0], &init)?.lines;
        let block = told.iter().find_map(|line| line["auditor"].as_str());
        block.unwrap_or_default().clone_into(&mut self.auditors);
        let (from, to) = (self.path(AUDITOR).join("auditor.pub"), self.path("pack/auditor.pub"));
        fs::copy(&from, to).map_err(|e| FileError::new(from, FileAction::Read, e))?;
        Ok(())
    }

    /// The next pack, as of a time: described, built, signed by two publishers, published.
    pub(crate) fn pack(&mut self, repository: &str, at: Time, windows: Hours) -> Result<(), DrillError> {
        sources::pack(&self.dir, self.made, windows, &self.auditors)?;
        let (at, draft) = (at.to_string(), self.draft());
        let mut new = vec!["pack", "new", "pack/pack.toml", "--repo", repository, "--out", &draft];
        new.extend(["--at", &at, "--end-emergency"]);
        self.player.issuer(&[0], &new)?;
        self.publish_pack(&draft, repository)
    }

    /// The newest pack with a declaration in it: data may be so old, until a time.
    pub(crate) fn declare(&mut self, at: Time, until: Time, stale_hours: u64) -> Result<(), DrillError> {
        let [at, until] = [at, until].map(|time| time.to_string());
        let (stale, draft) = (stale_hours.to_string(), self.draft());
        let mut emergency = vec!["pack", "emergency", "--repo", "repository", "--out", &draft];
        emergency.extend([
            "--reason-en",
            "Drill: the centre is down",
            "--reason-zh",
            "演练：中心中断",
        ]);
        emergency.extend(["--stale-hours", &stale, "--at", &at, "--until", &until]);
        self.player.issuer(&[0], &emergency)?;
        self.publish_pack(&draft, "repository")
    }

    /// The daily job, as of a time.
    pub(crate) fn renew(&mut self, repository: &str, at: Time) -> Result<(), DrillError> {
        let at = at.to_string();
        let mut renew = vec!["snapshot", "renew", "--repo", repository, "--key", "keys/snapshot.key"];
        renew.extend(["--at", &at, "--passphrase-file", PASSPHRASE]);
        self.player.issuer(&[0], &renew).map(drop)
    }

    /// The repository as one file.
    pub(crate) fn bundle(&mut self, out: &str) -> Result<(), DrillError> {
        let args = ["bundle", "--repo", "repository", "--out", out];
        self.player.issuer(&[0], &args).map(drop)
    }

    /// Enters a gate into the register.
    pub(crate) fn enrol(&mut self, gate: &str, position: &str, at: Time) -> Result<(), DrillError> {
        let (application, at) = (format!("{gate}/gate.enrolment"), at.to_string());
        let position = format!("--position={position}");
        let mut enrol = vec![
            "gate",
            "enrol",
            &application,
            "--repo",
            "repository",
            &position,
            "--yes",
        ];
        enrol.extend([
            "--key",
            "keys/snapshot.key",
            "--at",
            &at,
            "--passphrase-file",
            PASSPHRASE,
        ]);
        self.player.issuer(&[0], &enrol).map(drop)
    }

    fn draft(&mut self) -> String {
        self.drafts += 1;
        format!("ceremony/pack-{}.draft", self.drafts)
    }

    fn publish_pack(&mut self, draft: &str, repository: &str) -> Result<(), DrillError> {
        let publishers = ["keys/publisher-1.key", "keys/publisher-2.key"];
        self.ceremony("pack", draft, &publishers, &["--root", ROOT], repository)
    }

    /// Signs a draft by each key on its own, assembles and publishes it.
    fn ceremony(
        &mut self,
        kind: &str,
        draft: &str,
        keys: &[&str],
        root: &[&str],
        repository: &str,
    ) -> Result<(), DrillError> {
        let base = draft.trim_end_matches(".draft");
        let mut signatures = Vec::new();
        for (n, key) in (1..).zip(keys) {
            let signature = format!("{base}.signature-{n}");
            let mut sign = vec![kind, "sign", draft, "--key", key, "--out", &signature, "--yes"];
            sign.extend(["--passphrase-file", PASSPHRASE]);
            sign.extend(root);
            self.player.issuer(&[0], &sign)?;
            signatures.push(signature);
        }
        let whole = format!("{base}.{kind}");
        let mut assemble = vec![kind, "assemble", draft];
        assemble.extend(signatures.iter().map(String::as_str));
        assemble.extend(["--out", &whole]);
        assemble.extend(root);
        self.player.issuer(&[0], &assemble)?;
        let publish = [kind, "publish", &whole, "--repo", repository];
        self.player.issuer(&[0], &publish).map(drop)
    }
}
