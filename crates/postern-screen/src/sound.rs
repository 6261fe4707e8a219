//! A rhythm for each outcome: of the terminal's bell, with the feature `audio` of tones.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What is heard. No two have the same rhythm.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Chime {
    /// One.
    Admit,
    /// Three in haste and one after a pause.
    Fault,
    /// Two.
    Refer,
    /// Three, far apart.
    Refuse,
}

impl Chime {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Admit, Self::Fault, Self::Refer, Self::Refuse];

    /// When it is heard, in milliseconds from its start. A terminal's bell takes 100 ms or more, and closer ones melt
    /// into one.
    fn beats(self) -> &'static [u64] {
        match self {
            Self::Admit => &[0],
            Self::Fault => &[0, 180, 360, 1000],
            Self::Refer => &[0, 300],
            Self::Refuse => &[0, 700, 1400],
        }
    }
}

/// What sounds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Voice {
    /// Tones on the sound device; the bell where there is none. Without the feature `audio` the bell.
    Audio,
    /// The terminal's bell.
    #[default]
    Bell,
    /// Nothing.
    Off,
}

/// Plays chimes beside the caller. A newer one ends the one before. It ends when it is dropped.
#[derive(Debug)]
pub struct Sound {
    shared: Arc<Shared>,
    player: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    next: Option<Chime>,
    trouble: Option<String>,
    over: bool,
}

impl Sound {
    /// Starts the player; the bell goes to standard output.
    ///
    /// # Errors
    ///
    /// The thread cannot be started.
    pub fn new(voice: Voice) -> io::Result<Self> {
        // The lock keeps a bell from falling into the middle of a frame.
        Self::with(voice, || {
            let mut out = io::stdout().lock();
            let _nobody_hears = out.write_all(b"\x07").and_then(|()| out.flush());
        })
    }

    /// Plays from now on. Never waits.
    pub fn play(&self, chime: Chime) {
        self.shared.lock().next = Some(chime);
        self.shared.changed.notify_one();
    }

    /// Why there is the bell instead of tones, once.
    pub fn trouble(&self) -> Option<String> {
        self.shared.lock().trouble.take()
    }

    fn with(voice: Voice, bell: impl FnMut() + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let player = match voice {
            Voice::Off => None,
            voice => {
                let shared = Arc::clone(&shared);
                let player = Player { voice, bell, shared };
                Some(
                    std::thread::Builder::new()
                        .name("sound".into())
                        .spawn(|| player.run())?,
                )
            }
        };
        Ok(Self { shared, player })
    }
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.changed.notify_one();
        if let Some(player) = self.player.take() {
            let _silent = player.join();
        }
    }
}

impl Shared {
    /// A player that panicked leaves whole data: each change is one assignment.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps; false where something newer came.
    fn sleep_until(&self, end: Instant) -> bool {
        let mut state = self.lock();
        loop {
            if state.over || state.next.is_some() {
                return false;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits for the next chime; none at the end.
    fn next(&self) -> Option<Chime> {
        let mut state = self.lock();
        loop {
            if state.over {
                return None;
            }
            if let Some(chime) = state.next.take() {
                return Some(chime);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

struct Player<B> {
    voice: Voice,
    bell: B,
    shared: Arc<Shared>,
}

impl<B: FnMut()> Player<B> {
    fn run(mut self) {
        #[cfg(feature = "audio")]
        let mut device = crate::audio::Device::new();
        #[cfg(not(feature = "audio"))]
        if self.voice == Voice::Audio {
            self.voice = Voice::Bell;
            self.shared.lock().trouble = Some("this program was built without the feature audio".into());
        }
        while let Some(chime) = self.shared.next() {
            #[cfg(feature = "audio")]
            if self.voice == Voice::Audio {
                match device.play(chime, |end| self.shared.sleep_until(end)) {
                    Ok(()) => continue,
                    Err(trouble) => {
                        self.voice = Voice::Bell;
                        self.shared.lock().trouble = Some(trouble);
                    }
                }
            }
            self.ring(chime);
        }
    }

    fn ring(&mut self, chime: Chime) {
        let start = Instant::now();
        for beat in chime.beats() {
            if !self.shared.sleep_until(start + Duration::from_millis(*beat)) {
                return;
            }
            (self.bell)();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn heard(voice: Voice) -> (Sound, mpsc::Receiver<Instant>) {
        let (bell, heard) = mpsc::channel();
        let sound = Sound::with(voice, move || bell.send(Instant::now()).expect("the test listens")).unwrap();
        (sound, heard)
    }

    #[test]
    fn each_rhythm_is_heard() {
        for chime in Chime::ALL {
            let (sound, heard) = heard(Voice::Bell);
            sound.play(chime);
            let wait = Duration::from_millis(1500);
            let times: Vec<Instant> = std::iter::from_fn(|| heard.recv_timeout(wait).ok()).collect();
            assert_eq!(times.len(), chime.beats().len(), "{chime:?}");
            for (time, beat) in times.iter().zip(chime.beats()) {
                let after = time.duration_since(times[0]).as_millis();
                // The bells of a busy machine may come late, and the first one too.
                assert!(after + 150 >= u128::from(*beat), "{chime:?}: {after} ms for {beat} ms");
            }
        }
    }

    #[test]
    fn no_two_rhythms_are_alike() {
        for (at, chime) in Chime::ALL.iter().enumerate() {
            assert!(
                Chime::ALL[..at]
                    .iter()
                    .all(|other| other.beats().len() != chime.beats().len() || other.beats() != chime.beats())
            );
            assert!(
                chime.beats().windows(2).all(|pair| pair[1] - pair[0] >= 150),
                "{chime:?} melts into one"
            );
        }
    }

    #[test]
    fn the_newest_wins_and_the_end_is_at_once() {
        let (sound, heard) = heard(Voice::Bell);
        let start = Instant::now();
        for _ in 0..1000 {
            sound.play(Chime::Refuse);
        }
        sound.play(Chime::Admit);
        drop(sound);
        assert!(start.elapsed() < Duration::from_millis(600), "{:?}", start.elapsed());
        // Whatever began was ended by what came after it: no second bell of a refusal, 700 ms later.
        assert!(heard.iter().all(|time| time < start + Duration::from_millis(600)));
    }

    #[test]
    fn off_is_silent() {
        let (sound, heard) = heard(Voice::Off);
        sound.play(Chime::Fault);
        drop(sound);
        assert_eq!(heard.iter().count(), 0);
    }

    /// Holds with the feature on a machine without a sound device, and without the feature anywhere.
    #[test]
    fn without_a_device_there_is_the_bell_and_one_report() {
        if cfg!(feature = "audio") && std::path::Path::new("/dev/snd").exists() {
            return;
        }
        let (sound, heard) = heard(Voice::Audio);
        sound.play(Chime::Admit);
        assert!(heard.recv_timeout(Duration::from_secs(20)).is_ok());
        assert!(sound.trouble().is_some_and(|trouble| !trouble.is_empty()));
        sound.play(Chime::Admit);
        assert!(heard.recv_timeout(Duration::from_secs(20)).is_ok());
        assert_eq!(sound.trouble(), None, "it is told once");
    }
}
