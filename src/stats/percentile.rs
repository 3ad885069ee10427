//! Percentiles, by the nearest rank.
//!
//! The p-th percentile of n values is the value of rank ceil(p/100 x n) in ascending order. In other words, it is the
//! smallest value that at least p % of the values do not exceed: type 1 in R. J. Hyndman and Y. Fan, "Sample Quantiles in
//! Statistical Packages", The American Statistician 50 (1996), 361-365. It is always one of the values, so it keeps their
//! unit and needs no interpolation. The median of an even number of values is the lower of the middle two.

/// The rank, from 1, of the `percent`-th percentile of `count` values. 0 if there are no values.
pub fn rank(count: usize, percent: usize) -> usize {
    (count * percent).div_ceil(100)
}

/// The 50th and the 90th percentile. `None` if there are no values. Reorders the values.
pub fn median_and_p90<T: Ord + Copy>(values: &mut [T]) -> Option<(T, T)> {
    if values.is_empty() {
        return None;
    }
    let (below, &mut p90, _) = values.select_nth_unstable(rank(values.len(), 90) - 1);
    let below_count = below.len();
    // Everything up to the place of the 90th percentile is now at or below it, and so is the median.
    let median_place = rank(values.len(), 50) - 1;
    let (_, &mut median, _) = values[..=below_count].select_nth_unstable(median_place);
    Some((median, p90))
}
