//! `serve`: a small drop box for sites that have none.
//!
//! It takes a bundle by PUT if an enrolled gate has signed it, and gives receipts by GET. What is in a bundle it cannot see. There is
//! no other path, no listing, and what is there is replaced only by another bundle of the same leaves that the same gate has signed.

mod answer;
mod body;
mod shelf;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use postern_cli::Session;
use postern_core::keys::PublicKey;
use postern_log::bundle::MAX_LEN;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{RwLock, Semaphore};
use tokio::time::{interval, sleep, timeout};

use crate::archive::ArchiveArgs;
use crate::archive::Place;
use crate::error::Error;
use answer::answer;
use body::Patience;
use shelf::Shelf;

/// The most connections at a time; others wait to be taken.
const MAX_CONNECTIONS: usize = 256;
/// The most uploads at a time, each of which is in memory; others are told to come again.
const MAX_UPLOADS: usize = 8;
/// How long the head of a request may take, and a connection idle.
const HEAD: Duration = Duration::from_secs(15);
/// The largest head of a request, in bytes.
const MAX_HEAD: usize = 16 << 10;
/// How long a connection may last: the largest upload on the slowest line has its time.
const CONNECTION: Duration = Duration::from_secs(70 * 60);
const _: () = assert!(CONNECTION.as_secs() > HEAD.as_secs() + Patience::UPLOAD.after(MAX_LEN as u64).as_secs());
/// How often the archive is asked who is enrolled, and the box what it holds.
const REFRESH: Duration = Duration::from_secs(60);
/// How long uploads may take to their end when somebody asks the program to end.
const GRACE: Duration = Duration::from_secs(30);
const GIB: u64 = 1 << 30;

#[derive(Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    archive: ArchiveArgs,
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
    #[arg(long = "box", value_name = "DIR")]
    shelf: PathBuf,
    #[arg(long, value_name = "N", default_value_t = 16)]
    max_gib: u64,
}

/// What all connections share.
pub(crate) struct Desk {
    keys: RwLock<Vec<PublicKey>>,
    shelf: Shelf,
    uploads: Semaphore,
}

pub(crate) fn run(args: &ServeArgs, session: &Session) -> Result<u8, Error> {
    let place = args.archive.place()?;
    let desk = Arc::new(Desk {
        keys: RwLock::new(keys(&place)?),
        shelf: Shelf::open(&args.shelf, args.max_gib.saturating_mul(GIB))?,
        uploads: Semaphore::new(MAX_UPLOADS),
    });
    let failed = |e| Error::Listen(args.listen.to_string(), e);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let told = session
            .catalog
            .text("serve-listening", &[("address", address.to_string().into())]);
        say(&told);
        serve(listener, desk, place, session).await.map_err(failed)
    })?;
    Ok(0)
}

/// The keys of all gates, retired ones too: their last bundles are welcome.
fn keys(place: &Place) -> Result<Vec<PublicKey>, Error> {
    Ok(place.read()?.gates()?.into_iter().map(|gate| gate.key).collect())
}

async fn serve(listener: TcpListener, desk: Arc<Desk>, place: Place, session: &Session) -> std::io::Result<()> {
    let mut end = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut refresh = interval(REFRESH);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = async {
            // Closed only where the program ends.
            let permit = Arc::clone(&places).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, stream) = tokio::select! {
            (permit, accepted) = accepted => match accepted {
                Ok((stream, _)) => (permit, stream),
                Err(_) => {
                    // Out of file descriptors perhaps: connections that end give some back.
                    sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ = refresh.tick() => {
                renew(Arc::clone(&desk), place.clone(), session).await;
                continue;
            }
            _ = end.recv() => break,
            _ = interrupt.recv() => break,
        };
        let desk = Arc::clone(&desk);
        let service = service_fn(move |request| {
            let desk = Arc::clone(&desk);
            async move { Ok::<_, std::convert::Infallible>(answer(&desk, request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // Whatever ends a connection is its peer's affair.
            let _ended = timeout(CONNECTION, connection).await;
            drop(permit);
        });
    }
    drop(listener);
    let _in_time = timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}

/// Asks who is enrolled, and sees how much room there is. Where the archive does not answer, those stay who were.
async fn renew(desk: Arc<Desk>, place: Place, session: &Session) {
    let shelf = desk.shelf.clone();
    let asked = tokio::task::spawn_blocking(move || {
        shelf.recount_if_idle();
        keys(&place)
    })
    .await;
    match asked {
        Ok(Ok(keys)) => *desk.keys.write().await = keys,
        Ok(Err(e)) => {
            let told = postern_cli::Failure::new(&e, &session.catalog);
            say(&postern_cli::terminal::printable(&told.message));
        }
        Err(_) => {}
    }
}

/// To whoever listens; where nobody does, the drop box goes on.
fn say(text: &str) {
    let _unheard = writeln!(std::io::stderr(), "{text}");
}
