//! Sheets of paper: where the cards lie, and where to cut.

use crate::layout::{CARD_HEIGHT, CARD_WIDTH, mm};

/// From the outermost cut to its marks in the margin.
const MARK_GAP: f32 = mm(2.0);
/// The length of a mark in the margin.
const MARK: f32 = mm(5.0);
/// The length of each arm of a cross between four cards.
const ARM: f32 = mm(1.2);

/// A size of paper, upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Paper {
    /// 210 mm by 297 mm (ISO 216): two by five cards.
    #[default]
    A4,
    /// 8.5 in by 11 in (ANSI Y14.1): two by four cards. Five would leave margins of 4.7 mm, where printers do not print.
    Letter,
}

/// A straight line from one point to another.
pub(crate) type Stroke = [(f32, f32); 2];

impl Paper {
    /// Width and height in points.
    pub(crate) fn size(self) -> (f32, f32) {
        match self {
            Self::A4 => (mm(210.0), mm(297.0)),
            Self::Letter => (612.0, 792.0),
        }
    }

    /// Cards on a full page.
    #[must_use]
    pub fn cards(self) -> usize {
        let (columns, rows) = self.grid();
        columns * rows
    }

    fn grid(self) -> (usize, usize) {
        match self {
            Self::A4 => (2, 5),
            Self::Letter => (2, 4),
        }
    }

    /// The lower left corner of the grid of cards; the cards touch, so that one cut parts two of them.
    fn corner(self) -> (f32, f32) {
        let (width, height) = self.size();
        let (columns, rows) = self.grid();
        (
            (width - columns as f32 * CARD_WIDTH) / 2.0,
            (height - rows as f32 * CARD_HEIGHT) / 2.0,
        )
    }

    /// The lower left corner of a card, in points from that of the page: row by row from the top left.
    pub(crate) fn place(self, card: usize) -> (f32, f32) {
        let (columns, rows) = self.grid();
        let (left, bottom) = self.corner();
        let row = rows - 1 - card / columns % rows;
        (
            left + (card % columns) as f32 * CARD_WIDTH,
            bottom + row as f32 * CARD_HEIGHT,
        )
    }

    /// Marks at both ends of every cut, and crosses where cuts meet between cards.
    pub(crate) fn marks(self) -> Vec<Stroke> {
        let (columns, rows) = self.grid();
        let (left, bottom) = self.corner();
        let (right, top) = (left + columns as f32 * CARD_WIDTH, bottom + rows as f32 * CARD_HEIGHT);
        let xs: Vec<f32> = (0..=columns).map(|i| left + i as f32 * CARD_WIDTH).collect();
        let ys: Vec<f32> = (0..=rows).map(|i| bottom + i as f32 * CARD_HEIGHT).collect();
        let mut marks = Vec::new();
        for &x in &xs {
            marks.push([(x, bottom - MARK_GAP - MARK), (x, bottom - MARK_GAP)]);
            marks.push([(x, top + MARK_GAP), (x, top + MARK_GAP + MARK)]);
        }
        for &y in &ys {
            marks.push([(left - MARK_GAP - MARK, y), (left - MARK_GAP, y)]);
            marks.push([(right + MARK_GAP, y), (right + MARK_GAP + MARK, y)]);
        }
        for &x in &xs[1..columns] {
            for &y in &ys[1..rows] {
                marks.push([(x - ARM, y), (x + ARM, y)]);
                marks.push([(x, y - ARM), (x, y + ARM)]);
            }
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What office printers leave white.
    const UNPRINTED: f32 = mm(4.3);

    #[test]
    fn cards_and_marks_lie_on_the_printed_part_of_the_paper() {
        for paper in [Paper::A4, Paper::Letter] {
            let (width, height) = paper.size();
            let inside = |(x, y): (f32, f32)| {
                (UNPRINTED..=width - UNPRINTED).contains(&x) && (UNPRINTED..=height - UNPRINTED).contains(&y)
            };
            for card in 0..paper.cards() {
                let (x, y) = paper.place(card);
                assert!(
                    inside((x, y)) && inside((x + CARD_WIDTH, y + CARD_HEIGHT)),
                    "{paper:?} {card}"
                );
            }
            assert!(paper.marks().into_iter().flatten().all(inside), "{paper:?}");
        }
    }

    #[test]
    fn cards_do_not_overlap_and_every_edge_is_marked() {
        for paper in [Paper::A4, Paper::Letter] {
            let places: Vec<_> = (0..paper.cards()).map(|card| paper.place(card)).collect();
            for (i, a) in places.iter().enumerate() {
                for b in &places[i + 1..] {
                    let apart = (a.0 - b.0).abs() > CARD_WIDTH - 0.01 || (a.1 - b.1).abs() > CARD_HEIGHT - 0.01;
                    assert!(apart, "{paper:?} {a:?} {b:?}");
                }
            }
            let marks = paper.marks();
            let near = |a: f32, b: f32| (a - b).abs() < 0.01;
            for (x, y) in places {
                for edge in [x, x + CARD_WIDTH] {
                    assert!(marks.iter().any(|[a, b]| near(a.0, edge) && near(b.0, edge)));
                }
                for edge in [y, y + CARD_HEIGHT] {
                    assert!(marks.iter().any(|[a, b]| near(a.1, edge) && near(b.1, edge)));
                }
            }
        }
    }

    #[test]
    fn the_first_card_is_at_the_top_left() {
        let (first, second, third) = (Paper::A4.place(0), Paper::A4.place(1), Paper::A4.place(2));
        assert!(first.0 < second.0 && first.1 == second.1);
        assert!(first.0 == third.0 && first.1 > third.1);
        assert_eq!(Paper::A4.place(10), first, "the next page begins anew");
    }
}
