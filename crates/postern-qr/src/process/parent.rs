//! The parent's side: a child is started when it is needed, given a time for each picture, and killed when that is over.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use std::{io, thread};

use super::frame::{self, Answer};
use super::{Confinement, Effort, ReadError, ReadOutcome, Request};
use crate::picture::{MAX_FILE, PictureError};

/// A child process that reads pictures, and its replacement when it had to be killed.
///
/// Dropping it kills the child; no zombie is left.
#[derive(Debug)]
pub struct ReaderProcess {
    program: PathBuf,
    args: Vec<OsString>,
    running: Option<Running>,
}

/// A child, and the thread that talks with it: a pipe has no time limits, a channel has.
#[derive(Debug)]
struct Running {
    child: Child,
    requests: SyncSender<Vec<u8>>,
    answers: Receiver<Answer>,
}

impl ReaderProcess {
    /// A reader that will run `program` with `args`, which must call [`serve`](super::serve) on its standard input and
    /// output. Nothing is started yet.
    #[must_use]
    pub fn new(program: PathBuf, args: Vec<OsString>) -> Self {
        Self {
            program,
            args,
            running: None,
        }
    }

    /// Starts a child if none is there, waits at most `within` until it is ready, and says what confines it.
    ///
    /// Nobody needs to call this: [`read`](Self::read) starts a child too. But then the first picture pays for the start,
    /// and what is wrong with the child is known with the first picture.
    ///
    /// # Errors
    /// [`ReadError::Spawn`], [`ReadError::Unconfined`], [`ReadError::Killed`] or [`ReadError::Crashed`].
    pub fn start(&mut self, within: Duration) -> Result<Confinement, ReadError> {
        match self.ask(Deadline::new(within), |_| frame::hello())? {
            Answer::Ready(confinement) => Ok(confinement),
            Answer::Unconfined(error) => Err(ReadError::Unconfined(error)),
            Answer::Panicked | Answer::Picture(_) | Answer::Read(_) => Err(ReadError::Crashed),
        }
    }

    /// Reads one picture, with this effort, within `budget`.
    ///
    /// That is the time of the whole call: start of a child where there is none, the way to it and back. The child ends
    /// its search by itself after three quarters of what is left of it. If it has not answered after fifteen sixteenths of
    /// the budget it is killed and the picture is lost; so it is where the child crashes. In both cases a new child is
    /// started before the call returns, so that the next picture need not wait for it; the last sixteenth is for that.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(&mut self, request: Request<'_>, effort: Effort, budget: Duration) -> Result<ReadOutcome, ReadError> {
        if matches!(request, Request::File(file) if file.len() > MAX_FILE) {
            return Err(ReadError::Picture(PictureError::TooLarge));
        }
        let deadline = Deadline::new(budget);
        match self.ask(deadline, |left| frame::request_to_bytes(&request, effort, left * 3 / 4))? {
            Answer::Panicked => Err(ReadError::Panicked),
            Answer::Picture(error) => Err(ReadError::Picture(error)),
            Answer::Read(outcome) => Ok(outcome),
            Answer::Ready(_) => Err(ReadError::Crashed),
            Answer::Unconfined(error) => Err(ReadError::Unconfined(error)),
        }
    }

    /// The process id of the child that is waiting for the next picture, if there is one.
    #[must_use]
    pub fn child_id(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    /// Asks the child that is there, or a new one, what `body` makes of the time that is left.
    fn ask(&mut self, deadline: Deadline, body: impl FnOnce(Duration) -> Vec<u8>) -> Result<Answer, ReadError> {
        // A child that ended while nobody asked it anything costs no picture.
        let mut running = match self.running.take().and_then(Running::if_alive) {
            Some(running) => running,
            None => self.spawn()?,
        };
        let answer = running.ask(body(deadline.left()), deadline);
        if answer.is_ok() {
            self.running = Some(running);
        } else {
            // The next one starts while this one dies. If it cannot, the next call tries again and says why.
            running.kill();
            self.running = self.spawn().ok();
        }
        answer
    }

    fn spawn(&self) -> Result<Running, ReadError> {
        Running::start(&self.program, &self.args).map_err(|error| ReadError::Spawn(error.kind()))
    }
}

impl Running {
    fn start(program: &Path, args: &[OsString]) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(args)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut input = child
            .stdin
            .take()
            .expect("the child was started with its standard input piped");
        let mut output = child
            .stdout
            .take()
            .expect("the child was started with its standard output piped");
        #[cfg(target_os = "linux")]
        {
            // A camera's frame then fits, and parent and child do not take turns for each 64 KiB. Without it they do.
            let _slower = rustix::pipe::fcntl_setpipe_size(&input, PIPE);
        }
        let (requests, to_send) = sync_channel::<Vec<u8>>(1);
        let (to_answer, answers) = sync_channel(1);
        // The thread ends when the child does, or when this struct is gone. Whatever goes wrong in it, the channel
        // closes, and that is all the other side needs to know.
        let talk = move || {
            while let Ok(body) = to_send.recv() {
                let sent = frame::send(&mut input, &[&body]);
                let received = sent.and_then(|()| frame::receive(&mut output, frame::MAX_ANSWER));
                let Ok(Some(bytes)) = received else { return };
                let Some(answer) = frame::answer_from(&bytes) else {
                    return;
                };
                if to_answer.send(answer).is_err() {
                    return;
                }
            }
        };
        // First the struct: if there is no thread to be had, its drop ends the child.
        let running = Self {
            child,
            requests,
            answers,
        };
        thread::Builder::new().name("qr-reader".to_owned()).spawn(talk)?;
        Ok(running)
    }

    fn if_alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    fn ask(&self, body: Vec<u8>, deadline: Deadline) -> Result<Answer, ReadError> {
        self.requests.send(body).map_err(|_| ReadError::Crashed)?;
        self.answers.recv_timeout(deadline.left()).map_err(|error| match error {
            RecvTimeoutError::Disconnected => ReadError::Crashed,
            RecvTimeoutError::Timeout => ReadError::Killed {
                after_ms: u64::try_from(deadline.after.as_millis()).unwrap_or(u64::MAX),
            },
        })
    }

    /// Fails only for a child that is gone already.
    fn kill(&mut self) {
        let _ = self.child.kill();
    }
}

impl Drop for Running {
    /// Kills and reaps.
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}

/// The bytes that a pipe to a child holds: the most that Linux gives to everybody.
#[cfg(target_os = "linux")]
const PIPE: usize = 1 << 20;

/// When a child is killed.
#[derive(Clone, Copy, Debug)]
struct Deadline {
    start: Instant,
    after: Duration,
}

impl Deadline {
    /// With time left of the budget to end a child and to start another.
    fn new(budget: Duration) -> Self {
        Self {
            start: Instant::now(),
            after: budget - budget / 16,
        }
    }

    fn left(self) -> Duration {
        self.after.saturating_sub(self.start.elapsed())
    }
}
