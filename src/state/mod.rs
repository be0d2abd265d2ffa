//! What is recorded as done, so that a run that died continues and a repeated run redoes nothing.
//!
//! The state is a cache of facts that can be computed again: losing the newest of them costs time, a false
//! "completed" costs trust. So every record is either there as it was put, or not there.
//!
//! | where | what is in it |
//! | --- | --- |
//! | `entry` | a rule's, a table's and a run's record, and whether it is still as we wrote it |
//! | `store` | what a state can do, wherever it is kept |
//! | `file` | the store in a JSON file: snapshot, journal, lock |
//! | `engine` | the store in tables of an engine: publications, lease, fence |
//!
//! The JSON is the Python tool's: tables by name, in each its rules by name. Our keys stand beside its keys;
//! keys that nobody here knows survive. [`RESERVED`] is the one name no table can have.

pub mod data_version;
pub mod engine;
mod entries;
mod entry;
mod error;
mod extra;
pub mod file;
pub mod fingerprint;
pub mod gc;
mod holder;
pub mod import;
mod json_text;
mod layout;
mod lenient;
mod migrate;
mod moment;
pub mod proof;
mod read;
pub mod recall;
mod record;
pub mod reuse;
mod run_state;
mod store;
#[cfg(test)]
mod tests;
mod write;

pub use entries::Entries;
pub use entry::{Origin, RuleEntry, RunRecord, Status, TableEntry};
pub use error::{StateError, StateErrorKind};
pub use file::{
    Contents, Durability, FileState, LockMode, OpenOptions, ResultsPlace, document, peek,
};
pub use json_text::JsonText;
pub use moment::instant;
pub use run_state::{Proven, RunOptions, RunState, new_run_id};
pub use store::Store;

/// The top-level key that is not a table: the format's number and the newest run.
pub const RESERVED: &str = "__data_validator__";

/// The format that is written here; a file with a higher number is refused.
pub const FORMAT: u64 = 1;
