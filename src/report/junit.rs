//! The report as JUnit XML: a test suite for each table, a test case for each rule.
//!
//! A `failure` is what the exit code counts as failed, an `error` is a rule that could not be
//! judged; a failed rule that does not count stays green, with its message in `system-out`.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as JUnit, TestCase, TestCaseStatus, TestSuite};

use super::Report;
use crate::cli::exit::FailOn;
use crate::run::result::{RuleResult, Status};

/// The report as JUnit XML.
///
/// # Errors
/// When a text cannot stand in XML.
pub fn render(report: &Report, fail_on: FailOn) -> Result<String, quick_junit::SerializeError> {
    let mut junit = JUnit::new("data-validator");
    for summary in &report.summaries {
        let mut suite = TestSuite::new(summary.table_name.clone());
        for result in &summary.results {
            let mut case = test_case(result, fail_on);
            case.set_classname(format!("{}.{}", summary.table_name, result.rule_type));
            if !report.now_given {
                case.set_time(Duration::from_secs_f64(result.execution_time_ms / 1000.0));
            }
            suite.add_test_case(case);
        }
        junit.add_test_suite(suite);
    }
    junit.to_string()
}

fn test_case(result: &RuleResult, fail_on: FailOn) -> TestCase {
    let mut status = match result.status {
        Status::Skipped => TestCaseStatus::skipped(),
        Status::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Status::Failed if fail_on.counts(result.severity) => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        Status::Failed | Status::Passed => TestCaseStatus::success(),
    };
    let told_in_status = !matches!(status, TestCaseStatus::Success { .. });
    if told_in_status {
        status.set_message(result.message.clone());
    }
    let mut case = TestCase::new(result.rule_name.clone(), status);
    if !told_in_status && (result.status == Status::Failed || result.warned) {
        case.set_system_out(result.message.clone());
    }
    case
}
