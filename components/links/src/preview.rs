//! The preview of the form that a click shows: what people see, and nobody whose answer could be recorded. Its address is
//! made by `GET /v1/forms/{id}/preview`.

use domain::{OrganisationId, Subject, TokenKeys};
use spin_sdk::http::StatusCode;
use web::form::{Browser, Closed, Visit};
use web::{Context, Handled, Problem};

use crate::question::{About, Question};

/// Where the link of a preview leads.
const DESTINATION: &str = "https://www.example.com/";

/// Shows it.
pub async fn show(context: Context, organisation: &str, token: &str) -> Handled {
    let no_such = || Problem::not_found("This preview is not there, or no longer.");
    let id = OrganisationId::parse(organisation).map_err(|_| no_such())?;
    let config = web::configuration().await?;
    let keys = TokenKeys::derive(&config.token_secrets, id);
    // Nobody: no contact can be called this.
    let nobody = Subject::parse("device:assent:preview").map_err(Problem::internal)?;
    let opened = keys
        .open_form(&nobody, token)
        .filter(|token| token.shown.version == "preview" && token.is_fresh(context.now))
        .ok_or_else(no_such)?;
    let visit = Visit::of(config, id, keys, nobody, None).await;
    let mut visit = visit.map_err(|closed| match closed {
        Closed::Unknown => no_such(),
        Closed::Problem(problem) => problem,
    })?;
    visit.preview = Some(opened.shown.language);
    let page = Question::new(
        Some(&visit),
        &Browser::asking(None),
        About::Tracking,
        DESTINATION,
    );
    page.previewed().send(StatusCode::OK)
}
