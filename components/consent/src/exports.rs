//! `GET /v1/exports/…`: the log, the dissent lists and what is in force, streamed in the Salesforce DMP's lines, as CSV or as NDJSON.

mod rows;

use domain::files::Action;
use domain::{Flag, OrganisationId, Timestamp};
use spin_sdk::http::{IntoResponse, Method};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Response};
use store::{LogPart, Scope, Store};
use web::{Context, Problem, Request};

use rows::{Format, Row};
use web::Writer;

/// What is wanted.
enum Wanted {
    Log(LogPart),
    Dissent(Flag),
    Consent,
}

/// One export on its way.
struct Export {
    store: Store,
    organisation: OrganisationId,
    wanted: Wanted,
    format: Format,
}

/// Whether this request wants an export.
pub fn asked(request: &Request) -> bool {
    let path = request.uri().path();
    web::answered_as(request.method()) == Method::GET
        && matches!(
            path,
            "/v1/exports/audit" | "/v1/exports/dissent" | "/v1/exports/consent"
        )
}

/// Begins the answer; the rest of it comes as it is read.
pub async fn answer(request: Request) -> Result<Response, ErrorCode> {
    let context = Context::new();
    let export = match begin(&request, context.now).await {
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

async fn begin(request: &Request, now: Timestamp) -> Result<Export, Problem> {
    let query = request.uri().query();
    let wanted = match request.uri().path() {
        "/v1/exports/audit" => log_part(web::query(query, ["action", "from", "to"])?, now)?,
        "/v1/exports/dissent" => {
            let [flag] = web::query(query, ["flag"])?;
            let flag =
                flag.ok_or_else(|| Problem::invalid("flag", "Give dc, al, tg, cd, sh or re."))?;
            Wanted::Dissent(Flag::parse(&flag).map_err(|error| Problem::invalid("flag", error))?)
        }
        _ => {
            let [] = web::query(query, [])?;
            Wanted::Consent
        }
    };
    let format = Format::wanted(request.headers())?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    Ok(Export {
        organisation: session.organisation.id,
        store: session.store,
        wanted,
        format,
    })
}

fn log_part([action, from, to]: [Option<String>; 3], now: Timestamp) -> Result<Wanted, Problem> {
    let action = Action::parse(action.as_deref().unwrap_or(Action::Set.code()))
        .map_err(|error| Problem::invalid("action", error))?;
    let time = |name: &str, text: Option<String>, otherwise: Timestamp| {
        text.map_or(Ok(otherwise), |text| {
            Timestamp::parse_rfc3339(&text).map_err(|error| Problem::invalid(name, error))
        })
    };
    Ok(Wanted::Log(LogPart {
        action,
        from: time("from", from, Timestamp::from_micros(0))?,
        to: time("to", to, now)?,
    }))
}

impl Export {
    async fn stream(self, mut writer: Writer) -> Result<(), Problem> {
        let header = match self.wanted {
            Wanted::Log(_) => self.format.header(&rows::LOG),
            Wanted::Dissent(_) => self.format.header(&rows::DISSENT),
            Wanted::Consent => self.format.header(&rows::CONSENT),
        };
        if writer.write(header).await.is_err() {
            return Ok(());
        }
        let mut after = Some(0);
        while let Some(place) = after {
            let (rows, next) = self.slice(place).await?;
            after = next;
            let mut text = String::new();
            for row in &rows {
                text.push_str(&self.format.line(row)?);
                text.push('\n');
            }
            if writer.write(text).await.is_err() {
                return Ok(());
            }
        }
        writer.end().await;
        Ok(())
    }

    async fn slice(&self, after: i64) -> Result<(Vec<Row>, Option<i64>), Problem> {
        let organisation = self.organisation;
        match &self.wanted {
            Wanted::Log(part) => {
                let (entries, next) = self.store.log_slice(organisation, part, after).await?;
                let rows = entries
                    .into_iter()
                    .map(|entry| Row::log(organisation, entry));
                Ok((rows.collect(), next))
            }
            Wanted::Dissent(flag) => {
                let (dissents, next) = self.store.dissent_slice(organisation, *flag, after).await?;
                let rows = dissents.into_iter();
                let rows = rows.map(|dissent| Row::dissent(organisation, *flag, dissent));
                Ok((rows.collect(), next))
            }
            Wanted::Consent => {
                let (said, next) = self.store.in_force_slice(organisation, after).await?;
                Ok((said.into_iter().map(Row::in_force).collect(), next))
            }
        }
    }
}
