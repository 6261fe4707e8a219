//! What other processes install while the gate serves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::store::{State, Store, StoreError};

/// How often the store is looked at for an update by another process.
const LOOK: Duration = Duration::from_millis(500);
/// How rarely after failures.
const LONGEST: Duration = Duration::from_secs(60);

/// Reads what another process installs, so that the door never waits for it: verifying a city's lists takes longer than a
/// code. Where the store cannot be read just now, what was verified before is still good.
pub(crate) fn follow(store: Store, mut seen: i64) -> News {
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
pub(crate) struct News(Arc<Mutex<Option<State>>>);

impl News {
    pub(crate) fn take(&self) -> Option<State> {
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
