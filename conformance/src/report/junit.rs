//! `junit.xml`: a test suite for each group, a test case for each case.
//!
//! What did not end as expected is a `failure` or, where the suite itself failed, an `error`; a skip that was
//! foreseen, a waiver and what could not be run are `skipped`, with the reason.

use quick_junit::{NonSuccessKind, Report as JUnit, TestCase, TestCaseStatus, TestSuite};

use super::{Results, text};
use crate::outcome::{CaseResult, Outcome};

/// The results as JUnit XML.
///
/// # Errors
/// When a text cannot stand in XML.
pub fn render(report: &Results) -> anyhow::Result<String> {
    let mut junit = JUnit::new(format!("conformance of {}", report.engine.name));
    let mut groups: Vec<&str> = report.results.iter().map(CaseResult::group).collect();
    groups.dedup();
    for group in groups {
        let mut suite = TestSuite::new(group);
        let results = report.results.iter().filter(|it| it.group() == group);
        suite.add_test_cases(results.map(|result| test_case(result, &report.engine.name)));
        junit.add_test_suite(suite);
    }
    Ok(junit.to_string()?)
}

fn test_case(result: &CaseResult, engine: &str) -> TestCase {
    let mut status = match (&result.outcome, result.is_expected) {
        (Outcome::Pass, true) => TestCaseStatus::success(),
        (Outcome::Error(_), _) => TestCaseStatus::non_success(NonSuccessKind::Error),
        (_, false) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (_, true) => TestCaseStatus::skipped(),
    };
    if !matches!(status, TestCaseStatus::Success { .. }) {
        let why = text::why(result).unwrap_or_default();
        status.set_message(format!("{}: {why}", result.outcome.word()));
        let sql = result.sql.iter().map(|sql| format!("sql: {sql}\n"));
        status.set_description(format!(
            "checks: {}\n{}reproduce: {}",
            result.checks,
            sql.collect::<String>(),
            result.reproduce
        ));
    }
    let mut case = TestCase::new(result.case.clone(), status);
    case.set_classname(format!("{engine}.{}", result.group()));
    case.set_time(result.seconds);
    case
}
