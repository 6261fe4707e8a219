//! The terminal: taken over, drawn on, and given back whatever happens.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event};
use ratatui::crossterm::terminal::{self, EnterAlternateScreen, LeaveAlternateScreen};
use ratatui::crossterm::{cursor, execute};
use ratatui::layout::{Position, Rect};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::draw::draw;
use crate::key::Key;
use crate::palette::Display;
use crate::scene::Scene;
use crate::typed::{Input, Typed};

/// How long a request to end may go unheard.
const SLICE: Duration = Duration::from_millis(250);
/// Keys are told of with the time at which they were read. So long after it a busy machine may still be telling.
const SLACK: Duration = Duration::from_millis(20);
/// Keys that nobody has asked for yet; beyond it the terminal keeps them.
const WAITING: usize = 16 * 1024;

/// How a [`Screen`] behaves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Options {
    /// What the terminal can show.
    pub display: Display,
    /// How a scan begins that is one in a dialog too.
    pub prefix: String,
}

/// The terminal as long as it is ours: raw, on its alternate screen, without cursor. Dropping it gives it back, a panic too.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Frame>>,
    display: Display,
    shared: Arc<Shared>,
}

/// What comes from the terminal. It may live on another thread than the [`Screen`].
#[derive(Debug)]
pub struct Keys {
    events: Receiver<(Instant, Event)>,
    shared: Arc<Shared>,
    typed: Typed,
}

#[derive(Debug, Default)]
struct Shared {
    /// A dialog is on the screen.
    dialog: AtomicBool,
    /// The terminal has gone, or is given back.
    gone: AtomicBool,
}

impl Screen {
    /// Takes over the terminal of standard output. While it is ours SIGTERM, SIGHUP and SIGINT are told as
    /// [`Input::Stop`]; a second one ends the program as it does without us, as does any once it is given back.
    ///
    /// # Errors
    ///
    /// Standard output is no terminal ([`io::ErrorKind::Unsupported`]), or the terminal refuses.
    pub fn enter(options: &Options) -> io::Result<(Self, Keys)> {
        if !io::stdout().is_terminal() {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "standard output is not a terminal",
            ));
        }
        signals().listen();
        let shared = Arc::new(Shared::default());
        take()?;
        // From here on the drop gives the terminal back, on errors too.
        let screen = Self {
            terminal: Terminal::new(CrosstermBackend::new(Frame::default())).inspect_err(|_| give_back())?,
            display: options.display,
            shared: Arc::clone(&shared),
        };
        let (sender, events) = mpsc::sync_channel(WAITING);
        let reader = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("keys".into())
            .spawn(move || read(&sender, &reader))?;
        let typed = Typed::new(&options.prefix);
        Ok((screen, Keys { events, shared, typed }))
    }

    /// Shows a scene; only cells that changed are sent. While it has a dialog, what is typed goes there.
    ///
    /// # Errors
    ///
    /// The terminal cannot be written to: it has gone.
    pub fn draw(&mut self, scene: &Scene) -> io::Result<()> {
        self.shared.dialog.store(scene.ask.is_some(), Ordering::Relaxed);
        if !state().taken {
            // A panic that somebody caught has given it back.
            take()?;
            self.clear()?;
        }
        self.terminal
            .draw(|frame| draw(scene, self.display, frame.buffer_mut()))
            .map(|_| ())
    }

    /// Forgets what is on the screen, so that the next drawing sends all of it: after a stranger wrote to the terminal.
    ///
    /// # Errors
    ///
    /// The terminal cannot be written to.
    pub fn clear(&mut self) -> io::Result<()> {
        // `Terminal::clear` asks the terminal where its cursor is, and would take what a scanner types for the answer.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.shared.gone.store(true, Ordering::Relaxed);
        give_back();
        signals().rest();
    }
}

impl Keys {
    /// Waits for what comes next, at most for `timeout`.
    pub fn next(&mut self, timeout: Duration) -> Option<Input> {
        let end = Instant::now() + timeout;
        loop {
            if let Some(input) = self.typed.next() {
                return Some(input);
            }
            if signals().stop.load(Ordering::Relaxed) || self.shared.gone.load(Ordering::Relaxed) {
                return Some(Input::Stop);
            }
            self.typed.set_dialog(self.shared.dialog.load(Ordering::Relaxed));
            let settles = self.typed.deadline().map(|deadline| deadline + SLACK);
            let until = settles.map_or(end, |settles| settles.min(end));
            match self
                .events
                .recv_timeout(until.saturating_duration_since(Instant::now()).min(SLICE))
            {
                Ok((at, Event::Key(key))) => {
                    if let Some(key) = Key::of(key) {
                        self.typed.press(key, at);
                    }
                }
                Ok((_, Event::Paste(text))) => self.typed.paste(&text),
                Ok((_, Event::Resize(..))) => return Some(Input::Resize),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    let now = Instant::now();
                    if settles.is_some_and(|settles| now >= settles) {
                        self.typed.settle(now);
                    } else if now >= end {
                        return None;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => self.shared.gone.store(true, Ordering::Relaxed),
            }
        }
    }
}

/// Reads the terminal, so that the time of each key is known whatever the caller does meanwhile.
fn read(sender: &SyncSender<(Instant, Event)>, shared: &Shared) {
    let ended = || shared.gone.load(Ordering::Relaxed) || signals().stop.load(Ordering::Relaxed);
    while !ended() {
        // crossterm reads a terminal that has hung up for ever, so that is found out first.
        let readable = wait(SLICE).and_then(|()| {
            while event::poll(Duration::ZERO)? {
                if sender.send((Instant::now(), event::read()?)).is_err() || ended() {
                    return Ok(());
                }
            }
            Ok(())
        });
        if readable.is_err() {
            break;
        }
    }
}

/// Waits until the terminal has something to read, or for the time.
fn wait(time: Duration) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let input = io::stdin();
    // As crossterm does it: without a terminal on standard input it reads the controlling one.
    let other;
    let mut fds = match input.is_terminal() {
        true => [PollFd::new(&input, PollFlags::IN)],
        false => {
            other = std::fs::File::open("/dev/tty")?;
            [PollFd::from_borrowed_fd(
                std::os::fd::AsFd::as_fd(&other),
                PollFlags::IN,
            )]
        }
    };
    let time = Timespec::try_from(time).map_err(io::Error::other)?;
    match poll(&mut fds, Some(&time)) {
        // A signal, such as that of another size.
        Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_)
            if fds[0]
                .revents()
                .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) =>
        {
            Err(io::ErrorKind::NotConnected.into())
        }
        Ok(_) => Ok(()),
    }
}

/// Collects a frame and sends it at once, under the lock of standard output, so that no bell falls into it.
#[derive(Debug, Default)]
struct Frame(Vec<u8>);

impl Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !state().taken {
            // ratatui shows the cursor once more when it is dropped, and panics where it cannot say that this failed.
            self.0.clear();
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let sent = out.write_all(&self.0).and_then(|()| out.flush());
        self.0.clear();
        sent
    }
}

/// Whether the terminal is taken, by whom, and what panics of other threads said meanwhile.
#[derive(Debug, Default)]
struct State {
    taken: bool,
    owner: Option<ThreadId>,
    panics: Vec<String>,
}

fn state() -> std::sync::MutexGuard<'static, State> {
    static STATE: Mutex<State> = Mutex::new(State {
        taken: false,
        owner: None,
        panics: Vec::new(),
    });
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take() -> io::Result<()> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !keep(&info.to_string()) {
                give_back();
                before(info);
            }
        }));
    });
    terminal::enable_raw_mode()?;
    {
        let mut state = state();
        state.taken = true;
        state.owner = Some(std::thread::current().id());
    }
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide).inspect_err(|_| give_back())
}

/// Keeps the message of another thread's panic until the terminal is given back: it would stand across the screen.
fn keep(message: &str) -> bool {
    const MOST: usize = 16;
    let mut state = state();
    let keep = state.taken && state.owner != Some(std::thread::current().id());
    if keep && state.panics.len() < MOST {
        state.panics.push(message.to_owned());
    }
    keep
}

/// Gives the terminal back, once. A terminal that has gone cannot be told so.
fn give_back() {
    let panics = {
        let mut state = state();
        if !std::mem::take(&mut state.taken) {
            return;
        }
        std::mem::take(&mut state.panics)
    };
    let _gone = execute!(io::stdout(), cursor::Show, DisableBracketedPaste, LeaveAlternateScreen);
    let _gone = terminal::disable_raw_mode();
    for panic in panics {
        let _gone = writeln!(io::stderr(), "{panic}");
    }
}

/// The signals that ask a program to end.
struct Signals {
    /// One came.
    stop: Arc<AtomicBool>,
    /// The next one ends the program as it does without us.
    at_once: Arc<AtomicBool>,
}

impl Signals {
    fn listen(&self) {
        self.stop.store(false, Ordering::Relaxed);
        self.at_once.store(false, Ordering::Relaxed);
    }

    fn rest(&self) {
        self.at_once.store(true, Ordering::Relaxed);
    }
}

fn signals() -> &'static Signals {
    static SIGNALS: OnceLock<Signals> = OnceLock::new();
    SIGNALS.get_or_init(|| {
        let signals = Signals {
            stop: Arc::default(),
            at_once: Arc::default(),
        };
        for signal in [SIGTERM, SIGHUP, SIGINT] {
            // In this order: what the first one sets is read by the second one. Where a signal cannot be heard, it ends
            // the program as it does without us.
            let _unheard = flag::register_conditional_default(signal, Arc::clone(&signals.at_once));
            let _unheard = flag::register(signal, Arc::clone(&signals.at_once));
            let _unheard = flag::register(signal, Arc::clone(&signals.stop));
        }
        signals
    })
}
