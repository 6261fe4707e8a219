//! New codes for people who have one: changed rows, codes that expire, codes that were lost. All people are made up.

#[path = "mint/office.rs"]
mod office;

use std::fs;

use postern_cli::Explain;
use postern_core::record::Record;
use postern_core::time::{Time, TimeEvidence};
use postern_core::verdict::Judge;
use postern_issuer::mint::ledger::{Ended, Reader, Which};
use postern_issuer::mint::{MintError, RenewArgs, ReplaceArgs, renew, replace};

use office::{AT, DAY, FULL, HEADER, MADE, Office, counts, lines, list, mint, mint_json, no_register, session, tree};

fn summary(lines: &[serde_json::Value], name: &str) -> u64 {
    lines.last().unwrap()["summary"][name].as_u64().unwrap()
}

fn run_renew(args: &RenewArgs) -> Result<(u8, Vec<serde_json::Value>), MintError> {
    let mut out = Vec::new();
    let status = renew(args, &session(&["--json"]), &mut out)?;
    Ok((status, lines(&String::from_utf8(out).unwrap())))
}

fn run_replace(args: &ReplaceArgs) -> Result<(u8, Vec<serde_json::Value>), MintError> {
    let mut out = Vec::new();
    let status = replace(args, &session(&["--json"]), &mut out)?;
    Ok((status, lines(&String::from_utf8(out).unwrap())))
}

/// The record and the times of a code, as a gate reads them.
fn read(judge: &Judge, text: &str, at: Time) -> (Record, Time, Time) {
    let time = TimeEvidence::Clock {
        system: at,
        floor: MADE,
    };
    let claims = judge.check(text, time).claims.unwrap();
    (claims.record, claims.issued, claims.expires)
}

#[test]
fn changed_rows_get_a_new_code_and_the_old_one_is_noted() {
    let office = Office::new();
    let mut args = office.people("id,name\nA-1,样本甲\nA-2,样本乙\nA-3,样本丙\n");
    assert_eq!(counts(&args), [3, 0, 0]);
    let before = list(&args.issue.out.join("codes.csv"));
    args = office.people("id,name\nA-1,样本甲\nA-2,样本丁\nA-4,样本戊\n");
    assert_eq!(
        counts(&args),
        [1, 1, 1],
        "without --changed, another content is rejected"
    );
    args.changed = true;
    let (status, told) = mint_json(&args);
    assert_eq!(status, 0);
    let told = ["minted", "already", "rejected", "replaced"].map(|name| summary(&told, name));
    assert_eq!(told, [1, 2, 0, 1]);
    let after = list(&args.issue.out.join("codes.csv"));
    assert_eq!(before[0], after[0], "who has not changed keeps the code");
    assert_ne!(before[1], after[1]);
    let reader = Reader::open(&args.issue.ledger).unwrap();
    let mut invalid = Vec::new();
    let each = |found: postern_issuer::mint::ledger::Found| {
        invalid.push((found.entry.index.to_string(), found.replaced.unwrap().reason));
        true
    };
    reader.each(Which::Invalid, each).unwrap();
    assert_eq!(invalid, [(before[1][1].to_owned(), Ended::Changed)]);
    // Once more: what has changed is what the newest code says.
    let (_, told) = mint_json(&args);
    assert_eq!(["minted", "already"].map(|name| summary(&told, name)), [0, 3]);
    args = office.people("id,name\nA-2,样本乙\n");
    args.changed = true;
    let (_, told) = mint_json(&args);
    assert_eq!(summary(&told, "minted"), 1, "and changing it back is a change");
}

#[test]
fn rows_that_have_not_changed_since_are_passed_over() {
    let office = Office::new();
    let rows = |b: &str, c: &str| {
        format!("id,name,变更时间\nA-1,样本甲,2026-11-01T00:00:00Z\nA-2,{b},2026-11-20 08:00\nA-3,{c},\n")
    };
    let mut args = office.people(rows("样本乙", "样本丙"));
    assert_eq!(counts(&args), [3, 0, 0]);
    args = office.people(rows("样本丁", "样本丙"));
    args.changed_since = Some(AT.seconds() as i64 - 7 * 86_400);
    let (status, told) = mint_json(&args);
    let counts = ["minted", "already", "replaced", "unchanged", "rows"].map(|name| summary(&told, name));
    assert_eq!((status, counts), (0, [1, 1, 1, 1, 3]), "{told:?}");
    args = office.people("id,changed\nA-1,yesterday\n");
    args.changed_since = Some(0);
    let (status, told) = mint_json(&args);
    assert_eq!((status, &told[0]["reject"]["reason"]), (3, &"changed-invalid".into()));
    args = office.people("id\nA-1\n");
    args.changed_since = Some(0);
    assert_eq!(mint(&args, &[]).unwrap_err().reason(), "people-column-missing");
}

#[test]
fn codes_are_renewed_before_they_expire() {
    let office = Office::new();
    let mut args = office.people(format!("{HEADER}\n{FULL}\n"));
    args.issue.valid_for = 20;
    assert_eq!(counts(&args), [1, 0, 0]);
    let old = list(&args.issue.out.join("codes.csv"))[0][4].to_owned();
    args = office.people("id\nB-1\nB-2\n");
    args.issue.valid_for = 60;
    assert_eq!(counts(&args), [2, 0, 0]);

    let mut again = RenewArgs {
        issue: office.issue(),
        expiring_within: 14,
        choice: no_register(),
    };
    again.issue.out = office.path("renewed");
    again.issue.at = Some(AT.plus(10 * DAY).seconds() as i64);
    let (status, told) = run_renew(&again).unwrap();
    assert_eq!(
        (status, summary(&told, "minted"), summary(&told, "replaced")),
        (0, 1, 1)
    );
    let new = list(&again.issue.out.join("codes.csv"));
    assert_eq!(new.len(), 1);
    let judge = office.judge();
    let at = AT.plus(11 * DAY);
    let ((before, issued, _), (after, from, until)) = (read(&judge, &old, at), read(&judge, &new[0][4], at));
    assert_ne!(before.index, after.index);
    assert_eq!(before.holder, after.holder);
    assert_eq!((from, until), (AT.plus(10 * DAY), AT.plus(375 * DAY)));
    let age = |record: &Record| u64::from(record.facts.test.unwrap().age()) * 60;
    assert_eq!(
        from.seconds() - age(&after),
        issued.seconds() - age(&before),
        "the test was sampled when it was sampled"
    );
    assert_eq!(before.facts.vaccination, after.facts.vaccination);
    // The old one holds until it expires: nobody has to set it invalid.
    let reader = Reader::open(&again.issue.ledger).unwrap();
    reader.each(Which::Invalid, |found| panic!("{found:?}")).unwrap();
    assert_eq!(reader.of_id("A-1").unwrap()[0].replaced.unwrap().reason, Ended::Renewed);
    // Once more, nothing is left to renew; and the mint keeps the new code.
    let (_, told) = run_renew(&again).unwrap();
    assert_eq!(summary(&told, "rows"), 0);
    let args = office.people(format!("{HEADER}\n{FULL}\n"));
    assert_eq!(counts(&args), [0, 1, 0]);
    assert_eq!(list(&args.issue.out.join("codes.csv"))[0][4], new[0][4]);
    // A code cannot be dated back.
    again.issue.at = Some(AT.plus(5 * DAY).seconds() as i64);
    again.expiring_within = 36_500;
    let (status, told) = run_renew(&again).unwrap();
    assert_eq!(
        (status, &told[0]["reject"]["reason"]),
        (3, &"code-of-the-future".into())
    );
    assert_eq!((summary(&told, "minted"), summary(&told, "rejected")), (2, 1));
}

#[test]
fn lost_codes_are_replaced() {
    let office = Office::new();
    let args = office.people(format!("{HEADER}\n{FULL}\nA-2,样本乙,,,,,,,,,,,,\n"));
    assert_eq!(counts(&args), [2, 0, 0]);
    let old = list(&args.issue.out.join("codes.csv"));
    let mut lost = ReplaceArgs {
        ids: vec!["a-1".to_owned(), "A-1".to_owned()],
        reason: Ended::Lost,
        issue: office.issue(),
        choice: no_register(),
    };
    lost.issue.out = office.path("desk");
    lost.issue.at = Some(AT.plus(DAY).seconds() as i64);
    let (status, told) = run_replace(&lost).unwrap();
    assert_eq!(
        (status, summary(&told, "minted"), summary(&told, "replaced")),
        (0, 1, 1)
    );
    let new = list(&lost.issue.out.join("codes.csv"));
    assert_eq!((new.len(), &new[0][0]), (1, "A-1"));
    let judge = office.judge();
    let at = AT.plus(2 * DAY);
    let ((before, ..), (after, ..)) = (read(&judge, &old[0][4], at), read(&judge, &new[0][4], at));
    assert_eq!(before.holder, after.holder);
    assert_ne!(before.index, after.index);
    let reader = Reader::open(&lost.issue.ledger).unwrap();
    let all = reader.of_id("A-1").unwrap();
    assert_eq!(
        all[0].replaced.map(|replaced| (replaced.by, replaced.reason)),
        Some((2, Ended::Lost))
    );
    assert_eq!(all[1].replaced, None);

    lost.ids = vec!["A-2".to_owned(), "nobody".to_owned()];
    let files = tree(&lost.issue.out);
    let error = run_replace(&lost).unwrap_err();
    assert_eq!(error.reason(), "ledger-id-unknown");
    assert_eq!(
        reader.of_id("A-2").unwrap()[0].replaced,
        None,
        "one who is not known stops all"
    );
    assert_eq!(tree(&lost.issue.out), files);
    lost.issue.ledger = office.path("none.db");
    assert_eq!(run_replace(&lost).unwrap_err().reason(), "file-not-found");
    assert!(!fs::exists(&lost.issue.ledger).unwrap());
}
