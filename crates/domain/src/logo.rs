//! A logo: a small picture that stands in the settings themselves, so that showing it tells nobody else of the visit.

use std::fmt;

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The largest file.
const MOST_BYTES: usize = 16 * 1024;

/// A PNG or JPEG file of at most 16 KiB, written as a `data:` address (RFC 2397) in base64. No SVG: that can hold
/// scripts, and load what is elsewhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Logo {
    format: Format,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Png,
    Jpeg,
}

impl Format {
    const ALL: [Self; 2] = [Self::Png, Self::Jpeg];

    const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// How a file of this format begins (PNG, third edition, 5.2; JPEG, ITU-T T.81, B.1.1.3 and the marker after it).
    const fn beginning(self) -> &'static [u8] {
        match self {
            Self::Png => b"\x89PNG\r\n\x1a\n",
            Self::Jpeg => b"\xff\xd8\xff",
        }
    }
}

/// The text is not a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "write the logo as data:image/png;base64,… or data:image/jpeg;base64,… with a file of that format, at most 16 KiB"
)]
pub struct LogoError;

impl Logo {
    /// Reads the `data:` address.
    ///
    /// # Errors
    /// [`LogoError`] for anything else, and for a file that does not begin like one of its format.
    pub fn parse(text: &str) -> Result<Self, LogoError> {
        let (format, encoded) = Format::ALL
            .into_iter()
            .find_map(|format| {
                let rest = text
                    .strip_prefix("data:")?
                    .strip_prefix(format.media_type())?;
                Some((format, rest.strip_prefix(";base64,")?))
            })
            .ok_or(LogoError)?;
        if encoded.len() > MOST_BYTES.saturating_mul(2) {
            return Err(LogoError);
        }
        let bytes = Base64::decode_vec(encoded).map_err(|_| LogoError)?;
        if bytes.len() > MOST_BYTES || !bytes.starts_with(format.beginning()) {
            return Err(LogoError);
        }
        Ok(Self { format, bytes })
    }

    /// `image/png` or `image/jpeg`.
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        self.format.media_type()
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Display for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = Base64::encode_string(&self.bytes);
        write!(f, "data:{};base64,{encoded}", self.media_type())
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.media_type(), self.bytes.len())
    }
}

impl TryFrom<String> for Logo {
    type Error = LogoError;

    fn try_from(text: String) -> Result<Self, LogoError> {
        Self::parse(&text)
    }
}

impl From<Logo> for String {
    fn from(logo: Logo) -> Self {
        logo.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_a_small_picture_and_nothing_else() {
        let png = "data:image/png;base64,iVBORw0KGgo=";
        let logo = Logo::parse(png).unwrap();
        assert_eq!(
            (logo.media_type(), logo.bytes()),
            ("image/png", Format::Png.beginning())
        );
        assert_eq!(logo.to_string(), png);
        assert!(Logo::parse("data:image/jpeg;base64,/9j/").is_ok());
        let large = format!(
            "data:image/png;base64,{}",
            Base64::encode_string(&[Format::Png.beginning(), &[0; MOST_BYTES]].concat())
        );
        for other in [
            "",
            "https://example.com/logo.png",
            "data:image/svg+xml;base64,PHN2Zy8+",
            "data:image/png;base64,PHN2Zy8+",
            "data:image/jpeg;base64,iVBORw0KGgo=",
            "data:image/png;base64,iVBORw0KGgo",
            "data:image/png,iVBORw0KGgo=",
            &large,
        ] {
            assert_eq!(Logo::parse(other), Err(LogoError), "{other:.40}");
        }
    }
}
