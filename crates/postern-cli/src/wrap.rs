//! Line breaking for help in Chinese, which has no spaces to break at and so no mercy from clap's own wrapping.

use unicode_width::UnicodeWidthChar;

/// A hanging indent may take at most this share of the line.
const MOST_OF_LINE: (usize, usize) = (2, 3);

/// Breaks lines that are wider than `columns`. What follows is indented to where the line's description begins. Escape
/// sequences take no room.
pub(crate) fn wrap(text: &str, columns: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, ending) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        wrap_line(line, columns, &mut out);
        out.push_str(ending);
    }
    out
}

fn wrap_line(line: &str, columns: usize, out: &mut String) {
    let (indent, description) = hanging(line, columns);
    let mut start = 0;
    let mut column = 0;
    let mut last: Option<char> = None;
    let mut opportunity: Option<(usize, usize)> = None;
    for (at, c) in visible(line) {
        if at > description && last.is_some_and(|last| may_break(last, c)) {
            opportunity = Some((at, column));
        }
        let width = c.width().unwrap_or(0);
        if column + width > columns
            && c != ' '
            && let Some((break_at, break_column)) = opportunity.take()
        {
            out.push_str(line[start..break_at].trim_end());
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            start = break_at;
            column = indent + (column - break_column);
        }
        column += width;
        last = Some(c);
    }
    out.push_str(&line[start..]);
}

/// The column and the byte at which the description begins: after the gap of two or more spaces that follows the
/// name, or else where the text begins.
fn hanging(line: &str, columns: usize) -> (usize, usize) {
    let (mut column, mut spaces, mut text_seen) = (0, 0, false);
    let mut begin = None;
    for (at, c) in visible(line) {
        if c == ' ' {
            spaces += 1;
        } else {
            if !text_seen {
                begin = Some((column, at));
            } else if spaces >= 2 {
                let fits = column * MOST_OF_LINE.1 <= columns * MOST_OF_LINE.0;
                return if fits { (column, at) } else { begin.unwrap_or_default() };
            }
            text_seen = true;
            spaces = 0;
        }
        column += c.width().unwrap_or(0);
    }
    begin.unwrap_or_default()
}

/// The characters outside of escape sequences (ECMA-48 section 5.4), with their bytes' positions.
fn visible(line: &str) -> impl Iterator<Item = (usize, char)> {
    let mut escape = false;
    let mut previous = ' ';
    line.char_indices().filter(move |(_, c)| {
        let was_escape = escape;
        if *c == '\u{1b}' {
            escape = true;
        } else if escape && previous != '\u{1b}' && ('@'..='~').contains(c) {
            escape = false;
        }
        previous = *c;
        !was_escape && !escape
    })
}

fn may_break(last: char, next: char) -> bool {
    let wide = |c: char| c.width() == Some(2);
    if next == ' ' || "，。、；：！？）》」』”’…".contains(next) || "（《「『“‘".contains(last)
    {
        return false;
    }
    last == ' ' || wide(last) || wide(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::width;

    #[test]
    fn chinese_breaks_between_characters_under_the_description() {
        let line = "  -o, --out <FILE>  把结果写入这个文件，不会覆盖已有文件\n";
        assert_eq!(
            wrap(line, 40),
            "  -o, --out <FILE>  把结果写入这个文件，\n                    不会覆盖已有文件\n"
        );
    }

    #[test]
    fn no_line_begins_with_a_closing_mark() {
        for columns in 24..60 {
            let text = wrap("      --x  一二三，四五六。七八九（十）一二三、四五六；七八九", columns);
            for line in text.lines() {
                assert!(width(line) <= columns, "{columns}: {line}");
                assert!(
                    !line.trim_start().starts_with(['，', '。', '、', '；', '）']),
                    "{columns}: {line}"
                );
            }
        }
    }

    #[test]
    fn words_stay_whole_and_short_lines_as_they_are() {
        assert_eq!(
            wrap("用法：postern [选项] <命令>\n\n", 80),
            "用法：postern [选项] <命令>\n\n"
        );
        assert_eq!(wrap("运行 postern-issuer", 12), "运行\npostern-issuer");
        assert_eq!(wrap("averylongwordthatcannotbreak", 10), "averylongwordthatcannotbreak");
    }

    #[test]
    fn escape_sequences_take_no_room() {
        let line = "\u{1b}[1m\u{1b}[4m命令：\u{1b}[0m";
        assert_eq!(wrap(line, 6), line);
        assert_eq!(
            visible("\u{1b}[1ma\u{1b}[0mb").map(|(_, c)| c).collect::<String>(),
            "ab"
        );
    }

    #[test]
    fn nothing_is_lost_or_added_but_breaks_and_indents() {
        let text = "  a  一二三四 five 六七八九十，一二三四五六七八九十\n";
        for columns in 1..40 {
            let squeeze = |text: &str| text.replace([' ', '\n'], "");
            assert_eq!(squeeze(&wrap(text, columns)), squeeze(text));
        }
    }
}
