//! One decision, from JSON to a signal.

use domain::iab::{Evidence, MAPPING, Statement, Strings};
use domain::{
    Choice, FlagSet, Flags, Regime, RegimeSource, Region, Settings, Shown, Source, Subject, Tier,
    Timestamp, check_time,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use store::{NewSignal, Requested};
use web::{Problem, ProblemKind};

/// A decision as it is sent.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Decision"))]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    #[cfg_attr(test, schemars(with = "domain::Subject"))]
    subject: String,
    /// What she says; with a string or `gpc` it may be left out, and must not say something else.
    #[serde(default)]
    flags: Flags,
    /// A TC string.
    tcf: Option<String>,
    /// A GPP string.
    gpp: Option<String>,
    /// Its sections that apply to this person.
    #[cfg_attr(test, schemars(length(max = 64)))]
    gpp_sid: Option<Vec<i16>>,
    /// Whether the person's browser sent `Sec-GPC: 1`.
    #[serde(default)]
    gpc: bool,
    regime: Option<Regime>,
    /// Where the person is; the server that asks may be elsewhere, so no header of this request says it.
    region: Option<Region>,
    /// When the person decided; left out for a decision made now.
    at: Option<Timestamp>,
    tier: Option<Tier>,
    shown: Option<Shown>,
}

/// Sections that a GPP string can have.
const MOST_SECTIONS: usize = 64;

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
    let statement = statement(&body, &at, now)?;
    let (regime, regime_source) = regime(&body, statement.as_ref(), settings);
    let objected = if body.gpc {
        regime.refused_by_gpc(settings.global_gpc)
    } else {
        FlagSet::EMPTY
    };
    let flags = together(&body, statement.as_ref(), objected, &at)?;
    let (requested, grants_from) = moments(&body, statement.as_ref(), flags, &at, now)?;
    check_shown(body.shown.as_ref(), &at)?;
    let source = match &statement {
        Some(statement) => statement.source,
        None if body.gpc && body.flags.is_empty() => Source::Gpc,
        None => Source::Api,
    };
    Ok(NewSignal {
        item: u32::try_from(item).map_err(Problem::internal)?,
        subject,
        flags,
        tier: body.tier.unwrap_or(Tier::Direct),
        source,
        regime,
        regime_source,
        at: requested,
        since: None,
        grants_from,
        shown: body.shown,
        evidence: evidence(statement, body.gpc),
    })
}

/// What the strings say, if there are any. A string whose yes does not count is refused, so that the sender notices;
/// one that only refuses is taken as it is.
fn statement(
    body: &DecisionBody,
    at: &impl Fn(&str) -> String,
    now: Timestamp,
) -> Result<Option<Statement>, Problem> {
    let sections = body.gpp_sid.as_deref();
    if sections.is_some_and(|sections| body.gpp.is_none() || sections.len() > MOST_SECTIONS) {
        let detail = "Give it with gpp: the numbers of the sections that apply, at most 64, or [-1] for none.";
        return Err(Problem::invalid(at("gpp_sid"), detail));
    }
    if body.tcf.is_none() && body.gpp.is_none() {
        return Ok(None);
    }
    let strings = Strings {
        tcf: body.tcf.as_deref(),
        gpp: body.gpp.as_deref(),
        gpp_sid: sections,
    };
    let statement = Statement::read(strings, now)
        .and_then(|statement| statement.withheld.map_or(Ok(statement), Err))
        .map_err(|error| Problem::invalid(at(error.place().field()), error))?;
    Ok(Some(statement))
}

/// The request's regime, else that of the region, else the default. A string that was made under European law is
/// under it at least.
fn regime(
    body: &DecisionBody,
    statement: Option<&Statement>,
    settings: &Settings,
) -> (Regime, RegimeSource) {
    let european = statement.is_some_and(|statement| statement.is_european);
    match (body.regime, &body.region) {
        (Some(regime), _) => (regime, RegimeSource::Req),
        (None, Some(region)) => (settings.regime_in(region.as_str()), RegimeSource::Ip),
        (None, None) if european => {
            let default = settings.default_regime;
            match default.stricter(Regime::Gdpr, settings.global_mode) {
                stricter if stricter == default => (default, RegimeSource::Org),
                stricter => (stricter, RegimeSource::Req),
            }
        }
        (None, None) => (settings.default_regime, RegimeSource::Org),
    }
}

/// The flags, those of the strings, and what the browser objects to; they must not contradict each other. Only a yes on
/// a form that was shown stands against the browser's objection.
fn together(
    body: &DecisionBody,
    statement: Option<&Statement>,
    objected: FlagSet,
    at: &impl Fn(&str) -> String,
) -> Result<Flags, Problem> {
    let mut flags = body.flags;
    for (flag, choice) in statement.map_or(Flags::none(), |said| said.flags).iter() {
        if flags.get(flag).is_some_and(|other| other != choice) {
            let place = at(&format!("flags/{}", flag.code()));
            let detail = "The string says something else about this flag. Leave the flag out, or the string.";
            return Err(Problem::invalid(place, detail));
        }
        flags = flags.with(flag, choice);
    }
    for flag in objected.iter() {
        if body.flags.get(flag) == Some(Choice::Granted) {
            if body.shown.is_some() {
                continue;
            }
            let place = at(&format!("flags/{}", flag.code()));
            let detail = "The person's browser objects to this (gpc). Leave the flag out; a yes on a form that says so stands if shown names the form.";
            return Err(Problem::invalid(place, detail));
        }
        flags = flags.with(flag, Choice::Refused);
    }
    if !flags.is_empty() {
        return Ok(flags);
    }
    let (place, detail) = match (&body.tcf, &body.gpp, body.gpc) {
        (Some(_), _, _) => (
            "tcf",
            "This string says nothing about any flag (docs/signals.md). Leave the decision out.",
        ),
        (None, Some(_), _) => (
            "gpp",
            "Nothing that applies here says anything about a flag (docs/signals.md). Leave the decision out.",
        ),
        (None, None, true) => (
            "gpc",
            "Under this regime the browser's signal adds nothing: what nobody agreed to is a no already. Leave the decision out.",
        ),
        (None, None, false) => (
            "flags",
            "Give at least one of dc, al, tg, cd, sh, re as true or false.",
        ),
    };
    Err(Problem::invalid(at(place), detail))
}

/// When the person decided, and from when on what she agreed to counts, if that is earlier.
fn moments(
    body: &DecisionBody,
    statement: Option<&Statement>,
    flags: Flags,
    at: &impl Fn(&str) -> String,
    now: Timestamp,
) -> Result<(Requested, Option<Timestamp>), Problem> {
    let ahead = |time: Timestamp, place: &str| {
        check_time(time, now).map_err(|error| Problem {
            pointer: Some(at(place)),
            ..Problem::new(ProblemKind::TimestampInFuture, error.to_string())
        })
    };
    if let Some(time) = body.at {
        ahead(time, "at")?;
        if statement.is_some_and(|statement| !statement.can_be_of(time)) {
            let detail = "The string was made on another day (UTC). Leave the time out, or send the string of that day.";
            return Err(Problem::invalid(at("at"), detail));
        }
        return Ok((Requested::At(time), None));
    }
    let Some(statement) = statement else {
        return Ok((Requested::Live, None));
    };
    let (time, grants_from) = statement.moments(flags, now);
    let place = statement.source.code();
    for time in [time, grants_from].into_iter().flatten() {
        ahead(time, place)?;
    }
    Ok((time.map_or(Requested::Live, Requested::At), grants_from))
}

/// What was shown, as the sender names it.
pub fn check_shown(shown: Option<&Shown>, at: &impl Fn(&str) -> String) -> Result<(), Problem> {
    if let Some(shown) = shown
        && [&shown.form, &shown.version, &shown.language]
            .into_iter()
            .any(|text| text.is_empty() || text.len() > 256)
    {
        return Err(Problem::invalid(
            at("shown"),
            "Give form, version and language with 1 to 256 bytes each.",
        ));
    }
    Ok(())
}

/// What is kept beside the flags.
fn evidence(statement: Option<Statement>, gpc: bool) -> Option<Evidence> {
    match statement {
        Some(statement) => Some(Evidence {
            gpc,
            ..statement.evidence
        }),
        None => gpc.then(|| Evidence {
            mapping: MAPPING,
            tcf: None,
            gpp: None,
            gpp_sid: None,
            sections: Vec::new(),
            gpc,
        }),
    }
}
