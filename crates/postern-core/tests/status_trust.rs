//! Status lists, deltas and columns on their way from an issuer to a verdict: what a gate takes, what it refuses and what
//! it makes of it (`docs/FORMAT.md` sections 3.4 to 3.7 and 5).

mod common;

#[path = "status_trust/age.rs"]
mod age;
#[path = "status_trust/columns.rs"]
mod columns;
#[path = "status_trust/emergency.rs"]
mod emergency;
#[path = "status_trust/follow.rs"]
mod follow;
#[path = "status_trust/formats.rs"]
mod formats;
#[path = "status_trust/offer.rs"]
mod offer;
#[path = "status_trust/rejections.rs"]
mod rejections;
#[path = "status_trust/restore.rs"]
mod restore;
