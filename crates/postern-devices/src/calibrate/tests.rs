use proptest::prelude::*;

use super::*;

const BASE45: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

fn line(text: impl Into<String>) -> Line {
    Line {
        text: text.into(),
        ended: Ended::Mark,
    }
}

/// The reasons of the diagnosis of a text, and whether it is mended.
fn faults(text: &str) -> (Vec<&'static str>, bool) {
    let diagnosis = diagnose(&[line(text)]);
    (
        diagnosis.faults.iter().map(Fault::reason).collect(),
        diagnosis.mend.is_some(),
    )
}

#[test]
fn the_symbol_has_what_it_says() {
    assert!(BASE45.chars().all(|c| SYMBOL_TEXT.contains(c)));
    assert!(SYMBOL_TEXT.chars().all(|c| BASE45.contains(c)));
    assert!(SYMBOL_TEXT.as_bytes().windows(2).all(|pair| pair[0] != pair[1]));
    assert!(!SYMBOL_TEXT.starts_with("PC1:") && SYMBOL_TEXT.ends_with(' '));
    let (before, check) = SYMBOL_TEXT.trim_end().rsplit_once(' ').unwrap();
    assert_eq!(check, format!("{:08X}", crc32fast::hash(before.as_bytes())));
    assert!(is_symbol(SYMBOL_TEXT) && is_symbol(SYMBOL_TEXT.trim()) && !is_symbol("PC1:A"));
}

#[test]
fn right_is_right() {
    assert!(diagnose(&[line(SYMBOL_TEXT)]).is_right());
    assert_eq!(diagnose(&[line(SYMBOL_TEXT)]).mend, None);
    assert!(diagnose(&[line("PC1:A"), line(SYMBOL_TEXT)]).is_right());
    assert_eq!(diagnose(&[]).faults, [Fault::Nothing]);
}

#[test]
fn each_fault_has_its_name() {
    let symbol = SYMBOL_TEXT;
    assert_eq!(faults(&symbol.to_lowercase()), (vec!["scanner-case"], true));
    let mixed = symbol.replace("ABC", "abc");
    assert_eq!(faults(&mixed), (vec!["scanner-case"], true));
    assert_eq!(faults(&format!("]Q1{symbol}")), (vec!["scanner-prefix"], true));
    assert_eq!(faults(&format!("{symbol}\u{1d}#")), (vec!["scanner-suffix"], true));
    assert_eq!(faults(symbol.trim_end()), (vec!["scanner-trimmed"], false));
    assert_eq!(
        faults(&format!("]Q1{}", symbol.trim_end())),
        (vec!["scanner-prefix", "scanner-trimmed"], false)
    );
    assert_eq!(faults("PC1:A"), (vec!["scanner-not-the-symbol"], false));
    assert_eq!(faults(&"A".repeat(8000)), (vec!["scanner-not-the-symbol"], false));
    let silent = Line {
        text: symbol.to_owned(),
        ended: Ended::Silence,
    };
    let diagnosis = diagnose(&[silent]);
    assert_eq!(diagnosis.faults, [Fault::NoEnd]);
    assert_eq!(diagnosis.mend.unwrap().end, Some(End::Silence));
}

#[test]
fn each_layout_is_named_and_mended() {
    for layout in Layout::ALL {
        let garbled = layout.garble(SYMBOL_TEXT);
        let diagnosis = diagnose(&[line(&garbled)]);
        assert_eq!(diagnosis.faults, [Fault::Layout(layout)]);
        assert_eq!(diagnosis.mend.unwrap().apply(&garbled), SYMBOL_TEXT);
    }
}

#[test]
fn a_dead_key_is_a_layout_and_a_lost_character() {
    let garbled = Layout::GermanMachine.garble(SYMBOL_TEXT).replace('`', "");
    let diagnosis = diagnose(&[line(garbled)]);
    assert_eq!(
        diagnosis.faults,
        [Fault::Layout(Layout::GermanMachine), Fault::Lost("+".into())]
    );
    assert_eq!(diagnosis.mend, None);
}

#[test]
fn lost_and_doubled_characters_are_told() {
    let told = |text: &str| diagnose(&[line(text)]).faults;
    assert_eq!(
        told(&SYMBOL_TEXT.replace('6', "").replace("%*", "*")),
        [Fault::Lost("6%".into())]
    );
    assert_eq!(
        told(&SYMBOL_TEXT.replace("789", "7889").replace("XY", "XXY")),
        [Fault::Doubled("8X".into())]
    );
    assert_eq!(told(&SYMBOL_TEXT.replace("789", "7#89")), [Fault::Foreign("#".into())]);
}

#[test]
fn a_mend_is_kept_in_a_table() {
    let mend = Mend {
        strip_prefix: "]Q1".into(),
        case: Some(Case::Upper),
        layout: Some(Layout::GermanScanner),
        end: Some(End::Silence),
        ..Mend::default()
    };
    let table = "strip-prefix = \"]Q1\"\ncase = \"upper\"\nlayout = \"german-scanner\"\nend = \"silence\"\n";
    assert_eq!(toml::to_string(&mend).unwrap(), table);
    assert_eq!(toml::from_str::<Mend>(table).unwrap(), mend);
    assert!(toml::from_str::<Mend>("").unwrap().is_empty());
    assert!(
        toml::from_str::<Mend>("shift = 1")
            .unwrap_err()
            .to_string()
            .contains("shift")
    );
    for layout in Layout::ALL {
        let table = format!("layout = \"{}\"\n", layout.name());
        assert_eq!(toml::from_str::<Mend>(&table).unwrap().layout, Some(layout));
    }
}

#[test]
fn what_needs_no_mend_is_not_copied() {
    assert!(matches!(Mend::default().apply("PC1:a"), Cow::Borrowed("PC1:a")));
    let swap = Mend {
        case: Some(Case::Swap),
        ..Mend::default()
    };
    assert_eq!(swap.apply("pC1:é"), "Pc1:é");
}

/// A scanner's settings: what it makes of a text.
fn settings() -> impl Strategy<Value = (String, Option<Layout>, bool, String, bool)> {
    (
        "(|\\]Q[0-9]|[!-~]{1,6})",
        proptest::option::of(proptest::sample::select(&Layout::ALL[..])),
        any::<bool>(),
        "(|[!-~]{1,6})",
        any::<bool>(),
    )
}

proptest! {
    /// What the symbol tells is right for every other text too.
    #[test]
    fn whatever_a_scanner_is_set_to_is_mended(
        (prefix, layout, lower, suffix, ended) in settings(),
        code in "PC1:[0-9A-Z $%*+./:-]{0,80}",
    ) {
        let send = |text: &str| {
            let text = layout.map_or(text.to_owned(), |layout| layout.garble(text));
            let text = if lower { text.to_ascii_lowercase() } else { text };
            format!("{prefix}{text}{suffix}")
        };
        let ended = if ended { Ended::Mark } else { Ended::Silence };
        let diagnosis = diagnose(&[Line { text: send(SYMBOL_TEXT), ended }]);
        match diagnosis.mend {
            Some(mend) => {
                let (symbol, other) = (send(SYMBOL_TEXT), send(&code));
                prop_assert_eq!(mend.apply(&symbol), SYMBOL_TEXT);
                prop_assert_eq!(mend.apply(&other), code);
                prop_assert_eq!(mend.end.is_some(), ended == Ended::Silence);
            }
            None => prop_assert!(diagnosis.is_right()),
        }
    }

    #[test]
    fn whatever_came_a_mend_mends_it(
        edits in proptest::collection::vec((0..SYMBOL_TEXT.len(), proptest::option::of("\\PC{0,3}")), 0..5),
        layout in proptest::option::of(proptest::sample::select(&Layout::ALL[..])),
    ) {
        let mut text: Vec<String> = SYMBOL_TEXT.chars().map(String::from).collect();
        for (place, edit) in edits {
            text[place] = edit.unwrap_or_default();
        }
        let text = layout.map_or(text.concat(), |layout| layout.garble(&text.concat()));
        let diagnosis = diagnose(&[line(&text)]);
        prop_assert_eq!(diagnosis.is_right(), text == SYMBOL_TEXT);
        if let Some(mend) = diagnosis.mend {
            prop_assert_eq!(mend.apply(&text), SYMBOL_TEXT);
        }
    }

    #[test]
    fn no_lines_panic(texts in proptest::collection::vec("\\PC{0,90}", 0..4)) {
        let lines: Vec<Line> = texts.into_iter().map(line).collect();
        prop_assert!(!diagnose(&lines).is_right());
    }
}
