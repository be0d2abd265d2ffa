//! The PostgreSQL engine of Data Validator.

mod address;
mod arrow_border;
mod arrow_values;
mod cancel;
mod certificates;
mod config;
mod connection_text;
mod copy_values;
mod data_version;
mod decimal;
mod dialect;
mod engine;
mod environment;
mod error;
mod fence;
mod ingest;
mod link;
mod open;
mod options;
mod password_file;
mod publication_tables;
mod publish;
mod read;
mod replace_rows;
mod servers;
mod session;
mod settle;
mod source;
mod stream;
mod text_forms;
mod tls;
mod transaction;
mod type_names;

pub use engine::Postgres;
pub use publication_tables::{DEFAULT_SCHEMA, publication_tables};
