//! What goes through the pipes: a mark, a length, and that many bytes. Numbers are little-endian.

use std::io::{self, Read, Write};
use std::time::Duration;

use crate::detect::MAX_CODES;
use crate::luma::Luma;
use crate::picture::{MAX_FILE, MAX_PIXELS, PictureError};
use crate::process::{ConfineError, Confinement, Effort, ReadOutcome, Request};
use crate::reader::{Found, Reader, rungs};

/// The most bytes of a request: a picture and the numbers before it.
pub(super) const MAX_REQUEST: usize = if MAX_FILE > MAX_PIXELS { MAX_FILE } else { MAX_PIXELS } + 64;
/// The most bytes of an answer: 64 codes of the largest version take under 2 MiB, text and bytes.
pub(super) const MAX_ANSWER: usize = 4 << 20;

/// Before each length, so that a stray line of text is never taken for one.
const MARK: &[u8; 4] = b"PQR\x01";

const FILE: u8 = 0;
const LUMA: u8 = 1;
/// No picture: the child says what confines it.
const HELLO: u8 = 2;

const GLANCE: u8 = 0;
const WHOLE: u8 = 1;

const READ: u8 = 0;
const PANICKED: u8 = 1;
const DAMAGED: u8 = 2;
const NOT_A_PICTURE: u8 = 3;
const TOO_LARGE: u8 = 4;
const UNSUPPORTED: u8 = 5;
const READY_CONFINED: u8 = 6;
const READY_UNCONFINED: u8 = 7;
const NO_FILTER: u8 = 8;
const NO_LIMITS: u8 = 9;

/// The bytes of a request after its picture.
const TAIL: usize = 14;

/// A request as the child has it.
pub(super) struct Asked {
    pub(super) what: What,
    pub(super) effort: Effort,
    /// After this time no further step is begun.
    pub(super) soft: Duration,
}

/// What is asked for: a [`Request`]'s picture, owned, or a sign of life.
pub(super) enum What {
    File(Vec<u8>),
    Hello,
    Luma(Luma),
}

/// What a child says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Panicked,
    Picture(PictureError),
    Read(ReadOutcome),
    /// The answer to a hello.
    Ready(Confinement),
    /// The answer to everything.
    Unconfined(ConfineError),
}

/// Writes one frame, its body in parts.
pub(super) fn send(output: &mut impl Write, parts: &[&[u8]]) -> io::Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let length = u32::try_from(length).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut head = [0; 8];
    head[..4].copy_from_slice(MARK);
    head[4..].copy_from_slice(&length.to_le_bytes());
    output.write_all(&head)?;
    parts.iter().try_for_each(|part| output.write_all(part))?;
    output.flush()
}

/// Reads one frame's body of at most `most` bytes; `None` where the input ends before a frame.
pub(super) fn receive(input: &mut impl Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::with_capacity(8);
    input.by_ref().take(8).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(None);
    }
    let head: [u8; 8] = head.try_into().map_err(|_| io::ErrorKind::UnexpectedEof)?;
    let [a, b, c, d, length @ ..] = head;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if &[a, b, c, d] != MARK || length > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // Past a camera's frame it grows with what comes, not with what is announced.
    let mut body = Vec::with_capacity(length.min(1 << 20));
    input.take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(body))
}

/// A request's bytes: the file or the pixels, the kind, the effort, the soft limit in ms, a picture's width and height.
/// The picture comes first so that it need not be moved to be used.
pub(super) fn request_to_bytes(request: &Request<'_>, effort: Effort, soft: Duration) -> Vec<u8> {
    let (kind, width, height, bytes) = match request {
        Request::File(file) => (FILE, 0, 0, *file),
        Request::Luma(luma) => (LUMA, luma.width(), luma.height(), luma.pixels()),
    };
    let effort = match effort {
        Effort::Glance => GLANCE,
        Effort::Whole => WHOLE,
    };
    let mut body = Vec::with_capacity(bytes.len() + TAIL);
    body.extend_from_slice(bytes);
    body.extend([kind, effort]);
    body.extend(u32::try_from(soft.as_millis()).unwrap_or(u32::MAX).to_le_bytes());
    // A picture's sides are bounded far below 2^32.
    body.extend((width as u32).to_le_bytes());
    body.extend((height as u32).to_le_bytes());
    body
}

/// The bytes of a request for a sign of life.
pub(super) fn hello() -> Vec<u8> {
    let mut body = vec![0; TAIL];
    body[0] = HELLO;
    body
}

/// The opposite of [`request_to_bytes`] and [`hello`]; `None` for what they do not write.
pub(super) fn request_from(mut body: Vec<u8>) -> Option<Asked> {
    let length = body.len().checked_sub(TAIL)?;
    let mut parts = Parts(&body[length..]);
    let kind = parts.byte()?;
    let effort = match parts.byte()? {
        GLANCE => Effort::Glance,
        WHOLE => Effort::Whole,
        _ => return None,
    };
    let soft = Duration::from_millis(parts.number()?.into());
    let (width, height) = (parts.number()? as usize, parts.number()? as usize);
    body.truncate(length);
    let what = match kind {
        FILE => What::File(body),
        HELLO => What::Hello,
        LUMA => What::Luma(Luma::new(width, height, body).ok()?),
        _ => return None,
    };
    Some(Asked { what, effort, soft })
}

/// An answer's bytes: the kind; if something was read, the time, and for each text the reader, the rung's number, the
/// text and the bytes, each with its length before it.
pub(super) fn answer_to_bytes(answer: &Answer) -> Vec<u8> {
    let outcome = match answer {
        Answer::Panicked => return vec![PANICKED],
        Answer::Picture(PictureError::Damaged) => return vec![DAMAGED],
        Answer::Picture(PictureError::NotAPicture) => return vec![NOT_A_PICTURE],
        Answer::Picture(PictureError::TooLarge) => return vec![TOO_LARGE],
        Answer::Picture(PictureError::Unsupported) => return vec![UNSUPPORTED],
        Answer::Read(outcome) => outcome,
        Answer::Ready(Confinement::Enforced) => return vec![READY_CONFINED],
        Answer::Ready(Confinement::Unsupported) => return vec![READY_UNCONFINED],
        Answer::Unconfined(ConfineError::Filter) => return vec![NO_FILTER],
        Answer::Unconfined(ConfineError::Limits) => return vec![NO_LIMITS],
    };
    let mut body = vec![READ, u8::from(outcome.out_of_time)];
    body.extend(outcome.ms.to_le_bytes());
    for found in outcome.texts.iter().take(MAX_CODES) {
        let rung = rungs()
            .position(|name| name == found.rung)
            .expect("a text was found on one of the ladder's rungs");
        // The ladder has fewer than 256 rungs, and a payload fewer than 2^32 bytes.
        body.extend([u8::from(found.reader == Reader::Rqrr), rung as u8]);
        for bytes in [found.text.as_bytes(), &found.bytes] {
            body.extend((bytes.len() as u32).to_le_bytes());
            body.extend_from_slice(bytes);
        }
    }
    body
}

/// The opposite of [`answer_to_bytes`]; `None` for what it does not write.
pub(super) fn answer_from(body: &[u8]) -> Option<Answer> {
    let mut parts = Parts(body);
    let answer = match parts.byte()? {
        DAMAGED => Answer::Picture(PictureError::Damaged),
        NOT_A_PICTURE => Answer::Picture(PictureError::NotAPicture),
        NO_FILTER => Answer::Unconfined(ConfineError::Filter),
        NO_LIMITS => Answer::Unconfined(ConfineError::Limits),
        PANICKED => Answer::Panicked,
        READY_CONFINED => Answer::Ready(Confinement::Enforced),
        READY_UNCONFINED => Answer::Ready(Confinement::Unsupported),
        TOO_LARGE => Answer::Picture(PictureError::TooLarge),
        UNSUPPORTED => Answer::Picture(PictureError::Unsupported),
        READ => Answer::Read(parts.outcome()?),
        _ => return None,
    };
    parts.0.is_empty().then_some(answer)
}

/// What is left of a body.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(part)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|part| part[0])
    }

    fn flag(&mut self) -> Option<bool> {
        self.byte().filter(|&byte| byte < 2).map(|byte| byte == 1)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length).map(<[u8]>::to_vec)
    }

    fn outcome(&mut self) -> Option<ReadOutcome> {
        let out_of_time = self.flag()?;
        let ms = self.number()?;
        let mut texts = Vec::new();
        while !self.0.is_empty() {
            if texts.len() >= MAX_CODES {
                return None;
            }
            let reader = if self.flag()? { Reader::Rqrr } else { Reader::Rxing };
            let rung = rungs().nth(self.byte()?.into())?;
            let text = String::from_utf8(self.bytes()?).ok()?;
            texts.push(Found {
                text,
                bytes: self.bytes()?,
                reader,
                rung,
            });
        }
        Some(ReadOutcome { texts, out_of_time, ms })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outcome() -> ReadOutcome {
        let found = |text: &str, reader, rung| Found {
            text: text.into(),
            bytes: text.into(),
            reader,
            rung,
        };
        let texts = vec![
            found("PC1:A", Reader::Rxing, "hybrid"),
            found("检", Reader::Rqrr, "rqrr"),
        ];
        ReadOutcome {
            texts,
            out_of_time: true,
            ms: 70_000,
        }
    }

    #[test]
    fn what_is_sent_is_received() {
        let mut pipe = Vec::new();
        send(&mut pipe, &[b"ab", b"", b"c"]).unwrap();
        send(&mut pipe, &[]).unwrap();
        let mut pipe = pipe.as_slice();
        assert_eq!(receive(&mut pipe, 3).unwrap().unwrap(), b"abc");
        assert_eq!(receive(&mut pipe, 3).unwrap().unwrap(), b"");
        assert!(receive(&mut pipe, 3).unwrap().is_none());
    }

    #[test]
    fn frames_cut_short_too_long_or_without_a_mark_are_errors() {
        let mut pipe = Vec::new();
        send(&mut pipe, &[b"abc"]).unwrap();
        for end in 1..pipe.len() {
            assert_eq!(
                receive(&mut &pipe[..end], 3).unwrap_err().kind(),
                io::ErrorKind::UnexpectedEof
            );
        }
        assert_eq!(
            receive(&mut &pipe[..], 2).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        pipe[0] ^= 1;
        assert_eq!(
            receive(&mut &pipe[..], 3).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }

    #[test]
    fn answers_survive_the_way() {
        let errors = [
            PictureError::Damaged,
            PictureError::NotAPicture,
            PictureError::TooLarge,
            PictureError::Unsupported,
        ];
        let all = errors
            .map(Answer::Picture)
            .into_iter()
            .chain([Answer::Panicked, Answer::Read(outcome())])
            .chain([Confinement::Enforced, Confinement::Unsupported].map(Answer::Ready))
            .chain([ConfineError::Filter, ConfineError::Limits].map(Answer::Unconfined));
        for answer in all {
            let bytes = answer_to_bytes(&answer);
            assert_eq!(answer_from(&bytes), Some(answer));
            assert_eq!(
                answer_from(&[&bytes[..], b"\0"].concat()),
                None,
                "what follows an answer is no part of it"
            );
        }
    }

    #[test]
    fn requests_survive_the_way() {
        let luma = Luma::new(3, 2, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let soft = Duration::from_millis(250);
        let asked = request_from(request_to_bytes(&Request::Luma(&luma), Effort::Glance, soft)).unwrap();
        assert!(matches!(asked.what, What::Luma(got) if got == luma));
        assert_eq!((asked.effort, asked.soft), (Effort::Glance, soft));
        let asked = request_from(request_to_bytes(&Request::File(b"file"), Effort::Whole, Duration::MAX)).unwrap();
        assert!(matches!(asked.what, What::File(got) if got == b"file"));
        assert_eq!(asked.effort, Effort::Whole);
        assert!(matches!(request_from(hello()).unwrap().what, What::Hello));

        let mut lying = request_to_bytes(&Request::Luma(&luma), Effort::Whole, Duration::ZERO);
        let width = lying.len() - 8;
        lying[width] = 4;
        assert!(request_from(lying).is_none(), "four by two is not six pixels");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..60), at in 0usize..60, with: u8) {
            if let Some(answer) = answer_from(&body) {
                prop_assert_eq!(answer_to_bytes(&answer), body.clone());
            }
            let _ = request_from(body.clone());
            let _ = receive(&mut body.as_slice(), 16);
            let mut bytes = answer_to_bytes(&Answer::Read(outcome()));
            let at = at % bytes.len();
            bytes[at] = with;
            let _ = answer_from(&bytes);
        }
    }
}
