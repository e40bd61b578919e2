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
    Ceiling, ClickToken, Gate, Interaction, LinkId, Machine, OrganisationId, Policy, Regime,
    Settings, Subject, Timestamp, Verdict, resolve, verdict,
};
use spin_sdk::time::sleep;
use spin_sdk::wasip3;
use store::{CurrentConsent, LinkRecord, Occurrences, Organisation, Store, StoreError};

use crate::kept::{self, Kept};

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

/// A click or an open that was answered.
#[derive(Clone)]
pub struct Event {
    pub link_id: LinkId,
    pub link: Rc<LinkRecord>,
    pub token: Option<String>,
    pub at: Timestamp,
    /// The machine that asked, if it was one.
    pub machine: Option<Machine>,
    pub gpc: bool,
    /// Where the request came from, if the operator's proxy says so.
    pub region: Option<String>,
}

thread_local! {
    static QUEUE: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
    static WRITING: Cell<bool> = const { Cell::new(false) };
    static DROPPED: Cell<usize> = const { Cell::new(0) };
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
    let (mut occurrences, mut unprojected) = (Vec::new(), false);
    for id in organisations {
        let events: Vec<_> = batch
            .iter()
            .filter(|event| event.link.organisation == id)
            .map(|event| (event, opened(&kept, event)))
            .collect();
        if let Some(found) = find(&kept.config.store, id, &events).await? {
            unprojected |= found.unprojected;
            occurrences.extend(judge(&kept.config.store, id, &events, found).await?);
        }
    }
    if unprojected {
        kept.config.store.repair_soon(web::now());
    }
    if occurrences.is_empty() {
        return Ok(());
    }
    kept.config.store.record(&occurrences).await
}

/// What the token of an event says.
fn opened(kept: &Kept, event: &Event) -> Option<ClickToken> {
    let token = event.token.as_deref().filter(|_| event.machine.is_none())?;
    kept.open(event.link.organisation, event.link.message, token)
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
    events: &[(&Event, Option<ClickToken>)],
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
            .filter(|(event, token)| {
                verdict(&facts(event, token.as_ref(), &settings.settings, true))
                    == Some(Verdict::Identified)
            })
            .filter_map(|(_, token)| own(token.as_ref()))
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

/// What each event counts as, by what SQLite says of its person now.
async fn judge(
    store: &Store,
    organisation: OrganisationId,
    events: &[(&Event, Option<ClickToken>)],
    mut found: Found,
) -> Result<Vec<Occurrences>, StoreError> {
    let now = web::now();
    let unknown: Vec<&Subject> = found
        .people
        .iter()
        .zip(&found.states)
        .filter(|(_, current)| {
            !current.is_known() && track_gate(current, &found.settings.settings, None, now)
        })
        .map(|(subject, _)| subject)
        .collect();
    if !unknown.is_empty() {
        store.make_known(organisation, &unknown, now).await?;
        let Some(again) = find(store, organisation, events).await? else {
            return Ok(Vec::new());
        };
        found = again;
    }
    let settings = &found.settings.settings;
    let states: BTreeMap<&Subject, &CurrentConsent> =
        found.people.iter().zip(&found.states).collect();

    let mut alike: BTreeMap<(LinkId, i64, Verdict), Occurrences> = BTreeMap::new();
    for (event, token) in events {
        let current = own(token.as_ref()).and_then(|subject| states.get(subject));
        let regime = event
            .region
            .as_deref()
            .map(|region| settings.regime_in(region));
        let open = current.is_some_and(|current| track_gate(current, settings, regime, event.at));
        let Some(verdict) = verdict(&facts(event, token.as_ref(), settings, open)) else {
            continue;
        };
        let (link, hour) = (event.link_id, event.at.hour());
        let occurrences = alike
            .entry((link, hour, verdict))
            .or_insert_with(|| Occurrences {
                link,
                hour,
                verdict,
                n: 0,
                people: Vec::new(),
            });
        occurrences.n = occurrences.n.saturating_add(1);
        if verdict == Verdict::Identified {
            // Whom SQLite does not know, it does not name: the trigger counts the rest as anonymous.
            let person = current.and_then(|current| current.at_version());
            occurrences
                .people
                .extend(person.map(|person| (person, event.at)));
        }
    }
    Ok(alike.into_values().collect())
}

fn facts<'a>(
    event: &Event,
    token: Option<&'a ClickToken>,
    settings: &Settings,
    open: bool,
) -> Interaction<'a> {
    let organisations = event.link.kind.ceiling(settings.ceiling);
    Interaction {
        machine: event.machine,
        token,
        gpc_honoured: event.gpc && settings.honour_gpc_on_clicks,
        track_gate_open: Some(open),
        ceiling: event.link.ceiling.min(organisations),
    }
}

fn own(token: Option<&ClickToken>) -> Option<&Subject> {
    match token {
        Some(ClickToken::Own(subject)) => Some(subject),
        Some(ClickToken::Anonymous) | None => None,
    }
}

fn track_gate(
    current: &CurrentConsent,
    settings: &Settings,
    regime: Option<Regime>,
    now: Timestamp,
) -> bool {
    let policy = Policy::from(settings)
        .for_person(&current.state)
        .tightened_by(regime);
    resolve(&current.state, &policy, now).allows(Gate::Track)
}
