//! Rules of a stranger: JSON or CBOR, compiled, and evaluated on the facts of one code.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use postern_core::cbor;
use postern_core::certlogic::{Fact, Json, Rule};

/// The facts of a made-up code with one of each kind.
const FACTS: &str = r#"{
    "payload": {
        "nam": {"fn": "样本甲"},
        "dob": "1987-03",
        "v": [{"tg": "840539006", "vp": "J07BX03", "mp": "CoronaVac", "ma": "Sinovac-Biotech", "dn": 2, "sd": 2, "dt": "2026-01-31"}],
        "t": [{"tg": "840539006", "tt": "LP6464-4", "tr": "260415000", "sc": "2026-11-20T08:30:00Z"}],
        "r": [{"tg": "840539006", "fr": "2026-02-01"}]
    },
    "external": {
        "validationClock": "2026-11-23T07:00:00Z",
        "valueSets": {"vaccines": ["BBIBP-CorV", "CoronaVac"]},
        "iat": "2026-11-21T00:00:00Z",
        "exp": "2027-11-21T00:00:00Z",
        "issuer": "east"
    }
}"#;

static DATA: LazyLock<Json> = LazyLock::new(|| serde_json::from_str(FACTS).expect("the facts above are JSON"));

fuzz_target!(|bytes: &[u8]| {
    for json in [serde_json::from_slice::<Json>(bytes).ok(), cbor::from_slice(bytes).ok()]
        .into_iter()
        .flatten()
    {
        let again: Json = cbor::from_slice(&cbor::to_vec(&json)).expect("what was decoded encodes deterministically");
        assert_eq!(again, json);
        let Ok(rule) = Rule::compile(&json) else { continue };
        let facts = Fact::Json(&DATA);
        let first = rule.evaluate(&facts).map(|value| format!("{value:?}"));
        let second = rule.evaluate(&facts).map(|value| format!("{value:?}"));
        assert_eq!(first, second, "one rule, one answer");
        let _ = rule.holds(&facts);
        let _ = rule.evaluate(&Fact::Null);
    }
});
