//! What a report may show: totals whole for those who said no, and no number so small that it points
//! at somebody.

mod release;

pub use release::released;

use crate::{Kind, LinkId, Verdict};

/// No anonymous breakdown shows a cell below this.
pub const SMALLEST_CELL: u64 = 5;

/// How often one thing happened with one link in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// With which link.
    pub link: LinkId,
    /// What was done.
    pub kind: Kind,
    /// Hours since the epoch.
    pub hour: i64,
    /// How it was judged.
    pub verdict: Verdict,
    /// How often.
    pub n: u64,
}

/// Interactions by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Linked to a contact.
    pub identified: u64,
    /// Linked to nobody.
    pub anonymous: u64,
    /// Mail scanners and other machines that follow links.
    pub scanners: u64,
    /// Loaded by Apple's mail proxy, whoever opens the mail or not.
    pub apple_proxy: u64,
    /// Loaded by Google's, once for all who have the same address.
    pub google_proxy: u64,
}

impl Tally {
    /// Adds what was counted.
    pub const fn add(&mut self, verdict: Verdict, n: u64) {
        let counter = match verdict {
            Verdict::Identified => &mut self.identified,
            Verdict::Anonymous => &mut self.anonymous,
            Verdict::Scanner => &mut self.scanners,
            Verdict::AppleProxy => &mut self.apple_proxy,
            Verdict::GoogleProxy => &mut self.google_proxy,
        };
        *counter = counter.saturating_add(n);
    }

    /// People, whether or not they can be named; without machines.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.identified.saturating_add(self.anonymous)
    }
}

/// Sums over all that `wanted` lets through.
pub fn tally<'a>(counts: impl IntoIterator<Item = &'a Count>) -> Tally {
    let mut tally = Tally::default();
    for count in counts {
        tally.add(count.verdict, count.n);
    }
    tally
}

/// Which rows of a breakdown must hide their anonymous number, and with it their total.
///
/// First those with one to four. Since the sum of each kind is published, what is hidden of a kind could be
/// worked out from what is shown of it. So, kind by kind, the smallest other rows join them, equal ones
/// together, until at least two are hidden, they are not all the same, and their sum is at least five.
///
/// Then no hidden number can be worked out, not even by somebody who knows this rule, unless nothing above
/// zero is left to hide and it is the only one, or all of them are one.
#[must_use]
pub fn hidden<K: Copy + PartialEq>(rows: &[(K, Tally)]) -> Vec<bool> {
    let mut largest: Vec<(K, u64)> = Vec::new();
    for (kind, _) in rows {
        if largest.iter().all(|(known, _)| known != kind) {
            let of_kind = rows.iter().filter(|(other, _)| other == kind);
            let of_kind = of_kind.map(|(_, row)| row.anonymous);
            largest.push((*kind, largest_hidden(of_kind)));
        }
    }
    rows.iter()
        .map(|(kind, row)| {
            largest
                .iter()
                .any(|(other, largest)| other == kind && (1..=*largest).contains(&row.anonymous))
        })
        .collect()
}

/// The largest number that must be hidden; zero if none.
fn largest_hidden(cells: impl Iterator<Item = u64>) -> u64 {
    let mut cells: Vec<u64> = cells.filter(|n| *n > 0).collect();
    cells.sort_unstable();
    let smallest = cells.first().copied().unwrap_or_default();
    let (mut largest, mut sum) = (0, 0_u64);
    for n in cells {
        let enough = largest > smallest && sum >= SMALLEST_CELL;
        if n >= SMALLEST_CELL && n > largest && (largest == 0 || enough) {
            break;
        }
        (largest, sum) = (n, sum.saturating_add(n));
    }
    largest
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn rows(kind: Kind, anonymous: &[u64]) -> Vec<(Kind, Tally)> {
        let row = |anonymous: &u64| Tally {
            anonymous: *anonymous,
            ..Tally::default()
        };
        anonymous.iter().map(|n| (kind, row(n))).collect()
    }

    #[test]
    fn cells_below_five_are_hidden_and_cannot_be_worked_out() {
        for (cells, expected) in [
            (&[][..], &[][..]),
            (&[0, 5, 9], &[false, false, false]),
            (&[4, 5, 9], &[true, true, false]),
            (&[5, 4, 5], &[true, true, true]),
            (&[1, 2, 9], &[true, true, true]),
            (&[2, 3, 9], &[true, true, false]),
            (&[4, 4, 5], &[true, true, true]),
            (&[0, 3], &[false, true]),
            (&[1, 1, 1, 1, 1, 9], &[true; 6]),
        ] {
            assert_eq!(hidden(&rows(Kind::Click, cells)), expected, "{cells:?}");
        }
    }

    /// Among all reports that look the same, a hidden number takes at least two values, unless all rows
    /// above zero are hidden, and are one row or all one.
    #[test]
    fn no_hidden_number_follows_from_what_is_shown() {
        const MOST: u64 = 26;
        let mut alike: BTreeMap<(u64, Vec<Option<u64>>), Vec<_>> = BTreeMap::new();
        for a in 0..=MOST {
            for b in 0..=MOST.saturating_sub(a) {
                for c in 0..=MOST.saturating_sub(a).saturating_sub(b) {
                    let cells = [a, b, c];
                    let hidden = hidden(&rows(Kind::Open, &cells));
                    let seen = cells.iter().zip(hidden);
                    let seen = seen.map(|(n, hide)| (!hide).then_some(*n)).collect();
                    let sum = cells.iter().sum();
                    alike.entry((sum, seen)).or_default().push(cells);
                }
            }
        }
        for ((sum, seen), reports) in alike {
            let hidden = seen.iter().filter(|n| n.is_none()).count();
            let all_hidden = seen.iter().flatten().all(|n| *n == 0);
            let all_one = u64::try_from(hidden) == Ok(sum);
            if all_hidden && (hidden == 1 || all_one) {
                continue;
            }
            for (place, _) in seen.iter().enumerate().filter(|(_, n)| n.is_none()) {
                let values: BTreeSet<u64> = reports.iter().map(|cells| cells[place]).collect();
                assert!(values.len() > 1, "{sum} {seen:?} {reports:?}");
            }
        }
    }

    #[test]
    fn kinds_are_hidden_on_their_own_as_their_sums_are_published() {
        let mut both = rows(Kind::Click, &[4, 7, 9]);
        both.extend(rows(Kind::Open, &[3, 20, 30]));
        assert_eq!(hidden(&both), [true, true, false, true, true, false]);
        both.rotate_left(2);
        assert_eq!(hidden(&both), [false, true, true, false, true, true]);
    }
}
