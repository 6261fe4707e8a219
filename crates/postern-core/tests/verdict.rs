//! Texts and times, and the verdicts that must follow.

mod common;

use common::*;
use postern_core::base45;
use postern_core::code::{self, Claims};
use postern_core::keys::{PrivateKey, Role, SignError, Signature, Signer};
use postern_core::record::{Facts, Test, TestKind, TestResult, Vaccination};
use postern_core::time::{Day, Time, TimeEvidence};
use postern_core::trust::{IssuerKey, Pack, Trust, no_status_files};
use postern_core::verdict::{Grade, Judge, Outcome, Reason, Verdict};

fn judge() -> Judge {
    Judge::new(trust()).unwrap()
}

fn judge_of(change: impl Fn(&mut Pack)) -> Judge {
    let mut pack = pack(1);
    change(&mut pack);
    Judge::new(
        Trust::pin(&first_root())
            .unwrap()
            .update(&files_of(pack, 1).candidate(), no_status_files)
            .unwrap(),
    )
    .unwrap()
}

fn check(text: &str) -> Verdict {
    judge().check(text, at(now()))
}

#[track_caller]
fn expect(verdict: &Verdict, outcome: Outcome, reasons: &[Reason]) {
    assert_eq!((verdict.outcome, &verdict.reasons[..]), (outcome, reasons));
}

fn with_facts(facts: Facts) -> Claims {
    let mut claims = claims();
    claims.record.facts = facts;
    claims
}

fn tested(result: TestResult, age: u32) -> Facts {
    Facts {
        test: Some(Test::new(TestKind::NucleicAcid, result, age).unwrap()),
        ..Facts::default()
    }
}

#[test]
fn a_good_code_is_admitted() {
    let verdict = check(&minted("east-code", &claims()));
    expect(&verdict, Outcome::Admit, &[]);
    assert_eq!(verdict.claims, Some(claims()));
    assert_eq!(judge().issuer(&verdict).unwrap().id.as_str(), "east");
    assert_eq!(
        verdict.rules.iter().map(|rule| rule.met).collect::<Vec<_>>(),
        [Some(true); 2]
    );
    assert_eq!(
        (verdict.data.pack, verdict.data.grade, verdict.clock_suspect),
        (1, Grade::Fresh, false)
    );
}

#[test]
fn two_issuers_recognise_each_other() {
    for (signer, id) in [("east-code", "east"), ("east-code-2", "east"), ("west-code", "west")] {
        let verdict = check(&minted(signer, &claims()));
        assert_eq!(judge().issuer(&verdict).unwrap().id.as_str(), id);
    }
}

#[test]
fn rules_see_the_facts() {
    use TestResult::*;
    let day =
        |days_ago: u16| Day::from_date(now().utc().date_naive() - chrono::Days::new(u64::from(days_ago))).unwrap();
    let vaccinated = |product, dose, days_ago| Facts {
        vaccination: Some(Vaccination::new(product, dose, 2, day(days_ago)).unwrap()),
        ..Facts::default()
    };
    let recovered = |days_ago| Facts {
        recovery: Some(day(days_ago)),
        ..Facts::default()
    };
    for (facts, outcome, what) in [
        (tested(NotDetected, 47 * 60), Outcome::Admit, "24 + 47 hours"),
        (tested(NotDetected, 49 * 60), Outcome::Refuse, "24 + 49 hours"),
        (tested(Detected, 60), Outcome::Refuse, "positive"),
        (vaccinated(1, 2, 14), Outcome::Admit, "14 days"),
        (vaccinated(1, 2, 13), Outcome::Refuse, "13 days"),
        (vaccinated(1, 1, 30), Outcome::Refuse, "one dose of two"),
        (vaccinated(1, 3, 30), Outcome::Admit, "a booster"),
        (vaccinated(5, 2, 30), Outcome::Refuse, "not in the value set"),
        (vaccinated(999, 2, 30), Outcome::Refuse, "an unlisted product"),
        (recovered(11), Outcome::Admit, "11 days"),
        (recovered(10), Outcome::Refuse, "10 days"),
        (recovered(181), Outcome::Refuse, "181 days"),
        (Facts::default(), Outcome::Refuse, "nothing"),
    ] {
        assert_eq!(
            check(&minted("east-code", &with_facts(facts))).outcome,
            outcome,
            "{what}"
        );
    }
}

#[test]
fn a_rule_may_refer_instead() {
    let judge = judge_of(|pack| pack.issuers[0].rules = vec!["not-positive".parse().unwrap()]);
    let text = minted("east-code", &with_facts(tested(TestResult::Detected, 60)));
    expect(&judge.check(&text, at(now())), Outcome::Refer, &[Reason::RuleRefers]);
}

#[test]
fn a_rule_that_fails_refers() {
    let judge = judge_of(|pack| pack.rules[0].logic = json(r#"{"+": [{"var": "payload.dob"}, 1]}"#));
    let verdict = judge.check(&minted("east-code", &claims()), at(now()));
    expect(&verdict, Outcome::Refer, &[Reason::RuleFailed]);
    assert_eq!(verdict.rules[0].met, None);
}

#[test]
fn an_issuer_without_rules_admits_what_it_signed() {
    let judge = judge_of(|pack| pack.issuers[0].rules.clear());
    let text = minted("east-code", &with_facts(Facts::default()));
    expect(&judge.check(&text, at(now())), Outcome::Admit, &[]);
}

#[test]
fn a_stranger_refers_and_a_forger_is_refused() {
    expect(
        &check(&minted("stranger", &claims())),
        Outcome::Refer,
        &[Reason::UnknownIssuer],
    );
    let forged = code::mint(&key("stranger"), key("east-code").public().kid(), &claims()).unwrap();
    let verdict = check(&forged);
    expect(&verdict, Outcome::Refuse, &[Reason::BadSignature]);
    assert_eq!(verdict.claims, None, "what nobody signed is not shown as a fact");
}

#[test]
fn a_key_of_another_role_signs_no_codes() {
    for signer in ["root-a", "publisher-a", "snapshot"] {
        expect(
            &check(&minted(signer, &claims())),
            Outcome::Refer,
            &[Reason::UnknownIssuer],
        );
    }
    let judge = judge_of(|pack| {
        for key in &mut pack.issuers[0].keys {
            key.role = Role::Status;
        }
    });
    let verdict = judge.check(&minted("east-code", &claims()), at(now()));
    expect(&verdict, Outcome::Refer, &[Reason::UnknownIssuer]);
}

/// Two keys whose kids are the same, found by search.
fn colliding_keys() -> [PrivateKey; 2] {
    // Found once by searching seeds of 8 counting bytes; about 2^16 keys are enough for 32 bits.
    let seed = |n: u64| {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&n.to_be_bytes());
        PrivateKey::from_seed(&seed)
    };
    let mut seen = std::collections::HashMap::new();
    (0..)
        .find_map(|n| {
            let kid = seed(n).public().kid();
            seen.insert(kid, n).map(|other| [seed(other), seed(n)])
        })
        .unwrap()
}

#[test]
fn a_kid_that_two_keys_share_leads_to_each() {
    let [a, b] = colliding_keys();
    assert_eq!(a.public().kid(), b.public().kid());
    assert_ne!(a.public(), b.public());
    let issuer_key = |key: &PrivateKey| IssuerKey {
        key: key.public(),
        from: MADE,
        role: Role::Code,
        until: MADE.plus(365 * DAY),
    };
    let judge = judge_of(|pack| {
        pack.issuers[0].keys = vec![issuer_key(&a)];
        pack.issuers[1].keys = vec![issuer_key(&b)];
    });
    for (key, id) in [(&a, "east"), (&b, "west")] {
        let text = code::mint(key, key.public().kid(), &claims()).unwrap();
        let verdict = judge.check(&text, at(now()));
        expect(&verdict, Outcome::Admit, &[]);
        assert_eq!(judge.issuer(&verdict).unwrap().id.as_str(), id);
    }
}

#[test]
fn times_of_code_key_and_issuer_are_kept() {
    let claims = claims();
    let text = minted("east-code", &claims);
    let at_expiry = judge_of(|pack| pack.windows.stale = 900 * DAY);
    let check = |judge: &Judge, time| judge.check(&text, at(time)).reasons;
    assert!(
        !check(&at_expiry, claims.expires).contains(&Reason::Expired),
        "the last second counts"
    );
    assert!(check(&at_expiry, claims.expires.plus(1)).contains(&Reason::Expired));
    let issued_at = |issued: Time| {
        minted(
            "east-code",
            &Claims {
                issued,
                ..claims.clone()
            },
        )
    };
    let ahead = |seconds| judge().check(&issued_at(now().plus(seconds)), at(now())).reasons;
    assert_eq!(ahead(300), []);
    assert_eq!(ahead(301), [Reason::IssuedInFuture]);
    let retired = judge_of(|pack| pack.issuers[0].keys.iter_mut().for_each(|key| key.until = MADE.plus(1)));
    assert_eq!(check(&retired, now()), [Reason::KeyOutOfValidity]);
    let ended = judge_of(|pack| pack.issuers[0].until = MADE.plus(1));
    assert_eq!(check(&ended, now()), [Reason::IssuerNotInForce]);
}

#[test]
fn age_is_graded_and_never_a_stop() {
    let judge = judge();
    let text = minted(
        "east-code",
        &Claims {
            record: postern_core::record::Record {
                facts: with_vaccination(),
                ..record()
            },
            ..claims()
        },
    );
    for (days, grade, outcome) in [
        (2, Grade::Fresh, Outcome::Admit),
        (7, Grade::Aging, Outcome::Admit),
        (30, Grade::Stale, Outcome::Admit),
        (31, Grade::Refuse, Outcome::Refer),
        (200, Grade::Refuse, Outcome::Refer),
    ] {
        let verdict = judge.check(&text, at(now().plus(days * DAY)));
        assert_eq!((verdict.data.grade, verdict.outcome), (grade, outcome), "{days} days");
        assert_eq!(verdict.data.age, days * DAY);
    }
}

fn with_vaccination() -> Facts {
    Facts {
        vaccination: record().facts.vaccination,
        ..Facts::default()
    }
}

#[test]
fn no_never_means_that_the_gate_is_out_of_date() {
    let late = at(now().plus(40 * DAY));
    let unmet = minted("east-code", &with_facts(Facts::default()));
    expect(
        &judge().check(&unmet, late),
        Outcome::Refer,
        &[Reason::DataTooOld, Reason::RuleNotMet],
    );
    let forged = code::mint(&key("stranger"), key("east-code").public().kid(), &claims()).unwrap();
    expect(&judge().check(&forged, late), Outcome::Refuse, &[Reason::BadSignature]);
}

/// A gate past its last window cannot tell old data from a clock that is far ahead: a person decides.
#[test]
fn a_clock_far_ahead_refers_everybody_and_refuses_nobody() {
    for years in [1, 2, 20] {
        let verdict = judge().check(&minted("east-code", &claims()), at(now().plus(years * 365 * DAY)));
        assert_eq!(verdict.outcome, Outcome::Refer, "{years} years: {:?}", verdict.reasons);
    }
}

/// A code that was issued a moment ago by a clock that is a little ahead is judged as of its issue.
#[test]
fn rules_never_see_a_time_before_the_issue() {
    let judge = judge_of(|pack| {
        pack.rules[0].logic = json(
            r#"{"not-before": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
                               {"plusTime": [{"var": "payload.t.0.sc"}, 0, "day"]}]}"#,
        );
    });
    let issued = now().plus(200);
    let claims = Claims {
        expires: issued.plus(DAY),
        issued,
        record: record(),
    };
    let claims = Claims {
        record: postern_core::record::Record {
            facts: tested(TestResult::NotDetected, 0),
            ..record()
        },
        ..claims
    };
    expect(
        &judge.check(&minted("east-code", &claims), at(now())),
        Outcome::Admit,
        &[],
    );
}

#[test]
fn any_demonstration_key_makes_a_judge_that_says_so() {
    use postern_core::demo;
    assert!(!judge().is_demo());
    let judge = judge_of(|pack| {
        pack.issuers[0].keys.truncate(1);
        pack.issuers[0].keys[0].key = demo::key(Role::Code, 0).public();
    });
    assert!(judge.is_demo());
}

#[test]
fn past_the_expiry_of_root_or_pack_the_data_is_stale() {
    for change in [|pack: &mut Pack| pack.expires = MADE.plus(DAY), |_: &mut Pack| ()] {
        let judge = judge_of(change);
        let fresh = judge.trust().pack().unwrap().payload().expires > now();
        let verdict = judge.check(&minted("east-code", &claims()), at(now()));
        assert_eq!(verdict.outcome, Outcome::Admit);
        assert_eq!(verdict.data.grade, if fresh { Grade::Fresh } else { Grade::Stale });
    }
}

#[test]
fn a_clock_behind_the_floor_is_noticed_and_the_gate_keeps_serving() {
    let time = TimeEvidence::Clock {
        system: Time::default(),
        floor: MADE,
    };
    let verdict = judge().check(&minted("east-code", &claims()), time);
    expect(&verdict, Outcome::Admit, &[]);
    assert!(verdict.clock_suspect);
    assert_eq!((verdict.now, verdict.data.grade), (MADE, Grade::Stale));
}

#[test]
fn a_chosen_time_is_no_clock_that_could_be_wrong() {
    let verdict = judge().check(&minted("east-code", &claims()), TimeEvidence::Chosen(Time::default()));
    expect(
        &verdict,
        Outcome::Refer,
        &[Reason::IssuedInFuture, Reason::IssuerNotInForce],
    );
    assert!(!verdict.clock_suspect);
}

#[test]
fn a_gate_that_was_never_updated_refers() {
    let judge = Judge::new(Trust::pin(&first_root()).unwrap()).unwrap();
    let verdict = judge.check(&minted("east-code", &claims()), at(now()));
    expect(&verdict, Outcome::Refer, &[Reason::NoTrustData]);
    assert_eq!(judge.check("hello", at(now())).reasons, [Reason::NotACode]);
}

#[test]
fn an_unheld_status_list_refers() {
    let judge = judge_of(|pack| pack.issuers[0].list = Some("east".parse().unwrap()));
    let verdict = judge.check(&minted("east-code", &claims()), at(now()));
    expect(&verdict, Outcome::Refer, &[Reason::StatusUnknown]);
}

#[test]
fn each_text_that_is_no_code_has_its_reason() {
    let good = minted("east-code", &claims());
    let lower = good.to_lowercase();
    let cut = &good[..good.len() - 3];
    let longer = format!("{good}000");
    for (text, outcome, reason) in [
        ("https://example.org", Outcome::Refuse, Reason::NotACode),
        ("", Outcome::Refuse, Reason::NotACode),
        (&lower, Outcome::Refuse, Reason::NotACode),
        ("HC1:NCFOXN", Outcome::Refer, Reason::ForeignCode),
        ("PC2:NCFOXN", Outcome::Refer, Reason::UnknownVersion),
        ("PC1:", Outcome::Refuse, Reason::MalformedCode),
        (cut, Outcome::Refuse, Reason::MalformedCode),
        (&longer, Outcome::Refuse, Reason::MalformedCode),
        (&format!("PC1:{}", "0".repeat(2000)), Outcome::Refuse, Reason::TooLong),
    ] {
        expect(&check(text), outcome, &[reason]);
    }
}

#[test]
fn a_signature_with_a_small_order_point_is_refused() {
    struct SmallOrder(PrivateKey);
    impl Signer for SmallOrder {
        fn public(&self) -> postern_core::keys::PublicKey {
            self.0.public()
        }
        fn sign(&self, _: &[u8]) -> Result<Signature, SignError> {
            let mut signature = [0; 64];
            signature[0] = 1; // R is the identity, S is zero.
            Ok(signature)
        }
    }
    let signer = SmallOrder(key("east-code"));
    let text = code::mint(&signer, signer.public().kid(), &claims()).unwrap();
    expect(&check(&text), Outcome::Refuse, &[Reason::BadSignature]);
}

#[test]
fn a_rewritten_code_is_refused_even_where_its_signature_would_hold() {
    let good = base45::decode(&minted("east-code", &claims())[4..]).unwrap();
    // The array head in two bytes: the same message to a lenient decoder.
    let mut rewritten = vec![0x98, 0x04];
    rewritten.extend_from_slice(&good[1..]);
    let mut text = String::from("PC1:");
    base45::encode_into(&rewritten, &mut text);
    expect(&check(&text), Outcome::Refuse, &[Reason::NotDeterministic]);
}

#[test]
fn another_algorithm_is_refused() {
    let mut bytes = base45::decode(&minted("east-code", &claims())[4..]).unwrap();
    bytes[4] = 0x26; // ES256
    let mut text = String::from("PC1:");
    base45::encode_into(&bytes, &mut text);
    expect(&check(&text), Outcome::Refuse, &[Reason::WrongAlgorithm]);
}

#[test]
fn reasons_have_stable_names() {
    let mut names: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert!(names.is_sorted());
    names.dedup();
    assert_eq!(names.len(), Reason::ALL.len());
    assert!(
        names
            .iter()
            .all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
    );
}
