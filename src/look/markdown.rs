//! Renders Markdown as lines that a terminal can show.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::domain::cells::width;
use crate::domain::coloured_text::{ColouredLine, TextColour};

/// Lines that are rendered; what follows is left out.
const MOST: usize = 20_000;

/// The lines of a Markdown text; paragraphs are not broken.
pub fn rendered(text: &str) -> Vec<ColouredLine> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = Page::default();
    for event in Parser::new_ext(text, options) {
        page.see(event);
        if page.lines.len() >= MOST {
            break;
        }
    }
    page.end_line();
    while page.lines.last().is_some_and(|line| line.text.trim().is_empty()) {
        page.lines.pop();
    }
    page.lines
}

#[derive(Default)]
struct Page {
    lines: Vec<ColouredLine>,
    open: ColouredLine,
    colours: Vec<TextColour>,
    /// Of each list that is open the number of its next item.
    lists: Vec<Option<u64>>,
    quotes: usize,
    in_code: bool,
    links: Vec<String>,
    table: Option<Table>,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    cell: String,
}

impl Page {
    fn see(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.coloured(TextColour::Literal, &text);
            }
            Event::Html(text) | Event::InlineHtml(text) => {
                if !text.trim_start().starts_with("<!--") {
                    self.coloured(TextColour::Comment, text.trim_end_matches('\n'));
                }
            }
            Event::SoftBreak => self.put(" "),
            Event::HardBreak => self.end_line(),
            Event::Rule => {
                self.coloured(TextColour::Comment, &"─".repeat(40));
                self.end_paragraph();
            }
            Event::TaskListMarker(done) => self.put(if done { "[x] " } else { "[ ] " }),
            Event::FootnoteReference(name) => self.put(&format!("[{name}]")),
        }
    }

    fn begin(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.colours.push(TextColour::Heading);
                self.put(&format!("{} ", "#".repeat(level as usize)));
            }
            Tag::BlockQuote(_) => self.quotes += 1,
            Tag::CodeBlock(kind) => {
                self.in_code = true;
                if let CodeBlockKind::Fenced(language) = kind
                    && !language.is_empty()
                {
                    self.coloured(TextColour::Comment, &format!("    {language}"));
                    self.end_line();
                }
            }
            Tag::List(first) => {
                self.end_open_line();
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                self.colours.push(TextColour::Emphasis);
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.colours.push(TextColour::Link);
                self.links.push(dest_url.into_string());
            }
            Tag::Table(_) => self.table = Some(Table::default()),
            Tag::TableHead | Tag::TableRow => {
                self.table.get_or_insert_default().rows.push(Vec::new());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.colours.pop();
                self.end_paragraph();
            }
            TagEnd::Paragraph if self.lists.is_empty() => self.end_paragraph(),
            TagEnd::Paragraph | TagEnd::Item => self.end_open_line(),
            TagEnd::BlockQuote(_) => {
                self.end_open_line();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.end_paragraph();
            }
            TagEnd::List(_) => {
                self.end_open_line();
                self.lists.pop();
                if self.lists.is_empty() {
                    self.end_line();
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.colours.pop();
            }
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::TableCell => {
                if let Some(table) = &mut self.table {
                    let cell = std::mem::take(&mut table.cell);
                    table.rows.last_mut().into_iter().for_each(|row| row.push(cell.clone()));
                }
            }
            TagEnd::Table => self.end_table(),
            _ => {}
        }
    }

    fn item(&mut self) {
        self.end_open_line();
        let indent = "  ".repeat(self.lists.len().saturating_sub(1));
        let sign = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "• ".to_owned(),
        };
        self.put(&indent);
        self.coloured(TextColour::Keyword, &sign);
    }

    /// A link whose text is not its address has the address behind it.
    fn end_link(&mut self) {
        self.colours.pop();
        let Some(address) = self.links.pop() else { return };
        if !address.is_empty() && !self.open.text.ends_with(&address) {
            self.coloured(TextColour::Comment, &format!(" <{address}>"));
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.table.take() else { return };
        let mut widths: Vec<usize> = Vec::new();
        for row in &table.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (wide, cell) in widths.iter_mut().zip(row) {
                *wide = (*wide).max(width(cell)).min(60);
            }
        }
        for (number, row) in table.rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).map(|(cell, wide)| {
                format!("{cell}{}", " ".repeat(wide.saturating_sub(width(cell))))
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            let colour = if number == 0 { TextColour::Heading } else { TextColour::Plain };
            self.coloured(colour, line.trim_end());
            self.end_line();
        }
        self.end_line();
    }

    fn text(&mut self, text: &str) {
        if !self.in_code {
            return self.put(text);
        }
        for line in text.split_inclusive('\n') {
            self.coloured(TextColour::Literal, &format!("    {}", line.trim_end_matches('\n')));
            if line.ends_with('\n') {
                self.end_line();
            }
        }
    }

    fn put(&mut self, text: &str) {
        let colour = self.colours.last().copied().unwrap_or_default();
        self.coloured(colour, text);
    }

    fn coloured(&mut self, colour: TextColour, text: &str) {
        if let Some(table) = &mut self.table {
            return table.cell.push_str(text);
        }
        if self.open.text.is_empty() && self.quotes > 0 {
            let quoted = "│ ".repeat(self.quotes);
            self.open.push(TextColour::Comment, &quoted);
        }
        self.open.push(colour, &text.replace('\n', " "));
    }

    fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.open));
    }

    fn end_open_line(&mut self) {
        if !self.open.text.is_empty() {
            self.end_line();
        }
    }

    fn end_paragraph(&mut self) {
        self.end_open_line();
        self.end_line();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(markdown: &str) -> Vec<String> {
        rendered(markdown).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn markdown_is_read_as_it_is_meant() {
        let text = "# Title\n\nA *word* and\nmore, see [the page](https://a.b/c).\n\n\
                    - one\n- two\n  1. deep\n\n> said\n\n```sh\nls -l\n```\n";
        assert_eq!(
            texts(text),
            [
                "# Title",
                "",
                "A word and more, see the page <https://a.b/c>.",
                "",
                "• one",
                "• two",
                "  1. deep",
                "",
                "│ said",
                "",
                "    sh",
                "    ls -l",
            ]
        );
    }

    #[test]
    fn words_have_the_colour_of_what_they_are() {
        let lines = rendered("## A\n\nsome `code` here\n");
        let parts: Vec<_> = lines[2].parts().collect();
        assert_eq!(parts[1], ("code", TextColour::Literal));
        assert_eq!(lines[0].parts().next().unwrap().1, TextColour::Heading);
    }

    #[test]
    fn a_table_has_columns() {
        let found = texts("|a|long name|\n|-|-|\n|value|x|\n");
        assert_eq!(found, ["a      long name", "value  x"]);
    }

    #[test]
    fn hostile_text_ends() {
        let deep = "> ".repeat(5_000) + "x";
        assert!(!texts(&deep).is_empty());
        assert!(rendered(&"[".repeat(100_000)).len() <= MOST);
        assert!(rendered(&"- a\n".repeat(100_000)).len() <= MOST + 1);
    }
}
