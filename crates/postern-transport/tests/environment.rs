//! What the environment decides: the certificates that are trusted, and the proxy.

mod child;
mod server;

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use child::{FILE, PATH, SECRET, first_line, run};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use server::{Answer, Server, serve};
use tempfile::TempDir;

fn main() -> ExitCode {
    child::main(&[
        ("a_certificate_that_is_not_trusted_is_refused", untrusted),
        ("a_city_adds_its_own_authority", own_authority),
        ("a_certificate_for_another_host_or_time_is_refused", other_certificates),
        ("a_redirect_does_not_lead_away_from_https", leaving_tls),
        ("without_certificates_http_still_works", no_certificates),
        ("a_proxy_is_taken_from_the_environment", proxy),
    ])
}

/// For `openssl req` and `openssl ca`, whatever the system's own file says.
const CONFIGURATION: &str = "
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = city
[city]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
copy_extensions = copy
policy = any
[any]
commonName = supplied
";

/// Certificates by `openssl`: the authority `ca.pem`, and `good`, `other` (of another host) and `old` (expired).
struct City(TempDir);

impl City {
    /// `None` where there is no `openssl`.
    fn new() -> Option<Self> {
        let city = Self(TempDir::new().unwrap());
        fs::write(city.path("city.conf"), CONFIGURATION).unwrap();
        fs::write(city.path("index.txt"), "").unwrap();
        if Command::new("openssl").arg("version").output().is_err() {
            assert!(std::env::var_os("CI").is_none(), "openssl is missing");
            eprintln!("skipped: openssl is not installed");
            return None;
        }
        city.openssl(
            "req -x509 -keyout ca.key -out ca.pem -subj /CN=made-up-authority -addext basicConstraints=critical,CA:TRUE \
             -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes",
        );
        let (now, then) = ("-days 2", "-startdate 20200101000000Z -enddate 20200102000000Z");
        for (name, host, time) in [
            ("good", "IP:127.0.0.1", now),
            ("other", "DNS:city.example", now),
            ("old", "IP:127.0.0.1", then),
        ] {
            city.openssl(&format!(
                "req -keyout {name}.key -out {name}.csr -subj /CN=made-up-host -addext subjectAltName={host} \
                 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
            ));
            city.openssl(&format!(
                "ca -batch -notext -cert ca.pem -keyfile ca.key -in {name}.csr -out {name}.pem {time}"
            ));
        }
        Some(city)
    }

    fn openssl(&self, line: &str) {
        let (command, arguments) = line.split_once(' ').unwrap();
        let made = Command::new("openssl")
            .current_dir(self.0.path())
            .args([command, "-config", "city.conf"])
            .args(arguments.split_whitespace())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{line}: {}",
            String::from_utf8_lossy(&made.stderr)
        );
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
        run(
            &[("SSL_CERT_FILE", self.path("ca.pem").to_str().unwrap())],
            &[url, PATH],
        )
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
    // No TLS at all: what plain servers say to a handshake.
    let server = Server::wrapped(
        |request| serve(request, FILE),
        |mut stream| {
            stream.read_exact(&mut [0; 100])?;
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")?;
            Ok(Box::new(stream))
        },
    );
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
