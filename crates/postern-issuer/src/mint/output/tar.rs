//! Pictures in tar files of 100,000 (POSIX.1-2001 ustar): `pictures-00001.tar` and so on, `ID.png` in them.

use postern_qr::draw;

use super::super::error::MintError;
use super::part::Part;
use super::{Drawing, Format, Mark, Sink, Target};

/// Pictures in one file.
const PICTURES: u32 = if cfg!(test) { 50 } else { 100_000 };
const STEM: &str = "pictures";
const ENDING: &str = "tar";
const BLOCK: usize = 512;
/// A tar file ends with two empty blocks.
const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// Tar files of PNG pictures.
pub(super) struct Tar;

impl Format for Tar {
    fn draw(&self, code: &Drawing<'_>, into: &mut Vec<u8>) {
        let png = draw::png(code.symbol(), draw::DEFAULT_SCALE);
        let mut header = tar::Header::new_ustar();
        header
            .set_path(format!("{}.png", code.entry.id))
            .expect("an id has at most 64 characters, none of them a slash");
        header.set_size(png.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(code.entry.issued.seconds());
        header.set_cksum();
        into.extend_from_slice(header.as_bytes());
        into.extend_from_slice(&png);
        into.resize(into.len().next_multiple_of(BLOCK), 0);
    }

    fn open(&self, target: &Target, mark: Option<Mark>) -> Result<Option<Box<dyn Sink>>, MintError> {
        let (file, codes) = mark.map_or((1, 0), |mark| (mark.file, mark.codes));
        // Later ones are an earlier run's, or were begun after the mark.
        target.remove_numbered(STEM, ENDING, |number| number <= file)?;
        let name = target.numbered(STEM, file, ENDING);
        let part = match mark {
            Some(mark) => Part::resume(&target.dir, &name, mark.bytes)?,
            None => Some(Part::new(&target.dir, &name)?),
        };
        let target = target.clone();
        Ok(part.map(|part| {
            Box::new(Shards {
                target,
                part,
                file,
                codes,
            }) as Box<dyn Sink>
        }))
    }
}

struct Shards {
    target: Target,
    part: Part,
    file: u32,
    codes: u32,
}

impl Sink for Shards {
    fn put(&mut self, _: &str, drawn: &[u8]) -> Result<(), MintError> {
        if self.codes >= PICTURES {
            self.file += 1;
            self.codes = 0;
            let next = Part::new(&self.target.dir, &self.target.numbered(STEM, self.file, ENDING))?;
            let mut whole = std::mem::replace(&mut self.part, next);
            whole.write(&END)?;
            whole.publish()?;
        }
        self.codes += 1;
        Ok(self.part.write(drawn)?)
    }

    fn mark(&mut self) -> Result<Mark, MintError> {
        self.part.sync()?;
        Ok(Mark {
            file: self.file,
            codes: self.codes,
            bytes: self.part.bytes(),
        })
    }

    fn finish(mut self: Box<Self>) -> Result<(), MintError> {
        self.part.write(&END)?;
        Ok(self.part.publish()?)
    }
}
