//! Many texts at once give the verdicts of one by one, whatever stands beside whatever.

mod common;

use std::sync::LazyLock;

use common::*;
use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use postern_core::base45;
use postern_core::code::{self, Claims};
use postern_core::cose::Sign1;
use postern_core::keys::{PrivateKey, PublicKey, SignError, Signature, Signer};
use postern_core::record::Facts;
use postern_core::trust::{Trust, no_status_files};
use postern_core::verdict::{Judge, Outcome, Reason};
use proptest::prelude::*;

/// The names of all keys that the sample pack lists or not.
const SIGNERS: [&str; 4] = ["east-code", "east-code-2", "west-code", "stranger"];

#[derive(Clone, Debug)]
enum Text {
    Good {
        signer: usize,
        index: u32,
        facts: bool,
    },
    /// The code with this bit of its bytes changed, in the signature or before it.
    Flipped {
        signer: usize,
        bit: usize,
    },
    /// Signed by another under this kid.
    Forged {
        signer: usize,
    },
    /// `R` is a point of small order, `S` zero.
    SmallOrder {
        signer: usize,
        point: usize,
    },
    /// A signature over zeros.
    Zero {
        signer: usize,
    },
    Other(String),
}

impl Text {
    fn text(&self) -> String {
        let mut claims = claims();
        match *self {
            Self::Good { signer, index, facts } => {
                claims.record.index = index;
                if !facts {
                    claims.record.facts = Facts::default();
                }
                minted(SIGNERS[signer], &claims)
            }
            Self::Flipped { signer, bit } => {
                let mut bytes = base45::decode(&minted(SIGNERS[signer], &claims)[4..]).unwrap();
                let bit = bit % (8 * bytes.len());
                bytes[bit / 8] ^= 1 << (bit % 8);
                code::text(&bytes)
            }
            Self::Forged { signer } => {
                code::mint(&key("forger"), key(SIGNERS[signer]).public().kid(), &claims).unwrap()
            }
            Self::SmallOrder { signer, point } => {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(EIGHT_TORSION[point].compress().as_bytes());
                fixed(signer, signature)
            }
            Self::Zero { signer } => fixed(signer, [0; 64]),
            Self::Other(ref text) => text.clone(),
        }
    }
}

/// A code with this signature.
fn fixed(signer: usize, signature: Signature) -> String {
    let public = key(SIGNERS[signer]).public();
    code::mint(&Fixed(public, signature), public.kid(), &claims()).unwrap()
}

/// Gives one signature whatever is to be signed.
struct Fixed(PublicKey, Signature);

impl Signer for Fixed {
    fn public(&self) -> PublicKey {
        self.0
    }
    fn sign(&self, _: &[u8]) -> Result<Signature, SignError> {
        Ok(self.1)
    }
}

fn any_text() -> impl Strategy<Value = Text> {
    let signer = || 0..SIGNERS.len();
    prop_oneof![
        6 => (signer(), any::<u32>(), any::<bool>()).prop_map(|(signer, index, facts)| Text::Good { signer, index, facts }),
        2 => (signer(), any::<usize>()).prop_map(|(signer, bit)| Text::Flipped { signer, bit }),
        1 => signer().prop_map(|signer| Text::Forged { signer }),
        1 => (signer(), 0usize..8).prop_map(|(signer, point)| Text::SmallOrder { signer, point }),
        1 => signer().prop_map(|signer| Text::Zero { signer }),
        1 => "(PC1:|PC2:|HC1:|shc:/)?[0-9A-Z $%*+./:-]{0,60}".prop_map(Text::Other),
    ]
}

static JUDGE: LazyLock<Judge> = LazyLock::new(|| Judge::new(trust()).unwrap());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn the_verdicts_are_those_of_one_by_one(texts in prop::collection::vec(any_text(), 0..40)) {
        let texts: Vec<String> = texts.iter().map(Text::text).collect();
        let one_by_one: Vec<_> = texts.iter().map(|text| JUDGE.check(text, at(now()))).collect();
        prop_assert_eq!(JUDGE.check_all(&texts, at(now())), one_by_one);
    }
}

/// Each kind of bad code in each place among good ones.
#[test]
fn one_bad_code_changes_no_other_verdict() {
    let good: Vec<String> = (0..8)
        .map(|index| {
            Text::Good {
                signer: index as usize % 3,
                index,
                facts: true,
            }
            .text()
        })
        .collect();
    let bad = [
        (Text::Forged { signer: 0 }, Reason::BadSignature),
        (Text::SmallOrder { signer: 0, point: 0 }, Reason::BadSignature),
        (Text::SmallOrder { signer: 1, point: 1 }, Reason::BadSignature),
        (Text::Zero { signer: 2 }, Reason::BadSignature),
        (
            Text::Good {
                signer: 3,
                index: 0,
                facts: true,
            },
            Reason::UnknownIssuer,
        ),
        (Text::Other("shc:/5676".to_owned()), Reason::ForeignCode),
        (Text::Other("PC1:ABC".to_owned()), Reason::MalformedCode),
    ];
    for (bad, reason) in bad {
        for place in 0..=good.len() {
            let mut texts = good.clone();
            texts.insert(place, bad.text());
            for (i, verdict) in JUDGE.check_all(&texts, at(now())).iter().enumerate() {
                match i == place {
                    true => assert_eq!(verdict.reasons, [reason], "{bad:?} at {place}"),
                    false => assert_eq!(verdict.outcome, Outcome::Admit, "{bad:?} at {place}: {i}"),
                }
            }
        }
    }
}

/// A pack may list a key that no seed gives, with a component of small order; it signs nothing that is taken, in company neither.
#[test]
fn a_key_with_a_component_of_small_order_is_not_checked_in_company() {
    let honest = key("east-code");
    let point = CompressedEdwardsY(*honest.public().as_bytes()).decompress().unwrap();
    let mixed = PublicKey::from_bytes((point + EIGHT_TORSION[4]).compress().as_bytes()).unwrap();
    let mut pack = pack(1);
    pack.issuers[0].keys.truncate(1);
    pack.issuers[0].keys[0].key = mixed;
    let trust = Trust::pin(&first_root())
        .unwrap()
        .update(&files_of(pack, 1).candidate(), no_status_files)
        .unwrap();
    let judge = Judge::new(trust).unwrap();
    // Signed by the holder of the honest half: the equation holds but for the component, for half of the challenges wholly.
    let texts: Vec<String> = (0..64)
        .map(|index| {
            let mut claims = claims();
            claims.record.index = index;
            let signature = signed_under(&honest, &mixed, &claims);
            code::mint(&Fixed(mixed, signature), mixed.kid(), &claims).unwrap()
        })
        .collect();
    let one_by_one: Vec<_> = texts.iter().map(|text| judge.check(text, at(now()))).collect();
    let taken = one_by_one
        .iter()
        .filter(|verdict| verdict.outcome == Outcome::Admit)
        .count();
    assert!((1..64).contains(&taken), "{taken} of 64: by chance one in two");
    assert_eq!(judge.check_all(&texts, at(now())), one_by_one);
}

/// A signature with the secret of `honest` and the challenge of `public`.
fn signed_under(honest: &PrivateKey, public: &PublicKey, claims: &Claims) -> Signature {
    let unsigned = code::mint(&Fixed(*public, [0; 64]), public.kid(), claims).unwrap();
    let bytes = base45::decode(&unsigned[4..]).unwrap();
    let message = Sign1::parse(&bytes).unwrap().to_be_signed();
    let verifying = VerifyingKey::from_bytes(public.as_bytes()).unwrap();
    raw_sign::<sha2::Sha512>(&ExpandedSecretKey::from(honest.seed()), &message, &verifying).to_bytes()
}
