//! A greyscale picture in memory.

use crate::picture::{MAX_DIMENSION, MAX_PIXELS, PictureError};

/// A greyscale picture: one byte a pixel, 0 black to 255 white, rows from the top, no padding.
///
/// Width and height are 1 to [`MAX_DIMENSION`], their product at most [`MAX_PIXELS`], and the number of bytes is
/// that product: a value of this type cannot be otherwise.
#[derive(Clone, PartialEq, Eq)]
pub struct Luma {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Luma {
    /// Takes `width * height` bytes of grey.
    ///
    /// # Errors
    /// [`PictureError::TooLarge`] past a bound, [`PictureError::Damaged`] where a side is nought or the number of
    /// bytes is not `width * height`.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Result<Self, PictureError> {
        check_size(width, height)?;
        if pixels.len() != width * height {
            return Err(PictureError::Damaged);
        }
        Ok(Self { width, height, pixels })
    }

    /// Columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row after row.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Row `y`, counted from the top.
    ///
    /// # Panics
    /// Where `y` is not below the height.
    #[must_use]
    pub fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..(y + 1) * self.width]
    }

    /// Gives the pixels back.
    #[must_use]
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// A picture whose size follows from one that was checked: never larger than the bounds.
    pub(crate) fn derived(width: usize, height: usize, pixels: Vec<u8>) -> Self {
        debug_assert!(check_size(width, height).is_ok() && pixels.len() == width * height);
        Self { width, height, pixels }
    }
}

impl std::fmt::Debug for Luma {
    /// The size only: pixels tell a reader of a log nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Luma({}x{})", self.width, self.height)
    }
}

/// The bounds that every picture keeps, asked before anything is allocated for it.
pub(crate) fn check_size(width: usize, height: usize) -> Result<(), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged);
    }
    if width > MAX_DIMENSION || height > MAX_DIMENSION || width * height > MAX_PIXELS {
        return Err(PictureError::TooLarge);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_as_many_pixels_as_it_says() {
        assert_eq!(Luma::new(2, 2, vec![1, 2, 3, 4]).unwrap().row(1), [3, 4]);
        assert_eq!(Luma::new(2, 2, vec![1, 2, 3]), Err(PictureError::Damaged));
        assert_eq!(Luma::new(0, 2, vec![]), Err(PictureError::Damaged));
        assert_eq!(Luma::new(MAX_DIMENSION + 1, 1, vec![]), Err(PictureError::TooLarge));
        assert_eq!(
            Luma::new(MAX_DIMENSION, MAX_DIMENSION, vec![]),
            Err(PictureError::TooLarge)
        );
    }
}
