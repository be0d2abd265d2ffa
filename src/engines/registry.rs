//! The one table of engines that are linked into this program.

use std::sync::Arc;

use data_validator_plugin::Engine;

use super::kind::{EngineKind, Origin};

/// A line of the table: how the engine is made.
type Make = fn() -> Arc<dyn Engine>;

const ENGINES: &[Make] = &[
    #[cfg(feature = "duckdb")]
    || Arc::<data_validator_duckdb::DuckDb>::default(),
    #[cfg(feature = "datafusion")]
    || Arc::<data_validator_datafusion::DataFusion>::default(),
    #[cfg(feature = "postgres")]
    || Arc::<data_validator_postgres::Postgres>::default(),
];

/// Engines of the Python package that are not here; a config of it may name them.
pub const OF_THE_PYTHON_PACKAGE: &[&str] = &["pyspark", "databricks", "polars"];

/// The engines of this program; the first one is used where a config names none.
pub fn linked_in() -> Vec<EngineKind> {
    let kind = |make: &Make| {
        let make = *make;
        EngineKind::new(make().describe(), Origin::LinkedIn, move || Ok(make()))
    };
    ENGINES.iter().map(kind).collect()
}
