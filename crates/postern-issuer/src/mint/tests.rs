//! A run that ends too early, at every piece of its input and in every way, and is begun again.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use clap::ValueEnum;
use postern_core::demo;
use postern_core::keys::Signer;
use postern_core::trust::{
    Document, FilePin, Issuer, IssuerKey, Keys, Pack, Payload, Root, RootRoles, Snapshot, Windows,
};
use tempfile::TempDir;

use super::*;

const MADE: Time = Time::saturating(1_793_491_200);
const AT: Time = Time::saturating(1_795_419_000);

fn names() -> Names {
    Names::new("Sample", "样本").unwrap()
}

fn signed<P: Payload>(payload: P, role: Role) -> Vec<u8> {
    let mut document = Document::draft(payload);
    let entry = document.sign(&demo::key(role, 0)).unwrap();
    document.add_signature(entry);
    document.to_bytes()
}

/// An authority with one issuer, whose trust is not read from files.
fn issuing() -> Issuing {
    let one = |role| Keys::new(vec![demo::key(role, 0).public()], 1).unwrap();
    let until = MADE.plus(90 * 86_400);
    let root = Root {
        name: names(),
        roles: RootRoles {
            root: one(Role::Root),
            snapshot: one(Role::Snapshot),
            publisher: one(Role::Publisher),
        },
        issued: MADE,
        expires: until,
        version: 1,
    };
    let key = IssuerKey {
        key: demo::key(Role::Code, 0).public(),
        from: MADE,
        role: Role::Code,
        until,
    };
    let pack = Pack {
        name: names(),
        rules: vec![],
        issued: MADE,
        expires: until,
        issuers: vec![Issuer {
            id: "west".parse().unwrap(),
            from: MADE,
            keys: vec![key],
            list: None,
            name: names(),
            rules: vec![],
            until,
            columns: vec![],
            windows: None,
        }],
        version: 1,
        windows: Windows {
            fresh: 86_400,
            aging: 2 * 86_400,
            stale: 3 * 86_400,
        },
        value_sets: BTreeMap::new(),
        tags: vec![],
        auditors: Vec::new(),
        disk_full: None,
        retention: None,
        emergency: None,
    };
    let (root, pack) = (signed(root, Role::Root), signed(pack, Role::Publisher));
    let snapshot = Snapshot {
        pack: FilePin::of(&pack, 1),
        root: 1,
        files: vec![],
        issued: AT,
        version: 1,
        register: None,
    };
    let candidate = postern_core::trust::Candidate {
        roots: &[],
        snapshot: &signed(snapshot, Role::Snapshot),
        pack: &pack,
    };
    let trust = postern_core::trust::Trust::pin(&root)
        .unwrap()
        .update(&candidate, postern_core::trust::no_status_files)
        .unwrap();
    let signer = Box::new(demo::key(Role::Code, 0));
    Issuing::new(&trust, [7; 32], signer, Terms::new(AT, 30)).unwrap()
}

/// A place to work, and people of whom some have faults.
struct Bench {
    folder: TempDir,
    issuing: Issuing,
    formats: Formats,
    people: PathBuf,
}

/// How a run ends too early.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The people file cannot be read on.
    Source,
    /// A row cannot be worked on, as where the ledger cannot be read.
    Work,
    /// The disk is full.
    Ledger,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let people = folder.path().join("people.csv");
        let mut text = "id,name,birth\n".to_owned();
        for i in 0..1000 {
            let year = if i % 50 == 7 { 1800 } else { 1930 + i % 90 };
            // Some ids are there twice, far apart.
            let id = if i % 97 == 96 { i - 90 } else { i };
            text.push_str(&format!("P-{id:04},样本{i},{year}\n"));
        }
        fs::write(&people, text).unwrap();
        // With sheets of cards where the system has a font for them.
        let font = std::env::var_os("POSTERN_FONT").map(PathBuf::from);
        let cards = Font::find(font.as_deref(), "样本".chars()).ok();
        let cards = cards.map(|font| Cards::new(font, postern_cards::Paper::A4, names(), None).unwrap());
        let formats = FormatName::value_variants();
        Self {
            folder,
            issuing: issuing(),
            formats: Formats::new(formats, cards),
            people,
        }
    }

    /// One run, of which `end` says after how many pieces it ends too early. It gives how many pieces it took, and what of
    /// its beginning it found done.
    fn run(
        &self,
        name: &str,
        shard: shard::Shard,
        end: Option<(End, usize)>,
    ) -> Result<(usize, ledger::Progress), MintError> {
        let dir = self.folder.path().join(name);
        let path = self.folder.path().join(format!("{name}{}.db", shard.suffix()));
        let mut people = PeopleFile::open(&self.people, Default::default())?;
        let columns = people.columns().clone();
        let wanted = Wanted {
            may_make: true,
            capacity: Some(1 << 12),
            shard,
            key: self.issuing.permutation_key().unwrap(),
        };
        let mut ledger = Ledger::open(&path, self.issuing.owner(), wanted)?;
        let args: Vec<OsString> = ["postern-issuer", "--lang", "en"].map(OsString::from).to_vec();
        let session = Session::new(&args, |_| None, crate::TEXTS);
        let mut out = Vec::new();
        let mut report = Report::new(&session, 0, &mut out);
        let (plan, key) = Plan::make(&mut people, &ledger, |_| {})?;
        let terms = Terms::new(AT, 30);
        let mut run = ledger.run(RunKind::Mint, key, (terms.issued(), terms.expires()), AT)?;
        let before = run.progress.clone();
        let job = Job {
            issuing: &self.issuing,
            formats: &self.formats,
            target: Target::new(&dir, shard),
            columns: &columns,
            catalog: &session.catalog,
            now: AT,
        };
        let outputs = job.outputs(&mut run)?;
        let at = match run.progress.at {
            0 => people.rows(),
            byte => people::Position {
                byte,
                line: run.progress.line,
            },
        };
        people.seek(at)?;
        let readers = Readers::new(ledger.path());
        let drafting = Drafting {
            columns: &columns,
            encoding: people.encoding(),
            terms,
            tag_key: None,
            shard,
            changed: false,
            since: None,
            not_valid: &crate::status::NotValid::default(),
            readers: &readers,
            path: &self.people,
        };
        if let Some((End::Ledger, pages)) = end {
            ledger.limit_pages(pages as i64);
        }
        let pieces = std::sync::atomic::AtomicUsize::new(0);
        let source = Ending {
            source: PeopleSource {
                people: &mut people,
                plan,
            },
            left: Cell::new(end.filter(|(end, _)| *end == End::Source).map(|(_, n)| n)),
        };
        let prepare = |piece| {
            let n = pieces.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            match end {
                Some((End::Work, at)) if n == at => Err(MintError::Interrupted { rows: 0 }),
                _ => drafting.prepare(piece),
            }
        };
        job.run(&mut ledger, &mut run, outputs, source, prepare, &mut report)?;
        Ok((pieces.into_inner(), before))
    }

    fn files(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        fn tree(dir: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>, base: &Path) {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => tree(&path, files, base),
                    false => drop(files.insert(path.strip_prefix(base).unwrap().to_owned(), fs::read(&path).unwrap())),
                }
            }
        }
        let dir = self.folder.path().join(name);
        let mut files = BTreeMap::new();
        tree(&dir, &mut files, &dir);
        files
    }

    fn same(&self, name: &str, other: &str) {
        let (a, b) = (self.files(name), self.files(other));
        let only = |one: &BTreeMap<_, _>, other: &BTreeMap<PathBuf, _>| -> Vec<PathBuf> {
            other.keys().filter(|path| !one.contains_key(*path)).cloned().collect()
        };
        assert_eq!((only(&a, &b), only(&b, &a)), (vec![], vec![]), "{name}");
        a.iter()
            .for_each(|(path, bytes)| assert!(*bytes == b[path], "{name}: {} differs", path.display()));
    }
}

struct Ending<S> {
    source: S,
    left: Cell<Option<usize>>,
}

impl<S: job::Source> job::Source for Ending<S> {
    type Item = S::Item;

    fn next(&mut self) -> Result<Option<S::Item>, MintError> {
        match self.left.get() {
            Some(0) => return Err(MintError::Interrupted { rows: 0 }),
            left => self.left.set(left.map(|left| left - 1)),
        }
        self.source.next()
    }
}

#[test]
fn whatever_ends_a_run_it_is_completed_byte_for_byte() {
    let bench = Bench::new();
    let (pieces, _) = bench.run("whole", shard::Shard::WHOLE, None).unwrap();
    assert!(pieces > 8, "{pieces}");
    let files = bench.files("whole");
    for name in [
        "codes.csv",
        "codes.jsonl",
        "rejects.csv",
        "pictures-00001.tar",
        "pictures-00011.tar",
    ] {
        assert!(files.contains_key(Path::new(name)), "{name}");
    }
    let mut gone_on = 0;
    for (end, points) in [
        (End::Source, 1..=pieces),
        (End::Work, 0..=pieces - 1),
        (End::Ledger, 0..=12),
    ] {
        for point in points {
            let name = format!("{end:?}-{point}");
            // It ends too early twice, at different points.
            for point in [point, point / 2] {
                let ended = bench.run(&name, shard::Shard::WHOLE, Some((end, point)));
                let early = ended.is_err();
                assert!(early || end == End::Ledger || point > 0, "{name} came to its end");
            }
            let (_, before) = bench.run(&name, shard::Shard::WHOLE, None).unwrap();
            gone_on += u32::from(before.at > 0);
            bench.same(&name, "whole");
        }
    }
    assert!(gone_on > 10, "a run was gone on with {gone_on} times");
    // A complete run is not gone on with: everything is found in the ledger and written again.
    let (again, before) = bench.run("whole", shard::Shard::WHOLE, None).unwrap();
    assert_eq!((again, before.at), (pieces, 0));
    bench.same("whole", "Source-1");
}

#[test]
fn shards_are_the_whole() {
    let bench = Bench::new();
    bench.run("whole", shard::Shard::WHOLE, None).unwrap();
    let shards: Vec<_> = (1..=3).map(|n| shard::Shard::new(n, 3).unwrap()).collect();
    for shard in &shards {
        bench.run("shards", *shard, None).unwrap();
    }
    let files = bench.files("shards");
    let column = |name: &str, i: usize, files: &BTreeMap<PathBuf, Vec<u8>>| -> Vec<String> {
        let text = String::from_utf8(files[Path::new(name)].clone()).unwrap();
        text.lines()
            .skip(1)
            .map(|line| line.split(',').nth(i).unwrap().to_owned())
            .collect()
    };
    let all = |i: usize, stem: &str| -> Vec<String> {
        let names = shards.iter().map(|shard| format!("{stem}{}.csv", shard.suffix()));
        let mut values: Vec<_> = names.flat_map(|name| column(&name, i, &files)).collect();
        values.sort();
        values
    };
    let whole = bench.files("whole");
    let sorted = |name: &str, i| {
        let mut values = column(name, i, &whole);
        values.sort();
        values
    };
    assert_eq!(
        all(0, "codes"),
        sorted("codes.csv", 0),
        "each person has a code from one of them"
    );
    assert_eq!(
        all(0, "rejects"),
        sorted("rejects.csv", 0),
        "each reject is told by one of them"
    );
    let mut indices = all(1, "codes");
    let count = indices.len();
    indices.dedup();
    assert_eq!(indices.len(), count, "and no place is given twice");
}
