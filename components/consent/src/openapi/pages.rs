//! What pages of an organisation's sites ask for the browser that shows them.

use domain::OrganisationId;
use serde_json::{Value, json};
use web::openapi::{Access, Operation, Part};
use web::{FORM_LIMIT, ProblemKind};

use crate::site::{BannerView, SiteDecision, SiteView};

const TAG: &str = "Pages";

pub fn describe(part: &mut Part) {
    let organisation = part.reads::<OrganisationId>();
    let of_page = |method, path, summary: &str, organisation: &Value| {
        Operation::new(method, path, TAG, &Access::Anybody, summary)
            .path("organisation", organisation.clone(), "Whose site it is.")
            .header(
                "Origin",
                "The page's site: one of the setting `origins`. Browsers send it.",
            )
            .problems(&[
                ProblemKind::Invalid,
                ProblemKind::Unauthenticated,
                ProblemKind::Forbidden,
            ])
    };
    let gpc = json!({ "type": "boolean", "default": false });
    let about_gpc = "The page's script sees a privacy signal.";
    let (view, body) = (part.writes::<SiteView>(), part.reads::<SiteDecision>());
    part.add(
        of_page("GET", "/v1/site/{organisation}/consent", "What this browser allows", &organisation)
            .about("The browser is known by a cookie of ours; a page of another origin sends it with `credentials: include`.")
            .query("gpc", gpc.clone(), about_gpc)
            .answer(200, "What holds, and whether a question is due.", view.clone()),
    );
    part.add(
        of_page("POST", "/v1/site/{organisation}/consent", "The person decides on a page", &organisation)
            .about("A refusal always counts; a grant only where `shown` names the words that are asked now.")
            .query("gpc", gpc, about_gpc)
            .idempotent(false)
            .json(body, FORM_LIMIT, &[json!({ "flags": { "al": false, "tg": false } })])
            .answer(200, "What holds now.", view),
    );
    let words = part.writes::<BannerView<'_>>();
    part.add(
        of_page(
            "GET",
            "/v1/site/{organisation}/banner",
            "The words and colours of banner and dialog",
            &organisation,
        )
        .query(
            "language",
            json!({ "type": "string" }),
            "A language (BCP 47); that of `Accept-Language` if left out.",
        )
        .answer(200, "What to show.", words),
    );
}
