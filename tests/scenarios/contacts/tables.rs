//! Contacts that come in with a table.

use assent_tests::{App, Organisation, ledger};
use domain::Timestamp;
use serde_json::{Value, json};

use crate::settings;

/// The lines of the answer to a table.
async fn import(club: &Organisation, id: &str, query: &str, table: &str) -> (Vec<Value>, Value) {
    let request = club
        .request("POST", &format!("/v1/imports{query}"))
        .header("content-type", "text/csv")
        .header("idempotency-key", id)
        .body(table.to_owned());
    let text = request.send().await.unwrap().text().await.unwrap();
    let mut lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = lines.pop().unwrap();
    lines.retain(|line| line["progress"].is_null());
    (lines, last)
}

/// A day not so long ago that a grant lapses.
fn days_ago(days: i64) -> String {
    let at = Timestamp::from_micros(ledger::now() - days * 86_400_000_000);
    at.to_rfc3339()[..10].to_owned()
}

/// "You can use administrative fields (hasTrackingConsent and dtTrackingConsent) for mapping or importing the updated
/// status of tracking consents", and a newer one that is stored stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_brings_attributes_beside_consent_and_the_newest_date_wins() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    club.send(
        "PATCH",
        "/v1/contacts/old",
        &json!({ "attributes": { "city": "Nantes" } }),
    )
    .await;
    club.decide("contact:old", json!({ "dc": false, "al": false }))
        .await;
    let (agreed, refused) = (days_ago(60), days_ago(59));
    let table = format!(
        "Key;hasTrackingConsent;dtTrackingConsent;attribute:city;Years;attribute:vip\n\
        anna;true;{agreed};Lyon;31;yes\n\
        ben;;;Paris;;\n\
        old;true;{agreed};Lille;50;no\n\
        chloe;false;{refused};;old;\n\
        ;true;{agreed};Lyon;1;\n"
    );
    let query = format!(
        "?at={}T00:00:00Z&columns=Key=contact,Years=attribute:age",
        days_ago(30)
    );
    let (errors, summary) = import(&club, "table-of-contacts", &query, &table).await;
    let wrong: Vec<&Value> = errors.iter().map(|line| &line["line"]).collect();
    assert_eq!(wrong, [&json!(5), &json!(6)], "{errors:?}");
    let import_of = |summary: &Value| summary["import"].clone();
    assert_eq!(
        (
            &import_of(&summary)["accepted"],
            &import_of(&summary)["rejected"]
        ),
        (&json!(4), &json!(2))
    );
    let chloe = club.get("/v1/contacts/chloe").await;
    assert_eq!(
        (&chloe["tracking_status"], &chloe["attributes"]),
        (&json!("refused"), &json!({})),
        "a refusal does not wait for an attribute"
    );
    let anna = club.get("/v1/contacts/anna").await;
    assert_eq!(
        anna["attributes"],
        json!({ "city": "Lyon", "age": 31, "vip": true })
    );
    assert_eq!(
        (&anna["tracking_status"], &anna["dtTrackingConsent"]),
        (
            &json!("accepted"),
            &json!(format!("{agreed}T00:00:00.000000Z"))
        )
    );
    let ben = club.get("/v1/contacts/ben").await;
    assert_eq!(ben["attributes"], json!({ "city": "Paris" }));
    assert_eq!(ben["tracking_status"], "unanswered");
    let old = club.get("/v1/contacts/old").await;
    assert_eq!(
        old["tracking_status"], "refused",
        "the date in the file is not newer"
    );
    assert_eq!(
        old["attributes"],
        json!({ "city": "Nantes", "age": 50, "vip": false }),
        "nor is that of the file"
    );

    // The same file again changes nothing, and an export can be imported.
    let before = club.get("/v1/contacts").await;
    let (errors, again) = import(&club, "table-of-contacts", &query, &table).await;
    assert_eq!((errors.len(), &again["repeated"]), (0, &json!(4)));
    let export = club
        .request("GET", "/v1/exports/contacts")
        .send()
        .await
        .unwrap();
    let export = export.text().await.unwrap();
    assert!(
        export.starts_with(
            "contact,hasTrackingConsent,dtTrackingConsent,attribute:city,attribute:age,"
        ),
        "{export}"
    );
    let (errors, _) = import(&club, "export-of-contacts", "", &export).await;
    assert_eq!(errors, [] as [Value; 0]);
    let mut after = club.get("/v1/contacts").await;
    let mut before = before;
    for page in [&mut before, &mut after] {
        for contact in page["contacts"].as_array_mut().unwrap() {
            contact.as_object_mut().unwrap().remove("version");
        }
    }
    assert_eq!(after, before);

    // An unknown attribute is said at once.
    let (errors, failed) = import(
        &club,
        "unknown-attribute",
        "",
        "contact,attribute:street\nx,y\n",
    )
    .await;
    assert_eq!(errors, [] as [Value; 0]);
    assert!(
        failed["problem"]["detail"]
            .as_str()
            .unwrap()
            .contains("attribute:street"),
        "{failed}"
    );
}
