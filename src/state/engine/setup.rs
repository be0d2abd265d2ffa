//! Makes the tables, or shows how they are made.

use data_validator_plugin::{Description, EngineError, ErrorClass, Publication, Transactions};
use uuid::Uuid;

use super::error::{MAKING, failed};
use super::read::{Part, read};
use super::rows::StateRows;
use super::tables::{INDEXES, VERSION, kind, named, new_tables};
use crate::config::StateInEngine;
use crate::engines::connection::{Connection, Limits};
use crate::state::JsonText;
use crate::state::error::{StateError, StateErrorKind};

/// Rows of no state.
const NO_STATE: &str = "";

/// Makes what is missing of the schema, the tables and their indexes; what is there stays as it is.
///
/// # Errors
/// When the role of the engine may not, or the tables are of a newer version.
pub fn init(
    mut connection: Connection,
    place: &StateInEngine,
    limits: Limits<'_>,
) -> Result<(), StateError> {
    let attempted = |error: EngineError| failed(place, MAKING, &error);
    if let Some(sql) = create_schema(connection.description(), place) {
        let created = connection.call(limits, |session, call| session.execute(&sql, call));
        created.result.map_err(attempted)?;
    }
    match read(&mut connection, place, Part::Head, limits) {
        Err(error) if error.kind == StateErrorKind::Newer => return Err(error),
        _ => {}
    }
    let mut rows = StateRows::of(place, NO_STATE);
    rows.replace(kind::VERSION, "", Some(&JsonText::of(&VERSION)));
    let publication = Publication {
        // One of its own each time: tables that were dropped are made again.
        key: format!("{} init {}", place.schema, Uuid::now_v7()),
        fence: None,
        create: new_tables(place),
        tables: vec![rows.replacement],
    };
    let published = connection.publish(&publication, limits);
    published.result.map_err(attempted)?;
    for sql in create_indexes(connection.description(), place) {
        let created = connection.call(limits, |session, call| session.execute(&sql, call));
        match created.result {
            // Another process makes it at this moment.
            Err(error) if is_there(&error) => {}
            Err(error) => log::warn!("{place} goes without an index and is slower: {error}"),
            Ok(_) => {}
        }
    }
    Ok(())
}

fn is_there(error: &EngineError) -> bool {
    matches!(
        error.class,
        ErrorClass::AlreadyExists | ErrorClass::Integrity
    )
}

/// The SQL that does the same, for who makes tables by hand.
///
/// # Errors
/// When the engine makes tables without SQL.
pub fn setup_sql(description: &Description, place: &StateInEngine) -> Result<String, StateError> {
    let attempted = |error: EngineError| failed(place, MAKING, &error);
    let dialect = &description.dialect;
    let (Some(create_schema), Some(own)) = (
        create_schema(description, place),
        &description.publication_setup,
    ) else {
        let message = format!(
            "{MAKING} {place}: engine {} does that without SQL",
            description.name
        );
        return Err(StateError {
            kind: StateErrorKind::Engine,
            message,
            hint: "run 'data-validator state init' without --print-sql".to_owned(),
        });
    };
    let mut sql = format!("{}\n{create_schema};\n", own.trim_end());
    for table in new_tables(place) {
        let create = dialect.create_table(&table).map_err(attempted)?;
        sql.push_str(&format!("{create};\n"));
    }
    for create in create_indexes(description, place) {
        sql.push_str(&format!("{create};\n"));
    }
    let mut rows = StateRows::of(place, NO_STATE);
    rows.replace(kind::VERSION, "", Some(&JsonText::of(&VERSION)));
    let table = dialect.table(&rows.replacement.table);
    let [state, kind_column] = ["state", "kind"].map(|name| dialect.identifier(name));
    let (no_state, version) = (dialect.string(NO_STATE), dialect.string(kind::VERSION));
    sql.push_str(&format!(
        "DELETE FROM {table} WHERE {state} = {no_state} AND {kind_column} = {version};\n\
         INSERT INTO {table} VALUES ({no_state}, {version}, {no_state}, {});\n",
        dialect.string(&VERSION.to_string())
    ));
    Ok(sql)
}

/// None for an engine in the host's process, which reads columns whole: DuckDB was no faster with indexes, and slower
/// where rows only come.
fn create_indexes(description: &Description, place: &StateInEngine) -> Vec<String> {
    let dialect = &description.dialect;
    if description.capabilities.embedded
        || description.capabilities.transactions != Transactions::Ddl
    {
        return Vec::new();
    }
    let create = |(table, columns): &(&str, [&str; 3])| {
        format!(
            "CREATE INDEX IF NOT EXISTS {} ON {} ({})",
            dialect.identifier(&format!("{table}_by_name")),
            dialect.table(&named(place, table)),
            columns.map(|column| dialect.identifier(column)).join(", ")
        )
    };
    INDEXES.iter().map(create).collect()
}

/// `None` for an engine whose schemas need not be made.
fn create_schema(description: &Description, place: &StateInEngine) -> Option<String> {
    let schema = description.dialect.identifier(&place.schema);
    (description.capabilities.transactions == Transactions::Ddl)
        .then(|| format!("CREATE SCHEMA IF NOT EXISTS {schema}"))
}
