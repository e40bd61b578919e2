//! The organisation's look: `brand.css` has its font and its colours, as far as people can read them; `logo` its logo.

use crate::{Handled, Problem};
use domain::contrast::BLACK;
use domain::palette::{Scheme, branded};
use domain::{Brand, OrganisationId};
use store::Organisation;

/// The address of the logo under the first segment of the routes of a component; nothing where there is none.
pub fn logo_path(routes: &str, organisation: &Organisation) -> Option<String> {
    let Organisation {
        id,
        version,
        settings,
    } = organisation;
    let logo = settings.brand.logo.as_ref();
    logo.map(|_| format!("/{routes}/{id}/logo?v={version}"))
}

/// The logo. It comes from where the page does: nobody else learns of the visit, and the page's policy allows no other.
pub async fn logo(organisation: &str) -> Handled {
    let no_such = || Problem::not_found("There is no such logo.");
    let id = OrganisationId::parse(organisation).map_err(|_| no_such())?;
    let store = crate::configuration().await?.store;
    let organisation = store.organisation(id).await?.ok_or_else(no_such)?;
    let logo = organisation
        .settings
        .brand
        .logo
        .as_ref()
        .ok_or_else(no_such)?;
    Ok(crate::file(
        logo.media_type(),
        logo.bytes().to_vec(),
        "public, max-age=300",
    ))
}

/// The address of the sheet under the first segment of the routes of a component; nothing where the organisation
/// has chosen neither colours nor a font.
pub fn path(routes: &str, organisation: &Organisation) -> Option<String> {
    let Organisation {
        id,
        version,
        settings,
    } = organisation;
    (!css(&settings.brand).is_empty()).then(|| format!("/{routes}/{id}/brand.css?v={version}"))
}

/// The sheet. The address of a page names its version, so a short time in caches is enough.
pub async fn get(organisation: &str) -> Handled {
    let no_such = || Problem::not_found("There is no such style sheet.");
    let id = OrganisationId::parse(organisation).map_err(|_| no_such())?;
    let store = crate::configuration().await?.store;
    let organisation = store.organisation(id).await?.ok_or_else(no_such)?;
    let css = css(&organisation.settings.brand);
    Ok(crate::file(
        "text/css; charset=utf-8",
        css,
        "public, max-age=300",
    ))
}

fn css(brand: &Brand) -> String {
    let (light, dark) = (
        properties(brand, Scheme::Light),
        properties(brand, Scheme::Dark),
    );
    let font = brand.font_stack();
    let font = font.map_or_else(String::new, |stack| format!(" --font: {stack};"));
    if light.is_empty() && font.is_empty() {
        return String::new();
    }
    format!(":root {{{light}{font}}}\n@media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}\n")
}

/// The main sheet's custom properties under this brand.
fn properties(brand: &Brand, scheme: Scheme) -> String {
    let found = branded(brand, scheme);
    let ground = found.iter().find(|(role, _)| *role == "card");
    let controls = match (brand.background, ground) {
        (Some(_), Some((_, ground))) if ground.text_on_it() == BLACK => " color-scheme: light;",
        (Some(_), Some(_)) => " color-scheme: dark;",
        _ => "",
    };
    found
        .iter()
        .fold(controls.to_owned(), |css, (role, colour)| {
            format!("{css} --{role}: {colour};")
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sheet::SHEET;
    use super::*;
    use domain::Colour;
    use domain::contrast::{EDGE, Rgb, TEXT};
    use domain::palette::palette;

    fn read(css: &str, name: &str) -> Rgb {
        let (_, rest) = css.split_once(&format!(" --{name}: ")).unwrap();
        Colour::parse(rest.get(..7).unwrap()).unwrap().into()
    }

    #[test]
    fn the_main_sheet_has_the_same_base() {
        let (light, dark) = SHEET
            .split_once("@media (prefers-color-scheme: dark)")
            .unwrap();
        for (css, scheme) in [(light, Scheme::Light), (dark, Scheme::Dark)] {
            for (role, colour) in palette(&Brand::default(), scheme) {
                assert_eq!(read(css, role), colour, "{role} in {scheme:?}");
            }
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
    fn the_sheet_has_what_the_brand_changes() {
        let brand = Brand {
            background: Colour::parse("#101010").ok(),
            ..Brand::default()
        };
        let css = css(&brand);
        assert_eq!(css.matches("--card: #101010;").count(), 2, "{css}");
        assert_eq!(css.matches("color-scheme: dark;").count(), 2, "{css}");
    }

    #[test]
    fn without_a_brand_there_is_no_sheet() {
        assert_eq!(css(&Brand::default()), "");
        let font = vec!["Georgia".to_owned(), "serif".to_owned()];
        let css = css(&Brand {
            font,
            ..Brand::default()
        });
        assert!(css.contains("--font: \"Georgia\", serif;"), "{css}");
    }
}
