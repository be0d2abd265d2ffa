//! Rows of both sides, put side by side by their keys.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::columns::{Both, Sides};
use super::tolerances::Tolerances;
use crate::plan::pairing::{PairCount, Pairing};
use crate::plan::question::{Count, Question};
use crate::rules::{Answers, Counts, RuleError};

/// What is asked: the counts of [`Pairing::counts`], in their order.
pub fn questions(
    sides: &Sides<'_>,
    keys: &[String],
    columns: Option<&[String]>,
    tolerances: &Tolerances,
) -> Result<Vec<Question>, RuleError> {
    let pairing = Arc::new(pairing(sides, keys, columns, tolerances)?);
    let count = |which| Count::Pairs {
        pairing: Arc::clone(&pairing),
        which,
    };
    Ok((pairing.counts().into_iter())
        .map(|which| Question::new(count(which)))
        .collect())
}

fn pairing(
    sides: &Sides<'_>,
    keys: &[String],
    columns: Option<&[String]>,
    tolerances: &Tolerances,
) -> Result<Pairing, RuleError> {
    let keys_of_both = sides.named(keys)?;
    let compared = sides.compared(columns, keys)?;
    let columns = compared.iter();
    let columns = columns.map(|both| both.pair(tolerances.of(Some(&both.left.name))));
    Ok(Pairing {
        right: Arc::clone(sides.right),
        keys: keys_of_both
            .iter()
            .map(Both::key)
            .collect::<Result<_, _>>()?,
        columns: columns.collect::<Result<_, _>>()?,
    })
}

/// What the counts are of: each key is a record.
pub fn judge(
    sides: &Sides<'_>,
    keys: &[String],
    columns: Option<&[String]>,
    tolerances: &Tolerances,
    answers: &Answers<'_>,
) -> Result<Counts, RuleError> {
    let pairing = pairing(sides, keys, columns, tolerances)?;
    let counted: Vec<(PairCount, u64)> = (pairing.counts().into_iter().enumerate())
        .map(|(question, which)| (which, answers.count(question)))
        .collect();
    let count = |wanted| {
        let mut counted = counted.iter();
        counted
            .find(|(which, _)| *which == wanted)
            .map_or(0, |(_, count)| *count)
    };
    let parts = [
        (
            "missing_left",
            PairCount::MissingLeft,
            "missing on the left",
        ),
        (
            "missing_right",
            PairCount::MissingRight,
            "missing on the right",
        ),
        ("repeated", PairCount::Repeated, "repeated"),
        ("changed", PairCount::Changed, "changed"),
    ];
    let changed: Map<String, Value> = (pairing.columns.iter().enumerate())
        .map(|(number, pair)| (&pair.left.column, count(PairCount::ChangedIn(number))))
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| (name.clone(), count.into()))
        .collect();
    let (total, failed) = (
        count(PairCount::Keys),
        parts.iter().map(|(_, which, _)| count(*which)).sum(),
    );
    let told = parts.iter().filter(|(_, which, _)| count(*which) > 0);
    let told: Vec<String> = told
        .map(|(_, which, words)| match which {
            PairCount::Changed => format!("{} {words} ({})", count(*which), by_column(&changed)),
            _ => format!("{} {words}", count(*which)),
        })
        .collect();
    let mut metadata: Map<String, Value> = (parts.iter())
        .map(|(name, which, _)| ((*name).to_owned(), count(*which).into()))
        .collect();
    metadata.insert("changed_columns".to_owned(), changed.into());
    Ok(Counts {
        total,
        failed,
        finding: (failed > 0)
            .then(|| format!("{failed} of {total} keys do not agree: {}", told.join(", "))),
        metadata,
        ..Counts::default()
    })
}

/// The columns with most changes first.
fn by_column(changed: &Map<String, Value>) -> String {
    const MOST_NAMED: usize = 5;
    let mut columns: Vec<(&String, u64)> = (changed.iter())
        .map(|(name, count)| (name, count.as_u64().unwrap_or_default()))
        .collect();
    columns.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named = columns.iter().take(MOST_NAMED);
    let mut named: Vec<String> = named
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    if columns.len() > MOST_NAMED {
        named.push(format!("{} more columns", columns.len() - MOST_NAMED));
    }
    named.join(", ")
}
