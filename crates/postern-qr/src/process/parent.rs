//! The parent's side: a child is started when it is needed, given a time for each picture, and killed when that is over.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;
use std::{io, thread};

use super::frame::{self, Answer};
use super::{GRACE, ReadError, ReadOutcome, Request};
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

    /// Reads one picture, within `budget` and [`GRACE`].
    ///
    /// The child ends its search by itself when `budget` is over. If it has not answered when [`GRACE`] is over too, it
    /// is killed and the picture is lost; so it is where the child crashes. The next call starts a new child.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(&mut self, request: Request<'_>, budget: Duration) -> Result<ReadOutcome, ReadError> {
        if matches!(request, Request::File(file) if file.len() > MAX_FILE) {
            return Err(ReadError::Picture(PictureError::TooLarge));
        }
        let body = frame::request_to_bytes(&request, budget);
        let running = match self.running.take().and_then(Running::if_alive) {
            Some(running) => running,
            None => Running::start(&self.program, &self.args).map_err(|error| ReadError::Spawn(error.kind()))?,
        };
        let hard = budget.saturating_add(GRACE);
        // A child that is not put back is killed by the drop of its struct.
        let answer = match running.ask(body, hard) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => {
                let after_ms = u64::try_from(hard.as_millis()).unwrap_or(u64::MAX);
                return Err(ReadError::Killed { after_ms });
            }
            Err(RecvTimeoutError::Disconnected) => return Err(ReadError::Crashed),
        };
        self.running = Some(running);
        match answer {
            Answer::Panicked => Err(ReadError::Panicked),
            Answer::Picture(error) => Err(ReadError::Picture(error)),
            Answer::Read(outcome) => Ok(outcome),
        }
    }

    /// The process id of the child that is waiting for the next picture, if there is one.
    #[must_use]
    pub fn child_id(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }
}

impl Running {
    fn start(program: &PathBuf, args: &[OsString]) -> io::Result<Self> {
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

    /// A child that ended while nobody asked it anything costs no picture.
    fn if_alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    fn ask(&self, body: Vec<u8>, within: Duration) -> Result<Answer, RecvTimeoutError> {
        self.requests.send(body).map_err(|_| RecvTimeoutError::Disconnected)?;
        self.answers.recv_timeout(within)
    }

    /// Kills and reaps. Both fail only for a child that is gone already.
    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
