//! `POST /v1/webhooks/deliver`: sends what is due. `assent up` asks for it every second; elsewhere `assent
//! deliver` does, or any scheduler.
//!
//! It needs no key: it says nothing, and however often it is asked, a receiver hears no more than is due.

use std::time::{Duration, Instant};

use domain::{WebhookId, WebhookKeys};
use serde::Serialize;
use spin_sdk::http::{StatusCode, Uri};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{Fields, Method, Request, RequestOptions, Scheme};
use store::{Delivered, Delivery};
use web::{Config, Handled, Problem};

use crate::view::ChangeView;

/// How long a receiver may take to be reached, and then to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nobody else makes a delivery that was begun: longer than it can take.
const LEASE: Duration = Duration::from_secs(60);
/// How long one request goes on with new deliveries; the host ends what takes half a minute.
const BUDGET: Duration = Duration::from_secs(8);

/// A message of Standard Webhooks.
#[derive(Serialize)]
struct Message {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: domain::Timestamp,
    data: Changes,
}

#[derive(Serialize)]
struct Changes {
    changes: Vec<ChangeView>,
}

/// Sends what is due to every receiver, each on its own.
pub async fn deliver() -> Handled {
    let config = web::configuration().await?;
    let due = config.store.due_webhooks(web::now()).await?;
    let each = due.into_iter().map(|id| all_of(&config, id));
    for result in futures::future::join_all(each).await {
        result?;
    }
    Ok(web::empty(StatusCode::NO_CONTENT))
}

/// One delivery after the other, until nothing is left or one fails.
async fn all_of(config: &Config, id: WebhookId) -> Result<(), Problem> {
    let begin = Instant::now();
    while begin.elapsed() < BUDGET {
        let claim = web::random_id();
        let claimed = config
            .store
            .claim_delivery(id, claim, LEASE, web::now())
            .await?;
        let Some(delivery) = claimed else {
            break;
        };
        let outcome = one(config, &delivery).await?;
        config
            .store
            .settle_delivery(&delivery, outcome, web::now())
            .await?;
        if !matches!(outcome, Delivered::Arrived(_)) {
            break;
        }
    }
    Ok(())
}

async fn one(config: &Config, delivery: &Delivery) -> Result<Delivered, Problem> {
    let changes = config
        .store
        .changes(delivery.organisation, delivery.after, delivery.to, u32::MAX)
        .await?;
    if changes.is_empty() {
        // Only requests for all that is stored, which nobody is told of.
        return Ok(Delivered::Arrived(StatusCode::NO_CONTENT.as_u16()));
    }
    let now = web::now();
    let message = Message {
        kind: "consent.changes",
        timestamp: now,
        data: Changes {
            changes: changes.into_iter().map(ChangeView::from).collect(),
        },
    };
    let body = serde_json::to_vec(&message).map_err(Problem::internal)?;
    let keys = WebhookKeys::derive(
        &config.token_secrets,
        delivery.organisation,
        delivery.webhook,
    );
    // The same for every repetition.
    let id = format!("{}-{}-{}", delivery.webhook, delivery.after, delivery.to);
    let seconds = now.micros().div_euclid(1_000_000);
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("content-length", body.len().to_string()),
        ("user-agent", "assent".to_owned()),
        ("webhook-id", id.clone()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", keys.sign(&id, seconds, &body)),
    ];
    let status = post(&delivery.url, &headers, body).await.unwrap_or(0);
    Ok(match status {
        200..=299 => Delivered::Arrived(status),
        410 => Delivered::Gone,
        _ => Delivered::Failed(status),
    })
}

/// The status that the receiver answers; nothing if it cannot be reached, does not answer in time, or if the
/// operator does not let this component send there.
async fn post(url: &str, headers: &[(&str, String)], body: Vec<u8>) -> Option<u16> {
    let url: Uri = url.parse().ok()?;
    let headers: Vec<(String, Vec<u8>)> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect();
    let options = RequestOptions::new();
    let patience = u64::try_from(PATIENCE.as_nanos()).ok();
    options.set_connect_timeout(patience).ok()?;
    options.set_first_byte_timeout(patience).ok()?;
    let (mut writer, contents) = wasip3::wit_stream::new();
    let (_, trailers) = wasip3::wit_future::new(|| Ok(None));
    let fields = Fields::from_list(&headers).ok()?;
    let (request, _sent) = Request::new(fields, Some(contents), trailers, Some(options));
    let scheme = if url.scheme_str() == Some("https") {
        Scheme::Https
    } else {
        Scheme::Http
    };
    request.set_method(&Method::Post).ok()?;
    request.set_scheme(Some(&scheme)).ok()?;
    request
        .set_authority(Some(url.authority()?.as_str()))
        .ok()?;
    request
        .set_path_with_query(Some(url.path_and_query()?.as_str()))
        .ok()?;
    wasip3::spawn(async move {
        // A receiver who has gone away wants no body.
        let _ = writer.write_all(body).await;
    });
    let answer = wasip3::http::client::send(request).await.ok()?;
    Some(answer.get_status_code())
}
