//! `forms`: what each way to ask the same questions costs, in one process.
//!
//! The questions are those of the twenty rules, in groups. The counts of all forms of a group must be
//! equal, or the measurement is refused.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use duckdb::Connection;

use crate::engine::duckdb::{counts, open};
use crate::flights::{TABLE, rules};

mod groups;

use groups::{Form, Group, Tells};

/// Measures each form so many times and prints the best of them, as a table in Markdown.
pub fn measure(path: &Path, times: u32) -> anyhow::Result<()> {
    let connection = open(TABLE, path)?;
    println!("| questions | form | best of {times}, s |");
    println!("| --- | --- | ---: |");
    for group in groups::groups(&rules()?) {
        measure_group(&connection, &group, times)
            .with_context(|| format!("measuring {} on {}", group.name, path.display()))?;
    }
    Ok(())
}

fn measure_group(connection: &Connection, group: &Group, times: u32) -> anyhow::Result<()> {
    let mut expected: Option<Vec<i64>> = None;
    for form in &group.forms {
        let mut best = Duration::MAX;
        for _ in 0..times {
            let started = Instant::now();
            let answers = ask(connection, form)
                .with_context(|| format!("asking in the form {}", form.name))?;
            best = best.min(started.elapsed());
            let expected = expected.get_or_insert_with(|| answers.clone());
            if !agrees(form.tells, &answers, expected) {
                bail!(
                    "{} gives {answers:?}, but the first form {expected:?}",
                    form.name
                );
            }
        }
        println!(
            "| {} | {} | {:.3} |",
            group.name,
            form.name,
            best.as_secs_f64()
        );
    }
    Ok(())
}

fn ask(connection: &Connection, form: &Form) -> duckdb::Result<Vec<i64>> {
    let mut answers = Vec::new();
    for query in &form.queries {
        answers.extend(match &form.bounds {
            None => counts(connection, query)?,
            Some(bounds) => {
                let bounds = counts(connection, bounds)?;
                let query = query
                    .replace("{min}", &bounds[0].to_string())
                    .replace("{max}", &bounds[1].to_string());
                counts(connection, &query)?
            }
        });
    }
    Ok(answers)
}

fn agrees(tells: Tells, answers: &[i64], counts: &[i64]) -> bool {
    match tells {
        Tells::Counts => answers == counts,
        Tells::WhetherAny => counts
            .iter()
            .map(|count| i64::from(*count > 0))
            .eq(answers.iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_only_tells_whether_any_record_fails_agrees_with_counts() {
        assert!(agrees(Tells::WhetherAny, &[0, 1], &[0, 1170]));
        assert!(!agrees(Tells::WhetherAny, &[1, 1], &[0, 1170]));
        assert!(!agrees(Tells::Counts, &[0, 1], &[0, 1170]));
        assert!(!agrees(Tells::WhetherAny, &[0], &[0, 1170]));
    }
}
