//! Turns meanings into styles: built-in themes, themes as TOML, and glyphs.

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::domain::toml_faults::explained;
use crate::ui::glyphs::{ASCII, Glyphs, UNICODE};

/// The style of each meaning. Painters name meanings, never colours.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub styles: Styles,
    pub glyphs: &'static Glyphs,
    /// Icons before names, for fonts that have them.
    pub icons: bool,
}

/// Every meaning a theme gives a style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Styles {
    #[serde(deserialize_with = "style")]
    pub text: Style,
    /// Secondary text: notes, units, what is less than the rest.
    #[serde(deserialize_with = "style")]
    pub dim: Style,
    #[serde(deserialize_with = "style")]
    pub accent: Style,
    #[serde(deserialize_with = "style")]
    pub border: Style,
    #[serde(deserialize_with = "style")]
    pub border_focused: Style,
    #[serde(deserialize_with = "style")]
    pub title: Style,
    #[serde(deserialize_with = "style")]
    pub title_focused: Style,
    /// Above the columns of a list.
    #[serde(deserialize_with = "style")]
    pub heading: Style,
    /// The cursor's row in the pane that has the keys.
    #[serde(deserialize_with = "style")]
    pub cursor: Style,
    #[serde(deserialize_with = "style")]
    pub cursor_unfocused: Style,
    #[serde(deserialize_with = "style")]
    pub mark: Style,
    #[serde(deserialize_with = "style")]
    pub prefix: Style,
    #[serde(deserialize_with = "style")]
    pub size: Style,
    #[serde(deserialize_with = "style")]
    pub date: Style,
    /// Names of pictures, and of further kinds of files.
    #[serde(deserialize_with = "style")]
    pub image: Style,
    /// Music and film.
    #[serde(deserialize_with = "style")]
    pub media: Style,
    #[serde(deserialize_with = "style")]
    pub archive: Style,
    #[serde(deserialize_with = "style")]
    pub code: Style,
    #[serde(deserialize_with = "style")]
    pub document: Style,
    #[serde(deserialize_with = "style")]
    pub data: Style,
    /// What a filter or a search found.
    #[serde(rename = "match", deserialize_with = "style")]
    pub found: Style,
    #[serde(deserialize_with = "style")]
    pub good: Style,
    #[serde(deserialize_with = "style")]
    pub warning: Style,
    #[serde(deserialize_with = "style")]
    pub bad: Style,
    /// The filled part of a bar while it grows; the three that follow are for what stands.
    #[serde(deserialize_with = "style")]
    pub bar: Style,
    #[serde(deserialize_with = "style")]
    pub bar_paused: Style,
    #[serde(deserialize_with = "style")]
    pub bar_failed: Style,
    #[serde(deserialize_with = "style")]
    pub bar_done: Style,
    #[serde(deserialize_with = "style")]
    pub bar_rest: Style,
    #[serde(deserialize_with = "style")]
    pub key: Style,
    #[serde(deserialize_with = "style")]
    pub key_label: Style,
    #[serde(deserialize_with = "style")]
    pub disabled: Style,
    #[serde(deserialize_with = "style")]
    pub input: Style,
    #[serde(deserialize_with = "style")]
    pub button: Style,
    #[serde(deserialize_with = "style")]
    pub button_focused: Style,
    /// The frame and the answer of what cannot be taken back.
    #[serde(deserialize_with = "style")]
    pub danger: Style,
    #[serde(deserialize_with = "style")]
    pub danger_focused: Style,
}

/// The themes in the program: name and text.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("default", include_str!("../../assets/themes/default.toml")),
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("ansi", include_str!("../../assets/themes/ansi.toml")),
    ("no-color", include_str!("../../assets/themes/no-color.toml")),
];

impl Default for Theme {
    fn default() -> Theme {
        Theme::built_in("default").unwrap_or(Theme::of(Styles::default()))
    }
}

impl Theme {
    #[expect(clippy::large_types_passed_by_value, reason = "the theme keeps them")]
    fn of(styles: Styles) -> Theme {
        Theme { styles, glyphs: &UNICODE, icons: false }
    }

    pub fn built_in(name: &str) -> Option<Theme> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Theme::parse(text).ok()
    }

    /// Parses the TOML of a theme.
    ///
    /// # Errors
    /// A sentence with the line and what was expected.
    pub fn parse(text: &str) -> Result<Theme, String> {
        let styles = toml::from_str(text).map_err(|error| error.to_string())?;
        Ok(Theme::of(styles))
    }

    /// Reads a theme's text; meanings that it leaves out have the default theme's style.
    ///
    /// # Errors
    /// As [`Theme::parse`].
    pub fn over_default(text: &str) -> Result<Theme, String> {
        let own: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
        let ours = BUILT_IN[0].1.lines().filter(|line| {
            line.split_once(" = ").is_some_and(|(meaning, _)| !own.contains_key(meaning))
        });
        // Before it: what follows would belong to the last section of the text.
        let before: String = ours.flat_map(|line| [line, "\n"]).collect();
        let whole = format!("{before}{text}");
        let styles = toml::from_str(&whole).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start.saturating_sub(before.len()));
            let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
            format!("line {line}: {}", explained::<Styles>(&error, &whole))
        })?;
        Ok(Theme::of(styles))
    }

    /// What `NO_COLOR` asks for: attributes alone tell meanings apart.
    #[must_use]
    pub fn without_color(self) -> Theme {
        let styles = Theme::built_in("no-color").map_or(self.styles, |theme| theme.styles);
        Theme { styles, ..self }
    }

    #[must_use]
    pub fn with_icons(self, icons: bool) -> Theme {
        Theme { icons, ..self }
    }

    /// The theme for terminals and fonts without the glyphs.
    #[must_use]
    pub fn ascii(self) -> Theme {
        Theme { glyphs: &ASCII, icons: false, ..self }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a style such as { fg = \"red\", bold = true }")]
#[expect(clippy::struct_excessive_bools, reason = "the shape of a style in a theme file")]
struct StyleText {
    fg: Option<ColorText>,
    bg: Option<ColorText>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a colour: a name, 0 to 255, or \"#rrggbb\"")]
enum ColorText {
    Index(u8),
    Name(String),
}

fn color<E: serde::de::Error>(text: Option<ColorText>) -> Result<Option<Color>, E> {
    let name = match text {
        None => return Ok(None),
        Some(ColorText::Index(index)) => return Ok(Some(Color::Indexed(index))),
        Some(ColorText::Name(name)) => name,
    };
    let unknown =
        |_| E::custom(format!("{name:?} is not a colour: write a name, 0 to 255, or \"#rrggbb\""));
    name.parse().map(Some).map_err(unknown)
}

fn style<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Style, D::Error> {
    let text = StyleText::deserialize(deserializer)?;
    let mut style = Style::new();
    style.fg = color(text.fg)?;
    style.bg = color(text.bg)?;
    for (wanted, modifier) in [
        (text.bold, Modifier::BOLD),
        (text.dim, Modifier::DIM),
        (text.italic, Modifier::ITALIC),
        (text.underline, Modifier::UNDERLINED),
        (text.reverse, Modifier::REVERSED),
    ] {
        if wanted {
            style = style.add_modifier(modifier);
        }
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_theme_parses() {
        for (name, text) in BUILT_IN {
            assert!(Theme::parse(text).is_ok(), "{name}: {:?}", Theme::parse(text));
        }
    }

    #[test]
    fn the_default_theme_is_read_on_any_background() {
        let theme = Theme::built_in("default").unwrap();
        let text = format!("{:?}", theme.styles);
        assert!(!text.contains("Rgb"), "two hundred and fifty-six colours are enough: {text}");
        let painted = BUILT_IN[0].1.lines().filter(|line| line.contains("bg ="));
        for line in painted {
            assert!(
                line.contains("fg ="),
                "what stands on a colour of ours has one of ours: {line}"
            );
        }
    }

    #[test]
    fn without_color_no_style_has_one() {
        let theme = Theme::built_in("dark").unwrap().ascii().without_color();
        assert!(!format!("{:?}", theme.styles).contains("Some("), "{:?}", theme.styles);
        assert_eq!(theme.glyphs, &ASCII);
    }

    #[test]
    fn colours_are_names_numbers_or_hex() {
        let text = BUILT_IN[0]
            .1
            .replace("accent = { fg = 31 }", "accent = { fg = 208, bg = \"#102030\" }");
        let accent = Theme::parse(&text).unwrap().styles.accent;
        assert_eq!(accent, Style::new().fg(Color::Indexed(208)).bg(Color::Rgb(0x10, 0x20, 0x30)));
    }

    #[test]
    fn a_misspelled_meaning_or_colour_is_named_with_its_line() {
        let unknown = format!("{}\nacent = {{}}", BUILT_IN[0].1);
        let error = Theme::parse(&unknown).unwrap_err();
        assert!(error.contains("acent") && error.contains("line"), "{error}");
        let error =
            Theme::parse(&BUILT_IN[0].1.replace("{ fg = 31 }", "{ fg = \"cian\" }")).unwrap_err();
        assert!(error.contains("line") && error.contains("colour"), "{error}");
        let error = Theme::parse("accent = \"#ff0000\"").unwrap_err();
        assert!(error.contains("a style such as"), "{error}");
    }
}
