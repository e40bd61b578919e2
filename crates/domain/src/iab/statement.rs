//! What strings say in flags: the tables of `docs/signals.md`.

use super::{Gpp, GppError, Publisher, Section, Tcf, TcfError, TcfFlaw};
use crate::{Choice, Flag, Flags, Source, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The version of the tables. It is kept with each string, so that what it meant then can be told.
pub const MAPPING: u8 = 1;

/// Strings as they came in; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Strings<'a> {
    /// A TC string.
    pub tcf: Option<&'a str>,
    /// A GPP string.
    pub gpp: Option<&'a str>,
    /// The sections of it that apply to this person here; -1 for none.
    pub gpp_sid: Option<&'a [i16]>,
}

/// What is kept of strings, with the signal that was made of them. As JSON; what is not there is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// The version of the tables.
    pub mapping: u8,
    /// The TC string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcf: Option<String>,
    /// The GPP string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpp: Option<String>,
    /// The sections that apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpp_sid: Option<Vec<i16>>,
    /// The sections that said something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<String>,
    /// Whether the browser sent `Sec-GPC: 1`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub gpc: bool,
}

/// What strings say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What counts of it; may be nothing.
    pub flags: Flags,
    /// Why a yes in it does not count, if there is one.
    pub withheld: Option<StatementError>,
    /// [`Source::Tcf`] or [`Source::Gpp`].
    pub source: Source,
    /// Whether a part of it was made under European law.
    pub is_european: bool,
    /// What to keep.
    pub evidence: Evidence,
    /// The first and the last moment at which a dated string can have been made.
    day: Option<(Timestamp, Timestamp)>,
    /// Whether a string without a date refuses something: that holds now.
    refuses_now: bool,
}

/// Which of the strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// [`Strings::tcf`]
    Tcf,
    /// [`Strings::gpp`]
    Gpp,
    /// [`Strings::gpp_sid`]
    GppSid,
}

/// The strings cannot be read, or do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatementError {
    /// No TC string.
    #[error("this is no TC string: {0}")]
    Tcf(TcfError),
    /// No GPP string.
    #[error("this is no GPP string: {0}")]
    Gpp(GppError),
    /// It agrees to something, and is not valid.
    #[error("this TC string is not valid, so nothing that it agrees to counts: {1}")]
    Flaw(Place, TcfFlaw),
    /// It agrees to something, and nobody says that this part of it applies.
    #[error(
        "name the sections that apply to this person (applicableSections of the consent management platform): a yes counts only from one of them"
    )]
    Applicable,
    /// The two strings say different things.
    #[error("this says something else about {} than tcf; send the one that holds", .0.code())]
    Contradiction(Flag),
}

impl Place {
    /// The field's name on the wire.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Tcf => "tcf",
            Self::Gpp => "gpp",
            Self::GppSid => "gpp_sid",
        }
    }
}

impl StatementError {
    /// Which of the strings it is about.
    #[must_use]
    pub const fn place(self) -> Place {
        match self {
            Self::Tcf(_) => Place::Tcf,
            Self::Gpp(_) | Self::Contradiction(_) => Place::Gpp,
            Self::Applicable => Place::GppSid,
            Self::Flaw(place, _) => place,
        }
    }
}

impl Statement {
    /// Reads the strings, as of `now`. What is not valid, or not said to apply, never counts as a yes, but its
    /// refusals count.
    ///
    /// # Errors
    /// [`StatementError`] if they cannot be read, or contradict each other.
    pub fn read(strings: Strings<'_>, now: Timestamp) -> Result<Self, StatementError> {
        let mut statement = Self {
            flags: Flags::none(),
            withheld: None,
            source: match strings.tcf {
                Some(_) => Source::Tcf,
                None => Source::Gpp,
            },
            is_european: false,
            evidence: Evidence {
                mapping: MAPPING,
                tcf: strings.tcf.map(str::to_owned),
                gpp: strings.gpp.map(str::to_owned),
                gpp_sid: strings.gpp_sid.map(<[i16]>::to_vec),
                sections: Vec::new(),
                gpc: false,
            },
            day: None,
            refuses_now: false,
        };
        if let Some(text) = strings.tcf {
            let tcf = Tcf::parse(text).map_err(StatementError::Tcf)?;
            let said = statement.european(&tcf, Place::Tcf, true, now);
            statement.flags = said;
        }
        if let Some(text) = strings.gpp {
            let gpp = Gpp::parse(text).map_err(StatementError::Gpp)?;
            let said = statement.sections(&gpp, strings.gpp_sid, now);
            statement.add(said)?;
        }
        Ok(statement)
    }

    /// When the person said `flags`, which hold what the strings say, and from when on the yes among them counts, if
    /// that is earlier. A string says the day only: a no counts from its last moment, a yes from its first, so that
    /// the same string again never outvotes a later no. `None` is now.
    #[must_use]
    pub fn moments(&self, flags: Flags, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        match self.day {
            None => (None, None),
            Some((first, _)) if !flags.contains_refusal() => (Some(first), None),
            Some((first, _)) if self.refuses_now => (None, Some(first)),
            Some((first, last)) => (Some(last.min(now).max(first)), Some(first)),
        }
    }

    /// Whether the person can have said it at this moment.
    #[must_use]
    pub fn can_be_of(&self, at: Timestamp) -> bool {
        self.day
            .is_none_or(|(first, last)| (first..=last).contains(&at))
    }

    /// What a TC string says, by the first table.
    fn european(&mut self, tcf: &Tcf, place: Place, applies: bool, now: Timestamp) -> Flags {
        self.is_european = true;
        let (first, last) = tcf.day();
        self.day = Some(match self.day {
            None => (first, last),
            Some((other, another)) => (first.min(other), last.max(another)),
        });
        self.evidence.sections.push("tcfeuv2".to_owned());
        let said = of_tcf(tcf);
        let problem = match tcf.flaw(now) {
            Some(flaw) => Some(StatementError::Flaw(place, flaw)),
            None if !applies => Some(StatementError::Applicable),
            None => None,
        };
        match problem {
            Some(problem) if said.granted_mask() != 0 => {
                self.withheld = self.withheld.or(Some(problem));
                said.iter()
                    .filter(|(_, choice)| *choice == Choice::Refused)
                    .fold(Flags::none(), |flags, (flag, choice)| {
                        flags.with(flag, choice)
                    })
            }
            _ => said,
        }
    }

    /// What the sections say that apply, or all of them if nobody says which do.
    fn sections(&mut self, gpp: &Gpp, applicable: Option<&[i16]>, now: Timestamp) -> Flags {
        let mut all = Flags::none();
        for (id, section) in &gpp.sections {
            let applies = applicable.is_some_and(|ids| ids.contains(&id.cast_signed()));
            if applicable.is_some() && !applies {
                continue;
            }
            let said = match section {
                Section::Tcf(tcf) => self.european(tcf, Place::Gpp, applies, now),
                Section::Us(section) => {
                    let said = section.flags();
                    self.refuses_now |= said.contains_refusal();
                    let name = Gpp::section_name(*id).unwrap_or_default();
                    self.evidence.sections.push(name.to_owned());
                    said
                }
                Section::Unread => continue,
            };
            all = said
                .iter()
                .fold(all, |all, (flag, choice)| match all.get(flag) {
                    Some(Choice::Refused) => all,
                    _ => all.with(flag, choice),
                });
        }
        all
    }

    fn add(&mut self, said: Flags) -> Result<(), StatementError> {
        for (flag, choice) in said.iter() {
            if self.flags.get(flag).is_some_and(|other| other != choice) {
                return Err(StatementError::Contradiction(flag));
            }
            self.flags = self.flags.with(flag, choice);
        }
        Ok(())
    }
}

impl Publisher {
    /// Whether the segment says nothing: libraries write an empty one where the publisher asks nothing of its own.
    const fn is_empty(&self) -> bool {
        self.consents | self.interests == 0 && self.own_purposes == 0
    }
}

/// The purposes that a flag needs, all of them.
const PURPOSES: [(Flag, &[u8]); 3] = [
    (Flag::Dc, &[1]),
    (Flag::Al, &[7, 8, 9]),
    (Flag::Tg, &[3, 4, 5, 6]),
];

fn of_tcf(tcf: &Tcf) -> Flags {
    let consents = match tcf.publisher {
        Some(publisher) if !publisher.is_empty() => tcf.consents & publisher.consents,
        _ => tcf.consents,
    };
    let consented = |purpose: &u8| consents >> purpose.saturating_sub(1) & 1 == 1;
    let mut flags = Flags::none();
    for (flag, purposes) in PURPOSES {
        // Purpose 1 was not put as a question.
        if flag == Flag::Dc && tcf.purpose_one_treatment {
            continue;
        }
        let choice = if purposes.iter().all(consented) {
            Choice::Granted
        } else {
            Choice::Refused
        };
        flags = flags.with(flag, choice);
    }
    // No purpose stands for these: nothing grants them, and without collecting there is nothing to link or to share.
    if flags.get(Flag::Dc) == Some(Choice::Refused) {
        for flag in [Flag::Cd, Flag::Sh, Flag::Re] {
            flags = flags.with(flag, Choice::Refused);
        }
    }
    flags
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}
