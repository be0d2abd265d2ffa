//! The part of a source that says how files are read.

use std::path::Path;

use crate::similar::did_you_mean;

use super::fields::Fields;
use super::fields::wording::shortened;
use super::logical_type;
use super::source::Refusal;
use super::source_url::refuse_url;
use super::{FileKind, FilesSpec};

/// Endings of data files that this version does not read.
const UNREADABLE: &[&str] = &["gz", "zst"];

/// Reads a mapping with the key `path`.
pub fn read_files(fields: &mut Fields<'_>, folder: &Path) -> Option<FilesSpec> {
    let format = fields.optional::<String>("format");
    let mut options = fields.section("options");
    let delimiter = read_byte(&mut options, "delimiter");
    let quote = read_byte(&mut options, "quote");
    let schema = logical_type::read_columns(options.section("schema"));
    let text: String = fields.required("path")?;
    if let Err((message, hint)) = refuse_url(&text) {
        fields.refuse("path", &message, &hint);
        options.finish();
        return None;
    }
    let ending = ending(&text);
    if let Some(Err((message, hint))) = ending.as_deref().map(refuse_unreadable) {
        fields.refuse("path", &message, &hint);
    }
    let format = match format {
        Some(name) => read_format(fields, &name),
        None => ending.as_deref().and_then(FileKind::of_name),
    };
    let known_only_later = text.ends_with('/') || ending.is_none() || folder.join(&text).is_dir();
    if format.is_none() && !known_only_later {
        fields.refuse_unless_refused(
            "the ending of 'path' tells no format",
            &format!("add 'format', one of {}", formats()),
        );
    }
    if let Some(kind) = format.filter(|kind| !matches!(kind, FileKind::Csv | FileKind::Tsv)) {
        for key in ["delimiter", "quote", "schema"] {
            if options.was_given(key) {
                options.refuse(
                    key,
                    &format!("'{key}' does not apply to {kind:?} files"),
                    "remove it",
                );
            }
        }
    }
    if delimiter.is_some() && delimiter == quote {
        options.refuse(
            "quote",
            "'quote' and 'delimiter' are the same",
            "give two different characters",
        );
    }
    options.finish();
    Some(FilesSpec {
        path: folder.join(text),
        format,
        delimiter,
        quote,
        schema,
        within: None,
    })
}

fn read_format(fields: &mut Fields<'_>, name: &str) -> Option<FileKind> {
    let kind = FileKind::of_name(name);
    if kind.is_none() {
        let (message, hint) = match refuse_unreadable(name) {
            Err(refusal) => refusal,
            Ok(()) => {
                let near = did_you_mean(name, FileKind::NAMES.iter().map(|(known, _)| *known));
                (
                    format!("unknown format '{name}'"),
                    near.unwrap_or_else(|| format!("known: {}", formats())),
                )
            }
        };
        fields.refuse("format", &message, &hint);
    }
    kind
}

/// One ASCII character, such as a CSV file's delimiter.
fn read_byte(options: &mut Fields<'_>, key: &'static str) -> Option<u8> {
    let text: String = options.optional(key)?;
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r') => Some(*byte),
        _ => {
            let message = format!(
                "'{key}' must be one ASCII character, found '{}'",
                shortened(&text)
            );
            options.refuse(key, &message, "such as \",\" or \"\\t\"");
            None
        }
    }
}

/// # Errors
/// The ending is that of files which this version does not read.
pub fn refuse_unreadable(ending: &str) -> Result<(), Refusal> {
    if UNREADABLE.contains(&ending) {
        return Err((
            format!("{ending} files are not read by this version"),
            format!("use one of {}", formats()),
        ));
    }
    Ok(())
}

/// What comes after the last dot of the last part of a path, in lower case.
pub fn ending(text: &str) -> Option<String> {
    let name = text.rsplit('/').next().unwrap_or(text);
    name.rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase())
}

/// The formats, for messages.
pub fn formats() -> String {
    FileKind::names().join(", ")
}
