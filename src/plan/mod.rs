//! From rules to SQL: rules ask questions, a table's questions become few scans.
//!
//! [`question`] says what can be asked in no engine's words, [`batch`] puts together what one query
//! can answer, [`sql`] writes that query in a dialect.

pub mod batch;
pub mod custom_sql;
pub mod question;
pub mod regex;
pub mod sql;

pub use batch::{Plan, Scan};
pub use sql::Rows;
