//! A history that is allowed, and every way to doctor it.

use super::{Event, History, Stored, What};

fn decision(begin: i64, end: i64, id: &str, granted: bool, version: Option<i64>) -> Event {
    let id = id.to_owned();
    event(
        begin,
        end,
        What::Decision {
            id,
            granted,
            version,
        },
    )
}

fn event(begin: i64, end: i64, what: What) -> Event {
    Event {
        subject: "anna".to_owned(),
        begin,
        end,
        what,
    }
}

fn api(begin: i64, end: i64, version: i64, open: bool) -> Event {
    event(begin, end, What::Api { version, open })
}

fn edge(begin: i64, end: i64, version: i64, open: bool) -> Event {
    event(begin, end, What::Edge { version, open })
}

/// A grant, a click, a refusal.
fn allowed() -> History {
    let stored = |id: &str, granted, at: &str| Stored {
        id: id.to_owned(),
        granted,
        at: at.to_owned(),
    };
    History {
        events: vec![
            decision(10, 20, "g", true, Some(1)),
            api(30, 31, 1, true),
            edge(32, 33, 1, true),
            event(34, 34, What::Identified),
            event(35, 36, What::Report { named: true }),
            // The answers of calls that are under way together are as free as their order.
            api(45, 55, 1, true),
            edge(45, 55, 1, true),
            decision(40, 60, "r", false, Some(2)),
            edge(46, 54, 0, false),
            event(55, 55, What::Identified),
            api(70, 71, 2, false),
            edge(72, 73, 2, false),
            event(74, 75, What::Report { named: false }),
        ],
        stored: [(
            "anna".to_owned(),
            vec![stored("g", true, "1"), stored("r", false, "2")],
        )]
        .into(),
        away: Vec::new(),
    }
}

fn rejects(expected: &str, doctor: impl FnOnce(&mut History)) {
    let mut history = allowed();
    doctor(&mut history);
    let found = history.violations();
    assert!(
        found.iter().any(|why| why.starts_with(expected)),
        "{expected:?} is not among {found:?}"
    );
}

fn accepts(change: impl FnOnce(&mut History)) {
    let mut history = allowed();
    change(&mut history);
    assert_eq!(history.violations(), Vec::<String>::new());
}

#[test]
fn an_allowed_history_is_accepted() {
    accepts(|_| {});
    assert!(allowed().events.len() > 10);
}

#[test]
fn a_lost_doubled_or_changed_decision_is_rejected() {
    fn signals(history: &mut History) -> &mut Vec<Stored> {
        history.stored.get_mut("anna").unwrap()
    }
    rejects("acknowledged and lost", |history| {
        signals(history).pop();
    });
    rejects("stored twice", |history| {
        let again = signals(history)[1].clone();
        signals(history).push(again);
    });
    rejects("stored otherwise", |history| {
        signals(history)[1].granted = true
    });
    rejects("stored before what was answered before it", |history| {
        signals(history).swap(0, 1);
    });
    rejects("acknowledged with a version from before it", |history| {
        history.events[7] = decision(40, 60, "r", false, Some(1));
    });
}

#[test]
fn a_version_that_goes_back_is_rejected() {
    rejects("an older version than was shown before", |history| {
        history.events.push(api(80, 81, 1, true));
    });
    // Also without the refusal's answer: another read has shown it.
    rejects("an older version than was shown before", |history| {
        history.events[7] = decision(40, 90, "r", false, Some(2));
        history.events.push(api(80, 81, 1, true));
    });
}

#[test]
fn a_version_with_other_contents_is_rejected() {
    rejects("this version says something else", |history| {
        history.events.push(api(80, 81, 2, true));
    });
    rejects("this version says something else", |history| {
        history.events.push(edge(80, 81, 3, false));
    });
}

#[test]
fn an_unseen_refusal_is_rejected_wherever_it_shows() {
    rejects("open after a refusal was acknowledged", |history| {
        history.events.push(api(61, 62, 1, true));
    });
    rejects("the edge is open after a refusal", |history| {
        history.events.push(edge(61, 62, 1, true));
    });
    rejects("named after a refusal", |history| {
        history
            .events
            .push(event(61, 62, What::Report { named: true }));
    });
    rejects("identified after a refusal", |history| {
        history.events.push(event(61, 61, What::Identified));
    });
}

#[test]
fn agreeing_again_opens_again() {
    let again = |history: &mut History| {
        history.events.push(decision(80, 90, "g2", true, Some(3)));
        history.stored.get_mut("anna").unwrap().push(Stored {
            id: "g2".to_owned(),
            granted: true,
            at: "3".to_owned(),
        });
    };
    accepts(|history| {
        again(history);
        history.events.push(api(85, 86, 3, true));
        history
            .events
            .push(event(85, 86, What::Report { named: true }));
        // Recorded when she had agreed again.
        history.events.push(event(76, 76, What::Identified));
    });
    rejects("open after a refusal was acknowledged", |history| {
        again(history);
        history.events.push(api(78, 79, 3, true));
    });
    rejects("named after a refusal", |history| {
        again(history);
        history
            .events
            .push(event(78, 79, What::Report { named: true }));
    });
}

#[test]
fn a_decision_without_an_answer_may_count_or_not() {
    accepts(|history| history.events.push(decision(62, 63, "lost", true, None)));
    accepts(|history| {
        history.events.push(decision(62, 63, "late", true, None));
        history.stored.get_mut("anna").unwrap().push(Stored {
            id: "late".to_owned(),
            granted: true,
            at: "3".to_owned(),
        });
        history.events.push(api(90, 91, 3, true));
    });
}

#[test]
fn the_edge_lags_only_behind_a_write_in_flight() {
    // Another grant that began before the refusal was stored writes its older value late.
    let older = |end| decision(41, end, "g", true, Some(1));
    accepts(|history| {
        history.events[0] = older(66);
        history.events.push(edge(64, 65, 1, true));
        history.events.retain(|event| event.begin > 40);
    });
    rejects("the edge is open after a refusal", |history| {
        history.events[0] = older(66);
        history.events.push(edge(67, 68, 1, true));
    });
    // One that began afterwards has read the refusal.
    rejects("the edge is open after a refusal", |history| {
        history.events.push(decision(61, 90, "new", true, None));
        history.events.push(edge(64, 65, 1, true));
    });
    // The store was away: what it missed is repaired some seconds later.
    accepts(|history| {
        history.away.push((39, 62));
        history.events.push(edge(64, 65, 1, true));
    });
    rejects("the edge is open after a refusal", |history| {
        history.away.push((39, 62));
        history.events.push(edge(20_000_000, 20_000_001, 1, true));
    });
}
