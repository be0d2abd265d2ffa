//! Tables of other versions: shorter, longer, of another major, or with holes.

use std::mem::offset_of;
use std::ptr;
use std::sync::{Arc, Mutex};

use data_validator_plugin::abi::export::{init, table};
use data_validator_plugin::abi::import::import_table;
use data_validator_plugin::abi::{DvError, DvHost, DvPlugin, ImportedEngine, import};
use data_validator_plugin::{
    Call, Capabilities, Engine, EngineError, ErrorClass, LogicalType, Source,
};

use crate::canned::Canned;
use crate::conversation::{config, error, publication, read, relation, table as table_name};

pub fn canned_table() -> DvPlugin {
    table(Box::new(|| Arc::new(Canned::default())))
}

pub fn import_changed(change: impl FnOnce(&mut DvPlugin)) -> Result<ImportedEngine, EngineError> {
    let mut table = canned_table();
    change(&mut table);
    // SAFETY: the table is one of this library, but for what the test is about.
    unsafe { import_table(table) }
}

/// What an engine does that has no more than it must have.
fn assert_serves_without_extras(engine: &dyn Engine) {
    let (call, source) = (Call::default(), Source::Table(table_name("t`")));
    assert!(engine.describe().capabilities.file_formats.is_empty());
    let without_functions = Capabilities {
        embedded: true,
        read_only_sessions: true,
        streams: true,
        ..Capabilities::default()
    };
    assert_eq!(engine.describe().capabilities, without_functions);
    let mut session = engine.connect(&config("well"), &call).unwrap();

    let attached = session.attach("n", &source, &call).unwrap();
    assert_eq!(attached.sql, "`s`.`t```");
    let attached = session.attach("n", &Source::Query("SELECT 1 -- one".into()), &call);
    assert_eq!(attached.unwrap().sql, "(SELECT 1 -- one\n) AS `n`");
    let files = Source::Files {
        format: data_validator_plugin::FileFormat::Parquet,
        paths: vec![],
    };
    let refused = error(session.attach("n", &files, &call));
    assert_eq!(refused.class, ErrorClass::Unsupported);

    let schema = session.schema(&relation("t"), &call).unwrap();
    assert_eq!(schema.columns.len(), 1);
    assert_eq!(schema.columns[0].name, "n");
    assert_eq!(schema.columns[0].logical_type, LogicalType::Integer);

    assert_eq!(session.data_version(&relation("t"), &call), Ok(None));
    assert_eq!(session.statistics(&relation("t"), &["n"], &call), Ok(None));
    session.canceller().cancel(1);
    let refused = error(session.publish(&publication("first"), &call));
    assert_eq!(refused.class, ErrorClass::Unsupported);
    let refused = error(session.outcome("first", &call));
    assert_eq!(refused.class, ErrorClass::Unsupported);

    assert_eq!(
        session.materialise("t", &relation("t"), &["n"], &call),
        Ok(None)
    );
    assert_eq!(session.detach("t", &call), Ok(()));
    for refused in [
        session.execute("create", &call).err(),
        session.begin(&call).err(),
        session.commit(&call).err(),
        session.rollback(&call).err(),
    ] {
        assert_eq!(refused.unwrap().class, ErrorClass::Unsupported);
    }
    let source = Canned::default();
    let mut source = source.connect(&config("well"), &call).unwrap();
    let mut rows = source.query("rows 1", &call).unwrap();
    let refused = error(session.ingest("t", &mut *rows, &call));
    assert_eq!(refused.class, ErrorClass::Unsupported);

    let mut stream = session.query("rows 1", &call).unwrap();
    assert_eq!(read(&mut *stream), "[1, -1] end");
    drop(stream);
    let mut stream = session.query("fail at 1", &call).unwrap();
    let failed = error(stream.next());
    assert_eq!(failed.message, "batch 1  is bad");
    assert_eq!(failed.class, ErrorClass::Internal, "no class was told");
}

#[test]
fn a_table_with_the_required_functions_alone_serves() {
    let engine = import_changed(|table| {
        table.stream_error = None;
        table.cancel = None;
        table.attach = None;
        table.table_schema = None;
        table.data_version = None;
        table.statistics = None;
        table.materialise = None;
        table.ingest = None;
        table.detach = None;
        table.publish = None;
        table.outcome = None;
        table.execute = None;
        table.begin = None;
        table.commit = None;
        table.rollback = None;
    });
    assert_serves_without_extras(&engine.unwrap());
}

#[test]
fn a_shorter_table_serves_and_what_lies_behind_its_end_is_not_used() {
    let end = offset_of!(DvPlugin, stream_error);
    // Also in the middle of a function, which is then not there.
    for struct_size in [end, end + 1, end + 7] {
        let engine = import_changed(|table| table.struct_size = struct_size);
        assert_serves_without_extras(&engine.unwrap());
    }
}

/// A table of a later minor.
#[repr(C)]
struct Longer {
    known: DvPlugin,
    unknown: [usize; 4],
}

/// Fills in a longer table as a later SDK would: as much as there is room for.
unsafe extern "C" fn init_longer(_: *const DvHost, room: *mut DvPlugin, _: *mut DvError) -> u32 {
    let mut longer = Longer {
        known: canned_table(),
        unknown: [usize::MAX; 4],
    };
    longer.known.struct_size = size_of::<Longer>();
    longer.known.abi_minor = 7;
    // SAFETY: the host set the size of the room.
    let size = unsafe { (*room).struct_size }.min(size_of::<Longer>());
    // SAFETY: both are that long.
    unsafe { ptr::copy_nonoverlapping((&raw const longer).cast::<u8>(), room.cast(), size) };
    0
}

#[test]
fn a_longer_table_serves_like_any_other() {
    // SAFETY: the function follows the rules.
    let engine = unsafe { import(init_longer) }.unwrap();
    assert_eq!(engine.describe(), Canned::default().describe());
    let mut session = engine.connect(&config("well"), &Call::default()).unwrap();
    assert!(session.outcome("first", &Call::default()).is_ok());
}

#[test]
fn a_host_with_a_shorter_table_gets_no_more_than_fits() {
    let mut room = [0xA5_usize; size_of::<DvPlugin>() / size_of::<usize>() + 1];
    let short = offset_of!(DvPlugin, attach);
    room[0] = short;
    // SAFETY: the room is longer than its first member says.
    let status = unsafe { init(ptr::null(), room.as_mut_ptr().cast(), ptr::null_mut(), make) };
    assert_eq!(status, 0);
    assert_eq!(room[0], size_of::<DvPlugin>(), "its full length is told");
    let (written, rest) = room.split_at(short / size_of::<usize>());
    assert!(written.iter().all(|word| *word != 0xA5));
    assert!(rest.iter().all(|word| *word == 0xA5));
}

#[test]
fn another_major_is_refused_with_both_versions() {
    let refused = error(import_changed(|table| table.abi_major = 2));
    assert_eq!(refused.class, ErrorClass::Unsupported);
    assert_eq!(
        refused.message,
        "the plugin speaks version 2 of the plugin interface and this program version 1; \
         install a plugin that was built for version 1"
    );

    let mut told = DvError::empty();
    let mut room = DvPlugin::empty();
    let host = Box::leak(Box::new(DvHost {
        struct_size: size_of::<DvHost>(),
        abi_major: 3,
        abi_minor: 0,
        context: ptr::null_mut(),
        log: None,
        log_level: 0,
        reserved: 0,
    }));
    // SAFETY: the host is leaked, and there is room for table and error.
    let status = unsafe { init(host, &raw mut room, &raw mut told, make) };
    assert_eq!(status, ErrorClass::Unsupported as u32);
    assert!(room.engine_open.is_none());
    // SAFETY: the error is ours, and live.
    let message =
        unsafe { std::slice::from_raw_parts(told.message.ptr.cast::<u8>(), told.message.len) };
    assert_eq!(
        std::str::from_utf8(message).unwrap(),
        "the program speaks version 3 of the plugin interface and this plugin version 1; \
         install a plugin that was built for version 3"
    );
}

#[test]
fn a_table_without_a_required_function_is_refused_by_its_name() {
    let message = |change: fn(&mut DvPlugin)| error(import_changed(change)).message;
    assert_eq!(
        message(|table| table.query = None),
        "the plugin has no query, which every plugin needs; it is defective"
    );
    assert_eq!(
        message(|table| table.struct_size = offset_of!(DvPlugin, session_close)),
        "the plugin has no session_close, query, which every plugin needs; it is defective"
    );
    for nothing in [0, 8, usize::MAX] {
        let empty = message(match nothing {
            0 => |table| table.struct_size = 0,
            8 => |table| table.struct_size = 8,
            _ => |table| *table = DvPlugin::empty(),
        });
        assert_eq!(
            empty,
            "the plugin left its table empty, which every plugin needs; it is defective"
        );
    }
}

fn make() -> Arc<dyn Engine> {
    Arc::new(Canned::default())
}

unsafe extern "C" fn init_here(
    host: *const DvHost,
    room: *mut DvPlugin,
    error: *mut DvError,
) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { init(host, room, error, make) }
}

/// The log of this program.
struct Lines(Mutex<Vec<String>>);

static LINES: Lines = Lines(Mutex::new(Vec::new()));

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.0.lock().unwrap().push(record.args().to_string());
    }

    fn flush(&self) {}
}

#[test]
fn an_engine_that_is_linked_in_leaves_the_log_to_the_program() {
    // SAFETY: the entry is one of this library.
    let engine = unsafe { import(init_here) }.unwrap();
    // A forwarder of the plugin would be there already, and would send its lines to itself.
    log::set_logger(&LINES).expect("no logger was set");
    log::set_max_level(log::LevelFilter::Info);
    let call = Call { operation: 8191 };
    assert!(engine.connect(&config("well"), &call).is_ok());
    let lines = LINES.0.lock().unwrap();
    assert!(lines.contains(&"connecting in operation 8191".to_owned()));
}
