//! Which server, and how it is spoken to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::Verifier;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{error, fault};
use crate::error::{Error, Fault};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// A database of a PostgreSQL server, from a URL as `libpq` reads it.
#[derive(Clone)]
pub(crate) struct Server {
    config: Config,
}

impl Server {
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        // The library's message may repeat the URL, and with it a password.
        let unread = || error("postgres://…", Fault::Url);
        let mut config = Config::from_str(url).map_err(|_| unread())?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        // Nobody on the way may ask for the password in the clear: where it is not said otherwise, TLS or this machine.
        if config.get_ssl_mode() == SslMode::Prefer && !config.get_hosts().iter().all(is_here) {
            config.ssl_mode(SslMode::Require);
        }
        config.application_name("postern-auditor");
        Ok(Self { config })
    }

    pub(crate) fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    pub(super) fn connect(&self) -> Result<Client, Error> {
        let tls = tls().map_err(|e| error(self, Fault::Database(e.into())))?;
        self.config
            .connect(MakeRustlsConnect::new(tls))
            .map_err(|e| fault(self, e))
    }
}

/// Without user and password.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        for (place, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// TLS with the certificates that the system trusts.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new(provider.clone())?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}
