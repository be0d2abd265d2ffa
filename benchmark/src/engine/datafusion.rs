//! DataFusion in this process, as a program of its own would use it.

use std::path::Path;

use anyhow::Context;
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use datafusion_arrow::array::{Array, AsArray};
use datafusion_arrow::datatypes::Int64Type;
use tokio::runtime::Runtime;

/// A session, and the threads that it runs on.
pub struct DataFusion {
    runtime: Runtime,
    context: SessionContext,
}

impl DataFusion {
    /// Opens a session with DataFusion's own settings: a thread and a partition for each processor.
    pub fn start() -> anyhow::Result<Self> {
        Ok(Self {
            runtime: Runtime::new().context("starting the threads of DataFusion")?,
            context: SessionContext::new(),
        })
    }

    /// Lets `table` name a Parquet file.
    pub fn name_file(&self, table: &str, path: &Path) -> anyhow::Result<()> {
        let text = path
            .to_str()
            .with_context(|| format!("the file name {} is not UTF-8", path.display()))?;
        let options = ParquetReadOptions::default();
        let named = self.context.register_parquet(table, text, options);
        let named = self.runtime.block_on(named);
        named.with_context(|| format!("reading {}", path.display()))
    }

    /// The cells of a query's first row.
    pub fn counts(&self, query: &str) -> anyhow::Result<Vec<i64>> {
        let batches = self.runtime.block_on(async {
            let frame = self.context.sql(query).await?;
            frame.collect().await
        });
        let batches = batches.context("asking DataFusion")?;
        let batch = batches.iter().find(|batch| batch.num_rows() > 0);
        let batch = batch.context("the query gave no row")?;
        let count = |(index, column): (usize, &dyn Array)| {
            let counts = column.as_primitive_opt::<Int64Type>();
            let counts = counts.filter(|counts| counts.is_valid(0));
            counts
                .map(|counts| counts.value(0))
                .with_context(|| format!("cell {index} of the answer is no count"))
        };
        let columns = batch.columns().iter().map(AsRef::as_ref);
        columns.enumerate().map(count).collect()
    }
}
