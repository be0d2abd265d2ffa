//! Arrow batches of an engine as the few cells the host looks at.

use arrow::array::{Array, ArrayRef, AsArray, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use data_validator_plugin::{ArrowArray, ArrowSchema, BatchStream, EngineError, ErrorClass};

/// One value of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Integer(i128),
    Double(f64),
    Text(String),
    /// A value of another type, which is named.
    Other(String),
}

/// The first rows of a stream, `limit` at most.
pub fn first_rows(
    stream: &mut dyn BatchStream,
    limit: usize,
) -> Result<Vec<Vec<Cell>>, EngineError> {
    let mut batches = Batches::of(stream)?;
    let mut rows = Vec::new();
    while rows.len() < limit
        && let Some(batch) = batches.next_batch()?
    {
        let columns: Vec<_> = batch.columns().iter().map(cells).collect();
        rows.extend(
            (0..batch.len()).map(|row| columns.iter().map(|column| column[row].clone()).collect()),
        );
    }
    rows.truncate(limit);
    Ok(rows)
}

/// The only value of the only row as text, which is `None` for NULL; outside, `None` where there are more or none.
pub fn only_value(stream: &mut dyn BatchStream) -> Result<Option<Option<String>>, EngineError> {
    let mut batches = Batches::of(stream)?;
    let mut found = None;
    while let Some(batch) = batches.next_batch()? {
        if batch.is_empty() {
            continue;
        }
        if found.is_some() || batch.len() > 1 || batch.num_columns() != 1 {
            return Ok(None);
        }
        let column = batch.column(0);
        let text = cast(column, &DataType::LargeUtf8).map_err(|_| {
            let message = format!("a value of type {} has no text", column.data_type());
            EngineError::new(ErrorClass::Data, message)
        })?;
        let text = text.as_string::<i64>();
        found = Some((!text.is_null(0)).then(|| text.value(0).to_owned()));
    }
    Ok(found)
}

/// The batches of a stream as arrays.
pub struct Batches<'s> {
    stream: &'s mut dyn BatchStream,
    schema: FFI_ArrowSchema,
}

impl<'s> Batches<'s> {
    pub fn of(stream: &'s mut dyn BatchStream) -> Result<Self, EngineError> {
        let schema = import_schema(stream.schema()?);
        Ok(Self { stream, schema })
    }

    /// The next batch, with an array for each column; `None` at the end.
    pub fn next_batch(&mut self) -> Result<Option<StructArray>, EngineError> {
        let Some(batch) = self.stream.next()? else {
            return Ok(None);
        };
        // SAFETY: the interface obliges the engine to give arrays of the stream's schema that follow
        // the Arrow C data interface; both values are owned and moved in.
        let data = unsafe { from_ffi(import_array(batch), &self.schema) };
        let data = data.map_err(|error| {
            EngineError::new(
                ErrorClass::Internal,
                format!("the engine's result is not valid Arrow data: {error}"),
            )
        })?;
        Ok(Some(StructArray::from(data)))
    }
}

fn cells(column: &ArrayRef) -> Vec<Cell> {
    let data_type = column.data_type();
    let whole = data_type.is_integer() || matches!(data_type, DataType::Decimal128(_, 0));
    let integers = whole
        .then(|| cast(column, &DataType::Decimal128(38, 0)).ok())
        .flatten();
    let is_text = matches!(
        data_type,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    );
    let texts = is_text
        .then(|| cast(column, &DataType::LargeUtf8).ok())
        .flatten();
    let doubles = column.as_primitive_opt::<Float64Type>();
    (0..column.len())
        .map(|row| match (&integers, &texts, doubles) {
            _ if column.is_null(row) || *data_type == DataType::Null => Cell::Null,
            (Some(integers), ..) => {
                Cell::Integer(integers.as_primitive::<Decimal128Type>().value(row))
            }
            (_, Some(texts), _) => Cell::Text(texts.as_string::<i64>().value(row).to_owned()),
            (_, _, Some(doubles)) => Cell::Double(doubles.value(row)),
            _ => Cell::Other(data_type.to_string()),
        })
        .collect()
}

fn import_schema(schema: ArrowSchema) -> FFI_ArrowSchema {
    // SAFETY: both types are the C data interface's `struct ArrowSchema`, `repr(C)` with the same
    // fields, and moving the value moves the ownership that its release callback stands for.
    unsafe { std::mem::transmute::<ArrowSchema, FFI_ArrowSchema>(schema) }
}

fn import_array(array: ArrowArray) -> FFI_ArrowArray {
    // SAFETY: as for `import_schema`, with `struct ArrowArray`.
    unsafe { std::mem::transmute::<ArrowArray, FFI_ArrowArray>(array) }
}
