//! The demo's shop: a page whose tags wait for consent. What they ask for stands in for analytics, advertising and
//! a film of somebody else's.

use askama::Template;
use spin_sdk::http::{HeaderValue, StatusCode};
use web::{Handled, Page, Problem};

use crate::outbox;

/// The page that a browser may show inside the shop.
const FRAMED: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'self'",
);

/// The shop.
#[derive(Template)]
#[template(path = "shop.html")]
struct ShopPage {
    organisation: String,
}

/// What stands in for a film.
#[derive(Template)]
#[template(path = "film.html")]
struct FilmPage;

/// The page, as soon as the demo is prepared.
pub async fn page() -> Handled {
    let outbox = outbox::stored().await?;
    let outbox = outbox.ok_or_else(|| {
        Problem::not_found("The demo is being prepared. Load the page again in a moment.")
    })?;
    let page = ShopPage {
        organisation: outbox.organisation.to_string(),
    };
    Ok(Page {
        html: page.render().map_err(Problem::internal)?,
        language: "en".to_owned(),
        scripts: true,
    }
    .answer(StatusCode::OK))
}

/// What the embed shows once it may.
pub fn film() -> Handled {
    let mut answer = Page {
        html: FilmPage.render().map_err(Problem::internal)?,
        language: "en".to_owned(),
        scripts: false,
    }
    .answer(StatusCode::OK);
    answer
        .headers_mut()
        .insert("content-security-policy", FRAMED);
    Ok(answer)
}

/// Takes note of what a tag asks for, as its maker would; here nobody keeps it.
pub fn seen() -> Handled {
    Ok(web::empty(StatusCode::NO_CONTENT))
}
