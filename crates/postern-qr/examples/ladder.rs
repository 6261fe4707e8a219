//! Reads every picture of a folder and says which rung of the ladder found each, and how long it took.
//!
//! `cargo run --release -p postern-qr --example ladder -- FOLDER...`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use postern_qr::picture;
use postern_qr::reader::read_thoroughly;

fn main() -> std::io::Result<()> {
    let mut times = Vec::new();
    let mut found_by = BTreeMap::<&str, (usize, Duration)>::new();
    for folder in std::env::args_os().skip(1).map(PathBuf::from) {
        for entry in std::fs::read_dir(folder)? {
            let file = entry?.path();
            if !file
                .extension()
                .is_some_and(|ending| ending == "png" || ending == "jpg")
            {
                continue;
            }
            let start = Instant::now();
            let rung = match picture::decode(&std::fs::read(&file)?) {
                Ok(luma) => {
                    let found = read_thoroughly(&luma, &mut || true).texts;
                    found.first().map_or("none", |found| found.rung)
                }
                Err(e) => e.reason(),
            };
            let time = start.elapsed();
            times.push(time);
            let (count, worst) = found_by.entry(rung).or_default();
            (*count, *worst) = (*count + 1, time.max(*worst));
        }
    }
    println!("{:20} {:>8} {:>10}", "found by", "pictures", "worst");
    for (rung, (count, worst)) in &found_by {
        println!("{rung:20} {count:8} {worst:10.1?}");
    }
    times.sort_unstable();
    if let (Some(median), Some(worst)) = (times.get(times.len() / 2), times.last()) {
        let mean = times.iter().sum::<Duration>() / times.len() as u32;
        println!(
            "{} pictures: mean {mean:.1?}, median {median:.1?}, worst {worst:.1?}",
            times.len()
        );
    }
    Ok(())
}
