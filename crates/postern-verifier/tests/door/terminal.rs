//! The screen of a gate, as somebody sees it: a pseudo-terminal, and the few sequences that the screen writes to it.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::common::{BIN, command};
use crate::site::{LONG, Site};

const ROWS: u16 = 40;
const COLUMNS: u16 = 150;

/// A gate with its screen, until it is dropped.
pub(crate) struct Terminal {
    child: Child,
    keys: File,
    cells: Arc<Mutex<Cells>>,
}

impl Terminal {
    /// `scan --view screen` with these arguments, in English.
    pub(crate) fn start(site: &Site, args: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let size = Winsize {
            ws_row: ROWS,
            ws_col: COLUMNS,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).unwrap();
        let slave = || Stdio::from(File::options().read(true).write(true).open(&name).unwrap());
        let mut scan = command(BIN);
        scan.args(["scan", "--lang", "en", "--view", "screen", "--store"])
            .arg(site.store());
        let child = scan
            .args(args)
            .env("TERM", "xterm")
            .stdin(slave())
            .stdout(slave())
            .stderr(slave())
            .spawn()
            .unwrap();
        let keys = File::from(master);
        let cells = Arc::new(Mutex::new(Cells::default()));
        let (mut from, sink) = (keys.try_clone().unwrap(), Arc::clone(&cells));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // It ends with EIO when the child has gone.
            while let Ok(read @ 1..) = from.read(&mut bytes) {
                sink.lock().unwrap().take(&bytes[..read]);
            }
        });
        Self { child, keys, cells }
    }

    /// Presses a key. Several at once would be a scanner: what the key does is waited for.
    pub(crate) fn press(&mut self, key: char) {
        write!(self.keys, "{key}").unwrap();
    }

    /// What is on the screen now.
    pub(crate) fn text(&self) -> String {
        self.cells.lock().unwrap().text()
    }

    /// Waits until all of these are on the screen at once.
    #[track_caller]
    pub(crate) fn shows(&self, parts: &[&str]) {
        self.wait(&format!("{parts:?} on the screen"), |text| {
            parts.iter().all(|part| text.contains(part))
        });
    }

    /// Waits until this is not on the screen.
    #[track_caller]
    pub(crate) fn lacks(&self, part: &str) {
        self.wait(&format!("no {part:?} on the screen"), |text| !text.contains(part));
    }

    #[track_caller]
    fn wait(&self, what: &str, done: impl Fn(&str) -> bool) {
        let until = Instant::now() + LONG;
        loop {
            let text = self.text();
            if done(&text) {
                return;
            }
            assert!(Instant::now() < until, "waited for {what}:\n{text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// What is on the screen.
struct Cells {
    rows: Vec<Vec<char>>,
    at: (usize, usize),
    /// Of a character or a sequence that has not come whole.
    rest: Vec<u8>,
}

impl Default for Cells {
    fn default() -> Self {
        Self {
            rows: vec![vec![' '; COLUMNS.into()]; ROWS.into()],
            at: (0, 0),
            rest: Vec::new(),
        }
    }
}

impl Cells {
    fn text(&self) -> String {
        let rows = self.rows.iter().map(|row| row.iter().collect::<String>());
        rows.collect::<Vec<_>>().join("\n")
    }

    fn take(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(_) => self.rest.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = String::from_utf8(self.rest.drain(..whole).collect()).unwrap();
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            if rest == "\u{1b}" {
                // The rest of a sequence comes with the next piece.
                break;
            }
            let Some(sequence) = rest.strip_prefix("\u{1b}[") else {
                self.put(first);
                rest = &rest[first.len_utf8()..];
                continue;
            };
            let Some(end) = sequence.find(|c: char| ('@'..='~').contains(&c)) else {
                break;
            };
            self.obey(&sequence[..end], sequence.as_bytes()[end]);
            rest = &sequence[end + 1..];
        }
        let mut kept = rest.as_bytes().to_vec();
        kept.append(&mut self.rest);
        self.rest = kept;
    }

    fn put(&mut self, c: char) {
        let (row, column) = self.at;
        if let Some(cell) = self.rows.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = c;
        }
        // A Chinese character has two cells.
        self.at.1 += if ('\u{2e80}'..='\u{ffef}').contains(&c) { 2 } else { 1 };
    }

    /// The cursor's place and what clears; colours are not looked at.
    fn obey(&mut self, numbers: &str, command: u8) {
        let mut numbers = numbers.split(';').map(|text| text.parse::<usize>().unwrap_or(1));
        let mut next = || numbers.next().unwrap_or(1).max(1) - 1;
        match command {
            b'H' => self.at = (next(), next()),
            b'J' => self.rows = Self::default().rows,
            _ => {}
        }
    }
}
