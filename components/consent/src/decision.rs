//! One decision, from JSON to a signal.

use domain::{
    Flags, Regime, RegimeSource, Region, Settings, Shown, Source, Subject, Tier, Timestamp,
    check_time,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use store::{NewSignal, Requested};
use web::{Problem, ProblemKind};

/// A decision as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    subject: String,
    flags: Flags,
    regime: Option<Regime>,
    /// Where the person is; the server that asks may be elsewhere, so no header of this request says it.
    region: Option<Region>,
    /// When the person decided; left out for a decision made now.
    at: Option<Timestamp>,
    tier: Option<Tier>,
    shown: Option<Shown>,
}

/// Reads the document that stands at `prefix` in the body.
pub fn signal(
    document: &RawValue,
    item: usize,
    prefix: &str,
    settings: &Settings,
    now: Timestamp,
) -> Result<NewSignal, Problem> {
    let body: DecisionBody = web::json_item(document.get().as_bytes(), prefix)?;
    let at = |field: &str| format!("{prefix}/{field}");
    let subject =
        Subject::parse(&body.subject).map_err(|error| Problem::invalid(at("subject"), error))?;
    if body.flags.is_empty() {
        return Err(Problem::invalid(
            at("flags"),
            "Give at least one of dc, al, tg, cd, sh, re as true or false.",
        ));
    }
    let requested = match body.at {
        Some(time) => {
            check_time(time, now).map_err(|error| Problem {
                pointer: Some(at("at")),
                ..Problem::new(ProblemKind::TimestampInFuture, error.to_string())
            })?;
            Requested::At(time)
        }
        None => Requested::Live,
    };
    if let Some(shown) = &body.shown
        && [&shown.form, &shown.version, &shown.language]
            .into_iter()
            .any(|text| text.is_empty() || text.len() > 256)
    {
        return Err(Problem::invalid(
            at("shown"),
            "Give form, version and language with 1 to 256 bytes each.",
        ));
    }
    let (regime, regime_source) = match (body.regime, &body.region) {
        (Some(regime), _) => (regime, RegimeSource::Req),
        (None, Some(region)) => (settings.regime_in(region.as_str()), RegimeSource::Ip),
        (None, None) => (settings.default_regime, RegimeSource::Org),
    };
    Ok(NewSignal {
        item: u32::try_from(item).map_err(Problem::internal)?,
        subject,
        flags: body.flags,
        tier: body.tier.unwrap_or(Tier::Direct),
        source: Source::Api,
        regime,
        regime_source,
        at: requested,
        since: None,
        shown: body.shown,
    })
}
