//! Whole sheets: written, rendered by Poppler's `pdftoppm`, read back by the reader of `postern-qr`; text taken out with
//! `pdftotext`.
//!
//! The font is the file that `POSTERN_FONT` names, else one of the system. Where there is none, or no Poppler, the tests
//! say so and end.

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::NaiveDate;
use postern_cards::{Card, CardError, Font, FontError, MAX_CARDS, Paper, Part, Sheet, Style, Why};
use postern_core::text::Names;
use postern_qr::{Symbol, picture, reader};

const CHARACTERS: &str = "王小明阿依古丽·买买提示例市健康证明签发处演";

/// A name without one: every third person has none.
const NAMES: [Option<&str>; 6] = [
    Some("王小明"),
    Some("阿依古丽·买买提"),
    None,
    Some("Zoe Example-O'Neill"),
    Some("王小明王小明王小明王小明王小明王小明王小明王小明王小明王小明"),
    None,
];

fn font() -> Option<Font> {
    let path = std::env::var_os("POSTERN_FONT").map(PathBuf::from);
    match Font::find(path.as_deref(), CHARACTERS.chars()) {
        Ok(font) => Some(font),
        // A font that was asked for must do; one that the system may have need not be there.
        Err(error) if path.is_some() => panic!("POSTERN_FONT: {error}"),
        Err(error) => {
            eprintln!("skipped: {error}");
            None
        }
    }
}

/// Runs a program of Poppler; `None`, with a notice, where it is not installed.
fn poppler(program: &str, arguments: &[&str], file: &Path) -> Option<Vec<u8>> {
    let output = match Command::new(program).args(arguments).arg(file).arg("-").output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: {program}: {error}");
            return None;
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{program}: {errors}");
    Some(output.stdout)
}

fn names(en: &str, zh: &str) -> Names {
    Names::new(en, zh).unwrap()
}

/// A made-up text of a given length, which is another for each card.
fn text(card: usize, length: usize) -> String {
    format!("PC1:{card:04}")
        .chars()
        .chain("0A1B2C3D4E5F %*+-./:Z".chars().cycle())
        .take(length)
        .collect()
}

fn serial(card: usize) -> String {
    format!("DEMO-{card:08}")
}

fn date(month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, 28).unwrap()
}

fn sheet<'f>(font: &'f Font, paper: Paper, notice: bool) -> Sheet<'f> {
    let notice = notice.then(|| names("DEMONSTRATION", "演示"));
    let style = Style {
        paper,
        title: "Made-up cards 演示",
        language: "zh-CN",
        issuer: &names("Example City Office", "示例市健康证明签发处"),
        notice: notice.as_ref(),
    };
    Sheet::new(&style, font).unwrap()
}

fn add(sheet: &mut Sheet<'_>, symbol: &str, name: Option<&str>, serial: &str) -> Result<(), CardError> {
    sheet.add(&Card {
        symbol: &Symbol::new(symbol).unwrap(),
        name,
        serial,
        valid_from: date(1),
        valid_until: date(6),
    })
}

/// A file of so many cards, whose texts have the length.
fn file(font: &Font, paper: Paper, notice: bool, cards: usize, length: usize) -> Vec<u8> {
    let mut sheet = sheet(font, paper, notice);
    for card in 0..cards {
        add(
            &mut sheet,
            &text(card, length),
            NAMES[card % NAMES.len()],
            &serial(card),
        )
        .unwrap();
    }
    assert_eq!(sheet.cards(), cards);
    sheet.finish().unwrap()
}

fn saved(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".pdf").tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

/// Renders one page and reads all codes on it.
fn codes(pdf: &Path, page: usize, dpi: usize) -> Option<Vec<String>> {
    let (page, dpi) = (page.to_string(), dpi.to_string());
    // Poppler writes the file's name with `.png` for "-", so the picture goes through a folder.
    let folder = tempfile::tempdir().unwrap();
    let stem = folder.path().join("page");
    let arguments = ["-f", &page, "-l", &page, "-r", &dpi, "-gray", "-png", "-singlefile"];
    match Command::new("pdftoppm").args(arguments).arg(pdf).arg(&stem).status() {
        Ok(status) => assert!(status.success()),
        Err(error) => {
            eprintln!("skipped: pdftoppm: {error}");
            return None;
        }
    }
    let luma = picture::decode(&std::fs::read(stem.with_extension("png")).unwrap()).unwrap();
    let mut texts: Vec<String> = reader::read(&luma, &mut || true)
        .texts
        .into_iter()
        .map(|found| found.text)
        .collect();
    texts.sort();
    Some(texts)
}

#[test]
fn every_code_of_a_page_is_read_back() {
    let Some(font) = font() else { return };
    // As long as a real code, which is version 8; and the longest of version 15.
    for (paper, notice, length) in [
        (Paper::A4, false, 212),
        (Paper::A4, true, 212),
        (Paper::Letter, true, 212),
        (Paper::A4, true, 600),
    ] {
        let cards = paper.cards() + 3;
        let pdf = saved(&file(&font, paper, notice, cards, length));
        for (page, range) in [(1, 0..paper.cards()), (2, paper.cards()..cards)] {
            let Some(found) = codes(pdf.path(), page, 150) else {
                return;
            };
            let expected: Vec<String> = range.map(|card| text(card, length)).collect();
            assert_eq!(found, expected, "{paper:?}, page {page}, {length} characters");
        }
    }
}

#[test]
fn names_and_serials_can_be_searched_and_copied() {
    let Some(font) = font() else { return };
    let pdf = saved(&file(&font, Paper::A4, true, 13, 212));
    let Some(text) = poppler("pdftotext", &["-raw", "-enc", "UTF-8"], pdf.path()) else {
        return;
    };
    let text: String = String::from_utf8(text).unwrap().split_whitespace().collect();
    for card in 0..13 {
        assert!(text.contains(&serial(card)), "{card}");
    }
    for name in NAMES.iter().take(4).flatten() {
        assert!(text.contains(&name.replace(' ', "")), "{name}");
    }
    assert_eq!(text.matches("示例市健康证明签发处ExampleCityOffice").count(), 13);
    assert_eq!(text.matches("DEMONSTRATION演示").count(), 13);
    assert_eq!(text.matches("2026-01-28–2026-06-28").count(), 13);
}

/// The words of a page and their boxes in points: left, top, right, bottom; from the page's upper left corner.
fn words(pdf: &Path) -> Option<Vec<(String, [f32; 4])>> {
    let html = String::from_utf8(poppler("pdftotext", &["-bbox", "-enc", "UTF-8"], pdf)?).unwrap();
    let word = |line: &str| {
        let line = line.trim().strip_prefix("<word ")?;
        let (attributes, text) = line.strip_suffix("</word>")?.split_once('>')?;
        let mut numbers = attributes
            .split('"')
            .skip(1)
            .step_by(2)
            .map(|number| number.parse().unwrap());
        Some((text.to_owned(), std::array::from_fn(|_| numbers.next().unwrap())))
    };
    Some(html.lines().filter_map(word).collect())
}

#[test]
fn words_lie_where_they_were_meant_to() {
    let Some(font) = font() else { return };
    let mut sheet = sheet(&font, Paper::A4, false);
    let names = [
        "王".repeat(32),
        "W".repeat(96),
        "i".repeat(96),
        "Wwwww Mmmmmm ".repeat(7),
        "Al".to_owned(),
    ];
    for (card, name) in names.iter().cycle().take(10).enumerate() {
        let serial = if card < 5 { "W".repeat(64) } else { serial(card) };
        add(&mut sheet, &text(card, 212), Some(name), &serial).unwrap();
    }
    let pdf = saved(&sheet.finish().unwrap());
    let Some(words) = words(pdf.path()) else { return };
    let mm = |points: f32| points * 25.4 / 72.0;
    // Two by five cards of 85.6 mm by 54 mm in the middle of the paper, texts on the left 39 mm of each.
    let (left, top) = ((210.0 - 2.0 * 85.6) / 2.0, (297.0 - 5.0 * 54.0) / 2.0);
    for (word, [x1, y1, x2, y2]) in &words {
        let column = ((mm(*x1) - left) / 85.6).floor();
        let row = ((mm((y1 + y2) / 2.0) - top) / 54.0).floor();
        let (x1, x2) = (mm(*x1) - left - column * 85.6, mm(*x2) - left - column * 85.6);
        assert!(
            (4.4..39.3).contains(&x1) && x2 < 39.3,
            "{word}: {x1} to {x2} mm of its card"
        );
        // Poppler takes the font's own heights, which are more than those of its letters.
        let (y1, y2) = (mm(*y1) - top - row * 54.0, mm(*y2) - top - row * 54.0);
        assert!(
            (1.0..53.0).contains(&y1) && y2 < 53.0,
            "{word}: {y1} to {y2} mm of its card"
        );
    }
    // As wide as 13 letters of 9 points are, so the widths in the file are those that were measured with.
    let widths: Vec<f32> = words
        .iter()
        .filter(|word| word.0.starts_with("DEMO-"))
        .map(|(_, [x1, _, x2, _])| x2 - x1)
        .collect();
    assert_eq!(widths.len(), 5);
    assert!(
        widths.iter().all(|width| (0.5..0.65).contains(&(width / 13.0 / 9.0))),
        "{widths:?}"
    );
}

#[test]
fn characters_that_share_a_glyph_are_copied_as_they_were() {
    let Some(font) = font() else { return };
    let mut sheet = sheet(&font, Paper::A4, false);
    // In most fonts some of these are the same: Latin, Greek and Cyrillic letters, signs, radicals of Chinese.
    let alike = [
        "AB",
        "\u{410}\u{412}",
        "\u{391}\u{392}",
        "\u{c5}",
        "\u{212b}",
        "\u{3a9}",
        "\u{2126}",
        "人",
        "\u{2f08}",
        "一",
        "\u{2f00}",
    ];
    let drawn: Vec<&str> = alike.into_iter().filter(|name| font.check(name).is_ok()).collect();
    for (card, name) in drawn.iter().enumerate() {
        add(&mut sheet, &text(card, 212), Some(name), &serial(card)).unwrap();
    }
    let pdf = saved(&sheet.finish().unwrap());
    let Some(text) = poppler("pdftotext", &["-raw", "-enc", "UTF-8"], pdf.path()) else {
        return;
    };
    let text = String::from_utf8(text).unwrap();
    for name in drawn {
        let found = text.lines().any(|line| line == name);
        assert!(found, "{name:?} in {text:?}");
    }
}

#[test]
fn the_same_cards_give_the_same_file() {
    let Some(font) = font() else { return };
    let again = Font::load(font.path(), None).unwrap();
    assert_eq!(font.name(), again.name());
    let first = file(&font, Paper::Letter, true, 20, 212);
    assert!(first == file(&again, Paper::Letter, true, 20, 212));
    assert!(first != file(&again, Paper::Letter, true, 20, 213));
}

#[test]
fn a_character_without_a_glyph_is_an_error_and_leaves_the_sheet_as_it_was() {
    let Some(font) = font() else { return };
    // No font has these: the last place of plane 3 is never to be used, and Arabic is not drawn glyph by glyph.
    for (character, why, reason) in [
        ('\u{3fffd}', Why::NoGlyph, "card-missing-glyph"),
        ('ئ', Why::NeedsShaping, "card-needs-shaping"),
        ('\u{301}', Why::NeedsShaping, "card-needs-shaping"),
    ] {
        let name = format!("王{character}");
        let mut one = sheet(&font, Paper::A4, false);
        add(&mut one, &text(0, 212), Some("王小明"), &serial(0)).unwrap();
        let error = add(&mut one, &text(1, 212), Some(&name), &serial(1)).unwrap_err();
        assert_eq!(error.reason(), reason);
        assert!(error.to_string().contains("of card DEMO-00000001"), "{error}");
        assert!(!error.to_string().contains('王'), "{error}");
        let CardError::Unprintable { card, part, cause } = error else {
            panic!("{error}");
        };
        assert_eq!((card, part), (Some(serial(1)), Part::Name));
        assert_eq!((cause.character, cause.why), (character, why));
        assert_eq!(font.check(&name), Err(cause));
        assert_eq!(one.cards(), 1);

        let mut other = sheet(&font, Paper::A4, false);
        add(&mut other, &text(0, 212), Some("王小明"), &serial(0)).unwrap();
        assert!(one.finish().unwrap() == other.finish().unwrap());
    }
}

#[test]
fn what_is_out_of_bounds_is_refused() {
    let Some(font) = font() else { return };
    let mut sheet = sheet(&font, Paper::A4, false);
    let mut refused =
        |symbol: &str, name: Option<&str>, serial: &str| add(&mut sheet, symbol, name, serial).unwrap_err().reason();
    let (code, name, serial) = (text(0, 212), "王".repeat(32), "W".repeat(64));
    assert_eq!(refused(&code, Some(&format!("{name}x")), &serial), "card-bad-name");
    assert_eq!(refused(&code, Some(""), &serial), "card-bad-name");
    for bad in ["", &format!("{serial}x"), "号", "a b", "a\u{1b}[2J"] {
        assert_eq!(refused(&code, None, bad), "card-bad-serial", "{bad:?}");
    }
    assert_eq!(refused(&text(0, 620), None, &serial), "card-symbol-too-dense");
    add(&mut sheet, &code, Some(&name), &serial).unwrap();

    let empty = self::sheet(&font, Paper::A4, false).finish().unwrap_err();
    assert_eq!(empty.reason(), "card-none");
}

#[test]
fn a_full_sheet_takes_no_more() {
    let Some(font) = font() else { return };
    let mut sheet = sheet(&font, Paper::A4, false);
    let symbol = Symbol::new("1").unwrap();
    let card = Card {
        symbol: &symbol,
        name: None,
        serial: "1",
        valid_from: date(1),
        valid_until: date(6),
    };
    for _ in 0..MAX_CARDS {
        sheet.add(&card).unwrap();
    }
    assert_eq!(sheet.add(&card).unwrap_err().reason(), "card-sheet-full");
    assert_eq!(sheet.cards(), MAX_CARDS);
}

#[test]
fn the_search_takes_the_same_font_each_time_and_says_what_it_lacks() {
    let Some(font) = font() else { return };
    let folder = tempfile::tempdir().unwrap();
    let extension = font.path().extension().unwrap();
    // One by a name that is known, others before it in the order of paths; one is damaged.
    let known = folder.path().join("z").join("wqy-microhei").with_extension(extension);
    std::fs::create_dir(folder.path().join("z")).unwrap();
    std::fs::copy(font.path(), &known).unwrap();
    std::fs::copy(font.path(), folder.path().join("b").with_extension(extension)).unwrap();
    std::fs::write(folder.path().join("NotoSansCJK-Regular.ttc"), b"ttcf").unwrap();
    let folders = [folder.path().to_owned()];
    for _ in 0..2 {
        assert_eq!(Font::find_in(&folders, "王".chars()).unwrap().path(), known);
    }
    std::fs::remove_file(&known).unwrap();
    assert_eq!(
        Font::find_in(&folders, "王".chars())
            .unwrap()
            .path()
            .file_stem()
            .unwrap(),
        "b"
    );

    let error = Font::find_in(&folders, "王\u{3fffd}".chars()).unwrap_err();
    let FontError::NotFound { nearest, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(nearest.as_ref().unwrap().1, '\u{3fffd}');
    let error = Font::find(Some(font.path()), "\u{3fffd}".chars()).unwrap_err();
    assert_eq!(error.reason(), "font-lacks");
    // What no font draws is not looked for.
    assert!(Font::find(Some(font.path()), "ئ".chars()).is_ok());
}
