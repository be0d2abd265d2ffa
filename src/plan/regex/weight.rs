//! Refuses patterns that some engine could not compile, or not soon.
//!
//! RE2 and the crate `regex` have a memory limit, which is a matter of size. PostgreSQL rewrites
//! the ways past what can be skipped, so the time it takes grows with the square of how much of
//! that there is, and doubles with each anchor that may or may not apply. The numbers are measured:
//! PostgreSQL 15 compiles what is not above the maximum in less than half a second.

use super::PatternError;
use super::node::{Anchor, Node};

const MAX_WEIGHT: usize = 10_000;
const SKIPPABLE: usize = 40;
const CONDITION: usize = 1000;

pub(super) fn check_weight(root: &Node) -> Result<(), PatternError> {
    let weight = weight(root, false);
    if weight > MAX_WEIGHT {
        return Err(PatternError::new(format!(
            "the pattern is too complex: its weight is {weight}, at most {MAX_WEIGHT} is portable"
        ))
        .hint(format!(
            "with repetitions written out, each character or range weighs 1, what can be skipped \
             {SKIPPABLE}, a `\\b` or an optional `^` or `$` {CONDITION}"
        )));
    }
    Ok(())
}

/// `optional` says that `node` is in a part which also matches without it.
fn weight(node: &Node, optional: bool) -> usize {
    match node {
        Node::Literal(text) if text.is_empty() => SKIPPABLE,
        Node::Literal(text) => text.chars().count(),
        Node::Class(class) => class.ranges().len(),
        Node::Anchor(anchor) => {
            let word = matches!(anchor, Anchor::WordBoundary | Anchor::NotWordBoundary);
            CONDITION * (usize::from(word) + usize::from(optional))
        }
        Node::Repeat {
            node: repeated,
            min,
            max,
        } => {
            // A loop costs as much as one copy more.
            let copies = max.unwrap_or(min + 2).max(1);
            let skipping = if *min == 0 { SKIPPABLE } else { 0 };
            weight(repeated, optional || node.can_be_empty())
                .saturating_mul(copies as usize)
                .saturating_add(skipping)
        }
        Node::Sequence(parts) => sum(parts.iter().map(|part| weight(part, optional))),
        Node::Choice(branches) => sum(branches
            .iter()
            .map(|branch| weight(branch, optional || branch.can_be_empty()))),
    }
}

fn sum(weights: impl Iterator<Item = usize>) -> usize {
    weights.fold(0, usize::saturating_add)
}
