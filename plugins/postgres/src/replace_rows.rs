//! Rows of a table that go, and rows that come.

use std::collections::BTreeMap;

use data_validator_plugin::{EngineError, ErrorClass, Replacement, Rows, Scalar, TableName};
use tokio_postgres::types::{ToSql, Type};

use crate::cancel::Running;
use crate::session::PostgresSession;

/// So many rows go in one statement.
const ROWS_PER_STATEMENT: usize = 5000;

/// One column's values as text, for which PostgreSQL's type reads them.
type Texts = Vec<Option<String>>;

impl PostgresSession {
    /// Deletes, then inserts.
    pub fn replace(
        &mut self,
        replacement: &Replacement,
        running: &Running,
    ) -> Result<(), EngineError> {
        let types = self.types_of(&replacement.table, running)?;
        let named = |error: EngineError| {
            error.context(format_args!(
                "table {}",
                self.dialect.table(&replacement.table)
            ))
        };
        let delete = columns(&replacement.delete, &types).map_err(named)?;
        let insert = columns(&replacement.insert, &types).map_err(named)?;
        let table = self.dialect.table(&replacement.table);
        // Whether a value is there decides how rows are compared, so rows are taken by that.
        let mut by_nulls: BTreeMap<Vec<bool>, Vec<&[Scalar]>> = BTreeMap::new();
        for row in &replacement.delete.rows {
            let nulls = row.iter().map(|value| *value == Scalar::Null).collect();
            by_nulls.entry(nulls).or_default().push(row);
        }
        for (nulls, rows) in by_nulls {
            let sql = self.delete_sql(&table, &delete, &nulls);
            self.change_rows(&sql, &rows, delete.len(), running)?;
        }
        let rows: Vec<&[Scalar]> = replacement.insert.rows.iter().map(Vec::as_slice).collect();
        let sql = self.insert_sql(&table, &insert);
        self.change_rows(&sql, &rows, insert.len(), running)
    }

    /// The types of a table's columns by name, written so that a cast to them cuts nothing off.
    fn types_of(
        &mut self,
        table: &TableName,
        running: &Running,
    ) -> Result<BTreeMap<String, String>, EngineError> {
        const SQL: &str = "SELECT attname::text, format_type(atttypid, -1) FROM pg_attribute \
                           WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped";
        let quoted = self.dialect.table(table);
        let rows = self.step(running, SQL, |link| {
            link.rows(SQL, &[(&quoted, Type::TEXT)])
        })?;
        if rows.is_empty() {
            let message = format!("there is no table {quoted}; make it first");
            return Err(EngineError::new(ErrorClass::NotFound, message));
        }
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    fn delete_sql(&self, table: &str, columns: &[(String, String)], nulls: &[bool]) -> String {
        let conditions =
            columns
                .iter()
                .zip(nulls)
                .enumerate()
                .map(|(index, ((name, _), is_null))| {
                    let name = self.dialect.identifier(name);
                    match is_null {
                        true => format!("old.{name} IS NULL"),
                        false => format!("old.{name} = gone.c{index}"),
                    }
                });
        let conditions: Vec<String> = conditions.collect();
        format!(
            "DELETE FROM {table} AS old USING (SELECT {} FROM unnest({}) AS r({})) AS gone WHERE {}",
            casts(columns),
            parameters(columns.len()),
            names(columns.len()),
            conditions.join(" AND ")
        )
    }

    fn insert_sql(&self, table: &str, columns: &[(String, String)]) -> String {
        let quoted: Vec<String> = columns
            .iter()
            .map(|(name, _)| self.dialect.identifier(name))
            .collect();
        format!(
            "INSERT INTO {table} ({}) SELECT {} FROM unnest({}) AS r({})",
            quoted.join(", "),
            casts(columns),
            parameters(columns.len()),
            names(columns.len())
        )
    }

    fn change_rows(
        &mut self,
        sql: &str,
        rows: &[&[Scalar]],
        width: usize,
        running: &Running,
    ) -> Result<(), EngineError> {
        for some in rows.chunks(ROWS_PER_STATEMENT) {
            let columns: Vec<Texts> = (0..width)
                .map(|column| some.iter().map(|row| text(&row[column])).collect())
                .collect();
            let parameters: Vec<(&(dyn ToSql + Sync), Type)> = columns
                .iter()
                .map(|texts| (texts as &(dyn ToSql + Sync), Type::TEXT_ARRAY))
                .collect();
            self.step(running, sql, |link| link.change(sql, &parameters))?;
        }
        Ok(())
    }
}

/// The columns of rows with their types; rows must fit them.
fn columns(
    rows: &Rows,
    types: &BTreeMap<String, String>,
) -> Result<Vec<(String, String)>, EngineError> {
    let width = rows.columns.len();
    if rows.rows.iter().any(|row| row.len() != width) || width == 0 && !rows.rows.is_empty() {
        let message =
            "a row has another number of values than there are columns, or there are no columns";
        return Err(EngineError::new(ErrorClass::InvalidState, message));
    }
    let typed = rows.columns.iter().map(|name| match types.get(name) {
        Some(type_name) => Ok((name.clone(), type_name.clone())),
        None => Err(EngineError::new(
            ErrorClass::NotFound,
            format!("there is no column '{name}'"),
        )),
    });
    typed.collect()
}

fn casts(columns: &[(String, String)]) -> String {
    let casts = columns
        .iter()
        .enumerate()
        .map(|(index, (_, type_name))| format!("CAST(r.c{index} AS {type_name}) AS c{index}"));
    casts.collect::<Vec<_>>().join(", ")
}

fn parameters(count: usize) -> String {
    let parameters = (1..=count).map(|number| format!("${number}::text[]"));
    parameters.collect::<Vec<_>>().join(", ")
}

fn names(count: usize) -> String {
    let names = (0..count).map(|index| format!("c{index}"));
    names.collect::<Vec<_>>().join(", ")
}

fn text(value: &Scalar) -> Option<String> {
    match value {
        Scalar::Null => None,
        Scalar::Boolean(value) => Some(value.to_string()),
        Scalar::Number(value) => Some(value.to_string()),
        Scalar::Text(value) => Some(value.clone()),
    }
}
