//! What a report says of a rule, in the oracle's words.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use serde_json::Value as Json;

use super::counts::Duplicates;
use super::value::Value;
use super::verdict::{Outcome, Verdict};

/// A rule's result, as the library serialises it.
///
/// # Panics
/// When the rule was skipped, or it is no result.
pub fn reported(result: &Json) -> Outcome {
    let passed = match result["status"].as_str() {
        Some("passed") => true,
        Some("failed") => false,
        Some("error") => return Outcome::Unjudged,
        other => panic!("the status of {result} is {other:?}"),
    };
    let count = |value: &Json| match value.as_u64().map(usize::try_from) {
        Some(Ok(count)) => count,
        _ => panic!("{value} of {result} is no count"),
    };
    let metadata = &result["metadata"];
    let detail = |name: &str| metadata.get(name).map(count);
    let duplicates = detail("duplicate_keys").zip(detail("duplicate_rows"));
    Outcome::Judged(Verdict {
        passed,
        total: count(&result["total_count"]),
        failed: count(&result["failed_count"]),
        missing: count(&result["missing_count"]),
        excluded: count(&result["excluded_count"]),
        success_rate: result["success_rate"].as_f64().unwrap_or(f64::NAN),
        warned: result["warned"] == Json::Bool(true),
        duplicates: duplicates.map(|(keys, rows)| Duplicates { keys, rows }),
        observed: Some(&result["observed"])
            .filter(|it| !it.is_null())
            .map(shown),
        vacuous: metadata.get("vacuous").is_some(),
    })
}

/// A number or text of a report as the oracle shows it.
fn shown(observed: &Json) -> String {
    let text = match observed {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    match BigDecimal::from_str(&text) {
        Ok(number) => Value::Decimal(number).to_string(),
        Err(_) => text,
    }
}
