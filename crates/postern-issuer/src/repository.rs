//! The repository as a folder: reading it back as a gate would, and adding to it only what a gate will take.

use std::io::Write;
use std::path::{Path, PathBuf};

use postern_cli::files::{self, FileError, FileErrorKind};
use postern_cli::{Session, clock};
use postern_core::bundle::Bundle;
use postern_core::repository::{CollectError, Files, NEWEST, path};
use postern_core::time::Time;
use postern_core::trust::{Candidate, Document, DocumentKind, Pack, Payload, Root, Snapshot, Trust, TrustError};
use postern_core::verdict::Judge;

use crate::cli::BundleArgs;
use crate::error::IssuerError;

/// A document and the bytes it was published as.
type Published<P> = (Document<P>, Vec<u8>);

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

    /// The trust that a gate gets which starts at root 1 and takes today's files.
    ///
    /// # Errors
    ///
    /// [`IssuerError`] where the repository lacks a file, or a file is not believed.
    pub fn trust(&self) -> Result<Trust, IssuerError> {
        let files = Files::collect(0, |path, max| self.read(path, max))?;
        let first = files.roots.first().ok_or(IssuerError::NothingPublished("root"))?;
        let updated = Trust::pin(first).and_then(|pinned| pinned.update(&files.candidate()));
        updated.map_err(|e| IssuerError::Document(self.dir.clone(), e))
    }

    /// The newest root that can be followed from root 1.
    pub(crate) fn newest_root(&self) -> Result<Option<Document<Root>>, IssuerError> {
        match self.roots()?.split_first() {
            None => Ok(None),
            Some((first, rest)) => self.follow(first, rest).map(Some),
        }
    }

    /// The published roots, as they lie there.
    fn roots(&self) -> Result<Vec<Vec<u8>>, FileError> {
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

    /// The snapshot that the pointer names.
    pub(crate) fn newest_snapshot(&self) -> Result<Option<Document<Snapshot>>, IssuerError> {
        let Some(bytes) = self.read(NEWEST, Snapshot::MAX_LEN)? else {
            return Ok(None);
        };
        let parsed = Document::parse(&bytes);
        parsed
            .map(Some)
            .map_err(|e| IssuerError::Document(self.dir.join(NEWEST), e))
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
        let refused = |e| IssuerError::Document(file.to_owned(), e);
        let pack_path = path(DocumentKind::Pack, payload.pack.version);
        let pack = self
            .read(&pack_path, Pack::MAX_LEN)?
            .ok_or(CollectError::Missing(pack_path))?;
        let roots = self.roots()?;
        let candidate = Candidate {
            roots: &roots,
            snapshot,
            pack: &pack,
        };
        let first = roots.first().ok_or(IssuerError::NothingPublished("root"))?;
        let mut gates = vec![Trust::pin(first).map_err(refused)?];
        if self.newest_snapshot()?.is_some() {
            // A root that drops a key leaves yesterday's snapshot unsigned; then only the new gate is played.
            gates.extend(self.trust().ok());
        }
        for gate in gates {
            Judge::new(gate.update(&candidate).map_err(refused)?).map_err(refused)?;
        }
        Ok(())
    }

    fn read(&self, path: &str, max: usize) -> Result<Option<Vec<u8>>, FileError> {
        match files::read_bounded(&self.dir.join(path), max as u64) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == FileErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn add(&self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.dir.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| FileError::new(parent, files::FileAction::Create, e))?;
        }
        files::write_new(&path, bytes)
    }
}

/// `bundle`: what a gate at root 1 needs, as one file.
pub(crate) fn bundle(args: &BundleArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let repository = Repository::new(&args.repo);
    let trust = repository.trust()?;
    let files = Files::collect(0, |path, max| repository.read(path, max))?;
    let pack = trust.pack().map_or(0, |pack| pack.payload().version);
    let mut bundle = Bundle::default();
    let named = (1..).map(|version| path(DocumentKind::Root, version)).zip(files.roots);
    for (path, bytes) in named.chain([
        (NEWEST.to_owned(), files.snapshot),
        (path(DocumentKind::Pack, pack), files.pack),
    ]) {
        bundle
            .insert(&path, bytes)
            .map_err(|e| IssuerError::Rule("bundle", e.to_string()))?;
    }
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

fn in_order(document: DocumentKind, expected: u64, found: u64) -> Result<(), TrustError> {
    match found == expected {
        true => Ok(()),
        false => Err(TrustError {
            document,
            fault: postern_core::trust::Fault::Order { expected, found },
        }),
    }
}
