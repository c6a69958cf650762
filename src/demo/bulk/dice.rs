//! Chance that can be repeated: each thing has a stream of numbers of its own, made of the seed and the thing's place.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// What a stream of numbers is for.
#[derive(Clone, Copy)]
pub enum For {
    Person = 1,
    Way,
    Activity,
    Conversation,
    Talk,
    Funnel,
    Deal,
}

pub struct Dice(Pcg64Mcg);

impl Dice {
    /// The stream of thing number `number`.
    pub fn of(seed: u64, what: For, number: u64) -> Self {
        let place = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (what as u64).rotate_left(56);
        Self(Pcg64Mcg::seed_from_u64(seed.rotate_left(32) ^ place))
    }

    /// A number below `limit`; 0 if that is 0. Made here, because crates change how they do it.
    pub fn below(&mut self, limit: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(limit);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A place in a list of this length.
    pub fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, of_thousand: u64) -> bool {
        self.below(1000) < of_thousand
    }

    pub fn pick<T: Copy + Default>(&mut self, list: &[T]) -> T {
        let place = self.place(list.len());
        list.get(place).copied().unwrap_or_default()
    }

    /// A place in a list where the first are far likelier than the last: each with half the chance of the one at half
    /// its place, as Zipf found it in words.
    pub fn skewed(&mut self, length: usize) -> usize {
        let length = length as u64;
        // 2^x for x from 0 to log2(length + 1), in steps of a thousandth: the inverse of the harmonic sum, nearly.
        let octaves = 64 - length.leading_zeros();
        loop {
            let octave = self.below(u64::from(octaves));
            let place = (1 << octave) + self.below(1 << octave) - 1;
            if place < length {
                return usize::try_from(place).unwrap_or_default();
            }
        }
    }

    /// How busy: mostly 1, now and then much more, at most `limit`.
    pub fn heavy(&mut self, limit: u64) -> u64 {
        let mut weight = 1;
        while weight < limit && self.chance(420) {
            weight *= 2;
        }
        (weight + self.below(weight)).min(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stream of a seed never changes, or the same seed would make other data after an upgrade.
    #[test]
    fn a_stream_is_the_same_for_ever() {
        let mut dice = Dice::of(7, For::Person, 1);
        let thrown: Vec<u64> = (0..6).map(|_| dice.below(1000)).collect();
        assert_eq!(thrown, [50, 512, 305, 589, 9, 493]);
    }

    #[test]
    fn the_first_are_likelier_and_all_are_possible() {
        let mut dice = Dice::of(1, For::Talk, 1);
        let mut counts = [0; 10];
        (0..10_000).for_each(|_| counts[dice.skewed(10)] += 1);
        assert!(counts[0] > counts[9] * 3, "{counts:?}");
        assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
    }
}
