//! What may differ between two reports on the same config and the same data, also from two engines.

use serde_json::Value;

/// The fields that depend on when, where, how fast or how often something ran, wherever they stand.
pub const VOLATILE_FIELDS: &[&str] = &[
    "attempts",
    "engine_type",
    "engines",
    "execution_time_ms",
    "fingerprint",
    "last_error",
    "reason",
    "resumed",
    "reused",
    "reused_rules",
    "run_id",
    "validation_timestamp",
];

/// Removes the volatile fields at any depth; what is left is a function of config and data.
pub fn remove(report: &mut Value) {
    match report {
        Value::Object(fields) => {
            fields.retain(|name, _| !VOLATILE_FIELDS.contains(&name.as_str()));
            fields.values_mut().for_each(remove);
        }
        Value::Array(items) => items.iter_mut().for_each(remove),
        _ => {}
    }
}
