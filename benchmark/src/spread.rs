//! The middle and the ends of some measurements.

/// The median of some numbers, the least and the greatest of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub greatest: f64,
}

/// The spread of numbers; of none, `None`.
pub fn spread(numbers: impl IntoIterator<Item = f64>) -> Option<Spread> {
    let mut sorted: Vec<f64> = numbers.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let (least, greatest) = (*sorted.first()?, *sorted.last()?);
    let upper = sorted.len() / 2;
    let lower = (sorted.len() - 1) / 2;
    Some(Spread {
        median: f64::midpoint(sorted[lower], sorted[upper]),
        least,
        greatest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        assert_eq!(spread([3.0, 1.0, 2.0]).unwrap().median, 2.0);
        assert_eq!(spread([4.0, 1.0, 3.0, 2.0]).unwrap().median, 2.5);
        assert_eq!(
            spread([0.5]),
            Some(Spread {
                median: 0.5,
                least: 0.5,
                greatest: 0.5
            })
        );
    }

    #[test]
    fn nothing_has_no_spread() {
        assert_eq!(spread([]), None);
    }

    #[test]
    fn the_ends_are_found_in_any_order() {
        let spread = spread([2.0, 9.0, -1.0]).unwrap();
        assert_eq!((spread.least, spread.greatest), (-1.0, 9.0));
    }
}
