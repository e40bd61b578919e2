//! How the forms of an organisation look: colours, a logo, a font.

use std::fmt;

use crate::contrast::{EDGE, Rgb, TEXT, WHITE};
use crate::logo::Logo;
use crate::object::read_from_object_only;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most families of a font stack.
const MOST_FAMILIES: usize = 8;

/// Families that every browser has (CSS Fonts 4, generic families).
const GENERIC: [&str; 8] = [
    "serif",
    "sans-serif",
    "monospace",
    "system-ui",
    "ui-serif",
    "ui-sans-serif",
    "ui-monospace",
    "ui-rounded",
];

/// How the forms look, each part optional.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Brand"))]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct Brand {
    /// Behind the text.
    pub background: Option<Colour>,
    /// The text.
    pub text: Option<Colour>,
    /// Buttons and links.
    pub accent: Option<Colour>,
    /// The picture beside the organisation's name: a PNG or JPEG file of at most 16 KiB as a `data:` address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// The families of the text's font, the preferred one first, the last one generic (`serif`, `sans-serif`,
    /// `monospace`, `system-ui` and `ui-…`), at most 8. They come from the reader's own machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::FontStack"))]
    pub font: Vec<String>,
}

read_from_object_only!(Brand);

/// A colour, written `#rrggbb`: red, green, blue, each 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// The text is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write colours as # and six hexadecimal digits, for example #1b5e20")]
pub struct ColourError;

/// The forms cannot look like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BrandError {
    /// Not the names of fonts, or none that is everywhere.
    #[error(
        "brand.font: name at most 8 families of 1 to 40 letters, digits, spaces and hyphens, the last one generic: serif, sans-serif, monospace or system-ui"
    )]
    Font,
}

/// Two colours that nobody can tell apart well enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "{front} on {ground} has a contrast of {}.{:02} to 1; choose colours with at least {}.{} to 1 (WCAG 2.2, {criterion})",
    .hundredths / 100, .hundredths % 100, .least / 10, .least % 10
)]
pub struct ContrastError {
    /// Which setting: `text` or `accent`.
    pub setting: &'static str,
    /// Its colour.
    pub front: Rgb,
    /// What is behind it.
    pub ground: Rgb,
    /// Their contrast, in hundredths, rounded down.
    pub hundredths: u32,
    /// What it must be at least, in tenths.
    pub least: u32,
    /// Where that is written.
    pub criterion: &'static str,
}

impl Brand {
    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// [`BrandError`] for a font stack that cannot be.
    pub fn check(&self) -> Result<(), BrandError> {
        let Some(last) = self.font.last() else {
            return Ok(());
        };
        let named = self.font.iter().all(|family| is_family(family));
        if named && self.font.len() <= MOST_FAMILIES && GENERIC.contains(&last.as_str()) {
            Ok(())
        } else {
            Err(BrandError::Font)
        }
    }

    /// Checks that people can read the colours: text at least 4.5 to 1 on its background, the accent, which fills
    /// buttons and draws links, at least 3 to 1; where no background is chosen, on white.
    ///
    /// Colours that were set before this rule stay, and are corrected when they are shown (`palette`).
    ///
    /// # Errors
    /// [`ContrastError`] names the first pair that does not contrast enough.
    pub fn check_contrast(&self) -> Result<(), ContrastError> {
        let ground = self.background.map_or(WHITE, Rgb::from);
        let pairs = [
            ("text", self.text, TEXT, "1.4.3"),
            ("accent", self.accent, EDGE, "1.4.11"),
        ];
        for (setting, front, least, criterion) in pairs {
            let Some(front) = front.map(Rgb::from) else {
                continue;
            };
            let contrast = front.contrast(ground);
            if contrast < least {
                return Err(ContrastError {
                    setting,
                    front,
                    ground,
                    // Between 100 and 2100 by construction.
                    hundredths: (contrast * 100.0) as u32,
                    least: (least * 10.0) as u32,
                    criterion,
                });
            }
        }
        Ok(())
    }

    /// The font stack as CSS has it; nothing where none is chosen.
    #[must_use]
    pub fn font_stack(&self) -> Option<String> {
        let family = |family: &String| match GENERIC.contains(&family.as_str()) {
            true => family.clone(),
            false => format!("\"{family}\""),
        };
        let families: Vec<String> = self.font.iter().map(family).collect();
        (!families.is_empty()).then(|| families.join(", "))
    }
}

/// What can stand between quotation marks in a style sheet without an escape.
fn is_family(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || c == ' ' || c == '-';
    (1..=40).contains(&name.chars().count()) && name.chars().all(plain) && name.trim() == name
}

impl Colour {
    /// Reads `#rrggbb`.
    ///
    /// # Errors
    /// [`ColourError`] for anything else, such as names or three digits.
    pub fn parse(text: &str) -> Result<Self, ColourError> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6)
            .ok_or(ColourError)?;
        let mut channels = [0; 3];
        base16ct::mixed::decode(digits.as_bytes(), &mut channels).map_err(|_| ColourError)?;
        Ok(Self(channels))
    }

    /// Red, green, blue, each 0 to 255.
    #[must_use]
    pub const fn channels(self) -> [u8; 3] {
        self.0
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", base16ct::lower::encode_string(&self.0))
    }
}

impl TryFrom<String> for Colour {
    type Error = ColourError;

    fn try_from(text: String) -> Result<Self, ColourError> {
        Self::parse(&text)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn brand(json: &str) -> Brand {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn colours_that_cannot_be_read_are_named_with_their_ratio() {
        for (json, setting, words) in [
            (
                r##"{"text": "#777777"}"##,
                "text",
                "#777777 on #ffffff has a contrast of 4.47 to 1; choose colours with at least 4.5 to 1 (WCAG 2.2, 1.4.3)",
            ),
            (
                r##"{"accent": "#ffd400", "background": "#fff8e7"}"##,
                "accent",
                "#ffd400 on #fff8e7 has a contrast of 1.35 to 1; choose colours with at least 3.0 to 1 (WCAG 2.2, 1.4.11)",
            ),
            (
                r##"{"text": "#000000", "background": "#000000"}"##,
                "text",
                "#000000 on #000000 has a contrast of 1.00 to 1; choose colours with at least 4.5 to 1 (WCAG 2.2, 1.4.3)",
            ),
        ] {
            let error = brand(json).check_contrast().unwrap_err();
            assert_eq!(
                (error.setting, error.to_string().as_str()),
                (setting, words)
            );
        }
        for json in [
            "{}",
            r##"{"background": "#ffd400"}"##,
            r##"{"background": "#101010", "text": "#ffffff", "accent": "#ffd400"}"##,
            r##"{"text": "#767676"}"##,
        ] {
            assert_eq!(brand(json).check_contrast(), Ok(()), "{json}");
        }
    }

    #[test]
    fn a_font_stack_names_families_and_ends_with_one_that_is_everywhere() {
        let stack = |json: &str| brand(json).font_stack();
        assert_eq!(
            stack(r#"{"font": ["Source Serif 4", "Georgia", "serif"]}"#).as_deref(),
            Some("\"Source Serif 4\", \"Georgia\", serif")
        );
        assert_eq!(stack("{}"), None);
        for (json, fits) in [
            (r#"{"font": ["serif"]}"#, true),
            (r#"{"font": ["Georgia"]}"#, false),
            (r#"{"font": ["a\"; } body { color: red", "serif"]}"#, false),
            (
                r#"{"font": ["url(https://fonts.example)", "serif"]}"#,
                false,
            ),
            (r#"{"font": ["", "serif"]}"#, false),
            (
                r#"{"font": ["a","a","a","a","a","a","a","a","serif"]}"#,
                false,
            ),
        ] {
            assert_eq!(brand(json).check().is_ok(), fits, "{json}");
        }
    }
}
