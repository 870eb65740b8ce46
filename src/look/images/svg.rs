//! Reads the size of an SVG from the attributes of its root.

use crate::domain::contents::Contents;

/// Reads the size in CSS pixels, by width and height, else by the view box; what has neither has no
/// size.
pub fn svg(first: &[u8], contents: &mut Contents) {
    let text = without_comments(&String::from_utf8_lossy(first));
    let Some(root) = root(&text) else { return };
    let view: Vec<f64> = attribute(root, "viewBox").map_or_else(Vec::new, |numbers| {
        let numbers = numbers.split(|char: char| char == ',' || char.is_whitespace());
        numbers.filter_map(|number| number.parse().ok()).collect()
    });
    let side = |name: &str, at: usize| {
        let stated = attribute(root, name).and_then(pixels);
        stated.or_else(|| view.get(at).copied().filter(|_| view.len() == 4)).and_then(whole)
    };
    (contents.width, contents.height) = (side("width", 2), side("height", 3));
}

fn without_comments(text: &str) -> String {
    let mut pieces = text.split("<!--");
    let first = pieces.next().unwrap_or_default().to_owned();
    let behind = pieces.filter_map(|piece| Some(piece.split_once("-->")?.1));
    behind.fold(first, |text, piece| text + piece)
}

/// The letters of the first element, between `<svg` and `>`.
fn root(text: &str) -> Option<&str> {
    let start = text.match_indices("<svg").find(|(at, _)| {
        text[at + 4..].starts_with(|char: char| char.is_whitespace() || char == '>')
    });
    let rest = &text[start?.0 + 4..];
    rest.split('>').next()
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let found = element.match_indices(name).find(|(at, _)| {
        let after = element[at + name.len()..].trim_start();
        element[..*at].ends_with(char::is_whitespace) && after.starts_with('=')
    });
    let value = element[found?.0 + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// A length in pixels of a 96th of an inch (CSS Values 4, 6.2); a part of its surroundings is none.
fn pixels(length: &str) -> Option<f64> {
    let length = length.trim();
    let digits = length.trim_end_matches(|char: char| char.is_ascii_alphabetic() || char == '%');
    let scale = match &length[digits.len()..] {
        "" | "px" => 1.0,
        "pt" => 4.0 / 3.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        _ => return None,
    };
    digits.trim().parse::<f64>().ok().map(|number| number * scale)
}

fn whole(number: f64) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is bounded")]
    (0.0..=1e9).contains(&number).then_some(number.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contents::ContentKind;

    fn size(text: &str) -> (Option<u32>, Option<u32>) {
        let mut contents = Contents::of(ContentKind::Image);
        svg(text.as_bytes(), &mut contents);
        (contents.width, contents.height)
    }

    #[test]
    fn the_root_tells_the_size() {
        assert_eq!(size("<svg width=\"40\" height='30px'>"), (Some(40), Some(30)));
        let view = "<?xml version=\"1.0\"?><!-- <svg --><svg viewBox=\"0 0 24,12.4\"/>";
        assert_eq!(size(view), (Some(24), Some(12)));
        assert_eq!(size("<svg width='100%' height='1in'\nviewBox='0 0 5 6'>"), (Some(5), Some(96)));
        assert_eq!(size("<svg stroke-width=\"2\">"), (None, None));
        for bad in ["", "<svg", "<svg width", "<svg width=>", "<svg width=é>", "<svg width='1e99'>"]
        {
            assert_eq!(size(bad), (None, None), "{bad}");
        }
    }
}
