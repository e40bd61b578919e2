//! `/consent/get/{organisation}`: what is in force, from where the edge reads it.

use domain::wire::Parameters;
use domain::{Device, DeviceId, Flag, Policy, Regime, Subject, resolve};
use serde_json::{Map, Value, json};
use store::{CurrentConsent, Seen};
use web::{Context, Problem, ProblemKind};

use super::caller::{About, Caller, Who};

/// The flags of whom the request is about.
pub async fn get(
    context: &Context,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Value, Problem> {
    let about = caller.about(parameters.identifier.as_ref())?;
    let opted_out = opted_out_elsewhere(context, caller).await?;
    let subject = match about {
        About::Named(subject) => subject,
        About::Browser(device) => Subject::of_device(device),
        About::Stranger if opted_out => {
            return Ok(json!({ "settings": refused(), "optout": true }));
        }
        About::Stranger => return Err(no_consent()),
    };
    let organisation = caller.organisation()?;
    let current = match &caller.who {
        // A system is never told what is older than a refusal that was acknowledged.
        Who::System(_) => caller
            .store
            .current(organisation.id, std::slice::from_ref(&subject))
            .await?
            .pop()
            .ok_or_else(|| Problem::internal("a state for each subject"))?,
        Who::Browser(_) => {
            caller
                .store
                .projected(organisation.id, &subject, context.now)
                .await?
        }
    };
    caller.store.repair_soon(context.now);
    let opted_out = opted_out || current.state.industry_opt_out.is_some();
    let nothing_said = current.state.iter().next().is_none() && current.seen != Seen::Hold;
    if nothing_said && !opted_out {
        return Err(no_consent());
    }
    settings(context, caller, parameters.regime, &current, opted_out)
}

/// What is in force, as the document that the tag's function takes.
pub fn settings(
    context: &Context,
    caller: &Caller,
    named: Option<Regime>,
    current: &CurrentConsent,
    opted_out: bool,
) -> Result<Value, Problem> {
    let settings = &caller.organisation()?.settings;
    let here = caller
        .region
        .as_deref()
        .map(|region| settings.regime_in(region));
    let policy = Policy::from(settings)
        .for_person(&current.state)
        .tightened_by(named)
        .tightened_by(here)
        .with_privacy_signal(caller.objects());
    let resolved = resolve(&current.state, &policy, context.now);
    let closed = opted_out || current.seen == Seen::Hold;
    let flags: Map<String, Value> = Flag::ALL
        .into_iter()
        .map(|flag| {
            let allowed = !closed && resolved.get(flag).effective;
            (flag.code().to_owned(), u8::from(allowed).into())
        })
        .collect();
    Ok(json!({
        "settings": flags,
        "pr": policy.regime.code(),
        "optout": opted_out,
        "source": current.seen,
        "version": current.version,
    }))
}

/// Whether the browser has opted out of everything under its other id.
pub async fn opted_out_elsewhere(context: &Context, caller: &Caller) -> Result<bool, Problem> {
    match &caller.who {
        Who::Browser(visitor) => match visitor.elsewhere() {
            Some(device) => opted_out(context, caller, device).await,
            None => Ok(false),
        },
        Who::System(_) => Ok(false),
    }
}

/// Whether a browser has opted out of everything.
pub async fn opted_out(
    context: &Context,
    caller: &Caller,
    device: DeviceId,
) -> Result<bool, Problem> {
    let device = Device::try_from(Subject::of_device(device)).map_err(Problem::internal)?;
    let opted_out = caller
        .store
        .projected_industry_opt_out(&device, context.now)
        .await?;
    Ok(opted_out)
}

fn refused() -> Value {
    serde_json::Value::Object(
        Flag::ALL
            .into_iter()
            .map(|flag| (flag.code().to_owned(), 0.into()))
            .collect(),
    )
}

/// What tags take as "not asked yet".
pub fn no_consent() -> Problem {
    Problem::new(
        ProblemKind::NoConsent,
        "no consent yet: nothing is known about this identifier",
    )
}
