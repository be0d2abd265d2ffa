//! The binary interface as Rust has it, and as a C compiler sees the header: every struct, member and number.

use std::any::type_name;
use std::fs;
use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

use data_validator_plugin::abi::version::{ENTRY_SYMBOL, MAJOR, entry_symbol};
use data_validator_plugin::abi::{DvCall, DvError, DvHost, DvPlugin, DvString, DvText};
use data_validator_plugin::{
    ArrowArray, ArrowArrayStream, ArrowSchema, Effect, ErrorClass, SessionState, TransactionState,
};

use crate::c_compiler::{Language, built, compiler_with, folder, run};
use crate::c_types::{c_type, pointer_to};

/// The interface as text, as Rust has it, and as a C program prints what C has.
///
/// A section is a line that begins with `struct` or `numbers`. The lines below are members, with offset, size,
/// type and name, or numbers.
#[derive(Default)]
pub struct Sides(Vec<Line>);

struct Line {
    rust: String,
    /// A statement that prints the line.
    c: String,
}

impl Sides {
    /// The whole interface.
    pub fn all() -> Self {
        let mut sides = Self::default();
        structs(&mut sides);
        numbers(&mut sides);
        sides
    }

    /// As Rust has it.
    pub fn in_rust(&self) -> String {
        self.0
            .iter()
            .map(|line| format!("{}\n", line.rust))
            .collect()
    }

    /// What a C compiler says of the header in a folder, about what a table has a line of.
    pub fn in_c(&self, include: &Path, table: &str) -> String {
        let wanted: Vec<(&str, &str)> = keys(table.lines()).collect();
        let keys = keys(self.0.iter().map(|line| line.rust.as_str()));
        let lines = keys.zip(&self.0).filter(|(key, _)| wanted.contains(key));
        let body: String = lines.map(|(_, line)| format!("    {}\n", line.c)).collect();
        let name = format!("layout-{}", include.file_name().unwrap().display());
        let source = built(&format!("{name}.c"));
        let includes = "#include <stdio.h>\n#include \"data_validator_plugin.h\"\n";
        fs::write(
            &source,
            format!("{includes}int main(void) {{\n{body}    return 0;\n}}\n"),
        )
        .unwrap();
        let program = built(&name);
        let mut compiler = compiler_with(&Language::C, include);
        compiler.arg(&source).arg("-o").arg(&program);
        run(compiler);
        run(Command::new(program))
    }

    fn text(&mut self, rust: &str, format: &str, values: &str) {
        let comma = if values.is_empty() { "" } else { ", " };
        self.0.push(Line {
            rust: rust.to_owned(),
            c: format!("printf(\"{format}\\n\"{comma}{values});"),
        });
    }

    fn section(&mut self, name: &str) {
        self.text(name, name, "");
    }

    fn structure(&mut self, c: &str, size: usize, alignment: usize) {
        let name = c.trim_start_matches("struct ");
        self.text(
            &format!("struct {name}, size {size}, alignment {alignment}"),
            &format!("struct {name}, size %zu, alignment %zu"),
            &format!("sizeof({c}), _Alignof({c})"),
        );
    }

    fn member(&mut self, c: &str, name: &str, offset: usize, size: usize, rust_type: &str) {
        let c_type = c_type(rust_type);
        let place = format!("(({c} *)0)->{name}");
        let pointer = pointer_to(&c_type);
        self.text(
            &format!("  {offset} {size} {c_type} {name}"),
            &format!("  %zu %zu %s {name}"),
            &format!(
                "offsetof({c}, {name}), sizeof({place}), _Generic(&{place}, {pointer}: \"{c_type}\", default: \"of another type:\")"
            ),
        );
    }

    fn number(&mut self, name: &str, value: usize) {
        self.text(
            &format!("  {value} {name}"),
            &format!("  %zu {name}"),
            &format!("(size_t){name}"),
        );
    }
}

/// The section and the name of each line: a struct's first line is named by what does not change.
fn keys<'t>(lines: impl Iterator<Item = &'t str>) -> impl Iterator<Item = (&'t str, &'t str)> {
    lines.scan("", |section, line| {
        let is_member = line.starts_with("  ");
        if !is_member {
            *section = line.split(',').next().unwrap_or(line);
        }
        let name = line.rsplit(' ').next().filter(|_| is_member);
        Some((*section, name.unwrap_or("")))
    })
}

/// The size of a struct, and place, size and type of each of its members.
macro_rules! layout {
    ($sides:ident, $c:literal, $rust:ident { $($member:ident),* $(,)? }) => {
        $sides.structure($c, size_of::<$rust>(), align_of::<$rust>());
        $({
            let (size, type_name) = of_member(|value: &$rust| &raw const value.$member);
            $sides.member($c, stringify!($member), offset_of!($rust, $member), size, type_name);
        })*
        // A struct pattern without `..` fails to compile when a member is left out here.
        let _ = |value: &$rust| { let $rust { $($member: _),* } = value; };
    };
}

fn of_member<S, M>(_: impl Fn(&S) -> *const M) -> (usize, &'static str) {
    (size_of::<M>(), type_name::<M>())
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
            log_level,
            reserved
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
    sides.section("numbers of an error's class");
    sides.number("DV_OK", 0);
    let mut classes = 0;
    while let Some(class) = ErrorClass::from_number(classes + 1) {
        classes += 1;
        assert_eq!(class as u32, classes);
        let name = format!("DV_{}", class.as_str().to_uppercase());
        sides.number(&name, classes as usize);
    }
    assert_eq!(classes, 16, "a class is missing in from_number");
    sides.section("numbers of an effect");
    for (name, effect) in [
        ("UNKNOWN", Effect::Unknown),
        ("NONE", Effect::None),
        ("APPLIED", Effect::Applied),
        ("PARTIAL", Effect::Partial),
    ] {
        assert_eq!(Effect::from_number(effect as u32), effect);
        sides.number(&format!("DV_EFFECT_{name}"), effect as usize);
    }
    sides.section("numbers of a transaction's state");
    for (name, state) in [
        ("UNKNOWN", TransactionState::Unknown),
        ("NONE", TransactionState::None),
        ("OPEN", TransactionState::Open),
        ("ABORTED", TransactionState::Aborted),
    ] {
        assert_eq!(TransactionState::from_number(state as u32), state);
        sides.number(&format!("DV_TRANSACTION_{name}"), state as usize);
    }
    sides.section("numbers of a session's state");
    for (name, state) in [
        ("UNKNOWN", SessionState::Unknown),
        ("USABLE", SessionState::Usable),
        ("BROKEN", SessionState::Broken),
    ] {
        assert_eq!(SessionState::from_number(state as u32), state);
        sides.number(&format!("DV_SESSION_{name}"), state as usize);
    }
    sides.section("numbers of a log level");
    sides.number("DV_LOG_OFF", log::LevelFilter::Off as usize);
    for level in log::Level::iter() {
        sides.number(&format!("DV_LOG_{level}"), level as usize);
    }
}

#[test]
fn structs_and_numbers_are_the_same_in_c_and_in_rust() {
    let sides = Sides::all();
    let in_rust = sides.in_rust();
    assert_eq!(sides.in_c(&folder("include"), &in_rust), in_rust);
}

/// A member that came into such a gap later would lie inside the size of structs that do not have it.
#[test]
fn no_struct_has_a_gap() {
    let (mut head, mut size, mut end) = (String::new(), 0, 0);
    for line in Sides::all().in_rust().lines() {
        let mut numbers = line
            .split([' ', ','])
            .filter_map(|word| word.parse::<usize>().ok());
        let mut next = || numbers.next().unwrap_or_default();
        if line.starts_with("  ") && !head.starts_with("numbers") {
            assert_eq!(next(), end, "{head}: a gap in front of{line}");
            end += next();
        } else if !line.starts_with("  ") {
            assert_eq!(end, size, "{head}: a gap at the end");
            (head, size, end) = (line.to_owned(), next(), 0);
        }
    }
    assert!(head.starts_with("numbers"), "all structs were looked at");
}

#[test]
fn the_entry_symbol_has_the_major_version_in_its_name() {
    assert_eq!(ENTRY_SYMBOL, entry_symbol(MAJOR));
}
