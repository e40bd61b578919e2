//! The page that a click shows before it leads on: may this be linked to you, or: would you like such mails?

use std::collections::BTreeMap;

use askama::Template;
use domain::token::FormToken;
use domain::{Communication, FormKind, LinkId, OrganisationId, Shown, Timestamp};
use spin_sdk::http::StatusCode;
use web::form::{Browser, Form, Visit, Words, brand, sheet, text_ids};
use web::{Handled, Page, Problem, Texts};

/// What is asked.
#[derive(Clone, Copy)]
pub enum About<'a> {
    /// Whether what she does may be linked to her.
    Tracking,
    /// Whether she wants mails of this type.
    Communication(&'a Communication),
}

/// The id of the form about communications.
pub const COMMUNICATION: &str = "interception-communication";

impl About<'_> {
    /// The id of the form in the evidence.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Tracking => "interception",
            Self::Communication(_) => COMMUNICATION,
        }
    }
}

/// One of the two answers.
struct Choice {
    code: &'static str,
    term: String,
    effect: String,
    words: String,
}

/// That an answer was not saved, and why, or what else there is to say before.
pub struct Notice {
    /// `alert`, or `status` where nothing went wrong.
    pub role: &'static str,
    pub title: String,
    pub text: String,
}

/// The page.
#[derive(Template)]
#[template(path = "interception.html")]
pub struct Question {
    texts: Texts,
    /// BCP 47.
    language: String,
    direction: &'static str,
    sheet: String,
    brand: Option<String>,
    logo: Option<String>,
    /// Who asks; nothing where the settings cannot be read just now.
    sender: Option<String>,
    privacy_notice: Option<String>,
    /// Where the link leads, and the host of that.
    destination: String,
    host: String,
    /// The id of the form.
    pub about: &'static str,
    subject: String,
    lead: String,
    heading: String,
    choices: [Choice; 2],
    /// The form token.
    pub shown: String,
    pub notice: Option<Notice>,
}

impl Question {
    /// The page of an organisation, or of nobody's where its settings cannot be read; without a form token yet.
    pub fn new(
        visit: Option<&Visit>,
        browser: &Browser,
        about: About<'_>,
        destination: &str,
    ) -> Self {
        let organisation = visit.map(|visit| &*visit.organisation);
        let settings = organisation.map(|organisation| &organisation.settings);
        let words = match visit {
            Some(visit) => {
                let form = Form::usual(&visit.forms, FormKind::Interception);
                match &visit.preview {
                    Some(language) => Words::in_language(&form, language),
                    None => Words::of(&form, browser, &visit.organisation.settings),
                }
            }
            None => Words::usual(browser),
        };
        let (tag, direction, texts) = (words.tag, words.direction, words.texts);
        let sender = settings.and_then(|settings| settings.display_name.clone());
        let default = settings.map_or("en", |settings| &settings.default_language);
        let name = match about {
            About::Tracking => "",
            About::Communication(kind) => kind.name_in(&tag, default),
        };
        // What a text does not mention is left out.
        let variables = [
            ("sender", sender.as_deref().unwrap_or_default()),
            ("type", name),
        ];
        let say = |id: &str| texts.with(id, &variables);
        let choice = |code, [term, effect, words]: [&str; 3]| Choice {
            code,
            term: say(term),
            effect: say(effect),
            words: say(words),
        };
        let [subject, named, unnamed, heading] = match about {
            About::Tracking => [
                "intercept-title",
                "intercept-lead",
                "intercept-lead-unnamed",
                "meaning-heading",
            ],
            About::Communication(_) => [
                "intercept-communication-title",
                "intercept-communication-lead",
                "intercept-communication-lead-unnamed",
                "intercept-communication-heading",
            ],
        };
        let [refuse, grant] = match about {
            About::Tracking => [
                ["meaning-refuse-term", "meaning-refuse", "intercept-refuse"],
                ["meaning-agree-term", "meaning-agree", "intercept-accept"],
            ],
            About::Communication(_) => [
                [
                    "intercept-communication-no-term",
                    "intercept-communication-no-effect",
                    "intercept-communication-no",
                ],
                [
                    "intercept-communication-yes-term",
                    "intercept-communication-yes-effect",
                    "intercept-communication-yes",
                ],
            ],
        };
        Self {
            privacy_notice: settings.and_then(|settings| settings.privacy_notice_url.clone()),
            brand: organisation.and_then(|organisation| brand::path("l", organisation)),
            logo: organisation.and_then(|organisation| brand::logo_path("l", organisation)),
            sheet: sheet::path("l"),
            host: host(destination).to_owned(),
            destination: destination.to_owned(),
            about: about.form(),
            subject: say(subject),
            lead: say(if sender.is_some() { named } else { unnamed }),
            heading: say(heading),
            choices: [choice("refuse", refuse), choice("grant", grant)],
            language: tag,
            direction,
            sender,
            texts,
            shown: String::new(),
            notice: None,
        }
    }

    /// The same with its form token: the evidence of what is shown, to whom, on which link, when. Its words are kept, so
    /// that they can be found again.
    pub fn sealed(self, visit: &Visit, link: LinkId, now: Timestamp) -> Result<Self, Problem> {
        let words = self.words();
        let digest = store::digest(words.as_bytes());
        let version = digest.get(..32).unwrap_or(&digest).to_owned();
        visit.store.keep_shown_soon(
            visit.organisation.id,
            &version,
            (self.about, &self.language, words),
            now,
        );
        let token = FormToken {
            shown: Shown {
                form: format!("{} {link}", self.about),
                version,
                language: self.language.clone(),
            },
            issued_at: now,
        };
        let shown = visit
            .keys
            .seal_form(&visit.person, &token)
            .map_err(Problem::internal)?;
        Ok(Self { shown, ..self })
    }

    /// The same with the reason why an answer was not saved.
    pub fn not_saved(self, title: &str, why: &str) -> Self {
        self.noticed("alert", title, why)
    }

    /// The same as a preview.
    pub fn previewed(self) -> Self {
        self.noticed("status", "preview-title", "preview-text")
    }

    fn noticed(self, role: &'static str, title: &str, why: &str) -> Self {
        let notice = Notice {
            role,
            title: self.texts.get(title),
            text: self.texts.get(why),
        };
        Self {
            notice: Some(notice),
            ..self
        }
    }

    /// The page, sent. Its form may lead to the destination, and on from there: browsers hold each redirect that follows
    /// a form against its page's policy, and most destinations lead on, to `www` or into an application.
    pub fn send(&self, status: StatusCode) -> Handled {
        let html = self.render().map_err(Problem::internal)?;
        let origin = origin(&self.destination);
        let plain = if origin.starts_with("http:") {
            " http:"
        } else {
            ""
        };
        // A policy can name no others.
        let named = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-[]".contains(&byte);
        let origin = if origin.bytes().all(named) {
            origin
        } else {
            ""
        };
        let page = Page {
            html,
            language: self.language.clone(),
            scripts: false,
        };
        Ok(page.leading_to(status, &format!(" {origin} https:{plain}")))
    }

    fn title(&self) -> String {
        match &self.notice {
            Some(notice) => format!("{} – {}", notice.title, self.subject),
            None => self.subject.clone(),
        }
    }

    /// The words as JSON, with whoever asks and where the notice stands; not where the link leads.
    fn words(&self) -> String {
        let texts: BTreeMap<&str, String> = text_ids(FormKind::Interception)
            .filter(|id| id.starts_with("intercept-") || id.starts_with("meaning-"))
            .map(|id| (id, self.texts.source(id)))
            .collect();
        let [refuse, grant] = &self.choices;
        serde_json::json!({
            "form": self.about,
            "kind": FormKind::Interception,
            "language": self.language,
            "sender": self.sender,
            "privacy_notice": self.privacy_notice,
            "texts": texts,
            "asked": {
                "title": self.subject,
                "lead": self.lead,
                "refuse": refuse.effect,
                "grant": grant.effect,
            },
        })
        .to_string()
    }
}

/// Scheme and authority of a registered destination, which begins with both (`domain::check_destination`).
fn origin(destination: &str) -> &str {
    let authority = destination
        .find("://")
        .map_or(0, |place| place.saturating_add(3));
    let length = destination
        .get(authority..)
        .and_then(|rest| rest.find(['/', '?', '#', '\\']))
        .map_or(destination.len(), |end| authority.saturating_add(end));
    destination.get(..length).unwrap_or_default()
}

/// The host of a destination, without the port.
fn host(destination: &str) -> &str {
    let authority = origin(destination).split("://").nth(1).unwrap_or_default();
    let end = match authority.rfind(']') {
        Some(end) => end.saturating_add(1),
        None => authority.find(':').unwrap_or(authority.len()),
    };
    authority.get(..end).unwrap_or(authority)
}

/// The organisation's sheet, logo and main sheet, under the address of links.
pub async fn look(path: &[&str]) -> Option<Handled> {
    match path {
        ["l", "assets", name] => Some(sheet::get(name)),
        ["l", organisation, "brand.css"] if is_organisation(organisation) => {
            Some(brand::get(organisation).await)
        }
        ["l", organisation, "logo"] if is_organisation(organisation) => {
            Some(brand::logo(organisation).await)
        }
        _ => None,
    }
}

fn is_organisation(text: &str) -> bool {
    OrganisationId::parse(text).is_ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::{CommunicationType, HashSecret, Settings, Subject, TokenKeys, TokenSecrets};
    use std::rc::Rc;
    use store::{Organisation, OwnForms, Store};
    use web::Language;

    const TEMPLATE: &str = include_str!("../templates/interception.html");

    fn visit(language: &str) -> Visit {
        let id = OrganisationId::from_bytes([7; 16]);
        let secrets = TokenSecrets::parse("a secret of sixteen bytes or more").unwrap();
        let settings = Settings {
            display_name: Some("Bäckerei <b>Müller</b> & Co".to_owned()),
            privacy_notice_url: Some("https://example.org/privacy".to_owned()),
            languages: vec![language.to_owned()],
            default_language: language.to_owned(),
            ..Settings::default()
        };
        Visit {
            organisation: Rc::new(Organisation {
                id,
                version: 3,
                settings,
            }),
            forms: Rc::new(OwnForms::new()),
            person: Subject::contact("anna").unwrap(),
            region: None,
            keys: TokenKeys::derive(&secrets, id),
            store: Store::new(HashSecret::new("a secret of sixteen bytes or more").unwrap()),
            preview: None,
        }
    }

    fn newsletter() -> Communication {
        Communication {
            id: CommunicationType::parse("news").unwrap(),
            name: [("en".to_owned(), "the newsletter".to_owned())].into(),
        }
    }

    fn page(language: &str, about: About<'_>, destination: &str) -> Question {
        let browser = Browser::asking(None);
        Question::new(Some(&visit(language)), &browser, about, destination)
    }

    #[test]
    fn both_questions_are_whole_in_every_language() {
        let ids = TEMPLATE.split("texts.").skip(1);
        let ids: Vec<&str> = ids.filter_map(|rest| rest.split('"').nth(1)).collect();
        let known: Vec<&str> = text_ids(FormKind::Interception).collect();
        assert!(ids.len() >= 5, "{ids:?}");
        assert!(ids.iter().all(|id| known.contains(id)), "{ids:?}");
        let newsletter = newsletter();
        for language in Language::ALL {
            for about in [About::Tracking, About::Communication(&newsletter)] {
                let destination = "https://shop.example/a?b=1&c=\"2\"";
                let html = page(language.code(), about, destination);
                let html = html.render().unwrap();
                for id in ["intercept-", "meaning-refuse", "meaning-agree"] {
                    assert!(!html.contains(id), "{id} in {html}");
                }
                assert_eq!(html.matches("<h1>").count(), 1);
                assert!(html.contains("Bäckerei &#60;b&#62;Müller&#60;/b&#62; &#38; Co"));
                assert!(!html.contains("<script") && !html.contains(" style="));
                let link = "href=\"https://shop.example/a?b=1&#38;c=&#34;2&#34;\"";
                assert!(html.contains(link), "{html}");
                let button = |value: &str| {
                    let found = html.find(&format!("name=\"answer\" value=\"{value}\""));
                    found.unwrap()
                };
                assert!(button("refuse") < button("grant") && button("grant") < button("later"));
                assert_eq!(html.matches("<button").count(), 3);
            }
        }
    }

    #[test]
    fn the_form_may_lead_where_the_link_does() {
        for (destination, expected) in [
            ("https://shop.example/a?b#c", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("http://localhost:3000/x", "http://localhost:3000"),
            (
                "https://shop.example?a=https://other.example",
                "https://shop.example",
            ),
        ] {
            assert_eq!(origin(destination), expected);
        }
        assert_eq!(host("https://shop.example:8443/x"), "shop.example");
        assert_eq!(host("http://[::1]:3000/x"), "[::1]");
        let page = page("en", About::Tracking, "https://shop.example/a");
        let answer = page.send(StatusCode::OK).unwrap();
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        let expected = "form-action 'self' https://shop.example https:;";
        assert!(policy.contains(expected), "{policy}");
    }

    #[test]
    fn what_is_kept_of_the_words_does_not_say_where_the_link_leads() {
        let newsletter = newsletter();
        let words = |language, about| page(language, about, "https://shop.example/a").words();
        let tracking = words("en", About::Tracking);
        assert!(!tracking.contains("shop.example"), "{tracking}");
        assert_ne!(tracking, words("fr", About::Tracking));
        assert_ne!(tracking, words("en", About::Communication(&newsletter)));
    }
}
