//! Sizes of codes by what is in them: bytes, characters, and the QR version at level M.
//!
//! `cargo run --release -p postern-issuer --example sizes`

use postern_core::base45;
use postern_core::code::{self, Claims, PREFIX};
use postern_core::demo;
use postern_core::keys::{Role, Signer};
use postern_core::record::{Birth, Facts, Holder, Name, Record, Test, TestKind, TestResult, Vaccination};
use postern_core::tag::Document;
use postern_core::time::{Day, Time};
use postern_qr::Symbol;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = |text: &str| Name::try_from(text.to_owned());
    let tag = demo::tag_key().tag(&Document::new("id", "CN", "99010119870305001X")?);
    let birth = Birth::new(1987, 3, 5)?;
    let holder = |text| {
        Ok::<_, Box<dyn std::error::Error>>(Holder {
            name: Some(name(text)?),
            birth: Some(birth),
            tag: Some(tag),
        })
    };
    let vaccination = Some(Vaccination::new(1, 2, 2, Day(2200))?);
    let test = Some(Test::new(TestKind::NucleicAcid, TestResult::NotDetected, 24 * 60)?);
    let recovery = Some(Day(2200));
    let both = Facts {
        vaccination,
        test,
        recovery: None,
    };

    println!("{:52} {:>5} {:>10} {:>7}", "record", "bytes", "characters", "version");
    for (what, holder, facts) in [
        ("nothing but the index", Holder::default(), Facts::default()),
        (
            "document tag, test",
            Holder {
                tag: Some(tag),
                ..Holder::default()
            },
            Facts {
                test,
                ..Facts::default()
            },
        ),
        (
            "name of 3 Chinese characters, birth, tag",
            holder("样本甲")?,
            Facts::default(),
        ),
        (
            "the same, a vaccination and a test (DESIGN's budget)",
            holder("样本甲")?,
            both,
        ),
        (
            "the same, and a recovery",
            holder("样本甲")?,
            Facts { recovery, ..both },
        ),
        (
            "name of 11 characters with a middle dot, all facts",
            holder("样本样本样·样本样本样")?,
            Facts { recovery, ..both },
        ),
        (
            "name of 96 bytes, all facts: the largest",
            holder(&"样".repeat(32))?,
            Facts { recovery, ..both },
        ),
    ] {
        let issued = Time::saturating(1_795_392_000);
        let claims = Claims {
            expires: issued.plus(365 * 86_400),
            issued,
            record: Record {
                index: 12_345_678,
                holder,
                facts,
            },
        };
        let key = demo::key(Role::Code, 0);
        let text = code::mint(&key, key.public().kid(), &claims)?;
        let bytes = base45::decode(&text[PREFIX.len()..]).map_err(|at| format!("not Base45 at {at}"))?;
        println!(
            "{what:52} {:5} {:10} {:7}",
            bytes.len(),
            text.len(),
            Symbol::new(&text)?.version()
        );
    }
    Ok(())
}
