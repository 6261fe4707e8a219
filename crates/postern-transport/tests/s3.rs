//! Buckets: of a server that is told what to do, and of a real one, which `tools/s3-test.sh` starts.

mod child;
mod server;

use std::fs;
use std::process::ExitCode;

use child::{FILE, LARGE_PATH, PATH, SECRET, first_line, large, run};
use server::{Answer, End, Framing, Server, serve};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

fn main() -> ExitCode {
    child::main(&[
        ("requests_to_s3_are_signed", signed),
        ("an_endpoint_is_used_as_it_was_understood", normalised),
        ("a_public_bucket_needs_no_keys", public),
        ("a_download_from_s3_goes_on", resumed),
        ("what_s3_refuses_is_told_without_secrets", refused),
        ("an_upload_to_s3_is_signed_and_its_answer_checked", put),
        ("a_bucket_is_listed_page_by_page", listed),
        ("a_listing_that_makes_no_sense_or_no_end_is_refused", list_refused),
        ("settings_that_do_not_fit_are_refused_without_repeating_them", settings),
        ("a_real_server_takes_our_signature_and_gives_files_and_parts", real),
    ])
}

/// The environment of a gate that reads from a bucket of this server.
fn keys(server: &Server) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ACCESS_KEY_ID", "made-up-key".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
        ("AWS_REGION", "made-up-1".to_owned()),
        ("AWS_ENDPOINT_URL", server.url("")),
        ("AWS_ALLOW_HTTP", "true".to_owned()),
    ]
}

/// As [`run`], with some variables replaced, or taken away where the new value is empty.
fn run_with(keys: &[(&'static str, String)], changed: &[(&'static str, &str)], args: &[&str]) -> String {
    let mut environment: Vec<(&str, &str)> = keys.iter().map(|(name, value)| (*name, value.as_str())).collect();
    environment.retain(|(name, _)| changed.iter().all(|(other, _)| name != other));
    environment.extend(changed.iter().filter(|(_, value)| !value.is_empty()));
    run(&environment, args)
}

fn signed() {
    let server = Server::start(|request| serve(request, FILE));
    let text = run_with(
        &keys(&server),
        &[("AWS_SESSION_TOKEN", "made-up-token")],
        &["s3://made-up-city/health", PATH],
    );
    assert_eq!(first_line(&text), "file", "{text}");
    let request = &server.requests()[0];
    assert_eq!(request.target, format!("/made-up-city/health/{PATH}"));
    let authorization = request.header("authorization").unwrap();
    assert!(
        authorization.starts_with("AWS4-HMAC-SHA256 Credential=made-up-key/"),
        "{authorization}"
    );
    assert!(authorization.contains("/made-up-1/s3/aws4_request"), "{authorization}");
    assert_eq!(request.header("x-amz-security-token"), Some("made-up-token"));
}

fn normalised() {
    let server = Server::start(|request| serve(request, FILE));
    let endpoint = format!("http:///{}/a//", server.address);
    let text = run_with(
        &keys(&server),
        &[("AWS_ENDPOINT_URL", &endpoint)],
        &["s3://made-up-city", PATH],
    );
    assert_eq!(first_line(&text), "file", "{text}");
    assert_eq!(server.requests()[0].target, format!("/a/made-up-city/{PATH}"));
}

fn public() {
    let server = Server::start(|request| serve(request, FILE));
    let no_keys = [
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_SKIP_SIGNATURE", "true"),
    ];
    let text = run_with(&keys(&server), &no_keys, &["s3://made-up-city", PATH]);
    assert_eq!(first_line(&text), "file", "{text}");
    let request = &server.requests()[0];
    assert_eq!(request.target, format!("/made-up-city/{PATH}"));
    assert_eq!(request.header("authorization"), None);
}

fn resumed() {
    let server = Server::start(|request| match request.range() {
        None => serve(request, FILE).cut(3),
        Some(_) => serve(request, FILE).header("ETag", "\"made-up\""),
    });
    let spool = TempDir::new().unwrap();
    let args = ["s3://made-up-city", PATH, spool.path().to_str().unwrap()];
    let text = run_with(&keys(&server), &[], &args);
    assert_eq!(first_line(&text), "file", "{text}");
    let asked: Vec<_> = server.requests().iter().map(|request| request.range()).collect();
    assert_eq!(asked, [None, Some(3..7)]);
    assert_eq!(fs::read_dir(spool.path()).unwrap().count(), 0);
}

fn refused() {
    let elsewhere = Server::start(|request| serve(request, FILE));
    let redirect = Answer::new(307).header("Location", elsewhere.url("/"));
    let endless = Answer {
        status: 403,
        ..Answer::file(SECRET)
    }
    .framing(Framing::Chunked)
    .end(End::Endless);
    let text = format!("<Error><Code>NoSuchKey</Code><Message>{SECRET}</Message></Error>");
    let absent = Answer {
        status: 404,
        ..Answer::file(text)
    };
    for (answer, told) in [
        (redirect, "refused"),
        (endless, "refused"),
        (absent, "none"),
        (Answer::new(500), "refused"),
        (Answer::file([7; 8]), "too-large"),
    ] {
        let server = Server::start(move |_| answer.clone());
        let text = run_with(&keys(&server), &[], &["s3://made-up-city", PATH]);
        assert_eq!(first_line(&text), told, "{text}");
    }
    // A signature is for one host.
    assert!(elsewhere.requests().is_empty());
}

fn put() {
    let server = Server::start(|_| Answer::new(200).header("ETag", "\"made-up\""));
    let at = |server: &Server, args: &[&str]| run_with(&keys(server), &[], args);
    let text = at(&server, &["s3://made-up-city/box", PATH, "--put"]);
    assert_eq!(first_line(&text), "left", "{text}");
    let request = &server.requests()[0];
    assert_eq!((request.method.as_str(), &request.body[..]), ("PUT", FILE));
    assert_eq!(request.target, format!("/made-up-city/box/{PATH}"));
    assert!(
        request
            .header("authorization")
            .unwrap()
            .starts_with("AWS4-HMAC-SHA256 ")
    );

    for (answer, told) in [
        (Answer::new(200), "left"),
        (Answer::new(202), "malformed"),
        (
            Answer::new(307).header("Location", "http://made-up.example/"),
            "redirected",
        ),
        (Answer::new(403), "refused"),
        (Answer::new(404), "refused"),
        (
            Answer {
                status: 403,
                ..Answer::file(SECRET)
            }
            .framing(Framing::Chunked)
            .end(End::Endless),
            "refused",
        ),
    ] {
        let server = Server::start(move |_| answer.clone());
        let text = at(&server, &["s3://made-up-city/box", PATH, "--put"]);
        assert_eq!(first_line(&text), told, "{text}");
    }
    for (status, told) in [(200, "true"), (404, "false"), (403, "refused")] {
        let server = Server::start(move |_| Answer::new(status));
        let text = at(&server, &["s3://made-up-city/box", PATH, "--exists"]);
        assert_eq!(first_line(&text), told, "{text}");
        assert_eq!(server.requests()[0].method, "HEAD");
    }
}

/// A page of a listing (ListObjectsV2), and whether another one follows.
fn page(names: &[&str], more: bool) -> Answer {
    let entry = |name: &&str| {
        format!(
            "<Contents><Key>{name}</Key><LastModified>2021-12-20T00:00:00.000Z</LastModified><Size>7</Size></Contents>"
        )
    };
    let entries: String = names.iter().map(entry).collect();
    let token = if more {
        "<NextContinuationToken>more</NextContinuationToken>"
    } else {
        ""
    };
    Answer::file(format!("<ListBucketResult>{entries}{token}</ListBucketResult>"))
}

fn listed() {
    let server = Server::start(|request| match request.target.contains("continuation-token=more") {
        false => page(&["box/evidence/b", "box/evidence/A-Name", "elsewhere/evidence/c"], true),
        true => page(&["box/evidence/a/0-7.log"], false),
    });
    let text = run_with(&keys(&server), &[], &["s3://made-up-city/box", "evidence", "--list"]);
    assert_eq!(text.trim_end(), "listed\nevidence/a/0-7.log 7\nevidence/b 7");
    let request = &server.requests()[0];
    assert!(request.target.starts_with("/made-up-city?"), "{}", request.target);
    assert!(
        request.target.contains("prefix=box%2Fevidence%2F"),
        "{}",
        request.target
    );
    assert!(request.header("authorization").is_some());
}

fn list_refused() {
    let endless = Answer::file([b' '; 1 << 16])
        .framing(Framing::Chunked)
        .end(End::Endless);
    let portal = Answer::file("<html>Welcome to the made-up hotel!</html>".repeat(3));
    let wrong = page(&["box/../../evidence"], false);
    let pages_for_ever = page(&[], true);
    for (answer, told) in [
        (endless, "malformed"),
        (Answer::file("no page"), "malformed"),
        (wrong, "malformed"),
        (pages_for_ever, "timed-out"),
        (Answer::new(403), "refused"),
        (page(&["box/evidence/a"], false).cut(20), "unreachable"),
    ] {
        let server = Server::start(move |_| answer.clone());
        let text = run_with(&keys(&server), &[], &["s3://made-up-city/box", "evidence", "--list"]);
        assert_eq!(first_line(&text), told, "{text}");
        assert!(server.sent() < 1 << 26, "{}", server.sent());
    }
    // A page without entries is one.
    let server = Server::start(move |_| portal.clone());
    let text = run_with(&keys(&server), &[], &["s3://made-up-city/box", "evidence", "--list"]);
    assert!(["listed", "malformed"].contains(&first_line(&text)), "{text}");
}

fn settings() {
    let server = Server::start(|request| serve(request, FILE));
    let spoilt = format!("{SECRET}\n");
    let endpoint = format!("https://gate:{SECRET}@s3.city.example");
    let bad_host = format!("https://{SECRET} ?.example");
    for (changed, fault) in [
        (("AWS_ACCESS_KEY_ID", ""), "keys"),
        (("AWS_SECRET_ACCESS_KEY", ""), "keys"),
        (("AWS_ACCESS_KEY_ID", spoilt.as_str()), "keys"),
        (("AWS_SECRET_ACCESS_KEY", spoilt.as_str()), "keys"),
        (("AWS_SESSION_TOKEN", spoilt.as_str()), "keys"),
        (("AWS_REGION", spoilt.as_str()), "keys"),
        (("AWS_ALLOW_HTTP", ""), "endpoint"),
        (("AWS_ALLOW_HTTP", "no"), "endpoint"),
        (("AWS_ENDPOINT_URL", endpoint.as_str()), "endpoint"),
        (("AWS_ENDPOINT_URL", bad_host.as_str()), "endpoint"),
        (("AWS_ENDPOINT_URL_S3", bad_host.as_str()), "endpoint"),
        (("AWS_UNSIGNED_PAYLOAD", SECRET), "setting"),
    ] {
        let text = run_with(&keys(&server), &[changed], &["s3://made-up-city", PATH]);
        assert_eq!(first_line(&text), "bad-location", "{changed:?}");
        assert!(
            text.contains(&format!("(\"fault\", \"{fault}\")")),
            "{}: {text}",
            changed.0
        );
    }
    // Without an endpoint the region makes the host.
    let text = run_with(
        &keys(&server),
        &[("AWS_ENDPOINT_URL", ""), ("AWS_REGION", "made/up")],
        &["s3://made-up-city", PATH],
    );
    assert!(text.contains("\"keys\""), "{text}");
    assert!(server.requests().is_empty());
}

/// `POSTERN_S3_TEST` is the endpoint of a server that checks signatures. It has the files of `child` in the bucket
/// `made-up-city` below `health/`, for the keys of the environment.
fn real() {
    let Ok(endpoint) = std::env::var("POSTERN_S3_TEST") else {
        eprintln!("skipped: POSTERN_S3_TEST is not set; tools/s3-test.sh sets it");
        return;
    };
    let own = |name| std::env::var(name).unwrap();
    let keys = [
        ("AWS_ACCESS_KEY_ID", own("AWS_ACCESS_KEY_ID")),
        ("AWS_SECRET_ACCESS_KEY", own("AWS_SECRET_ACCESS_KEY")),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ALLOW_HTTP", "true".to_owned()),
    ];
    let health = "s3://made-up-city/health";
    let get = |location, path| run_with(&keys, &[], &[location, path]);
    assert_eq!(first_line(&get(health, PATH)), "file");
    assert_eq!(first_line(&get(health, LARGE_PATH)), "file");
    assert_eq!(first_line(&get(health, "root/2.root")), "none");
    assert_eq!(first_line(&get("s3://made-up-village", PATH)), "none");

    let spool = TempDir::new().unwrap();
    let digest: String = Sha256::digest(large())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    fs::write(spool.path().join(digest + ".part"), &large()[..400_000]).unwrap();
    for _ in ["the rest of a part", "the whole"] {
        let text = run_with(&keys, &[], &[health, LARGE_PATH, spool.path().to_str().unwrap()]);
        assert_eq!(first_line(&text), "file", "{text}");
        assert_eq!(fs::read_dir(spool.path()).unwrap().count(), 0);
    }

    let drop_box = "s3://made-up-city/box";
    let ask = |path, what| run_with(&keys, &[], &[drop_box, path, what]);
    assert_eq!(first_line(&ask("evidence", "--list")), "listed");
    for _ in ["a new file", "one that is there"] {
        assert_eq!(first_line(&ask(LARGE_PATH, "--put")), "left");
        assert_eq!(first_line(&ask("evidence/ab/0-7.log", "--put")), "left");
    }
    assert_eq!(first_line(&ask(LARGE_PATH, "--exists")), "true");
    assert_eq!(first_line(&ask("evidence/ab/0-8.log", "--exists")), "false");
    assert_eq!(first_line(&get(drop_box, LARGE_PATH)), "file");
    assert_eq!(ask("evidence", "--list").trim_end(), "listed\nevidence/ab/0-7.log 7");
    assert_eq!(
        ask("status", "--list").trim_end(),
        format!("listed\n{LARGE_PATH} 650000")
    );
    let text = run_with(&keys, &[], &["s3://made-up-village/box", PATH, "--put"]);
    assert!(text.starts_with("refused\ns3://made-up-village answered 404"), "{text}");

    let text = run_with(&keys, &[("AWS_SECRET_ACCESS_KEY", SECRET)], &[health, PATH]);
    assert!(
        text.starts_with("refused\ns3://made-up-city answered 403 for newest.snapshot"),
        "{text}"
    );
}
