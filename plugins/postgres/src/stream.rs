//! The rows of a statement as Arrow batches, as they come from the server.

use std::pin::Pin;

use arrow::array::StructArray;
use arrow::datatypes::{Fields, Schema};
use data_validator_plugin::{ArrowArray, ArrowSchema, BatchStream, Call, EngineError, ErrorClass};
use futures_util::StreamExt;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Error, Row, RowStream, Statement};

use crate::arrow_border::{export_batch, export_schema};
use crate::arrow_values::Column;
use crate::cancel::Running;
use crate::session::{PostgresSession, Transaction};

/// A batch is full with so many rows, or so many bytes of values.
const ROWS_PER_BATCH: usize = 16 * 1024;
const BYTES_PER_BATCH: usize = 4 << 20;

/// A statement that is running.
pub struct Stream<'s> {
    session: &'s mut PostgresSession,
    sql: String,
    columns: Vec<Column>,
    fields: Fields,
    /// The rows that are still to come, with the operation, which ends with them.
    rest: Option<(Pin<Box<RowStream>>, Running)>,
}

/// Why a batch did not come.
enum Failure {
    Server(Error),
    Value(EngineError),
}

impl<'s> Stream<'s> {
    /// Begins a statement.
    pub fn start(
        session: &'s mut PostgresSession,
        sql: &str,
        call: &Call,
    ) -> Result<Self, EngineError> {
        let running = session.operations.begin(call)?;
        let begun = session
            .begin_reading(&running)
            .and_then(|()| begin(session, sql, &running));
        match begun {
            Ok((rows, columns)) => Ok(Self {
                fields: columns.iter().map(Column::field).collect(),
                session,
                sql: sql.to_owned(),
                columns,
                rest: Some((rows, running)),
            }),
            Err(error) => {
                drop(running);
                session.after_reading(Err(error))
            }
        }
    }

    fn batch(&mut self) -> StructArray {
        let arrays = self.columns.iter_mut().map(Column::finish).collect();
        StructArray::new(self.fields.clone(), arrays, None)
    }
}

/// Has the server begin the statement. The extended protocol takes one statement only, and says what it gives
/// before it runs.
fn begin(
    session: &mut PostgresSession,
    sql: &str,
    running: &Running,
) -> Result<(Pin<Box<RowStream>>, Vec<Column>), EngineError> {
    let statement = session.step(running, sql, |link| link.prepare(sql))?;
    check(&statement)?;
    let columns = statement
        .columns()
        .iter()
        .map(|column| Column::new(column.name(), column.type_(), column.type_modifier()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let rows = session.step(running, sql, |link| {
        let none: [&(dyn tokio_postgres::types::ToSql + Sync); 0] = [];
        let rows = link.driver.run(link.client.query_raw(&statement, none));
        link.explained(rows)
    })?;
    Ok((Box::pin(rows), columns))
}

fn check(statement: &Statement) -> Result<(), EngineError> {
    let why = if !statement.params().is_empty() {
        "the statement has parameters such as $1, for which there is no value"
    } else if statement.columns().is_empty() {
        "the statement gives no rows; a query is a SELECT"
    } else {
        return Ok(());
    };
    Err(EngineError::new(ErrorClass::InvalidSql, why))
}

/// Takes rows until a batch is full; whether these were all.
async fn fill(
    rows: &mut Pin<Box<RowStream>>,
    columns: &mut [Column],
) -> Result<(usize, bool), Failure> {
    let mut count = 0;
    let mut bytes = 0;
    while count < ROWS_PER_BATCH && bytes < BYTES_PER_BATCH {
        let Some(row) = rows.next().await else {
            return Ok((count, true));
        };
        let row = row.map_err(Failure::Server)?;
        for (index, column) in columns.iter_mut().enumerate() {
            let value = value(&row, index).map_err(Failure::Server)?;
            bytes += value.map_or(1, <[u8]>::len);
            column.push(value).map_err(Failure::Value)?;
        }
        count += 1;
    }
    Ok((count, false))
}

/// A value in its binary form.
fn value(row: &Row, index: usize) -> Result<Option<&[u8]>, Error> {
    let value: Option<Binary<'_>> = row.try_get(index)?;
    Ok(value.map(|value| value.0))
}

struct Binary<'r>(&'r [u8]);

impl<'r> FromSql<'r> for Binary<'r> {
    fn from_sql(
        _: &Type,
        bytes: &'r [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl BatchStream for Stream<'_> {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        export_schema(&Schema::new(self.fields.clone()))
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        let Some((mut rows, running)) = self.rest.take() else {
            return Ok(None);
        };
        let filled = running.go_on().map_err(Failure::Value).and_then(|()| {
            let driver = &mut self.session.link.driver;
            driver.run(fill(&mut rows, &mut self.columns))
        });
        let filled = filled.map_err(|failure| match failure {
            Failure::Server(error) => {
                let error = self.session.link.told(error);
                self.session.failure(&error, &self.sql, &running)
            }
            Failure::Value(error) => {
                self.session.abandon(&running);
                error
            }
        });
        match filled {
            Ok((_, false)) => {
                self.rest = Some((rows, running));
                Ok(Some(export_batch(&self.batch())))
            }
            Ok((count, true)) => {
                drop(running);
                self.session.after_reading(Ok(()))?;
                Ok((count > 0).then(|| export_batch(&self.batch())))
            }
            Err(error) => {
                drop(rows);
                drop(running);
                self.session.after_reading(Err(error))
            }
        }
    }
}

impl Drop for Stream<'_> {
    /// Rows that nobody wants are not waited for, except in a transaction of the host's, which a request to
    /// cancel would spoil.
    fn drop(&mut self) {
        let Some((rows, running)) = self.rest.take() else {
            return;
        };
        self.session.abandon(&running);
        drop(rows);
        drop(running);
        self.session.take_back();
        let _ = self.session.after_reading(Ok(()));
    }
}

impl PostgresSession {
    /// Has the server stop a statement whose rows are not wanted. In a transaction of the host's, which that
    /// would spoil, it is only done when the host cancelled the operation.
    fn abandon(&mut self, running: &Running) {
        let is_cancelled = running.is_cancelled();
        match &mut self.transaction {
            Transaction::Writing { given_up } if is_cancelled => {
                given_up.get_or_insert((ErrorClass::Cancelled, "a call was cancelled".into()));
            }
            Transaction::Writing { .. } => return,
            Transaction::Reading | Transaction::None => {}
        }
        running.stop_statement();
    }
}
