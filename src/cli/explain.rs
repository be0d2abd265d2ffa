//! `data-validator run --explain`: what would be run, and why in this form.

use data_validator_plugin::Dialect;
use jiff::Timestamp;

use super::Failure;
use super::exit::Exit;
use crate::DataValidator;
use crate::plan::question::Question;
use crate::plan::{FormName, sql};
use crate::run::prepare::{Prepared, Step};
use crate::selection::Selection;

pub fn explain(
    validator: &mut DataValidator,
    selection: &Selection,
    form: Option<FormName>,
    now: Option<Timestamp>,
) -> Result<Exit, Failure> {
    validator.explain(selection, form, now, &mut |prepared, dialect| {
        show(prepared, dialect);
    })?;
    Ok(Exit::Passed)
}

fn show(prepared: &Prepared<'_>, dialect: &Dialect) {
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
        anstream::println!(
            "    {}",
            sql::scan(dialect, prepared.rows(), scan.shape, &questions)
        );
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
