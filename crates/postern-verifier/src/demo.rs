//! The warning that a gate trusts keys that everybody has.

use std::io::Write;

use postern_cli::terminal::{Colors, Style};
use postern_cli::{Catalog, Language, Session};

use crate::TEXTS;

/// Warns on standard error, in both languages whatever the language is: nobody who stands at this gate may miss it.
pub(crate) fn warn(is_demo: bool, session: &Session) {
    if !is_demo {
        return;
    }
    let colors = Colors::stderr(session.color);
    let mut stderr = std::io::stderr().lock();
    for language in [Language::English, Language::SimplifiedChinese] {
        let text = Catalog::new(language, TEXTS).text("demo-warning", &[]);
        // Where standard error is closed nobody can be warned.
        let _unheard = writeln!(stderr, "{}", colors.paint(Style::Warn, &text));
    }
}
