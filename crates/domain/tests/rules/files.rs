//! The lines of the Salesforce DMP's files: every example of its documentation, and what must be refused.

use domain::files::{
    Action, AuditRecord, ConsentRecord, DissentRecord, Field, Mistake, Table, TableError,
};
use domain::{
    Choice, Flag, FlagSet, Flags, OrganisationId, Regime, RegimeSource, Source, Subject, Timestamp,
};
use proptest::prelude::*;

const CONSENT: &str = include_str!("../fixtures/dmp/consent-records.txt");
const AUDIT: &str = include_str!("../fixtures/dmp/audit-log-lines.txt");
const DISSENT: &str = include_str!("../fixtures/dmp/dissent-list-lines.txt");

fn consent(line: &str) -> ConsentRecord {
    ConsentRecord::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// Fields whose parts may come in any order are compared without it.
fn fields(line: &str) -> Vec<String> {
    let sorted = |field: &str| {
        let mut parts: Vec<&str> = field.split('&').collect();
        parts.sort_unstable();
        parts.join("&")
    };
    line.split('^').map(sorted).collect()
}

#[test]
fn the_examples_of_consent_records_are_read_and_written_again() {
    assert_eq!(CONSENT.lines().count(), 5);
    for line in CONSENT.lines() {
        let record = consent(line);
        assert_eq!(fields(&record.to_string()), fields(line));
        assert_eq!(consent(&record.to_string()), record);
    }
    let records: Vec<ConsentRecord> = CONSENT.lines().map(consent).collect();
    assert_eq!(
        records[0].subject,
        Subject::parse("device:kxcookie:abcdef123").unwrap()
    );
    assert_eq!(records[0].regime, Some(Regime::Global));
    assert_eq!(
        records[0].at,
        Some(Timestamp::from_micros(1_515_471_711_277_000))
    );
    assert_eq!(
        (
            records[0].flags.granted_mask(),
            records[0].flags.refused_mask()
        ),
        (47, 16)
    );
    assert_eq!(
        (
            records[1].flags.granted_mask(),
            records[1].flags.refused_mask()
        ),
        (9, 54)
    );
    assert_eq!(
        (
            records[2].flags.granted_mask(),
            records[2].flags.refused_mask()
        ),
        (44, 19)
    );
    let hash = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a";
    for (record, action) in records[2..].iter().zip(Action::ALL) {
        assert_eq!(record.subject.as_str(), format!("bk:email_sha256:{hash}"));
        assert_eq!(record.action, action);
    }
    assert_eq!(
        (records[3].flags, records[3].regime, records[3].at),
        (Flags::none(), None, None)
    );
}

#[test]
fn the_examples_of_audit_records_are_read_and_written_again() {
    let mut lines = AUDIT.lines();
    // The first line describes the format.
    assert!(AuditRecord::parse(lines.next().unwrap()).is_err());
    let lines: Vec<&str> = lines.collect();
    assert_eq!(lines.len(), 10);
    for line in &lines {
        let record = AuditRecord::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(record.to_string(), *line);
    }
    let records: Vec<AuditRecord> = lines
        .iter()
        .map(|line| AuditRecord::parse(line).unwrap())
        .collect();
    let irregular = records.iter().filter(|record| record.device.is_some());
    assert_eq!(irregular.count(), 3, "lines with 13 fields");
    let one_request = records
        .iter()
        .filter(|record| record.request == "WDZJyvgGig9GAhHliK");
    assert_eq!(one_request.count(), 4, "fan-out");
    assert_eq!(records[2].action, Action::Remove);
    assert_eq!(records[4].regime_source, Some(RegimeSource::Ip));
    assert_eq!(
        records[7].bridge_key,
        Some((
            "email_sha256".to_owned(),
            "2579D5F3051D3556-40000106C00D7D39".to_owned()
        ))
    );
    assert_eq!(records[7].kuid.as_deref(), Some("KpcNiz2N"));
    assert_eq!(records[7].address, Some("127.0.0.1".parse().unwrap()));
    assert_eq!(records[7].flags, Flags::all(Choice::Granted));
}

#[test]
fn the_example_of_a_dissent_record_is_read_and_written_again() {
    let line = DISSENT.trim_end();
    let record = DissentRecord::parse(line).unwrap();
    assert_eq!(record.to_string(), line);
    assert_eq!(record.flag, Flag::Dc);
    assert_eq!(
        record.at,
        Timestamp::parse_rfc3339("2018-03-16T19:36:01.501Z").unwrap()
    );
}

#[test]
fn a_time_has_microseconds_or_milliseconds() {
    let line = |time: &str| format!("device^idfa^a^set^^dc=1^{time}");
    let micros = consent(&line("1515471711277000"));
    assert_eq!(consent(&line("1515471711277")), micros);
    for wrong in [
        "0",
        "1515471711",
        "151547171127700",
        "15154717112770000",
        "+515471711277000",
        "1515471711277.0",
    ] {
        let error = ConsentRecord::parse(&line(wrong)).unwrap_err();
        assert_eq!(
            (error.field, error.mistake),
            (Field::Time, Mistake::Time),
            "{wrong}"
        );
    }
    // What cannot be written with these digits comes out as the nearest that can.
    let mut record = micros;
    for (micros, written) in [
        (-1, "0000000000000000"),
        (i64::MAX, "9999999999999999"),
        (7, "0000000000000007"),
    ] {
        record.at = Some(Timestamp::from_micros(micros));
        assert!(record.to_string().ends_with(&format!("^{written}")));
    }
}

#[test]
fn a_mistake_is_named_with_its_field_and_without_what_it_says() {
    for (line, field) in [
        ("", Field::Line),
        ("device^idfa^secret^set^^dc=1", Field::Line),
        ("device^idfa^secret^set^^dc=1^^", Field::Line),
        ("phone^idfa^secret^set^^dc=1^", Field::IdentifierType),
        ("Device^idfa^secret^set^^dc=1^", Field::IdentifierType),
        ("device^^secret^set^^dc=1^", Field::Name),
        ("device^IDFA^secret^set^^dc=1^", Field::Name),
        ("device^a:b^secret^set^^dc=1^", Field::Name),
        ("contact^x^secret^set^^dc=1^", Field::Name),
        ("device^idfa^^set^^dc=1^", Field::Value),
        ("device^idfa^sec\u{200b}ret^set^^dc=1^", Field::Value),
        ("bk^email_sha256^secret^set^^dc=1^", Field::Value),
        ("bk^email^secret^set^^dc=1^", Field::Value),
        ("device^idfa^secret^get^^dc=1^", Field::Action),
        ("device^idfa^secret^^^dc=1^", Field::Action),
        ("device^idfa^secret^set^lgpd^dc=1^", Field::Regime),
        ("device^idfa^secret^set^^^", Field::Flags),
        ("device^idfa^secret^set^^dc=2^", Field::Flags),
        ("device^idfa^secret^set^^dc=true^", Field::Flags),
        ("device^idfa^secret^set^^dc^", Field::Flags),
        ("device^idfa^secret^set^^dc=1&^", Field::Flags),
        ("device^idfa^secret^set^^dc=1&dc=0^", Field::Flags),
        ("device^idfa^secret^set^^xx=1^", Field::Flags),
        ("device^idfa^secret^remove^^dc=0^", Field::Flags),
        ("device^idfa^secret^set^^dc=1^yesterday", Field::Time),
    ] {
        let error = ConsentRecord::parse(line).unwrap_err();
        assert_eq!(error.field, field, "{line}: {error}");
        assert!(error.to_string().starts_with(field.name()), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let audit = AUDIT.lines().nth(4).unwrap();
    for (from, to, field) in [
        ("-^-^", "-^", Field::Line),
        ("-^-^", "-^-^a^b^", Field::Line),
        ("BaC67850", "", Field::Value),
        ("e9eaedd3-", "", Field::Organisation),
        ("^api^", "^fax^", Field::Source),
        ("1515471630097000", "", Field::Time),
        ("cg=63", "cg=64", Field::Flags),
        ("cg=63&dc=1&cd=1&re=1&tg=1&al=1&sh=1", "", Field::Flags),
        ("set", "remove", Field::Flags),
        ("set", "get", Field::Action),
        ("gdpr", "GDPR", Field::Regime),
        ("^req^", "^ask^", Field::RegimeSource),
        ("127.0.0.1", "127.0.0", Field::Address),
        ("WDZJe6wGyuwGSIw0B", "", Field::Request),
    ] {
        let line = audit.replacen(from, to, 1);
        assert_eq!(
            AuditRecord::parse(&line).unwrap_err().field,
            field,
            "{line}"
        );
    }
    let dissent = DISSENT.trim_end();
    for (from, to, field) in [
        ("akuidstr", "", Field::Value),
        ("45e0a0b2", "45", Field::Organisation),
        ("^dc^", "^xx^", Field::Flags),
        ("1521228961501", "152122896150", Field::Time),
        ("^dc^", "^dc^^", Field::Line),
    ] {
        let line = dissent.replacen(from, to, 1);
        assert_eq!(
            DissentRecord::parse(&line).unwrap_err().field,
            field,
            "{line}"
        );
    }
}

#[test]
fn an_address_is_hashed_and_a_contact_has_no_name() {
    let hashed = consent("bk^email^ Ada@Example.org ^set^^dc=0^");
    assert!(hashed.to_string().starts_with("bk^email_sha256^"));
    assert!(!hashed.to_string().contains("example"));
    let contact = consent("contact^^47:11^remove^^^");
    assert_eq!(contact.subject.contact_key(), Some("47:11"));
    assert_eq!(contact.to_string(), "contact^^47:11^remove^^^");
}

#[test]
fn a_table_is_read_by_the_names_of_its_columns() {
    let tracking = FlagSet::of(&[Flag::Dc, Flag::Al]);
    let row = |header: &str, mapping: &str, row: &str| {
        let record = Table::parse(header, mapping).unwrap().record(row, tracking);
        record.map(|record| record.map(|record| record.to_string()))
    };
    for (header, mapping, text, line) in [
        (
            "contact,hasTrackingConsent,dtTrackingConsent",
            "",
            "4711,true,2018-01-09",
            "contact^^4711^set^^dc=1&al=1^1515456000000000",
        ),
        (
            "Contact;hasTrackingConsent;al",
            "",
            "4711;No;1",
            "contact^^4711^set^^dc=0&al=1^",
        ),
        (
            "\"contact\",\"dc\"",
            "",
            "\"a, \"\"b\"\"\",0\r",
            "contact^^a, \"b\"^set^^dc=0^",
        ),
        (
            "id\tname\tconsent",
            "id=device:idfa,consent=tg",
            "x:y\tAda\tYES",
            "device^idfa^x:y^set^^tg=1^",
        ),
        (
            "subject,at,re,regime",
            "",
            "bk:crm:7,2018-01-09 04:21:51.277,false,law25",
            "bk^crm^7^set^law25^re=0^1515471711277000",
        ),
        (
            "subject,at,re",
            "",
            "contact:7,1515471711277,0",
            "contact^^7^set^^re=0^1515471711277000",
        ),
    ] {
        assert_eq!(
            row(header, mapping, text),
            Ok(Some(line.to_owned())),
            "{header}: {text}"
        );
    }
    let address = row("email,dc", "", "Ada@example.org,1").unwrap().unwrap();
    assert!(address.starts_with("bk^email_sha256^"), "{address}");
    for nothing in ["4711,,", "4711,null,2018-01-09", "4711"] {
        assert_eq!(
            row("contact,hasTrackingConsent,dtTrackingConsent", "", nothing),
            Ok(None)
        );
    }
    for (text, field) in [
        (",true,", Field::Value),
        ("4711,maybe,", Field::Flags),
        ("4711,true,09/01/2018", Field::Time),
    ] {
        let error = row("contact,hasTrackingConsent,dtTrackingConsent", "", text).unwrap_err();
        assert_eq!(error.field, field, "{text}");
    }
    for (header, mapping, error) in [
        ("name,dc", "", TableError::Subject),
        ("contact,email,dc", "", TableError::Subject),
        ("contact,name", "", TableError::Decision),
        ("contact,dc,dc", "", TableError::Twice),
        ("contact,dc", "key=contact", TableError::Missing),
        ("contact,dc", "contact", TableError::Mapping),
        ("contact,dc", "contact=person", TableError::Mapping),
    ] {
        assert_eq!(
            Table::parse(header, mapping),
            Err(error),
            "{header} {mapping}"
        );
    }
}

fn any_flags() -> impl Strategy<Value = Flags> {
    (0..64_u8, 0..64_u8)
        .prop_map(|(granted, refused)| Flags::from_masks(granted & !refused, refused).unwrap())
        .prop_filter("at least one", |flags| !flags.is_empty())
}

fn any_subject() -> impl Strategy<Value = Subject> {
    let value = "[!-\\]_-~é ]{1,40}";
    prop_oneof![
        value.prop_map(|value| format!("contact:{value}")),
        ("[a-z0-9_]{1,32}", value).prop_map(|(name, value)| format!("device:{name}:{value}")),
        "[0-9a-f]{64}".prop_map(|hash| format!("bk:email_sha256:{hash}")),
    ]
    .prop_map(|text| Subject::parse(&text).unwrap())
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (0..=9_999_999_999_999_999_i64).prop_map(Timestamp::from_micros)
}

fn any_regime() -> impl Strategy<Value = Regime> {
    proptest::sample::select(&Regime::ALL[..])
}

proptest! {
    /// What is written is read again as it was.
    #[test]
    fn consent_records_round_trip(
        subject in any_subject(), flags in any_flags(), regime in proptest::option::of(any_regime()),
        at in proptest::option::of(any_time()), action in proptest::sample::select(&Action::ALL[..]),
    ) {
        let flags = if action == Action::Set { flags } else { Flags::none() };
        let record = ConsentRecord { subject, action, regime, flags, at };
        let line = record.to_string();
        prop_assert_eq!(line.matches('^').count(), 6);
        prop_assert_eq!(ConsentRecord::parse(&line), Ok(record));
    }

    #[test]
    fn audit_records_round_trip(
        bridge_key in proptest::option::of(("[a-z_]{1,9}", "[a-zA-Z0-9]{1,9}")),
        device in proptest::option::of("[a-zA-Z0-9-]{2,9}"), kuid in proptest::option::of("[a-zA-Z0-9]{1,9}"),
        at in any_time(), flags in any_flags(), regime in proptest::option::of(any_regime()),
        source in proptest::sample::select(&Source::ALL[..]), address in proptest::option::of(any::<std::net::IpAddr>()),
        action in proptest::sample::select(&Action::ALL[..]), id in any::<[u8; 16]>(),
    ) {
        let record = AuditRecord {
            bridge_key, device, kuid, organisation: OrganisationId::from_random(id), source, at,
            flags: if action == Action::Set { flags } else { Flags::none() },
            action, regime, regime_source: regime.map(|_| RegimeSource::Org), address, request: "id:17".to_owned(),
        };
        prop_assert_eq!(AuditRecord::parse(&record.to_string()), Ok(record));
    }

    #[test]
    fn dissent_records_round_trip(value in "[!-\\]_-~]{1,40}", id in any::<[u8; 16]>(), flag in proptest::sample::select(&Flag::ALL[..]), at in any_time()) {
        let at = Timestamp::from_micros(at.micros() / 1000 * 1000);
        let record = DissentRecord { value, organisation: OrganisationId::from_random(id), flag, at };
        prop_assert_eq!(DissentRecord::parse(&record.to_string()), Ok(record));
    }
}
