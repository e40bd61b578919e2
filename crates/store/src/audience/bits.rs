//! Contacts of a slice, and which clauses hold of each.

/// The numbers in a text, of 18 digits at most, each with the byte behind it: a space, `+` or `-`. Nothing in the place
/// of what is no number.
struct Numbers<'a>(std::slice::Iter<'a, u8>);

impl<'a> Numbers<'a> {
    fn of(text: &'a str) -> Self {
        Self(text.as_bytes().iter())
    }
}

impl Iterator for Numbers<'_> {
    type Item = Option<(i64, u8)>;

    fn next(&mut self) -> Option<Self::Item> {
        const DIGITS: std::ops::RangeInclusive<u32> = 1..=18;
        let (mut number, mut digits) = (0_i64, 0_u32);
        let behind = loop {
            let Some(byte) = self.0.next() else {
                if digits == 0 {
                    return None;
                }
                break b' ';
            };
            let digit = byte.wrapping_sub(b'0');
            if digit >= 10 {
                break *byte;
            }
            number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
            digits = digits.saturating_add(1);
        };
        Some(DIGITS.contains(&digits).then_some((number, behind)))
    }
}

/// Who was found, as the statements say it.
#[derive(Debug, Default)]
pub struct Found {
    /// Numbers.
    pub text: String,
    /// They begin behind this place.
    pub after: i64,
    /// Their lowest bits say how often; without any each counts as often as it stands there.
    pub bits: u32,
}

impl Found {
    /// Each as often as it stands there.
    pub const fn places(text: String) -> Self {
        Self {
            text,
            after: 0,
            bits: 0,
        }
    }

    /// Places, and how often.
    fn iter(&self) -> impl Iterator<Item = Option<(i64, u32)>> {
        let most = (1_i64 << self.bits.min(u32::BITS)).wrapping_sub(1);
        Numbers::of(&self.text).map(move |number| {
            let (number, _) = number?;
            let times = if self.bits == 0 { 1 } else { number & most };
            let place = self.after.saturating_add(number >> self.bits);
            Some((place, u32::try_from(times).unwrap_or(u32::MAX)))
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
        let mut contacts: Vec<Contact> = Numbers::of(text)
            .map(|number| {
                number.map(|(place, sign)| Contact {
                    place,
                    is_open: sign == b'+',
                    leaves: 0,
                })
            })
            .collect::<Option<_>>()?;
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

    /// Notes that a clause holds of those who are found so many times or more, and says how many numbers that were;
    /// nothing where one is none.
    pub fn mark(&mut self, leaf: usize, at_least: u32, found: &Found) -> Option<usize> {
        let bit = u32::try_from(leaf)
            .ok()
            .and_then(|leaf| 1_u32.checked_shl(leaf))
            .unwrap_or(0);
        let mut times = vec![0_u32; self.0.len()];
        let mut numbers = 0_usize;
        for found in found.iter() {
            let (place, often) = found?;
            numbers = numbers.saturating_add(1);
            let at = self.place(place);
            let Some((contact, times)) =
                at.and_then(|at| self.0.get_mut(at).zip(times.get_mut(at)))
            else {
                continue;
            };
            *times = times.saturating_add(often);
            if *times >= at_least {
                contact.leaves |= bit;
            }
        }
        Some(numbers)
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
        let numbers = |text| Numbers::of(text).collect::<Option<Vec<_>>>();
        assert_eq!(numbers(""), Some(vec![]));
        assert_eq!(numbers("7"), Some(vec![(7, b' ')]));
        assert_eq!(
            numbers("7 123 9"),
            Some(vec![(7, b' '), (123, b' '), (9, b' ')])
        );
        assert_eq!(numbers("7+123-"), Some(vec![(7, b'+'), (123, b'-')]));
        assert_eq!(numbers("7  9"), None);
        assert_eq!(numbers("99999999999999999999"), None);
    }

    proptest! {
        #[test]
        fn a_clause_holds_of_those_who_are_found_often_enough(
            places in prop::collection::btree_set(0..200_i64, 0..80),
            found in prop::collection::vec((3..200_i64, 1..4_u32), 0..200),
            at_least in 1..4_u32,
            bits in 2..9_u32,
            after in 0..3_i64,
        ) {
            let text: String = places.iter().map(|place| format!("{place}{}", if place % 3 == 0 { '+' } else { '-' })).collect();
            let mut contacts = Contacts::read(&text).unwrap();
            let most = (1_u32 << bits) - 1;
            let text = |numbers: Vec<i64>| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
            let counted = Found {
                text: text(found.iter().map(|(place, n)| (place - after) << bits | i64::from(*n.min(&most))).collect()),
                after,
                bits,
            };
            prop_assert_eq!(contacts.mark(3, at_least, &counted), Some(found.len()));
            let every: Vec<i64> = found.iter().flat_map(|(place, n)| (0..*n).map(|_| *place)).collect();
            let number = every.len();
            prop_assert_eq!(contacts.mark(4, at_least, &Found::places(text(every))), Some(number));
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
