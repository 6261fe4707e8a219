//! Writes a sheet of cards of made-up people: `sheet FILE [a4|letter] [demo]`.

use std::process::ExitCode;

use chrono::NaiveDate;
use postern_cards::{Card, Font, Paper, Sheet, Style};
use postern_core::text::Names;
use postern_qr::Symbol;

/// Names short, long and absent; nobody has them but by chance.
const NAMES: [Option<&str>; 10] = [
    Some("王小明"),
    Some("阿依古丽·买买提"),
    Some("Zoë Example-O'Neill"),
    None,
    Some("欧阳示例"),
    Some("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"),
    Some("示例示例示例示例示例示例示例示例示例示例示例示例示例示例示例示例"),
    Some("Maximiliana Alexandrina Example von Und Zu Musterstadt-Beispielhausen"),
    Some("A. Li"),
    None,
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = arguments.first() else {
        eprintln!("usage: sheet FILE [a4|letter] [demo]");
        return ExitCode::FAILURE;
    };
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let paper = if has("letter") { Paper::Letter } else { Paper::A4 };
    match write(path, paper, has("demo")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(path: &str, paper: Paper, demo: bool) -> Result<(), Box<dyn std::error::Error>> {
    let given = std::env::var_os("POSTERN_FONT").map(std::path::PathBuf::from);
    let font = Font::find(given.as_deref(), NAMES.iter().flatten().flat_map(|name| name.chars()))?;
    let notice = Names::new("DEMONSTRATION", "演示")?;
    let style = Style {
        paper,
        title: "Made-up cards",
        language: "zh-CN",
        issuer: &Names::new("Example City Office for Health Certificates", "示例市健康证明签发处")?,
        notice: demo.then_some(&notice),
    };
    let mut sheet = Sheet::new(&style, &font)?;
    for (i, name) in NAMES.iter().enumerate() {
        let serial = match i {
            3 => "W".repeat(64),
            5 => "2026.EXAMPLE_CITY-0000-0000-0000-0000-DEMO-00000001.2026.EXAMPLE".to_owned(),
            _ => format!("DEMO-{:08}", i + 1),
        };
        // As long as a real one, which gives version 8; some denser.
        let length = if i % 4 == 3 { 500 } else { 212 };
        let code: String = format!("PC1:{i}")
            .chars()
            .chain("0A1B2C3D4E5F %*+-./:Z".chars().cycle())
            .take(length)
            .collect();
        sheet.add(&Card {
            symbol: &Symbol::new(&code)?,
            name: *name,
            serial: &serial,
            valid_from: NaiveDate::from_ymd_opt(2026, 11, 23).ok_or("no such date")?,
            valid_until: NaiveDate::from_ymd_opt(2027, 5, 22).ok_or("no such date")?,
        })?;
    }
    Ok(std::fs::write(path, sheet.finish()?)?)
}
