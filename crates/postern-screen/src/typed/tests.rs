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
    assert_eq!(
        Keyboard::new(false).types("qq", FAST).gives(),
        keys("q"),
        "a key that bounces"
    );
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
fn in_a_dialog_a_code_is_a_line_and_slow_keys_are_text() {
    let typed = |text: &str, millis| Keyboard::new(true).types(text, millis).gives();
    for millis in [26, 60, SLOW] {
        assert_eq!(typed("A4711x\r", millis), keys("A4711x\r"), "{millis}");
        assert_eq!(typed("110105194912310021\r", millis), keys("110105194912310021\r"));
        assert_eq!(typed("PC1:", millis), keys("PC1:"), "typed by hand");
        assert_eq!(typed("oo\r\r", millis), keys("oo\r\r"), "a held key repeats");
        assert_eq!(typed("\t", millis), [Input::Key(Key::Tab)]);
    }
    for millis in [0, FAST, 25] {
        assert_eq!(typed("PC1:ABC\r", millis), line("PC1:ABC"));
        assert_eq!(typed("pc1:abc\t", millis), line("pc1:abc"), "Caps Lock");
        assert_eq!(typed("PC1:ABC", millis), [Input::Unended("PC1:ABC".into())]);
        assert_eq!(typed("oo", millis), keys("o"), "a key that bounces");
    }
    let mut keyboard = Keyboard::new(true);
    let scan = keyboard
        .types("A4", 60)
        .types("P", 60)
        .types("C1:ABC\r\n", FAST)
        .gives();
    assert_eq!(scan, [keys("A4"), line("PC1:ABC")].concat());
    assert_eq!(keyboard.types("7\r", 60).gives(), keys("7\r"), "and the person goes on");
}

#[test]
fn in_a_dialog_a_printed_code_that_is_none_of_ours_does_nothing() {
    for code in [
        "1",
        "y",
        "A4711x",
        "110105194912310021",
        "P",
        "PC2:ABC",
        "xPC1:ABC",
        "11",
    ] {
        for end in ["\r", "\t", "\r\n", "\n"] {
            for millis in [0, FAST, 25] {
                let mut keyboard = Keyboard::new(true);
                let scan = format!("{code}{end}");
                assert_eq!(keyboard.types(&scan, millis).gives(), [], "{scan:?}");
                keyboard.now += Duration::from_millis(500);
                assert_eq!(keyboard.types(&scan, millis).gives(), [], "{scan:?} again");
                assert_eq!(keyboard.types(&scan.repeat(3), millis).gives(), [], "{scan:?} in one");
                keyboard.now += Duration::from_millis(500);
                assert_eq!(keyboard.types("4\r", 60).gives(), keys("4\r"), "the field is as it was");
            }
        }
    }
    let typed = |text: &str| Keyboard::new(true).types(text, FAST).gives();
    assert_eq!(typed("110105194912310021"), [], "without an end");
    assert_eq!(typed("\r\r"), [], "a code of an end");
    assert_eq!(typed("12\u{1d}34\r"), []);
    for tail in ["y", "1\r", "12\r", "\n1\r"] {
        assert_eq!(
            typed(&format!("PC1:ABC\r{tail}")),
            line("PC1:ABC"),
            "a code of two lines: {tail:?}"
        );
    }
    for key in [Key::Esc, Key::Backspace, Key::Ctrl('c'), Key::F(2)] {
        let mut keyboard = Keyboard::new(true);
        let now = keyboard.types("1", FAST).now;
        keyboard.typed.press(key, now);
        assert_eq!(keyboard.types("2\r", FAST).gives(), [], "{key:?} in a code");
        keyboard.typed.press(key, now + Duration::from_secs(9));
        assert_eq!(keyboard.gives(), [Input::Key(key)], "{key:?} alone does not wait");
    }
}

#[test]
fn a_scan_goes_on_as_it_began() {
    let mut keyboard = Keyboard::new(false);
    keyboard.types("12345", FAST).typed.set_dialog(true);
    assert_eq!(
        keyboard.types("67\r\n", FAST).gives(),
        line("1234567"),
        "a dialog opens in it"
    );
    keyboard.now += Duration::from_millis(500);
    keyboard.types("12345", FAST).typed.set_dialog(false);
    assert_eq!(keyboard.types("67\r\n", FAST).gives(), [], "a dialog closes in it");
}

#[test]
fn the_debug_form_tells_no_text() {
    let text = || "PC1:SECRET".to_owned();
    assert_eq!(format!("{:?}", Input::Line(text())), "Line(10 bytes)");
    assert_eq!(format!("{:?}", Input::Unended(text())), "Unended(10 bytes)");
    assert_eq!(format!("{:?}", Input::Key(Key::F(2))), "Key(F(2))");
    let mut keyboard = Keyboard::new(false);
    keyboard.types("PC1:SECRET\rPC1:SECRET", FAST);
    let shown = format!("{:?}", keyboard.typed);
    assert_eq!(shown, "Typed { dialog: false, bytes: 10, ready: 1, .. }");
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
    /// is the repetition of a held key, or too few came too fast.
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
        if strokes.iter().all(|(_, pause)| *pause > 50) {
            prop_assert_eq!(got, sent);
        }
    }

    /// In a dialog, by another way to count: what stands alone in time is a key, what begins as a code does is a scan, and
    /// nothing else comes out.
    #[test]
    fn in_a_dialog_only_single_keys_and_codes_come_out(
        parts in proptest::collection::vec(
            (prop_oneof!["[PC1:abq\r]", "PC1:[a-z]{0,9}\r?", "[PC1:abq\r\t]{2,9}"], 0u64..=25, 301u64..900),
            0..20,
        ),
    ) {
        let mut keyboard = Keyboard::new(true);
        let mut expected = Vec::new();
        for (text, pause, rest) in &parts {
            let mut chars = text.chars();
            keyboard.now += Duration::from_millis(*rest);
            keyboard.types(text, *pause);
            expected.extend(match (text.strip_prefix("PC1:"), chars.next(), chars.as_str()) {
                (Some(code), ..) => match code.split_once(['\r', '\t']) {
                    // What follows a line as fast as this is dropped.
                    Some((code, _)) => line(&format!("PC1:{code}")),
                    None => vec![Input::Unended(text.clone())],
                },
                (None, Some(first), "") => keys(&first.to_string()),
                (None, Some(first), more) if first > ' ' && more.chars().all(|c| c == first) => keys(&first.to_string()),
                _ => vec![],
            });
        }
        prop_assert_eq!(keyboard.gives(), expected);
    }

    #[test]
    fn every_fast_line_is_a_line(text in "[A-Z0-9:$%*+./ -]{6,400}", pause in 0u64..=50) {
        prop_assume!(text.chars().any(|c| !text.starts_with(c)));
        prop_assert_eq!(Keyboard::new(false).types(&text, pause).types("\r", pause).gives(), line(&text));
        let (code, pause) = (format!("PC1:{text}"), pause / 2);
        prop_assert_eq!(Keyboard::new(true).types(&code, pause).types("\r", pause).gives(), line(&code));
    }

    #[test]
    fn no_fast_text_fills_a_field(text in "[!-~]{2,400}", pause in 0u64..=25) {
        prop_assume!(!text.to_ascii_uppercase().starts_with("PC1:"));
        for end in ["\r", "\t", "\r\n"] {
            prop_assert_eq!(Keyboard::new(true).types(&text, pause).types(end, pause).gives(), []);
        }
    }

    #[test]
    fn no_slow_typing_is_a_line(text in "[ -~]{0,100}", pause in 51u64..=2000) {
        for (dialog, pause) in [(false, pause), (true, pause), (true, 26 + pause % 25)] {
            let mut keyboard = Keyboard::new(dialog);
            prop_assert_eq!(keyboard.types(&text, pause).types("\r", pause).gives(), keys(&(text.clone() + "\r")));
        }
    }
}
