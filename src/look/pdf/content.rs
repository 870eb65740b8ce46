//! Follows the operators of a page that show text, and writes the text in lines.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::look::error::{LookError, Looked};
use crate::look::pdf::document::PdfDocument;
use crate::look::pdf::fonts::Font;
use crate::look::pdf::objects::{Object, Parser, SPOILT};

/// Forms within each other.
const FORMS: usize = 8;

/// States that are kept to be taken up again.
const STATES: usize = 256;

/// Operators of all pages together.
const OPERATORS: usize = 4_000_000;

/// Numbers before one operator.
const OPERANDS: usize = 100_000;

/// A matrix of six numbers (ISO 32000-1, 8.3.3).
type Matrix = [f64; 6];

const SAME: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

fn times(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

fn matrix_of(object: &Object) -> Option<Matrix> {
    let Object::Array(given) = object else { return None };
    let number = |object: &Object| if let Object::Number(given) = object { *given } else { 0.0 };
    given.iter().map(number).collect::<Vec<f64>>().try_into().ok()
}

#[derive(Clone)]
struct State {
    space: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    leading: f64,
    /// Added after each character, and after each space.
    between: f64,
    after_space: f64,
    /// As part of the usual width.
    stretched: f64,
}

/// Where a text ended.
#[derive(Clone, Copy)]
struct Ended {
    x: f64,
    y: f64,
}

/// Writes the text of pages, one after the other.
pub struct PageText<'a> {
    document: &'a mut PdfDocument,
    fonts: BTreeMap<u32, Rc<Font>>,
    operators: usize,
    state: State,
    kept: Vec<State>,
    text: Matrix,
    line: Matrix,
    ended: Option<Ended>,
    /// Whether a place was said since the last text.
    moved: bool,
    out: String,
    /// Characters of which nobody knows what they stand for.
    pub unknown: usize,
}

impl PageText<'_> {
    pub fn of(document: &mut PdfDocument) -> PageText<'_> {
        let state = State {
            space: SAME,
            font: None,
            size: 0.0,
            leading: 0.0,
            between: 0.0,
            after_space: 0.0,
            stretched: 1.0,
        };
        PageText {
            document,
            fonts: BTreeMap::new(),
            operators: 0,
            state,
            kept: Vec::new(),
            text: SAME,
            line: SAME,
            ended: None,
            moved: false,
            out: String::new(),
            unknown: 0,
        }
    }

    pub fn document(&mut self) -> &mut PdfDocument {
        self.document
    }

    /// The text of one page, as far as it can be read.
    pub fn page(&mut self, page: &Object, resources: &Object) -> (String, Looked<()>) {
        let read = self.write_page(page, resources);
        (std::mem::take(&mut self.out), read)
    }

    fn write_page(&mut self, page: &Object, resources: &Object) -> Looked<()> {
        let contents = self.contents(page.get(b"Contents"))?;
        self.state = State { space: SAME, font: None, ..self.state.clone() };
        (self.ended, self.moved) = (None, false);
        self.kept.clear();
        self.run(&contents, resources, 0)
    }

    /// One stream, or several that are one text.
    fn contents(&mut self, contents: &Object) -> Looked<Vec<u8>> {
        match contents {
            Object::Reference(number) => match self.document.resolved(contents)? {
                Object::Array(parts) => self.contents(&Object::Array(parts)),
                _ => Ok(self.document.stream(*number)?.1),
            },
            Object::Array(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    let Object::Reference(number) = part else { continue };
                    all.extend_from_slice(&self.document.stream(*number)?.1);
                    all.push(b'\n');
                }
                Ok(all)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn run(&mut self, contents: &[u8], resources: &Object, depth: usize) -> Looked<()> {
        let mut parser = Parser::new(contents);
        let mut given: Vec<Object> = Vec::new();
        let mut spoilt = 0;
        while !parser.is_at_end() && spoilt < SPOILT {
            if let Some(object) = parser.operand() {
                given.push(object);
                if given.len() > OPERANDS {
                    return Err(LookError::malformed("the contents of a page of the PDF"));
                }
                continue;
            }
            self.operators += 1;
            if self.operators > OPERATORS {
                let what = format!("more than {OPERATORS} operators in the pages of the PDF");
                return Err(LookError::TooMuch(what));
            }
            match parser.operator() {
                b"ID" => parser.skip_image(),
                b"" => spoilt += 1,
                operator => self.follow(operator, &given, resources, depth)?,
            }
            given.clear();
        }
        Ok(())
    }

    fn follow(
        &mut self,
        operator: &[u8],
        given: &[Object],
        resources: &Object,
        depth: usize,
    ) -> Looked<()> {
        let number = |at: usize| match given.get(at) {
            Some(Object::Number(number)) => *number,
            _ => 0.0,
        };
        let matrix = || [0, 1, 2, 3, 4, 5].map(number);
        match operator {
            b"q" if self.kept.len() < STATES => self.kept.push(self.state.clone()),
            b"Q" => {
                if let Some(state) = self.kept.pop() {
                    self.state = state;
                }
            }
            b"cm" => self.state.space = times(matrix(), self.state.space),
            b"BT" => self.place(SAME),
            b"Tm" => self.place(matrix()),
            b"Td" => self.step(number(0), number(1)),
            b"TD" => {
                self.state.leading = -number(1);
                self.step(number(0), number(1));
            }
            b"T*" => self.step(0.0, -self.state.leading),
            b"TL" => self.state.leading = number(0),
            b"Tc" => self.state.between = number(0),
            b"Tw" => self.state.after_space = number(0),
            b"Tz" => self.state.stretched = number(0) / 100.0,
            b"Tf" => {
                self.state.size = number(1);
                self.state.font = self.font(given.first(), resources);
            }
            b"Tj" => self.show_given(given.first()),
            b"'" => {
                self.step(0.0, -self.state.leading);
                self.show_given(given.first());
            }
            b"\"" => {
                (self.state.after_space, self.state.between) = (number(0), number(1));
                self.step(0.0, -self.state.leading);
                self.show_given(given.get(2));
            }
            b"TJ" => {
                let Some(Object::Array(parts)) = given.first() else { return Ok(()) };
                for part in parts {
                    match part {
                        Object::Number(back) => self.advance(-back / 1000.0 * self.state.size),
                        part => self.show_given(Some(part)),
                    }
                }
            }
            b"Do" => return self.form(given.first(), resources, depth),
            _ => {}
        }
        Ok(())
    }

    fn place(&mut self, matrix: Matrix) {
        (self.text, self.line) = (matrix, matrix);
        self.moved = true;
    }

    fn step(&mut self, x: f64, y: f64) {
        self.place(times([1.0, 0.0, 0.0, 1.0, x, y], self.line));
    }

    fn advance(&mut self, by: f64) {
        self.text = times([1.0, 0.0, 0.0, 1.0, by * self.state.stretched, 0.0], self.text);
    }

    fn font(&mut self, name: Option<&Object>, resources: &Object) -> Option<Rc<Font>> {
        let Some(Object::Name(name)) = name else { return None };
        let fonts = self.document.resolved(resources.get(b"Font")).ok()?;
        let font = fonts.get(name).clone();
        let number = match font {
            Object::Reference(number) => Some(number),
            _ => None,
        };
        if let Some(known) = number.and_then(|number| self.fonts.get(&number)) {
            return Some(known.clone());
        }
        let font = self.document.resolved(&font).ok()?;
        let font = Rc::new(Font::read(self.document, &font));
        if let Some(number) = number {
            self.fonts.insert(number, font.clone());
        }
        Some(font)
    }

    /// Contents of their own that are painted here.
    fn form(&mut self, name: Option<&Object>, resources: &Object, depth: usize) -> Looked<()> {
        let Some(Object::Name(name)) = name else { return Ok(()) };
        let forms = self.document.resolved(resources.get(b"XObject"))?;
        let Object::Reference(number) = forms.get(name) else { return Ok(()) };
        let about = self.document.resolved(forms.get(name))?;
        if *about.get(b"Subtype") != Object::Name(b"Form".to_vec()) || depth >= FORMS {
            return Ok(());
        }
        let (about, contents) = self.document.stream(*number)?;
        let own = self.document.resolved(about.get(b"Resources"))?;
        let before = self.state.clone();
        if let Some(matrix) = matrix_of(about.get(b"Matrix")) {
            self.state.space = times(matrix, before.space);
        }
        let ours = if own == Object::Null { resources } else { &own };
        let run = self.run(&contents, ours, depth + 1);
        self.state = before;
        run
    }

    fn show_given(&mut self, given: Option<&Object>) {
        if let Some(Object::Text(text)) = given
            && let Some(font) = self.state.font.clone()
        {
            self.show(text, &font);
        }
    }

    fn show(&mut self, text: &[u8], font: &Font) {
        for shown in font.shown(text) {
            self.part_from_last(font);
            match shown.text {
                Some(text) => self.out.extend(text.chars().filter(|each| !each.is_control())),
                None => self.unknown += 1,
            }
            let space = if shown.is_space { self.state.after_space } else { 0.0 };
            self.advance(shown.width * self.state.size + self.state.between + space);
            let [.., x, y] = times(self.text, self.state.space);
            self.ended = Some(Ended { x, y });
        }
    }

    /// A line or a space between what was shown last and what is shown now, where they are apart.
    fn part_from_last(&mut self, font: &Font) {
        let moved = std::mem::take(&mut self.moved);
        let Some(last) = self.ended else { return };
        let here = times(self.text, self.state.space);
        let wide = here[0].hypot(here[1]);
        let high = self.state.size.abs() * here[2].hypot(here[3]);
        if wide <= 0.0 || high <= 0.0 {
            return;
        }
        // How far it is from there to here, and the direction of the line.
        let (far, line) = ((here[4] - last.x, here[5] - last.y), (here[0] / wide, here[1] / wide));
        let along = (far.0 * line.0 + far.1 * line.1) / high;
        let across = (far.1 * line.0 - far.0 * line.1).abs() / high;
        if across > 0.6 || along < -2.0 {
            self.end_line(across > 1.9);
        } else if along > 3.0 {
            self.space("  ");
        } else if along > 0.15 || (moved && !font.has_widths && along > -1.0 && along != 0.0) {
            self.space(" ");
        }
    }

    fn end_line(&mut self, paragraph: bool) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        let blank = self.out.is_empty() || self.out.ends_with("\n\n");
        self.out.push_str(match (blank, paragraph) {
            (true, _) => "",
            (false, true) if !self.out.ends_with('\n') => "\n\n",
            (false, _) => "\n",
        });
    }

    fn space(&mut self, space: &str) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push_str(space);
        }
    }
}
