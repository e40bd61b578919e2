//! What a report may show: totals whole for those who said no, and no number so small that it points
//! at somebody.

use crate::{Kind, LinkId, Verdict};

/// No anonymous breakdown shows a cell below this.
pub const SMALLEST_CELL: u64 = 5;

/// How often one thing happened with one link in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// With which link.
    pub link: LinkId,
    /// A click or an open.
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
    /// Machines.
    pub scanners: u64,
}

impl Tally {
    /// Adds what was counted.
    pub const fn add(&mut self, verdict: Verdict, n: u64) {
        let counter = match verdict {
            Verdict::Identified => &mut self.identified,
            Verdict::Anonymous => &mut self.anonymous,
            Verdict::Scanner => &mut self.scanners,
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

/// Which rows of a breakdown must hide their anonymous number, and with it their total: those with one to
/// four, and if that is a single row then also the smallest other one, since the sum is known.
#[must_use]
pub fn hidden(rows: &[Tally]) -> Vec<bool> {
    let mut hidden: Vec<bool> = rows
        .iter()
        .map(|row| (1..SMALLEST_CELL).contains(&row.anonymous))
        .collect();
    if hidden.iter().filter(|hide| **hide).count() == 1 {
        let next = rows
            .iter()
            .zip(hidden.iter_mut())
            .filter(|(row, hide)| !**hide && row.anonymous > 0)
            .min_by_key(|(row, _)| row.anonymous);
        if let Some((_, hide)) = next {
            *hide = true;
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(anonymous: &[u64]) -> Vec<Tally> {
        anonymous
            .iter()
            .map(|anonymous| Tally {
                anonymous: *anonymous,
                ..Tally::default()
            })
            .collect()
    }

    #[test]
    fn cells_below_five_are_hidden_and_cannot_be_worked_out() {
        assert_eq!(hidden(&rows(&[0, 5, 9])), [false, false, false]);
        assert_eq!(hidden(&rows(&[4, 5, 9])), [true, true, false]);
        assert_eq!(hidden(&rows(&[1, 2, 9])), [true, true, false]);
        assert_eq!(hidden(&rows(&[0, 3])), [false, true]);
    }
}
