//! A receipt as linked data: the W3C Data Privacy Vocabulary's profile of ISO/IEC TS 27560
//! ([guide](https://w3id.org/dpv/guides/consent-27560)), in JSON-LD with a context of its own, so that reading it fetches
//! nothing. What is not known here is left out: personal data, places of storage and recipients.

use super::receipt::{ConsentRecord, PurposeAnswer, Receipt};
use crate::{Choice, CommunicationType, Flag};
use serde_json::{Value, json};

/// The receipt, and its signed form within, which alone can be checked.
#[must_use]
pub fn linked(receipt: &Receipt, signed: &str) -> Value {
    said(json!({
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "dct": "http://purl.org/dc/terms/",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "dct:issued": { "@type": "xsd:dateTime" },
            "dct:conformsTo": { "@type": "@id" },
            "dpv:isIndicatedAtTime": { "@type": "xsd:dateTime" },
            "dpv:hasLegalBasis": { "@type": "@id" },
            "dpv:hasProcessing": { "@type": "@id" },
            "dpv:hasTechnicalMeasure": { "@type": "@id" },
        },
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#receipt",
        "dct:identifier": receipt.receipt_id,
        "dct:issued": receipt.issued_at,
        "dpv:hasTechnicalMeasure": "dpv:DigitalSignatures",
        "dct:hasFormat": { "dct:format": "application/jose", "rdf:value": signed },
        "dpv:hasRecordOfActivity": record(&receipt.record),
    }))
}

fn record(record: &ConsentRecord) -> Value {
    let controller = &record.pii_controller;
    let processes: Vec<Value> = record
        .purposes
        .iter()
        .map(|purpose| process(record, purpose))
        .collect();
    json!({
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#record",
        "dct:identifier": record.record_id,
        "dpv:hasDataSubject": {
            "@type": "dpv:DataSubject",
            "dct:identifier": record.pii_principal_id,
        },
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "dct:identifier": controller.party_id,
            "dpv:hasName": controller.party_name,
        },
        "dpv:hasNotice": notice(record),
        "dpv:hasApplicableLaw": record
            .jurisdiction
            .map(|regime| json!({ "@type": "dpv:Law", "dct:identifier": regime })),
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dct:description": record.withdrawal_method,
        },
        "dpv:hasStorageCondition": {
            "@type": "dpv:StorageDuration",
            "dpv:hasDuration": {
                "@type": "dpv:UntilEventDuration",
                "rdf:value": record.retention_period,
            },
        },
        "dpv:hasProcess": processes,
    })
}

/// What was shown, and where the controller says what it does with data.
fn notice(record: &ConsentRecord) -> Option<Value> {
    let (shown, address) = (&record.notice, &record.pii_controller.privacy_notice);
    if shown.is_none() && address.is_none() {
        return None;
    }
    Some(json!({
        "@type": "dpv:ConsentNotice",
        "dct:title": shown.as_ref().map(|shown| &shown.form),
        "dct:identifier": shown.as_ref().map(|shown| &shown.version),
        "dct:language": shown.as_ref().map(|shown| &shown.language),
        "dct:source": address,
    }))
}

fn process(record: &ConsentRecord, purpose: &PurposeAnswer) -> Value {
    let status = match purpose.answer {
        Choice::Granted => "dpv:ConsentGiven",
        Choice::Refused => "dpv:ConsentRefused",
    };
    let months = record.validity_months;
    let lasts = months.filter(|_| purpose.answer == Choice::Granted);
    let lasts = lasts.map(
        |months| json!({ "@type": "dpv:TemporalDuration", "rdf:value": format!("P{months}M") }),
    );
    let flag = purpose.flag.as_deref();
    let communication_type = purpose.communication_type.as_ref();
    let (what, how) = match flag.map(Flag::parse) {
        Some(Ok(flag)) => in_terms(flag),
        Some(Err(_)) => ("dpv:Purpose", "dpv:Use"),
        None => ("dpv:CommunicationManagement", "dpv:Use"),
    };
    json!({
        "@type": "dpv:Process",
        "dct:identifier": flag.or(communication_type.map(CommunicationType::as_str)),
        "dpv:hasPurpose": { "@type": what, "dct:title": purpose.purpose },
        "dpv:hasProcessing": how,
        "dpv:hasLegalBasis": "dpv:Consent",
        "dpv:hasConsentStatus": {
            "@type": status,
            "dpv:isIndicatedAtTime": record.event_time,
            "dct:source": record.collection_method,
            "dpv:hasDuration": lasts,
        },
    })
}

/// Leaves out what has no value.
fn said(value: Value) -> Value {
    match value {
        Value::Object(object) => object
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, said(value)))
            .collect(),
        Value::Array(list) => list.into_iter().map(said).collect(),
        other => other,
    }
}

/// The nearest class of purposes and of processing.
const fn in_terms(flag: Flag) -> (&'static str, &'static str) {
    match flag {
        Flag::Dc => ("dpv:Purpose", "dpv:Collect"),
        Flag::Al => ("dpv:ServiceUsageAnalytics", "dpv:Analyse"),
        Flag::Tg => ("dpv:TargetedAdvertising", "dpv:Profiling"),
        Flag::Cd => ("dpv:Purpose", "dpv:Combine"),
        Flag::Sh => ("dpv:Purpose", "dpv:Share"),
        Flag::Re => ("dpv:Purpose", "dpv:Match"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::leaf::{Leaf, LeafKey, LeafKind};
    use crate::log::receipt::{ReceiptParts, ReceiptProof};
    use crate::{OrganisationId, Regime, Settings, Shown, Source, Timestamp};

    fn key() -> LeafKey {
        LeafKey::derive("00112233445566778899aabbccddeeff", "r1", 0).unwrap()
    }

    fn leaf(kind: LeafKind) -> Leaf {
        let org = OrganisationId::parse("45e0a0b2-7f30-456c-875c-1cfa507d72b6").unwrap();
        Leaf {
            source: Some(Source::Form),
            subject: key().subject("contact:42"),
            ..Leaf::new(kind, org, Timestamp::from_micros(7))
        }
    }

    fn receipt() -> Receipt {
        let all = r#"{"dc":true,"al":true,"tg":false,"cd":true,"sh":false,"re":true}"#;
        receipt_of(&Leaf {
            flags: serde_json::from_str(all).ok(),
            regime: Some(Regime::Gdpr),
            ..leaf(LeafKind::Set)
        })
    }

    fn receipt_of_communications(opted_in: bool) -> Receipt {
        receipt_of(&Leaf {
            communication_type: CommunicationType::parse("newsletter").ok(),
            opted_in: Some(opted_in),
            ..leaf(LeafKind::Communication)
        })
    }

    fn receipt_of(leaf: &Leaf) -> Receipt {
        let parts = ReceiptParts {
            subject: "contact:42",
            request_id: "r1",
            item: 0,
            shown: Some(Shown {
                form: "tracking".to_owned(),
                version: "1f".to_owned(),
                language: "fr".to_owned(),
            }),
            settings: &Settings {
                display_name: Some("Club".to_owned()),
                privacy_notice_url: Some("https://club.example/privacy".to_owned()),
                ..Settings::default()
            },
            proof: ReceiptProof {
                leaf: crate::log::canonical(leaf).unwrap(),
                leaf_key: key(),
                index: 0,
                path: Vec::new(),
                checkpoint: String::new(),
            },
        };
        Receipt::new(parts, Timestamp::from_micros(9)).unwrap()
    }

    /// Every name with a prefix: those of properties, and those of classes and values.
    fn names(value: &Value, properties: &mut Vec<String>, classes: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    if name == "@context" {
                        continue;
                    }
                    if !name.starts_with('@') {
                        properties.push(name.clone());
                    }
                    names(value, properties, classes);
                }
            }
            Value::Array(list) => list.iter().for_each(|one| names(one, properties, classes)),
            Value::String(text) if text.starts_with("dpv:") => classes.push(text.clone()),
            _ => {}
        }
    }

    /// There are no public shapes or schemas for the profile: `schema/dpv-27560.ttl` of w3c/dpv only names it. So this
    /// holds what is written against the vocabulary.
    #[test]
    fn every_term_is_one_of_the_vocabulary() {
        let known: Vec<&str> = include_str!("fixtures/dpv-2.3-terms.txt").lines().collect();
        let (mut properties, mut classes) = (Vec::new(), Vec::new());
        for receipt in [receipt(), receipt_of_communications(true)] {
            names(&linked(&receipt, "eyJ"), &mut properties, &mut classes);
        }
        let dublin = [
            "conformsTo",
            "description",
            "format",
            "hasFormat",
            "identifier",
            "issued",
            "language",
            "source",
            "title",
        ];
        for name in &properties {
            let is_known = match name.split_once(':').unwrap() {
                ("dpv", name) => known.contains(&format!("property {name}").as_str()),
                ("dct", name) => dublin.contains(&name),
                (prefix, name) => (prefix, name) == ("rdf", "value"),
            };
            assert!(is_known, "{name}");
        }
        for name in &classes {
            let name = name.strip_prefix("dpv:").unwrap();
            assert!(known.contains(&format!("class {name}").as_str()), "{name}");
        }
        assert!(properties.len() > 50 && classes.len() > 25);
    }

    #[test]
    fn it_says_what_the_receipt_says() {
        let linked = linked(&receipt(), "eyJ.signed");
        assert_eq!(linked["dct:hasFormat"]["rdf:value"], "eyJ.signed");
        let record = &linked["dpv:hasRecordOfActivity"];
        assert_eq!(record["dpv:hasDataSubject"]["dct:identifier"], "contact:42");
        assert_eq!(record["dpv:hasDataController"]["dpv:hasName"], "Club");
        assert_eq!(record["dpv:hasNotice"]["dct:identifier"], "1f");
        let said: Vec<_> = record["dpv:hasProcess"]
            .as_array()
            .unwrap()
            .iter()
            .map(|process| {
                let status = &process["dpv:hasConsentStatus"];
                let lasts = status["dpv:hasDuration"]["rdf:value"].as_str();
                (
                    process["dct:identifier"].as_str().unwrap(),
                    status["@type"].as_str().unwrap(),
                    lasts,
                )
            })
            .collect();
        let (yes, no) = ("dpv:ConsentGiven", "dpv:ConsentRefused");
        let lasts = Some("P13M");
        assert_eq!(
            said,
            [
                ("dc", yes, lasts),
                ("al", yes, lasts),
                ("tg", no, None),
                ("cd", yes, lasts),
                ("sh", no, None),
                ("re", yes, lasts)
            ]
        );
    }

    #[test]
    fn consent_to_communications_is_of_its_type_and_under_no_regime() {
        for (opted_in, status) in [(true, "dpv:ConsentGiven"), (false, "dpv:ConsentRefused")] {
            let linked = linked(&receipt_of_communications(opted_in), "eyJ.signed");
            let record = &linked["dpv:hasRecordOfActivity"];
            let process = &record["dpv:hasProcess"][0];
            assert_eq!(process["dct:identifier"], "newsletter");
            assert_eq!(process["dpv:hasConsentStatus"]["@type"], status);
            assert_eq!(record.get("dpv:hasApplicableLaw"), None);
            assert_eq!(process["dpv:hasConsentStatus"].get("dpv:hasDuration"), None);
        }
    }
}
