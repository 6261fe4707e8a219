//! Keys, as a terminal tells of them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// One key press.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Key {
    /// Shift and Tab.
    BackTab,
    /// The key that deletes backwards.
    Backspace,
    /// A character.
    Char(char),
    /// A character with the control key, in lower case.
    Ctrl(char),
    /// The key that deletes.
    Delete,
    /// Arrow down.
    Down,
    /// End.
    End,
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// A function key, from 1.
    F(u8),
    /// Home.
    Home,
    /// Arrow left.
    Left,
    /// One screen down.
    PageDown,
    /// One screen up.
    PageUp,
    /// Arrow right.
    Right,
    /// Tab.
    Tab,
    /// Arrow up.
    Up,
}

impl Key {
    /// The key of an event; none for a release, and for keys and combinations that no gate uses.
    pub(crate) fn of(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release || event.modifiers.contains(KeyModifiers::ALT) {
            return None;
        }
        Some(match event.code {
            KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::CONTROL) => Self::Ctrl(c.to_ascii_lowercase()),
            KeyCode::Char(c) => Self::Char(c),
            KeyCode::BackTab => Self::BackTab,
            KeyCode::Backspace => Self::Backspace,
            KeyCode::Delete => Self::Delete,
            KeyCode::Down => Self::Down,
            KeyCode::End => Self::End,
            KeyCode::Enter => Self::Enter,
            KeyCode::Esc => Self::Esc,
            KeyCode::F(number) => Self::F(number),
            KeyCode::Home => Self::Home,
            KeyCode::Left => Self::Left,
            KeyCode::PageDown => Self::PageDown,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::Right => Self::Right,
            KeyCode::Tab => Self::Tab,
            KeyCode::Up => Self::Up,
            _ => return None,
        })
    }
}
