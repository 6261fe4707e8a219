//! What a gate keeps when it is killed, when its disk fails or is damaged, when pictures are hostile, and after hours: every
//! verdict that anybody saw is in the log.
//!
//! `POSTERN_KILLS`, `POSTERN_FRAMES` and `POSTERN_SCANS` make the long runs longer.
#![cfg(target_os = "linux")]

mod common;
#[path = "durable/service.rs"]
mod service;

#[path = "durable/damage.rs"]
mod damage;
#[path = "durable/disk.rs"]
mod disk;
#[path = "durable/frames.rs"]
mod frames;
#[path = "durable/hours.rs"]
mod hours;
#[path = "durable/kills.rs"]
mod kills;
