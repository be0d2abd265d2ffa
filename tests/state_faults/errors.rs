//! A run whose disk gives errors keeps what was there, never panics, and says when results are not saved.

use data_validator::state::peek;
use data_validator_harness::faulty_disk::{Call, Errno, Fault, Plan};
use data_validator_harness::sample::chosen;
use serde_json::Value;

use super::{ALL, Home, Scenario, recorded};
use crate::support::{Outcome, lasting};

/// A test run takes every so-many-th point.
const EVERY: usize = 31;

#[test]
fn a_fresh_run_survives_errors() {
    survives_errors(Scenario::Fresh);
}

#[test]
fn a_resumed_run_survives_errors() {
    survives_errors(Scenario::Resume);
}

#[test]
fn a_run_that_replaces_its_state_file_survives_errors() {
    survives_errors(Scenario::Compaction);
}

#[test]
fn a_run_after_a_reset_survives_errors() {
    survives_errors(Scenario::Reset);
}

#[test]
fn a_run_with_results_beside_its_state_survives_errors() {
    survives_errors(Scenario::External);
}

fn survives_errors(scenario: Scenario) {
    let home = Home::new(scenario);
    let before = home.recorded_before();
    let plans: Vec<(usize, Plan)> = (1..)
        .zip(&home.calls)
        .flat_map(|(number, call)| faults_of(number, call).map(move |plan| (number, plan)))
        .collect();
    let taken = chosen(plans.len(), EVERY);
    let mut not_saved = 0;
    for point in &taken {
        let (number, plan) = plans[*point];
        let call = &home.calls[number - 1];
        let what = format!(
            "{scenario:?}, {plan:?} at {} {}",
            call.name,
            call.path.display()
        );
        let (report, outcome) = home.run(&plan);
        assert_told(&home, &plan, report, &outcome, &what);
        not_saved += usize::from(outcome.code == Some(4));
        let recorded = home.assert_sound(&what);
        let lost = before.keys().find(|rule| !recorded.contains_key(rule));
        assert_eq!(lost, None, "{what}: lost");
    }
    println!(
        "{scenario:?}: 0 of {} errors did harm, of {}; after {not_saved} of them results were not saved",
        taken.len(),
        plans.len()
    );
}

/// What a disk may answer to that call.
fn faults_of(number: usize, call: &Call) -> impl Iterator<Item = Plan> + use<> {
    let plan = |fault, then| Plan {
        fault: Some((number, fault)),
        then,
        ..Plan::default()
    };
    let error = |errno| plan(Fault::Error(errno), None);
    let lasting_error = |errno| plan(Fault::Error(errno), Some(errno));
    let mut plans = vec![error(Errno::Io), error(Errno::Access)];
    if call.can_be_interrupted() {
        plans.push(error(Errno::Interrupted));
    }
    if call.changes() {
        plans.extend([lasting_error(Errno::Io), lasting_error(Errno::ReadOnly)]);
        if call.name != "unlink" {
            for errno in [Errno::NoSpace, Errno::Quota] {
                plans.extend([error(errno), lasting_error(errno)]);
            }
        }
    }
    if call.name == "write" {
        plans.extend([
            plan(Fault::ShortWrite, None),
            plan(Fault::ShortWrite, Some(Errno::NoSpace)),
        ]);
    }
    plans.into_iter()
}

/// A run ends with 0 and everything recorded, or with 4 and the reason; what a signal interrupts is done again.
fn assert_told(home: &Home, plan: &Plan, report: Option<Value>, outcome: &Outcome, what: &str) {
    assert!(!outcome.stderr.contains("panicked"), "{what}: {outcome:?}");
    let is_harmless = matches!(plan.fault, Some((_, Fault::Error(Errno::Interrupted))))
        || matches!(
            plan,
            Plan {
                fault: Some((_, Fault::ShortWrite)),
                then: None,
                ..
            }
        );
    match outcome.code {
        Some(0) => {
            let contents = peek(&home.state()).unwrap();
            assert_eq!(
                recorded(&home.state()).len(),
                ALL,
                "{what}: not all is recorded"
            );
            let run = contents.last_run.unwrap();
            assert!(run.ended_at.is_some(), "{what}: the run has no end");
            assert!(
                lasting(report.unwrap()) == home.fresh,
                "{what}: another report"
            );
        }
        Some(4) if !is_harmless => {
            let is_told =
                outcome.stderr.contains("state file") && outcome.stderr.contains("state.json");
            assert!(is_told, "{what}: {outcome:?}");
            if let Some(report) = report {
                assert!(lasting(report) == home.fresh, "{what}: another report");
            }
        }
        _ => panic!("{what}: {outcome:?}"),
    }
}
