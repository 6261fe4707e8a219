//! Made-up names: syllables and characters drawn at random from tables. A name can be somebody's by chance only.

use super::random::Random;

mod chinese;
mod latin;
mod minority;

/// In which style a person is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Two to four Chinese characters.
    Han,
    /// Latin letters with accents, with the country of the passport.
    Latin(&'static str),
    /// Chinese characters with a middle dot.
    Minority,
}

/// A name and its style.
pub(super) fn draw(random: &mut Random, female: bool) -> (Style, String) {
    match random.below(100) {
        0..91 => (Style::Han, chinese::draw(random, female)),
        91..97 => (Style::Minority, minority::draw(random, female)),
        _ => {
            let (country, name) = latin::draw(random, female);
            (Style::Latin(country), name)
        }
    }
}
