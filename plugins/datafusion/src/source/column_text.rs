//! Texts as the values of a column's type.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, StringArray};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::DataType;

use super::canonical::canonical_values;

/// A text that is no value of the type.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAValue {
    /// Which text it is, counted from 0.
    pub row: usize,
    pub text: String,
}

/// Each text as a value; NULL stays NULL. Spaces round a value of another type than text do not count.
pub fn values_of(texts: StringArray, data_type: &DataType) -> Result<ArrayRef, NotAValue> {
    if *data_type == DataType::Utf8 {
        return Ok(Arc::new(texts));
    }
    let has_spaces = |text: &str| text.starts_with(' ') || text.ends_with(' ');
    let texts = match texts.iter().flatten().any(has_spaces) {
        true => texts
            .iter()
            .map(|text| text.map(|text| text.trim_matches(' ')))
            .collect(),
        false => texts,
    };
    let texts = match data_type {
        DataType::Timestamp(..) => with_seconds(texts),
        _ => texts,
    };
    let values: ArrayRef = match data_type {
        DataType::Boolean => Arc::new(booleans(&texts)),
        other => {
            let options = CastOptions {
                safe: true,
                ..CastOptions::default()
            };
            cast_with_options(&texts, other, &options).map_err(|_| first_bad(&texts, None))?
        }
    };
    if values.null_count() != texts.null_count() {
        return Err(first_bad(&texts, Some(&values)));
    }
    canonical_values(values).map_err(|_| first_bad(&texts, None))
}

/// Arrow wants seconds behind `YYYY-MM-DD HH:MM`.
fn with_seconds(texts: StringArray) -> StringArray {
    let lacks = |text: &str| {
        text.len() == "2024-02-29 10:00".len() && text.as_bytes().get(13) == Some(&b':')
    };
    if !texts.iter().flatten().any(lacks) {
        return texts;
    }
    let seconds = |text: &str| match lacks(text) {
        true => format!("{text}:00"),
        false => text.to_owned(),
    };
    texts.iter().map(|text| text.map(seconds)).collect()
}

/// The two words in any case, and their first letters and digits as SQL takes them.
fn booleans(texts: &StringArray) -> BooleanArray {
    let is =
        |text: &str, words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    texts
        .iter()
        .map(|text| match text? {
            text if is(text, ["true", "t", "1"]) => Some(true),
            text if is(text, ["false", "f", "0"]) => Some(false),
            _ => None,
        })
        .collect()
}

/// The first text of which no value was made.
fn first_bad(texts: &StringArray, values: Option<&ArrayRef>) -> NotAValue {
    let is_bad =
        |row: usize| texts.is_valid(row) && values.is_none_or(|values| values.is_null(row));
    let row = (0..texts.len())
        .find(|row| is_bad(*row))
        .unwrap_or_default();
    let text = match texts.is_empty() {
        true => String::new(),
        false => texts.value(row).to_owned(),
    };
    NotAValue { row, text }
}
