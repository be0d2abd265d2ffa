//! Which versions of the interface understand each other.

use crate::error::{EngineError, ErrorClass};

/// Another one is another interface. It is also in the name of the entry symbol. Version 1.0 is frozen: see
/// [`abi`](super).
pub const MAJOR: u32 = 1;

/// Rises when structs grow at their end; every minor of a major understands every other. Each has a folder in
/// `frozen/`.
pub const MINOR: u32 = 0;

/// The symbol that a plugin exports.
pub const ENTRY_SYMBOL: &str = "dv_plugin_init_v1";

/// The entry symbol of another major, to find out which one a library has.
pub fn entry_symbol(major: u32) -> String {
    format!("dv_plugin_init_v{major}")
}

/// Refuses a plugin of another major.
pub fn refuse_plugin(major: u32) -> EngineError {
    let message = format!(
        "the plugin speaks version {major} of the plugin interface and this program version {MAJOR}; \
         install a plugin that was built for version {MAJOR}"
    );
    EngineError::new(ErrorClass::Unsupported, message)
}

/// Refuses a host of another major.
pub(super) fn refuse_host(major: u32) -> EngineError {
    let message = format!(
        "the program speaks version {major} of the plugin interface and this plugin version {MAJOR}; \
         install a plugin that was built for version {major}"
    );
    EngineError::new(ErrorClass::Unsupported, message)
}
