//! Writes `fixtures/codes` anew: `cargo run -p postern-core --example fixtures`.

use std::fs;
use std::io;
use std::path::Path;

#[path = "../tests/fixtures/generate.rs"]
mod generate;

fn main() -> io::Result<()> {
    let folder = Path::new(generate::FOLDER);
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    for (path, bytes) in generate::files() {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}
