//! The DuckDB engine as a plugin file.

data_validator_plugin::export_engine!(data_validator_duckdb::DuckDb);
