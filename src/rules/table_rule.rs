//! A rule about the table as a whole: one record, which a measured number lets pass or fail.

use super::Counts;
use super::number::{Interval, Number, Place};

/// The one record of a table that was judged; without a finding it passes.
pub fn counts(observed: Option<serde_json::Value>, finding: Option<String>) -> Counts {
    Counts {
        total: 1,
        failed: u64::from(finding.is_some()),
        observed,
        finding,
        ..Counts::default()
    }
}

/// Judges a number by its bounds. `what` is measured, and `shown` says a number as the user knows it.
pub fn judge(
    what: &str,
    number: &Number,
    interval: &Interval,
    observed: serde_json::Value,
    shown: &dyn Fn(&Number) -> String,
) -> Counts {
    let bound = |bound: &Option<bigdecimal::BigDecimal>| {
        bound
            .clone()
            .map_or_else(String::new, |bound| shown(&Number::Exact(bound)))
    };
    let finding = match interval.place(number) {
        Place::Inside => None,
        Place::Below => Some(format!("less than {}", bound(&interval.min))),
        Place::Above => Some(format!("more than {}", bound(&interval.max))),
        Place::Nowhere => Some("which lies in no range".to_owned()),
    };
    let finding = finding.map(|finding| format!("{what} is {}, {finding}", shown(number)));
    counts(Some(observed), finding)
}
