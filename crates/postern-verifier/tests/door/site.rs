//! A gate at a door, the program that serves there, and what hangs on it.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use postern_core::cbor::Bytes;
use postern_core::code::Claims;
use postern_core::record::DocumentTag;
use postern_core::time::Time;
use postern_core::trust::Pack;
use postern_log::Log;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::common::{Authority, BIN, DAY, Gate, Repository, claims, command, fingerprint, tags};
use crate::papers::{EPOCH, tag_key};

/// How long anything may take on a machine that is busy.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// A scanner that also reads documents.
pub(crate) const BOTH: [&str; 2] = ["--source", "stdin,reads=both"];

/// A gate whose authority made its documents yesterday, so that its clock is right.
pub(crate) struct Site {
    pub(crate) gate: Gate,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// With a changed pack.
    pub(crate) fn with(change: impl FnOnce(&mut Pack)) -> Self {
        let site = Self::empty();
        let mut pack = site.pack(1);
        change(&mut pack);
        site.install(&site.authority().repository_of(pack, 1));
        site
    }

    /// With the authority's tag key.
    pub(crate) fn with_tag_key() -> Self {
        Self::empty().and_tag_key()
    }

    /// With the tag key, and a passphrase on what opens it.
    pub(crate) fn with_passphrase(secret: &str) -> Self {
        let site = Self::empty();
        fs::remove_dir_all(site.store()).unwrap();
        let (root, secret) = (site.path("root"), site.secret("passphrase", secret));
        let fingerprint = fingerprint(&fs::read(&root).unwrap());
        let paths = [
            "--root".as_ref(),
            root.as_os_str(),
            "--passphrase-file".as_ref(),
            secret.as_os_str(),
        ];
        let words = ["--fingerprint", &fingerprint, "--name", "north-1"].map(OsStr::new);
        let done = site.gate.run("init", paths.into_iter().chain(words));
        assert_eq!(done.status, 0, "{done:?}");
        site.and_tag_key()
    }

    /// A file that nobody else can read.
    pub(crate) fn secret(&self, name: &str, text: &str) -> PathBuf {
        let path = self.gate.file(name, text.as_bytes());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    fn and_tag_key(self) -> Self {
        let site = self;
        let mut pack = site.pack(1);
        pack.tags = vec![tags::epoch(site.authority(), &tag_key())];
        let mut files = site.authority().repository_of(pack, 1);
        let (path, wrapped) = tags::wrapped(&site.gate, &tag_key(), EPOCH);
        files.set(&path, wrapped);
        site.install(&files);
        site
    }

    /// A gate that trusts the keys that everybody has.
    pub(crate) fn demo() -> Self {
        let site = Self::made_by(Authority {
            demo: true,
            ..Authority::patient()
        });
        site.install(&site.authority().repository_of(site.pack(1), 1));
        site
    }

    /// A gate that knows its root and nothing else.
    pub(crate) fn empty() -> Self {
        Self::made_by(Authority::patient())
    }

    fn made_by(authority: Authority) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let authority = Authority {
            made: Time::saturating((now - DAY) as i64),
            ..authority
        };
        Self {
            gate: Gate::new(authority),
        }
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.gate.authority
    }

    pub(crate) fn pack(&self, version: u64) -> Pack {
        self.authority().pack_payload(version)
    }

    pub(crate) fn install(&self, repository: &Repository) {
        let done = self.gate.update(repository);
        assert_eq!(done.status, 0, "{done:?}");
    }

    /// The configuration in the store.
    pub(crate) fn configure(&self, toml: &str) {
        fs::write(self.store().join("gate.toml"), toml).unwrap();
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.gate.store()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.gate.folder.path().join(name)
    }

    fn claims(&self, index: u32) -> Claims {
        let issued = Time::saturating((self.authority().made.seconds() - DAY) as i64);
        Claims {
            issued,
            ..claims(index)
        }
    }

    /// A code that is admitted, each number another person's.
    pub(crate) fn good(&self, index: u32) -> String {
        self.authority().code(0, &self.claims(index))
    }

    /// A good code that is bound to this document, or to none.
    pub(crate) fn bound(&self, index: u32, tag: Option<DocumentTag>) -> String {
        let mut claims = self.claims(index);
        claims.record.holder.tag = tag;
        self.authority().code(0, &claims)
    }

    /// A code that a person must look at, and that is bound to this document.
    pub(crate) fn bound_to_west(&self, index: u32, tag: DocumentTag) -> String {
        let mut claims = self.claims(index);
        claims.record.holder.tag = Some(tag);
        self.authority().code(1, &claims)
    }

    /// A code of a person who was never vaccinated: refused.
    pub(crate) fn refused(&self, index: u32) -> String {
        let mut claims = self.claims(index);
        claims.record.facts.vaccination = None;
        self.authority().code(0, &claims)
    }

    /// A code that a person must look at.
    pub(crate) fn referred(&self, index: u32) -> String {
        self.authority().code(1, &self.claims(index))
    }

    /// `scan --json` with these arguments, when it is ready.
    pub(crate) fn scan<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Scan {
        let mut scan = command(BIN);
        scan.args(["scan", "--json", "--store"]).arg(self.store()).args(args);
        Scan::start(scan)
    }

    /// The log, which must be whole.
    pub(crate) fn log(&self) -> Log {
        let log = Log::open(&self.store().join("log.sqlite")).unwrap();
        let report = log.verify().unwrap();
        assert!(report.is_clean(), "{report:?}");
        log
    }

    /// Columns of all events, each row as one text. The log must be whole, and nobody's.
    pub(crate) fn rows(&self, columns: &str) -> Vec<String> {
        drop(self.log());
        self.rows_meanwhile(columns)
    }

    /// The same, while the door is served.
    pub(crate) fn rows_meanwhile(&self, columns: &str) -> Vec<String> {
        let conn = rusqlite::Connection::open(self.store().join("log.sqlite")).unwrap();
        let joined: Vec<String> = columns.split(' ').map(|name| format!("ifnull({name}, '-')")).collect();
        let select = format!("SELECT concat_ws(' ', {}) FROM v_scans ORDER BY seq", joined.join(", "));
        let mut select = conn.prepare(&select).unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

/// The tag that [`claims`] gives to this number, as the log shows it.
pub(crate) fn tag_of(index: u32) -> String {
    let Bytes(tag) = claims(index).record.holder.tag.unwrap().0;
    postern_core::hex(&tag)
}

/// A door that is served.
pub(crate) struct Scan {
    child: Child,
    stdin: Option<ChildStdin>,
    answers: Receiver<Value>,
    /// What it said when it was ready.
    pub(crate) ready: Value,
}

impl Scan {
    pub(crate) fn start(command: Command) -> Self {
        let mut scan = Self::start_at_once(command);
        scan.ready = scan.next();
        assert_eq!(scan.ready["type"], "ready", "{}", scan.ready);
        scan
    }

    fn start_at_once(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (give, answers) = mpsc::channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            let lines = out.lines().map_while(Result::ok);
            let mut values = lines.map(|line| serde_json::from_str(&line).unwrap_or(Value::String(line)));
            values.try_for_each(|value| give.send(value))
        });
        Self {
            stdin: child.stdin.take(),
            child,
            answers,
            ready: Value::Null,
        }
    }

    /// Writes to standard input, as a scanner does that types.
    pub(crate) fn send(&mut self, line: &str) {
        self.send_bytes(format!("{line}\n").as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("standard input is open");
        stdin.write_all(bytes).and_then(|()| stdin.flush()).unwrap();
    }

    /// The next object.
    #[track_caller]
    pub(crate) fn next(&self) -> Value {
        self.within(LONG).expect("an answer in time")
    }

    /// The next object, if it comes in this time.
    pub(crate) fn within(&self, time: Duration) -> Option<Value> {
        self.answers.recv_timeout(time).ok()
    }

    /// The next object of a type; the others in between are passed over.
    #[track_caller]
    pub(crate) fn next_of(&self, kind: &str) -> Value {
        let until = Instant::now() + LONG;
        while let Some(value) = self.within(until.saturating_duration_since(Instant::now())) {
            if value["type"] == kind {
                return value;
            }
        }
        panic!("no {kind} in time");
    }

    /// What comes of a line.
    #[track_caller]
    pub(crate) fn ask(&mut self, line: &str) -> Value {
        self.send(line);
        self.next()
    }

    /// What comes of a command behind the word of this run.
    #[track_caller]
    pub(crate) fn command(&mut self, words: &str) -> Value {
        let word = self.ready["command_word"].as_str().expect("a word").to_owned();
        self.ask(&format!("{word} {words}"))
    }

    /// The end of standard input.
    pub(crate) fn close(&mut self) {
        drop(self.stdin.take());
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The end of standard input, what is still said, and the status.
    pub(crate) fn end(mut self) -> (Vec<Value>, ExitStatus) {
        self.close();
        self.rest()
    }

    /// The end by a signal, for sources that never end; as [`Self::end`].
    pub(crate) fn stop(mut self) -> (Vec<Value>, ExitStatus) {
        self.signal(Signal::TERM);
        self.rest()
    }

    /// What is still said until it ends by itself, and the status.
    pub(crate) fn rest(&mut self) -> (Vec<Value>, ExitStatus) {
        let until = Instant::now() + LONG;
        let mut rest = Vec::new();
        loop {
            match self
                .answers
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(value) => rest.push(value),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("it does not end: {rest:?}"),
            }
        }
        (rest, self.child.wait().unwrap())
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        // It may have ended.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Outcome and reasons of a verdict or an entry, or the reason of anything else.
pub(crate) fn said(value: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match value["type"].as_str() {
        Some("verdict" | "entry") => {
            let reasons = value["reasons"].as_array().unwrap().iter().map(text);
            let words: Vec<String> = std::iter::once(text(&value["outcome"])).chain(reasons).collect();
            words.join(" ")
        }
        Some(other) => format!("{other} {}", text(&value["reason"])),
        None => value.to_string(),
    }
}
