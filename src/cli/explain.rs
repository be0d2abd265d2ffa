//! `data-validator run --explain`: what would be run, and why in this form.

use jiff::Timestamp;

use super::Failure;
use super::exit::Exit;
use crate::DataValidator;
use crate::plan::question::{Count, Question};
use crate::plan::sql::SideRows;
use crate::plan::{FormName, Scan, Shape, sql};
use crate::run::prepare::{Prepared, Step};
use crate::selection::Selection;
use crate::validator::DialectOf;

pub fn explain(
    validator: &mut DataValidator,
    selection: &Selection,
    form: Option<FormName>,
    now: Option<Timestamp>,
) -> Result<Exit, Failure> {
    validator.explain(selection, form, now, &mut |prepared, dialect_of| {
        show(prepared, dialect_of);
    })?;
    Ok(Exit::Passed)
}

fn show(prepared: &Prepared<'_>, dialect_of: DialectOf<'_>) {
    let plan = &prepared.plan;
    anstream::println!(
        "table {} (engine {})",
        prepared.table.name,
        prepared.table.engine
    );
    let proven: Vec<usize> = plan.proven().map(|(index, _)| index).collect();
    if !proven.is_empty() {
        anstream::println!("  without a scan");
        show_choices(prepared, &proven);
    }
    for (number, scan) in plan.scans.iter().enumerate() {
        let cost: f64 = scan
            .questions
            .iter()
            .map(|&index| plan.choices[index].cost)
            .sum();
        anstream::println!(
            "  scan {} of {}, expected to take {}",
            number + 1,
            plan.scans.len(),
            time(cost)
        );
        let questions: Vec<&Question> = scan
            .questions
            .iter()
            .map(|&index| &plan.questions[index])
            .collect();
        for (engine, sql) in queries(prepared, scan, &questions, dialect_of) {
            match engine == prepared.table.engine {
                true => anstream::println!("    {sql}"),
                false => anstream::println!("    on engine {engine}: {sql}"),
            }
        }
        show_choices(prepared, &scan.questions);
    }
    if prepared.is_copied_first() {
        anstream::println!("  a run reads the source once into a copy, and the scans read that");
    }
    for rule in &prepared.rules {
        match &rule.step {
            Step::Ask {
                total: None,
                questions,
            } if questions.is_empty() => {
                anstream::println!(
                    "  {} is judged by the columns, without a scan",
                    rule.rule.name
                );
            }
            Step::Ask { .. } => {}
            Step::Skip(why) => anstream::println!("  {} is skipped: {why}", rule.rule.name),
            Step::Unfit(error) => {
                anstream::println!("  {} cannot be judged: {error}", rule.rule.name);
            }
        }
    }
}

/// The query of a scan with its engine; two, where rows of two engines are put side by side.
fn queries<'p>(
    prepared: &'p Prepared<'_>,
    scan: &Scan,
    questions: &[&'p Question],
    dialect_of: DialectOf<'_>,
) -> Vec<(&'p str, String)> {
    let own = prepared.table.engine.as_str();
    let first = questions[0];
    match (&first.count, &first.other) {
        (Count::Pairs { pairing, .. }, _) if scan.shape == Shape::Merge => {
            let scopes = sql::scopes(first);
            let other = pairing.right.engine.as_str();
            let left = SideRows::left(pairing, prepared.rows(), &scopes);
            let right = SideRows::right(pairing);
            vec![
                (own, left.ordered(dialect_of(own))),
                (other, right.ordered(dialect_of(other))),
            ]
        }
        (_, None) => {
            let sql = sql::scan(dialect_of(own), prepared.rows(), scan.shape, questions);
            vec![(own, sql)]
        }
        (_, Some(other)) => {
            let sql = sql::scan(
                dialect_of(&other.engine),
                other.rows(),
                scan.shape,
                questions,
            );
            vec![(&other.engine, sql)]
        }
    }
}

/// A line for each question: whom it serves, its form, and why.
fn show_choices(prepared: &Prepared<'_>, questions: &[usize]) {
    for &index in questions {
        let choice = &prepared.plan.choices[index];
        let serves = |step: &Step| matches!(step, Step::Ask { total, questions } if *total == Some(index) || questions.contains(&index));
        let rules = prepared.rules.iter().filter(|rule| serves(&rule.step));
        let rules: Vec<&str> = rules.map(|rule| rule.rule.name.as_str()).collect();
        let rules = match &*rules {
            [first, second, _, others @ ..] => {
                format!("{first}, {second} and {} more", others.len() + 1)
            }
            few => few.join(", "),
        };
        anstream::println!("    - {rules}: {}, {}", choice.form, choice.why);
    }
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds / 1e6 {
        few if few < 1.0 => "less than 1 ms".into(),
        milliseconds if milliseconds < 1000.0 => format!("{milliseconds:.0} ms"),
        milliseconds => format!("{:.1} s", milliseconds / 1000.0),
    }
}
