//! Logs on their way to auditors, and receipts on their way back.

mod common;
mod evidence;

#[path = "sync/parts.rs"]
mod parts;
#[path = "sync/places.rs"]
mod places;
#[path = "sync/receipts.rs"]
mod receipts;
#[path = "sync/server.rs"]
mod server;
#[path = "sync/servers.rs"]
mod servers;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use common::{BIN, DAY, Gate, MADE};
use evidence::secret;
use postern_core::time::Time;
use postern_log::Tip;
use postern_log::checkpoint::Checkpoint;
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take on a machine that is busy.
const LONG: Duration = Duration::from_secs(60);

fn drop_box() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The note of a checkpoint that the gate signs.
fn note(gate: &Gate, tip: Tip) -> String {
    let checkpoint = Checkpoint {
        origin: "north-1".to_owned(),
        tip,
    };
    checkpoint.sign(&secret(gate)).unwrap()
}

/// So many days before the authority made its documents.
fn before(days: u64) -> Time {
    Time::saturating(MADE.seconds() as i64 - (days * DAY) as i64)
}

fn came(told: &Value) -> &str {
    told["receipts"][0]["came"].as_str().unwrap()
}

/// `sync --json --to PLACE` in a process of its own.
fn start(gate: &Gate, place: &str, more: &[&str]) -> Child {
    let mut command = common::command(BIN);
    command.arg("sync").arg("--store").arg(gate.store());
    command.args(["--json", "--to", place]).args(more);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// `sync --watch`, until it is dropped.
struct Watch {
    child: Child,
    told: Receiver<String>,
}

impl Watch {
    fn start(gate: &Gate, place: &str, more: &[&str]) -> Self {
        let more: Vec<_> = ["--watch"].iter().chain(more).copied().collect();
        let mut child = start(gate, place, &more);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { child, told }
    }

    /// What it says next.
    #[track_caller]
    fn next(&mut self) -> Value {
        self.within(LONG).expect("it says something in time")
    }

    fn within(&mut self, time: Duration) -> Option<Value> {
        let line = self.told.recv_timeout(time).ok()?;
        Some(serde_json::from_str(&line).unwrap())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
