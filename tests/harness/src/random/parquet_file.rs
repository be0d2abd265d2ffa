//! A table as a Parquet file, and as a stream.

use std::fs::File;
use std::mem::transmute;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::ToBigInt;
use datafusion_arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, StructArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use datafusion_arrow::datatypes::{Field, Int32Type, Schema};
use datafusion_arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use jiff::civil::{Date, DateTime, Time};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use crate::oracle::table::{Column, Table};
use crate::oracle::value::{ColumnType, TextForm, Unit, parsed};
use crate::rows::Batches;

/// Writes the table, so many rows a row group.
///
/// # Panics
/// When it cannot be written.
pub fn write(path: &Path, table: &Table, row_group: usize) {
    if let Err(error) = try_write(path, table, row_group) {
        panic!("writing {}: {error}", path.display());
    }
}

fn try_write(
    path: &Path,
    table: &Table,
    row_group: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let batch = batch(table)?;
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(row_group.max(1)))
        .build();
    let mut writer = ArrowWriter::try_new(File::create(path)?, batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}

/// The table as a batch.
fn batch(table: &Table) -> Result<RecordBatch, Box<dyn std::error::Error>> {
    let arrays: Vec<ArrayRef> = table.columns.iter().map(array).collect();
    let fields: Vec<Field> = (table.columns.iter().zip(&arrays))
        .map(|(column, array)| Field::new(&column.name, array.data_type().clone(), true))
        .collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

/// The table as a stream, such as an engine copies from.
///
/// # Panics
/// When it cannot be made.
pub fn stream(table: &Table) -> Batches {
    let exported = batch(table).and_then(|batch| {
        let data = StructArray::from(batch).to_data();
        Ok((
            FFI_ArrowArray::new(&data),
            FFI_ArrowSchema::try_from(data.data_type())?,
        ))
    });
    let (array, schema) = match exported {
        Ok(exported) => exported,
        Err(error) => panic!("making a stream: {error}"),
    };
    // SAFETY: the types of both majors are the C data interface's `struct ArrowArray`, `repr(C)` with the same
    // fields, and moving the value moves the ownership that its release callback stands for.
    let array = unsafe { transmute::<FFI_ArrowArray, arrow::ffi::FFI_ArrowArray>(array) };
    // SAFETY: as above, with `struct ArrowSchema`.
    let schema = unsafe { transmute::<FFI_ArrowSchema, arrow::ffi::FFI_ArrowSchema>(schema) };
    // SAFETY: the array is of the schema, since both were made of one.
    match unsafe { arrow::ffi::from_ffi(array, &schema) } {
        Ok(data) => Batches::new(vec![arrow::array::StructArray::from(data).into()]),
        Err(error) => panic!("making a stream: {error}"),
    }
}

fn array(column: &Column) -> ArrayRef {
    match &column.column_type {
        ColumnType::Boolean => Arc::new(each::<bool>(column).collect::<BooleanArray>()),
        ColumnType::Int8 => Arc::new(each(column).collect::<Int8Array>()),
        ColumnType::Int16 => Arc::new(each(column).collect::<Int16Array>()),
        ColumnType::Int32 => Arc::new(each(column).collect::<Int32Array>()),
        ColumnType::Int64 => Arc::new(each(column).collect::<Int64Array>()),
        ColumnType::Uint8 => Arc::new(each(column).collect::<UInt8Array>()),
        ColumnType::Uint16 => Arc::new(each(column).collect::<UInt16Array>()),
        ColumnType::Uint32 => Arc::new(each(column).collect::<UInt32Array>()),
        ColumnType::Uint64 => Arc::new(each(column).collect::<UInt64Array>()),
        ColumnType::Float => Arc::new(each(column).collect::<Float32Array>()),
        ColumnType::Double => Arc::new(each(column).collect::<Float64Array>()),
        ColumnType::Decimal { precision, scale } => decimals(column, *precision, *scale),
        ColumnType::Text(form) => texts(column, *form),
        ColumnType::Date => {
            let days = |date: Date| {
                let since = date.duration_since(Date::constant(1970, 1, 1));
                whole(since.as_hours() / 24)
            };
            Arc::new(
                each(column)
                    .map(|date| date.map(days))
                    .collect::<Date32Array>(),
            )
        }
        ColumnType::Timestamp(unit) => timestamps(column, *unit, None),
        ColumnType::TimestampTz(unit, zone) => timestamps(column, *unit, Some(zone)),
        ColumnType::Time => {
            let micros = |time: Time| whole(time.duration_since(Time::midnight()).as_micros());
            let times = each(column).map(|time| time.map(micros));
            Arc::new(times.collect::<Time64MicrosecondArray>())
        }
        ColumnType::Binary => {
            let values: Vec<Option<Vec<u8>>> = column
                .values
                .iter()
                .map(|text| text.as_deref().map(bytes))
                .collect();
            Arc::new(values.iter().map(Option::as_deref).collect::<BinaryArray>())
        }
    }
}

/// The values of the column; none for NULL.
fn each<T: FromStr>(column: &Column) -> impl Iterator<Item = Option<T>> {
    column.values.iter().map(|text| text.as_deref().map(parsed))
}

fn texts(column: &Column, form: TextForm) -> ArrayRef {
    let texts = column.values.iter().map(Option::as_deref);
    match form {
        TextForm::Plain => Arc::new(texts.collect::<StringArray>()),
        TextForm::Large => Arc::new(texts.collect::<LargeStringArray>()),
        TextForm::View => Arc::new(texts.collect::<StringViewArray>()),
        TextForm::Dictionary => Arc::new(texts.collect::<DictionaryArray<Int32Type>>()),
    }
}

fn decimals(column: &Column, precision: u8, scale: u8) -> ArrayRef {
    let unscaled = |number: BigDecimal| {
        let digits = (number * BigDecimal::from(10).powi(i64::from(scale))).to_bigint();
        digits.map(whole::<_, i128>)
    };
    let numbers = each(column).map(|number| number.and_then(unscaled));
    let numbers = numbers.collect::<Decimal128Array>();
    match numbers.with_precision_and_scale(precision, scale.cast_signed()) {
        Ok(numbers) => Arc::new(numbers),
        Err(error) => panic!("{error}"),
    }
}

fn timestamps(column: &Column, unit: Unit, zone: Option<&str>) -> ArrayRef {
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let nanos = each(column).map(|at| at.map(|at: DateTime| at.duration_since(epoch).as_nanos()));
    let counts = |size: i128| nanos.map(move |nanos| nanos.map(|nanos| whole(nanos / size)));
    match unit {
        Unit::Milliseconds => Arc::new(
            counts(1_000_000)
                .collect::<TimestampMillisecondArray>()
                .with_timezone_opt(zone),
        ),
        Unit::Microseconds => Arc::new(
            counts(1000)
                .collect::<TimestampMicrosecondArray>()
                .with_timezone_opt(zone),
        ),
        Unit::Nanoseconds => Arc::new(
            counts(1)
                .collect::<TimestampNanosecondArray>()
                .with_timezone_opt(zone),
        ),
    }
}

/// A number in the width that a file keeps it in.
///
/// # Panics
/// When it has no room there.
fn whole<N, T: TryFrom<N>>(number: N) -> T {
    match T::try_from(number) {
        Ok(number) => number,
        Err(_) => panic!("a value has no room in its type"),
    }
}

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len() / 2)
        .filter_map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).ok())
        .collect()
}
