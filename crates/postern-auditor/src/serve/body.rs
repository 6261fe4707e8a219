//! The body of an upload: bounded in bytes, and in the time that its sender takes.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::Body;
use postern_log::bundle::MAX_LEN;
use tokio::time::{Instant, timeout_at};

/// How long somebody is waited for.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    /// Between two pieces.
    pub(super) idle: Duration,
    /// For the shortest upload.
    pub(super) least: Duration,
    /// The slowest line, in bytes a second.
    pub(super) slowest: u64,
}

impl Patience {
    pub(super) const UPLOAD: Self = Self {
        idle: Duration::from_secs(20),
        least: Duration::from_secs(30),
        slowest: 16 << 10,
    };

    /// The time within which more than so many bytes must have come: who announces much and sends little gains nothing.
    pub(super) const fn after(self, came: u64) -> Duration {
        Duration::from_secs(self.least.as_secs() + came / self.slowest)
    }
}

/// Reads a body, or says with what it is refused: 400 where it breaks off, 408 too slow, 413 too large.
pub(super) async fn read<B>(mut body: B, patience: Patience) -> Result<Bytes, StatusCode>
where
    B: Body<Data = Bytes> + Unpin,
{
    let begun = Instant::now();
    let announced = body.size_hint().exact().unwrap_or(0);
    if announced > MAX_LEN as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    loop {
        let until = (Instant::now() + patience.idle).min(begun + patience.after(bytes.len() as u64));
        let frame = match timeout_at(until, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) => return Err(StatusCode::BAD_REQUEST),
            Ok(None) => return Ok(bytes.into()),
            Err(_) => return Err(StatusCode::REQUEST_TIMEOUT),
        };
        // Trailers say nothing here.
        if let Ok(piece) = frame.into_data() {
            if bytes.len() + piece.len() > MAX_LEN {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            bytes.extend_from_slice(&piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use hyper::body::Frame;
    use tokio::time::{Interval, interval};

    use super::*;

    /// Sends a byte every 10 ms, so many of them, and then nothing without an end.
    struct Drip {
        clock: Interval,
        left: u32,
    }

    impl Body for Drip {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.left == 0 || self.clock.poll_tick(cx).is_pending() {
                return Poll::Pending;
            }
            self.left -= 1;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"a")))))
        }
    }

    /// The status, and how long it took.
    fn dripped(left: u32, patience: Patience) -> (StatusCode, Duration) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            let clock = interval(Duration::from_millis(10));
            let begun = Instant::now();
            let status = read(Drip { clock, left }, patience).await.unwrap_err();
            (status, begun.elapsed())
        })
    }

    #[test]
    fn an_upload_that_stands_still_is_ended() {
        let patience = Patience {
            idle: Duration::from_millis(200),
            least: Duration::from_secs(3600),
            slowest: 1,
        };
        let (status, time) = dripped(3, patience);
        assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
        assert!(time < Duration::from_secs(60), "{time:?}");
    }

    #[test]
    fn an_upload_that_drips_is_ended() {
        let patience = Patience {
            idle: Duration::from_secs(3600),
            least: Duration::from_secs(1),
            slowest: 1 << 20,
        };
        let (status, time) = dripped(u32::MAX, patience);
        assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
        assert!(time < Duration::from_secs(60), "{time:?}");
    }

    #[test]
    fn an_upload_has_the_time_that_is_documented() {
        assert_eq!(Patience::UPLOAD.after(0), Duration::from_secs(30));
        assert_eq!(Patience::UPLOAD.after(MAX_LEN as u64), Duration::from_secs(30 + 4096));
    }

    #[test]
    fn a_body_without_a_length_is_bounded() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.unwrap();
        let of = |len| {
            let body = http_body_util::Full::new(Bytes::from(vec![0; len]));
            runtime.block_on(read(Unsaid(body), Patience::UPLOAD))
        };
        assert_eq!(of(MAX_LEN).map(|bytes| bytes.len()), Ok(MAX_LEN));
        assert_eq!(of(MAX_LEN + 1), Err(StatusCode::PAYLOAD_TOO_LARGE));
    }

    /// A body that does not say its length.
    struct Unsaid(http_body_util::Full<Bytes>);

    impl Body for Unsaid {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Pin::new(&mut self.0).poll_frame(cx)
        }
    }
}
