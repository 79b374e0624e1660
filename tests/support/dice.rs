//! Numbers that look random and can be had again, for tests that try many ways.

#![allow(dead_code)]

/// Dice that fall the same way for the same seed (xorshift64).
pub struct Dice(u64);

impl Dice {
    /// Dice for a test; it says by which seed they fall. `MAILKEY_SEED` has them fall as they once did.
    pub fn of(test: &str) -> Self {
        let given = std::env::var("MAILKEY_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond().unsigned_abs());
        println!("{test}: MAILKEY_SEED={seed} has it all again");
        Self::new(seed)
    }

    /// Dice that fall in the order that `seed` stands for.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides`.
    pub fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % sides.max(1)
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.throw(of.len())]
    }
}
