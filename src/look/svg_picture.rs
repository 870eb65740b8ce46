//! Draws an SVG within bounds, without its texts and without anything that is not in it.

#![expect(clippy::cast_precision_loss, reason = "pixels of a picture are far below 2^24")]

use std::collections::HashMap;
use std::thread;

use resvg::tiny_skia::{Pixmap, Rect, Transform};
use resvg::usvg::filter::Kind;
use resvg::usvg::roxmltree::{Attribute, Document, Node as Element, NodeId, ParsingOptions};
use resvg::usvg::{self, ClipPath, Group, ImageHrefResolver, Mask, Node, Options, Paint, Tree};

use crate::domain::picture::Picture;
use crate::domain::units::Size;
use crate::look::error::{LookError, Looked, guarded};

/// Bytes of a text that are drawn, and its elements, those counted again that are used again.
pub const LONGEST: usize = 4 * 1024 * 1024;
const ELEMENTS: u32 = 200_000;

/// Elements within one another.
const DEPTH: usize = 200;

/// Layers that are drawn over one another: each is a picture in memory.
const LAYERS: usize = 12;

/// Pixels that may be gone over, a hundred times those of a large picture; and the fewest that a
/// picture is made of instead.
const WORK: u64 = 400_000_000;
const LEAST: u64 = 64 * 64;

/// What a layer costs for each of its pixels, and a step of a filter.
const LAYER: u64 = 4;
const FILTER: u64 = 12;

/// The reader calls itself for what is within something.
const STACK: usize = 64 * 1024 * 1024;

/// Draws with at most so many pixels, on white where it is transparent.
pub fn draw(text: &str, most: u64) -> Looked<Picture> {
    if text.len() > LONGEST {
        let most = Size(LONGEST as u64);
        return Err(LookError::TooMuch(format!("a drawing of more than {most} of text")));
    }
    thread::scope(|scope| {
        let work = || guarded(|| drawn(text, most));
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        thread.join().unwrap_or_else(|_| Err(LookError::malformed("its reader gave up")))
    })
}

fn drawn(text: &str, most: u64) -> Looked<Picture> {
    let nodes_limit = ELEMENTS * 4;
    let form = ParsingOptions { allow_dtd: true, nodes_limit, ..ParsingOptions::default() };
    let wrong = |error: &dyn std::fmt::Display| LookError::malformed(format!("the SVG: {error}"));
    let document = Document::parse_with_options(text, form).map_err(|error| wrong(&error))?;
    Uses::of(&document).all()?;
    let tree = Tree::from_xmltree(&document, &options()).map_err(|error| wrong(&error))?;
    let size = tree.size();
    let (width, height) = (f64::from(size.width()), f64::from(size.height()));
    let (wide, high) = Work::sides(&tree, width, height, most)?;
    let mut pixmap = Pixmap::new(wide, high).ok_or_else(|| wrong(&"it has no size"))?;
    pixmap.fill(resvg::tiny_skia::Color::WHITE);
    let scale = Transform::from_scale(wide as f32 / size.width(), high as f32 / size.height());
    resvg::render(&tree, scale, &mut pixmap.as_mut());
    // What is drawn on white is opaque.
    let rgb = pixmap.data().chunks_exact(4).flat_map(|pixel| pixel[..3].to_vec()).collect();
    let whole = (whole(width), whole(height));
    let without = left_out(&document);
    Ok(Picture { whole, without, ..Picture::new(wide, high, rgb) })
}

/// Nothing is read that the text names: no file, no URL, and no picture that it has within it.
fn options() -> Options<'static> {
    let image_href_resolver = ImageHrefResolver {
        resolve_data: Box::new(|_, _, _| None),
        resolve_string: Box::new(|_, _| None),
    };
    Options { image_href_resolver, ..Options::default() }
}

fn left_out(document: &Document<'_>) -> Option<&'static str> {
    let has = |name: &str| document.descendants().any(|node| node.tag_name().name() == name);
    match (has("text"), has("image")) {
        (true, true) => Some("without its text and the pictures in it"),
        (true, false) => Some("without its text"),
        (false, true) => Some("without the pictures in it"),
        (false, false) => None,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is bounded")]
fn whole(side: f64) -> u32 {
    side.ceil().clamp(1.0, 1e9) as u32
}

/// How many elements there are once each is counted again wherever another one names it: the
/// parser makes a copy of it there.
struct Uses<'a> {
    document: &'a Document<'a>,
    by_id: HashMap<&'a str, NodeId>,
    /// `None` while what is within is counted.
    counted: HashMap<NodeId, Option<u32>>,
}

impl<'a> Uses<'a> {
    fn of(document: &'a Document<'a>) -> Uses<'a> {
        let named = |node: Element<'a, 'a>| Some((node.attribute("id")?, node.id()));
        let by_id = document.descendants().filter_map(named).collect();
        Uses { document, by_id, counted: HashMap::new() }
    }

    fn all(mut self) -> Looked<()> {
        let sheets = self.document.descendants().filter(|node| node.tag_name().name() == "style");
        let named = sheets.flat_map(|sheet| names_in(sheet.text().unwrap_or_default()));
        let all = named.filter_map(|name| self.document.get_node(*self.by_id.get(name)?));
        // Which elements have it is not counted.
        if all.into_iter().any(|node| !node.tag_name().name().ends_with("Gradient")) {
            return Err(LookError::Unsupported("style sheets that name elements".to_owned()));
        }
        if self.count(self.document.root_element(), 0)? > ELEMENTS {
            return Err(LookError::TooMuch("a drawing of so many elements".to_owned()));
        }
        Ok(())
    }

    fn count(&mut self, node: Element<'a, 'a>, depth: usize) -> Looked<u32> {
        match self.counted.get(&node.id()) {
            Some(Some(count)) => return Ok(*count),
            Some(None) => return Err(LookError::malformed("the SVG: elements use one another")),
            None => {}
        }
        if depth > DEPTH {
            return Err(LookError::TooMuch("elements so deep within one another".to_owned()));
        }
        self.counted.insert(node.id(), None);
        let mut count = 1_u32;
        for child in node.children().filter(Element::is_element) {
            count = count.saturating_add(self.count(child, depth + 1)?);
        }
        // What an element has, all in it may have.
        let mut had = 1_u32;
        for attribute in node.attributes() {
            for name in names_in(attribute.value()) {
                let named = self.by_id.get(name).and_then(|id| self.document.get_node(*id));
                let Some(named) = named else { continue };
                let of_named = self.count(named, depth + 1)?;
                if attribute.name() == "href" {
                    count = count.saturating_add(of_named);
                } else {
                    had = had.saturating_add(of_named.saturating_mul(times(node, &attribute)));
                }
            }
        }
        let count = count.saturating_mul(had);
        self.counted.insert(node.id(), Some(count));
        Ok(count)
    }
}

/// How often an element shows what an attribute of it names: a marker is at each of its points.
fn times(node: Element<'_, '_>, attribute: &Attribute<'_, '_>) -> u32 {
    let marks = attribute.name().starts_with("marker") || attribute.value().contains("marker");
    let inner = node.descendants().flat_map(|node| node.attributes());
    let points = inner.filter(|attribute| matches!(attribute.name(), "d" | "points"));
    let longest = points.map(|points| points.value().len()).max();
    let most = longest.filter(|_| marks).unwrap_or(1);
    u32::try_from(most).unwrap_or(u32::MAX).max(1)
}

/// What follows each `#` as a name.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split('#').skip(1).map(|rest| {
        let end = rest.find([')', '"', '\'', ' ', ';', ',', '{']).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    })
}

/// Adds up the pixels that are gone over to draw all of a tree.
struct Work {
    /// Pixels of the whole for one of its units, and of the whole.
    scale: f64,
    canvas: u64,
    done: u64,
    steps: u32,
}

impl Work {
    /// The sides of a picture of at most so many pixels that can be drawn in good time.
    fn sides(tree: &Tree, width: f64, height: f64, most: u64) -> Looked<(u32, u32)> {
        let mut pixels = (width * height).min(most.max(1) as f64);
        loop {
            let scale = (pixels / (width * height)).sqrt();
            let side = |side: f64| whole((side * scale).floor());
            let (wide, high) = (side(width), side(height));
            let canvas = u64::from(wide) * u64::from(high);
            // A drawing a thousand times as wide as it is high.
            if canvas <= most.max(1).saturating_mul(2) {
                let mut work = Work { scale: scale * scale, canvas, done: 0, steps: 0 };
                work.group(tree.root(), true, 0, 0)?;
                if work.done <= WORK {
                    return Ok((wide, high));
                }
            }
            if canvas <= LEAST {
                return Err(LookError::TooMuch("a drawing that takes so long".to_owned()));
            }
            pixels /= 2.0;
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is bounded")]
    fn area(&self, bounds: Rect) -> u64 {
        let area = f64::from(bounds.width()) * f64::from(bounds.height()) * self.scale;
        (area.clamp(0.0, self.canvas as f64) as u64) + 64
    }

    fn add(&mut self, pixels: u64) -> Looked<()> {
        self.done = self.done.saturating_add(pixels);
        self.steps += 1;
        if self.steps > ELEMENTS * 4 {
            return Err(LookError::TooMuch("a drawing of so many elements".to_owned()));
        }
        Ok(())
    }

    /// `placed`: its bounds are those on the picture. What is within a pattern or a mask may be
    /// anywhere.
    fn group(&mut self, group: &Group, placed: bool, layers: usize, depth: usize) -> Looked<()> {
        let layers = layers + usize::from(group.should_isolate());
        if layers > LAYERS || depth > DEPTH * 2 {
            return Err(LookError::TooMuch("layers so deep within one another".to_owned()));
        }
        if group.should_isolate() {
            self.add(LAYER * self.canvas)?;
        }
        if let Some(clip) = group.clip_path() {
            self.clip(clip, layers, depth + 1)?;
        }
        if let Some(mask) = group.mask() {
            self.mask(mask, layers, depth + 1)?;
        }
        for primitive in group.filters().iter().flat_map(|filter| filter.primitives()) {
            match primitive.kind() {
                Kind::Blend(_)
                | Kind::ColorMatrix(_)
                | Kind::ComponentTransfer(_)
                | Kind::Composite(_)
                | Kind::DropShadow(_)
                | Kind::Flood(_)
                | Kind::GaussianBlur(_)
                | Kind::Merge(_)
                | Kind::Offset(_) => self.add(FILTER * self.canvas)?,
                _ => return Err(LookError::Unsupported("filters of this kind".to_owned())),
            }
        }
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner, placed, layers, depth + 1)?,
                Node::Path(path) => {
                    let bounds = path.abs_stroke_bounding_box();
                    let pixels = if placed { self.area(bounds) } else { self.canvas };
                    self.add(pixels.saturating_add(path.data().len() as u64 * 64))?;
                    let paints = [path.fill().map(usvg::Fill::paint)];
                    let strokes = [path.stroke().map(usvg::Stroke::paint)];
                    for paint in paints.into_iter().chain(strokes).flatten() {
                        if let Paint::Pattern(pattern) = paint {
                            self.add(LAYER * self.canvas)?;
                            self.group(pattern.root(), false, layers + 1, depth + 1)?;
                        }
                    }
                }
                Node::Image(_) | Node::Text(_) => {}
            }
        }
        Ok(())
    }

    fn clip(&mut self, clip: &ClipPath, layers: usize, depth: usize) -> Looked<()> {
        self.add(LAYER * self.canvas)?;
        if let Some(outer) = clip.clip_path() {
            self.clip(outer, layers + 1, depth + 1)?;
        }
        self.group(clip.root(), false, layers + 1, depth + 1)
    }

    fn mask(&mut self, mask: &Mask, layers: usize, depth: usize) -> Looked<()> {
        self.add(LAYER * self.canvas)?;
        if let Some(outer) = mask.mask() {
            self.mask(outer, layers + 1, depth + 1)?;
        }
        self.group(mask.root(), false, layers + 1, depth + 1)
    }
}

#[cfg(test)]
mod tests;
