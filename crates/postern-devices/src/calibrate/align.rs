//! What is missing of a text, and what is too much: the longest common subsequence.

use super::Fault;

/// Two texts side by side.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Aligned {
    /// How many characters they have in common, in order.
    pub(super) common: usize,
    lost: String,
    doubled: String,
    foreign: String,
}

impl Aligned {
    pub(super) fn faults(self) -> impl Iterator<Item = Fault> {
        let faults = [
            Fault::Lost(self.lost),
            Fault::Doubled(self.doubled),
            Fault::Foreign(self.foreign),
        ];
        faults.into_iter().filter(|fault| match fault {
            Fault::Lost(text) | Fault::Doubled(text) | Fault::Foreign(text) => !text.is_empty(),
            _ => true,
        })
    }
}

/// Compares what came with what was expected. Both are short: the work is the product of their lengths.
pub(super) fn align(expected: &str, received: &str) -> Aligned {
    let expected: Vec<char> = expected.chars().collect();
    let received: Vec<char> = received.chars().collect();
    // common[i][j]: of the texts from i and j on.
    let mut common = vec![vec![0_usize; received.len() + 1]; expected.len() + 1];
    for i in (0..expected.len()).rev() {
        for j in (0..received.len()).rev() {
            common[i][j] = match expected[i] == received[j] {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let mut aligned = Aligned {
        common: common[0][0],
        lost: String::new(),
        doubled: String::new(),
        foreign: String::new(),
    };
    let (mut i, mut j) = (0, 0);
    while i < expected.len() || j < received.len() {
        let (wanted, got) = (expected.get(i), received.get(j));
        match (wanted, got) {
            (Some(wanted), Some(got)) if wanted == got => (i, j) = (i + 1, j + 1),
            (Some(wanted), _) if got.is_none() || common[i + 1][j] >= common[i][j + 1] => {
                aligned.lost.push(*wanted);
                i += 1;
            }
            (_, Some(got)) => {
                let is_doubled = j > 0 && received[j - 1] == *got;
                let to = if is_doubled {
                    &mut aligned.doubled
                } else {
                    &mut aligned.foreign
                };
                to.push(*got);
                j += 1;
            }
            // One of the two is there, and the arms above have both cases.
            (_, None) => break,
        }
    }
    aligned
}
