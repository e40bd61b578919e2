//! `/v1/messages`: mails are registered; their links become ours.

use std::collections::BTreeMap;

use domain::{
    Ceilings, CommunicationType, FoundLink, Kind, LinkId, MailPlan, MessageId, OrganisationId,
    Settings, Utm, plan_html, plan_text,
};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{Message, MessageSummary, NewMessage, Scope, digest};
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
    /// The merge tag under which it puts her one-click token; needs a `communication_type`.
    #[cfg_attr(test, schemars(with = "Option<domain::schema::MergeTag>"))]
    one_click_tag: Option<String>,
    /// Where this application is reached from outside; the address of this request if left out.
    #[cfg_attr(test, schemars(with = "Option<domain::schema::Base>"))]
    base_url: Option<String>,
    ceiling: Option<Ceilings>,
    /// What it is, of the setting `communication_types`: what one-click unsubscribing is about.
    communication_type: Option<CommunicationType>,
    /// What web analytics are to read from the destinations of the links.
    utm: Option<Utm>,
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

const UTM_LEFT_OUT: &str =
    "At least one destination has no utm parameters: it would be longer than 2048 bytes.";

/// What only the answer to the rewriting says.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Rewritten"))]
struct RewrittenView {
    skipped: Vec<SkippedView>,
    preferences_url: String,
    /// The form to opt out of communications. With `one_click_tag` it is about the mail's communication type, and who opts
    /// out there is counted as one who unsubscribed with this mail; without, it is about all types, and knows no mail.
    unsubscribe_url: String,
    /// The headers that mail programs' own buttons need (RFC 8058), where `one_click_tag` was given.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'static str, String>,
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
    let own_origin = web::origin_of(&request);

    let content = web::read_capped(request, BATCH_LIMIT).await?;
    let body: MessageBody = web::json(&content)?;
    let base = web::base_url(own_origin, body.base_url.as_deref())?;
    check(&body)?;
    check_type(&body, &session.organisation.settings)?;
    let upper = session.organisation.settings.ceiling;
    let ceilings = body.ceiling.unwrap_or(upper);
    ceilings
        .within(upper)
        .map_err(|error| Problem::invalid("/ceiling", error))?;

    let plan = plan(&body, &base)?;
    let (mut links, too_long) = links_of(&plan, body.utm.as_ref());
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
        communication_type: body.communication_type,
        content: rewritten,
        links,
    };
    let stored = session
        .store
        .create_message(session.organisation.id, &message, context.now)
        .await?;
    let organisation = session.organisation.id;
    let person = format!("{base}/p/{organisation}/{}", body.preferences_tag);
    let one_click = body
        .one_click_tag
        .map(|tag| format!("{base}/u/{organisation}/{tag}"));
    let headers = one_click.as_deref().map(headers);
    let mut warnings = warnings(&body.content, &body.preferences_tag);
    if too_long {
        warnings.push(UTM_LEFT_OUT);
    }
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
            preferences_url: format!("{person}/tracking"),
            unsubscribe_url: one_click.unwrap_or_else(|| format!("{person}/unsubscribe")),
            headers: headers.unwrap_or_default(),
            warnings,
        }),
    );
    web::created(&location, &view)
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Messages"))]
pub struct MessagesView {
    messages: Vec<MessageSummary>,
    /// The query of the next page; nothing after the last.
    next: Option<String>,
}

/// The organisation's mails, the newest first.
pub async fn list(request: Request) -> Handled {
    let [before, limit] = web::query(request.uri().query(), ["before", "limit"])?;
    let before = before
        .map(|id| MessageId::parse(&id))
        .transpose()
        .map_err(|_| Problem::invalid("before", "Give the id of a message."))?;
    let limit = web::page_limit(limit.as_deref())?;
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let organisation = session.organisation.id;
    let messages = session.store.messages(organisation, before, limit).await?;
    let full = u32::try_from(messages.len()).is_ok_and(|found| found == limit);
    let next = messages
        .last()
        .filter(|_| full)
        .map(|last| format!("?before={}&limit={limit}", last.id));
    web::answer_json(StatusCode::OK, &MessagesView { messages, next })
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

/// The links to register, and whether a destination is too long for what is to be added to it.
fn links_of(plan: &MailPlan, utm: Option<&Utm>) -> (Vec<(LinkId, Kind, String)>, bool) {
    let mut too_long = false;
    let links = plan.links().iter().map(|link| {
        let own = &link.destination;
        let added = utm.map_or_else(|| Some(own.clone()), |utm| utm.added_to(own));
        too_long |= added.is_none();
        let destination = added.unwrap_or_else(|| own.clone());
        (new_link(), Kind::Click, destination)
    });
    (links.collect(), too_long)
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
    let one_click = body.one_click_tag.iter().map(|tag| ("/one_click_tag", tag));
    let tags = [
        ("/click_tag", &body.click_tag),
        ("/preferences_tag", &body.preferences_tag),
    ];
    for (pointer, tag) in tags.into_iter().chain(one_click) {
        let fits = (1..=100).contains(&tag.len())
            && !tag
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "\"'<>/?#\\&".contains(c));
        if !fits {
            let detail = "Give a merge tag of your mailing system, 1 to 100 bytes without spaces, quotes and <>/?#&, for example *|CLICK|*.";
            return Err(Problem::invalid(pointer, detail));
        }
    }
    let same = |tag: &String| *tag == body.click_tag || *tag == body.preferences_tag;
    if body.one_click_tag.as_ref().is_some_and(same) {
        return Err(Problem::invalid(
            "/one_click_tag",
            "Give another tag than the others: the tokens do different things.",
        ));
    }
    if let Some(utm) = &body.utm {
        utm.check()
            .map_err(|error| Problem::invalid("/utm", error))?;
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

/// RFC 8058 §3.1; both are to be covered by the DKIM signature.
fn headers(one_click: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("List-Unsubscribe", format!("<{one_click}>")),
        (
            "List-Unsubscribe-Post",
            "List-Unsubscribe=One-Click".to_owned(),
        ),
    ])
}

fn check_type(body: &MessageBody, settings: &Settings) -> Result<(), Problem> {
    let Some(named) = &body.communication_type else {
        return match body.one_click_tag {
            Some(_) => Err(Problem::invalid(
                "/communication_type",
                "Name the communication type of which one click unsubscribes.",
            )),
            None => Ok(()),
        };
    };
    let mut types = settings.communication_types.iter();
    if types.any(|known| known.id == *named) {
        return Ok(());
    }
    let detail = "Your organisation has no communication type of this id. Add it to the setting communication_types first.";
    Err(Problem::invalid("/communication_type", detail))
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
