//! A drop box on S3, of a real server, which `tools/s3-test.sh` starts.

use postern_core::keyfile::parse_public;
use postern_core::keys::Signer as _;
use postern_log::bundle::{path, receipt_path};
use postern_log::receipt::Receipt;
use postern_transport::{Location, Options, Remote};

use crate::common::{Engine, Gate, MORNING, Office, json_lines};

#[test]
fn a_bucket_gives_bundles_and_takes_receipts() {
    if std::env::var("POSTERN_S3_TEST").is_err() {
        eprintln!("not run: POSTERN_S3_TEST names no server (tools/s3-test.sh starts one)");
        return;
    }
    let at = "s3://made-up-city/box/gates";
    let bucket = Remote::open(&Location::parse(at).unwrap(), &Options::default()).unwrap();
    let office = Office::new(Engine::Sqlite);
    let mut gates = [Gate::new(1), Gate::new(2)];
    for gate in &mut gates {
        gate.scan(70, MORNING);
    }
    let [first, second] = &gates;
    office.enrol(&[first, second]);
    let put = |gate: &Gate, from, to| {
        let bundle = gate.bundle(from, to, &office);
        bucket.put(&path(&gate.key.public(), from, to), &bundle).unwrap();
    };
    put(first, 30, 70);
    put(first, 0, 30);
    put(second, 0, 50);
    bucket
        .put(&path(&second.key.public(), 50, 70), b"made-up damage")
        .unwrap();
    let ingest = || json_lines(&office.run("ingest", &[at], true));
    let told = ingest();
    assert_eq!(told[0]["reason"], "bundle-damaged");
    assert_eq!(told[1]["events"], 120);
    put(second, 50, 70);
    let told = ingest();
    assert_eq!((&told[0]["events"], &told[0]["known"]), (&20.into(), &3.into()));
    assert_eq!(office.verify(), [""; 0]);

    let receipts = || json_lines(&office.run("receipts", &["--out", at], true));
    assert_eq!(receipts()[0]["written"], 2);
    assert_eq!(receipts()[0]["written"], 0, "what lies there is the same");
    let pem = std::fs::read(office.dir().join("auditor.pub")).unwrap();
    let (auditor, _) = parse_public(&pem).unwrap();
    for gate in &gates {
        let key = gate.key.public();
        let note = bucket.get(&receipt_path(&key, &auditor), 1 << 20).unwrap().unwrap();
        let note = String::from_utf8(note).unwrap();
        let receipt = Receipt::open(&note, &gate.name, &key, "made-up-audit", &auditor).unwrap();
        assert_eq!(receipt.checkpoint.tip.size, 70);
    }
}
