//! pattern: a row fails when its text has no match.
//!
//! The crate `regex` says what matches, once `\d`, `\w`, `\s` and `\b` are written as what they mean: ASCII.

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::counts::{Counts, Judged, Nulls, Unjudged, count_rows, type_of};
use super::table::{Row, Table};
use super::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    pub column: String,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    pub pattern: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#match: Option<Match>,
    #[serde(default)]
    pub negate: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

/// How much of the text has to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    Search,
    Full,
}

impl Pattern {
    /// # Errors
    /// When there is no such column, or it is not text.
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Result<Counts, Unjudged> {
        let column_type = type_of(table, &self.column)?;
        if !column_type.is_text() {
            return Err(Unjudged(format!("{column_type:?} is no text")));
        }
        let regex = self.regex();
        Ok(count_rows(rows, self.parameters.nulls, |row| {
            match row.value(&self.column) {
                Value::Text(text) if regex.is_match(&text) != self.parameters.negate => {
                    Judged::Passes
                }
                Value::Text(_) => Judged::Fails,
                _ => Judged::Missing,
            }
        }))
    }

    fn regex(&self) -> Regex {
        let pattern = in_ascii(&self.parameters.pattern);
        let whole = match self.parameters.r#match {
            Some(Match::Full) => format!("^(?:{pattern})$"),
            _ => pattern,
        };
        match Regex::new(&whole) {
            Ok(regex) => regex,
            Err(error) => panic!("{error}"),
        }
    }
}

/// The pattern with the short forms written out.
fn in_ascii(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[0-9A-Za-z_]"),
            Some('W') => out.push_str("[^0-9A-Za-z_]"),
            Some('s') => out.push_str(r"[\t\n\x0B\x0C\r ]"),
            Some('S') => out.push_str(r"[^\t\n\x0B\x0C\r ]"),
            Some('b') => out.push_str(r"(?-u:\b)"),
            other => {
                out.push('\\');
                out.extend(other);
            }
        }
    }
    out
}
