//! Names that a misspelt one may have meant.

/// Longer names are not compared: the cost grows with the square, and nobody misspells them.
const LONGEST_NAME: usize = 100;

/// The most names that are worth showing.
const MOST_NAMES: usize = 3;

/// The candidates near a name, best first, at most three; letter case does not count.
pub fn similar<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let wanted = name.to_lowercase();
    if wanted.is_empty() || wanted.chars().count() > LONGEST_NAME {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count() <= LONGEST_NAME)
        .filter_map(|candidate| Some((distance(&wanted, &candidate.to_lowercase())?, candidate)))
        .collect();
    near.sort();
    near.dedup();
    near.into_iter()
        .take(MOST_NAMES)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

/// A question that names the near candidates, or `None` where there is none.
pub fn did_you_mean<'n>(
    name: &str,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Option<String> {
    let names: Vec<String> = similar(name, candidates)
        .iter()
        .map(|near| format!("'{near}'"))
        .collect();
    (!names.is_empty()).then(|| format!("did you mean {}?", names.join(" or ")))
}

/// How far two lower-case names are apart, or `None` when too far to be meant.
fn distance(wanted: &str, candidate: &str) -> Option<usize> {
    let typing_errors = strsim::damerau_levenshtein(wanted, candidate);
    let length = wanted.chars().count().max(candidate.chars().count());
    if typing_errors <= (length / 3).max(1) {
        return Some(typing_errors);
    }
    let (short, long) = if wanted.len() < candidate.len() {
        (wanted, candidate)
    } else {
        (candidate, wanted)
    };
    (short.chars().count() >= 3 && long.starts_with(short)).then_some(typing_errors)
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, similar};

    const KEYS: [&str; 4] = ["column", "columns", "threshold", "min_value"];

    #[test]
    fn nearest_name_comes_first() {
        assert_eq!(similar("colum", KEYS), ["column", "columns"]);
    }

    #[test]
    fn swapped_letters_and_case_are_near() {
        assert_eq!(similar("Treshhold", KEYS), ["threshold"]);
    }

    #[test]
    fn beginning_of_a_name_is_near() {
        assert_eq!(similar("min", KEYS), ["min_value"]);
    }

    #[test]
    fn other_words_are_not_near() {
        assert_eq!(similar("severity", KEYS), Vec::<String>::new());
        assert_eq!(did_you_mean("", KEYS), None);
    }

    #[test]
    fn very_long_names_are_not_compared() {
        assert_eq!(similar(&"c".repeat(1_000_000), KEYS), Vec::<String>::new());
    }
}
