//! Our only way of checking a signature against the edge cases that others collected: Wycheproof and CCTV.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use postern_core::keys::{PublicKey, Signature};
use serde::Deserialize;

/// What became of one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Judged {
    Accepted,
    /// The key is no key that we take.
    WeakKey,
    /// Not 64 bytes: no [`Signature`] can be made of it.
    WrongLength,
    BadSignature,
}

fn judge(key: &[u8], message: &[u8], signature: &[u8]) -> Judged {
    let key: &[u8; 32] = key.try_into().expect("a key of the vectors has 32 bytes");
    let Ok(key) = PublicKey::from_bytes(key) else {
        return Judged::WeakKey;
    };
    match <&Signature>::try_from(signature) {
        Err(_) => Judged::WrongLength,
        Ok(signature) if key.verify(message, signature).is_ok() => Judged::Accepted,
        Ok(_) => Judged::BadSignature,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wycheproof {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    public_key: GroupKey,
    tests: Vec<WycheproofCase>,
}

#[derive(Deserialize)]
struct GroupKey {
    pk: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WycheproofCase {
    tc_id: u64,
    comment: String,
    msg: String,
    sig: String,
    result: String,
}

#[test]
fn wycheproof_vectors_are_judged_as_they_say() {
    let Some(suite) = vectors::<Wycheproof>("ed25519/wycheproof_ed25519.json") else {
        return;
    };
    let mut counts = BTreeMap::new();
    for group in &suite.test_groups {
        let key = unhex(&group.public_key.pk);
        for case in &group.tests {
            let judged = judge(&key, &unhex(&case.msg), &unhex(&case.sig));
            let at = format!("test {}, {}: {judged:?}", case.tc_id, case.comment);
            match case.result.as_str() {
                "valid" => assert_eq!(judged, Judged::Accepted, "{at}"),
                "invalid" => assert_ne!(judged, Judged::Accepted, "{at}"),
                "acceptable" => eprintln!("acceptable: {at}"),
                other => panic!("{at}: the result {other} is not known"),
            }
            *counts.entry((case.result.as_str(), judged)).or_insert(0) += 1;
        }
    }
    // This version of the suite calls nothing merely acceptable.
    let expected = BTreeMap::from([
        (("valid", Judged::Accepted), 88),
        (("invalid", Judged::WrongLength), 12),
        (("invalid", Judged::BadSignature), 51),
    ]);
    assert_eq!(counts, expected);
    assert_eq!(counts.values().sum::<usize>(), suite.number_of_tests);
}

#[derive(Deserialize)]
struct CctvCase {
    number: u32,
    key: String,
    sig: String,
    msg: String,
    /// Which checks accept the vector although a stricter one would not; `null` for a signature without any oddity.
    flags: Option<Vec<String>>,
}

/// What strict verification says of a vector with these flags. `low_order_component_A` and `_R` alone do not matter:
/// the cofactorless equation holds for such points, and they are not of small order themselves.
fn strict(flags: &[String]) -> Judged {
    let has = |flag: &str| flags.iter().any(|known| known == flag);
    let known = [
        "low_order_A",
        "low_order_R",
        "low_order_component_A",
        "low_order_component_R",
        "low_order_residue",
        "non_canonical_A",
        "non_canonical_R",
        "reencoded_k",
    ];
    assert!(flags.iter().all(|flag| known.contains(&flag.as_str())), "{flags:?}");
    if has("low_order_A") {
        return Judged::WeakKey;
    }
    let odd = [
        "low_order_R",
        "low_order_residue",
        "non_canonical_A",
        "non_canonical_R",
        "reencoded_k",
    ];
    if odd.into_iter().any(has) {
        Judged::BadSignature
    } else {
        Judged::Accepted
    }
}

#[test]
fn cctv_vectors_are_judged_strictly() {
    let Some(cases) = vectors::<Vec<CctvCase>>("ed25519/cctv_ed25519vectors.json") else {
        return;
    };
    let mut counts = BTreeMap::new();
    for case in &cases {
        let flags = case.flags.as_deref().unwrap_or_default();
        let judged = judge(&unhex(&case.key), case.msg.as_bytes(), &unhex(&case.sig));
        assert_eq!(judged, strict(flags), "vector {}: {flags:?}", case.number);
        *counts.entry(judged).or_insert(0) += 1;
    }
    let expected = BTreeMap::from([
        (Judged::Accepted, 43),
        (Judged::WeakKey, 526),
        (Judged::BadSignature, 345),
    ]);
    assert_eq!(counts, expected);
    assert_eq!(cases.len(), 914);
}

/// A file of the public vectors; none, with a word about it, where there are no vectors.
fn vectors<T: for<'de> Deserialize<'de>>(name: &str) -> Option<T> {
    let Some(root) = std::env::var_os("POSTERN_VECTORS") else {
        eprintln!("skipped: POSTERN_VECTORS does not name the folder of public vectors");
        return None;
    };
    let path = Path::new(&root).join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    let byte = |i| u8::from_str_radix(&text[i..i + 2], 16).unwrap_or_else(|e| panic!("{text}: {e}"));
    (0..text.len()).step_by(2).map(byte).collect()
}
