use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            entry
                .expect("the entry is readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).expect("the file is there").permissions().mode() & 0o777
}

#[test]
fn a_new_file_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a");
    write_new(&path, b"one").expect("the name is free");
    for write in [write_new, write_private_new] {
        let error = write(&path, b"two").expect_err("the name is taken");
        assert_eq!((error.kind(), error.reason()), (FileErrorKind::Exists, "file-exists"));
        assert_eq!(error.path(), path);
    }
    assert_eq!(fs::read(&path).expect("still there"), b"one");
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn atomic_writing_replaces_the_whole_file_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a");
    write_atomic(&path, b"a long first text").expect("written");
    write_atomic(&path, b"short").expect("replaced");
    assert_eq!(fs::read(&path).expect("there"), b"short");
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn a_failed_replacement_leaves_the_folder_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("taken");
    fs::create_dir(&path).expect("a folder of that name");
    fs::write(path.join("x"), b"x").expect("a file in it");
    assert!(write_atomic(&path, b"data").is_err());
    assert_eq!(names(folder.path()), ["taken"]);
}

#[cfg(unix)]
#[test]
fn permissions_are_private_for_secrets_and_kept_on_replacement() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (secret, open) = (folder.path().join("secret"), folder.path().join("open"));
    write_private_new(&secret, b"key").expect("written");
    assert_eq!(mode(&secret), 0o600);
    write_atomic(&secret, b"new key").expect("replaced");
    assert_eq!(mode(&secret), 0o600);
    write_new(&open, b"x").expect("written");
    assert_eq!(mode(&open) & 0o600, 0o600);
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("ours");
    write_atomic(&open, b"y").expect("replaced");
    assert_eq!(mode(&open), 0o644);
}

#[cfg(unix)]
#[test]
fn a_dangling_link_counts_as_taken() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).expect("a link");
    assert_eq!(write_new(&path, b"x").expect_err("taken").kind(), FileErrorKind::Exists);
    assert_eq!(names(folder.path()), ["link"]);
}

#[test]
fn reading_is_bounded_to_the_byte() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a");
    fs::write(&path, b"12345").expect("written");
    assert_eq!(read_bounded(&path, 5).expect("fits"), b"12345");
    let error = read_bounded(&path, 4).expect_err("one byte too many");
    assert_eq!(error.kind(), FileErrorKind::TooLarge { max: 4 });
    assert!(error.source().is_none());
}

#[cfg(unix)]
#[test]
fn a_source_without_end_is_bounded_too() {
    let error = read_bounded(Path::new("/dev/zero"), 1000).expect_err("it never ends");
    assert_eq!(error.kind(), FileErrorKind::TooLarge { max: 1000 });
}

#[test]
fn a_missing_file_and_a_missing_folder_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("no").join("a");
    let error = read_bounded(&path, 5).expect_err("not there");
    assert_eq!(
        (error.kind(), error.action()),
        (FileErrorKind::NotFound, FileAction::Read)
    );
    let error = write_new(&path, b"x").expect_err("no such folder");
    assert_eq!(
        (error.kind(), error.action()),
        (FileErrorKind::NotFound, FileAction::Create)
    );
    assert!(error.to_string().contains(&path.display().to_string()));
}

#[test]
fn what_the_system_says_is_sorted_into_kinds() {
    let kind = |kind: io::ErrorKind| FileError::new("a", FileAction::Write, kind.into()).kind();
    assert_eq!(kind(io::ErrorKind::StorageFull), FileErrorKind::DiskFull);
    assert_eq!(kind(io::ErrorKind::QuotaExceeded), FileErrorKind::DiskFull);
    assert_eq!(kind(io::ErrorKind::PermissionDenied), FileErrorKind::Permission);
    let other = FileError::new("a", FileAction::Write, io::ErrorKind::IsADirectory.into());
    assert_eq!(other.kind(), FileErrorKind::Other);
    assert!(other.source().is_some(), "only the system can say what it was");
}

#[test]
fn every_reason_has_its_texts() {
    use crate::{Catalog, Failure, Language, Texts};
    let kinds = [
        FileErrorKind::DiskFull,
        FileErrorKind::Exists,
        FileErrorKind::NotFound,
        FileErrorKind::Other,
        FileErrorKind::Permission,
        FileErrorKind::TooLarge { max: 5 },
    ];
    for language in [Language::English, Language::SimplifiedChinese] {
        let catalog = Catalog::new(language, Texts { en: "", zh: "" });
        for kind in kinds {
            let source = io::ErrorKind::Other.into();
            let error = FileError {
                path: "p".into(),
                action: FileAction::Create,
                kind,
                source,
            };
            let message = Failure::new(&error, &catalog).message;
            assert!(catalog.has(&format!("error-{}", error.reason())), "{kind:?}");
            assert!(message.contains('p') && !message.contains('{'), "{message}");
        }
    }
}

#[test]
fn a_bare_name_belongs_to_the_current_folder() {
    assert_eq!(folder(Path::new("a")), Path::new("."));
    assert_eq!(folder(Path::new("/a")), Path::new("/"));
    assert_eq!(folder(Path::new("b/a")), Path::new("b"));
}
