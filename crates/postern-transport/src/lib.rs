//! Carries files from a repository and into a drop box by any medium: a folder, HTTP(S), S3. It knows nothing of what they
//! say.
//!
//! - [`Location`] is where a repository lies, [`Remote`] is one that is open.
//! - [`Remote::get`] is for files whose size nobody knows, within a bound; [`Remote::fetch`] for those whose size and
//!   digest are pinned, and goes on where a connection ended, from a [`Spool`].
//! - [`Remote::put`] leaves a file, [`Remote::exists`] and [`Remote::list`] tell what lies there.
//! - [`Backoff`] says how long to wait after a failure. Nothing here sleeps or starts by itself.
//!
//! # What is not believed
//!
//! Nothing that comes is believed, because it is signed or pinned or thrown away. What is bounded here is what a server,
//! or somebody on the way to it, can cost: memory, disk and time. Hence plain `http://` is as good as `https://`, but for
//! who sees which files are fetched; and it is the better one for a gate whose clock stands at 1970, to which every
//! certificate is from the future.
//!
//! # Servers
//!
//! - A file that is not there is a status 404 or 410. S3 says 403 to those who may not list the bucket: let them.
//! - Redirects are followed three times, to any host, but never from HTTPS to something else; with S3 never.
//! - TLS is 1.2 or 1.3, with the certificates that the system trusts. A city's own authority is added to those
//!   (`update-ca-certificates` on Debian), or named by `SSL_CERT_FILE` or `SSL_CERT_DIR`, which then replace them.
//! - Proxies are those of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
//! - S3 has its keys and its endpoint from the environment, as AWS's own programs: `AWS_ACCESS_KEY_ID`,
//!   `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION`, `AWS_ENDPOINT_URL`, with `AWS_ALLOW_HTTP=true` for an
//!   endpoint without TLS and `AWS_SKIP_SIGNATURE=true` for a public bucket.
//! - Uploads follow no redirect. A server that speaks WebDAV gets the folders that lead to a file made; any other must make
//!   them itself, or need none.

mod backoff;
mod client;
mod error;
mod fetch;
mod folder;
mod location;
mod network;
mod remote;
mod s3;
mod spool;

pub use backoff::Backoff;
pub use error::{LocationFault, TransportError};
pub use location::Location;
pub use remote::{MAX_ENTRIES, Options, Remote, USER_AGENT};
pub use spool::Spool;
