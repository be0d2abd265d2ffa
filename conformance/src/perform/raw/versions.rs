//! Hosts of other versions, and tables.

use std::mem::{offset_of, size_of};

use data_validator_plugin::abi::version::{MAJOR, MINOR};
use data_validator_plugin::abi::{DvCall, DvError, DvHost, DvPlugin, DvString};
use data_validator_plugin::{Description, ErrorClass, Transactions};

use super::library::{RawEngine, call, host, is_ok, read, table, told};
use super::room::Room;
use super::streams::sum_of_all;
use super::{ONE_ROW, Plugin};
use crate::perform::trouble::{Done, Trouble, fail};

/// A host of another major, which is another interface.
pub fn another_major(plugin: &Plugin<'_>) -> Done {
    for major in [MAJOR + 1, 0] {
        // It lives as long as the process.
        let host: &'static DvHost = Box::leak(Box::new(host(major, 0)));
        let (mut room, mut error) = (DvPlugin::empty(), DvError::empty());
        let entry = plugin.entry;
        let (table, error_room) = (&raw mut room, &raw mut error);
        // SAFETY: the first members of a host are the same in every version, and the rooms are there.
        let status = unsafe { entry(host, table, error_room) };
        if status != ErrorClass::Unsupported as u32 {
            return fail(match status {
                0 => format!("a host of major {major} is served"),
                status => told("dv_plugin_init_v1", status, &error),
            });
        }
        let message = read(error.message);
        if !(message.contains(&major.to_string()) && message.contains(&MAJOR.to_string())) {
            return fail(format!(
                "the message does not name both versions: {message}"
            ));
        }
        if room.query.is_some() {
            return fail("the table is filled in all the same");
        }
    }
    Ok(())
}

/// All structs are longer, and the minor is higher.
pub fn newer_host(plugin: &Plugin<'_>) -> Done {
    const MORE: usize = 128;
    let host_size = size_of::<DvHost>() + MORE;
    // It lives as long as the process.
    let host_room = Box::leak(Box::new(Room::<DvHost>::of_size(host_size)));
    let newer = DvHost {
        struct_size: host_size,
        ..host(MAJOR, MINOR + 99)
    };
    // SAFETY: the room is longer than a host of this version.
    unsafe { host_room.pointer().write(newer) };
    let size = size_of::<DvPlugin>() + MORE;
    let mut room = Room::<DvPlugin>::of_size(size);
    let mut error = DvError::empty();
    let (entry, at) = (plugin.entry, room.pointer());
    // SAFETY: both are as long as they say.
    let status = unsafe { entry(host_room.pointer(), at, &raw mut error) };
    is_ok("dv_plugin_init_v1", status, &error)?;
    // SAFETY: the room holds a table of at least this version.
    let filled = unsafe { at.read() };
    if !room.is_intact() {
        return fail("bytes behind the room of the table were changed");
    }
    let unknown = room.bytes_from(filled.struct_size);
    if unknown.iter().any(|byte| *byte != 0) {
        return fail("bytes behind the end of the table, as the plugin tells it, were changed");
    }
    serves(plugin, filled, MORE)
}

/// A host that knows no function behind `query`.
pub fn older_host(plugin: &Plugin<'_>) -> Done {
    let size = offset_of!(DvPlugin, stream_error);
    let mut room = Room::<DvPlugin>::of_size(size);
    let mut error = DvError::empty();
    // It lives as long as the process.
    let host: &'static DvHost = Box::leak(Box::new(host(MAJOR, MINOR)));
    let (entry, at) = (plugin.entry, room.pointer());
    // SAFETY: the room is as long as it says.
    let status = unsafe { entry(host, at, &raw mut error) };
    is_ok("dv_plugin_init_v1", status, &error)?;
    if !room.is_intact() {
        return fail("bytes behind the room of the table were changed");
    }
    let mut short = Room::<DvPlugin>::of_size(size_of::<DvPlugin>());
    short.fill(&room.bytes()[..size]);
    // SAFETY: the room is as long as a table, and functions that are not there are zero.
    let filled = unsafe { short.pointer().read() };
    if filled.struct_size < size {
        return fail(format!(
            "the table says that it has {} bytes",
            filled.struct_size
        ));
    }
    serves(plugin, filled, 0)
}

/// Describes, opens a session with a longer call, and runs a query.
fn serves(plugin: &Plugin<'_>, table: DvPlugin, more: usize) -> Done {
    let engine = RawEngine::open(table)?;
    engine.describe()?;
    let mut longer = Room::<DvCall>::of_size(size_of::<DvCall>() + more);
    let number = DvCall {
        struct_size: size_of::<DvCall>() + more,
        ..call()
    };
    // SAFETY: the room is at least as long as a call of this version.
    unsafe { longer.pointer().write(number) };
    let session = engine.connect(DvString::of(&plugin.config), longer.pointer())?;
    let begun = session.try_query_with(DvString::of(ONE_ROW), longer.pointer())?;
    let mut stream = begun.or_else(|(status, error)| fail(told("query", status, &error)))?;
    match sum_of_all(&mut stream)? {
        7 => Ok(()),
        other => fail(format!("the query gives {other} in place of 7")),
    }
}

/// What every plugin has, and what its description declares.
pub fn functions(plugin: &Plugin<'_>) -> Done {
    let table = table(plugin.entry)?;
    if table.abi_major != MAJOR {
        return fail(format!(
            "the table says that it is of major {}",
            table.abi_major
        ));
    }
    let engine = RawEngine::open(table)?;
    let described: Description = serde_json::from_str(&engine.describe()?)
        .map_err(|error| Trouble::Fail(format!("the description is none: {error}")))?;
    let can = &described.capabilities;
    let has_transactions = can.transactions != Transactions::None;
    let functions = [
        ("engine_open", true, table.engine_open.is_some()),
        ("engine_close", true, table.engine_close.is_some()),
        ("describe", true, table.describe.is_some()),
        ("session_open", true, table.session_open.is_some()),
        ("session_close", true, table.session_close.is_some()),
        ("query", true, table.query.is_some()),
        (
            "attach",
            !can.file_formats.is_empty(),
            table.attach.is_some(),
        ),
        ("ingest", can.ingest, table.ingest.is_some()),
        ("publish", can.publish, table.publish.is_some()),
        ("outcome", can.publish, table.outcome.is_some()),
        ("execute", has_transactions, table.execute.is_some()),
        ("begin", has_transactions, table.begin.is_some()),
        ("commit", has_transactions, table.commit.is_some()),
        ("rollback", has_transactions, table.rollback.is_some()),
    ];
    let lacking = functions
        .iter()
        .find(|(_, is_needed, is_there)| *is_needed && !is_there);
    match lacking {
        Some((name, ..)) => fail(format!("'{name}' is declared, and missing in the table")),
        None => Ok(()),
    }
}

/// The entry is called twice, and of two engines one is closed.
pub fn two_tables(plugin: &Plugin<'_>) -> Done {
    let first = RawEngine::open(table(plugin.entry)?)?;
    let second = RawEngine::open(table(plugin.entry)?)?;
    if first.describe()? != second.describe()? {
        return fail("two tables describe two engines");
    }
    drop(first);
    serves(plugin, second.table, 0)
}

/// Asked several times, of two engines, and before there is any session.
pub fn description(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    let first = engine.describe()?;
    let described: Description = serde_json::from_str(&first)
        .map_err(|error| Trouble::Fail(format!("it is none: {error}: {first}")))?;
    if described.name.trim().is_empty() || described.version.trim().is_empty() {
        return fail(format!("it has no name or no version: {first}"));
    }
    let other = plugin.engine()?;
    for again in [engine.describe()?, other.describe()?, engine.describe()?] {
        if again != first {
            return fail(format!("it is\n    {again}\nafter\n    {first}"));
        }
    }
    Ok(())
}
