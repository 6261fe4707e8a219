//! The full screen that staff at a gate see, and the keys that they press. What a code is, is not known here: every text
//! comes in as a string in the session's language.
//!
//! - A [`Scene`] is everything that one frame shows, as plain data: a [`Face`] (colour and symbol), one word, facts,
//!   reasons, what to do, the [`Bar`] that is always visible, a dialog ([`Ask`]).
//! - [`Screen::enter`] takes over the terminal; [`Screen::draw`] shows a scene; dropping it gives the terminal back.
//! - [`Keys::next`] tells keys that a person pressed from lines that a scanner typed.
//! - [`Sound`] plays a [`Chime`] beside all that.
//!
//! Each face has a colour, a symbol, a word and a rhythm of its own, and a fault is the only one that is hatched: nobody has
//! to see colours, and nobody has to hear. Words are drawn with block characters as large as there is room, from bitmaps;
//! the Chinese ones were drawn from WenQuanYi Micro Hei (Apache-2.0). A word without bitmap is text. Below 40 columns or
//! 12 rows there are plain lines.
//!
//! ```no_run
//! use std::time::Duration;
//! use postern_cli::terminal::{ColorChoice, Colors};
//! use postern_screen::{Display, Face, Input, Key, Options, Scene, Screen};
//!
//! let display = Display::detect(Colors::stdout(ColorChoice::Auto), |name| std::env::var_os(name));
//! let (mut screen, mut keys) = Screen::enter(&Options { display, prefix: "PC1:".into() })?;
//! let mut scene = Scene { face: Face::Ready, word: "READY".into(), ..Scene::default() };
//! loop {
//!     screen.draw(&scene)?;
//!     match keys.next(Duration::from_secs(1)) {
//!         Some(Input::Line(line)) => scene.reasons = vec![line],
//!         Some(Input::Key(Key::Char('q')) | Input::Stop) => break,
//!         _ => {}
//!     }
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

mod ask;
#[cfg(feature = "audio")]
mod audio;
mod banner;
mod big;
mod cells;
mod dialog;
mod draw;
mod key;
mod palette;
mod scene;
mod screen;
mod sound;
mod text;
mod typed;

pub use ask::{Ask, Field, MAX_FIELD, Step, Value};
pub use draw::draw;
pub use key::Key;
pub use palette::{Colours, Display};
pub use scene::{Bar, Face, Grade, Scene, Status};
pub use screen::{Keys, Options, Screen};
pub use sound::{Chime, Sound, Voice};
pub use typed::{DIALOG_GAP, GAP, Input, MAX_LINE, SHORTEST_LINE, Typed};
