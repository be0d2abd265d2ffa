//! Sessions between threads, and what is lent to them.

use std::thread;

use data_validator_harness::table;
use data_validator_plugin::abi::{DvError, DvString, DvText};
use serde_json::{Value, json};

use super::library::{call, is_ok, read};
use super::streams::{many_rows, sum_of_all};
use super::{ONE_ROW, Plugin};
use crate::perform::trouble::{Done, Trouble, fail, unexpected};

/// Opened in one thread, used in two others, closed in a fourth.
pub fn threads(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    let (engine, config) = (&engine, &plugin.config);
    let panics = |_| Trouble::Fail("a call panics".into());
    thread::scope(|scope| {
        let opened = scope.spawn(move || {
            let call = call();
            engine.connect(DvString::of(config), &raw const call)
        });
        let mut session = opened.join().map_err(panics)??;
        for _ in 0..2 {
            let used = scope.spawn(move || -> Done<_> {
                let rows = table(&mut session.query(ONE_ROW)?);
                rows.map_err(|error| unexpected(&error))?;
                Ok(session)
            });
            session = used.join().map_err(panics)??;
        }
        let closed = scope.spawn(move || drop(session));
        closed.join().map_err(panics)
    })
}

/// Texts are overwritten as soon as the call that took them has returned.
pub fn borrowed(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    let mut config = plugin.config.clone().into_bytes();
    let opening = call();
    let lent = DvString {
        ptr: config.as_ptr().cast(),
        len: config.len(),
    };
    let session = engine.connect(lent, &raw const opening)?;
    config.fill(b'#');
    let (sql, expected) = many_rows();
    let mut sql = sql.into_bytes();
    let lent = DvString {
        ptr: sql.as_ptr().cast(),
        len: sql.len(),
    };
    let begun = session.try_query(lent)?;
    sql.fill(b'#');
    let mut stream =
        begun.or_else(|(status, error)| fail(super::library::told("query", status, &error)))?;
    let sum = sum_of_all(&mut stream)?;
    match sum == expected {
        true => Ok(()),
        false => fail(format!("the rows add up to {sum} in place of {expected}")),
    }
}

/// Objects have members of a later minor.
pub fn unknown_members(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    let mut config: Value =
        serde_json::from_str(&plugin.config).map_err(|error| Trouble::Error(error.to_string()))?;
    config["of_a_later_version"] = json!({"a": [1, null]});
    let (config, opening) = (config.to_string(), call());
    let session = engine.connect(DvString::of(&config), &raw const opening)?;
    let Some(attach) = engine.table.attach else {
        return Ok(());
    };
    let source = json!({"query": ONE_ROW, "of_a_later_version": true}).to_string();
    let (mut relation, mut error) = (DvText::empty(), DvError::empty());
    let attaching = call();
    let (name, source) = (DvString::of("later"), DvString::of(&source));
    let (room, error_room) = (&raw mut relation, &raw mut error);
    // SAFETY: the session is open and not used elsewhere, and what is passed lives longer than the call.
    let status = unsafe {
        attach(
            session.session,
            &raw const attaching,
            name,
            source,
            room,
            error_room,
        )
    };
    is_ok("attach", status, &error)?;
    let relation = read(DvString {
        ptr: relation.ptr,
        len: relation.len,
    });
    let rows = table(&mut session.query(&format!("SELECT * FROM {relation}"))?);
    let rows = rows.map_err(|error| unexpected(&error))?.rows;
    match rows == [[Some("7".to_owned())]] {
        true => Ok(()),
        false => fail(format!("the source has the rows {rows:?}")),
    }
}
