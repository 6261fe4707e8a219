//! tmp
use std::collections::HashMap;
use postern_core::keys::{PrivateKey, Signer};
use sha2::{Digest, Sha256};
fn main() {
    let mut seen = HashMap::new();
    for n in 0u32.. {
        let seed: [u8; 32] = Sha256::digest(format!("Postern fixture key, worthless: {n}")).into();
        let kid = PrivateKey::from_seed(&seed).public().kid();
        if let Some(m) = seen.insert(kid, n) { println!("{m} {n} {kid}"); return; }
    }
}
