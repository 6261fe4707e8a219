//! probe
mod common;
use common::*;
#[test]
fn probe() {
    let a = Authority::new();
    let gate = Gate::new(a.clone());
    for n in [2,3] { assert_eq!(gate.update(&a.day(n).repository()).status, 0); }
    let mut d = a.day(4); d.pack.version = 2;
    let r = d.repository().write(std::path::Path::new("/tmp/t1/repo"));
    println!("{r:?}");
    std::process::Command::new("cp").arg("-r").arg(gate.store()).arg("/tmp/t1/gate").status().unwrap();
}
