//! The door, `scan`, as staff, scanners, readers and turnstiles meet it: the program itself, over pipes and pseudo-terminals.
#![cfg(target_os = "linux")]

mod common;

#[path = "door/clock.rs"]
mod clock;
#[path = "door/commands.rs"]
mod commands;
#[path = "door/documents.rs"]
mod documents;
#[path = "door/log_faults.rs"]
mod log_faults;
#[path = "door/papers.rs"]
mod papers;
#[path = "door/pass_back.rs"]
mod pass_back;
#[path = "door/screen.rs"]
mod screen;
#[path = "door/service.rs"]
mod service;
#[path = "door/settings.rs"]
mod settings;
#[path = "door/site.rs"]
mod site;
#[path = "door/sources.rs"]
mod sources;
#[path = "door/terminal.rs"]
mod terminal;
#[path = "door/turnstile.rs"]
mod turnstile;
#[path = "door/wire.rs"]
mod wire;
