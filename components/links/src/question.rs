//! The page that a click shows before it leads on: may this be linked to you?

use askama::Template;
use domain::token::FormToken;
use domain::{LinkId, OrganisationId, Shown, Subject, Timestamp, TokenKeys};
use spin_sdk::http::StatusCode;
use store::Organisation;
use web::form::{brand, sheet};
use web::{Handled, Language, Page, Problem, Texts};

/// The id of the form in the evidence.
pub const FORM: &str = "interception";

/// What the person is asked and told; their version goes into the evidence.
const FORM_TEXTS: [&str; 13] = [
    "intercept-title",
    "meaning-heading",
    "meaning-refuse-term",
    "meaning-refuse",
    "meaning-agree-term",
    "meaning-agree",
    "intercept-refuse",
    "intercept-accept",
    "intercept-later",
    "intercept-later-effect",
    "intercept-both",
    "intercept-go-on",
    "privacy-notice",
];

/// That an answer was not saved, and why.
pub struct Notice {
    pub title: String,
    pub text: String,
}

/// The page.
#[derive(Template)]
#[template(path = "interception.html")]
pub struct Question {
    texts: Texts,
    language: Language,
    sheet: String,
    brand: Option<String>,
    logo: Option<String>,
    /// Who asks; nothing where the settings cannot be read just now.
    sender: Option<String>,
    privacy_notice: Option<String>,
    /// Where the link leads, and the host of that.
    destination: String,
    host: String,
    /// The form token.
    pub shown: String,
    pub notice: Option<Notice>,
}

impl Question {
    /// The page of an organisation, without a form token yet.
    pub fn new(organisation: Option<&Organisation>, language: Language, destination: &str) -> Self {
        let texts = Texts::of(language);
        let settings = organisation.map(|organisation| &organisation.settings);
        Self {
            sender: settings.and_then(|settings| settings.display_name.clone()),
            privacy_notice: settings.and_then(|settings| settings.privacy_notice_url.clone()),
            brand: organisation.and_then(|organisation| brand::path("l", organisation)),
            logo: organisation.and_then(|organisation| brand::logo_path("l", organisation)),
            sheet: sheet::path("l"),
            host: host(destination).to_owned(),
            destination: destination.to_owned(),
            texts,
            language,
            shown: String::new(),
            notice: None,
        }
    }

    /// The same with its form token: the evidence of what is shown, to whom, on which link, when.
    pub fn sealed(
        self,
        keys: &TokenKeys,
        person: &Subject,
        link: LinkId,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let token = FormToken {
            shown: Shown {
                form: format!("{FORM} {link}"),
                version: self.version(),
                language: self.language.code().to_owned(),
            },
            issued_at: now,
        };
        let shown = keys.seal_form(person, &token).map_err(Problem::internal)?;
        Ok(Self { shown, ..self })
    }

    /// The same with the reason why an answer was not saved.
    pub fn not_saved(self, title: &str, why: &str) -> Self {
        let notice = Notice {
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
            language: self.language,
            scripts: false,
        };
        Ok(page.leading_to(status, &format!(" {origin} https:{plain}")))
    }

    fn title(&self) -> String {
        let subject = self.texts.get("intercept-title");
        match &self.notice {
            Some(notice) => format!("{} – {subject}", notice.title),
            None => subject,
        }
    }

    fn lead(&self) -> String {
        match &self.sender {
            Some(sender) => self.texts.with("intercept-lead", &[("sender", sender)]),
            None => self.texts.get("intercept-lead-unnamed"),
        }
    }

    /// A short hash of the texts as they are shown, of whoever asks and of where the notice stands.
    fn version(&self) -> String {
        let mut words: Vec<String> = FORM_TEXTS.map(|id| self.texts.get(id)).to_vec();
        words.push(self.lead());
        words.extend(self.privacy_notice.clone());
        let digest = store::digest(words.join("\n").as_bytes());
        digest.get(..16).unwrap_or(&digest).to_owned()
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
    use domain::TokenSecrets;

    const TEMPLATE: &str = include_str!("../templates/interception.html");

    fn page(language: Language, destination: &str) -> Question {
        let organisation = Organisation {
            id: OrganisationId::from_bytes([7; 16]),
            version: 3,
            settings: domain::Settings {
                display_name: Some("Bäckerei <b>Müller</b> & Co".to_owned()),
                privacy_notice_url: Some("https://example.org/privacy".to_owned()),
                ..domain::Settings::default()
            },
        };
        Question::new(Some(&organisation), language, destination)
    }

    #[test]
    fn the_page_is_whole_in_every_language() {
        let ids = TEMPLATE
            .split("texts.")
            .skip(1)
            .filter_map(|rest| rest.split('"').nth(1));
        let ids: Vec<&str> = ids.collect();
        assert!(ids.len() >= 12, "{ids:?}");
        for language in Language::ALL {
            for id in ids.iter().chain(&FORM_TEXTS) {
                assert_ne!(Texts::of(language).get(id), **id, "{}", language.code());
                assert!(FORM_TEXTS.contains(id), "{id}");
            }
            let html = page(language, "https://shop.example/a?b=1&c=\"2\"")
                .render()
                .unwrap();
            assert_eq!(html.matches("<h1>").count(), 1);
            assert!(
                html.contains("Bäckerei &#60;b&#62;Müller&#60;/b&#62; &#38; Co"),
                "{html}"
            );
            assert!(
                !html.contains("<script") && !html.contains(" style="),
                "{html}"
            );
            assert!(
                html.contains("href=\"https://shop.example/a?b=1&#38;c=&#34;2&#34;\""),
                "{html}"
            );
            let button = |value: &str| {
                html.find(&format!("name=\"answer\" value=\"{value}\""))
                    .unwrap()
            };
            assert!(button("refuse") < button("grant") && button("grant") < button("later"));
            assert_eq!(html.matches("<button").count(), 3);
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
        let answer = page(Language::En, "https://shop.example/a")
            .send(StatusCode::OK)
            .unwrap();
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(
            policy.contains("form-action 'self' https://shop.example https:;"),
            "{policy}"
        );
    }

    #[test]
    fn the_evidence_is_bound_to_person_and_link_and_tells_words_apart() {
        let secrets = TokenSecrets::parse("a secret of sixteen bytes or more").unwrap();
        let keys = TokenKeys::derive(&secrets, OrganisationId::from_bytes([7; 16]));
        let anna = Subject::contact("anna").unwrap();
        let link = LinkId::from_random([1; 10]);
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let shown = |language| {
            let page = page(language, "https://shop.example/");
            let page = page.sealed(&keys, &anna, link, now).unwrap();
            keys.open_form(&anna, &page.shown).unwrap().shown
        };
        assert_eq!(shown(Language::En).form, format!("{FORM} {link}"));
        assert_eq!(shown(Language::En), shown(Language::En));
        assert_ne!(shown(Language::En).version, shown(Language::Fr).version);
    }
}
