use proptest::prelude::*;

use super::*;
use crate::paper::Paper;
use postern_qr::Symbol;

/// About what fonts have; the widest Latin letter is as wide as it gets.
fn advance(c: char) -> f32 {
    match c {
        'W' | 'M' | '@' | '%' => 0.97,
        'i' | 'l' | '.' | ' ' => 0.25,
        c if c.is_ascii() => 0.56,
        _ => 1.0,
    }
}

fn names(en: &str, zh: &str) -> Names {
    Names::new(en, zh).unwrap()
}

fn template(issuer: &Names, notice: Option<&Names>) -> Result<Template, CardError> {
    let style = Style {
        paper: Paper::A4,
        title: "",
        language: "en",
        issuer,
        notice,
    };
    Template::new(&style, &advance)
}

/// Issuers of names short and as long as they may be.
fn issuers() -> [Names; 3] {
    [
        names("Example Health Office", "示例卫生处"),
        names(
            "Office of Made-Up Examples ".repeat(8)[..200].trim(),
            &"示例".repeat(33),
        ),
        names("I", "示"),
    ]
}

fn card<'a>(symbol: &'a Symbol, name: Option<&'a str>, serial: &'a str) -> Card<'a> {
    let date = |year| NaiveDate::from_ymd_opt(year, 12, 28).unwrap();
    Card {
        symbol,
        name,
        serial,
        valid_from: date(2026),
        valid_until: date(2027),
    }
}

fn apart(a: Area, b: Area) -> bool {
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y + 0.01 || b.y + b.height <= a.y + 0.01
}

/// Nothing leaves the card's margins, touches the symbol with its quiet zone, or lies over another thing.
fn check(template: &Template, lines: &[Line]) {
    let frame = template.frame.map(|frame| frame.0);
    let (notice, issuer): (Vec<&Line>, Vec<&Line>) = template
        .lines
        .iter()
        .partition(|line| frame.is_some_and(|frame| !apart(line.area(), frame)));
    let mut areas: Vec<Area> = issuer.into_iter().chain(lines).map(Line::area).collect();
    areas.extend([template.rule, template.symbol]);
    if let Some(frame) = frame {
        let margin = NOTICE_FRAME / 2.0;
        areas.push(Area {
            x: frame.x - margin,
            y: frame.y - margin,
            width: frame.width + 2.0 * margin,
            height: frame.height + 2.0 * margin,
        });
        for line in notice {
            let line = line.area();
            assert!(
                line.x >= frame.x && line.x + line.width <= frame.x + frame.width,
                "{line:?}"
            );
            assert!(
                line.y >= frame.y && line.y + line.height <= frame.y + frame.height,
                "{line:?}"
            );
        }
    }
    let edge = SYMBOL_MARGIN - 0.01;
    for (i, &a) in areas.iter().enumerate() {
        assert!(a.x >= edge && a.x + a.width <= CARD_WIDTH - edge, "{a:?}");
        assert!(a.y >= edge && a.y + a.height <= CARD_HEIGHT - edge, "{a:?}");
        for &b in &areas[i + 1..] {
            assert!(apart(a, b), "{a:?} {b:?}");
        }
    }
}

fn text_of(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn extreme_names_and_serials_stay_on_the_card() {
    let symbol = Symbol::new("PC1:A MADE UP TEXT").unwrap();
    let notice = names("DEMONSTRATION", "演示");
    let long = [
        "王".repeat(32),
        "W".repeat(96),
        "i".repeat(96),
        "Wwwww Mmmmmm ".repeat(7),
        "WW WWWWWWWWWWWWW".repeat(6),
    ];
    let serials = ["W".repeat(64), "i".repeat(64), "1".to_owned(), "A-0.b_".repeat(10)];
    for issuer in issuers() {
        for notice in [None, Some(&notice)] {
            let template = template(&issuer, notice).unwrap();
            for serial in &serials {
                for name in long.iter().map(|name| Some(name.as_str())).chain([None, Some("王")]) {
                    let lines = template.card(&card(&symbol, name, serial), &advance).unwrap();
                    check(&template, &lines);
                    let text = text_of(&lines).replace(' ', "");
                    assert!(text.contains(serial.as_str()));
                    assert!(name.is_none_or(|name| text.contains(&name.replace(' ', ""))));
                }
            }
        }
    }
}

#[test]
fn an_absent_name_leaves_no_hole() {
    let symbol = Symbol::new("PC1:A MADE UP TEXT").unwrap();
    let template = template(&issuers()[0], None).unwrap();
    let with = template
        .card(&card(&symbol, Some("王小明"), "DEMO-00000001"), &advance)
        .unwrap();
    let without = template.card(&card(&symbol, None, "DEMO-00000001"), &advance).unwrap();
    assert_eq!(with[0].text, NAME_LABEL);
    assert_eq!(without[0].text, SERIAL_LABEL);
    assert_eq!(with[0].y, without[0].y, "the first field begins where the name would");
    assert!(
        without[1].size > with[3].size,
        "the serial is what the card is found by"
    );
}

#[test]
fn modules_of_version_8_have_their_size() {
    let module = SYMBOL / (49.0 + 8.0);
    assert!(module >= mm(0.7));
    let densest = SYMBOL / (crate::sheet::MAX_SYMBOL as f32 + 8.0);
    assert!(densest >= mm(0.5));
}

#[test]
fn an_issuer_or_a_notice_too_wide_is_refused() {
    let wide = names(&"W".repeat(200), &"示".repeat(66));
    assert!(matches!(
        template(&wide, None),
        Err(CardError::NoRoom {
            card: None,
            part: Part::Issuer
        })
    ));
    assert!(matches!(
        template(&issuers()[0], Some(&wide)),
        Err(CardError::NoRoom {
            card: None,
            part: Part::Notice
        })
    ));
}

proptest! {
    #[test]
    fn no_name_leaves_the_card(name in "[ A-Za-z王明阿·é-]{1,96}", serial in "[A-Za-z0-9._-]{1,64}", demo: bool) {
        let end = name.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|&end| end <= 96).last();
        let name = name[..end.unwrap_or(0)].trim();
        let symbol = Symbol::new("PC1:A MADE UP TEXT").unwrap();
        let notice = names("DEMONSTRATION", "演示");
        let template = template(&issuers()[1], demo.then_some(&notice)).unwrap();
        let name = Some(name).filter(|name| !name.is_empty());
        let lines = template.card(&card(&symbol, name, &serial), &advance).unwrap();
        check(&template, &lines);
    }
}
