//! `GET /v1/messages/{id}/report`: the same for a marketer, as one page without anything from elsewhere.

use askama::Template;
use domain::Kind;
use store::Scope;
use web::{Context, Handled, Problem, Request};

use crate::chart;
use crate::contacts::{Named, named};
use crate::stats::{self, Counted, RowView, StatsView, TallyView};

/// Contacts on the page; the list has all.
const MOST_CONTACTS: u32 = 1000;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    view: &'a StatsView,
    chart: String,
    at: String,
    totals: [(&'static str, &'a TallyView); 3],
    named: Named,
}

/// The drawing alone.
pub async fn drawing(context: Context, request: Request, id: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let view = stats::report(&session, id, context.now).await?;
    let drawing = web::file("image/svg+xml", chart::svg(&view), "no-store");
    Ok(sealed(drawing))
}

/// The page.
pub async fn page(context: Context, request: Request, id: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let view = stats::report(&session, id, context.now).await?;
    let named = named(&session, view.message, MOST_CONTACTS, context.now).await?;
    let page = Page {
        view: &view,
        chart: chart::svg(&view),
        at: when(context.now),
        totals: [
            ("Opens", &view.opens),
            ("Clicks", &view.clicks),
            ("Unsubscribes", &view.unsubscribes),
        ],
        named,
    };
    let text = page.render().map_err(Problem::internal)?;
    Ok(sealed(web::file(
        "text/html; charset=utf-8",
        text,
        "no-store",
    )))
}

/// Nothing in it may do or load anything, wherever it is opened.
fn sealed(answer: web::Answer) -> web::Answer {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
    web::with_header(answer, "content-security-policy", policy)
}

fn when(at: domain::Timestamp) -> String {
    let text = at.to_rfc3339();
    let (day, time) = (text.get(..10), text.get(11..16));
    format!(
        "{} {} UTC",
        day.unwrap_or_default(),
        time.unwrap_or_default()
    )
}

fn shown(n: Option<u64>) -> String {
    n.map_or_else(|| "few".to_owned(), |n| n.to_string())
}

impl Page<'_> {
    fn kind(&self, kind: &Counted) -> &'static str {
        match kind {
            Counted::Click => "clicks",
            Counted::Open => "opens",
            Counted::Unsubscribe => "unsubscribes",
        }
    }

    fn total(&self, row: &RowView) -> String {
        shown(row.total)
    }

    fn anonymous(&self, row: &RowView) -> String {
        shown(row.anonymous)
    }

    fn time(&self, at: &domain::Timestamp) -> String {
        when(*at)
    }
}
