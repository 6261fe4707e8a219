//! `column publish`: the hours of a column as bytes from an origin, signed.

use std::io::Write;

use postern_cli::terminal::json_line;
use postern_cli::{Session, clock, files};
use postern_core::keys::PublicKey;
use postern_core::status::{Column, HOUR};
use postern_core::time::Time;
use postern_core::trust::{Document, Keys, Payload, TrustError};
use serde_json::json;

use crate::error::IssuerError;
use crate::status::{ColumnPublishArgs, Outgoing, Published, Register, StatusError, outbox, signing};

/// The last step that a byte holds.
const STEPS: u32 = 255;

pub(super) fn run(args: &ColumnPublishArgs, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    let name = &args.column;
    let repo = &args.signing.repo;
    let mut register = Register::open(&args.signing.register, None)?;
    let completed = outbox::send(&mut register, repo)?;
    let issued = args.signing.at.time();
    if !register.has_column(name)? {
        let column = name.to_string();
        return Err(StatusError::ColumnUnknown { column }.into());
    }
    let known = register.newest_published(Some(name))?;
    let upto = register.newest_batch(name)?;
    let ahead = outbox::ahead(&register, Some(name), known.as_ref(), &args.signing)?;
    if let Some(known) = &known
        && ahead.is_none()
        && known.upto == upto
        && (completed > 0 || issued == known.issued)
    {
        return tell(known, None, true, session, out);
    }
    let signer = signing::open(&args.signing, &register, Some(name), issued, session)?;
    let base = match ahead {
        Some(version) => Some(adopted(version, &register, args, &signer.public())?),
        None => known.map(|known| (known.version, known.issued)),
    };
    signing::not_dated_back(issued, base.map(|(_, issued)| issued))?;

    let hours = register.hours(name)?;
    let (origin, values) = steps(hours.all());
    let version = base.map_or(1, |(version, _)| version + 1);
    let column = Column {
        list: register.meta().list.clone(),
        size: values.len() as u64,
        unit: HOUR,
        column: name.clone(),
        issued,
        origin: Time::saturating(i64::from(origin) * i64::from(HOUR)),
        zlib: outbox::compressed(&values),
        version,
    };
    let mut column = Document::draft(column);
    let signature = column.sign(signer.as_ref())?;
    column.add_signature(signature);
    let bytes = column.to_bytes();
    let published = Published {
        version,
        issued,
        at: Time::saturating(clock::now()),
        by: args.signing.by.clone(),
        key: *signer.public().as_bytes(),
        upto,
        size: values.len() as u64,
        content: outbox::file_digest(&values),
        file: outbox::file_digest(&bytes),
        counts: vec![values.iter().filter(|value| **value > 0).count() as u64],
    };
    let (len, path) = (bytes.len(), outbox::path(register.meta(), Some(name), None, version));
    register.publish(Some(name), &published, &[Outgoing { path, bytes }])?;
    outbox::send(&mut register, repo)?;
    tell(&published, Some(len), false, session, out)
}

/// The version and the date of a column that this copy of the register does not know, and that its key signed.
fn adopted(
    version: u64,
    register: &Register,
    args: &ColumnPublishArgs,
    key: &PublicKey,
) -> Result<(u64, Time), IssuerError> {
    let path = outbox::path(register.meta(), Some(&args.column), None, version);
    let path = args.signing.repo.join(path);
    let bytes = files::read_bounded(&path, Column::MAX_LEN as u64)?;
    let refused = |e: TrustError| IssuerError::Document(path.clone(), e);
    let document = Document::<Column>::parse(&bytes).map_err(refused)?;
    let keys = Keys::new(vec![*key], 1).map_err(|why| StatusError::Unsignable(why.to_owned()))?;
    document.threshold(&keys).map_err(refused)?;
    let column = document.payload();
    match column.version == version && column.list == register.meta().list && column.column == args.column {
        true => Ok((version, column.issued)),
        false => Err(StatusError::Replaced { path }.into()),
    }
}

/// The hour that the bytes count from, and the bytes. The newest hour is the last that a byte holds, or comes before it;
/// what is too old for a byte is not known any more, which is what 0 says.
fn steps(hours: &[u32]) -> (u32, Vec<u8>) {
    let newest = hours.iter().copied().max().unwrap_or(0);
    let origin = newest.saturating_sub(STEPS);
    let step = |hour: &u32| u8::try_from(hour.saturating_sub(origin)).unwrap_or(u8::MAX);
    (origin, hours.iter().map(step).collect())
}

/// Says what is published now: this version, or the one that was there already.
fn tell(
    published: &Published,
    bytes: Option<usize>,
    already: bool,
    session: &Session,
    out: &mut dyn Write,
) -> Result<u8, IssuerError> {
    let known = published.counts.first().copied().unwrap_or(0);
    let line = match session.json {
        true => json_line(&json!({ "published": {
            "version": published.version, "issued": published.issued.to_string(), "already": already,
            "known": known, "bytes": bytes, "content": postern_core::hex(&published.content),
        }})),
        false => {
            let args = [
                ("version", published.version.to_string().into()),
                ("issued", published.issued.to_string().into()),
                ("known", known.into()),
                ("bytes", bytes.unwrap_or(0).to_string().into()),
            ];
            let message = if already {
                "column-published-already"
            } else {
                "column-published"
            };
            session.catalog.text(message, &args)
        }
    };
    let told = writeln!(out, "{line}").and_then(|()| out.flush());
    told.map_err(IssuerError::Output)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_newest_hour_is_the_last_step() {
        assert_eq!(
            steps(&[0, 500_000, 499_745, 499_746, 499_744]),
            (499_745, vec![0, 255, 0, 1, 0])
        );
        assert_eq!(steps(&[0, 255, 1]), (0, vec![0, 255, 1]));
        assert_eq!(steps(&[]), (0, vec![]));
    }

    proptest! {
        #[test]
        fn what_a_byte_says_is_the_hour(hours in proptest::collection::vec(0u32..400_000, 0..20)) {
            let (origin, values) = steps(&hours);
            for (hour, value) in hours.iter().zip(values) {
                match value {
                    0 => prop_assert!(*hour <= origin),
                    value => prop_assert_eq!(origin + u32::from(value), *hour),
                }
            }
        }
    }
}
