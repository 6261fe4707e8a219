//! Scanners that act as keyboards ("keyboard wedge"), read below the console: key by key, whatever its layout is.

#[cfg(target_os = "linux")]
mod device;
mod find;

use crate::error::DeviceError;
use crate::line::{BadLine, End, Framer, Line};
use crate::source::Source;

/// Whether this kind is in this program.
pub(crate) const IS_BUILT: bool = cfg!(target_os = "linux");

#[cfg(target_os = "linux")]
pub(crate) fn open(device: &str, end: End) -> Result<Box<dyn Source>, DeviceError> {
    Ok(Box::new(device::Keyboard::open(device, end)?))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn open(_device: &str, _end: End) -> Result<Box<dyn Source>, DeviceError> {
    Err(DeviceError::NotBuilt { kind: "keyboard" })
}

/// Key codes of Linux (`linux/input-event-codes.h`).
mod key {
    pub(super) const TAB: u16 = 15;
    pub(super) const ENTER: u16 = 28;
    pub(super) const LEFT_CTRL: u16 = 29;
    pub(super) const LEFT_SHIFT: u16 = 42;
    pub(super) const RIGHT_SHIFT: u16 = 54;
    pub(super) const LEFT_ALT: u16 = 56;
    pub(super) const CAPS_LOCK: u16 = 58;
    pub(super) const NUM_LOCK: u16 = 69;
    pub(super) const SCROLL_LOCK: u16 = 70;
    pub(super) const KEYPAD_ENTER: u16 = 96;
    pub(super) const RIGHT_CTRL: u16 = 97;
    pub(super) const RIGHT_ALT: u16 = 100;
    pub(super) const LEFT_META: u16 = 125;
    pub(super) const RIGHT_META: u16 = 126;
}

/// The characters of the US layout from each first code on, without and with Shift.
const KEYS: [(u16, &[u8], &[u8]); 5] = [
    (2, b"1234567890-=", b"!@#$%^&*()_+"),
    (16, b"qwertyuiop[]", b"QWERTYUIOP{}"),
    (30, b"asdfghjkl;'`", b"ASDFGHJKL:\"~"),
    (43, b"\\zxcvbnm,./", b"|ZXCVBNM<>?"),
    (57, b" ", b" "),
];

/// The keypad, always as with Num Lock: scanners send its digits to say digits.
const KEYPAD: [(u16, u8); 17] = [
    (55, b'*'),
    (71, b'7'),
    (72, b'8'),
    (73, b'9'),
    (74, b'-'),
    (75, b'4'),
    (76, b'5'),
    (77, b'6'),
    (78, b'+'),
    (79, b'1'),
    (80, b'2'),
    (81, b'3'),
    (82, b'0'),
    (83, b'.'),
    (98, b'/'),
    (117, b'='),
    (121, b','),
];

/// Makes texts of key events, as a US keyboard would: letters, digits and all printable ASCII, the keypad's digits, Shift,
/// and Caps Lock where the scanner sends it. Enter, the keypad's Enter and Tab end a text.
///
/// - A key that repeats counts once: scanners press each key anew, so a repetition only says that the release was late.
/// - A key without a character, or one with Ctrl, Alt or the Windows key, makes the line [`BadLine::UnknownKey`]: a code that
///   is silently shorter would be somebody's fault.
/// - The lamp of the console's Caps Lock does not matter. A scanner that follows it sends letters in the wrong case; see
///   [`crate::calibrate`].
#[derive(Debug)]
pub struct KeyDecoder {
    framer: Framer,
    caps: bool,
    /// Left and right Shift.
    shift: [bool; 2],
    /// Ctrl, Alt and Meta, left and right.
    other: [bool; 6],
}

impl KeyDecoder {
    /// Nothing is pressed. `end` is [`End::Auto`], [`End::Cr`] (Enter only), [`End::Tab`] or [`End::Silence`].
    #[must_use]
    pub fn new(end: End) -> Self {
        Self {
            framer: Framer::new(end),
            caps: false,
            shift: [false; 2],
            other: [false; 6],
        }
    }

    /// Takes an event of the type `EV_KEY`: the key's code of Linux, and 0 (released), 1 (pressed) or 2 (repeated). Gives
    /// the line that it ends.
    pub fn key(&mut self, code: u16, value: i32) -> Option<Result<Line, BadLine>> {
        if value == 2 {
            return None;
        }
        let is_pressed = value == 1;
        match code {
            key::LEFT_SHIFT => self.shift[0] = is_pressed,
            key::RIGHT_SHIFT => self.shift[1] = is_pressed,
            key::LEFT_CTRL => self.other[0] = is_pressed,
            key::RIGHT_CTRL => self.other[1] = is_pressed,
            key::LEFT_ALT => self.other[2] = is_pressed,
            key::RIGHT_ALT => self.other[3] = is_pressed,
            key::LEFT_META => self.other[4] = is_pressed,
            key::RIGHT_META => self.other[5] = is_pressed,
            _ if !is_pressed => {}
            key::CAPS_LOCK => self.caps = !self.caps,
            // Pressed by scanners before digits of the keypad; these are digits anyway.
            key::NUM_LOCK | key::SCROLL_LOCK => {}
            code => match self.character(code) {
                Some(byte) => return self.framer.push(byte),
                None => self.framer.spoil(BadLine::UnknownKey),
            },
        }
        None
    }

    /// The system has lost some events: which keys are held, and what is missing of the line, is not known.
    pub fn lost(&mut self) {
        self.shift = [false; 2];
        self.other = [false; 6];
        self.framer.spoil(BadLine::Lost);
    }

    /// 200 ms without a key; ends a line with [`End::Silence`] only.
    pub fn silence(&mut self) -> Option<Result<Line, BadLine>> {
        self.framer.silence()
    }

    /// The keyboard is gone: what was typed of a line is lost.
    pub fn cut(&mut self) -> Option<Result<Line, BadLine>> {
        self.framer.cut()
    }

    /// Whether nothing of a line is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.framer.is_empty()
    }

    fn character(&self, code: u16) -> Option<u8> {
        if self.other.contains(&true) {
            return None;
        }
        match code {
            key::ENTER | key::KEYPAD_ENTER => return Some(b'\r'),
            key::TAB => return Some(b'\t'),
            _ => {}
        }
        let on_keypad = KEYPAD.into_iter().find(|(known, _)| *known == code);
        if let Some((_, byte)) = on_keypad {
            return Some(byte);
        }
        let shift = self.shift.contains(&true);
        let (plain, shifted) = KEYS.into_iter().find_map(|(first, plain, shifted)| {
            let place = usize::from(code.checked_sub(first)?);
            Some((*plain.get(place)?, *shifted.get(place)?))
        })?;
        let upper = shift != (self.caps && plain.is_ascii_lowercase());
        Some(if upper { shifted } else { plain })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::line::Ended;

    /// The keys that a US keyboard has for a character: the code, and whether with Shift. Written down once more, from the
    /// keyboard and not from the table above.
    fn keys_of(c: char) -> (u16, bool) {
        let rows = [
            ("`", "~", 41),
            ("1234567890-=", "!@#$%^&*()_+", 2),
            ("qwertyuiop[]", "QWERTYUIOP{}", 16),
            ("asdfghjkl;'", "ASDFGHJKL:\"", 30),
            ("\\", "|", 43),
            ("zxcvbnm,./", "ZXCVBNM<>?", 44),
            (" ", "", 57),
        ];
        for (plain, shifted, first) in rows {
            for (keys, shift) in [(plain, false), (shifted, true)] {
                if let Some(place) = keys.find(c) {
                    return (first + place as u16, shift);
                }
            }
        }
        panic!("{c} is not on the keyboard");
    }

    fn press(decoder: &mut KeyDecoder, code: u16) -> Option<Result<Line, BadLine>> {
        let line = decoder.key(code, 1);
        assert_eq!(decoder.key(code, 0), None);
        line
    }

    fn type_text(decoder: &mut KeyDecoder, text: &str) {
        for c in text.chars() {
            let (code, shift) = keys_of(c);
            if shift {
                decoder.key(key::LEFT_SHIFT, 1);
            }
            assert_eq!(press(decoder, code), None);
            decoder.key(key::LEFT_SHIFT, 0);
        }
    }

    fn typed(text: &str) -> Option<Result<String, BadLine>> {
        let mut decoder = KeyDecoder::new(End::Auto);
        type_text(&mut decoder, text);
        press(&mut decoder, key::ENTER).map(|line| line.map(|line| line.text))
    }

    #[test]
    fn every_printable_character_is_typed() {
        for byte in b'!'..=b'~' {
            let text = char::from(byte).to_string();
            assert_eq!(typed(&text), Some(Ok(text)));
        }
        assert_eq!(typed("PC1:A $%*+-./: "), Some(Ok("PC1:A $%*+-./: ".to_owned())));
        assert_eq!(typed(" "), None);
    }

    #[test]
    fn the_other_shift_key_and_caps_lock() {
        let mut decoder = KeyDecoder::new(End::Auto);
        decoder.key(key::RIGHT_SHIFT, 1);
        press(&mut decoder, keys_of('p').0);
        press(&mut decoder, keys_of('4').0);
        decoder.key(key::RIGHT_SHIFT, 0);
        press(&mut decoder, key::CAPS_LOCK);
        type_text(&mut decoder, "pC1:;");
        press(&mut decoder, key::CAPS_LOCK);
        type_text(&mut decoder, "pC");
        let line = press(&mut decoder, key::KEYPAD_ENTER).unwrap().unwrap();
        assert_eq!(line.text, "P$Pc1:;pC");
        assert_eq!(line.ended, Ended::Mark);
    }

    #[test]
    fn the_keypad_says_digits() {
        let mut decoder = KeyDecoder::new(End::Auto);
        press(&mut decoder, key::NUM_LOCK);
        for code in [82, 79, 80, 81, 75, 76, 77, 71, 72, 73, 83, 98, 55, 74, 78, 117, 121] {
            press(&mut decoder, code);
        }
        assert_eq!(
            press(&mut decoder, key::TAB).unwrap().unwrap().text,
            "0123456789./*-+=,"
        );
    }

    #[test]
    fn a_key_that_repeats_counts_once() {
        let mut decoder = KeyDecoder::new(End::Auto);
        decoder.key(30, 1);
        for _ in 0..9 {
            assert_eq!(decoder.key(30, 2), None);
        }
        decoder.key(30, 0);
        assert_eq!(press(&mut decoder, key::ENTER).unwrap().unwrap().text, "a");
    }

    #[test]
    fn a_key_without_a_character_spoils_its_line_and_no_other() {
        // Escape, F1, the second key of Shift on European keyboards, Pause, and what is no key.
        for code in [1, 59, 86, 119, 0, u16::MAX] {
            let mut decoder = KeyDecoder::new(End::Auto);
            type_text(&mut decoder, "PC1:");
            press(&mut decoder, code);
            type_text(&mut decoder, "A");
            assert_eq!(press(&mut decoder, key::ENTER), Some(Err(BadLine::UnknownKey)));
            type_text(&mut decoder, "B");
            assert_eq!(press(&mut decoder, key::ENTER).unwrap().unwrap().text, "B");
        }
        for held in [29, 97, 56, 100, 125, 126] {
            let mut decoder = KeyDecoder::new(End::Auto);
            decoder.key(held, 1);
            press(&mut decoder, 30);
            decoder.key(held, 0);
            assert_eq!(
                press(&mut decoder, key::ENTER),
                Some(Err(BadLine::UnknownKey)),
                "{held}"
            );
        }
    }

    #[test]
    fn lost_events_spoil_the_line_and_release_the_keys() {
        let mut decoder = KeyDecoder::new(End::Auto);
        decoder.key(key::LEFT_SHIFT, 1);
        press(&mut decoder, 30);
        decoder.lost();
        assert_eq!(press(&mut decoder, key::ENTER), Some(Err(BadLine::Lost)));
        press(&mut decoder, 30);
        assert_eq!(press(&mut decoder, key::ENTER).unwrap().unwrap().text, "a");
    }

    #[test]
    fn silence_ends_a_text_without_an_enter() {
        let mut decoder = KeyDecoder::new(End::Silence);
        type_text(&mut decoder, "PC1:");
        assert_eq!(decoder.silence().unwrap().unwrap().ended, Ended::Silence);
        assert!(decoder.is_empty());
    }

    proptest! {
        #[test]
        fn every_text_comes_through(text in "[!-~][ -~]{0,80}") {
            prop_assert_eq!(typed(&text), Some(Ok(text)));
        }

        #[test]
        fn no_events_panic(events in proptest::collection::vec((0..130u16, -1..4i32), 0..200)) {
            let mut decoder = KeyDecoder::new(End::Silence);
            for (code, value) in events {
                if let Some(Ok(line)) = decoder.key(code, value) {
                    prop_assert!(line.text.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
                }
            }
        }
    }
}
