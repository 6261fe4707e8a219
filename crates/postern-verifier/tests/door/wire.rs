//! Scanners and turnstiles on serial ports: pseudo-terminals, plugged in and out by a link.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::site::LONG;

/// A made-up scanner on a serial port, plugged in under a path.
pub(crate) struct Wire {
    wire: File,
    path: PathBuf,
}

impl Wire {
    pub(crate) fn plug_in(path: &Path) -> Self {
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

    /// Waits until a program has the port open.
    pub(crate) fn wait_for_listener(&self, program: u32) {
        let port = fs::canonicalize(&self.path).unwrap();
        let until = Instant::now() + LONG;
        let is_open = || {
            let files = fs::read_dir(format!("/proc/{program}/fd")).unwrap().flatten();
            files
                .into_iter()
                .any(|file| fs::read_link(file.path()).is_ok_and(|target| target == port))
        };
        while !is_open() {
            assert!(Instant::now() < until, "nobody listens");
            std::thread::sleep(Duration::from_millis(20));
        }
        // Its settings follow.
        std::thread::sleep(Duration::from_millis(200));
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.wire.write_all(text.as_bytes()).unwrap();
    }

    /// The other end.
    pub(crate) fn port(&self) -> &File {
        &self.wire
    }

    pub(crate) fn unplug(self) {
        fs::remove_file(&self.path).unwrap();
    }
}
