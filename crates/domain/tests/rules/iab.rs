//! TC and GPP strings: the vectors of the specifications and of the IAB's own libraries, and what they are mapped to.
//!
//! Sources: "Transparency and Consent String" 2.3 and "Global Privacy Platform String" 1.0 (IAB Tech Lab, CC BY 3.0),
//! and the tests of `iabgpp-es` 3.2.0 (Apache-2.0), whose strings are given here with what they were encoded from.

use domain::iab::{Gpp, GppError, Section, Statement, StatementError, Strings, Tcf, TcfFlaw};
use domain::{Choice, Flag, Flags, Source, Timestamp};

/// The vector of the TCF specification.
const SPECIFIED: &str =
    "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA";

fn time(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// 2026-11-22, nine o'clock.
fn now() -> Timestamp {
    time("2026-11-22T09:00:00Z")
}

/// Writes bits as the specification says.
#[derive(Default)]
struct Writer(Vec<bool>);

impl Writer {
    fn number(mut self, value: u64, bits: u32) -> Self {
        self.0
            .extend((0..bits).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    fn ids(mut self, ids: &[u64], bits: u64) -> Self {
        self.0.extend((1..=bits).map(|id| ids.contains(&id)));
        self
    }

    fn text(mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        while !self.0.len().is_multiple_of(6) {
            self.0.push(false);
        }
        let value = |six: &[bool]| six.iter().fold(0, |all, bit| all << 1 | usize::from(*bit));
        self.0
            .chunks(6)
            .map(|six| char::from(LETTERS[value(six)]))
            .collect()
    }
}

/// A TC string in the making: valid, and everything accepted.
#[derive(Clone)]
struct Made {
    created: Timestamp,
    updated: Timestamp,
    list: u64,
    policy: u64,
    specific: u64,
    consents: Vec<u64>,
    interests: Vec<u64>,
    treatment: u64,
    behind: Vec<String>,
}

impl Made {
    fn today() -> Self {
        let today = time("2026-11-22T00:00:00Z");
        Self {
            created: today,
            updated: today,
            list: 120,
            policy: 5,
            specific: 1,
            consents: (1..=11).collect(),
            interests: vec![2, 7, 8, 9, 10, 11],
            treatment: 0,
            behind: vec![disclosed()],
        }
    }

    fn text(&self) -> String {
        let tenths = |time: Timestamp| u64::try_from(time.micros() / 100_000).unwrap();
        let core = Writer::default()
            .number(2, 6)
            .number(tenths(self.created), 36)
            .number(tenths(self.updated), 36)
            .number(880, 12)
            .number(1, 12)
            .number(1, 6)
            .number(4, 6)
            .number(13, 6)
            .number(self.list, 12)
            .number(self.policy, 6)
            .number(self.specific, 1)
            .number(0, 1 + 12)
            .ids(&self.consents, 24)
            .ids(&self.interests, 24)
            .number(self.treatment, 1)
            .number(0, 12)
            // Vendors 2, 3 and 7 as bits, no interests, one restriction of purpose 2 for vendors 3 to 5.
            .number(7, 16)
            .number(0, 1)
            .ids(&[2, 3, 7], 7)
            .number(0, 17)
            .number(1, 12)
            .number(2, 6)
            .number(1, 2)
            .number(1, 12)
            .number(1, 1)
            .number(3, 16)
            .number(5, 16)
            .text();
        [vec![core], self.behind.clone()].concat().join(".")
    }

    fn says(&self) -> Statement {
        says(&self.text())
    }
}

/// Vendors 1 to 5 were disclosed.
fn disclosed() -> String {
    let range = Writer::default().number(1, 3).number(5, 16).number(1, 1);
    range
        .number(1, 12)
        .number(1, 1)
        .number(1, 16)
        .number(5, 16)
        .text()
}

fn publisher(consents: &[u64], interests: &[u64], own: u64) -> String {
    let segment = Writer::default()
        .number(3, 3)
        .ids(consents, 24)
        .ids(interests, 24);
    segment
        .number(own, 6)
        .number(0, u32::try_from(own * 2).unwrap())
        .text()
}

fn says(text: &str) -> Statement {
    let strings = Strings {
        tcf: Some(text),
        ..Strings::default()
    };
    Statement::read(strings, now()).unwrap()
}

/// `dc al tg cd sh re`, with `+`, `-` and `.` for nothing said.
fn written(flags: Flags) -> String {
    Flag::ALL
        .map(|flag| match flags.get(flag) {
            Some(Choice::Granted) => '+',
            Some(Choice::Refused) => '-',
            None => '.',
        })
        .into_iter()
        .collect()
}

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

#[test]
fn headers_of_the_gpp_specification_are_read() {
    let tc = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA";
    let cases = [
        (format!("DBABM~{tc}"), vec![2]),
        (format!("DBACNY~{tc}~1YNN"), vec![2, 6]),
        (format!("DBABjw~{tc}~1YNN"), vec![5, 6]),
        ("DBABTA~1YNN".to_owned(), vec![6]),
        ("DBAA".to_owned(), vec![]),
    ];
    for (text, ids) in cases {
        let read = Gpp::parse(&text).unwrap();
        assert_eq!(
            read.sections.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            ids,
            "{text}"
        );
    }
    let canada = Gpp::parse(&format!("DBABjw~{tc}~1YNN")).unwrap();
    assert_eq!(canada.sections[0].1, Section::Unread);
    for (text, error) in [
        ("", GppError::Bits(domain::iab::BitsError::End)),
        (tc, GppError::Header),
        ("DCABM~1YNN", GppError::Header),
        ("DBABM", GppError::Sections),
        ("DBACNY~1YNN", GppError::Sections),
        ("DBABTA~1YNN~1YNN", GppError::Sections),
        ("DBABTA~1YN", GppError::UsPrivacy),
        ("DBABTA~1YXN", GppError::UsPrivacy),
        ("DBABTA~2YNN", GppError::SectionVersion(6)),
    ] {
        assert_eq!(Gpp::parse(text), Err(error), "{text}");
    }
}

/// Id of the section, its text, what it says, and whether the browser objects.
#[rustfmt::skip]
const SECTIONS: &[(u16, &str, &str)] = &[
    (6, "1---", "......"), (6, "1YNN", "......"), (6, "1NYN", "..---."), (6, "1YYY", "..---."), (6, "1yyn", "..---."),
    // Nothing applies, with and without the subsection of GPC.
    (7, "CAAAAAAAAABA.QA", "......"), (7, "CAAAAAAAAABA", "......"), (7, "BVQqAAAAAgA.QA", "......"),
    (8, "BAAAAABA.QA", "......"), (8, "BAAAAABA", "......"), (9, "BAAAABA", "......"), (10, "BAAAAEA.QA", "......"),
    (11, "BAAAAAQA", "......"), (12, "BAAAAAEA.QA", "......"), (13, "BAAAAABA", "......"), (14, "BAAAAABA.QA", "......"),
    (15, "BAAAAAABAA.QA", "......"), (16, "BAAAAAQA.QA", "......"), (17, "BAAAAAABAA.QA", "......"),
    (18, "BAAAAAQA.QA", "......"), (19, "BAAAAAQA.QA", "......"), (20, "BAAAAABA.QA", "......"),
    (21, "BAAAAAAAQA.QA", "......"), (22, "BAAAAAQA.QA", "......"), (23, "BAAAAAQA.QA", "......"),
    (24, "BQAA.QA", "......"), (25, "BQAA.AAA", "......"), (26, "BQAA.AAA", "......"), (27, "BQAA", "......"),
    // Did not opt out, and version 2 in the length of version 1.
    (7, "CVQqAAAACg", "......"),
    // Sensitive data and children, in both versions and lengths.
    (7, "BAAAVVVVUQA.QA", "------"), (7, "CAAAVVVVAFBA.QA", "------"), (7, "CAAAVVVVVVRA.QA", "------"),
    // Everything opted out of, some of the sensitive data and of the children, and GPC.
    (7, "CVVVkkkkkpFY.YA", "------"), (7, "BVVVkkkkkpFY", "------"), (8, "BVWSSSVY.YA", "------"), (9, "BVWSSVY", "------"),
    (10, "BVWSSVg.YA", "------"), (11, "BVVkklWA", "------"), (12, "BVWSSZFg.YA", "------"), (13, "BVWSSZlY", "------"),
    (14, "BVWSSZFY.YA", "------"), (15, "BVWSSRpFYA.YA", "------"), (16, "BVWSSVWA.YA", "------"),
    (17, "BVWSSSSVYA.YA", "------"), (18, "BVVkklWA.YA", "------"), (19, "BVWSSVWA.YA", "------"),
    (20, "BVWSSZFY.YA", "------"), (21, "BVWSSRklWA.YA", "------"), (22, "BVWSSVWA.YA", "------"),
    (23, "BVWSSVWA.YA", "------"), (24, "BVVU.YA", "..----"), (25, "BVVV.kkk", "------"), (26, "BVVV.kkk", "------"),
    (27, "BVVV.kkk", "------"),
    // GPC alone. The header that the specification puts before Maryland's core.
    (7, "BVQqAAAAAgA.YA", "..---."), (24, "BQAA.YA", "..---."), (24, "YBAB.BQAA.YA", "..---."),
];

fn gpp_of(id: u16, section: &str) -> String {
    let mut header = Writer::default()
        .number(3, 6)
        .number(1, 6)
        .number(1, 12)
        .number(0, 1);
    // Zeckendorf's sum, then the closing one.
    let (mut numbers, mut rest) = (vec![1_u16, 2], id);
    while numbers[numbers.len() - 1] < id {
        numbers.push(numbers[numbers.len() - 1] + numbers[numbers.len() - 2]);
    }
    let mut code = vec![false; numbers.len()];
    for (place, number) in numbers.iter().enumerate().rev() {
        if *number <= rest {
            rest -= number;
            code[place] = true;
        }
    }
    let last = code.iter().rposition(|bit| *bit).unwrap();
    code.truncate(last + 1);
    header.0.extend(code);
    header.0.push(true);
    format!("{}~{section}", header.text())
}

#[test]
fn sections_of_the_united_states_say_no_or_nothing() {
    for (id, section, expected) in SECTIONS {
        let text = gpp_of(*id, section);
        for sections in [None, Some([i16::try_from(*id).unwrap()])] {
            let strings = Strings {
                gpp: Some(&text),
                gpp_sid: sections.as_ref().map(<[i16; 1]>::as_slice),
                tcf: None,
            };
            let statement = Statement::read(strings, now())
                .unwrap_or_else(|error| panic!("{id} {section}: {error}"));
            assert_eq!(written(statement.flags), *expected, "{id} {section}");
            assert_eq!(statement.moments(statement.flags, now()), (None, None));
            assert_eq!(
                (statement.source, statement.is_european),
                (Source::Gpp, false)
            );
        }
        // What does not apply says nothing.
        for other in [[-1], [2]] {
            let strings = Strings {
                gpp: Some(&text),
                gpp_sid: Some(&other),
                tcf: None,
            };
            assert_eq!(
                Statement::read(strings, now()).unwrap().flags,
                Flags::none()
            );
        }
    }
}

#[test]
fn each_opt_out_refuses_its_flags() {
    // California: three notices, sale, sharing, nine of sensitive data, two of children, secondary use, three more.
    let california = |place: usize| {
        let mut fields = [0; 20];
        fields[place] = 1;
        let core = fields
            .iter()
            .fold(Writer::default().number(1, 6), |core, field| {
                core.number(*field, 2)
            });
        gpp_of(8, &core.text())
    };
    let expected = |place| match place {
        3 | 4 => "..---.",
        5..=13 | 16 => "..----",
        14 | 15 => "------",
        _ => "......",
    };
    for place in 0..20 {
        let text = california(place);
        let strings = Strings {
            gpp: Some(&text),
            ..Strings::default()
        };
        let statement = Statement::read(strings, now()).unwrap();
        assert_eq!(written(statement.flags), expected(place), "field {place}");
    }
    // Virginia: targeted advertising alone.
    let core = [0, 0, 0, 2, 1]
        .iter()
        .fold(Writer::default().number(1, 6), |core, field| {
            core.number(*field, 2)
        });
    let text = gpp_of(9, &core.number(0, 24).text());
    let strings = Strings {
        gpp: Some(&text),
        ..Strings::default()
    };
    assert_eq!(
        written(Statement::read(strings, now()).unwrap().flags),
        "..--.."
    );
}

#[test]
fn a_yes_in_gpp_counts_only_where_the_section_applies() {
    let text = gpp_of(2, &Made::today().text());
    let read = |sections: Option<&[i16]>| {
        Statement::read(
            Strings {
                gpp: Some(&text),
                gpp_sid: sections,
                tcf: None,
            },
            now(),
        )
        .unwrap()
    };
    assert_eq!(written(read(Some(&[2])).flags), "+++...");
    assert_eq!(read(Some(&[7])).flags, Flags::none());
    assert_eq!(read(Some(&[])).flags, Flags::none());
    let unknown = read(None);
    assert_eq!(
        (unknown.flags, unknown.withheld),
        (Flags::none(), Some(StatementError::Applicable))
    );
    // Of two sections that apply the one that refuses counts.
    let both = format!("DBACNY~{}~1YYN", Made::today().text());
    let strings = Strings {
        gpp: Some(&both),
        gpp_sid: Some(&[2, 6]),
        tcf: None,
    };
    let statement = Statement::read(strings, now()).unwrap();
    assert_eq!(written(statement.flags), "++---.");
    assert_eq!(statement.evidence.sections, ["tcfeuv2", "uspv1"]);
}

#[test]
fn two_strings_must_not_contradict_each_other() {
    let tcf = Made::today().text();
    let says = |gpp: &str, sections: &[i16]| {
        let strings = Strings {
            tcf: Some(&tcf),
            gpp: Some(gpp),
            gpp_sid: Some(sections),
        };
        Statement::read(strings, now())
    };
    assert_eq!(written(says("DBABTA~1YNN", &[6]).unwrap().flags), "+++...");
    assert_eq!(
        says("DBABTA~1YYN", &[6]),
        Err(StatementError::Contradiction(Flag::Tg))
    );
    assert_eq!(written(says("DBABTA~1YYN", &[2]).unwrap().flags), "+++...");
}

#[test]
fn evidence_is_read_as_it_was_written() {
    let strings = Strings {
        tcf: Some(SPECIFIED),
        gpp: Some("DBABTA~1YYN"),
        gpp_sid: Some(&[6]),
    };
    let evidence = Statement::read(strings, now()).unwrap().evidence;
    let json = serde_json::to_string(&evidence).unwrap();
    assert_eq!(
        json,
        format!(
            r#"{{"mapping":1,"tcf":"{SPECIFIED}","gpp":"DBABTA~1YYN","gpp_sid":[6],"sections":["tcfeuv2","uspv1"]}}"#
        )
    );
    assert_eq!(
        serde_json::from_str::<domain::iab::Evidence>(&json).unwrap(),
        evidence
    );
}

#[test]
fn consent_mode_grants_what_its_flags_allow() {
    let value = |allowed: &[Flag]| {
        domain::consent_mode(|flag| allowed.contains(&flag))
            .map(|(_, value)| if value == "granted" { '+' } else { '-' })
            .into_iter()
            .collect::<String>()
    };
    let names = domain::CONSENT_MODE.map(|(name, _)| name);
    assert_eq!(
        names,
        [
            "ad_storage",
            "ad_user_data",
            "ad_personalization",
            "analytics_storage",
            "functionality_storage",
            "personalization_storage",
            "security_storage"
        ]
    );
    assert_eq!(value(&[]), "------+");
    assert_eq!(value(&Flag::ALL), "+++++++");
    assert_eq!(value(&[Flag::Dc]), "+---+-+");
    assert_eq!(value(&[Flag::Al]), "---+--+");
    assert_eq!(value(&[Flag::Tg]), "------+");
    assert_eq!(value(&[Flag::Al, Flag::Tg]), "--++-++");
    assert_eq!(value(&[Flag::Sh, Flag::Tg]), "------+");
    assert_eq!(value(&[Flag::Al, Flag::Tg, Flag::Sh]), "-+++-++");
    assert_eq!(value(&[Flag::Cd, Flag::Re]), "------+");
}

#[test]
fn the_tag_has_the_same_table_of_consent_mode() {
    let tag = include_str!("../../../../static/src/assent.js");
    for (name, flags) in domain::CONSENT_MODE {
        let codes: Vec<&str> = flags.iter().map(|flag| flag.code()).collect();
        let line = match codes.is_empty() {
            true => format!("{name}: 'granted'"),
            false => format!("{name}: value({}),", codes.join(" && ")),
        };
        assert!(tag.contains(&line), "{line}");
    }
}
