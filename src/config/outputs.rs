//! Where rows and results go besides the report: the keys of `outputs`, and of the Python package's `dqx`.

use std::path::{Path, PathBuf};

use data_validator_plugin::TableName;

use super::fields::Fields;
use super::source;

/// What stands in an output for the name of the table.
const TABLE: &str = "{table}";

/// Keys of `dqx` that mean the same as `metrics` and `quarantine` of `outputs`.
const DQX_METRICS: &str = "metrics_table";
const DQX_QUARANTINE: &str = "quarantine_table";

/// Places for rows, and for results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// Rows that fail no rule.
    pub clean: Option<Output>,
    /// Rows that fail a rule, with the names of the rules.
    pub quarantine: Option<Output>,
    /// Results of rules, as it is written; nothing is written there yet.
    pub metrics: Option<String>,
}

/// Where rows go, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    text: String,
    /// Where a relative path starts.
    folder: PathBuf,
}

/// Where the rows of one table go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A Parquet file.
    File(PathBuf),
    /// A table of the engine that holds the rows.
    Table(TableName),
}

impl Outputs {
    /// Reads the keys `outputs` and `dqx` of a config with so many tables.
    pub fn read(mut fields: Fields<'_>, mut dqx: Fields<'_>, folder: &Path, tables: usize) -> Self {
        let mut outputs = Self {
            clean: read_output(&mut fields, "clean", folder, tables),
            quarantine: read_output(&mut fields, "quarantine", folder, tables),
            metrics: fields.optional("metrics"),
        };
        outputs.read_dqx(&mut dqx, folder);
        warn_of_what_is_not_written(&fields, "metrics");
        warn_of_what_is_not_written(&dqx, DQX_METRICS);
        dqx.finish();
        fields.finish();
        outputs
    }

    /// What the Python tool took for Databricks; it says nothing about the data, but where rows and results go.
    fn read_dqx(&mut self, dqx: &mut Fields<'_>, folder: &Path) {
        let refuse_second = |dqx: &mut Fields<'_>, key, meant| {
            let message = format!("'dqx.{key}' and 'outputs.{meant}' name two places");
            dqx.refuse(key, &message, "keep one of them");
        };
        if let Some(text) = dqx.optional::<String>(DQX_METRICS) {
            match &self.metrics {
                Some(known) if *known != text => refuse_second(dqx, DQX_METRICS, "metrics"),
                _ => self.metrics = Some(text),
            }
        }
        if let Some(text) = dqx.optional::<String>(DQX_QUARANTINE) {
            let folder = folder.to_owned();
            match &self.quarantine {
                Some(known) if known.text != text => {
                    refuse_second(dqx, DQX_QUARANTINE, "quarantine");
                }
                _ => self.quarantine = Some(Output { text, folder }),
            }
        }
        for (key, _) in dqx.entries() {
            if ![DQX_METRICS, DQX_QUARANTINE].contains(&key) {
                let message = format!("'dqx.{key}' has no effect here");
                dqx.findings().warn_at_key(
                    &dqx.path().key(key),
                    message,
                    "remove it, or keep it for the Python tool",
                );
            }
        }
    }

    /// The places for rows that are given, with their keys.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &Output)> {
        let outputs = [("clean", &self.clean), ("quarantine", &self.quarantine)];
        outputs
            .into_iter()
            .filter_map(|(key, output)| Some((key, output.as_ref()?)))
    }
}

impl Output {
    /// The target for a table's rows.
    ///
    /// # Errors
    /// When the name of the table cannot be part of a path: a message.
    pub fn target(&self, table: &str) -> Result<Target, String> {
        let is_path = self.is_file() && self.text.contains(TABLE);
        if is_path && (table.contains(['/', '\\', '\0']) || table.starts_with('.')) {
            return Err(format!(
                "the name of table '{table}' cannot be put into the path '{}'",
                self.text
            ));
        }
        let text = self.text.replace(TABLE, table);
        Ok(match self.is_file() {
            true => Target::File(self.folder.join(text)),
            false => Target::Table(source::relation(&text)),
        })
    }

    fn is_file(&self) -> bool {
        let path = Path::new(&self.text);
        path.extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
    }
}

fn read_output(fields: &mut Fields<'_>, key: &str, folder: &Path, tables: usize) -> Option<Output> {
    let text: String = fields.optional(key)?;
    let ending = Path::new(&text)
        .extension()
        .and_then(|ending| ending.to_str());
    let other_file = ending.is_some_and(|ending| {
        let kind = super::FileKind::of_name(ending);
        kind.is_some_and(|kind| kind != super::FileKind::Parquet)
    });
    if text.trim().is_empty() {
        fields.refuse(
            key,
            &format!("'{key}' is empty"),
            "name a table or a .parquet file",
        );
        return None;
    }
    if other_file
        || text.contains(['/', '\\'])
            && !ending.is_some_and(|it| it.eq_ignore_ascii_case("parquet"))
    {
        fields.refuse(
            key,
            &format!("'{text}' is neither a table nor a Parquet file"),
            "end the path in .parquet, or name a table of the engine",
        );
        return None;
    }
    if tables > 1 && !text.contains(TABLE) {
        let message = format!("'{text}' is one place for the rows of {tables} tables");
        let hint = format!("put '{TABLE}' into it, which stands for the name of the table");
        fields
            .findings()
            .warn_at_key(&fields.path().key(key), message, hint);
    }
    Some(Output {
        text,
        folder: folder.to_owned(),
    })
}

/// That nothing is written there by this version must not be overlooked.
fn warn_of_what_is_not_written(fields: &Fields<'_>, key: &str) {
    if fields.was_given(key) {
        fields.findings().warn_at_key(
            &fields.path().key(key),
            format!("'{key}' is read, but nothing is written there by this version yet"),
            "expect the report alone",
        );
    }
}
