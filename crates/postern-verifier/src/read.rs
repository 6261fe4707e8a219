//! `read`: the texts of all codes in pictures. Nothing is judged, so nothing is logged.

use std::io::Write;
use std::path::Path;

use postern_cli::output::Output;
use postern_cli::terminal::{Colors, printable};
use postern_cli::{Explain, Failure, Session};
use postern_qr::Reader;
use postern_qr::process::ReadOutcome;
use serde_json::{Value, json};

use crate::Program;
use crate::cli::ReadArgs;
use crate::desk::Tally;
use crate::error::Error;
use crate::fault::Fault;
use crate::input;
use crate::pictures::PictureReader;

/// Runs the command.
pub(crate) fn run(args: &ReadArgs, session: &Session, program: &Program) -> Result<u8, Error> {
    let mut reader = PictureReader::new(program, args.reader.budget());
    let mut out = Output::stdout();
    let mut any = false;
    for item in args.pictures.iter().flat_map(|path| input::pictures(path)) {
        let (path, read) = match item {
            Ok(path) => {
                let read = reader.read(&path)?;
                (path, read)
            }
            Err((path, fault)) => (path, Err(fault)),
        };
        any |= read.is_ok();
        match (&read, session.json) {
            (_, true) => writeln!(
                out,
                "{}",
                postern_cli::terminal::json_line(&object(&path, &read, session))
            ),
            (Ok(outcome), false) => outcome
                .texts
                .iter()
                .try_for_each(|found| writeln!(out, "{}", printable(&found.text))),
            (Err(fault), false) => {
                complain(&path, fault, session);
                Ok(())
            }
        }
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    }
    Ok(if any { 0 } else { Tally::EXIT_NOTHING })
}

/// `docs/VERDICTS.md` has its members.
fn object(path: &Path, read: &Result<ReadOutcome, Fault>, session: &Session) -> Value {
    let file = path.display().to_string();
    match read {
        Ok(outcome) => {
            let texts: Vec<Value> = outcome
                .texts
                .iter()
                .map(|found| {
                    json!({
                        "text": found.text,
                        "reader": reader_name(found.reader),
                        "rung": found.rung,
                        "exact": found.is_exact(),
                    })
                })
                .collect();
            json!({ "type": "texts", "file": file, "texts": texts, "ms": outcome.ms })
        }
        Err(fault) => {
            let failure = Failure::new(fault, &session.catalog);
            json!({ "type": "fault", "file": file, "reason": fault.reason(), "message": failure.english })
        }
    }
}

fn reader_name(reader: Reader) -> &'static str {
    match reader {
        Reader::Rqrr => "rqrr",
        Reader::Rxing => "rxing",
    }
}

/// Texts alone go to standard output, so that they can be piped on.
fn complain(path: &Path, fault: &Fault, session: &Session) {
    let failure = Failure::new(fault, &session.catalog);
    let mut stderr = std::io::stderr().lock();
    // Where standard error is closed the exit status has to do.
    let _unheard = write!(stderr, "{}: ", printable(&path.display().to_string()))
        .and_then(|()| failure.write(&mut stderr, &session.catalog, Colors::stderr(session.color)));
}
