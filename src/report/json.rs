//! The report as JSON: the fields of the Python tool, ours after them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Provenance, Report};
use crate::config::Severity;
use crate::run::result::{RuleResult, Status, Summary, rate};

/// Version of the format; a field may be added within it, none is renamed or removed.
const SCHEMA_VERSION: &str = "1.0";

#[derive(Serialize)]
struct Document<'r> {
    validation_timestamp: String,
    engine_type: &'r str,
    total_tables: usize,
    overall_stats: Stats,
    table_results: BTreeMap<&'r str, Table<'r>>,
    schema_version: &'static str,
    provenance: &'r Provenance,
}

#[derive(Serialize)]
struct Stats {
    total_rules: usize,
    passed_rules: usize,
    failed_rules: usize,
    success_rate: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_time_ms: Option<f64>,
    warning_rules: usize,
    error_rules: usize,
    unjudged_rules: usize,
    skipped_rules: usize,
    reused_rules: usize,
}

#[derive(Serialize)]
struct Table<'r> {
    #[serde(flatten)]
    stats: Stats,
    rules: Vec<Rule<'r>>,
}

#[derive(Serialize)]
struct Rule<'r> {
    name: &'r str,
    #[serde(rename = "type")]
    rule_type: &'r str,
    passed: bool,
    success_rate: f64,
    message: &'r str,
    severity: Severity,
    status: Status,
    failed_count: u64,
    total_count: u64,
    missing_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed: Option<&'r Value>,
    warned: bool,
    metadata: &'r Map<String, Value>,
    reused: bool,
    reason: &'r str,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<&'r str>,
    fingerprint: Option<&'r str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    samples: &'r [Map<String, Value>],
    #[serde(skip_serializing_if = "Option::is_none")]
    no_samples: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_time_ms: Option<f64>,
}

/// The report as pretty-printed JSON with a newline at its end.
pub fn write(report: &Report, mut out: impl Write) -> io::Result<()> {
    let timed = !report.now_given;
    let document = Document {
        validation_timestamp: report.now.to_string(),
        engine_type: &report.engine_type,
        total_tables: report.summaries.len(),
        overall_stats: overall(&report.summaries, timed),
        table_results: report
            .summaries
            .iter()
            .map(|summary| (&*summary.table_name, table(summary, timed)))
            .collect(),
        schema_version: SCHEMA_VERSION,
        provenance: &report.provenance,
    };
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)
}

fn table(summary: &Summary, timed: bool) -> Table<'_> {
    Table {
        stats: overall(std::slice::from_ref(summary), timed),
        rules: summary
            .results
            .iter()
            .map(|result| rule(result, timed))
            .collect(),
    }
}

fn rule(result: &RuleResult, timed: bool) -> Rule<'_> {
    Rule {
        name: &result.rule_name,
        rule_type: result.rule_type,
        passed: result.passed,
        success_rate: result.success_rate,
        message: &result.message,
        severity: result.severity,
        status: result.status,
        failed_count: result.failed_count,
        total_count: result.total_count,
        missing_count: result.missing_count,
        observed: result.observed.as_ref(),
        warned: result.warned,
        metadata: &result.metadata,
        reused: result.reused,
        reason: &result.reason,
        attempts: result.attempts,
        last_error: result.last_error.as_deref(),
        fingerprint: result.fingerprint.as_deref(),
        samples: &result.samples,
        no_samples: result.no_samples.as_deref(),
        execution_time_ms: timed.then_some(result.execution_time_ms),
    }
}

fn overall(summaries: &[Summary], timed: bool) -> Stats {
    let sum = |of: &dyn Fn(&Summary) -> usize| summaries.iter().map(of).sum::<usize>();
    let (passed_rules, failed_rules) = (
        sum(&|summary| summary.passed_rules),
        sum(&|summary| summary.failed_rules),
    );
    Stats {
        total_rules: sum(&|summary| summary.total_rules),
        passed_rules,
        failed_rules,
        success_rate: rate(passed_rules, passed_rules + failed_rules),
        execution_time_ms: timed.then(|| {
            summaries
                .iter()
                .map(|summary| summary.total_execution_time_ms)
                .sum()
        }),
        warning_rules: sum(&|summary| summary.warning_rules),
        error_rules: sum(&|summary| summary.error_rules),
        unjudged_rules: sum(&|summary| summary.unjudged_rules),
        skipped_rules: sum(&|summary| summary.skipped_rules),
        reused_rules: sum(&|summary| summary.reused_rules),
    }
}
