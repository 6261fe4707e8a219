//! From a URI to a token, and into it.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::RawAuthPin;
use postern_core::keys::PublicKey;
use zeroize::Zeroizing;

use crate::error::TokenError;
use crate::signer::TokenSigner;
use crate::uri::KeyUri;
use crate::{generate, object};

/// The environment variable with the absolute path of the module, for URIs that have no `module-path`.
pub const MODULE_ENV: &str = "POSTERN_PKCS11_MODULE";

/// A token that is there, and the key on it that the URI names.
pub struct Token {
    module: Pkcs11,
    slot: Slot,
    uri: KeyUri,
}

/// What the token tells of its PIN. Some tokens tell nothing, and are always [`PinState::Usable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PinState {
    /// Another wrong PIN locks the token (CKF_USER_PIN_FINAL_TRY).
    LastTry,
    /// No PIN opens the token (CKF_USER_PIN_LOCKED).
    Locked,
    /// Nothing to warn of.
    Usable,
}

impl Token {
    /// Loads the module and finds the one token that fits the URI. Loaded modules stay until the process ends.
    ///
    /// # Errors
    ///
    /// [`TokenError::ModuleUnnamed`], [`TokenError::ModuleNotLoaded`], [`TokenError::TokenAbsent`],
    /// [`TokenError::SeveralTokens`], [`TokenError::Device`].
    pub fn find(uri: &KeyUri) -> Result<Self, TokenError> {
        let path = match uri.module_path() {
            Some(path) => path.to_owned(),
            None => std::env::var_os(MODULE_ENV)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .ok_or(TokenError::ModuleUnnamed)?,
        };
        let module = load(&path)?;
        let mut found = None;
        for slot in module.get_slots_with_token().map_err(TokenError::device)? {
            if uri.slot_id().is_some_and(|id| id != slot.id()) {
                continue;
            }
            match module.get_token_info(slot) {
                Ok(info) if !fits(uri, &info) => {}
                Ok(_) if found.is_some() => return Err(TokenError::SeveralTokens),
                Ok(_) => found = Some(slot),
                // Another reader's card, pulled out since or of a make that this module does not know.
                Err(Error::Pkcs11(RvError::TokenNotPresent | RvError::TokenNotRecognized, _)) => {}
                Err(e) => return Err(TokenError::device(e)),
            }
        }
        Ok(Self {
            module,
            slot: found.ok_or(TokenError::TokenAbsent)?,
            uri: uri.clone(),
        })
    }

    /// What the token tells of its PIN now.
    ///
    /// # Errors
    ///
    /// [`TokenError::Device`].
    pub fn pin_state(&self) -> Result<PinState, TokenError> {
        let info = self.module.get_token_info(self.slot).map_err(TokenError::device)?;
        Ok(if info.user_pin_locked() {
            PinState::Locked
        } else if info.user_pin_final_try() {
            PinState::LastTry
        } else {
            PinState::Usable
        })
    }

    /// Opens the one Ed25519 key that the URI names, with so many sessions as threads are to sign at once. The key has
    /// made a test signature that its public half verifies.
    ///
    /// C_Login is for all sessions of the process: while a signer of this process is open on the token, its PIN is not
    /// looked at again, and a wrong one passes.
    ///
    /// # Errors
    ///
    /// Any [`TokenError`] that is not about finding the token or making a key.
    pub fn open(&self, pin: &Zeroizing<Vec<u8>>, sessions: NonZeroUsize) -> Result<TokenSigner, TokenError> {
        let session = self.module.open_ro_session(self.slot).map_err(TokenError::device)?;
        self.log_in(&session, pin)?;
        let key = object::find_key(&session, &self.uri)?;
        let mut pool = vec![session];
        // All of them now: a token with too few says so here and not in the middle of the work.
        while pool.len() < sessions.get() {
            pool.push(self.module.open_ro_session(self.slot).map_err(TokenError::device)?);
        }
        Ok(TokenSigner::new(key, pool))
    }

    /// Makes an Ed25519 key on the token, which cannot leave it, can only sign, and has the URI's `object` as label and
    /// its kid as CKA_ID. It has made a test signature; one that fails is destroyed, as far as the token still obeys.
    ///
    /// # Errors
    ///
    /// [`TokenError::NoLabel`], [`TokenError::IdGiven`], [`TokenError::LabelTaken`], those of the PIN, and
    /// [`TokenError::Device`] above all where the token knows no Ed25519.
    pub fn generate(&self, pin: &Zeroizing<Vec<u8>>) -> Result<PublicKey, TokenError> {
        let label = self.uri.object().ok_or(TokenError::NoLabel)?;
        if self.uri.id().is_some() {
            return Err(TokenError::IdGiven);
        }
        let session = self.module.open_rw_session(self.slot).map_err(TokenError::device)?;
        self.log_in(&session, pin)?;
        generate::generate(&session, label)
    }

    fn log_in(&self, session: &Session, pin: &Zeroizing<Vec<u8>>) -> Result<(), TokenError> {
        // Raw bytes: a token's PIN need not be UTF-8. The copy is wiped when dropped, as the original.
        let pin = RawAuthPin::new(Box::new(pin.to_vec()));
        match session.login_with_raw(UserType::User, &pin) {
            // The other open signers of this process logged in; the state is the token's, not the session's.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            // Whether this was the last try but one is worth telling, and its failure no reason to hide the first.
            Err(e) => Err(log_in_error(e, || self.pin_state().unwrap_or(PinState::Usable))),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}, slot {})", self.uri, self.slot)
    }
}

fn fits(uri: &KeyUri, info: &TokenInfo) -> bool {
    info.token_initialized()
        && uri.token().is_none_or(|label| label == info.label())
        && uri.serial().is_none_or(|serial| serial == info.serial_number())
}

fn log_in_error(error: Error, state: impl FnOnce() -> PinState) -> TokenError {
    match error {
        Error::Pkcs11(RvError::PinLocked, _) => TokenError::PinLocked,
        // A PIN of a length that no PIN of the token has is wrong as well.
        Error::Pkcs11(RvError::PinIncorrect | RvError::PinLenRange | RvError::PinInvalid, _) => match state() {
            PinState::Locked => TokenError::PinLocked,
            state => TokenError::PinWrong {
                last_try: state == PinState::LastTry,
            },
        },
        other => TokenError::device(other),
    }
}

/// Loads a module, or gives the one that is loaded.
///
/// C_Initialize is once for a process, and a library that is unloaded while it holds sessions takes the process with
/// it: so modules are kept, and never finalised.
fn load(path: &Path) -> Result<Pkcs11, TokenError> {
    static MODULES: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());
    let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(module) = modules.get(path) {
        return Ok(module.clone());
    }
    let module = Pkcs11::new(path).map_err(|e| TokenError::ModuleNotLoaded {
        path: path.to_owned(),
        why: match e {
            Error::LibraryLoading(e) => e.to_string(),
            other => crate::error::call(&other),
        },
    })?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        // The same library by another path.
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(e) => return Err(TokenError::device(e)),
    }
    modules.insert(path.to_owned(), module.clone());
    Ok(module)
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    /// SoftHSM never locks a PIN, so no test with it comes here.
    #[test]
    fn a_wrong_pin_a_last_try_and_a_locked_one_are_told_apart() {
        let error = |code, state| log_in_error(Error::Pkcs11(code, Function::Login), || state);
        let wrong = |last_try| TokenError::PinWrong { last_try };
        assert_eq!(error(RvError::PinIncorrect, PinState::Usable), wrong(false));
        assert_eq!(error(RvError::PinLenRange, PinState::Usable), wrong(false));
        assert_eq!(error(RvError::PinIncorrect, PinState::LastTry), wrong(true));
        assert_eq!(error(RvError::PinIncorrect, PinState::Locked), TokenError::PinLocked);
        assert_eq!(error(RvError::PinLocked, PinState::Usable), TokenError::PinLocked);
        assert_eq!(
            error(RvError::DeviceRemoved, PinState::Usable),
            TokenError::Device {
                call: "C_Login returned CKR_DEVICE_REMOVED".into()
            }
        );
    }
}
