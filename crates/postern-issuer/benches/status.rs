//! Whole runs of `status` and `column` for a city of made-up people, as the daily job makes them.
//!
//! `cargo bench -p postern-issuer --bench status -- 13000000` for so many people, and a second number for so many tests.

#[path = "../tests/mint/office.rs"]
mod office;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use postern_core::demo;
use postern_core::keys::{Role, Signer};
use postern_issuer::mint::ledger::{Entry, Ledger, Wanted};

use office::{AT, DAY, Office, WANTED, owner};

/// People, where nobody says how many.
const PEOPLE: u64 = 130_000;
/// Tests of a day, where nobody says how many.
const TESTS: u64 = 1_000_000;

fn main() {
    let mut numbers = std::env::args().filter_map(|arg| arg.parse().ok());
    let (people, tests) = (numbers.next().unwrap_or(PEOPLE), numbers.next().unwrap_or(TESTS));
    let office = Office::new();
    let begun = Instant::now();
    ledger(&office.path("ledger.db"), people);
    println!(
        "ledger of {people} codes, for what follows: {:.1} s",
        begun.elapsed().as_secs_f64()
    );

    // In no order of the ledger, as a registry has them: every id is there once.
    let id = |n: u64| format!("DEMO-{:08}", n * 7_654_321 % people);
    let city = City { office };
    let first = people / 20;
    let changes = city.file("first.csv", "id,status,why", first, |n| {
        let status = if n % 5 == 0 { "suspended" } else { "invalid" };
        format!("{},{status},replaced: lost", id(n))
    });
    let new = ["--new-register", "--list", "west", "--issuer", "west"];
    city.desk(
        &format!("first statuses, {first}"),
        &["status", "import", &changes],
        &new,
    );
    city.publish("first list", "status", 1);
    let day = people / 500;
    let changes = city.file("day.csv", "id,status,why", day, |n| {
        let status = ["suspended", "invalid"][n as usize % 2];
        format!("{},{status},close contact", id(first + n))
    });
    city.desk(
        &format!("a day's statuses, {day}"),
        &["status", "import", &changes],
        &[],
    );
    city.publish("a day's list", "status", 2);
    let tests = tests.min(people);
    let rows = city.file("tests.csv", "id,sampled,result", tests, |n| {
        let sampled = AT.seconds() - n % 40 * 3600;
        let sampled = postern_cli::clock::format_time(sampled as i64);
        format!("{},{sampled},negative", id(n * 7))
    });
    city.desk(&format!("tests, {tests}"), &["column", "import", &rows], &[]);
    city.publish("column", "column", 2);
    println!(
        "register: {} MB",
        fs::metadata(city.office.path("register.db")).unwrap().len() >> 20
    );
}

struct City {
    office: Office,
}

impl City {
    /// A file of rows, each made of its number.
    fn file(&self, name: &str, header: &str, rows: u64, row: impl Fn(u64) -> String) -> String {
        let path = self.office.path(name);
        let mut file = BufWriter::new(File::create(&path).unwrap());
        writeln!(file, "{header}").unwrap();
        (0..rows).for_each(|n| writeln!(file, "{}", row(n)).unwrap());
        file.flush().unwrap();
        path.display().to_string()
    }

    fn desk(&self, what: &str, command: &[&str], more: &[&str]) {
        let [register, ledger] = ["register.db", "ledger.db"].map(|name| self.office.path(name).display().to_string());
        let at = AT.plus(DAY).to_string();
        let common = [
            "--register",
            &register,
            "--ledger",
            &ledger,
            "--by",
            "bench",
            "--at",
            &at,
        ];
        run(what, &[command, &common, more].concat());
    }

    fn publish(&self, what: &str, kind: &str, days: u64) {
        let [register, repo, key] =
            ["register.db", "repo", "status.key"].map(|name| self.office.path(name).display().to_string());
        let at = AT.plus(days * DAY).to_string();
        let more: &[&str] = if kind == "status" {
            &["--yes", "--danger-over-limit"]
        } else {
            &[]
        };
        let common = [
            kind,
            "publish",
            "--register",
            &register,
            "--repo",
            &repo,
            "--key",
            &key,
            "--at",
            &at,
        ];
        run(what, &[&common[..], more].concat());
    }
}

/// Runs the program and prints how long the whole process took, and the last line that it says.
fn run(what: &str, args: &[&str]) {
    let begun = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_postern-issuer"))
        .args(args)
        .env("LANG", "C")
        .output()
        .unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let last = said.lines().rfind(|line| line.contains(|c: char| c.is_ascii_digit()));
    println!("{what}: {seconds:.2} s ({})", last.unwrap_or_default());
}

/// A ledger of codes that no gate would take, which is all that a register needs to know of them.
fn ledger(path: &Path, codes: u64) {
    let wanted = Wanted {
        capacity: Some(codes),
        ..WANTED
    };
    let mut ledger = Ledger::open(path, &owner(), wanted).unwrap();
    ledger.expect(codes).unwrap();
    ledger.note_key(&demo::key(Role::Code, 0).public(), AT).unwrap();
    for (n, place) in ledger.places().enumerate() {
        ledger.begin().unwrap();
        let entry = Entry {
            counter: place.counter,
            id: format!("DEMO-{n:08}"),
            content: [0; 16],
            index: place.index,
            issued: AT,
            expires: AT.plus(365 * DAY),
            code: vec![0; 143],
        };
        ledger.add(&entry, AT).unwrap();
        if n % 65_536 == 0 {
            ledger.commit().unwrap();
        }
    }
    ledger.commit().unwrap();
    ledger.index_ids().unwrap();
}
