//! The colours of forms, banner and dialog: an organisation's brand, as far as people can read it.

use crate::contrast::{BLACK, EDGE, Rgb, TEXT};
use crate::{Brand, Colour};

/// Light or dark, as the person's system asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

/// The colours without a brand, by role; the style sheet of the forms says the same (a test holds it).
type Base = [(&'static str, Rgb); 10];

const LIGHT: Base = [
    ("card", Rgb([0xff, 0xff, 0xff])),
    ("tint", Rgb([0xf5, 0xf7, 0xf6])),
    ("line", Rgb([0xd3, 0xd9, 0xd6])),
    ("ink", Rgb([0x1c, 0x24, 0x30])),
    ("muted", Rgb([0x54, 0x5d, 0x69])),
    ("accent", Rgb([0x24, 0x50, 0x5c])),
    ("on-accent", Rgb([0xff, 0xff, 0xff])),
    ("accent-edge", Rgb([0x24, 0x50, 0x5c])),
    ("link", Rgb([0x1d, 0x52, 0x63])),
    ("focus", Rgb([0x1c, 0x24, 0x30])),
];
const DARK: Base = [
    ("card", Rgb([0x1b, 0x21, 0x2a])),
    ("tint", Rgb([0x23, 0x2a, 0x34])),
    ("line", Rgb([0x3a, 0x44, 0x51])),
    ("ink", Rgb([0xe9, 0xed, 0xf2])),
    ("muted", Rgb([0xb3, 0xbc, 0xc7])),
    ("accent", Rgb([0x9f, 0xd0, 0xdc])),
    ("on-accent", Rgb([0x0d, 0x1f, 0x25])),
    ("accent-edge", Rgb([0x9f, 0xd0, 0xdc])),
    ("link", Rgb([0xa9, 0xd8, 0xe4])),
    ("focus", Rgb([0xff, 0xff, 0xff])),
];

impl Scheme {
    const fn base(self) -> &'static Base {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
        }
    }

    fn of(self, role: &str, otherwise: Rgb) -> Rgb {
        let mut roles = self.base().iter();
        roles
            .find(|(known, _)| *known == role)
            .map_or(otherwise, |(_, colour)| *colour)
    }
}

/// What the brand changes, by role; nothing where it has chosen no colour.
#[must_use]
pub fn branded(brand: &Brand, scheme: Scheme) -> Vec<(&'static str, Rgb)> {
    let colour = |chosen: Option<Colour>| chosen.map(Rgb::from);
    let ground = colour(brand.background).unwrap_or_else(|| scheme.of("card", BLACK));
    let plain = scheme
        .of("ink", BLACK)
        .where_readable(ground, TEXT, ground.text_on_it());
    let ink = colour(brand.text).map_or(plain, |text| text.where_readable(ground, TEXT, plain));
    let mut found = Vec::new();
    if brand.background.is_some() || brand.text.is_some() {
        // A tint takes some of the contrast; where there is none to spare, there is no tint.
        let mixed = ground.mixed(ink, 5);
        let tint = if ink.contrast(mixed) >= TEXT {
            mixed
        } else {
            ground
        };
        let muted = ink.mixed(ground, 25).where_readable(tint, TEXT, ink);
        found.extend([
            ("card", ground),
            ("tint", tint),
            ("line", ground.mixed(ink, 22)),
            ("ink", ink),
            ("muted", muted.where_readable(ground, TEXT, ink)),
            ("focus", ink),
        ]);
    }
    if brand.background.is_some() {
        found.push(("paper", ground.mixed(ink, 4)));
    }
    let accent = colour(brand.accent).or_else(|| brand.background.map(|_| ink));
    if let Some(accent) = accent {
        found.extend([
            ("accent", accent),
            ("on-accent", accent.text_on_it()),
            ("accent-edge", accent.where_readable(ground, EDGE, ink)),
            ("link", accent.where_readable(ground, TEXT, ink)),
        ]);
    }
    found
}

/// All colours by role, as `#rrggbb`: those of the brand, and the usual ones where it has none.
#[must_use]
pub fn palette(brand: &Brand, scheme: Scheme) -> Vec<(&'static str, Rgb)> {
    let own = branded(brand, scheme);
    let chosen = |role: &str| own.iter().find(|(known, _)| *known == role);
    scheme
        .base()
        .iter()
        .map(|usual| *chosen(usual.0).unwrap_or(usual))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// What stands on what, and how well it must be seen.
    const PAIRS: [(&str, &str, f64); 9] = [
        ("ink", "card", TEXT),
        ("ink", "tint", TEXT),
        ("muted", "card", TEXT),
        ("muted", "tint", TEXT),
        ("link", "card", TEXT),
        ("on-accent", "accent", TEXT),
        ("accent-edge", "card", EDGE),
        ("focus", "card", EDGE),
        ("muted", "card", EDGE),
    ];

    fn check(brand: &Brand) {
        for scheme in [Scheme::Light, Scheme::Dark] {
            let palette = palette(brand, scheme);
            let read = |role: &str| {
                let mut roles = palette.iter();
                roles.find(|(known, _)| *known == role).unwrap().1
            };
            for (front, ground, least) in PAIRS {
                let contrast = read(front).contrast(read(ground));
                assert!(
                    contrast >= least,
                    "{front} on {ground}: {contrast} with {brand:?} in {scheme:?}"
                );
            }
        }
    }

    #[test]
    fn whatever_the_brand_people_can_read_it() {
        let shades: Vec<Option<Colour>> = [
            "", "#000000", "#ffffff", "#777777", "#ffd400", "#0b3d91", "#c0392b", "#4b2e05",
            "#00ff00", "#ff00ff", "#1b212a", "#757575",
        ]
        .iter()
        .map(|text| Colour::parse(text).ok())
        .collect();
        for &background in &shades {
            for &text in &shades {
                for &accent in &shades {
                    check(&Brand {
                        background,
                        text,
                        accent,
                        ..Brand::default()
                    });
                }
            }
        }
    }

    #[test]
    fn without_a_brand_nothing_is_changed() {
        assert!(branded(&Brand::default(), Scheme::Dark).is_empty());
    }
}
