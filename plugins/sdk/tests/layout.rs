//! The structs and numbers of the header are those of Rust.

use std::fmt::Write as _;
use std::fs;
use std::mem::offset_of;
use std::process::Command;

use data_validator_plugin::abi::version::{ENTRY_SYMBOL, MAJOR, MINOR, entry_symbol};
use data_validator_plugin::abi::{DvCall, DvError, DvHost, DvPlugin, DvString, DvText};
use data_validator_plugin::{
    ArrowArray, ArrowArrayStream, ArrowSchema, Effect, ErrorClass, SessionState, TransactionState,
};

use crate::c_compiler::{Language, built, compiler, run};

/// Lines of a C program that prints `NAME VALUE`, and the lines that Rust expects.
#[derive(Default)]
struct Sides {
    c: String,
    rust: String,
}

impl Sides {
    fn value(&mut self, c: &str, value: usize) {
        writeln!(self.c, "    printf(\"%s %zu\\n\", \"{c}\", (size_t)({c}));").unwrap();
        writeln!(self.rust, "{c} {value}").unwrap();
    }
}

/// The size of a struct, and size and place of each of its members.
macro_rules! layout {
    ($sides:ident, $c:literal, $rust:ident { $($member:ident),* $(,)? }) => {
        $sides.value(concat!("sizeof(", $c, ")"), size_of::<$rust>());
        $sides.value(concat!("_Alignof(", $c, ")"), align_of::<$rust>());
        $(
            $sides.value(
                concat!("offsetof(", $c, ", ", stringify!($member), ")"),
                offset_of!($rust, $member),
            );
            $sides.value(
                concat!("sizeof(((", $c, " *)0)->", stringify!($member), ")"),
                size_of_member(|value: &$rust| &raw const value.$member),
            );
        )*
        // A struct pattern without `..` fails to compile when a member is left out here.
        let _ = |value: &$rust| { let $rust { $($member: _),* } = value; };
    };
}

fn size_of_member<S, M>(_: impl Fn(&S) -> *const M) -> usize {
    size_of::<M>()
}

fn structs(sides: &mut Sides) {
    layout!(sides, "DvString", DvString { ptr, len });
    layout!(
        sides,
        "DvText",
        DvText {
            ptr,
            len,
            release,
            private_data
        }
    );
    layout!(
        sides,
        "DvCall",
        DvCall {
            struct_size,
            operation
        }
    );
    layout!(
        sides,
        "DvHost",
        DvHost {
            struct_size,
            abi_major,
            abi_minor,
            context,
            log,
            log_level
        }
    );
    layout!(
        sides,
        "DvError",
        DvError {
            struct_size,
            error_class,
            effect,
            transaction,
            session,
            retry_after_ms,
            vendor_code,
            sql_offset,
            sqlstate,
            message,
            details,
            release,
            private_data,
        }
    );
    layout!(
        sides,
        "DvPlugin",
        DvPlugin {
            struct_size,
            abi_major,
            abi_minor,
            context,
            engine_open,
            engine_close,
            describe,
            session_open,
            session_close,
            query,
            stream_error,
            cancel,
            attach,
            table_schema,
            data_version,
            statistics,
            materialise,
            ingest,
            detach,
            publish,
            outcome,
            execute,
            begin,
            commit,
            rollback,
            shutdown,
        }
    );
    layout!(
        sides,
        "struct ArrowSchema",
        ArrowSchema {
            format,
            name,
            metadata,
            flags,
            n_children,
            children,
            dictionary,
            release,
            private_data,
        }
    );
    layout!(
        sides,
        "struct ArrowArray",
        ArrowArray {
            length,
            null_count,
            offset,
            n_buffers,
            n_children,
            buffers,
            children,
            dictionary,
            release,
            private_data,
        }
    );
    layout!(
        sides,
        "struct ArrowArrayStream",
        ArrowArrayStream {
            get_schema,
            get_next,
            get_last_error,
            release,
            private_data
        }
    );
}

fn numbers(sides: &mut Sides) {
    sides.value("DV_ABI_MAJOR", MAJOR as usize);
    sides.value("DV_ABI_MINOR", MINOR as usize);
    let mut classes = 0;
    while let Some(class) = ErrorClass::from_number(classes + 1) {
        classes += 1;
        assert_eq!(class as u32, classes);
        let name = format!("DV_{}", class.as_str().to_uppercase());
        sides.value(&name, classes as usize);
    }
    assert_eq!(classes, 16, "a class is missing in from_number");
    for (name, effect) in [
        ("UNKNOWN", Effect::Unknown),
        ("NONE", Effect::None),
        ("APPLIED", Effect::Applied),
        ("PARTIAL", Effect::Partial),
    ] {
        assert_eq!(Effect::from_number(effect as u32), effect);
        sides.value(&format!("DV_EFFECT_{name}"), effect as usize);
    }
    for (name, state) in [
        ("UNKNOWN", TransactionState::Unknown),
        ("NONE", TransactionState::None),
        ("OPEN", TransactionState::Open),
        ("ABORTED", TransactionState::Aborted),
    ] {
        assert_eq!(TransactionState::from_number(state as u32), state);
        sides.value(&format!("DV_TRANSACTION_{name}"), state as usize);
    }
    for (name, state) in [
        ("UNKNOWN", SessionState::Unknown),
        ("USABLE", SessionState::Usable),
        ("BROKEN", SessionState::Broken),
    ] {
        assert_eq!(SessionState::from_number(state as u32), state);
        sides.value(&format!("DV_SESSION_{name}"), state as usize);
    }
    sides.value("DV_LOG_OFF", log::LevelFilter::Off as usize);
    for level in log::Level::iter() {
        sides.value(&format!("DV_LOG_{level}"), level as usize);
    }
}

#[test]
fn structs_and_numbers_are_the_same_in_c_and_in_rust() {
    let mut sides = Sides::default();
    structs(&mut sides);
    numbers(&mut sides);
    let source = built("layout.txt");
    let includes = "#include <stdio.h>\n#include \"data_validator_plugin.h\"\n";
    let text = format!(
        "{includes}int main(void) {{\n{}    return 0;\n}}\n",
        sides.c
    );
    fs::write(&source, text).unwrap();
    let program = built("layout");
    let mut compiler = compiler(&Language::C);
    compiler.arg(&source).arg("-o").arg(&program);
    run(compiler);
    assert_eq!(run(Command::new(program)), sides.rust);
}

#[test]
fn the_entry_symbol_has_the_major_version_in_its_name() {
    assert_eq!(ENTRY_SYMBOL, entry_symbol(MAJOR));
}
