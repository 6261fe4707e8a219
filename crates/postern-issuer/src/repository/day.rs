//! Which status files a snapshot pins today.
//!
//! The issuers may be other cities', and their files come by copying folders. Whatever is wrong with one of them must not stop
//! the day of this city: it is passed over, and what gates hold already stays.

use postern_cli::files::{FileAction, FileError};
use postern_core::repository::status_path;
use postern_core::status::Column;
use postern_core::text::Ident;
use postern_core::time::Time;
use postern_core::trust::{
    DocumentKind, Fault, Issuer, MAX_STATUS_FILES, Pack, Payload, Snapshot, StatusFile, StatusKind, TrustError,
};

use super::Repository;
use crate::error::IssuerError;

/// The most deltas of a list that a snapshot pins: a gate that is further behind takes the list.
const MAX_DELTAS: usize = 32;
/// The most bad versions of a file that are looked at for a good one.
const MAX_PASSED: usize = 8;

/// The files of a day, and what was passed over.
pub(crate) struct StatusFiles {
    /// As a snapshot pins them.
    pub(crate) files: Vec<StatusFile>,
    /// What is not taken, and why.
    pub(crate) passed: Vec<IssuerError>,
}

impl Repository {
    /// Of each list and column that a pack names the newest good version, and the deltas to that of the list. What an issuer
    /// has not published yet is not there.
    ///
    /// # Errors
    ///
    /// [`IssuerError::RepositoryMissing`] where a file is gone that gates hold, so that they would take no older one.
    pub(crate) fn status_files(&self, pack: &Pack, issued: Time) -> Result<StatusFiles, IssuerError> {
        let yesterday = self.newest_snapshot()?.map(|snapshot| snapshot.into_payload());
        let before = match &yesterday {
            Some(snapshot) => self.pack_of(snapshot.pack.version)?,
            None => None,
        };
        let lists: Vec<_> = pack.issuers.iter().filter(|issuer| issuer.list.is_some()).collect();
        let fixed: usize = lists.iter().map(|issuer| 1 + issuer.columns.len()).sum();
        let deltas = MAX_STATUS_FILES.saturating_sub(fixed) / lists.len().max(1);
        let mut day = Day {
            repository: self,
            issued,
            yesterday: yesterday.as_ref(),
            before: before.as_ref(),
            deltas: deltas.min(MAX_DELTAS),
            files: Vec::new(),
            passed: Vec::new(),
        };
        for issuer in lists {
            let Some(list) = &issuer.list else { continue };
            day.of_issuer(issuer, list)?;
        }
        let Day { mut files, passed, .. } = day;
        files.sort_by(|a, b| a.place().cmp(&b.place()));
        Ok(StatusFiles { files, passed })
    }

    fn pack_of(&self, version: u64) -> Result<Option<Pack>, IssuerError> {
        let path = postern_core::repository::path(DocumentKind::Pack, version);
        let bytes = self.read(&path, Pack::MAX_LEN)?;
        let parsed = bytes.and_then(|bytes| postern_core::trust::Document::<Pack>::parse(&bytes).ok());
        Ok(parsed.map(|pack| pack.into_payload()))
    }
}

struct Day<'a> {
    repository: &'a Repository,
    /// When the snapshot is made.
    issued: Time,
    yesterday: Option<&'a Snapshot>,
    /// The pack of yesterday's snapshot.
    before: Option<&'a Pack>,
    /// The most deltas of each list.
    deltas: usize,
    files: Vec<StatusFile>,
    passed: Vec<IssuerError>,
}

impl Day<'_> {
    fn of_issuer(&mut self, issuer: &Issuer, list: &Ident) -> Result<(), IssuerError> {
        for column in &issuer.columns {
            let newest = self.newest(issuer, list, Some(column))?;
            self.files.extend(newest);
        }
        let Some(newest) = self.newest(issuer, list, None)? else {
            return Ok(());
        };
        let folder = format!("status/{list}");
        let deltas = self.versions(&folder, "delta");
        let recent = deltas.into_iter().filter(|(_, to)| *to <= newest.version).rev();
        for (from, to) in recent.take(self.deltas) {
            let path = format!("{folder}/{}-{to}.delta", from.unwrap_or_default());
            let good = self.good(issuer, StatusKind::Delta, &path);
            self.files.extend(good);
        }
        self.files.push(newest);
        Ok(())
    }

    /// The newest good version of a list or of a column, never an older one than gates hold.
    fn newest(
        &mut self,
        issuer: &Issuer,
        list: &Ident,
        column: Option<&Ident>,
    ) -> Result<Option<StatusFile>, IssuerError> {
        let (kind, folder, extension) = match column {
            None => (StatusKind::Status, format!("status/{list}"), "status"),
            Some(column) => (StatusKind::Column, format!("status/{list}/{column}"), "column"),
        };
        let held = self.yesterday.and_then(|snapshot| {
            let mut files = snapshot.files.iter();
            files.find(|file| file.kind == kind && file.list == *list && file.column.as_ref() == column)
        });
        // A key that was dropped takes its floor with it, at gates and here.
        let floor = held
            .filter(|_| self.keys_are_those_of_yesterday(issuer))
            .map(|held| held.version);
        let versions = self.versions(&folder, extension);
        let newer = versions.iter().rev().map(|(_, version)| *version);
        let newer = newer
            .take_while(|version| floor.is_none_or(|floor| *version > floor))
            .take(MAX_PASSED);
        for version in newer {
            if let Some(entry) = self.good(issuer, kind, &format!("{folder}/{version}.{extension}")) {
                return Ok(Some(entry));
            }
        }
        let Some(held) = held.filter(|_| floor.is_some()) else {
            return Ok(None);
        };
        let path = status_path(held);
        match self.good(issuer, kind, &path) {
            Some(entry) if entry == *held => Ok(Some(entry)),
            // Nothing else would be taken by the gates that hold it: somebody has to bring the file back.
            _ => Err(IssuerError::RepositoryMissing(path)),
        }
    }

    fn keys_are_those_of_yesterday(&self, issuer: &Issuer) -> bool {
        let before = self.before.into_iter().flat_map(|pack| &pack.issuers);
        before
            .filter(|before| before.id == issuer.id)
            .any(|before| before.keys == issuer.keys)
    }

    /// What cannot be read is not there, and was passed over.
    fn versions(&mut self, folder: &str, extension: &str) -> Vec<(Option<u64>, u64)> {
        match self.repository.versions(folder, extension) {
            Ok(versions) => versions,
            Err(e) => {
                self.passed.push(e.into());
                Vec::new()
            }
        }
    }

    /// The entry of a file that this issuer signed, that lies where it belongs, and that is no later than this snapshot.
    fn good(&mut self, issuer: &Issuer, kind: StatusKind, path: &str) -> Option<StatusFile> {
        match self.looked_at(issuer, kind, path) {
            Ok(entry) => Some(entry),
            Err(e) => {
                self.passed.push(e);
                None
            }
        }
    }

    fn looked_at(&self, issuer: &Issuer, kind: StatusKind, path: &str) -> Result<StatusFile, IssuerError> {
        let file = self.repository.file(path);
        // Copied from elsewhere, it may be a pipe, which is never read to its end, or a link to anything.
        let data = file
            .symlink_metadata()
            .map_err(|e| FileError::new(&file, FileAction::Read, e))?;
        if !data.is_file() {
            return Err(IssuerError::RepositoryMissing(path.to_owned()));
        }
        let bytes = self.repository.read(path, Column::MAX_LEN)?;
        let bytes = bytes.ok_or_else(|| IssuerError::RepositoryMissing(path.to_owned()))?;
        let entry = StatusFile::vouched(kind, &bytes, issuer, self.issued);
        let entry = entry.map_err(|e| IssuerError::Document(file.clone(), e))?;
        match status_path(&entry) == path {
            true => Ok(entry),
            false => {
                let fault = TrustError {
                    document: DocumentKind::Status,
                    fault: Fault::NotPinned,
                };
                Err(IssuerError::Document(file, fault))
            }
        }
    }
}
