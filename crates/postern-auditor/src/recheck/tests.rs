//! Each reason why an admission would be none today, and what is counted.

use postern_core::keys::{Kid, PrivateKey, Role, Signer};
use postern_core::status::{Status, StatusListBuilder};
use postern_core::time::Time;
use postern_core::trust::{Issuer, IssuerKey};
use postern_log::{Credential, NewEvent};

use super::*;
use crate::findings::city::{Memory, code, gate, override_of, with_credential};

const T: u64 = 1_700_000_000;
const SPAN: Span = Span {
    from: 0,
    until: T + 1_000_000,
};
const KID_SEED: [u8; 32] = [9; 32];

fn kid() -> [u8; 4] {
    let Kid(kid) = PrivateKey::from_seed(&KID_SEED).public().kid();
    kid
}

/// The issuer "xa": one key for codes, a list on which 1 is revoked, 2 suspended, 3 restricted and 9 the last.
fn today(change: impl FnOnce(&mut Issuer)) -> Today {
    let name = r#"{"en":"Made-up issuer","zh":"虚构签发方"}"#;
    let time = |seconds| Time::from_seconds(seconds).unwrap();
    let mut issuer = Issuer {
        id: "xa".parse().unwrap(),
        from: time(T - 1000),
        keys: vec![IssuerKey {
            key: PrivateKey::from_seed(&KID_SEED).public(),
            from: time(T - 500),
            role: Role::Code,
            until: time(T + 500),
        }],
        list: Some("xa-list".parse().unwrap()),
        name: serde_json::from_str(name).unwrap(),
        rules: vec![],
        until: time(T + 1000),
        columns: vec![],
        windows: None,
    };
    change(&mut issuer);
    let mut list = StatusListBuilder::with_len(10).unwrap();
    for (index, status) in [(1, Status::Invalid), (2, Status::Suspended), (3, Status::Restricted)] {
        list.set(index, status);
    }
    Today::holding([(issuer, Some(list.build()))])
}

fn why(today: &Today, issued: u64, index: u64, time: u64) -> Option<Why> {
    let credential = Credential {
        kid: kid(),
        issued,
        index,
    };
    today.why_not("xa", &credential, time)
}

#[test]
fn what_is_good_today_is_admitted_still() {
    assert_eq!(why(&today(|_| ()), T, 0, T + 10), None);
    assert_eq!(
        why(&today(|issuer| issuer.list = None), T, 1, T + 10),
        None,
        "an issuer without a list"
    );
}

#[test]
fn each_status_is_a_reason() {
    let today = today(|_| ());
    assert_eq!(why(&today, T, 1, T), Some(Why::StatusInvalid));
    assert_eq!(why(&today, T, 2, T), Some(Why::StatusSuspended));
    assert_eq!(why(&today, T, 3, T), Some(Why::StatusRestricted));
}

#[test]
fn an_index_past_the_list_is_unknown() {
    assert_eq!(why(&today(|_| ()), T, 1_000_000, T), Some(Why::StatusUnknown));
    assert_eq!(
        why(&today(|_| ()), T, u64::from(u32::MAX) + 1, T),
        Some(Why::StatusUnknown)
    );
}

#[test]
fn an_issuer_that_is_gone_is_withdrawn() {
    let credential = Credential {
        kid: kid(),
        issued: T,
        index: 0,
    };
    assert_eq!(
        today(|_| ()).why_not("other", &credential, T),
        Some(Why::IssuerWithdrawn)
    );
}

#[test]
fn an_issuer_whose_time_was_cut_was_not_in_force() {
    let cut = today(|issuer| issuer.until = Time::from_seconds(T + 5).unwrap());
    assert_eq!(why(&cut, T, 0, T + 5), None);
    assert_eq!(why(&cut, T, 0, T + 6), Some(Why::IssuerNotInForce));
}

#[test]
fn a_key_that_is_gone_is_withdrawn() {
    let other = PrivateKey::from_seed(&[8; 32]).public();
    assert_eq!(
        why(&today(|issuer| issuer.keys[0].key = other), T, 0, T),
        Some(Why::KeyWithdrawn)
    );
    let for_lists = today(|issuer| issuer.keys[0].role = Role::Status);
    assert_eq!(why(&for_lists, T, 0, T), Some(Why::KeyWithdrawn), "it signs lists");
}

#[test]
fn a_code_from_outside_of_its_keys_time_is_found() {
    let today = today(|_| ());
    assert_eq!(why(&today, T + 500, 0, T + 600), None);
    assert_eq!(why(&today, T + 501, 0, T + 600), Some(Why::KeyOutOfValidity));
    assert_eq!(why(&today, T - 501, 0, T), Some(Why::KeyOutOfValidity));
}

#[test]
fn of_several_reasons_the_gravest_is_told() {
    let gone = today(|issuer| {
        issuer.keys.clear();
        issuer.until = Time::from_seconds(T - 1).unwrap();
    });
    assert_eq!(why(&gone, T, 1, T), Some(Why::StatusInvalid));
    assert_eq!(why(&gone, T, 2, T), Some(Why::KeyWithdrawn));
}

fn admitted(index: u64, outcome: Outcome) -> NewEvent {
    with_credential(kid(), T, index, code(T + 10, outcome))
}

fn document(about: u64, outcome: Outcome) -> NewEvent {
    NewEvent {
        kind: Kind::Document,
        source: postern_log::Source::Document,
        about: Some(about),
        ..code(T + 11, outcome)
    }
}

fn run_over(events: impl FnOnce(&mut Memory)) -> (Counts, Vec<(u64, Why, Option<String>)>) {
    let mut memory = Memory::of(vec![gate(1, 0.0, 0.0, 0), gate(2, 0.0, 0.0, 0)]);
    events(&mut memory);
    let gates = memory.gates.clone();
    let mut found = Vec::new();
    let counts = recheck(&mut memory, &gates, SPAN, &today(|_| ()), &mut |past| {
        found.push((past.seq, past.why, past.operator.clone()));
        true
    });
    (counts.unwrap(), found)
}

#[test]
fn admissions_are_judged_again_and_counted() {
    let (counts, found) = run_over(|memory| {
        memory.add(1, admitted(0, Outcome::Admit));
        memory.add(1, admitted(1, Outcome::Admit));
        memory.add(1, admitted(1, Outcome::Refuse));
        memory.add(1, code(T, Outcome::Admit));
        memory.add(2, admitted(2, Outcome::Admit));
    });
    assert_eq!(found, [(1, Why::StatusInvalid, None), (0, Why::StatusSuspended, None)]);
    assert_eq!((counts.checked, counts.not_checkable), (3, 1));
    assert_eq!((counts.now(Outcome::Refuse), counts.now(Outcome::Refer)), (1, 1));
    assert_eq!(counts.by_gate.len(), 2);
}

#[test]
fn what_a_person_let_in_is_judged_by_the_code_that_it_is_about() {
    let (counts, found) = run_over(|memory| {
        let about = memory.add(1, admitted(3, Outcome::Refuse));
        memory.add(1, override_of(T + 20, "a.lin", about, Outcome::Admit));
        let unknown = memory.add(1, code(T, Outcome::Refuse));
        memory.add(1, override_of(T + 21, "a.lin", unknown, Outcome::Admit));
    });
    assert_eq!(found, [(0, Why::StatusRestricted, Some("a.lin".to_owned()))]);
    assert_eq!((counts.checked, counts.not_checkable), (1, 1));
}

#[test]
fn who_was_turned_away_in_the_end_was_not_admitted() {
    let (counts, found) = run_over(|memory| {
        let about = memory.add(1, admitted(1, Outcome::Admit));
        memory.add(1, override_of(T + 20, "a.lin", about, Outcome::Refuse));
        let about = memory.add(1, admitted(1, Outcome::Admit));
        memory.add(1, document(about, Outcome::Refuse));
    });
    assert_eq!((counts.checked, found), (0, vec![]));
}

#[test]
fn an_override_of_a_document_is_about_the_code() {
    let (_, found) = run_over(|memory| {
        let about = memory.add(1, admitted(1, Outcome::Admit));
        let mismatch = memory.add(1, document(about, Outcome::Refer));
        memory.add(1, override_of(T + 20, "a.lin", mismatch, Outcome::Admit));
    });
    assert_eq!(found, [(0, Why::StatusInvalid, Some("a.lin".to_owned()))]);
}

#[test]
fn every_reason_has_words() {
    for language in [postern_cli::Language::English, postern_cli::Language::SimplifiedChinese] {
        let catalog = postern_cli::Catalog::new(language, crate::TEXTS);
        for why in Why::ALL {
            assert!(catalog.has(&format!("why-{}", why.as_str())), "{why:?}");
        }
    }
}
