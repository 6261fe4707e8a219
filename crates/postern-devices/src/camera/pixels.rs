//! What cameras send to pictures: MJPEG, YUYV and GREY (the kernel's documentation of Video4Linux, "Image formats").

use postern_qr::Luma;
use postern_qr::picture::MAX_FILE;

use crate::events::Picture;
use crate::frames::is_picture;

/// How a camera's picture lies in its buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A byte of grey for each pixel.
    Grey,
    /// A JPEG file.
    Jpeg,
    /// A byte of brightness and one of colour for each pixel, in turn.
    Yuyv,
}

impl Layout {
    /// The picture in a buffer whose rows begin `stride` bytes apart; `None` where it is not whole, as the first ones of many
    /// cameras are not.
    pub(super) fn picture(self, bytes: &[u8], width: usize, height: usize, stride: usize) -> Option<Picture> {
        let of_pixel = match self {
            Self::Jpeg => {
                let is_whole = is_picture(bytes) && bytes.len() <= MAX_FILE;
                return is_whole.then(|| Picture::File(bytes.to_vec()));
            }
            Self::Grey => 1,
            Self::Yuyv => 2,
        };
        let row = width.checked_mul(of_pixel)?;
        // Some drivers leave the stride out.
        let stride = stride.max(row);
        if bytes.len() < stride.checked_mul(height.checked_sub(1)?)?.checked_add(row)? {
            return None;
        }
        let rows = bytes.chunks(stride).take(height);
        let pixels = rows
            .flat_map(|bytes| bytes[..row].iter().step_by(of_pixel).copied())
            .collect();
        Luma::new(width, height, pixels).ok().map(Picture::Luma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luma(width: usize, height: usize, pixels: &[u8]) -> Option<Picture> {
        Some(Picture::Luma(Luma::new(width, height, pixels.to_vec()).unwrap()))
    }

    #[test]
    fn grey_and_yuyv_with_and_without_padding() {
        assert_eq!(Layout::Grey.picture(&[1, 2, 3, 4], 2, 2, 0), luma(2, 2, &[1, 2, 3, 4]));
        assert_eq!(
            Layout::Grey.picture(&[1, 2, 0, 3, 4], 2, 2, 3),
            luma(2, 2, &[1, 2, 3, 4])
        );
        let yuyv = [1, 9, 2, 9, 0, 0, 3, 9, 4, 9, 0, 0];
        assert_eq!(Layout::Yuyv.picture(&yuyv, 2, 2, 6), luma(2, 2, &[1, 2, 3, 4]));
    }

    #[test]
    fn what_is_not_whole_is_no_picture() {
        assert_eq!(Layout::Grey.picture(&[1, 2, 3], 2, 2, 2), None);
        assert_eq!(Layout::Yuyv.picture(&[1; 7], 2, 2, 4), None);
        assert_eq!(Layout::Grey.picture(&[], 0, 0, 0), None);
        assert_eq!(Layout::Grey.picture(&[1], usize::MAX, usize::MAX, usize::MAX), None);
        assert_eq!(Layout::Jpeg.picture(b"no JPEG", 2, 2, 0), None);
        let jpeg = [0xff, 0xd8, 0xff, 0xe0];
        assert_eq!(Layout::Jpeg.picture(&jpeg, 2, 2, 0), Some(Picture::File(jpeg.to_vec())));
    }
}
