//! Contacts of a slice, and which clauses hold of each.

/// The numbers in a text, with one byte behind each: a space, `+` or `-`.
pub fn numbers(text: &str) -> Option<Vec<i64>> {
    let mut all = Vec::with_capacity(text.len().div_euclid(8));
    let mut number: Option<i64> = None;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                let digit = i64::from(byte.wrapping_sub(b'0'));
                number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            }
            _ => all.push(number.take()?),
        }
    }
    all.extend(number);
    Some(all)
}

/// One contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// In the list.
    pub place: i64,
    /// Whether the gates are open.
    pub is_open: bool,
    /// The clauses that hold.
    pub leaves: u32,
}

/// By place.
#[derive(Debug, Default)]
pub struct Contacts(Vec<Contact>);

impl Contacts {
    /// Reads places, each with `+` where the gates are open and `-` where not.
    pub fn read(text: &str) -> Option<Self> {
        let places = numbers(text)?;
        let signs = text.bytes().filter(|byte| matches!(byte, b'+' | b'-'));
        let mut contacts: Vec<Contact> = places
            .into_iter()
            .zip(signs)
            .map(|(place, sign)| Contact {
                place,
                is_open: sign == b'+',
                leaves: 0,
            })
            .collect();
        contacts.sort_unstable_by_key(|contact| contact.place);
        Some(Self(contacts))
    }

    /// Contacts at these places, which are in order, all closed.
    pub fn of(places: &[i64]) -> Self {
        let contacts = places.iter().map(|place| Contact {
            place: *place,
            is_open: false,
            leaves: 0,
        });
        Self(contacts.collect())
    }

    /// Notes that a clause holds of those who are in `found` so many times or more.
    pub fn mark(&mut self, leaf: usize, at_least: u32, found: &[i64]) {
        let Ok(leaf) = u32::try_from(leaf) else {
            return;
        };
        let Some(bit) = 1_u32.checked_shl(leaf) else {
            return;
        };
        let mut times = vec![0_u32; if at_least > 1 { self.0.len() } else { 0 }];
        let mut at = 0_usize;
        for place in found {
            at = self.find(at, *place);
            let Some(contact) = self.0.get_mut(at).filter(|contact| contact.place == *place) else {
                continue;
            };
            match times.get_mut(at) {
                Some(times) => {
                    *times = times.saturating_add(1);
                    if *times >= at_least {
                        contact.leaves |= bit;
                    }
                }
                None => contact.leaves |= bit,
            }
        }
    }

    /// Where a place is, or the next one; what is looked for comes in runs that go up, so it is mostly a little further.
    fn find(&self, from: usize, place: i64) -> usize {
        let is_before = |at: usize| self.0.get(at).is_some_and(|contact| contact.place < place);
        let goes_on = from == 0 || is_before(from.saturating_sub(1));
        if !goes_on {
            return self.0.partition_point(|contact| contact.place < place);
        }
        let mut at = from;
        for _ in 0..16 {
            if !is_before(at) {
                return at;
            }
            at = at.saturating_add(1);
        }
        let rest = self.0.get(at..).unwrap_or_default();
        at.saturating_add(rest.partition_point(|contact| contact.place < place))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Contact> {
        self.0.iter()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read() {
        assert_eq!(numbers(""), Some(vec![]));
        assert_eq!(numbers("7"), Some(vec![7]));
        assert_eq!(numbers("7 123 9"), Some(vec![7, 123, 9]));
        assert_eq!(numbers("7+123-"), Some(vec![7, 123]));
        assert_eq!(numbers("7  9"), None);
        assert_eq!(numbers("99999999999999999999"), None);
    }

    proptest! {
        #[test]
        fn a_clause_holds_of_those_who_are_found_often_enough(
            places in prop::collection::btree_set(0..200_i64, 0..80),
            found in prop::collection::vec(0..200_i64, 0..200),
            at_least in 1..4_u32,
        ) {
            let text: String = places.iter().map(|place| format!("{place}{}", if place % 3 == 0 { '+' } else { '-' })).collect();
            let mut contacts = Contacts::read(&text).unwrap();
            contacts.mark(3, at_least, &found);
            for contact in contacts.iter() {
                let times = found.iter().filter(|place| **place == contact.place).count();
                let holds = u32::try_from(times).unwrap() >= at_least;
                prop_assert_eq!(contact.leaves, u32::from(holds) << 3);
                prop_assert_eq!(contact.is_open, contact.place % 3 == 0);
            }
            prop_assert_eq!(contacts.iter().count(), places.len());
        }
    }
}
