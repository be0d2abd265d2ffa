//! Random tables and rules: every engine counts what the oracle counts.
//!
//! `CASES=20000 SEED=1 cargo test -p data-validator --test tests random` goes further than the few cases of a
//! test run. `SLICE=3/10` checks the third tenth of them alone, `ENGINE=duckdb` one engine alone, and
//! `FAILURES=20` goes on until so many failed. A case that fails is made small and printed; kept in
//! `tests/regressions`, it is tried each time.

mod difference;
mod engines;
mod sqlite;

use std::collections::BTreeSet;
use std::fs;

use data_validator_harness::random::case::Case;
use data_validator_harness::random::{drawn, shrink};
use data_validator_harness::sample::{number, slice};

use crate::support::{files_below, repository};
use difference::{Difference, describe};
use engines::{Checked, Engines};

/// So many cases share a config, and with it the sessions of the engines.
const BATCH: u64 = 40;

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
    let (count, seed) = (number("CASES", 800), number("SEED", 1));
    let most = number("FAILURES", 1);
    let only = std::env::var("ENGINE").ok();
    let numbers = slice(count);
    println!("SEED={seed} CASES={count}, of which {numbers:?}");
    let engines = Engines::start(only.as_deref());
    let mut checked = Checked::default();
    let mut failures = 0;
    let numbers: Vec<u64> = numbers.collect();
    for numbers in numbers.chunk_by(|one, next| one / BATCH == next / BATCH) {
        let batch = usize::try_from(numbers[0] / BATCH).unwrap();
        let form = FORMS[batch % FORMS.len()].map(str::to_owned);
        let cases = numbers.iter().map(|number| Case {
            form: form.clone(),
            ..drawn(seed, *number)
        });
        let cases: Vec<Case> = cases.collect();
        let differences = match engines.check(&cases, None, &mut checked) {
            Ok(differences) => differences,
            Err(refused) => panic!("the config of cases {numbers:?} is refused: {refused}"),
        };
        // One engine's difference stands for those that others have about the same rule.
        let mut told = BTreeSet::new();
        for found in differences {
            if !told.insert((found.case, found.rule.clone())) {
                println!("also: {found}");
                continue;
            }
            let (case, number) = (cases[found.case].clone(), numbers[found.case]);
            let small = smallest(&engines, case, &found);
            println!("SEED={seed}, case {number}:\n{small}");
            failures += 1;
            assert!(failures < most, "{WRONG}");
        }
    }
    assert_eq!(failures, 0, "{WRONG}");
    println!("{checked}differences: 0");
    checked.assert_each_engine_answered();
}

#[test]
fn what_went_wrong_once_goes_right() {
    let engines = Engines::start(None);
    let files = files_below(&repository().join("tests/regressions"), &[".yaml"]);
    assert!(!files.is_empty());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let case =
            Case::from_yaml(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let differences = engines.check(&[case], None, &mut Checked::default());
        let differences = differences.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(
            differences.is_empty(),
            "{}:\n{}",
            file.display(),
            describe(&differences)
        );
    }
}

/// What is wrong, and the smallest case with which the same engine is wrong, as it is kept in a file.
fn smallest(engines: &Engines, case: Case, found: &Difference) -> String {
    let wrong = |case: &Case| {
        let (cases, checked) = (std::slice::from_ref(case), &mut Checked::default());
        // A config that is refused is another matter.
        engines
            .check(cases, Some(found.engine), checked)
            .unwrap_or_default()
    };
    if wrong(&case).is_empty() {
        return format!("only beside others: {found}\n{}", case.to_yaml().unwrap());
    }
    let small = shrink::shrunk(case, |case| !wrong(case).is_empty());
    format!("{}\n{}", describe(&wrong(&small)), small.to_yaml().unwrap())
}
