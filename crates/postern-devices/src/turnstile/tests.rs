use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::*;

const LONG: Duration = Duration::from_secs(20);

fn new(text: &str) -> (Turnstile, Receiver<Report>) {
    Turnstile::new(&text.parse().unwrap()).unwrap()
}

fn told(reports: &Receiver<Report>) -> (Option<u64>, String) {
    let Report { id, outcome } = reports.recv_timeout(LONG).unwrap();
    let outcome = match outcome {
        Outcome::Failed(error) => error.reason().to_owned(),
        other => format!("{other:?}"),
    };
    (id, outcome)
}

/// A program of a shell's language in a folder; what it says is told by files in it.
fn hook(dir: &Path, script: &str) -> String {
    let path = dir.join("hook");
    let script = format!("#!/bin/sh\ncd {} || exit 9\n{script}\n", dir.display());
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path.display().to_string()
}

/// Whether a process of this number still runs. A zombie, which somebody else has to bury, does not.
fn runs(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_program_is_run_once_for_each_number() {
    let dir = tempfile::tempdir().unwrap();
    let program = hook(dir.path(), "echo \"$1 $# $HOME\" >> ran");
    let (turnstile, reports) = new(&format!("exec:{program},arg=a b,arg=c,pulse-ms=20000"));
    for (id, expected) in [
        (5, "Opened"),
        (5, "Repeated"),
        (4, "Repeated"),
        (9, "Opened"),
        (9, "Repeated"),
    ] {
        turnstile.open(id);
        assert_eq!(told(&reports), (Some(id), expected.to_owned()));
    }
    // No variable of this process is handed on.
    assert_eq!(fs::read_to_string(dir.path().join("ran")).unwrap(), "a b 2 \na b 2 \n");
}

#[test]
fn a_program_that_fails_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let program = hook(dir.path(), "exit 3");
    let (turnstile, reports) = new(&format!("exec:{program},pulse-ms=20000"));
    turnstile.open(1);
    let Outcome::Failed(error) = reports.recv_timeout(LONG).unwrap().outcome else {
        panic!("it failed");
    };
    assert_eq!(error.args()[1], ("status", "exit status 3".to_owned()));
    hook(dir.path(), "kill -SEGV $$");
    turnstile.open(2);
    let Outcome::Failed(error) = reports.recv_timeout(LONG).unwrap().outcome else {
        panic!("it failed");
    };
    assert_eq!(error.args()[1], ("status", "signal 11".to_owned()));
    fs::remove_file(dir.path().join("hook")).unwrap();
    turnstile.open(3);
    assert_eq!(told(&reports), (Some(3), "device-missing".to_owned()));
    fs::write(dir.path().join("hook"), "").unwrap();
    turnstile.open(4);
    assert_eq!(told(&reports), (Some(4), "device-denied".to_owned()));
}

#[test]
fn a_program_that_hangs_is_killed_with_its_children_and_holds_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let program = hook(
        dir.path(),
        "sleep 600 &\necho $! > child\necho $$ > leader\nmv leader started\nwait",
    );
    let (turnstile, reports) = new(&format!("exec:{program},pulse-ms=1500"));
    let since = Instant::now();
    turnstile.open(1);
    wait_until("the program starts", || dir.path().join("started").exists());
    turnstile.open(2);
    assert!(since.elapsed() < Duration::from_millis(1400));
    assert_eq!(told(&reports), (Some(2), "Busy".to_owned()));
    assert_eq!(told(&reports), (Some(1), "hook-hung".to_owned()));
    assert!(since.elapsed() >= Duration::from_millis(1500));
    for name in ["started", "child"] {
        let pid = fs::read_to_string(dir.path().join(name)).unwrap();
        wait_until("the group is killed", || !runs(&pid));
    }
    // And the next order is taken.
    hook(dir.path(), "exit 0");
    turnstile.open(3);
    assert_eq!(told(&reports), (Some(3), "Opened".to_owned()));
}

#[test]
fn what_a_program_leaves_behind_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let program = hook(dir.path(), "sleep 600 &\necho $! > child");
    let (turnstile, reports) = new(&format!("exec:{program},pulse-ms=20000"));
    turnstile.open(1);
    assert_eq!(told(&reports), (Some(1), "Opened".to_owned()));
    let pid = fs::read_to_string(dir.path().join("child")).unwrap();
    wait_until("the child is killed", || !runs(&pid));
}

#[test]
fn dropping_kills_a_running_program() {
    let dir = tempfile::tempdir().unwrap();
    let program = hook(dir.path(), "echo $$ > leader\nmv leader started\nsleep 600");
    let (turnstile, reports) = new(&format!("exec:{program},pulse-ms=30000"));
    turnstile.open(1);
    wait_until("the program starts", || dir.path().join("started").exists());
    let since = Instant::now();
    drop(turnstile);
    assert!(since.elapsed() < LAST);
    assert_eq!(told(&reports), (Some(1), "hook-hung".to_owned()));
    let pid = fs::read_to_string(dir.path().join("started")).unwrap();
    wait_until("the program is killed", || !runs(&pid));
}

/// The controller's end of a pseudo-terminal, and the path of the other.
fn controller() -> (fs::File, String) {
    // A program of another test that had it too would keep it from hanging up.
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let mut settings = tcgetattr(&controller).unwrap();
    settings.make_raw();
    tcsetattr(&controller, OptionalActions::Now, &settings).unwrap();
    let path = ptsname(&controller, vec![]).unwrap().into_string().unwrap();
    (fs::File::from(controller), path)
}

fn received<const N: usize>(controller: &mut fs::File) -> [u8; N] {
    let mut bytes = [0; N];
    controller.read_exact(&mut bytes).unwrap();
    bytes
}

#[test]
fn bytes_open_and_shut_after_the_pulse() {
    let (mut controller, path) = controller();
    let (turnstile, reports) = new(&format!("serial:{path},on=A101,off=A100,pulse-ms=300"));
    assert_eq!(received(&mut controller), [0xa1, 0x00]);
    turnstile.open(1);
    assert_eq!(received(&mut controller), [0xa1, 0x01]);
    let since = Instant::now();
    turnstile.open(2);
    assert_eq!(received(&mut controller), [0xa1, 0x00]);
    assert!(since.elapsed() >= Duration::from_millis(250));
    assert_eq!(told(&reports), (Some(2), "Busy".to_owned()));
    assert_eq!(told(&reports), (Some(1), "Opened".to_owned()));
    turnstile.open(3);
    assert_eq!(received(&mut controller), [0xa1, 0x01, 0xa1, 0x00]);
}

#[test]
fn dropping_shuts_at_once() {
    let (mut controller, path) = controller();
    let (turnstile, reports) = new(&format!("serial:{path},on=01,off=00,pulse-ms=30000"));
    turnstile.open(1);
    assert_eq!(received(&mut controller), [0, 1]);
    let since = Instant::now();
    drop(turnstile);
    assert!(since.elapsed() < LAST);
    // At the end of the pulse, and once more as the last thing.
    assert_eq!(received(&mut controller), [0, 0]);
    assert_eq!(told(&reports), (Some(1), "Opened".to_owned()));
}

#[test]
fn a_port_that_is_not_there_opens_nothing_and_is_looked_for_again() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("port");
    let (turnstile, reports) = new(&format!("serial:{},on=01,off=00,pulse-ms=50", link.display()));
    assert_eq!(told(&reports), (None, "device-missing".to_owned()));
    turnstile.open(1);
    assert_eq!(told(&reports), (Some(1), "device-missing".to_owned()));
    let (mut controller, path) = controller();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    turnstile.open(2);
    assert_eq!(received(&mut controller), [0, 1, 0]);
    assert_eq!(told(&reports), (None, "Shut".to_owned()));
    assert_eq!(told(&reports), (Some(2), "Opened".to_owned()));
}

#[test]
fn a_port_that_comes_back_is_shut_by_itself_and_before_anything_else() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("port");
    let plug = |path: &str| std::os::unix::fs::symlink(path, &link).unwrap();
    // The name goes first: its number may at once be another test's pseudo-terminal.
    let unplug = |controller: fs::File| {
        fs::remove_file(&link).unwrap();
        drop(controller);
    };
    let (mut first, path) = controller();
    plug(&path);
    let (turnstile, reports) = new(&format!("serial:{},on=01,off=00,pulse-ms=300", link.display()));
    for id in [1, 11] {
        turnstile.open(id);
        assert_eq!(
            received(&mut first),
            [0, 1],
            "shut at the start or when it came back, and opened"
        );
        unplug(first);
        assert_eq!(told(&reports), (Some(id), "turnstile-still-open".to_owned()));
        // It may be open: nobody else is let in, and staff are told at once.
        turnstile.open(id + 1);
        assert_eq!(told(&reports), (Some(id + 1), "device-missing".to_owned()));
        let (mut again, path) = controller();
        plug(&path);
        // Nobody orders anything.
        assert_eq!(told(&reports), (None, "Shut".to_owned()));
        assert_eq!(received(&mut again), [0]);
        turnstile.open(id + 2);
        assert_eq!(received(&mut again), [1, 0]);
        assert_eq!(told(&reports), (Some(id + 2), "Opened".to_owned()));
        unplug(again);
        turnstile.open(id + 3);
        let (_, lost) = told(&reports);
        assert_eq!(lost, "turnstile-still-open");
        let (last, path) = controller();
        plug(&path);
        assert_eq!(told(&reports), (None, "Shut".to_owned()));
        first = last;
    }
}

/// How many orders to shut fail, and what was done.
struct Sticky(u32, Arc<Mutex<Vec<&'static str>>>);

impl Actuator for Sticky {
    fn pulse(&mut self, _id: u64, _shared: &Shared) -> Result<(), DeviceError> {
        self.1.lock().unwrap().push("open");
        let device = "made up".to_owned();
        Err(DeviceError::StillOpen { device })
    }

    fn shut(&mut self) -> Result<(), DeviceError> {
        self.1.lock().unwrap().push("shut");
        if self.0 == 0 {
            return Ok(());
        }
        self.0 -= 1;
        let device = "made up".to_owned();
        Err(DeviceError::Silent { device })
    }
}

#[test]
fn nothing_opens_while_it_is_not_known_to_be_shut() {
    let done = Arc::new(Mutex::new(Vec::new()));
    let (turnstile, reports) = Turnstile::start(Box::new(Sticky(4, Arc::clone(&done)))).unwrap();
    assert_eq!(told(&reports), (None, "device-silent".to_owned()));
    let since = Instant::now();
    for id in 1..3 {
        turnstile.open(id);
        assert_eq!(told(&reports), (Some(id), "device-silent".to_owned()));
    }
    // Once a second, and told when it went through.
    assert_eq!(told(&reports), (None, "Shut".to_owned()));
    assert!(since.elapsed() >= AGAIN * 2);
    assert_eq!(*done.lock().unwrap(), ["shut"; 5]);
    turnstile.open(3);
    assert_eq!(told(&reports), (Some(3), "turnstile-still-open".to_owned()));
    assert_eq!(told(&reports), (None, "Shut".to_owned()));
    drop(turnstile);
    assert_eq!(
        done.lock().unwrap()[5..],
        ["open", "shut", "shut"],
        "and the last thing"
    );
}

#[test]
fn dropping_does_not_wait_for_what_does_not_shut() {
    let done = Arc::new(Mutex::new(Vec::new()));
    let (turnstile, reports) = Turnstile::start(Box::new(Sticky(u32::MAX, done))).unwrap();
    assert_eq!(told(&reports), (None, "device-silent".to_owned()));
    let since = Instant::now();
    drop(turnstile);
    assert!(since.elapsed() < AGAIN, "{:?}", since.elapsed());
    assert_eq!(told(&reports), (None, "device-silent".to_owned()));
}

#[test]
fn a_port_that_goes_while_it_is_open_is_told() {
    let (mut controller, path) = controller();
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("port");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let (turnstile, reports) = new(&format!("serial:{},on=01,off=00,pulse-ms=300", link.display()));
    turnstile.open(1);
    assert_eq!(received(&mut controller), [0, 1]);
    fs::remove_file(&link).unwrap();
    drop(controller);
    assert_eq!(told(&reports), (Some(1), "turnstile-still-open".to_owned()));
}

#[test]
fn an_actuator_that_panics_is_told_and_holds_nobody() {
    struct Broken;
    impl Actuator for Broken {
        fn pulse(&mut self, _id: u64, _shared: &Shared) -> Result<(), DeviceError> {
            panic!("a made-up fault");
        }
        fn shut(&mut self) -> Result<(), DeviceError> {
            Ok(())
        }
    }
    let (turnstile, reports) = Turnstile::start(Box::new(Broken)).unwrap();
    turnstile.open(1);
    wait_until("the thread ends", || turnstile.shared.lock().is_done);
    turnstile.open(2);
    assert_eq!(told(&reports), (Some(2), "device-crashed".to_owned()));
    let since = Instant::now();
    drop(turnstile);
    assert!(since.elapsed() < LAST);
}
