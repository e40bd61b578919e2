//! Records clicks and opens after their answers. What comes in while a batch is being written waits for
//! the next one; whoever finds nobody writing writes.
//!
//! Two statements a batch: the version of the settings and the state and version of its contacts are read from
//! SQLite, then everything is inserted, and the insert keeps a contact only where the version is still the one
//! that was decided on.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use domain::{
    Ceiling, Ceilings, ClickToken, Gate, Interaction, Kind, LinkId, Machine, OrganisationId,
    Policy, Regime, Resolved, Settings, Subject, Timestamp, TrackingStatus, Verdict,
    keeps_last_open, names, resolve, verdict,
};
use spin_sdk::time::sleep;
use spin_sdk::wasip3;
use store::{
    AtVersion, CurrentConsent, LinkRecord, Occurrences, Organisation, Store, StoreError, Stranger,
};

use crate::kept;

/// What waits at most; more than this is dropped and its number logged.
const LONGEST_QUEUE: usize = 10_000;
/// How long a batch gathers before it is written. Two statements cost more than a redirect, so under load
/// they are shared; a host that loses work after the answer when it is stopped loses this much.
const GATHER: Duration = Duration::from_millis(20);
/// The same after a batch of [`BUSY`]: a page of the index is written for each person in a batch, whether she comes
/// once or twice, and the more there are the more they share.
const GATHER_BUSY: Duration = Duration::from_millis(100);
const BUSY: usize = 16;
/// How often settings may change while a batch is judged.
const SETTINGS_CHANGES: u32 = 5;
/// How often a batch is tried while SQLite is away, and how long between.
const ATTEMPTS: u32 = 15;
const PAUSE: Duration = Duration::from_secs(1);

/// How often an instance forgets clicks that it kept to find bursts in.
const FORGET_EVERY_MICROS: i64 = 5_000_000;

/// A click or an open that was answered.
#[derive(Clone)]
pub struct Event {
    pub link_id: LinkId,
    pub link: Rc<LinkRecord>,
    /// What her token says; nothing for a scanner, and where it does not open.
    pub token: Option<ClickToken>,
    /// Whether the form was shown: then it counts as anonymous until she agrees.
    pub asked: bool,
    pub at: Timestamp,
    /// The machine that asked, if it was one.
    pub machine: Option<Machine>,
    pub gpc: bool,
    /// Where the request came from, if the operator's proxy says so.
    pub region: Option<String>,
}

impl Event {
    /// Whose token came along.
    fn person(&self) -> Option<&Subject> {
        self.token.as_ref().and_then(ClickToken::person)
    }
}

thread_local! {
    static QUEUE: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
    static WRITING: Cell<bool> = const { Cell::new(false) };
    static DROPPED: Cell<usize> = const { Cell::new(0) };
    static FORGOTTEN: Cell<i64> = const { Cell::new(0) };
}

/// Takes an event in; it is written after the answer has left.
pub fn note(event: Event) {
    if event.link.ceiling == Ceiling::Off {
        return;
    }
    let fits = QUEUE.with_borrow_mut(|queue| {
        let fits = queue.len() < LONGEST_QUEUE;
        if fits {
            queue.push(event);
        }
        fits
    });
    if !fits {
        DROPPED.set(DROPPED.get().saturating_add(1));
    }
    if !WRITING.replace(true) {
        wasip3::spawn(async {
            let mut gather = GATHER;
            loop {
                sleep(gather).await;
                let batch = QUEUE.take();
                if batch.is_empty() {
                    break;
                }
                gather = if batch.len() < BUSY {
                    GATHER
                } else {
                    GATHER_BUSY
                };
                write(batch).await;
            }
            WRITING.set(false);
            let dropped = DROPPED.take();
            if dropped > 0 {
                web::log_line(format_args!(
                    "dropped={dropped} interactions that could not be recorded: SQLite was away"
                ));
            }
        });
    }
}

async fn write(batch: Vec<Event>) {
    for attempt in 1..=ATTEMPTS {
        match try_write(&batch).await {
            Ok(()) => return,
            Err(error) if attempt == ATTEMPTS => {
                web::log_line(format_args!(
                    "recording failed: inside={:?}",
                    error.to_string()
                ));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
    DROPPED.set(DROPPED.get().saturating_add(batch.len()));
}

async fn try_write(batch: &[Event]) -> Result<(), StoreError> {
    let kept = kept::configuration(web::now())
        .await
        .map_err(|_| StoreError::Away("no configuration".to_owned()))?;
    let organisations: BTreeSet<OrganisationId> =
        batch.iter().map(|event| event.link.organisation).collect();
    let (mut occurrences, mut last_opens) = (Vec::new(), Vec::new());
    let mut unprojected = false;
    for id in organisations {
        let events: Vec<&Event> = batch
            .iter()
            .filter(|event| event.link.organisation == id)
            .collect();
        if let Some(found) = find(&kept.config.store, id, &events).await? {
            unprojected |= found.unprojected;
            let judged = judge(&kept.config.store, id, &events, found).await?;
            occurrences.extend(judged.occurrences);
            last_opens.push((id, judged.last_opens));
        }
    }
    if unprojected {
        kept.config.store.repair_soon(web::now());
    }
    // First, since writing a day again changes nothing, and counting again would.
    for (id, people) in last_opens.iter().filter(|(_, people)| !people.is_empty()) {
        kept.config.store.record_last_opens(*id, people).await?;
    }
    if occurrences.is_empty() {
        return Ok(());
    }
    kept.config.store.record(&occurrences).await?;
    forget(&kept.config.store).await;
    Ok(())
}

/// Bursts are looked for in the clicks of the last seconds only, so that older ones are forgotten. If that fails, somebody
/// else does it: what was recorded must not be recorded again.
async fn forget(store: &Store) {
    let now = web::now();
    let since = now.micros().saturating_sub(FORGOTTEN.get());
    if (0..FORGET_EVERY_MICROS).contains(&since) {
        return;
    }
    FORGOTTEN.set(now.micros());
    if let Err(error) = store.forget_recent_clicks(now).await {
        web::log_line(format_args!("forget: inside={:?}", error.to_string()));
    }
}

/// What SQLite says, all at one moment.
struct Found {
    settings: Rc<Organisation>,
    people: Vec<Subject>,
    states: Vec<CurrentConsent>,
    /// Whether decisions wait to be projected.
    unprojected: bool,
}

/// The settings and the state of everybody who could be identified; nothing if the organisation is gone.
/// Whom to look up depends on the settings, so if these have changed meanwhile it is done again.
async fn find(
    store: &Store,
    organisation: OrganisationId,
    events: &[&Event],
) -> Result<Option<Found>, StoreError> {
    let mut version = None;
    for _ in 0..SETTINGS_CHANGES {
        let Some(settings) = store
            .organisation_for_recording(organisation, version)
            .await?
        else {
            return Ok(None);
        };
        let people: BTreeSet<&Subject> = events
            .iter()
            .filter(|event| {
                event.asked
                    || verdict(&facts(event, &settings.settings, Ceilings::default(), true))
                        == Some(Verdict::Identified)
            })
            .filter_map(|event| event.person())
            .collect();
        let people: Vec<Subject> = people.into_iter().cloned().collect();
        let current = store.current_for_recording(organisation, &people).await?;
        if current.version == Some(settings.version) {
            return Ok(Some(Found {
                settings,
                people,
                states: current.states,
                unprojected: current.unprojected,
            }));
        }
        if current.version.is_none() {
            return Ok(None);
        }
        version = current.version;
    }
    Err(StoreError::Away(
        "the settings change all the time".to_owned(),
    ))
}

/// What is to be written.
#[derive(Default)]
struct Judged {
    occurrences: Vec<Occurrences>,
    /// Of whom the day is kept and nothing else.
    last_opens: Vec<(AtVersion, Timestamp)>,
}

/// What each event counts as, by what SQLite says of its person now.
async fn judge(
    store: &Store,
    organisation: OrganisationId,
    events: &[&Event],
    mut found: Found,
) -> Result<Judged, StoreError> {
    let now = web::now();
    let unknown: Vec<&Subject> = found
        .people
        .iter()
        .zip(&found.states)
        .filter(|(_, current)| {
            let settings = &found.settings.settings;
            !current.is_known() && resolved(current, settings, None, now).allows(Gate::Track)
        })
        .map(|(subject, _)| subject)
        .collect();
    if !unknown.is_empty() {
        store.make_known(organisation, &unknown, now).await?;
        let Some(again) = find(store, organisation, events).await? else {
            return Ok(Judged::default());
        };
        found = again;
    }
    let settings = &found.settings.settings;
    let states: BTreeMap<&Subject, &CurrentConsent> =
        found.people.iter().zip(&found.states).collect();

    let mut alike: BTreeMap<(LinkId, i64, Verdict), Occurrences> = BTreeMap::new();
    let mut last_opens = Vec::new();
    for event in events {
        let regime = event
            .region
            .as_deref()
            .map(|region| settings.regime_in(region));
        let current = event.person().and_then(|person| states.get(person));
        let said = current.map(|current| resolved(current, settings, regime, event.at));
        let named = event
            .token
            .as_ref()
            .zip(said.as_ref())
            .is_some_and(|(token, said)| names(token, said));
        let ceiling = current.map_or_else(Ceilings::default, |current| current.ceiling);
        let facts = facts(event, settings, ceiling, named);
        let Some(verdict) = verdict(&facts) else {
            continue;
        };
        if settings.deliverability_only
            && said
                .as_ref()
                .is_some_and(|said| keeps_last_open(event.link.kind, &facts, said))
        {
            let person = current.and_then(|current| current.at_version());
            last_opens.extend(person.map(|person| (person, event.at)));
        }
        let (link, hour) = (event.link_id, event.at.hour());
        let occurrences = alike
            .entry((link, hour, verdict))
            .or_insert_with(|| Occurrences {
                link,
                hour,
                verdict,
                n: 0,
                people: Vec::new(),
                strangers: Vec::new(),
            });
        occurrences.n = occurrences.n.saturating_add(1);
        match verdict {
            Verdict::Identified => {
                // Whom SQLite does not know, it does not name: the trigger counts the rest as anonymous.
                let person = current.and_then(|current| current.at_version());
                let person = person.map(|person| (person, event.at));
                occurrences.people.extend(person);
            }
            Verdict::Anonymous => {
                let stranger = stranger(store, event, said.as_ref());
                occurrences.strangers.extend(stranger);
            }
            Verdict::Scanner | Verdict::AppleProxy | Verdict::GoogleProxy => {}
        }
    }
    Ok(Judged {
        occurrences: alike.into_values().collect(),
        last_opens,
    })
}

/// What stands for the person of an anonymous action: where her token has a number of its own, and, to find bursts,
/// where it was made to ask her and she has not answered. Nothing stands for somebody who has refused.
fn stranger(store: &Store, event: &Event, said: Option<&Resolved>) -> Option<Stranger> {
    let (token, counted) = match event.token.as_ref()? {
        ClickToken::AnonymousPerson(number) => (
            number.iter().map(|byte| format!("{byte:02x}")).collect(),
            true,
        ),
        ClickToken::MayBeAsked(person) | ClickToken::OnlyToAsk(person)
            if event.link.kind == Kind::Click
                && said?.tracking_status() == TrackingStatus::Unanswered =>
        {
            (person.to_string(), false)
        }
        _ => return None,
    };
    Some(Stranger {
        hash: store.stranger(event.link.message, event.link.kind, &token),
        at: event.at,
        counted,
    })
}

/// `contacts` is the ceiling of the person whose token came along.
fn facts<'a>(
    event: &'a Event,
    settings: &Settings,
    contacts: Ceilings,
    names: bool,
) -> Interaction<'a> {
    let above = event
        .link
        .kind
        .ceiling(settings.ceiling.most_restrictive(contacts));
    Interaction {
        machine: event.machine,
        token: event.token.as_ref(),
        gpc_honoured: event.gpc && settings.honour_gpc_on_clicks,
        names: Some(names && !event.asked),
        ceiling: event.link.ceiling.min(above),
    }
}

fn resolved(
    current: &CurrentConsent,
    settings: &Settings,
    regime: Option<Regime>,
    now: Timestamp,
) -> Resolved {
    let policy = Policy::from(settings)
        .for_person(&current.state)
        .tightened_by(regime);
    resolve(&current.state, &policy, now)
}
