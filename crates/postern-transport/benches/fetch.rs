//! What it costs to carry a status list of 650,000 bytes over the loopback interface, beside a bare connection on which the
//! same request is written and the same answer read, and beside a file that is read.
//!
//! The spool is in the folder of the package, not the temporary one, which may be in memory.

#[path = "../tests/server/mod.rs"]
mod server;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postern_transport::{Location, Options, Remote, Spool};
use server::{Server, serve};
use sha2::{Digest, Sha256};

const PATH: &str = "status/west/7.status";
const SIZE: usize = 650_000;

fn file() -> Vec<u8> {
    (0..SIZE as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn bare(reader: &mut BufReader<TcpStream>) -> Vec<u8> {
    let request = format!("GET /{PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    reader.get_mut().write_all(request.as_bytes()).unwrap();
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).unwrap();
    }
    let mut bytes = vec![0; SIZE];
    reader.read_exact(&mut bytes).unwrap();
    bytes
}

fn benches(c: &mut Criterion) {
    let content = file();
    let digest: [u8; 32] = Sha256::digest(&content).into();
    let server = Server::start(move |request| serve(request, &content));
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::create_dir_all(folder.path().join("status/west")).unwrap();
    std::fs::write(folder.path().join(PATH), file()).unwrap();
    let spool = Spool::open(folder.path().join("spool")).unwrap();
    let open = |location: &Location| Remote::open(location, &Options::default()).unwrap();
    let url = Location::parse(&server.url("")).unwrap();
    let remote = open(&url);
    let local = open(&Location::from(folder.path().to_owned()));

    let mut group = c.benchmark_group("650 KB");
    group.throughput(Throughput::Bytes(SIZE as u64));
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::with_capacity(1 << 16, stream);
    group.bench_function("bare connection", |b| b.iter(|| bare(&mut reader)));
    group.bench_function("get", |b| b.iter(|| remote.get(PATH, SIZE as u64).unwrap().unwrap()));
    group.bench_function("fetch, with spool and digest", |b| {
        b.iter(|| remote.fetch(PATH, SIZE as u64, &digest, &spool).unwrap().unwrap());
    });
    let bytes = file();
    group.bench_function("digest alone", |b| b.iter(|| Sha256::digest(&bytes)));
    group.bench_function("folder", |b| b.iter(|| file_in(&local)));
    group.finish();

    c.bench_function("open, with the system's certificates", |b| b.iter(|| open(&url)));
}

fn file_in(local: &Remote) -> Vec<u8> {
    local.get(PATH, SIZE as u64).unwrap().unwrap()
}

criterion_group!(all, benches);
criterion_main!(all);
