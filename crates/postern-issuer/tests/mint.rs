//! `mint` from the people file to the picture that a gate reads. All people are made up.

#[path = "mint/office.rs"]
mod office;

use std::collections::BTreeSet;
use std::fs;

use postern_cli::{Explain, Failure};
use postern_core::keys::Role;
use postern_core::repository::{NEWEST, path};
use postern_core::time::{Time, TimeEvidence};
use postern_core::trust::{Document, DocumentKind, FilePin, Snapshot};
use postern_core::verdict::Outcome;
use postern_core::{demo, hex};
use postern_issuer::mint::ledger::Ledger;
use postern_issuer::mint::people::{EncodingChoice, Reason};
use postern_issuer::mint::{IssueArgs, MintArgs, run};
use postern_qr::{picture, reader};

use office::{
    AT, DAY, FULL, HEADER, MADE, Office, WANTED, counts, list, mint, mint_json, owner, pack, records, root, session,
    signed, tree,
};

#[test]
fn pictures_are_read_back_and_admitted() {
    let office = Office::new();
    let args = office.people(format!(
        "{HEADER}\n{FULL}\nA-2,Zoë Sample,1990,,,,,,,,,,,2022-12-20\nA-3,,,,,,,,,,,,,\n"
    ));
    let (status, lines) = mint_json(&args);
    assert_eq!((status, lines.len()), (0, 1));
    let judge = office.judge();
    let time = TimeEvidence::Clock {
        system: AT.plus(3600),
        floor: MADE,
    };
    let rows = list(&args.issue.out.join("codes.csv"));
    assert_eq!(
        rows.iter().map(|row| &row[0]).collect::<Vec<_>>(),
        ["A-1", "A-2", "A-3"]
    );
    for row in &rows {
        assert_eq!((&row[2], &row[3]), ("2026-11-23T07:30:00Z", "2027-11-23T07:30:00Z"));
        let png = fs::read(args.issue.out.join(format!("pictures/{}.png", &row[0]))).unwrap();
        let read = reader::read(&picture::decode(&png).unwrap(), &mut || true);
        assert_eq!(
            read.texts.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(),
            [&row[4]]
        );
        let verdict = judge.check(&row[4], time);
        assert_eq!(verdict.outcome, Outcome::Admit, "{:?}", verdict.reasons);
        assert_eq!(judge.issuer(&verdict).unwrap().id.as_str(), "west");
        let record = verdict.claims.unwrap().record;
        assert_eq!(record.index.to_string(), row[1]);
    }
    let records = records(&office, &args);
    let first = &records["A-1"];
    assert_eq!(first.holder.name.as_ref().map(|name| name.as_str()), Some("样本甲"));
    assert_eq!(
        first.holder.birth.map(|birth| birth.to_string()).as_deref(),
        Some("1949-12-31")
    );
    let document = postern_core::tag::Document::new("id", "CN", "11010519491231002X").unwrap();
    assert_eq!(first.holder.tag, Some(demo::tag_key().tag(&document)));
    assert_eq!(first.facts.test.map(|test| test.age()), Some(7 * 60 + 30));
    assert_eq!(first.facts.vaccination.map(|vaccination| vaccination.dose()), Some(2));
    assert_eq!(
        records["A-2"].facts.recovery.map(|day| day.to_string()).as_deref(),
        Some("2022-12-20")
    );
    assert_eq!(records["A-3"].holder, Default::default());
    let indices: BTreeSet<u32> = records.values().map(|record| record.index).collect();
    assert_eq!(indices.len(), 3);
}

#[test]
fn every_reject_reason_is_given_with_line_and_column() {
    let office = Office::new();
    let row = |values: [&str; 14]| values.join(",");
    let full: [&str; 14] = FULL.split(',').collect::<Vec<_>>().try_into().unwrap();
    let with = |id, changes: &[(usize, &str)]| {
        let mut values = full;
        (values[0], values[5]) = (id, "");
        (values[3], values[4]) = ("", "");
        changes.iter().for_each(|(i, value)| values[*i] = value);
        row(values).into_bytes()
    };
    let card = |number| [(3, "id"), (4, "CN"), (5, number)];
    let good_check = |number: &str| {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = number
            .bytes()
            .zip(weights)
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum();
        format!("{number}{}", char::from(b"10X98765432"[sum as usize % 11]))
    };
    let (bad_date, long_name, long_field) = (good_check("11010519490230002"), "样".repeat(33), "9".repeat(5000));
    let not_text = [with("B-98", &[]), b"\xff".to_vec()].concat();
    let line_too_long = vec![b'x'; 70_000];
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (with("B-1", &[(2, "1949-02-30")]), "birth", "birth-invalid"),
        (
            with("B-2", &[(3, "id"), (4, "CN"), (5, "11010519491231002X"), (2, "1950")]),
            "birth",
            "birth-not-that-of-the-card",
        ),
        (with("B-3", &[(9, "2026-11-24")]), "vaccinated", "date-in-future"),
        (with("B-4", &[(9, "2026-02-30")]), "vaccinated", "date-invalid"),
        (with("B-5", &[(9, "2019-12-31")]), "vaccinated", "date-out-of-range"),
        (
            with("B-6", &[(3, "passport"), (4, "CHN"), (5, "E1")]),
            "document_country",
            "document-country-invalid",
        ),
        (
            with("B-7", &card("110105-19491231-002x")),
            "document_number",
            "document-duplicate",
        ),
        (with("B-8", &[(5, "E1")]), "document_kind", "document-incomplete"),
        (
            with("B-9", &[(3, "card"), (4, "CN"), (5, "E1")]),
            "document_kind",
            "document-kind-unknown",
        ),
        (
            with("B-10", &[(3, "other"), (4, "CN"), (5, "1.1E+17")]),
            "document_number",
            "document-number-invalid",
        ),
        (with("B-11", &[(7, "100")]), "vaccine_dose", "dose-invalid"),
        (with("B-12", &[(1, &long_field)]), "name", "field-too-long"),
        (
            with("B-13", &card(&bad_date)),
            "document_number",
            "id-card-birth-invalid",
        ),
        (
            with("B-14", &card("110105194912310020")),
            "document_number",
            "id-card-check-digit",
        ),
        (
            with("B-15", &card("1101051949123100")),
            "document_number",
            "id-card-malformed",
        ),
        (with("a-1", &[]), "id", "id-duplicate"),
        (with("A/1", &[]), "id", "id-invalid"),
        (with("", &[]), "id", "id-missing"),
        (line_too_long, "", "line-too-long"),
        (with("B-16", &[(1, "样\u{7}本")]), "name", "name-not-printable"),
        (with("B-17", &[(1, &long_name)]), "name", "name-too-long"),
        (not_text, "recovered", "not-text"),
        (b"B-18,\"open".to_vec(), "", "quote-open"),
        (b"B-19,x".to_vec(), "", "ragged-row"),
        (with("B-20", &[(11, "")]), "test_result", "test-incomplete"),
        (
            with("B-21", &[(12, "2026-11-23 15:31")]),
            "test_sampled",
            "test-in-future",
        ),
        (with("B-22", &[(10, "PCR")]), "test_kind", "test-kind-unknown"),
        (with("B-23", &[(11, "none")]), "test_result", "test-result-unknown"),
        (with("B-24", &[(12, "yesterday")]), "test_sampled", "test-time-invalid"),
        (
            with("B-25", &[(12, "1990-01-01 00:00")]),
            "test_sampled",
            "test-too-old",
        ),
        (with("B-26", &[(8, "")]), "vaccine_doses", "vaccination-incomplete"),
        (with("B-27", &[(6, "Elixir")]), "vaccine", "vaccine-unknown"),
        (with("old", &[]), "id", "already-minted-differently"),
        (with("B-28", &[]), "", "capacity-exhausted"),
    ];
    let mut before = office.people("id,name\nold,样本乙\n");
    before.capacity = Some(2);
    assert_eq!(counts(&before), [1, 0, 0]);

    let mut file = format!("{HEADER}\n{FULL}\n").into_bytes();
    for (row, _, _) in &cases {
        file.extend_from_slice(row);
        file.push(b'\n');
    }
    let mut args = office.people(file);
    args.encoding = EncodingChoice::Utf8;
    let (status, lines) = mint_json(&args);
    assert_eq!(status, 3);
    assert_eq!(lines.len(), cases.len() + 1);
    let rejects = list(&args.issue.out.join("rejects.csv"));
    assert_eq!(rejects.len(), cases.len());
    for (i, (_, column, reason)) in cases.iter().enumerate() {
        let line = i as u64 + 3;
        let (reject, row) = (&lines[i]["reject"], &rejects[i]);
        assert_eq!(
            (reject["line"].as_u64(), reject["reason"].as_str()),
            (Some(line), Some(*reason))
        );
        assert_eq!(reject["column"].as_str().unwrap_or(""), *column, "{reason}");
        assert_eq!(
            (&row[0], &row[1], &row[2]),
            (line.to_string().as_str(), *column, *reason)
        );
        assert_eq!(reject["message"].as_str(), Some(&row[3]));
    }
    assert_eq!(&rejects[0][4], "B-1", "the whole row follows");
    let given: BTreeSet<&str> = cases.iter().map(|(_, _, reason)| *reason).collect();
    // Other tests give these.
    let others = [
        "changed-invalid",
        "code-damaged",
        "code-not-valid",
        "code-of-the-future",
        "name-without-glyph",
    ];
    let all = Reason::ALL.iter().map(|reason| reason.as_str());
    assert_eq!(given, all.filter(|reason| !others.contains(reason)).collect());
    let minted = list(&args.issue.out.join("codes.csv"));
    assert_eq!(
        minted.iter().map(|row| &row[0]).collect::<Vec<_>>(),
        ["A-1"],
        "and the good row is minted"
    );
}

#[test]
fn every_encoding_and_both_headers_are_the_same_people() {
    let office = Office::new();
    let text = "编号,姓名,证件类型,证件签发地,证件号码,检测类型,检测结果,采样时间,疫苗,剂次,总剂次,接种日期,出生日期\r\n\
                A-1,样本甲,身份证,CN,11010519491231002X,核酸,阴性,2026-11-23 08:00,CoronaVac,2,2,2026-01-31,1949-12-31\r\n\
                A-2,阿依古丽·样本,护照,KZ,N123,抗原,阴性,2026-11-23 08:00,,,,,\r\n";
    let first = office.people(text);
    assert_eq!(counts(&first), [2, 0, 0]);
    let files = tree(&first.issue.out);
    let gb18030 = encoding_rs::GB18030.encode(text).0.into_owned();
    let english = format!(
        "\u{feff}{HEADER}\n{FULL}\nA-2,阿依古丽·样本,,passport,KZ,n 123,,,,,antigen,negative,2026-11-23T00:00:00Z,\n"
    );
    for (file, encoding) in [(gb18030, "gb18030"), (english.into_bytes(), "utf-8")] {
        let args = office.people(file);
        let (status, lines) = mint_json(&args);
        let summary = &lines[0]["summary"];
        assert_eq!(
            (status, summary["already"].as_u64(), summary["encoding"].as_str()),
            (0, Some(2), Some(encoding))
        );
        assert_eq!(tree(&args.issue.out), files);
    }
    let records = records(&office, &first);
    assert_eq!(
        records["A-2"].holder.name.as_ref().map(|name| name.as_str()),
        Some("阿依古丽·样本")
    );
}

#[test]
fn a_second_run_mints_nothing_and_restores_what_was_lost() {
    let office = Office::new();
    let mut args = office.people(format!("{HEADER}\n{FULL}\nA-2,样本乙,,,,,,,,,,,,\n"));
    assert_eq!(counts(&args), [2, 0, 0]);
    let files = tree(&args.issue.out);
    fs::remove_file(args.issue.out.join("pictures/A-2.png")).unwrap();
    fs::write(args.issue.out.join("pictures/A-1.png"), b"half a fi").unwrap();
    fs::remove_file(args.issue.out.join("codes.csv")).unwrap();
    // A day later, for fewer days and without tags: what was minted stays as it was.
    (args.issue.at, args.issue.valid_for, args.no_tags, args.tag_key) =
        (Some(AT.seconds() as i64 + 86_400), 7, true, None);
    assert_eq!(counts(&args), [0, 2, 0]);
    assert_eq!(tree(&args.issue.out), files);
    // Earlier than the test in the row, too.
    args.issue.at = Some(MADE.seconds() as i64 + 60);
    assert_eq!(counts(&args), [0, 2, 0]);
    assert_eq!(tree(&args.issue.out), files);
}

#[test]
fn a_corrected_file_clears_its_rejects() {
    let office = Office::new();
    let args = office.people("id,birth\nA-1,1990\nA-2,19xx\n");
    assert_eq!(counts(&args), [1, 0, 1]);
    let rejects = fs::read_to_string(args.issue.out.join("rejects.csv")).unwrap();
    let message = "not a date of birth: YYYY-MM-DD, YYYY-MM or YYYY, from 1900 to 2056";
    let expected =
        format!("\u{feff}line,column,reason,message,id,birth\r\n3,birth,birth-invalid,\"{message}\",A-2,19xx\r\n");
    assert_eq!(rejects, expected);
    let args = office.people("id,birth\nA-1,1990\nA-2,1991\n");
    assert_eq!(counts(&args), [1, 1, 0]);
    assert!(!args.issue.out.join("rejects.csv").exists());
    assert_eq!(list(&args.issue.out.join("codes.csv")).len(), 2);
}

#[test]
fn people_are_told_in_their_language() {
    let office = Office::new();
    let rows: String = (0..25).map(|i| format!("B {i},x\n")).collect();
    let args = office.people(format!("编号,姓名\nA-1,样本甲\n{rows}"));
    let (status, english) = mint(&args, &[]).unwrap();
    assert_eq!(status, 3);
    assert!(
        english.contains("Minted 1, minted before 0, rejected 25: 26 rows"),
        "{english}"
    );
    assert!(english.contains("and 5 more, all of them in rejects.csv"), "{english}");
    assert!(
        english.contains("Sample (west)") && english.contains(&hex(&Document::draft(root()).digest())),
        "{english}"
    );
    assert_eq!(english.matches("id-invalid").count(), 20);
    let (_, chinese) = mint(&args, &["--lang", "zh"]).unwrap();
    assert!(
        chinese.contains("新签发 0，此前已签发 1，被拒 25：共 26 行"),
        "{chinese}"
    );
    assert!(
        chinese.contains("编号") && chinese.contains("不是编号") && chinese.contains("样本（west）"),
        "{chinese}"
    );
    let rejects = fs::read_to_string(args.issue.out.join("rejects.csv")).unwrap();
    assert!(rejects.contains("不是编号"), "{rejects}");
}

#[test]
fn what_is_wrong_is_found_before_anything_is_minted() {
    let office = Office::new();
    let good = || office.people(format!("{HEADER}\n{FULL}\n"));
    let issue = |issue: IssueArgs| MintArgs { issue, ..good() };
    let key = |name: &str| {
        issue(IssueArgs {
            key: office.path(&format!("{name}.key")),
            ..office.issue()
        })
    };
    let at = |at: Time| {
        issue(IssueArgs {
            at: Some(at.seconds() as i64),
            ..office.issue()
        })
    };
    let cases = [
        (office.people("id,phone\n"), "people-column-unknown"),
        (office.people("name\n"), "people-column-missing"),
        (office.people("id,编号\n"), "people-column-double"),
        (office.people(""), "people-empty"),
        (key("stranger"), "mint-key-not-listed"),
        (key("misnamed"), "mint-key-of-other-role"),
        (key("misnamed-root"), "mint-key-of-other-role"),
        (key("status"), "key-of-other-role"),
        (key("tag"), "key-of-other-role"),
        (key("none"), "file-not-found"),
        (
            at(Time::saturating(MADE.seconds() as i64 - 60)),
            "mint-issuer-not-in-force",
        ),
        (at(MADE.plus(81 * DAY)), "mint-issuer-not-in-force"),
        (
            MintArgs {
                tag_key: None,
                ..good()
            },
            "mint-tag-key-needed",
        ),
        (
            MintArgs {
                tag_key: Some(office.path("west.key")),
                ..good()
            },
            "key-of-other-role",
        ),
        (
            issue(IssueArgs {
                repo: office.path("nowhere"),
                ..office.issue()
            }),
            "nothing-published",
        ),
        (
            issue(IssueArgs {
                ledger: office.path("none/ledger.db"),
                ..office.issue()
            }),
            "file-not-found",
        ),
    ];
    for (args, reason) in cases {
        // The cases share one people file: the faulty ones are written again here.
        let faulty = match reason {
            "people-column-unknown" => "id,phone\n",
            "people-column-missing" => "name\n",
            "people-column-double" => "id,编号\n",
            "people-empty" => "",
            _ => &format!("{HEADER}\n{FULL}\n"),
        };
        fs::write(&args.people, faulty).unwrap();
        let error = mint(&args, &[])
            .map(|(status, out)| format!("{status}: {out}"))
            .unwrap_err();
        assert_eq!(error.reason(), reason, "{error}");
        assert!(
            !args.issue.out.exists() && !office.path("ledger.db").exists(),
            "{reason}"
        );
        for options in [&[][..], &["--lang", "zh"]] {
            let session = session(options);
            let failure = Failure::new(&error, &session.catalog);
            let found = session.catalog.find(&format!("error-{reason}"), None, &[]);
            assert!(
                found.is_some() && !failure.message.contains("{ $"),
                "{reason}: {}",
                failure.message
            );
        }
    }
    assert_eq!(counts(&good()), [1, 0, 0]);
}

#[test]
fn a_key_past_its_time_mints_nothing() {
    let office = Office::new();
    let mut of_the_past = pack();
    for issuer in &mut of_the_past.issuers {
        issuer.keys.iter_mut().for_each(|key| key.until = MADE.plus(DAY));
    }
    let bytes = signed(of_the_past, Role::Publisher);
    let snapshot = Snapshot {
        pack: FilePin::of(&bytes, 1),
        root: 1,
        files: vec![],
        issued: AT,
        version: 1,
        register: None,
    };
    fs::write(office.path("repo").join(path(DocumentKind::Pack, 1)), bytes).unwrap();
    fs::write(office.path("repo").join(NEWEST), signed(snapshot, Role::Snapshot)).unwrap();
    let error = mint(&office.people("id\nA-1\n"), &[]).unwrap_err();
    assert_eq!(error.reason(), "mint-key-not-in-force");
    assert!(error.to_string().contains("2026-11-02T00:00:00Z"), "{error}");
}

#[test]
fn a_ledger_serves_one_issuer_and_one_mint_at_a_time() {
    let office = Office::new();
    let west = office.people("id\nA-1\n");
    assert_eq!(counts(&west), [1, 0, 0]);
    let mut east = west.clone();
    east.issue.key = office.path("east.key");
    assert_eq!(mint(&east, &[]).unwrap_err().reason(), "ledger-of-another-issuer");
    let held = Ledger::open(&west.issue.ledger, &owner(), WANTED).unwrap();
    assert_eq!(mint(&west, &[]).unwrap_err().reason(), "ledger-busy");
    drop(held);
    assert_eq!(counts(&west), [0, 1, 0]);
}

/// A program that reads the report and goes away.
struct Gone;

impl std::io::Write for Gone {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_work_is_done_though_nobody_reads_the_report() {
    let office = Office::new();
    let args = office.people("id\nA-1\nA 2\nA-3\n");
    let error = run(&args, &session(&["--json"]), &mut Gone).unwrap_err();
    assert_eq!(error.reason(), "output");
    assert_eq!(list(&args.issue.out.join("codes.csv")).len(), 2);
    assert_eq!(list(&args.issue.out.join("rejects.csv")).len(), 1);
}

#[test]
fn without_tags_documents_are_checked_all_the_same() {
    let office = Office::new();
    let mut args =
        office.people("id,document_kind,document_country,document_number\nA-1,id,CN,11010519491231002X\nA-2,id,CN,1\n");
    (args.tag_key, args.no_tags) = (None, true);
    assert_eq!(counts(&args), [1, 0, 1]);
    assert_eq!(records(&office, &args)["A-1"].holder.tag, None);
}
