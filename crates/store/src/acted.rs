//! The contacts who did something with a mail by name, page by page.

use std::ops::RangeInclusive;

use domain::{Kind, LinkId, MessageId, OrganisationId, Subject, Timestamp};
use spin_sdk::sqlite::Value;

use crate::consent::{subject_line, subject_of};
use crate::interaction::unsigned;
use crate::sql::{integer, read_many, text};
use crate::{CurrentConsent, Store, StoreError};

/// Whom a list is to name, of those who did anything with the mail by name.
#[derive(Debug, Clone, Copy)]
pub struct Acted {
    /// Those who did this, or with `not` the others; everybody if left out.
    pub kind: Option<Kind>,
    /// Those who did not.
    pub not: bool,
    /// With this link.
    pub link: Option<LinkId>,
}

/// A contact who did something, allowed then.
#[derive(Debug, Clone)]
pub struct Person {
    /// The place in the list.
    pub place: i64,
    /// Who; nothing once that was erased.
    pub subject: Option<Subject>,
    /// How often clicked, on any link.
    pub clicks: u64,
    /// How often opened.
    pub opens: u64,
    /// The last time.
    pub last_at: Timestamp,
    /// What the person has decided by now.
    pub current: CurrentConsent,
}

/// Those who acted, some of them, in the order of the list.
#[derive(Debug, Default)]
pub struct ActedPage {
    /// Whom the list names.
    pub people: Vec<Person>,
    /// The place after which the next page begins, which may be empty; nothing after the last.
    pub next: Option<i64>,
}

/// People that one statement looks at, and all of one page: where nearly everybody did what the list leaves out, a page
/// says where it stopped.
const LOOKED_AT: u32 = 20_000;
const PAGE_LOOKS_AT: u32 = 100_000;
/// So many times more than the statement before: where most did it, a page is full soon.
const MORE: u32 = 8;

/// The last of the next people who did anything, and how many they are.
const END: &str = "SELECT max(subject_id), count(*) FROM (SELECT DISTINCT subject_id FROM interaction \
  WHERE message_id = ?1 AND subject_id > ?2 ORDER BY subject_id LIMIT ?3)";

/// In the order of the index, so that a page costs the same however many there are.
const PEOPLE: &str = concat!(
    "SELECT p.subject_id, s.identifier, p.clicks, p.opens, p.last_at, ",
    subject_line!(),
    " FROM (SELECT i.subject_id, sum(l.kind = 'click') AS clicks, sum(l.kind = 'open') AS opens, max(i.at) AS last_at \
     FROM interaction i JOIN link l ON l.id = i.link_id WHERE i.message_id = ?1 AND i.subject_id > ?3 AND i.subject_id <= ?8 \
     GROUP BY i.subject_id HAVING ?5 IS NULL \
       OR (sum(l.kind = ?5 AND (?6 IS NULL OR l.id = ?6)) > 0) <> ?7 \
     ORDER BY i.subject_id LIMIT ?4) p \
     JOIN subject s ON s.id = p.subject_id WHERE s.org_id = ?2 ORDER BY p.subject_id"
);

impl Store {
    /// The contacts who were identified in a mail, after a place, with what they have decided by now: the caller
    /// leaves out those for whom the gate is closed today.
    pub async fn acted(
        &self,
        organisation: OrganisationId,
        message: MessageId,
        acted: Acted,
        after: i64,
        limit: u32,
    ) -> Result<ActedPage, StoreError> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut page = ActedPage {
            next: Some(after),
            ..ActedPage::default()
        };
        for look in looks(limit) {
            let Some(after) = page.next.filter(|_| page.people.len() < most) else {
                break;
            };
            let parameters = vec![
                Value::from(message.to_string()),
                Value::from(after),
                Value::from(look),
            ];
            let rows = read_many(END, parameters, 1000).await?;
            let Some(end) = rows.first().and_then(|row| row.get::<i64>(0)) else {
                page.next = None;
                break;
            };
            let looked_at = rows.first().and_then(|row| row.get::<u32>(1));
            let wanted = most.saturating_sub(page.people.len());
            let found = people(organisation, message, acted, after..=end, wanted).await?;
            let last = found.last().filter(|_| found.len() == wanted);
            page.next = match last {
                Some(last) if last.place < end => Some(last.place),
                _ => looked_at
                    .filter(|looked_at| *looked_at == look)
                    .map(|_| end),
            };
            page.people.extend(found);
        }
        Ok(page)
    }
}

/// At how many people the statements of a page look, one after the other: as many as it has room for first.
fn looks(limit: u32) -> impl Iterator<Item = u32> {
    let (mut look, mut left) = (limit.clamp(1, LOOKED_AT), PAGE_LOOKS_AT);
    std::iter::from_fn(move || {
        let now = look.min(left);
        left = left.saturating_sub(now);
        look = look.saturating_mul(MORE).min(LOOKED_AT);
        (now > 0).then_some(now)
    })
}

/// Of those behind the first place, up to the other.
async fn people(
    organisation: OrganisationId,
    message: MessageId,
    acted: Acted,
    places: RangeInclusive<i64>,
    limit: usize,
) -> Result<Vec<Person>, StoreError> {
    const TABLE: &str = "interaction";
    let parameters = vec![
        Value::from(message.to_string()),
        Value::from(organisation.to_string()),
        Value::from(*places.start()),
        Value::from(i64::try_from(limit).unwrap_or(i64::MAX)),
        Value::from(acted.kind.map(|kind| kind.code().to_owned())),
        Value::from(acted.link.map(|link| link.to_string())),
        Value::from(i64::from(acted.not)),
        Value::from(*places.end()),
    ];
    let rows = read_many(PEOPLE, parameters, 1000).await?;
    rows.iter()
        .map(|row| {
            let subject = row.get::<&str>(1).map(Subject::parse).transpose();
            Ok(Person {
                place: integer(row, 0, TABLE)?,
                subject: subject.map_err(|_| StoreError::Corrupt("subject"))?,
                clicks: unsigned(integer(row, 2, TABLE)?),
                opens: unsigned(integer(row, 3, TABLE)?),
                last_at: Timestamp::from_micros(integer(row, 4, TABLE)?),
                current: subject_of(text(row, 5, "subject")?)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What many did is found at once; what few did costs no more than it may.
    #[test]
    fn a_page_looks_at_more_and_more_people() {
        let looks = |limit| looks(limit).collect::<Vec<_>>();
        let of_a_hundred = [100, 800, 6400, 20_000, 20_000, 20_000, 20_000, 12_700];
        assert_eq!(looks(100), of_a_hundred);
        assert_eq!(looks(1)[..4], [1, 8, 64, 512]);
        for limit in [0, 1, 7, 100, 1000, 20_000, u32::MAX] {
            assert_eq!(looks(limit).iter().sum::<u32>(), PAGE_LOOKS_AT);
            assert!(looks(limit).len() < 13, "{limit}");
        }
    }
}
