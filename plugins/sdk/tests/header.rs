//! The header compiles as C and as C++, without a warning.

use std::fs;

use crate::c_compiler::{Language, built, compiler, run};

/// Both the first and the only one to define the Arrow structs; used twice; every macro expanded.
const USE: &str = r#"
#include "data_validator_plugin.h"
#include "data_validator_plugin.h"
static uint32_t fail(DvError *error) { return dv_error_write(error, DV_DATA, "no"); }
int main(void) {
    DvPlugin room, table;
    DvError error;
    DvText text;
    memset(&room, 0, sizeof room);
    memset(&table, 0, sizeof table);
    memset(&error, 0, sizeof error);
    memset(&text, 0, sizeof text);
    room.struct_size = sizeof room;
    error.struct_size = sizeof error;
    dv_plugin_write(&room, &table);
    if (!DV_HAS(&room, DvPlugin, shutdown) || room.abi_major != 1) return 1;
    if (fail(&error) != DV_DATA || error.error_class != DV_DATA || error.message.len != 2) return 2;
    error.release(&error);
    if (error.release != NULL || fail(NULL) != DV_DATA) return 3;
    if (dv_text_write(&text, "abc", 3) != DV_OK || text.len != 3) return 4;
    text.release(&text);
    return text.release == NULL ? 0 : 5;
}
"#;

const GUARDED: &str = r#"
#include "data_validator_plugin.h"
#include <stdexcept>
int main() {
    DvError error = {};
    error.struct_size = sizeof error;
    uint32_t said = dv_guarded(&error, []() -> uint32_t { throw std::runtime_error("thrown"); });
    if (said != DV_INTERNAL || error.message.len != 6) return 1;
    error.release(&error);
    if (dv_guarded(nullptr, []() -> uint32_t { throw 7; }) != DV_INTERNAL) return 2;
    return dv_guarded(nullptr, []() -> uint32_t { return DV_OK; }) == DV_OK ? 0 : 3;
}
"#;

fn compiles_and_works(language: &Language, name: &str, text: &str) {
    let (source, program) = (built(&format!("{name}.txt")), built(name));
    fs::write(&source, text).unwrap();
    let mut compiler = compiler(language);
    compiler.arg(&source).arg("-o").arg(&program);
    if matches!(language, Language::Cpp) {
        compiler.arg("-lstdc++");
    }
    run(compiler);
    run(std::process::Command::new(program));
}

#[test]
fn the_header_is_c11() {
    compiles_and_works(&Language::C, "header_c", USE);
}

#[test]
fn the_header_is_cpp17() {
    compiles_and_works(&Language::Cpp, "header_cpp", USE);
}

#[test]
fn an_exception_is_kept_on_its_side_in_cpp() {
    compiles_and_works(&Language::Cpp, "header_guarded", GUARDED);
}
