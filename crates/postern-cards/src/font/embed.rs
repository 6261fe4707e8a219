//! The part of a font that a document uses, in the document (ISO 32000-1, 9.7 and 9.9).

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use skrifa::Tag;
use skrifa::font::Font as Face;
use skrifa::font::glyph::outline::OutlineSource;
use skrifa::font::name::NameId;
use skrifa::raw::FontRef;
use skrifa::raw::types::F48Dot16;
use subsetter::GlyphRemapper;

use super::{Font, FontError, Glyph, face};
use crate::draw::deflate;

const IDENTITY: SystemInfo<'_> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// The glyphs that were used, numbered in the order of their first use: the number is the code in the text (Identity-H).
#[derive(Default)]
pub(crate) struct Subset {
    glyphs: GlyphRemapper,
    /// By code: the character that it stands for, and its width at size 1.
    codes: BTreeMap<u16, (char, f32)>,
}

impl Subset {
    /// The code of a glyph, and whether it stands for this very character: some characters share a glyph.
    pub(crate) fn code(&mut self, character: char, glyph: Glyph) -> (u16, bool) {
        let code = self.glyphs.remap(glyph.id);
        let first = self.codes.entry(code).or_insert((character, glyph.advance));
        (code, first.0 == character)
    }

    /// Writes the font and all that it refers to; the reference is to be listed in the resources of the pages.
    pub(crate) fn write(&self, font: &Font, pdf: &mut Pdf, next: &mut dyn FnMut() -> Ref) -> Result<Ref, FontError> {
        let broken = || FontError::Broken {
            path: font.path.clone(),
        };
        let face = &font.face;
        let file = subsetter::subset(&font.data, font.index, &self.glyphs).map_err(|_| broken())?;
        // PDF takes TrueType as a file, but of the other kind the table of outlines alone.
        let is_cff = face.outline_glyphs().source() == Some(OutlineSource::Cff);
        let program = if is_cff {
            let tables = FontRef::new(&file).map_err(|_| broken())?;
            tables.table_data(Tag::new(b"CFF ")).ok_or_else(broken)?.as_bytes()
        } else {
            &file
        };
        let name = self.base_name(face);
        let name = Name(name.as_bytes());
        let [type0, cid, descriptor, data, to_unicode] = std::array::from_fn(|_| next());

        pdf.type0_font(type0)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(to_unicode);

        let mut cid_font = pdf.cid_font(cid);
        cid_font.subtype(if is_cff { CidFontType::Type0 } else { CidFontType::Type2 });
        cid_font
            .base_font(name)
            .system_info(IDENTITY)
            .font_descriptor(descriptor)
            .default_width(0.0);
        if !is_cff {
            cid_font.cid_to_gid_map_predefined(Name(b"Identity"));
        }
        let mut widths = cid_font.widths();
        for (&code, &(_, advance)) in &self.codes {
            widths.consecutive(code, [(advance * 1000.0).round()]);
        }
        widths.finish();
        cid_font.finish();

        let metrics = face.metrics();
        let per_mille = |value: F48Dot16| (value.to_f32() * 1000.0 / f32::from(metrics.units_per_em)).round();
        let bounds = metrics.bounds;
        let [x1, y1, x2, y2] = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(per_mille);
        let line = metrics.h_line().unwrap_or_default();
        let italic_angle = face.style_metrics().italic_angle.unwrap_or_default();
        let mut writer = pdf.font_descriptor(descriptor);
        writer
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(x1, y1, x2, y2))
            .italic_angle(italic_angle.to_f32())
            .ascent(per_mille(line.ascender))
            .descent(per_mille(line.descender))
            .cap_height(per_mille(metrics.cap_height.unwrap_or(line.ascender)))
            // No table of a font has it; readers use it only where they have to imitate the font.
            .stem_v(80.0);
        if is_cff {
            writer.font_file3(data);
        } else {
            writer.font_file2(data);
        }
        writer.finish();

        let packed = deflate(program);
        let mut stream = pdf.stream(data, &packed);
        stream.filter(Filter::FlateDecode);
        if is_cff {
            stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        } else {
            stream.pair(Name(b"Length1"), i32::try_from(program.len()).map_err(|_| broken())?);
        }
        stream.finish();

        let mut cmap = UnicodeCmap::new(Name(b"Postern-Unicode"), IDENTITY);
        for (&code, &(character, _)) in &self.codes {
            cmap.pair(code, character);
        }
        pdf.stream(to_unicode, &deflate(&cmap.finish()))
            .filter(Filter::FlateDecode);
        Ok(type0)
    }

    /// The font's name behind six letters that tell subsets apart (9.6.4): a hash (FNV-1a) of the glyphs.
    fn base_name(&self, face: &Face) -> String {
        let glyphs = self.glyphs.remapped_gids().flat_map(u16::to_be_bytes);
        let mut hash = glyphs.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        let mut name = String::new();
        for _ in 0..6 {
            name.push(char::from(b'A' + (hash % 26) as u8));
            hash /= 26;
        }
        let own = face::name_of(face, NameId::POSTSCRIPT_NAME).unwrap_or_default();
        let own: String = own
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .take(63)
            .collect();
        name + "+" + if own.is_empty() { "Font" } else { &own }
    }
}
