//! The smallest plugin in C serves a Rust host.

use std::ffi::{CString, c_char, c_int, c_void};
use std::path::Path;

use data_validator_plugin::abi::table::Init;
use data_validator_plugin::abi::{ImportedEngine, import, version};
use data_validator_plugin::{Call, Dialect, Engine, ErrorClass, LogicalType, Source};

use crate::c_compiler::{Language, built, compiler_with, folder, run};
use crate::conversation::{config, error, read, table};
use crate::frozen::frozen_header;

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, symbol: *const c_char) -> *mut c_void;
}

/// The plugin, built with the header in this folder.
fn core_only(include: &Path) -> ImportedEngine {
    const RTLD_NOW: c_int = 2;
    let library = built(&format!(
        "core_only-{}.so",
        include.file_name().unwrap().display()
    ));
    let mut compiler = compiler_with(&Language::C, include);
    compiler.args(["-shared", "-fPIC", "-fvisibility=hidden"]);
    compiler.arg(folder("tests/c").join("core_only.c"));
    compiler.arg("-o").arg(&library);
    run(compiler);
    let name = CString::new(library.to_str().unwrap()).unwrap();
    // SAFETY: the library does nothing when it is loaded.
    let library = unsafe { dlopen(name.as_ptr(), RTLD_NOW) };
    assert!(!library.is_null());
    let symbol = CString::new(version::ENTRY_SYMBOL).unwrap();
    // SAFETY: the library is loaded, for good.
    let init = unsafe { dlsym(library, symbol.as_ptr()) };
    assert!(!init.is_null());
    // SAFETY: the symbol is a function of this type.
    let init = unsafe { std::mem::transmute::<*mut c_void, Init>(init) };
    // SAFETY: the plugin follows the header.
    unsafe { import(init) }.unwrap()
}

#[test]
fn the_smallest_plugin_in_c_serves() {
    assert_serves(&core_only(&folder("include")));
}

#[test]
fn a_plugin_that_was_built_with_the_frozen_header_serves() {
    assert_serves(&core_only(&frozen_header()));
}

fn assert_serves(engine: &dyn Engine) {
    let call = Call::default();
    let description = engine.describe();
    assert_eq!(description.name, "core");
    assert_eq!(description.dialect, Dialect::ansi());
    let mut session = engine.connect(&config("well"), &call).unwrap();

    let relation = session
        .attach("t", &Source::Table(table("t")), &call)
        .unwrap();
    assert_eq!(relation.sql, r#""s"."t""#);
    let schema = session.schema(&relation, &call).unwrap();
    assert_eq!(schema.columns[0].name, "n");
    assert_eq!(schema.columns[0].logical_type, LogicalType::Integer);

    let rows = read(&mut *session.query("SELECT", &call).unwrap());
    assert_eq!(rows, "[1] [2] [3] end");
    let refused = error(session.query("refuse", &call));
    assert_eq!(refused.class, ErrorClass::InvalidSql);
    assert_eq!(refused.message, "refused");
    let mut failing = session.query("fail", &call).unwrap();
    assert!(failing.next().is_ok());
    assert!(failing.next().is_ok());
    let failed = error(failing.next());
    assert_eq!(failed.class, ErrorClass::Data);
    assert_eq!(failed.message, "the third row is bad");
}
