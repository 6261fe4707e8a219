//! A stream of pictures as a capture program sends it, in pieces of any length.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postern_devices::FrameParser;

fuzz_target!(|pieces: Vec<Vec<u8>>| {
    let mut parser = FrameParser::new();
    for piece in &pieces {
        if parser.push(piece, &mut |_| ()).is_err() {
            return;
        }
    }
});
