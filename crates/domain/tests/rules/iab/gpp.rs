//! GPP strings, alone and beside a TC string.

use domain::iab::{Gpp, GppError, Section, Statement, StatementError, Strings};
use domain::{Flag, Flags, Source};

use super::{Made, Writer, now, written};

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
