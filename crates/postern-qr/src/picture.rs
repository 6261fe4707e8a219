//! Foreign picture files to grey pixels: PNG and JPEG, told apart by their content.
//!
//! Size is read from the header and bounded before anything is allocated for the pixels. Text, colour profiles and
//! orientation are ignored: a QR code is read at every angle.

use png::{ColorType, Transformations};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use crate::luma::{Luma, check_size};

/// The most bytes of a picture file that are looked at: 64 MiB.
pub const MAX_FILE: usize = 64 << 20;
/// The most columns or rows of a picture.
pub const MAX_DIMENSION: usize = 30_000;
/// The most pixels of a picture: 64 megapixels.
pub const MAX_PIXELS: usize = 64_000_000;

/// Why a picture could not be had from a file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PictureError {
    /// It began as a picture, and is cut short or contradicts itself.
    Damaged,
    /// Nothing that looks like a picture file.
    NotAPicture,
    /// A file past [`MAX_FILE`], or a picture past [`MAX_DIMENSION`] or [`MAX_PIXELS`].
    TooLarge,
    /// A picture of a kind that is not read here: GIF, WebP, HEIC, TIFF, BMP, PDF, or a rare kind of JPEG.
    Unsupported,
}

impl PictureError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Damaged => "picture-damaged",
            Self::NotAPicture => "not-a-picture",
            Self::TooLarge => "picture-too-large",
            Self::Unsupported => "picture-unsupported",
        }
    }
}

impl std::fmt::Display for PictureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Damaged => "the picture is damaged or cut short",
            Self::NotAPicture => "this is not a picture",
            Self::TooLarge => "the picture is too large",
            Self::Unsupported => "this kind of picture is not supported: use PNG or JPEG",
        })
    }
}

impl std::error::Error for PictureError {}

/// Decodes a PNG or JPEG file; the content decides which.
///
/// All PNG colour types and depths and interlacing are read, transparent pixels as if on white paper. Colour becomes
/// grey by the weights of ITU-R BT.601.
///
/// # Errors
/// See [`PictureError`].
pub fn decode(file: &[u8]) -> Result<Luma, PictureError> {
    if file.len() > MAX_FILE {
        return Err(PictureError::TooLarge);
    }
    match kind(file) {
        Kind::Jpeg => decode_jpeg(file),
        Kind::Other => Err(PictureError::Unsupported),
        Kind::Png => decode_png(file),
        Kind::Unknown => Err(PictureError::NotAPicture),
    }
}

/// What the first bytes say that a file is.
enum Kind {
    Jpeg,
    Other,
    Png,
    Unknown,
}

/// Signatures: PNG (ISO/IEC 15948, 5.2), JPEG (ISO/IEC 10918-1, B.1.1.3), and what people send instead, so that the
/// answer can say more than "not a picture".
fn kind(file: &[u8]) -> Kind {
    const OTHERS: [&[u8]; 7] = [b"GIF8", b"BM", b"II*\0", b"MM\0*", b"%PDF-", b"\0\0\x01\0", b"qoif"];
    if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        Kind::Png
    } else if file.starts_with(&[0xff, 0xd8, 0xff]) {
        Kind::Jpeg
    } else if OTHERS.iter().any(|start| file.starts_with(start))
        || file.get(4..8) == Some(b"ftyp")
        || (file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP"))
    {
        Kind::Other
    } else {
        Kind::Unknown
    }
}

fn decode_png(file: &[u8]) -> Result<Luma, PictureError> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let header = decoder.read_header_info().map_err(png_error)?;
    let (width, height) = (size(header.width), size(header.height));
    check_size(width, height)?;

    let mut reader = decoder.read_info().map_err(png_error)?;
    let channels = match reader.output_color_type().0 {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
        // EXPAND turns a palette into colours.
        ColorType::Indexed => return Err(PictureError::Damaged),
    };
    let mut pixels = Vec::with_capacity(width * height);
    if reader.info().interlaced {
        // At most four bytes a pixel, and the number of pixels is bounded above.
        let mut frame = vec![0; width * height * channels];
        reader.next_frame(&mut frame).map_err(png_error)?;
        push_grey(&mut pixels, &frame, channels);
    } else {
        // Row by row: no second, coloured copy of a large picture.
        while pixels.len() < width * height {
            let row = reader.next_row().map_err(png_error)?.ok_or(PictureError::Damaged)?;
            push_grey(&mut pixels, row.data(), channels);
        }
    }
    Luma::new(width, height, pixels)
}

fn decode_jpeg(file: &[u8]) -> Result<Luma, PictureError> {
    // The decoder's own limits are no errors of a kind of their own: the header is checked below instead.
    let options = DecoderOptions::default()
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(jpeg_error)?;
    let (width, height) = decoder.dimensions().ok_or(PictureError::Damaged)?;
    check_size(width, height)?;
    // The decoder fills what is missing with grey: a picture without its end marker was cut short.
    if !file.windows(2).rev().any(|pair| pair == [0xff, 0xd9]) {
        return Err(PictureError::Damaged);
    }

    let (space, channels) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma | ColorSpace::YCbCr) => (ColorSpace::Luma, 1),
        _ => (ColorSpace::RGB, 3),
    };
    decoder.set_options(decoder.options().jpeg_set_out_colorspace(space));
    let bytes = decoder.decode().map_err(jpeg_error)?;
    if channels == 1 {
        return Luma::new(width, height, bytes);
    }
    let mut pixels = Vec::with_capacity(width * height);
    push_grey(&mut pixels, &bytes, channels);
    Luma::new(width, height, pixels)
}

/// Appends the grey of samples of 8 bits: grey, grey and alpha, RGB, or RGB and alpha.
fn push_grey(pixels: &mut Vec<u8>, samples: &[u8], channels: usize) {
    match channels {
        1 => pixels.extend_from_slice(samples),
        2 => pixels.extend(samples.chunks_exact(2).map(|p| over_white(p[0], p[1]))),
        3 => pixels.extend(samples.chunks_exact(3).map(|p| grey(p[0], p[1], p[2]))),
        _ => pixels.extend(
            samples
                .chunks_exact(4)
                .map(|p| over_white(grey(p[0], p[1], p[2]), p[3])),
        ),
    }
}

/// ITU-R BT.601 in 1,024ths; the three weights add up to 1,024.
fn grey(r: u8, g: u8, b: u8) -> u8 {
    ((306 * u32::from(r) + 601 * u32::from(g) + 117 * u32::from(b) + 512) >> 10) as u8
}

fn over_white(grey: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    ((u32::from(grey) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// A 32-bit side as a `usize`; what does not fit is past every bound anyway.
fn size(side: u32) -> usize {
    usize::try_from(side).unwrap_or(usize::MAX)
}

fn png_error(error: png::DecodingError) -> PictureError {
    match error {
        png::DecodingError::LimitsExceeded => PictureError::TooLarge,
        _ => PictureError::Damaged,
    }
}

fn jpeg_error(error: DecodeErrors) -> PictureError {
    match error {
        DecodeErrors::LargeDimensions(_) => PictureError::TooLarge,
        DecodeErrors::Unsupported(_) => PictureError::Unsupported,
        _ => PictureError::Damaged,
    }
}
