//! Colours that can be read on one another (WCAG 2.2, 1.4.3 and 1.4.11).

use std::fmt;

use crate::Colour;

/// Text on its ground.
pub const TEXT: f64 = 4.5;
/// The edge of a control on its ground.
pub const EDGE: f64 = 3.0;

/// A colour of the screen: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub [u8; 3]);

/// Black.
pub const BLACK: Rgb = Rgb([0; 3]);
/// White.
pub const WHITE: Rgb = Rgb([255; 3]);

impl From<Colour> for Rgb {
    fn from(colour: Colour) -> Self {
        Self(colour.channels())
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Rgb {
    /// Relative luminance, 0 to 1.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast ratio, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Black or white, whichever is read better on this colour: always at least 4.5.
    pub fn text_on_it(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(BLACK) {
            WHITE
        } else {
            BLACK
        }
    }

    /// Itself where it contrasts enough with `ground`, else `otherwise`.
    pub fn where_readable(self, ground: Self, least: f64, otherwise: Self) -> Self {
        if self.contrast(ground) >= least {
            self
        } else {
            otherwise
        }
    }

    /// This colour with `percent` of another in it.
    pub fn mixed(self, other: Self, percent: u8) -> Self {
        let share = f64::from(percent.min(100)) / 100.0;
        let Self([r, g, b]) = self;
        let Self([other_r, other_g, other_b]) = other;
        let mix = |own: u8, other: u8| {
            let value = f64::from(own) * (1.0 - share) + f64::from(other) * share;
            // Between 0 and 255 by construction.
            value.round() as u8
        };
        Self([mix(r, other_r), mix(g, other_g), mix(b, other_b)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 1e-9);
        assert!((WHITE.contrast(WHITE) - 1.0).abs() < 1e-9);
        // The lightest grey that white may stand on is #767676.
        assert!(Rgb([0x76; 3]).contrast(WHITE) >= TEXT);
        assert!(Rgb([0x77; 3]).contrast(WHITE) < TEXT);
    }

    #[test]
    fn black_or_white_is_readable_on_every_colour() {
        for red in (0..=255).step_by(17) {
            for green in (0..=255).step_by(17) {
                for blue in (0..=255).step_by(17) {
                    let colour = Rgb([red, green, blue]);
                    assert!(colour.contrast(colour.text_on_it()) >= TEXT, "{colour}");
                }
            }
        }
    }
}
