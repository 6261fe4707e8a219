//! A gate that serves, what it tells, and whether its log says the same.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use postern_core::cbor::Bytes;
use postern_core::code::Claims;
use postern_core::hex;
use postern_core::record::{DocumentTag, Facts};
use postern_core::time::Time;
use postern_log::{Event, Log};
use serde_json::Value;

use crate::common::{Authority, BIN, DAY, Gate, claims, command};

/// Longer than anything here takes on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// An authority that made its documents a day ago, so that the system's clock counts.
pub(crate) fn authority() -> Authority {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let made = Time::saturating((now.as_secs() - DAY) as i64);
    Authority {
        made,
        ..Authority::patient()
    }
}

/// A gate with this configuration.
pub(crate) fn gate(config: &str) -> Gate {
    let gate = Gate::updated(authority());
    fs::write(gate.store().join("gate.toml"), config).unwrap();
    gate
}

/// The claims of the `n`-th person.
pub(crate) fn person(authority: &Authority, n: u32) -> Claims {
    let mut claims = claims(n);
    claims.issued = authority.made;
    claims.expires = authority.made.plus(3650 * DAY);
    let mut tag = [0; 9];
    tag[5..].copy_from_slice(&n.to_be_bytes());
    claims.record.holder.tag = Some(DocumentTag(Bytes(tag)));
    claims
}

/// The code of the `n`-th person: admitted, but for those whose number says otherwise.
pub(crate) fn code(authority: &Authority, n: u32) -> String {
    let mut claims = person(authority, n);
    match n % 8 {
        3 => {
            claims.record.facts = Facts::default();
            authority.code(0, &claims)
        }
        5 => authority.code(1, &claims),
        6 => authority.code(2, &claims),
        7 => format!("{}X", authority.code(0, &claims)),
        _ => authority.code(0, &claims),
    }
}

/// `scan --json` on a store, read from standard input.
pub(crate) fn scan(store: &Path) -> Command {
    let mut scan = command(BIN);
    scan.args(["scan", "--json", "--store"]).arg(store);
    scan
}

pub(crate) fn log_of(store: &Path) -> PathBuf {
    store.join("log.sqlite")
}

/// The store of a gate, by another name.
pub(crate) fn copy(gate: &Gate, name: &str) -> PathBuf {
    let to = gate.folder.path().join(name);
    fs::create_dir(&to).unwrap();
    for entry in fs::read_dir(gate.store()).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => fs::create_dir(to.join(entry.file_name())).unwrap(),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
    to
}

/// A scan that runs.
pub(crate) struct Service {
    pub(crate) child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<Value>,
    errors: JoinHandle<String>,
}

/// What a scan left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What was told and not taken before.
    pub(crate) told: Vec<Value>,
    pub(crate) stderr: String,
}

impl Service {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (give, lines) = channel();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut line = Vec::new();
            // What a kill cut off was not told.
            while out.read_until(b'\n', &mut line).is_ok() && line.ends_with(b"\n") {
                let value = serde_json::from_slice(&line).expect("each line is an object");
                line.clear();
                if give.send(value).is_err() {
                    return;
                }
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        Self {
            stdin: child.stdin.take(),
            child,
            lines,
            errors,
        }
    }

    /// The object `ready`.
    #[track_caller]
    pub(crate) fn ready(&self) -> Value {
        let ready = self.next();
        assert_eq!(ready["type"], "ready", "{ready}");
        ready
    }

    /// What is told next.
    #[track_caller]
    pub(crate) fn next(&self) -> Value {
        self.lines
            .recv_timeout(PATIENCE)
            .expect("the gate tells something in time")
    }

    /// What is told next, if it is told within this time.
    pub(crate) fn next_within(&self, time: Duration) -> Option<Value> {
        self.lines.recv_timeout(time).ok()
    }

    /// Writes to its standard input; one that has ended does not read it.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("it was not ended");
        let _unread = stdin.write_all(bytes).and_then(|()| stdin.flush());
    }

    pub(crate) fn line(&mut self, line: &str) {
        self.send(format!("{line}\n").as_bytes());
    }

    /// What is told of a code.
    pub(crate) fn ask(&mut self, code: &str) -> Value {
        self.line(code);
        self.next()
    }

    /// Standard input, for a thread of its own.
    pub(crate) fn input(&mut self) -> ChildStdin {
        self.stdin.take().expect("it is taken once")
    }

    /// `SIGKILL`.
    pub(crate) fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.wait()
    }

    /// The end of standard input, and of the gate.
    pub(crate) fn end(mut self) -> Ended {
        drop(self.stdin.take());
        self.wait()
    }

    fn wait(mut self) -> Ended {
        let status = self.child.wait().unwrap();
        let told = self.lines.iter().collect();
        let stderr = self.errors.join().unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Ended { status, told, stderr }
    }
}

impl Ended {
    /// The reason of the error that ended it.
    pub(crate) fn error(&self) -> Option<String> {
        let line = self.stderr.lines().rfind(|line| line.starts_with("{\"error\""))?;
        let error: Value = serde_json::from_str(line).unwrap();
        Some(error["error"]["reason"].as_str().unwrap().to_owned())
    }
}

/// Whether this is shown to somebody as logged.
pub(crate) fn is_logged(told: &Value) -> bool {
    matches!(told["type"].as_str(), Some("verdict" | "entry"))
}

/// Compares what was shown with the log; the log must open as it is. Gives its size.
#[track_caller]
pub(crate) fn compare(log: &Log, shown: &[Value]) -> u64 {
    let size = log.tip().size;
    let Some(first) = shown.iter().map(seq).min() else {
        return size;
    };
    assert!(first < size, "the log has {size} events, and {first} was shown");
    let events = log.reader().recent(u32::try_from(size - first).unwrap()).unwrap();
    let events: HashMap<u64, Event> = events.into_iter().map(|event| (event.seq(), event)).collect();
    for value in shown {
        let event = events
            .get(&seq(value))
            .unwrap_or_else(|| panic!("not in the log: {value}"));
        let details = event.details();
        let reasons: Vec<&str> = details.reasons.iter().map(String::as_str).collect();
        let kind = match value["type"].as_str() {
            Some("verdict") => "code",
            _ => value["kind"].as_str().unwrap(),
        };
        assert_eq!(
            value["code"].as_str(),
            details.code.map(|code| hex(&code)).as_deref(),
            "{value}"
        );
        assert_eq!(value["outcome"], details.outcome.as_str(), "{value}");
        assert_eq!(value["reasons"], Value::from(reasons), "{value}");
        assert_eq!(kind, details.kind.as_str(), "{value}");
        assert_eq!(value["about"].as_u64(), details.about, "{value}");
        assert_eq!(value["operator"].as_str(), details.operator.as_deref(), "{value}");
    }
    size
}

pub(crate) fn seq(value: &Value) -> u64 {
    value["seq"].as_u64().unwrap()
}

/// Numbers that look random, the same in each run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }
}

/// How often something is done: as the environment says, or so often.
pub(crate) fn times(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// The child processes of a process: their ids and states (proc(5): `Z` for one that nobody has waited for).
pub(crate) fn children(process: u32) -> Vec<(u32, char)> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    // A thread may end meanwhile, and so may a child.
    let lists = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
    let ids: Vec<u32> = lists
        .flat_map(|list| {
            list.split_whitespace()
                .map(|id| id.parse().unwrap())
                .collect::<Vec<_>>()
        })
        .collect();
    let state = |id: u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        Some((id, stat.rsplit_once(") ")?.1.chars().next()?))
    };
    ids.into_iter().filter_map(state).collect()
}
