//! `growth`: what more rows and more rules cost, as a table in Markdown.

use anyhow::Context;

use crate::arguments::Growth;
use crate::flights::{self, TABLE};
use crate::pairs::{Rivals, medians, ratios};
use crate::rule::{Bound, Check, Config, Rule, Table};
use crate::work::{Work, flights_table, validator};

/// Ten million rows.
const COPIES_FOR_RULES: u32 = 30;

/// Measures both and prints a line for each.
pub fn measure(arguments: &Growth) -> anyhow::Result<()> {
    let rivals = Rivals::new(validator(&arguments.place)?, Vec::new())?;
    println!(
        "| rows | rules | fused s | data-validator s | ratio (least–most) | fused MiB | data-validator MiB |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let twenty = flights::rules()?;
    for &copies in &arguments.copies {
        let path = flights_table(copies, None, &arguments.place)?;
        let work = Work::on_flights(&flights::config(), &twenty, &path);
        line(&rivals, &work, copies, arguments.pairs)?;
    }
    for &number in &arguments.rules {
        let path = flights_table(COPIES_FOR_RULES, None, &arguments.place)?;
        let rules = ranges(number as usize);
        let config = arguments
            .place
            .folder()
            .join(format!("flights-{number}-rules.yaml"));
        let table = Table {
            name: TABLE.into(),
            source: None,
            rules: rules.clone(),
        };
        Config::new(vec![table]).write(&config)?;
        line(
            &rivals,
            &Work::on_flights(&config, &rules, &path),
            COPIES_FOR_RULES,
            arguments.pairs,
        )?;
    }
    Ok(())
}

fn line(rivals: &Rivals, work: &Work, copies: u32, pairs: u32) -> anyhow::Result<()> {
    let rows = 336_776 * u64::from(copies);
    let rules = work.rules.len();
    // Each pair's counts are compared; a run of its own for that would take many minutes here.
    let pairs = rivals
        .run(work, pairs, |_, _| {})
        .with_context(|| format!("comparing {rules} rules on {rows} rows"))?;
    let fused = medians(&pairs, |pair| pair.fused);
    let validator = medians(&pairs, |pair| pair.validator);
    if let (Some(fused), Some(validator), Some(ratio)) = (fused, validator, ratios(&pairs)) {
        println!(
            "| {rows} | {rules} | {:.2} | {:.2} | {:.2} ({:.2}–{:.2}) | {:.0} | {:.0} |",
            fused.wall_seconds,
            validator.wall_seconds,
            ratio.median,
            ratio.least,
            ratio.greatest,
            fused.peak_mib,
            validator.peak_mib
        );
    }
    Ok(())
}

/// That many ranges, spread over eight columns, each with bounds of its own.
fn ranges(number: usize) -> Vec<Rule> {
    const COLUMNS: &[(&str, i64, i64)] = &[
        ("dep_delay", -60, 600),
        ("arr_delay", -90, 600),
        ("distance", 50, 5_000),
        ("air_time", 10, 720),
        ("dep_time", 0, 2_400),
        ("sched_dep_time", 0, 2_400),
        ("flight", 1, 8_500),
        ("flight_id", 0, 10_103_279),
    ];
    (0..number)
        .map(|index| {
            let (column, least, most) = COLUMNS[index % COLUMNS.len()];
            // No two rules of a column have the same bounds, so that none can be answered by another.
            let step = (index / COLUMNS.len()) as i64;
            let check = Check::range(
                column,
                Bound::Integer(least + step),
                Bound::Integer(most - step),
            );
            Rule::new(format!("{column}_range_{step}"), check)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::engine::Engine;

    #[test]
    fn a_thousand_ranges_differ_and_leave_values_that_pass() {
        let rules = ranges(1_000);
        let conditions: HashSet<_> = rules
            .iter()
            .map(|rule| rule.failed(Engine::Duckdb))
            .collect();
        assert_eq!(conditions.len(), 1_000);
        for rule in rules {
            let Check::Range { parameters, .. } = rule.check else {
                panic!("{} is no range", rule.name);
            };
            let (Bound::Integer(least), Bound::Integer(most)) =
                (parameters.min_value, parameters.max_value)
            else {
                panic!("{} has bounds that are no integers", rule.name);
            };
            assert!(least < most, "{}", rule.name);
        }
    }
}
