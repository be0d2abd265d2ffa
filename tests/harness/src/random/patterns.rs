//! Random patterns of the portable subset.

use super::draws::Draws;

/// One character, or a choice, which may be repeated.
const ATOMS: &[&str] = &[
    "a",
    "b",
    ".",
    "[a-c]",
    "[^a]",
    r"\d",
    r"\w",
    r"\s",
    r"\D",
    r"\W",
    r"\S",
    "é",
    "😀",
    r"\.",
    r"\\",
    "%",
    "_",
    "'",
    r"\n",
    r"\t",
    "[A-Z]",
    "[[:alpha:]]",
    r"\p{L}",
    "(a|b)",
    "(?i:k)",
    "(?i:s)",
    "(?i:é)",
    "(?s:.)",
    r"[\d_]",
    r"\p{Lu}",
    r"\$",
    "[^\\W_]",
    "(ab)",
    "(?:a|)",
];

/// Places, which may not.
const ANCHORS: &[&str] = &["^", "$", r"\b", "(?m:^)", "(?m:$)"];

const COUNTS: &[&str] = &[
    "", "", "", "*", "+", "?", "{2}", "{1,3}", "{0}", "{2,}", "{12}",
];

/// A pattern of a few parts.
pub fn pattern(draws: &mut Draws<'_>) -> String {
    let branches = if draws.once_in(5) { 2 } else { 1 };
    let branches: Vec<String> = (0..branches).map(|_| sequence(draws)).collect();
    branches.join("|")
}

fn sequence(draws: &mut Draws<'_>) -> String {
    let mut out = String::new();
    for _ in 0..=draws.below(4) {
        match draws.once_in(4) {
            true => out.push_str(draws.pick(ANCHORS)),
            false => {
                let atom = draws.pick(ATOMS);
                out.push_str(atom);
                // Classes of many ranges, repeated, would be too heavy for a portable pattern.
                if !atom.contains(r"\p") {
                    out.push_str(draws.pick(COUNTS));
                }
            }
        }
    }
    out
}
