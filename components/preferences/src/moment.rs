//! A moment as people write it.

use domain::Timestamp;
use web::Texts;

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8",
    "month-9", "month-10", "month-11", "month-12",
];

/// A moment with its form for programs.
pub struct Moment {
    /// For the `datetime` attribute.
    pub machine: String,
    /// For people, in UTC: where the person is, nobody asked.
    pub text: String,
}

impl Moment {
    /// The moment in the language of the texts.
    pub fn new(texts: &Texts, at: Timestamp) -> Self {
        let machine = at.to_rfc3339();
        let number = |from, to| machine.get(from..to).unwrap_or_default();
        let (year, hour, minute) = (number(0, 4), number(11, 13), number(14, 16));
        let month = number(5, 7)
            .parse::<usize>()
            .ok()
            .and_then(|month| MONTHS.get(month.checked_sub(1)?))
            .map(|id| texts.get(id))
            .unwrap_or_default();
        let day = match number(8, 10).trim_start_matches('0') {
            "1" => texts.get("day-first"),
            day => day.to_owned(),
        };
        let text = texts.with(
            "moment",
            &[
                ("day", &day),
                ("month", &month),
                ("year", year),
                ("hour", hour),
                ("minute", minute),
            ],
        );
        Self { machine, text }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use web::Language;

    #[test]
    fn moments_read_well() {
        let text = |language, at: &str| {
            let at = Timestamp::parse_rfc3339(at).unwrap();
            Moment::new(&Texts::of(language), at).text
        };
        let autumn = "2026-11-21T19:40:59Z";
        assert_eq!(text(Language::En, autumn), "21 November 2026, 19:40 UTC");
        assert_eq!(
            text(Language::Fr, autumn),
            "21 novembre 2026, 19\u{a0}h\u{a0}40 UTC"
        );
        let new_year = "2027-01-01T00:05:00Z";
        assert_eq!(text(Language::En, new_year), "1 January 2027, 00:05 UTC");
        assert_eq!(
            text(Language::Fr, new_year),
            "1er janvier 2027, 00\u{a0}h\u{a0}05 UTC"
        );
    }
}
