//! HTML that cannot be broken out of: names of elements and attributes are ours, every text and value is escaped.

use std::fmt::{Display, Write};

use postern_cli::terminal::printable;
use postern_cli::{Catalog, Language};

use super::style;

/// A page in the making.
pub(super) struct Page {
    out: String,
    open: Vec<&'static str>,
    ids: usize,
}

/// A value of an attribute, by its name.
pub(super) type Attr<'a> = (&'static str, &'a dyn Display);

impl Page {
    /// Opens an element.
    pub(super) fn open(&mut self, tag: &'static str, attrs: &[Attr<'_>]) {
        self.start(tag, attrs);
        self.open.push(tag);
    }

    /// Closes the innermost element.
    pub(super) fn close(&mut self) {
        if let Some(tag) = self.open.pop() {
            self.out.extend(["</", tag, ">"]);
        }
    }

    /// An element without content: `meta`, `input`, shapes of SVG.
    pub(super) fn empty(&mut self, tag: &'static str, attrs: &[Attr<'_>]) {
        self.start(tag, attrs);
        // Shapes are XML in their looks only: HTML reads both.
        if !matches!(tag, "input" | "meta") {
            self.out.extend(["</", tag, ">"]);
        }
    }

    /// An element with a text.
    pub(super) fn element(&mut self, tag: &'static str, attrs: &[Attr<'_>], text: &str) {
        self.open(tag, attrs);
        self.text(text);
        self.close();
    }

    /// An element with a sentence, whose times are not broken at their hyphens.
    pub(super) fn sentence(&mut self, tag: &'static str, attrs: &[Attr<'_>], text: &str) {
        self.open(tag, attrs);
        let mut rest = text;
        while let Some(at) = time_in(rest) {
            let (before, time) = rest.split_at(at);
            let (time, after) = time.split_at(TIME.len());
            self.text(before);
            self.element("span", &[("class", &"t")], time);
            rest = after;
        }
        self.text(rest);
        self.close();
    }

    /// Text, foreign or not.
    pub(super) fn text(&mut self, text: &str) {
        escape(&printable(text), &mut self.out);
    }

    /// A name that no other element of the page has.
    pub(super) fn id(&mut self, what: &str) -> String {
        self.ids += 1;
        format!("{what}-{}", self.ids)
    }

    fn start(&mut self, tag: &'static str, attrs: &[Attr<'_>]) {
        self.out.extend(["<", tag]);
        for (name, value) in attrs {
            self.out.extend([" ", name, "=\""]);
            escape(&printable(&value.to_string()), &mut self.out);
            self.out.push('"');
        }
        self.out.push('>');
    }
}

/// How a time of RFC 3339 looks, 0 for any digit.
const TIME: &str = "0000-00-00T00:00:00Z";

/// Where the first time of a text begins.
fn time_in(text: &str) -> Option<usize> {
    let looks = |(seen, time): (&u8, u8)| *seen == time || time == b'0' && seen.is_ascii_digit();
    text.as_bytes()
        .windows(TIME.len())
        .position(|window| window.iter().zip(TIME.bytes()).all(looks))
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// The whole page: `content` writes it once for each language, of which the first is shown until the reader chooses the other.
///
/// Nothing is loaded and nothing runs: the switch is a pair of radio buttons and a rule of the style.
pub(super) fn write(catalogs: &[Catalog; 2], mut content: impl FnMut(&mut Page, &Catalog)) -> String {
    let mut page = Page {
        out: "<!DOCTYPE html>\n".to_owned(),
        open: Vec::new(),
        ids: 0,
    };
    let first = &catalogs[0];
    page.open("html", &[("lang", &first.language().tag())]);
    page.open("head", &[]);
    page.empty("meta", &[("charset", &"utf-8")]);
    let policy = format!(
        "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'",
        style::hash()
    );
    page.empty(
        "meta",
        &[("http-equiv", &"Content-Security-Policy"), ("content", &policy)],
    );
    page.empty(
        "meta",
        &[
            ("name", &"viewport"),
            ("content", &"width=device-width, initial-scale=1"),
        ],
    );
    page.empty("meta", &[("name", &"referrer"), ("content", &"no-referrer")]);
    page.empty("meta", &[("name", &"color-scheme"), ("content", &"light dark")]);
    page.element("title", &[], &first.text("report-title", &[]));
    page.open("style", &[]);
    // Ours, and it has none of the characters that would be escaped.
    page.out.push_str(style::STYLE);
    page.close();
    page.close();
    page.open("body", &[]);
    for (i, catalog) in catalogs.iter().enumerate() {
        let (id, tag) = (class(catalog.language()), catalog.language().tag());
        let mut attrs: Vec<Attr<'_>> = vec![
            ("type", &"radio"),
            ("name", &"language"),
            ("id", &id),
            ("class", &"switch"),
        ];
        if i == 0 {
            attrs.push(("checked", &""));
        }
        page.empty("input", &attrs);
        page.element(
            "label",
            &[("for", &id), ("lang", &tag)],
            &catalog.text("report-language", &[]),
        );
    }
    for catalog in catalogs {
        let language = catalog.language();
        page.open("main", &[("lang", &language.tag()), ("class", &class(language))]);
        content(&mut page, catalog);
        page.close();
    }
    page.close();
    page.close();
    let _infallible = page.out.write_char('\n');
    page.out
}

fn class(language: Language) -> &'static str {
    match language {
        Language::SimplifiedChinese => "zh",
        _ => "en",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Page {
        Page {
            out: String::new(),
            open: Vec::new(),
            ids: 0,
        }
    }

    #[test]
    fn times_of_a_sentence_stay_whole() {
        let mut page = empty();
        page.sentence("p", &[], "自2026-11-23T08:00:00Z起 <2026-11-23T08:00:01Z> 2026-11-23");
        let time = |second| format!("<span class=\"t\">2026-11-23T08:00:0{second}Z</span>");
        assert_eq!(
            page.out,
            format!("<p>自{}起 &lt;{}&gt; 2026-11-23</p>", time(0), time(1))
        );
    }

    #[test]
    fn whatever_a_text_is_it_stays_text() {
        let mut page = empty();
        let foreign = "</td><script>alert('x')</script>&amp;\u{202e}\u{1b}[2J";
        page.element("td", &[("title", &"\"><script>")], foreign);
        assert_eq!(
            page.out,
            "<td title=\"&quot;&gt;&lt;script&gt;\">&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;\u{fffd}\u{fffd}[2J</td>"
        );
    }
}
