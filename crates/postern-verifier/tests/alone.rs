//! A gate needs no network, and without its log it says nothing.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{AT, Authority, BIN, Done, Gate, command, finish, has, run};

/// Four kinds of input, all without a network.
fn check_everything(gate: &Gate, mut command: Command) -> Done {
    let good = gate.authority.good();
    let picture = gate.picture("a.png", &good);
    command
        .args(["check", "--json", "--at", AT, "--store"])
        .args([gate.store(), picture])
        .args([good.as_str(), &gate.authority.expired(), "-"]);
    finish(command, good.as_bytes())
}

#[test]
fn no_socket_is_opened_between_a_picture_and_its_verdict() {
    if !cfg!(target_os = "linux") || !has("strace", &["-o", "/dev/null", "true"]) {
        return;
    }
    let gate = Gate::updated(Authority::new());
    let trace = gate.folder.path().join("trace");
    let mut strace = command("strace");
    strace
        .args(["-f", "-e", "trace=network,execve", "-o"])
        .arg(&trace)
        .arg(BIN);
    let done = check_everything(&gate, strace);
    assert_eq!(done.outcomes(), ["admit", "admit", "refuse", "admit"], "{done:?}");
    let trace = fs::read_to_string(trace).unwrap();
    let calls: Vec<&str> = trace.lines().filter(|line| line.contains('(')).collect();
    let (starts, others): (Vec<&str>, Vec<&str>) = calls.iter().partition(|line| line.contains("execve("));
    assert_eq!(starts.len(), 2, "the program and its reader: {trace}");
    assert_eq!(others, [""; 0]);
}

#[test]
fn a_gate_works_where_there_is_no_network() {
    if !cfg!(target_os = "linux") || !has("unshare", &["-rn", "true"]) {
        return;
    }
    let gate = Gate::updated(Authority::new());
    let mut unshare = command("unshare");
    unshare.args(["-rn", BIN]);
    let done = check_everything(&gate, unshare);
    assert_eq!(done.outcomes(), ["admit", "admit", "refuse", "admit"], "{done:?}");
}

/// No verdict in any form: nothing on standard output, and the error on standard error.
#[track_caller]
fn silent(done: &Done, reason: &str) {
    assert_eq!((done.status, done.stdout.as_str()), (1, ""), "{done:?}");
    assert_eq!(done.error(), reason, "{done:?}");
}

/// A small disk of its own for the store, and a shell that fills it and makes room again.
fn on_a_small_disk(gate: &Gate, script: &str) -> Option<Done> {
    let mount = "mount -t tmpfs -o size=2m,nr_inodes=64 none \"$0\"";
    let small = gate.folder.path().join("small");
    fs::create_dir(&small).unwrap();
    if !cfg!(target_os = "linux") || !has("unshare", &["-rm", "sh", "-c", mount, small.to_str().unwrap()]) {
        return None;
    }
    let script = format!(
        "set -e; cd \"$1\"; {}; cp -r \"$2\"/. small; gate=$3; good=$4
        fill() {{ dd if=/dev/zero of=small/filler bs=4k 2>/dev/null || :; }}
        lines() {{ for i in $(seq 200); do [ \"$(wc -l < out)\" -ge $1 ] && return; sleep 0.05; done; exit 98; }}
        {script}",
        mount.replace("$0", "small"),
    );
    let mut shell = command("unshare");
    shell.args(["-rm", "sh", "-c", &script, "sh"]);
    shell
        .args([gate.folder.path(), &gate.store()])
        .args([BIN, &gate.authority.good()]);
    Some(finish(shell, b""))
}

#[test]
fn a_full_disk_shows_no_verdict() {
    let gate = Gate::updated(Authority::patient());
    let Some(done) = on_a_small_disk(&gate, "fill; exec \"$gate\" check --json --store small \"$good\"") else {
        return;
    };
    silent(&done, "log-disk-full");
}

#[test]
fn a_disk_that_fills_up_in_a_scan_shows_no_verdict_until_there_is_room() {
    let gate = Gate::updated(Authority::patient());
    gate.without_pass_back();
    let script = "mkfifo scanner; : > out
        \"$gate\" scan --json --store small < scanner > out 2> err &
        exec 3> scanner
        echo \"$good\" >&3; lines 2
        fill; echo \"$good\" >&3; lines 3
        rm small/filler; echo \"$good\" >&3; lines 4
        exec 3>&-
        status=0; wait $! || status=$?
        cat out; exit $status";
    let Some(done) = on_a_small_disk(&gate, script) else {
        return;
    };
    assert_eq!(done.status, 1, "{done:?}");
    let lines = done.json();
    let told: Vec<&str> = lines
        .iter()
        .map(|line| {
            line["outcome"]
                .as_str()
                .or(line["reason"].as_str())
                .or(line["type"].as_str())
                .unwrap()
        })
        .collect();
    assert_eq!(told, ["ready", "admit", "log-disk-full", "admit", "counts"], "{done:?}");
    assert_eq!((&lines[1]["seq"], &lines[3]["seq"]), (&0.into(), &1.into()));
    assert_eq!(
        lines[2]["disk_full"], "by-hand",
        "what staff do where the pack says nothing"
    );
}

#[test]
fn an_update_for_which_there_is_no_room_changes_nothing() {
    let gate = Gate::updated(Authority::patient());
    gate.authority
        .repository(2, 2)
        .write(&gate.folder.path().join("repository"));
    let script = "look() { \"$gate\" status --json --at 2026-12-01 --store small | sed 's/\"system\":\"[^\"]*\"//'; }
        look > before; fill
        status=0; \"$gate\" update --json --store small --from repository || status=$?
        look > after; cmp before after
        rm small/filler; \"$gate\" update --store small --from repository > taken
        exit $status";
    if let Some(done) = on_a_small_disk(&gate, script) {
        silent(&done, "store-disk-full");
    }
}

#[test]
fn a_log_that_cannot_be_used_shows_no_verdict() {
    let good = Authority::new().good();
    type Spoil = fn(&Path);
    let broken: [(&str, Spoil); 4] = [
        ("log-missing", |log| fs::remove_file(log).unwrap()),
        ("not-a-log", |log| fs::write(log, "something else").unwrap()),
        ("log-corrupt", |log| {
            let conn = rusqlite::Connection::open(log).unwrap();
            conn.execute_batch("DELETE FROM tree; PRAGMA wal_checkpoint(TRUNCATE)")
                .unwrap();
        }),
        ("log-newer-format", |log| {
            let conn = rusqlite::Connection::open(log).unwrap();
            conn.pragma_update(None, "user_version", 99).unwrap();
        }),
    ];
    for (reason, spoil) in broken {
        let gate = Gate::updated(Authority::new());
        spoil(&gate.store().join("log.sqlite"));
        silent(&gate.check(["--json", &good]), reason);
        silent(&gate.run_with("scan", ["--json"], good.as_bytes()), reason);
        let status = gate.run("status", ["--json"]);
        assert_eq!(
            (status.status, status.json()[0]["log"]["error"]["reason"].as_str()),
            (1, Some(reason))
        );
    }
}

#[test]
fn a_log_in_use_shows_no_verdict() {
    let gate = Gate::updated(Authority::new());
    let held = postern_log::Log::open(&gate.store().join("log.sqlite")).unwrap();
    silent(&gate.check(["--json", &gate.authority.good()]), "log-busy");
    assert_eq!(gate.run("status", ["--json"]).status, 0, "looking is allowed");
    assert_eq!(
        gate.update(&gate.authority.repository(2, 2)).status,
        0,
        "so is an update"
    );
    drop(held);
    assert_eq!(gate.check([gate.authority.good()]).status, 0);
}

/// In a scan somebody can make room: the fault is shown, and the next code may go well.
#[test]
fn a_scan_goes_on_after_a_log_that_was_busy() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;
    let gate = Gate::updated(Authority::patient());
    gate.without_pass_back();
    let mut scan = command(BIN);
    scan.args(["scan", "--json", "--store"]).arg(gate.store());
    let mut child = scan
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let good = gate.authority.good();
    let mut ready = String::new();
    output.read_line(&mut ready).unwrap();
    assert!(ready.contains(r#""type":"ready""#), "{ready}");
    let mut next = || {
        writeln!(input, "{good}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        serde_json::from_str::<serde_json::Value>(&line).unwrap()
    };
    assert_eq!(next()["outcome"], "admit");
    let other = rusqlite::Connection::open(gate.store().join("log.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let fault = next();
    assert_eq!(
        (&fault["type"], &fault["reason"]),
        (&"fault".into(), &"log-busy".into())
    );
    other.execute_batch("ROLLBACK").unwrap();
    let verdict = next();
    assert_eq!((&verdict["outcome"], &verdict["seq"]), (&"admit".into(), &1.into()));
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(1), "somebody should look at the log");
}

#[test]
fn what_is_wrong_with_a_store_is_told_apart() {
    let error = |gate: &Gate| {
        let done = gate.check(["--json", "PC1:A"]);
        assert_eq!((done.status, done.stdout.as_str()), (1, ""));
        done.error()
    };
    let spoil = |sql: &str| {
        let gate = Gate::updated(Authority::new());
        let conn = rusqlite::Connection::open(gate.store().join("trust.sqlite")).unwrap();
        conn.execute_batch(sql).unwrap();
        error(&gate)
    };
    assert_eq!(spoil("PRAGMA user_version = 3"), "store-newer-format");
    assert_eq!(spoil("PRAGMA application_id = 7"), "not-a-store");
    assert_eq!(spoil("DELETE FROM generations"), "store-corrupt");
    assert_eq!(
        spoil("UPDATE generations SET pack = x'00' WHERE back = 0"),
        "store-corrupt"
    );
    assert_eq!(
        spoil("UPDATE generations SET pack = (SELECT root FROM generations WHERE back = 0) WHERE back = 0"),
        "store-corrupt"
    );

    let gate = Gate::updated(Authority::new());
    fs::write(
        gate.store().join("trust.sqlite"),
        "something else, and long enough to be read as a header",
    )
    .unwrap();
    assert_eq!(error(&gate), "not-a-store");
    let done = run(["check", "--json", "--store", "no/such", "PC1:A"]);
    assert_eq!(done.error(), "not-a-store");

    let gate = Gate::updated(Authority::new());
    let other = rusqlite::Connection::open(gate.store().join("trust.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let done = gate.run(
        "update",
        [
            "--json".into(),
            "--from".into(),
            gate.authority.repository(2, 2).write(&gate.folder.path().join("r")),
        ],
    );
    assert_eq!((done.status, done.error().as_str()), (1, "store-busy"), "{done:?}");
    assert_eq!(
        gate.check([gate.authority.good()]).status,
        0,
        "judging goes on meanwhile"
    );
}

#[cfg(unix)]
#[test]
fn a_store_of_somebody_else_is_told_apart() {
    use std::os::unix::fs::PermissionsExt;
    let gate = Gate::updated(Authority::new());
    let trust = gate.store().join("trust.sqlite");
    fs::set_permissions(&trust, PermissionsExt::from_mode(0o000)).unwrap();
    if fs::read(&trust).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    assert_eq!(gate.check(["--json", "PC1:A"]).error(), "store-permission");
}
