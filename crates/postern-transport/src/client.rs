//! The HTTP client below `object_store`, and the guard between the two.
//!
//! `object_store` was written for servers that one trusts: it reads the text of a refusal into memory whatever its length,
//! wants headers that a plain host may leave out or write in its own way, and computes with the numbers in others. The
//! guard lets through what it has checked itself and nothing else: the answer's length and range, and its body. Of the
//! answer to an upload nothing but the status counts.

mod pace;

use std::error::Error;
use std::fmt;
use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use object_store::{ClientOptions, Extensions, HeaderMap};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderValue, RANGE};
use reqwest::{Method, StatusCode, redirect};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::remote::{Options, USER_AGENT};

/// The redirects that are followed for one file.
const MAX_REDIRECTS: usize = 3;
/// The largest page of a listing, in bytes: a thousand names of S3, the most that it gives at once, are a third of it.
const MAX_PAGE: usize = 8 << 20;
/// The slowest line that an upload is waited for, in bytes a second (128 kbit/s).
const SLOWEST: u64 = 16 * 1024;

/// Which redirects are followed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Redirects {
    /// [`MAX_REDIRECTS`], to any host, never from HTTPS to something else.
    Bounded,
    /// None. A request to S3 is signed for one host.
    None,
}

/// Makes the client.
///
/// # Errors
///
/// What the TLS library says, where `secure` asks for HTTPS and the system has no certificates to trust.
pub(crate) fn connect(options: &Options, redirects: Redirects, secure: bool) -> Result<Connector, String> {
    let mut headers = HeaderMap::new();
    // Without it a server may choose a compression (RFC 9110 section 12.5.3). None is ever undone here.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let tls = tls(secure)?;
    let builder = || {
        reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(headers.clone())
            .referer(false)
            .connect_timeout(options.connect)
            .pool_idle_timeout(options.idle)
            .http1_only()
            .tls_backend_preconfigured(tls.clone())
    };
    let down = builder()
        .redirect(match redirects {
            Redirects::Bounded => redirect::Policy::custom(follow),
            Redirects::None => redirect::Policy::none(),
        })
        .read_timeout(options.idle)
        .timeout(options.request)
        .build()
        .map_err(|e| innermost(&e))?;
    // A redirect can make a GET of a PUT, and its answer would pass for a success. The library counts the time in which it
    // sends as time without an answer: the guard has its own measure.
    let up = builder()
        .redirect(redirect::Policy::none())
        .build()
        .map_err(|e| innermost(&e))?;
    Ok(Connector(HttpClient::new(Guard {
        down,
        up,
        idle: options.idle,
        failed: AtomicBool::new(false),
    })))
}

/// Gives `object_store` our client.
#[derive(Debug)]
pub(crate) struct Connector(HttpClient);

impl HttpConnector for Connector {
    /// The options are those of [`connect`]: `AWS_ALLOW_INVALID_CERTIFICATES` and its like do nothing.
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(self.0.clone())
    }
}

/// The size of the whole file, where the server tells it; with every answer that passed the guard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size(pub(crate) Option<u64>);

/// Why an answer did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Neither a file nor a part of one.
    Malformed,
    /// A part was asked for, and something else came: the whole file, perhaps of this size, or another part.
    OtherRange { size: Option<u64> },
    /// A redirect that is not followed.
    Redirect,
    /// No success.
    Status(u16),
    /// An upload took longer than its size allows.
    TooSlow,
}

/// What went wrong below `object_store`.
#[derive(Debug)]
pub(crate) enum Failure {
    Fault(Fault),
    TimedOut,
    Tls(String),
    /// The system's or the library's words.
    Other(String),
}

impl Failure {
    /// Looks through the errors that an error wraps.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut link = error;
        loop {
            match link.downcast_ref::<Fault>() {
                Some(Fault::TooSlow) => return Self::TimedOut,
                Some(fault) => return Self::Fault(*fault),
                None => {}
            }
            if link
                .downcast_ref::<reqwest::Error>()
                .is_some_and(reqwest::Error::is_timeout)
            {
                return Self::TimedOut;
            }
            if let Some(error) = link.downcast_ref::<rustls::Error>() {
                return Self::Tls(error.to_string());
            }
            match wrapped(link) {
                Some(next) => link = next,
                None => return Self::Other(link.to_string()),
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Error for Fault {}

#[derive(Debug)]
struct Guard {
    /// For what is fetched.
    down: reqwest::Client,
    /// For what is sent.
    up: reqwest::Client,
    idle: Duration,
    /// The last upload failed: its answer may have been lost, and the next one may not be wanted either.
    failed: AtomicBool,
}

#[async_trait]
impl HttpService for Guard {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if *request.method() == Method::PUT || request.method().as_str() == MKCOL {
            return self.send(request).await;
        }
        let wanted = request.headers().get(RANGE).and_then(wanted);
        let lists = request.uri().query().is_some_and(|query| query.contains("list-type="));
        let answer = HttpService::call(&self.down, request).await?;
        let answer = passed(pass(wanted, answer))?;
        if lists { page(answer).await } else { Ok(answer) }
    }
}

/// Makes a folder of a server that speaks WebDAV (RFC 4918 section 9.3).
const MKCOL: &str = "MKCOL";

impl Guard {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let makes_folder = request.method().as_str() == MKCOL;
        let taken = match makes_folder {
            true => self.call_up(request).await.and_then(|status| passed(made(status))),
            false => self.upload(request).await.and_then(|status| passed(sent(status))),
        };
        if !makes_folder {
            self.failed.store(taken.is_err(), Ordering::Relaxed);
        }
        taken
    }

    /// Sends a file, and after one that failed in a way that leaves time for an answer.
    async fn upload(&self, request: HttpRequest) -> Result<StatusCode, HttpError> {
        if !self.failed.load(Ordering::Relaxed) {
            return self.call_up(request).await;
        }
        let bytes = request.body().content_length();
        within(self.time(bytes) + pace::waits(bytes), pace::send(&self.up, request)).await
    }

    async fn call_up(&self, request: HttpRequest) -> Result<StatusCode, HttpError> {
        let time = self.time(request.body().content_length());
        let answer = within(time, HttpService::call(&self.up, request)).await?;
        Ok(answer.status())
    }

    /// How long an upload of so many bytes is waited for.
    fn time(&self, bytes: usize) -> Duration {
        self.idle + Duration::from_secs(bytes as u64 / SLOWEST)
    }
}

async fn within<T>(time: Duration, call: impl Future<Output = Result<T, HttpError>>) -> Result<T, HttpError> {
    let answer = tokio::time::timeout(time, call).await;
    answer.unwrap_or_else(|_| Err(HttpError::new(HttpErrorKind::Timeout, Fault::TooSlow)))
}

fn passed(answer: Result<HttpResponse, Fault>) -> Result<HttpResponse, HttpError> {
    answer.map_err(|fault| HttpError::new(kind(fault), fault))
}

/// The answer to an upload. Its body is not read.
fn sent(status: StatusCode) -> Result<HttpResponse, Fault> {
    match status {
        StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT => {
            let mut answer = bare(status);
            // `object_store` wants one from S3; nothing depends on it.
            answer.headers_mut().insert(ETAG, HeaderValue::from_static("\"\""));
            Ok(answer)
        }
        // With these `object_store` makes the folders of the path and tries again: so speaks WebDAV.
        StatusCode::NOT_FOUND | StatusCode::CONFLICT => Ok(bare(status)),
        status if status.is_redirection() => Err(Fault::Redirect),
        status if status.is_success() || status.is_informational() => Err(Fault::Malformed),
        status => Err(Fault::Status(status.as_u16())),
    }
}

/// The answer to the making of a folder: its own parent lacks, or anything else, such as "it is there already" and "I know
/// no folders". The upload that follows tells whether it was good enough.
fn made(status: StatusCode) -> Result<HttpResponse, Fault> {
    match status {
        StatusCode::CONFLICT => Ok(bare(status)),
        status if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED => {
            Err(Fault::Status(status.as_u16()))
        }
        _ => Ok(bare(StatusCode::CREATED)),
    }
}

fn bare(status: StatusCode) -> HttpResponse {
    let mut answer = HttpResponse::new(Vec::new().into());
    *answer.status_mut() = status;
    answer
}

/// A page of a listing, read here because `object_store` would read it whatever its length.
async fn page(answer: HttpResponse) -> Result<HttpResponse, HttpError> {
    let (parts, body) = answer.into_parts();
    let mut chunks = body.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        if bytes.len() + chunk.len() > MAX_PAGE {
            return Err(HttpError::new(HttpErrorKind::Unknown, Fault::Malformed));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(HttpResponse::from_parts(parts, bytes.into()))
}

/// The answer with the headers that were checked, or why it does not pass. Its body is not read here.
fn pass(wanted: Option<RangeInclusive<u64>>, answer: HttpResponse) -> Result<HttpResponse, Fault> {
    let (mut parts, body) = answer.into_parts();
    let length = parts.headers.get(CONTENT_LENGTH).and_then(number);
    let mut headers = HeaderMap::new();
    // `object_store` wants a length even where the body tells its own end; nothing depends on it.
    headers.insert(CONTENT_LENGTH, length.unwrap_or(0).into());
    let size = match (parts.status, wanted) {
        (StatusCode::OK, None) => length,
        (StatusCode::PARTIAL_CONTENT, Some(wanted)) => {
            let text = parts
                .headers
                .remove(CONTENT_RANGE)
                .ok_or(Fault::OtherRange { size: None })?;
            let (range, size) = content_range(&text).ok_or(Fault::OtherRange { size: None })?;
            // The end is before the one that was asked for where the file is shorter.
            if range.start() != wanted.start() || *range.end() != (*wanted.end()).min(size - 1) {
                return Err(Fault::OtherRange { size: Some(size) });
            }
            headers.insert(CONTENT_RANGE, text);
            Some(size)
        }
        (StatusCode::OK, Some(_)) => return Err(Fault::OtherRange { size: length }),
        (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => return Err(Fault::OtherRange { size: None }),
        (status, _) if !status.is_success() => return Err(Fault::Status(status.as_u16())),
        _ => return Err(Fault::Malformed),
    };
    parts.headers = headers;
    parts.extensions = Extensions::new();
    parts.extensions.insert(Size(size));
    Ok(HttpResponse::from_parts(parts, body))
}

/// Which faults `object_store` meets with another attempt: those that pass by themselves (RFC 9110 section 15.6, 429).
fn kind(fault: Fault) -> HttpErrorKind {
    match fault {
        Fault::Status(408 | 429 | 500..) => HttpErrorKind::Request,
        _ => HttpErrorKind::Unknown,
    }
}

fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let allowed = match attempt.url().scheme() {
        "https" => true,
        "http" => attempt.previous().iter().all(|from| from.scheme() == "http"),
        _ => false,
    };
    if allowed && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.error(Fault::Redirect)
    }
}

/// TLS 1.2 and 1.3, and the certificates that the system trusts.
fn tls(secure: bool) -> Result<ClientConfig, String> {
    let provider: Arc<CryptoProvider> = ring::default_provider().into();
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?;
    match Verifier::new(provider) {
        Ok(verifier) => Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth()),
        Err(e) if secure => Err(e.to_string()),
        // A small machine without certificates can do without TLS, and then trusts none on the way.
        Err(_) => Ok(builder
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth()),
    }
}

/// `bytes=FIRST-LAST`, as `object_store` writes it.
fn wanted(value: &HeaderValue) -> Option<RangeInclusive<u64>> {
    range(value.to_str().ok()?.strip_prefix("bytes=")?)
}

/// `bytes FIRST-LAST/SIZE`, RFC 9110 section 14.4. A size of `*` is no use: a part can only be added to if the whole is known.
fn content_range(value: &HeaderValue) -> Option<(RangeInclusive<u64>, u64)> {
    let (part, size) = value.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
    let (range, size) = (range(part)?, size.parse().ok()?);
    (*range.end() < size).then_some((range, size))
}

fn range(text: &str) -> Option<RangeInclusive<u64>> {
    let (first, last) = text.split_once('-')?;
    let range = first.parse().ok()?..=last.parse().ok()?;
    (!range.is_empty()).then_some(range)
}

fn number(value: &HeaderValue) -> Option<u64> {
    value.to_str().ok()?.parse().ok()
}

pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut link = error;
    while let Some(next) = wrapped(link) {
        link = next;
    }
    link.to_string()
}

/// Whether an error is one of a connection, and not of what came over it.
pub(crate) fn of_the_line(error: &(dyn Error + 'static)) -> bool {
    let mut link = Some(error);
    while let Some(error) = link {
        if error.is::<HttpError>() {
            return true;
        }
        link = wrapped(error);
    }
    false
}

/// The error that this one wraps. An [`io::Error`] hides it: its `source` is that of the wrapped one.
fn wrapped<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests;
