//! The demo: what happens to a click, with three people and one newsletter.

use askama::Template;
use spin_sdk::http::StatusCode;
use web::{Handled, Page, Problem};

use crate::outbox::{self, Outbox};

/// The page that explains the product.
#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage {
    outbox: Outbox,
}

/// Before the outbox is there.
#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage;

/// Where a link of the newsletter leads.
#[derive(Template)]
#[template(path = "landing.html")]
struct LandingPage {
    title: &'static str,
    text: &'static str,
}

/// The pages behind the newsletter's links.
const LANDINGS: [(&str, &str, &str); 4] = [
    (
        "bulbs",
        "Plant your bulbs before the frost",
        "Tulips want to be three times as deep as they are tall. Plant them until mid-December, as long as the ground is not frozen.",
    ),
    (
        "seed-swap",
        "Seed swap in the old greenhouse",
        "Bring what you have, take what you like. Saturday, 5 December, from ten to noon. There will be soup.",
    ),
    (
        "winter-walk",
        "A walk through the winter garden",
        "Witch hazel, mahonia, winter honeysuckle: half an hour along everything that flowers when nothing should.",
    ),
    (
        "places",
        "Your place at the seed swap",
        "No need to book in a demo: you have a place. We would keep the table by the stove for you.",
    ),
];

/// The demo, as soon as it is prepared.
pub async fn page() -> Handled {
    match outbox::stored().await? {
        Some(outbox) => send(&DemoPage { outbox }, true, StatusCode::OK),
        None => send(&WaitingPage, false, StatusCode::OK),
    }
}

/// The page that a link leads to.
pub fn landing(name: &str) -> Handled {
    let found = LANDINGS.into_iter().find(|(known, _, _)| *known == name);
    let (_, title, text) =
        found.ok_or_else(|| Problem::not_found("The newsletter has no such page."))?;
    send(&LandingPage { title, text }, false, StatusCode::OK)
}

fn send(page: &impl Template, scripts: bool, status: StatusCode) -> Handled {
    let page = Page {
        html: page.render().map_err(Problem::internal)?,
        language: "en".to_owned(),
        scripts,
    };
    Ok(page.answer(status))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_page_works_without_a_script() {
        let outbox = outbox::tests::sample();
        let html = DemoPage { outbox }.render().unwrap();
        assert!(html.contains("<noscript>"));
        for address in [
            "/demo/mail/anna",
            "/demo/mail/chloe",
            "/p/01010101-0101-0101-0101-010101010101/xyz/tracking",
        ] {
            assert!(html.contains(&format!("href=\"{address}\"")), "{address}");
        }
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(
            !html.contains(" style=") && !html.contains("http://"),
            "{html}"
        );
    }
}
