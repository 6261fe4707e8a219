//! The key that signs, and its sessions.

use std::fmt;
use std::sync::{Condvar, Mutex, PoisonError};

use cryptoki::session::Session;
use postern_core::keys::{PublicKey, SignError, Signature, Signer};

use crate::object::Key;

/// An Ed25519 key on a token. As many threads sign at once as there are sessions; others wait their turn.
///
/// A fault is told and never tried again. A session goes back to the others after one, because C_Sign ends its
/// operation when it fails. A session that the token closed is not opened anew: a token closes its sessions when it is
/// pulled out or reset, and the log-in ends with them, so that to go on would need a PIN that was kept in memory all
/// the while, and would hide that somebody touched the device.
pub struct TokenSigner {
    key: Key,
    idle: Mutex<Vec<Session>>,
    returned: Condvar,
}

impl TokenSigner {
    pub(crate) fn new(key: Key, sessions: Vec<Session>) -> Self {
        Self {
            key,
            idle: Mutex::new(sessions),
            returned: Condvar::new(),
        }
    }

    fn take(&self) -> Lease<'_> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut idle = self
            .returned
            .wait_while(idle, |idle| idle.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        Lease {
            signer: self,
            session: idle.pop(),
        }
    }
}

impl Signer for TokenSigner {
    fn public(&self) -> PublicKey {
        self.key.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        let lease = self.take();
        let session = lease
            .session
            .as_ref()
            .expect("a lease has its session until it is dropped");
        self.key.sign(session, message).map_err(|e| SignError(e.to_string()))
    }
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSigner(kid {})", self.key.public.kid())
    }
}

/// A session in use, which goes back even where its user panics.
struct Lease<'a> {
    signer: &'a TokenSigner,
    session: Option<Session>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut idle = self.signer.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(self.session.take());
        self.signer.returned.notify_one();
    }
}
