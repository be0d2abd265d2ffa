//! Failing rows that a table shows in the report: how many, and which columns are masked.

use std::collections::BTreeSet;
use std::fmt;

use serde_yaml::Value;

use super::fields::Fields;

/// The most rows of a rule that a report shows.
pub const MOST_SAMPLES: u32 = 1000;

/// A shorter key could be guessed.
const SHORTEST_KEY: usize = 16;

/// The failing rows to show of each rule of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// None unless asked for: rows of production data do not belong into every report.
    pub most: u32,
    pub mask: Mask,
}

/// Columns whose values are not shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Mask {
    pub columns: BTreeSet<String>,
    /// What equal values are told by, without showing them.
    pub key: Option<String>,
}

impl Samples {
    /// Reads `samples` and `mask` of a table: a list of columns, or a mapping of `columns` and `key`.
    pub fn read(table: &mut Fields<'_>) -> Self {
        let most = table.optional("samples").unwrap_or_default();
        if most > MOST_SAMPLES {
            let message = format!("a report shows at most {MOST_SAMPLES} rows of a rule");
            table.refuse("samples", &message, "'filter' writes all failing rows");
        }
        let mask = match table.value("mask") {
            None => Mask::default(),
            Some(Value::Mapping(_)) => Mask::read(table.section("mask")),
            Some(_) => Mask {
                columns: columns(table.texts("mask")),
                key: None,
            },
        };
        Self { most, mask }
    }
}

impl Mask {
    fn read(mut fields: Fields<'_>) -> Self {
        if !fields.was_given("columns") {
            fields.refuse("columns", "'mask' has no columns", "add 'columns: […]'");
        }
        let columns = columns(fields.texts("columns"));
        let key = match fields.was_given("key") {
            true => fields.required_secret("key"),
            false => None,
        };
        if key.as_ref().is_some_and(|key| key.len() < SHORTEST_KEY) {
            let message = format!("the key of 'mask' has fewer than {SHORTEST_KEY} bytes");
            fields.refuse(
                "key",
                &message,
                "take a random one, such as of 'openssl rand -hex 32'",
            );
        }
        fields.finish();
        Self { columns, key }
    }
}

fn columns(read: Option<Vec<String>>) -> BTreeSet<String> {
    read.unwrap_or_default().into_iter().collect()
}

/// Without the key.
impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask")
            .field("columns", &self.columns)
            .field("has_key", &self.key.is_some())
            .finish()
    }
}
