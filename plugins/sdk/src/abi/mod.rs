//! The C interface of a plugin: what crosses the border of a shared library.
//!
//! `include/data_validator_plugin.h` is its reference: the rules, and what each function and member
//! means. The structs here are the same ones for Rust.
//!
//! ```text
//! impl Engine ─ export ─→ DvPlugin, a table of C functions ─ import ─→ impl Engine
//! ```
//!
//! Version 1.0 is frozen: its structs and numbers stay as they are, and what comes later stands at the end of a
//! struct or list, in a higher minor, and may be left out by either side. The header says what that allows;
//! `frozen/` has each version's header and layout, and `tests/frozen.rs` holds this crate and the header to them.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`version`] | which versions understand each other, and the name of the entry symbol |
//! | [`table`] | `DvPlugin`, what a plugin fills in |
//! | [`host`] | `DvHost`, what a plugin is given |
//! | [`call`], [`text`], [`failure`] | what the functions take and give |
//! | [`arrow`] | the structs of the Arrow C interfaces |
//! | [`guard`] | keeps panics inside |
//! | [`export`] | a Rust engine as a table |
//! | [`import`](mod@import) | a table as a Rust engine |
//! | [`loopback`](mod@loopback) | both, in one process |

pub mod arrow;
pub mod call;
pub mod export;
pub mod failure;
pub mod guard;
pub mod host;
pub mod import;
pub mod loopback;
pub mod table;
pub mod text;
pub mod version;

pub use call::DvCall;
pub use failure::DvError;
pub use host::DvHost;
pub use import::{ImportedEngine, import};
pub use loopback::loopback;
pub use table::DvPlugin;
pub use text::{DvString, DvText};
