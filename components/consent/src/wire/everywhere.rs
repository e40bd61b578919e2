//! What is about the browser alone: the industry opt-out, which holds in every organisation, and the probe for
//! cookies of other sites.

use domain::log::SERVICE;
use domain::wire::Parameters;
use domain::{Device, DeviceId, IndustryAction, IndustrySource, Subject};
use serde_json::{Value, json};
use store::{IndustryChange, Requested};
use web::{Context, Problem};

use super::Done;
use super::asking::Asking;
use super::caller::Caller;
use super::get::opted_out;

/// The cookie with which a tag finds out whether the browser keeps any. It says nothing about anybody.
const PROBE: &str = "__Host-assent-probe";

/// `/optout_check`. The tag reads `optout` as a truth value.
pub async fn check(context: &Context, caller: &Caller) -> Result<Value, Problem> {
    let visitor = caller.browser()?;
    let mut found = false;
    for device in [visitor.device(), visitor.elsewhere()]
        .into_iter()
        .flatten()
    {
        found = found || opted_out(context, caller, device).await?;
    }
    Ok(json!({ "optout": found }))
}

/// `/consumer/optout`: every flag is refused in every organisation.
pub async fn opt_out(
    context: &Context,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Done, Problem> {
    let visitor = caller.browser()?;
    let device = visitor
        .device()
        .unwrap_or_else(|| DeviceId::from_random(web::random()));
    let document = change(context, caller, parameters, device, IndustryAction::OptOut).await?;
    Ok(Done {
        document,
        cookie: Some(visitor.cookie(device, &caller.device_key)),
    })
}

/// `/consumer/optin`: takes that back, for the id that the browser has in this site. An opt-out that the person made
/// on our own page is taken back only there.
pub async fn opt_in(
    context: &Context,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Done, Problem> {
    let visitor = caller.browser()?;
    if let Some(device) = visitor.device() {
        change(context, caller, parameters, device, IndustryAction::OptIn).await?;
    }
    check(context, caller).await.map(Done::from)
}

async fn change(
    context: &Context,
    caller: &Caller,
    parameters: &Parameters,
    device: DeviceId,
    action: IndustryAction,
) -> Result<Value, Problem> {
    let request_id = parameters.request_id.as_ref();
    let request_id = request_id.map_or(context.request_id.as_str(), String::as_str);
    let change = IndustryChange {
        item: 0,
        device: Device::try_from(Subject::of_device(device)).map_err(Problem::internal)?,
        action,
        at: Requested::Live,
        since: None,
    };
    let recorded = caller
        .store
        .change_industry_opt_outs(
            request_id,
            IndustrySource::Page,
            None,
            &[change],
            context.now,
        )
        .await?;
    web::seal_soon(&caller.store, SERVICE);
    let recorded = recorded
        .first()
        .ok_or_else(|| Problem::internal("a stored opt-out was not found again"))?;
    Ok(json!({ "optout": recorded.opted_out.is_some() }))
}

/// `/consumer/tmp_cookie`: the first answer sets a cookie for a minute, the second says whether it came back.
pub fn probe(asking: &Asking) -> Done {
    let came_back = web::cookies(&asking.headers, PROBE).next().is_some();
    Done {
        document: json!({ "cookie": came_back }),
        cookie: Some(format!(
            "{PROBE}=1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=None; Partitioned"
        )),
    }
}
