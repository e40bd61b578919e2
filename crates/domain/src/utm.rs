//! The `utm_…` parameters that web analytics read from an address (Google Analytics, "Custom campaigns").

use crate::object::read_from_object_only;
use crate::{MAX_DESTINATION_BYTES, holds_merge_tag};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::form_urlencoded;

/// What is added to the destinations of a mail's links: at least one, each 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Utm"))]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct Utm {
    /// `utm_source`: who sends it.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
    pub source: Option<String>,
    /// `utm_medium`: `email`, for example.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
    pub medium: Option<String>,
    /// `utm_campaign`: which mail.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
    pub campaign: Option<String>,
    /// `utm_term`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
    pub term: Option<String>,
    /// `utm_content`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
    pub content: Option<String>,
}

read_from_object_only!(Utm);

/// The parameters cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UtmError {
    /// Nothing to add.
    #[error("give at least one of source, medium, campaign, term, content")]
    Nothing,
    /// Empty, too long or not on one line.
    #[error("each has 1 to 100 characters on one line")]
    Length,
    /// Destinations are registered once for everybody.
    #[error("a merge tag would stay as it is: destinations are the same for everybody")]
    MergeTag,
}

impl Utm {
    fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("utm_source", &self.source),
            ("utm_medium", &self.medium),
            ("utm_campaign", &self.campaign),
            ("utm_term", &self.term),
            ("utm_content", &self.content),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// [`UtmError`] says what must change.
    pub fn check(&self) -> Result<(), UtmError> {
        if self.all().next().is_none() {
            return Err(UtmError::Nothing);
        }
        for (_, value) in self.all() {
            let length = value.chars().count();
            if !(1..=100).contains(&length) || value.chars().any(char::is_control) {
                return Err(UtmError::Length);
            }
            if holds_merge_tag(value) {
                return Err(UtmError::MergeTag);
            }
        }
        Ok(())
    }

    /// A destination with the parameters at the end of its query, before a fragment. What it has already stays as it is,
    /// byte for byte, and is not added again. Nothing if it would be too long.
    ///
    /// ```
    /// use domain::Utm;
    ///
    /// let utm = Utm { source: Some("letter".into()), campaign: Some("été 1".into()), ..Utm::default() };
    /// assert_eq!(
    ///     utm.added_to("https://a.example/?utm_source=own&x=%20#/top?y").unwrap(),
    ///     "https://a.example/?utm_source=own&x=%20&utm_campaign=%C3%A9t%C3%A9+1#/top?y"
    /// );
    /// ```
    #[must_use]
    pub fn added_to(&self, destination: &str) -> Option<String> {
        let (address, fragment) = match destination.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (destination, None),
        };
        let query = address.split_once('?').map(|(_, query)| query);
        let has = |name: &str| {
            let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
            pairs.into_iter().any(|(found, _)| found == name)
        };
        let mut text = address.to_owned();
        for (name, value) in self.all().filter(|(name, _)| !has(name)) {
            let separator = match text.split_once('?') {
                None => "?",
                Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
                Some(_) => "&",
            };
            text.push_str(separator);
            text.push_str(name);
            text.push('=');
            text.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        }
        if let Some(fragment) = fragment {
            text.push('#');
            text.push_str(fragment);
        }
        (text.len() <= MAX_DESTINATION_BYTES).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_destination;

    fn utm(source: &str) -> Utm {
        Utm {
            source: Some(source.to_owned()),
            medium: Some("email".to_owned()),
            ..Utm::default()
        }
    }

    #[test]
    fn parameters_go_where_they_are_read() {
        const ADDED: &str = "utm_source=a&utm_medium=email";
        for (before, after) in [
            ("https://a.example", format!("https://a.example?{ADDED}")),
            ("https://a.example/", format!("https://a.example/?{ADDED}")),
            ("https://a.example/?", format!("https://a.example/?{ADDED}")),
            (
                "https://a.example/?x=1",
                format!("https://a.example/?x=1&{ADDED}"),
            ),
            (
                "https://a.example/?x=1&",
                format!("https://a.example/?x=1&{ADDED}"),
            ),
            (
                "https://a.example/?x?y",
                format!("https://a.example/?x?y&{ADDED}"),
            ),
            (
                "https://a.example/#top",
                format!("https://a.example/?{ADDED}#top"),
            ),
            (
                "https://a.example/#a?b#c",
                format!("https://a.example/?{ADDED}#a?b#c"),
            ),
            (
                "https://a.example/?x#",
                format!("https://a.example/?x&{ADDED}#"),
            ),
            (
                "https://a.example/?utm_medium=",
                "https://a.example/?utm_medium=&utm_source=a".to_owned(),
            ),
            // Written otherwise, it is the same name.
            (
                "https://a.example/?utm%5Fsource=b",
                "https://a.example/?utm%5Fsource=b&utm_medium=email".to_owned(),
            ),
        ] {
            assert_eq!(utm("a").added_to(before), Some(after.clone()), "{before}");
            assert_eq!(check_destination(&after).as_deref(), Ok(after.as_str()));
            assert_eq!(
                utm("a").added_to(&after),
                Some(after),
                "again changes nothing"
            );
        }
    }

    #[test]
    fn a_value_ends_nothing() {
        let added = utm("a&b=c#d?e f\u{e9}")
            .added_to("https://a.example/")
            .unwrap();
        assert_eq!(
            added,
            "https://a.example/?utm_source=a%26b%3Dc%23d%3Fe+f%C3%A9&utm_medium=email"
        );
        let long = format!("https://a.example/{}", "x".repeat(2020));
        assert_eq!(utm("a").added_to(&long), None);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(Utm::default().check(), Err(UtmError::Nothing));
        assert_eq!(utm("").check(), Err(UtmError::Length));
        assert_eq!(utm(&"x".repeat(101)).check(), Err(UtmError::Length));
        assert_eq!(utm("a\nb").check(), Err(UtmError::Length));
        assert_eq!(utm("*|NAME|*").check(), Err(UtmError::MergeTag));
        assert_eq!(utm("spring").check(), Ok(()));
    }
}
