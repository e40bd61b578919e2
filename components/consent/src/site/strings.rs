//! What the consent management platform on the page says (`static/assent-cmp.js`): its string in the place of flags.

use domain::iab::{Evidence, Statement, Strings};
use domain::{Flags, Regime, RegimeSource, Settings, Timestamp};
use store::{NewSignal, Requested};
use web::Problem;

/// Sections that a GPP string can have.
const MOST_SECTIONS: usize = 64;

/// The strings of a decision.
pub struct SentStrings {
    /// A TC string.
    pub tcf: Option<String>,
    /// A GPP string.
    pub gpp: Option<String>,
    /// Its sections that apply.
    pub gpp_sid: Option<Vec<i16>>,
}

impl SentStrings {
    /// What makes another string another decision.
    pub fn text(&self) -> String {
        let strings = [&self.tcf, &self.gpp].into_iter().flatten();
        strings.map(|string| format!(" {string}")).collect()
    }

    /// What they say; nothing if there are none. A yes in them that does not count is left out: a page cannot mend it.
    pub fn read(&self, flags: Flags, now: Timestamp) -> Result<Option<Statement>, Problem> {
        if self.tcf.is_none() && self.gpp.is_none() {
            return match self.gpp_sid {
                Some(_) => Err(Problem::invalid("/gpp_sid", "Give it with gpp.")),
                None => Ok(None),
            };
        }
        if !flags.is_empty() {
            let detail = "Give flags or a string, not both.";
            return Err(Problem::invalid("/flags", detail));
        }
        let sections = self.gpp_sid.as_deref();
        if sections.is_some_and(|sections| sections.len() > MOST_SECTIONS) {
            return Err(Problem::invalid("/gpp_sid", "Give at most 64."));
        }
        let strings = Strings {
            tcf: self.tcf.as_deref(),
            gpp: self.gpp.as_deref(),
            gpp_sid: sections,
        };
        Statement::read(strings, now)
            .map(Some)
            .map_err(|error| Problem::invalid(format!("/{}", error.place().field()), error))
    }
}

/// Why nothing is recorded.
pub fn nothing_said(statement: &Statement) -> Problem {
    match &statement.withheld {
        Some(error) => Problem::invalid(format!("/{}", error.place().field()), error),
        None => Problem::invalid(
            format!("/{}", statement.source.code()),
            "Nothing that applies here says anything about a flag (docs/signals.md).",
        ),
    }
}

/// European law at least, for what was made under it.
pub fn regime(
    statement: &Statement,
    (regime, source): (Regime, RegimeSource),
    settings: &Settings,
) -> (Regime, RegimeSource) {
    match regime.stricter(Regime::Gdpr, settings.global_mode) {
        stricter if statement.is_european && stricter != regime => (stricter, RegimeSource::Req),
        _ => (regime, source),
    }
}

/// The signal as the string makes it. Only where the page says how long ago the person decided, and that was on the
/// day of the string, it has that moment; else a yes counts from the day's beginning, a no from its end.
pub fn signal_of(
    said: NewSignal,
    statement: Statement,
    decided_at: Option<Timestamp>,
    gpc: bool,
    now: Timestamp,
) -> NewSignal {
    let is_known = decided_at.is_some_and(|at| statement.can_be_of(at));
    let (at, since, grants_from) = if is_known {
        (said.at, said.since, None)
    } else {
        let (at, grants_from) = statement.moments(said.flags, now);
        (at.map_or(Requested::Live, Requested::At), None, grants_from)
    };
    NewSignal {
        source: statement.source,
        at,
        since,
        grants_from,
        evidence: Some(Evidence {
            gpc,
            ..statement.evidence
        }),
        ..said
    }
}
