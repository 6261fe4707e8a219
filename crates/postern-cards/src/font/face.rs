//! What a face of a font file says of itself and its glyphs.

use skrifa::GlyphId;
use skrifa::font::charmap::EncodingKind;
use skrifa::font::glyph::outline::OutlineSource;
use skrifa::font::name::NameId;
use skrifa::font::{Blob, Font as Face};
use skrifa::raw::{FileRef, TableProvider};

/// The most faces of a collection: each may be opened in search of a name.
const MAX_FACES: u32 = 64;

/// How many faces a file has; none where it is no font, or a collection too large.
pub(super) fn faces(data: &[u8]) -> Option<u32> {
    let faces = match FileRef::new(data).ok()? {
        // From version x.1 on there is a second list of faces (ISO/IEC 14496-22:2026), which the subsetter does not know.
        FileRef::Collection(_) if data.get(6..8) != Some(&[0, 0]) => return None,
        FileRef::Collection(collection) => collection.len(),
        FileRef::Font(_) => 1,
    };
    (faces <= MAX_FACES).then_some(faces)
}

/// Whether a face has the tables without which nothing can be measured (`head`, `maxp`, `hhea`, `hmtx`), and a size that
/// the standard allows.
pub(super) fn is_whole(face: &Face) -> bool {
    let metrics = face.metrics();
    metrics.raw_units_per_em == metrics.units_per_em && metrics.num_glyphs > 0 && face.tables().hmtx().is_ok()
}

/// Whether the outlines are of a kind that the subsetter takes, and from the tables that it takes them from: `GLYF` and
/// `DMAP` are for more glyphs than `glyf` and `cmap` can number (ISO/IEC 14496-22:2026), and would give others.
pub(super) fn has_outlines(face: &Face) -> bool {
    let tables = face.tables();
    let source = face.outline_glyphs().source();
    matches!(source, Some(OutlineSource::Cff | OutlineSource::Glyf))
        && tables.glyf_extended().is_err()
        && tables.dmap().is_err()
}

/// OS/2 `fsType`. A font without that table restricts nothing; a value that means nothing is no permission.
pub(super) fn may_be_embedded(face: &Face) -> bool {
    let Ok(os2) = face.tables().os2() else { return true };
    let (version, bits) = (os2.version(), os2.fs_type());
    let level = match bits & 0xf {
        0 | 4 | 8 => true,
        // Until version 2 there may be several, and the one that permits most is meant.
        several => version <= 2 && several & 0xc != 0,
    };
    // No subsets, and bitmaps only: bits since version 2.
    level && (version <= 1 || bits & 0x300 == 0)
}

/// The glyph of a character. Fonts of symbols, whose characters are none of Unicode, have none.
pub(super) fn mapped(face: &Face, character: char) -> Option<GlyphId> {
    let map = face.charmap();
    let mut unicode = map
        .encodings()
        .filter(|encoding| encoding.kind() == EncodingKind::Unicode);
    unicode
        .find_map(|encoding| map.map_code(encoding, character.into()))
        .filter(|id| id.to_u32() < face.num_glyphs())
}

/// How far a glyph moves the pen at size 1. As `hmtx` has it: the parser's own metrics make widths up where there are none.
pub(super) fn advance(face: &Face, id: GlyphId) -> Option<f32> {
    let advance = face.tables().hmtx().ok()?.advance(id)?;
    Some(f32::from(advance) / f32::from(face.units_per_em()))
}

/// Whether a glyph has an outline that is not empty.
pub(super) fn shows(face: &Face, id: GlyphId) -> bool {
    let extents = face.outline_glyphs().get(id).and_then(|outline| outline.extents().ok());
    extents.is_some_and(|extents| extents.width > 0.0 || extents.height > 0.0)
}

/// The index of a collection's face whose family says Simplified Chinese.
pub(super) fn simplified_chinese(data: &Blob, faces: u32) -> u32 {
    let says_so = |index: &u32| {
        let family = Face::new(data.clone(), *index).and_then(|face| name_of(&face, NameId::FAMILY_NAME));
        family.is_some_and(|family| {
            let mut words = family.split(' ');
            words.any(|word| matches!(word, "SC" | "CN" | "GB")) && !family.contains("Mono")
        })
    };
    (0..faces).find(says_so).unwrap_or(0)
}

/// A name in English where there is one, at most 100 characters.
pub(super) fn name_of(face: &Face, id: NameId) -> Option<String> {
    let name = face.names().get(id)?.english_or_first()?.name();
    let text: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::font::tests::{small, system_font};
    use crate::font::{Font, FontError};

    fn parse(data: &[u8], index: Option<u32>) -> Result<Font, FontError> {
        Font::parse(data.to_vec(), Path::new("x.ttf"), index)
    }

    fn reason(data: &[u8]) -> &'static str {
        parse(data, None).unwrap_err().reason()
    }

    /// The font with another table in the place of one that it has.
    fn with(font: &[u8], instead_of: &[u8; 4], tag: &[u8; 4], table: &[u8]) -> Vec<u8> {
        let mut data = font.to_vec();
        let record = (12..).step_by(16).find(|&at| &font[at..at + 4] == instead_of).unwrap();
        data[record..record + 4].copy_from_slice(tag);
        data[record + 8..record + 12].copy_from_slice(&(font.len() as u32).to_be_bytes());
        data[record + 12..record + 16].copy_from_slice(&(table.len() as u32).to_be_bytes());
        data.extend_from_slice(table);
        data
    }

    #[test]
    fn fonts_whose_glyphs_the_subset_would_not_have_are_refused() {
        let Some(font) = system_font() else { return };
        let font = small(&font);
        assert!(parse(&with(&font, b"post", b"xxxx", b""), None).is_ok());
        // One axis, wght, from 100 to 900.
        let axis = b"\0\x01\0\0\0\x10\0\x02\0\x01\0\x14\0\0\0\x08wght\0\x64\0\0\x01\x90\0\0\x03\x84\0\0\0\0\x01\0";
        assert_eq!(reason(&with(&font, b"post", b"fvar", axis)), "font-variable");
        let outlines = if font.starts_with(b"OTTO") { b"CFF " } else { b"glyf" };
        assert_eq!(reason(&with(&font, outlines, b"SVG ", b"")), "font-no-outlines");
        // One empty glyph, one font dictionary with an empty private one.
        let cff2 = b"\x02\0\x05\0\x0d\x1d\0\0\0\x16\x11\x1d\0\0\0\x1d\x0c\x24\0\0\0\0\
            \0\0\0\x01\x01\x01\x01\0\0\0\x01\x01\x01\x04\x8b\x8b\x12";
        assert_eq!(reason(&with(&font, outlines, b"CFF2", cff2)), "font-no-outlines");
        // Tables for more glyphs, in which all are empty.
        let larger = with(&font, b"post", b"GLYF", &[0; 64]);
        let larger = with(&larger, b"name", b"LOCA", &[0; 1024]);
        assert_eq!(reason(&larger), "font-no-outlines");
        assert_eq!(reason(&with(&font, b"post", b"DMAP", &[0; 64])), "font-no-outlines");
    }

    #[test]
    fn a_font_without_its_measures_is_broken() {
        let Some(font) = system_font() else { return };
        let font = small(&font);
        for table in [b"head", b"hhea", b"hmtx", b"maxp"] {
            assert_eq!(reason(&with(&font, table, b"xxxx", b"")), "font-broken");
        }
    }

    #[test]
    fn a_face_of_a_collection_is_taken_by_its_number() {
        let Some(font) = system_font() else { return };
        let font = small(&font);
        // Twice the same face, and once in the second list, which version 1.0 does not have. Offsets count from the
        // beginning of the file.
        let header = b"ttcf\0\x01\0\0\0\0\0\x02\0\0\0\x1c\0\0\0\x1c\0\0\0\x01\0\0\0\x1c";
        let mut data = [&header[..], &font].concat();
        let tables = usize::from(u16::from_be_bytes([font[4], font[5]]));
        for record in (0..tables).map(|i| header.len() + 12 + 16 * i) {
            let offset: &mut [u8; 4] = (&mut data[record + 8..record + 12]).try_into().unwrap();
            *offset = (u32::from_be_bytes(*offset) + header.len() as u32).to_be_bytes();
        }
        for index in [None, Some(0), Some(1)] {
            assert!(parse(&data, index).is_ok(), "{index:?}");
        }
        assert_eq!(parse(&data, Some(2)).unwrap_err().reason(), "font-broken");
        assert_eq!(parse(&font, Some(1)).unwrap_err().reason(), "font-broken");
        data[7] = 1;
        assert_eq!(reason(&data), "font-broken");
    }
}
