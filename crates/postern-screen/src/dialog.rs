//! A dialog to cells.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use crate::ask::{Ask, Value};
use crate::cells::{Piece, fill, flow, put};
use crate::draw::hints;
use crate::palette::Display;
use crate::scene::Grade;
use crate::text::{clean, cut, tail, wrap};

/// No dialog is wider.
const WIDEST: u16 = 72;

/// A framed dialog in the middle of the area.
pub(crate) fn panel(ask: &Ask, display: Display, area: Rect, buffer: &mut Buffer) {
    let width = WIDEST.min(area.width.saturating_sub(2));
    if width < 8 || area.height < 3 {
        return lines(ask, display, area, buffer);
    }
    let rows = rows(ask, display, usize::from(width) - 4, usize::from(area.height) - 2);
    let height = rows.len() as u16 + 2;
    let frame = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    fill(display.panel(), frame, buffer);
    border(ask, display, frame, buffer);
    for (y, (text, style)) in (frame.y + 1..).zip(rows) {
        put(
            &text,
            style,
            Position { x: frame.x + 2, y },
            usize::from(width) - 4,
            buffer,
        );
    }
}

/// A dialog that takes all of a small area.
pub(crate) fn lines(ask: &Ask, display: Display, area: Rect, buffer: &mut Buffer) {
    fill(display.panel(), area, buffer);
    let columns = usize::from(area.width);
    let title = (cut(&clean(&ask.title), columns), display.chosen());
    let rows = rows(ask, display, columns, usize::from(area.height).saturating_sub(1));
    for (y, (text, style)) in (area.y..area.bottom()).zip(std::iter::once(title).chain(rows)) {
        put(&text, style, Position { x: area.x, y }, columns, buffer);
    }
}

/// The rows within the frame: what has the focus is always among them.
fn rows(ask: &Ask, display: Display, columns: usize, most: usize) -> Vec<Piece> {
    let plain = display.panel();
    let mut rows: Vec<Piece> = ask
        .lines
        .iter()
        .flat_map(|line| wrap(&clean(line), columns, 3))
        .map(|line| (line, plain))
        .collect();
    let focus = ask.focus.min(ask.fields.len().saturating_sub(1));
    let mut focus_row = 0;
    for (at, field) in ask.fields.iter().enumerate() {
        let label = if at == focus {
            plain.add_modifier(Modifier::BOLD)
        } else {
            plain
        };
        rows.push((
            cut(
                &format!("{}{}", if at == focus { "> " } else { "  " }, clean(&field.label)),
                columns,
            ),
            label,
        ));
        let (answer, chosen) = answer(&field.value, at == focus, display, columns);
        if at == focus {
            focus_row = rows.len() + chosen;
        }
        rows.extend(answer);
    }
    let complaint = wrap(&clean(&ask.complaint), columns, 2);
    let keys = flow(hints(&ask.keys, plain), columns as u16, 1, plain);
    let keys = keys
        .into_iter()
        .flatten()
        .map(|(text, _)| text)
        .reduce(|line, text| line + &text);
    let mut foot: Vec<Piece> = complaint
        .into_iter()
        .map(|line| (line, display.grade(Grade::Refuse)))
        .collect();
    foot.extend(keys.map(|keys| (keys, plain)));
    // Where not all fits, the rows around the focus stay, and the foot if three rows are left.
    if most < foot.len() + 3 {
        foot.clear();
    }
    let room = most - foot.len();
    let from = focus_row
        .saturating_sub(room.saturating_sub(2))
        .min(rows.len().saturating_sub(room));
    rows.drain(..from);
    rows.truncate(room);
    rows.extend(foot);
    rows
}

/// A field's rows, and which of them has the cursor.
fn answer(value: &Value, focus: bool, display: Display, columns: usize) -> (Vec<Piece>, usize) {
    let plain = display.panel();
    let marked = |on: bool| if on { display.chosen() } else { plain };
    match value {
        Value::Choice { options, chosen } => {
            let rows = options.iter().enumerate().map(|(at, option)| {
                let on = *chosen == Some(at);
                let text = format!("  {} {} {}", if on { '*' } else { ' ' }, at + 1, clean(option));
                (cut(&text, columns), marked(on))
            });
            (rows.collect(), chosen.unwrap_or(0))
        }
        Value::Text { text, secret, .. } => {
            let text = if *secret {
                "*".repeat(text.chars().count())
            } else {
                clean(text)
            };
            let shown = tail(&text, columns.saturating_sub(5));
            let cursor = if focus { "_" } else { "" };
            (
                vec![(
                    format!("    {shown}{cursor}"),
                    if focus {
                        plain.add_modifier(Modifier::BOLD)
                    } else {
                        plain
                    },
                )],
                0,
            )
        }
    }
}

fn border(ask: &Ask, display: Display, frame: Rect, buffer: &mut Buffer) {
    let style = display.panel().add_modifier(Modifier::BOLD);
    let inner = usize::from(frame.width) - 2;
    let (left, right) = (frame.x, frame.right() - 1);
    for (y, [start, end]) in [(frame.y, ["┌", "┐"]), (frame.bottom() - 1, ["└", "┘"])] {
        put(
            &format!("{start}{}{end}", "─".repeat(inner)),
            style,
            Position { x: left, y },
            inner + 2,
            buffer,
        );
    }
    for y in frame.y + 1..frame.bottom() - 1 {
        for x in [left, right] {
            put("│", style, Position { x, y }, 1, buffer);
        }
    }
    let title = cut(&clean(&ask.title), inner.saturating_sub(4));
    if !title.is_empty() {
        put(
            &format!(" {title} "),
            display.chosen(),
            Position {
                x: left + 2,
                y: frame.y,
            },
            inner - 2,
            buffer,
        );
    }
}
