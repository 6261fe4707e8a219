//! Work on several threads whose results come in order, with a bounded number of items in flight.
//!
//! ```text
//! source (one thread) -> prepare (all threads) -> number (in order) -> work (all threads) -> sink (in order, the caller)
//! ```
//!
//! Whoever fails first stops the rest; what the sink has taken by then is a prefix of the items.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Items between the source and the sink, besides one for each thread.
const IN_FLIGHT: usize = 14;
/// How often whoever waits for results looks whether all have stopped.
const LOOK_UP: Duration = Duration::from_millis(100);

/// How many threads work: as many as there are cores.
pub(super) fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(64)
}

/// The stages between source and sink.
pub(super) struct Stages<Prepare, Number, Work> {
    /// On any thread, in any order.
    pub(super) prepare: Prepare,
    /// On any thread, item after item in the order of the source.
    pub(super) number: Number,
    /// On any thread, in any order.
    pub(super) work: Work,
}

/// Runs items through the stages.
///
/// # Errors
///
/// The first error of a stage, the source or the sink.
pub(super) fn in_order<Item, Prepared, Numbered, Done, Error>(
    mut source: impl FnMut() -> Result<Option<Item>, Error> + Send,
    stages: Stages<
        impl Fn(Item) -> Result<Prepared, Error> + Sync,
        impl FnMut(Prepared) -> Numbered + Send,
        impl Fn(Numbered) -> Result<Done, Error> + Sync,
    >,
    mut sink: impl FnMut(Done) -> Result<(), Error>,
) -> Result<(), Error>
where
    Item: Send,
    Done: Send,
    Error: Send,
{
    let threads = threads();
    let in_flight = threads + IN_FLIGHT;
    let Stages { prepare, number, work } = stages;
    let turns = Turns::new(number);
    let (give, items) = mpsc::sync_channel::<(u64, Item)>(in_flight);
    let items = Mutex::new(items);
    let (done, results) = mpsc::sync_channel::<(u64, Result<Done, Error>)>(in_flight);
    let (allow, permits) = mpsc::sync_channel::<()>(in_flight);
    for _ in 0..in_flight {
        // There is room for each of them.
        let _sent = allow.try_send(());
    }
    thread::scope(|scope| {
        let source_done = done.clone();
        let turns = &turns;
        scope.spawn(move || {
            let _stop = StopOnPanic(&turns.stopped, turns);
            let mut n = 0;
            while permits.recv().is_ok() && !turns.is_stopped() {
                let sent = match source() {
                    Ok(Some(item)) => give.send((n, item)).is_ok(),
                    Ok(None) => break,
                    Err(error) => source_done.send((n, Err(error))).is_err(),
                };
                if !sent {
                    break;
                }
                n += 1;
            }
        });
        for _ in 0..threads {
            let (items, done, prepare, work) = (&items, done.clone(), &prepare, &work);
            scope.spawn(move || {
                let _stop = StopOnPanic(&turns.stopped, turns);
                worker(items, &done, turns, prepare, work);
            });
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut next = 0;
        let outcome = (|| {
            loop {
                // Asked before: whoever stops the others has sent its error by then.
                let stopped = turns.is_stopped();
                let (n, result) = match results.recv_timeout(LOOK_UP) {
                    Ok(result) => result,
                    Err(RecvTimeoutError::Timeout) if !stopped => continue,
                    // All is done, or a thread panicked, which the scope tells.
                    Err(_) => return Ok(()),
                };
                early.insert(n, result?);
                while let Some(done) = early.remove(&next) {
                    sink(done)?;
                    next += 1;
                    // The source may be at its end.
                    let _permit = allow.try_send(());
                }
            }
        })();
        turns.stop();
        // Whoever waits to send is let go.
        drop(results);
        drop(allow);
        outcome
    })
}

fn worker<Item, Prepared, Numbered, Done, Error>(
    items: &Mutex<Receiver<(u64, Item)>>,
    done: &SyncSender<(u64, Result<Done, Error>)>,
    turns: &Turns<impl FnMut(Prepared) -> Numbered>,
    prepare: impl Fn(Item) -> Result<Prepared, Error>,
    work: impl Fn(Numbered) -> Result<Done, Error>,
) {
    loop {
        let item = lock(items).recv();
        let Ok((n, item)) = item else { return };
        let result = match prepare(item) {
            Ok(prepared) => {
                let Some(numbered) = turns.take(n, prepared) else {
                    return;
                };
                work(numbered)
            }
            Err(error) => Err(error),
        };
        let failed = result.is_err();
        if done.send((n, result)).is_err() {
            return;
        }
        if failed {
            turns.stop();
            return;
        }
    }
}

/// Whose turn it is.
struct Turns<Number> {
    next: Mutex<(u64, Number)>,
    changed: Condvar,
    stopped: AtomicBool,
}

impl<Number> Turns<Number> {
    fn new(number: Number) -> Self {
        Self {
            next: Mutex::new((0, number)),
            changed: Condvar::new(),
            stopped: AtomicBool::new(false),
        }
    }

    /// Waits for item `n`'s turn; `None` where all stop.
    fn take<Prepared, Numbered>(&self, n: u64, prepared: Prepared) -> Option<Numbered>
    where
        Number: FnMut(Prepared) -> Numbered,
    {
        let mut next = lock(&self.next);
        while next.0 != n {
            if self.is_stopped() {
                return None;
            }
            next = self.changed.wait(next).unwrap_or_else(PoisonError::into_inner);
        }
        let numbered = (next.1)(prepared);
        next.0 += 1;
        self.changed.notify_all();
        Some(numbered)
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn stop(&self) {
        // Under the lock: nobody is between looking and waiting.
        let _next = lock(&self.next);
        self.stopped.store(true, Ordering::SeqCst);
        self.changed.notify_all();
    }
}

/// Lets the others go where a thread panics, so that the panic is heard and nobody waits for ever.
struct StopOnPanic<'t, Number>(&'t AtomicBool, &'t Turns<Number>);

impl<Number> Drop for StopOnPanic<'_, Number> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::SeqCst);
            self.1.changed.notify_all();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(count: u64, fail_at: Option<(u8, u64)>) -> (Vec<u64>, Result<(), u8>) {
        let mut next = 0;
        let mut numbered = 0;
        let mut taken = Vec::new();
        let fails = |stage, n| fail_at == Some((stage, n));
        let result = in_order(
            || {
                if fails(0, next) {
                    return Err(0);
                }
                next += 1;
                Ok((next <= count).then_some(next - 1))
            },
            Stages {
                prepare: |n: u64| {
                    // Later items are ready earlier.
                    thread::sleep(std::time::Duration::from_micros(60 * (3 - n % 4)));
                    if fails(1, n) { Err(1) } else { Ok(n) }
                },
                number: |n: u64| {
                    numbered += 1;
                    (n, numbered - 1)
                },
                work: |(n, numbered): (u64, u64)| {
                    assert_eq!(n, numbered, "numbered in order");
                    if fails(2, n) { Err(2) } else { Ok(n) }
                },
            },
            |n| {
                if fails(3, n) {
                    return Err(3);
                }
                taken.push(n);
                Ok(())
            },
        );
        (taken, result)
    }

    #[test]
    fn all_items_come_in_order() {
        for count in [0, 1, 2, 1000] {
            assert_eq!(run(count, None), ((0..count).collect(), Ok(())));
        }
    }

    #[test]
    fn a_fault_at_any_stage_stops_after_a_prefix() {
        for stage in 0..4 {
            for at in [0, 1, 57, 399] {
                let (taken, result) = run(400, Some((stage, at)));
                assert_eq!(result, Err(stage), "stage {stage} at {at}");
                assert_eq!(taken, (0..taken.len() as u64).collect::<Vec<_>>());
                assert!(taken.len() as u64 <= at, "stage {stage} at {at}: {}", taken.len());
            }
        }
    }

    #[test]
    #[should_panic = "a scoped thread panicked"]
    fn a_panic_is_heard() {
        let mut n = 0;
        let stages = Stages {
            prepare: |n: u64| {
                assert!(n != 30, "made for the test");
                Ok::<_, ()>(n)
            },
            number: |n| n,
            work: Ok,
        };
        let source = || {
            n += 1;
            Ok(Some(n))
        };
        let _result = in_order(source, stages, |_| Ok(()));
    }
}
