//! A font file that text is drawn and embedded with (ISO/IEC 14496-22, "OpenType").

mod embed;
mod error;
mod face;
mod search;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use skrifa::font::name::NameId;
use skrifa::font::{Blob, Font as Face};

pub(crate) use embed::Subset;
pub use error::{FontError, Unprintable, Why};

/// The most bytes of a font file.
pub const MAX_FONT: u64 = 64 << 20;

/// A face of a font file: with outlines, without variations, and with a licence to embed a subset of it.
pub struct Font {
    data: Blob,
    index: u32,
    face: Face,
    name: String,
    path: PathBuf,
}

impl Font {
    /// Reads a `.ttf`, `.otf`, `.ttc` or `.otc` file. Without an `index`, the face of a collection is the one for
    /// Simplified Chinese where a name says so, else the first.
    ///
    /// # Errors
    /// See [`FontError`].
    pub fn load(path: &Path, index: Option<u32>) -> Result<Self, FontError> {
        let failed = |error| FontError::Read {
            path: path.to_owned(),
            error,
        };
        let mut data = Vec::new();
        let file = File::open(path).map_err(failed)?;
        file.take(MAX_FONT + 1).read_to_end(&mut data).map_err(failed)?;
        Self::parse(data, path, index)
    }

    /// The font at `path`, or the best one of the system where there is none given; either way it has a glyph for each
    /// of `needed` and of the words that every card has. Characters that no font can draw without shaping do not count.
    ///
    /// The search looks through the usual folders of Linux, macOS or Windows, for well-known families first, then for
    /// all others in the order of their paths. The same files give the same font.
    ///
    /// # Errors
    /// See [`FontError`].
    pub fn find(path: Option<&Path>, needed: impl IntoIterator<Item = char>) -> Result<Self, FontError> {
        let needed = search::needed(needed);
        match path {
            Some(path) => {
                let font = Self::load(path, None)?;
                match font.lacks(&needed) {
                    None => Ok(font),
                    Some(character) => Err(FontError::Lacks {
                        path: font.path,
                        character,
                    }),
                }
            }
            None => search::search(&search::folders(), &needed),
        }
    }

    /// As [`Font::find`] without a path, in folders of one's own.
    ///
    /// # Errors
    /// [`FontError::NotFound`].
    pub fn find_in(folders: &[PathBuf], needed: impl IntoIterator<Item = char>) -> Result<Self, FontError> {
        search::search(folders, &search::needed(needed))
    }

    /// The face's name, as it calls itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file that it was read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the text can be drawn right.
    ///
    /// # Errors
    /// The first character that cannot.
    pub fn check(&self, text: &str) -> Result<(), Unprintable> {
        text.chars().try_for_each(|c| self.glyph(c).map(drop))
    }

    fn parse(data: Vec<u8>, path: &Path, index: Option<u32>) -> Result<Self, FontError> {
        let path = path.to_owned();
        if data.len() as u64 > MAX_FONT {
            return Err(FontError::TooLarge { path });
        }
        let data = Blob::from(data);
        let Some(faces) = face::faces(&data) else {
            return Err(FontError::Broken { path });
        };
        let index = index.unwrap_or_else(|| face::simplified_chinese(&data, faces));
        let Some(face) = Face::new(data.clone(), index).filter(face::is_whole) else {
            return Err(FontError::Broken { path });
        };
        if !face.axes().is_empty() {
            return Err(FontError::Variable { path });
        }
        if !face::has_outlines(&face) {
            return Err(FontError::NoOutlines { path });
        }
        if !face::may_be_embedded(&face) {
            return Err(FontError::Licence { path });
        }
        let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = face::name_of(&face, NameId::FULL_NAME).unwrap_or_else(stem);
        Ok(Self {
            data,
            index,
            face,
            name,
            path,
        })
    }

    /// A glyph that has something to show, or is a space.
    pub(crate) fn glyph(&self, character: char) -> Result<Glyph, Unprintable> {
        let unprintable = |why| Unprintable {
            character,
            font: self.name.clone(),
            why,
        };
        if !is_simple(character) {
            return Err(unprintable(Why::NeedsShaping));
        }
        face::mapped(&self.face, character)
            .filter(|&id| character.is_whitespace() || face::shows(&self.face, id))
            .and_then(|id| {
                Some(Glyph {
                    id: u16::try_from(id.to_u32()).ok()?,
                    advance: face::advance(&self.face, id)?,
                })
            })
            .ok_or_else(|| unprintable(Why::NoGlyph))
    }

    fn lacks(&self, needed: &[char]) -> Option<char> {
        needed.iter().copied().find(|&c| self.glyph(c).is_err())
    }
}

impl std::fmt::Debug for Font {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Font")
            .field("name", &self.name)
            .field("path", &self.path)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// Where a character is in a face, and how far it moves the pen at size 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Glyph {
    pub(crate) id: u16,
    pub(crate) advance: f32,
}

/// Whether a character is right where its glyph stands alone, between any others, from left to right.
fn is_simple(c: char) -> bool {
    matches!(c,
        ' '..='~'
        | '\u{a0}'..='\u{ac}' | '\u{ae}'..='\u{2ff}'      // Latin; without the soft hyphen
        | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{58a}'   // Greek, Cyrillic, Armenian; without combining marks
        | '\u{10a0}'..='\u{10ff}' | '\u{1c90}'..='\u{1cbf}' // Georgian
        | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1fff}' // more Latin and Greek
        | '\u{2000}'..='\u{200a}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
        | '\u{2070}'..='\u{20bf}' | '\u{2100}'..='\u{218f}' // numbers, currencies, letterlike
        | '\u{2460}'..='\u{24ff}' | '\u{25a0}'..='\u{25ff}'
        | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}' // more Latin
        | '\u{2e80}'..='\u{3029}' | '\u{3030}'..='\u{3098}' | '\u{309b}'..='\u{a4cf}' // Chinese, Japanese, Yi
        | '\u{ac00}'..='\u{d7a3}' // Korean
        | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ffee}'
        | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use pdf_writer::Pdf;
    use proptest::prelude::*;
    use skrifa::GlyphId;
    use skrifa::raw::FontRef;

    /// The test font, or the system's; `None` with a notice.
    pub(super) fn system_font() -> Option<Font> {
        let path = std::env::var_os("POSTERN_FONT").map(PathBuf::from);
        Font::find(path.as_deref(), "姓名".chars())
            .map_err(|error| eprintln!("skipped: {error}"))
            .ok()
    }

    /// The tables of a face: tag, offset in the file, length.
    fn tables(font: &Font) -> Vec<([u8; 4], usize, usize)> {
        let face = FontRef::from_index(&font.data, font.index).unwrap();
        let records = face.table_directory().table_records().iter();
        records
            .map(|record| {
                (
                    record.tag().to_be_bytes(),
                    record.offset() as usize,
                    record.length() as usize,
                )
            })
            .collect()
    }

    #[test]
    fn what_needs_shaping_is_no_simple_character() {
        for c in "Aé王ー가ꀀЖΩԱა·—㐀𠮷 〇".chars() {
            assert!(is_simple(c), "{c}");
        }
        for c in
            "\u{301}ئ\u{e01}\u{f40}\u{1820}\u{200c}\u{200d}\u{202e}\u{ad}\u{915}\u{302a}\u{3099}\u{fe0f}\u{e0100}\n"
                .chars()
        {
            assert!(!is_simple(c), "{c:?}");
        }
    }

    #[test]
    fn what_is_no_font_is_broken() {
        for data in [&b""[..], b"ttcf", b"%PDF-1.7", &[0; 4096], b"OTTO\0\xff\0\0\0\0\0\0"] {
            let error = Font::parse(data.to_vec(), Path::new("x.ttf"), None).unwrap_err();
            assert_eq!(error.reason(), "font-broken");
        }
    }

    #[test]
    fn a_file_too_large_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MAX_FONT + 1).unwrap();
        assert_eq!(Font::load(file.path(), None).unwrap_err().reason(), "font-too-large");
    }

    #[test]
    fn a_licence_that_forbids_embedding_is_respected() {
        let Some(font) = system_font() else { return };
        let (_, os2, _) = tables(&font).into_iter().find(|(tag, ..)| tag == b"OS/2").unwrap();
        for (fs_type, allowed) in [
            (0u16, true),
            (2, false),
            (4, true),
            (8, true),
            (0x100, false),
            (0x200, false),
            (6, false),
        ] {
            let mut data = font.data.to_vec();
            // Version 3 is the first in which the levels exclude each other; fsType stands at byte 8.
            data[os2..os2 + 2].copy_from_slice(&3u16.to_be_bytes());
            data[os2 + 8..os2 + 10].copy_from_slice(&fs_type.to_be_bytes());
            match Font::parse(data, &font.path, Some(font.index)) {
                Ok(_) => assert!(allowed, "{fs_type:#x}"),
                Err(error) => assert_eq!((error.reason(), allowed), ("font-licence", false), "{fs_type:#x}"),
            }
        }
    }

    /// Does all that a sheet does with a font; how it ends does not matter, but it does end.
    fn use_up(data: Vec<u8>, index: u32) {
        let Ok(font) = Font::parse(data, Path::new("x.ttf"), Some(index)) else {
            return;
        };
        let mut subset = Subset::default();
        for c in TEXT.chars() {
            if let Ok(glyph) = font.glyph(c) {
                subset.code(c, glyph);
            }
        }
        // A subset has no characters, but glyphs.
        for id in 1..=TEXT.len() as u16 {
            if face::shows(&font.face, GlyphId::new(id.into())) {
                subset.code(char::from(b'a'), Glyph { id, advance: 1.0 });
            }
        }
        let mut last = pdf_writer::Ref::new(1);
        let _ = subset.write(&font, &mut Pdf::new(), &mut || last.bump());
    }

    const TEXT: &str = "姓名 Name-0123王é½";

    /// The font's glyphs for [`TEXT`] alone, in a file where every byte counts.
    pub(super) fn small(font: &Font) -> Vec<u8> {
        let glyphs: Vec<u16> = TEXT.chars().filter_map(|c| Some(font.glyph(c).ok()?.id)).collect();
        subsetter::subset(
            &font.data,
            font.index,
            &subsetter::GlyphRemapper::new_from_glyphs(&glyphs),
        )
        .unwrap()
    }

    fn flipped(data: &[u8], index: u32, ranges: &[(usize, usize)]) {
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(400));
        let flip = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..8u8);
        runner
            .run(&prop::collection::vec(flip, 1..12), |flips| {
                let mut data = data.to_vec();
                for (range, byte, bit) in flips {
                    let (offset, length) = ranges[range.index(ranges.len())];
                    if length > 0 {
                        data[offset + byte.index(length)] ^= 1 << bit;
                    }
                }
                use_up(data, index);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn a_truncated_font_gives_no_panic() {
        let Some(font) = system_font() else { return };
        for (data, index) in [(small(&font), 0), (font.data.to_vec(), font.index)] {
            let length = data.len();
            for i in 0..200 {
                use_up(data[..length * i / 200].to_vec(), index);
            }
        }
    }

    #[test]
    fn a_font_with_flipped_bits_gives_no_panic() {
        let Some(font) = system_font() else { return };
        // The tables' directory, and how each table begins, are where a flip does most.
        let tables = tables(&font).into_iter();
        let tables = tables.map(|(_, offset, length)| (offset, length.min(4096)));
        let ranges: Vec<(usize, usize)> = tables.chain([(0, 1024)]).collect();
        flipped(&font.data, font.index, &ranges);
        let small = small(&font);
        assert!(Font::parse(small.clone(), Path::new("x.ttf"), None).is_ok());
        flipped(&small, 0, &[(0, small.len()), (0, 512)]);
    }
}
