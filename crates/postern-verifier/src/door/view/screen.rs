//! The whole screen: a face, a word, facts, and dialogs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use postern_cli::terminal::Colors;
use postern_cli::{Catalog, Language, Session};
use postern_core::code::PREFIX;
use postern_core::verdict::Outcome;
use postern_screen::{
    Ask, Chime, Display, Face, Field, Grade, Key, Keys, Options, Scene, Screen, Sound, Status, Step, Value, Voice,
};
use zeroize::Zeroizing;

use super::super::Context;
use super::super::command::{Command, Decision};
use super::super::turnstile;
use super::{OUTCOMES, Told, View, scene, words};
use crate::TEXTS;
use crate::config::{self, Config, EntryReason, Operator};
use crate::error::Error;
use crate::shown::{self, Shown};

/// The turnstile among the sources.
const TURNSTILE: &str = "turnstile";
/// A dialog that nobody touches goes away.
const ABANDONED: Duration = Duration::from_secs(60);
/// Digits and letters of the word that unlocks.
const PIN: (usize, usize) = (4, 12);
/// How long a sentence stays that is no verdict.
const NOTICE: Duration = Duration::from_secs(15);
/// Ages and the clock are drawn anew so often where nothing happens.
const REDRAW: Duration = Duration::from_secs(1);
/// After a wrong word nothing is taken for this long.
const WRONG: Duration = Duration::from_secs(2);

/// The screen of a gate.
pub(crate) struct FullScreen {
    screen: Screen,
    /// English and Chinese, each with what it last said.
    languages: [Spoken; 2],
    chosen: usize,
    gate: String,
    /// When the face gives way to "ready".
    until: Option<Instant>,
    /// When somebody was last here.
    active: Instant,
    dialog: Option<Dialog>,
    /// What unlocks, chosen when the gate was locked.
    pin: Option<Zeroizing<String>>,
    /// When a wrong one was given last.
    wrong: Option<Instant>,
    sources: BTreeMap<String, Option<[String; 2]>>,
    notice: Option<(Instant, [String; 2])>,
    /// The end of the last shift, to be shown again.
    handed_over: Option<[Scene; 2]>,
    drawn: Instant,
    sound: Sound,
}

struct Spoken {
    catalog: Catalog,
    /// `None` for "ready", which is made anew each time.
    scene: Option<Scene>,
}

struct Dialog {
    kind: Kind,
    /// The event that a decision is about: that of the moment at which the dialog was opened.
    about: Option<u64>,
    ask: Ask,
    touched: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    HandOver,
    Lock,
    Manual,
    Override,
    Quit,
    Unlock,
}

impl FullScreen {
    /// Takes the terminal; what is typed comes from the keys.
    ///
    /// # Errors
    ///
    /// [`Error::Screen`] where there is no terminal.
    pub(crate) fn enter(session: &Session, gate: String, config: &Config) -> Result<(Self, Keys), Error> {
        let voice = match config.screen.sound {
            config::Sound::Audio => Voice::Audio,
            config::Sound::Bell => Voice::Bell,
            config::Sound::Off => Voice::Off,
        };
        let options = Options {
            display: Display::detect(Colors::stdout(session.color), |name| std::env::var_os(name)),
            prefix: PREFIX.to_owned(),
        };
        let sound = Sound::new(voice).map_err(Error::Screen)?;
        let (screen, keys) = Screen::enter(&options).map_err(Error::Screen)?;
        let language = session.catalog.language();
        let spoken = |language| Spoken {
            catalog: Catalog::new(language, TEXTS),
            scene: None,
        };
        let view = Self {
            screen,
            languages: [spoken(Language::English), spoken(Language::SimplifiedChinese)],
            chosen: usize::from(language == Language::SimplifiedChinese),
            gate,
            until: None,
            active: Instant::now(),
            dialog: None,
            pin: None,
            wrong: None,
            sources: BTreeMap::new(),
            notice: None,
            handed_over: None,
            drawn: Instant::now(),
            sound,
        };
        Ok((view, keys))
    }

    fn catalog(&self) -> &Catalog {
        &self.languages[self.chosen].catalog
    }

    /// A face, in both languages, for as long as the configuration says; it never hides behind a dialog.
    fn face(&mut self, context: &Context<'_>, make: impl Fn(&Catalog) -> Scene) {
        for spoken in &mut self.languages {
            spoken.scene = Some(make(&spoken.catalog));
        }
        self.until = Some(Instant::now() + Duration::from_secs(context.config.screen.revert.into()));
        self.active = Instant::now();
        self.notice = None;
        // A decision that was begun was about the person before.
        self.dialog.take_if(|dialog| dialog.kind == Kind::Override);
        let chime = self.languages[self.chosen]
            .scene
            .as_ref()
            .and_then(|scene| match scene.face {
                Face::Admit => Some(Chime::Admit),
                Face::Fault => Some(Chime::Fault),
                Face::Refer => Some(Chime::Refer),
                Face::Refuse => Some(Chime::Refuse),
                _ => None,
            });
        if let Some(chime) = chime {
            self.sound.play(chime);
        }
    }

    fn ready(&mut self) {
        self.until = None;
        for spoken in &mut self.languages {
            spoken.scene = None;
        }
    }

    fn notice(&mut self, told: Told<'_>) {
        let texts = [0, 1].map(|i| words::sentence(told, &self.languages[i].catalog).unwrap_or_default());
        if !texts[0].is_empty() {
            self.notice = Some((Instant::now() + NOTICE, texts));
        }
    }

    fn draw(&mut self, context: &Context<'_>) -> Result<(), Error> {
        let now = Instant::now();
        self.drawn = now;
        if self.until.is_some_and(|until| now >= until) {
            self.ready();
        }
        if self
            .dialog
            .as_ref()
            .is_some_and(|dialog| dialog.touched + ABANDONED <= now)
        {
            self.dialog = None;
        }
        self.notice.take_if(|(until, _)| now >= *until);
        let catalog = self.catalog();
        let mut scene = match &self.languages[self.chosen].scene {
            Some(scene) if !context.locked => scene.clone(),
            _ => scene::ready(context, catalog),
        };
        scene
            .marks
            .extend(self.notice.as_ref().map(|(_, texts)| texts[self.chosen].clone()));
        if scene.face != Face::Ready {
            scene.marks.extend(scene::demo(context, catalog));
        }
        if context.awaits_document && scene.face == Face::Ready {
            scene.marks.push(catalog.text("door-awaits-document", &[]));
        }
        scene.bar = scene::bar(context, self.statuses(), &self.gate, catalog);
        scene.keys = keys(context.locked, catalog);
        scene.ask = self.dialog.as_ref().map(|dialog| dialog.ask.clone());
        let dim_after = Duration::from_secs(context.config.screen.dim_after.into());
        scene.dim = scene.face == Face::Ready && !dim_after.is_zero() && self.active.elapsed() >= dim_after;
        self.screen.draw(&scene).map_err(Error::Output)
    }

    fn statuses(&self) -> Vec<Status> {
        let catalog = self.catalog();
        self.sources
            .iter()
            .map(|(name, lost)| Status {
                grade: if lost.is_some() { Grade::Refuse } else { Grade::Fresh },
                label: match name.as_str() {
                    TURNSTILE => catalog.text("door-turnstile", &[]),
                    name => name.to_owned(),
                },
                value: match lost {
                    None => catalog.text("door-ready", &[]),
                    Some(why) => why[self.chosen].clone(),
                },
            })
            .collect()
    }

    fn open(&mut self, kind: Kind, context: &Context<'_>) {
        let catalog = self.catalog();
        let text = |id: &str| catalog.text(id, &[]);
        let operator = context
            .shift
            .operator
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let typed = |label: &str, text: String, (min, max): (usize, usize), secret| Field {
            label: catalog.text(label, &[]),
            value: Value::Text { text, min, max, secret },
        };
        let list = |label: &str, options: Vec<String>, chosen| Field {
            label: catalog.text(label, &[]),
            value: Value::Choice { options, chosen },
        };
        let reasons = &context.config.staff.reasons;
        let decision = || {
            let outcomes = OUTCOMES
                .iter()
                .map(|&outcome| shown::words::outcome(outcome, catalog))
                .collect();
            let reasons = reasons
                .iter()
                .map(|reason| words::reason_word(reason.as_str(), catalog))
                .collect();
            vec![
                typed("door-operator", operator.clone(), (1, 32), false),
                list("door-outcome", outcomes, None),
                list("door-reason", reasons, None),
            ]
        };
        let (title, fields) = match kind {
            Kind::HandOver => (
                "ask-hand-over",
                vec![typed("door-next-operator", String::new(), (1, 32), false)],
            ),
            Kind::Lock => ("ask-lock", vec![typed("door-pin", String::new(), PIN, true)]),
            Kind::Manual => ("ask-manual", decision()),
            Kind::Override => ("ask-override", decision()),
            Kind::Quit => (
                "ask-quit",
                vec![list("door-sure", vec![text("door-no"), text("door-yes")], Some(0))],
            ),
            Kind::Unlock => ("ask-unlock", vec![typed("door-pin", String::new(), PIN, true)]),
        };
        let mut lines = vec![catalog.attribute(title, "about", &[])];
        let about = context.last.filter(|_| kind == Kind::Override);
        lines.extend(about.map(|subject| {
            let args = [
                ("seq", subject.seq.into()),
                ("outcome", shown::words::outcome(subject.outcome, catalog).into()),
            ];
            catalog.text("door-decides-about", &args)
        }));
        let about = about.map(|subject| subject.seq);
        let ask = Ask {
            title: text(title),
            lines,
            focus: fields
                .iter()
                .position(|field| !field.value.is_complete())
                .unwrap_or_default(),
            fields,
            keys: vec![
                ("Enter".to_owned(), text("key-done")),
                ("Esc".to_owned(), text("key-cancel")),
            ],
            ..Ask::default()
        };
        self.dialog = Some(Dialog {
            kind,
            about,
            ask,
            touched: Instant::now(),
        });
    }

    /// What a dialog that was filled in comes to; a complaint where an answer is none.
    fn answer(
        &mut self,
        (kind, about): (Kind, Option<u64>),
        ask: &Ask,
        context: &Context<'_>,
    ) -> Result<Option<Command>, &'static str> {
        let operator = |field| {
            let operator: Operator = ask
                .text(field)
                .unwrap_or_default()
                .parse()
                .map_err(|_| "door-bad-operator")?;
            match context.config.staff.knows(&operator) {
                true => Ok(operator),
                false => Err("door-unknown-operator"),
            }
        };
        let decision = || -> Result<Decision, &'static str> {
            let outcome: Outcome = *ask.choice(1).and_then(|i| OUTCOMES.get(i)).ok_or("door-incomplete")?;
            let reason: &EntryReason = ask
                .choice(2)
                .and_then(|i| context.config.staff.reasons.get(i))
                .ok_or("door-incomplete")?;
            Ok(Decision {
                about,
                operator: operator(0)?,
                outcome,
                reason: reason.clone(),
            })
        };
        Ok(match kind {
            Kind::HandOver => Some(Command::HandOver(operator(0)?)),
            Kind::Lock => {
                self.pin = Some(Zeroizing::new(ask.text(0).unwrap_or_default().to_owned()));
                Some(Command::Lock)
            }
            Kind::Manual => Some(Command::Manual(decision()?)),
            Kind::Override => Some(Command::Override(decision()?)),
            Kind::Quit => (ask.choice(0) == Some(1)).then_some(Command::Quit),
            Kind::Unlock => {
                let given = ask.text(0).unwrap_or_default();
                let early = self.wrong.is_some_and(|at| at.elapsed() < WRONG);
                if early || self.pin.as_ref().is_some_and(|pin| pin.as_str() != given) {
                    // Nobody tries all words in the time that a colleague is away.
                    self.wrong = Some(Instant::now());
                    return Err("door-wrong-pin");
                }
                (self.pin, self.wrong) = (None, None);
                Some(Command::Unlock)
            }
        })
    }
}

impl View for FullScreen {
    fn tell(&mut self, told: Told<'_>, context: &Context<'_>) -> Result<(), Error> {
        match told {
            Told::Shown(Shown::Verdict(logged)) => {
                self.face(context, |catalog| scene::verdict(logged, context, catalog));
            }
            Told::Shown(Shown::Fault(_, fault)) => self.face(context, |catalog| scene::fault(fault, context, catalog)),
            Told::Entry(entry, about) => self.face(context, |catalog| scene::entry(entry, about, context, catalog)),
            Told::HandOver(summary) => {
                let gate = self.gate.clone();
                let scenes = [0, 1].map(|i| scene::hand_over(summary, &gate, &self.languages[i].catalog));
                self.handed_over = Some(scenes);
                self.face(context, |catalog| scene::hand_over(summary, &gate, catalog));
                // It is copied by hand: a key ends it.
                self.until = None;
            }
            Told::Source { name, lost } => {
                let why = |error| [0, 1].map(|i| words::device(error, &self.languages[i].catalog));
                let why = lost.map(why);
                self.sources.insert(name.to_owned(), why);
            }
            Told::Locked | Told::Ready => self.ready(),
            Told::Tick if self.sound.trouble().is_some() => {
                let texts = [0, 1].map(|i| self.languages[i].catalog.text("door-no-sound", &[]));
                self.notice = Some((Instant::now() + NOTICE, texts));
            }
            // A battery lasts longer where nothing is drawn that nobody looks for.
            Told::Tick if self.until.is_none_or(|until| Instant::now() < until) && self.drawn.elapsed() < REDRAW => {
                return Ok(());
            }
            Told::Barrier(report) => {
                // What may stand open is not to be forgotten with the next face.
                match turnstile::told(report) {
                    ("failed", Some(error)) => {
                        let why = [0, 1].map(|i| words::device(error, &self.languages[i].catalog));
                        self.sources.insert(TURNSTILE.to_owned(), Some(why));
                    }
                    ("opened" | "shut", _) => {
                        self.sources.remove(TURNSTILE);
                    }
                    _ => {}
                }
                self.notice(told);
            }
            Told::End(_) | Told::Help | Told::Tick => {}
            told => self.notice(told),
        }
        self.draw(context)
    }

    fn key(&mut self, key: Key, context: &Context<'_>) -> Result<Option<Command>, Error> {
        self.active = Instant::now();
        let mut command = None;
        if let Some(mut dialog) = self.dialog.take() {
            dialog.touched = Instant::now();
            match dialog.ask.press(key) {
                Step::Cancelled => {}
                Step::Open => self.dialog = Some(dialog),
                Step::Done => match self.answer((dialog.kind, dialog.about), &dialog.ask, context) {
                    Ok(done) => command = done,
                    Err(complaint) => {
                        dialog.ask.complaint = self.catalog().text(complaint, &[]);
                        self.dialog = Some(dialog);
                    }
                },
            }
        } else {
            // Caps Lock must not lock anybody out.
            let key = match key {
                Key::Char(c) => Key::Char(c.to_ascii_lowercase()),
                key => key,
            };
            match (key, context.locked) {
                (Key::Char('g'), _) => command = Some(Command::Language),
                (Key::Char('l'), true) => self.open(Kind::Unlock, context),
                (_, true) => {}
                (Key::Char('h'), _) => self.open(Kind::HandOver, context),
                (Key::Char('l'), _) => self.open(Kind::Lock, context),
                (Key::Char('m'), _) => self.open(Kind::Manual, context),
                (Key::Char('o'), _) if context.last.is_none() => self.notice(Told::NothingToOverride),
                (Key::Char('o'), _) => self.open(Kind::Override, context),
                (Key::Char('s'), _) => {
                    for (spoken, scene) in self
                        .languages
                        .iter_mut()
                        .zip(self.handed_over.clone().into_iter().flatten())
                    {
                        spoken.scene = Some(scene);
                    }
                    self.until = None;
                }
                (Key::Char('q') | Key::Ctrl('c'), _) => self.open(Kind::Quit, context),
                (Key::Esc | Key::Char(' '), _) => self.ready(),
                _ => {}
            }
        }
        self.draw(context)?;
        Ok(command)
    }

    fn is_screen(&self) -> bool {
        true
    }

    fn switch_language(&mut self) {
        self.chosen = 1 - self.chosen;
        // A dialog keeps the words that it was opened with.
        self.dialog = None;
    }
}

fn keys(locked: bool, catalog: &Catalog) -> Vec<(String, String)> {
    let keys: &[(&str, &str)] = match locked {
        true => &[("L", "key-unlock"), ("G", "key-language")],
        false => &[
            ("O", "key-override"),
            ("M", "key-manual"),
            ("H", "key-hand-over"),
            ("S", "key-summary"),
            ("L", "key-lock"),
            ("G", "key-language"),
            ("Q", "key-quit"),
        ],
    };
    keys.iter()
        .map(|(key, id)| ((*key).to_owned(), catalog.text(id, &[])))
        .collect()
}
