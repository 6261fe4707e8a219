//! The repository as a folder: reading it back as a gate would, and adding to it only what a gate will take.

mod day;

use std::io::Write;
use std::path::{Path, PathBuf};

use postern_cli::files::{self, FileError, FileErrorKind};
use postern_cli::{Session, clock};
use postern_core::bundle::{Bundle, BundleError};
use postern_core::gates::MAX_WRAPPED;
use postern_core::repository::{self, NEWEST, UpdateError, path, status_path};
use postern_core::status::Column;
use postern_core::time::Time;
use postern_core::trust::{
    Candidate, Document, DocumentKind, Fault, Pack, Payload, Root, Snapshot, StatusFile, StatusKind, StoredStatus,
    Trust, TrustError,
};
use postern_core::verdict::Judge;

use crate::cli::BundleArgs;
use crate::error::IssuerError;

pub(crate) use day::StatusFiles;

/// A document and the bytes it was published as.
pub(crate) type Published<P> = (Document<P>, Vec<u8>);

/// A repository in a folder.
#[derive(Debug)]
pub struct Repository {
    dir: PathBuf,
}

impl Repository {
    /// The repository in `dir`, which may be empty or absent before the first root is published.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Where a file of the tree lies.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.dir.join(path)
    }

    /// The trust that a gate gets which starts at root 1 and takes today's files.
    ///
    /// # Errors
    ///
    /// [`IssuerError`] where the repository lacks a file, or a file is not believed.
    pub fn trust(&self) -> Result<Trust, IssuerError> {
        self.first_trust(|_, _| ())
    }

    /// As [`Self::trust`], and tells of each file that such a gate reads.
    fn first_trust(&self, mut read: impl FnMut(&str, &[u8])) -> Result<Trust, IssuerError> {
        let first = path(DocumentKind::Root, 1);
        let root = self
            .read(&first, Root::MAX_LEN)?
            .ok_or(IssuerError::NothingPublished("root"))?;
        read(&first, &root);
        let pinned = Trust::pin(&root).map_err(|e| IssuerError::Document(self.dir.clone(), e))?;
        let updated = repository::update(&pinned, |wanted| {
            let bytes = self.read(wanted.path, wanted.max)?;
            if let Some(bytes) = &bytes {
                read(wanted.path, bytes);
            }
            Ok(bytes)
        });
        updated.map_err(|e| refused(&self.dir, e))
    }

    /// The newest root that can be followed from root 1.
    pub(crate) fn newest_root(&self) -> Result<Option<Document<Root>>, IssuerError> {
        match self.roots()?.split_first() {
            None => Ok(None),
            Some((first, rest)) => self.follow(first, rest).map(Some),
        }
    }

    /// The published roots, as they lie there.
    pub(crate) fn roots(&self) -> Result<Vec<Vec<u8>>, FileError> {
        let mut roots = Vec::new();
        while let Some(root) = self.read(&path(DocumentKind::Root, roots.len() as u64 + 1), Root::MAX_LEN)? {
            roots.push(root);
        }
        Ok(roots)
    }

    fn follow(&self, first: &[u8], rest: &[Vec<u8>]) -> Result<Document<Root>, IssuerError> {
        let followed = Trust::pin(first).and_then(|pinned| pinned.follow_roots(rest));
        followed.map_err(|e| IssuerError::Document(self.dir.join("root"), e))
    }

    /// The published pack of the highest version.
    pub(crate) fn newest_pack(&self) -> Result<Option<Published<Pack>>, IssuerError> {
        let mut newest = None;
        for version in 1.. {
            let Some(bytes) = self.read(&path(DocumentKind::Pack, version), Pack::MAX_LEN)? else {
                break;
            };
            let pack = Document::<Pack>::parse(&bytes)
                .map_err(|e| IssuerError::Document(self.dir.join(path(DocumentKind::Pack, version)), e))?;
            newest = Some((pack, bytes));
        }
        Ok(newest)
    }

    /// The snapshot that the pointer names, or one after it: a run that was cut short left it without moving the pointer, and
    /// its version is taken.
    pub(crate) fn newest_snapshot(&self) -> Result<Option<Document<Snapshot>>, IssuerError> {
        let read = |path: &str| -> Result<Option<Document<Snapshot>>, IssuerError> {
            let Some(bytes) = self.read(path, Snapshot::MAX_LEN)? else {
                return Ok(None);
            };
            let parsed = Document::parse(&bytes);
            parsed
                .map(Some)
                .map_err(|e| IssuerError::Document(self.dir.join(path), e))
        };
        let mut newest = read(NEWEST)?;
        loop {
            let version = newest.as_ref().map_or(0, |newest| newest.payload().version);
            match read(&path(DocumentKind::Snapshot, version + 1))? {
                None => return Ok(newest),
                next => newest = next,
            }
        }
    }

    /// Publishes a root: the first, or the one that follows the newest.
    pub(crate) fn publish_root(&self, file: &Path, bytes: &[u8]) -> Result<Document<Root>, IssuerError> {
        let refused = |e| IssuerError::Document(file.to_owned(), e);
        let root = Document::<Root>::parse(bytes).map_err(refused)?;
        let mut roots = self.roots()?;
        in_order(DocumentKind::Root, roots.len() as u64 + 1, root.payload().version).map_err(refused)?;
        roots.push(bytes.to_vec());
        let pinned = Trust::pin(&roots[0]).map_err(refused)?;
        pinned.follow_roots(&roots[1..]).map_err(refused)?;
        self.add(&path(DocumentKind::Root, root.payload().version), bytes)?;
        Ok(root)
    }

    /// Publishes a pack that the newest root's publishers signed and whose rules compile.
    pub(crate) fn publish_pack(&self, file: &Path, bytes: &[u8]) -> Result<Document<Pack>, IssuerError> {
        let refused = |e| IssuerError::Document(file.to_owned(), e);
        let root = self.newest_root()?.ok_or(IssuerError::NothingPublished("root"))?;
        let pack = Document::<Pack>::parse(bytes).map_err(refused)?;
        pack.threshold(&root.payload().roles.publisher).map_err(refused)?;
        postern_core::policy::Policy::compile(pack.payload()).map_err(refused)?;
        let expected = self.newest_pack()?.map_or(1, |(pack, _)| pack.payload().version + 1);
        in_order(DocumentKind::Pack, expected, pack.payload().version).map_err(refused)?;
        self.add(&path(DocumentKind::Pack, pack.payload().version), bytes)?;
        Ok(pack)
    }

    /// Publishes a snapshot, if a gate that holds today's files takes it, and moves the pointer to it.
    pub(crate) fn publish_snapshot(&self, file: &Path, bytes: &[u8]) -> Result<Document<Snapshot>, IssuerError> {
        let refused = |e| IssuerError::Document(file.to_owned(), e);
        let snapshot = Document::<Snapshot>::parse(bytes).map_err(refused)?;
        let version = snapshot.payload().version;
        let expected = self.newest_snapshot()?.map_or(1, |newest| newest.payload().version + 1);
        in_order(DocumentKind::Snapshot, expected, version).map_err(refused)?;
        self.not_dated_back(snapshot.payload().issued)?;
        self.as_a_gate(file, bytes, snapshot.payload())?;
        self.add(&path(DocumentKind::Snapshot, version), bytes)?;
        files::write_atomic(&self.dir.join(NEWEST), bytes)?;
        Ok(snapshot)
    }

    /// A snapshot that is dated before what it names comes from a clock that is behind: it would age every gate.
    fn not_dated_back(&self, issued: Time) -> Result<(), IssuerError> {
        let root = self.newest_root()?.map(|root| root.payload().issued);
        let pack = self.newest_pack()?.map(|(pack, _)| pack.payload().issued);
        let snapshot = self.newest_snapshot()?.map(|snapshot| snapshot.payload().issued);
        match [root, pack, snapshot].into_iter().flatten().max() {
            Some(newest) if issued < newest => Err(IssuerError::DatedBack(issued, newest)),
            _ => Ok(()),
        }
    }

    /// Plays the update on a gate that starts at root 1, and on one that holds the files of the day before.
    fn as_a_gate(&self, file: &Path, snapshot: &[u8], payload: &Snapshot) -> Result<(), IssuerError> {
        let distrusted = |e| IssuerError::Document(file.to_owned(), e);
        let pack_path = path(DocumentKind::Pack, payload.pack.version);
        let pack = self
            .read(&pack_path, Pack::MAX_LEN)?
            .ok_or(IssuerError::RepositoryMissing(pack_path))?;
        let roots = self.roots()?;
        let candidate = Candidate {
            roots: &roots,
            snapshot,
            pack: &pack,
        };
        let first = roots.first().ok_or(IssuerError::NothingPublished("root"))?;
        let mut gates = vec![Trust::pin(first).map_err(distrusted)?];
        gates.extend(self.yesterday(roots.last().unwrap_or(first))?);
        for gate in gates {
            let updated = gate.update(&candidate, |pinned| self.status_file(pinned));
            Judge::new(updated.map_err(|e| refused(file, e))?).map_err(distrusted)?;
        }
        Ok(())
    }

    /// The gate that took the newest published snapshot, under the newest root, with the lists that are here. None where a
    /// root has dropped a key since: then no gate is held by that snapshot any more.
    fn yesterday(&self, root: &[u8]) -> Result<Option<Trust>, IssuerError> {
        let Some(snapshot) = self.read(NEWEST, Snapshot::MAX_LEN)? else {
            return Ok(None);
        };
        let refused = |e| IssuerError::Document(self.dir.clone(), e);
        let payload = Document::<Snapshot>::parse(&snapshot).map_err(refused)?.into_payload();
        let pack_path = path(DocumentKind::Pack, payload.pack.version);
        let pack = self
            .read(&pack_path, Pack::MAX_LEN)?
            .ok_or(IssuerError::RepositoryMissing(pack_path))?;
        let mut files = Vec::new();
        for entry in payload.files.iter().filter(|entry| entry.kind != StatusKind::Delta) {
            if let Some(bytes) = self.read(&status_path(entry), Column::MAX_LEN)? {
                files.push((entry, bytes));
            }
        }
        let stored: Vec<_> = files
            .iter()
            .map(|(entry, file)| StoredStatus {
                list: &entry.list,
                column: entry.column.as_ref(),
                file,
                content: None,
            })
            .collect();
        match Trust::restore(root, Some((&snapshot, &pack)), &stored) {
            Ok(trust) => Ok(Some(trust)),
            Err(TrustError {
                document: DocumentKind::Snapshot | DocumentKind::Pack,
                fault: Fault::UnderSigned { .. },
            }) => Ok(None),
            Err(e) => Err(refused(e)),
        }
    }

    /// The versions in the names `V.KIND` or `FROM-V.KIND` of a folder, ascending.
    pub(crate) fn versions(&self, folder: &str, kind: &str) -> Result<Vec<(Option<u64>, u64)>, FileError> {
        let path = self.dir.join(folder);
        let failed = |e| FileError::new(&path, files::FileAction::Read, e);
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed(e)),
        };
        let mut versions = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            let Some((stem, extension)) = name.to_str().and_then(|name| name.split_once('.')) else {
                continue;
            };
            let numbers = match stem.split_once('-') {
                Some((from, to)) => from.parse().ok().map(Some).zip(to.parse().ok()),
                None => stem.parse().ok().map(|version| (None, version)),
            };
            versions.extend(numbers.filter(|_| extension == kind));
        }
        versions.sort_unstable_by_key(|&(from, to)| (to, from));
        Ok(versions)
    }

    /// Adds the tag keys as they are wrapped to each gate, for the gate that gets the bundle to find its own.
    fn wrapped_keys(&self, bundle: &mut Bundle) -> Result<(), IssuerError> {
        let failed = |e| FileError::new(self.dir.join("gate"), files::FileAction::Read, e);
        let folders = match std::fs::read_dir(self.dir.join("gate")) {
            Ok(folders) => folders,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(failed(e).into()),
        };
        for folder in folders {
            let name = folder.map_err(failed)?.file_name();
            let Some(folder) = name.to_str().map(|name| format!("gate/{name}")) else {
                continue;
            };
            for (_, epoch) in self.versions(&folder, "age")? {
                let path = format!("{folder}/{epoch}.age");
                if let Some(bytes) = self.read(&path, MAX_WRAPPED)? {
                    bundle.insert(&path, bytes).map_err(full_bundle)?;
                }
            }
        }
        Ok(())
    }

    /// A status file that a snapshot names.
    fn status_file(&self, pinned: &StatusFile) -> Result<Vec<u8>, UpdateError<FileError>> {
        let path = status_path(pinned);
        let max = usize::try_from(pinned.size).unwrap_or(usize::MAX);
        let bytes = self.read(&path, max).map_err(UpdateError::Read)?;
        bytes.ok_or(UpdateError::Missing(path))
    }

    pub(crate) fn read(&self, path: &str, max: usize) -> Result<Option<Vec<u8>>, FileError> {
        match files::read_bounded(&self.dir.join(path), max as u64) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == FileErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    pub(crate) fn add(&self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.dir.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| FileError::new(parent, files::FileAction::Create, e))?;
        }
        files::write_new(&path, bytes)
    }
}

fn full_bundle(error: BundleError) -> IssuerError {
    IssuerError::Rule("bundle", error.to_string())
}

/// `bundle`: what a gate at root 1 needs, as one file.
pub(crate) fn bundle(args: &BundleArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let repository = Repository::new(&args.repo);
    let mut bundle = Bundle::default();
    let mut full = Ok(());
    let trust = repository.first_trust(|path, bytes| {
        if full.is_ok() {
            full = bundle.insert(path, bytes.to_vec());
        }
    })?;
    full.map_err(full_bundle)?;
    repository.wrapped_keys(&mut bundle)?;
    let bytes = bundle.to_bytes();
    // A bundle is made anew each day under one name.
    files::write_atomic(&args.out, &bytes)?;
    let issued = trust
        .snapshot()
        .map_or(0, |snapshot| snapshot.payload().issued.seconds() as i64);
    let issued = clock::format_time(issued);
    let file = args.out.display().to_string();
    let line = match session.json {
        true => {
            let step = serde_json::json!({ "step": "bundled", "file": file, "bytes": bytes.len(), "issued": issued });
            postern_cli::terminal::json_line(&step)
        }
        false => {
            let args = [
                ("file", file.into()),
                ("bytes", bytes.len().into()),
                ("issued", issued.into()),
            ];
            session.catalog.text("bundle-written", &args)
        }
    };
    writeln!(out, "{line}").map_err(IssuerError::Output)
}

/// Why a gate would not take what lies here.
fn refused(file: &Path, error: UpdateError<FileError>) -> IssuerError {
    match error {
        UpdateError::Distrust(e) => IssuerError::Document(file.to_owned(), e),
        UpdateError::Missing(path) => IssuerError::RepositoryMissing(path),
        UpdateError::Read(e) => IssuerError::File(e),
    }
}

fn in_order(document: DocumentKind, expected: u64, found: u64) -> Result<(), TrustError> {
    match found == expected {
        true => Ok(()),
        false => Err(TrustError {
            document,
            fault: Fault::Order { expected, found },
        }),
    }
}
