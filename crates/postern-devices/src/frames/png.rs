//! Where a PNG file ends: its chunks (ISO/IEC 15948, 5.3), up to IEND.

use postern_qr::picture::MAX_FILE;

use super::Walk;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Length, type and checksum of a chunk.
const CHUNK: usize = 12;

/// A walk from chunk to chunk; `place` is the next one's.
#[derive(Debug, Default)]
pub(super) struct Walker {
    place: usize,
}

impl Walker {
    /// Goes on in `file`, of which more is here than the last time.
    pub(super) fn walk(&mut self, file: &[u8]) -> Walk {
        if self.place == 0 {
            match file.get(..SIGNATURE.len()) {
                None if SIGNATURE.starts_with(file) => return Walk::More,
                Some(SIGNATURE) => self.place = SIGNATURE.len(),
                // Its first byte is no beginning of anything else within.
                _ => return Walk::Damaged(1),
            }
        }
        loop {
            let Some(head) = file.get(self.place..self.place + 8) else {
                return Walk::More;
            };
            let (len, name) = head.split_at(4);
            let len = len.iter().fold(0, |len, byte| len << 8 | usize::from(*byte));
            if len > MAX_FILE || !name.iter().all(u8::is_ascii_alphabetic) {
                return Walk::Damaged(self.place);
            }
            let end = self.place + CHUNK + len;
            if name == b"IEND" && len == 0 {
                return match file.len() >= end {
                    true => Walk::Whole(end),
                    false => Walk::More,
                };
            }
            if end > MAX_FILE {
                return Walk::Damaged(self.place);
            }
            self.place = end;
        }
    }
}
