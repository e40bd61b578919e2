//! What many clients saw of a few subjects at once, and whether all of it was allowed.
//!
//! Every call is an interval: it may have taken effect at any moment between its beginning and its end. A
//! decision without an answer may take effect at any later moment, or never.

use std::collections::BTreeMap;

/// How long after a decision without an answer, or after a store that was away, the edge may still show what
/// was before: five seconds until others take up what it left, and as long again for them to do it.
const REPAIRED: i64 = 10_000_000;

/// One call. Times are microseconds of one clock.
#[derive(Debug, Clone)]
pub struct Event {
    pub subject: String,
    pub begin: i64,
    pub end: i64,
    pub what: What,
}

/// What a call asked and was told.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A decision under this request id, with the subject's version if it was acknowledged.
    Decision {
        id: String,
        granted: bool,
        version: Option<i64>,
    },
    /// What is in force, from the history.
    Api { version: i64, open: bool },
    /// What is in force, as the edge sees it.
    Edge { version: i64, open: bool },
    /// A report that was made, and whether it names the subject.
    Report { named: bool },
    /// A stored interaction that names the subject; it has only one time.
    Identified,
}

/// A decision as it is stored.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: String,
    pub granted: bool,
    /// The decision's time, in a form that can be compared.
    pub at: String,
}

/// Everything that was seen.
#[derive(Debug, Default)]
pub struct History {
    pub events: Vec<Event>,
    /// The signals of each subject, oldest first: after the first the version is 1.
    pub stored: BTreeMap<String, Vec<Stored>>,
    /// When the key-value store was away: beginnings and ends.
    pub away: Vec<(i64, i64)>,
}

impl History {
    /// Every call whose answer cannot be explained.
    pub fn violations(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut subjects = BTreeMap::<&str, Vec<&Event>>::new();
        for event in &self.events {
            subjects.entry(&event.subject).or_default().push(event);
        }
        for (subject, events) in subjects {
            let stored = self.stored.get(subject).map_or(&[][..], Vec::as_slice);
            let mut says = |event: &Event, why: &str| {
                found.push(format!("{why}: {event:?}"));
            };
            all_acknowledged_is_stored(&events, stored, &mut says);
            versions_never_go_back(&events, &mut says);
            for event in &events {
                match &event.what {
                    What::Decision { .. } => {}
                    What::Api { version, open } | What::Edge { version, open } => {
                        // A hold has no version and is always closed.
                        let held = *version == 0 && !open;
                        if !held && state(stored, *version) != Some(*open) {
                            says(event, "this version says something else");
                        }
                        let is_api = matches!(event.what, What::Api { .. });
                        if *open && is_api && !may_be_open(&events, event, event.end) {
                            says(event, "open after a refusal was acknowledged");
                        }
                        if *open && !is_api && !self.may_lag(&events, event, *version) {
                            says(event, "the edge is open after a refusal was acknowledged");
                        }
                    }
                    What::Report { named } => {
                        if *named && !may_be_open(&events, event, event.end) {
                            says(event, "named after a refusal was acknowledged");
                        }
                    }
                    // It is stored some time after it happened, and what is in force then counts.
                    What::Identified => {
                        if !may_be_open(&events, event, i64::MAX) {
                            says(event, "identified after a refusal was acknowledged");
                        }
                    }
                }
            }
        }
        found
    }

    /// Whether the edge may still show a version that is older than an acknowledged refusal: only while a call
    /// that may have read that version before the refusal was stored is under way and can write it.
    fn may_lag(&self, events: &[&Event], read: &Event, shown: i64) -> bool {
        let near = |(begin, end): &(i64, i64)| read.end > *begin && read.begin < *end + REPAIRED;
        if self.away.iter().any(near) {
            return true;
        }
        refused_before(events, read.begin).all(|(refusal, version)| {
            shown >= version
                || events.iter().any(|other| {
                    let until = match &other.what {
                        What::Decision { version: None, .. } => other.end + REPAIRED,
                        What::Decision { .. } | What::Edge { .. } => other.end,
                        _ => return false,
                    };
                    !std::ptr::eq(*other, read)
                        && !std::ptr::eq(*other, refusal)
                        && other.begin < refusal.end
                        && until > read.begin
                })
        })
    }
}

/// Acknowledged decisions are stored once, as they were sent, and in the order in which they were answered.
fn all_acknowledged_is_stored(
    events: &[&Event],
    stored: &[Stored],
    says: &mut impl FnMut(&Event, &str),
) {
    let mut placed: Vec<(usize, &Event)> = Vec::new();
    for event in events {
        let What::Decision {
            id,
            granted,
            version,
        } = &event.what
        else {
            continue;
        };
        let mut places = stored.iter().enumerate().filter(|(_, one)| one.id == *id);
        let (place, again) = (places.next(), places.next());
        if again.is_some() {
            says(event, "stored twice");
        }
        match (place, version) {
            (None, Some(_)) => says(event, "acknowledged and lost"),
            (Some((_, one)), _) if one.granted != *granted => says(event, "stored otherwise"),
            (Some((place, _)), Some(version)) => {
                if *version <= i64::try_from(place).unwrap() {
                    says(event, "acknowledged with a version from before it");
                }
                placed.push((place, event));
            }
            _ => {}
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    // What comes later in the history must not have been answered before this was asked.
    let mut earliest_end = i64::MAX;
    for (_, event) in placed.iter().rev() {
        if event.begin > earliest_end {
            says(event, "stored before what was answered before it");
        }
        earliest_end = earliest_end.min(event.end);
    }
}

/// Who asks the history after an answer sees at least what that answer showed.
fn versions_never_go_back(events: &[&Event], says: &mut impl FnMut(&Event, &str)) {
    let version = |event: &Event| match event.what {
        What::Api { version, .. } => Some(version),
        What::Decision { version, .. } => version,
        _ => None,
    };
    let seen: Vec<(&Event, i64)> = events
        .iter()
        .filter_map(|event| Some((*event, version(event)?)))
        .collect();
    let mut by_end = seen.clone();
    by_end.sort_by_key(|(event, _)| event.end);
    let mut by_begin = seen;
    by_begin.sort_by_key(|(event, _)| event.begin);
    let mut ended = by_end.into_iter().peekable();
    let mut newest = 0;
    for (event, version) in by_begin {
        while let Some((_, earlier)) = ended.next_if(|(earlier, _)| earlier.end < event.begin) {
            newest = newest.max(earlier);
        }
        if version < newest {
            says(event, "an older version than was shown before");
        }
    }
}

/// The refusals that were acknowledged before this moment, with their versions.
fn refused_before<'a>(
    events: &'a [&'a Event],
    moment: i64,
) -> impl Iterator<Item = (&'a Event, i64)> {
    events.iter().filter_map(move |event| match event.what {
        What::Decision {
            granted: false,
            version: Some(version),
            ..
        } if event.end < moment => Some((*event, version)),
        _ => None,
    })
}

/// Whether after every refusal that was acknowledged before the call somebody may have agreed again until
/// `until`.
fn may_be_open(events: &[&Event], call: &Event, until: i64) -> bool {
    refused_before(events, call.begin).all(|(refusal, _)| {
        events.iter().any(|grant| match &grant.what {
            What::Decision {
                granted: true,
                version,
                ..
            } => (version.is_none() || grant.end > refusal.begin) && grant.begin < until,
            _ => false,
        })
    })
}

/// Whether the subject is open after so many signals; nothing if there are not as many. The newest counts,
/// and of two of the same time the refusal.
fn state(stored: &[Stored], version: i64) -> Option<bool> {
    let signals = stored.get(..usize::try_from(version).ok()?)?;
    let newest = signals.iter().max_by_key(|one| (&one.at, !one.granted));
    Some(newest.is_some_and(|one| one.granted))
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
