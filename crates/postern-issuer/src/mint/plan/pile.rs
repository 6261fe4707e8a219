//! Records of a fixed size, in memory while they are few and in a file without a name when they are many.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes that a pile keeps in memory.
const KEPT: usize = 32 << 10;

/// Records of `N` bytes.
pub(super) struct Pile<const N: usize> {
    memory: Vec<u8>,
    file: Option<File>,
}

impl<const N: usize> Pile<N> {
    pub(super) fn new() -> Self {
        Self {
            memory: Vec::new(),
            file: None,
        }
    }

    /// Adds a record; the file, where one is needed, is made in `folder`.
    pub(super) fn push(&mut self, record: [u8; N], folder: &Path) -> io::Result<()> {
        self.memory.extend_from_slice(&record);
        if self.memory.len() < KEPT {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(folder)?),
        };
        file.write_all(&self.memory)?;
        self.memory.clear();
        Ok(())
    }

    /// All records, in the order in which they came.
    pub(super) fn take(mut self) -> io::Result<Vec<[u8; N]>> {
        let mut records = Vec::new();
        if let Some(mut file) = self.file {
            let bytes = file.seek(SeekFrom::End(0))?;
            records.reserve_exact(usize::try_from(bytes).unwrap_or(0) / N + self.memory.len() / N);
            file.seek(SeekFrom::Start(0))?;
            let mut file = io::BufReader::with_capacity(KEPT, file);
            let mut record = [0; N];
            for _ in 0..bytes / N as u64 {
                file.read_exact(&mut record)?;
                records.push(record);
            }
        }
        let kept = std::mem::take(&mut self.memory);
        records.extend(
            kept.chunks_exact(N)
                .map(|record| <[u8; N]>::try_from(record).expect("chunks of N bytes")),
        );
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_piled_up_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for count in [0, 1, KEPT as u64 / 8, 20_000] {
            let mut pile = Pile::<8>::new();
            (0..count).for_each(|n| pile.push(n.to_be_bytes(), folder.path()).unwrap());
            let taken: Vec<u64> = pile.take().unwrap().into_iter().map(u64::from_be_bytes).collect();
            assert_eq!(taken, (0..count).collect::<Vec<_>>());
            assert_eq!(
                std::fs::read_dir(folder.path()).unwrap().count(),
                0,
                "no file has a name"
            );
        }
    }
}
