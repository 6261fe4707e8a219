//! What was acknowledged is there after the process was killed, and after the power was cut.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{closed_log, event};
use postern_log::{Log, Reader};

/// Names the log to append to, for [`child_appends_for_ever`].
const CHILD: &str = "POSTERN_LOG_CHILD";
const ROUNDS: u32 = 30;

/// The test is its own child, which the variable tells where its log is.
#[test]
fn killed_at_any_moment() {
    if let Some(path) = std::env::var_os(CHILD) {
        return append_for_ever(&PathBuf::from(path));
    }
    let (_folder, path) = closed_log(0);
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed_at_any_moment", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let killer = std::thread::spawn(move || {
            // From before the log is open to well into a checkpoint of the write-ahead log.
            std::thread::sleep(Duration::from_millis(u64::from(round) * 7));
            child.kill().unwrap();
            child.wait().unwrap();
        });
        for line in out.split(b'\n').map(Result::unwrap) {
            let line = String::from_utf8(line).unwrap();
            // The harness prints lines of its own, and the kill may cut the last one.
            if let Some(seq) = line.strip_prefix("committed ").and_then(|rest| rest.strip_suffix(" .")) {
                let seq: u64 = seq.parse().unwrap();
                assert!(seq >= acknowledged, "round {round}");
                acknowledged = seq + 1;
            }
        }
        killer.join().unwrap();
        let log = Log::open(&path).unwrap_or_else(|e| panic!("round {round}: {e}"));
        assert!(log.tip().size >= acknowledged, "round {round}");
        let report = log.verify().unwrap();
        assert!(report.is_clean(), "round {round}: {report:?}");
        assert_eq!(report.rows, log.tip().size);
        acknowledged = log.tip().size;
    }
    assert!(acknowledged > 100, "the child got to work: {acknowledged}");
    eprintln!("{ROUNDS} kills, {acknowledged} events, none lost");
}

fn append_for_ever(path: &Path) {
    let mut log = Log::open(path).unwrap();
    let started = Instant::now();
    // Never outlive a parent that was killed itself.
    while started.elapsed() < Duration::from_secs(20) {
        let from = log.tip().size;
        let logged = log.append_batch((from..from + 1 + from % 5).map(event)).unwrap();
        println!("committed {} .", logged.last().unwrap().seq());
        std::io::stdout().flush().unwrap();
    }
}

/// The files as they were at some moment of the last write: what a disk holds that lost its power.
struct Moment<'a> {
    database: &'a [u8],
    wal: &'a [u8],
}

impl Moment<'_> {
    /// Opens the log as after the power came back, and checks it; gives the number of its events.
    fn size_after_recovery(&self, folder: &Path) -> u64 {
        let path = folder.join("cut.db");
        for suffix in ["", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", path.display()));
        }
        fs::write(&path, self.database).unwrap();
        fs::write(format!("{}-wal", path.display()), self.wal).unwrap();
        let mut log = Log::open(&path).unwrap();
        let size = log.tip().size;
        assert!(log.verify().unwrap().is_clean(), "cut at {}", self.wal.len());
        assert_eq!(log.append(event(size)).unwrap().seq(), size, "and the log goes on");
        assert!(log.verify().unwrap().is_clean());
        size
    }
}

#[test]
fn the_power_is_cut_at_any_byte() {
    let (folder, path) = closed_log(20);
    let wal = path.with_extension("db-wal");
    let mut log = Log::open(&path).unwrap();
    let database = fs::read(&path).unwrap();
    // The length of the write-ahead log at the time when so many events were acknowledged.
    let mut acknowledged = vec![(0, 20)];
    for i in 20..32 {
        log.append(event(i)).unwrap();
        acknowledged.push((fs::metadata(&wal).unwrap().len() as usize, i + 1));
    }
    let whole = fs::read(&wal).unwrap();
    assert_eq!(
        fs::read(&path).unwrap(),
        database,
        "all is in the write-ahead log still"
    );
    let ends = acknowledged.iter().map(|(len, _)| *len);
    let cuts = (0..whole.len())
        .step_by(1777)
        .chain(ends.clone())
        .chain(ends.map(|len| len.saturating_sub(1)));
    for cut in cuts {
        let expected = acknowledged.iter().rev().find(|(len, _)| *len <= cut).unwrap().1;
        let clean = Moment {
            database: &database,
            wal: &whole[..cut],
        };
        assert_eq!(clean.size_after_recovery(folder.path()), expected, "cut at {cut}");
        // What was being written can also be on the disk as garbage.
        let mut torn = whole.clone();
        torn[cut..].iter_mut().for_each(|b| *b = !*b);
        let torn = Moment {
            database: &database,
            wal: &torn,
        };
        assert_eq!(torn.size_after_recovery(folder.path()), expected, "torn at {cut}");
    }
    drop(log);
    assert!(Reader::open(&path).unwrap().verify().unwrap().is_clean());
}
