//! `check`: pictures, folders, texts and lines to verdicts, and the worst of them as the exit status.

mod feed;
mod stream;

use std::io::IsTerminal;
use std::path::Path;

use postern_cli::Session;
use postern_log::Source;

use crate::Program;
use crate::cli::{CheckArgs, time};
use crate::demo;
use crate::desk::Desk;
use crate::error::Error;
use crate::input::{self, Input};
use crate::judged::{Gate, Origin};
use crate::pictures::PictureReader;
use crate::shown::Layout;
use crate::store::Store;

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, session: &Session, program: &Program) -> Result<u8, Error> {
    let inputs = input::resolve(&args.inputs)?;
    let store = Store::open(&args.store)?;
    let gate = Gate::new(store.state()?, time(args.at));
    demo::warn(gate.is_demo(), session);
    let mut desk = Desk::open(&store, gate, session, Layout::lines(session))?;
    let mut reader = PictureReader::new(program, args.reader.budget());

    for (i, input) in inputs.iter().enumerate() {
        let origin = Origin {
            argument: Some(i + 1),
            ..Origin::default()
        };
        let done = match input {
            Input::Path(path) => pictures(input::pictures(path), &origin, &mut reader, &mut desk),
            Input::Stdin => stream::run(&origin, &mut desk),
            Input::Text(text) => {
                desk.text(text, Source::Text, origin);
                desk.flush_group()
            }
        };
        if let Err(error) = done {
            // What was judged before stays judged.
            desk.flush()?;
            return Err(error);
        }
    }
    desk.flush()?;
    Ok(desk.tally().exit())
}

fn pictures(
    items: Vec<input::Item>,
    origin: &Origin,
    reader: &mut PictureReader,
    desk: &mut Desk<'_>,
) -> Result<(), Error> {
    // A person who waits sees each verdict when it is there; another program gets them in groups.
    let at_once = std::io::stdout().is_terminal();
    for item in items {
        let from = |path: &Path| Origin {
            file: Some(path.to_owned()),
            ..origin.clone()
        };
        match item {
            Err((path, fault)) => desk.fault(from(&path), fault),
            Ok(path) => match reader.read(&path)? {
                Ok(outcome) => {
                    for found in &outcome.texts {
                        desk.text(&found.text, Source::Picture, from(&path));
                    }
                }
                Err(fault) => desk.fault(from(&path), fault),
            },
        }
        if at_once { desk.flush()? } else { desk.flush_group()? }
    }
    Ok(())
}
