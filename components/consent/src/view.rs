//! How a subject's consent is shown.

use std::collections::BTreeMap;

use domain::{
    Choice, Flag, Gate, Policy, Regime, Region, Resolved, Settings, Subject, Timestamp,
    TrackingStatus, resolve,
};
use serde::Serialize;
use store::{CurrentConsent, Seen};
use web::Problem;

/// What is in force for a subject.
#[derive(Serialize)]
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
    version: i64,
    source: Seen,
}

/// One purpose.
#[derive(Serialize)]
pub struct FlagView {
    choice: Option<Choice>,
    pub effective: bool,
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
        let policy = Policy::from(settings).for_person(&current.state);
        let policy = tightened.tighten(policy, settings);
        let resolved = resolve(&current.state, &policy, now);
        // A refusal is on its way: everything is closed, whatever the rules would say of nothing.
        let open = current.seen != Seen::Hold;
        let status = resolved.tracking_status();
        Self {
            subject: subject.map(ToString::to_string),
            regime: policy.regime,
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
            version: current.version,
            source: current.seen,
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
        tier: found.decided_by.map(|decision| decision.tier.code()),
        source: found.decided_by.map(|decision| decision.source.code()),
        decided_at: found.decided_by.map(|decision| decision.at),
    }
}

/// A subject as it stands in an address. Addresses of people do not belong there: logs keep them.
pub fn subject_in_path(text: &str) -> Result<Subject, Problem> {
    if domain::names_address(text) || text.contains('@') {
        let detail = "An e-mail address must not stand in a URL. Use POST /v1/consent/query, or bk:email_sha256.";
        return Err(Problem::new(web::ProblemKind::Malformed, detail));
    }
    Subject::parse(text).map_err(|error| Problem::invalid("subject", error))
}

/// What a request makes stricter.
#[derive(Default)]
pub struct Tightened {
    /// A regime that it names.
    pub regime: Option<Regime>,
    /// Where it says the person is.
    pub region: Option<Region>,
}

impl Tightened {
    /// What the parameters of an address say.
    pub fn from_parameters(regime: Option<&str>, region: Option<&str>) -> Result<Self, Problem> {
        Ok(Self {
            regime: regime
                .map(|code| Regime::parse(code).map_err(|error| Problem::invalid("regime", error)))
                .transpose()?,
            region: region
                .map(|code| Region::parse(code).map_err(|error| Problem::invalid("region", error)))
                .transpose()?,
        })
    }

    /// The policy with it.
    pub fn tighten(&self, policy: Policy, settings: &Settings) -> Policy {
        let region = self.region.as_ref();
        policy
            .tightened_by(self.regime)
            .tightened_by(region.map(|region| settings.regime_in(region.as_str())))
    }
}
