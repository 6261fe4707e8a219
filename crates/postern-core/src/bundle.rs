//! The bundle: the part of the tree that a gate needs, in one file (`docs/FORMAT.md` section 3.5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cbor::{self, ByteString, CborError};

/// The most bytes of a bundle.
pub const MAX_LEN: usize = 256 << 20;
/// The most files of a bundle.
pub const MAX_FILES: usize = 65_536;
/// The most characters of a path.
pub const MAX_PATH: usize = 128;

/// Files by their path in the repository. Authenticity is theirs; a bundle adds none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    files: BTreeMap<Path, Vec<u8>>,
    /// Bytes of all files.
    size: usize,
}

type Shape<'a> = (&'a str, u64, Files<'a>);

impl Bundle {
    /// Adds a file; one of the same path is replaced.
    ///
    /// # Errors
    ///
    /// [`BundleError`] where the path is none, or the bundle is full.
    pub fn insert(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), BundleError> {
        let path = Path::try_from(path.to_owned())?;
        let replaced = self.files.get(&path).map(Vec::len);
        let count = self.files.len() + usize::from(replaced.is_none());
        let size = self.size - replaced.unwrap_or(0) + bytes.len();
        if count > MAX_FILES || size > MAX_LEN - (MAX_PATH + 16) * count {
            return Err(BundleError::TooLarge);
        }
        self.files.insert(path, bytes);
        self.size = size;
        Ok(())
    }

    /// The file at `path`.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        // A path that is no path of a repository is not in the bundle.
        self.files.get(&Path(path.to_owned())).map(Vec::as_slice)
    }

    /// The bundle's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let files = self
            .files
            .iter()
            .map(|(path, bytes)| (path.clone(), ByteString(bytes)))
            .collect();
        let shape: Shape<'_> = (MAGIC, 1, Files(files));
        cbor::to_vec(&shape)
    }

    /// Parses a bundle.
    ///
    /// # Errors
    ///
    /// [`BundleError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_LEN {
            return Err(BundleError::TooLarge);
        }
        let (magic, version, files): Shape<'_> = cbor::from_slice(bytes).map_err(BundleError::Malformed)?;
        match (magic, version) {
            (MAGIC, 1) => {
                let owned = files.0.into_iter().map(|(path, bytes)| (path, bytes.0.to_vec()));
                let files: BTreeMap<_, _> = owned.collect();
                let size = files.values().map(Vec::len).sum();
                Ok(Self { files, size })
            }
            (MAGIC, version) => Err(BundleError::LaterVersion(version)),
            _ => Err(BundleError::NotABundle),
        }
    }
}

const MAGIC: &str = "postern-bundle";

/// The files of a bundle where they lie in its bytes, so that a hostile bundle costs no more memory than it has.
#[derive(Serialize)]
#[serde(transparent)]
struct Files<'a>(BTreeMap<Path, ByteString<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Files<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Files<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a map of at most {MAX_FILES} files")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Files<'de>, A::Error> {
                let mut files = BTreeMap::new();
                while let Some((path, bytes)) = map.next_entry()? {
                    if files.len() == MAX_FILES {
                        return Err(serde::de::Error::custom("too many files"));
                    }
                    files.insert(path, bytes);
                }
                Ok(Files(files))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// A path of the repository, in RFC 8949 order: shorter first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Path(String);

impl TryFrom<String> for Path {
    type Error = BundleError;

    fn try_from(text: String) -> Result<Self, BundleError> {
        let good = (1..=MAX_PATH).contains(&text.len())
            && text
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'/'))
            && text.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        if good { Ok(Self(text)) } else { Err(BundleError::Path) }
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.0
    }
}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Why a file is no bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundleError {
    /// A later version of the format.
    LaterVersion(u64),
    /// Not the CBOR of a bundle.
    Malformed(CborError),
    /// Some other file.
    NotABundle,
    /// A path that a repository cannot hold.
    Path,
    /// More bytes or files than a bundle may have.
    TooLarge,
}

impl std::fmt::Display for BundleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::LaterVersion(version) => write!(f, "a bundle of version {version}; this program reads version 1"),
            Self::Malformed(e) => write!(f, "not a bundle: {e}"),
            Self::NotABundle => f.write_str("not a bundle"),
            Self::Path => f.write_str("a path that a repository cannot hold"),
            Self::TooLarge => f.write_str("larger than a bundle may be"),
        }
    }
}

impl std::error::Error for BundleError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::repository::NEWEST;

    #[test]
    fn a_bundle_round_trips() {
        let mut bundle = Bundle::default();
        for (path, bytes) in [
            ("root/1.root", &b"r"[..]),
            ("pack/10.pack", b"p"),
            (NEWEST, b"s"),
            ("root/10.root", b""),
        ] {
            bundle.insert(path, bytes.to_vec()).unwrap();
        }
        let parsed = Bundle::parse(&bundle.to_bytes()).unwrap();
        assert_eq!(parsed, bundle);
        assert_eq!(parsed.file("pack/10.pack"), Some(&b"p"[..]));
        assert_eq!(parsed.file("pack/11.pack"), None);
    }

    #[test]
    fn paths_stay_in_the_tree() {
        for path in [
            "",
            "/etc/x",
            "../x",
            "a/../b",
            "a//b",
            "a/",
            ".hidden",
            "A",
            "a\\b",
            &"a".repeat(129),
        ] {
            assert_eq!(Bundle::default().insert(path, vec![]), Err(BundleError::Path), "{path}");
        }
    }

    #[test]
    fn other_files_are_told_apart() {
        let of = |magic: &str, version: u64| cbor::to_vec(&(magic, version, BTreeMap::<String, u8>::new()));
        assert_eq!(
            Bundle::parse(&of("postern-bundle", 2)),
            Err(BundleError::LaterVersion(2))
        );
        assert_eq!(Bundle::parse(&of("something", 1)), Err(BundleError::NotABundle));
        assert!(matches!(Bundle::parse(b"PK\x03\x04"), Err(BundleError::Malformed(_))));
    }

    #[test]
    fn a_bundle_of_too_many_files_is_refused_before_they_are_collected() {
        let files: BTreeMap<_, _> = (0..=MAX_FILES)
            .map(|n| (Path(format!("{n:05}")), ByteString(&[])))
            .collect();
        let parsed = Bundle::parse(&cbor::to_vec(&(MAGIC, 1, files)));
        assert!(
            matches!(&parsed, Err(BundleError::Malformed(e)) if e.to_string().contains("too many")),
            "{parsed:?}"
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Bundle::parse(&bytes);
        }
    }
}
