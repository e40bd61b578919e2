//! `GET /v1/exports/interactions`: what was done with mails, for business intelligence, streamed as CSV or NDJSON.
//!
//! Anonymised at the source: a row by name only where the gate was open then and is open now, everybody else as the numbers
//! that the report shows, and no finer ones.

mod rows;

use std::collections::BTreeMap;

use domain::report::{Count, released, tally};
use domain::{Kind, LinkId, MessageId, Subject, Timestamp};
use spin_sdk::http::{IntoResponse, Method};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Response};
use store::{ExportPlace, IdentifiedInteraction, MessageSummary, Scope};
use web::{Context, Problem, Request, Session, Writer};

use crate::contacts::gate_is_open;
use crate::stats::full_hours;
use rows::Format;

pub use rows::{Row, text};

const PATH: &str = "/v1/exports/interactions";
/// Mails of one page of the list.
const MAILS: u32 = 100;

/// One export on its way.
struct Export {
    session: Session,
    /// That mail alone.
    only: Option<MessageSummary>,
    format: Format,
}

/// Whether this request wants the export.
pub fn asked(request: &Request) -> bool {
    web::answered_as(request.method()) == Method::GET && request.uri().path() == PATH
}

/// Begins the answer; the rest of it comes as it is read.
pub async fn answer(request: Request) -> Result<Response, ErrorCode> {
    let context = Context::new();
    let export = match begin(&request).await {
        Ok(export) => export,
        Err(problem) => return web::failed(&context.request_id, &problem).into_response(),
    };
    let (response, writer) = web::begin_stream(&context, export.format.content_type())?;
    wasip3::spawn(async move {
        // An answer that breaks off says by itself that it is not whole.
        if let Err(problem) = export.stream(writer).await {
            web::log(&context.request_id, &problem);
        }
    });
    Ok(response)
}

async fn begin(request: &Request) -> Result<Export, Problem> {
    let [message] = web::query(request.uri().query(), ["message"])?;
    let format = Format::wanted(request.headers())?;
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let only = match message {
        Some(id) => {
            let id = MessageId::parse(&id)
                .map_err(|_| Problem::invalid("message", "Give the id of a message."))?;
            let found = session.store.message_summary(session.organisation.id, id);
            Some(found.await?.ok_or_else(|| {
                Problem::invalid("message", "Your organisation has no such message.")
            })?)
        }
        None => None,
    };
    Ok(Export {
        session,
        only,
        format,
    })
}

impl Export {
    async fn stream(self, mut writer: Writer) -> Result<(), Problem> {
        let attributes = &self.session.organisation.settings.attributes;
        let header = self.format.header(attributes);
        if writer.write(header).await.is_err() {
            return Ok(());
        }
        if let Some(message) = &self.only {
            if self.message(message, &mut writer).await?.is_none() {
                return Ok(());
            }
            writer.end().await;
            return Ok(());
        }
        let mut before = None;
        loop {
            let organisation = self.session.organisation.id;
            let store = &self.session.store;
            let page = store.messages(organisation, before, MAILS).await?;
            for message in &page {
                if self.message(message, &mut writer).await?.is_none() {
                    return Ok(());
                }
            }
            match page.last() {
                Some(last) => before = Some(last.id),
                None => break,
            }
        }
        writer.end().await;
        Ok(())
    }

    /// Nothing once the client has gone away.
    async fn message(
        &self,
        message: &MessageSummary,
        writer: &mut Writer,
    ) -> Result<Option<()>, Problem> {
        let Session {
            store,
            organisation,
            ..
        } = &self.session;
        let links = store.links(message.id).await?;
        let destinations: BTreeMap<LinkId, &str> = links
            .iter()
            .map(|(id, _, destination)| (*id, destination.as_str()))
            .collect();
        let mut place = Some(ExportPlace::default());
        while let Some(after) = place {
            let (found, next) = store
                .identified_slice(organisation.id, message.id, &after)
                .await?;
            place = next;
            let text = self.identified(message, &destinations, found).await?;
            if !text.is_empty() && writer.write(text).await.is_err() {
                return Ok(None);
            }
        }
        let counts = store.stats(message.id).await?.counts;
        let text = self.anonymous(message, &links, &counts)?;
        Ok(writer.write(text).await.is_ok().then_some(()))
    }

    async fn identified(
        &self,
        message: &MessageSummary,
        destinations: &BTreeMap<LinkId, &str>,
        found: Vec<IdentifiedInteraction>,
    ) -> Result<String, Problem> {
        let settings = &self.session.organisation.settings;
        let now = web::now();
        let allowed: Vec<(IdentifiedInteraction, Subject)> = found
            .into_iter()
            .filter(|one| gate_is_open(&one.current, settings, now))
            .filter_map(|mut one| {
                let subject = one.subject.take()?;
                Some((one, subject))
            })
            .collect();
        let mut people: Vec<Subject> = allowed.iter().map(|(_, who)| who.clone()).collect();
        people.dedup();
        let organisation = self.session.organisation.id;
        let known = self.session.store.contacts(organisation, &people).await?;
        let attributes: BTreeMap<&Subject, _> = people
            .iter()
            .zip(known)
            .filter_map(|(who, contact)| {
                Some((who, settings.attributes.shown(&contact?.attributes)))
            })
            .collect();
        let mut text = String::new();
        for (one, who) in &allowed {
            let row = Row {
                record: "identified",
                message: message.id,
                message_name: &message.name,
                kind: one.kind,
                link: Some(one.link),
                destination: destinations.get(&one.link).copied(),
                at: Some(one.at),
                contact: who.contact_key(),
                n: 1,
                attributes: attributes.get(who),
            };
            text.push_str(&self.format.line(&row, &settings.attributes)?);
        }
        Ok(text)
    }

    /// The numbers of the report: of a mail all, of its links what may be shown, which is a part of that.
    fn anonymous(
        &self,
        message: &MessageSummary,
        links: &[(LinkId, Kind, String)],
        counts: &[Count],
    ) -> Result<String, Problem> {
        let ids: Vec<(LinkId, Kind)> = links.iter().map(|(id, kind, _)| (*id, *kind)).collect();
        let by_link = released(counts, &ids, full_hours(web::now()));
        let of_mail = Kind::ALL.map(|kind| {
            let counts = counts.iter().filter(|count| count.kind == kind);
            ("anonymous", kind, None, None, tally(counts).anonymous)
        });
        let of_links = links
            .iter()
            .zip(by_link)
            .map(|((id, kind, destination), n)| {
                let destination = Some(destination.as_str());
                (
                    "anonymous_by_link",
                    *kind,
                    Some(*id),
                    destination,
                    n.unwrap_or(0),
                )
            });
        let mut text = String::new();
        for (record, kind, link, destination, n) in of_mail.into_iter().chain(of_links) {
            if n == 0 {
                continue;
            }
            let row = Row {
                record,
                message: message.id,
                message_name: &message.name,
                kind,
                link,
                destination,
                at: None::<Timestamp>,
                contact: None,
                n,
                attributes: None,
            };
            let attributes = &self.session.organisation.settings.attributes;
            text.push_str(&self.format.line(&row, attributes)?);
        }
        Ok(text)
    }
}
