//! Many verdicts at once, their signatures checked together.

use super::{Judge, Verdict};
use crate::code::{self, CodeError, ParsedCode};
use crate::keys::BatchKey;
use crate::time::TimeEvidence;

impl Judge {
    /// Judges many texts at one time, for a third of what they cost one by one: the verdicts of [`Judge::check`], in the order of the
    /// texts. A bad code among them costs time, but changes no other's verdict; 1,000 and more texts are worth it most.
    ///
    /// One verdict can differ from that of [`Judge::check`]: on a code with a flaw in its signature that only the holder of the
    /// issuer's secret key can make ([`crate::keys::verify_all`]).
    pub fn check_all<T: AsRef<str>>(&self, texts: &[T], time: TimeEvidence) -> Vec<Verdict> {
        let blank = self.blank(time);
        let parsed: Vec<Result<ParsedCode, CodeError>> =
            texts.iter().map(|text| ParsedCode::from_text(text.as_ref())).collect();
        let in_batch = |code| Some((code, self.batch_key(code)?));
        let codes: Vec<(&ParsedCode, &BatchKey)> = parsed.iter().flatten().filter_map(in_batch).collect();
        let mut checked = code::verify_all(&codes).into_iter();
        let judged = parsed.iter().map(|parsed| {
            let mut verdict = blank.clone();
            match parsed {
                Err(e) => verdict.is_no_code(e),
                Ok(code) => {
                    let checked = self.batch_key(code).and_then(|_| checked.next());
                    self.verify(code, checked, &mut verdict);
                }
            }
            verdict.conclude();
            verdict
        });
        judged.collect()
    }

    /// The only key that the code's signature can be of, where signatures of it can be checked together.
    fn batch_key(&self, code: &ParsedCode) -> Option<&BatchKey> {
        match self.keys.get(&code.kid)?.as_slice() {
            [one] => one.batch.as_ref(),
            _ => None,
        }
    }
}
