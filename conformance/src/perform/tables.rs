//! How the rows of a case come to the engine.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use data_validator_harness::random::parquet_file;
use data_validator_plugin::{
    CsvFormat, Description, Dialect, FileFormat, LogicalType, NewTable, Outcome, Publication,
    Replacement, Rows, Scalar, Source, Transactions,
};

use super::Performance;
use super::sessions::Sessions;
use super::trouble::{Done, Trouble, fail, unexpected};
use crate::case::publication::table_name;
use crate::case::table::TypedTable;
use crate::suite::job::Job;

/// More rows make no query of literals.
const MOST_LITERALS: usize = 200;

/// The session that makes tables.
const MAKER: &str = "tables of the case";

/// A way in which an engine takes rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The settings' program makes a table.
    Command,
    /// Statements in a session make a table.
    Statements,
    Parquet,
    Csv,
    /// A publication makes a table.
    Publication,
    /// A query that has the values in it.
    Literals,
}

impl Way {
    /// Those that an engine takes a table by, the one by which a case's tables come first.
    pub fn of(description: &Description, job: &Job, table: &TypedTable) -> Vec<Self> {
        let can = &description.capabilities;
        let reads = |format: &str| can.file_formats.iter().any(|reads| reads == format);
        let columns = &table.schema.columns;
        let types = || columns.iter().map(|column| &column.logical_type);
        let are_in_sql = types().all(|it| sql_type(&description.dialect, it).is_some());
        let are_in_csv = types().all(|it| !matches!(it, LogicalType::Time | LogicalType::Binary));
        let are_published = types().all(|it| {
            use LogicalType::{Boolean, Double, Integer, Text, Timestamp};
            matches!(it, Boolean | Integer | Double | Text | Timestamp)
        });
        let ways = [
            (Self::Command, job.tables.is_some() && are_in_sql),
            (
                Self::Statements,
                can.transactions != Transactions::None && are_in_sql,
            ),
            (Self::Parquet, reads("parquet")),
            (Self::Csv, reads("csv") && are_in_csv),
            (Self::Publication, can.publish && are_published),
            (
                Self::Literals,
                are_in_sql && table.rows.len() <= MOST_LITERALS,
            ),
        ];
        let open = ways.into_iter().filter(|(_, is_open)| *is_open);
        open.map(|(way, _)| way).collect()
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Command => "a table that the settings' command makes",
            Self::Statements => "a table that statements make",
            Self::Parquet => "a Parquet file",
            Self::Csv => "a CSV file",
            Self::Publication => "a table that a publication makes",
            Self::Literals => "a query of literals",
        })
    }
}

impl Performance<'_> {
    /// Brings the tables of the case to the engine, where the steps find them by name.
    pub(super) fn bring_tables(&mut self) -> Done {
        let description = self.sessions.engine.describe();
        if self.job.tables.is_some() {
            // What the tables are made in is there then, also for a case without a table.
            run_command(self.job, "")?;
        }
        for table in self.case.body.tables()? {
            let ways = Way::of(&description, self.job, &table);
            let Some(way) = ways.first() else {
                if description.capabilities.ingest {
                    continue;
                }
                let why = format!(
                    "there is no way for the table '{}' to the engine",
                    table.name
                );
                return Err(Trouble::Skip(why));
            };
            let place = format!("bringing the table '{}' as {way}", table.name);
            let source = bring(&mut self.sessions, self.job, *way, &table)
                .map_err(|trouble| trouble.at(&place))?;
            self.sessions.sources.insert(table.name.clone(), source);
            self.skip_unknown_types(&table)
                .map_err(|trouble| trouble.at(&place))?;
        }
        self.sessions.close(MAKER);
        Ok(())
    }

    /// A type that no rule judges by its values is one that the engine does not have.
    fn skip_unknown_types(&mut self, table: &TypedTable) -> Done {
        let source = self.sessions.sources[&table.name].clone();
        let schema = self.sessions.call(MAKER, |session, call| {
            let relation = session.attach(&table.name, &source, call)?;
            session.schema(&relation, call)
        });
        let schema = schema.map_err(|error| unexpected(&error))?;
        for column in &table.schema.columns {
            let found = schema.column(&column.name);
            if let Some(LogicalType::Other(_)) = found.map(|found| &found.logical_type) {
                let wanted = &column.logical_type;
                let why = format!("the engine has no columns of the type '{wanted}'");
                return Err(Trouble::Skip(why));
            }
        }
        Ok(())
    }
}

/// Brings a table to the engine.
pub fn bring(sessions: &mut Sessions, job: &Job, way: Way, table: &TypedTable) -> Done<Source> {
    let dialect = sessions.engine.describe().dialect;
    let file = |ending: &str| {
        let folder = &job.places.folder;
        folder.join(format!("table {}.{ending}", sessions.sources.len()))
    };
    Ok(match way {
        Way::Command => {
            run_command(job, &(statements(&dialect, table).join(";\n") + ";\n"))?;
            Source::Table(table_name(&table.name))
        }
        Way::Statements => {
            for statement in statements(&dialect, table) {
                let executed = sessions.execute(MAKER, &statement);
                executed.map_err(|error| unexpected(&error).at(&statement))?;
            }
            Source::Table(table_name(&table.name))
        }
        Way::Parquet => {
            let path = file("parquet");
            parquet_file::write(&path, &table.for_oracle(), 1000);
            Source::Files {
                format: FileFormat::Parquet,
                paths: vec![path],
            }
        }
        Way::Csv => {
            let path = file("csv");
            write(&path, &csv(table))?;
            Source::Files {
                format: FileFormat::Csv(CsvFormat {
                    delimiter: b',',
                    quote: b'"',
                    schema: table.schema.clone(),
                }),
                paths: vec![path],
            }
        }
        Way::Publication => {
            let name = format!("{} published", table.name);
            let published = sessions.call(MAKER, |session, call| {
                session.publish(&publication(&name, table), call)
            });
            match published.map_err(|error| unexpected(&error))? {
                Outcome::Published => Source::Table(table_name(&name)),
                other => return fail(format!("the answer is {other:?}")),
            }
        }
        Way::Literals => Source::Query(literals(&dialect, table)),
    })
}

/// Copies the rows of a table into a session; what stands for them there.
pub fn copy(sessions: &mut Sessions, table: &TypedTable) -> Done<String> {
    let mut rows = parquet_file::stream(&table.for_oracle());
    let copied = sessions.call("main", |session, call| {
        session.ingest(&table.name, &mut rows, call)
    });
    Ok(copied.map_err(|error| unexpected(&error))?.sql)
}

/// The type's name in the engine's SQL.
fn sql_type(dialect: &Dialect, logical_type: &LogicalType) -> Option<String> {
    match logical_type {
        LogicalType::Time => Some("TIME".into()),
        other => dialect.type_names.of(other),
    }
}

/// A value as SQL.
fn literal(dialect: &Dialect, logical_type: &LogicalType, value: Option<&str>) -> String {
    let type_name = sql_type(dialect, logical_type).unwrap_or_default();
    match value {
        None => format!("CAST(NULL AS {type_name})"),
        Some(text) => format!("CAST({} AS {type_name})", dialect.string(text)),
    }
}

fn rows_of_literals<'t>(
    dialect: &'t Dialect,
    table: &'t TypedTable,
) -> impl Iterator<Item = Vec<String>> + 't {
    table.rows.iter().map(|row| {
        let cells = row.iter().zip(&table.schema.columns);
        let cells =
            cells.map(|(value, column)| literal(dialect, &column.logical_type, value.as_deref()));
        cells.collect()
    })
}

/// Statements that make the table.
fn statements(dialect: &Dialect, table: &TypedTable) -> Vec<String> {
    const ROWS: usize = 500;
    let name = dialect.identifier(&table.name);
    let columns: Vec<String> = table
        .schema
        .columns
        .iter()
        .map(|column| {
            let type_name = sql_type(dialect, &column.logical_type).unwrap_or_default();
            format!("{} {type_name}", dialect.identifier(&column.name))
        })
        .collect();
    let mut statements = vec![format!("CREATE TABLE {name} ({})", columns.join(", "))];
    let rows: Vec<String> = rows_of_literals(dialect, table)
        .map(|row| format!("({})", row.join(", ")))
        .collect();
    let inserts = rows.chunks(ROWS);
    statements.extend(inserts.map(|rows| format!("INSERT INTO {name} VALUES {}", rows.join(", "))));
    statements
}

/// A query that gives the table's rows.
fn literals(dialect: &Dialect, table: &TypedTable) -> String {
    let columns = &table.schema.columns;
    let named = |values: Vec<String>| {
        let values = values.iter().zip(columns);
        let named = values
            .map(|(value, column)| format!("{value} AS {}", dialect.identifier(&column.name)));
        format!("SELECT {}", named.collect::<Vec<_>>().join(", "))
    };
    if table.rows.is_empty() {
        let nulls = columns.iter();
        let nulls = nulls.map(|column| literal(dialect, &column.logical_type, None));
        return format!("{} WHERE 1 = 0", named(nulls.collect()));
    }
    let rows = rows_of_literals(dialect, table).map(named);
    rows.collect::<Vec<_>>().join(" UNION ALL ")
}

/// The table as a CSV file: an empty field is NULL, and every value is in quotes.
fn csv(table: &TypedTable) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |fields: Vec<String>| fields.join(",") + "\n";
    let names = table.schema.columns.iter();
    let mut csv = line(names.map(|column| quoted(&column.name)).collect());
    for row in &table.rows {
        let fields = row.iter();
        csv += &line(
            fields
                .map(|value| value.as_deref().map(quoted).unwrap_or_default())
                .collect(),
        );
    }
    csv
}

fn publication(name: &str, table: &TypedTable) -> Publication {
    let cell = |value: &Option<String>, logical_type: &LogicalType| match (value, logical_type) {
        (None, _) => Scalar::Null,
        (Some(text), LogicalType::Boolean) => Scalar::Boolean(text == "true"),
        (Some(text), LogicalType::Integer) => match text.parse::<i64>() {
            Ok(number) => Scalar::Number(number.into()),
            Err(_) => Scalar::Text(text.clone()),
        },
        (Some(text), _) => Scalar::Text(text.clone()),
    };
    let columns = &table.schema.columns;
    let rows = table.rows.iter().map(|row| {
        let cells = row.iter().zip(columns);
        cells
            .map(|(value, column)| cell(value, &column.logical_type))
            .collect()
    });
    Publication {
        key: format!("table {name}"),
        fence: None,
        create: vec![NewTable {
            table: table_name(name),
            schema: table.schema.clone(),
        }],
        tables: vec![Replacement {
            table: table_name(name),
            delete: Rows::default(),
            insert: Rows {
                columns: columns.iter().map(|column| column.name.clone()).collect(),
                rows: rows.collect(),
            },
        }],
    }
}

/// Has the settings' program run the statements.
fn run_command(job: &Job, sql: &str) -> anyhow::Result<()> {
    let command = job
        .tables
        .as_ref()
        .context("the settings have no 'tables'")?;
    let words = command.command.iter().map(|word| job.places.fill(word));
    let words: Vec<String> = words.collect::<anyhow::Result<_>>()?;
    let (program, arguments) = words.split_first().context("'tables' has no command")?;
    let mut process = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {program}, which makes tables"))?;
    if let Some(mut input) = process.stdin.take() {
        write!(input, "{sql}").with_context(|| format!("telling {program}"))?;
    }
    let ended = process.wait_with_output().context("making tables")?;
    ensure!(
        ended.status.success(),
        "{program}, which makes tables, ends with {}: {}",
        ended.status,
        String::from_utf8_lossy(&ended.stderr).trim()
    );
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// A source as a config has it.
pub fn in_config(source: &Source) -> serde_json::Value {
    use serde_json::json;
    match source {
        Source::Table(name) => json!({"table": name.table}),
        Source::Query(query) => json!({"query": query}),
        Source::Files { paths, .. } => {
            let path = paths.first().map_or_else(PathBuf::new, Clone::clone);
            json!({"path": path})
        }
    }
}
