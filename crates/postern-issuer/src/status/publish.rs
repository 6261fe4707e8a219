//! `status publish`: the list as it is to be, beside the one that is published; signed off by a person, or by a job within
//! the limit.

use std::io::{self, Write};
use std::path::Path;

use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, json_line};
use postern_cli::{Session, clock, files};
use postern_core::keys::PublicKey;
use postern_core::status::{Delta, Status, StatusList, StatusListBuilder, StatusToken};
use postern_core::time::Time;
use postern_core::trust::Document;
use serde_json::json;

use super::args::{PublishArgs, SigningArgs};
use super::error::StatusError;
use super::register::{Outgoing, Published, Register};
use super::{outbox, signing, word};
use crate::ceremony::confirm;
use crate::error::IssuerError;

/// So many changes are shown as examples.
const EXAMPLES: usize = 10;

pub(super) fn run(args: &PublishArgs, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    let SigningArgs {
        register, repo, at, by, ..
    } = &args.signing;
    let mut register = Register::open(register, None)?;
    let completed = outbox::send(&mut register, repo)?;
    let issued = at.time();
    let before = register.newest_published(None)?;
    let old = match &before {
        Some(before) => Some(read_back(before, &register, repo)?),
        None => None,
    };
    let new = list(&register)?;
    let difference = Difference::between(old.as_ref(), &new);
    if let Some(before) = &before
        && difference.changes() == 0
        && (completed > 0 || issued == before.issued)
    {
        return tell_published(before, None, true, session, out);
    }
    signing::not_dated_back(issued, before.as_ref().map(|before| before.issued))?;
    let signer = signing::open(&args.signing, &register, None, issued, session)?;

    // Nobody says yes to what was not shown.
    if session.json && !args.yes {
        return Err(IssuerError::NotConfirmed);
    }
    let shown = difference.tell(&register, before.as_ref(), session, out);
    shown.and_then(|()| out.flush()).map_err(IssuerError::Output)?;
    let (codes, limit) = (difference.worse(), register.limit()?);
    if codes > limit && !args.danger_over_limit {
        return Err(StatusError::OverLimit { codes, limit }.into());
    }
    if !args.yes {
        confirm(session)?;
    }

    let meta = register.meta().clone();
    let version = before.as_ref().map_or(1, |before| before.version + 1);
    let token = StatusToken::sign(
        signer.as_ref(),
        &meta.list,
        version,
        issued,
        &outbox::compressed(new.bytes()),
    )?;
    let mut files = Vec::new();
    if let (Some(old), Some(before)) = (&old, &before) {
        let delta = Delta::between(old, &new, meta.list.clone(), before.version, version, issued);
        // Where there are more changes than a delta holds, gates take the list.
        if let Ok(delta) = delta {
            let mut delta = Document::draft(delta);
            let signature = delta.sign(signer.as_ref())?;
            delta.add_signature(signature);
            let path = outbox::path(&meta, None, Some(before.version), version);
            let bytes = delta.to_bytes();
            files.push(Outgoing { path, bytes });
        }
    }
    let delta = files.first().map(|file| file.bytes.len());
    let published = Published {
        version,
        issued,
        at: Time::saturating(clock::now()),
        by: by.clone(),
        key: *signer.public().as_bytes(),
        upto: register.newest_change()?,
        size: new.bytes().len() as u64,
        content: new.digest(),
        file: outbox::file_digest(&token),
        counts: difference.counts.to_vec(),
    };
    // Last: where it lies, all that goes with it lies too.
    files.push(Outgoing {
        path: outbox::path(&meta, None, None, version),
        bytes: token,
    });
    register.publish(None, &published, &files)?;
    outbox::send(&mut register, repo)?;
    let bytes = files.last().map(|file| file.bytes.len());
    tell_published(&published, bytes.map(|list| (list, delta)), false, session, out)
}

/// The list of what the register says.
fn list(register: &Register) -> Result<StatusList, IssuerError> {
    let places = register.meta().places;
    let unsignable = |e: postern_core::trust::TrustError| StatusError::Unsignable(e.to_string());
    let mut list = StatusListBuilder::with_len(places).map_err(unsignable)?;
    register.each_status(|place, status| {
        list.set(place, status);
    })?;
    Ok(list.build())
}

/// The list that is published, as the repository has it: what the register signed, and nothing else.
fn read_back(before: &Published, register: &Register, repo: &Path) -> Result<StatusList, IssuerError> {
    let path = repo.join(outbox::path(register.meta(), None, None, before.version));
    let bytes = files::read_bounded(&path, StatusToken::MAX_LEN as u64)?;
    let replaced = || StatusError::Replaced { path: path.clone() };
    if outbox::file_digest(&bytes) != before.file {
        return Err(replaced().into());
    }
    let token = StatusToken::parse(&bytes).map_err(|_| replaced())?;
    let key = PublicKey::from_bytes(&before.key).map_err(|_| replaced())?;
    let list = token.inflate(before.size).map_err(|_| replaced())?;
    match token.signed_by(&[key]) && list.digest() == before.content {
        true => Ok(list),
        false => Err(replaced().into()),
    }
}

/// What becomes of a list.
#[derive(Debug)]
struct Difference {
    /// How many places have each status, at the status' number.
    counts: [u64; 4],
    /// How many get it.
    gets: [u64; 4],
    /// The first of them, with what they had and have.
    examples: Vec<(u32, Status, Status)>,
}

impl Difference {
    fn between(old: Option<&StatusList>, new: &StatusList) -> Self {
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

    fn changes(&self) -> u64 {
        self.gets.iter().sum()
    }

    /// Codes that gates stop taking as they did.
    fn worse(&self) -> u64 {
        self.gets[1..].iter().sum()
    }

    fn tell(
        &self,
        register: &Register,
        before: Option<&Published>,
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
                "from": before.map(|before| before.version),
                "counts": by_name(&self.counts), "gets": by_name(&self.gets), "worse": self.worse(),
            }});
            return writeln!(out, "{}", json_line(&line));
        }
        let text = |id: &str, args: &[_]| session.catalog.text(id, args);
        let list = ("list", register.meta().list.to_string().into());
        let head = match before {
            None => text("status-first", &[list]),
            Some(before) => {
                let version = ("version", before.version.to_string().into());
                text(
                    "status-since",
                    &[list, version, ("issued", before.issued.to_string().into())],
                )
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

/// Says what is published now: this version, or the one that was there already. `bytes` are those of the list and of the
/// delta.
fn tell_published(
    published: &Published,
    bytes: Option<(usize, Option<usize>)>,
    already: bool,
    session: &Session,
    out: &mut dyn Write,
) -> Result<u8, IssuerError> {
    let digest = postern_core::hex(&published.content);
    let line = match session.json {
        true => json_line(&json!({ "published": {
            "version": published.version, "issued": published.issued.to_string(), "already": already,
            "bytes": bytes.map(|(list, _)| list), "delta_bytes": bytes.and_then(|(_, delta)| delta),
            "content": digest,
        }})),
        false => {
            let message = match (already, bytes.and_then(|(_, delta)| delta)) {
                (true, _) => "status-published-already",
                (false, None) => "status-published",
                (false, Some(_)) => "status-published-delta",
            };
            let number = |n: Option<usize>| n.unwrap_or(0).to_string();
            let args = [
                ("version", published.version.to_string().into()),
                ("issued", published.issued.to_string().into()),
                ("bytes", number(bytes.map(|(list, _)| list)).into()),
                ("delta", number(bytes.and_then(|(_, delta)| delta)).into()),
            ];
            session.catalog.text(message, &args)
        }
    };
    let told = writeln!(out, "{line}").and_then(|()| out.flush());
    told.map_err(IssuerError::Output)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
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
