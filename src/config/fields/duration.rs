//! Spans of time in a config.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde_yaml::Value;

use super::Fields;

impl Fields<'_> {
    /// A time span such as `12h`, `7d` or `90s`, or a number of seconds; days have 24 hours.
    pub fn duration(&mut self, key: &str) -> Option<Duration> {
        let parsed = match self.value(key)? {
            Value::Number(seconds) => seconds
                .as_f64()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            Value::String(text) => time_span(text),
            _ => None,
        };
        if parsed.is_none() {
            self.refuse(
                key,
                &format!("'{key}' is not a time span"),
                "write it as 90s, 15m, 12h or 7d",
            );
        }
        parsed
    }
}

/// A time span such as `12h`, `7d` or `90s`; days have 24 hours.
pub fn time_span(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    let span = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(span).ok()
}
