//! What this component answers, for the OpenAPI document.

use domain::{CommunicationType, FormSettings};
use serde_json::{Value, json};
use store::Scope;
use web::openapi::{Access, Operation, Part};
use web::{DECISION_LIMIT, ProblemKind};

use crate::api::{FormBody, FormView, FormsView, LinkView, PreviewView, ShownView, TextsView};

const TAG: &str = "Forms";

#[test]
fn the_document_says_what_is_answered() {
    let mut part = Part::new("preferences");
    reading(&mut part);
    changing(&mut part);
    part.check(crate::ROUTES);
}

fn id() -> Value {
    json!({ "type": "string", "pattern": "^[a-z0-9_-]{1,32}$", "examples": ["unsubscribe"] })
}

fn language() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$", "examples": ["fr"] })
}

fn base_url() -> Value {
    json!({ "type": "string", "pattern": "^https://([A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?\\.)+[A-Za-z]{2,20}$" })
}

fn reading(part: &mut Part) {
    let access = Access::Key(Scope::MessagesWrite);
    let forms = part.writes::<FormsView>();
    part.add(
        Operation::new("GET", "/v1/forms", TAG, &access, "The forms")
            .about("One of each kind, and those that the organisation made.")
            .answer(200, "All, without their words.", forms),
    );
    let form = part.writes::<FormView>();
    let of_one = |path, summary: &str, access: &Access| {
        Operation::new("GET", path, TAG, access, summary).path("id", id(), "The form.")
    };
    part.add(
        of_one("/v1/forms/{id}", "A form with its words", &access).answer(200, "The form.", form),
    );
    let link = part.writes::<LinkView>();
    let tag = json!({ "type": "string", "pattern": "^[!$%()*+,.0-9:;=@A-Z\\[\\]^_`a-z{|}~-]{1,100}$", "default": "*|PREFS|*" });
    part.add(
        of_one("/v1/forms/{id}/link", "The address of a form for the link library", &access)
            .query("tag", tag, "The merge tag under which the mailing system puts a person's preferences token.")
            .query("base_url", base_url(), "Where this application is reached from outside; the address of this request if left out.")
            .answer(200, "With that tag, and with those of common mailing systems.", link),
    );
    let preview = part.writes::<PreviewView>();
    let asked_about = part.reads::<CommunicationType>();
    part.add(
        of_one("/v1/forms/{id}/preview", "An address that shows a form as people see it", &access)
            .about("It opens in any browser for a day, and records nothing.")
            .query("language", language(), "In this language; the default one if left out.")
            .query("communication_type", asked_about, "Of the form that a click shows: with the question whether people want such mails, in place of that about tracking.")
            .query("base_url", base_url(), "Where this application is reached from outside; the address of this request if left out.")
            .answer(200, "The address.", preview),
    );
    let shown = part.writes::<ShownView>();
    let version = json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" });
    part.add(
        of_one(
            "/v1/forms/{id}/shown/{version}",
            "The words that people saw",
            &Access::Key(Scope::ConsentRead),
        )
        .path("version", version, "As signals name it.")
        .answer(200, "The words.", shown),
    );
}

fn changing(part: &mut Part) {
    let access = Access::Key(Scope::Admin);
    let body = part.reads::<FormBody>();
    let form = part.writes::<FormView>();
    part.add(
        Operation::new("POST", "/v1/forms", TAG, &access, "Make a form of one's own")
            .about("It is found at `/p/{organisation}/{person}/form/{id}`.")
            .json(
                body,
                DECISION_LIMIT,
                &[json!({ "id": "offers-only", "kind": "unsubscribe", "settings": { "offer_tracking_opt_out": false } })],
            )
            .problems(&[ProblemKind::Conflict])
            .created("The form.", form.clone()),
    );
    let settings = part.reads::<FormSettings>();
    part.add(
        Operation::new(
            "PUT",
            "/v1/forms/{id}",
            TAG,
            &access,
            "Replace the settings of a form",
        )
        .path("id", id(), "The form.")
        .json(settings, DECISION_LIMIT, &[json!({ "each_flag": true })])
        .answer(200, "The form.", form),
    );
    let texts = json!({
        "type": "object",
        "maxProperties": 200,
        "additionalProperties": { "type": "string", "minLength": 1, "maxLength": 2000 },
    });
    let view = part.writes::<TextsView>();
    part.add(
        Operation::new("PUT", "/v1/forms/{id}/texts/{language}", TAG, &access, "Replace one's own words of a form")
            .about("Plain text by the names that `GET /v1/forms/{id}` lists; what is left out is Assent's. A language that Assent has not got needs all of them.")
            .path("id", id(), "The form.")
            .path("language", language(), "The language.")
            .json(texts, DECISION_LIMIT, &[json!({}), json!({ "privacy-notice": "What we do with data" })])
            .answer(200, "The words, and their version.", view),
    );
}
