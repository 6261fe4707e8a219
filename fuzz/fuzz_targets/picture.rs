//! Pictures of a stranger: decoded, and read where they are small. The bytes are also taken as grey pixels themselves.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postern_qr::picture::{self, MAX_DIMENSION, MAX_PIXELS};
use postern_qr::{Luma, reader};

/// Larger pictures are decoded only: the readers are slow under a fuzzer.
const SMALL: usize = 128 * 128;

fn read(luma: &Luma) {
    let mut asked = 0;
    let found = reader::read(luma, &mut || {
        asked += 1;
        asked < 32
    });
    assert!(found.texts.len() <= 64);
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(luma) = picture::decode(bytes) {
        assert!(luma.width() <= MAX_DIMENSION && luma.height() <= MAX_DIMENSION);
        assert!(luma.pixels().len() <= MAX_PIXELS && luma.pixels().len() == luma.width() * luma.height());
        if luma.pixels().len() <= SMALL {
            read(&luma);
        }
    }
    // A side of 21 modules at least.
    let side = bytes.len().min(SMALL).isqrt();
    if side >= 21
        && let Ok(luma) = Luma::new(side, side, bytes[..side * side].to_vec())
    {
        read(&luma);
    }
});
