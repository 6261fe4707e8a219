//! One request and its answer.

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use postern_core::keys::PublicKey;
use postern_log::bundle::{MAX_LEN, SealedBundle, TYPE, parse_path};

use super::Desk;
use super::body::{self, Patience};
use super::shelf::Stored;

/// When to come again where too many uploads are on their way, in seconds.
const LATER: HeaderValue = HeaderValue::from_static("5");

/// Answers a request.
pub(super) async fn answer(desk: &Desk, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path().strip_prefix('/').unwrap_or_default().to_owned();
    let is_bundle = parse_path(&path).is_some();
    let is_receipt = is_receipt(&path);
    match *request.method() {
        Method::PUT if is_bundle => put(desk, &path, request).await,
        Method::HEAD if is_bundle => head(desk, &path).await,
        Method::GET | Method::HEAD if is_receipt => get(desk, &path, request.method() == Method::HEAD).await,
        _ if is_bundle => not_allowed("PUT, HEAD"),
        _ if is_receipt => not_allowed("GET, HEAD"),
        _ => status(StatusCode::NOT_FOUND),
    }
}

async fn put(desk: &Desk, path: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let size = request.body().size_hint().exact();
    if size.is_some_and(|size| size > MAX_LEN as u64) {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    }
    // A stranger gets neither a place nor memory.
    if !is_enrolled(path, &desk.keys.read().await) {
        return status(StatusCode::FORBIDDEN);
    }
    // Nobody waits in a line: one that is held up by slow uploads would look like a box that is gone.
    let Ok(_permit) = desk.uploads.try_acquire() else {
        let mut busy = status(StatusCode::SERVICE_UNAVAILABLE);
        busy.headers_mut().insert(RETRY_AFTER, LATER);
        return busy;
    };
    let bytes = match body::read(request.into_body(), Patience::UPLOAD).await {
        Ok(bytes) => bytes,
        Err(refused) => return status(refused),
    };
    if !is_of_its_gate(path, &bytes, &desk.keys.read().await) {
        return status(StatusCode::FORBIDDEN);
    }
    status(match desk.shelf.store(path, bytes).await {
        Ok(Stored::New) => StatusCode::CREATED,
        Ok(Stored::Known) => StatusCode::NO_CONTENT,
        Ok(Stored::Full) => StatusCode::INSUFFICIENT_STORAGE,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    })
}

/// Whether the gate that a path names is enrolled.
fn is_enrolled(path: &str, keys: &[PublicKey]) -> bool {
    parse_path(path).is_some_and(|(thumbprint, ..)| keys.iter().any(|key| key.thumbprint() == thumbprint))
}

/// Whether an enrolled gate has signed a bundle: the gate that its path names, and the leaves that it names.
fn is_of_its_gate(path: &str, bytes: &[u8], keys: &[PublicKey]) -> bool {
    let (Some((thumbprint, from, to)), Ok(bundle)) = (parse_path(path), SealedBundle::parse(bytes)) else {
        return false;
    };
    let candidates = keys.iter().filter(|key| key.kid() == bundle.kid());
    bundle.range() == (from..to)
        && candidates
            .filter(|key| key.thumbprint() == thumbprint)
            .any(|key| bundle.verify(key).is_ok())
}

async fn head(desk: &Desk, path: &str) -> Response<Full<Bytes>> {
    match desk.shelf.size(path).await {
        Some(size) => with_length(size, TYPE),
        None => status(StatusCode::NOT_FOUND),
    }
}

async fn get(desk: &Desk, path: &str, only_head: bool) -> Response<Full<Bytes>> {
    match desk.shelf.receipt(path).await {
        Some(bytes) if only_head => with_length(bytes.len() as u64, "text/plain"),
        Some(bytes) => {
            let mut response = Response::new(Full::new(Bytes::from(bytes)));
            let text = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, text);
            response
        }
        None => status(StatusCode::NOT_FOUND),
    }
}

/// `receipt/THUMBPRINT/KID.receipt`, in its one spelling.
fn is_receipt(path: &str) -> bool {
    let hex =
        |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let parts = path.strip_prefix("receipt/").and_then(|rest| rest.split_once('/'));
    parts.is_some_and(|(thumbprint, file)| {
        hex(thumbprint, 64) && file.strip_suffix(".receipt").is_some_and(|kid| hex(kid, 8))
    })
}

fn with_length(size: u64, typ: &'static str) -> Response<Full<Bytes>> {
    let mut response = status(StatusCode::OK);
    response.headers_mut().insert(CONTENT_LENGTH, size.into());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(typ));
    response
}

fn not_allowed(methods: &'static str) -> Response<Full<Bytes>> {
    let mut response = status(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
