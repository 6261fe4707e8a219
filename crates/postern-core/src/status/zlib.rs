//! Inflation (RFC 1950, RFC 1951) into a size that is known before.

use std::iter;
use std::sync::Arc;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// Inflates a ZLIB stream: exactly `size` bytes must come out, its checksum must be right, and nothing may follow it.
///
/// The memory is that of the result, whatever the stream holds.
pub(super) fn inflate(zlib: &[u8], size: usize) -> Option<Arc<[u8]>> {
    let mut bytes: Arc<[u8]> = iter::repeat_n(0, size).collect();
    let out = Arc::get_mut(&mut bytes).expect("nobody else has what was made the line before");
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut DecompressorOxide::new(), zlib, out, 0, flags);
    (status == TINFLStatus::Done && read == zlib.len() && written == size).then_some(bytes)
}

/// As [`inflate`], for a stream whose size nobody has said yet.
pub(super) fn inflate_up_to(zlib: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; most];
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut DecompressorOxide::new(), zlib, &mut bytes, 0, flags);
    bytes.truncate(written);
    (status == TINFLStatus::Done && read == zlib.len()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use libdeflater::{CompressionLvl, Compressor};
    use proptest::prelude::*;

    use super::*;

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(CompressionLvl::best());
        let mut zlib = vec![0; compressor.zlib_compress_bound(bytes.len())];
        let len = compressor.zlib_compress(bytes, &mut zlib).unwrap();
        zlib.truncate(len);
        zlib
    }

    #[test]
    fn only_the_very_size_comes_out() {
        for bytes in [&b""[..], b"a", &[7; 100_000]] {
            let zlib = deflate(bytes);
            assert_eq!(inflate(&zlib, bytes.len()).as_deref(), Some(bytes));
            assert_eq!(inflate(&zlib, bytes.len() + 1), None);
            assert!(bytes.is_empty() || inflate(&zlib, bytes.len() - 1).is_none());
        }
    }

    #[test]
    fn what_is_no_whole_stream_is_none() {
        let good = deflate(b"a list of statuses");
        let size = 18;
        assert!(inflate(&good, size).is_some());
        assert_eq!(inflate(&[], 0), None);
        assert_eq!(inflate(&good[2..], size), None, "raw DEFLATE");
        for end in 0..good.len() {
            assert_eq!(inflate(&good[..end], size), None, "cut to {end}");
        }
        for more in [&b"\0"[..], &good] {
            assert_eq!(inflate(&[&good, more].concat(), size), None, "something follows");
        }
        let last = good.len() - 1;
        let mut checksum = good.clone();
        checksum[last] ^= 1;
        assert_eq!(inflate(&checksum, size), None, "Adler-32");
        // FDICT: a dictionary would follow; FCHECK mended.
        let dictionary = [&[0x78, 0xbb, 0, 0, 0, 1][..], &good[2..]].concat();
        assert_eq!(inflate(&dictionary, size), None, "a dictionary");
        let mut window = good;
        (window[0], window[1]) = (0x88, 0x1c);
        assert_eq!(inflate(&window, size), None, "a window of 64 KiB");
    }

    #[test]
    fn what_the_stream_could_become_costs_nothing() {
        let bomb = deflate(&vec![0; 64 << 20]);
        assert!(bomb.len() < 70_000);
        assert_eq!(inflate(&bomb, 1000), None);
    }

    proptest! {
        #[test]
        fn bytes_round_trip(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let inflated = inflate(&deflate(&bytes), bytes.len());
            prop_assert_eq!(inflated.as_deref(), Some(&bytes[..]));
        }

        #[test]
        fn inflating_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), size in 0usize..1000) {
            let _ = inflate(&bytes, size);
            let _ = inflate(&[&[0x78, 0xda][..], &bytes].concat(), size);
        }
    }
}
