//! Ctrl-C: the first one ends the run in good order, the second one at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;

static ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From here on the signals that ask a program to end are heard by [`is_asked`].
pub(super) fn listen() {
    ASKED.get_or_init(|| {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in TERM_SIGNALS {
            // Where a signal cannot be heard, it ends the program as it does without us, and the next run goes on.
            let _second = flag::register_conditional_shutdown(*signal, 128 + *signal, Arc::clone(&asked));
            let _first = flag::register(*signal, Arc::clone(&asked));
        }
        asked
    });
}

/// Whether somebody has asked the program to end.
pub(super) fn is_asked() -> bool {
    ASKED.get().is_some_and(|asked| asked.load(Ordering::Relaxed))
}
