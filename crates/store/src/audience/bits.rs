//! Contacts of a slice, and which clauses hold of each.

/// The numbers in a text, of 18 digits at most, with one byte behind each: a space, `+` or `-`.
pub fn numbers(text: &str) -> Option<Vec<i64>> {
    const DIGITS: std::ops::RangeInclusive<u32> = 1..=18;
    let mut all = Vec::with_capacity(text.len().div_euclid(6));
    let (mut number, mut digits) = (0_i64, 0_u32);
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
            digits = digits.saturating_add(1);
        } else {
            all.push(Some(number).filter(|_| DIGITS.contains(&digits))?);
            (number, digits) = (0, 0);
        }
    }
    if digits > 0 {
        all.push(Some(number).filter(|_| DIGITS.contains(&digits))?);
    }
    Some(all)
}

/// Who was found, as the statements say it.
#[derive(Debug, Default)]
pub struct Found {
    pub numbers: Vec<i64>,
    /// Numbers begin behind this place.
    pub after: i64,
    /// Where each number says how often, too: what that is at most.
    pub counted_to: Option<u32>,
}

impl Found {
    /// Each as often as it stands there.
    pub const fn places(numbers: Vec<i64>) -> Self {
        Self {
            numbers,
            after: 0,
            counted_to: None,
        }
    }

    /// Places, and how often.
    fn iter(&self) -> impl Iterator<Item = (i64, u32)> {
        let size = self
            .counted_to
            .map_or(1, |most| i64::from(most).saturating_add(1));
        self.numbers.iter().map(move |number| {
            let times = number
                .checked_rem(size)
                .and_then(|times| u32::try_from(times).ok());
            let place = number.checked_div(size).unwrap_or_default();
            let times = self.counted_to.and(times).unwrap_or(1);
            (self.after.saturating_add(place), times)
        })
    }
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

    /// Notes that a clause holds of those who are found so many times or more.
    pub fn mark(&mut self, leaf: usize, at_least: u32, found: &Found) {
        let bit = u32::try_from(leaf)
            .ok()
            .and_then(|leaf| 1_u32.checked_shl(leaf));
        let mut times = vec![0_u32; self.0.len()];
        for (place, often) in found.iter() {
            let at = self.place(place);
            let Some((contact, times)) =
                at.and_then(|at| self.0.get_mut(at).zip(times.get_mut(at)))
            else {
                continue;
            };
            *times = times.saturating_add(often);
            if *times >= at_least {
                contact.leaves |= bit.unwrap_or(0);
            }
        }
    }

    /// Where somebody is. In a list without gaps that follows from the first place; no place is further than that.
    fn place(&self, place: i64) -> Option<usize> {
        let first = self.0.first()?.place;
        let furthest = usize::try_from(place.checked_sub(first)?).ok()?;
        if self
            .0
            .get(furthest)
            .is_some_and(|contact| contact.place == place)
        {
            return Some(furthest);
        }
        let before = self.0.get(..furthest).unwrap_or(&self.0);
        before
            .binary_search_by_key(&place, |contact| contact.place)
            .ok()
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
            found in prop::collection::vec((3..200_i64, 1..4_u32), 0..200),
            at_least in 1..4_u32,
            after in 0..3_i64,
        ) {
            let text: String = places.iter().map(|place| format!("{place}{}", if place % 3 == 0 { '+' } else { '-' })).collect();
            let mut contacts = Contacts::read(&text).unwrap();
            let (most, size) = (at_least, i64::from(at_least) + 1);
            let counted = Found {
                numbers: found.iter().map(|(place, n)| (place - after) * size + i64::from(*n.min(&most))).collect(),
                after,
                counted_to: Some(most),
            };
            contacts.mark(3, at_least, &counted);
            let every = found.iter().flat_map(|(place, n)| (0..*n).map(|_| *place));
            contacts.mark(4, at_least, &Found::places(every.collect()));
            for contact in contacts.iter() {
                let times: u32 = found.iter().filter(|(place, _)| *place == contact.place).map(|(_, n)| n).sum();
                let holds = times >= at_least;
                prop_assert_eq!(contact.leaves >> 4, u32::from(holds));
                prop_assert_eq!((contact.leaves >> 3) & 1, u32::from(holds));
                prop_assert_eq!(contact.is_open, contact.place % 3 == 0);
            }
            prop_assert_eq!(contacts.iter().count(), places.len());
        }
    }
}
