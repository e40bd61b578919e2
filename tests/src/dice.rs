//! Chance that can be repeated.

/// Numbers that look random enough. Whoever uses one prints its seed, so that a failure can be repeated.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    /// `ASSENT_SEED`, in hexadecimal digits, or one that nobody had.
    pub fn new(what: &str) -> Self {
        let seed = std::env::var("ASSENT_SEED").unwrap_or_else(|_| crate::random());
        eprintln!("{what}: ASSENT_SEED={seed}");
        Self(u64::from_str_radix(&seed, 16).unwrap() | 1)
    }

    /// Others for a task of its own.
    pub fn fork(&mut self) -> Self {
        self.below(2);
        Self(self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % u64::try_from(limit).unwrap()).unwrap()
    }
}
