//! A stream of pictures as a capture program sends it: the same pictures come out of it whole and in pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postern_devices::{FrameParser, Picture};

fuzz_target!(|bytes: &[u8]| {
    // The first byte says how long the pieces are.
    let Some((length, stream)) = bytes.split_first() else {
        return;
    };
    let whole = pictures(std::iter::once(stream));
    let pieces = pictures(stream.chunks(usize::from(*length).max(1)));
    assert_eq!(pieces, whole, "pieces of {length} bytes");
});

/// The pictures of a stream, and whether it was lost.
fn pictures<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Picture>, bool) {
    let mut parser = FrameParser::new();
    let mut found = Vec::new();
    for piece in pieces {
        if parser.push(piece, &mut |picture| found.push(picture)).is_err() {
            return (found, true);
        }
    }
    (found, false)
}
