//! The rows of a statement as Arrow batches of the C data interface.

use data_validator_plugin::{ArrowArray, ArrowSchema, BatchStream, EngineError, ErrorClass};
use duckdb::Statement;
use duckdb::arrow::array::{Array, StructArray};
use duckdb::arrow::datatypes::DataType;
use duckdb::arrow::error::ArrowError;
use duckdb::arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};

use crate::cancel::Running;
use crate::error::engine_error;

/// What runs any query. `query()` takes exactly one SELECT, where a text that is prepared itself
/// would run all its statements but the last. DuckDB plans a query on files again when it runs
/// what it prepared; as a parameter the text is planned once.
pub const ONE_SELECT: &str = "FROM query(?)";

/// A statement that is running.
pub struct Stream<'s> {
    statement: Statement<'s>,
    /// The operation, until the last row is out.
    running: Option<Running>,
}

impl<'s> Stream<'s> {
    /// Runs `sql`, the parameter of [`ONE_SELECT`].
    pub fn start(
        mut statement: Statement<'s>,
        sql: &str,
        running: Running,
    ) -> Result<Self, EngineError> {
        running.go_on()?;
        // To the end: where DuckDB 1.5.6 streams, an error of one thread sometimes reads as an
        // interrupt of another. The crate's own iterator panics on an error, so it is stepped over.
        statement
            .query_arrow([sql])
            .map(drop)
            .map_err(|error| engine_error(&error))?;
        Ok(Self {
            statement,
            running: Some(running),
        })
    }
}

impl BatchStream for Stream<'_> {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        let fields = DataType::Struct(self.statement.schema().fields().clone());
        FFI_ArrowSchema::try_from(&fields)
            .map(export_schema)
            .map_err(|error| internal(&error))
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        let Some(running) = &self.running else {
            return Ok(None);
        };
        running.go_on()?;
        let batch = self
            .statement
            .step()
            .map_err(|error| engine_error(&error))?;
        if batch.is_none() {
            self.running = None;
        }
        Ok(batch.map(|batch: StructArray| export_array(FFI_ArrowArray::new(&batch.to_data()))))
    }
}

fn internal(error: &ArrowError) -> EngineError {
    EngineError::new(
        ErrorClass::Internal,
        format!("the result cannot be handed over: {error}"),
    )
}

fn export_schema(schema: FFI_ArrowSchema) -> ArrowSchema {
    // SAFETY: both types are the C data interface's `struct ArrowSchema`, `repr(C)` with the same
    // fields, and moving the value moves the ownership that its release callback stands for.
    unsafe { std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema) }
}

fn export_array(array: FFI_ArrowArray) -> ArrowArray {
    // SAFETY: as for `export_schema`, with `struct ArrowArray`.
    unsafe { std::mem::transmute::<FFI_ArrowArray, ArrowArray>(array) }
}
