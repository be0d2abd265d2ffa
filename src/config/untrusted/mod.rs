//! A config from a stranger, such as that of a pull request: what it must not do.
//!
//! What is written in a file is the stranger's, also in a file of sources; what comes from the environment
//! and the command line is the user's, and is not looked at. A stranger's config gets no code to run, no SQL
//! and no pattern that this program did not make, no file outside of its folder, no value of the environment
//! that was not allowed, and no server that the user did not choose. It can still ask for much work, and read
//! all that the session may: that is for the system and the engine to bound.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

use super::diagnostic::{Diagnostic, Place};
use super::document::{Document, RuleDocument, TableDocument};
use super::fields::Fields;
use super::findings::Findings;
use super::path::KeyPath;
use super::source::Refusal;
use crate::engines::catalog::Catalog;

pub mod confined;
mod engines;
pub mod sources;

use confined::{hidden_part, lies_within, link_out, link_out_beside};

/// What a config from a stranger is allowed all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Untrusted {
    /// Variables of the environment that `${env:…}` may ask for.
    pub allowed_variables: BTreeSet<String>,
}

impl Untrusted {
    /// Whether a text of the stranger's may have this place, `env:NAME` or the like, filled.
    ///
    /// # Errors
    /// Message and hint.
    pub fn admit_place(&self, place: &str) -> Result<(), Refusal> {
        match place.split_once(':') {
            Some(("env", name)) if !self.allowed_variables.contains(name) => Err((
                "an untrusted config must not ask for this variable of the environment".to_owned(),
                format!(
                    "allow it with --allow-env {name}; its value is then no secret to who wrote the config"
                ),
            )),
            Some(("file", _)) => Err((
                "an untrusted config must not have the content of a file put into it".to_owned(),
                "write the value, or set it with a VALIDATOR_… variable".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

/// Refuses what a stranger's config must not do.
pub struct Guard<'a> {
    /// The config's folder, canonical.
    folder: PathBuf,
    /// The engine that the command line names.
    named_engine: Option<&'a str>,
    /// The engines, by their names in the config, whose connection is the user's.
    given_engines: BTreeSet<&'a str>,
}

/// Rule types that take neither SQL nor the name of another table. One that is not among them is refused.
const HARMLESS_RULE_TYPES: &[&str] = &[
    "completeness",
    "uniqueness",
    "primary_key",
    "range",
    "pattern",
    "accepted_values",
    "rejected_values",
    "length",
    "format",
    "castable",
    "comparison",
    "not_in_future",
    "freshness",
    "row_count",
    "aggregate",
    "schema",
];

const SQL_HINT: &str = "use the rule types that need none, or run the config without --untrusted once you have read it";

impl<'a> Guard<'a> {
    /// For a config in this folder, empty for the working directory, where the command line names an engine.
    ///
    /// # Errors
    /// The folder cannot be looked at, so that nothing could be refused.
    pub fn of(folder: &Path, named_engine: Option<&'a str>) -> Result<Self, Diagnostic> {
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        let failed = |error: std::io::Error| {
            let place = Place::File(folder.to_owned());
            let hint = "give the path of a YAML file in a folder that can be read";
            Diagnostic::error(
                place,
                format!("the config's folder cannot be used: {error}"),
                hint,
            )
        };
        Ok(Self {
            folder: folder.canonicalize().map_err(failed)?,
            named_engine,
            given_engines: BTreeSet::new(),
        })
    }

    /// The folder that files must lie in, canonical.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Refuses what can be seen in the config itself, and keeps the catalog from looking for engines that
    /// only the config names. Sources are looked at when it is known which of them counts.
    pub fn check(
        &mut self,
        document: &Document<'a>,
        default_engine: Option<&'a str>,
        findings: &Findings,
        catalog: &mut Catalog,
    ) {
        refuse_plugins(document, findings);
        self.refuse_state_file(&document.pipeline, findings);
        refuse_state_in_engine(&document.pipeline, findings);
        refuse_outputs(document, findings);
        self.check_engines(document, default_engine, findings, catalog);
        let rules = document.tables.iter().flat_map(|table| &table.rules);
        for rule in rules.chain(&document.global_rules) {
            refuse_in_rule(rule, findings);
        }
        for table in &document.tables {
            if table.scope.is_some() {
                refuse_sql(&table.path.key("where"), findings);
            }
            if table.data_version.is_sql() {
                refuse_sql(&table.path.key("data_version").key("sql"), findings);
            }
            refuse_samples(table, findings);
        }
    }

    /// A state file is written to, and so are those beside it.
    fn refuse_state_file(&self, pipeline: &Fields<'_>, findings: &Findings) {
        let path = pipeline.path().key("state_file");
        let written = pipeline.value("state_file").and_then(Value::as_str);
        let Some(text) = written.filter(|_| is_of_the_file(&path, findings)) else {
            return;
        };
        let file = self.folder.join(text);
        if let Err((message, hint)) = refuse_link_beside(&file, &self.folder) {
            findings.at_value(&path, message, hint);
        } else if !lies_within(&file, &self.folder)
            || (file.parent()).is_none_or(|parent| hidden_part(parent, &self.folder).is_some())
        {
            let message = format!(
                "the state file '{text}' lies outside of the config's folder, or in a hidden one, where an untrusted config \
                 must not write"
            );
            let hint =
                "name a file in the folder itself, or give one with VALIDATOR_PIPELINE__STATE_FILE";
            findings.at_value(&path, message, hint);
        }
    }
}

/// Why a stranger's config must not read a file or folder; `None` for one that it may.
pub fn refusal_of_file(path: &Path, folder: &Path) -> Option<Refusal> {
    if let Err(refusal) = refuse_link(path, folder) {
        // The link is told, and nothing of what lies behind it.
        return Some(refusal);
    }
    if !lies_within(path, folder) {
        return Some(outside(path));
    }
    let hidden = hidden_part(path, folder)?;
    let message = format!(
        "{} is hidden by '{hidden}', where programs keep passwords too, so an untrusted config must not read it",
        path.display()
    );
    Some((
        message,
        "give the file a name that does not begin with a dot".to_owned(),
    ))
}

fn outside(path: &Path) -> Refusal {
    let message = format!(
        "{} lies outside of the config's folder, which an untrusted config must not read",
        path.display()
    );
    let hint = "put the files into the folder, or name them with --override TABLE=PATH";
    (message, hint.to_owned())
}

/// Refuses a path that a link in the folder of a stranger's config leads out of it.
///
/// # Errors
/// Message and hint.
pub fn refuse_link(path: &Path, folder: &Path) -> Result<(), Refusal> {
    link_out(path, folder).map_or(Ok(()), |link| Err(led_out(&link)))
}

/// As [`refuse_link`], for a file that is written and that others of its name stand beside.
///
/// # Errors
/// Message and hint.
pub fn refuse_link_beside(path: &Path, folder: &Path) -> Result<(), Refusal> {
    link_out_beside(path, folder).map_or(Ok(()), |link| Err(led_out(&link)))
}

fn led_out(link: &Path) -> Refusal {
    let message = format!(
        "{} is a link in the config's folder that leads out of it, which an untrusted config must not",
        link.display()
    );
    (message, "put the file itself into the folder".to_owned())
}

/// Whether what stands there is from the file, and so from the stranger.
fn is_of_the_file(path: &KeyPath, findings: &Findings) -> bool {
    !findings.places().is_from_elsewhere(path)
}

fn refuse_plugins(document: &Document<'_>, findings: &Findings) {
    let plugins = document.plugins.iter();
    for plugin in plugins.filter(|plugin| !plugin.is_from_elsewhere(findings)) {
        findings.at_value(
            &plugin.path,
            "a plugin runs with all rights of who starts it, so an untrusted config must not name one",
            "give it with --plugin FILE if you trust it",
        );
    }
}

/// Tables of an engine are written to, which a stranger must not choose.
fn refuse_state_in_engine(pipeline: &Fields<'_>, findings: &Findings) {
    let path = pipeline.path().key("state");
    let is_file = |value: &Value| value.as_str() == Some("file");
    let is_elsewhere = pipeline.value("state").is_some_and(|value| !is_file(value));
    if is_elsewhere && is_of_the_file(&path, findings) {
        findings.at_value(
            &path,
            "a state is written there, so an untrusted config must not choose an engine for it",
            "give it as VALIDATOR_PIPELINE__STATE=engine, or name a file with 'state_file'",
        );
    }
}

/// What `filter` writes takes the place of what is there.
fn refuse_outputs(document: &Document<'_>, findings: &Findings) {
    let keys = [
        (&document.outputs, "clean"),
        (&document.outputs, "quarantine"),
        (&document.dqx, "quarantine_table"),
    ];
    for (fields, key) in keys {
        let path = fields.path().key(key);
        if fields.value(key).is_some() && is_of_the_file(&path, findings) {
            findings.at_value(
                &path,
                "rows are written there in the place of others, so an untrusted config must not choose it",
                format!("give it as VALIDATOR_OUTPUTS__{}=…", key.trim_end_matches("_table").to_uppercase()),
            );
        }
    }
}

/// Rows of data in a report are read by who wrote the config.
fn refuse_samples(table: &TableDocument<'_>, findings: &Findings) {
    let path = table.path.key("samples");
    if table.samples.most > 0 && is_of_the_file(&path, findings) {
        findings.at_value(
            &path,
            "samples put rows of data into the report, so an untrusted config must not ask for any",
            "ask for them with --samples NUMBER",
        );
    }
}

fn refuse_in_rule(rule: &RuleDocument<'_>, findings: &Findings) {
    let (own, parameters) = (rule.fields.path(), rule.parameters.path());
    let keys = [
        (&rule.fields, own.key("where"), "where"),
        (&rule.fields, own.key("expression"), "expression"),
        (&rule.parameters, parameters.key("expression"), "expression"),
    ];
    for (fields, path, key) in keys {
        if fields.was_given(key) {
            refuse_sql(&path, findings);
        }
    }
    refuse_rule_type(rule, findings);
    let native = parameters.key("native");
    let is_native = rule
        .parameters
        .value("native")
        .is_some_and(|value| *value != Value::Bool(false));
    if is_native && is_of_the_file(&native, findings) {
        findings.at_value(
            &native,
            "an engine reads a native pattern as it stands, so an untrusted config must not have one",
            "write the pattern in the portable subset, without 'native'",
        );
    }
}

/// The SQL of a custom rule is refused where it stands; of another type it is not known what it would do.
fn refuse_rule_type(rule: &RuleDocument<'_>, findings: &Findings) {
    let path = rule.fields.path().key("rule_type");
    let Some(name) = rule.rule_type.as_deref() else {
        return;
    };
    let is_harmless = HARMLESS_RULE_TYPES.contains(&name) || name == "custom";
    if is_harmless || crate::rules::rule_type(name).is_none() || !is_of_the_file(&path, findings) {
        return;
    }
    let message = format!("an untrusted config must not have rules of the type '{name}'");
    let hint = "such a rule reads more than its own table; run the config without --untrusted once you have read it";
    findings.at_value(&path, message, hint);
}

fn refuse_sql(path: &KeyPath, findings: &Findings) {
    if is_of_the_file(path, findings) {
        let message = format!(
            "{} is custom SQL, which can read whatever the engine can, so an untrusted config must not have any",
            path.name()
        );
        findings.at_value(path, message, SQL_HINT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new rule type is refused until somebody has thought about it: put it into the list above if it takes
    /// neither SQL nor the name of another table or file, else into the one below.
    #[test]
    fn it_is_decided_of_every_rule_type() {
        const REFUSED: &[&str] = &["custom", "foreign_key", "reconcile"];
        for name in crate::rules::names() {
            assert!(
                HARMLESS_RULE_TYPES.contains(&name) != REFUSED.contains(&name),
                "nobody decided whether an untrusted config may have rules of the type '{name}'"
            );
        }
    }
}
