//! A run that is killed at a call loses nothing that was recorded, and the next one gets to the same end.

use data_validator_harness::faulty_disk::{Fault, Plan};
use data_validator_harness::sample::chosen;

use super::{Home, Recorded, Scenario};

/// A test run takes every so-many-th point.
const EVERY: usize = 7;

#[test]
fn a_fresh_run_can_be_killed_at_any_call() {
    survives_kills(Scenario::Fresh);
}

#[test]
fn a_resumed_run_can_be_killed_at_any_call() {
    survives_kills(Scenario::Resume);
}

#[test]
fn a_run_that_replaces_its_state_file_can_be_killed_at_any_call() {
    survives_kills(Scenario::Compaction);
}

#[test]
fn a_run_after_a_reset_can_be_killed_at_any_call() {
    survives_kills(Scenario::Reset);
}

#[test]
fn a_run_with_results_beside_its_state_can_be_killed_at_any_call() {
    survives_kills(Scenario::External);
}

fn survives_kills(scenario: Scenario) {
    let home = Home::new(scenario);
    let numbers = (1..).zip(&home.calls);
    let points: Vec<(usize, Fault)> = numbers
        .flat_map(|(number, call)| {
            let torn = (call.name == "write").then_some((number, Fault::TornWrite));
            [Some((number, Fault::Kill)), torn]
        })
        .flatten()
        .collect();
    let taken = chosen(points.len(), EVERY);
    // The later a run is killed, the more is recorded.
    let mut least: Recorded = home.recorded_before();
    for point in &taken {
        let (number, fault) = points[*point];
        let call = &home.calls[number - 1];
        let what = format!(
            "{scenario:?}, {fault:?} at {} {}, call {number}",
            call.name,
            call.path.display()
        );
        let (_, outcome) = home.run(&Plan {
            fault: Some((number, fault)),
            ..Plan::default()
        });
        assert_eq!(outcome.code, None, "{what}: {outcome:?}");
        let recorded = home.assert_sound(&what);
        let lost = least.keys().find(|rule| !recorded.contains_key(rule));
        assert_eq!(lost, None, "{what}: lost");
        least = recorded;
    }
    println!(
        "{scenario:?}: 0 of {} kills lost anything, of {} points",
        taken.len(),
        points.len()
    );
}
