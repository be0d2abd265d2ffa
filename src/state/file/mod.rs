//! The state in a JSON file.
//!
//! `state.json` is the snapshot, whole and readable. While a run lasts, and after a crash,
//! `state.json.journal` has a line for each thing recorded since. `state.json.lock` is held by who uses them.
//!
//! The journal's first line names the snapshot it stands on by its hash, and before a new snapshot takes
//! the name of the old one, the journal names that one too. So whoever finds both files knows:
//!
//! | the snapshot is | then |
//! | --- | --- |
//! | the one the journal stands on | the journal's records are added |
//! | the one the journal names last | they are in it already |
//! | another one | somebody edited it: the edited file counts, the journal is set aside |
//! | not there | somebody deleted it: the state begins anew |
//! | unreadable | what can be saved of it, and the journal's records |
//!
//! To bring that to rest, so that there is no journal, is the same work when a state is opened, when it is
//! closed and when somebody edits it during a run.
//!
//! With `results: external`, `state.json.results/` has what results say beyond a summary.

mod aside;
mod collect;
mod comments;
mod crash_point;
pub mod document;
mod hashed;
mod journal;
mod load;
mod lock;
mod options;
mod peek;
mod place;
mod probe;
mod result_files;
mod salvage;
mod save;
mod settle;
mod snapshot;
mod store;

pub use aside::{Aside, set_aside};
pub use collect::garbage_beside;
pub use options::{Durability, LockMode, OpenOptions, ResultsPlace};
pub use peek::{Contents, peek, read, read_whole};
pub use store::FileState;

#[cfg(test)]
mod tests;
