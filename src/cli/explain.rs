//! `data-validator run --explain`: what would be run, from metadata only.

use super::Failure;
use super::exit::Exit;
use crate::DataValidator;
use crate::plan::question::Question;
use crate::plan::sql;
use crate::run::prepare::{Prepared, Step};
use crate::selection::Selection;
use data_validator_plugin::Dialect;

pub fn explain(validator: &mut DataValidator, selection: &Selection) -> Result<Exit, Failure> {
    validator.explain(selection, &mut |prepared, dialect| show(prepared, dialect))?;
    Ok(Exit::Passed)
}

fn show(prepared: &Prepared<'_>, dialect: &Dialect) {
    let plan = &prepared.plan;
    anstream::println!(
        "table {} (engine {})",
        prepared.table.name,
        prepared.table.engine
    );
    for (number, scan) in plan.scans.iter().enumerate() {
        let questions: Vec<&Question> = scan
            .questions
            .iter()
            .map(|&index| &plan.questions[index])
            .collect();
        let answers = |rule_questions: &[usize]| {
            rule_questions
                .iter()
                .any(|index| scan.questions.contains(index))
        };
        let rules = prepared
            .rules
            .iter()
            .filter(|rule| matches!(&rule.step, Step::Ask { questions, .. } if answers(questions)));
        let rules: Vec<&str> = rules.map(|rule| rule.rule.name.as_str()).collect();
        anstream::println!(
            "  scan {} of {} answers {}",
            number + 1,
            plan.scans.len(),
            rules.join(", ")
        );
        anstream::println!("    {}", sql::scan(dialect, prepared.rows(), &questions));
    }
    for rule in &prepared.rules {
        match &rule.step {
            Step::Ask { .. } => {}
            Step::Skip(why) => anstream::println!("  {} is skipped: {why}", rule.rule.name),
            Step::Unfit(error) => {
                anstream::println!("  {} cannot be judged: {error}", rule.rule.name);
            }
        }
    }
}
