//! Files that are read from their beginning to their end, a thread for each group of them.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use data_validator_plugin::EngineError;
use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};

/// How the rows of one file are read.
pub trait SequentialFormat: Debug + Send + Sync {
    /// Reads a file to its end, in bounded memory, and emits the columns of these positions; stops when
    /// `emit` is false.
    fn read(
        &self,
        path: &Path,
        columns: &[usize],
        batch_rows: usize,
        emit: &mut dyn FnMut(RecordBatch) -> bool,
    ) -> std::result::Result<(), EngineError>;
}

/// Files that are read as one table.
#[derive(Clone, Debug)]
pub struct SequentialFiles {
    pub schema: SchemaRef,
    pub format: Arc<dyn SequentialFormat>,
    pub paths: Vec<PathBuf>,
}

#[async_trait]
impl TableProvider for SequentialFiles {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let wanted = projection.unwrap_or(&all);
        let schema = Arc::new(self.schema.project(wanted)?);
        let groups = state
            .config()
            .target_partitions()
            .clamp(1, self.paths.len().max(1));
        let partitions = (0..groups).map(|group| {
            let paths = self.paths.iter().skip(group).step_by(groups);
            Arc::new(Group {
                schema: Arc::clone(&schema),
                format: Arc::clone(&self.format),
                paths: paths.cloned().collect(),
                columns: wanted.clone(),
            }) as Arc<dyn PartitionStream>
        });
        let scan = StreamingTableExec::try_new(
            Arc::clone(&schema),
            partitions.collect(),
            None,
            [],
            false,
            limit,
        )?;
        Ok(Arc::new(scan))
    }
}

/// Files that one thread reads, one after the other.
#[derive(Debug)]
struct Group {
    schema: SchemaRef,
    format: Arc<dyn SequentialFormat>,
    paths: Vec<PathBuf>,
    columns: Vec<usize>,
}

impl PartitionStream for Group {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        const BATCHES_AHEAD: usize = 2;
        let mut stream =
            RecordBatchReceiverStreamBuilder::new(Arc::clone(&self.schema), BATCHES_AHEAD);
        let batches = stream.tx();
        let format = Arc::clone(&self.format);
        let paths = self.paths.clone();
        let batch_rows = context.session_config().batch_size();
        // Who counts rows alone wants no column, but a batch is made of one.
        let only_rows = self.columns.is_empty();
        let columns = match only_rows {
            true => vec![0],
            false => self.columns.clone(),
        };
        stream.spawn_blocking(move || {
            let mut listening = true;
            for path in &paths {
                let mut emit = |batch: RecordBatch| {
                    let batch = match only_rows {
                        true => without_columns(&batch),
                        false => Ok(batch),
                    };
                    listening = batches.blocking_send(batch).is_ok();
                    listening
                };
                format
                    .read(path, &columns, batch_rows, &mut emit)
                    .map_err(|error| DataFusionError::External(Box::new(error)))?;
                if !listening {
                    break;
                }
            }
            Ok(())
        });
        stream.build()
    }
}

fn without_columns(batch: &RecordBatch) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let schema = Arc::new(Schema::empty());
    Ok(RecordBatch::try_new_with_options(schema, vec![], &options)?)
}
