//! Which keyboard is meant: by its path, or by a part of its name as the system tells it (`/sys/class/input`), so that no
//! other device needs to be opened for it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::DeviceError;

/// The most input devices that are looked at.
const MAX_DEVICES: usize = 1024;
/// The most bytes of a name or of a list of keys.
const MAX_TEXT: u64 = 4096;

/// The path of the keyboard that `device` names: an absolute path, or a part of a name in any case.
///
/// # Errors
///
/// [`DeviceError::Missing`] or [`DeviceError::Ambiguous`] by name; a path is not looked at.
pub(super) fn find(device: &str, class: &Path, nodes: &Path) -> Result<PathBuf, DeviceError> {
    if device.starts_with('/') {
        return Ok(device.into());
    }
    let part = device.to_lowercase();
    let entries = fs::read_dir(class).into_iter().flatten().flatten().take(MAX_DEVICES);
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("event"))
        .filter(|entry| {
            let text = |name: &str| read(&entry.path().join("device").join(name)).unwrap_or_default();
            text("name").to_lowercase().contains(&part) && types_text(&text("capabilities/key"))
        })
        .map(|entry| nodes.join(entry.file_name()))
        .collect();
    let device = device.to_owned();
    match (found.pop(), found.len()) {
        (None, _) => Err(DeviceError::Missing { device }),
        (Some(path), 0) => Ok(path),
        (Some(_), others) => Err(DeviceError::Ambiguous {
            device,
            count: others + 1,
        }),
    }
}

fn read(path: &Path) -> Option<String> {
    use std::io::Read;
    let mut text = String::new();
    fs::File::open(path)
        .ok()?
        .take(MAX_TEXT)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

/// Whether a device has the keys Enter and A to Z's first row, by the system's bit map: words in hexadecimal, the one with
/// the first keys last. Scanners bring other devices of the same name, for their buttons.
fn types_text(keys: &str) -> bool {
    const ENTER_AND_Q: u64 = 1 << 28 | 1 << 16;
    let word = keys.split_whitespace().next_back();
    let word = word.and_then(|word| u64::from_str_radix(word, 16).ok());
    word.is_some_and(|word| word & ENTER_AND_Q == ENTER_AND_Q)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYBOARD: &str = "1000000000007 ff800000000007ff febeffdff3cfffff fffffffffffffffe\n";
    const BUTTONS: &str =
        "3f000301ff 0 0 483ffff17aff32d bfd4444600000000 1 130c730b17c000 267bfad9415fed e168000004400000 10000002\n";

    fn add(class: &Path, event: &str, name: &str, keys: &str) {
        let device = class.join(event).join("device");
        fs::create_dir_all(device.join("capabilities")).unwrap();
        fs::write(device.join("name"), name).unwrap();
        fs::write(device.join("capabilities/key"), keys).unwrap();
    }

    #[test]
    fn a_keyboard_is_found_by_a_part_of_its_name() {
        let class = tempfile::tempdir().unwrap();
        let find = |device: &str| {
            find(device, class.path(), Path::new("/dev/input")).map_err(|error| error.reason().to_owned())
        };
        assert_eq!(find("scanner"), Err("device-missing".into()));
        add(class.path(), "event0", "Power Button\n", "10000000000000 0\n");
        add(class.path(), "event1", "ACME USB Scanner\n", KEYBOARD);
        add(class.path(), "event2", "ACME USB Scanner\n", BUTTONS);
        add(class.path(), "event3", "AT Keyboard\n", KEYBOARD);
        add(class.path(), "js0", "ACME USB Scanner\n", KEYBOARD);
        assert_eq!(find("usb scanner"), Ok("/dev/input/event1".into()));
        assert_eq!(find("keyboard"), Ok("/dev/input/event3".into()));
        assert_eq!(find("power"), Err("device-missing".into()));
        assert_eq!(find("a"), Err("device-ambiguous".into()));
        assert_eq!(find("/dev/input/by-id/x"), Ok("/dev/input/by-id/x".into()));
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_keyboards() {
        let none = Path::new("/nonexistent");
        assert_eq!(find("a", none, none).unwrap_err().reason(), "device-missing");
    }

    #[test]
    fn what_is_no_bit_map_is_no_keyboard() {
        for keys in ["", "\n", "xyz", "10000000", "10000"] {
            assert!(!types_text(keys), "{keys}");
        }
        assert!(types_text("10010000"));
    }
}
