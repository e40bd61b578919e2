//! Compares what is stored with what was sent.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use rusqlite::Connection;
use serde_json::Value;

use crate::ledger::{Attempt, Ledger};
use crate::{Organisation, eventually};

/// Requests of a check under way at once.
const AT_ONCE: usize = 16;

/// What was found about some contacts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// Decisions in their histories.
    pub decisions: usize,
    /// Contacts whose refusal the edge did not know at once, but soon: the key-value store could not be written in
    /// time, or a writer died while an older one wrote about the same contact (ADR 1).
    pub behind: usize,
}

impl std::ops::AddAssign for Found {
    fn add_assign(&mut self, other: Self) {
        self.decisions += other.decisions;
        self.behind += other.behind;
    }
}

/// Everything that was acknowledged about these contacts is there, and no refusal is overridden.
pub async fn nothing_lost(
    club: &Organisation,
    ledger: &Ledger,
    contacts: &BTreeSet<String>,
) -> Found {
    futures::stream::iter(contacts)
        .map(|contact| one(club, contact, ledger.of(contact)))
        .buffer_unordered(AT_ONCE)
        .fold(Found::default(), async |mut all, found| {
            all += found;
            all
        })
        .await
}

async fn one(club: &Organisation, contact: &str, attempts: Vec<Attempt>) -> Found {
    let subject = format!("contact:{contact}");
    let mut history = club.history(&subject).await;
    history.reverse();
    let place = |id: &str| history.iter().position(|signal| signal["request_id"] == id);

    // Everything acknowledged is there, as it was sent and in its order; nothing else is but ours.
    let stored: Vec<(usize, &Attempt)> = attempts
        .iter()
        .filter_map(|attempt| Some((place(&attempt.id)?, attempt)))
        .collect();
    for attempt in &attempts {
        let is_stored = stored.iter().any(|(_, found)| found.id == attempt.id);
        assert!(
            is_stored || attempt.acknowledged.is_none(),
            "{contact}: lost: {attempt:?}"
        );
    }
    assert_eq!(
        stored.len(),
        history.len(),
        "{contact}: stored once each, and nothing else"
    );
    // What got no answer in time may have been stored later, behind what was sent after it.
    let answered = stored
        .iter()
        .filter(|(_, attempt)| attempt.acknowledged.is_some());
    assert!(
        answered.is_sorted_by_key(|(place, _)| *place),
        "{contact}: {stored:#?}"
    );
    for (place, attempt) in &stored {
        assert_eq!(history[*place]["flags"]["dc"], attempt.granted);
        assert_eq!(history[*place]["flags"]["al"], attempt.granted);
    }

    // What is in force is what the newest of them says, and nothing is more open than that.
    let time = |place: &usize| history[*place]["at"].as_str().unwrap().to_owned();
    let newest = stored
        .iter()
        .max_by_key(|(place, attempt)| (time(place), !attempt.granted))
        .map(|(_, attempt)| attempt);
    let granted = newest.map(|attempt| attempt.granted);
    let refused = attempts
        .iter()
        .rposition(|attempt| !attempt.granted && attempt.acknowledged.is_some());
    let place = attempts
        .iter()
        .position(|attempt| Some(&attempt.id) == newest.map(|newest| &newest.id));
    assert!(
        granted != Some(true) || place > refused,
        "{contact}: an older agreement is in force over a refusal: {stored:#?}"
    );
    let current = club.consent(&subject).await;
    assert_eq!(current["version"], history.len(), "{contact}");
    assert_eq!(
        current["hasTrackingConsent"].as_bool(),
        granted,
        "{contact}"
    );
    assert_eq!(
        current["gates"]["track"],
        granted == Some(true),
        "{contact}"
    );
    // A write that was still on its way may land late; it is projected over again (ADR 1).
    let edge = async || club.projection(&subject).await["gates"]["track"].clone();
    let behind = granted != Some(true) && edge().await != false;
    if behind {
        eventually(edge, |open| *open == false).await;
    }
    Found {
        decisions: history.len(),
        behind: usize::from(behind),
    }
}

/// What dead or hindered writers have left behind is repaired: the edge says what the history says.
pub async fn repaired(club: &Organisation, contacts: &BTreeSet<String>) {
    // All of them take longer than the edge may be behind.
    let mut left = behind(club, contacts).await;
    eventually(
        async || {
            let contacts = left.iter().map(|(contact, ..)| contact.clone()).collect();
            left = behind(club, &contacts).await;
            left.clone()
        },
        Vec::is_empty,
    )
    .await;
}

/// Those of whom the edge does not say what SQLite says, with both answers.
async fn behind(club: &Organisation, contacts: &BTreeSet<String>) -> Vec<(String, Value, Value)> {
    futures::stream::iter(contacts)
        .map(|contact| async move {
            let subject = format!("contact:{contact}");
            let mut edge = club.projection(&subject).await;
            let current = club.consent(&subject).await;
            edge["source"] = current["source"].clone();
            (edge != current).then(|| (contact.clone(), edge, current))
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(async |different| different)
        .collect()
        .await
}

/// No interaction behind this row names a person after her refusal was acknowledged. Gives the newest row.
pub fn named_only_with_consent(database: &Connection, ledger: &Ledger, behind: i64) -> i64 {
    let mut rows = database
        .prepare(
            "SELECT i.id, s.identifier, i.at FROM interaction i JOIN subject s ON s.id = i.subject_id WHERE i.id > ?1",
        )
        .unwrap();
    let rows = rows
        .query_map([behind], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
        })
        .unwrap();
    let mut newest = behind;
    for row in rows {
        let (id, subject, at) = row.unwrap();
        newest = newest.max(id);
        let attempts = ledger.of(subject.strip_prefix("contact:").unwrap());
        assert!(
            attempts.iter().any(|attempt| attempt.granted),
            "{subject} is named and never agreed"
        );
        let refused = attempts
            .iter()
            .find(|attempt| !attempt.granted && attempt.acknowledged.is_some_and(|time| time < at));
        assert!(
            refused.is_none(),
            "{subject} clicked at {at} and is named in spite of {refused:?}"
        );
    }
    newest
}

/// Each of these finds rows that should not be there.
const HALF_WRITTEN: [(&str, &str); 9] = [
    (
        "a subject's version counts its signals, and its time is the newest of theirs",
        "SELECT s.id FROM subject s LEFT JOIN signal g ON g.subject_id = s.id AND g.action <> 'portability'
         WHERE s.erased_at IS NULL GROUP BY s.id
         HAVING s.version <> count(g.seq) OR (s.keyed_hash NOT LIKE 'erased-%' AND s.latest_at <> coalesce(max(g.decided_at), 0))",
    ),
    (
        "the state is what the newest signal per flag and tier says, refusal first",
        "WITH said AS (
           SELECT g.subject_id, flag.bit AS flag, g.tier, (g.granted & flag.bit) <> 0 AS granted,
             CASE WHEN g.granted & flag.bit THEN g.grants_at ELSE g.decided_at END AS at
           FROM signal g JOIN flag ON (g.granted | g.refused) & flag.bit
           JOIN subject s ON s.id = g.subject_id AND s.keyed_hash NOT LIKE 'erased-%'),
         newest AS (
           SELECT subject_id, flag, tier, granted, at, row_number() OVER (
             PARTITION BY subject_id, flag, tier ORDER BY at DESC, granted) AS place FROM said),
         expected AS (SELECT subject_id, flag, tier, granted, at FROM newest WHERE place = 1),
         found AS (SELECT subject_id, flag, tier, granted, decided_at FROM consent_state)
         SELECT subject_id FROM (SELECT * FROM expected EXCEPT SELECT * FROM found)
         UNION ALL SELECT subject_id FROM (SELECT * FROM found EXCEPT SELECT * FROM expected)",
    ),
    (
        "what stands beside a subject is its state",
        "SELECT id FROM subject WHERE decisions IS NOT (
           SELECT coalesce(group_concat(flag || ' ' || tier || ' ' || granted || ' ' || decided_at || ' ' || source
             || ' ' || regime, ';'), '') FROM consent_state WHERE subject_id = subject.id)
         AND (decisions IS NOT NULL OR id IN (SELECT subject_id FROM consent_state))",
    ),
    (
        "every mark belongs to a signal, and to nobody who was erased",
        "SELECT u.seq FROM unprojected u LEFT JOIN signal g ON g.seq = u.seq
         LEFT JOIN subject s ON s.id = u.subject_id AND s.keyed_hash NOT LIKE 'erased-%'
         WHERE g.seq IS NULL OR s.id IS NULL",
    ),
    (
        "nothing identifies or says anything of the row of somebody who was erased",
        "SELECT s.id FROM subject s WHERE s.keyed_hash LIKE 'erased-%' AND (s.identifier IS NOT NULL OR s.salt IS NOT NULL
           OR s.id IN (SELECT subject_id FROM interaction UNION SELECT subject_id FROM consent_state
             UNION SELECT subject_id FROM activity UNION SELECT subject_id FROM subject_link UNION SELECT device_id FROM subject_link))",
    ),
    (
        "what somebody did on which day is what is stored",
        "WITH expected AS (
           SELECT i.subject_id, l.org_id, l.kind, i.at / 86400000000 AS day, i.message_id, count(*) AS n
           FROM interaction i JOIN link l ON l.id = i.link_id GROUP BY 1, 2, 3, 4, 5),
         found AS (SELECT a.subject_id, d.org_id, d.kind, d.day, m.message_id, a.n FROM activity a
           LEFT JOIN activity_day d ON d.id = a.day_id LEFT JOIN message_number m ON m.number = a.message_number)
         SELECT subject_id FROM (SELECT * FROM expected EXCEPT SELECT * FROM found)
         UNION ALL SELECT subject_id FROM (SELECT * FROM found EXCEPT SELECT * FROM expected)",
    ),
    (
        "who is named is counted as such, and nobody else",
        "SELECT coalesce(c.message_id, i.message_id)
         FROM (SELECT message_id, sum(n) AS n FROM interaction_count WHERE verdict = 'identified' GROUP BY 1) c
         FULL JOIN (SELECT message_id, count(*) AS n FROM interaction GROUP BY 1) i USING (message_id)
         WHERE c.n IS NOT i.n",
    ),
    (
        "a message has its links, a click and an open each",
        "SELECT m.id FROM message m LEFT JOIN link l ON l.message_id = m.id GROUP BY m.id
         HAVING count(l.id) <> 2 OR count(DISTINCT l.kind) <> 2",
    ),
    (
        "settings have their version",
        "SELECT o.id FROM organisation o LEFT JOIN settings_version v ON v.org_id = o.id AND v.version = o.version
         WHERE v.settings IS NOT o.settings",
    ),
];

/// Nothing in the database is half-written, and it holds what the ledger says. For applications whose
/// messages have one link each and whose decisions all went through the ledger.
pub async fn whole(club: &Organisation, database: &Connection, ledger: &Ledger) {
    named_only_with_consent(database, ledger, 0);
    eventually(
        async || {
            // Whoever comes next takes up what is left.
            club.consent("contact:nobody").await;
            database
                .query_row("SELECT count(*) FROM unprojected", [], |row| row.get(0))
                .unwrap()
        },
        |marks: &i64| *marks == 0,
    )
    .await;
    let sound: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
    for (promise, wrong) in HALF_WRITTEN {
        let mut rows = database.prepare(wrong).unwrap();
        let rows = rows
            .query_map([], |row| row.get::<_, rusqlite::types::Value>(0))
            .unwrap();
        let rows: Vec<_> = rows.take(10).map(Result::unwrap).collect();
        assert!(rows.is_empty(), "{promise}: {rows:?}");
    }
    let mut rows = database
        .prepare("SELECT request_id, count(*) FROM signal GROUP BY request_id")
        .unwrap();
    let stored: BTreeMap<String, i64> = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let sent = ledger.attempts();
    for (id, attempt) in &sent {
        match stored.get(id) {
            Some(items) => assert_eq!(
                *items,
                i64::try_from(attempt.items).unwrap(),
                "whole or not at all: {attempt:?}"
            ),
            None => assert_eq!(attempt.acknowledged, None, "lost: {attempt:?}"),
        }
    }
    let unknown = stored.keys().find(|id| !sent.contains_key(*id));
    assert_eq!(unknown, None, "nobody sent this");
}
