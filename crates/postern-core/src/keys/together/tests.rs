use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::hazmat::ExpandedSecretKey;
use proptest::prelude::*;
use sha2::{Digest, Sha512};

use super::*;
use crate::keys::{PrivateKey, Signer};

/// What the holder of a secret key can make: a signature whose `R` is `nonce` times the base point and `component`, written as
/// `encoding` where that is given.
fn crafted(
    seed: &[u8; 32],
    nonce: Scalar,
    component: EdwardsPoint,
    encoding: Option<[u8; 32]>,
    message: &[u8],
) -> Signature {
    let secret = ExpandedSecretKey::from(seed);
    let public = PrivateKey::from_seed(seed).public();
    let point = encoding.unwrap_or_else(|| (EdwardsPoint::mul_base(&nonce) + component).compress().0);
    let hash = Sha512::new_with_prefix(point)
        .chain_update(public.as_bytes())
        .chain_update(message);
    let challenge = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&point);
    signature[32..].copy_from_slice((challenge * secret.scalar + nonce).as_bytes());
    signature
}

fn batch_key(seed: &[u8; 32]) -> BatchKey {
    BatchKey::new(PrivateKey::from_seed(seed).public()).unwrap()
}

fn messages(count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|i| format!("made-up message {i}").into_bytes())
        .collect()
}

/// Ways to be bad, or odd and good.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Good,
    FlippedBit(usize),
    OtherMessage,
    OtherKey,
    /// The scalar and the order of the group, which is the same scalar again.
    NotReduced,
    /// `R` is this point of small order; the equation holds.
    SmallOrder(usize),
    /// As above with identity and order 4 in their second spellings.
    SecondSpelling(usize),
    Zero,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => Just(Kind::Good),
        1 => (0usize..512).prop_map(Kind::FlippedBit),
        1 => Just(Kind::OtherMessage),
        1 => Just(Kind::OtherKey),
        1 => Just(Kind::NotReduced),
        1 => (0usize..8).prop_map(Kind::SmallOrder),
        1 => (0usize..6).prop_map(Kind::SecondSpelling),
        1 => Just(Kind::Zero),
    ]
}

fn second_spelling(which: usize) -> [u8; 32] {
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    let mut one = [0; 32];
    one[0] = 1;
    let mut minus_one = p;
    minus_one[0] -= 1;
    let mut point = match which {
        0 | 1 => p,
        2 | 3 => {
            p[0] += 1;
            p
        }
        4 => one,
        _ => minus_one,
    };
    // The sign of x, which these points have not: their x is zero, or either root will do.
    if which % 2 == 1 || which == 4 {
        point[31] |= 0x80;
    }
    point
}

fn signature(kind: Kind, seed: &[u8; 32], message: &[u8]) -> Signature {
    let good = |message: &[u8]| PrivateKey::from_seed(seed).sign(message).unwrap();
    match kind {
        Kind::Good => good(message),
        Kind::FlippedBit(bit) => {
            let mut signature = good(message);
            signature[bit / 8] ^= 1 << (bit % 8);
            signature
        }
        Kind::OtherMessage => good(b"another"),
        Kind::OtherKey => PrivateKey::from_seed(&[0x5a; 32]).sign(message).unwrap(),
        Kind::NotReduced => {
            let mut signature = good(message);
            // The order of the group in little-endian bytes: 2^252 and some.
            let order = (-Scalar::ONE).to_bytes();
            let mut carry = 1;
            for (byte, add) in signature[32..].iter_mut().zip(order) {
                let sum = u16::from(*byte) + u16::from(add) + carry;
                *byte = sum as u8;
                carry = sum >> 8;
            }
            signature
        }
        Kind::SmallOrder(which) => crafted(seed, Scalar::ZERO, EIGHT_TORSION[which], None, message),
        Kind::SecondSpelling(which) => {
            let encoding = Some(second_spelling(which));
            crafted(seed, Scalar::ZERO, EIGHT_TORSION[0], encoding, message)
        }
        Kind::Zero => [0; 64],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_results_are_those_of_one_by_one(kinds in prop::collection::vec((kind(), 0u8..3), 0..24)) {
        let messages = messages(kinds.len());
        let keys: Vec<BatchKey> = kinds.iter().map(|&(_, key)| batch_key(&[key; 32])).collect();
        let signatures: Vec<Signature> = kinds
            .iter()
            .zip(&messages)
            .map(|(&(kind, key), message)| signature(kind, &[key; 32], message))
            .collect();
        let signed: Vec<Signed<'_>> = (0..kinds.len())
            .map(|i| Signed { key: &keys[i], message: &messages[i], signature: &signatures[i] })
            .collect();
        let one_by_one: Vec<_> = signed.iter().map(Signed::verify).collect();
        for (result, (kind, _)) in one_by_one.iter().zip(&kinds) {
            prop_assert_eq!(result.is_ok(), matches!(kind, Kind::Good));
        }
        prop_assert_eq!(verify_all(&signed), one_by_one);
    }
}

/// One bad signature, in each place of a batch in turn; and a batch larger than one equation.
#[test]
fn a_bad_signature_costs_no_good_one_its_result() {
    let seed = [7; 32];
    let key = batch_key(&seed);
    for (count, bad) in (0..9)
        .map(|bad| (9, bad))
        .chain([(MOST + 2, MOST - 1), (MOST + 2, MOST)])
    {
        let messages = messages(count);
        let signer = PrivateKey::from_seed(&seed);
        let mut signatures: Vec<Signature> = messages.iter().map(|m| signer.sign(m).unwrap()).collect();
        signatures[bad][40] ^= 1;
        let signed: Vec<Signed<'_>> = messages
            .iter()
            .zip(&signatures)
            .map(|(message, signature)| Signed {
                key: &key,
                message,
                signature,
            })
            .collect();
        let refused: Vec<usize> = verify_all(&signed)
            .iter()
            .enumerate()
            .filter_map(|(i, result)| result.is_err().then_some(i))
            .collect();
        assert_eq!(refused, [bad]);
    }
}

/// What the library's batch takes and its strict check does not, which is why [`is_usual`] and [`BatchKey`] are there.
#[test]
fn the_library_alone_would_take_an_r_of_small_order() {
    let seed = [7; 32];
    let key = batch_key(&seed);
    let messages = messages(4);
    let identity = crafted(&seed, Scalar::ZERO, EIGHT_TORSION[0], None, &messages[0]);
    let mut signatures: Vec<Signature> = messages
        .iter()
        .map(|m| PrivateKey::from_seed(&seed).sign(m).unwrap())
        .collect();
    signatures[0] = identity;
    let signed: Vec<Signed<'_>> = messages
        .iter()
        .zip(&signatures)
        .map(|(message, signature)| Signed {
            key: &key,
            message,
            signature,
        })
        .collect();
    assert!(holds(&signed, &[0, 1, 2, 3]));
    assert_eq!(verify_all(&signed), [Err(BadSignature), Ok(()), Ok(()), Ok(())]);
}

/// The one difference that is left, and how far it goes: it takes the secret key, the result depends on the neighbours, and theirs
/// does not depend on it.
#[test]
fn an_r_with_a_component_of_small_order_takes_the_secret_key_and_changes_no_other_result() {
    let seed = [7; 32];
    let key = batch_key(&seed);
    let mut taken = 0;
    const TRIES: u64 = 64;
    for i in 0..TRIES {
        let messages = messages(4);
        let mut signatures: Vec<Signature> = messages
            .iter()
            .map(|m| PrivateKey::from_seed(&seed).sign(m).unwrap())
            .collect();
        // Of order 2: a factor that is even cancels it.
        signatures[2] = crafted(&seed, Scalar::from(1000 + i), EIGHT_TORSION[4], None, &messages[2]);
        let signed: Vec<Signed<'_>> = messages
            .iter()
            .zip(&signatures)
            .map(|(message, signature)| Signed {
                key: &key,
                message,
                signature,
            })
            .collect();
        assert_eq!(signed[2].verify(), Err(BadSignature), "strictly it is always refused");
        let results = verify_all(&signed);
        assert_eq!([results[0], results[1], results[3]], [Ok(()); 3]);
        taken += u64::from(results[2].is_ok());
        // Without the secret key it is refused: the same point added to an honest R.
        let mut moved = signatures[1];
        let point = curve25519_dalek::edwards::CompressedEdwardsY::from_slice(&moved[..32]).unwrap();
        let point = (point.decompress().unwrap() + EIGHT_TORSION[4]).compress();
        moved[..32].copy_from_slice(point.as_bytes());
        let mut forged = signed.clone();
        forged[1].signature = &moved;
        assert_eq!(verify_all(&forged)[1], Err(BadSignature));
    }
    assert!((1..TRIES).contains(&taken), "{taken} of {TRIES}: by chance one in two");
}

#[test]
fn a_key_with_a_component_of_small_order_is_checked_strictly_only() {
    let honest = PrivateKey::from_seed(&[7; 32]).public();
    for (i, component) in EIGHT_TORSION.iter().enumerate() {
        let mixed = (honest.0.to_edwards() + component).compress().0;
        let key = PublicKey::from_bytes(&mixed).unwrap();
        assert_eq!(BatchKey::new(key).is_some(), i == 0, "component {i}");
    }
}

#[test]
fn what_is_usual_is_what_honest_signers_make() {
    let signer = PrivateKey::from_seed(&[9; 32]);
    assert!(messages(500).iter().all(|m| is_usual(&signer.sign(m).unwrap())));
    for point in EIGHT_TORSION {
        for sign in [0, 0x80] {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&y_of(point.compress().0));
            signature[31] |= sign;
            assert!(!is_usual(&signature));
        }
    }
}
