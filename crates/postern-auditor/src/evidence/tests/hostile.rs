//! Folders that no report wrote: what is no plain file, too large, or too much of it.

use std::fs::File;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::fs::{CWD, Mode, mkfifoat};

use super::super::folder::is_ours;
use super::*;

/// What is wrong with a folder, told in time: nothing that lies in it is waited for.
fn in_time(folder: &Path, bounds: Bounds) -> Vec<(String, Why)> {
    let (folder, (tell, told)) = (folder.join("evidence"), mpsc::channel());
    thread::spawn(move || tell.send(folder_of(&folder, None, bounds).1));
    let wrong = told
        .recv_timeout(Duration::from_secs(60))
        .expect("it waits for something");
    wrong.into_iter().map(|NotEvident { path, why }| (path, why)).collect()
}

fn evident(folder: &Path) -> Vec<(String, Why)> {
    in_time(folder, Bounds::EVIDENCE)
}

/// A good folder, and one of its files with its path, moved out of it.
fn without(path: &str) -> (TempDir, PathBuf, PathBuf) {
    let (folder, _) = written(&mut archive());
    let file = folder.path().join("evidence").join(path);
    let moved = folder.path().join("moved");
    fs::rename(&file, &moved).unwrap();
    (folder, file, moved)
}

#[test]
fn a_pipe_is_not_waited_for() {
    for path in [MANIFEST, "findings.jsonl", "forks/1/ours.note"] {
        let (folder, file, _) = without(path);
        mkfifoat(CWD, &file, Mode::RUSR | Mode::WUSR).unwrap();
        let wrong = evident(folder.path());
        assert!(wrong.contains(&(path.to_owned(), Why::NotRegular)), "{wrong:?}");
    }
    // One that the manifest does not name.
    let (folder, _) = written(&mut archive());
    mkfifoat(CWD, folder.path().join("evidence/more"), Mode::RUSR).unwrap();
    assert_eq!(evident(folder.path()), [("more".to_owned(), Why::NotRegular)]);
}

#[test]
fn a_link_is_not_followed() {
    for path in [MANIFEST, "findings.jsonl", "gates", "forks/1"] {
        // What it leads to is what should be there.
        let (folder, file, moved) = without(path);
        symlink(&moved, &file).unwrap();
        let wrong = evident(folder.path());
        assert!(wrong.contains(&(path.to_owned(), Why::NotRegular)), "{path}: {wrong:?}");
    }
    let (folder, _) = written(&mut archive());
    symlink("/dev/zero", folder.path().join("evidence/gates/more.json")).unwrap();
    symlink("..", folder.path().join("evidence/forks/again")).unwrap();
    let wrong = ["forks/again", "gates/more.json"].map(|path| (path.to_owned(), Why::NotRegular));
    assert_eq!(evident(folder.path()), wrong);
}

#[test]
fn a_folder_in_the_place_of_a_file_is_none() {
    let (folder, file, _) = without("forks/1/bundle.log");
    fs::create_dir(&file).unwrap();
    fs::write(file.join("deeper"), "made up").unwrap();
    let wrong = evident(folder.path());
    assert!(wrong.contains(&("forks/1/bundle.log".to_owned(), Why::NotRegular)));
    assert!(
        wrong.iter().all(|(path, _)| !path.contains("deeper")),
        "nothing so deep is looked for: {wrong:?}"
    );
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    for path in [MANIFEST, "findings.jsonl", "forks/1/bundle.log"] {
        let (folder, file, _) = without(path);
        // Without blocks on the disk.
        File::create(&file).unwrap().set_len(Bounds::EVIDENCE.file + 1).unwrap();
        let wrong = evident(folder.path());
        assert!(wrong.contains(&(path.to_owned(), Why::TooLarge)), "{wrong:?}");
    }
    let (folder, file, _) = without("findings.jsonl");
    File::create(&file).unwrap().set_len(Bounds::EVIDENCE.file).unwrap();
    let changed = ("findings.jsonl".to_owned(), Why::Changed);
    assert_eq!(evident(folder.path()), [changed], "as large as one may be");
}

#[test]
fn too_many_files_are_not_gone_through() {
    let (folder, _) = written(&mut archive());
    // Eight files, and the folders gates, forks and forks/1.
    let bounds = |files| Bounds {
        files,
        ..Bounds::EVIDENCE
    };
    assert_eq!(in_time(folder.path(), bounds(11)), []);
    let many = (".".to_owned(), Why::TooMany);
    assert_eq!(in_time(folder.path(), bounds(10)), std::slice::from_ref(&many));
    for number in 0..100 {
        fs::create_dir(folder.path().join(format!("evidence/empty-{number}"))).unwrap();
    }
    assert_eq!(in_time(folder.path(), bounds(11)), [many], "folders count too");
    // A manifest that names more than it may.
    assert_eq!(in_time(folder.path(), bounds(6)), [(MANIFEST.to_owned(), Why::TooMany)]);
}

#[test]
fn too_many_bytes_are_not_gone_through() {
    let (folder, _) = written(&mut archive());
    let manifest = fs::read(folder.path().join("evidence").join(MANIFEST)).unwrap();
    let manifest: Manifest = serde_json::from_slice(&manifest).unwrap();
    let all = manifest.files.iter().map(|file| file.size).sum();
    let bounds = |all| Bounds {
        all,
        ..Bounds::EVIDENCE
    };
    assert_eq!(in_time(folder.path(), bounds(all)), []);
    let many = (MANIFEST.to_owned(), Why::TooMany);
    assert_eq!(in_time(folder.path(), bounds(all - 1)), [many]);
}

#[test]
fn long_names_are_cut_where_they_are_told() {
    let (folder, _) = written(&mut archive());
    let long = "名".repeat(80);
    fs::write(folder.path().join("evidence").join(&long), "made up").unwrap();
    assert_eq!(evident(folder.path()), [(long, Why::Extra)]);
    let (folder, _) = written(&mut archive());
    fs::write(folder.path().join("evidence").join("n".repeat(200)), "made up").unwrap();
    let cut = format!("{}…", "n".repeat(128));
    assert_eq!(evident(folder.path()), [(cut, Why::Extra)]);
    assert!(is_ours(&"n".repeat(128)) && !is_ours(&"n".repeat(129)));
}
