//! `GET /p/{organisation}/brand.css`: the organisation's colours, as far as people can read them.

use domain::{Brand, Colour, OrganisationId};
use store::Organisation;
use web::{Handled, Problem};

use crate::contrast::{EDGE, Rgb, TEXT};

/// What the page looks like without a brand; the main sheet says the same (a test holds it).
struct Base {
    card: Rgb,
    ink: Rgb,
}

const LIGHT: Base = Base {
    card: Rgb([0xff, 0xff, 0xff]),
    ink: Rgb([0x1c, 0x24, 0x30]),
};
const DARK: Base = Base {
    card: Rgb([0x1b, 0x21, 0x2a]),
    ink: Rgb([0xe9, 0xed, 0xf2]),
};

/// The address of the sheet; nothing where the organisation has chosen no colour.
pub fn path(organisation: &Organisation) -> Option<String> {
    let Organisation {
        id,
        version,
        settings,
    } = organisation;
    (settings.brand != Brand::default()).then(|| format!("/p/{id}/brand.css?v={version}"))
}

/// The sheet. The address of a page names its version, so a short time in caches is enough.
pub async fn get(organisation: &str) -> Handled {
    let no_such = || Problem::not_found("There is no such style sheet.");
    let id = OrganisationId::parse(organisation).map_err(|_| no_such())?;
    let store = web::configuration().await?.store;
    let organisation = store.organisation(id).await?.ok_or_else(no_such)?;
    let css = css(&organisation.settings.brand);
    Ok(web::file(
        "text/css; charset=utf-8",
        css,
        "public, max-age=300",
    ))
}

fn css(brand: &Brand) -> String {
    if *brand == Brand::default() {
        return String::new();
    }
    format!(
        ":root {{{}}}\n@media (prefers-color-scheme: dark) {{ :root {{{}}} }}\n",
        properties(brand, &LIGHT),
        properties(brand, &DARK)
    )
}

/// The main sheet's custom properties under this brand.
fn properties(brand: &Brand, base: &Base) -> String {
    let colour = |chosen: Option<Colour>| chosen.map(Rgb::from);
    let ground = colour(brand.background).unwrap_or(base.card);
    let plain = base.ink.where_readable(ground, TEXT, ground.text_on_it());
    let ink = colour(brand.text).map_or(plain, |text| text.where_readable(ground, TEXT, plain));
    let mut found: Vec<(&str, Rgb)> = Vec::new();
    if brand.background.is_some() || brand.text.is_some() {
        let tint = ground.mixed(ink, 5);
        found.extend([
            ("card", ground),
            ("tint", tint),
            ("line", ground.mixed(ink, 22)),
            ("ink", ink),
            (
                "muted",
                ink.mixed(ground, 25).where_readable(tint, TEXT, ink),
            ),
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
    let scheme = match (brand.background, ground.text_on_it()) {
        (None, _) => "",
        (Some(_), crate::contrast::BLACK) => " color-scheme: light;",
        (Some(_), _) => " color-scheme: dark;",
    };
    found
        .into_iter()
        .fold(scheme.to_owned(), |css, (name, value)| {
            format!("{css} --{name}: {value};")
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sheet::SHEET;

    fn brand(background: &str, text: &str, accent: &str) -> Brand {
        let colour = |text: &str| Colour::parse(text).ok();
        Brand {
            background: colour(background),
            text: colour(text),
            accent: colour(accent),
        }
    }

    fn read(css: &str, name: &str) -> Rgb {
        let (_, rest) = css.split_once(&format!(" --{name}: ")).unwrap();
        Colour::parse(rest.get(..7).unwrap()).unwrap().into()
    }

    #[test]
    fn the_main_sheet_has_the_same_base() {
        let (light, dark) = SHEET
            .split_once("@media (prefers-color-scheme: dark)")
            .unwrap();
        for (css, base) in [(light, LIGHT), (dark, DARK)] {
            assert_eq!(read(css, "card"), base.card);
            assert_eq!(read(css, "ink"), base.ink);
        }
    }

    #[test]
    fn the_main_sheet_is_readable() {
        let (light, dark) = SHEET
            .split_once("@media (prefers-color-scheme: dark)")
            .unwrap();
        for css in [light, dark] {
            for (front, grounds) in [
                ("ink", ["paper", "card", "tint"]),
                ("muted", ["paper", "card", "tint"]),
                ("link", ["paper", "card", "tint"]),
                ("on-accent", ["accent", "accent", "accent-strong"]),
            ] {
                for ground in grounds {
                    let contrast = read(css, front).contrast(read(css, ground));
                    assert!(contrast >= TEXT, "{front} on {ground}: {contrast}");
                }
            }
            assert!(read(css, "accent-edge").contrast(read(css, "card")) >= EDGE);
            assert!(read(css, "focus").contrast(read(css, "card")) >= EDGE);
        }
    }

    #[test]
    fn whatever_the_brand_people_can_read_it() {
        for (background, text, accent) in [
            ("", "", "#ffd400"),
            ("", "", "#0b3d91"),
            ("#ffffff", "#eeeeee", "#fefefe"),
            ("#000000", "#101010", "#050505"),
            ("#777777", "#888888", "#999999"),
            ("#fff8e7", "#4b2e05", "#c0392b"),
            ("", "#ff0000", ""),
        ] {
            let brand = brand(background, text, accent);
            for base in [&LIGHT, &DARK] {
                let css = properties(&brand, base);
                let ground = brand.background.map_or(base.card, Rgb::from);
                if css.contains("--ink") {
                    assert!(read(&css, "ink").contrast(ground) >= TEXT, "{css}");
                    assert!(read(&css, "muted").contrast(ground) >= TEXT, "{css}");
                }
                if css.contains("--accent") {
                    let accent = read(&css, "accent");
                    assert!(read(&css, "on-accent").contrast(accent) >= TEXT, "{css}");
                    assert!(read(&css, "link").contrast(ground) >= TEXT, "{css}");
                    assert!(read(&css, "accent-edge").contrast(ground) >= EDGE, "{css}");
                }
            }
        }
    }

    #[test]
    fn without_a_brand_there_is_no_sheet() {
        assert_eq!(css(&Brand::default()), "");
    }
}
