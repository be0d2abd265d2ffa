//! One YAML text as a value with positions.
//!
//! One pass over the parser's events gives both; `serde_yaml` reads what is rare in a config, and words the
//! errors of a text that is no YAML.

use std::path::Path;

use serde_yaml::Value;

use super::diagnostic::{Diagnostic, Location, Place};
use super::lenient::FirstOfDuplicates;
use super::marks::{End, Marked, mark};
use super::merge::merge;
use super::positions::{Mark, Positions};

/// Reads a text; what is wrong with it goes to `diagnostics`.
///
/// Gives `None` when there is no value to go on with. A key that is given twice is an error, but
/// the first of its values is good enough to find further errors.
pub fn read(
    file: &Path,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Value, Positions)> {
    match read_or_stop(file, text, diagnostics) {
        Ok(read) => Some(read),
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            None
        }
    }
}

fn read_or_stop(
    file: &Path,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(Value, Positions), Box<Diagnostic>> {
    refuse_control_characters(file, text)?;
    let Marked {
        positions,
        duplicates,
        end,
    } = mark(file, text);
    diagnostics.extend(duplicates);
    let syntax = match end {
        End::Complete(Some(value)) => return Ok((value, positions)),
        End::Complete(None) => None,
        End::Refused(diagnostic) => return Err(Box::new(diagnostic)),
        End::Syntax(diagnostic) => Some(diagnostic),
    };
    let FirstOfDuplicates(mut value) = match (serde_yaml::from_str(text), syntax) {
        (Ok(value), None) => value,
        (Err(error), None) => return Err(Box::new(from_serde_yaml(file, &error, text))),
        (Err(error), Some(_)) if error.location().is_some() => {
            return Err(Box::new(from_serde_yaml(file, &error, text)));
        }
        (_, Some(diagnostic)) => return Err(Box::new(diagnostic)),
    };
    if let Err(path) = merge(&mut value) {
        let place = Place::Text(positions.of_key(&path));
        let message = "'<<' merges mappings, but holds something else";
        return Err(Box::new(Diagnostic::error(
            place,
            message,
            "give it an alias of a mapping, or a list of them",
        )));
    }
    Ok((value, positions))
}

fn from_serde_yaml(file: &Path, error: &serde_yaml::Error, text: &str) -> Diagnostic {
    let mark = error.location().map_or(Mark::START, |location| Mark {
        line: location.line(),
        column: location.column(),
    });
    // The place stands before the message already.
    let place = format!(" at line {} column {}", mark.line, mark.column);
    let message = error.to_string().replacen(&place, "", 1);
    let hint = hint(&message, character_at(text, mark));
    Diagnostic::error(text_place(file, mark), message, hint)
}

fn hint(message: &str, offending: Option<char>) -> String {
    match offending {
        Some('\t') => "indent with spaces; YAML takes no tabs there".to_owned(),
        Some(character)
            if message.starts_with("found character that cannot start")
                || message.contains("YAML tags") =>
        {
            format!("put a text that begins with '{character}' in quotes")
        }
        _ if message.starts_with("mapping values are not allowed") => {
            "put a text that contains ': ' in quotes, and check the indentation".to_owned()
        }
        _ if message.ends_with("beyond 64 bits") => "put it in quotes".to_owned(),
        _ => "check indentation, quotes and brackets here and above".to_owned(),
    }
}

fn character_at(text: &str, mark: Mark) -> Option<char> {
    text.lines()
        .nth(mark.line - 1)?
        .chars()
        .nth(mark.column - 1)
}

/// `serde_yaml` refuses them too, but gives no line.
fn refuse_control_characters(file: &Path, text: &str) -> Result<(), Box<Diagnostic>> {
    let refused = |character: char| match character {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\u{fffe}' | '\u{ffff}' => true,
        other => other.is_control(),
    };
    let Some((offset, character)) = text
        .char_indices()
        .find(|(_, character)| refused(*character))
    else {
        return Ok(());
    };
    let message = format!(
        "control character U+{:04X} is not allowed in YAML",
        u32::from(character)
    );
    let hint = "remove it, or write it as an escape in double quotes";
    Err(Box::new(Diagnostic::error(
        text_place(file, Mark::at(text, offset)),
        message,
        hint,
    )))
}

fn text_place(file: &Path, mark: Mark) -> Place {
    Place::Text(Location {
        file: file.to_owned(),
        line: mark.line,
        column: mark.column,
    })
}
