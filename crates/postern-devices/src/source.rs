//! One thread for each source: opened, listened to, and opened again when it was lost.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{DeviceError, SpecFault};
use crate::events::{Event, Outlet, Queue, What};
use crate::spec::{Kind, Spec};
use crate::{camera, folder, frames, keyboard, serial, stdin};

/// The wait after the first failure; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait, and how long a device must serve to be new again.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// A source that is open.
pub(crate) trait Source {
    /// Waits a tick at most for something to come, and gives what came.
    ///
    /// # Errors
    ///
    /// The device is lost; it is closed by dropping it.
    fn step(&mut self, outlet: &Outlet) -> Result<Step, DeviceError>;
}

/// Whether more can come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Ended,
    GoOn,
}

/// Opens the device of a source. It is read from the first step on.
fn open(kind: &Kind) -> Result<Box<dyn Source>, DeviceError> {
    match kind {
        Kind::Camera { path, width, height } => camera::open(path, *width, *height),
        Kind::Folder { path } => Ok(Box::new(folder::Folder::open(path)?)),
        Kind::Frames => Ok(Box::new(frames::Frames::open())),
        Kind::Keyboard { device, end } => keyboard::open(device, *end),
        Kind::Serial { path, baud, end } => Ok(Box::new(serial::Serial::open(path, *baud, *end)?)),
        Kind::Stdin => Ok(Box::new(stdin::Stdin::open())),
    }
}

/// The running sources. Dropping it ends their threads within 100 milliseconds and closes the devices. A camera that has not
/// given its first picture takes up to five seconds; a thread that hangs within the system (a driver or network file system
/// that does not answer) ends when the system lets it.
#[derive(Debug)]
pub struct Sources {
    queue: Arc<Queue>,
}

impl Sources {
    /// Starts one thread for each source. A device that is not there is no error: it is told as [`What::Lost`], and
    /// waited for.
    ///
    /// # Errors
    ///
    /// [`DeviceError::BadSpec`] where two sources are one device, [`DeviceError::NotBuilt`] where a kind is not in this
    /// program, [`DeviceError::Io`] where the system has no more threads.
    pub fn start(specs: &[Spec]) -> Result<Self, DeviceError> {
        for (n, spec) in specs.iter().enumerate() {
            if specs[..n].iter().any(|other| other.kind.is_same_device(&spec.kind)) {
                let source = spec.to_string();
                return Err(SpecFault::TwiceSource { source }.into());
            }
            let is_built = match spec.kind {
                Kind::Camera { .. } => camera::IS_BUILT,
                Kind::Keyboard { .. } => keyboard::IS_BUILT,
                _ => true,
            };
            if !is_built {
                let kind = spec.kind.name();
                return Err(DeviceError::NotBuilt { kind });
            }
        }
        let queue = Arc::new(Queue::default());
        // Made first, so that threads which were started end where a later one cannot be.
        let sources = Self {
            queue: Arc::clone(&queue),
        };
        for (source, spec) in specs.iter().enumerate() {
            let outlet = Outlet {
                queue: Arc::clone(&queue),
                source,
            };
            let kind = spec.kind.clone();
            thread::Builder::new()
                .name(format!("source {source}"))
                .spawn(move || run(&outlet, kind.is_stdin(), &kind_name(&kind), || open(&kind)))
                .map_err(|error| DeviceError::from_io(spec, error))?;
        }
        Ok(sources)
    }

    /// The next event, if one comes within `timeout`.
    #[must_use]
    pub fn recv_timeout(&self, timeout: Duration) -> Option<Event> {
        self.queue.take(timeout)
    }
}

impl Drop for Sources {
    fn drop(&mut self) {
        self.queue.stop();
    }
}

fn kind_name(kind: &Kind) -> String {
    Spec::new(kind.clone()).to_string()
}

/// The life of a source: until the caller goes, or, of one that cannot be opened again (`once`), until it ends or fails.
fn run(outlet: &Outlet, once: bool, device: &str, open: impl Fn() -> Result<Box<dyn Source>, DeviceError>) {
    let mut wait = FIRST_WAIT;
    // The reason that was told last, while the device is lost.
    let mut told = None;
    while !outlet.is_stopped() {
        let mut served = Duration::ZERO;
        // The drivers' wrappers are not ours: one that panics must not leave a gate that scans no more and says nothing.
        let listened = catch_unwind(AssertUnwindSafe(|| {
            let mut source = open()?;
            told = None;
            outlet.give(What::Ready);
            let since = Instant::now();
            let ended = listen(source.as_mut(), outlet);
            served = since.elapsed();
            ended
        }));
        let crashed = |_| {
            let device = device.to_owned();
            Err(DeviceError::Crashed { device })
        };
        match listened.unwrap_or_else(crashed) {
            Ok(()) => return outlet.give(What::End),
            Err(reason) => {
                if told != Some(reason.reason()) {
                    told = Some(reason.reason());
                    outlet.give(What::Lost { reason });
                }
            }
        }
        if once {
            return outlet.give(What::End);
        }
        if served >= LONGEST_WAIT {
            wait = FIRST_WAIT;
        }
        outlet.sleep(wait);
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Until the input or the caller ends.
fn listen(source: &mut dyn Source, outlet: &Outlet) -> Result<(), DeviceError> {
    while !outlet.is_stopped() {
        if source.step(outlet)? == Step::Ended {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::events::tests::outlet;
    use crate::line::BadLine;

    /// What each opening of a made-up device meets, in turn; after them it stays open and silent.
    #[derive(Clone, Copy)]
    enum Fate {
        Crash,
        Missing,
        Denied,
        LineThenUnplugged,
    }

    struct Device(Option<Fate>);

    impl Source for Device {
        fn step(&mut self, outlet: &Outlet) -> Result<Step, DeviceError> {
            let device = "a".to_owned();
            match self.0 {
                Some(Fate::Crash) => panic!("a made-up driver failed"),
                Some(_) => {
                    outlet.give_line(Err(BadLine::Cut));
                    Err(DeviceError::Unplugged { device })
                }
                None => {
                    outlet.sleep(Duration::from_millis(5));
                    Ok(Step::GoOn)
                }
            }
        }
    }

    fn told(once: bool, fates: &[Fate], until: usize) -> Vec<String> {
        let (outlet, queue) = outlet();
        let fates = Mutex::new(fates.iter().copied());
        let opened = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                run(&outlet, once, "a", || {
                    opened.fetch_add(1, Ordering::Relaxed);
                    let device = "a".to_owned();
                    match fates.lock().unwrap().next() {
                        Some(Fate::Missing) => Err(DeviceError::Missing { device }),
                        Some(Fate::Denied) => Err(DeviceError::Denied { device }),
                        fate => Ok(Box::new(Device(fate))),
                    }
                });
            });
            let take = |_| match queue.take(Duration::from_secs(20)).unwrap().what {
                What::Lost { reason } => reason.reason().to_owned(),
                other => format!("{other:?}"),
            };
            let all = (0..until).map(take).collect();
            queue.stop();
            all
        })
    }

    #[test]
    fn what_is_lost_is_told_once_and_opened_again() {
        let fates = [
            Fate::Missing,
            Fate::Missing,
            Fate::Denied,
            Fate::LineThenUnplugged,
            Fate::Missing,
        ];
        let expected = [
            "device-missing",
            "device-denied",
            "Ready",
            "BadLine(Cut)",
            "device-unplugged",
            "device-missing",
            "Ready",
        ];
        assert_eq!(told(false, &fates, 7), expected);
    }

    #[test]
    fn a_driver_that_panics_is_a_lost_device() {
        assert_eq!(told(false, &[Fate::Crash], 3), ["Ready", "device-crashed", "Ready"]);
    }

    #[test]
    fn what_cannot_be_opened_again_ends() {
        let expected = ["Ready", "BadLine(Cut)", "device-unplugged", "End"];
        assert_eq!(told(true, &[Fate::LineThenUnplugged], 4), expected);
    }

    #[test]
    fn one_device_is_not_opened_twice() {
        let start = |texts: &[&str]| {
            let specs: Vec<Spec> = texts.iter().map(|text| text.parse().unwrap()).collect();
            Sources::start(&specs).map(|_| ()).map_err(|error| error.reason())
        };
        assert_eq!(start(&["frames", "stdin"]), Err("device-twice-source"));
        assert_eq!(
            start(&["serial:/dev/a", "serial:/dev/a,end=cr"]),
            Err("device-twice-source")
        );
        if !camera::IS_BUILT {
            assert_eq!(start(&["camera:/dev/a"]), Err("device-not-built"));
        }
    }
}
