//! Many Ed25519 signatures by one key for less than one by one (RFC 8032, 5.1.6).
//!
//! A signature ends with writing the point R, and that costs a field inversion: a quarter of the whole. The inversions of
//! a batch are done as one (Montgomery's trick). The bytes are those of [`ed25519_dalek::SigningKey`], which the tests show.

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::hazmat::ExpandedSecretKey;
use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::Signature;

/// The signatures of `messages`, in their order.
pub(super) fn sign_all(key: &SigningKey, messages: &[Vec<u8>]) -> Vec<Signature> {
    let public = key.verifying_key();
    let secret = ExpandedSecretKey::from(key.as_bytes());
    let nonces: Zeroizing<Vec<Scalar>> = messages
        .iter()
        .map(|message| reduce(Sha512::new_with_prefix(secret.hash_prefix).chain_update(message)))
        .collect::<Vec<_>>()
        .into();
    let points: Vec<EdwardsPoint> = nonces.iter().map(EdwardsPoint::mul_base).collect();
    let commitments = EdwardsPoint::compress_batch_alloc(&points);
    let signed = messages.iter().zip(nonces.iter()).zip(&commitments);
    signed
        .map(|((message, nonce), commitment)| {
            let challenge = challenge(commitment.as_bytes(), &public, message);
            let mut signature = [0; super::SIGNATURE_LEN];
            signature[..32].copy_from_slice(commitment.as_bytes());
            signature[32..].copy_from_slice((challenge * secret.scalar + nonce).as_bytes());
            signature
        })
        .collect()
}

fn challenge(commitment: &[u8; 32], public: &VerifyingKey, message: &[u8]) -> Scalar {
    reduce(
        Sha512::new_with_prefix(commitment)
            .chain_update(public.as_bytes())
            .chain_update(message),
    )
}

fn reduce(hash: Sha512) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Signer as _;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_bytes_are_those_of_one_by_one(
            seed in any::<[u8; 32]>(),
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..40),
        ) {
            let key = SigningKey::from_bytes(&seed);
            let one_by_one: Vec<Signature> = messages.iter().map(|message| key.sign(message).to_bytes()).collect();
            prop_assert_eq!(sign_all(&key, &messages), one_by_one);
        }
    }

    /// RFC 8032, 7.1, test 2: a message of one byte.
    #[test]
    fn the_vector_of_the_standard() {
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let expected = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                        085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        let seed: Vec<u8> = (0..64)
            .step_by(2)
            .map(|i| u8::from_str_radix(&seed[i..i + 2], 16).unwrap())
            .collect();
        let key = SigningKey::from_bytes(&seed.try_into().unwrap());
        assert_eq!(crate::hex(&sign_all(&key, &[vec![0x72]])[0]), expected);
    }
}
