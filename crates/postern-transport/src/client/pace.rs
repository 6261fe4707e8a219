//! An upload that leaves the server time to answer.
//!
//! A server may answer before it has read the whole file (too large, may not, busy) and close the connection. What it has
//! not read makes its system reset the connection, and the HTTP library, which is just sending, tells of the reset instead of
//! the answer. So after an upload that failed, the next one waits behind the head of its request, as with `Expect:
//! 100-continue` (RFC 9110 section 10.1.1), and follows in pieces, with a look for an answer between them. Nor does a busy
//! server get a whole file for each refusal of one run then.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use object_store::client::{HttpError, HttpErrorKind, HttpRequest, HttpResponseBody};
use reqwest::StatusCode;

/// How long the file waits for an answer to the head of its request: as long as curl waits.
const FIRST: Duration = Duration::from_secs(1);
/// How long each further piece waits.
const NEXT: Duration = Duration::from_millis(5);
const PIECE: usize = 64 << 10;

/// Sends a request so, and gives the status of the answer.
pub(super) async fn send(client: &reqwest::Client, request: HttpRequest) -> Result<StatusCode, HttpError> {
    let (parts, body) = request.into_parts();
    let unusable = |e| HttpError::new(HttpErrorKind::Unknown, e);
    // The only type with which `object_store` gives the bytes of any body away.
    let file = HttpResponseBody::new(body).bytes().await?;
    let sending = client
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .body(reqwest::Body::wrap_stream(pieces(file)))
        .build()
        .map_err(unusable)?;
    match client.execute(sending).await {
        Ok(answer) => Ok(answer.status()),
        Err(e) if e.is_connect() => Err(HttpError::new(HttpErrorKind::Connect, e)),
        Err(e) => Err(HttpError::new(HttpErrorKind::Interrupted, e)),
    }
}

/// What the waits take, of a file of so many bytes.
pub(super) fn waits(bytes: usize) -> Duration {
    FIRST + NEXT * u32::try_from(bytes / PIECE + 1).unwrap_or(u32::MAX)
}

fn pieces(file: Bytes) -> impl Stream<Item = Result<Bytes, HttpError>> {
    stream::unfold((file, FIRST), |(mut rest, wait)| async move {
        tokio::time::sleep(wait).await;
        let piece = rest.split_to(rest.len().min(PIECE));
        (!piece.is_empty()).then_some((Ok(piece), (rest, NEXT)))
    })
}
