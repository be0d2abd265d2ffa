//! The state in tables of an engine, for engines that publish.
//!
//! | table | a row of it |
//! | --- | --- |
//! | `data_validator_state` | one thing that a state says: its newest run, a table's entry, who holds it; the version of these tables |
//! | `data_validator_results` | the entry of a rule, and beside it what a user wants to look at in SQL |
//! | `data_validator_quarantine` | a row that failed a rule, published with the rule's result |
//!
//! They are made by [`init`] alone, and written by nothing but publications, so that what belongs together becomes
//! visible together, once, or not at all. A publication says what is, and carries a key that no other has: the host
//! repeats it when its answer was lost, and the engine knows by the key whether it was done.
//!
//! Who writes holds a lease, which is renewed while the process lives, and a fence whose number rises whenever the
//! lease changes hands. The lease is a courtesy, by the clocks of those who wait; that a process which was paused,
//! or cut off, writes nothing late is the work of the fence, which the engine checks in the step that writes.

mod changes;
mod collect;
mod error;
mod lease;
mod leftovers;
mod look;
mod published;
mod read;
mod rows;
mod setup;
mod store;
mod tables;
#[cfg(test)]
mod tests;
mod writer;

pub use collect::garbage_beside;
pub use look::{Look, Sizes, look, sizes};
pub use setup::{init, setup_sql};
pub use store::EngineState;
