//! Foreign text on a screen: harmless, of a known width, cut and broken between characters.

use postern_cli::terminal::printable;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// No text on a screen is longer, in characters as people count them (grapheme clusters).
const MAX_CLUSTERS: usize = 1000;
/// More marks than this on one character are drawn over the lines above and below.
const MAX_MARKS: usize = 4;

/// Makes text harmless to the frame. Beside what [`printable`] replaces, a character whose width terminals do not agree
/// about (joined emoji, flags, variation selectors) becomes U+FFFD, marks that pile up are dropped, and the length is bounded.
pub(crate) fn clean(text: &str) -> String {
    let text: String = text.chars().take(MAX_CLUSTERS * (1 + MAX_MARKS)).collect();
    let mut out = String::with_capacity(text.len());
    for cluster in printable(&text).graphemes(true).take(MAX_CLUSTERS) {
        let width = cluster.width();
        let sum: usize = cluster.chars().map(|c| c.width().unwrap_or(0)).sum();
        let flag = cluster.contains(|c| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c));
        match width == sum && (1..=2).contains(&width) && !flag {
            true => out.extend(cluster.chars().take(1 + MAX_MARKS)),
            false => out.push('\u{fffd}'),
        }
    }
    out
}

/// The columns of clean text, counted as they are drawn: cluster by cluster.
pub(crate) fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Cuts clean text to at most `columns`, ending in `…` where something was cut.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = start(text, columns.saturating_sub(1)).to_owned();
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The end of clean text that fits into `columns`, beginning with `…` where something was cut: what one just typed.
pub(crate) fn tail(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut room = columns.saturating_sub(1);
    let mut from = text.len();
    for (at, cluster) in text.grapheme_indices(true).rev() {
        match room.checked_sub(cluster.width()) {
            Some(left) => (room, from) = (left, at),
            None => break,
        }
    }
    if columns == 0 {
        String::new()
    } else {
        format!("…{}", &text[from..])
    }
}

/// Breaks clean text into at most `rows` lines of at most `columns`: at spaces, within Chinese anywhere but before a
/// mark that may not begin a line. What does not fit is cut from the last line, which then ends in `…`.
pub(crate) fn wrap(text: &str, columns: usize, rows: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && lines.len() < rows {
        if lines.len() + 1 == rows || width(rest) <= columns {
            lines.push(cut(rest, columns));
            break;
        }
        let fits = start(rest, columns);
        let at = break_before(rest, fits.len());
        if at == 0 {
            // Not even one character fits.
            break;
        }
        lines.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    lines
}

/// The longest start of at most `columns`.
fn start(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let end = text.grapheme_indices(true).find(|(_, cluster)| {
        used += cluster.width();
        used > columns
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// Where to break `text`, of whose start `fits` bytes fit.
fn break_before(text: &str, fits: usize) -> usize {
    let may_break = |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at..].chars().next());
        match (before, after) {
            (Some(' '), _) | (_, Some(' ')) => true,
            (Some(before), Some(after)) => {
                !"，。、；：！？）」』》%".contains(after)
                    && (before.width().unwrap_or(0) == 2 || after.width().unwrap_or(0) == 2)
            }
            _ => false,
        }
    };
    text.grapheme_indices(true)
        .map(|(at, _)| at)
        .take_while(|at| *at <= fits)
        .filter(|at| *at > 0 && may_break(*at))
        .last()
        .unwrap_or(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_as_they_are() {
        for name in [
            "Zoë O'Neil",
            "欧阳娜娜",
            "ئالىم\u{200c}جان لا",
            "阿卜杜拉·买买提",
            "𠮷野",
        ] {
            assert_eq!(clean(name), name);
        }
    }

    #[test]
    fn what_terminals_draw_differently_is_replaced() {
        for cluster in ["👨\u{200d}👩\u{200d}👧", "🇨🇳", "❤\u{fe0f}", "👍🏽"] {
            assert!(clean(&format!("a{cluster}b")).contains('\u{fffd}'), "{cluster}");
        }
        assert_eq!(clean("a\u{1b}[2J\u{202e}b"), "a\u{fffd}[2J\u{fffd}b");
        assert_eq!(
            clean(&format!("e{}x", "\u{301}".repeat(300))),
            "e\u{301}\u{301}\u{301}\u{301}x"
        );
    }

    #[test]
    fn cuts_fall_between_characters() {
        assert_eq!(cut("欧阳娜娜", 7), "欧阳娜…");
        assert_eq!(cut("欧阳娜娜", 6), "欧阳…");
        assert_eq!(cut("ab", 0), "");
        assert_eq!(tail("欧阳娜娜", 6), "…娜娜");
        assert_eq!(tail("abcdef", 4), "…def");
    }

    #[test]
    fn lines_break_where_one_may() {
        assert_eq!(
            wrap("Compare the name with the card.", 12, 9),
            ["Compare the", "name with", "the card."]
        );
        assert_eq!(wrap("请核对姓名，并放行。", 10, 9), ["请核对姓", "名，并放", "行。"]);
        assert_eq!(wrap("abcdefgh", 3, 9), ["abc", "def", "gh"]);
        assert_eq!(wrap("one two three", 5, 2), ["one", "two …"]);
        assert!(wrap("", 5, 2).is_empty());
        assert!(wrap("欧", 1, 9).len() <= 1);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_wider_than_its_room(text in "\\PC{0,60}|[ a欧🙂]{0,60}", columns in 0usize..40, rows in 0usize..5) {
            let text = clean(&text);
            for line in wrap(&text, columns, rows).into_iter().chain([cut(&text, columns), tail(&text, columns)]) {
                proptest::prop_assert!(width(&line) <= columns, "{line:?}");
            }
            proptest::prop_assert!(wrap(&text, columns, rows).len() <= rows);
        }
    }
}
