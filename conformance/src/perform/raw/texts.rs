//! Texts and errors across the border.

use std::ptr;

use data_validator_plugin::abi::{DvError, DvString, DvText};
use data_validator_plugin::{ArrowArrayStream, BatchStream, ErrorClass};

use super::library::{RawSession, call, read, required, told};
use super::room::Room;
use super::streams::{sum_of_all, with_session};
use super::{ONE_ROW, Plugin};
use crate::perform::trouble::{Done, fail, unexpected};

const WRONG: &str = "SELEKT 1";

/// A later host gives more room than this version of an error needs.
pub fn room_of_errors(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    let opening = call();
    let session = engine.connect(DvString::of(&plugin.config), &raw const opening)?;
    let query = required!(engine.table, query);
    let size = size_of::<DvError>() + 64;
    let mut room = Room::<DvError>::of_size(size);
    let mut stream = ArrowArrayStream::empty();
    let (asking, sql) = (call(), DvString::of(WRONG));
    let (at, streams) = (room.pointer(), &raw mut stream);
    // SAFETY: the session is open and not used elsewhere, and the room is as long as it says.
    let status = unsafe { query(session.session, &raw const asking, sql, streams, at) };
    // SAFETY: the room holds an error of at least this version.
    let error = unsafe { at.read() };
    if status == 0 || error.error_class != status {
        return fail(format!(
            "query returns {status}, and the error has the class {}",
            error.error_class
        ));
    }
    if error.struct_size != size {
        return fail(format!(
            "the error's size is {} in place of {size}",
            error.struct_size
        ));
    }
    if !room.is_intact() {
        return fail("bytes behind the room of the error were changed");
    }
    match read(error.message).trim() {
        "" => fail("the error has no message"),
        _ => Ok(()),
    }
}

/// The pointer for an error is NULL.
pub fn no_room(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    let wrong = DvString::of("{\"connection\": 1, \"options\": 2}");
    if engine.connect_without_room(wrong)? == 0 {
        return fail("a session is opened with settings that are none");
    }
    with_session(plugin, |session| {
        for _ in 0..10 {
            let status = session.query_without_room(WRONG)?;
            if status != ErrorClass::InvalidSql as u32 {
                return fail(format!("a statement that is none gives {status}"));
            }
        }
        usable(session)
    })
}

/// Whoever releases a value sees by its mark that it is released.
pub fn releases(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    let describe = required!(engine.table, describe);
    let (mut text, mut error) = (DvText::empty(), DvError::empty());
    let (text_room, error_room) = (&raw mut text, &raw mut error);
    // SAFETY: the engine is open, and the rooms are there.
    unsafe { describe(engine.engine(), text_room, error_room) };
    if let Some(release) = text.release {
        // SAFETY: the text is live and ours; its release is taken out of it by the callback.
        unsafe { release(text_room) };
        if text.release.is_some() {
            text.release = None;
            return fail("a text still has its release after it");
        }
    }
    with_session(plugin, |session| {
        let Err((_, mut error)) = session.try_query(DvString::of(WRONG))? else {
            return fail("a statement that is none runs");
        };
        if let Some(release) = error.release {
            // SAFETY: as above, with an error.
            unsafe { release(&raw mut error) };
            if error.release.is_some() {
                error.release = None;
                return fail("an error still has its release after it");
            }
        }
        let mut stream = session.query(ONE_ROW)?;
        let mut schema = stream.schema().map_err(|error| unexpected(&error))?;
        let Some(release) = schema.release else {
            return fail("a schema has no release");
        };
        // SAFETY: as above, with a schema.
        unsafe { release(&raw mut schema) };
        let Some(mut batch) = stream.next().map_err(|error| unexpected(&error))? else {
            return fail("there is no row");
        };
        if let Some(release) = batch.release {
            // SAFETY: as above, with an array.
            unsafe { release(&raw mut batch) };
        }
        let Some(release) = stream.0.release else {
            return fail("a stream has no release");
        };
        // SAFETY: as above, with a stream.
        unsafe { release(&raw mut stream.0) };
        let marks = [
            ("schema", schema.release.take().is_some()),
            ("batch", batch.release.take().is_some()),
            ("stream", stream.0.release.take().is_some()),
        ];
        match marks.iter().find(|(_, has_release)| *has_release) {
            Some((what, _)) => fail(format!("a {what} still has its release after it")),
            None => Ok(()),
        }
    })
}

/// No text, and an empty one, where a statement or settings should be.
pub fn no_text(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    for config in [DvString::NULL, DvString::of("")] {
        let opening = call();
        let (opened, _, _) = engine.try_connect(config, &raw const opening)?;
        if opened.is_some() {
            return fail("a session is opened without settings");
        }
    }
    with_session(plugin, |session| {
        let long_nothing = DvString {
            ptr: ptr::null(),
            len: 12,
        };
        for sql in [
            DvString::NULL,
            DvString::of(""),
            long_nothing,
            DvString::of(" -- \n "),
        ] {
            match session.try_query(sql)? {
                Ok(_) => return fail("no statement gives a stream"),
                Err((status, _)) if status == ErrorClass::InvalidSql as u32 => {}
                Err((status, error)) => return fail(told("no statement", status, &error)),
            }
        }
        usable(session)
    })
}

/// What stands behind a NUL is part of the statement, which is none then.
pub fn nul(plugin: &Plugin<'_>) -> Done {
    with_session(plugin, |session| {
        for sql in [
            "SELECT 7 AS n\0",
            "SELECT 7 AS n\0 FROM nowhere",
            "\0SELECT 7 AS n",
        ] {
            match session.try_query(DvString::of(sql))? {
                Ok(_) => return fail(format!("{sql:?} gives a stream")),
                Err((status, error)) => {
                    let refused = [
                        ErrorClass::InvalidSql,
                        ErrorClass::Data,
                        ErrorClass::Unsupported,
                    ];
                    if !refused.iter().any(|class| *class as u32 == status) {
                        return fail(told(&format!("{sql:?}"), status, &error));
                    }
                }
            }
        }
        usable(session)
    })
}

/// Bytes that are no UTF-8.
pub fn broken(plugin: &Plugin<'_>) -> Done {
    with_session(plugin, |session| {
        let sql = b"SELECT '\xff\xfe' AS n";
        let sql = DvString {
            ptr: sql.as_ptr().cast(),
            len: sql.len(),
        };
        // An engine may take bytes as they are; text that it gives is text all the same.
        if let Ok(mut stream) = session.try_query(sql)? {
            while let Ok(Some(_)) = stream.next() {}
        }
        usable(session)
    })
}

fn usable(session: &RawSession<'_>) -> Done {
    let sum = sum_of_all(&mut session.query(ONE_ROW)?)?;
    match sum {
        7 => Ok(()),
        other => fail(format!(
            "afterwards the session gives {other} in place of 7"
        )),
    }
}
