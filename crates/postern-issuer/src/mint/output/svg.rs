//! `pictures/ID.svg`: the symbol as a path.

use postern_qr::draw;

use super::super::error::MintError;
use super::folder::Pictures;
use super::{Drawing, Format, Mark, Sink, Target};

/// A folder of SVG pictures.
pub(super) struct Svg;

impl Format for Svg {
    fn draw(&self, code: &Drawing<'_>, into: &mut Vec<u8>) {
        into.extend_from_slice(draw::svg(code.symbol()).as_bytes());
    }

    fn open(&self, target: &Target, _: Option<Mark>) -> Result<Option<Box<dyn Sink>>, MintError> {
        Pictures::open(target, "svg")
    }
}
