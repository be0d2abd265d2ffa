//! An engine in Rust for which another plugin file works, built outside of any workspace from the SDK alone.

use std::ffi::{CString, c_char, c_int, c_void};
use std::sync::OnceLock;

use data_validator_plugin::abi::table::Init;
use data_validator_plugin::abi::{ImportedEngine, import, version};
use data_validator_plugin::{Call, Description, Engine, EngineConfig, EngineError, Session};

data_validator_plugin::export_engine!(Bridge);

#[derive(Default)]
pub struct Bridge;

impl Engine for Bridge {
    fn describe(&self) -> Description {
        Description {
            name: "bridge".into(),
            ..other().describe()
        }
    }

    fn connect(&self, config: &EngineConfig, call: &Call) -> Result<Box<dyn Session>, EngineError> {
        other().connect(config, call)
    }
}

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, symbol: *const c_char) -> *mut c_void;
}

/// The engine of the other file, loaded once and for good.
fn other() -> &'static ImportedEngine {
    static OTHER: OnceLock<ImportedEngine> = OnceLock::new();
    OTHER.get_or_init(|| {
        const RTLD_NOW: c_int = 2;
        let path = CString::new(env!("BRIDGED_PLUGIN")).expect("a path has no NUL");
        let symbol = CString::new(version::ENTRY_SYMBOL).expect("a name has no NUL");
        // SAFETY: the library does nothing when it is loaded.
        let library = unsafe { dlopen(path.as_ptr(), RTLD_NOW) };
        assert!(!library.is_null(), "{path:?} cannot be loaded");
        // SAFETY: the library is loaded, for good.
        let entry = unsafe { dlsym(library, symbol.as_ptr()) };
        assert!(!entry.is_null(), "{path:?} is no plugin");
        // SAFETY: the symbol is a function of this type.
        let entry = unsafe { std::mem::transmute::<*mut c_void, Init>(entry) };
        // SAFETY: the plugin follows the header.
        unsafe { import(entry) }.expect("the plugin is of this version")
    })
}
