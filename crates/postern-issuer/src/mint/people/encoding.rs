//! In which encoding a file is written: said by a person, marked in the file, or told from its bytes.

use std::io::{self, Read, Seek, SeekFrom};

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::row::Encoding;

pub(super) const BOM_UTF8: &[u8] = b"\xef\xbb\xbf";
pub(super) const BOM_GB18030: &[u8] = b"\x84\x31\x95\x33";
const WINDOW: usize = 256 << 10;

/// What a person says of a file's encoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EncodingChoice {
    /// To be told from the file.
    #[default]
    Auto,
    /// GB 18030.
    Gb18030,
    /// UTF-8.
    Utf8,
}

/// Written by hand: the derived one would make help texts of the doc comments.
impl ValueEnum for EncodingChoice {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Utf8, Self::Gb18030]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Gb18030 => "gb18030",
            Self::Utf8 => "utf-8",
        }))
    }
}

/// What a file's bytes say of its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// This one, with so many bytes of mark before the text.
    Is(Encoding, u64),
    /// Neither UTF-8 nor GB 18030 throughout.
    Unclear {
        /// The first line that is not.
        line: u64,
    },
    /// UTF-16, by its mark.
    Utf16,
}

/// Tells the encoding of a file. Where nobody says it and there is no mark, the whole file is read for it, through a
/// window of a fixed size.
pub(super) fn tell(file: &mut (impl Read + Seek), choice: EncodingChoice) -> io::Result<Told> {
    let mut head = Vec::with_capacity(4);
    file.by_ref().take(4).read_to_end(&mut head)?;
    let mark = |bom: &[u8]| if head.starts_with(bom) { bom.len() as u64 } else { 0 };
    let utf8 = Told::Is(Encoding::Utf8, mark(BOM_UTF8));
    let gb18030 = Told::Is(Encoding::Gb18030, mark(BOM_GB18030));
    match choice {
        EncodingChoice::Utf8 => return Ok(utf8),
        EncodingChoice::Gb18030 => return Ok(gb18030),
        EncodingChoice::Auto if mark(BOM_UTF8) > 0 => return Ok(utf8),
        EncodingChoice::Auto if mark(BOM_GB18030) > 0 => return Ok(gb18030),
        EncodingChoice::Auto if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") => {
            return Ok(Told::Utf16);
        }
        EncodingChoice::Auto => {}
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(match Utf8Evidence::of(file, &mut vec![0; WINDOW])? {
        Utf8Evidence { wrong: 0, .. } => utf8,
        // Read as GB 18030, each of its names would be another one.
        Utf8Evidence { good, wrong, line } if good > wrong => Told::Unclear { line },
        _ => {
            file.seek(SeekFrom::Start(0))?;
            // Another encoding again, Latin-1 perhaps: the names that happen to decode would be other names.
            match first_not_gb18030(file, &mut vec![0; WINDOW])? {
                Some(line) => Told::Unclear { line },
                None => gb18030,
            }
        }
    })
}

/// The first line that is not GB 18030. A newline is never a part of one of its longer characters.
fn first_not_gb18030(reader: &mut impl Read, window: &mut [u8]) -> io::Result<Option<u64>> {
    let mut decoder = encoding_rs::GB18030.new_decoder_without_bom_handling();
    let mut text = vec![0; 4 * window.len()];
    let mut line = 1;
    loop {
        let read = match reader.read(window) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let mut bytes = &window[..read];
        loop {
            let (result, used, _) = decoder.decode_to_utf8_without_replacement(bytes, &mut text, read == 0);
            line += bytes[..used].iter().filter(|byte| **byte == b'\n').count() as u64;
            bytes = &bytes[used..];
            match result {
                encoding_rs::DecoderResult::InputEmpty => break,
                encoding_rs::DecoderResult::OutputFull => {}
                encoding_rs::DecoderResult::Malformed(..) => return Ok(Some(line)),
            }
        }
        if read == 0 {
            return Ok(None);
        }
    }
}

/// What speaks for UTF-8 and what against it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Utf8Evidence {
    /// Characters of more than one byte.
    good: u64,
    /// Places that are not UTF-8.
    wrong: u64,
    /// The line of the first such place.
    line: u64,
}

impl Utf8Evidence {
    /// Reads to the end through a window of at least four bytes, the longest character.
    fn of(reader: &mut impl Read, window: &mut [u8]) -> io::Result<Self> {
        let mut evidence = Self::default();
        let (mut lines, mut held) = (1, 0);
        loop {
            let read = match reader.read(&mut window[held..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            held += read;
            let used = evidence.weigh(&window[..held], read == 0, &mut lines);
            window.copy_within(used..held, 0);
            held -= used;
            if read == 0 {
                return Ok(evidence);
            }
        }
    }

    /// Weighs bytes and gives how many were understood: all but the beginning of a character at the end.
    fn weigh(&mut self, bytes: &[u8], end: bool, lines: &mut u64) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let (valid, wrong) = match std::str::from_utf8(&bytes[at..]) {
                Ok(text) => (text.len(), Some(0)),
                Err(error) => (error.valid_up_to(), error.error_len()),
            };
            let good = &bytes[at..at + valid];
            self.good += good.iter().filter(|byte| **byte >= 0xc0).count() as u64;
            *lines += good.iter().filter(|byte| **byte == b'\n').count() as u64;
            at += valid;
            match wrong {
                Some(0) => {}
                None if !end => return at,
                wrong => {
                    if self.wrong == 0 {
                        self.line = *lines;
                    }
                    self.wrong += 1;
                    at += wrong.unwrap_or(bytes.len() - at);
                }
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_evidence_does_not_depend_on_the_chunks(
            pieces in proptest::collection::vec(prop_oneof![
                Just("样本\n".as_bytes().to_vec()),
                Just("𠀀a".as_bytes().to_vec()),
                proptest::collection::vec(any::<u8>(), 0..4),
            ], 0..20),
            window in 4usize..12,
        ) {
            let bytes = pieces.concat();
            let whole = Utf8Evidence::of(&mut bytes.as_slice(), &mut vec![0; WINDOW]).unwrap();
            let cut = Utf8Evidence::of(&mut bytes.as_slice(), &mut vec![0; window]).unwrap();
            prop_assert_eq!(whole.wrong == 0, std::str::from_utf8(&bytes).is_ok());
            prop_assert_eq!(cut, whole);
        }
    }
}
