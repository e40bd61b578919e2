//! TC strings.

use domain::iab::{Statement, StatementError, Strings, Tcf, TcfFlaw};
use domain::{Flags, Source};

use super::{Made, SPECIFIED, disclosed, now, publisher, says, time, written};

#[test]
fn the_vector_of_the_tcf_specification_is_read() {
    let read = Tcf::parse(SPECIFIED).unwrap();
    assert_eq!(read.created, time("2025-06-03T00:00:00Z"));
    assert_eq!(read.updated, read.created);
    assert_eq!(
        (read.cmp_id, read.vendor_list_version, read.policy_version),
        (880, 48, 2)
    );
    assert!(read.is_service_specific && read.discloses_vendors && !read.purpose_one_treatment);
    assert_eq!((read.consents, read.interests), (0, 0));
    let publisher = read.publisher.unwrap();
    assert_eq!(
        (
            publisher.consents,
            publisher.interests,
            publisher.own_purposes
        ),
        (0, 0, 0)
    );
    // Policies of before TCF 2.2; it refuses everything, and that counts all the same.
    assert_eq!(read.flaw(now()), Some(TcfFlaw::Policy));
    let statement = says(SPECIFIED);
    assert_eq!(
        (written(statement.flags).as_str(), statement.withheld),
        ("------", None)
    );
    // The core alone, as the specification shows it in an address, and the segments in the other order.
    let parts: Vec<&str> = SPECIFIED.split('.').collect();
    assert_eq!(Tcf::parse(parts[0]).unwrap().publisher, None);
    assert_eq!(
        Tcf::parse(&[parts[0], parts[2], parts[1]].join(".")),
        Ok(read)
    );
}

#[test]
fn purposes_become_flags_by_the_table() {
    let cases: &[(&[u64], &str)] = &[
        (&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "+++..."),
        (&[], "------"),
        (&[1], "+--..."),
        (&[1, 7, 8, 9], "++-..."),
        (&[1, 7, 8], "+--..."),
        (&[7, 8, 9], "-+----"),
        (&[1, 3, 4, 5, 6], "+-+..."),
        (&[1, 3, 4], "+--..."),
        (&[1, 3, 5, 6], "+--..."),
        (&[2, 10, 11, 12, 24], "------"),
    ];
    for (consents, expected) in cases {
        let statement = Made {
            consents: consents.to_vec(),
            ..Made::today()
        }
        .says();
        assert_eq!(written(statement.flags), *expected, "{consents:?}");
        assert_eq!((statement.withheld, statement.source), (None, Source::Tcf));
        assert!(statement.is_european);
    }
    // A legitimate interest is never a yes.
    let interests = Made {
        consents: vec![],
        interests: vec![1, 2, 7, 8, 9, 10, 11],
        ..Made::today()
    };
    assert_eq!(written(interests.says().flags), "------");
    // Purpose 1 was not put as a question: neither yes nor no.
    for consents in [vec![], vec![1]] {
        let untold = Made {
            consents,
            treatment: 1,
            ..Made::today()
        };
        assert_eq!(written(untold.says().flags), ".--...");
    }
}

#[test]
fn what_was_said_to_the_publisher_itself_counts_too() {
    let cases = [
        // An empty segment stands where the publisher asks nothing.
        (publisher(&[], &[], 0), "+++..."),
        (publisher(&[1, 7, 8, 9], &[], 0), "++-..."),
        (publisher(&[], &[2], 0), "------"),
        (publisher(&[], &[], 3), "------"),
        (publisher(&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[], 2), "+++..."),
    ];
    for (segment, expected) in cases {
        let made = Made {
            behind: vec![disclosed(), segment],
            ..Made::today()
        };
        assert_eq!(written(made.says().flags), expected);
    }
    // It adds nothing that the core does not have.
    let made = Made {
        consents: vec![1],
        behind: vec![
            publisher(&(1..=11).collect::<Vec<_>>(), &[], 0),
            disclosed(),
        ],
        ..Made::today()
    };
    assert_eq!(written(made.says().flags), "+--...");
}

#[test]
fn nothing_that_an_invalid_string_agrees_to_counts() {
    let made = Made::today();
    let day = |text: &str| Made {
        created: time(text),
        updated: time(text),
        ..made.clone()
    };
    let cases = [
        (
            Made {
                specific: 0,
                ..made.clone()
            },
            TcfFlaw::Global,
        ),
        (
            Made {
                policy: 3,
                ..made.clone()
            },
            TcfFlaw::Policy,
        ),
        (
            Made {
                list: 0,
                ..made.clone()
            },
            TcfFlaw::VendorList,
        ),
        (
            Made {
                created: time("2026-11-21T00:00:00Z"),
                ..made.clone()
            },
            TcfFlaw::Day,
        ),
        (day("2026-11-22T08:00:00.1Z"), TcfFlaw::Day),
        (day("2025-10-22T00:00:00Z"), TcfFlaw::Expired),
        (
            Made {
                interests: vec![6],
                ..made.clone()
            },
            TcfFlaw::Interest,
        ),
        (
            Made {
                behind: vec![],
                ..made.clone()
            },
            TcfFlaw::DisclosedVendors,
        ),
        (
            Made {
                behind: vec![],
                ..day("2026-03-01T00:00:00Z")
            },
            TcfFlaw::DisclosedVendors,
        ),
    ];
    for (made, flaw) in cases {
        let statement = made.says();
        assert_eq!(statement.flags, Flags::none(), "{flaw:?}");
        let place = domain::iab::Place::Tcf;
        assert_eq!(statement.withheld, Some(StatementError::Flaw(place, flaw)));
        // Where it only refuses, the refusals count and nothing is left out.
        let refused = Made {
            consents: vec![],
            ..made.clone()
        }
        .says();
        assert_eq!(
            (written(refused.flags).as_str(), refused.withheld),
            ("------", None)
        );
        // Of both, the refusals stay.
        let mixed = Made {
            consents: vec![1, 7, 8, 9],
            ..made
        }
        .says();
        assert_eq!(written(mixed.flags), "..-...");
        assert!(mixed.withheld.is_some());
    }
    for valid in [
        day("2025-10-23T00:00:00Z"),
        Made {
            behind: vec![],
            ..day("2026-02-28T00:00:00Z")
        },
        Made {
            policy: 4,
            ..made.clone()
        },
        Made {
            interests: vec![2, 7],
            ..made.clone()
        },
    ] {
        assert_eq!(written(valid.says().flags), "+++...");
    }
}

#[test]
fn a_day_is_the_first_moment_for_a_yes_and_the_last_for_a_no() {
    let moments = |made: &Made| {
        let statement = made.says();
        statement.moments(statement.flags, now())
    };
    let yesterday = |consents: Vec<u64>| Made {
        created: time("2026-11-21T00:00:00Z"),
        updated: time("2026-11-21T00:00:00Z"),
        consents,
        treatment: 1,
        ..Made::today()
    };
    let first = time("2026-11-21T00:00:00Z");
    assert_eq!(moments(&yesterday((1..=11).collect())), (Some(first), None));
    let last = time("2026-11-21T23:59:59.999999Z");
    assert_eq!(
        moments(&yesterday(vec![7, 8, 9])),
        (Some(last), Some(first))
    );
    // Today is not over.
    let today = Made {
        consents: vec![],
        ..Made::today()
    };
    assert_eq!(
        moments(&today),
        (Some(now()), Some(time("2026-11-22T00:00:00Z")))
    );
    // Beside an objection without a date, the no holds now.
    let text = format!("DBACNY~{}~1YYN", yesterday((1..=11).collect()).text());
    let strings = Strings {
        gpp: Some(&text),
        gpp_sid: Some(&[2, 6]),
        tcf: None,
    };
    let statement = Statement::read(strings, now()).unwrap();
    assert_eq!(written(statement.flags), ".+---.");
    assert_eq!(
        statement.moments(statement.flags, now()),
        (None, Some(first))
    );
    assert!(statement.can_be_of(first) && statement.can_be_of(last) && !statement.can_be_of(now()));
}

#[test]
fn what_is_no_tc_string_is_refused() {
    let whole = Made::today().text();
    let core = whole.split('.').next().unwrap();
    let mut wrong = vec![
        String::new(),
        "C".to_owned(),
        "BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA".to_owned(),
        core.replace('C', "D"),
        format!("{core}="),
        format!("{core}.{core}"),
        format!("{whole}.{}", disclosed()),
        format!("{whole}."),
        format!("{core}_"),
        format!("{core}.gAAA"),
        "A".repeat(20_000),
    ];
    wrong.extend((1..core.len() - 2).map(|length| core[..length].to_owned()));
    for text in wrong {
        assert!(Tcf::parse(&text).is_err(), "{text}");
    }
    // More zeros are padding.
    assert!(Tcf::parse(&format!("{core}AAAA")).is_ok());
}
