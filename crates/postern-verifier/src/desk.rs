//! Where texts and faults wait for the log, and from where they go to the screen in the order in which they came.

use std::io::Write;
use std::path::PathBuf;

use postern_cli::Session;
use postern_cli::output::Output;
use postern_log::{Log, Source};

use crate::enrol;
use crate::error::Error;
use crate::fault::Fault;
use crate::judged::logged;
use crate::judged::{Gate, Judged, Origin};
use crate::shown::{Layout, Screen, Shown};
use crate::store::{LOG, Store};

/// How many verdicts wait for each other at most: they are shown together, and where no more are there, in one commit.
pub(crate) const GROUP: usize = 64;

/// How much came of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) admit: u64,
    pub(crate) refer: u64,
    pub(crate) refuse: u64,
    pub(crate) fault: u64,
}

impl Tally {
    /// Nothing was read at all.
    pub(crate) const EXIT_NOTHING: u8 = 12;
    /// At least one code was refused.
    pub(crate) const EXIT_REFUSE: u8 = 10;
    /// None was refused, at least one was referred.
    pub(crate) const EXIT_REFER: u8 = 11;

    /// The exit status: the worst over all.
    pub(crate) fn exit(self) -> u8 {
        match self {
            Self { refuse: 1.., .. } => Self::EXIT_REFUSE,
            Self { refer: 1.., .. } => Self::EXIT_REFER,
            Self { admit: 1.., .. } => 0,
            _ => Self::EXIT_NOTHING,
        }
    }

    /// Counts what was shown.
    pub(crate) fn count(&mut self, shown: &Shown) {
        use postern_core::verdict::Outcome;
        let place = match shown {
            Shown::Fault(..) => &mut self.fault,
            Shown::Verdict(logged) => match logged.verdict().outcome {
                Outcome::Admit => &mut self.admit,
                Outcome::Refer => &mut self.refer,
                Outcome::Refuse => &mut self.refuse,
            },
        };
        *place += 1;
    }
}

/// What waits for its turn to be shown.
pub(crate) enum Entry {
    /// What could not be judged: the log has no place for it.
    Fault(Origin, Fault),
    /// What was judged, and is to be logged first.
    Judged(Judged),
}

/// A gate with its log and a screen.
pub(crate) struct Desk<'a> {
    gate: Gate,
    recorder: Recorder<'a>,
    pending: Vec<Entry>,
}

impl<'a> Desk<'a> {
    /// Opens the log of a store first of all: a gate that cannot log has nothing to say.
    ///
    /// # Errors
    ///
    /// [`Error::Log`].
    pub(crate) fn open(store: &Store, gate: Gate, session: &'a Session, layout: Layout) -> Result<Self, Error> {
        let log_path = store.file(LOG);
        let mut log = Log::open(&log_path).map_err(|e| Error::log(&log_path, e))?;
        if let Some(key) = enrol::plain_key(store) {
            log.seal_with(Box::new(key)).map_err(|e| Error::log(&log_path, e))?;
        }
        let recorder = Recorder {
            session,
            layout,
            log,
            log_path,
            out: Output::stdout(),
            tally: Tally::default(),
        };
        Ok(Self {
            gate,
            recorder,
            pending: Vec::new(),
        })
    }

    /// The gate, which may judge on several threads, and the log and screen, which are for one.
    pub(crate) fn parts(&mut self) -> (&Gate, &mut Recorder<'a>) {
        (&self.gate, &mut self.recorder)
    }

    /// What was shown so far.
    pub(crate) fn tally(&self) -> Tally {
        self.recorder.tally
    }

    /// Judges a text; shown at the next [`Self::flush`].
    pub(crate) fn text(&mut self, text: &str, source: Source, origin: Origin) {
        self.pending.push(Entry::Judged(self.gate.judge(text, source, origin)));
    }

    /// Takes a fault, to be shown in its turn.
    pub(crate) fn fault(&mut self, origin: Origin, fault: Fault) {
        self.pending.push(Entry::Fault(origin, fault));
    }

    /// Flushes where a whole group waits.
    ///
    /// # Errors
    ///
    /// As [`Self::flush`].
    pub(crate) fn flush_group(&mut self) -> Result<(), Error> {
        if self.pending.len() >= GROUP {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Logs what was judged in one commit, and only then shows it, faults in their places between.
    ///
    /// # Errors
    ///
    /// [`Error::Log`]: then none of what waited is shown, and it is not kept either; or [`Error::Output`].
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        let pending = std::mem::take(&mut self.pending);
        self.recorder.record(&self.gate, vec![pending])
    }
}

/// The log, and behind it the screen.
pub(crate) struct Recorder<'a> {
    session: &'a Session,
    layout: Layout,
    log: Log,
    log_path: PathBuf,
    out: Output,
    tally: Tally,
}

impl Recorder<'_> {
    /// Logs what this gate has judged in one commit, and only then shows it, each group as one.
    ///
    /// # Errors
    ///
    /// [`Error::Log`]: then none of it is shown; or [`Error::Output`].
    pub(crate) fn record(&mut self, gate: &Gate, groups: Vec<Vec<Entry>>) -> Result<(), Error> {
        let mut judged = Vec::new();
        let mut places = Vec::with_capacity(groups.len());
        for group in groups {
            let place = |entry| match entry {
                Entry::Fault(origin, fault) => Some((origin, fault)),
                Entry::Judged(one) => {
                    judged.push(one);
                    None
                }
            };
            places.push(group.into_iter().map(place).collect::<Vec<_>>());
        }
        let logged = logged::append(&mut self.log, judged).map_err(|e| Error::log(&self.log_path, e))?;
        let mut logged = logged.into_iter();
        let mut shown = |place| match place {
            Some((origin, fault)) => Some(Shown::Fault(origin, fault)),
            None => logged.next().map(|logged| Shown::Verdict(Box::new(logged))),
        };
        let groups: Vec<Vec<Shown>> = places
            .into_iter()
            .map(|group| group.into_iter().filter_map(&mut shown).collect())
            .collect();
        self.show(gate, &groups)
    }

    fn show(&mut self, gate: &Gate, groups: &[impl AsRef<[Shown]>]) -> Result<(), Error> {
        let screen = Screen::new(self.session, gate, self.layout);
        for group in groups.iter().map(AsRef::as_ref) {
            group.iter().for_each(|one| self.tally.count(one));
            let text = screen.render(group);
            self.out.write_all(text.as_bytes()).map_err(Error::Output)?;
        }
        self.out.flush().map_err(Error::Output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_status_is_the_worst() {
        let tally = |admit, refer, refuse, fault| {
            Tally {
                admit,
                refer,
                refuse,
                fault,
            }
            .exit()
        };
        assert_eq!(tally(1, 0, 0, 0), 0);
        assert_eq!(tally(1, 0, 0, 5), 0, "a fault is no verdict on anybody");
        assert_eq!(tally(9, 1, 0, 0), 11);
        assert_eq!(tally(9, 9, 1, 9), 10);
        assert_eq!(tally(0, 0, 0, 1), 12);
        assert_eq!(tally(0, 0, 0, 0), 12);
    }
}
