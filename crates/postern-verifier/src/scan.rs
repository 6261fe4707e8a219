//! `scan`: a person at a door, and a scanner that types.

use std::io::{BufReader, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_cli::{Session, clock};
use postern_log::{LogError, Source};
use serde_json::json;

use crate::cli::ScanArgs;
use crate::demo;
use crate::desk::Desk;
use crate::error::Error;
use crate::fault::Fault;
use crate::judged::{Gate, Origin};
use crate::lines::Lines;
use crate::shown::{Layout, Shown, words};
use crate::store::{State, Store, StoreError};
use crate::time::Clock;

/// Runs the command: until the input ends.
pub(crate) fn run(args: &ScanArgs, session: &Session) -> Result<u8, Error> {
    let store = Store::open(&args.store)?;
    // Looked at before the state is read, so that no update falls between.
    let followed = Store::open(&args.store)?;
    let seen = followed.change()?;
    let gate = Gate::new(store.state()?, None);
    let news = follow(followed, seen);
    demo::warn(gate.is_demo(), session);
    let mut desk = Desk::open(&store, gate, session, Layout::large(session))?;
    let mut lines = Lines::new(BufReader::new(std::io::stdin().lock()));
    let mut log_failed = false;

    prompt(desk.gate(), session);
    while let Some(line) = lines.next().map_err(Error::Stdin)? {
        // An update by another process counts from the next code on.
        if let Some(newer) = news.take() {
            desk.gate_mut().replace(newer);
            demo::warn(desk.gate().is_demo(), session);
        }
        let origin = Origin {
            line: Some(lines.number()),
            ..Origin::default()
        };
        match line {
            Ok(text) => desk.text(&text, Source::Scanner, origin.clone()),
            Err(error) => desk.fault(origin.clone(), Fault::Line(error)),
        }
        match desk.flush() {
            // Somebody can make room, or close the other program, and scan again.
            Err(Error::Log { path, source }) if passes(&source) => {
                log_failed = true;
                desk.show(&[Shown::Fault(origin, Fault::Log { path, error: source })])?;
            }
            other => other?,
        }
        prompt(desk.gate(), session);
    }
    counts(&mut desk, session)?;
    Ok(u8::from(log_failed))
}

/// How often the store is looked at for an update by another process.
const LOOK: Duration = Duration::from_millis(500);
/// How rarely after failures.
const LONGEST: Duration = Duration::from_secs(60);

/// Reads what another process installs, so that the scan never waits for it: verifying a city's lists takes longer than a
/// code. Where the store cannot be read just now, what was verified before is still good.
fn follow(store: Store, mut seen: i64) -> News {
    let news = News::default();
    let slot = Arc::downgrade(&news.0);
    std::thread::spawn(move || {
        let mut wait = LOOK;
        loop {
            std::thread::sleep(wait);
            let Some(slot) = slot.upgrade() else { return };
            match newer(&store, &mut seen) {
                Ok(None) => wait = LOOK,
                // One that nobody has taken up yet is replaced: an idle door keeps one state and not one for each update.
                Ok(newest) => {
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = newest;
                    wait = LOOK;
                }
                // Reading a city's lists again and again would take the gate's time.
                Err(_) => wait = (wait * 2).min(LONGEST),
            }
        }
    });
    news
}

/// The newest state that was read and not taken up yet.
#[derive(Default)]
struct News(Arc<Mutex<Option<State>>>);

impl News {
    fn take(&self) -> Option<State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The state of the store, if somebody has written to it since.
fn newer(store: &Store, seen: &mut i64) -> Result<Option<State>, StoreError> {
    let change = store.change()?;
    if change == *seen {
        return Ok(None);
    }
    let state = store.state()?;
    *seen = change;
    Ok(Some(state))
}

/// Whether the next scan may go well.
fn passes(error: &LogError) -> bool {
    matches!(error, LogError::Busy { .. } | LogError::DiskFull { .. })
}

/// The prompt says how old the data is before anybody is judged by it. It is no data: it goes to standard error.
fn prompt(gate: &Gate, session: &Session) {
    if session.json {
        return;
    }
    let (data, suspect) = gate.data_age(Clock::system());
    let catalog = &session.catalog;
    let mut text = if data.pack == 0 {
        catalog.text("scan-prompt-empty", &[])
    } else {
        let age = clock::age(i64::try_from(data.age).unwrap_or(i64::MAX), catalog);
        let args = [
            ("pack", data.pack.into()),
            ("age", age.into()),
            ("grade", words::grade(data.grade, catalog).into()),
        ];
        catalog.text("scan-prompt", &args)
    };
    if suspect {
        text = format!("{} {text}", catalog.text("scan-prompt-clock", &[]));
    }
    let mut stderr = std::io::stderr().lock();
    // Without standard error there is nobody to prompt.
    let _unseen = write!(stderr, "{text}").and_then(|()| stderr.flush());
}

fn counts(desk: &mut Desk<'_>, session: &Session) -> Result<(), Error> {
    let tally = desk.tally();
    if session.json {
        let line = json!({
            "type": "counts", "admit": tally.admit, "refer": tally.refer, "refuse": tally.refuse, "fault": tally.fault,
        });
        return desk.line(&postern_cli::terminal::json_line(&line));
    }
    let text = session.catalog.text(
        "scan-counts",
        &[
            ("admit", tally.admit.into()),
            ("refer", tally.refer.into()),
            ("refuse", tally.refuse.into()),
            ("fault", tally.fault.into()),
        ],
    );
    desk.line(&format!("\n{text}"))
}
