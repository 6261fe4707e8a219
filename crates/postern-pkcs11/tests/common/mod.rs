//! SoftHSM 2 with a token directory of its own, for tests and the benchmark.
//!
//! SoftHSM reads its configuration's path from the environment when it is loaded. The environment of a running program
//! is not changed safely, so the program runs itself again in the right one.
#![allow(dead_code, unreachable_pub, reason = "each program uses its part")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use postern_pkcs11::{KeyUri, MODULE_ENV, Token};
use zeroize::Zeroizing;

/// Made up, as is all that the token keeps.
pub const PIN: &str = "24681357";
pub const SO_PIN: &str = "97531864";

/// Where distributions put SoftHSM's module. No variable names it: tests initialise tokens, and must never do so to
/// somebody's device.
const MODULES: &[&str] = &[
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// The module, where SoftHSM is installed.
pub fn softhsm() -> Option<&'static str> {
    MODULES.iter().copied().find(|path| Path::new(path).exists())
}

/// This program again, with an empty token directory that goes away with the guard.
pub fn again(folder: &tempfile::TempDir, args: &[&str]) -> Command {
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let configuration = folder.path().join("softhsm2.conf");
    std::fs::write(
        &configuration,
        format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            tokens.display()
        ),
    )
    .unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(args)
        .env("SOFTHSM2_CONF", configuration)
        .env_remove(MODULE_ENV);
    command
}

pub fn module() -> Pkcs11 {
    let module = Pkcs11::new(softhsm().unwrap()).unwrap();
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => module,
        Err(e) => panic!("{e}"),
    }
}

/// Makes a token in SoftHSM's one free slot.
pub fn make_token(module: &Pkcs11, label: &str) -> Slot {
    let free = |slot: &Slot| !module.get_token_info(*slot).unwrap().token_initialized();
    let slot = module.get_slots_with_token().unwrap().into_iter().find(free).unwrap();
    let so_pin = AuthPin::from(SO_PIN);
    module.init_token(slot, &so_pin, label).unwrap();
    let session = module.open_rw_session(slot).unwrap();
    session.login(UserType::So, Some(&so_pin)).unwrap();
    session.init_pin(&AuthPin::from(PIN)).unwrap();
    // Initialising gives the token a slot of another number.
    let named = |slot: &Slot| module.get_token_info(*slot).unwrap().label() == label;
    module.get_slots_with_token().unwrap().into_iter().find(named).unwrap()
}

/// A session to make objects with that the crate would not make.
pub fn session(module: &Pkcs11, slot: Slot) -> Session {
    let session = module.open_rw_session(slot).unwrap();
    match session.login(UserType::User, Some(&AuthPin::from(PIN))) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => session,
        Err(e) => panic!("{e}"),
    }
}

pub fn pin() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(PIN.into())
}

pub fn uri(attributes: &str) -> KeyUri {
    format!("pkcs11:{attributes}?module-path={}", softhsm().unwrap())
        .parse()
        .unwrap()
}

pub fn token(attributes: &str) -> Token {
    Token::find(&uri(attributes)).unwrap()
}

pub fn sessions(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}
