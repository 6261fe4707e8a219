//! Where a JPEG file ends: its markers (ISO/IEC 10918-1, B.1.1), up to EOI.

use super::Walk;

/// SOI and the first byte of the next marker.
pub(super) const SIGNATURE: &[u8] = &[0xff, 0xd8, 0xff];

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// A walk from marker to marker.
#[derive(Debug)]
pub(super) struct Walker {
    place: usize,
    /// Within coded data, where a zero after 0xff stands for itself and restarts do not end it.
    coded: bool,
}

impl Default for Walker {
    fn default() -> Self {
        Self { place: 2, coded: false }
    }
}

impl Walker {
    /// Goes on in `file`, of which more is here than the last time.
    pub(super) fn walk(&mut self, file: &[u8]) -> Walk {
        loop {
            let Some(rest) = file.get(self.place..).filter(|rest| rest.len() >= 2) else {
                return Walk::More;
            };
            if self.coded {
                let Some(skip) = rest.iter().position(|byte| *byte == 0xff) else {
                    self.place = file.len();
                    return Walk::More;
                };
                self.place += skip;
                match rest.get(skip + 1) {
                    None => return Walk::More,
                    Some(0x00 | 0xd0..=0xd7) => self.place += 2,
                    Some(0xff) => self.place += 1,
                    Some(_) => self.coded = false,
                }
                continue;
            }
            match (rest[0], rest[1]) {
                // Any number of 0xff may be before a marker.
                (0xff, 0xff) => self.place += 1,
                // The file was cut short, and here begins the next one.
                (0xff, SOI) => return Walk::Damaged(self.place),
                (0xff, EOI) => return Walk::Whole(self.place + 2),
                (0xff, 0x01 | 0xd0..=0xd7) => self.place += 2,
                (0xff, marker @ 0xc0..=0xfe) => {
                    let Some(len) = rest.get(2..4) else {
                        return Walk::More;
                    };
                    let len = usize::from(len[0]) << 8 | usize::from(len[1]);
                    if len < 2 {
                        return Walk::Damaged(self.place);
                    }
                    self.place += 2 + len;
                    self.coded = marker == SOS;
                }
                _ => return Walk::Damaged(self.place),
            }
        }
    }
}
