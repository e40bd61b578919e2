//! `/consent/set/{organisation}`: a decision.

use domain::wire::Parameters;
use domain::{Choice, DeviceId, Flag, FlagSet, Flags, Source, Subject, Tier};
use serde_json::json;
use store::{NewSignal, Outcome, Requested, digest};
use web::{Context, Problem};

use super::Done;
use super::caller::{About, Caller, Who};
use super::get::settings;

/// Records what the request says; durable and in force when this answers.
pub async fn set(
    context: &Context,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Done, Problem> {
    let organisation = caller.organisation()?;
    let (subject, device) = match caller.about(parameters.identifier.as_ref())? {
        About::Named(subject) => (subject, None),
        About::Browser(device) => (Subject::of_device(device), Some(device)),
        // The first thing that this browser says: from now on it has an id.
        About::Stranger => {
            let device = DeviceId::from_random(web::random());
            (Subject::of_device(device), Some(device))
        }
    };
    let (regime, regime_source) = caller.regime(parameters.regime, &organisation.settings);
    let objected = if caller.objects() {
        regime.refused_by_gpc(organisation.settings.global_gpc)
    } else {
        FlagSet::EMPTY
    };
    let said = NewSignal {
        item: 0,
        subject: subject.clone(),
        flags: parameters.flags,
        tier: Tier::Direct,
        source: caller.source(),
        regime,
        regime_source,
        at: Requested::Live,
        since: None,
        grants_from: None,
        shown: None,
        evidence: None,
    };
    let signals = with_objection(said, objected);
    let request_id = request_id(context, caller, parameters, device);
    let content = digest(
        format!(
            "{subject} {} {} {}",
            parameters.flags.granted_mask(),
            parameters.flags.refused_mask(),
            regime.code()
        )
        .as_bytes(),
    );
    let actor = caller.actor();
    let recorded = caller
        .store
        .decide(
            organisation.id,
            &request_id,
            &content,
            actor,
            &signals,
            context.now,
        )
        .await?;
    caller.store.repair_soon(context.now);
    web::seal_soon(&caller.store, organisation.id);
    let recorded = recorded
        .last()
        .ok_or_else(|| Problem::internal("a stored decision was not found again"))?;
    let opted_out = recorded.current.state.industry_opt_out.is_some();
    let mut document = settings(
        context,
        caller,
        parameters.regime,
        &recorded.current,
        opted_out,
    )?;
    if let Some(fields) = document.as_object_mut() {
        let status = match recorded.outcome {
            Outcome::Stored => "recorded",
            Outcome::Repeated => "repeated",
            Outcome::Void => "void",
        };
        fields.insert("status".to_owned(), json!(status));
        fields.insert("request_id".to_owned(), json!(request_id));
    }
    let cookie = match (&caller.who, device) {
        (Who::Browser(visitor), Some(device)) => Some(visitor.cookie(device, &caller.device_key)),
        _ => None,
    };
    Ok(Done { document, cookie })
}

/// What the request says, without what the person's browser objects to; and that objection as a signal of its own,
/// because the browser made it.
pub fn with_objection(said: NewSignal, objected: FlagSet) -> Vec<NewSignal> {
    let kept = said
        .flags
        .iter()
        .filter(|(flag, choice)| *choice == Choice::Refused || !objected.contains(*flag))
        .fold(Flags::none(), |flags, (flag, choice)| {
            flags.with(flag, choice)
        });
    let refused = objected
        .iter()
        .filter(|flag: &Flag| said.flags.get(*flag) != Some(Choice::Refused))
        .fold(Flags::none(), |flags, flag| {
            flags.with(flag, Choice::Refused)
        });
    let objection = NewSignal {
        item: 1,
        flags: refused,
        source: Source::Gpc,
        at: Requested::Live,
        since: None,
        grants_from: None,
        shown: None,
        evidence: None,
        ..said.clone()
    };
    let said = NewSignal {
        flags: kept,
        ..said
    };
    [said, objection]
        .into_iter()
        .filter(|signal| !signal.flags.is_empty())
        .collect()
}

/// The id under which the request may be repeated. That of a browser is its own: no page can take one that another
/// browser or a system of the organisation needs.
pub fn request_id(
    context: &Context,
    caller: &Caller,
    parameters: &Parameters,
    device: Option<DeviceId>,
) -> String {
    match (&parameters.request_id, &caller.who, device) {
        (None, _, _) => context.request_id.clone(),
        (Some(id), Who::Browser(_), Some(device)) => own_request_id(caller, device, id),
        (Some(id), _, _) => id.clone(),
    }
}

/// The id of a request as the browser's own.
pub fn own_request_id(caller: &Caller, device: DeviceId, id: &str) -> String {
    let own = digest(format!("{} {id}", caller.device_key.seal(device)).as_bytes());
    format!("tag-{}", own.get(..32).unwrap_or(&own))
}
