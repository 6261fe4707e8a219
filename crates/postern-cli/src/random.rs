//! Random bytes from the system, for keys and nonces.

use std::error::Error;
use std::fmt;

use crate::error::Explain;

/// `N` bytes from the system's generator.
///
/// # Errors
/// [`RandomError`] where the system has none to give. There is no other generator to fall back to, on purpose.
pub fn bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(RandomError)?;
    Ok(bytes)
}

/// The system gives no random bytes.
#[derive(Debug)]
pub struct RandomError(getrandom::Error);

impl fmt::Display for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system gives no random bytes")
    }
}

impl Error for RandomError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl Explain for RandomError {
    fn reason(&self) -> &'static str {
        "randomness-unavailable"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let (a, b) = (
            bytes::<32>().expect("the system has some"),
            bytes::<32>().expect("the system has some"),
        );
        assert_ne!(a, b);
    }

    #[test]
    fn the_error_names_its_cause() {
        let error = RandomError(getrandom::Error::UNSUPPORTED);
        assert_eq!(error.reason(), "randomness-unavailable");
        assert!(error.source().is_some());
    }
}
