//! The system's fonts: the first that has what is needed.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Font, FontError, is_simple};
use crate::layout::LABELS;

/// Files of families known for Chinese and Latin of one style, in lower case, the best first.
const KNOWN: [&str; 16] = [
    "notosanscjksc-regular",
    "notosanscjk-regular",
    "notosanssc-regular",
    "sourcehansanssc-regular",
    "sourcehansanscn-regular",
    "sourcehansans-regular",
    "wqy-microhei",
    "wqy-zenhei",
    // macOS
    "hiragino sans gb",
    "stheiti light",
    "stheiti medium",
    "arial unicode",
    // Windows
    "msyh",
    "deng",
    "simhei",
    "simsun",
];

const EXTENSIONS: [&str; 4] = ["otc", "otf", "ttc", "ttf"];

/// How deep below a folder is looked.
const MAX_DEPTH: usize = 6;
/// How many entries of all folders are looked at.
const MAX_ENTRIES: usize = 20_000;
/// How many files are opened.
const MAX_FILES: usize = 2_000;

/// Where the system keeps its fonts, and where this user does.
pub(super) fn folders() -> Vec<PathBuf> {
    let under = |variable: &str, rest: &str| {
        let root = env::var_os(variable).filter(|root| !root.is_empty())?;
        Some(Path::new(&root).join(rest))
    };
    let mut folders: Vec<Option<PathBuf>> = Vec::new();
    if cfg!(windows) {
        folders.push(under("WINDIR", "Fonts"));
        folders.push(under("LOCALAPPDATA", "Microsoft/Windows/Fonts"));
    } else if cfg!(target_os = "macos") {
        folders.extend(["/System/Library/Fonts", "/Library/Fonts"].map(|folder| Some(folder.into())));
        folders.push(under("HOME", "Library/Fonts"));
    } else {
        folders.extend(["/usr/share/fonts", "/usr/local/share/fonts"].map(|folder| Some(folder.into())));
        folders.push(under("XDG_DATA_HOME", "fonts").or_else(|| under("HOME", ".local/share/fonts")));
        folders.push(under("HOME", ".fonts"));
    }
    folders.into_iter().flatten().collect()
}

/// What a font must have: what the caller needs and can be drawn at all, the words of every card, and ASCII for serials.
pub(super) fn needed(characters: impl IntoIterator<Item = char>) -> Vec<char> {
    let labels = LABELS.iter().flat_map(|label| label.chars());
    let characters: BTreeSet<char> = characters
        .into_iter()
        .chain(labels)
        .chain(' '..='~')
        .filter(|&c| is_simple(c))
        .collect();
    characters.into_iter().collect()
}

pub(super) fn search(folders: &[PathBuf], needed: &[char]) -> Result<Font, FontError> {
    let mut files = files(folders);
    // Stable: within a rank the order of the paths stays.
    files.sort_by_cached_key(|path| rank(path));
    let mut nearest: Option<(PathBuf, char)> = None;
    for path in files.into_iter().take(MAX_FILES) {
        // Most files are fonts of other scripts; damaged and forbidden ones are passed over too.
        let Ok(font) = Font::load(&path, None) else {
            continue;
        };
        match font.lacks(needed) {
            None => return Ok(font),
            // Characters are in order: the one that gets furthest lacks the rarest.
            Some(lacks) if nearest.as_ref().is_none_or(|(_, other)| lacks > *other) => nearest = Some((path, lacks)),
            Some(_) => {}
        }
    }
    Err(FontError::NotFound {
        folders: folders.to_vec(),
        nearest,
    })
}

/// All font files below the folders, sorted by path. Links to folders are not followed, so there is no way round.
fn files(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = BTreeSet::new();
    let mut left = MAX_ENTRIES;
    let mut open: Vec<(PathBuf, usize)> = folders.iter().rev().map(|folder| (folder.clone(), 0)).collect();
    while let Some((folder, depth)) = open.pop() {
        // A folder that is not there, or not ours to read, has no fonts for us.
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        let mut paths: Vec<(PathBuf, bool)> = entries
            .take(left)
            .filter_map(Result::ok)
            .map(|entry| (entry.path(), entry.file_type().is_ok_and(|kind| kind.is_dir())))
            .collect();
        left -= paths.len().min(left);
        paths.sort();
        for (path, is_folder) in paths {
            if is_folder && depth < MAX_DEPTH {
                open.push((path, depth + 1));
            } else if has_extension(&path) && path.is_file() {
                files.insert(path);
            }
        }
    }
    files.into_iter().collect()
}

fn has_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

fn rank(path: &Path) -> usize {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    KNOWN.iter().position(|known| *known == stem).unwrap_or(KNOWN.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_the_order_of_their_paths() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        for name in ["z.ttf", "a/y.OTF", "a/b/x.ttc", "a/readme.txt", "w.pfb"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        let found = files(&[root.path().to_owned(), deep, root.path().join("none")]);
        let names: Vec<_> = found
            .iter()
            .map(|path| path.strip_prefix(root.path()).unwrap())
            .collect();
        assert_eq!(names, ["a/b/x.ttc", "a/y.OTF", "z.ttf"].map(Path::new));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_its_own_folder_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.ttf"), "").unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("again")).unwrap();
        assert_eq!(files(&[root.path().to_owned()]).len(), 1);
    }

    #[test]
    fn known_families_come_first() {
        let mut paths: Vec<PathBuf> = [
            "/b/Arial.ttf",
            "/a/wqy-microhei.ttc",
            "/z/NotoSansCJK-Regular.ttc",
            "/a/Zapf.otf",
        ]
        .map(PathBuf::from)
        .into();
        paths.sort();
        paths.sort_by_cached_key(|path| rank(path));
        let order = [
            "/z/NotoSansCJK-Regular.ttc",
            "/a/wqy-microhei.ttc",
            "/a/Zapf.otf",
            "/b/Arial.ttf",
        ];
        assert_eq!(paths, order.map(PathBuf::from));
    }

    #[test]
    fn folders_without_fonts_are_an_error_that_names_them() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.ttf"), "no font").unwrap();
        let error = search(&[root.path().to_owned()], &needed("王".chars())).unwrap_err();
        assert_eq!(error.reason(), "font-not-found");
        assert!(error.to_string().contains(&root.path().display().to_string()));
    }
}
