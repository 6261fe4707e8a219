//! A turnstile: opened once for each order, shut by itself, and shut whenever anything is wrong.
//!
//! The caller is never held: an order is handed to a thread. One that comes while another is being carried out is dropped and
//! told, because whoever was admitted second must not find the way open for a third. Orders have rising numbers, and each
//! number is carried out once: whatever is repeated after a crash opens nothing. While it is not known to be shut it is told
//! to shut again every second, and before each new order, which fails until that has gone through.

mod exec;
mod serial;
mod spec;

use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use crate::error::DeviceError;
use crate::fd;

pub use spec::{TurnstileKind, TurnstileSpec};

/// How many reports wait for the caller; more are lost.
const REPORTS: usize = 64;
/// How long a line or some bytes may take to be sent.
const WRITE: Duration = Duration::from_secs(1);
/// How often it is told to shut again, until that has gone through.
const AGAIN: Duration = Duration::from_secs(1);
/// How long dropping waits for the turnstile to be shut.
const LAST: Duration = Duration::from_secs(4);

/// What became of an order.
#[derive(Debug)]
pub struct Report {
    /// The order's number; `None` where the turnstile was to be shut without one: at the start, at the end, and again after
    /// that had failed.
    pub id: Option<u64>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an order.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// Dropped: another order was being carried out.
    Busy,
    /// It failed. With [`DeviceError::StillOpen`], and where there is no number, the turnstile may be open, else nothing was
    /// opened. Where it may be open [`Outcome::Shut`] follows as soon as it is shut; orders fail until then.
    Failed(DeviceError),
    /// The turnstile was opened, and told to shut again.
    Opened,
    /// Dropped: this number was ordered before, or a higher one.
    Repeated,
    /// It could not be told to shut before, and now it was. It has no number.
    Shut,
}

/// What the thread is to do next.
enum Next {
    /// The time is over.
    Again,
    /// To carry out an order.
    Order(u64),
    /// To end.
    Stop,
}

/// A turnstile. Dropping it ends a running pulse (a program is killed), sends the order to shut, and waits up to four seconds
/// for it.
#[derive(Debug)]
pub struct Turnstile {
    shared: Arc<Shared>,
    reports: SyncSender<Report>,
}

#[derive(Debug, Default)]
struct Shared {
    orders: Mutex<Orders>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Orders {
    last: Option<u64>,
    waiting: Option<u64>,
    is_busy: bool,
    is_stopped: bool,
    is_done: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Orders> {
        // Nothing is half done while the lock is held.
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `time`, or until the turnstile is dropped; whether it was.
    fn wait(&self, time: Duration) -> bool {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), time, |orders| !orders.is_stopped);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_stopped
    }

    /// Waits for an order or for the end, and where a time is given no longer than that.
    fn next(&self, time: Option<Duration>) -> Next {
        let wait = |orders: &mut Orders| orders.waiting.is_none() && !orders.is_stopped;
        let mut orders = match time {
            None => (self.changed.wait_while(self.lock(), wait)).unwrap_or_else(PoisonError::into_inner),
            Some(time) => {
                let waited = self.changed.wait_timeout_while(self.lock(), time, wait);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        match orders.waiting.take() {
            _ if orders.is_stopped => Next::Stop,
            Some(id) => Next::Order(id),
            None => Next::Again,
        }
    }

    /// The order is carried out or dropped; the next one is taken.
    fn end_order(&self) {
        self.lock().is_busy = false;
    }
}

/// What opens and shuts.
trait Actuator: Send {
    /// Opens and shuts again; returns early when the turnstile is dropped.
    fn pulse(&mut self, id: u64, shared: &Shared) -> Result<(), DeviceError>;

    /// Sees to it that it is shut: the first thing and the last, and again where that or a pulse has failed to.
    fn shut(&mut self) -> Result<(), DeviceError>;
}

impl Turnstile {
    /// Starts the thread, which shuts the turnstile first. What becomes of orders is told by the receiver; where nobody
    /// listens, reports past the 64th are lost and the turnstile works all the same.
    ///
    /// # Errors
    ///
    /// [`DeviceError::Io`] where the system has no more threads. A device that is not there is no error here: it is told as
    /// a report, and looked for every second and at each order until it is there and shut.
    pub fn new(spec: &TurnstileSpec) -> Result<(Self, Receiver<Report>), DeviceError> {
        let pulse = spec.pulse;
        Self::start(match spec.kind.clone() {
            TurnstileKind::Exec { program, args } => Box::new(exec::Exec::new(program, args, pulse)),
            TurnstileKind::Serial { path, baud, on, off } => Box::new(serial::Bytes::new(path, baud, on, off, pulse)),
            TurnstileKind::Stdout => Box::new(Stdout),
        })
    }

    fn start(mut actuator: Box<dyn Actuator>) -> Result<(Self, Receiver<Report>), DeviceError> {
        let shared = Arc::new(Shared::default());
        let (reports, receiver) = sync_channel(REPORTS);
        let turnstile = Self {
            shared: Arc::clone(&shared),
            reports: reports.clone(),
        };
        let worker = move || {
            // Also where the actuator panics: the drop of `turnstile` must not wait for nobody, and no order may be taken.
            let _done = Done(&shared);
            let tell = |id, outcome| drop(reports.try_send(Report { id, outcome }));
            let mut is_shut = match actuator.shut() {
                Ok(()) => true,
                Err(error) => {
                    tell(None, Outcome::Failed(error));
                    false
                }
            };
            loop {
                let id = match shared.next((!is_shut).then_some(AGAIN)) {
                    Next::Again => None,
                    Next::Order(id) => Some(id),
                    Next::Stop => break,
                };
                if !is_shut {
                    match actuator.shut() {
                        Ok(()) => {
                            is_shut = true;
                            tell(None, Outcome::Shut);
                        }
                        Err(error) if id.is_some() => {
                            shared.end_order();
                            tell(id, Outcome::Failed(error));
                            continue;
                        }
                        Err(_) => continue,
                    }
                }
                let Some(number) = id else { continue };
                let outcome = match actuator.pulse(number, &shared) {
                    Ok(()) => Outcome::Opened,
                    Err(error) => {
                        is_shut = !matches!(error, DeviceError::StillOpen { .. });
                        Outcome::Failed(error)
                    }
                };
                shared.end_order();
                tell(id, outcome);
            }
            if let Err(error) = actuator.shut() {
                tell(None, Outcome::Failed(error));
            }
        };
        let spawned = thread::Builder::new().name("turnstile".to_owned()).spawn(worker);
        match spawned {
            Ok(_) => Ok((turnstile, receiver)),
            Err(error) => {
                turnstile.shared.lock().is_done = true;
                Err(DeviceError::from_io("turnstile", error))
            }
        }
    }

    /// Orders the turnstile to open once, for the event with the number `id`; numbers rise. Never waits for the device.
    pub fn open(&self, id: u64) {
        let mut orders = self.shared.lock();
        let dropped = if orders.last.is_some_and(|last| id <= last) {
            Some(Outcome::Repeated)
        } else if orders.is_done {
            Some(Outcome::Failed(DeviceError::Crashed {
                device: "turnstile".to_owned(),
            }))
        } else if orders.is_busy {
            Some(Outcome::Busy)
        } else {
            orders.is_busy = true;
            orders.waiting = Some(id);
            None
        };
        orders.last = orders.last.max(Some(id));
        drop(orders);
        match dropped {
            None => self.shared.changed.notify_all(),
            Some(outcome) => drop(self.reports.try_send(Report { id: Some(id), outcome })),
        }
    }
}

impl Drop for Turnstile {
    fn drop(&mut self) {
        let mut orders = self.shared.lock();
        orders.is_stopped = true;
        self.shared.changed.notify_all();
        // Bounded, because a device may hang in the system; nothing more can be done about it then.
        drop(
            self.shared
                .changed
                .wait_timeout_while(orders, LAST, |orders| !orders.is_done),
        );
    }
}

/// The thread has ended.
struct Done<'a>(&'a Shared);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.lock().is_done = true;
        self.0.changed.notify_all();
    }
}

/// A line `OPEN NUMBER` on standard output, for a controller that reads it. The time of the pulse is the controller's.
struct Stdout;

impl Actuator for Stdout {
    fn pulse(&mut self, id: u64, _shared: &Shared) -> Result<(), DeviceError> {
        let fail = |error| DeviceError::from_io("stdout", error);
        let mut stdout = std::io::stdout().lock();
        let deadline = Instant::now() + WRITE;
        // A controller that does not read must not hold standard output.
        while !fd::wait(&stdout, PollFlags::OUT, WRITE).map_err(fail)? {
            if Instant::now() >= deadline {
                let device = "stdout".to_owned();
                return Err(DeviceError::Silent { device });
            }
        }
        writeln!(stdout, "OPEN {id}")
            .and_then(|()| stdout.flush())
            .map_err(fail)
    }

    fn shut(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
