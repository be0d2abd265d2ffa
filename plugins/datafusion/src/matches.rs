//! Whether a text contains a match of a pattern.
//!
//! DataFusion has `~` for it, but its optimiser turns simple patterns into other expressions, and not all of
//! them mean the same: a backslash is lost on the way to LIKE, and `.*` makes FALSE of NULL.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringViewArray};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result, ScalarValue, internal_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use regex::Regex;

/// The function's name in SQL.
pub const NAME: &str = "data_validator_matches";

/// `data_validator_matches(text, pattern)`: TRUE where the text contains a match, NULL where one of them is
/// NULL. The pattern is one of the crate `regex`.
pub fn function() -> ScalarUDF {
    ScalarUDF::new_from_impl(Matches {
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

#[derive(Debug)]
struct Matches {
    signature: Signature,
}

impl PartialEq for Matches {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Matches {}

impl Hash for Matches {
    fn hash<H: Hasher>(&self, state: &mut H) {
        NAME.hash(state);
    }
}

impl ScalarUDFImpl for Matches {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arguments: &[DataType]) -> Result<Vec<DataType>> {
        let [text, pattern] = arguments else {
            return plan_err!("{NAME} takes a text and a pattern");
        };
        Ok(vec![read_as(text)?, read_as(pattern)?])
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let [text, pattern] = arguments.args.as_slice() else {
            return internal_err!("{NAME} takes a text and a pattern");
        };
        let texts = text.to_array(rows)?;
        let found = match pattern {
            ColumnarValue::Scalar(pattern) => match pattern.try_as_str() {
                Some(Some(pattern)) => with_compiled(pattern, |regex| found_in(&texts, regex))?,
                Some(None) => return Ok(ColumnarValue::Scalar(ScalarValue::Boolean(None))),
                None => internal_err!("{NAME} was given a pattern of type {}", pattern.data_type()),
            },
            ColumnarValue::Array(patterns) => each_found(&texts, patterns),
        }?;
        Ok(ColumnarValue::Array(Arc::new(found)))
    }
}

fn read_as(data_type: &DataType) -> Result<DataType> {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(data_type.clone()),
        DataType::Null => Ok(DataType::Utf8View),
        DataType::Dictionary(_, values) => read_as(values),
        other => plan_err!("{NAME} takes a text and not {other}; cast it"),
    }
}

fn found_in(texts: &ArrayRef, regex: &Regex) -> Result<BooleanArray> {
    let is_match = |text: Option<&str>| text.map(|text| regex.is_match(text));
    Ok(match texts.data_type() {
        DataType::Utf8 => texts.as_string::<i32>().iter().map(is_match).collect(),
        DataType::LargeUtf8 => texts.as_string::<i64>().iter().map(is_match).collect(),
        DataType::Utf8View => found_in_views(texts.as_string_view(), regex),
        other => return internal_err!("{NAME} was given {other}"),
    })
}

/// As [`found_in`], of texts that a batch often has more than once: Parquet's dictionaries give equal texts equal
/// views, and short texts are views themselves.
fn found_in_views(texts: &StringViewArray, regex: &Regex) -> BooleanArray {
    const SLOTS_LOG2: u32 = 12;
    // The view of the empty text is 0.
    let mut known_views = vec![0u128; 1 << SLOTS_LOG2];
    let mut known_answers = vec![regex.is_match(""); 1 << SLOTS_LOG2];
    let found = BooleanBuffer::collect_bool(texts.len(), |row| {
        if texts.is_null(row) {
            return false;
        }
        let view = texts.views()[row];
        let mixed = (view as u64 ^ (view >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let slot = (mixed >> (u64::BITS - SLOTS_LOG2)) as usize;
        if known_views[slot] != view {
            known_views[slot] = view;
            known_answers[slot] = regex.is_match(texts.value(row));
        }
        known_answers[slot]
    });
    BooleanArray::new(found, texts.nulls().cloned())
}

/// As [`found_in`], with a pattern for each text.
fn each_found(texts: &ArrayRef, patterns: &ArrayRef) -> Result<BooleanArray> {
    let found = (0..texts.len()).map(|row| {
        let pattern = ScalarValue::try_from_array(patterns, row)?;
        match pattern.try_as_str().flatten() {
            None => Ok(None),
            Some(pattern) => {
                let found = with_compiled(pattern, |regex| found_in(&texts.slice(row, 1), regex))??;
                Ok(found.is_valid(0).then(|| found.value(0)))
            }
        }
    });
    found.collect::<Result<BooleanArray>>()
}

/// More patterns than one scan asks for.
const KEPT_PATTERNS: usize = 256;

thread_local! {
    /// Compiled patterns, of which each thread has its own: a shared one is slower to search with.
    static COMPILED: RefCell<VecDeque<(String, Regex)>> = const { RefCell::new(VecDeque::new()) };
}

fn with_compiled<T>(pattern: &str, search: impl FnOnce(&Regex) -> T) -> Result<T> {
    COMPILED.with_borrow_mut(|compiled| {
        let known = compiled.iter().position(|(known, _)| known == pattern);
        let position = match known {
            Some(position) => position,
            None => {
                let regex = Regex::new(pattern).map_err(|error| {
                    DataFusionError::Plan(format!("the pattern is not valid: {error}"))
                })?;
                if compiled.len() == KEPT_PATTERNS {
                    compiled.pop_front();
                }
                compiled.push_back((pattern.to_owned(), regex));
                compiled.len() - 1
            }
        };
        Ok(search(&compiled[position].1))
    })
}
