//! Streams, read in unusual ways.

use data_validator_harness::table;
use data_validator_plugin::abi::DvString;
use data_validator_plugin::{ArrowArray, ArrowArrayStream, BatchStream, ErrorClass};

use super::library::{RawSession, RawStream, call, told};
use super::{ONE_ROW, Plugin};
use crate::perform::trouble::{Done, Trouble, fail, unexpected};

/// A query of many whole numbers, and what they add up to.
pub fn many_rows() -> (String, i64) {
    const DOUBLINGS: u32 = 16;
    let two = "(SELECT 1 AS n UNION ALL SELECT 2 AS n)";
    let tables: Vec<String> = (0..DOUBLINGS).map(|it| format!("{two} AS t{it}")).collect();
    let sql = format!("SELECT t0.n AS n FROM {}", tables.join(" CROSS JOIN "));
    // Half of the rows are 1, and half are 2.
    (sql, 3 * (1 << (DOUBLINGS - 1)))
}

/// The sum of a column of whole numbers.
fn sum(batch: &ArrowArray, is_wide: bool) -> Done<i64> {
    let broken = || Trouble::Fail("a batch has no column of whole numbers".into());
    if batch.n_children != 1 || batch.children.is_null() {
        return Err(broken());
    }
    // SAFETY: a struct array with one child has one.
    let child = unsafe { *batch.children };
    // SAFETY: the batch is live, and its children with it.
    let child = unsafe { child.as_ref() }.ok_or_else(broken)?;
    if child.n_buffers != 2 || child.buffers.is_null() {
        return Err(broken());
    }
    // SAFETY: an array of numbers has two buffers.
    let second = unsafe { child.buffers.add(1) };
    // SAFETY: as above.
    let values = unsafe { *second };
    let (offset, length) = (child.offset as usize, child.length as usize);
    Ok(match is_wide {
        true => {
            // SAFETY: the buffer has room for all values up to the offset and the length.
            let values =
                unsafe { std::slice::from_raw_parts(values.cast::<i64>(), offset + length) };
            values[offset..].iter().sum()
        }
        false => {
            // SAFETY: as above.
            let values =
                unsafe { std::slice::from_raw_parts(values.cast::<i32>(), offset + length) };
            values[offset..].iter().map(|value| i64::from(*value)).sum()
        }
    })
}

/// Whether the stream's only column has 64 bits.
fn is_wide(stream: &mut RawStream) -> Done<bool> {
    let schema = stream.schema().map_err(|error| unexpected(&error))?;
    if schema.n_children != 1 || schema.children.is_null() {
        return fail("the schema has not one column");
    }
    // SAFETY: a schema with one child has one.
    let child = unsafe { *schema.children };
    // SAFETY: the schema is live, and its children with it.
    let Some(child) = (unsafe { child.as_ref() }) else {
        return fail("the schema's column is NULL");
    };
    // SAFETY: the interface has a C string here.
    let format = unsafe { std::ffi::CStr::from_ptr(child.format) };
    match format.to_bytes() {
        b"l" => Ok(true),
        b"i" => Ok(false),
        other => fail(format!("whole numbers come as {other:?}")),
    }
}

fn batches(stream: &mut RawStream) -> Done<Vec<ArrowArray>> {
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().map_err(|error| unexpected(&error))? {
        batches.push(batch);
    }
    Ok(batches)
}

/// What the only column of a stream adds up to.
pub fn sum_of_all(stream: &mut RawStream) -> Done<i64> {
    let is_wide = is_wide(stream)?;
    let batches = batches(stream)?;
    batches.iter().map(|batch| sum(batch, is_wide)).sum()
}

/// Batches are read when the stream is released, the session closed and the engine too.
pub fn batches_outlive(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    let (sql, expected) = many_rows();
    let opening = call();
    let session = engine.connect(DvString::of(&plugin.config), &raw const opening)?;
    let mut stream = session.query(&sql)?;
    let is_wide = is_wide(&mut stream)?;
    let batches = batches(&mut stream)?;
    drop(stream);
    // Another query would write where they were, if they were the stream's.
    sum_of_all(&mut session.query(&sql)?)?;
    drop(session);
    let sums = batches.iter().map(|batch| sum(batch, is_wide));
    is_sum(sums.sum::<Done<i64>>()?, expected)
}

/// The struct of a stream is moved in memory, also between two batches.
pub fn moved(plugin: &Plugin<'_>) -> Done {
    with_session(plugin, |session| {
        let (sql, expected) = many_rows();
        let mut stream = Box::new(session.query(&sql)?);
        let is_wide = is_wide(&mut stream)?;
        let mut found = 0;
        while let Some(batch) = stream.next().map_err(|error| unexpected(&error))? {
            found += sum(&batch, is_wide)?;
            let elsewhere = Box::new(RawStream(std::mem::replace(
                &mut stream.0,
                ArrowArrayStream::empty(),
            )));
            stream = elsewhere;
        }
        is_sum(found, expected)
    })
}

/// A stream is released before it is asked for anything, and after its schema.
pub fn unread(plugin: &Plugin<'_>) -> Done {
    with_session(plugin, |session| {
        let (sql, expected) = many_rows();
        for _ in 0..20 {
            drop(session.query(&sql)?);
            let mut stream = session.query(&sql)?;
            stream.schema().map_err(|error| unexpected(&error))?;
        }
        is_sum(sum_of_all(&mut session.query(&sql)?)?, expected)
    })
}

/// Without a row there are columns all the same, and then the end.
pub fn no_rows(plugin: &Plugin<'_>) -> Done {
    with_session(plugin, |session| {
        let none = format!("SELECT n FROM ({ONE_ROW}) AS one WHERE n = 8");
        let found = table(&mut session.query(&none)?);
        let found = found.map_err(|error| unexpected(&error))?;
        match (found.columns.len(), found.rows.len()) {
            (1, 0) => Ok(()),
            (columns, rows) => fail(format!("it gives {columns} columns and {rows} rows")),
        }
    })
}

/// While a stream is there, a second query is refused, and the stream goes on.
pub fn busy(plugin: &Plugin<'_>) -> Done {
    with_session(plugin, |session| {
        let (sql, expected) = many_rows();
        let mut stream = session.query(&sql)?;
        let is_wide = is_wide(&mut stream)?;
        let first = stream.next().map_err(|error| unexpected(&error))?;
        match session.try_query(DvString::of(ONE_ROW))? {
            Ok(_) => return fail("a second query runs while the first one's stream is there"),
            Err((status, _)) if status == ErrorClass::InvalidState as u32 => {}
            Err((status, error)) => return fail(told("the second query", status, &error)),
        }
        let first = first.iter().map(|batch| sum(batch, is_wide));
        let mut found = first.sum::<Done<i64>>()?;
        for batch in batches(&mut stream)? {
            found += sum(&batch, is_wide)?;
        }
        drop(stream);
        is_sum(found, expected)?;
        is_sum(sum_of_all(&mut session.query(ONE_ROW)?)?, 7)
    })
}

/// Does it in a session of the plugin's.
pub fn with_session(plugin: &Plugin<'_>, body: impl FnOnce(&RawSession<'_>) -> Done) -> Done {
    let engine = plugin.engine()?;
    let opening = call();
    let session = engine.connect(DvString::of(&plugin.config), &raw const opening)?;
    body(&session)
}

fn is_sum(found: i64, expected: i64) -> Done {
    match found == expected {
        true => Ok(()),
        false => fail(format!("the rows add up to {found} in place of {expected}")),
    }
}
