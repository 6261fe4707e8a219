use proptest::prelude::*;

use super::*;

const FAST: u64 = 4;
const SLOW: u64 = 120;

struct Keyboard {
    typed: Typed,
    now: Instant,
}

impl Keyboard {
    fn new(dialog: bool) -> Self {
        let mut typed = Typed::new("PC1:");
        typed.set_dialog(dialog);
        Self {
            typed,
            now: Instant::now(),
        }
    }

    fn types(&mut self, text: &str, millis: u64) -> &mut Self {
        for c in text.chars() {
            self.now += Duration::from_millis(millis);
            let key = match c {
                '\r' => Key::Enter,
                '\n' => Key::Ctrl('j'),
                '\t' => Key::Tab,
                '\u{1d}' => Key::Ctrl('5'),
                c => Key::Char(c),
            };
            self.typed.press(key, self.now);
        }
        self
    }

    fn gives(&mut self) -> Vec<Input> {
        self.typed.settle(self.now + PATIENCE * 2);
        self.typed.by_ref().collect()
    }
}

fn keys(text: &str) -> Vec<Input> {
    text.chars()
        .map(|c| Input::Key(if c == '\r' { Key::Enter } else { Key::Char(c) }))
        .collect()
}

fn line(text: &str) -> Vec<Input> {
    vec![Input::Line(text.into())]
}

#[test]
fn a_scanner_gives_lines_and_a_person_keys() {
    assert_eq!(Keyboard::new(false).types("PC1:ABC\r", FAST).gives(), line("PC1:ABC"));
    assert_eq!(Keyboard::new(false).types("PC1:ABC\t", FAST).gives(), line("PC1:ABC"));
    assert_eq!(Keyboard::new(false).types("quit.o\r", SLOW).gives(), keys("quit.o\r"));
    assert_eq!(Keyboard::new(true).types("ab\r", FAST).gives(), keys("ab\r"));
    let mixed = Keyboard::new(false)
        .types("q", SLOW)
        .types("h", SLOW)
        .types("PC1:X12\r", 60)
        .gives();
    assert_eq!(mixed, keys("qhPC1:X12\r"), "60 ms is no scanner");
}

#[test]
fn a_printed_key_presses_nothing() {
    for code in ["q", "q2", "l1234", "oa"] {
        for end in ["\r", "\t", "\r\n"] {
            let typed = Keyboard::new(false).types(&format!("{code}{end}"), FAST).gives();
            assert_eq!(typed, line(code), "{end:?}");
        }
    }
    assert_eq!(Keyboard::new(false).types("q2", FAST).gives(), [], "no person types so");
    assert_eq!(Keyboard::new(false).types("qq", FAST).gives(), keys("q"), "a key that bounces");
    assert_eq!(Keyboard::new(false).types("q\r", SLOW).gives(), keys("q\r"));
}

#[test]
fn one_scan_has_one_end() {
    let mut keyboard = Keyboard::new(false);
    assert_eq!(
        keyboard.types("123456\r\n654321\t\r", FAST).gives(),
        [line("123456"), line("654321")].concat()
    );
    assert_eq!(keyboard.types("\r", SLOW).gives(), keys("\r"), "a later Enter is a key");
}

#[test]
fn a_scan_without_end_is_no_key() {
    assert_eq!(
        Keyboard::new(false).types("PC1:lock", FAST).gives(),
        [Input::Unended("PC1:lock".into())]
    );
    let mut keyboard = Keyboard::new(false);
    let now = keyboard.types("PC1:lock", FAST).now;
    keyboard.typed.press(Key::F(2), now);
    assert_eq!(
        keyboard.gives(),
        [Input::Unended("PC1:lock".into()), Input::Key(Key::F(2))]
    );
    let hiccup = Keyboard::new(false)
        .types("PC1:AB", FAST)
        .types("CD", 250)
        .types("EF\r", FAST)
        .gives();
    assert_eq!(hiccup, line("PC1:ABCDEF"), "a scan that has begun may pause");
}

#[test]
fn a_held_key_is_one_key() {
    assert_eq!(Keyboard::new(false).types(&"o".repeat(90), 33).gives(), keys("o"));
    assert_eq!(Keyboard::new(false).types("oooooooo\r", 33).gives(), keys("o\r"));
}

#[test]
fn a_control_character_does_not_cut_a_scan() {
    assert_eq!(
        Keyboard::new(false).types("0104512\u{1d}21\r", FAST).gives(),
        line("0104512\u{fffd}21")
    );
}

#[test]
fn in_a_dialog_all_is_text_but_codes() {
    assert_eq!(Keyboard::new(true).types("A4711x\r", FAST).gives(), keys("A4711x\r"));
    assert_eq!(Keyboard::new(true).types("PC2", SLOW).gives(), keys("PC2"));
    assert_eq!(
        Keyboard::new(true).types("PC1:", SLOW).gives(),
        keys("PC1:"),
        "typed by hand"
    );
    assert_eq!(Keyboard::new(true).types("PC1:ABC\r", FAST).gives(), line("PC1:ABC"));
    assert_eq!(
        Keyboard::new(true).types("pc1:abc\r", FAST).gives(),
        line("pc1:abc"),
        "Caps Lock"
    );
    let after_text = Keyboard::new(true).types("PPaPC1:ABC\ry", FAST).gives();
    assert_eq!(after_text, [keys("PPa"), line("PC1:ABC"), keys("y")].concat());
}

#[test]
fn a_line_is_bounded() {
    let text = |length| "ab".repeat(length / 2);
    assert_eq!(
        Keyboard::new(false).types(&(text(MAX_LINE) + "\r"), FAST).gives(),
        line(&text(MAX_LINE))
    );
    let mut keyboard = Keyboard::new(false);
    keyboard.types(&text(MAX_LINE * 20), FAST);
    assert!(keyboard.typed.burst.len() <= MAX_LINE);
    assert_eq!(keyboard.types("\r", FAST).gives(), [Input::TooLong]);
    assert_eq!(
        keyboard.types("PC1:ABC\r", FAST).gives(),
        line("PC1:ABC"),
        "the next one is whole again"
    );
}

#[test]
fn a_paste_is_lines_and_never_keys() {
    let pasted = |dialog: bool, text: &str| {
        let mut keyboard = Keyboard::new(dialog);
        keyboard.typed.paste(text);
        keyboard.gives()
    };
    assert_eq!(
        pasted(false, "PC1:ABC\r\nPC1:DEF"),
        [line("PC1:ABC"), line("PC1:DEF")].concat()
    );
    assert_eq!(pasted(false, "q"), []);
    assert_eq!(pasted(true, "A\u{1b}47"), keys("A47"));
    assert_eq!(pasted(true, "PC1:ABC"), line("PC1:ABC"));
    assert_eq!(pasted(false, &"ab".repeat(MAX_LINE)), [Input::TooLong]);
    assert_eq!(pasted(false, &"abcdefg\n".repeat(1000)).len(), MAX_PASTED);
}

proptest! {
    /// Whatever is typed at whatever speed: each character comes out once, in order, or its scan was too long, or it
    /// is the repetition of a held key, or, outside dialogs, too few came too fast.
    #[test]
    fn nothing_is_lost_or_made_up(
        strokes in proptest::collection::vec(("[PC1:abq]", prop_oneof![0u64..49, 51u64..400]), 0..60),
        dialog: bool,
    ) {
        let mut keyboard = Keyboard::new(dialog);
        let mut sent = String::new();
        for (text, pause) in &strokes {
            // Neighbours differ, so that no key is held.
            let text = if sent.ends_with(text.as_str()) { "z" } else { text };
            let text = if sent.ends_with('z') && text == "z" { "y" } else { text };
            keyboard.types(text, *pause);
            sent.push_str(text);
        }
        let got: String = keyboard.gives().into_iter().map(|input| match input {
            Input::Key(Key::Char(c)) => c.to_string(),
            Input::Unended(text) => text,
            other => panic!("{other:?}"),
        }).collect();
        let mut rest = sent.chars();
        prop_assert!(got.chars().all(|c| rest.any(|sent| sent == c)), "{got} of {sent}");
        let slow = strokes.iter().all(|(_, pause)| *pause > 50);
        if dialog || slow {
            prop_assert_eq!(got, sent);
        }
    }

    #[test]
    fn every_fast_line_is_a_line(text in "[A-Z0-9:$%*+./ -]{6,400}", pause in 0u64..=50) {
        prop_assume!(text.chars().any(|c| !text.starts_with(c)));
        prop_assert_eq!(Keyboard::new(false).types(&text, pause).types("\r", pause).gives(), line(&text));
        let code = format!("PC1:{text}");
        prop_assert_eq!(Keyboard::new(true).types(&code, pause).types("\r", pause).gives(), line(&code));
    }

    #[test]
    fn no_slow_typing_is_a_line(text in "[ -~]{0,100}", pause in 51u64..=2000) {
        for dialog in [false, true] {
            let mut keyboard = Keyboard::new(dialog);
            prop_assert_eq!(keyboard.types(&text, pause).types("\r", pause).gives(), keys(&(text.clone() + "\r")));
        }
    }
}
