//! `status`: what the gate holds, how old it is, when that changes, and what the gate would do now.

mod told;

use std::io::Write;
use std::path::Path;

use postern_cli::Session;
use postern_cli::files::read_bounded;
use postern_cli::output::Output;
use postern_core::keyfile::{self, KeyFile};
use postern_core::keys::Role;
use postern_core::time::{SNAPSHOT_AHEAD, Time, TimeEvidence};
use postern_core::trust::{Issuer, TagEpoch, Trust};
use postern_core::verdict::{DataAge, Grade};
use postern_log::{LogError, Reader, Tip};
use serde_json::{Value, json};

use crate::cli::{StatusArgs, time};
use crate::demo;
use crate::enrol::{self, AGE};
use crate::error::Error;
use crate::judged::{Gate, StatusData};
use crate::shown::json::{emergency, names};
use crate::store::{Identity, KEY, LOG, Store};
use crate::time::Clock;
use crate::update::{Versions, unwrap};

/// Runs the command. The status is 1 where the log cannot be used: such a gate shows no verdict.
pub(crate) fn run(args: &StatusArgs, session: &Session) -> Result<u8, Error> {
    let store = Store::open(&args.store)?;
    let state = store.state()?;
    let installed = state.installed;
    let status = Status {
        identity: store.identity()?,
        key: key_state(&store.file(KEY)),
        previous: store.previous()?.map(|state| Versions::of(state.judge.trust())),
        log: log_state(&store.file(LOG)),
        tags: tags(&store, state.judge.trust())?,
        changes: Vec::new(),
        installed,
        system: Clock::system(),
        gate: Gate::new(state, time(args.at)),
    }
    .with_changes();
    demo::warn(status.gate.is_demo(), session);
    let text = if session.json {
        format!("{}\n", postern_cli::terminal::json_line(&status.json()))
    } else {
        told::told(&status, session)
    };
    let mut out = Output::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    Ok(u8::from(status.log.is_err()))
}

/// Everything that is told.
struct Status {
    identity: Identity,
    key: KeyState,
    previous: Option<Versions>,
    log: Result<Tip, LogError>,
    tags: Vec<Tag>,
    changes: Vec<(Time, Grade)>,
    installed: Time,
    system: Time,
    gate: Gate,
}

/// How the gate's key lies in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyState {
    Encrypted,
    Plain,
    /// Missing or damaged: verdicts go on, the log's checkpoints cannot be signed.
    Unusable,
}

/// An epoch of the tag key that the pack names.
struct Tag {
    epoch: TagEpoch,
    state: TagState,
}

/// Whether documents can be compared with the tags of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TagState {
    /// It is here, and it is the key that the pack names.
    Good,
    /// It was not wrapped to this gate, or not yet.
    Lacking,
    /// It is here, and whether it opens only the store's passphrase tells.
    Locked,
    /// What is here does not open, or is another key.
    Unusable,
}

impl TagState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Lacking => "lacking",
            Self::Locked => "locked",
            Self::Unusable => "unusable",
        }
    }
}

fn tags(store: &Store, trust: &Trust) -> Result<Vec<Tag>, Error> {
    let held = store.tags()?;
    let identity = enrol::plain_age(&store.file(AGE));
    let epochs = trust.pack().map_or(&[][..], |pack| &pack.payload().tags);
    let state = |epoch: &TagEpoch| match (held.iter().find(|(held, _)| *held == epoch.epoch), &identity) {
        (None, _) => TagState::Lacking,
        (Some(_), None) => TagState::Locked,
        (Some((_, file)), Some(identity)) => match unwrap(file, identity, epoch) {
            Some(_) => TagState::Good,
            None => TagState::Unusable,
        },
    };
    Ok(epochs
        .iter()
        .map(|&epoch| Tag {
            epoch,
            state: state(&epoch),
        })
        .collect())
}

impl KeyState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Plain => "plain",
            Self::Unusable => "unusable",
        }
    }
}

impl Status {
    fn with_changes(mut self) -> Self {
        self.changes = changes(&self.gate, self.now());
        self
    }

    /// The time that is judged by.
    fn now(&self) -> Time {
        self.evidence().now()
    }

    fn evidence(&self) -> TimeEvidence {
        self.gate.clock().evidence(self.system)
    }

    fn data(&self) -> (DataAge, bool) {
        self.gate.data_age(self.system)
    }

    fn issuers(&self) -> &[Issuer] {
        self.gate.trust().pack().map_or(&[], |pack| &pack.payload().issuers)
    }

    /// What the gate would do with a good code now.
    fn now_word(&self) -> &'static str {
        match self.data().0 {
            DataAge { pack: 0, .. } => "no-data",
            DataAge { grade, .. } => grade.as_str(),
        }
    }

    fn json(&self) -> Value {
        let trust = self.gate.trust();
        let root = trust.root().payload();
        let (data, suspect) = self.data();
        let document = |version: u64, issued: Time, expires: Option<Time>| {
            json!({
                "version": version,
                "issued": issued.to_string(),
                "age": self.now().since(issued),
                "expires": expires.map(|time| time.to_string()),
            })
        };
        let pack = trust.pack().map(|document| document.payload());
        let snapshot = trust.snapshot().map(|document| document.payload());
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|(time, grade)| json!({ "from": time.to_string(), "grade": grade.as_str() }))
            .collect();
        let log = match &self.log {
            Ok(tip) => json!({ "size": tip.size, "root": postern_core::hex(&tip.root) }),
            Err(error) => json!({ "error": { "reason": error.reason(), "message": error.to_string() } }),
        };
        json!({
            "type": "status",
            "gate": self.identity.gate,
            "place": self.identity.place,
            "made": self.identity.made.to_string(),
            "key": {
                "fingerprint": postern_core::hex(&self.identity.key.thumbprint()),
                "file": self.key.as_str(),
            },
            "authority": names(&root.name),
            "root": document(root.version, root.issued, Some(root.expires)),
            "pack": pack.map(|pack| document(pack.version, pack.issued, Some(pack.expires))),
            "snapshot": snapshot.map(|snapshot| document(snapshot.version, snapshot.issued, None)),
            "installed": self.installed.to_string(),
            "previous": self.previous.map(Versions::json),
            "issuers": self.issuers().iter().map(issuer).collect::<Vec<_>>(),
            "status": self.gate.status_data(self.now()).iter().map(status_data).collect::<Vec<_>>(),
            "tag_keys": self.tags.iter().map(tag).collect::<Vec<_>>(),
            "emergency": self.gate.emergency(self.now()).map(emergency),
            "data": { "age": data.age, "grade": data.grade.as_str(), "changes": changes },
            "now": self.now_word(),
            "clock": {
                "time": self.now().to_string(),
                "system": self.system.to_string(),
                "floor": self.gate.clock().floor.to_string(),
                "suspect": suspect,
                "at_another_time": self.gate.clock().at.is_some(),
            },
            "log": log,
            "demo": self.gate.is_demo(),
        })
    }
}

fn issuer(issuer: &Issuer) -> Value {
    json!({
        "id": issuer.id.as_str(),
        "name": names(&issuer.name),
        "from": issuer.from.to_string(),
        "until": issuer.until.to_string(),
        "code_keys": code_keys(issuer),
        "rules": issuer.rules.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        "list": issuer.list.as_ref().map(|id| id.as_str()),
    })
}

fn tag(tag: &Tag) -> Value {
    json!({
        "epoch": tag.epoch.epoch,
        "from": tag.epoch.from.to_string(),
        "until": tag.epoch.until.to_string(),
        "state": tag.state.as_str(),
    })
}

fn status_data(data: &StatusData<'_>) -> Value {
    json!({
        "list": data.list.as_str(),
        "column": data.column.map(|column| column.as_str()),
        "version": data.held.map(|held| held.version()),
        "issued": data.held.map(|held| held.issued().to_string()),
        "age": data.age.map(|(age, _)| age),
        "grade": data.age.map(|(_, grade)| grade.as_str()),
    })
}

/// How many of an issuer's keys sign codes.
fn code_keys(issuer: &Issuer) -> usize {
    issuer.keys.iter().filter(|key| key.role == Role::Code).count()
}

fn key_state(path: &Path) -> KeyState {
    let file = read_bounded(path, keyfile::MAX_LEN as u64)
        .ok()
        .and_then(|bytes| KeyFile::parse(&bytes).ok());
    match file {
        Some(file) if file.is_encrypted() => KeyState::Encrypted,
        Some(_) => KeyState::Plain,
        None => KeyState::Unusable,
    }
}

fn log_state(path: &Path) -> Result<Tip, LogError> {
    Reader::open(path)?.tip()
}

/// When the grade changes after `now` if nobody brings an update, and to what: the core is asked at each time at which it
/// can change.
fn changes(gate: &Gate, now: Time) -> Vec<(Time, Grade)> {
    let trust = gate.trust();
    let (Some(snapshot), Some(pack)) = (trust.snapshot(), trust.pack()) else {
        return Vec::new();
    };
    let (issued, windows) = (snapshot.payload().issued, pack.payload().windows);
    let declared = pack.payload().emergency.as_ref();
    let ahead = Time::saturating(issued.seconds().saturating_sub(SNAPSHOT_AHEAD) as i64);
    let mut times = vec![
        ahead,
        issued.plus(windows.fresh + 1),
        issued.plus(windows.aging + 1),
        issued.plus(windows.stale + 1),
        trust.root().payload().expires.plus(1),
        pack.payload().expires.plus(1),
    ];
    if let Some(emergency) = declared {
        let windows = emergency.windows;
        times.extend([emergency.from, emergency.until.plus(1)]);
        times.extend([windows.fresh, windows.aging, windows.stale].map(|window| issued.plus(window + 1)));
    }
    times.retain(|time| *time > now);
    times.sort_unstable();
    let mut grade = gate.grade_at(now);
    let mut changes = Vec::new();
    for time in times {
        let next = gate.grade_at(time);
        if next != grade {
            changes.push((time, next));
            grade = next;
        }
    }
    changes
}
