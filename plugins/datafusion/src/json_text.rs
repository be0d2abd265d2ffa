//! Whether a text is JSON, for which DataFusion has no function.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use serde::de::IgnoredAny;

/// The function's name in SQL.
pub const NAME: &str = "data_validator_is_json";

/// `data_validator_is_json(text)`: TRUE where the text is JSON by RFC 8259, NULL where it is NULL.
pub fn function() -> ScalarUDF {
    create_udf(
        NAME,
        vec![DataType::Utf8],
        DataType::Boolean,
        Volatility::Immutable,
        Arc::new(|arguments: &[ColumnarValue]| {
            let [texts] = arguments else {
                return internal_err!("{NAME} takes a text");
            };
            each(texts)
        }),
    )
}

fn each(texts: &ColumnarValue) -> Result<ColumnarValue> {
    let texts = texts.to_array(1)?;
    let Some(texts) = texts.as_string_opt::<i32>() else {
        return internal_err!("{NAME} was given {}", texts.data_type());
    };
    let found: BooleanArray = texts.iter().map(|text| text.map(is_json)).collect();
    Ok(ColumnarValue::Array(Arc::new(found)))
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok() && !has_half_a_pair(text)
}

/// Whether a string of the JSON text has an escape for one half of a surrogate pair, which is no character;
/// the parser does not look at what it skips.
fn has_half_a_pair(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        rest = &rest[at..];
        match surrogate(rest) {
            Some(0xD800..=0xDBFF) if matches!(surrogate(&rest[6..]), Some(0xDC00..=0xDFFF)) => {
                rest = &rest[12..];
            }
            Some(_) => return true,
            None => rest = rest.get(2..).unwrap_or_default(),
        }
    }
    false
}

/// The half of a pair that is escaped at the start of the text, if one is.
fn surrogate(text: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(text.strip_prefix(b"\\u")?.get(..4)?).ok()?;
    let code = u16::from_str_radix(digits, 16).ok()?;
    (0xD800..=0xDFFF).contains(&code).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_surrogate_pair_is_no_json() {
        for text in [
            r#""\ud83d\ude00""#,
            r#""\\ud800""#,
            r#"["\n", "\u0041"]"#,
            "1e999",
        ] {
            assert!(is_json(text), "{text}");
        }
        for text in [
            r#""\ud83d""#,
            r#""\ude00\ud83d""#,
            r#""\ud83dx""#,
            "[1,]",
            "NaN",
            "",
        ] {
            assert!(!is_json(text), "{text}");
        }
    }
}
