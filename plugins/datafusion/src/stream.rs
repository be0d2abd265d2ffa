//! The rows of a statement as Arrow batches of the C data interface.

use std::sync::Arc;

use data_validator_plugin::{ArrowArray, ArrowSchema, BatchStream, EngineError, ErrorClass};
use datafusion::arrow::array::{Array, RecordBatch, StructArray};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt};

use crate::cancel::Running;
use crate::error::engine_error;
use crate::runtime::{Answer, Runtime, StoppedOnDrop};

/// A statement that is planned.
pub struct Planned {
    pub plan: Arc<dyn ExecutionPlan>,
    pub context: Arc<TaskContext>,
    /// Kept to the end: it holds what the rows are read from.
    pub logical: LogicalPlan,
}

/// A statement that is running: a task of the engine's runtime makes batches, one ahead of the reader.
pub struct Stream {
    schema: SchemaRef,
    batches: mpsc::Receiver<RecordBatch>,
    /// How the task ended, behind the last batch.
    end: Option<Answer<()>>,
    /// The operation, until the last row is out.
    running: Option<Running>,
    /// The same for ever, once there was one.
    failure: Option<EngineError>,
    _task: StoppedOnDrop,
}

impl Stream {
    pub fn start(
        planned: Planned,
        runtime: &Runtime,
        running: Running,
    ) -> Result<Self, EngineError> {
        running.go_on()?;
        let schema = planned.plan.schema();
        let (mut sender, batches) = mpsc::channel(0);
        let (task, end) = runtime.begin(async move {
            let Planned {
                plan,
                context,
                logical,
            } = planned;
            let mut rows = execute_stream(plan, context).map_err(|error| engine_error(&error))?;
            while let Some(batch) = rows.next().await {
                let batch = batch.map_err(|error| engine_error(&error))?;
                if sender.send(batch).await.is_err() {
                    break;
                }
            }
            drop(rows);
            drop(logical);
            Ok(())
        })?;
        Ok(Self {
            schema,
            batches,
            end: Some(end),
            running: Some(running),
            failure: None,
            _task: task,
        })
    }

    /// The columns of the batches.
    pub fn batch_schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The next batch that has rows.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let batch = self.wait_for_batch();
        self.failure = batch.as_ref().err().cloned();
        batch
    }

    fn wait_for_batch(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        let Some(running) = &self.running else {
            return Ok(None);
        };
        loop {
            match running.wait(self.batches.next())? {
                Some(batch) if batch.num_rows() == 0 => {}
                Some(batch) => return Ok(Some(batch)),
                None => break,
            }
        }
        if let Some(end) = self.end.take() {
            running.wait(end)?.unwrap_or_else(|_| Err(shut_down()))?;
        }
        self.running = None;
        Ok(None)
    }
}

impl BatchStream for Stream {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        let fields = DataType::Struct(self.schema.fields().clone());
        FFI_ArrowSchema::try_from(&fields)
            .map(export_schema)
            .map_err(|error| {
                let message = format!("the result cannot be handed over: {error}");
                EngineError::new(ErrorClass::Internal, message)
            })
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        let batch = self.next_batch()?;
        Ok(batch.map(|batch| {
            let rows = StructArray::from(batch);
            export_array(FFI_ArrowArray::new(&rows.to_data()))
        }))
    }
}

fn shut_down() -> EngineError {
    let message = "the engine was shut down while it made rows; open it again";
    EngineError::new(ErrorClass::Unavailable, message)
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
