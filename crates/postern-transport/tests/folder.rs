//! A repository in a folder.

use std::fs;
use std::path::Path;

use postern_transport::{Location, Options, Remote, Spool, TransportError};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

fn folder() -> (TempDir, Remote) {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("root")).unwrap();
    fs::write(folder.path().join("root/1.root"), "made up").unwrap();
    let remote = open(folder.path()).unwrap();
    (folder, remote)
}

fn open(path: &Path) -> Result<Remote, TransportError> {
    Remote::open(&Location::from(path.to_owned()), &Options::default())
}

#[test]
fn a_file_is_read_within_its_bound() {
    let (_folder, remote) = folder();
    assert_eq!(remote.get("root/1.root", 7).unwrap().unwrap(), b"made up");
    assert_eq!(remote.get("root/1.root", 6).unwrap_err().reason(), "too-large");
    assert_eq!(remote.get("root/2.root", 7).unwrap(), None);
    assert_eq!(remote.get("pack/1.pack", 7).unwrap(), None);
    assert_eq!(remote.get("root/1.root/2", 7).unwrap(), None);
    assert_eq!(remote.get("root/../root/1.root", 7).unwrap_err().reason(), "bad-path");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_there() {
    let (folder, remote) = folder();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero")).unwrap();
    std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe"))
        .status();
    assert!(made.unwrap().success());
    for path in ["zero", "socket", "pipe", "root"] {
        assert_eq!(remote.get(path, 7).unwrap(), None, "{path}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_longer_than_it_says_is_read_within_its_bound() {
    let (folder, remote) = folder();
    // Files of the kernel's have a size of 0.
    std::os::unix::fs::symlink("/proc/self/status", folder.path().join("status")).unwrap();
    assert_eq!(remote.get("status", 7).unwrap_err().reason(), "too-large");
}

#[test]
fn a_pinned_file_has_its_size_and_digest_and_needs_no_spool() {
    let (folder, remote) = folder();
    let spool = Spool::open(folder.path().join("spool")).unwrap();
    let digest = Sha256::digest(b"made up").into();
    let fetch = |size, digest: &[u8; 32]| remote.fetch("root/1.root", size, digest, &spool);
    assert_eq!(fetch(7, &digest).unwrap().unwrap(), b"made up");
    for (size, digest) in [(6, digest), (8, digest), (7, [0; 32])] {
        assert_eq!(fetch(size, &digest).unwrap_err().reason(), "not-pinned", "{size}");
    }
    assert_eq!(remote.fetch("root/2.root", 7, &digest, &spool).unwrap(), None);
    assert_eq!(fs::read_dir(folder.path().join("spool")).unwrap().count(), 0);
}

#[test]
fn a_folder_must_be_one() {
    let (folder, _) = folder();
    assert_eq!(open(&folder.path().join("nowhere")).unwrap_err().reason(), "unreadable");
    let error = open(&folder.path().join("root/1.root")).unwrap_err();
    assert_eq!(error.args(), [("fault", "not-a-folder".to_owned())]);
}
