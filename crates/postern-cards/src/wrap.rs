//! Text to lines: the largest size in which a text fits its place.

/// From one baseline to the next, in sizes.
pub(crate) const PITCH: f32 = 1.15;

/// Sizes are tried in steps of so many points.
const STEP: f32 = 0.25;

/// The sizes that a text may have, in points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// What it has where there is room.
    pub(crate) largest: f32,
    /// Down to this it is rather made smaller than broken into lines.
    pub(crate) one_line: f32,
    /// Where it does not fit in this, it does not fit.
    pub(crate) smallest: f32,
}

/// Lines of one size.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block<'a> {
    /// In points.
    pub(crate) size: f32,
    /// Each line with its width in points.
    pub(crate) lines: Vec<(&'a str, f32)>,
}

impl Block<'_> {
    pub(crate) fn height(&self) -> f32 {
        self.lines.len() as f32 * self.size * PITCH
    }
}

/// The lines of `text` in the largest size at which they fit `width` and `height`, both in points; `None` where even the
/// smallest does not. `advance` is the width of a character at size 1.
pub(crate) fn fit<'a>(
    text: &'a str,
    sizes: Sizes,
    width: f32,
    height: f32,
    advance: &dyn Fn(char) -> f32,
) -> Option<Block<'a>> {
    let steps = |from: f32, to: f32| (0..=((from - to) / STEP) as u16).map(move |i| from - f32::from(i) * STEP);
    let block = |size: f32, at_spaces: bool| {
        let lines = lines(text, width / size, at_spaces, advance);
        let lines = lines.into_iter().map(|(line, em)| (line, em * size)).collect();
        Block { size, lines }
    };
    let fits = |block: &Block<'_>| block.height() <= height && block.lines.iter().all(|line| line.1 <= width);
    steps(sizes.largest, sizes.one_line)
        .map(|size| block(size, true))
        .find(|block| block.lines.len() == 1 && fits(block))
        .or_else(|| {
            steps(sizes.largest, sizes.smallest)
                .map(|size| block(size, true))
                .find(fits)
        })
        .or_else(|| Some(block(sizes.smallest, false)).filter(fits))
}

/// Breaks a text into lines of at most `width`, all widths at size 1. A line ends at the last space or hyphen that fits,
/// or between Chinese characters, if that leaves it a third full; otherwise anywhere. A character wider than `width` has
/// a line to itself.
fn lines<'a>(text: &'a str, width: f32, at_spaces: bool, advance: &dyn Fn(char) -> f32) -> Vec<(&'a str, f32)> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let mut used = 0.0;
        let mut end = rest.len();
        let mut good = None;
        let mut before = None;
        for (at, c) in rest.char_indices() {
            if before.is_some_and(|before| breaks(before, c)) && used >= width / 3.0 {
                good = Some(at);
            }
            let next = used + advance(c);
            // A space at the end of a line may hang over: it is cut off.
            if next > width && at > 0 && c != ' ' {
                end = good.filter(|_| at_spaces).unwrap_or(at);
                break;
            }
            used = next;
            before = Some(c);
        }
        let (line, after) = rest.split_at(end);
        let line = line.trim_end();
        lines.push((line, line.chars().map(advance).sum()));
        rest = after.trim_start();
    }
    lines
}

/// Whether a line may end between two characters without harm.
fn breaks(before: char, after: char) -> bool {
    let ideographic = |c: char| matches!(c, '\u{2e80}'..='\u{2fff}' | '\u{3040}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..);
    matches!(before, ' ' | '-' | '_' | '.' | '·') || ideographic(before) && ideographic(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes {
        largest: 10.0,
        one_line: 8.0,
        smallest: 4.0,
    };

    fn half(c: char) -> f32 {
        if c.is_ascii() { 0.5 } else { 1.0 }
    }

    fn fitted(text: &str, width: f32, height: f32) -> (f32, Vec<&str>) {
        let block = fit(text, SIZES, width, height, &half).unwrap();
        (block.size, block.lines.into_iter().map(|line| line.0).collect())
    }

    #[test]
    fn a_short_text_has_the_largest_size() {
        assert_eq!(fitted("王小明", 100.0, 12.0), (10.0, vec!["王小明"]));
    }

    #[test]
    fn a_longer_one_is_made_smaller_and_then_broken() {
        assert_eq!(fitted("abcdefghijkl mnopqrst", 100.0, 30.0).1.len(), 1);
        assert_eq!(
            fitted("abcdefghijkl mnopqrstuvwxyz", 100.0, 30.0),
            (10.0, vec!["abcdefghijkl", "mnopqrstuvwxyz"])
        );
        assert_eq!(
            fitted("阿依古丽阿依古丽阿依·买买提买买", 100.0, 30.0),
            (10.0, vec!["阿依古丽阿依古丽阿", "依·买买提买买"])
        );
    }

    #[test]
    fn a_word_is_broken_rather_than_a_line_left_half_empty() {
        assert_eq!(
            fitted("ab cdefghijklmnopqrstuvwxyzabcdefghij", 100.0, 30.0).1,
            ["ab cdefghijklmnopqrs", "tuvwxyzabcdefghij"]
        );
    }

    #[test]
    fn what_does_not_fit_has_no_block() {
        assert!(fit(&"王".repeat(60), SIZES, 100.0, 12.0, &half).is_none());
        assert!(fit("王", SIZES, 3.0, 100.0, &half).is_none());
        assert_eq!(fit("", SIZES, 3.0, 100.0, &half).unwrap().lines.len(), 0);
    }

    #[test]
    fn nothing_is_lost_but_spaces() {
        for text in [
            "a b  c d e f g h i j k l m n o p",
            "serial-serial_serial.serial",
            "王 小 明 王小明",
        ] {
            for width in [1.0, 2.0, 3.5, 8.0] {
                let broken: String = lines(text, width, true, &half).iter().map(|line| line.0).collect();
                assert_eq!(broken.replace(' ', ""), text.replace(' ', ""));
            }
        }
    }
}
