//! `GET /v1/site/{organisation}/banner`: the words and colours of banner and preference dialog.

use std::collections::BTreeMap;

use domain::palette::{Scheme, palette};
use domain::{Brand, Settings};
use serde::Serialize;
use web::{Context, Problem, Request, best_language};

use super::document;
use super::words::{GroupView, Words};
use crate::wire::{Caller, Done};

/// What the dialog shows.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "BannerWords"))]
pub struct BannerView<'a> {
    /// Its language (BCP 47).
    language: &'a str,
    /// `ltr` or `rtl`.
    direction: &'static str,
    /// All languages that the organisation offers.
    languages: Vec<LanguageView<'a>>,
    /// Goes with every decision, as `shown.version`.
    version: String,
    /// Whoever asks, if the settings say it.
    organisation: Option<&'a str>,
    /// The organisation's privacy notice.
    privacy_notice_url: Option<&'a str>,
    /// What is asked for, with one switch each.
    groups: Vec<GroupView>,
    /// The other texts, by id.
    texts: BTreeMap<&'static str, &'a str>,
    /// Colours by role, each pair that meets readable (WCAG 2.2, 1.4.3 and 1.4.11).
    colours: Colours,
}

/// A language to choose.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "BannerLanguage"))]
struct LanguageView<'a> {
    code: &'a str,
    name: &'a str,
}

/// Colours as `#rrggbb`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "BannerColours"))]
struct Colours {
    light: BTreeMap<&'static str, String>,
    dark: BTreeMap<&'static str, String>,
}

/// Answers with the words in the language that the page names, or the reader's.
pub fn get(_context: &Context, caller: &Caller, request: &Request) -> Result<Done, Problem> {
    let [language] = web::query(request.uri().query(), ["language"])?;
    let settings = &caller.organisation()?.settings;
    let all = Words::all(settings);
    let words = choose(&all, language.as_deref(), request, settings)
        .ok_or_else(|| Problem::internal("no language has words"))?;
    let view = BannerView {
        language: &words.code,
        direction: words.direction(),
        languages: all
            .iter()
            .map(|words| LanguageView {
                code: &words.code,
                name: words.name(),
            })
            .collect(),
        version: words.version(settings),
        organisation: settings.display_name.as_deref(),
        privacy_notice_url: settings.privacy_notice_url.as_deref(),
        groups: words.groups(settings),
        texts: words.texts(),
        colours: Colours {
            light: colours(&settings.brand, Scheme::Light),
            dark: colours(&settings.brand, Scheme::Dark),
        },
    };
    document(&view, None)
}

fn choose<'a>(
    all: &'a [Words],
    language: Option<&str>,
    request: &Request,
    settings: &Settings,
) -> Option<&'a Words> {
    let offered: Vec<&str> = all.iter().map(|words| words.code.as_str()).collect();
    let accept_language = web::first_header(request.headers(), "accept-language");
    let best = best_language(language, accept_language, &offered)
        .unwrap_or(settings.default_language.as_str());
    let found = all.iter().find(|words| words.code == best);
    found.or_else(|| all.first())
}

fn colours(brand: &Brand, scheme: Scheme) -> BTreeMap<&'static str, String> {
    palette(brand, scheme)
        .into_iter()
        .map(|(role, colour)| (role, colour.to_string()))
        .collect()
}
