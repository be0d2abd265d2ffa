//! A table of C functions as a Rust engine.
//!
//! What a plugin says is not believed where that can be checked: texts are UTF-8, answers are the JSON
//! they should be, a stream has its callbacks. What cannot be checked, such as the buffers of an array,
//! is the plugin's word; native code is trusted.

mod answer;
mod arrow_type;
mod canceller;
mod engine;
mod functions;
mod session;
mod stand_in;
pub(super) mod stream;
mod watched;

pub use engine::{ImportedEngine, import, import_table};
