//! Where the rows of each table go, and why they may not go there.

use std::path::Path;

use data_validator_plugin::TableName;

use crate::config::{Config, Output, SourceSpec, Table, Target};
use crate::error::Error;
use crate::sources;

/// Where the rows of one table go; at least one is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    pub clean: Option<Target>,
    pub quarantine: Option<Target>,
}

impl Places {
    /// The places that are given, the quarantine first.
    pub fn each(&self) -> impl Iterator<Item = &Target> {
        self.quarantine.iter().chain(&self.clean)
    }
}

/// The places for the rows of these tables, in their order.
///
/// # Errors
/// When the config names none, one would take the rows of two tables, or one is read by a table.
pub fn places<'t>(
    config: &Config,
    tables: impl IntoIterator<Item = &'t Table>,
) -> Result<Vec<Places>, Error> {
    let outputs = &config.outputs;
    if outputs.each().next().is_none() {
        return Err(Error::usage(
            "the config says nowhere to write rows".into(),
            "set outputs.clean, outputs.quarantine or both",
        ));
    }
    let mut taken: Vec<(&Table, Target)> = Vec::new();
    let mut places = Vec::new();
    for table in tables {
        let mut place = |output: Option<&Output>| -> Result<Option<Target>, Error> {
            let Some(output) = output else {
                return Ok(None);
            };
            let target = output
                .target(&table.name)
                .map_err(|message| Error::usage(message, "give the table another name"))?;
            refuse_taken(&target, table, &taken)?;
            refuse_own_files(&target, config)?;
            refuse_source(&target, table, config)?;
            taken.push((table, target.clone()));
            Ok(Some(target))
        };
        places.push(Places {
            clean: place(outputs.clean.as_ref())?,
            quarantine: place(outputs.quarantine.as_ref())?,
        });
    }
    Ok(places)
}

fn refuse_taken(target: &Target, table: &Table, taken: &[(&Table, Target)]) -> Result<(), Error> {
    let same = |(other, known): &&(&Table, Target)| match (target, known) {
        (Target::File(path), Target::File(known)) => path == known,
        (Target::Table(name), Target::Table(known)) => {
            other.engine == table.engine && may_be_same(name, known)
        }
        _ => false,
    };
    match taken.iter().find(same) {
        None => Ok(()),
        Some((other, _)) if other.name == table.name => Err(Error::usage(
            format!(
                "clean and quarantined rows of table '{}' would both be written to {}",
                table.name,
                shown(target)
            ),
            "give each a place of its own",
        )),
        Some((other, _)) => Err(Error::usage(
            format!(
                "rows of table '{}' and of table '{}' would both be written to {}",
                other.name,
                table.name,
                shown(target)
            ),
            "put '{table}' into the output, which stands for the name of the table",
        )),
    }
}

/// The config and its state are not written over.
fn refuse_own_files(target: &Target, config: &Config) -> Result<(), Error> {
    let Target::File(path) = target else {
        return Ok(());
    };
    let state = config.pipeline.state_file.as_deref();
    let same = |own: &Path| path == own;
    if same(&config.file) || state.is_some_and(same) {
        let message = format!("{} is the config's own file", path.display());
        return Err(Error::usage(message, "give the rows a file of their own"));
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let failed = |why: &str, hint: &str| {
        Err(Error::output(
            format!("writing {}: {why}", path.display()),
            hint,
        ))
    };
    if path.is_dir() {
        return failed("it is a folder", "name a file in it");
    }
    if !folder.unwrap_or(Path::new(".")).is_dir() {
        return failed(
            "its folder does not exist",
            "make the folder, or choose another path",
        );
    }
    Ok(())
}

/// What is written over a source would be judged by the next run, and the rows would be lost.
fn refuse_source(target: &Target, table: &Table, config: &Config) -> Result<(), Error> {
    let reads = |source: &SourceSpec, engine: &str| match (target, source) {
        (Target::File(path), source) => sources::reads_file(source, path),
        (Target::Table(name), SourceSpec::Table(source)) => {
            engine == table.engine && may_be_same(name, source)
        }
        _ => false,
    };
    let reads_other = |reader: &Table| {
        let others = reader.rules.iter().filter_map(|it| it.check.other());
        let mut places = others.map(|other| other.place(reader, config));
        places.any(|place| reads(place.source, place.engine))
    };
    let mut readers = config.tables.iter();
    match readers.find(|it| reads(&it.source, &it.engine) || reads_other(it)) {
        None => Ok(()),
        Some(reader) => Err(Error::usage(
            format!(
                "writing to {} would change what table '{}' reads",
                shown(target),
                reader.name
            ),
            "give the rows a place that no table reads",
        )),
    }
}

/// Whether two names may mean one table; a name without schema may be in any.
fn may_be_same(left: &TableName, right: &TableName) -> bool {
    let part = |left: &Option<String>, right: &Option<String>| match (left, right) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
        _ => true,
    };
    left.table.eq_ignore_ascii_case(&right.table)
        && part(&left.schema, &right.schema)
        && part(&left.catalog, &right.catalog)
}

/// A target in words.
pub fn shown(target: &Target) -> String {
    match target {
        Target::File(path) => path.display().to_string(),
        Target::Table(name) => name.parts().collect::<Vec<_>>().join("."),
    }
}
