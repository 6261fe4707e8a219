//! Black and white to the codes that are there.
//!
//! The steps of the library are called one by one, not through its readers: the time budget can then be asked between
//! two candidates, no clock is read (its result type reads one, which a browser does not have), and a payload's bytes
//! are had as they stand in the symbol.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::common::{BitMatrix, DetectorRXingResult};
use rxing::multi::qrcode::detector::MultiDetector;
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{DetectPureQR, FindFinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::qrcode::detector::Detector;
use rxing::{DecodeHints, Point};

use crate::luma::Luma;

/// The most codes that are taken from one picture.
pub(crate) const MAX_CODES: usize = 64;

/// Finder patterns past this number are noise or an attack: every three of them would be tried by the classic detector
/// for several codes, without a look at the budget.
const MAX_PATTERNS: usize = 48;

/// A code as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
    /// Top, then left, in pixels of the picture that was searched: an order that does not change from run to run.
    pub(crate) place: (i32, i32),
}

impl Code {
    /// Whether both say the same; where they are does not matter.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.text == other.text && self.bytes == other.bytes
    }
}

/// Which detector searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detection {
    /// rxing's older one, after ZXing for Java: one code.
    Classic,
    /// rxing's newer one, after ZXing for C++: every three finder patterns in the order of plausibility.
    Modern,
    /// A symbol alone, upright, with or without a quiet zone.
    Pure,
}

/// What one search of a matrix gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    /// Each text once, from top to bottom.
    pub(crate) codes: Vec<Code>,
    /// Whether there is a finder pattern of a code that was not read, or what looks like one.
    pub(crate) more: bool,
}

/// All codes in a matrix. A panic inside the library counts as nothing found.
pub(crate) fn search(matrix: &BitMatrix, detection: Detection, go_on: &mut dyn FnMut() -> bool) -> Search {
    let mut search = Search::default();
    // What was found before a panic is kept: it was checked by then.
    let caught = catch_unwind(AssertUnwindSafe(|| match detection {
        Detection::Classic => classic(matrix, &mut search.codes),
        Detection::Modern => modern(matrix, &mut search, go_on),
        Detection::Pure => search
            .codes
            .extend(DetectPureQR(matrix).ok().and_then(|found| decode(&found))),
    }));
    drop(caught);
    tidy(&mut search.codes);
    search
}

/// rqrr's own threshold, detector and decoder. It can spin for minutes, and panic: only for a process that can be
/// killed.
pub(crate) fn rqrr_codes(picture: &Luma) -> Vec<Code> {
    let mut codes = Vec::new();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let (width, height) = (picture.width(), picture.height());
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| picture.row(y)[x]);
        for grid in prepared.detect_grids() {
            let mut bytes = Vec::new();
            if grid.decode_to(&mut bytes).is_ok() {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let top = grid.bounds.iter().map(|p| p.y).min().unwrap_or(0);
                let left = grid.bounds.iter().map(|p| p.x).min().unwrap_or(0);
                codes.push(Code {
                    text,
                    bytes,
                    place: (top, left),
                });
            }
        }
    }));
    drop(caught);
    tidy(&mut codes);
    codes
}

fn modern(matrix: &BitMatrix, search: &mut Search, go_on: &mut dyn FnMut() -> bool) {
    let mut patterns = FindFinderPatterns(matrix, true, 0);
    let mut used = Vec::new();
    let codes = &mut search.codes;
    for set in GenerateFinderPatternSets(&mut patterns) {
        if codes.len() >= MAX_CODES || !go_on() {
            return;
        }
        if [set.bl, set.tl, set.tr].iter().any(|pattern| used.contains(pattern)) {
            continue;
        }
        if let Some(code) = SampleQR(matrix, &set).ok().and_then(|found| decode(&found)) {
            codes.push(code);
            used.extend([set.bl, set.tl, set.tr]);
        }
    }
    search.more = patterns.len() > used.len();
    // One code found may mean that there are more, and the older detector sees some that this one does not.
    if !codes.is_empty() && patterns.len() > 3 && patterns.len() <= MAX_PATTERNS && go_on() {
        let hints = DecodeHints {
            TryHarder: Some(true),
            ..DecodeHints::default()
        };
        let found = MultiDetector::new(matrix).detectMulti(&hints).unwrap_or_default();
        codes.extend(found.iter().filter_map(decode).take(MAX_CODES));
    }
}

fn classic(matrix: &BitMatrix, codes: &mut Vec<Code>) {
    let hints = DecodeHints {
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    codes.extend(
        Detector::new(matrix)
            .detect_with_hints(&hints)
            .ok()
            .and_then(|found| decode(&found)),
    );
}

/// A sampled symbol, upright or mirrored, to its payload; error correction decides whether it is one.
fn decode(found: &impl DetectorRXingResult) -> Option<Code> {
    let decoded = Decode(found.getBits()).ok().filter(|decoded| decoded.isValid())?;
    let content = decoded.content();
    let bytes = content.bytes().to_vec();
    // Without a declared character set the library guesses one; what is UTF-8 needs no guess.
    let text = match str::from_utf8(&bytes) {
        Ok(text) if !content.has_eci => text.to_owned(),
        _ => decoded.text(),
    };
    let least = |along: fn(&Point) -> f32| found.getPoints().iter().map(along).fold(f32::MAX, f32::min) as i32;
    Some(Code {
        text,
        bytes,
        place: (least(|p| p.y), least(|p| p.x)),
    })
}

/// From top to bottom, each text once, and not too many.
fn tidy(codes: &mut Vec<Code>) {
    codes.sort_by_key(|code| code.place);
    let mut kept: Vec<Code> = Vec::with_capacity(codes.len().min(MAX_CODES));
    for code in codes.drain(..) {
        if kept.len() < MAX_CODES && !kept.iter().any(|known| known.is_same(&code)) {
            kept.push(code);
        }
    }
    *codes = kept;
}
