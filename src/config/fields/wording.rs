//! Plain words for values and for what serde says about them.

use serde::de::DeserializeOwned;
use serde_yaml::Value;

use crate::similar::did_you_mean;

/// The most characters of a text that a message repeats.
const LONGEST_QUOTE: usize = 60;

/// A value in the words of a message.
pub fn words(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text '{}'", shortened(text)),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a mapping".to_owned(),
        Value::Tagged(_) => "a tagged value".to_owned(),
    }
}

/// The text, cut when it is long.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What a reader of `T` wants: in words, and as the values to choose from where these are listed.
pub struct Wanted {
    pub words: String,
    pub choices: Vec<String>,
}

/// The words that a `T` is read from; none where it is not read from a few words.
pub fn choices_of<T: DeserializeOwned>() -> Vec<String> {
    // A reader of a few words only lists them when it is given a text.
    let asked = serde_yaml::from_value::<T>(Value::String(String::new()));
    let listed = asked.err().and_then(|error| choices(&error.to_string()));
    listed.unwrap_or_default()
}

/// Takes from serde's message what would have been right.
pub fn wanted<T: DeserializeOwned>(message: &str) -> Wanted {
    let choices = choices(message).unwrap_or_else(choices_of::<T>);
    if choices.is_empty() {
        let expected = message
            .rsplit_once(", expected ")
            .map_or(message, |(_, expected)| expected);
        return Wanted {
            words: type_words(expected),
            choices,
        };
    }
    Wanted {
        words: format!("one of {}", choices.join(", ")),
        choices,
    }
}

/// What to do about a value that is not what is wanted.
pub fn advice(value: &Value, wanted: &Wanted) -> String {
    let near = value
        .as_str()
        .and_then(|text| did_you_mean(text, wanted.choices.iter().map(String::as_str)));
    match value {
        _ if near.is_some() => near.unwrap_or_default(),
        Value::Number(_) | Value::Bool(_) if wanted.words == TEXT => "put it in quotes".to_owned(),
        Value::Sequence(_) if !wanted.words.contains("list") => "give a single value".to_owned(),
        Value::String(_) if wanted.words == LIST => "put it in brackets: […]".to_owned(),
        _ => format!("write {}", wanted.words),
    }
}

const TEXT: &str = "text";
const LIST: &str = "a list";

/// The variants in "unknown variant `x`, expected one of `a`, `b`".
fn choices(message: &str) -> Option<Vec<String>> {
    let (_, expected) = message
        .strip_prefix("unknown variant ")?
        .rsplit_once(", expected ")?;
    Some(
        expected
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect(),
    )
}

fn type_words(expected: &str) -> String {
    match expected {
        "a boolean" => "true or false",
        "a string" => TEXT,
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a sequence" => LIST,
        "a map" => "a mapping",
        other if other.starts_with("struct ") => "a mapping",
        other => other,
    }
    .to_owned()
}
