//! What should be in force: looked up anew each time among everything that was ever said.

use domain::{Flag, Policy, Regime, Source, Tier, Timestamp};

/// Something that happens.
#[derive(Debug, Clone)]
pub enum Step {
    /// A decision: live and so many microseconds on its way, or at a time that it brings along.
    Signal {
        subject: usize,
        granted: u8,
        refused: u8,
        tier: u8,
        at: Option<i64>,
        lag: i64,
        source: Source,
        regime: Regime,
    },
    /// Lines of a file, each with its time.
    Slice(Vec<Line>),
    /// An erasure, live or at a time that it brings along.
    Erase {
        subject: usize,
        at: Option<i64>,
    },
    /// The first subject and a device.
    Link {
        device: usize,
    },
    Unlink {
        device: usize,
    },
    Portability {
        subject: usize,
    },
}

/// A decision in a file.
#[derive(Debug, Clone)]
pub struct Line {
    pub subject: usize,
    pub granted: u8,
    pub refused: u8,
    pub at: i64,
    pub regime: Regime,
}

/// What was said about one subject.
#[derive(Debug, Clone)]
struct Said {
    granted: u8,
    refused: u8,
    tier: u8,
    grants_at: i64,
    at: i64,
}

#[derive(Debug, Default, Clone)]
struct Person {
    said: Vec<Said>,
    /// When each erasure counts from, and when it was received.
    erased: Vec<(i64, i64)>,
    latest: i64,
    /// When the newest refusal or erasure was received.
    refused: i64,
}

#[derive(Debug, Default)]
pub struct Model {
    people: [Person; 5],
    /// Of the first three.
    linked: [bool; 3],
}

impl Person {
    fn erased_until(&self) -> Option<i64> {
        self.erased.iter().map(|(at, _)| *at).max()
    }

    /// Whether something said then was said before an erasure; what is live by when erasures were received.
    fn is_void(&self, said_at: i64, live: bool) -> bool {
        let Some(until) = self.erased_until() else {
            return false;
        };
        let received = self.erased.last().unwrap().1;
        said_at <= if live { until.min(received) } else { until }
    }

    /// Yes or no to a flag, and when it was said; nothing if nothing counts.
    fn decision(&self, flag: Flag) -> Option<(bool, i64)> {
        let counts = |at: &i64| self.erased_until().is_none_or(|until| *at > until);
        let heard: Vec<(u8, i64, bool)> = self
            .said
            .iter()
            .flat_map(|said| {
                let yes =
                    (said.granted & flag.bit() != 0).then_some((said.tier, said.grants_at, true));
                let no = (said.refused & flag.bit() != 0).then_some((said.tier, said.at, false));
                yes.into_iter().chain(no)
            })
            .filter(|(_, at, _)| counts(at))
            .collect();
        let tier = heard.iter().map(|(tier, _, _)| *tier).min()?;
        let nearest: Vec<_> = heard.into_iter().filter(|said| said.0 == tier).collect();
        let newest = nearest.iter().map(|(_, at, _)| *at).max()?;
        let refused = nearest.iter().any(|(_, at, yes)| *at == newest && !yes);
        Some((!refused, newest))
    }
}

impl Model {
    pub fn links(&self) -> Vec<usize> {
        (1..self.linked.len())
            .filter(|device| self.linked[*device])
            .collect()
    }

    fn reached(&self, subject: usize) -> Vec<usize> {
        let mut reached = vec![subject];
        if subject == 0 {
            reached.extend(self.links());
        }
        reached
    }

    pub fn take(&mut self, step: &Step, clock: i64) {
        match *step {
            Step::Signal {
                subject,
                granted,
                refused,
                tier,
                at,
                lag,
                ..
            } => {
                let since = clock - lag;
                let (said_at, live) = (at.unwrap_or(since), at.is_none());
                let reached = self.reached(subject);
                if self.people[subject].is_void(said_at, live) {
                    return;
                }
                for one in &reached {
                    let person = &mut self.people[*one];
                    if person.is_void(said_at, live) {
                        continue;
                    }
                    let decided = at.unwrap_or(clock.max(person.latest + 1));
                    let late = live && person.refused > since;
                    person.said.push(Said {
                        granted,
                        refused,
                        tier,
                        grants_at: if late { since } else { decided },
                        at: decided,
                    });
                    let stored = if late && refused == 0 { since } else { decided };
                    person.latest = person.latest.max(stored);
                    if refused != 0 {
                        person.refused = person.refused.max(clock);
                    }
                }
                if refused & Flag::Cd.bit() != 0 {
                    let no = |one: usize| {
                        self.people[one]
                            .decision(Flag::Cd)
                            .is_some_and(|(yes, _)| !yes)
                    };
                    for device in 1..self.linked.len() {
                        let touched = subject == 0 || subject == device;
                        if touched && (no(0) || no(device)) {
                            self.linked[device] = false;
                        }
                    }
                }
            }
            Step::Slice(ref lines) => {
                for line in lines {
                    let signal = Step::Signal {
                        subject: line.subject,
                        granted: line.granted,
                        refused: line.refused,
                        tier: 1,
                        at: Some(line.at),
                        lag: 0,
                        source: Source::File,
                        regime: line.regime,
                    };
                    self.take(&signal, clock);
                }
            }
            Step::Erase { subject, at } => {
                for one in self.reached(subject) {
                    let person = &mut self.people[one];
                    let erased = at.unwrap_or(clock.max(person.latest + 1));
                    person.erased.push((erased, clock));
                    person.latest = person.latest.max(erased);
                    person.refused = person.refused.max(clock);
                    if one == 0 {
                        self.linked = [false; 3];
                    }
                    if let Some(linked) = self.linked.get_mut(one) {
                        *linked = false;
                    }
                }
            }
            Step::Link { device } => self.linked[device] = true,
            Step::Unlink { device } => self.linked[device] = false,
            Step::Portability { .. } => {}
        }
    }

    /// Whether a flag is allowed.
    pub fn effective(&self, subject: usize, flag: Flag, policy: &Policy, now: Timestamp) -> bool {
        let person = &self.people[subject];
        let lapse = policy.regime.grant_lapses_after_months();
        let lapsed = |at: i64| {
            lapse.is_some_and(|months| Timestamp::from_micros(at).plus_months(months) <= now)
        };
        match person.decision(flag) {
            Some((true, at)) if !lapsed(at) => true,
            Some((false, _)) => false,
            _ => person.erased.is_empty() && policy.regime.unset_means(policy.global_mode),
        }
    }
}

/// The tier of a number.
pub fn tier(number: u8) -> Tier {
    Tier::from_number(number).unwrap()
}
