//! Picture to texts: a ladder of ways to read, cheap ones first.
//!
//! Each rung prepares the picture, parts black from white and searches for codes. The first rung that finds any ends the
//! climb, unless it saw a finder pattern of one more: then the next few are climbed too.

use crate::detect::{Code, MAX_CODES, rqrr_codes};
use crate::luma::Luma;
use crate::rung::{RUNGS, Rung, step, work_size};

/// Which library read a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reader {
    /// `rqrr`, the last resort.
    Rqrr,
    /// `rxing`, on every other rung.
    Rxing,
}

/// One code's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The payload as text: UTF-8 where it is UTF-8, else by the character set that the symbol declares or the reader
    /// guesses. Lossy where neither fits: `bytes` tells.
    pub text: String,
    /// The payload's bytes as they stand in the symbol.
    pub bytes: Vec<u8>,
    /// The library that read it.
    pub reader: Reader,
    /// The rung that it was read on: a stable kebab-case name.
    pub rung: &'static str,
}

impl Found {
    /// Whether the symbol's bytes are exactly those of the text in UTF-8.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.text.as_bytes() == self.bytes
    }
}

/// What a picture holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadResult {
    /// Each text once, from the top of the picture to the bottom; at most 64. Empty where nothing was read.
    pub texts: Vec<Found>,
    /// Whether time ran out before the search was over: there may be more to read.
    pub out_of_time: bool,
}

/// Reads all codes in a picture with `rxing`.
///
/// `go_on` is the budget: it is asked between rungs and between candidates, and `false` ends the search; the first rung
/// is always begun. A step of the library cannot be interrupted and takes seconds on a picture made for that purpose:
/// give strangers' pictures to [`ReaderProcess`](crate::process::ReaderProcess).
pub fn read(picture: &Luma, go_on: &mut dyn FnMut() -> bool) -> ReadResult {
    climb(picture, go_on, RUNGS, false)
}

/// Reads by the first rung alone: what one frame of a stream gets, where the next frame is soon there.
///
/// It reads nearly all that [`read`] reads of a code held up to a camera. `go_on` is asked between candidates.
pub fn glance(picture: &Luma, go_on: &mut dyn FnMut() -> bool) -> ReadResult {
    climb(picture, go_on, &RUNGS[..1], false)
}

/// As [`read`], with `rqrr` as the last rung.
///
/// On some pictures `rqrr` spins for minutes and nothing can stop it but the end of the process: this is for
/// [`serve`](crate::process::serve), and for pictures that one made oneself.
pub fn read_thoroughly(picture: &Luma, go_on: &mut dyn FnMut() -> bool) -> ReadResult {
    climb(picture, go_on, RUNGS, true)
}

/// The names of all rungs, in order; the last one is `rqrr`'s.
#[cfg(any(test, not(target_family = "wasm")))]
pub(crate) fn rungs() -> impl Iterator<Item = &'static str> {
    RUNGS.iter().map(|rung| rung.name).chain([RQRR])
}

const RQRR: &str = "rqrr";
/// How many rungs are climbed for codes beside those that were read.
const ADDING: usize = 6;

fn climb(picture: &Luma, go_on: &mut dyn FnMut() -> bool, rungs: &[Rung], thorough: bool) -> ReadResult {
    let work = work_size(picture);
    let mut out_of_time = false;
    let mut go_on = || {
        out_of_time |= !go_on();
        !out_of_time
    };
    let mut all: Vec<(Code, &'static str)> = Vec::new();
    // What the last rung that found something said: one that finds nothing may not see the patterns either.
    let mut more = false;
    for (i, rung) in rungs.iter().enumerate() {
        if i > 0 && !go_on() {
            break;
        }
        let Some(search) = step(rung, picture, &work, &mut go_on) else {
            continue;
        };
        let before = all.len();
        for code in search.codes {
            if all.len() < MAX_CODES && !all.iter().any(|(known, _)| known.is_same(&code)) {
                all.push((code, rung.name));
            }
        }
        if all.len() > before {
            more = search.more;
        }
        if !all.is_empty() && (!more || i + 1 >= ADDING) {
            break;
        }
    }
    all.sort_by_key(|(code, _)| code.place);
    let mut texts: Vec<Found> = all
        .into_iter()
        .map(|(code, rung)| found(code, Reader::Rxing, rung))
        .collect();
    if texts.is_empty() && thorough && go_on() {
        texts = rqrr_codes(&work)
            .into_iter()
            .map(|code| found(code, Reader::Rqrr, RQRR))
            .collect();
    }
    ReadResult { texts, out_of_time }
}

fn found(Code { text, bytes, .. }: Code, reader: Reader, rung: &'static str) -> Found {
    Found {
        text,
        bytes,
        reader,
        rung,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU8;

    use super::*;
    use crate::symbol::Symbol;
    use crate::{draw, filter, picture};

    const TEXT: &str = "PC1:A MADE UP TEXT 0123456789";

    fn drawn(text: &str) -> Luma {
        picture::decode(&draw::png(&Symbol::new(text).unwrap(), draw::DEFAULT_SCALE)).unwrap()
    }

    fn texts(result: &ReadResult) -> Vec<&str> {
        result.texts.iter().map(|found| found.text.as_str()).collect()
    }

    /// Pastes pictures of one height side by side.
    fn beside(pictures: &[Luma]) -> Luma {
        let height = pictures[0].height();
        let pixels: Vec<u8> = (0..height)
            .flat_map(|y| pictures.iter().flat_map(move |p| p.row(y).iter().copied()))
            .collect();
        Luma::new(pixels.len() / height, height, pixels).unwrap()
    }

    #[test]
    fn a_drawn_symbol_is_read_on_the_first_rung() {
        let result = read(&drawn(TEXT), &mut || true);
        assert_eq!(texts(&result), [TEXT]);
        assert_eq!(
            (result.texts[0].reader, result.texts[0].rung),
            (Reader::Rxing, "hybrid")
        );
        assert!(result.texts[0].is_exact() && !result.out_of_time);
    }

    #[test]
    fn a_symbol_in_negative_is_read() {
        let result = read(&filter::invert(&drawn(TEXT)), &mut || true);
        assert_eq!(texts(&result), [TEXT]);
        assert_eq!(result.texts[0].rung, "inverted");
    }

    #[test]
    fn a_symbol_in_a_mirror_is_read() {
        let picture = drawn(TEXT);
        let mirrored = (0..picture.height())
            .flat_map(|y| picture.row(y).iter().rev().copied())
            .collect();
        let result = read(
            &Luma::new(picture.width(), picture.height(), mirrored).unwrap(),
            &mut || true,
        );
        assert_eq!(texts(&result), [TEXT]);
    }

    #[test]
    fn a_symbol_cut_out_without_its_quiet_zone_is_read() {
        let picture = drawn(TEXT);
        let edge = 4 * draw::QUIET_ZONE;
        let side = picture.width() - 2 * edge;
        let pixels = (edge..edge + side)
            .flat_map(|y| picture.row(y)[edge..edge + side].to_vec())
            .collect();
        let result = read(&Luma::new(side, side, pixels).unwrap(), &mut || true);
        assert_eq!(texts(&result), [TEXT]);
    }

    #[test]
    fn all_codes_are_read_once_each_and_in_order() {
        let [a, b, c] = ["PC1:FIRST OF THREE", "PC1:OTHER OF THREE", "PC1:THIRD OF THREE"];
        let pictures = [drawn(a), drawn(b), drawn(a), drawn(c)];
        assert_eq!(texts(&read(&beside(&pictures), &mut || true)), [a, b, c]);
    }

    #[test]
    fn a_code_that_the_first_rung_does_not_read_is_found_beside_one_that_it_does() {
        // The finder patterns are clear; around them each module is only seen in the mean of its pixels.
        const SCALE: usize = 9;
        let mut random = 1u32;
        let mut noisy = |picture: &Luma| {
            let side = picture.width();
            let near = |at: usize| at < 12 * SCALE;
            let far = |at: usize| at >= side - 12 * SCALE;
            let pixels = picture.pixels().iter().enumerate().map(|(i, &p)| {
                let (x, y) = (i % side, i / side);
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let clear = (near(x) && near(y)) || (near(x) && far(y)) || (far(x) && near(y));
                let noise = if clear { 0 } else { (random >> 16) as i32 % 181 - 90 };
                (96 + i32::from(p) / 4 + noise).clamp(0, 255) as u8
            });
            Luma::new(side, picture.height(), pixels.collect()).unwrap()
        };
        let scale = NonZeroU8::new(SCALE as u8).unwrap();
        let large = |text: &str| picture::decode(&draw::png(&Symbol::new(text).unwrap(), scale)).unwrap();
        let (clear, hard) = (large("PC1:FIRST OF THE TWO"), noisy(&large("PC1:OTHER OF THE TWO")));
        let both = beside(&[clear.clone(), hard.clone()]);
        assert_eq!(texts(&glance(&both, &mut || true)), ["PC1:FIRST OF THE TWO"]);
        assert_eq!(
            texts(&read(&both, &mut || true)),
            ["PC1:FIRST OF THE TWO", "PC1:OTHER OF THE TWO"]
        );
    }

    #[test]
    fn a_small_symbol_in_a_large_picture_is_read() {
        // 12 megapixels, in which each module is 2 pixels wide: too small to see in the picture as it is worked on.
        let symbol = picture::decode(&draw::png(&Symbol::new(TEXT).unwrap(), 2.try_into().unwrap())).unwrap();
        let (width, height) = (4000, 3000);
        let mut pixels = vec![255; width * height];
        for y in 0..symbol.height() {
            pixels[(1501 + y) * width + 2001..][..symbol.width()].copy_from_slice(symbol.row(y));
        }
        let result = read(&Luma::new(width, height, pixels).unwrap(), &mut || true);
        assert_eq!(texts(&result), [TEXT]);
        assert_eq!(result.texts[0].rung, "full-size");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_kept() {
        let bytes = [0xff, 0xfe, 0x00, 0xc3, 0x28, 0x80];
        let code = qrcode::QrCode::new(bytes).unwrap();
        let side = (code.width() + 8) * 4;
        let dark = |x: usize, y: usize| {
            let module = |at: usize| (at / 4).checked_sub(4).filter(|&at| at < code.width());
            module(x)
                .zip(module(y))
                .is_some_and(|at| code[at] == qrcode::Color::Dark)
        };
        let pixels = (0..side * side)
            .map(|i| if dark(i % side, i / side) { 0 } else { 255 })
            .collect();
        let picture = Luma::new(side, side, pixels).unwrap();
        let result = read(&picture, &mut || true);
        assert_eq!(result.texts[0].bytes, bytes);
        assert!(!result.texts[0].is_exact());
        assert_eq!(rqrr_codes(&picture)[0].bytes, bytes);
    }

    #[test]
    fn the_budget_ends_the_climb_after_the_first_rung() {
        let grey = Luma::new(300, 300, vec![127; 90_000]).unwrap();
        let mut asked = 0;
        let result = read(&grey, &mut || {
            asked += 1;
            false
        });
        assert!(result.texts.is_empty() && result.out_of_time);
        assert_eq!(asked, 1);
        assert_eq!(read_thoroughly(&grey, &mut || true), ReadResult::default());
    }

    #[test]
    fn rung_names_are_stable_and_differ() {
        let names: Vec<&str> = rungs().collect();
        assert!(names.iter().enumerate().all(|(i, name)| !names[..i].contains(name)));
        assert_eq!((names[0], names[names.len() - 1]), ("hybrid", "rqrr"));
    }
}
