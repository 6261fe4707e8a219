//! What is on the screen, as text that a person can read: `tests/golden`. `POSTERN_BLESS=1` writes it anew; then look at it.

use std::path::Path;

use made_up::{Language, dialog, scene};
use postern_screen::{Ask, Bar, Colours, Display, Face, Field, Grade, Scene, Status, Value, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

mod made_up;

const SIZES: [(u16, u16); 4] = [(20, 5), (40, 12), (80, 24), (120, 40)];
const FULL: Display = Display {
    colours: Colours::Full,
    unicode: true,
};
const LANGUAGES: [(Language, &str); 2] = [(Language::English, "en"), (Language::Chinese, "zh")];

/// Through ratatui's terminal, as a real screen is drawn: twice, the second time over another face.
fn shown(scene: &Scene, display: Display, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let before = Scene {
        face: Face::Fault,
        word: "FAULT".into(),
        ..Scene::default()
    };
    for scene in [&before, scene] {
        terminal.draw(|frame| draw(scene, display, frame.buffer_mut())).unwrap();
    }
    let buffer = terminal.backend().buffer().clone();
    for row in rows(&buffer) {
        assert_eq!(row.width(), usize::from(width), "{row:?}");
    }
    buffer
}

/// The rows; what a wide character covers is not there twice.
fn rows(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let row = |y| {
        let mut row = String::new();
        let mut x = 0;
        while x < area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += symbol.width().max(1) as u16;
        }
        row
    };
    (0..area.height).map(row).collect()
}

fn compare(name: &str, frames: &[(String, Buffer)]) {
    let mut text = String::new();
    for (title, buffer) in frames {
        text.push_str(&format!("=== {title}\n"));
        for row in rows(buffer) {
            text.push_str(&format!("|{row}|\n"));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(format!("{name}.txt"));
    if std::env::var_os("POSTERN_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == text,
        "{} differs from what is drawn now:\n{text}",
        path.display()
    );
}

#[test]
fn faces() {
    for (language, code) in LANGUAGES {
        for size in SIZES {
            let frame = |face| (format!("{face:?}"), shown(&scene(face, language), FULL, size));
            compare(&format!("{code}-{}x{}", size.0, size.1), &Face::ALL.map(frame));
        }
    }
}

#[test]
fn dialogs() {
    for (language, code) in LANGUAGES {
        let frame = |size: (u16, u16)| (format!("{}x{}", size.0, size.1), shown(&dialog(language), FULL, size));
        compare(&format!("{code}-dialog"), &SIZES.map(frame));
    }
}

#[test]
fn without_colours() {
    let console = Display {
        colours: Colours::Mono,
        unicode: false,
    };
    let frame = |face| {
        (
            format!("{face:?}"),
            shown(&scene(face, Language::English), console, (80, 24)),
        )
    };
    compare("en-mono-80x24", &Face::ALL.map(frame));
}

#[test]
fn dark() {
    let dim = Scene {
        dim: true,
        ..scene(Face::Ready, Language::Chinese)
    };
    compare("zh-dark-40x12", &[("dark".into(), shown(&dim, FULL, (40, 12)))]);
}

#[test]
fn a_word_without_bitmap_is_text() {
    let odd = Scene {
        word: "龘龘 Ω".into(),
        ..scene(Face::Refuse, Language::Chinese)
    };
    compare("zh-odd-word-80x24", &[("odd".into(), shown(&odd, FULL, (80, 24)))]);
}

#[test]
fn only_ready_goes_dark() {
    for face in Face::ALL {
        let lit = scene(face, Language::English);
        let dim = Scene {
            dim: true,
            ..lit.clone()
        };
        let same = shown(&lit, FULL, (80, 24)) == shown(&dim, FULL, (80, 24));
        assert_eq!(same, face != Face::Ready, "{face:?}");
    }
    let dim = Scene {
        dim: true,
        face: Face::Ready,
        ..dialog(Language::English)
    };
    let text = rows(&shown(&dim, FULL, (80, 24))).concat();
    assert!(text.contains("paper proof"), "a dialog is never dark");
}

#[test]
fn colour_symbol_and_word_say_the_same_at_every_size() {
    for (language, _) in LANGUAGES {
        for colours in [Colours::Mono, Colours::Sixteen, Colours::Full] {
            for size in [(12, 3), (39, 11), (40, 12), (79, 23), (100, 30), (132, 43), (300, 90)] {
                let frames = Face::ALL.map(|face| {
                    let bare = Scene {
                        bar: Bar::default(),
                        facts: Vec::new(),
                        reasons: Vec::new(),
                        ..scene(face, language)
                    };
                    shown(
                        &Scene {
                            todo: String::new(),
                            ..bare
                        },
                        Display { colours, unicode: true },
                        size,
                    )
                });
                for (at, frame) in frames.iter().enumerate() {
                    for other in &frames[..at] {
                        assert_ne!(
                            rows(other),
                            rows(frame),
                            "{:?} by symbol and word, {size:?}",
                            Face::ALL[at]
                        );
                        let grounds = |buffer: &Buffer| {
                            buffer
                                .content
                                .iter()
                                .map(|cell| (cell.bg, cell.modifier))
                                .collect::<Vec<_>>()
                        };
                        assert!(
                            colours == Colours::Mono || grounds(other) != grounds(frame),
                            "{:?} by colour",
                            Face::ALL[at]
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn what_one_compares_and_does_is_there_from_the_smallest_screen_on() {
    for face in [Face::Admit, Face::Refer, Face::Refuse] {
        for size in &SIZES[1..] {
            for (language, code) in LANGUAGES {
                let scene = scene(face, language);
                let text = rows(&shown(&scene, FULL, *size)).concat();
                for (_, value) in &scene.facts[..2] {
                    assert!(text.contains(value.as_str()), "{face:?} {size:?} {code}: {value}");
                }
                for words in [&scene.reasons[0], &scene.todo] {
                    let start: String = words.chars().take(12).collect();
                    assert!(text.contains(&start), "{face:?} {size:?} {code}: {start}");
                }
                let worst = &scene.bar.data[1].value;
                assert!(text.contains(worst.as_str()), "{face:?} {size:?} {code}: {worst}");
            }
        }
    }
}

#[test]
fn no_hostile_text_breaks_the_frame() {
    let long = "长".repeat(500);
    let hostile = [
        "\u{1b}[2J\u{1b}[42m ADMIT \u{7}\r\n\t\u{9b}31m",
        "\u{202e}TIMDA\u{2066}\u{200f}\u{feff}",
        "👨\u{200d}👩\u{200d}👧\u{200d}👦 🇨🇳 ❤\u{fe0f} 👍🏽 \u{e0041}",
        &"x".repeat(500),
        &long,
        &format!("e{}", "\u{301}".repeat(500)),
        "\u{115f}\u{1160}\u{3164}\u{ffa0}\u{fdfd}",
        "",
    ];
    for text in hostile.map(str::to_owned) {
        let pairs = vec![(text.clone(), text.clone()); 4];
        let status = Status {
            grade: Grade::Stale,
            label: text.clone(),
            value: text.clone(),
        };
        let choice = Value::Choice {
            options: vec![text.clone(); 40],
            chosen: Some(39),
        };
        let typed = Value::Text {
            text: text.clone(),
            min: 0,
            max: 9,
            secret: false,
        };
        let plain = Scene {
            bar: Bar {
                clock: status.clone(),
                counts: pairs.clone(),
                data: vec![status.clone(); 4],
                gate: pairs[0].clone(),
                log_tip: pairs[0].clone(),
                operator: pairs[0].clone(),
                sources: vec![status; 4],
            },
            facts: pairs.clone(),
            keys: pairs,
            marks: vec![text.clone(); 9],
            reasons: vec![text.clone(); 400],
            todo: text.clone(),
            word: text.clone(),
            ..Scene::default()
        };
        let ask = Ask {
            complaint: text.clone(),
            fields: vec![typed, choice]
                .into_iter()
                .map(|value| Field {
                    label: text.clone(),
                    value,
                })
                .collect(),
            focus: 1,
            keys: plain.keys.clone(),
            lines: vec![text.clone(); 9],
            title: text,
        };
        let asking = Scene {
            ask: Some(ask),
            ..plain.clone()
        };
        let dim = Scene {
            dim: true,
            ..plain.clone()
        };
        for size in [
            (0, 0),
            (1, 1),
            (2, 40),
            (20, 5),
            (40, 12),
            (41, 13),
            (80, 24),
            (120, 40),
            (500, 3),
        ] {
            for scene in [&plain, &asking, &dim] {
                let buffer = shown(scene, FULL, size);
                let text = rows(&buffer).concat();
                assert!(
                    !text.contains(|c: char| c.is_control() || "\u{202e}\u{2066}\u{200f}\u{feff}".contains(c)),
                    "{text}"
                );
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_scene_fits_any_screen(
        texts in proptest::collection::vec("\\PC{0,40}", 8),
        face in 0usize..7,
        size in (0u16..130, 0u16..45),
        unicode: bool,
    ) {
        let fact = |at: usize| (texts[at].clone(), texts[at + 1].clone());
        let scene = Scene {
            face: Face::ALL[face],
            facts: (0..4).map(fact).collect(),
            reasons: texts[4..6].to_vec(),
            todo: texts[6].clone(),
            word: texts[7].chars().take(4).collect(),
            ..scene(Face::ALL[face], Language::Chinese)
        };
        shown(&scene, Display { colours: Colours::Sixteen, unicode }, size);
    }
}
