//! Columns that line up, with Chinese names too.

use crate::terminal::{Colors, Style, printable, truncate, width};

const GAP: usize = 2;
/// No column is made narrower than this: one Chinese character and `…`.
const NARROWEST: usize = 3;

/// The side on which a column's cells line up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Align {
    /// On the left: names.
    Left,
    /// On the right: numbers.
    Right,
    /// On the left, and never cut: what somebody compares or decides by.
    Whole,
}

/// A table in the making. Cells are foreign text: they are made [`printable`].
///
/// ```
/// use postern_cli::table::{Align, Table};
/// use postern_cli::terminal::Colors;
///
/// let mut table = Table::new([("name", Align::Left), ("codes", Align::Right)]);
/// table.row(["示例", "12"]);
/// assert_eq!(table.render(None, Colors::OFF), "name  codes\n示例     12\n");
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    header: Vec<String>,
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with the given column headings.
    pub fn new<H: AsRef<str>>(columns: impl IntoIterator<Item = (H, Align)>) -> Self {
        let (header, aligns) = columns
            .into_iter()
            .map(|(heading, align)| (printable(heading.as_ref()).into_owned(), align))
            .unzip();
        Self {
            header,
            aligns,
            rows: Vec::new(),
        }
    }

    /// Adds a row. Cells that are missing are empty; cells past the last column are dropped.
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> &mut Self {
        let mut row: Vec<String> = cells
            .into_iter()
            .take(self.aligns.len())
            .map(|cell| printable(cell.as_ref()).into_owned())
            .collect();
        row.resize(self.aligns.len(), String::new());
        self.rows.push(row);
        self
    }

    /// True where no row was added.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text, each line ending in a newline. Where `columns` is given, the widest columns are cut until
    /// a line fits (or no column can become narrower); a [`Align::Whole`] one is never cut. Headings are bold where colours are on.
    pub fn render(&self, columns: Option<usize>, colors: Colors) -> String {
        let widths = self.widths(columns);
        let mut out = String::new();
        if self.header.iter().any(|heading| !heading.is_empty()) {
            out.push_str(&colors.paint(Style::Bold, &self.line(&self.header, &widths)));
            out.push('\n');
        }
        for row in &self.rows {
            out.push_str(&self.line(row, &widths));
            out.push('\n');
        }
        out
    }

    fn widths(&self, columns: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self.header.iter().map(|heading| width(heading)).collect();
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(cell));
            }
        }
        let gaps = GAP * widths.len().saturating_sub(1);
        while columns.is_some_and(|columns| widths.iter().sum::<usize>() + gaps > columns) {
            // Names give way first: a number that lost its last digits is worse than a cut name.
            let widest = |align: Align| {
                (0..widths.len())
                    .filter(|i| self.aligns[*i] == align && widths[*i] > NARROWEST)
                    .max_by_key(|i| (widths[*i], std::cmp::Reverse(*i)))
            };
            match widest(Align::Left).or_else(|| widest(Align::Right)) {
                Some(column) => widths[column] -= 1,
                None => break,
            }
        }
        widths
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let cell = truncate(cell, widths[i]);
            let padding = " ".repeat(widths[i].saturating_sub(width(&cell)));
            match self.aligns[i] {
                Align::Left | Align::Whole => line.extend([&*cell, &padding]),
                Align::Right => line.extend([&*padding, &cell]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new([("name", Align::Left), ("n", Align::Right), ("note", Align::Left)]);
        table.row(["欧阳娜娜", "7", "made up"]);
        table.row(["Bo", "1234", ""]);
        table
    }

    #[test]
    fn a_whole_column_is_never_cut() {
        let mut table = Table::new([("", Align::Whole), ("", Align::Left)]);
        table.row(["✔ ADMIT 欧阳娜娜", "a long and less important text"]);
        assert_eq!(table.render(Some(24), Colors::OFF), "✔ ADMIT 欧阳娜娜  a lon…\n");
        assert_eq!(table.render(Some(5), Colors::OFF), "✔ ADMIT 欧阳娜娜  a …\n");
    }

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_space() {
        assert_eq!(
            table().render(None, Colors::OFF),
            "name         n  note\n欧阳娜娜     7  made up\nBo        1234\n"
        );
    }

    #[test]
    fn the_widest_names_are_cut_before_numbers() {
        let text = table().render(Some(19), Colors::OFF);
        assert_eq!(text, "name      n  note\n欧阳…     7  made …\nBo     1234\n");
        for columns in 14..30 {
            assert!(
                table()
                    .render(Some(columns), Colors::OFF)
                    .lines()
                    .all(|line| width(line) <= columns),
                "{columns}"
            );
        }
    }

    #[test]
    fn a_terminal_without_room_ends_the_cutting() {
        let text = table().render(Some(1), Colors::OFF);
        assert!(
            text.lines().all(|line| width(line) <= 3 * NARROWEST + 2 * GAP),
            "{text}"
        );
    }

    #[test]
    fn cells_cannot_break_the_table() {
        let mut table = Table::new([("", Align::Left)]);
        table.row(["a\n\u{1b}[2Jb", "too many"]).row(Vec::<String>::new());
        assert_eq!(table.render(None, Colors::OFF), "a\u{fffd}\u{fffd}[2Jb\n\n");
        assert!(!table.is_empty());
        assert!(Table::new(Vec::<(String, Align)>::new()).is_empty());
    }

    #[test]
    fn headings_are_bold_with_colours() {
        assert!(table().render(None, Colors::ON).starts_with("\u{1b}[1mname"));
    }
}
