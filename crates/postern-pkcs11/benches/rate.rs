//! Signatures in a second: SoftHSM 2 beside the key in memory, by 1 and 2 threads.
//!
//! `cargo bench -p postern-pkcs11`. Each rate is the median of rounds that take turns, so that what else the machine
//! does meets all of them alike.

#[path = "../tests/common/mod.rs"]
mod common;

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use common::{again, make_token, module, pin, sessions, softhsm, token};
use postern_core::keys::{PrivateKey, Signer};

const ROUND: Duration = Duration::from_secs(1);
const ROUNDS: usize = 7;
/// Bytes that a code's signature is over, about.
const MESSAGE: usize = 120;

/// A full issue, of which the time is told.
const CODES: f64 = 13e6;

fn main() -> ExitCode {
    if std::env::args().any(|arg| arg == "child") {
        measure();
        return ExitCode::SUCCESS;
    }
    if softhsm().is_none() {
        eprintln!("skipped: SoftHSM 2 is not installed");
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let status = again(&folder, &["child"]).status().expect("this program runs again");
    ExitCode::from(u8::from(!status.success()))
}

fn measure() {
    make_token(&module(), "bench");
    let token = token("object=bench");
    token.generate(&pin()).expect("SoftHSM makes a key");
    let on_token = |n| token.open(&pin(), sessions(n)).expect("SoftHSM opens its key");
    let (one, two) = (on_token(1), on_token(2));
    let software = PrivateKey::from_seed(&[7; 32]);
    let rows: [(&str, &dyn Signer, usize); 5] = [
        ("in memory, 1 thread", &software, 1),
        ("in memory, 2 threads", &software, 2),
        ("SoftHSM, 1 thread", &one, 1),
        ("SoftHSM, 2 threads on 1 session", &one, 2),
        ("SoftHSM, 2 threads on 2 sessions", &two, 2),
    ];
    let mut rates = [(); 5].map(|()| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, signer, threads), rates) in rows.iter().zip(&mut rates) {
            rates.push(rate(*signer, *threads));
        }
    }
    for ((name, ..), mut rates) in rows.into_iter().zip(rates) {
        rates.sort_by(f64::total_cmp);
        let median = rates[ROUNDS / 2];
        println!(
            "{name:34} {median:8.0} signatures/s ({:.0} to {:.0}), 13 million in {:.1} min",
            rates[0],
            rates[ROUNDS - 1],
            CODES / median / 60.0
        );
    }
}

/// Signatures in a second by so many threads.
fn rate(signer: &dyn Signer, threads: usize) -> f64 {
    let start = Instant::now();
    let made: u64 = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut message = [0; MESSAGE];
                    let mut made = 0u64;
                    while start.elapsed() < ROUND {
                        message[..8].copy_from_slice(&made.to_be_bytes());
                        signer.sign(&message).expect("the key signs");
                        made += 1;
                    }
                    made
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("no signer panics"))
            .sum()
    });
    made as f64 / start.elapsed().as_secs_f64()
}
