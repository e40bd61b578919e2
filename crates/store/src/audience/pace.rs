//! How many contacts are looked at together: fewer where they did much.

use std::cell::Cell;

/// So many times fewer, or more.
const STEP: u32 = 4;

/// For all slices of one question.
#[derive(Debug)]
pub struct Pace {
    size: Cell<u32>,
    largest: u32,
    most: usize,
}

impl Pace {
    /// For so many contacts at most, of whom a statement gives fewer than `most` rows.
    pub const fn new(largest: u32, most: usize) -> Self {
        Self {
            size: Cell::new(largest),
            largest,
            most,
        }
    }

    /// No more than so many at first: more follow soon.
    pub fn begin_with(&self, size: u32) {
        self.size.set(size.clamp(1, self.largest));
    }

    /// How many contacts come next, and how many rows are too much then: one alone may have done as much as she did.
    pub const fn next(&self) -> (u32, usize) {
        match self.size.get() {
            0 | 1 => (1, usize::MAX),
            size => (size, self.most),
        }
    }

    /// They did too much: fewer from here on.
    pub fn too_much(&self) {
        self.size.set(self.size.get().div_euclid(STEP).max(1));
    }

    /// They were looked at, with so many rows for the clause that had most: more again where as many times the rows are
    /// not too much either. So nobody who did very much slows down the others.
    pub fn done(&self, rows: usize) {
        let times = usize::try_from(STEP).unwrap_or(usize::MAX);
        if rows.saturating_mul(times) < self.most {
            let more = self.size.get().saturating_mul(STEP);
            self.size.set(more.min(self.largest));
        }
    }
}
