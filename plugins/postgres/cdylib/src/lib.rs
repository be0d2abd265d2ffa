//! The PostgreSQL engine as a shared library.

data_validator_plugin::export_engine!(data_validator_postgres::Postgres);
