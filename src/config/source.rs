//! Where the rows of a table are, as a user writes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use data_validator_plugin::{Dialect, TableName};
use serde_yaml::Value;

use crate::plan::custom_sql::SqlQuery;
use crate::rules::Other;
use crate::similar::did_you_mean;

use super::fields::wording::{shortened, words};
use super::fields::{Fields, Home, Known};
use super::findings::Findings;
use super::key::Key;
use super::keys;
use super::path::KeyPath;
use super::rule::read_scope;
use super::source_files::{ending, formats, read_files, refuse_unreadable};
use super::source_url::refuse_url;
use super::{FileKind, FilesSpec, SourceSpec};

/// Why a text is no source: message and hint.
pub type Refusal = (String, String);

/// Reads a source from a document; relative paths start from `folder`.
pub fn read(
    value: &Value,
    path: &KeyPath,
    findings: &Findings,
    folder: &Path,
    dialect: &Dialect,
) -> Option<SourceSpec> {
    match value {
        Value::String(text) => match from_text(text, folder) {
            Ok(source) => {
                warn_of_path(&source, path, findings);
                Some(source)
            }
            Err((message, hint)) => {
                findings.at_value(path, message, hint);
                None
            }
        },
        Value::Mapping(mapping) => from_mapping(
            Fields::new(findings, path.clone(), mapping, &[]),
            folder,
            dialect,
            &keys::SOURCES,
        ),
        other => {
            let message = format!("a source is a text or a mapping, found {}", words(other));
            findings.at_value(
                path,
                message,
                "give a path, the name of a relation, or one of path, table, query",
            );
            None
        }
    }
}

/// As [`read`], for another relation than a table's own: a mapping may name another engine of the config, and
/// say `where`.
pub fn read_other(
    value: &Value,
    path: &KeyPath,
    findings: &Findings,
    home: Home<'_>,
) -> Option<Other> {
    let Value::Mapping(mapping) = value else {
        let source = read(value, path, findings, home.folder, home.dialect)?;
        let name = value.as_str().unwrap_or_default().to_owned();
        return Some(Other {
            can_be_table: matches!(source, SourceSpec::Table(_)),
            name,
            engine: None,
            source,
            scope: None,
            is_beside: false,
        });
    };
    let mut fields = Fields::new(findings, path.clone(), mapping, &[]);
    let engine: Option<String> = fields.optional("engine");
    let known = engine.as_ref().map(|name| home.engines.get(name));
    if let (Some(name), Some(None)) = (&engine, known) {
        let names: Vec<&str> = home.engines.keys().map(String::as_str).collect();
        let hint = did_you_mean(name, names.iter().copied())
            .unwrap_or_else(|| format!("known: {}", names.join(", ")));
        fields.refuse("engine", &format!("unknown engine '{name}'"), &hint);
    }
    let dialect = known
        .flatten()
        .map_or(home.dialect, |engine| &engine.dialect);
    let text: Option<String> = fields.optional("where");
    let scope = read_scope(text.as_deref(), path, dialect, findings);
    let source = from_mapping(fields, home.folder, dialect, &keys::OTHER_SOURCES)?;
    Some(Other {
        name: match &source {
            SourceSpec::Files(files) => files.path.display().to_string(),
            SourceSpec::Table(name) => name.parts().collect::<Vec<_>>().join("."),
            SourceSpec::Query(_) => "its query".to_owned(),
        },
        can_be_table: false,
        engine,
        source,
        scope,
        is_beside: false,
    })
}

/// A source in one text: a file, a folder, a glob, or else the name of a relation.
///
/// # Errors
/// The text is empty, or names a file that this version does not read.
pub fn from_text(text: &str, folder: &Path) -> Result<SourceSpec, Refusal> {
    if text.trim().is_empty() {
        return Err((
            "the source is empty".to_owned(),
            "give a path or the name of a relation".to_owned(),
        ));
    }
    refuse_url(text)?;
    let path = folder.join(text);
    if let Some(ending) = ending(text) {
        refuse_unreadable(&ending)?;
        if FileKind::of_name(&ending).is_some() {
            return Ok(SourceSpec::Files(any_format(path)));
        }
    }
    if text.ends_with('/') || path.is_dir() {
        return Ok(SourceSpec::Files(any_format(path)));
    }
    if text.contains(['.', '/']) && path.is_file() {
        return Err((
            format!(
                "the ending of the file '{}' tells no format",
                shortened(text)
            ),
            format!("write {{path: …, format: …}} with one of {}", formats()),
        ));
    }
    Ok(SourceSpec::Table(relation(text)))
}

fn any_format(path: PathBuf) -> FilesSpec {
    FilesSpec {
        path,
        format: None,
        delimiter: None,
        quote: None,
        schema: BTreeMap::new(),
        within: None,
    }
}

/// Reads the one of these kinds that is given; beside it stand the keys of its kind.
fn from_mapping(
    mut fields: Fields<'_>,
    folder: &Path,
    dialect: &Dialect,
    kinds: &[(&'static str, &'static [Key])],
) -> Option<SourceSpec> {
    let given = kinds.iter().filter(|(kind, _)| fields.was_given(kind));
    let given: Vec<(&'static str, &'static [Key])> = given.copied().collect();
    let [(kind, keys)] = given[..] else {
        let names = |kinds: &[(&'static str, _)], between: &str| {
            let names: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
            names.join(between)
        };
        let found = match given[..] {
            [] => "none".to_owned(),
            _ => names(&given, " and "),
        };
        let message = format!(
            "a source has exactly one of {}, found {found}",
            names(kinds, ", ")
        );
        fields.refuse_unless_refused(&message, "keep the one that says where the rows are");
        return None;
    };
    fields.set_known(Known::Keys(keys));
    let source = match kind {
        "path" => read_files(&mut fields, folder).map(SourceSpec::Files),
        "table" => read_table(&mut fields).map(SourceSpec::Table),
        _ => read_query(&mut fields, dialect).map(SourceSpec::Query),
    };
    fields.finish();
    source
}

fn read_table(fields: &mut Fields<'_>) -> Option<TableName> {
    let (catalog, schema) = (fields.optional("catalog"), fields.optional("schema"));
    let table: String = fields.required("table")?;
    if catalog.is_some() && schema.is_none() {
        fields.refuse(
            "catalog",
            "'catalog' is given without 'schema'",
            "add the schema that the table is in",
        );
    }
    Some(TableName {
        catalog,
        schema,
        table,
    })
}

fn read_query(fields: &mut Fields<'_>, dialect: &Dialect) -> Option<String> {
    let text: String = fields.required("query")?;
    if text.contains("{table}") {
        fields.refuse(
            "query",
            "'{table}' has no meaning in a source",
            "name the relation that the query reads",
        );
        return None;
    }
    match SqlQuery::parse(&text, dialect) {
        Ok(query) => Some(query.as_sql().to_owned()),
        Err(error) => {
            fields.refuse("query", &format!("'query': {error}"), "write one SELECT");
            None
        }
    }
}

/// Plain identifiers with dots between them are catalog, schema and table; all else is one name.
pub fn relation(text: &str) -> TableName {
    let plain = |part: &&str| {
        let mut characters = part.chars();
        characters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && characters.all(|next| next.is_alphanumeric() || next == '_' || next == '$')
    };
    let parts: Vec<&str> = text.split('.').collect();
    let (catalog, schema, table) = match parts[..] {
        [schema, table] if parts.iter().all(plain) => (None, Some(schema), table),
        [catalog, schema, table] if parts.iter().all(plain) => (Some(catalog), Some(schema), table),
        _ => (None, None, text),
    };
    TableName {
        catalog: catalog.map(str::to_owned),
        schema: schema.map(str::to_owned),
        table: table.to_owned(),
    }
}

fn warn_of_path(source: &SourceSpec, path: &KeyPath, findings: &Findings) {
    if let SourceSpec::Table(name) = source
        && name.table.contains(['/', '*'])
    {
        let message = format!(
            "'{}' is taken as the name of a relation",
            shortened(&name.table)
        );
        findings.warn_at_key(
            path,
            message,
            format!("a path ends in '/' or one of {}", formats()),
        );
    }
}
