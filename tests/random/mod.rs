//! Random tables and rules: every engine counts what the oracle counts.
//!
//! `CASES=20000 SEED=1 cargo test -p data-validator --test tests random` goes further than the few cases of a
//! test run (`FAILURES=20`: until so many failed). A case that fails is made small and printed; kept in `tests/regressions`, it is tried each time.

mod difference;
mod engines;
mod sqlite;

use std::fs;

use data_validator_harness::random::case::Case;
use data_validator_harness::random::{cases, shrink};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use crate::support::{files_below, repository};
use difference::{Difference, describe};
use engines::{Checked, Engines};

/// So many cases share a config, and with it the sessions of the engines.
const BATCH: usize = 40;

/// The forms that questions are asked in, in turn; mostly the cheapest.
const FORMS: &[Option<&str>] = &[
    None,
    Some("conditional"),
    None,
    Some("distinct-values"),
    Some("pruned"),
    None,
    Some("groups"),
    Some("bitmap"),
    Some("count-distinct"),
    Some("count-column"),
    Some("proof"),
];

const WRONG: &str =
    "an engine does not count what the oracle counts; the smallest case is printed above";

#[test]
fn every_engine_counts_what_the_oracle_counts() {
    let (count, seed) = (number("CASES", 300), number("SEED", 1));
    let most = number("FAILURES", 1);
    println!("SEED={seed} CASES={count}");
    let engines = Engines::start();
    let mut checked = Checked::default();
    let mut failures = 0;
    let numbers: Vec<u64> = (0..count).collect();
    for (batch, numbers) in numbers.chunks(BATCH).enumerate() {
        let form = FORMS[batch % FORMS.len()].map(str::to_owned);
        let cases = numbers.iter().map(|number| Case {
            form: form.clone(),
            ..draw(seed, *number)
        });
        let cases: Vec<Case> = cases.collect();
        let differences = match engines.check(&cases, &mut checked) {
            Ok(differences) => differences,
            Err(refused) => panic!("the config of cases {numbers:?} is refused: {refused}"),
        };
        for found in differences {
            let (case, number) = (cases[found.case].clone(), numbers[found.case]);
            let small = smallest(&engines, case, &found);
            println!("SEED={seed}, case {number}:\n{small}");
            failures += 1;
            assert!(failures < most, "{WRONG}");
        }
    }
    assert_eq!(failures, 0, "{WRONG}");
    println!("{checked}");
    checked.assert_each_engine_answered();
}

#[test]
fn what_went_wrong_once_goes_right() {
    let engines = Engines::start();
    let files = files_below(&repository().join("tests/regressions"), &[".yaml"]);
    assert!(!files.is_empty());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let case =
            Case::from_yaml(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let differences = engines.check(&[case], &mut Checked::default());
        let differences = differences.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(
            differences.is_empty(),
            "{}:\n{}",
            file.display(),
            describe(&differences)
        );
    }
}

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

/// A case that depends on these numbers alone.
fn draw(seed: u64, number: u64) -> Case {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    cases().new_tree(&mut runner).unwrap().current()
}

/// What is wrong, and the smallest case with which the same engine is wrong, as it is kept in a file.
fn smallest(engines: &Engines, case: Case, found: &Difference) -> String {
    let wrong = |case: &Case| {
        let differences = engines.check(std::slice::from_ref(case), &mut Checked::default());
        // A config that is refused is another matter.
        let mut differences = differences.unwrap_or_default();
        differences.retain(|difference| difference.engine == found.engine);
        differences
    };
    if wrong(&case).is_empty() {
        return format!("only beside others: {found}\n{}", case.to_yaml().unwrap());
    }
    let small = shrink::shrunk(case, |case| !wrong(case).is_empty());
    format!("{}\n{}", describe(&wrong(&small)), small.to_yaml().unwrap())
}
