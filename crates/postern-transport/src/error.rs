//! Why a file could not be had or left.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a file could not be had or left. No secret is in it: hosts are without users and queries, and servers' texts are left out.
#[derive(Debug)]
#[non_exhaustive]
pub enum TransportError {
    /// The text is no location, or the environment does not complete it.
    BadLocation(LocationFault),
    /// No file of a repository has such a path.
    BadPath {
        /// What was asked for.
        path: String,
    },
    /// Another process is fetching the same file into the same spool.
    Busy {
        /// The path in the repository.
        path: String,
    },
    /// The location cannot say what lies there: plain HTTP has no listings.
    CannotList {
        /// Host and port.
        host: String,
    },
    /// The connection ended before the file did. What came is in the spool, where there is one.
    Interrupted {
        /// Host and port, or the bucket.
        host: String,
        /// The path in the repository.
        path: String,
    },
    /// The server's answer makes no sense.
    Malformed {
        /// Host and port, or the bucket.
        host: String,
        /// The path in the repository.
        path: String,
    },
    /// What came is not the file with the pinned size and digest.
    NotPinned {
        /// The path in the repository.
        path: String,
    },
    /// More redirects than are followed, or one from HTTPS to something else.
    Redirected {
        /// Host and port.
        host: String,
        /// The path in the repository.
        path: String,
    },
    /// The server answered with a status that is neither success nor "not there".
    Refused {
        /// Host and port, or the bucket.
        host: String,
        /// The path in the repository.
        path: String,
        /// The HTTP status, RFC 9110 section 15.
        status: u16,
    },
    /// The spool cannot be read or written.
    Spool {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The server did not answer in time, or not to the end.
    TimedOut {
        /// Host and port, or the bucket.
        host: String,
    },
    /// No secure connection: a certificate that is not trusted, not valid at this machine's time or for another host, or
    /// no TLS at all.
    Tls {
        /// Host and port, or the bucket.
        host: String,
        /// What the TLS library says.
        why: String,
    },
    /// The file has more bytes than allowed.
    TooLarge {
        /// The path in the repository.
        path: String,
        /// The bound in bytes.
        max: u64,
    },
    /// More files than a listing may have.
    TooMany {
        /// The bound.
        max: usize,
    },
    /// A file of a folder, or the folder, cannot be read.
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No connection to the server, or to none that speaks HTTP.
    Unreachable {
        /// Host and port, or the bucket.
        host: String,
        /// What the system says.
        why: String,
    },
    /// A file cannot be left in a folder: it is full, may not be written, or has gone.
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Why a text is no location, or what the environment lacks to make it one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocationFault {
    /// The name of the bucket has not 3 to 255 letters, digits, `-`, `.`, `_`.
    Bucket,
    /// A user or a password is in the URL.
    Credentials,
    /// Nothing is there.
    Empty,
    /// The endpoint in the environment is no HTTP URL, has a user or a query, or is not HTTPS without `AWS_ALLOW_HTTP`.
    Endpoint,
    /// No host.
    Host,
    /// A key, token or region in the environment is missing or has characters that none has.
    Keys,
    /// The path is no folder.
    NotAFolder,
    /// A query or a fragment is in the URL.
    Query,
    /// Not `http`, `https` or `s3`.
    Scheme,
    /// Another setting of S3 in the environment cannot be read.
    Setting,
    /// No URL.
    Url,
}

impl LocationFault {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bucket => "bucket",
            Self::Credentials => "credentials",
            Self::Empty => "empty",
            Self::Endpoint => "endpoint",
            Self::Host => "host",
            Self::Keys => "keys",
            Self::NotAFolder => "not-a-folder",
            Self::Query => "query",
            Self::Scheme => "scheme",
            Self::Setting => "setting",
            Self::Url => "url",
        }
    }
}

impl TransportError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::BadLocation(_) => "bad-location",
            Self::BadPath { .. } => "bad-path",
            Self::Busy { .. } => "busy",
            Self::CannotList { .. } => "cannot-list",
            Self::Interrupted { .. } => "interrupted",
            Self::Malformed { .. } => "malformed",
            Self::NotPinned { .. } => "not-pinned",
            Self::Redirected { .. } => "redirected",
            Self::Refused { .. } => "refused",
            Self::Spool { .. } => "spool",
            Self::TimedOut { .. } => "timed-out",
            Self::Tls { .. } => "tls",
            Self::TooLarge { .. } => "too-large",
            Self::TooMany { .. } => "too-many",
            Self::Unreadable { .. } => "unreadable",
            Self::Unreachable { .. } => "unreachable",
            Self::Unwritable { .. } => "unwritable",
        }
    }

    /// What a message can name: `fault`, `host`, `max` (bytes), `path`, `status`, `why`.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::BadLocation(fault) => vec![("fault", fault.name().to_owned())],
            Self::BadPath { path } | Self::Busy { path } | Self::NotPinned { path } => vec![("path", path.clone())],
            Self::Interrupted { host, path } | Self::Malformed { host, path } | Self::Redirected { host, path } => {
                vec![("host", host.clone()), ("path", path.clone())]
            }
            Self::Refused { host, path, status } => vec![
                ("host", host.clone()),
                ("path", path.clone()),
                ("status", status.to_string()),
            ],
            Self::Spool { path, source } | Self::Unreadable { path, source } | Self::Unwritable { path, source } => {
                vec![("path", path.display().to_string()), ("why", source.to_string())]
            }
            Self::CannotList { host } | Self::TimedOut { host } => vec![("host", host.clone())],
            Self::Tls { host, why } | Self::Unreachable { host, why } => {
                vec![("host", host.clone()), ("why", why.clone())]
            }
            Self::TooLarge { path, max } => vec![("path", path.clone()), ("max", max.to_string())],
            Self::TooMany { max } => vec![("max", max.to_string())],
        }
    }
}

impl From<LocationFault> for TransportError {
    fn from(fault: LocationFault) -> Self {
        Self::BadLocation(fault)
    }
}

impl fmt::Display for LocationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bucket => "the name of the bucket is no name of a bucket",
            Self::Credentials => "a URL with a user or a password is not taken; keys of S3 are read from the environment",
            Self::Empty => "the location is empty",
            Self::Endpoint => {
                "AWS_ENDPOINT_URL is no https:// URL without user and query (http:// needs AWS_ALLOW_HTTP=true)"
            }
            Self::Host => "the URL has no host",
            Self::Keys => {
                "S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY without spaces or line ends, or AWS_SKIP_SIGNATURE=true for a public bucket"
            }
            Self::NotAFolder => "the path is no folder",
            Self::Query => "a URL with a query or a fragment is not taken",
            Self::Scheme => "only http://, https:// and s3:// are taken",
            Self::Setting => "an AWS_ variable of the environment cannot be read",
            Self::Url => "the URL cannot be read",
        })
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadLocation(fault) => fault.fmt(f),
            Self::BadPath { path } => write!(f, "no file of a repository has the path {path:?}"),
            Self::Busy { path } => write!(f, "another process is fetching {path}"),
            Self::CannotList { host } => write!(f, "{host} cannot say which files lie there; only folders and S3 can"),
            Self::Interrupted { host, path } => write!(f, "the connection to {host} ended within {path}"),
            Self::Malformed { host, path } => write!(f, "the answer of {host} for {path} makes no sense"),
            Self::NotPinned { path } => write!(f, "what came as {path} has not the pinned size and digest"),
            Self::Redirected { host, path } => {
                write!(f, "{host} redirects {path} too often, or away from HTTPS")
            }
            Self::Refused { host, path, status } => write!(f, "{host} answered {status} for {path}"),
            Self::Spool { path, .. } => write!(f, "cannot use the spool at {}", path.display()),
            Self::TimedOut { host } => write!(f, "{host} did not answer in time"),
            Self::Tls { host, why } => write!(f, "no secure connection to {host}: {why}"),
            Self::TooLarge { path, max } => write!(f, "{path} is larger than {max} bytes"),
            Self::TooMany { max } => write!(f, "more than {max} files lie there"),
            Self::Unreadable { path, .. } => write!(f, "cannot read {}", path.display()),
            Self::Unreachable { host, why } => write!(f, "no connection to {host}: {why}"),
            Self::Unwritable { path, .. } => write!(f, "cannot write {}", path.display()),
        }
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Spool { source, .. } | Self::Unreadable { source, .. } | Self::Unwritable { source, .. } => {
                Some(source)
            }
            _ => None,
        }
    }
}
