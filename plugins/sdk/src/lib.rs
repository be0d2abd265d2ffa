//! The interface between Data Validator and its engines.
//!
//! An engine implements two object-safe traits: [`Engine`], which opens sessions, and
//! [`Session`], which answers queries. It describes itself as data ([`Description`],
//! [`Dialect`]), so the host renders SQL that fits and never asks for an engine's name.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`engine`] | the traits |
//! | [`description`], [`dialect`] | what an engine says of itself |
//! | [`source`], [`schema`], [`statistics`] | where rows are, their columns, what is known of them |
//! | [`quote`] | names and values as SQL text |
//! | [`statistics`] | what is known without reading rows |
//! | [`publication`] | rows that become visible together |
//! | [`error`], [`aftermath`] | the one error type, its classes, what a failed call left behind |
//! | [`abi`] | the same interface in C, for engines in shared libraries |
//!
//! No type of an Arrow library appears here, since two engines may need two majors of it:
//! batches travel as the structs of the Arrow C data interface.

pub mod abi;
pub mod aftermath;
pub mod description;
mod description_check;
pub mod dialect;
pub mod engine;
pub mod error;
mod logical_type_text;
pub mod publication;
pub mod quote;
pub mod schema;
pub mod source;
pub mod statistics;

pub use abi::arrow::{ArrowArray, ArrowArrayStream, ArrowSchema};
pub use abi::loopback;
pub use aftermath::{Effect, SessionState, TransactionState};
pub use description::{Capabilities, ConfigKey, ConfigKind, Description, Transactions};
pub use dialect::{ContentHash, Costs, Dialect, RegexFlavour};
pub use engine::{BatchStream, Call, Cancel, Engine, EngineConfig, Relation, Session};
pub use error::{Diagnostics, EngineError, ErrorClass};
pub use publication::{Fence, NewTable, Outcome, Publication, Replacement, Rows, Scalar};
pub use schema::{Column, LogicalType, Schema};
pub use source::{CsvFormat, FileFormat, Source, TableName};
pub use statistics::{ColumnStatistics, Part, Statistics};
