//! `POST /v1/site/{organisation}/consent`: the person decides on a page.

use domain::{
    Choice, DeviceId, FlagSet, Flags, Regime, RegimeSource, Shown, Source, Subject, Tier, Timestamp,
};
use serde::Deserialize;
use store::{Actor, NewSignal, Requested, digest};
use web::{Context, FORM_LIMIT, Problem, ProblemKind, Request};

use super::document;
use super::strings::{self, SentStrings};
use super::view::{Extra, SiteView};
use super::words::Words;
use crate::wire::{Caller, Done, own_request_id, with_objection};

/// A decision as the tag sends it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "BrowserDecision"))]
#[serde(deny_unknown_fields)]
pub struct SiteDecision {
    /// What was decided; nothing where only the browser's privacy signal is to be stored.
    #[serde(default)]
    flags: Flags,
    /// How long ago, in milliseconds by the browser's own clock; left out for now.
    age_ms: Option<i64>,
    /// What was shown: `version` is that of `GET …/banner`.
    shown: Option<Shown>,
    /// What the consent management platform of the page says, in the place of flags.
    tcf: Option<String>,
    gpp: Option<String>,
    gpp_sid: Option<Vec<i16>>,
}

/// A decision that is sent at once takes less than this to arrive; it gets its time here.
const LIVE_MS: i64 = 10_000;
/// Longer than a browser keeps anything of ours.
const OLDEST_MS: i64 = 400 * 24 * 3600 * 1000;

/// When something was decided.
struct Moment {
    then: Timestamp,
    at: Requested,
    since: Option<Timestamp>,
}

/// Records it; durable and in force when this answers.
pub async fn say(context: &Context, caller: &Caller, request: Request) -> Result<Done, Problem> {
    let extra = Extra::of(&request)?;
    web::require_json(request.headers())?;
    let key = web::idempotency_key(request.headers(), &context.request_id)?;
    let body: SiteDecision = web::json(&web::read_capped(request, FORM_LIMIT).await?)?;
    let organisation = caller.organisation()?;
    let settings = &organisation.settings;
    let visitor = caller.browser()?;
    let strings = SentStrings {
        tcf: body.tcf,
        gpp: body.gpp,
        gpp_sid: body.gpp_sid,
    };
    let statement = strings.read(body.flags, context.now)?;
    let (regime, regime_source) = match &statement {
        Some(statement) => strings::regime(statement, caller.regime(None, settings), settings),
        None => caller.regime(None, settings),
    };
    let gpc = extra.gpc || caller.objects();
    let objected = if gpc {
        regime.refused_by_gpc(settings.global_gpc)
    } else {
        FlagSet::EMPTY
    };
    let moment = moment(body.age_ms, context.now)?;
    let is_seen = match &body.shown {
        Some(shown) => Words::all(settings)
            .iter()
            .any(|words| words.code == shown.language && words.version(settings) == shown.version),
        None => true,
    };
    // A yes needs to have been said after what is asked now was read, and at a time that can be.
    let given = statement.as_ref().map_or(body.flags, |said| said.flags);
    let flags = if is_seen && moment.is_some() {
        given
    } else {
        refusals_of(given)
    };
    if flags.is_empty() && objected.is_empty() {
        return Err(match &statement {
            Some(statement) => strings::nothing_said(statement),
            None => nothing_said(given),
        });
    }
    // The first thing that this browser says: from now on it has an id.
    let device = visitor
        .device()
        .unwrap_or_else(|| DeviceId::from_random(web::random()));
    let shown = body.shown.filter(|_| is_seen);
    let decided_at = moment
        .as_ref()
        .filter(|_| body.age_ms.is_some())
        .map(|moment| moment.then);
    let mut said = signal(device, flags, (regime, regime_source), moment, shown);
    if let Some(statement) = statement {
        said = strings::signal_of(said, statement, decided_at, gpc, context.now);
    }
    let content = digest(
        format!(
            "site {} {} {}{}",
            given.granted_mask(),
            given.refused_mask(),
            objected.mask(),
            strings.text()
        )
        .as_bytes(),
    );
    let recorded = caller
        .store
        .decide(
            organisation.id,
            &own_request_id(caller, device, &key),
            &content,
            Actor::Person,
            &with_objection(said, objected),
            context.now,
        )
        .await?;
    caller.store.repair_soon(context.now);
    web::seal_soon(&caller.store, organisation.id);
    let recorded = recorded
        .last()
        .ok_or_else(|| Problem::internal("a stored decision was not found again"))?;
    let elsewhere = crate::wire::opted_out_elsewhere(context, caller).await?;
    let view = SiteView::of(context, caller, &extra, Some(&recorded.current), elsewhere)?;
    document(&view, Some(visitor.cookie(device, &caller.device_key)))
}

fn signal(
    device: DeviceId,
    flags: Flags,
    (regime, regime_source): (Regime, RegimeSource),
    moment: Option<Moment>,
    shown: Option<Shown>,
) -> NewSignal {
    let (at, since) = match moment {
        Some(Moment { at, since, .. }) => (at, since),
        None => (Requested::Live, None),
    };
    NewSignal {
        item: 0,
        subject: Subject::of_device(device),
        flags,
        tier: Tier::Direct,
        source: Source::Tag,
        regime,
        regime_source,
        at,
        since,
        grants_from: None,
        shown,
        evidence: None,
    }
}

/// When it was decided, by our clock; nothing where the browser's clock was set back since, so that it cannot say.
fn moment(age_ms: Option<i64>, now: Timestamp) -> Result<Option<Moment>, Problem> {
    let age = age_ms.unwrap_or_default();
    if age < 0 {
        return Ok(None);
    }
    if age > OLDEST_MS {
        return Err(Problem::invalid(
            "/age_ms",
            "This was decided too long ago. Ask again.",
        ));
    }
    let then = now.saturating_add_micros(age.saturating_mul(-1000));
    Ok(Some(if age <= LIVE_MS {
        Moment {
            then,
            at: Requested::Live,
            since: Some(then),
        }
    } else {
        Moment {
            then,
            at: Requested::At(then),
            since: None,
        }
    }))
}

fn refusals_of(flags: Flags) -> Flags {
    flags
        .iter()
        .filter(|(_, choice)| *choice == Choice::Refused)
        .fold(Flags::none(), |kept, (flag, choice)| {
            kept.with(flag, choice)
        })
}

fn nothing_said(flags: Flags) -> Problem {
    if flags.is_empty() {
        return Problem::invalid(
            "/flags",
            "Give at least one of dc, al, tg, cd, sh, re as true or false; none only with a privacy signal.",
        );
    }
    Problem::new(
        ProblemKind::Conflict,
        "What was shown has changed since, or nobody can say when this was decided, so the yes does not count. Ask again.",
    )
}
