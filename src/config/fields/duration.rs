//! Spans of time in a config.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde_yaml::Value;

use super::Fields;

impl Fields<'_> {
    /// A time span such as `12h`, `7d` or `90s`, or a number of seconds; days have 24 hours.
    pub fn duration(&mut self, key: &str) -> Option<Duration> {
        let exact = |span: Span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
        let parsed = match self.value(key)? {
            Value::Number(seconds) => seconds
                .as_f64()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            Value::String(text) => text
                .parse()
                .ok()
                .and_then(exact)
                .and_then(|span| Duration::try_from(span).ok()),
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
