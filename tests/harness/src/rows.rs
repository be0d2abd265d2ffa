//! What a stream gives, in a form that a test compares, and a stream of batches that a test made.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StructArray, make_array};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use data_validator_plugin::{ArrowArray, ArrowSchema, BatchStream, EngineError};

/// All rows of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Names and types.
    pub columns: Vec<(String, DataType)>,
    /// Values as Arrow writes them.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many batches they came in.
    pub batches: usize,
}

impl Table {
    /// The one value of a table of one row and one column.
    ///
    /// # Panics
    /// When there are others, or it is NULL.
    pub fn value(&self) -> &str {
        match &self.rows[..] {
            [row] if row.len() == 1 => row[0].as_deref().unwrap_or("NULL"),
            _ => panic!("{self:?} is not one value"),
        }
    }
}

/// Reads a stream to its end.
///
/// # Errors
/// What the stream says.
///
/// # Panics
/// When it gives what is not valid Arrow data.
pub fn table(stream: &mut dyn BatchStream) -> Result<Table, EngineError> {
    // SAFETY: both types are the C data interface's `struct ArrowSchema`, `repr(C)` with the same fields, and
    // moving the value moves the ownership that its release callback stands for.
    let ffi = unsafe { std::mem::transmute::<ArrowSchema, FFI_ArrowSchema>(stream.schema()?) };
    let schema = valid(Schema::try_from(&ffi));
    let columns = schema.fields().iter();
    let mut table = Table {
        columns: columns
            .map(|field| (field.name().clone(), field.data_type().clone()))
            .collect(),
        rows: Vec::new(),
        batches: 0,
    };
    while let Some(array) = stream.next()? {
        // SAFETY: as above, with `struct ArrowArray`.
        let array = unsafe { std::mem::transmute::<ArrowArray, FFI_ArrowArray>(array) };
        // SAFETY: the interface obliges the engine to give arrays of the stream's schema.
        let batch = StructArray::from(valid(unsafe { from_ffi(array, &ffi) }));
        valid(batch.to_data().validate_full());
        table.batches += 1;
        let options = FormatOptions::default();
        let columns: Vec<ArrayRef> = batch.columns().iter().map(in_a_shown_zone).collect();
        let columns: Vec<_> = columns
            .iter()
            .map(|column| {
                // Of an array of nothing but NULLs too, which has no bits for them.
                let nulls = column.logical_nulls();
                (nulls, valid(ArrayFormatter::try_new(column, &options)))
            })
            .collect();
        table.rows.extend((0..batch.len()).map(|row| {
            let cells = columns.iter().map(|(nulls, text)| {
                let is_null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
                (!is_null).then(|| text.value(row).to_string())
            });
            cells.collect()
        }));
    }
    Ok(table)
}

/// Moments in UTC where their zone has a name, which is not shown without a table of zones.
fn in_a_shown_zone(column: &ArrayRef) -> ArrayRef {
    let DataType::Timestamp(unit, Some(zone)) = column.data_type() else {
        return Arc::clone(column);
    };
    if zone.starts_with(['+', '-']) {
        return Arc::clone(column);
    }
    // The values are moments, whatever the zone is.
    let in_utc = DataType::Timestamp(*unit, Some("+00:00".into()));
    let data = column.to_data().into_builder().data_type(in_utc);
    make_array(valid(data.build()))
}

fn valid<T>(result: Result<T, arrow::error::ArrowError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the stream is not valid Arrow data: {error}"),
    }
}

/// Batches as a stream, and an error behind them if there is one.
pub struct Batches {
    schema: SchemaRef,
    batches: VecDeque<RecordBatch>,
    error: Option<EngineError>,
}

impl Batches {
    /// # Panics
    /// Without any batch.
    pub fn new(batches: Vec<RecordBatch>) -> Self {
        Self {
            schema: batches[0].schema(),
            batches: batches.into(),
            error: None,
        }
    }

    /// Fails behind the last batch.
    #[must_use]
    pub fn then(mut self, error: EngineError) -> Self {
        self.error = Some(error);
        self
    }
}

impl BatchStream for Batches {
    fn schema(&mut self) -> Result<ArrowSchema, EngineError> {
        let fields = DataType::Struct(self.schema.fields().clone());
        let schema = valid(FFI_ArrowSchema::try_from(&fields));
        // SAFETY: as in `table`, the other way round.
        Ok(unsafe { std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema) })
    }

    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError> {
        let Some(batch) = self.batches.pop_front() else {
            return self.error.take().map_or(Ok(None), Err);
        };
        let array = FFI_ArrowArray::new(&StructArray::from(batch).to_data());
        // SAFETY: as above, with `struct ArrowArray`.
        Ok(Some(unsafe {
            std::mem::transmute::<FFI_ArrowArray, ArrowArray>(array)
        }))
    }
}
