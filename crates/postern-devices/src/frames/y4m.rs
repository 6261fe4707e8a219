//! Y4M: the uncompressed video of MJPEG tools and of ffmpeg's `yuv4mpegpipe`. The brightness of each picture is taken.
//!
//! A stream is a line `YUV4MPEG2 W640 H480 C420jpeg ...`, and for each picture a line `FRAME ...` and its planes of
//! samples: brightness first, then colours, which are passed over.

use postern_qr::Luma;
use postern_qr::picture::{MAX_DIMENSION, MAX_PIXELS};

use crate::error::DeviceError;
use crate::events::Picture;

/// What a stream begins with.
pub(super) const SIGNATURE: &[u8] = b"YUV4MPEG2 ";
/// The longest header in bytes.
const MAX_HEADER: usize = 1024;
/// The most letters of a foreign format that an error repeats.
const MAX_NAME: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Y4m {
    size: Option<Size>,
    part: Part,
    /// The header, or the samples, as far as they have come.
    buffer: Vec<u8>,
}

/// What comes next.
#[derive(Debug, Default)]
enum Part {
    #[default]
    Header,
    Brightness,
    /// So many bytes of colour.
    Colour(usize),
}

#[derive(Clone, Copy, Debug)]
struct Size {
    width: usize,
    height: usize,
    /// Bytes of colour in each picture.
    colour: usize,
}

impl Y4m {
    pub(super) fn push(&mut self, mut bytes: &[u8], found: &mut dyn FnMut(Picture)) -> Result<(), DeviceError> {
        while !bytes.is_empty() {
            match (&mut self.part, self.size) {
                (Part::Colour(left), _) => {
                    let passed = bytes.len().min(*left);
                    *left -= passed;
                    bytes = &bytes[passed..];
                    if *left == 0 {
                        self.part = Part::Header;
                    }
                }
                (Part::Brightness, Some(size)) => {
                    let wanted = size.width * size.height - self.buffer.len();
                    let (samples, rest) = bytes.split_at(wanted.min(bytes.len()));
                    self.buffer.extend_from_slice(samples);
                    bytes = rest;
                    if samples.len() == wanted {
                        let samples = std::mem::take(&mut self.buffer);
                        let luma = Luma::new(size.width, size.height, samples).map_err(|_| damaged(wanted))?;
                        self.part = match size.colour {
                            0 => Part::Header,
                            colour => Part::Colour(colour),
                        };
                        found(Picture::Luma(luma));
                    }
                }
                (Part::Header | Part::Brightness, _) => {
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    let (line, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
                    if self.buffer.len() + line.len() > MAX_HEADER {
                        return Err(damaged(MAX_HEADER));
                    }
                    self.buffer.extend_from_slice(line);
                    bytes = rest;
                    if end.is_some() {
                        self.header()?;
                    }
                }
            }
        }
        Ok(())
    }

    /// A header is here to its end.
    fn header(&mut self) -> Result<(), DeviceError> {
        let line = std::mem::take(&mut self.buffer);
        let line = String::from_utf8(line).map_err(|error| damaged(error.as_bytes().len()))?;
        let mut words = line.trim_end_matches('\n').split(' ');
        match (words.next(), self.size) {
            (Some("YUV4MPEG2"), None) => self.size = Some(size(words, line.len())?),
            (Some("FRAME"), Some(_)) => self.part = Part::Brightness,
            _ => return Err(damaged(line.len())),
        }
        Ok(())
    }
}

fn damaged(bytes: usize) -> DeviceError {
    DeviceError::NoFrames { bytes: bytes as u64 }
}

/// Reads the parameters of a stream: `W` and `H`, `C` where the colours are not 4:2:0, and others that do not matter here.
fn size<'a>(words: impl Iterator<Item = &'a str>, len: usize) -> Result<Size, DeviceError> {
    let (mut width, mut height, mut format) = (None, None, "420");
    for word in words {
        let mut letters = word.chars();
        match letters.next() {
            Some('W') => width = letters.as_str().parse().ok(),
            Some('H') => height = letters.as_str().parse().ok(),
            Some('C') => format = letters.as_str(),
            _ => {}
        }
    }
    let side = |side: Option<usize>| side.filter(|side| (1..=MAX_DIMENSION).contains(side));
    let (Some(width), Some(height)) = (side(width), side(height)) else {
        return Err(damaged(len));
    };
    if width * height > MAX_PIXELS {
        return Err(DeviceError::UnsupportedFormat {
            format: format!("{width}x{height}"),
        });
    }
    let colour = match format {
        "420" | "420jpeg" | "420mpeg2" | "420paldv" => 2 * width.div_ceil(2) * height.div_ceil(2),
        "422" => 2 * width.div_ceil(2) * height,
        "444" => 2 * width * height,
        "mono" => 0,
        _ => {
            let letters = format.chars().filter(|c| c.is_ascii_graphic()).take(MAX_NAME);
            return Err(DeviceError::UnsupportedFormat {
                format: letters.collect(),
            });
        }
    };
    Ok(Size { width, height, colour })
}
