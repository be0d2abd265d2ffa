//! An engine through its own C table, in one process: what a plugin of it would do.

use std::sync::Arc;

use super::export;
use super::import::{ImportedEngine, import_table};
use crate::engine::Engine;
use crate::error::EngineError;

/// The engine behind the border: exported as a table and imported again.
///
/// # Errors
/// When the engine cannot be described as JSON, or panics.
pub fn loopback(engine: Box<dyn Engine>) -> Result<ImportedEngine, EngineError> {
    let engine: Arc<dyn Engine> = engine.into();
    let table = export::table(Box::new(move || Arc::clone(&engine)));
    // SAFETY: the table is one of this library, which follows its own rules.
    unsafe { import_table(table) }
}
