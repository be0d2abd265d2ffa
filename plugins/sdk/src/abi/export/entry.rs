//! The entry of a shared library that holds a Rust engine.

use std::sync::Arc;

use super::engine::table;
use super::log_forwarder;
use crate::abi::failure::DvError;
use crate::abi::guard::answer;
use crate::abi::host::DvHost;
use crate::abi::table::DvPlugin;
use crate::abi::version::{MAJOR, refuse_host};
use crate::engine::Engine;
use crate::error::{EngineError, ErrorClass};

/// Makes a shared library of an engine: `export_engine!(MyEngine);`, once in a `cdylib` crate.
///
/// The type implements [`Engine`](crate::Engine) and `Default`; a value is made for each engine the
/// host opens. Log lines of the library go to the host, and so does the text of a panic.
#[macro_export]
macro_rules! export_engine {
    ($engine:ty) => {
        #[cfg(panic = "abort")]
        ::core::compile_error!(
            "a plugin cannot be built with panic = \"abort\": a panic would end the program that loaded it; \
             remove the setting from the profile"
        );

        /// The entry of the plugin.
        ///
        /// # Safety
        /// To be called as the header `data_validator_plugin.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn dv_plugin_init_v1(
            host: *const $crate::abi::DvHost,
            plugin: *mut $crate::abi::DvPlugin,
            error: *mut $crate::abi::DvError,
        ) -> u32 {
            fn make() -> ::std::sync::Arc<dyn $crate::Engine> {
                ::std::sync::Arc::new(<$engine as ::core::default::Default>::default())
            }
            // SAFETY: the caller's promise.
            unsafe { $crate::abi::export::init(host, plugin, error, make) }
        }
    };
}

/// What the function that [`export_engine!`](crate::export_engine) writes does.
///
/// # Safety
/// `host` is NULL or lives as long as the process; `plugin` and `error` are NULL or point to a table
/// and an error that are to be filled in, with their `struct_size` set.
pub unsafe fn init(
    host: *const DvHost,
    plugin: *mut DvPlugin,
    error: *mut DvError,
    make: fn() -> Arc<dyn Engine>,
) -> u32 {
    let body = || {
        if plugin.is_null() {
            let message = "loading the plugin: the program gave no room for its table";
            return Err(EngineError::new(ErrorClass::InvalidState, message));
        }
        // SAFETY: the caller's promise; the members of version 1.0 are in every `DvHost`.
        if let Some(host) = unsafe { host.as_ref() } {
            if host.abi_major != MAJOR {
                return Err(refuse_host(host.abi_major));
            }
            log_forwarder::install(host);
        }
        let table = table(Box::new(make));
        // SAFETY: the caller's promise.
        unsafe { table.write(plugin) };
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { answer("dv_plugin_init_v1", error, body) }
}
