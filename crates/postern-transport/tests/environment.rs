//! What the environment decides: certificates, proxies, and all of S3.
//!
//! This program runs itself, because a process reads its environment once: `child LOCATION PATH` opens the location,
//! asks for the file and tells what it got.

mod server;

use std::fs;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use postern_transport::{Location, Options, Remote, Spool, TransportError};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use server::{Answer, End, Framing, Server, serve};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const FILE: &[u8] = b"made up";
const PATH: &str = "newest.snapshot";
/// Made up; no answer and no error may repeat it.
const SECRET: &str = "worthless-secret-of-nobody";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("child") => {
            println!("{}", told(child(&args[1..])));
            ExitCode::SUCCESS
        }
        Some("--list") => ExitCode::SUCCESS,
        _ => {
            let tests: [(&str, fn()); 11] = [
                ("a_certificate_that_is_not_trusted_is_refused", untrusted),
                ("a_city_adds_its_own_authority", own_authority),
                ("a_certificate_for_another_host_or_time_is_refused", other_certificates),
                ("a_redirect_does_not_lead_away_from_https", leaving_tls),
                ("without_certificates_http_still_works", no_certificates),
                ("a_proxy_is_taken_from_the_environment", proxy),
                ("requests_to_s3_are_signed", signed),
                ("a_public_bucket_needs_no_keys", public),
                ("a_download_from_s3_goes_on", resumed),
                ("what_s3_refuses_is_told_without_secrets", refused),
                ("settings_that_do_not_fit_are_refused_without_repeating_them", settings),
            ];
            for (name, test) in tests {
                test();
                println!("test {name} ... ok");
            }
            println!("test result: ok. {} passed; 0 failed", tests.len());
            ExitCode::SUCCESS
        }
    }
}

/// `child LOCATION PATH`, or `child LOCATION PATH SPOOL` for a pinned file.
fn child(args: &[String]) -> Result<Option<Vec<u8>>, TransportError> {
    let options = Options {
        connect: Duration::from_secs(2),
        idle: Duration::from_secs(2),
        request: Duration::from_secs(5),
    };
    let remote = Remote::open(&Location::parse(&args[0])?, &options)?;
    match args.get(2) {
        None => remote.get(&args[1], 100),
        Some(spool) => remote.fetch(&args[1], FILE.len() as u64, &Sha256::digest(FILE).into(), &Spool::open(spool)?),
    }
}

/// `file`, `none`, or the reason and all that an error can say.
fn told(result: Result<Option<Vec<u8>>, TransportError>) -> String {
    match result {
        Ok(Some(bytes)) if bytes == FILE => "file".to_owned(),
        Ok(Some(bytes)) => panic!("{bytes:?}"),
        Ok(None) => "none".to_owned(),
        Err(e) => format!("{}\n{e}\n{e:?}\n{:?}", e.reason(), e.args()),
    }
}

/// Runs this program with this environment and no other; its output without the secret.
fn run(environment: &[(&str, &str)], args: &[&str]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .arg("child")
        .args(args)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    assert!(!text.contains(SECRET), "{text}");
    text
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Certificates by `openssl`: the authority `ca.pem`, and `good`, `other` (of another host) and `old` (expired).
struct City(TempDir);

impl City {
    /// `None` where there is no `openssl`.
    fn new() -> Option<Self> {
        let city = Self(TempDir::new().unwrap());
        fs::write(city.path("req.conf"), "[req]\ndistinguished_name = dn\n[dn]\n").unwrap();
        let authority = "-keyout ca.key -out ca.pem -subj /CN=made-up-authority -addext basicConstraints=critical,CA:TRUE";
        if !city.request(authority) {
            assert!(std::env::var_os("CI").is_none(), "openssl is missing");
            eprintln!("skipped: openssl is not installed");
            return None;
        }
        for (name, host, days) in [("good", "IP:127.0.0.1", "2"), ("other", "DNS:city.example", "2"), ("old", "IP:127.0.0.1", "-1")] {
            assert!(city.request(&format!(
                "-CA ca.pem -CAkey ca.key -keyout {name}.key -out {name}.pem -subj /CN=made-up-host -days {days} \
                 -addext subjectAltName={host}"
            )));
        }
        Some(city)
    }

    fn request(&self, line: &str) -> bool {
        let made = Command::new("openssl")
            .current_dir(self.0.path())
            .args("req -x509 -config req.conf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(' '))
            .args(line.split_whitespace())
            .output();
        made.is_ok_and(|made| {
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            true
        })
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// A server with this certificate, and its URL.
    fn server(&self, name: &str, answer: Answer) -> (Server, String) {
        let chain = vec![CertificateDer::from_pem_file(self.path(&format!("{name}.pem"))).unwrap()];
        let key = PrivateKeyDer::from_pem_file(self.path(&format!("{name}.key"))).unwrap();
        let config = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let config = Arc::new(config);
        let server = Server::wrapped(
            move |_| answer.clone(),
            move |stream| {
                let connection = ServerConnection::new(config.clone()).unwrap();
                Ok(Box::new(StreamOwned::new(connection, stream)))
            },
        );
        let url = format!("https://{}", server.address);
        (server, url)
    }

    /// What a gate gets that trusts this city's authority.
    fn trusting(&self, url: &str) -> String {
        run(&[("SSL_CERT_FILE", self.path("ca.pem").to_str().unwrap())], &[url, PATH])
    }
}

fn untrusted() {
    let Some(city) = City::new() else { return };
    let (server, url) = city.server("good", Answer::file(FILE));
    let text = run(&[], &[&url, PATH]);
    assert_eq!(first_line(&text), "tls", "{text}");
    assert!(text.contains(&server.address.to_string()), "{text}");
    // What AWS's programs and others are told does not help.
    let text = run(&[("AWS_ALLOW_INVALID_CERTIFICATES", "true")], &[&url, PATH]);
    assert_eq!(first_line(&text), "tls", "{text}");
    assert!(server.requests().is_empty());
}

fn own_authority() {
    let Some(city) = City::new() else { return };
    let (server, url) = city.server("good", Answer::file(FILE));
    assert_eq!(first_line(&city.trusting(&url)), "file");
    let hashed = city.path("certificates");
    fs::create_dir(&hashed).unwrap();
    fs::copy(city.path("ca.pem"), hashed.join("city.pem")).unwrap();
    let text = run(&[("SSL_CERT_DIR", hashed.to_str().unwrap())], &[&url, PATH]);
    assert_eq!(first_line(&text), "file", "{text}");
    assert_eq!(server.requests().len(), 2);
}

fn other_certificates() {
    let Some(city) = City::new() else { return };
    for (name, why) in [("other", "not valid for name"), ("old", "expired")] {
        let (_server, url) = city.server(name, Answer::file(FILE));
        let text = city.trusting(&url);
        assert_eq!(first_line(&text), "tls", "{text}");
        assert!(text.contains(why), "{text}");
    }
    // No TLS at all.
    let server = Server::start(|request| serve(request, FILE));
    let text = city.trusting(&format!("https://{}", server.address));
    assert_eq!(first_line(&text), "tls", "{text}");
}

fn leaving_tls() {
    let Some(city) = City::new() else { return };
    let plain = Server::start(|request| serve(request, FILE));
    let (_server, url) = city.server("good", Answer::new(302).header("Location", plain.url("/")));
    let text = city.trusting(&url);
    assert_eq!(first_line(&text), "redirected", "{text}");
    assert!(plain.requests().is_empty());
    // The other way is allowed.
    let (_server, url) = city.server("good", Answer::file(FILE));
    let plain = Server::start(move |_| Answer::new(302).header("Location", &url));
    assert_eq!(first_line(&city.trusting(&plain.url(""))), "file");
}

fn no_certificates() {
    let server = Server::start(|request| serve(request, FILE));
    let nothing = [("SSL_CERT_FILE", "/dev/null")];
    assert_eq!(first_line(&run(&nothing, &[&server.url(""), PATH])), "file");
    let text = run(&nothing, &["https://127.0.0.1:1", PATH]);
    assert_eq!(first_line(&text), "tls", "{text}");
    assert!(text.contains("certificates"), "{text}");
}

fn proxy() {
    let server = Server::start(|request| serve(request, FILE));
    let proxy = format!("http://gate:{SECRET}@{}", server.address);
    let text = run(&[("HTTP_PROXY", &proxy)], &["http://city.invalid/a", PATH]);
    assert_eq!(first_line(&text), "file", "{text}");
    assert_eq!(server.requests()[0].target, format!("http://city.invalid/a/{PATH}"));
    let text = run(
        &[("HTTP_PROXY", &proxy), ("NO_PROXY", "city.invalid")],
        &["http://city.invalid/a", PATH],
    );
    assert_eq!(first_line(&text), "unreachable", "{text}");
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
    let text = run_with(&keys(&server), &[("AWS_SESSION_TOKEN", "made-up-token")], &["s3://made-up-city/health", PATH]);
    assert_eq!(first_line(&text), "file", "{text}");
    let request = &server.requests()[0];
    assert_eq!(request.target, format!("/made-up-city/health/{PATH}"));
    let authorization = request.header("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=made-up-key/"), "{authorization}");
    assert!(authorization.contains("/made-up-1/s3/aws4_request"), "{authorization}");
    assert_eq!(request.header("x-amz-security-token"), Some("made-up-token"));
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
    let endless = Answer { status: 403, ..Answer::file(SECRET) }.framing(Framing::Chunked).end(End::Endless);
    let text = format!("<Error><Code>NoSuchKey</Code><Message>{SECRET}</Message></Error>");
    let absent = Answer { status: 404, ..Answer::file(text) };
    for (answer, told) in [
        (redirect, "refused"),
        (endless, "refused"),
        (absent, "none"),
        (Answer::new(500), "refused"),
        (Answer::file([7; 101]), "too-large"),
    ] {
        let server = Server::start(move |_| answer.clone());
        let text = run_with(&keys(&server), &[], &["s3://made-up-city", PATH]);
        assert_eq!(first_line(&text), told, "{text}");
    }
    // A signature is for one host.
    assert!(elsewhere.requests().is_empty());
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
        assert!(text.contains(&format!("(\"fault\", \"{fault}\")")), "{}: {text}", changed.0);
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
