//! Draws from the seeded generator. Only whole numbers and products, so that every machine draws the
//! same.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Draws one of `choices`, which must not be empty.
pub(super) fn pick<'a, T>(rng: &mut ChaCha8Rng, choices: &'a [T]) -> &'a T {
    &choices[rng.random_range(0..choices.len())]
}

/// True in `percent` of a hundred cases.
pub(super) fn percent(rng: &mut ChaCha8Rng, percent: u32) -> bool {
    rng.random_range(0..100) < percent
}

/// Draws an index by weight; 0 if all weights are 0.
pub(super) fn weighted(rng: &mut ChaCha8Rng, weights: &[u32]) -> usize {
    let total: u32 = weights.iter().sum();
    let mut left = rng.random_range(0..total.max(1));
    for (index, &weight) in weights.iter().enumerate() {
        match left.checked_sub(weight) {
            Some(rest) => left = rest,
            None => return index,
        }
    }
    0
}

/// Draws from 0 to `most`, small values far more often: the median is an eighth of `most`.
pub(super) fn skewed(rng: &mut ChaCha8Rng, most: i64) -> i64 {
    let unit: f64 = rng.random();
    (unit * unit * unit * most as f64) as i64
}
