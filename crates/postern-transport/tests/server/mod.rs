//! A small HTTP/1.1 server that does what it is told, bad manners included.

#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How long a stalled or endless answer is kept up if the client does not go away: longer than any test waits.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most that an endless answer sends.
const ENDLESS: u64 = 1 << 28;

/// A request, in the order of [`Server::requests`].
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// As long as `Content-Length` says.
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The bytes that `Range: bytes=FIRST-LAST` asks for.
    pub fn range(&self) -> Option<Range<usize>> {
        let (first, last) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some(first.parse().unwrap()..last.parse::<usize>().unwrap() + 1)
    }
}

/// An answer: what is announced and what is sent need not agree.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// 0 for an answer without a beginning: nothing of it is sent.
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub framing: Framing,
    pub end: End,
}

/// How the length of the body is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// `Content-Length`, the true one.
    #[default]
    Length,
    /// `Content-Length`, this one.
    Announced(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// Not at all: the connection's end is the body's.
    None,
}

/// What comes after the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// The next request.
    #[default]
    Keep,
    /// The connection ends.
    Cut,
    /// The same body again and again.
    Endless,
    /// Nothing.
    Stall,
    /// The body again every tenth of a second.
    Drip,
}

impl Answer {
    pub fn new(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub fn file(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::new(200)
        }
    }

    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    pub fn end(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    /// Announces the whole body, sends `sent` bytes of it and ends the connection.
    pub fn cut(mut self, sent: usize) -> Self {
        self.framing = Framing::Announced(self.body.len() as u64);
        self.body.truncate(sent);
        self.end(End::Cut)
    }
}

/// What a good server answers: the whole file, or the part that is asked for (RFC 9110 section 14).
pub fn serve(request: &Request, file: &[u8]) -> Answer {
    let Some(range) = request.range() else {
        return Answer::file(file).header("Accept-Ranges", "bytes");
    };
    let size = file.len();
    if range.start >= size {
        return Answer::new(416).header("Content-Range", format!("bytes */{size}"));
    }
    let (start, end) = (range.start, range.end.min(size));
    Answer {
        status: 206,
        ..Answer::file(&file[start..end]).header("Content-Range", format!("bytes {start}-{}/{size}", end - 1))
    }
}

/// Wraps a connection, for TLS.
pub type Wrap = dyn Fn(TcpStream) -> io::Result<Box<dyn Connection>> + Send + Sync;

pub trait Connection: Read + Write + Send {}
impl<T: Read + Write + Send> Connection for T {}

pub struct Server {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    handler: Box<dyn Fn(&Request) -> Answer + Send + Sync>,
    wrap: Box<Wrap>,
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
    sent: AtomicU64,
    over: AtomicBool,
    /// The bytes of a request's body after which the connection ends.
    patience: usize,
    /// Whether the connection ends with an answer.
    hasty: bool,
}

impl Server {
    /// Answers every request by `handler`.
    pub fn start(handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::wrapped(handler, |stream| Ok(Box::new(stream)))
    }

    /// As [`Server::start`], but of a longer body it takes so many bytes and ends the connection.
    pub fn impatient(patience: usize, handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::new(patience, false, handler, |stream| Ok(Box::new(stream)))
    }

    /// As [`Server::impatient`], but it answers before it ends the connection: the rest of the body is never read, and the
    /// system resets the connection behind the answer.
    pub fn hasty(patience: usize, handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::new(patience, true, handler, |stream| Ok(Box::new(stream)))
    }

    /// As [`Server::start`], over what `wrap` makes of a connection.
    pub fn wrapped(
        handler: impl Fn(&Request) -> Answer + Send + Sync + 'static,
        wrap: impl Fn(TcpStream) -> io::Result<Box<dyn Connection>> + Send + Sync + 'static,
    ) -> Self {
        Self::new(usize::MAX, false, handler, wrap)
    }

    fn new(
        patience: usize,
        hasty: bool,
        handler: impl Fn(&Request) -> Answer + Send + Sync + 'static,
        wrap: impl Fn(TcpStream) -> io::Result<Box<dyn Connection>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            wrap: Box::new(wrap),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            sent: AtomicU64::new(0),
            over: AtomicBool::new(false),
            patience,
            hasty,
        });
        let accepting = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.over.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, shared) = (stream.unwrap(), accepting.clone());
                shared.connections.fetch_add(1, Ordering::SeqCst);
                // A client that goes away is no failure of the server.
                thread::spawn(move || shared.connection(stream).ok());
            }
        });
        Self { address, shared }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// The bytes of bodies that the system took for sending.
    pub fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        TcpStream::connect(self.address).ok();
    }
}

impl Shared {
    fn connection(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let raw = stream.try_clone()?;
        let mut reader = BufReader::new((self.wrap)(stream)?);
        while let Some((request, whole)) = read(&mut reader, self.patience)? {
            if !whole && !self.hasty {
                break;
            }
            self.requests.lock().unwrap().push(request.clone());
            let answer = (self.handler)(&request);
            let out = reader.get_mut();
            if answer.status != 0 {
                out.write_all(head(&answer).as_bytes())?;
            }
            self.body(out, &answer)?;
            match answer.end {
                _ if !whole => return Ok(()),
                End::Keep if answer.framing == Framing::None => break,
                End::Keep => {
                    if answer.framing == Framing::Chunked {
                        out.write_all(b"0\r\n\r\n")?;
                    }
                    out.flush()?;
                }
                End::Cut => break,
                End::Endless => {
                    while self.sent.load(Ordering::SeqCst) < ENDLESS {
                        self.body(out, &answer)?;
                        // Slower than anybody reads, so that what was sent is what was taken: the systems' buffers, which may
                        // grow to many megabytes, stay empty.
                        thread::sleep(Duration::from_millis(1));
                    }
                    break;
                }
                End::Stall => {
                    // Until the client goes away.
                    let _ = out.read(&mut [0]);
                    break;
                }
                End::Drip => loop {
                    thread::sleep(Duration::from_millis(100));
                    self.body(out, &answer)?;
                },
            }
        }
        raw.shutdown(Shutdown::Both)
    }

    fn body(&self, out: &mut dyn Connection, answer: &Answer) -> io::Result<()> {
        if answer.body.is_empty() {
            return out.flush();
        }
        if answer.framing == Framing::Chunked {
            write!(out, "{:x}\r\n", answer.body.len())?;
        }
        out.write_all(&answer.body)?;
        if answer.framing == Framing::Chunked {
            out.write_all(b"\r\n")?;
        }
        self.sent.fetch_add(answer.body.len() as u64, Ordering::SeqCst);
        out.flush()
    }
}

fn head(answer: &Answer) -> String {
    let mut head = format!("HTTP/1.1 {} Made up\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &match answer.framing {
        Framing::Length => format!("Content-Length: {}\r\n", answer.body.len()),
        Framing::Announced(length) => format!("Content-Length: {length}\r\n"),
        Framing::Chunked => "Transfer-Encoding: chunked\r\n".to_owned(),
        Framing::None => "Connection: close\r\n".to_owned(),
    };
    head + "\r\n"
}

/// A request, and whether its whole body was read.
fn read(reader: &mut impl BufRead, patience: usize) -> io::Result<Option<(Request, bool)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut request = Request {
        method: words.next().unwrap_or_default(),
        target: words.next().unwrap_or_default(),
        headers: BTreeMap::new(),
        body: Vec::new(),
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        request
            .headers
            .insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length: usize = request.header("content-length").map_or(0, |text| text.parse().unwrap());
    request.body = vec![0; length.min(patience)];
    reader.read_exact(&mut request.body)?;
    Ok(Some((request, length <= patience)))
}
