//! From a rule as written to a rule that can be run.

use data_validator_plugin::Dialect;

use crate::plan::custom_sql::SqlExpression;
use crate::rules;
use crate::similar::did_you_mean;

use super::document::RuleDocument;
use super::fields::{Home, RuleFields};
use super::findings::Findings;
use super::keys::{DATABRICKS, IF_COLUMN_EXISTS};
use super::path::KeyPath;
use super::{Limit, Rule};

/// Where a rule is written, which decides what it may say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Table,
    Global,
}

/// Resolves a rule; gives `None` after leaving a diagnostic.
pub fn resolve(
    written: RuleDocument<'_>,
    scope: Scope,
    require_sql: bool,
    home: Home<'_>,
    findings: &Findings,
) -> Option<Rule> {
    let path = written.fields.path().clone();
    let limit = limit(&written, &path, findings);
    let warn_threshold = warn_threshold(&written, limit, &path, findings);
    let sql_scope = read_scope(written.scope.as_deref(), &path, home.dialect, findings);
    let RuleDocument {
        mut fields,
        mut parameters,
        ..
    } = written;
    if require_sql
        && written.enabled
        && !fields.was_given("expression")
        && !parameters.was_given("expression")
    {
        fields.refuse(
            "expression",
            "'require_sql_rules' asks for an expression in every rule",
            "add 'expression: …'",
        );
    }
    let mut if_column_exists = false;
    if scope == Scope::Global {
        if_column_exists = parameters.optional(IF_COLUMN_EXISTS).unwrap_or_default();
    } else if parameters.was_given(IF_COLUMN_EXISTS) {
        parameters.refuse(
            IF_COLUMN_EXISTS,
            "'if_column_exists' is for global rules",
            "remove it",
        );
    }
    if parameters.was_given(DATABRICKS) {
        findings.warn_at_key(
            &parameters.path().key(DATABRICKS),
            "'databricks' has no effect here",
            "remove it, or keep it for the Python package",
        );
    }
    let rule_type = written
        .rule_type
        .as_deref()
        .and_then(|name| known_type(name, &path, findings));
    let Some(rule_type) = rule_type else {
        fields.finish();
        return None;
    };
    let mut own = RuleFields::new(fields, parameters, rule_type, home);
    let check = (rule_type.read)(&mut own);
    own.finish();
    Some(Rule {
        name: written.name?,
        rule_type: rule_type.name,
        check: check?,
        limit: limit?,
        warn_threshold,
        severity: written.severity,
        scope: sql_scope,
        on_empty: written.on_empty,
        timeout: written.timeout,
        enabled: written.enabled,
        if_column_exists,
        tags: written.tags,
        description: written.description,
        location: findings.places().in_file(&path.key("name")),
    })
}

/// The condition under the key `where` of a table or a rule.
pub fn read_scope(
    text: Option<&str>,
    path: &KeyPath,
    dialect: &Dialect,
    findings: &Findings,
) -> Option<SqlExpression> {
    match SqlExpression::parse(text?, dialect) {
        Ok(expression) => Some(expression),
        Err(error) => {
            let hint = "write a condition as it would stand behind WHERE";
            findings.at_value(&path.key("where"), format!("'where': {error}"), hint);
            None
        }
    }
}

fn known_type(name: &str, path: &KeyPath, findings: &Findings) -> Option<&'static rules::RuleType> {
    if let Some(rule_type) = rules::rule_type(name) {
        return Some(rule_type);
    }
    let known = || format!("known: {}", rules::names().collect::<Vec<_>>().join(", "));
    let hint = did_you_mean(name, rules::names()).unwrap_or_else(known);
    let message = format!("unknown rule type '{name}'");
    findings.at_value(&path.key("rule_type"), message, hint);
    None
}

fn limit(written: &RuleDocument<'_>, path: &KeyPath, findings: &Findings) -> Option<Limit> {
    match (written.threshold, written.max_failed) {
        (Some(_), Some(_)) => {
            let message = "'threshold' and 'max_failed' are both given";
            findings.at_key(&path.key("max_failed"), message, "keep one of them");
            None
        }
        (Some(threshold), None) => {
            rate("threshold", threshold, path, findings).map(Limit::Threshold)
        }
        (None, max_failed) => Some(Limit::MaxFailed(max_failed.unwrap_or(0))),
    }
}

fn warn_threshold(
    written: &RuleDocument<'_>,
    limit: Option<Limit>,
    path: &KeyPath,
    findings: &Findings,
) -> Option<f64> {
    let warn_threshold = rate("warn_threshold", written.warn_threshold?, path, findings)?;
    match limit {
        Some(Limit::Threshold(threshold)) if warn_threshold < threshold => {
            let message = format!(
                "warn_threshold {warn_threshold} is below threshold {threshold}, so it never warns"
            );
            findings.at_value(
                &path.key("warn_threshold"),
                message,
                "make it larger than the threshold",
            );
        }
        Some(Limit::MaxFailed(0)) => {
            let message = "'warn_threshold' has no effect where no record may fail";
            findings.warn_at_key(
                &path.key("warn_threshold"),
                message,
                "add a threshold or max_failed",
            );
        }
        _ => {}
    }
    Some(warn_threshold)
}

/// A success rate from 0 to 1.
fn rate(key: &str, rate: f64, path: &KeyPath, findings: &Findings) -> Option<f64> {
    if (0.0..=1.0).contains(&rate) {
        return Some(rate);
    }
    let hint = if rate > 1.0 && rate <= 100.0 {
        format!("{rate} % is written {}", rate / 100.0)
    } else {
        "it is the rate of records that must pass, such as 0.95".to_owned()
    };
    findings.at_value(
        &path.key(key),
        format!("{key} {rate} is outside 0..1"),
        hint,
    );
    None
}
