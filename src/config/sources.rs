//! Sources that the command line gives: a file of sources, and overrides.

use std::path::{Path, PathBuf};

use data_validator_plugin::Dialect;
use serde_yaml::Value;

use crate::similar::did_you_mean;

use super::SourceSpec;
use super::diagnostic::{Diagnostic, Place};
use super::findings::Findings;
use super::path::KeyPath;
use super::source;
use super::table::Shared;
use super::untrusted::sources::Written;

/// Sources by table that win over those in the config; an override wins over the file.
#[derive(Default)]
pub struct GivenSources {
    pub file: Option<SourcesFile>,
    /// Names of tables with what `--override` says; relative paths start from the working directory.
    pub overrides: Vec<(String, String)>,
}

/// A file that maps tables to sources.
pub struct SourcesFile {
    pub value: Value,
    pub findings: Findings,
    pub folder: PathBuf,
}

impl GivenSources {
    /// Whether a source is given for a table.
    pub fn names(&self, table: &str) -> bool {
        self.override_of(table).is_some()
            || self
                .file
                .as_ref()
                .is_some_and(|file| file.get(table).is_some())
    }

    /// The source of a table, where `written` is what the config says.
    ///
    /// All that is written is checked, also where something else wins.
    pub fn of_table(
        &self,
        table: &str,
        written: Option<(&Value, KeyPath)>,
        shared: &Shared<'_>,
        engine: &str,
        dialect: &Dialect,
    ) -> Option<SourceSpec> {
        let in_config = written.map(|(value, path)| Written {
            value,
            path,
            findings: shared.findings,
            folder: shared.folder,
        });
        let in_file = self.file.as_ref().and_then(|file| {
            Some(Written {
                value: file.get(table)?,
                path: KeyPath::default().key(table),
                findings: &file.findings,
                folder: &file.folder,
            })
        });
        let overridden = self.override_of(table);
        let read = |written: &Written<'_>, counts: bool| match shared.guard {
            Some(guard) if counts => guard.read_source(written, engine, dialect),
            // A stranger's source that something else replaces does no harm.
            Some(guard) if guard.is_refused(written) => None,
            _ => written.read(dialect),
        };
        let config_counts = overridden.is_none() && in_file.is_none();
        let config_source = in_config.map(|written| read(&written, config_counts));
        let file_source = in_file.map(|written| read(&written, overridden.is_none()));
        let override_source = overridden.map(|text| {
            let source = source::from_text(text, Path::new(""));
            let source = source.and_then(|source| match shared.guard {
                Some(guard) => guard.users_source(source),
                None => Ok(source),
            });
            let refuse = |(message, hint): source::Refusal| {
                let place = override_place(table, text);
                shared.findings.error(place, message, hint);
            };
            source.map_err(refuse).ok()
        });
        override_source.or(file_source).or(config_source)?
    }

    /// Refuses sources of tables that the config does not have.
    pub fn refuse_unknown(&self, tables: &[&str], findings: &Findings) {
        let known = || format!("tables of the config: {}", tables.join(", "));
        let hint = |name: &str| did_you_mean(name, tables.iter().copied()).unwrap_or_else(known);
        for (name, text) in &self.overrides {
            if !tables.contains(&name.as_str()) {
                findings.error(
                    override_place(name, text),
                    format!("unknown table '{name}'"),
                    hint(name),
                );
            }
        }
        for key in self.file.iter().flat_map(SourcesFile::tables) {
            if !tables.contains(&key) {
                let findings = self.file.as_ref().map_or(findings, |file| &file.findings);
                findings.at_key(
                    &KeyPath::default().key(key),
                    format!("unknown table '{key}'"),
                    hint(key),
                );
            }
        }
    }

    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.file
            .map(|file| file.findings.into_diagnostics())
            .unwrap_or_default()
    }

    fn override_of(&self, table: &str) -> Option<&str> {
        self.overrides
            .iter()
            .rev()
            .find(|(name, _)| name == table)
            .map(|(_, text)| text.as_str())
    }
}

impl SourcesFile {
    fn get(&self, table: &str) -> Option<&Value> {
        self.value.get(table).filter(|value| !value.is_null())
    }

    fn tables(&self) -> impl Iterator<Item = &str> {
        self.value
            .as_mapping()
            .into_iter()
            .flat_map(|mapping| mapping.keys())
            .filter_map(Value::as_str)
    }
}

fn override_place(table: &str, text: &str) -> Place {
    Place::CommandLine(format!("--override {table}={text}"))
}
