//! The style of the page, and its hash for the page's content security policy.

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

pub(super) const STYLE: &str = include_str!("style.css");

/// As a source expression of CSP Level 3 section 2.3.1.
pub(super) fn hash() -> String {
    format!("sha256-{}", Base64::encode_string(&Sha256::digest(STYLE)))
}
