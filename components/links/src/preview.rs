//! The preview of the form that a click shows, with either of its two questions: what people see, and nobody whose answer
//! could be recorded. Its address is made by `GET /v1/forms/{id}/preview`.

use domain::FormKind;
use spin_sdk::http::StatusCode;
use web::form::{Browser, Closed, Preview};
use web::{Context, Handled, Problem};

use crate::interception::type_of;
use crate::question::{About, Question};

/// Where the link of a preview leads.
const DESTINATION: &str = "https://www.example.com/";

/// Shows it.
pub async fn show(context: Context, organisation: &str, token: &str) -> Handled {
    let no_such = || Problem::not_found("This preview is not there, or no longer.");
    let opened = Preview::open(organisation, token, context.now).await;
    let (preview, visit) = opened.map_err(|closed| match closed {
        Closed::Unknown => no_such(),
        Closed::Problem(problem) => problem,
    })?;
    if preview.form != FormKind::Interception.code() {
        return Err(no_such());
    }
    let about = match &preview.communication_type {
        Some(wanted) => {
            let known = type_of(&visit.organisation.settings, wanted);
            About::Communication(known.ok_or_else(no_such)?)
        }
        None => About::Tracking,
    };
    let page = Question::new(Some(&visit), &Browser::asking(None), about, DESTINATION);
    page.previewed().send(StatusCode::OK)
}
