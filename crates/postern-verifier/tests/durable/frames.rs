//! Hostile frames through the whole program: after each of them a good one is read.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use postern_log::Log;
use serde_json::Value;

use crate::common::{Gate, picture};
use crate::service::{Dice, PATIENCE, Service, children, code, compare, gate, is_logged, log_of, scan, times};

/// How many good codes there are; each is shown again after so many others.
const GOOD: usize = 8;
/// The most bytes that a damaged frame can claim to have.
const LONGEST_FRAME: usize = 64 << 20;

/// A gate before which frames are held.
struct Camera {
    service: Service,
    /// Good frames, and the digests of their codes.
    good: Vec<(Vec<u8>, String)>,
    next: usize,
    shown: Vec<Value>,
    /// Why frames could not be read, and how often that was told.
    faults: BTreeMap<String, usize>,
    readers: HashSet<u32>,
    /// How often one good frame was not enough.
    again: usize,
}

impl Camera {
    fn new(gate: &Gate) -> Self {
        let mut command = scan(&gate.store());
        command.args(["--source", "frames"]);
        let service = Service::start(command);
        service.ready();
        let mut camera = Self {
            service,
            good: Vec::new(),
            next: 0,
            shown: Vec::new(),
            faults: BTreeMap::new(),
            readers: HashSet::new(),
            again: 0,
        };
        for n in 0..GOOD as u32 {
            let frame = picture(&code(&gate.authority, 8 * n));
            camera.service.send(&frame);
            let verdict = camera.take(PATIENCE).expect("a good frame is read");
            camera.good.push((frame, verdict["code"].as_str().unwrap().to_owned()));
        }
        camera
    }

    /// The next verdict.
    fn take(&mut self, within: Duration) -> Option<Value> {
        loop {
            let told = self.service.next_within(within)?;
            match told["type"].as_str() {
                // The stream is there at once, and stays.
                Some("source") => assert_eq!(told["state"], "ready", "{told}"),
                Some("fault") => {
                    let reason = told["reason"].as_str().unwrap();
                    assert!(
                        reason.starts_with("picture-") || reason.starts_with("reader-"),
                        "{told}"
                    );
                    *self.faults.entry(reason.to_owned()).or_default() += 1;
                }
                _ => {
                    assert!(is_logged(&told), "{told}");
                    self.shown.push(told.clone());
                    return Some(told);
                }
            }
        }
    }

    /// Shows bytes; where they are a whole file, the reader gets them.
    #[track_caller]
    fn show(&mut self, name: &str, bytes: &[u8], is_file: bool) {
        let before = self.written();
        self.service.send(bytes);
        let begun = Instant::now();
        while is_file && self.written() < before + bytes.len() as u64 {
            assert!(begun.elapsed() < PATIENCE, "{name}: the reader does not get it");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Shows a good frame until it is read. The reader is there then, alone, and nothing is left of others.
    #[track_caller]
    fn recover(&mut self, name: &str) {
        let (frame, digest) = self.good[self.next].clone();
        self.next = (self.next + 1) % GOOD;
        self.service.send(&frame);
        let (mut sent, mut batch) = (0, 64 << 10);
        while sent <= 2 * LONGEST_FRAME {
            if let Some(verdict) = self.take(Duration::from_millis(500)) {
                if verdict["code"] == digest.as_str() {
                    assert_eq!(verdict["outcome"], "admit", "{name}: {verdict}");
                    let children = children(self.service.child.id());
                    assert_eq!(children.len(), 1, "{name}: {children:?}");
                    let (reader, state) = children[0];
                    assert_ne!(state, 'Z', "{name}");
                    self.readers.insert(reader);
                    return;
                }
                continue;
            }
            // It fell into what the frame before claimed to be its own; or the machine is busy.
            self.again += 1;
            self.service.send(&frame.repeat(batch / frame.len()));
            sent += batch;
            batch = (2 * batch).min(8 << 20);
        }
        panic!("{name}: no good frame was read after it");
    }

    /// Bytes that the gate has written so far, most of them to its reader.
    fn written(&self) -> u64 {
        let io = fs::read_to_string(format!("/proc/{}/io", self.service.child.id())).unwrap();
        let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
        line.unwrap().parse().unwrap()
    }

    /// Nothing of what was shown is missing, and nothing was left behind.
    fn finish(mut self, gate: &Gate) -> String {
        let ended = self.service.end();
        assert!(ended.status.success(), "{ended:?}");
        self.shown.extend(ended.told.into_iter().filter(is_logged));
        let log = Log::open(&log_of(&gate.store())).unwrap();
        compare(&log, &self.shown);
        assert!(log.verify().unwrap().is_clean());
        format!(
            "{} verdicts, {:?}, {} readers, {} times again",
            self.shown.len(),
            self.faults,
            self.readers.len(),
            self.again
        )
    }
}

/// A PNG file of one bit a pixel.
fn bits(width: u32, height: u32, is_dark: impl Fn(u32, u32) -> bool) -> Vec<u8> {
    let mut rows = Vec::with_capacity((width.div_ceil(8) * height) as usize);
    for y in 0..height {
        for x in (0..width).step_by(8) {
            let bit = |i| u8::from(!is_dark(x + i, y)) << (7 - i);
            rows.push((0..8).map(bit).fold(0, |byte, bit| byte | bit));
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.write_header().unwrap().write_image_data(&rows).unwrap();
    file
}

/// Whether a place of 9 by 9 is dark in a finder pattern (ISO/IEC 18004, 6.3.3).
fn finder(x: u32, y: u32) -> bool {
    let (x, y) = (x % 9, y % 9);
    x < 7 && y < 7 && !matches!((x, y), (1 | 5, 1..=5) | (1..=5, 1 | 5))
}

/// A JPEG file of these dimensions whose coded data are these bytes.
fn jpeg(width: u16, height: u16, coded: &[u8]) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    file.extend([1; 64]);
    file.extend([0xff, 0xc0, 0, 11, 8]);
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    file.extend([1, 1, 0x11, 0]);
    for class in [0, 0x10] {
        file.extend([0xff, 0xc4, 0, 20, class, 1]);
        file.extend([0; 15]);
        file.push(0);
    }
    file.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
    file.extend(coded);
    file.extend([0xff, 0xd9]);
    file
}

/// Pictures that are hard to read, and bytes that are no picture.
fn hostile(good: &[u8]) -> Vec<(&'static str, Vec<u8>, bool)> {
    let centre = |x: u32| x.abs_diff(500);
    let mut dice = Dice::new(5);
    let noise: Vec<u8> = (0..1 << 17).map(|_| dice.roll() as u8).collect();
    let cut = jpeg(64, 64, &[0; 500]);
    vec![
        ("20,000 by 20,000", bits(20_000, 20_000, |_, _| false), true),
        ("8,000 by 8,000", bits(8000, 8000, |x, y| (x ^ y) & 1 == 0), true),
        ("1 by 5,000", bits(1, 5000, |_, y| y % 3 == 0), true),
        ("5,000 by 1", bits(5000, 1, |x, _| x % 3 == 0), true),
        (
            "a checkerboard",
            bits(1024, 1024, |x, y| (x / 3 + y / 3) % 2 == 0),
            true,
        ),
        (
            "squares in squares",
            bits(1000, 1000, |x, y| centre(x).max(centre(y)) / 3 % 2 == 0),
            true,
        ),
        ("12,000 finder patterns", bits(999, 999, finder), true),
        (
            "large finder patterns",
            bits(1800, 1800, |x, y| finder(x / 4, y / 4)),
            true,
        ),
        (
            "noise",
            bits(1024, 1024, |x, y| {
                noise[((y * 1024 + x) / 8) as usize] >> (x % 8) & 1 == 0
            }),
            true,
        ),
        ("an empty JPEG", jpeg(64, 64, &[]), true),
        ("a large JPEG without data", jpeg(65_500, 65_500, &[0; 300]), true),
        ("a JPEG of zeros", jpeg(8000, 8000, &vec![0; 1 << 20]), true),
        ("a cut JPEG", [&cut[..cut.len() / 2], &cut].concat(), false),
        ("a cut PNG", good[..good.len() / 2].to_vec(), false),
        ("a signature", good[..8].to_vec(), false),
        ("garbage", noise, false),
        (
            "a PNG that is half another",
            [&good[..good.len() / 2], good].concat(),
            false,
        ),
    ]
}

const CONFIG: &str = "[pass-back]\nwindow = 0\n[reader]\nbudget = 300\nrepeat = 0\nwhole-every = 2\n";

#[test]
fn after_a_hostile_frame_a_good_one_is_read() {
    let begun = Instant::now();
    let gate = gate(CONFIG);
    let mut camera = Camera::new(&gate);
    let hostile = hostile(&camera.good[0].0.clone());
    for (name, bytes, is_file) in &hostile {
        // Once for each way of searching.
        for _ in 0..2 {
            camera.show(name, bytes, *is_file);
            camera.recover(name);
        }
    }
    // Two are larger than any picture may be. That was told each time, since a good one was between.
    assert_eq!(camera.faults.get("picture-too-large"), Some(&4));
    // The others cost the reader its time at most, and not its life.
    let fatal = ["reader-crashed", "reader-panicked"];
    assert!(
        !fatal.iter().any(|why| camera.faults.contains_key(*why)),
        "{:?}",
        camera.faults
    );
    // Somebody ends the reader between two frames.
    for _ in 0..3 {
        let (reader, _) = children(camera.service.child.id())[0];
        assert!(
            Command::new("kill")
                .args(["-9", &reader.to_string()])
                .status()
                .unwrap()
                .success()
        );
        camera.recover("a reader that was killed");
        assert!(
            !children(camera.service.child.id())
                .iter()
                .any(|(child, _)| *child == reader)
        );
    }
    assert!(camera.readers.len() > 3);
    let told = camera.finish(&gate);
    println!(
        "{} hostile frames, twice: {told}, in {:?}",
        hostile.len(),
        begun.elapsed()
    );
}

#[test]
fn after_a_frame_that_was_changed_anywhere_a_good_one_is_read() {
    let begun = Instant::now();
    let frames = times("POSTERN_FRAMES", 100);
    let gate = gate(CONFIG);
    let mut camera = Camera::new(&gate);
    let frame = picture(&code(&gate.authority, 1));
    let mut dice = Dice::new(3);
    for n in 0..frames {
        let mut changed = frame.clone();
        for _ in 0..=dice.below(6) {
            let at = dice.below(changed.len() as u64) as usize;
            match dice.below(4) {
                0 => drop(changed.remove(at)),
                1 => changed.insert(at, dice.roll() as u8),
                _ => changed[at] ^= 1 << dice.below(8),
            }
        }
        let name = format!("changed frame {n}");
        camera.show(&name, &changed, false);
        // So that the next one does not take its place.
        std::thread::sleep(Duration::from_millis(2));
        camera.recover(&name);
    }
    assert!(camera.faults.contains_key("picture-damaged"));
    let told = camera.finish(&gate);
    println!("{frames} changed frames: {told}, in {:?}", begun.elapsed());
}
