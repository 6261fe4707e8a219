//! Attacks on `update`, each against the program: what is refused changes nothing, and what is taken forges nothing.

mod common;
#[path = "../../postern-transport/tests/server/mod.rs"]
mod server;

#[path = "attacks/endless.rs"]
mod endless;
#[path = "attacks/gate.rs"]
mod gate;
#[path = "attacks/roles.rs"]
mod roles;
#[path = "attacks/rollback.rs"]
mod rollback;
#[path = "attacks/stolen.rs"]
mod stolen;
#[path = "attacks/tags.rs"]
mod tags;
#[path = "attacks/time.rs"]
mod time;
