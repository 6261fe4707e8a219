//! Cards to pages to a file (ISO 32000-1, 7.7).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::NaiveDate;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use postern_core::text::Names;
use postern_qr::Symbol;

use crate::draw::{self, FONT, deflate};
use crate::error::{CardError, Part};
use crate::font::{Font, Glyph, Subset, Unprintable};
use crate::layout::{self, LABELS, Template};
use crate::paper::Paper;

/// The most bytes of a name.
pub const MAX_NAME: usize = 96;
/// The most characters of a serial.
pub const MAX_SERIAL: usize = 64;
/// The most modules a side of a symbol: version 15, at 0.53 mm a module.
pub const MAX_SYMBOL: usize = 77;
/// The most cards of a sheet.
pub const MAX_CARDS: usize = 10_000;

/// What all cards of a sheet share.
#[derive(Clone, Copy, Debug)]
pub struct Style<'a> {
    /// The size of the paper.
    pub paper: Paper,
    /// The file's title, as a viewer shows it.
    pub title: &'a str,
    /// The language of the file, a tag of BCP 47; each card has English and Chinese.
    pub language: &'a str,
    /// Who issues the codes.
    pub issuer: &'a Names,
    /// A notice in a frame under each symbol, such as that a key is for demonstration.
    pub notice: Option<&'a Names>,
}

/// One card.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    /// The code, at most [`MAX_SYMBOL`] modules a side.
    pub symbol: &'a Symbol,
    /// The person's name, 1 to [`MAX_NAME`] bytes.
    pub name: Option<&'a str>,
    /// The person's number in the issuer's register, 1 to [`MAX_SERIAL`] of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`.
    pub serial: &'a str,
    /// The first day of validity.
    pub valid_from: NaiveDate,
    /// The last day of validity.
    pub valid_until: NaiveDate,
}

/// A PDF file in the making: pages of cards with cut marks.
pub struct Sheet<'f> {
    font: &'f Font,
    /// Each character that was asked for; a font is slow to ask.
    glyphs: HashMap<char, Glyph>,
    subset: Subset,
    paper: Paper,
    title: String,
    language: String,
    template: Template,
    page: Content,
    /// The contents of full pages, deflated.
    pages: Vec<Vec<u8>>,
    cards: usize,
}

impl<'f> Sheet<'f> {
    /// A sheet without cards.
    ///
    /// # Errors
    /// [`CardError::Unprintable`] or [`CardError::NoRoom`] for what all cards share.
    pub fn new(style: &Style<'_>, font: &'f Font) -> Result<Self, CardError> {
        let mut glyphs = HashMap::new();
        let notice = style.notice.map(|notice| [notice.en(), notice.zh()]);
        let texts = LABELS
            .map(|label| (Part::Label, label))
            .into_iter()
            .chain([style.issuer.en(), style.issuer.zh()].map(|text| (Part::Issuer, text)))
            .chain(notice.into_iter().flatten().map(|text| (Part::Notice, text)));
        for (part, text) in texts {
            let unprintable = |cause| CardError::Unprintable {
                card: None,
                part,
                cause,
            };
            learn(&mut glyphs, font, text).map_err(unprintable)?;
        }
        let template = Template::new(style, &|c| glyphs[&c].advance)?;
        Ok(Self {
            font,
            glyphs,
            subset: Subset::default(),
            paper: style.paper,
            title: style.title.to_owned(),
            language: style.language.to_owned(),
            template,
            page: Content::new(),
            pages: Vec::new(),
            cards: 0,
        })
    }

    /// Cards so far.
    #[must_use]
    pub fn cards(&self) -> usize {
        self.cards
    }

    /// Draws a card in the next place, row by row.
    ///
    /// # Errors
    /// See [`CardError`]. The sheet is then as it was before, and takes other cards.
    pub fn add(&mut self, card: &Card<'_>) -> Result<(), CardError> {
        if self.cards == MAX_CARDS {
            return Err(CardError::Full);
        }
        if !is_serial(card.serial) {
            return Err(CardError::BadSerial { before: self.cards });
        }
        if let Some(name) = card.name
            && !(1..=MAX_NAME).contains(&name.len())
        {
            return Err(CardError::BadName {
                card: card.serial.to_owned(),
                bytes: name.len(),
            });
        }
        if card.symbol.width() > MAX_SYMBOL {
            return Err(CardError::TooDense {
                card: card.serial.to_owned(),
                width: card.symbol.width(),
            });
        }
        let dates = layout::validity(card.valid_from, card.valid_until);
        let texts = [
            (Part::Serial, Some(card.serial)),
            (Part::Name, card.name),
            (Part::Validity, Some(&dates)),
        ];
        for (part, text) in texts {
            let unprintable = |cause| CardError::Unprintable {
                card: Some(card.serial.to_owned()),
                part,
                cause,
            };
            learn(&mut self.glyphs, self.font, text.unwrap_or_default()).map_err(unprintable)?;
        }
        let glyph = |c| self.glyphs[&c];
        let lines = self.template.card(card, &|c| glyph(c).advance)?;

        let on_page = self.cards % self.paper.cards();
        if on_page == 0 {
            draw::marks(&mut self.page, self.paper);
        }
        let place = self.paper.place(on_page);
        draw::card(
            &mut self.page,
            place,
            &self.template,
            card.symbol,
            &lines,
            &mut self.subset,
            &glyph,
        );
        self.cards += 1;
        if self.cards.is_multiple_of(self.paper.cards()) {
            self.end_page();
        }
        Ok(())
    }

    /// The bytes of the PDF file.
    ///
    /// # Errors
    /// [`CardError::NoCards`], or [`CardError::Font`] where the font is too damaged to take glyphs out of it.
    pub fn finish(mut self) -> Result<Vec<u8>, CardError> {
        if self.cards == 0 {
            return Err(CardError::NoCards);
        }
        if !self.page.as_bytes().is_empty() {
            self.end_page();
        }
        let mut pdf = Pdf::new();
        pdf.set_version(1, 7);
        let mut last = Ref::new(1);
        let mut next = || last.bump();
        let (catalog, tree, info, resources) = (next(), next(), next(), next());
        let font = self.subset.write(self.font, &mut pdf, &mut next)?;

        let mut writer = pdf.catalog(catalog);
        writer.pages(tree).lang(TextStr(&self.language));
        let mut preferences = writer.viewer_preferences();
        preferences.display_doc_title(true);
        // Cards and their cut marks keep their size.
        preferences.pair(Name(b"PrintScaling"), Name(b"None"));
        preferences.finish();
        writer.finish();
        pdf.document_info(info)
            .title(TextStr(&self.title))
            .producer(TextStr("Postern"));

        let mut dict = pdf.indirect(resources).dict();
        dict.insert(Name(b"Font")).dict().pair(FONT, font);
        dict.finish();

        let pages: Vec<(Ref, Ref)> = self.pages.iter().map(|_| (next(), next())).collect();
        let count = i32::try_from(pages.len()).expect("there are at most MAX_CARDS pages");
        pdf.pages(tree).kids(pages.iter().map(|page| page.0)).count(count);
        let (width, height) = self.paper.size();
        for ((page, contents), data) in pages.into_iter().zip(&self.pages) {
            let mut writer = pdf.page(page);
            writer
                .parent(tree)
                .media_box(Rect::new(0.0, 0.0, width, height))
                .contents(contents);
            writer.pair(Name(b"Resources"), resources);
            writer.finish();
            pdf.stream(contents, data).filter(Filter::FlateDecode);
        }
        Ok(pdf.finish())
    }

    fn end_page(&mut self) {
        let page = std::mem::replace(&mut self.page, Content::new());
        self.pages.push(deflate(&page.finish()));
    }
}

impl std::fmt::Debug for Sheet<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet")
            .field("title", &self.title)
            .field("paper", &self.paper)
            .field("font", &self.font)
            .field("cards", &self.cards)
            .finish_non_exhaustive()
    }
}

fn is_serial(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX_SERIAL).contains(&text.len()) && text.bytes().all(allowed)
}

/// Looks up the characters of a text that are not known yet.
fn learn(glyphs: &mut HashMap<char, Glyph>, font: &Font, text: &str) -> Result<(), Unprintable> {
    for c in text.chars() {
        if let Entry::Vacant(entry) = glyphs.entry(c) {
            entry.insert(font.glyph(c)?);
        }
    }
    Ok(())
}
