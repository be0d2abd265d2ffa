//! Rows that come from elsewhere, copied into a temporary table.

use std::io::Cursor;
use std::pin::Pin;

use arrow::array::{Array, ArrayRef};
use data_validator_plugin::{BatchStream, Call, EngineError, ErrorClass, Relation};
use futures_util::SinkExt;
use tokio_postgres::CopyInSink;

use crate::arrow_border::Incoming;
use crate::cancel::Running;
use crate::copy_values::{HEADER, TRAILER, Target, write_row};
use crate::session::{Attached, PostgresSession, Transaction, without_effect};

/// So many bytes go to the server at once.
const CHUNK_BYTES: usize = 1 << 20;

type Sink = Pin<Box<CopyInSink<Cursor<Vec<u8>>>>>;

impl PostgresSession {
    /// The table is made in a transaction with its rows, so that an error leaves none. Temporary tables change
    /// no data, so a session that only reads may have them too.
    pub fn copy_in(
        &mut self,
        name: &str,
        rows: &mut dyn BatchStream,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        if let Transaction::Writing { .. } = self.transaction {
            let message = "the session is in a transaction; commit it or roll it back first";
            let error = EngineError::new(ErrorClass::InvalidState, message);
            return Err(self.mark(error));
        }
        let incoming = Incoming::new(rows.schema()?);
        let schema = incoming.schema()?;
        let targets = schema.fields().iter().map(|field| Target::of(field));
        let targets = targets.collect::<Result<Vec<_>, _>>()?;
        let running = self.operations.begin(call)?;
        self.copies += 1;
        // Not by the source's name, which could be longer than a name may be.
        let copy = format!("data_validator rows {}", self.copies);
        let sql = format!("pg_temp.{}", self.dialect.identifier(&copy));
        let copied = self.end_reading(&running).and_then(|()| {
            let columns = schema.fields().iter().zip(&targets).map(|(field, target)| {
                format!(
                    "{} {}",
                    self.dialect.identifier(field.name()),
                    target.type_name
                )
            });
            let columns = columns.collect::<Vec<_>>().join(", ");
            let make = format!("BEGIN READ WRITE; CREATE TABLE {sql} ({columns})");
            self.step(&running, &make, |link| link.run(&make))?;
            self.send_rows(&sql, rows, &incoming, &targets, &running)?;
            // Nobody else gathers what the planner needs to know of a temporary table.
            let finish = format!("ANALYZE {sql}; COMMIT");
            self.step(&running, &finish, |link| link.run(&finish))
        });
        if let Err(error) = copied {
            drop(running);
            let _ = self.link.run("ROLLBACK");
            return Err(without_effect(self.mark(error)));
        }
        self.forget(name);
        self.attached
            .insert(name.to_owned(), Attached::Copy(sql.clone()));
        // An earlier copy of that name goes now, or else with the session.
        let _ = self.end_reading(&running);
        Ok(Relation { sql })
    }

    fn send_rows(
        &mut self,
        table: &str,
        rows: &mut dyn BatchStream,
        incoming: &Incoming,
        targets: &[Target],
        running: &Running,
    ) -> Result<(), EngineError> {
        let copy = format!("COPY {table} FROM STDIN (FORMAT binary)");
        let sink = self.step(running, &copy, |link| {
            let sink = link.driver.run(link.client.copy_in(&copy));
            link.explained(sink)
        })?;
        let mut sink: Sink = Box::pin(sink);
        let mut bytes = HEADER.to_vec();
        // An error drops the sink, which has the server give the copy up.
        while let Some(array) = rows.next()? {
            let batch = incoming.batch(array)?;
            let columns = targets.iter().zip(batch.columns());
            let columns: Vec<ArrayRef> = columns
                .map(|(target, values)| target.prepare(values))
                .collect::<Result<_, _>>()?;
            for row in 0..batch.len() {
                write_row(&columns, row, &mut bytes);
                if bytes.len() >= CHUNK_BYTES {
                    self.send(&mut sink, std::mem::take(&mut bytes), &copy, running)?;
                }
            }
        }
        bytes.extend_from_slice(TRAILER);
        self.send(&mut sink, bytes, &copy, running)?;
        self.step(running, &copy, |link| {
            let finished = link.driver.run(sink.as_mut().finish());
            link.explained(finished)
        })
        .map(drop)
    }

    fn send(
        &mut self,
        sink: &mut Sink,
        bytes: Vec<u8>,
        copy: &str,
        running: &Running,
    ) -> Result<(), EngineError> {
        self.step(running, copy, |link| {
            let sent = link.driver.run(sink.send(Cursor::new(bytes)));
            link.explained(sent)
        })
    }
}
