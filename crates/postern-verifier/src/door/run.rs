//! The command: everything put together, and the loop.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use postern_cli::output::Output;
use postern_cli::{Session, random};
use postern_devices::turnstile::TurnstileKind;
use postern_devices::{Kind, Spec};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::command::Commands;
use super::inputs::{Input, Inputs};
use super::keys::Keys;
use super::turnstile::Barrier;
use super::view::{self, FullScreen, Lines, Objects, Told, View};
use super::{Door, news};
use crate::cli::ScanArgs;
use crate::config::{self, Config, SourceConfig};
use crate::enrol::{self, AGE, Asked};
use crate::error::Error;
use crate::store::Store;
use crate::{Program, demo};

/// How often the screen is looked after, and a signal noticed.
const TICK: Duration = Duration::from_millis(250);

/// Runs the command: until the sources end, or somebody ends it.
pub(crate) fn run(args: &ScanArgs, session: &Session, program: &Program) -> Result<u8, Error> {
    let store = Store::open(&args.store)?;
    let (mut config, path) = Config::load(&args.store, args.config.as_deref())?;
    if !args.source.is_empty() {
        config.sources = sources(&args.source, &config.sources);
    }
    if config.sources.is_empty() {
        config.sources = sources(&["stdin".parse().expect("it is a source")], &[]);
    }
    let view = chosen(args.view.unwrap_or(config.view), session, &config);
    if view == Shape::Screen && matches!(&config.turnstile, Some(spec) if spec.kind == TurnstileKind::Stdout) {
        let what = "turnstile.kind \"stdout\" needs --view lines or --json: the screen has standard output";
        return Err(Error::config(&path, what.to_owned()));
    }
    config.check_documents().map_err(|what| Error::config(&path, what))?;
    let signalled = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        // In this order: a second signal ends the program whatever it waits for.
        signal_hook::flag::register_conditional_default(signal, Arc::clone(&signalled)).map_err(Error::Signals)?;
        signal_hook::flag::register(signal, Arc::clone(&signalled)).map_err(Error::Signals)?;
    }
    let keys = keys(args, &store, session)?;

    // Looked at before the state is read, so that no update falls between.
    let followed = Store::open(&args.store)?;
    let seen = followed.change()?;
    let state = store.state()?;
    let news = news::follow(followed, seen);
    demo::warn(state.judge.is_demo(), session);

    let mut inputs = Inputs::new();
    let barrier = config.turnstile.clone().map(Barrier::new).transpose()?;
    let stdin = config.sources.iter().any(|source| source.from.kind.is_stdin());
    let gate = store.identity()?.gate;
    let mut from = config.sources.clone();
    let names = config.sources.iter().map(|source| source.from.to_string()).collect();
    let (view, commands): (Box<dyn View>, Option<Commands>) = match view {
        Shape::Screen => {
            // The screen reads the terminal: lines of a scanner that types come from there.
            let at = from.iter().position(|source| source.from.kind == Kind::Stdin);
            let typed = at.map(|at| from.remove(at));
            let (screen, keys) = FullScreen::enter(session, gate.clone(), &config)?;
            inputs.keyboard(keys, typed);
            (Box::new(screen), None)
        }
        shape => {
            // Pictures on standard input leave no room for lines.
            let commands = match config.sources.iter().any(|source| source.from.kind == Kind::Frames) {
                true => None,
                // A scanner that is not grabbed just now types into the terminal.
                false if stdin || std::io::stdin().is_terminal() => Some(Commands::behind(command_word()?)),
                false => Some(Commands::alone()),
            };
            let view: Box<dyn View> = match shape {
                Shape::Json => Box::new(Objects::new(commands.as_ref(), names)),
                _ => Box::new(Lines::new(session, gate.clone(), commands.as_ref())),
            };
            (view, commands)
        }
    };
    let reader = config.reader;
    let mut door = Door::open(store, state, config, keys, barrier, view)?;
    inputs.start(&from, commands, program, reader)?;
    door.start(args.operator.clone())?;
    serve(&mut door, &mut inputs, &news, &signalled, session)?;
    door.finish()?;
    let (summary, has_screen, log_failed) = (door.summary(), door.has_screen(), door.log_failed());
    drop(door);
    if has_screen {
        // The screen took it away with it.
        let text = view::paper(&summary, &gate, &session.catalog);
        let mut out = Output::stdout();
        write!(out, "{text}")
            .and_then(|()| out.flush())
            .map_err(Error::Output)?;
    }
    Ok(u8::from(log_failed))
}

fn serve(
    door: &mut Door<'_>,
    inputs: &mut Inputs,
    news: &news::News,
    signalled: &AtomicBool,
    session: &Session,
) -> Result<(), Error> {
    let mut ticked = Instant::now();
    loop {
        let input = inputs.next(TICK);
        if signalled.load(Ordering::Relaxed) {
            return Ok(());
        }
        // An update by another process counts from the next code on.
        if let Some(newer) = news.take() {
            door.update(newer)?;
            if !door.has_screen() {
                demo::warn(door.gate().is_demo(), session);
            }
        }
        if ticked.elapsed() >= TICK {
            door.tick()?;
            ticked = Instant::now();
        }
        if let Some(input) = input
            && !take(door, inputs, input)?
        {
            return Ok(());
        }
    }
}

/// Does what an input asks for; `false` at the end of service.
fn take(door: &mut Door<'_>, inputs: &mut Inputs, input: Input) -> Result<bool, Error> {
    match input {
        Input::Command(Ok(command)) => return door.command(command),
        Input::Command(Err(_)) => door.tell(Told::BadCommand)?,
        Input::Document(document, origin) => door.document(&document, origin)?,
        Input::Ended => return Ok(!inputs.ended()),
        Input::Fault(origin, fault) => door.fault(origin, fault)?,
        Input::Key(key) => {
            if let Some(command) = door.key(key)? {
                return door.command(command);
            }
        }
        Input::Source { name, lost } => door.tell(Told::Source {
            name: &name,
            lost: lost.as_ref(),
        })?,
        Input::Stop => return Ok(false),
        Input::Text(text, source, origin) => door.text(&text, source, origin)?,
    }
    Ok(true)
}

/// The ways of showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Json,
    Lines,
    Screen,
}

fn chosen(view: config::View, session: &Session, config: &Config) -> Shape {
    let terminal = std::io::stdout().is_terminal() && std::env::var_os("TERM").is_some_and(|term| term != "dumb");
    // Who pipes codes in wants them out again; only frames leave the terminal to the screen.
    let piped = !std::io::stdin().is_terminal() && config.sources.iter().any(|source| source.from.kind == Kind::Stdin);
    match view {
        _ if session.json => Shape::Json,
        config::View::Screen => Shape::Screen,
        config::View::Lines => Shape::Lines,
        config::View::Auto if terminal && !piped => Shape::Screen,
        config::View::Auto => Shape::Lines,
    }
}

/// The sources of the command line, each with what the configuration knows of its device.
fn sources(named: &[Spec], configured: &[SourceConfig]) -> Vec<SourceConfig> {
    let mend = |spec: &Spec| {
        let same = configured
            .iter()
            .find(|source| source.from.kind.is_same_device(&spec.kind));
        same.and_then(|source| source.mend.clone())
    };
    named
        .iter()
        .map(|spec| SourceConfig {
            mend: mend(spec),
            from: spec.clone(),
        })
        .collect()
}

/// The gate's keys: asked for only where a source of the passphrase was named, since most gates start alone.
fn keys(args: &ScanArgs, store: &Store, session: &Session) -> Result<Keys, Error> {
    let age = store.file(AGE);
    let source = &args.passphrase;
    if source.passphrase_file.is_none() && source.passphrase_fd.is_none() {
        return Ok(Keys::new(enrol::plain_age(&age), enrol::plain_key(store)));
    }
    let mut asked = Asked::new(source, &session.catalog);
    let age = enrol::age(&age, &mut asked)?;
    Ok(Keys::new(age, Some(enrol::own_key(store, &mut asked)?)))
}

/// A word that no printed code knows: 30 random bits.
fn command_word() -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";
    let bytes: [u8; 6] = random::bytes().map_err(Error::Random)?;
    let letters = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    Ok(std::iter::once('#').chain(letters).collect())
}
