//! How a subject's consent is shown.

use std::collections::BTreeMap;

use domain::{
    AskAgain, Basis, Choice, ConsentState, Flag, Gate, Policy, Regime, Region, Resolved, Settings,
    Subject, Timestamp, TrackingStatus, resolve,
};
use serde::Serialize;
use store::{CurrentConsent, Seen};
use web::Problem;

use crate::explain::Explanation;

/// What is in force for a subject.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Consent"))]
pub struct ConsentView {
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    pub regime: Regime,
    flags: BTreeMap<&'static str, FlagView>,
    gates: BTreeMap<&'static str, bool>,
    tracking_status: TrackingStatus,
    #[serde(rename = "hasTrackingConsent")]
    has_tracking_consent: Option<bool>,
    #[serde(rename = "dtTrackingConsent")]
    tracking_consent_at: Option<Timestamp>,
    /// When everything before was erased; what is unset since is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<Timestamp>,
    /// Only where tracking is refused: from when one may ask again; `null` for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    may_ask_again_at: Option<MayAsk>,
    version: i64,
    source: Seen,
    /// Where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explanation>,
}

/// A time, or `null` for never.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
struct MayAsk(Option<Timestamp>);

impl From<AskAgain> for MayAsk {
    fn from(ask: AskAgain) -> Self {
        Self(match ask {
            AskAgain::Never => None,
            AskAgain::At(at) => Some(at),
        })
    }
}

/// One purpose.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "FlagInForce"))]
pub struct FlagView {
    choice: Option<Choice>,
    pub effective: bool,
    basis: Basis,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
}

impl ConsentView {
    /// The view of what is stored, under the organisation's policy, which a request may tighten.
    pub fn of(
        subject: Option<&Subject>,
        current: &CurrentConsent,
        settings: &Settings,
        tightened: &Tightened,
        now: Timestamp,
    ) -> Self {
        let resolved = tightened.resolve(&current.state, settings, now);
        // A refusal is on its way: everything is closed, whatever the rules would say of nothing.
        let open = current.seen != Seen::Hold;
        let status = resolved.tracking_status();
        Self {
            subject: subject.map(ToString::to_string),
            regime: resolved.policy().regime,
            flags: Flag::ALL
                .into_iter()
                .map(|flag| (flag.code(), flag_view(&resolved, flag, open)))
                .collect(),
            gates: Gate::ALL
                .into_iter()
                .map(|gate| (gate.code(), open && resolved.allows(gate)))
                .collect(),
            tracking_status: status,
            has_tracking_consent: status.has_tracking_consent(),
            tracking_consent_at: resolved.tracking_decided_at(),
            erased_at: current.state.erased_at,
            may_ask_again_at: resolved.may_ask_again().map(MayAsk::from),
            version: current.version,
            source: current.seen,
            explanation: None,
        }
    }

    /// The same with why it is so.
    pub fn explained(self, explanation: Explanation) -> Self {
        Self {
            explanation: Some(explanation),
            ..self
        }
    }

    /// The flags with their codes.
    pub fn flags(&self) -> impl Iterator<Item = (&'static str, &FlagView)> {
        self.flags.iter().map(|(code, flag)| (*code, flag))
    }
}

fn flag_view(resolved: &Resolved, flag: Flag, open: bool) -> FlagView {
    let found = resolved.get(flag);
    FlagView {
        choice: found.choice,
        effective: open && found.effective,
        basis: found.basis,
        tier: found.decided_by.map(|decision| decision.tier.code()),
        source: found.decided_by.map(|decision| decision.source.code()),
        decided_at: found.decided_by.map(|decision| decision.at),
    }
}

/// A subject as it stands in an address. Addresses of people do not belong there: logs keep them.
pub fn subject_in_path(text: &str) -> Result<Subject, Problem> {
    if domain::names_address(text) || text.contains('@') {
        let detail = "An e-mail address must not stand in a URL. Use POST, with the subject in the body (/v1/consent/query, /history, /receipt, /export, /erase), or bk:email_sha256.";
        return Err(Problem::new(web::ProblemKind::Malformed, detail));
    }
    Subject::parse(text).map_err(|error| Problem::invalid("subject", error))
}

/// A subject as it stands in the field `subject` of a body.
pub fn subject_in_body(text: &str) -> Result<Subject, Problem> {
    Subject::parse(text).map_err(|error| Problem::invalid("/subject", error))
}

/// What a request makes stricter.
#[derive(Default)]
pub struct Tightened {
    /// A regime that it names.
    pub regime: Option<Regime>,
    /// Where it says the person is.
    pub region: Option<Region>,
    /// Whether the person's browser sends `Sec-GPC: 1`. It holds for this request alone.
    pub gpc: bool,
}

impl Tightened {
    /// What the parameters of an address say.
    pub fn from_parameters(
        regime: Option<&str>,
        region: Option<&str>,
        gpc: Option<&str>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            regime: regime
                .map(|code| Regime::parse(code).map_err(|error| Problem::invalid("regime", error)))
                .transpose()?,
            region: region
                .map(|code| Region::parse(code).map_err(|error| Problem::invalid("region", error)))
                .transpose()?,
            gpc: yes_or_no("gpc", gpc)?,
        })
    }

    /// What is in force for somebody, under the organisation's policy, made stricter by this.
    pub fn resolve(&self, state: &ConsentState, settings: &Settings, now: Timestamp) -> Resolved {
        let region = self.region.as_ref();
        let policy = Policy::from(settings)
            .for_person(state)
            .tightened_by(self.regime)
            .tightened_by(region.map(|region| settings.regime_in(region.as_str())))
            .with_privacy_signal(self.gpc);
        resolve(state, &policy, now)
    }
}

/// A parameter that is `true` or `false`; left out it is no.
pub fn yes_or_no(name: &str, value: Option<&str>) -> Result<bool, Problem> {
    match value {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::invalid(name, "Give true or false.")),
    }
}
