//! What a gate says: check, scan, status, read.

mod common;

use common::{AT, Authority, DAY, Done, Gate, MADE, NAME, picture, run, run_with};
use serde_json::Value;

#[test]
fn texts_and_pictures_are_judged_alike() {
    let gate = Gate::updated(Authority::new());
    let a = &gate.authority;
    let cases = [
        (a.good(), 0, "admit", vec![]),
        (a.expired(), 10, "refuse", vec!["expired"]),
        (a.forged(), 10, "refuse", vec!["bad-signature"]),
        (a.unvaccinated(), 10, "refuse", vec!["rule-not-met"]),
        ("https://example.org/".to_owned(), 10, "refuse", vec!["not-a-code"]),
        (a.referred(), 11, "refer", vec!["rule-refers"]),
        (a.unknown_issuer(), 11, "refer", vec!["unknown-issuer"]),
        ("HC1:6BFOXN".to_owned(), 11, "refer", vec!["foreign-code"]),
        ("PC2:ABC".to_owned(), 11, "refer", vec!["unknown-version"]),
    ];
    for (i, (text, status, outcome, reasons)) in cases.iter().enumerate() {
        let picture = gate.picture(&format!("{i}.png"), text);
        for (input, source) in [(text.as_str(), "text"), (picture.to_str().unwrap(), "picture")] {
            let done = gate.check(["--json", input]);
            assert_eq!(done.status, *status, "{input}: {done:?}");
            let verdict = &done.json()[0];
            assert_eq!(verdict["outcome"], *outcome, "{input}");
            assert_eq!(verdict["reasons"], serde_json::json!(reasons), "{input}");
            assert_eq!(verdict["source"], source);
        }
    }
    let all: Vec<&str> = cases.iter().map(|case| case.0.as_str()).collect();
    assert_eq!(gate.check(&all).status, 10, "the worst of all");
    assert_eq!(gate.check([&all[0], &all[5]]).status, 11);
}

#[test]
fn a_verdict_says_all_that_was_judged() {
    let gate = Gate::updated(Authority::new());
    let picture = gate.picture("a.png", &gate.authority.good());
    let done = gate.check(["--json".as_ref(), picture.as_os_str()]);
    let mut verdict = done.json().remove(0);
    let code = verdict["code"].take();
    assert_eq!(code.as_str().unwrap().len(), 32);
    let expected = serde_json::json!({
        "type": "verdict", "argument": 1, "file": picture.to_str().unwrap(), "line": null, "device": null,
        "source": "picture", "outcome": "admit", "reasons": [],
        "holder": { "name": NAME, "birth": "1990-01-31", "document_tag": "010203040506070809" },
        "facts": {
            "vaccination": { "product": "CoronaVac", "dose": 2, "doses": 2, "date": "2026-01-09" },
            "test": null, "recovery": null,
        },
        "issued": "2026-11-30T00:00:00Z", "expires": "2076-11-17T00:00:00Z",
        "issuer": { "id": "east", "name": { "en": "East clinic", "zh": "东区门诊" } },
        "rules": [{ "id": "vaccinated", "name": { "en": "Vaccinated", "zh": "已接种" }, "met": true, "otherwise": "refuse" }],
        "columns": {}, "code": null, "time": AT, "clock_suspect": false, "judged_at_another_time": true,
        "seen_here": null, "data": { "age": 8 * 3600 - 1, "grade": "fresh", "root": 1, "pack": 1, "snapshot": 1 },
        "emergency": null, "demo": false, "seq": 0,
    });
    assert_eq!(verdict, expected);
}

#[test]
fn a_gate_without_data_refers_and_an_old_one_too() {
    let gate = Gate::new(Authority::new());
    let good = gate.authority.good();
    let done = gate.check(["--json", &good]);
    assert_eq!(
        (done.status, &done.json()[0]["reasons"]),
        (11, &serde_json::json!(["no-trust-data"]))
    );
    assert_eq!(gate.update(&gate.authority.repository(1, 1)).status, 0);
    for (days, grade, status) in [(1, "fresh", 0), (3, "aging", 0), (10, "stale", 0), (31, "refuse", 11)] {
        let at = MADE.plus(days * DAY).to_string();
        let done = gate.run("check", ["--json", "--at", &at, &good]);
        let verdict = &done.json()[0];
        assert_eq!(
            (done.status, verdict["data"]["grade"].as_str().unwrap()),
            (status, grade),
            "{days}"
        );
    }
}

#[test]
fn faults_are_no_verdicts() {
    let gate = Gate::updated(Authority::new());
    let good = picture(&gate.authority.good());
    let mut huge = good.clone();
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let blank = grey_png(100, &[255; 10_000]);
    let bad: [(&str, &[u8], &str); 7] = [
        ("cut.png", &good[..good.len() / 2], "picture-damaged"),
        ("text.png", b"PC1:ABC", "not-a-picture"),
        ("empty.png", b"", "not-a-picture"),
        ("gif.png", b"GIF89a", "picture-unsupported"),
        ("huge.png", &huge, "picture-"),
        ("jpeg.jpg", &[0xff, 0xd8, 0xff, 0xe0, 0, 1], "picture-damaged"),
        ("blank.png", &blank, "no-code"),
    ];
    for (name, bytes, reason) in bad {
        let path = gate.file(name, bytes);
        let done = gate.check(["--json".as_ref(), path.as_os_str()]);
        assert_eq!(done.status, 12, "{name}: {done:?}");
        assert!(
            done.outcomes()[0].starts_with(&format!("fault {reason}")),
            "{name}: {done:?}"
        );
        // Beside a good one it costs itself only.
        let done = gate.check(["--json".as_ref(), path.as_os_str(), gate.authority.good().as_ref()]);
        assert_eq!((done.status, done.outcomes()[1].as_str()), (0, "admit"), "{name}");
        let words = gate.check([path.as_os_str()]);
        assert!(words.stdout.starts_with("! FAULT"), "{}", words.stdout);
    }
    assert_eq!(gate.check(["--json", "no/such.png"]).error(), "file-not-found");
}

#[test]
fn lines_and_folders_keep_their_order() {
    let gate = Gate::updated(Authority::new());
    let a = &gate.authority;
    let (good, bad, refer) = (a.good(), a.expired(), a.referred());
    let mut input = Vec::new();
    let mut expected = Vec::new();
    for i in 0..200 {
        let (text, outcome) = [(&good, "admit"), (&bad, "refuse"), (&refer, "refer")][i % 3];
        input.extend(format!("{text}\r\n").as_bytes());
        expected.push(outcome.to_owned());
        if i % 50 == 49 {
            input.extend(b"\n\xff\n");
            input.extend([b'x'; 10_000]);
            input.extend(b"\n");
            expected.extend(["fault line-not-text".to_owned(), "fault line-too-long".to_owned()]);
        }
    }
    let done = gate.run_with("check", ["--json", "--at", AT, "-"], &input);
    assert_eq!((done.status, done.outcomes()), (10, expected));
    let seqs: Vec<u64> = done.json().iter().filter_map(|v| v["seq"].as_u64()).collect();
    assert_eq!(seqs, (0..200).collect::<Vec<_>>());

    std::fs::create_dir_all(gate.folder.path().join("p/b")).unwrap();
    gate.picture("p/c.png", &refer);
    gate.picture("p/a.PNG", &good);
    gate.picture("p/b/x.png", &bad);
    gate.file("p/notes.txt", b"no picture");
    let done = gate.check(["--json".as_ref(), gate.folder.path().join("p").as_os_str()]);
    assert_eq!(done.outcomes(), ["admit", "refuse", "refer"]);
    let done = gate.run_with("check", ["--json", "--at", AT, "-"], b"\n\n");
    assert_eq!((done.status, done.stdout.as_str()), (12, ""));
}

#[test]
fn several_codes_of_one_picture_are_several_verdicts() {
    let gate = Gate::updated(Authority::new());
    let (a, b) = (picture(&gate.authority.good()), picture(&gate.authority.expired()));
    let (a, b) = (
        postern_qr::picture::decode(&a).unwrap(),
        postern_qr::picture::decode(&b).unwrap(),
    );
    // One above the other.
    let width = a.width().max(b.width());
    let mut pixels = Vec::new();
    for luma in [&a, &b] {
        for y in 0..luma.height() {
            pixels.extend_from_slice(luma.row(y));
            pixels.extend(std::iter::repeat_n(255, width - luma.width()));
        }
    }
    let path = gate.file("two.png", &grey_png(width, &pixels));
    let done = gate.check(["--json".as_ref(), path.as_os_str()]);
    assert_eq!(
        (done.status, done.outcomes()),
        (10, vec!["admit".to_owned(), "refuse".to_owned()])
    );
    let read = run(["read", path.to_str().unwrap()]);
    assert_eq!(
        read.stdout,
        format!("{}\n{}\n", gate.authority.good(), gate.authority.expired())
    );
}

fn grey_png(width: usize, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, (pixels.len() / width) as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(pixels).unwrap();
    bytes
}

#[test]
fn the_log_knows_no_names() {
    let gate = Gate::updated(Authority::new());
    let done = gate.check(["--json", &gate.authority.good()]);
    assert_eq!(done.status, 0);
    let tag: Vec<u8> = (1..10).collect();
    let mut found_tag = false;
    let paths = std::fs::read_dir(gate.store())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    for path in paths.filter(|path| path.is_file()) {
        let bytes = std::fs::read(&path).unwrap();
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        assert!(!holds(NAME.as_bytes()), "{}", path.display());
        assert!(!holds(b"1990-01-31"), "{}", path.display());
        found_tag |= holds(&tag);
    }
    assert!(found_tag, "the pseudonym is what is looked for");
    let events = postern_log::Reader::open(&gate.store().join("log.sqlite"))
        .unwrap()
        .recent(1)
        .unwrap();
    let event = events[0].details();
    assert!(event.flags.judged_at_another_time && !event.flags.demo_trust && !event.flags.clock_suspect);
    assert_eq!(
        (event.issuer.as_deref(), event.person.map(|p| p.to_vec())),
        (Some("east"), Some(tag))
    );
    let at = MADE.plus(8 * 3600).seconds();
    assert!(
        event.time == at && event.system != at,
        "the system's clock is kept beside the time asked for"
    );
}

#[test]
fn demo_keys_are_never_silent() {
    let gate = Gate::updated(Authority::demo());
    let good = gate.authority.good();
    let warned = |done: &Done| {
        assert!(
            done.stderr.contains("DEMONSTRATION KEYS") && done.stderr.contains("演示密钥"),
            "{done:?}"
        );
    };
    let done = gate.check(["--json", &good]);
    warned(&done);
    assert_eq!(done.json()[0]["demo"], true);
    warned(&gate.check([&good]));
    warned(&gate.run_with("scan", [""; 0], b""));
    let status = gate.run("status", ["--json"]);
    warned(&status);
    assert_eq!(status.json()[0]["demo"], true);
    let folder = tempfile::tempdir().unwrap();
    let update = gate.run(
        "update",
        [
            "--json".into(),
            "--from".into(),
            gate.authority.repository(1, 2).write(folder.path()).into_os_string(),
        ],
    );
    warned(&update);
    assert_eq!(update.json()[0]["demo"], true);
    let log = postern_log::Reader::open(&gate.store().join("log.sqlite")).unwrap();
    assert!(log.recent(1).unwrap()[0].details().flags.demo_trust);
    assert!(
        !Gate::updated(Authority::new())
            .run("status", ["--json"])
            .stderr
            .contains("DEMO")
    );
}

#[test]
fn a_person_at_a_door_sees_each_verdict() {
    let gate = Gate::updated(Authority::patient());
    gate.without_pass_back();
    let a = &gate.authority;
    let input = format!(
        "{}\n\n{}\n{}\n{}\n",
        a.good(),
        a.forged(),
        a.referred(),
        "x".repeat(9000)
    );
    let done = gate.run_with("scan", [""; 0], input.as_bytes());
    assert_eq!(done.status, 0, "{done:?}");
    for part in [
        "✔ ADMIT",
        "✘ REFUSE",
        "? REFER",
        "! FAULT",
        NAME,
        "1990-01-31",
        "East clinic",
        "Admitted 1, referred 1, refused 1, faults 1.",
    ] {
        assert!(done.stdout.contains(part), "{part}: {}", done.stdout);
    }
    assert!(
        done.stderr.contains("[pack 1, ") && done.stderr.contains("fresh] scan: "),
        "{}",
        done.stderr
    );
    let done = gate.run_with("scan", ["--lang=zh"], input.as_bytes());
    for part in [
        "✔ 放行",
        "✘ 拒绝",
        "? 转人工",
        "! 故障",
        "东区门诊",
        "放行 1，转人工 1，拒绝 1，故障 1。",
    ] {
        assert!(done.stdout.contains(part), "{part}: {}", done.stdout);
    }
    let done = gate.run_with("scan", ["--json"], input.as_bytes());
    let mut lines = done.json();
    let types: Vec<&str> = lines.iter().map(|v| v["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["ready", "verdict", "verdict", "verdict", "fault", "counts"]);
    lines.remove(0);
    assert_eq!(
        (&lines[0]["source"], &lines[0]["line"], &lines[1]["line"]),
        (&"scanner".into(), &1.into(), &2.into()),
        "lines without a text are not counted"
    );
    assert_eq!(
        lines[4],
        serde_json::json!({ "type": "counts", "admit": 1, "refer": 1, "refuse": 1, "fault": 1 })
    );
    assert_eq!(lines[0]["judged_at_another_time"], false);
}

#[test]
fn a_clock_that_cannot_be_right_is_noticed() {
    let gate = Gate::new(Authority::patient());
    // No clock that runs this test stands so late: about 2153.
    assert_eq!(gate.update(&gate.authority.repository(1, 4_000_000_000)).status, 0);
    let verdict = gate.run("check", ["--json", &gate.authority.good()]).json().remove(0);
    assert_eq!(verdict["clock_suspect"], true);
    let verdict = gate.check(["--json", &gate.authority.good()]).json().remove(0);
    assert_eq!(
        (&verdict["clock_suspect"], &verdict["time"]),
        (&false.into(), &AT.into()),
        "an audit may ask"
    );
    let words = gate.run("status", [""; 0]);
    assert!(
        words.stdout.contains("the clock of this gate cannot be right"),
        "{}",
        words.stdout
    );
}

#[test]
fn status_tells_what_is_held_and_when_it_changes() {
    let gate = Gate::updated(Authority::new());
    assert_eq!(gate.check([gate.authority.good()]).status, 0);
    let status: Value = serde_json::from_str(&gate.status()).unwrap();
    assert_eq!(
        (&status["gate"], &status["now"], &status["log"]["size"]),
        (&"north-1".into(), &"fresh".into(), &1.into())
    );
    assert_eq!(status["key"]["file"], "plain");
    assert_eq!(
        status["previous"],
        serde_json::json!({ "root": 1, "snapshot": 0, "pack": 0 })
    );
    assert_eq!(status["issuers"].as_array().unwrap().len(), 2);
    let after = |seconds: u64| MADE.plus(seconds).to_string();
    let changes = serde_json::json!([
        { "from": after(2 * DAY + 2), "grade": "aging" },
        { "from": after(7 * DAY + 2), "grade": "stale" },
        { "from": after(30 * DAY + 2), "grade": "refuse" },
    ]);
    assert_eq!(status["data"]["changes"], changes);
    let later = gate.run("status", ["--json", "--at", &after(8 * DAY)]).json().remove(0);
    assert_eq!(
        (&later["now"], later["data"]["changes"].as_array().unwrap().len()),
        (&"stale".into(), 1)
    );
    let zh = gate.run("status", ["--lang", "zh"]);
    assert!(zh.stdout.contains("东区门诊"), "{}", zh.stdout);
}

#[test]
fn read_gives_texts_and_judges_nothing() {
    let gate = Gate::updated(Authority::new());
    let good = gate.authority.good();
    let path = gate.picture("a.png", &good);
    let broken = gate.file("b.png", b"no picture");
    let done = run(["read", "--json", path.to_str().unwrap(), broken.to_str().unwrap()]);
    assert_eq!(done.status, 0, "{done:?}");
    let lines = done.json();
    assert_eq!(
        (&lines[0]["texts"][0]["text"], &lines[0]["texts"][0]["reader"]),
        (&good.as_str().into(), &"rxing".into())
    );
    assert!(lines[0]["ms"].is_u64() && lines[0]["texts"][0]["rung"].is_string());
    assert_eq!(lines[1]["reason"], "not-a-picture");
    let done = run(["read", broken.to_str().unwrap()]);
    assert_eq!((done.status, done.stdout.as_str()), (12, ""));
    assert!(done.stderr.contains("this is not a picture"), "{}", done.stderr);
    let piped = run(["read", path.to_str().unwrap()]).stdout;
    assert_eq!(gate.run_with("check", ["--at", AT, "-"], piped.as_bytes()).status, 0);
}

#[test]
fn the_child_is_only_a_reader() {
    let done = run_with(["reader"], b"no request at all");
    assert_eq!((done.status, done.stdout.as_str(), done.stderr.as_str()), (1, "", ""));
    assert_eq!(run(["reader"]).status, 0, "it ends with its input");
    let done = run(["reader", "--store", "x"]);
    assert_eq!(done.status, 2, "it takes no store");
}
