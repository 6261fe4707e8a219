//! A made-up drop box on a server.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::LONG;

/// What it does with a file.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Manner {
    Take,
    Refuse(u16),
    /// Refuses the file whose name begins so, and takes others.
    RefuseOne(&'static str, u16),
    /// Refuses before it has read the file, and ends the connection.
    RefuseEarly(u16),
    /// Ends the connection within the file.
    Cut,
    /// Answers when its manner is another one.
    Hold,
    /// Takes files and answers no question.
    Mute,
}

/// What is done once, when a file has come and before it is answered.
type Meanwhile = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Shared {
    files: BTreeMap<String, Vec<u8>>,
    /// The names of files that were sent, taken or not, each once.
    sent: Vec<String>,
    meanwhile: Option<Meanwhile>,
}

pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    manner: Arc<Mutex<Manner>>,
}

impl Server {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::default(),
            manner: Arc::new(Mutex::new(manner)),
        };
        let (shared, manner) = (server.shared.clone(), server.manner.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (shared, manner) = (shared.clone(), manner.clone());
                thread::spawn(move || serve(stream.unwrap(), &shared, &manner));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/box", self.address)
    }

    pub(crate) fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// Does this when the next file has come, before it is answered.
    pub(crate) fn meanwhile(&self, what: impl FnOnce() + Send + 'static) {
        self.shared.lock().unwrap().meanwhile = Some(Box::new(what));
    }

    /// Leaves a file there.
    pub(crate) fn leave(&self, path: &str, bytes: Vec<u8>) {
        self.shared.lock().unwrap().files.insert(format!("/box/{path}"), bytes);
    }

    /// The names of the files that it has.
    pub(crate) fn names(&self) -> Vec<String> {
        self.shared
            .lock()
            .unwrap()
            .files
            .keys()
            .map(|path| name(path))
            .collect()
    }

    /// The names of the files that were sent since the last time.
    pub(crate) fn sent(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.lock().unwrap().sent)
    }

    /// Waits until a file has come.
    pub(crate) fn wait_for_a_file(&self) {
        let until = Instant::now() + LONG;
        while self.shared.lock().unwrap().sent.is_empty() {
            assert!(Instant::now() < until, "no file came");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn name(path: &str) -> String {
    path.rsplit_once('/').unwrap().1.to_owned()
}

fn serve(stream: TcpStream, shared: &Mutex<Shared>, manner: &Mutex<Manner>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim().to_ascii_lowercase());
        }
        let mut words = head[0].split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |text| text.parse().unwrap());
        let is_put = method == "put";
        match *manner.lock().unwrap() {
            Manner::Cut if is_put => {
                reader.read_exact(&mut vec![0; length.min(100)]).ok()?;
                return None;
            }
            Manner::RefuseEarly(status) if is_put => {
                return answer(reader.get_mut(), status, &[]);
            }
            _ => {}
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        if is_put {
            let mut shared = shared.lock().unwrap();
            if !shared.sent.contains(&name(&path)) {
                shared.sent.push(name(&path));
            }
            if let Some(meanwhile) = shared.meanwhile.take() {
                meanwhile();
            }
        }
        while is_put && *manner.lock().unwrap() == Manner::Hold {
            thread::sleep(Duration::from_millis(20));
        }
        let manner = *manner.lock().unwrap();
        let found = shared.lock().unwrap().files.get(&path).cloned();
        let (status, content) = match (method.as_str(), manner, found) {
            ("put", Manner::Refuse(status), _) => (status, vec![]),
            ("put", Manner::RefuseOne(begin, status), _) if name(&path).starts_with(begin) => (status, vec![]),
            ("put", ..) => {
                shared.lock().unwrap().files.insert(path, body);
                (201, vec![])
            }
            ("head", Manner::Mute, _) => (405, vec![]),
            (_, _, Some(file)) => (200, file),
            (..) => (404, vec![]),
        };
        let content = if method == "head" { &[][..] } else { &content };
        answer(reader.get_mut(), status, content)?;
    }
}

fn answer(out: &mut TcpStream, status: u16, content: &[u8]) -> Option<()> {
    let length = content.len();
    write!(out, "HTTP/1.1 {status} Made up\r\nContent-Length: {length}\r\n\r\n").ok()?;
    out.write_all(content).ok()
}
