//! `scanner calibrate`: what a scanner's settings do to a code, and the mend into the configuration.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use postern_cli::files::{read_bounded, write_atomic};
use postern_cli::output::Output;
use postern_cli::terminal::{json_line, printable};
use postern_cli::{Catalog, Session};
use postern_devices::calibrate::{Diagnosis, Fault, Mend, SYMBOL_TEXT, diagnose};
use postern_devices::{Kind, Line, Sources, Spec, What};
use postern_qr::{draw, symbol::Symbol};
use serde_json::json;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::cli::CalibrateArgs;
use crate::config::Config;
use crate::error::Error;

/// How long more lines are waited for after the first one: some scanners send a text in pieces.
const MORE: Duration = Duration::from_millis(1500);
/// The most lines that are looked at.
const MAX_LINES: usize = 16;
/// Nothing that came could be mended, or nothing came.
const EXIT_NOT_MENDED: u8 = 12;

/// Runs the command.
pub(crate) fn calibrate(args: &CalibrateArgs, session: &Session) -> Result<u8, Error> {
    let (_, path) = Config::load(&args.store, args.config.as_deref())?;
    let symbol = Symbol::new(SYMBOL_TEXT).expect("the text of the symbol fits one");
    if let Some(picture) = &args.picture {
        write_atomic(picture, &draw::png(&symbol, draw::DEFAULT_SCALE))?;
    }
    let sources = Sources::start(std::slice::from_ref(&args.source.listening())).map_err(Error::Device)?;
    if !session.json {
        let text = session.catalog.text("calibrate-scan-this", &[]);
        // Without standard error the picture still shows the symbol.
        let _unseen = writeln!(std::io::stderr().lock(), "{}\n{text}", draw::terminal(&symbol));
    }
    let diagnosis = diagnose(&received(&sources, args.wait(), &session.catalog));
    let stored = match &diagnosis.mend {
        Some(mend) if !args.dry_run => {
            store(&path, &args.source, mend)?;
            true
        }
        _ => false,
    };
    tell(&diagnosis, stored.then_some(path.as_path()), session)?;
    Ok(match diagnosis.is_right() || diagnosis.mend.is_some() {
        true => 0,
        false => EXIT_NOT_MENDED,
    })
}

/// What the scanner sends, from the first line on until it is silent.
fn received(sources: &Sources, wait: Duration, catalog: &Catalog) -> Vec<Line> {
    let mut until = Instant::now() + wait;
    let mut lines = Vec::new();
    while lines.len() < MAX_LINES {
        let left = until.saturating_duration_since(Instant::now());
        let event = sources.recv_timeout(left);
        match event.map(|event| event.what) {
            None | Some(What::End) => break,
            Some(What::Line(line)) => {
                lines.push(line);
                until = until.min(Instant::now() + MORE);
            }
            Some(What::Lost { reason }) => {
                let text = catalog.text(&format!("error-{}", reason.reason()), &[]);
                let _unseen = writeln!(std::io::stderr().lock(), "{text}");
            }
            Some(_) => {}
        }
    }
    lines
}

/// Puts the mend beside its source in the configuration, whose comments stay.
fn store(path: &Path, source: &Spec, mend: &Mend) -> Result<(), Error> {
    let bad = |error: String| Error::config(path, error);
    let text = match path.exists() {
        true => String::from_utf8(read_bounded(path, crate::config::MAX_FILE)?).map_err(|e| bad(e.to_string()))?,
        false => String::new(),
    };
    let text = mended(&text, source, mend).map_err(bad)?;
    // Nothing is stored that the next start would refuse.
    Config::parse(text.as_bytes()).map_err(bad)?;
    write_atomic(path, text.as_bytes())?;
    Ok(())
}

fn mended(text: &str, source: &Spec, mend: &Mend) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let tables = document
        .entry("source")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()))
        .as_array_of_tables_mut()
        .ok_or("source is no [[source]]")?;
    let mut spec = source.clone();
    if let (Some(new), Kind::Keyboard { end, .. } | Kind::Serial { end, .. }) = (mend.end, &mut spec.kind) {
        *end = new;
    }
    let same = |table: &Table| {
        let from = table
            .get("from")
            .and_then(Item::as_str)
            .and_then(|text| text.parse::<Spec>().ok());
        from.is_some_and(|from| from.kind.is_same_device(&source.kind))
    };
    if !tables.iter().any(same) {
        tables.push(Table::new());
        let new = tables.iter_mut().last().ok_or("no table was added")?;
        new["from"] = value(spec.to_string());
    }
    let table = tables
        .iter_mut()
        .find(|table| same(table))
        .ok_or("the source is not in its table")?;
    table["from"] = value(spec.to_string());
    let mend = toml_edit::ser::to_document(mend).map_err(|error| error.to_string())?;
    table["mend"] = Item::Table(mend.as_table().clone());
    Ok(document.to_string())
}

fn tell(diagnosis: &Diagnosis, stored: Option<&Path>, session: &Session) -> Result<(), Error> {
    let mut out = Output::stdout();
    let stored = stored.map(|path| path.display().to_string());
    let text = if session.json {
        let faults: Vec<_> = diagnosis
            .faults
            .iter()
            .map(|fault| {
                let mut object = serde_json::Map::from_iter([("reason".to_owned(), json!(fault.reason()))]);
                object.extend(
                    fault
                        .args()
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), json!(value))),
                );
                object
            })
            .collect();
        json_line(&json!({
            "type": "calibration",
            "right": diagnosis.is_right(),
            "faults": faults,
            "mended": diagnosis.mend.is_some(),
            "stored": stored,
        }))
    } else {
        let mut lines: Vec<String> = diagnosis
            .faults
            .iter()
            .map(|fault| words(fault, &session.catalog))
            .collect();
        lines.push(match (&stored, &diagnosis.mend) {
            _ if diagnosis.is_right() => session.catalog.text("calibrate-right", &[]),
            (Some(path), _) => session
                .catalog
                .text("calibrate-stored", &[("path", path.clone().into())]),
            (None, Some(_)) => session.catalog.text("calibrate-can-be-mended", &[]),
            (None, None) => session.catalog.text("calibrate-not-mended", &[]),
        });
        lines.join("\n")
    };
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(Error::Output)
}

/// A fault of a scanner in words.
pub(crate) fn words(fault: &Fault, catalog: &Catalog) -> String {
    let args = fault.args();
    let args: Vec<_> = args
        .iter()
        .map(|(name, text)| (*name, printable(text).into_owned().into()))
        .collect();
    catalog.text(fault.reason(), &args)
}

#[cfg(test)]
mod tests {
    use postern_devices::{End, KeyDecoder};

    use super::*;

    fn mend() -> Mend {
        Mend {
            strip_prefix: "]Q1".to_owned(),
            ..Mend::default()
        }
    }

    #[test]
    fn a_mend_stands_beside_its_source_and_comments_stay() {
        let text = "# the north door\nview = \"lines\"\n\n[[source]] # by the window\nfrom = \"serial:/dev/ttyACM0,baud=1200\"\n";
        let source = "serial:/dev/ttyACM0,baud=9600".parse().unwrap();
        let text = mended(text, &source, &mend()).unwrap();
        assert!(
            text.starts_with("# the north door\n") && text.contains("# by the window"),
            "{text}"
        );
        let config = Config::parse(text.as_bytes()).unwrap();
        assert_eq!(config.sources.len(), 1);
        assert_eq!(
            (&config.sources[0].from, config.sources[0].mend.as_ref()),
            (&source, Some(&mend()))
        );
    }

    const CAPS_LOCK: u16 = 58;
    const LEFT_SHIFT: u16 = 42;
    const ENTER: u16 = 28;

    /// A text as a scanner types it that acts as a keyboard (US), from the keys that it sends: capitals with Shift or without.
    fn typed(decoder: &mut KeyDecoder, text: &str, capitals_with_shift: bool) -> Line {
        const ROWS: [(u16, &str); 5] = [
            (2, "1234567890-="),
            (16, "QWERTYUIOP"),
            (30, "ASDFGHJKL;"),
            (44, "ZXCVBNM,./"),
            (57, " "),
        ];
        for c in text.chars() {
            let (key, shift) = match "$4%5*8+=:;".split_once(c) {
                Some((_, rest)) if !c.is_ascii_digit() && c != '=' && c != ';' => (rest.chars().next().unwrap(), true),
                _ => (c, c.is_ascii_uppercase() && capitals_with_shift),
            };
            let code = ROWS
                .iter()
                .find_map(|(first, keys)| Some(first + u16::try_from(keys.find(key)?).unwrap()))
                .unwrap();
            decoder.key(LEFT_SHIFT, i32::from(shift));
            assert_eq!((decoder.key(code, 1), decoder.key(code, 0)), (None, None));
            decoder.key(LEFT_SHIFT, 0);
        }
        decoder.key(ENTER, 1).unwrap().unwrap()
    }

    #[test]
    fn the_caps_lock_of_a_scanner_that_types_is_mended() {
        const CODE: &str = "PC1:A made-up code is BASE45 $%*+-./: ";
        let code = CODE.to_ascii_uppercase();
        let source = "keyboard:Made-up Scanner".parse().unwrap();
        // Its own Caps Lock turns its Shift round; or it follows the lamp of the console, and leaves Shift out.
        for (presses_caps_lock, with_shift) in [(true, true), (false, false)] {
            let mut decoder = KeyDecoder::new(End::Auto);
            if presses_caps_lock {
                decoder.key(CAPS_LOCK, 1);
                decoder.key(CAPS_LOCK, 0);
            }
            let line = typed(&mut decoder, SYMBOL_TEXT, with_shift);
            assert_eq!(line.text, SYMBOL_TEXT.to_lowercase());
            let diagnosis = diagnose(&[line]);
            assert_eq!(diagnosis.faults, [Fault::Case]);
            let text = mended("", &source, diagnosis.mend.as_ref().unwrap()).unwrap();
            let config = Config::parse(text.as_bytes()).unwrap();
            let mend = config.sources[0].mend.as_ref().unwrap();
            let line = typed(&mut decoder, &code, with_shift);
            assert_eq!(mend.apply(&line.text), code);
            // Somebody has pressed Caps Lock since: it is read all the same.
            decoder.key(CAPS_LOCK, 1);
            decoder.key(CAPS_LOCK, 0);
            let other = typed(&mut decoder, &code, with_shift);
            assert_ne!(other.text, line.text);
            assert_eq!(mend.apply(&other.text), code);
        }
        let right = typed(&mut KeyDecoder::new(End::Auto), SYMBOL_TEXT, true);
        assert!(diagnose(&[right]).is_right());
    }

    #[test]
    fn a_source_that_is_not_there_is_added() {
        let source = "keyboard:Made-up Scanner".parse().unwrap();
        let text = mended("[[source]]\nfrom = \"stdin\"\n", &source, &mend()).unwrap();
        let config = Config::parse(text.as_bytes()).unwrap();
        assert_eq!((config.sources.len(), &config.sources[1].from), (2, &source));
        let again = mended(&text, &source, &mend()).unwrap();
        assert_eq!(
            Config::parse(again.as_bytes()).unwrap(),
            config,
            "a second time changes nothing"
        );
        assert!(mended("source = 3", &source, &mend()).is_err());
    }
}
