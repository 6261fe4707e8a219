//! What is on the screen: plain data, every text in the session's language.

use crate::ask::Ask;

/// Everything that one frame shows. Texts may hold foreign text as it came: drawing makes it harmless.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scene {
    /// A dialog above the face.
    pub ask: Option<Ask>,
    /// What is always visible.
    pub bar: Bar,
    /// Saves a display and its battery: a [`Face::Ready`] without a dialog is drawn dark. No other face is.
    pub dim: bool,
    /// The colour and the symbol.
    pub face: Face,
    /// What one compares with the ID card, label and value. The first two are drawn more prominently, and are the last
    /// to go where room is short.
    pub facts: Vec<(String, String)>,
    /// Keys and what they do.
    pub keys: Vec<(String, String)>,
    /// What is unusual: a suspect clock, an emergency, demonstration keys.
    pub marks: Vec<String>,
    /// Why, the most important first.
    pub reasons: Vec<String>,
    /// What to do next.
    pub todo: String,
    /// The word that is drawn large.
    pub word: String,
}

/// The colour and symbol of the whole screen.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Face {
    /// Let in: green, ✔.
    Admit,
    /// The gate itself failed: hatched, `!`.
    Fault,
    /// Locked by staff: grey, a padlock.
    Locked,
    /// Waiting for the next code: dark, a ring.
    #[default]
    Ready,
    /// To a person: amber, `?`.
    Refer,
    /// Not let in: red, ✖.
    Refuse,
    /// Working: blue, `…`.
    Wait,
}

impl Face {
    /// Every face.
    pub const ALL: [Self; 7] = [
        Self::Admit,
        Self::Fault,
        Self::Locked,
        Self::Ready,
        Self::Refer,
        Self::Refuse,
        Self::Wait,
    ];

    /// The symbol, as it is named in the bitmaps and as it stands in text.
    pub fn symbol(self) -> char {
        match self {
            Self::Admit => '✔',
            Self::Fault => '!',
            Self::Locked => '■',
            Self::Ready => '○',
            Self::Refer => '?',
            Self::Refuse => '✖',
            Self::Wait => '…',
        }
    }
}

/// The lines that are always visible. An empty value is not shown. Where room is short, the worst grade comes first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Bar {
    /// The state of the clock.
    pub clock: Status,
    /// The counts of the shift, label and number.
    pub counts: Vec<(String, String)>,
    /// The ages of pack, status lists and columns; the value says the grade in words too.
    pub data: Vec<Status>,
    /// The gate's name, with its label.
    pub gate: (String, String),
    /// The tip of the log, short, with its label.
    pub log_tip: (String, String),
    /// Who is on duty, with the label.
    pub operator: (String, String),
    /// The scanners and what they do.
    pub sources: Vec<Status>,
}

/// One thing of the bar.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Status {
    /// How good it is.
    pub grade: Grade,
    /// What it is.
    pub label: String,
    /// How it is, in words.
    pub value: String,
}

/// How good a thing is, the worst last. Each has a mark beside its colour.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Grade {
    /// As it should be.
    #[default]
    Fresh,
    /// An update was missed: `~`.
    Aging,
    /// To be mended soon: `!`.
    Stale,
    /// The gate no longer decides on it: `✖`.
    Refuse,
}
