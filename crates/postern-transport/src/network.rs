//! A repository on a server: HTTP(S) or S3, by `object_store`.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use reqwest::Url;
use tokio::runtime::{self, Runtime};

use crate::client::{Failure, Fault, Redirects, Size, connect, of_the_line};
use crate::error::TransportError;
use crate::remote::{Listing, Options};
use crate::s3;

/// Attempts after the first one, for connections that fail and for statuses that pass by themselves.
const RETRIES: usize = 2;
/// A listing is given up after so many times the time of an answer, however many pages it has.
const LISTING: u32 = 4;
/// No further attempt begins after this time. What timed out, with the default [`Options`], is not tried again.
const RETRY_TIME: Duration = Duration::from_secs(10);

pub(crate) struct Network {
    /// Always there but while this value is dropped.
    runtime: Option<Runtime>,
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Host and port, or the bucket: for errors.
    host: String,
    /// Plain HTTP has no listings.
    lists: bool,
    /// The longest that a listing is waited for.
    listing: Duration,
}

/// What the server has at a path.
pub(crate) enum Reply<'a> {
    Absent,
    /// A part was asked for, and it gives the whole file or another part. Its size, where that is known.
    OtherRange {
        size: Option<u64>,
    },
    Body(Body<'a>),
}

/// The bytes of a file while they come.
pub(crate) struct Body<'a> {
    network: &'a Network,
    path: &'a str,
    size: Option<u64>,
    stream: BoxStream<'static, object_store::Result<Bytes>>,
}

impl Network {
    /// A client for an HTTP(S) URL. Nothing is sent yet.
    pub(crate) fn http(url: &Url, options: &Options) -> Result<Self, TransportError> {
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let secure = url.scheme() == "https";
        let connector = connect(options, Redirects::Bounded, secure).map_err(|why| tls(&host, why))?;
        let store = HttpBuilder::new()
            .with_url(url.as_str())
            .with_retry(retries())
            .with_http_connector(connector)
            .build()
            .map_err(|e| unreachable(&host, &e))?;
        Self::new(Arc::new(store), Path::ROOT, host, false, options)
    }

    /// A client for a bucket, with keys and endpoint from the environment. Nothing is sent yet.
    pub(crate) fn s3(bucket: &str, prefix: &Path, options: &Options) -> Result<Self, TransportError> {
        let host = format!("s3://{bucket}");
        let (builder, secure) = s3::from_environment(bucket)?;
        let connector = connect(options, Redirects::None, secure).map_err(|why| tls(&host, why))?;
        let store = s3::build(builder.with_retry(retries()).with_http_connector(connector))?;
        Self::new(Arc::new(store), prefix.clone(), host, true, options)
    }

    fn new(
        store: Arc<dyn ObjectStore>,
        prefix: Path,
        host: String,
        lists: bool,
        options: &Options,
    ) -> Result<Self, TransportError> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| unreachable(&host, &e))?;
        Ok(Self {
            runtime: Some(runtime),
            store,
            prefix,
            host,
            lists,
            listing: options.request.saturating_mul(LISTING),
        })
    }

    /// Asks for a file, or for the bytes `range` of it.
    pub(crate) fn request<'a>(&'a self, path: &'a str, range: Option<Range<u64>>) -> Result<Reply<'a>, TransportError> {
        let options = GetOptions::new().with_range(range);
        match self.block_on(self.store.get_opts(&self.full(path), options)) {
            Ok(result) => Ok(Reply::Body(Body {
                network: self,
                path,
                size: result.extensions.get::<Size>().and_then(|size| size.0),
                stream: result.into_stream(),
            })),
            Err(e) => match Failure::of(&e) {
                Failure::Fault(Fault::Status(404 | 410)) => Ok(Reply::Absent),
                Failure::Fault(Fault::OtherRange { size }) => Ok(Reply::OtherRange { size }),
                failure => Err(self.error(path, failure)),
            },
        }
    }

    /// Whether the server has a file.
    pub(crate) fn exists(&self, path: &str) -> Result<bool, TransportError> {
        match self.block_on(self.store.head(&self.full(path))) {
            Ok(_) => Ok(true),
            Err(e) => match Failure::of(&e) {
                Failure::Fault(Fault::Status(404 | 410)) => Ok(false),
                failure => Err(self.error(path, failure)),
            },
        }
    }

    /// Sends a file, which replaces one that is there.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> Result<(), TransportError> {
        let payload = Bytes::copy_from_slice(bytes).into();
        match self.block_on(self.store.put(&self.full(path), payload)) {
            Ok(_) => Ok(()),
            // These two passed the guard.
            Err(object_store::Error::NotFound { .. }) => Err(self.error(path, Failure::Fault(Fault::Status(404)))),
            Err(object_store::Error::AlreadyExists { .. }) => Err(self.error(path, Failure::Fault(Fault::Status(409)))),
            Err(e) => Err(self.error(path, Failure::of(&e))),
        }
    }

    /// Adds what lies below a prefix.
    pub(crate) fn list(&self, prefix: &str, listing: &mut Listing) -> Result<(), TransportError> {
        if !self.lists {
            return Err(TransportError::CannotList {
                host: self.host.clone(),
            });
        }
        let full = self.full(prefix);
        let begins = if self.prefix == Path::ROOT {
            String::new()
        } else {
            format!("{}/", self.prefix)
        };
        let mut entries = self.store.list(Some(&full));
        let walk = async {
            while let Some(entry) = entries.next().await {
                let entry = entry.map_err(|e| self.error(prefix, listing_failure(&e)))?;
                let path = entry.location.as_ref().strip_prefix(&begins).unwrap_or_default();
                listing.add(path, entry.size)?;
            }
            Ok(())
        };
        self.block_on(async { tokio::time::timeout(self.listing, walk).await })
            .unwrap_or_else(|_| Err(self.error(prefix, Failure::TimedOut)))
    }

    fn full(&self, path: &str) -> Path {
        self.prefix.parts().chain(Path::from(path).parts()).collect()
    }

    fn error(&self, path: &str, failure: Failure) -> TransportError {
        let (host, path) = (self.host.clone(), path.to_owned());
        match failure {
            Failure::Fault(Fault::Redirect) => TransportError::Redirected { host, path },
            Failure::Fault(Fault::Status(status)) => TransportError::Refused { host, path, status },
            Failure::Fault(Fault::TooSlow) => TransportError::TimedOut { host },
            Failure::Fault(Fault::Malformed | Fault::OtherRange { .. }) => TransportError::Malformed { host, path },
            Failure::TimedOut => TransportError::TimedOut { host },
            Failure::Tls(why) => TransportError::Tls { host, why },
            Failure::Other(why) => TransportError::Unreachable { host, why },
        }
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime
            .as_ref()
            .expect("only drop takes the runtime")
            .block_on(future)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // A look-up of a name that hangs in the system's resolver is not waited for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Body<'_> {
    /// The size of the whole file, where the server tells it.
    pub(crate) fn size(&self) -> Option<u64> {
        self.size
    }

    /// The next bytes, as many as the HTTP library reads at once, or `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        match self.network.block_on(self.stream.next()) {
            None => Ok(None),
            Some(Ok(chunk)) => Ok(Some(chunk)),
            Some(Err(e)) => Err(match self.network.error(self.path, Failure::of(&e)) {
                TransportError::Unreachable { host, .. } => TransportError::Interrupted {
                    host,
                    path: self.path.to_owned(),
                },
                error => error,
            }),
        }
    }
}

/// What is no page of a listing is an answer that makes no sense, and no failure of the line.
fn listing_failure(error: &object_store::Error) -> Failure {
    match Failure::of(error) {
        Failure::Other(_) if !of_the_line(error) => Failure::Fault(Fault::Malformed),
        failure => failure,
    }
}

fn retries() -> RetryConfig {
    RetryConfig {
        max_retries: RETRIES,
        retry_timeout: RETRY_TIME,
        ..RetryConfig::default()
    }
}

fn tls(host: &str, why: String) -> TransportError {
    TransportError::Tls {
        host: host.to_owned(),
        why,
    }
}

fn unreachable(host: &str, error: &(dyn std::error::Error + 'static)) -> TransportError {
    TransportError::Unreachable {
        host: host.to_owned(),
        why: crate::client::innermost(error),
    }
}
