//! Keyboard layouts that are taken for one another.

use serde::{Deserialize, Serialize};

/// A confusion of layouts. Scanners press keys; which characters these are is up to whoever reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Layout {
    /// The scanner presses US keys, and the machine reads them as French (AZERTY): standard input on a French console.
    FrenchMachine,
    /// The scanner presses French keys, and they are read as US ones, as keyboard sources do.
    FrenchScanner,
    /// The scanner presses US keys, and the machine reads them as German (QWERTZ). `+` becomes a dead key there, which most
    /// systems swallow: then this cannot be mended, and is named all the same.
    GermanMachine,
    /// The scanner presses German keys, and they are read as US ones.
    GermanScanner,
    /// Only Y and Z are exchanged.
    SwappedYz,
}

/// The characters of the same 47 keys, row by row, without and with Shift.
type Keys = [&'static str; 2];

const US: Keys = [
    "`1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./",
    "~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:\"|ZXCVBNM<>?",
];
const GERMAN: Keys = [
    "^1234567890ß´qwertzuiopü+asdfghjklöä#yxcvbnm,.-",
    "°!\"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ'YXCVBNM;:_",
];
const FRENCH: Keys = [
    "²&é\"'(-è_çà)=azertyuiop^$qsdfghjklmù*wxcvbn,;:!",
    "~1234567890°+AZERTYUIOP¨£QSDFGHJKLM%µWXCVBN?./§",
];

/// The character that `to` has on the key that has `c` in `from`; `c` itself where there is no such key.
fn read_as(c: char, from: Keys, to: Keys) -> char {
    let place = |keys: &str| keys.chars().position(|key| key == c);
    let shifts = from.into_iter().zip(to);
    let mut found = shifts.filter_map(|(from, to)| to.chars().nth(place(from)?));
    found.next().unwrap_or(c)
}

impl Layout {
    pub(super) const ALL: [Self; 5] = [
        Self::FrenchMachine,
        Self::FrenchScanner,
        Self::GermanMachine,
        Self::GermanScanner,
        Self::SwappedYz,
    ];

    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FrenchMachine => "french-machine",
            Self::FrenchScanner => "french-scanner",
            Self::GermanMachine => "german-machine",
            Self::GermanScanner => "german-scanner",
            Self::SwappedYz => "swapped-yz",
        }
    }

    /// What this confusion makes of a text.
    pub(super) fn garble(self, text: &str) -> String {
        let garble = |c| match self {
            Self::FrenchMachine => read_as(c, US, FRENCH),
            Self::FrenchScanner => read_as(c, FRENCH, US),
            Self::GermanMachine => read_as(c, US, GERMAN),
            Self::GermanScanner => read_as(c, GERMAN, US),
            Self::SwappedYz => swap_yz(c),
        };
        text.chars().map(garble).collect()
    }

    /// The character that was meant.
    pub(super) fn restore(self, c: char) -> char {
        match self {
            Self::FrenchMachine => read_as(c, FRENCH, US),
            Self::FrenchScanner => read_as(c, US, FRENCH),
            Self::GermanMachine => read_as(c, GERMAN, US),
            Self::GermanScanner => read_as(c, US, GERMAN),
            Self::SwappedYz => swap_yz(c),
        }
    }
}

fn swap_yz(c: char) -> char {
    match c {
        'Y' => 'Z',
        'Z' => 'Y',
        'y' => 'z',
        'z' => 'y',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE45: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

    #[test]
    fn a_layout_has_each_key_once() {
        for keys in [US, GERMAN, FRENCH] {
            let mut all: Vec<char> = keys.concat().chars().collect();
            assert_eq!((keys[0].chars().count(), all.len()), (47, 94));
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), 94);
        }
    }

    #[test]
    fn every_character_of_a_code_comes_back() {
        for layout in Layout::ALL {
            let garbled = layout.garble(BASE45);
            assert_ne!(garbled, BASE45);
            let restored: String = garbled.chars().map(|c| layout.restore(c)).collect();
            assert_eq!(restored, BASE45, "{layout:?}");
        }
    }

    /// What is seen on such machines, written down by hand.
    #[test]
    fn known_confusions() {
        for (layout, garbled) in [
            (Layout::FrenchMachine, "PC&MAWQZ? 458ç+)!:"),
            (Layout::FrenchScanner, "PC!.AWQZ: ]\"\\(+6><"),
            (Layout::GermanMachine, "PC1ÖQYAWM $%(9`ß-."),
            (Layout::GermanScanner, "PC1>QYAWM $%}9]/&."),
            (Layout::SwappedYz, "PC1:QYAWM $%*9+-/."),
        ] {
            assert_eq!(layout.garble("PC1:QZAWM $%*9+-/."), garbled, "{layout:?}");
        }
    }

    #[test]
    fn a_british_keyboard_changes_no_code() {
        const BRITISH: Keys = [
            "`1234567890-=qwertyuiop[]asdfghjkl;'#zxcvbnm,./",
            "¬!\"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~ZXCVBNM<>?",
        ];
        for c in BASE45.chars() {
            assert_eq!(read_as(c, US, BRITISH), c);
            assert_eq!(read_as(c, BRITISH, US), c);
        }
    }
}
