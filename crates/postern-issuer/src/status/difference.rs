//! What becomes of a list when it is published: what a person signs off.

use std::io::{self, Write};

use postern_cli::Session;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, json_line};
use postern_core::status::{Status, StatusList};
use postern_core::time::Time;
use serde_json::json;

use super::register::Register;
use super::word;

/// So many changes are shown as examples.
const EXAMPLES: usize = 10;

/// What becomes of a list.
#[derive(Debug)]
pub(super) struct Difference {
    /// How many places have each status, at the status' number.
    pub(super) counts: [u64; 4],
    /// How many get it.
    gets: [u64; 4],
    /// The first of them, with what they had and have.
    examples: Vec<(u32, Status, Status)>,
}

impl Difference {
    pub(super) fn between(old: Option<&StatusList>, new: &StatusList) -> Self {
        let mut gets = [0; 4];
        let mut examples = Vec::new();
        let before = |at: usize| old.and_then(|old| old.bytes().get(at)).copied().unwrap_or(0);
        for (at, byte) in new
            .bytes()
            .iter()
            .enumerate()
            .filter(|(at, byte)| **byte != before(*at))
        {
            for i in 0..4 {
                let [was, is] = [before(at), *byte].map(|byte| Status::from_bits(byte >> (2 * i)));
                if was == is {
                    continue;
                }
                gets[is as usize] += 1;
                if examples.len() < EXAMPLES {
                    // A list has at most 2^27 places.
                    examples.push((4 * at as u32 + i, was, is));
                }
            }
        }
        let counts = new.counts();
        Self { counts, gets, examples }
    }

    pub(super) fn changes(&self) -> u64 {
        self.gets.iter().sum()
    }

    /// Codes that gates stop taking as they did.
    pub(super) fn worse(&self) -> u64 {
        self.gets[1..].iter().sum()
    }

    /// Codes that gates take again.
    pub(super) fn better(&self) -> u64 {
        self.gets[Status::Valid as usize]
    }

    pub(super) fn tell(
        &self,
        register: &Register,
        before: Option<(u64, Time)>,
        adopted: bool,
        session: &Session,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if session.json {
            let by_name = |counts: &[u64; 4]| -> serde_json::Map<_, _> {
                let named = Status::ALL.into_iter().zip(counts);
                named
                    .map(|(status, count)| (status.as_str().to_owned(), json!(count)))
                    .collect()
            };
            let line = json!({ "difference": {
                "from": before.map(|(version, _)| version), "adopted": adopted,
                "counts": by_name(&self.counts), "gets": by_name(&self.gets), "worse": self.worse(),
            }});
            return writeln!(out, "{}", json_line(&line));
        }
        let text = |id: &str, args: &[_]| session.catalog.text(id, args);
        let list = ("list", register.meta().list.to_string().into());
        let head = match before {
            None => text("status-first", &[list]),
            Some((version, issued)) => {
                let version = ("version", version.to_string().into());
                text("status-since", &[list, version, ("issued", issued.to_string().into())])
            }
        };
        writeln!(out, "{head}")?;
        let headings = [
            ("status-heading-status", Align::Left),
            ("status-heading-codes", Align::Right),
            ("status-heading-gets", Align::Right),
        ];
        let mut table = Table::new(headings.map(|(id, align)| (text(id, &[]), align)));
        for status in Status::ALL {
            let at = status as usize;
            table.row([
                word(status, session),
                self.counts[at].to_string(),
                self.gets[at].to_string(),
            ]);
        }
        let colors = Colors::stdout(session.color);
        out.write_all(table.render(None, colors).as_bytes())?;
        if adopted && self.better() > 0 {
            writeln!(out, "{}", text("status-adopted", &[("count", self.better().into())]))?;
        }
        if !self.examples.is_empty() {
            writeln!(
                out,
                "{}",
                text("status-examples", &[("count", self.examples.len().into())])
            )?;
            let mut table = Table::new([("", Align::Right), ("", Align::Left), ("", Align::Left)]);
            for (index, was, is) in &self.examples {
                let newest = register.history(*index).ok().and_then(|mut all| all.pop());
                let why = newest.map_or_else(String::new, |entry| format!("{} ({})", entry.why, entry.by));
                let becomes = format!("{} -> {}", word(*was, session), word(*is, session));
                table.row([format!("  {index}"), becomes, why]);
            }
            out.write_all(table.render(None, colors).as_bytes())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use postern_core::status::StatusListBuilder;

    use super::*;

    fn list(set: &[(u32, Status)], len: u32) -> StatusList {
        let mut list = StatusListBuilder::with_len(len).unwrap();
        for (index, status) in set {
            list.set(*index, *status);
        }
        list.build()
    }

    #[test]
    fn what_becomes_of_a_list_is_counted() {
        use Status::{Invalid, Restricted, Suspended, Valid};
        let old = list(&[(0, Suspended), (1, Invalid), (9, Restricted)], 12);
        let new = list(
            &[
                (0, Valid),
                (1, Invalid),
                (2, Suspended),
                (9, Suspended),
                (13, Restricted),
            ],
            16,
        );
        let difference = Difference::between(Some(&old), &new);
        assert_eq!(difference.counts, [12, 1, 2, 1]);
        assert_eq!(
            (difference.gets, difference.changes(), difference.worse()),
            ([1, 0, 2, 1], 4, 3)
        );
        let expected = [
            (0, Suspended, Valid),
            (2, Valid, Suspended),
            (9, Restricted, Suspended),
            (13, Valid, Restricted),
        ];
        assert_eq!(difference.examples, expected);
        let first = Difference::between(None, &old);
        assert_eq!((first.gets, first.worse()), ([0, 1, 1, 1], 3));
        assert_eq!(Difference::between(Some(&new), &new).changes(), 0);
    }
}
