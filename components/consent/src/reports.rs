//! `GET /v1/reports/consent`: how many have said what about each flag, under which regime.

use std::collections::BTreeMap;

use domain::{Flag, Regime, Timestamp};
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::Scope;
use web::{Context, Handled, Request};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ConsentReport"))]
pub struct ReportView {
    /// Everybody who has said something, without those who were erased since.
    subjects: u64,
    rows: Vec<RowView>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ConsentReportRow"))]
struct RowView {
    flag: Flag,
    /// `granted`, `refused`, `lapsed` (granted, but too long ago) or `unset`.
    value: &'static str,
    /// Under which this was decided; nothing for `unset`.
    regime: Option<Regime>,
    subjects: u64,
}

/// Counts, slice by slice.
pub async fn consent(context: Context, request: Request) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let lapsed = lapsed(context.now);
    let mut subjects: u64 = 0;
    let mut counts: BTreeMap<(Flag, &'static str, Option<Regime>), u64> = BTreeMap::new();
    let mut after = Some(0);
    while let Some(place) = after {
        let organisation = session.organisation.id;
        let slice = session
            .store
            .population_slice(organisation, &lapsed, place)
            .await?;
        let ((known, populations), next) = slice;
        subjects = subjects.saturating_add(known);
        for found in populations {
            let value = match (found.granted, found.lapsed) {
                (true, true) => "lapsed",
                (true, false) => "granted",
                (false, _) => "refused",
            };
            let count = counts
                .entry((found.flag, value, Some(found.regime)))
                .or_default();
            *count = count.saturating_add(found.subjects);
        }
        after = next;
    }
    for flag in Flag::ALL {
        let said = counts
            .iter()
            .filter(|((of, _, _), _)| *of == flag)
            .map(|(_, count)| count);
        let unset = subjects.saturating_sub(said.sum());
        counts.insert((flag, "unset", None), unset);
    }
    let rows = counts
        .into_iter()
        .map(|((flag, value, regime), subjects)| RowView {
            flag,
            value,
            regime,
            subjects,
        });
    let rows = rows.collect();
    web::answer_json(StatusCode::OK, &ReportView { subjects, rows })
}

/// Up to when grants no longer count, for the regimes under which they lapse.
fn lapsed(now: Timestamp) -> Vec<(Regime, Timestamp)> {
    Regime::ALL
        .into_iter()
        .filter_map(|regime| {
            let months = regime.grant_lapses_after_months()?;
            Some((regime, now.months_before(months)))
        })
        .collect()
}
