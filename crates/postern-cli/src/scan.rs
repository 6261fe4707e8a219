//! A look at the raw arguments before clap reads them.
//!
//! The language, the colours and the shape of errors must be known before the first usage error is written, and so
//! before parsing. The scan stops at `--`, as clap does.

use std::ffi::OsStr;

/// The value of the last `name VALUE` or `name=VALUE`. `name` is written with its dashes.
pub(crate) fn value<A: AsRef<OsStr>>(args: &[A], name: &str) -> Option<String> {
    let mut found = None;
    let mut options = options(args).peekable();
    while let Some(arg) = options.next() {
        if arg == name {
            found = options.peek().map(|value| (*value).to_owned());
        } else if let Some(value) = arg.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            found = Some(value.to_owned());
        }
    }
    found
}

/// True where the flag `name` (written with its dashes) stands alone among the arguments.
pub(crate) fn flag<A: AsRef<OsStr>>(args: &[A], name: &str) -> bool {
    options(args).any(|arg| arg == name)
}

/// The arguments before `--`. One that is not Unicode cannot be a flag of ours and reads as empty.
fn options<A: AsRef<OsStr>>(args: &[A]) -> impl Iterator<Item = &str> {
    args.iter()
        .map(|arg| arg.as_ref().to_str().unwrap_or(""))
        .take_while(|arg| *arg != "--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_and_the_last_one_wins() {
        assert_eq!(value(&["p", "--lang", "zh"], "--lang").as_deref(), Some("zh"));
        assert_eq!(value(&["p", "--lang=zh", "x"], "--lang").as_deref(), Some("zh"));
        assert_eq!(
            value(&["p", "--lang=zh", "--lang", "en"], "--lang").as_deref(),
            Some("en")
        );
    }

    #[test]
    fn nothing_is_found_after_the_double_dash_or_in_a_longer_name() {
        assert_eq!(value(&["p", "--", "--lang", "zh"], "--lang"), None);
        assert_eq!(value(&["p", "--language=zh"], "--lang"), None);
        assert_eq!(value(&["p", "--lang"], "--lang"), None);
        assert!(!flag(&["p", "--", "--json"], "--json"));
        assert!(!flag(&["p", "--json=yes"], "--json"));
        assert!(flag(&["p", "x", "--json"], "--json"));
    }

    #[cfg(unix)]
    #[test]
    fn arguments_that_are_not_unicode_are_passed_over() {
        use std::os::unix::ffi::OsStrExt;
        let args = [OsStr::from_bytes(b"\xff"), OsStr::new("--json")];
        assert!(flag(&args, "--json"));
    }
}
