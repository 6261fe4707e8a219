//! Sources over a pseudo-terminal and a folder: what is plugged in, sends, is unplugged and comes back.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use postern_devices::{BadLine, Ended, Event, Picture, Sources, What};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{ControlModes, LocalModes, tcgetattr};

const LONG: Duration = Duration::from_secs(20);

/// A made-up scanner, plugged in under a path.
struct Scanner {
    wire: File,
    path: PathBuf,
}

impl Scanner {
    fn plug_in(path: &Path) -> Self {
        let wire = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&wire).unwrap();
        unlockpt(&wire).unwrap();
        let port = ptsname(&wire, vec![]).unwrap().into_string().unwrap();
        std::os::unix::fs::symlink(port, path).unwrap();
        Self {
            wire: wire.into(),
            path: path.to_owned(),
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.wire.write_all(bytes).unwrap();
    }

    fn unplug(self) {
        std::fs::remove_file(&self.path).unwrap();
    }
}

fn start(text: &str) -> Sources {
    Sources::start(&[text.parse().unwrap()]).unwrap()
}

fn next(sources: &Sources) -> What {
    let Event { source, what } = sources.recv_timeout(LONG).expect("an event");
    assert_eq!(source, 0);
    what
}

fn is_ready(sources: &Sources) {
    assert!(matches!(next(sources), What::Ready));
}

fn line(sources: &Sources) -> Result<String, BadLine> {
    match next(sources) {
        What::Line(line) => Ok(line.text),
        What::BadLine(why) => Err(why),
        other => panic!("{other:?}"),
    }
}

fn lost(sources: &Sources) -> &'static str {
    match next(sources) {
        What::Lost { reason } => reason.reason(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_scanner_sends_is_unplugged_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scanner");
    let sources = start(&format!("serial:{}", path.display()));
    assert_eq!(lost(&sources), "device-missing");
    for _ in 0..3 {
        let mut scanner = Scanner::plug_in(&path);
        is_ready(&sources);
        // In pieces; with a space at the end; two at once.
        for piece in ["PC1:A", "BC", " \r", "\nPC1:D\rPC1:", "E\r"] {
            scanner.send(piece.as_bytes());
            std::thread::sleep(Duration::from_millis(20));
        }
        let expected = ["PC1:ABC ", "PC1:D", "PC1:E"].map(|text| Ok(text.to_owned()));
        assert_eq!([(); 3].map(|()| line(&sources)), expected);
        // Garbage costs itself.
        scanner.send(b"\xff\xfe\0\r");
        assert_eq!(line(&sources), Err(BadLine::NotText));
        for _ in 0..40 {
            scanner.send(&[b'x'; 1000]);
        }
        scanner.send(b"\rPC1:F\r");
        assert_eq!(line(&sources), Err(BadLine::TooLong));
        assert_eq!(line(&sources), Ok("PC1:F".to_owned()));
        // Unplugged within a text.
        scanner.send(b"PC1:G");
        std::thread::sleep(Duration::from_millis(300));
        scanner.unplug();
        assert_eq!(line(&sources), Err(BadLine::Cut));
        assert_eq!(lost(&sources), "device-unplugged");
        // Told until it is there again: that it is gone, once.
        assert_eq!(lost(&sources), "device-missing");
        assert!(sources.recv_timeout(Duration::from_millis(500)).is_none());
    }
}

#[test]
fn the_port_is_raw_at_its_speed_and_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scanner");
    let mut scanner = Scanner::plug_in(&path);
    for (baud, option) in [(9600, ""), (115_200, ",baud=115200"), (250_000, ",baud=250000")] {
        let sources = start(&format!("serial:{}{option}", path.display()));
        is_ready(&sources);
        let settings = tcgetattr(&scanner.wire).unwrap();
        assert_eq!((settings.input_speed(), settings.output_speed()), (baud, baud));
        let modes = settings.control_modes;
        assert_eq!(modes & ControlModes::CSIZE, ControlModes::CS8);
        assert!(!modes.intersects(ControlModes::PARENB | ControlModes::CSTOPB | ControlModes::CRTSCTS));
        assert!(modes.contains(ControlModes::CLOCAL | ControlModes::CREAD));
        assert!(
            !settings
                .local_modes
                .intersects(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
        );
        // Characters that mean something to a terminal are only characters: Ctrl-C, Ctrl-D, Ctrl-S.
        scanner.send(b"a\x03\x04\x13b\r");
        assert_eq!(line(&sources), Ok("a\x03\x04\x13b".to_owned()));
        drop(sources);
        // The thread ends and gives the port back.
        std::thread::sleep(Duration::from_millis(300));
    }
}

#[test]
fn silence_ends_a_text_where_it_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scanner");
    let mut scanner = Scanner::plug_in(&path);
    let sources = start(&format!("serial:{},end=silence", path.display()));
    is_ready(&sources);
    let since = Instant::now();
    scanner.send(b"PC1:A");
    match next(&sources) {
        What::Line(line) => assert_eq!((line.text.as_str(), line.ended), ("PC1:A", Ended::Silence)),
        other => panic!("{other:?}"),
    }
    assert!(since.elapsed() >= Duration::from_millis(190));
    scanner.send(b"PC1:B\r");
    match next(&sources) {
        What::Line(line) => assert_eq!((line.text.as_str(), line.ended), ("PC1:B", Ended::Mark)),
        other => panic!("{other:?}"),
    }
    drop(sources);
    std::thread::sleep(Duration::from_millis(300));

    let sources = start(&format!("serial:{}", path.display()));
    is_ready(&sources);
    scanner.send(b"PC1:");
    assert!(sources.recv_timeout(Duration::from_millis(600)).is_none());
    scanner.send(b"C\t");
    assert_eq!(line(&sources), Ok("PC1:C".to_owned()));
}

#[test]
fn what_is_no_serial_port_is_told() {
    let sources = start("serial:/dev/null");
    assert_eq!(lost(&sources), "device-not-such");
    assert!(sources.recv_timeout(Duration::from_millis(500)).is_none());
}

#[test]
fn nothing_is_left_open_when_the_sources_are_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scanner");
    let scanner = Scanner::plug_in(&path);
    let port = std::fs::canonicalize(&path).unwrap();
    let open = || {
        let files = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        files
            .filter(|file| std::fs::read_link(file.path()).is_ok_and(|target| target == port))
            .count()
    };
    for _ in 0..5 {
        let sources = start(&format!("serial:{}", path.display()));
        is_ready(&sources);
        assert_eq!(open(), 1);
        drop(sources);
        let until = Instant::now() + LONG;
        while open() > 0 {
            assert!(Instant::now() < until);
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    // Exclusive use ended with it: without the privilege that tests may have, this is what another program meets.
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    assert!(rustix::fs::open(&port, flags, Mode::empty()).is_ok());
    assert!(tcgetattr(scanner.wire.as_fd()).is_ok());
}

#[test]
fn several_sources_are_told_apart_and_a_folder_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (port, folder) = (dir.path().join("scanner"), dir.path().join("pictures"));
    let specs = [
        format!("serial:{}", port.display()),
        format!("folder:{}", folder.display()),
    ];
    let sources = Sources::start(&specs.map(|text| text.parse().unwrap())).unwrap();
    let mut both = [sources.recv_timeout(LONG).unwrap(), sources.recv_timeout(LONG).unwrap()];
    both.sort_by_key(|event| event.source);
    for (n, event) in both.iter().enumerate() {
        assert_eq!(event.source, n);
        assert!(matches!(&event.what, What::Lost { reason } if reason.reason() == "device-missing"));
    }
    std::fs::create_dir(&folder).unwrap();
    let event = sources.recv_timeout(LONG).unwrap();
    assert_eq!(event.source, 1);
    assert!(matches!(event.what, What::Ready));
    let jpeg = [0xff, 0xd8, 0xff, 0xe0];
    for name in ["b.jpg", "a.jpg"] {
        std::fs::write(folder.join(name), jpeg).unwrap();
    }
    for name in ["a.jpg", "b.jpg"] {
        let event = sources.recv_timeout(LONG).unwrap();
        match event.what {
            What::Picture {
                name: Some(path),
                picture: Picture::File(bytes),
            } => {
                assert_eq!((path, bytes), (folder.join(name), jpeg.to_vec()));
            }
            other => panic!("{other:?}"),
        }
    }
    let mut scanner = Scanner::plug_in(&port);
    assert!(matches!(sources.recv_timeout(LONG).unwrap().what, What::Ready));
    scanner.send(b"PC1:A\r");
    assert_eq!(sources.recv_timeout(LONG).unwrap().source, 0);
}
