//! What the host does itself for a plugin that has no function for it.

use std::ffi::{CStr, c_char};
use std::slice;

use super::arrow_type::logical_type;
use crate::abi::arrow::ArrowSchema;
use crate::dialect::Dialect;
use crate::engine::{Call, Relation, Session};
use crate::error::{EngineError, ErrorClass};
use crate::schema::{Column, LogicalType, Schema};
use crate::source::Source;

/// A table by its name, a query in parentheses; nothing is looked at before it is read.
pub(super) fn attach(
    dialect: &Dialect,
    name: &str,
    source: &Source,
) -> Result<Relation, EngineError> {
    let sql = match source {
        Source::Table(table) => dialect.table(table),
        // The line break ends a comment in the query's last line.
        Source::Query(query) => format!("({query}\n) AS {}", dialect.identifier(name)),
        Source::Files { .. } => {
            let message = format!(
                "attaching '{name}': this engine reads no files; use a table or a query, or another engine"
            );
            return Err(EngineError::new(ErrorClass::Unsupported, message));
        }
    };
    Ok(Relation { sql })
}

/// The columns of a query that gives no rows.
pub(super) fn schema(
    session: &mut dyn Session,
    relation: &Relation,
    call: &Call,
) -> Result<Schema, EngineError> {
    let sql = format!("SELECT * FROM {} LIMIT 0", relation.sql);
    let row = session.query(&sql, call)?.schema()?;
    let columns = children(&row)?.into_iter().map(|column| {
        Ok(Column {
            name: name_of(column)?.to_owned(),
            logical_type: type_of(column)?,
        })
    });
    Ok(Schema {
        columns: columns.collect::<Result<_, EngineError>>()?,
    })
}

fn type_of(schema: &ArrowSchema) -> Result<LogicalType, EngineError> {
    // SAFETY: the schema is live, and the interface has `dictionary` NULL or a live schema.
    match unsafe { schema.dictionary.as_ref() } {
        Some(values) => type_of(values),
        None => match (format_of(schema)?, &children(schema)?[..]) {
            // Runs of equal values, which are the second child.
            ("+r", [_, values]) => type_of(values),
            (format, _) => Ok(logical_type(format)),
        },
    }
}

fn children(schema: &ArrowSchema) -> Result<Vec<&ArrowSchema>, EngineError> {
    let count = usize::try_from(schema.n_children).unwrap_or(0);
    if count == 0 {
        return Ok(Vec::new());
    }
    if schema.children.is_null() {
        return Err(not_valid("it has no pointer to its columns"));
    }
    // SAFETY: the interface has `children` point to `n_children` pointers.
    let children = unsafe { slice::from_raw_parts(schema.children, count) };
    children
        .iter()
        .map(|child| {
            // SAFETY: the interface has each a live schema that its parent owns.
            unsafe { child.as_ref() }.ok_or_else(|| not_valid("a column is NULL"))
        })
        .collect()
}

fn name_of(schema: &ArrowSchema) -> Result<&str, EngineError> {
    // SAFETY: the interface has the name NULL or a C string that lives as long as the schema.
    unsafe { text(schema.name) }
}

fn format_of(schema: &ArrowSchema) -> Result<&str, EngineError> {
    // SAFETY: the interface has the format a C string that lives as long as the schema.
    unsafe { text(schema.format) }
}

/// # Safety
/// `text` is NULL or a C string that lives for `'a`.
unsafe fn text<'a>(text: *const c_char) -> Result<&'a str, EngineError> {
    if text.is_null() {
        return Ok("");
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map_err(|_| not_valid("a name is not UTF-8"))
}

fn not_valid(why: &str) -> EngineError {
    let message = format!("the plugin gave a schema that is not valid: {why}; it is defective");
    EngineError::new(ErrorClass::Internal, message)
}
