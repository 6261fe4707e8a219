//! From the threads of the sources to the caller: lines wait, frames give way.

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use postern_qr::Luma;

use crate::error::DeviceError;
use crate::line::{BadLine, Framed, Line};

/// How many events wait for the caller before the sources do.
const QUEUE: usize = 64;

/// Something happened at a source. The debug form has no text that a device sent.
#[derive(Debug)]
pub struct Event {
    /// The place of the source in the list that was started, from 0.
    pub source: usize,
    /// What happened.
    pub what: What,
}

/// What happened at a source.
#[derive(Debug)]
#[non_exhaustive]
pub enum What {
    /// A line came that is none.
    BadLine(BadLine),
    /// A file came to the folder that cannot be had.
    BadPicture {
        /// The file.
        name: PathBuf,
        /// Why.
        why: BadPicture,
    },
    /// Standard input ended; nothing more comes from this source.
    End,
    /// A text came.
    Line(Line),
    /// The device does not serve: told once, and again only if the reason changes. It is tried again and again, unless
    /// it is standard input: then [`What::End`] follows.
    Lost {
        /// Why.
        reason: DeviceError,
    },
    /// A picture came.
    Picture {
        /// The file, of a folder's.
        name: Option<PathBuf>,
        /// The picture.
        picture: Picture,
    },
    /// The device is open and is listened to.
    Ready,
}

/// Why a file of a watched folder is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadPicture {
    /// More than [`postern_qr::picture::MAX_FILE`] bytes.
    TooLarge,
    /// It may not be read, or went away.
    Unreadable,
}

impl BadPicture {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "picture-too-large",
            Self::Unreadable => "picture-unreadable",
        }
    }
}

/// A picture as it came.
#[derive(Clone, PartialEq, Eq)]
pub enum Picture {
    /// A PNG or JPEG file of at most [`postern_qr::picture::MAX_FILE`] bytes, which says so itself and is not decoded yet.
    File(Vec<u8>),
    /// Grey pixels.
    Luma(Luma),
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(bytes) => write!(f, "File({} bytes)", bytes.len()),
            Self::Luma(luma) => luma.fmt(f),
        }
    }
}

/// The queue between the sources and the caller. In it is at most one picture of each source.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    stopped: bool,
}

impl State {
    fn picture_of(&mut self, source: usize) -> Option<&mut Event> {
        let mut events = self.events.iter_mut();
        events.find(|event| event.source == source && matches!(event.what, What::Picture { .. }))
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is half done while the lock is held, so a thread that panicked left a whole queue.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next event, if one comes within `timeout`.
    pub(crate) fn take(&self, timeout: Duration) -> Option<Event> {
        let (mut state, _) = self
            .changed
            .wait_timeout_while(self.lock(), timeout, |state| state.events.is_empty() && !state.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        let event = state.events.pop_front();
        drop(state);
        self.changed.notify_all();
        event
    }

    /// Tells all sources to end, and throws away what waits.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        state.events.clear();
        drop(state);
        self.changed.notify_all();
    }
}

/// Where a source puts what it has.
#[derive(Clone, Debug)]
pub(crate) struct Outlet {
    pub(crate) queue: Arc<Queue>,
    pub(crate) source: usize,
}

impl Outlet {
    /// Gives an event; waits while the queue is full, or has a picture of this source and this is another one.
    pub(crate) fn give(&self, what: What) {
        let is_picture = matches!(what, What::Picture { .. });
        let full = |state: &mut State| {
            !state.stopped && (state.events.len() >= QUEUE || is_picture && state.picture_of(self.source).is_some())
        };
        let lock = self.queue.lock();
        let waited = self.queue.changed.wait_while(lock, full);
        self.put(waited.unwrap_or_else(PoisonError::into_inner), what);
    }

    /// Gives a frame of a stream: in the place of an older one that nobody has taken, so that a stream never lags.
    pub(crate) fn give_latest(&self, picture: Picture) {
        let what = What::Picture { name: None, picture };
        let mut state = self.queue.lock();
        match state.picture_of(self.source) {
            Some(older) => older.what = what,
            // One more than the bound for each source at most.
            None => self.put(state, what),
        }
    }

    pub(crate) fn give_line(&self, line: Framed) {
        self.give(match line {
            Ok(line) => What::Line(line),
            Err(why) => What::BadLine(why),
        });
    }

    fn put(&self, mut state: MutexGuard<'_, State>, what: What) {
        if !state.stopped {
            let source = self.source;
            state.events.push_back(Event { source, what });
            drop(state);
            self.queue.changed.notify_all();
        }
    }

    /// Whether the caller is gone.
    pub(crate) fn is_stopped(&self) -> bool {
        self.queue.lock().stopped
    }

    /// Sleeps, but not longer than the caller is there.
    pub(crate) fn sleep(&self, time: Duration) {
        let until = Instant::now() + time;
        let mut state = self.queue.lock();
        while !state.stopped {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.queue.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An outlet, and the end that the caller has.
    pub(crate) fn outlet() -> (Outlet, Arc<Queue>) {
        let queue = Arc::new(Queue::default());
        let outlet = Outlet {
            queue: Arc::clone(&queue),
            source: 0,
        };
        (outlet, queue)
    }

    fn frame(n: u8) -> Picture {
        Picture::File(vec![n])
    }

    fn drain(queue: &Queue) -> Vec<String> {
        let take = || queue.take(Duration::ZERO);
        std::iter::from_fn(take)
            .map(|event| format!("{}{:?}", event.source, event.what))
            .collect()
    }

    #[test]
    fn the_debug_form_tells_no_text() {
        let text = "PC1:SECRET".to_owned();
        let ended = crate::line::Ended::Mark;
        let what = What::Line(Line { text, ended });
        assert_eq!(format!("{what:?}"), "Line(Line(10 bytes, Mark))");
        let event = Event { source: 1, what };
        assert_eq!(
            format!("{event:?}"),
            "Event { source: 1, what: Line(Line(10 bytes, Mark)) }"
        );
    }

    #[test]
    fn a_stream_does_not_lag_and_loses_no_line() {
        let (outlet, queue) = outlet();
        outlet.give(What::BadLine(BadLine::NotText));
        for n in 0..200 {
            outlet.give_latest(frame(n));
        }
        outlet.give(What::End);
        let bad = queue.take(Duration::ZERO).unwrap();
        assert!(matches!(bad.what, What::BadLine(BadLine::NotText)));
        let Some(Event {
            what: What::Picture { picture, .. },
            ..
        }) = queue.take(Duration::ZERO)
        else {
            panic!("a picture");
        };
        assert_eq!(picture, frame(199));
        assert_eq!(drain(&queue), ["0End"]);
    }

    #[test]
    fn streams_do_not_displace_each_other() {
        let (outlet, queue) = outlet();
        let other = Outlet {
            source: 1,
            ..outlet.clone()
        };
        for n in 0..9 {
            outlet.give_latest(frame(n));
            other.give_latest(frame(n));
        }
        assert_eq!(drain(&queue).len(), 2);
    }

    #[test]
    fn lines_and_files_wait_for_a_busy_caller_and_none_is_lost() {
        let (outlet, queue) = outlet();
        let sender = std::thread::spawn(move || {
            for n in 0..5 * QUEUE {
                let text = n.to_string();
                outlet.give_line(Ok(Line {
                    text,
                    ended: crate::line::Ended::Mark,
                }));
            }
            for n in 0..9 {
                outlet.give(What::Picture {
                    name: None,
                    picture: frame(n),
                });
            }
        });
        let mut lines = 0;
        let mut pictures = 0;
        while pictures < 9 {
            assert!(queue.lock().events.len() <= QUEUE);
            match queue.take(Duration::from_secs(10)).unwrap().what {
                What::Line(line) => {
                    assert_eq!(line.text, lines.to_string());
                    lines += 1;
                }
                What::Picture { picture, .. } => {
                    assert_eq!(picture, frame(pictures));
                    pictures += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        sender.join().unwrap();
        assert_eq!(lines, 5 * QUEUE);
    }

    #[test]
    fn a_source_that_waits_ends_when_the_caller_goes() {
        let (outlet, queue) = outlet();
        let sender = std::thread::spawn(move || {
            while !outlet.is_stopped() {
                outlet.give(What::Ready);
            }
            outlet.sleep(Duration::from_secs(600));
        });
        std::thread::sleep(Duration::from_millis(20));
        queue.stop();
        sender.join().unwrap();
        assert!(queue.take(Duration::from_secs(600)).is_none());
    }
}
