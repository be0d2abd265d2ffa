//! A Rust engine in a shared library, loaded by a program in C.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::c_compiler::{Language, built, compiler_with, folder, run};
use crate::frozen::frozen_header;

/// The example `canned_plugin`, which `cargo test` builds beside this test.
fn plugin() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let examples = test.parent().unwrap().with_file_name("examples");
    let name = format!(
        "{}canned_plugin{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let plugin = examples.join(name);
    assert!(
        plugin.exists(),
        "{} is not there; run all tests of the crate, or cargo build --examples",
        plugin.display()
    );
    plugin
}

#[test]
fn a_program_in_c_loads_a_rust_engine_and_hears_its_log_and_panics() {
    assert_loads(&folder("include"));
}

#[test]
fn a_program_that_was_built_with_the_frozen_header_does_so_too() {
    assert_loads(&frozen_header());
}

/// Builds the program with the header in this folder, and runs it.
fn assert_loads(include: &Path) {
    let program = built(&format!("host-{}", include.file_name().unwrap().display()));
    let mut compiler = compiler_with(&Language::C, include);
    compiler.arg(folder("tests/c").join("host.c"));
    compiler.arg("-o").arg(&program).arg("-ldl");
    run(compiler);
    let output = Command::new(program).arg(plugin()).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "a plugin writes nothing there"
    );
    assert!(output.status.success(), "{}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stdout), SAID);
}

/// Messages with a NUL are printed up to it.
const SAID: &str = r#"init: 0
engine_open: 0
describe: 0
  {"name":"canned","version":"1.2.3"
log: level 3, canned: connecting in operation 7
refused: 12 [] no entry
log: level 3, canned: connecting in operation 7
session_open: 0
rows 2: 0
  1
  -1
  2
  -1
fail at 2: 0
  1
  -1
  last error: batch 2  is bad
  stream_error: 11 [22012] batch 2
refuse: 10 [42601] refused
log: level 1, panic: query panics
panic: 16 [] the engine panicked in 'query': query panics; this is a defect in it
panic in next: 0
log: level 1, panic: next panics
  last error: the engine panicked in 'a stream': next panics; this is a defect in it
  stream_error: 16 [] the engine panicked in 'a stream': next panics; this is a defect in it
rows 1: 0
  1
  -1
"#;
