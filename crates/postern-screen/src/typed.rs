//! Tells a scanner that types from a person who types, by their speed alone.
//!
//! A keyboard-wedge scanner "types" a code within a fraction of a second and ends it with Enter or Tab. Taken for keys,
//! a code would lock the gate, override and quit; in a dialog it would fill a field and answer.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use crate::key::Key;

/// Characters that follow each other within this time are one burst. Fast typists take twice as long, and a held key
/// repeats more slowly or is recognised by its one character.
pub const GAP: Duration = Duration::from_millis(50);
/// In a dialog, keys that follow each other within this time are one burst: what a person types there waits for it.
pub const DIALOG_GAP: Duration = Duration::from_millis(25);
/// Fewer characters than this are a line only where Enter or Tab follows as fast: without it a single one is a key, and
/// several are dropped.
pub const SHORTEST_LINE: usize = 6;
/// What is longer is dropped to its end, in bytes of UTF-8.
pub const MAX_LINE: usize = 8 * 1024;

/// What is a scan already may pause so long: a scanner on the radio.
const PATIENCE: Duration = Duration::from_millis(300);
/// More lines of one paste are dropped.
const MAX_PASTED: usize = 64;
/// In a burst in a dialog, a key that is no character, Enter or Tab, or what came before it: it is no single key then.
const OTHER: char = '\0';

/// What came from the keyboard. The debug form has no text of a scan, of which it tells the length.
#[derive(Clone, Eq, PartialEq)]
pub enum Input {
    /// A key that a person pressed.
    Key(Key),
    /// What a scanner typed, or a line that was pasted, without its end.
    Line(String),
    /// The terminal has another size: draw again.
    Resize,
    /// SIGTERM, SIGHUP, SIGINT, or the terminal has gone: leave. It is told again at every call.
    Stop,
    /// A scan longer than [`MAX_LINE`], dropped.
    TooLong,
    /// A scan that neither Enter nor Tab ended: the scanner lacks its suffix, or characters were lost.
    Unended(String),
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "Key({key:?})"),
            Self::Line(text) => write!(f, "Line({} bytes)", text.len()),
            Self::Resize => f.write_str("Resize"),
            Self::Stop => f.write_str("Stop"),
            Self::TooLong => f.write_str("TooLong"),
            Self::Unended(text) => write!(f, "Unended({} bytes)", text.len()),
        }
    }
}

/// Puts key presses and their times together. A pure state machine: it reads no clock.
#[derive(Clone)]
pub struct Typed {
    /// How a scan begins that is one in a dialog too.
    prefix: Vec<char>,
    /// Whether a dialog is open.
    dialog: bool,
    /// Whether one was when the burst began.
    burst_in_dialog: bool,
    /// Characters that may become a scan; in a dialog Enter as CR, Tab, and [`OTHER`] too.
    burst: Vec<char>,
    /// The bytes of the burst, beyond the bound too.
    bytes: usize,
    /// The time of the last key of the burst.
    last: Option<Instant>,
    /// The time of the end of the last line: an end that follows at once belongs to it (CR LF).
    ended: Option<Instant>,
    ready: VecDeque<Input>,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed")
            .field("dialog", &self.dialog)
            .field("bytes", &self.bytes)
            .field("ready", &self.ready.len())
            .finish_non_exhaustive()
    }
}

impl Typed {
    /// Nothing typed yet. A burst that begins with `prefix`, in whatever case, is a scan inside dialogs too.
    pub fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.chars().collect(),
            dialog: false,
            burst_in_dialog: false,
            burst: Vec::new(),
            bytes: 0,
            last: None,
            ended: None,
            ready: VecDeque::new(),
        }
    }

    /// Whether a dialog is open. There a burst is a scan if it begins like one; any other is dropped whole, and what is left
    /// is single keys. A burst that has begun already goes on as it began.
    pub fn set_dialog(&mut self, open: bool) {
        self.dialog = open;
    }

    /// A key press, at a time not before that of the call before.
    pub fn press(&mut self, key: Key, at: Instant) {
        self.settle(at);
        if self.burst.is_empty() {
            self.burst_in_dialog = self.dialog;
        }
        match key {
            Key::Char(c) => self.push(c, at),
            // A terminal in raw mode tells LF so.
            Key::Enter | Key::Tab | Key::Ctrl('j') => self.end(if key == Key::Tab { key } else { Key::Enter }, at),
            // A control character of a scanner must not cut its line in two; no code has U+FFFD.
            Key::Ctrl(_) if self.is_scan() => self.push('\u{fffd}', at),
            // A control character in a code that is none of ours must not do anything either.
            _ if self.burst_in_dialog && !self.burst.is_empty() && !self.is_scan() => self.push(OTHER, at),
            key => {
                self.flush();
                self.ready.push_back(Input::Key(key));
            }
        }
    }

    /// A bracketed paste: its lines are scans whatever their speed. In a dialog other text goes into the field; else
    /// what is too short for a scan is dropped, since nobody presses keys by pasting.
    pub fn paste(&mut self, text: &str) {
        self.flush();
        for line in text
            .split(['\r', '\n', '\t'])
            .filter(|line| !line.is_empty())
            .take(MAX_PASTED)
        {
            let scan = if self.dialog {
                self.begins(line.chars())
            } else {
                line.chars().count() >= SHORTEST_LINE
            };
            match scan {
                true if line.len() > MAX_LINE => self.ready.push_back(Input::TooLong),
                true => self.ready.push_back(Input::Line(line.to_owned())),
                false if self.dialog => {
                    let keys = line.chars().take(MAX_LINE).filter(|c| !c.is_control());
                    self.ready.extend(keys.map(|c| Input::Key(Key::Char(c))));
                }
                false => {}
            }
        }
    }

    /// No key came until now: what waited for more may be whole.
    pub fn settle(&mut self, now: Instant) {
        if self.deadline().is_some_and(|deadline| now > deadline) {
            self.flush();
        }
    }

    /// Until when a further key may belong to what was typed; none where nothing waits.
    pub fn deadline(&self) -> Option<Instant> {
        let last = self.last.filter(|_| !self.burst.is_empty())?;
        let gap = match self.burst_in_dialog {
            _ if self.is_scan() => PATIENCE,
            true => DIALOG_GAP,
            false => GAP,
        };
        Some(last + gap)
    }

    fn push(&mut self, c: char, at: Instant) {
        self.last = Some(at);
        if self.burst_in_dialog && self.burst.is_empty() && self.ended.is_some_and(|ended| at <= ended + DIALOG_GAP) {
            // It follows a line as fast as a scanner types.
            self.burst.push(OTHER);
        }
        self.bytes += c.len_utf8();
        if self.bytes <= MAX_LINE {
            self.burst.push(c);
        }
    }

    /// Enter or Tab.
    fn end(&mut self, key: Key, at: Instant) {
        if self.is_scan() {
            let line = self.take();
            self.ready.push_back(line.map_or(Input::TooLong, Input::Line));
            self.ended = Some(at);
        } else if self
            .ended
            .take()
            .is_some_and(|ended| self.burst.is_empty() && at <= ended + GAP)
        {
            self.ended = Some(at);
        } else if self.burst_in_dialog {
            self.push(if key == Key::Tab { '\t' } else { '\r' }, at);
        } else if !self.burst.is_empty() && !self.is_held() {
            // Nobody presses a key and Enter within this time; a scanner that reads a code of one letter does.
            let line = self.take();
            self.ready.extend(line.map(Input::Line));
            self.ended = Some(at);
        } else {
            self.flush();
            self.ready.push_back(Input::Key(key));
        }
    }

    /// Gives out what waits, without an end.
    fn flush(&mut self) {
        if self.is_scan() {
            let line = self.take();
            self.ready.push_back(line.map_or(Input::TooLong, Input::Unended));
        } else {
            // A character that bounces or is held is one; different keys in such haste are no person's, and an end that is
            // repeated is a code of nothing but ends.
            let key = match self.burst[..] {
                ['\r'] if self.burst_in_dialog => Some(Key::Enter),
                ['\t'] if self.burst_in_dialog => Some(Key::Tab),
                [first, ref more @ ..] if more.iter().all(|c| *c == first && !c.is_control()) => Some(Key::Char(first)),
                _ => None,
            };
            self.ready.extend(key.map(Input::Key));
            self.burst.clear();
            self.bytes = 0;
        }
    }

    /// The burst as a line; none where it is too long.
    fn take(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.burst).into_iter().collect();
        (std::mem::take(&mut self.bytes) <= MAX_LINE).then_some(line)
    }

    /// Whether the burst is a scan by now.
    fn is_scan(&self) -> bool {
        match self.burst_in_dialog {
            true => self.begins(self.burst.iter().copied()),
            false => self.burst.len() >= SHORTEST_LINE && !self.is_held(),
        }
    }

    /// One character again and again is a key that somebody holds down.
    fn is_held(&self) -> bool {
        self.burst.len() >= SHORTEST_LINE && self.burst.iter().all(|c| self.burst.first() == Some(c))
    }

    fn begins(&self, text: impl Iterator<Item = char>) -> bool {
        let found = text
            .take(self.prefix.len())
            .zip(&self.prefix)
            .filter(|(a, b)| a.eq_ignore_ascii_case(b));
        !self.prefix.is_empty() && found.count() == self.prefix.len()
    }
}

/// What was put together, the oldest first; none where more keys are needed.
impl Iterator for Typed {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests;
