//! Downloads that go on where they were interrupted.

use crate::error::TransportError;
use crate::network::{Network, Reply};
use crate::spool::{Part, Pin, Spool};

/// The answers that one call takes, as long as each brings something, before it leaves the rest to a later call. One from
/// the start may come on top.
const MAX_ANSWERS: usize = 4;

/// What an answer did to the part.
enum Outcome {
    Absent,
    /// The server's file has another size. The part is as it was.
    OtherSize,
    /// The server gave no rest to this part, which is as it was.
    NoRest,
    /// The answer came to its end, or past the file's: the part may be the file.
    Ended,
}

pub(crate) fn fetch(network: &Network, path: &str, pin: Pin, spool: &Spool) -> Result<Option<Vec<u8>>, TransportError> {
    let mut part = spool.part(path, pin)?;
    // Whether the part's bytes are of more than one answer. Those of two files do not make one.
    let mut mixed = part.len() > 0;
    let mut restarted = false;
    let mut answers = 0;
    if part.fits() {
        return part.take().map(Some);
    }
    loop {
        let before = part.len();
        let outcome = if before < pin.size {
            answers += 1;
            receive(network, path, pin, &mut part)
        } else {
            Ok(Outcome::Ended)
        };
        match outcome {
            Ok(Outcome::Absent) => return Ok(None),
            // A portal that answers everything with its own page does not cost what came before.
            Ok(Outcome::OtherSize) => return Err(not_pinned(path)),
            Ok(Outcome::Ended) if part.fits() => return part.take().map(Some),
            Ok(Outcome::Ended | Outcome::NoRest) if mixed => {
                part.clear()?;
                mixed = false;
                restarted = true;
            }
            Ok(Outcome::Ended | Outcome::NoRest) => {
                part.take()?;
                return Err(not_pinned(path));
            }
            Err(e @ TransportError::Spool { .. }) => return Err(e),
            Err(_) if part.len() > before && answers < MAX_ANSWERS && !restarted => mixed = true,
            Err(e) => return Err(e),
        }
    }
}

/// Asks for what the part lacks and adds what comes.
fn receive(network: &Network, path: &str, pin: Pin, part: &mut Part) -> Result<Outcome, TransportError> {
    let rest = (part.len() > 0).then(|| part.len()..pin.size);
    let mut body = match network.request(path, rest)? {
        Reply::Absent => return Ok(Outcome::Absent),
        Reply::OtherRange { size: Some(size) } if size != pin.size => return Ok(Outcome::OtherSize),
        Reply::OtherRange { .. } => return Ok(Outcome::NoRest),
        Reply::Body(body) => body,
    };
    if body.size().is_some_and(|size| size != pin.size) {
        return Ok(Outcome::OtherSize);
    }
    while let Some(chunk) = body.next()? {
        if !part.append(&chunk)? {
            break;
        }
    }
    Ok(Outcome::Ended)
}

pub(crate) fn not_pinned(path: &str) -> TransportError {
    TransportError::NotPinned { path: path.to_owned() }
}
