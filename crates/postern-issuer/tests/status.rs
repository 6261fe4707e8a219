//! `status` and `column`: the register, the sign-off and what gates make of it, run as the program. All people are made up.

#[path = "mint/office.rs"]
mod office;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use postern_core::demo;
use postern_core::keyfile::SecretKey;
use postern_core::keys::{Role, Signer};
use postern_core::repository::{NEWEST, path as document_path, update};
use postern_core::status::{Column, ColumnValue, Delta, Status, StatusList, StatusToken};
use postern_core::time::{Time, TimeEvidence};
use postern_core::trust::{Document, DocumentKind, FilePin, Snapshot, Trust};
use postern_core::verdict::{Judge, Outcome};
use postern_issuer::mint::ledger::Ended;
use postern_issuer::mint::{FormatName, MintArgs, RenewArgs, ReplaceArgs, renew, replace};
use serde_json::{Value, json};

use office::{AT, DAY, MADE, Office, counts, list, pack, session, signed, tree};

/// One run of the program.
struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl Ran {
    fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The reason of the error that ended it.
    fn reason(&self) -> String {
        let error: Value = serde_json::from_str(self.err.lines().last().unwrap()).unwrap();
        error["error"]["reason"].as_str().unwrap().to_owned()
    }
}

/// A city whose issuer `west` has a list and a column, with a ledger of made-up people.
struct City {
    office: Office,
    args: MintArgs,
}

impl City {
    fn new(people: u32) -> Self {
        let office = Office::new();
        let mut pack = pack();
        let west = &mut pack.issuers[1];
        west.list = Some("west".parse().unwrap());
        west.columns = vec!["negative-test".parse().unwrap()];
        let pack = signed(pack, Role::Publisher);
        let snapshot = Snapshot {
            pack: FilePin::of(&pack, 1),
            root: 1,
            files: vec![],
            issued: AT,
            version: 1,
            register: None,
        };
        let snapshot = signed(snapshot, Role::Snapshot);
        for (path, bytes) in [
            (document_path(DocumentKind::Pack, 1), &pack),
            (document_path(DocumentKind::Snapshot, 1), &snapshot),
            (NEWEST.to_owned(), &snapshot),
        ] {
            fs::write(office.path("repo").join(path), bytes).unwrap();
        }
        for n in 0..2 {
            office.save_key(
                &format!("snapshot-{n}"),
                Role::Snapshot,
                SecretKey::Signing(demo::key(Role::Snapshot, n)),
            );
        }
        let rows: String = (0..people).map(|i| format!("P-{i},样本{i}\n")).collect();
        let mut args = office.people(format!("id,name\n{rows}"));
        args.issue.format = vec![FormatName::Csv];
        args.capacity = Some(5_000);
        assert_eq!(counts(&args), [u64::from(people), 0, 0]);
        Self { office, args }
    }

    /// Index and text of the code of each person, as the newest list of codes has them.
    fn codes(&self) -> BTreeMap<String, (u32, String)> {
        let rows = list(&self.args.issue.out.join("codes.csv"));
        let code = |row: &csv::StringRecord| (row[0].to_owned(), (row[1].parse().unwrap(), row[4].to_owned()));
        rows.iter().map(code).collect()
    }

    fn index(&self, id: &str) -> u32 {
        self.codes()[id].0
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.office.path(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn path(&self, name: &str) -> String {
        self.office.path(name).display().to_string()
    }

    fn repo(&self, name: &str) -> PathBuf {
        self.office.path("repo").join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern-issuer"));
        command.args(args).env("LANG", "C").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().unwrap();
        Ran {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A command that writes to the register, at a time after [`AT`].
    fn desk(&self, command: &[&str], hours: u64, more: &[&str]) -> Ran {
        let (register, ledger) = (self.path("register.db"), self.args.issue.ledger.display().to_string());
        let at = AT.plus(hours * 3600).to_string();
        let mut args = command.to_vec();
        args.extend([
            "--register",
            &register,
            "--ledger",
            &ledger,
            "--by",
            "desk 1",
            "--at",
            &at,
            "--json",
        ]);
        if !Path::new(&register).exists() {
            args.extend(["--new-register", "--list", "west", "--issuer", "west"]);
        }
        args.extend(more);
        self.run(&args)
    }

    fn set(&self, hours: u64, more: &[&str]) -> Ran {
        self.desk(&["status", "set"], hours, &[&["--why", "tested"], more].concat())
    }

    fn set_id(&self, id: &str, status: &str) {
        let ran = self.set(1, &["--id", id, "--status", status]);
        assert_eq!(ran.status, 0, "{}", ran.err);
    }

    fn publish_args(&self, kind: &str, hours: u64) -> Vec<String> {
        let at = AT.plus(hours * 3600).to_string();
        let (register, repo, key) = (self.path("register.db"), self.path("repo"), self.path("status.key"));
        [
            "",
            "publish",
            "--register",
            &register,
            "--repo",
            &repo,
            "--key",
            &key,
            "--at",
            &at,
            "--by",
            "head",
            "--json",
        ]
        .map(|arg| {
            if arg.is_empty() {
                kind.to_owned()
            } else {
                arg.to_owned()
            }
        })
        .to_vec()
    }

    fn publish(&self, hours: u64, more: &[&str]) -> Ran {
        let args = self.publish_args("status", hours);
        let args: Vec<&str> = args
            .iter()
            .map(String::as_str)
            .chain(["--yes"])
            .chain(more.iter().copied())
            .collect();
        self.run(&args)
    }

    /// Publishes and gives what the program says of it.
    fn published(&self, hours: u64) -> Value {
        let ran = self.publish(hours, &[]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.lines().pop().unwrap()["published"].take()
    }

    fn publish_column(&self, hours: u64) -> Ran {
        let args = self.publish_args("column", hours);
        self.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn show(&self, more: &[&str]) -> Vec<Value> {
        let ran = self.run(
            &[
                &["status", "show", "--register", &self.path("register.db"), "--json"],
                more,
            ]
            .concat(),
        );
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.lines()
    }

    /// The published list of a version, under the issuer's key.
    fn list(&self, version: u64) -> StatusList {
        let bytes = fs::read(self.repo(&format!("status/west/{version}.status"))).unwrap();
        let token = StatusToken::parse(&bytes).unwrap();
        assert_eq!((token.version(), token.list().as_str()), (version, "west"));
        assert!(token.signed_by(&[demo::key(Role::Status, 0).public()]));
        token.inflate(1_250).unwrap()
    }

    /// The list of a version is also what its delta leads to.
    fn follows(&self, version: u64) {
        let bytes = fs::read(self.repo(&format!("status/west/{}-{version}.delta", version - 1))).unwrap();
        let delta = Document::<Delta>::parse(&bytes).unwrap();
        assert_eq!(
            delta.payload().apply(&self.list(version - 1)).unwrap(),
            self.list(version)
        );
    }

    /// A gate that has just been set up from the repository.
    fn judge(&self) -> Judge {
        let pinned = Trust::pin(&fs::read(self.repo("root/1.root")).unwrap()).unwrap();
        let trust = update(&pinned, |wanted| match fs::read(self.repo(wanted.path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        });
        Judge::new(trust.unwrap()).unwrap()
    }

    fn renew_snapshot(&self, hours: u64) {
        let at = AT.plus(hours * 3600).to_string();
        let [first, second] = [0, 1].map(|n| self.path(&format!("snapshot-{n}.key")));
        let args = [
            "snapshot",
            "renew",
            "--repo",
            &self.path("repo"),
            "--key",
            &first,
            &second,
            "--at",
            &at,
        ];
        let ran = self.run(&args);
        assert_eq!(ran.status, 0, "{}", ran.err);
    }
}

/// The outcome for a code, some hours after [`AT`].
fn outcome(judge: &Judge, text: &str, hours: u64) -> Outcome {
    let time = TimeEvidence::Clock {
        system: AT.plus(hours * 3600),
        floor: MADE,
    };
    judge.check(text, time).outcome
}

fn counts_of(value: &Value) -> [u64; 4] {
    ["valid", "invalid", "suspended", "restricted"].map(|name| value[name].as_u64().unwrap())
}

#[test]
fn a_code_that_is_set_invalid_is_refused_at_the_gate() {
    let city = City::new(3);
    let tests = city.file("tests.csv", "id,sampled\nP-0,2026-11-23\n");
    assert_eq!(city.desk(&["column", "import", &tests], 1, &[]).status, 0);
    assert_eq!(city.publish_column(1).status, 0);
    assert_eq!(city.published(1)["version"], 1);
    city.renew_snapshot(1);
    let codes = city.codes();
    let before = city.judge();
    for (_, text) in codes.values() {
        assert_eq!(outcome(&before, text, 2), Outcome::Admit);
    }
    city.set_id("p-1", "invalid");
    city.set_id("P-2", "suspended");
    assert_eq!(city.published(3)["version"], 2);
    city.follows(2);
    city.renew_snapshot(3);
    let after = city.judge();
    let outcomes = ["P-0", "P-1", "P-2"].map(|id| outcome(&after, &codes[id].1, 4));
    assert_eq!(outcomes, [Outcome::Admit, Outcome::Refuse, Outcome::Refer]);
}

#[test]
fn who_when_and_why_are_kept() {
    let city = City::new(4);
    let ran = city.set(1, &["--id", "p-1", "--status", "suspended"]);
    let expected = json!({ "code": {
        "id": "p-1", "index": city.index("P-1"), "expires": "2027-11-23T07:30:00Z",
        "was": "valid", "status": "suspended", "changed": true,
    }});
    assert_eq!((ran.status, ran.lines()), (0, vec![expected]), "{}", ran.err);
    let index = city.index("P-2").to_string();
    assert_eq!(city.set(2, &["--index", &index, "--status", "restricted"]).status, 0);
    let again = city.set(3, &["--id", "P-1", "--status", "suspended"]);
    assert_eq!(again.lines()[0]["code"]["changed"], false);
    city.published(4);
    assert_eq!(city.set(5, &["--id", "P-1", "--status", "valid"]).status, 0);

    let register = city.show(&[]).pop().unwrap()["register"].take();
    assert_eq!(counts_of(&register["counts"]), [4_999, 0, 0, 1]);
    assert_eq!(counts_of(&register["pending"]), [1, 0, 0, 0]);
    assert_eq!(
        (&register["codes"], &register["limit"], &register["places"]),
        (&4.into(), &10.into(), &5_000.into())
    );
    assert_eq!(
        (&register["published"]["version"], &register["published"]["by"]),
        (&1.into(), &"head".into())
    );
    let ledger = city.args.issue.ledger.display().to_string();
    let shown = city
        .show(&["--id", "P-1", "--history", "--ledger", &ledger])
        .pop()
        .unwrap()["code"]
        .take();
    assert_eq!(
        (&shown["status"], &shown["published"]),
        (&"valid".into(), &"suspended".into())
    );
    let entry = |at: u64, was, status, batch| {
        json!({
            "at": AT.plus(at * 3600).to_string(), "by": "desk 1", "was": was, "status": status, "why": "tested",
            "batch": batch, "command": "set", "file": null,
        })
    };
    let expected = [entry(1, "valid", "suspended", 1), entry(5, "suspended", "valid", 3)];
    assert_eq!(shown["history"], json!(expected));
    let batches = city.show(&["--history"]).pop().unwrap()["register"]["batches"].take();
    assert_eq!(
        batches.as_array().unwrap().len(),
        3,
        "what changed nothing left no trace"
    );
}

#[test]
fn a_document_leads_to_the_codes_of_its_holder() {
    let office = Office::new();
    let mut args = office.people(format!("{}\n{}\nA-2,,,,,,,,,,,,,\n", office::HEADER, office::FULL));
    args.issue.format = vec![FormatName::Csv];
    assert_eq!(counts(&args), [2, 0, 0]);
    let city = City { office, args };
    let key = city.path("tag.key");
    let document = |number: &str| {
        let args = [
            "--document",
            "id",
            "cn",
            number,
            "--tag-key",
            &key,
            "--status",
            "invalid",
        ];
        city.set(1, &args)
    };
    let ran = document("110105 19491231 002x");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(ran.lines()[0]["code"]["id"], "A-1");
    assert_eq!(document("110105194912310011").reason(), "ledger-nothing-found");
}

#[test]
fn invalid_is_final_unless_somebody_insists() {
    let city = City::new(2);
    city.set_id("P-0", "invalid");
    for status in ["valid", "suspended", "restricted"] {
        let index = city.index("P-0").to_string();
        assert_eq!(
            city.set(2, &["--id", "P-0", "--status", status]).reason(),
            "status-final"
        );
        assert_eq!(
            city.set(2, &["--index", &index, "--status", status]).reason(),
            "status-final"
        );
    }
    let ran = city.set(3, &["--id", "P-0", "--status", "valid", "--danger-revalidate"]);
    assert_eq!((ran.status, &ran.lines()[0]["code"]["was"]), (0, &"invalid".into()));
}

#[test]
fn the_status_is_that_of_the_codes_in_force() {
    let city = City::new(2);
    let before = city.index("P-0");
    let mut issue = city.args.issue.clone();
    issue.out = city.office.path("lost");
    let (ids, reason) = (vec!["P-0".to_owned()], Ended::Lost);
    replace(&ReplaceArgs { ids, reason, issue }, &session(&[]), &mut Vec::new()).unwrap();
    let new: u32 = list(&city.office.path("lost/codes.csv"))[0][1].parse().unwrap();
    let ran = city.set(1, &["--id", "P-0", "--status", "suspended"]);
    let indexes: Vec<_> = ran.lines().iter().map(|line| line["code"]["index"].clone()).collect();
    assert_eq!(indexes, [json!(new)], "what was replaced is not in force");
    let ran = city.set(366 * 24, &["--id", "P-0", "--status", "valid"]);
    assert_eq!(ran.reason(), "status-nothing-in-force");
    assert_eq!(
        city.set(1, &["--id", "P-9", "--status", "valid"]).reason(),
        "ledger-nothing-found"
    );
    // By its index the old one is found all the same.
    let old = before.to_string();
    assert_eq!(city.set(1, &["--index", &old, "--status", "invalid"]).status, 0);
    // A place that nobody has yet must not be set.
    let taken: Vec<u32> = city.codes().into_values().map(|(index, _)| index).collect();
    let free = (0..).find(|index| *index != new && !taken.contains(index)).unwrap();
    for index in [free, 5_000, u32::MAX] {
        let ran = city.set(1, &["--index", &index.to_string(), "--status", "invalid"]);
        assert_eq!(ran.reason(), "status-index-unknown", "{index}");
    }
}

#[test]
fn what_was_replaced_is_set_invalid_with_the_reason() {
    let city = City::new(4);
    let mut old = city.codes();
    for (id, reason) in [("P-1", Ended::Lost), ("P-2", Ended::Stolen)] {
        let mut issue = city.args.issue.clone();
        issue.out = city.office.path(id);
        let ids = vec![id.to_owned()];
        replace(&ReplaceArgs { ids, reason, issue }, &session(&[]), &mut Vec::new()).unwrap();
    }
    let ran = city.desk(&["status", "import", "--superseded"], 1, &[]);
    let summary = json!({ "summary": { "rows": 2, "changed": 2, "unchanged": 0, "rejected": 0 } });
    assert_eq!((ran.status, ran.lines()), (0, vec![summary]), "{}", ran.err);
    for (id, why) in [("P-1", "replaced: lost"), ("P-2", "replaced: stolen")] {
        let index = old.remove(id).unwrap().0.to_string();
        let code = city.show(&["--index", &index, "--history"]).pop().unwrap()["code"].take();
        assert_eq!(
            (&code["status"], &code["history"][0]["why"]),
            (&"invalid".into(), &why.into())
        );
        assert_eq!(code["history"][0]["command"], "superseded");
    }
    let ran = city.desk(&["status", "import", "--superseded"], 2, &[]);
    let summary = json!({ "summary": { "rows": 2, "changed": 0, "unchanged": 2, "rejected": 0 } });
    assert_eq!(ran.lines(), [summary]);
}

#[test]
fn a_file_is_taken_whole_and_once() {
    let city = City::new(5);
    let good = "id,status,why\nP-0,suspended,contact\np-1,restricted,tested\nP-2,valid,cleared\n";
    let bad = "P-9,invalid,dead\nP-3,gone,dead\nP-4,invalid,\nP-0,invalid,dead\n,invalid,dead\nP-3,invalid\n\"P-4,invalid,x\n";
    let all = city.file("all.csv", format!("{good}{bad}"));
    let import = |file: &str, more: &[&str]| city.desk(&["status", "import", file], 1, more);
    let ran = import(&all, &[]);
    assert_eq!((ran.status, ran.reason().as_str()), (3, "status-rejected"));
    let rejects: Vec<_> = ran
        .lines()
        .iter()
        .map(|line| {
            (
                line["reject"]["line"].as_u64().unwrap(),
                line["reject"]["reason"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected = [
        (5, "id-unknown"),
        (6, "status-unknown"),
        (7, "why-invalid"),
        (8, "status-contradiction"),
        (9, "id-missing"),
        (10, "ragged-row"),
        (11, "quote-open"),
    ];
    assert_eq!(rejects, expected.map(|(line, reason)| (line, reason.to_owned())));
    assert_eq!(
        counts_of(&city.show(&[])[0]["register"]["counts"]),
        [5_000, 0, 0, 0],
        "nothing was taken"
    );

    let ran = import(&all, &["--skip-rejects"]);
    let summary = json!({ "rows": 10, "changed": 2, "unchanged": 1, "rejected": 7 });
    assert_eq!((ran.status, &ran.lines()[7]["summary"]), (3, &summary), "{}", ran.err);
    let counts = counts_of(&city.show(&[])[0]["register"]["counts"]);
    assert_eq!(counts, [4_998, 0, 1, 1]);
    // The same file under another name is the same file, also after somebody has changed their mind.
    city.set_id("P-0", "valid");
    let copy = city.file("copy.csv", fs::read(&all).unwrap());
    let ran = import(&copy, &[]);
    assert_eq!(
        (ran.status, &ran.lines()[0]["already"]["batch"]),
        (0, &1.into()),
        "{}",
        ran.err
    );
    assert_eq!(counts_of(&city.show(&[])[0]["register"]["counts"]), [4_999, 0, 0, 1]);
}

#[test]
fn a_file_may_be_chinese_and_name_places() {
    let city = City::new(3);
    let text = format!(
        "序号,状态,原因\n{},暂停,密切接触\n{},无效,去世\n4999999,无效,去世\n",
        city.index("P-0"),
        city.index("P-1")
    );
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    let file = city.file("gb.csv", gb);
    let ran = city.desk(&["status", "import", &file], 1, &["--skip-rejects"]);
    assert_eq!(ran.lines()[0]["reject"]["reason"], "index-unknown");
    assert_eq!(ran.lines()[1]["summary"]["changed"], 2);
    let index = city.index("P-1").to_string();
    let code = &city.show(&["--index", &index, "--history"])[0]["code"];
    assert_eq!(code["history"][0]["why"], "去世");
    for (header, reason) in [
        ("id,status", "sheet-column-missing"),
        ("id,status,why,phone", "sheet-column-unknown"),
        ("status,why", "sheet-whose"),
        ("id,序号,status,why", "sheet-whose"),
        ("id,status,状态,why", "sheet-column-double"),
    ] {
        let file = city.file("header.csv", format!("{header}\n"));
        assert_eq!(
            city.desk(&["status", "import", &file], 1, &[]).reason(),
            reason,
            "{header}"
        );
    }
}

#[test]
fn more_than_the_limit_needs_a_second_word() {
    let city = City::new(30);
    city.set_id("P-0", "suspended");
    city.published(1);
    let rows: String = (1..12).map(|i| format!("P-{i},invalid,batch\n")).collect();
    let file = city.file("many.csv", format!("id,status,why\n{rows}"));
    assert_eq!(city.desk(&["status", "import", &file], 2, &[]).status, 0);
    let before = tree(&city.office.path("repo"));
    let ran = city.publish(3, &[]);
    assert_eq!(
        (ran.status, ran.reason().as_str()),
        (1, "status-over-limit"),
        "{}",
        ran.err
    );
    let difference = &ran.lines()[0]["difference"];
    assert_eq!(
        (counts_of(&difference["gets"]), &difference["worse"]),
        ([0, 11, 0, 0], &11.into())
    );
    assert_eq!(tree(&city.office.path("repo")), before);
    assert_eq!(city.show(&[])[0]["register"]["published"]["version"], 1);
    let ran = city.publish(3, &["--danger-over-limit"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    city.follows(2);
    // Giving back is no harm, however many.
    let rows: String = (1..12).map(|i| format!("P-{i},valid,mistake\n")).collect();
    let file = city.file("back.csv", format!("id,status,why\n{rows}"));
    assert_eq!(
        city.desk(&["status", "import", &file], 4, &[]).reason(),
        "status-rejected"
    );
    city.set_id("P-0", "valid");
    assert_eq!(city.published(5)["version"], 3);
}

#[test]
fn a_person_signs_off_or_a_job_says_yes() {
    let city = City::new(2);
    city.set_id("P-0", "invalid");
    let args = city.publish_args("status", 1);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // In JSON nobody is shown what they say yes to; without a terminal nobody is asked.
    assert_eq!(city.run(&args).reason(), "not-confirmed");
    let without: Vec<&str> = args.iter().copied().filter(|arg| *arg != "--json").collect();
    let ran = city.run(&without);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("not confirmed"), "{}", ran.err);
    assert!(
        ran.out.contains("valid -> invalid") && ran.out.contains("tested (desk 1)"),
        "{}",
        ran.out
    );
    assert!(!city.repo("status").exists());
}

#[test]
fn the_same_again_is_published_once_and_each_day_anew() {
    let city = City::new(3);
    city.set_id("P-0", "suspended");
    let first = city.published(1);
    let again = city.published(1);
    assert_eq!((&again["version"], &again["already"]), (&1.into(), &true.into()));
    assert_eq!(city.list(1).counts(), [4_999, 0, 1, 0]);
    // Nothing has changed since, but a list of today is younger than one of yesterday.
    let next = city.published(24);
    assert_eq!((&next["version"], &next["content"]), (&2.into(), &first["content"]));
    city.follows(2);
    assert_eq!(city.publish(23, &[]).reason(), "dated-back");
    city.set_id("P-1", "restricted");
    city.set_id("P-0", "valid");
    assert_eq!(city.published(25)["version"], 3);
    city.follows(3);
    let (zero, one) = (city.index("P-0"), city.index("P-1"));
    let statuses = |version: u64| [zero, one].map(|index| city.list(version).get(index));
    assert_eq!(statuses(2), [Some(Status::Suspended), Some(Status::Valid)]);
    assert_eq!(statuses(3), [Some(Status::Valid), Some(Status::Restricted)]);
}

#[test]
fn what_cannot_be_handed_over_is_handed_over_the_next_time() {
    let city = City::new(3);
    city.set_id("P-0", "suspended");
    city.published(1);
    city.set_id("P-1", "invalid");
    // The list cannot be written, and its delta lies there already.
    let blocked = city.repo("status/west/2.status");
    fs::create_dir(&blocked).unwrap();
    assert_ne!(city.publish(2, &[]).status, 0);
    assert!(city.repo("status/west/1-2.delta").exists());
    let said = &city.show(&[])[0]["register"]["published"]["version"];
    assert_eq!(*said, 2, "it is signed: nothing else may become version 2");
    fs::remove_dir(&blocked).unwrap();
    let completed = city.published(3);
    assert_eq!(
        (&completed["version"], &completed["already"]),
        (&2.into(), &true.into())
    );
    assert_eq!(completed["issued"], AT.plus(2 * 3600).to_string(), "as it was signed");
    city.follows(2);
    // A file that is not ours is never written over.
    city.set_id("P-2", "invalid");
    fs::write(city.repo("status/west/3.status"), "another").unwrap();
    assert_eq!(city.publish(4, &[]).reason(), "status-in-the-way");
    assert_eq!(fs::read(city.repo("status/west/3.status")).unwrap(), b"another");
    fs::remove_file(city.repo("status/west/3.status")).unwrap();
    assert_eq!(city.published(5)["version"], 3);
    city.follows(3);
}

#[test]
fn killed_at_any_moment_the_next_run_ends_well() {
    let city = City::new(3);
    city.set_id("P-0", "suspended");
    city.published(1);
    let (mut kills, mut hours, mut pause) = (0, 2, Duration::from_millis(1));
    loop {
        let status = ["restricted", "suspended"][hours as usize % 2];
        city.set_id("P-1", status);
        let args = city.publish_args("status", hours);
        let args: Vec<&str> = args.iter().map(String::as_str).chain(["--yes"]).collect();
        let mut child = city.command(&args).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(pause);
        let killed = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        kills += u32::from(killed);
        // The next one completes it, or does all of it.
        let said = city.published(hours);
        let version = said["version"].as_u64().unwrap();
        assert_eq!(version, hours, "one version for each change, {pause:?}");
        city.follows(version);
        let expected = if status == "suspended" {
            Status::Suspended
        } else {
            Status::Restricted
        };
        assert_eq!(city.list(version).get(city.index("P-1")), Some(expected));
        if !killed {
            break;
        }
        hours += 1;
        pause += pause / 3;
    }
    assert!(kills > 4, "{kills} kills");
}

#[test]
fn a_list_that_was_exchanged_is_not_built_upon() {
    let city = City::new(3);
    city.set_id("P-0", "suspended");
    city.published(1);
    city.set_id("P-1", "suspended");
    let path = city.repo("status/west/1.status");
    let good = fs::read(&path).unwrap();
    // Signed by the very key, but not what the register published.
    let other = StatusToken::sign(
        &demo::key(Role::Status, 0),
        &"west".parse().unwrap(),
        1,
        AT,
        &[0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01],
    );
    fs::write(&path, other.unwrap()).unwrap();
    assert_eq!(city.publish(2, &[]).reason(), "status-replaced");
    fs::remove_file(&path).unwrap();
    assert_eq!(city.publish(2, &[]).reason(), "file-not-found");
    fs::write(&path, good).unwrap();
    assert_eq!(city.published(2)["version"], 2);
}

#[test]
fn only_a_key_that_gates_take_signs() {
    let city = City::new(2);
    city.set_id("P-0", "suspended");
    let sign_with = |key: &str, hours: u64| {
        let (key, at) = (city.path(&format!("{key}.key")), AT.plus(hours * 3600).to_string());
        let (register, repo) = (city.path("register.db"), city.path("repo"));
        let args = [
            "status",
            "publish",
            "--register",
            &register,
            "--repo",
            &repo,
            "--key",
            &key,
        ];
        city.run(&[&args[..], &["--at", &at, "--yes", "--json"]].concat())
            .reason()
    };
    assert_eq!(sign_with("west", 1), "key-of-other-role");
    city.office.save_key(
        "stranger-status",
        Role::Status,
        SecretKey::Signing(demo::key(Role::Status, 3)),
    );
    assert_eq!(sign_with("stranger-status", 1), "mint-key-not-listed");
    city.office
        .save_key("code", Role::Status, SecretKey::Signing(demo::key(Role::Code, 0)));
    assert_eq!(sign_with("code", 1), "mint-key-of-other-role");
    city.office.save_key(
        "east-status",
        Role::Status,
        SecretKey::Signing(demo::key(Role::Code, 1)),
    );
    assert_eq!(sign_with("east-status", 1), "register-other");
    assert_eq!(sign_with("status", 90 * 24), "mint-key-not-in-force");
    assert!(!city.repo("status").exists());
}

#[test]
fn a_register_is_of_one_list_and_its_ledgers() {
    let city = City::new(2);
    let ran = city.desk(
        &["status", "set"],
        1,
        &["--id", "P-0", "--status", "valid", "--why", "x", "--limit", "0"],
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ledger = city.args.issue.ledger.display().to_string();
    let register = city.path("register.db");
    let set = |ledger: &str, more: &[&str]| {
        let args = [
            "status",
            "set",
            "--register",
            &register,
            "--ledger",
            ledger,
            "--by",
            "x",
            "--why",
            "x",
            "--id",
            "P-0",
        ];
        city.run(&[&args[..], &["--status", "valid", "--json"], more].concat())
    };
    let new = |list, issuer| ["--new-register", "--list", list, "--issuer", issuer];
    assert_eq!(set(&ledger, &new("other", "west")).reason(), "register-other");
    assert_eq!(set(&ledger, &new("west", "east")).reason(), "register-other");
    assert_eq!(set(&ledger, &["--new-register"]).status, 2);
    assert_eq!(set(&ledger, &["--list", "west"]).status, 2);
    let mut other = city.args.clone();
    other.issue.ledger = city.office.path("other.db");
    other.issue.out = city.office.path("other");
    other.capacity = Some(6_000);
    assert_eq!(counts(&other), [2, 0, 0]);
    assert_eq!(
        set(&other.issue.ledger.display().to_string(), &[]).reason(),
        "register-other"
    );
    // With a limit of none, nothing becomes worse without a second word.
    city.set_id("P-0", "suspended");
    assert_eq!(city.publish(1, &[]).reason(), "status-over-limit");
    let empty = city.path("empty.db");
    let args = ["status", "show", "--json", "--register", &empty];
    assert_eq!(city.run(&args).reason(), "register-not-there");
}

#[test]
fn the_newest_negative_test_of_each_person_is_published() {
    let city = City::new(5);
    let tests = "id,sampled,result\nP-0,2026-11-23T07:59:59Z,negative\nP-0,2026-11-22 16:00,阴性\n\
                 p-1,2026-11-23T08:00:00Z,not-detected\nP-2,2026-11-23T08:00:00Z,positive\nP-3,2026-11-12,阴性\n";
    let file = city.file("tests.csv", tests);
    let ran = city.desk(&["column", "import", &file], 2, &[]);
    let summary = json!({ "rows": 5, "negative": 4, "positive": 1, "newer": 3, "rejected": 0, "known": 3 });
    assert_eq!((ran.status, &ran.lines()[0]["summary"]), (0, &summary), "{}", ran.err);
    let ran = city.desk(&["column", "import", &file], 3, &[]);
    assert_eq!(ran.lines()[0]["already"]["batch"], 1);
    assert_eq!(city.publish_column(3).status, 0);

    let column = |version: u64| {
        let bytes = fs::read(city.repo(&format!("status/west/negative-test/{version}.column"))).unwrap();
        let document = Document::<Column>::parse(&bytes).unwrap();
        let keys = postern_core::trust::Keys::new(vec![demo::key(Role::Status, 0).public()], 1).unwrap();
        document.threshold(&keys).unwrap();
        let column = document.into_payload();
        assert_eq!(
            (column.list.as_str(), column.version, column.unit, column.size),
            ("west", version, 3600, 5_000)
        );
        column.values().unwrap()
    };
    let time = |text: &str| {
        Some(ColumnValue::Time(Time::saturating(
            postern_cli::clock::parse_time(text).unwrap(),
        )))
    };
    let values = column(1);
    let of = |id: &str| values.get(city.index(id));
    assert_eq!(of("P-0"), time("2026-11-23T07:00:00Z"), "rounded down to the hour");
    assert_eq!(of("P-1"), time("2026-11-23T08:00:00Z"));
    assert_eq!((of("P-2"), of("P-4")), (None, None));
    assert_eq!(of("P-3"), None, "older than a byte of hours");

    let file = city.file(
        "older.csv",
        format!("index,sampled\n{},2026-11-20T00:00:00Z\n", city.index("P-1")),
    );
    assert_eq!(
        city.desk(&["column", "import", &file], 4, &[]).lines()[0]["summary"]["newer"],
        0
    );
    let ran = city.publish_column(3);
    assert_eq!(
        ran.lines()[0]["published"]["version"],
        2,
        "a file was taken, though it held nothing newer"
    );
    assert_eq!(city.publish_column(3).lines()[0]["published"]["already"], true);
    assert_eq!(column(2).get(city.index("P-1")), time("2026-11-23T08:00:00Z"));

    let bad = "id,sampled,result\nP-0,2026-11-24T00:00:00Z,negative\nP-0,yesterday,negative\nP-0,2026-11-20,maybe\nP-8,2026-11-20,\n";
    let ran = city.desk(&["column", "import", &city.file("bad.csv", bad)], 4, &[]);
    let reasons: Vec<_> = ran
        .lines()
        .iter()
        .map(|line| line["reject"]["reason"].clone())
        .collect();
    assert_eq!(
        reasons,
        ["sampled-in-future", "sampled-invalid", "result-unknown", "id-unknown"]
    );
    assert_eq!((ran.status, ran.reason().as_str()), (3, "status-rejected"));
    let args = city.publish_args("column", 5);
    let args: Vec<&str> = args.iter().map(String::as_str).chain(["--column", "other"]).collect();
    assert_eq!(city.run(&args).reason(), "register-column-unknown");
    // What is published is what gates take.
    city.set_id("P-4", "suspended");
    city.published(5);
    city.renew_snapshot(5);
    assert_eq!(outcome(&city.judge(), &city.codes()["P-0"].1, 6), Outcome::Admit);
}

#[test]
fn codes_of_the_dead_are_not_renewed() {
    let mut city = City::new(4);
    city.args.issue.out = city.office.path("out");
    city.set_id("P-1", "invalid");
    city.set_id("P-2", "suspended");
    let mut again = RenewArgs {
        issue: city.args.issue.clone(),
        expiring_within: 14,
        register: Some(city.office.path("register.db")),
    };
    again.issue.out = city.office.path("renewed");
    again.issue.at = Some(AT.plus(360 * DAY).seconds() as i64);
    // The issuer is in force for some days only in this office; the pack says so.
    assert!(renew(&again, &session(&["--json"]), &mut Vec::new()).is_err());
    again.issue.at = Some(AT.plus(DAY).seconds() as i64);
    again.expiring_within = 365;
    assert_eq!(renew(&again, &session(&["--json"]), &mut Vec::new()).unwrap(), 0);
    let renewed: Vec<String> = list(&again.issue.out.join("codes.csv"))
        .iter()
        .map(|row| row[0].to_owned())
        .collect();
    assert_eq!(renewed, ["P-0", "P-2", "P-3"]);
    // A register of other ledgers says nothing of these codes.
    let mut other = city.args.clone();
    other.issue.ledger = city.office.path("other.db");
    other.issue.out = city.office.path("other");
    other.capacity = Some(6_000);
    assert_eq!(counts(&other), [4, 0, 0]);
    again.issue.ledger = other.issue.ledger;
    again.issue.out = city.office.path("elsewhere");
    let error = renew(&again, &session(&["--json"]), &mut Vec::new()).unwrap_err();
    assert_eq!(postern_cli::Explain::reason(&error), "register-other");
}
