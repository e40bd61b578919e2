//! `/v1/messages`: mails are registered; their links become ours.

use domain::{
    Ceilings, FoundLink, Kind, LinkId, MailPlan, MessageId, OrganisationId, plan_html, plan_text,
};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{Message, NewMessage, Scope, digest};
use web::{BATCH_LIMIT, Context, Handled, Problem, Request};

/// Links in one mail.
const MOST_LINKS: usize = 1000;

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "MailFormat"))]
#[serde(rename_all = "snake_case")]
enum Format {
    Html,
    Text,
}

impl Format {
    const fn code(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text => "text",
        }
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NewMessage"))]
#[serde(deny_unknown_fields)]
pub struct MessageBody {
    #[cfg_attr(test, schemars(length(min = 1, max = 200)))]
    name: String,
    #[serde(default = "html")]
    format: Format,
    content: String,
    #[cfg_attr(test, schemars(with = "domain::schema::MergeTag"))]
    /// The merge tag under which the mailing system puts a person's click token.
    click_tag: String,
    #[cfg_attr(test, schemars(with = "domain::schema::MergeTag"))]
    /// The merge tag under which it puts her preferences token.
    preferences_tag: String,
    /// Where this application is reached from outside; the address of this request if left out.
    #[cfg_attr(test, schemars(with = "Option<domain::schema::Base>"))]
    base_url: Option<String>,
    ceiling: Option<Ceilings>,
    #[serde(default = "yes")]
    pixel: bool,
}

const fn html() -> Format {
    Format::Html
}

const fn yes() -> bool {
    true
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "RegisteredMessage"))]
pub struct MessageView {
    #[serde(flatten)]
    message: Message,
    links: Vec<LinkView>,
    #[serde(flatten)]
    rewritten: Option<RewrittenView>,
}

/// What only the answer to the rewriting says.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Rewritten"))]
struct RewrittenView {
    skipped: Vec<SkippedView>,
    preferences_url: String,
    warnings: Vec<&'static str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Link"))]
struct LinkView {
    id: LinkId,
    kind: Kind,
    destination: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "SkippedLink"))]
struct SkippedView {
    /// Bytes from the beginning of the mail as sent.
    offset: usize,
    reason: String,
}

/// Registers each link of a mail and answers the mail with its links replaced.
pub async fn create(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::MessagesWrite).await?;
    web::require_json(request.headers())?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;
    let own_origin = origin_of(&request);

    let content = web::read_capped(request, BATCH_LIMIT).await?;
    let body: MessageBody = web::json(&content)?;
    let base = base_url(body.base_url.as_deref(), own_origin)?;
    check(&body)?;
    let upper = session.organisation.settings.ceiling;
    let ceilings = body.ceiling.unwrap_or(upper);
    ceilings
        .within(upper)
        .map_err(|error| Problem::invalid("/ceiling", error))?;

    let plan = plan(&body, &base)?;
    let mut links: Vec<(LinkId, Kind, String)> = plan
        .links()
        .iter()
        .map(|link| (new_link(), Kind::Click, link.destination.clone()))
        .collect();
    let tag = &body.click_tag;
    let pixel = (body.format == Format::Html && body.pixel).then(|| {
        let id = new_link();
        links.push((id, Kind::Open, String::new()));
        format!(
            r#"<img src="{base}/o/{id}/{tag}" width="1" height="1" alt="" style="display:none">"#
        )
    });
    let address = |number: usize, _: &FoundLink| {
        links
            .get(number)
            .map(|(id, _, _)| format!("{base}/l/{id}/{tag}"))
            .unwrap_or_default()
    };
    let rewritten = plan.splice(&body.content, address, pixel.as_deref());

    let message = NewMessage {
        id: MessageId::from_random(web::random()),
        request_id,
        request_hash: digest(&content),
        name: body.name,
        format: body.format.code().to_owned(),
        ceilings,
        content: rewritten,
        links,
    };
    let stored = session
        .store
        .create_message(session.organisation.id, &message, context.now)
        .await?;
    let preferences_url = preferences_url(&base, session.organisation.id, &body.preferences_tag);
    let warnings = warnings(&body.content, &body.preferences_tag);
    let skipped = plan
        .skipped()
        .iter()
        .map(|skipped| SkippedView {
            offset: skipped.value.start,
            reason: skipped.reason.to_string(),
        })
        .collect();
    let location = format!("/v1/messages/{}", stored.id);
    // After a repetition the ids are those of the first time.
    let links = session.store.links(stored.id).await?;
    let view = view(
        stored,
        links,
        Some(RewrittenView {
            skipped,
            preferences_url,
            warnings,
        }),
    );
    web::created(&location, &view)
}

/// A mail as it was registered.
pub async fn get(request: Request, id: &str) -> Handled {
    let session = web::session(request.headers(), Scope::MessagesWrite).await?;
    let message = find(&session.store, session.organisation.id, id).await?;
    let links = session.store.links(message.id).await?;
    web::answer_json(StatusCode::OK, &view(message, links, None))
}

/// The mail of this organisation that an address names.
pub async fn find(
    store: &store::Store,
    organisation: OrganisationId,
    id: &str,
) -> Result<Message, Problem> {
    let no_such = || Problem::not_found("Your organisation has no such message.");
    let id = MessageId::parse(id).map_err(|_| no_such())?;
    store.message(organisation, id).await?.ok_or_else(no_such)
}

fn new_link() -> LinkId {
    LinkId::from_random(web::random())
}

fn view(
    message: Message,
    links: Vec<(LinkId, Kind, String)>,
    rewritten: Option<RewrittenView>,
) -> MessageView {
    let links = links
        .into_iter()
        .map(|(id, kind, destination)| LinkView {
            id,
            kind,
            destination,
        })
        .collect();
    MessageView {
        message,
        links,
        rewritten,
    }
}

fn check(body: &MessageBody) -> Result<(), Problem> {
    if body.name.is_empty() || body.name.len() > 200 {
        return Err(Problem::invalid(
            "/name",
            "Give the message a name of 1 to 200 bytes, as it shall stand in reports.",
        ));
    }
    for (pointer, tag) in [
        ("/click_tag", &body.click_tag),
        ("/preferences_tag", &body.preferences_tag),
    ] {
        let fits = (1..=100).contains(&tag.len())
            && !tag
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "\"'<>/?#\\&".contains(c));
        if !fits {
            let detail = "Give a merge tag of your mailing system, 1 to 100 bytes without spaces, quotes and <>/?#&, for example *|CLICK|*.";
            return Err(Problem::invalid(pointer, detail));
        }
    }
    if body.click_tag == body.preferences_tag {
        return Err(Problem::invalid(
            "/preferences_tag",
            "Give another tag than click_tag: the two tokens do different things.",
        ));
    }
    Ok(())
}

fn plan(body: &MessageBody, base: &str) -> Result<MailPlan, Problem> {
    // Only links that are counted already; other pages of the same origin are destinations like any.
    let own = format!("{base}/l/");
    let plan = match body.format {
        Format::Html => {
            plan_html(&body.content, &own).map_err(|error| Problem::invalid("/content", error))?
        }
        Format::Text => plan_text(&body.content, &own),
    };
    if plan.links().len() > MOST_LINKS {
        return Err(Problem::invalid(
            "/content",
            format!("A message may have at most {MOST_LINKS} links."),
        ));
    }
    Ok(plan)
}

/// The scheme and authority under which this request came in. Only the last `spin-full-url` is the
/// host's own.
fn origin_of(request: &Request) -> Option<String> {
    let url = web::last_header(request.headers(), "spin-full-url")?;
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{authority}"))
}

fn base_url(given: Option<&str>, own: Option<String>) -> Result<String, Problem> {
    let base = match given {
        Some(given) => given.trim_end_matches('/').to_owned(),
        None => own.ok_or_else(|| {
            Problem::invalid(
                "/base_url",
                "Give the address under which your readers reach Assent.",
            )
        })?,
    };
    let plain =
        domain::check_destination(&base).is_ok() && !base.contains(['?', '#', '"', '\'', '<', '>']);
    if plain {
        Ok(base)
    } else {
        Err(Problem::invalid(
            "/base_url",
            "Give an https:// address without query and fragment.",
        ))
    }
}

fn preferences_url(base: &str, organisation: OrganisationId, tag: &str) -> String {
    format!("{base}/p/{organisation}/{tag}/tracking")
}

/// What the sender should know before sending.
fn warnings(content: &str, preferences_tag: &str) -> Vec<&'static str> {
    if content.contains(preferences_tag) {
        Vec::new()
    } else {
        vec![
            "The message has no link to the preferences form: add preferences_url, so that people can refuse as easily as they agreed (GDPR 7(3), CNIL 2026-042).",
        ]
    }
}
