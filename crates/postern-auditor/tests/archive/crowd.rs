//! Many at once, and interrupted.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::carried::taken;
use crate::common::{Engine, Gate, MORNING, Office, json_lines};

/// How often an archive is filled from the beginning while it is verified.
const ROUNDS: u32 = 3;

/// Gates with a log each, sent in parts to a drop box.
fn city(gates: u32, parts: u64, leaves: u64, office: &Office, drop_box: &Path) {
    let gates: Vec<Gate> = (0..gates)
        .map(|number| {
            let mut gate = Gate::new(100 + number);
            gate.scan(parts * leaves, MORNING + u64::from(number));
            for part in 0..parts {
                gate.send(part * leaves, (part + 1) * leaves, office, drop_box);
            }
            gate
        })
        .collect();
    office.enrol(&gates.iter().collect::<Vec<_>>());
}

pub(crate) fn a_hundred_gates_at_once(engine: Engine) {
    let (office, drop_box) = (Office::new(engine), tempfile::tempdir().unwrap());
    city(100, 3, 20, &office, drop_box.path());
    assert_eq!(office.ingest(&[drop_box.path()]), taken(300, 6000, 0));
    assert_eq!(office.events(), 6000);
    assert_eq!(office.ask("SELECT cast(sum(count) AS bigint) FROM hours"), 6000);
    assert_eq!(office.ask("SELECT count(*) FROM issuers"), 1);
    assert_eq!(office.verify(), Vec::<String>::new());
}

pub(crate) fn two_intakes_at_once(engine: Engine) {
    let (office, drop_box) = (Office::new(engine), tempfile::tempdir().unwrap());
    city(12, 6, 50, &office, drop_box.path());
    let start = || {
        let mut command = office.command("ingest", &[drop_box.path().to_str().unwrap()], true);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [start(), start()].map(|child| child.wait_with_output().unwrap());
    let mut sum = (0, 0);
    for output in &both {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let line = json_lines(output).pop().unwrap();
        let number = |name: &str| line[name].as_u64().unwrap();
        assert_eq!(number("taken") + number("known"), 72);
        sum = (sum.0 + number("taken"), sum.1 + number("events"));
    }
    assert_eq!(sum, (72, 3600));
    assert_eq!(office.events(), 3600);
    assert_eq!(office.verify(), Vec::<String>::new());
}

/// It sees the archive as of one moment, whatever is added meanwhile.
pub(crate) fn verified_while_two_intakes_write(engine: Engine) {
    for _ in 0..ROUNDS {
        let (office, drop_box) = (Office::new(engine), tempfile::tempdir().unwrap());
        city(12, 12, 50, &office, drop_box.path());
        let start = || {
            let mut command = office.command("ingest", &[drop_box.path().to_str().unwrap()], true);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let mut both = [start(), start()];
        loop {
            let ended = both.iter_mut().all(|child| child.try_wait().unwrap().is_some());
            assert_eq!(office.verify(), Vec::<String>::new());
            if ended {
                break;
            }
        }
        assert!(both.iter_mut().all(|child| child.wait().unwrap().success()));
        assert_eq!(office.events(), 7200);
    }
}

pub(crate) fn killed_at_any_moment_it_goes_on(engine: Engine) {
    let (office, drop_box) = (Office::new(engine), tempfile::tempdir().unwrap());
    city(8, 40, 50, &office, drop_box.path());
    let mut cut = 0;
    for more in (0..12).map(|round| round * 40) {
        let before = office.events();
        let mut command = office.command("ingest", &[drop_box.path().to_str().unwrap()], true);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // As soon as it has added so many events, which is in the middle of the next ones.
        while child.try_wait().unwrap().is_none() && office.events() < before + more {}
        child.kill().unwrap();
        child.wait().unwrap();
        let events = office.events();
        cut += u32::from(events > before && events < 16_000);
        // Whatever is there is whole.
        assert_eq!(office.verify(), Vec::<String>::new(), "after {events} events");
    }
    assert!(cut > 0, "no run was slow enough to be killed");
    let last = office.ingest(&[drop_box.path()]);
    assert_eq!((last.taken + last.known, last.is_good), (320, true));
    assert_eq!(office.events(), 16_000);
    assert_eq!(office.verify(), Vec::<String>::new());
}

/// A disk of its own, too small for all: what was taken stays, and when there is room it goes on.
#[test]
fn a_full_disk_is_told_and_it_goes_on_when_there_is_room() {
    let (office, drop_box) = (Office::new(Engine::Sqlite), tempfile::tempdir().unwrap());
    city(4, 20, 250, &office, drop_box.path());
    let small = office.folder.path().join("small");
    fs::create_dir(&small).unwrap();
    let mount = "mount -t tmpfs -o size=3m none \"$0\"";
    let shell = |script: &str| {
        std::process::Command::new("unshare")
            .args(["-rm", "sh", "-c", script])
            .arg(&small)
            .arg(office.dir())
            .arg(crate::common::BIN)
            .arg(drop_box.path())
            .arg(office.folder.path().join("passphrase"))
            .env("LC_ALL", "C")
            .output()
    };
    if !shell(mount).is_ok_and(|output| output.status.success()) {
        eprintln!("not run: this system mounts no file system for a test");
        return;
    }
    let ingest = "\"$2\" ingest --json --dir \"$0\" --passphrase-file \"$4\" \"$3\"";
    let script = format!(
        "{mount} && cp -r \"$1\"/. \"$0\" && ! {ingest} && mount -o remount,size=64m none \"$0\" \
         && {ingest} && \"$2\" verify --json --dir \"$0\""
    );
    let output = shell(&script).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("archive-disk-full"), "{errors}");
    assert!(output.status.success(), "{errors}");
    let lines = json_lines(&output);
    let [ingest, verify] = &lines[..] else {
        panic!("{lines:?}")
    };
    let (taken, known) = (ingest["taken"].as_u64().unwrap(), ingest["known"].as_u64().unwrap());
    assert!(taken > 0 && known > 0 && taken + known == 80, "{ingest}");
    assert_eq!((&verify["leaves"], &verify["findings"]), (&20_000.into(), &0.into()));
}

/// What was read in the archive is on the disk before anybody is told of it, also where there was nothing to take.
#[test]
fn the_end_of_an_intake_waits_for_the_disk() {
    let strace = |args: &[&str]| std::process::Command::new("strace").args(args).output();
    if !strace(&["-o", "/dev/null", "true"]).is_ok_and(|output| output.status.success()) {
        eprintln!("not run: no strace here");
        return;
    }
    let (office, drop_box) = (Office::new(Engine::Sqlite), tempfile::tempdir().unwrap());
    city(1, 1, 20, &office, drop_box.path());
    assert_eq!(office.ingest(&[drop_box.path()]), taken(1, 20, 0));
    // While somebody else reads, closing the archive syncs nothing.
    let reader = rusqlite::Connection::open(office.file()).unwrap();
    let settled = || {
        reader
            .query_row("SELECT settled FROM meta", [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let before = settled();
    let (log, ingest) = (
        office.folder.path().join("trace"),
        office.command("ingest", &[drop_box.path().to_str().unwrap()], true),
    );
    let output = std::process::Command::new("strace")
        .args(["-f", "-y", "-e", "trace=pwrite64,fsync,fdatasync", "-o"])
        .arg(&log)
        .arg(ingest.get_program())
        .args(ingest.get_args())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(settled(), before + 1);
    let trace = fs::read_to_string(&log).unwrap();
    let calls: Vec<&str> = trace
        .lines()
        .filter(|line| line.contains("archive.sqlite-wal>"))
        .collect();
    assert!(calls.iter().any(|line| line.contains("pwrite64(")), "{trace}");
    let last = calls.last().unwrap();
    assert!(last.contains("sync("), "the last that happens to the log is {last}");
}
