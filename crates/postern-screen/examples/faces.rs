//! Shows each face, a dialog and the dark screen: space goes on, `2` changes the language, `q` ends. Whatever a scanner
//! types is shown as a reason.

use std::time::Duration;

use made_up::{Language, dialog, scene};
use postern_cli::terminal::{ColorChoice, Colors};
use postern_screen::{Chime, Display, Face, Input, Key, Options, Screen, Sound, Step, Voice};

#[path = "../tests/made_up/mod.rs"]
mod made_up;

fn main() -> std::io::Result<()> {
    let display = Display::detect(Colors::stdout(ColorChoice::Auto), |name| std::env::var_os(name));
    let (mut screen, mut keys) = Screen::enter(&Options {
        display,
        prefix: "PC1:".into(),
    })?;
    let sound = Sound::new(if cfg!(feature = "audio") {
        Voice::Audio
    } else {
        Voice::Bell
    })?;
    let (mut at, mut language) = (0, Language::English);
    let mut scene = made_up(at, language);
    loop {
        screen.draw(&scene)?;
        let input = keys.next(Duration::from_secs(1));
        if let Some(trouble) = sound.trouble() {
            scene.reasons.push(trouble);
        }
        match (input, &mut scene.ask) {
            (Some(Input::Stop | Input::Key(Key::Ctrl('c'))), _) => break,
            (Some(Input::Key(key)), Some(ask)) => {
                let step = ask.press(key);
                scene.ask = scene.ask.filter(|_| step == Step::Open);
            }
            (Some(Input::Key(Key::Char('q'))), _) => break,
            (Some(Input::Key(Key::Char('p'))), _) => panic!("made up, to see what a panic leaves"),
            (Some(Input::Key(Key::Char(key @ (' ' | '2')))), _) => {
                match (key, language) {
                    (' ', _) => at = (at + 1) % (Face::ALL.len() + 2),
                    (_, Language::English) => language = Language::Chinese,
                    (_, Language::Chinese) => language = Language::English,
                }
                scene = made_up(at, language);
                if let Some(chime) = chime(scene.face) {
                    sound.play(chime);
                }
            }
            (Some(Input::Line(line)), _) => scene.reasons = vec![line],
            (Some(Input::Unended(line)), _) => scene.reasons = vec![format!("no suffix: {line}")],
            _ => {}
        }
    }
    Ok(())
}

fn made_up(at: usize, language: Language) -> postern_screen::Scene {
    match Face::ALL.get(at) {
        Some(face) => scene(*face, language),
        None if at == Face::ALL.len() => dialog(language),
        None => postern_screen::Scene {
            dim: true,
            ..scene(Face::Ready, language)
        },
    }
}

fn chime(face: Face) -> Option<Chime> {
    match face {
        Face::Admit => Some(Chime::Admit),
        Face::Fault => Some(Chime::Fault),
        Face::Refer => Some(Chime::Refer),
        Face::Refuse => Some(Chime::Refuse),
        Face::Locked | Face::Ready | Face::Wait => None,
    }
}
