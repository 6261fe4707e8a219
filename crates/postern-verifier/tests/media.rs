//! One update by any medium: a folder, a bundle, a server, a stick; slow, broken, or gone for a while.

mod common;
#[path = "../../postern-transport/tests/server/mod.rs"]
mod server;

#[path = "media/quiet.rs"]
mod quiet;
#[path = "media/sources.rs"]
mod sources;
#[path = "media/watch.rs"]
mod watch;

use common::{AT, Authority, Done, Gate, Repository};
use serde_json::Value;
use server::{Answer, Request, Server, serve};

/// A gate on day 1.
fn gate() -> Gate {
    let gate = Gate::new(Authority::patient());
    let done = gate.update(&gate.authority.day(1).repository());
    assert_eq!(done.status, 0, "{done:?}");
    gate
}

/// A server of a repository.
fn serving(files: Repository) -> Server {
    Server::start(move |request| file(&files, request))
}

/// What a good server answers.
fn file(files: &Repository, request: &Request) -> Answer {
    match files.0.get(&request.target[1..]) {
        Some(file) => serve(request, file),
        None => Answer::new(404),
    }
}

/// The paths that were asked for, in order.
fn asked(server: &Server) -> Vec<String> {
    server.requests().iter().map(|request| request.target.clone()).collect()
}

fn update_from(gate: &Gate, from: &[&str]) -> Done {
    gate.run("update", ["--json", "--from"].iter().chain(from))
}

fn status(gate: &Gate) -> Value {
    let mut status = gate.run("status", ["--json", "--at", AT]).json().remove(0);
    status["clock"]["system"].take();
    status
}

fn snapshot(gate: &Gate) -> u64 {
    status(gate)["snapshot"]["version"].as_u64().unwrap()
}
