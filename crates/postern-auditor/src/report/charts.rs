//! Charts as inline SVG. Colour, pattern and number say the same, so that none of them is needed alone.

use postern_cli::Catalog;

use super::page::{Attr, Page};
use crate::findings::grouped;

/// How a part of a bar looks: its class in the style, and what is drawn over it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) class: &'static str,
    pub(super) pattern: Pattern,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    Cross,
    Dots,
    Hatch,
    None,
}

pub(super) const ADMIT: Look = look("admit", Pattern::None);
pub(super) const REFER: Look = look("refer", Pattern::Hatch);
pub(super) const REFUSE: Look = look("refuse", Pattern::Dots);
pub(super) const OUTCOMES: [Look; 3] = [ADMIT, REFER, REFUSE];
pub(super) const GRADES: [Look; 4] = [
    look("fresh", Pattern::None),
    look("aging", Pattern::Hatch),
    look("stale", Pattern::Dots),
    look("old", Pattern::Cross),
];
pub(super) const PLAIN: Look = look("plain", Pattern::None);

const fn look(class: &'static str, pattern: Pattern) -> Look {
    Look { class, pattern }
}

/// A bar of a chart of rows: its label, and how much of each part.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) parts: Vec<u64>,
}

/// The names of the patterns of one drawing.
struct Names([String; 3]);

impl Names {
    fn of(&self, pattern: Pattern) -> Option<&str> {
        match pattern {
            Pattern::None => None,
            Pattern::Hatch => Some(&self.0[0]),
            Pattern::Dots => Some(&self.0[1]),
            Pattern::Cross => Some(&self.0[2]),
        }
    }
}

fn patterns(page: &mut Page) -> Names {
    let names = Names(["hatch", "dots", "cross"].map(|what| page.id(what)));
    page.open("defs", &[]);
    for (i, id) in names.0.iter().enumerate() {
        let attrs: [Attr<'_>; 4] = [
            ("id", id),
            ("width", &6),
            ("height", &6),
            ("patternUnits", &"userSpaceOnUse"),
        ];
        page.open("pattern", &attrs);
        match i {
            0 => page.empty(
                "path",
                &[("class", &"mark"), ("d", &"M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2")],
            ),
            1 => page.empty("circle", &[("class", &"dot"), ("cx", &3), ("cy", &3), ("r", &1.5)]),
            _ => page.empty("path", &[("class", &"mark"), ("d", &"M0,0 l6,6 M6,0 l-6,6")]),
        }
        page.close();
    }
    page.close();
    names
}

/// A rectangle, and its pattern over it. Sizes in the units of the drawing.
fn part(page: &mut Page, look: Look, names: &Names, at: [f64; 4], title: &str) {
    let [x, y, width, height] = at.map(|n| format!("{n:.1}"));
    page.open(
        "rect",
        &[
            ("class", &format!("{} edge", look.class)),
            ("x", &x),
            ("y", &y),
            ("width", &width),
            ("height", &height),
        ],
    );
    page.element("title", &[], title);
    page.close();
    if let Some(id) = names.of(look.pattern) {
        let fill = format!("url(#{id})");
        page.empty(
            "rect",
            &[
                ("fill", &fill),
                ("x", &x),
                ("y", &y),
                ("width", &width),
                ("height", &height),
            ],
        );
    }
}

/// What the looks mean.
pub(super) fn key(page: &mut Page, looks: &[Look], words: &[String]) {
    page.open("ul", &[("class", &"key")]);
    for (look, word) in looks.iter().zip(words) {
        page.open("li", &[]);
        page.open("svg", &[("viewBox", &"0 0 18 18"), ("aria-hidden", &"true")]);
        let names = patterns(page);
        part(page, *look, &names, [0.0, 0.0, 18.0, 18.0], word);
        page.close();
        page.text(word);
        page.close();
    }
    page.close();
}

/// Bars that lie, each under its label: readable at the width of a phone.
pub(super) fn rows(page: &mut Page, label: &str, looks: &[Look], words: &[String], rows: &[Row]) {
    const WIDTH: f64 = 360.0;
    const STEP: usize = 36;
    let most = rows
        .iter()
        .map(|row| row.parts.iter().sum::<u64>())
        .max()
        .unwrap_or(0)
        .max(1);
    let view = format!("0 0 {WIDTH} {}", rows.len() * STEP + 2);
    page.open(
        "svg",
        &[
            ("class", &"rows"),
            ("viewBox", &view),
            ("role", &"img"),
            ("aria-label", &label),
        ],
    );
    let names = patterns(page);
    for (i, row) in rows.iter().enumerate() {
        let top = (i * STEP) as f64;
        let total: u64 = row.parts.iter().sum();
        page.element("text", &[("x", &0), ("y", &(top + 13.0))], &row.label);
        let attrs: [Attr<'_>; 3] = [("x", &WIDTH), ("y", &(top + 13.0)), ("text-anchor", &"end")];
        page.element("text", &attrs, &grouped(total));
        let line = [("class", &"axis" as _), ("x1", &0 as _), ("x2", &WIDTH as _)];
        let y = top + 32.5;
        page.empty("line", &[line[0], line[1], line[2], ("y1", &y), ("y2", &y)]);
        let mut x = 0.0;
        for ((look, word), count) in looks.iter().zip(words).zip(&row.parts).filter(|(_, count)| **count > 0) {
            // What is there is seen, however little it is.
            let width = (*count as f64 / most as f64 * WIDTH).max(2.0).min(WIDTH - x);
            part(
                page,
                *look,
                &names,
                [x, top + 18.0, width, 14.0],
                &format!("{word}: {}", grouped(*count)),
            );
            x += width;
        }
    }
    page.close();
}

/// Bars that stand, over time.
pub(super) fn columns(page: &mut Page, label: &str, words: &[String], bars: &[(String, [u64; 3])]) {
    const WIDTH: f64 = 720.0;
    const LEFT: f64 = 58.0;
    const RIGHT: f64 = 712.0;
    const TOP: f64 = 12.0;
    const BOTTOM: f64 = 200.0;
    let most = round_up(
        bars.iter()
            .map(|(_, parts)| parts.iter().sum::<u64>())
            .max()
            .unwrap_or(0),
    );
    page.open(
        "svg",
        &[
            ("viewBox", &format!("0 0 {WIDTH} 226")),
            ("role", &"img"),
            ("aria-label", &label),
        ],
    );
    let names = patterns(page);
    for quarter in 0..=4_u64 {
        let y = BOTTOM - (BOTTOM - TOP) * quarter as f64 / 4.0;
        page.empty(
            "line",
            &[
                ("class", &"axis"),
                ("x1", &LEFT),
                ("x2", &RIGHT),
                ("y1", &y),
                ("y2", &y),
            ],
        );
        let attrs: [Attr<'_>; 4] = [
            ("class", &"dim"),
            ("x", &(LEFT - 6.0)),
            ("y", &(y + 4.0)),
            ("text-anchor", &"end"),
        ];
        page.element("text", &attrs, &grouped(most * quarter / 4));
    }
    let step = (RIGHT - LEFT) / bars.len().max(1) as f64;
    // A digit is some 7 units wide.
    let room = |label: &str| 7.0 * label.len() as f64;
    let widest = bars.iter().map(|(time, _)| room(time)).fold(0.0, f64::max);
    let each = ((widest + 28.0) / step).ceil().max(1.0) as usize;
    for (i, (time, parts)) in bars.iter().enumerate() {
        let x = LEFT + i as f64 * step;
        let mut y = BOTTOM;
        for ((look, word), count) in OUTCOMES.iter().zip(words).zip(parts).filter(|(_, count)| **count > 0) {
            let height = ((BOTTOM - TOP) * *count as f64 / most as f64).max(1.0);
            y -= height;
            let title = format!("{time} {word}: {}", grouped(*count));
            part(page, *look, &names, [x + step * 0.08, y, step * 0.84, height], &title);
        }
        // What would end beyond the drawing is left out.
        if i % each == 0 && x + room(time) <= WIDTH {
            let attrs: [Attr<'_>; 3] = [("class", &"dim"), ("x", &format!("{x:.1}")), ("y", &(BOTTOM + 18.0))];
            page.element("text", &attrs, time);
        }
    }
    page.close();
}

/// The numbers of a chart as a table, for who cannot see it.
pub(super) fn table(page: &mut Page, catalog: &Catalog, first: &str, words: &[String], rows: &[Row]) {
    page.open("details", &[]);
    page.element("summary", &[], &catalog.text("report-as-table", &[]));
    page.open("div", &[("class", &"scroll")]);
    page.open("table", &[]);
    page.open("tr", &[]);
    page.element("th", &[], first);
    for word in words {
        page.element("th", &[("class", &"n")], word);
    }
    page.close();
    for row in rows {
        page.open("tr", &[]);
        page.element("td", &[("class", &"t")], &row.label);
        for count in &row.parts {
            page.element("td", &[("class", &"n")], &grouped(*count));
        }
        page.close();
    }
    page.close();
    page.close();
    page.close();
}

/// The next number of the form 4, 8 or 20 times a power of ten: quarters of it are whole.
fn round_up(most: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for times in [4, 8, 20] {
            match power.checked_mul(times) {
                Some(bound) if bound >= most => return bound,
                Some(_) => {}
                None => return most,
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_above_what_it_shows() {
        assert_eq!(
            [0, 4, 5, 9, 21, 80, 81, 1_234_567].map(round_up),
            [4, 4, 8, 20, 40, 80, 200, 2_000_000]
        );
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }
}
