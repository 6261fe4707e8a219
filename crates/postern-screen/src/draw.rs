//! A scene to cells.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use crate::banner::Banner;
use crate::cells::{Piece, fill, flow, put, put_centred, put_row};
use crate::dialog;
use crate::palette::Display;
use crate::scene::{Bar, Face, Grade, Scene, Status};
use crate::text::{clean, width, wrap};

/// Below this there is no room for large words: lines only.
const SMALLEST: (u16, u16) = (40, 12);
/// The banner gets at least so many rows: those of a Latin word at the smallest scale.
const BANNER_ROWS: u16 = 4;

/// Draws the whole scene over the whole buffer.
pub fn draw(scene: &Scene, display: Display, buffer: &mut Buffer) {
    let area = buffer.area;
    if scene.dim && scene.face == Face::Ready && scene.ask.is_none() {
        return dark(scene, display, buffer);
    }
    display.cover(scene.face, area, buffer);
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return match &scene.ask {
            Some(ask) => dialog::lines(ask, display, area, buffer),
            None => lines(scene, display, buffer),
        };
    }
    let mut middle = area;
    let marks = scene
        .marks
        .iter()
        .map(|mark| (format!("! {}", clean(mark)), display.chosen()))
        .collect();
    for row in flow(
        marks,
        middle.width - 2,
        if area.height < 20 { 1 } else { 2 },
        display.chosen(),
    ) {
        put_row(&row, display.chosen(), take_top(&mut middle), buffer);
    }
    let keys = flow(
        hints(&scene.keys, display.panel()),
        middle.width - 2,
        1,
        display.panel(),
    );
    for row in keys {
        put_row(&row, display.panel(), take_bottom(&mut middle), buffer);
    }
    let most = match area.height {
        ..16 => 2,
        16..30 => 3,
        30.. => 4,
    };
    for row in flow(bar(&scene.bar, display), middle.width - 2, most, display.panel())
        .into_iter()
        .rev()
    {
        put_row(&row, display.panel(), take_bottom(&mut middle), buffer);
    }
    match &scene.ask {
        Some(ask) => {
            let heading = take_top(&mut middle);
            put_centred(
                &headline(scene, display),
                display.text(scene.face).add_modifier(Modifier::BOLD),
                heading,
                buffer,
            );
            dialog::panel(ask, display, middle, buffer);
        }
        None => body(scene, display, middle, buffer),
    }
}

/// Banner, facts, reasons and what to do, centred between the bars.
fn body(scene: &Scene, display: Display, area: Rect, buffer: &mut Buffer) {
    let all = texts(scene, display, area, (3, 3));
    let needed = (all.len() + gaps(&all) + 1) as u16;
    let largest = (area.height * 3 / 5).max(BANNER_ROWS);
    let room = area.height.saturating_sub(needed).clamp(BANNER_ROWS, largest);
    // The stripes of a fault are seen on both sides of its word.
    let margins = if scene.face == Face::Fault && area.width >= 60 {
        16
    } else {
        2
    };
    let banner = Banner::of(scene, display, area.width - margins, room);
    let left = usize::from(area.height.saturating_sub(banner.height()));
    // Where room is short, what is less important goes, of equals the last; then what is left becomes shorter.
    let mut texts = all;
    for rows in [(3, 3), (2, 2), (2, 1), (1, 1)] {
        texts = self::texts(scene, display, area, rows);
        drop_least(&mut texts, left, LESS_IMPORTANT);
        if texts.len() <= left {
            break;
        }
    }
    drop_least(&mut texts, left, 0);
    let gaps = gaps(&texts);
    let gap = usize::from(texts.len() + gaps <= left);
    let used = usize::from(banner.height()) + texts.len() + gaps * gap;
    let mut y = area.y + (usize::from(area.height).saturating_sub(used) / 2) as u16;
    banner.draw(
        Rect {
            y,
            height: banner.height(),
            ..area
        },
        buffer,
    );
    y += banner.height();
    let mut before = None;
    for text in texts {
        if before.replace(text.rank) != Some(text.rank) {
            y += gap as u16;
        }
        put_centred(&text.words, text.style, Rect { y, height: 1, ..area }, buffer);
        y += 1;
    }
}

/// Takes away texts of the highest ranks, down to `lowest`, until so many are left.
fn drop_least(texts: &mut Vec<Text>, left: usize, lowest: u8) {
    while texts.len() > left {
        match texts.iter().enumerate().max_by_key(|(_, text)| text.rank) {
            Some((at, text)) if text.rank >= lowest => texts.remove(at),
            _ => return,
        };
    }
}

/// The blank rows between the banner and each group of texts.
fn gaps(texts: &[Text]) -> usize {
    usize::from(!texts.is_empty()) + texts.windows(2).filter(|pair| pair[0].rank != pair[1].rank).count()
}

/// From this rank on a text goes before others become shorter.
const LESS_IMPORTANT: u8 = 3;

/// A line of the body.
struct Text {
    /// What goes last where there is no room, the least number.
    rank: u8,
    style: Style,
    words: String,
}

/// The lines of the body, where no reason takes more than so many rows, nor what is to be done more than so many.
fn texts(scene: &Scene, display: Display, area: Rect, (rows, todo): (usize, usize)) -> Vec<Text> {
    let plain = display.text(scene.face);
    let bold = plain.add_modifier(Modifier::BOLD);
    let columns = usize::from(area.width) - 4;
    let fact = |(label, value): &(String, String)| labelled(label, value);
    let (first, other) = scene.facts.split_at(scene.facts.len().min(2));
    let (reason, more) = scene.reasons.split_at(scene.reasons.len().min(1));
    let mut first: Vec<String> = first.iter().map(fact).collect();
    if rows < 3 && first.iter().map(|fact| width(fact) + 2).sum::<usize>() <= columns + 2 {
        first = vec![first.join("  ")];
    }
    let groups = [
        (0, display.fact(scene.face), rows.min(2), first),
        (3, plain, 1, other.iter().map(fact).collect()),
        (1, bold, rows, reason.iter().map(|text| clean(text)).collect()),
        (4, plain, rows, more.iter().map(|text| clean(text)).collect()),
        (2, plain, todo, vec![clean(&scene.todo)]),
    ];
    let lines = groups.into_iter().flat_map(|(rank, style, rows, texts)| {
        let lines = texts.into_iter().flat_map(move |text| wrap(&text, columns, rows));
        // No more than a screen of them is looked at.
        lines.take(200).map(move |words| Text { rank, style, words })
    });
    lines.collect()
}

/// The whole scene as plain lines, the most important first.
fn lines(scene: &Scene, display: Display, buffer: &mut Buffer) {
    let area = buffer.area;
    let columns = usize::from(area.width);
    let plain = display.text(scene.face);
    let bold = plain.add_modifier(Modifier::BOLD);
    let facts = scene.facts.iter().map(|(label, value)| labelled(label, value));
    let bar = statuses(&scene.bar)
        .into_iter()
        .filter(|status| status.grade > Grade::Fresh);
    let mut reasons = scene.reasons.iter();
    let rows: Vec<Piece> = std::iter::once((headline(scene, display), bold))
        .chain(reasons.next().map(|reason| (clean(reason), plain)))
        .chain(facts.map(|fact| (fact, bold)))
        .chain(std::iter::once((clean(&scene.todo), plain)))
        .chain(
            scene
                .marks
                .iter()
                .map(|mark| (format!("! {}", clean(mark)), display.chosen())),
        )
        .chain(bar.map(|status| (status_text(status, display), display.grade(status.grade))))
        .chain(reasons.map(|reason| (clean(reason), plain)))
        .filter(|(text, _)| !text.is_empty())
        .collect();
    // Long lines are broken only where all have a row.
    let deep = if rows.len() * 2 <= usize::from(area.height) {
        2
    } else {
        1
    };
    let rows = rows
        .iter()
        .flat_map(|(text, style)| wrap(text, columns, deep).into_iter().map(|line| (line, *style)));
    for (y, (line, style)) in (area.y..area.bottom()).zip(rows) {
        put(&line, style, Position { x: area.x, y }, columns, buffer);
    }
}

/// Almost nothing: the symbol and the word, what is marked, and what is no longer fresh.
fn dark(scene: &Scene, display: Display, buffer: &mut Buffer) {
    let (area, style) = (buffer.area, display.dark());
    fill(style, area, buffer);
    let marks = scene.marks.iter().map(|mark| format!("! {}", clean(mark)));
    let old = statuses(&scene.bar)
        .into_iter()
        .filter(|status| status.grade > Grade::Fresh);
    let rows: Vec<String> = std::iter::once(headline(scene, display))
        .chain(marks)
        .chain(old.map(|status| status_text(status, display)))
        .take(usize::from(area.height))
        .collect();
    let top = area.y + (area.height - rows.len() as u16) / 2;
    for (y, row) in (top..area.bottom()).zip(rows) {
        put_centred(&row, style, Rect { y, height: 1, ..area }, buffer);
    }
}

/// Symbol and word in one line.
pub(crate) fn headline(scene: &Scene, display: Display) -> String {
    format!("{} {}", display.symbol(scene.face), clean(&scene.word))
}

/// Keys and what they do.
pub(crate) fn hints(keys: &[(String, String)], style: Style) -> Vec<Piece> {
    keys.iter()
        .map(|(key, label)| (format!("[{}] {}", clean(key), clean(label)), style))
        .collect()
}

/// The bar's pieces. What is known to be bad comes first, so that it is seen where room is short.
fn bar(bar: &Bar, display: Display) -> Vec<Piece> {
    let pair = |(label, value): &(String, String)| (labelled(label, value), display.panel());
    statuses(bar)
        .into_iter()
        .map(|status| (status_text(status, display), display.grade(status.grade)))
        .chain(bar.counts.iter().map(pair))
        .chain(
            [&bar.gate, &bar.operator, &bar.log_tip]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(pair),
        )
        .collect()
}

fn statuses(bar: &Bar) -> Vec<&Status> {
    let mut statuses: Vec<&Status> = bar.data.iter().chain([&bar.clock]).chain(&bar.sources).collect();
    statuses.retain(|status| !status.value.is_empty());
    statuses.sort_by_key(|status| std::cmp::Reverse(status.grade));
    statuses
}

fn status_text(status: &Status, display: Display) -> String {
    format!(
        "{}{}",
        display.mark(status.grade),
        labelled(&status.label, &status.value)
    )
}

fn labelled(label: &str, value: &str) -> String {
    let (label, value) = (clean(label), clean(value));
    if label.is_empty() {
        value
    } else {
        format!("{label} {value}")
    }
}

fn take_top(area: &mut Rect) -> Rect {
    let row = Rect { height: 1, ..*area };
    area.y += 1;
    area.height -= 1;
    row
}

fn take_bottom(area: &mut Rect) -> Rect {
    area.height -= 1;
    Rect {
        y: area.bottom(),
        height: 1,
        ..*area
    }
}
