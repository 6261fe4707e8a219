//! A real terminal: a child on a pseudo-terminal is typed to, told to end, panics and is hung up on, and gives its terminal
//! back each time. The terminal is not the child's controlling one, so that no SIGHUP tells it of the hang-up.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use postern_screen::{Ask, Colours, Display, Field, Input, Key, Options, Scene, Screen, Value};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

const CHILD: &str = "POSTERN_SCREEN_CHILD";
const PATIENCE: Duration = Duration::from_secs(20);

fn main() {
    if std::env::var_os(CHILD).is_some() {
        std::process::exit(child());
    }
    let tests: [(&str, fn()); 6] = [
        ("a_terminal_is_taken_and_given_back", a_terminal_is_taken_and_given_back),
        (
            "a_scanner_that_types_is_told_from_a_person",
            a_scanner_that_types_is_told_from_a_person,
        ),
        ("a_signal_ends_it_in_good_order", a_signal_ends_it_in_good_order),
        ("a_panic_gives_the_terminal_back", a_panic_gives_the_terminal_back),
        (
            "a_panic_of_another_thread_is_told_afterwards",
            a_panic_of_another_thread_is_told_afterwards,
        ),
        ("a_terminal_that_hangs_up_ends_it", a_terminal_that_hangs_up_ends_it),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
}

/// Shows what comes in; `q` ends with 7, a request to end with 8, `p` panics, `t` panics on another thread, `d` asks.
fn child() -> i32 {
    let display = Display {
        colours: Colours::Sixteen,
        unicode: true,
    };
    let options = Options {
        display,
        prefix: "PC1:".into(),
    };
    let (mut screen, mut keys) = Screen::enter(&options).expect("a pseudo-terminal is a terminal");
    let mut scene = Scene {
        word: "READY".into(),
        ..Scene::default()
    };
    loop {
        scene.keys = vec![("?".into(), "shown".into())];
        // All of each frame is sent, so that words are whole in what the test sees.
        if screen.clear().and_then(|()| screen.draw(&scene)).is_err() {
            return 9;
        }
        match keys.next(Duration::from_secs(60)) {
            Some(Input::Stop) => return 8,
            Some(Input::Key(Key::Char('q'))) if scene.ask.is_none() => return 7,
            Some(Input::Key(Key::Char('p'))) if scene.ask.is_none() => panic!("made up"),
            Some(Input::Key(Key::Char('t'))) if scene.ask.is_none() => {
                let other = std::thread::spawn(|| panic!("made up elsewhere"));
                scene.todo = format!("other: {}", other.join().is_err());
            }
            Some(Input::Key(Key::Char('d'))) if scene.ask.is_none() => {
                let value = Value::Text {
                    text: String::new(),
                    min: 0,
                    max: 20,
                    secret: false,
                };
                let fields = vec![Field {
                    label: "field".into(),
                    value,
                }];
                scene.ask = Some(Ask {
                    fields,
                    ..Ask::default()
                });
            }
            Some(Input::Key(Key::Esc)) => scene.ask = None,
            Some(Input::Key(key)) => {
                if let Some(ask) = &mut scene.ask {
                    ask.press(key);
                }
            }
            Some(Input::Line(line)) => scene.marks = vec![format!("line {line}")],
            Some(Input::Unended(line)) => scene.marks = vec![format!("unended {line}")],
            Some(Input::Resize | Input::TooLong) | None => {}
        }
    }
}

struct Session {
    child: Child,
    master: File,
    seen: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
    over: Arc<AtomicBool>,
}

impl Session {
    /// A child that has drawn its first scene.
    fn start() -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        tcsetwinsize(
            &master,
            Winsize {
                ws_row: 24,
                ws_col: 80,
                ws_xpixel: 0,
                ws_ypixel: 0,
            },
        )
        .unwrap();
        let slave = || Stdio::from(File::options().read(true).write(true).open(&name).unwrap());
        let child = Command::new(std::env::current_exe().unwrap())
            .env(CHILD, "1")
            .stdin(slave())
            .stdout(slave())
            .stderr(slave())
            .spawn()
            .unwrap();
        let master = File::from(master);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let (mut from, sink, end) = (master.try_clone().unwrap(), Arc::clone(&seen), Arc::clone(&over));
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            let tick = Timespec {
                tv_sec: 0,
                tv_nsec: 20_000_000,
            };
            while !end.load(Ordering::Relaxed) {
                if poll(&mut [PollFd::new(&from, PollFlags::IN)], Some(&tick)) == Ok(0) {
                    continue;
                }
                // It ends with EIO when the child has gone.
                match from.read(&mut bytes) {
                    Ok(read @ 1..) => sink.lock().unwrap().extend_from_slice(&bytes[..read]),
                    _ => break,
                }
            }
        });
        let session = Self {
            child,
            master,
            seen,
            reader: Some(reader),
            over,
        };
        session.wait_for("shown");
        assert!(!session.is_cooked(), "the terminal is raw");
        session
    }

    fn types(&mut self, text: &str) -> &mut Self {
        self.master.write_all(text.as_bytes()).unwrap();
        self
    }

    fn wait_for(&self, text: &str) {
        let start = Instant::now();
        while !self.text().contains(text) {
            assert!(start.elapsed() < PATIENCE, "{text:?} never came: {:?}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }

    fn is_cooked(&self) -> bool {
        tcgetattr(self.master.as_fd())
            .unwrap()
            .local_modes
            .contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// The status of the child, which has given the terminal back.
    fn end(&mut self) -> Option<i32> {
        let status = wait(&mut self.child);
        self.wait_for("\u{1b}[?1049l");
        assert!(self.is_cooked(), "the terminal is as it was");
        status
    }
}

fn wait(child: &mut Child) -> Option<i32> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the child does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn a_terminal_is_taken_and_given_back() {
    let mut session = Session::start();
    assert!(session.text().contains("\u{1b}[?1049h"), "the alternate screen");
    assert_eq!(session.types("q").end(), Some(7));
}

fn a_scanner_that_types_is_told_from_a_person() {
    let mut session = Session::start();
    session.types("PC1:q-p-t-d\r").wait_for("line PC1:q-p-t-d");
    session.types("pqpqpqpq").wait_for("unended pqpqpqpq");
    session
        .types("\u{1b}[200~PASTED-q\u{1b}[201~")
        .wait_for("line PASTED-q");
    session.types("d").wait_for("field");
    for (key, field) in [("A", "A_"), ("1", "A1_"), ("7", "A17_")] {
        session.types(key).wait_for(field);
    }
    // Neither text nor an answer; what comes after it shows that it was read.
    session.types("110105194912310021\r");
    std::thread::sleep(Duration::from_millis(300));
    session.types("8").wait_for("A178_");
    session.types("PC1:q-in-a-dialog\r").wait_for("line PC1:q-in-a-dialog");
    assert!(
        !session.text().contains("A178P") && !session.text().contains("A171"),
        "nothing of it came into the field"
    );
    session.types("\u{1b}");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(session.types("q").end(), Some(7));
}

fn a_signal_ends_it_in_good_order() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut session = Session::start();
        kill_process(Pid::from_child(&session.child), signal).unwrap();
        assert_eq!(session.end(), Some(8), "{signal:?}");
    }
}

fn a_panic_gives_the_terminal_back() {
    let mut session = Session::start();
    assert_eq!(session.types("p").end(), Some(101));
    let text = session.text();
    let (left, told) = (text.find("\u{1b}[?1049l"), text.find("made up"));
    assert!(
        left < told,
        "the message comes after the alternate screen, where it is seen: {text:?}"
    );
}

fn a_panic_of_another_thread_is_told_afterwards() {
    let mut session = Session::start();
    session.types("t").wait_for("other: true");
    assert!(
        !session.text().contains("elsewhere"),
        "nothing stands across the screen"
    );
    assert_eq!(session.types("q").end(), Some(7));
    session.wait_for("made up elsewhere");
}

fn a_terminal_that_hangs_up_ends_it() {
    let mut session = Session::start();
    session.over.store(true, Ordering::Relaxed);
    session.reader.take().unwrap().join().unwrap();
    let Session { mut child, master, .. } = session;
    drop(master);
    assert_eq!(wait(&mut child), Some(8));
}
