//! Rows of an engine as Parquet files, for engines that write none themselves.
//!
//! The library comes with an engine that is linked in, and with it another major version of Arrow than the one
//! that the host decodes with; batches go from one to the other by the C data interface.

use std::fs::File;

use data_validator_plugin::{BatchStream, EngineError};

/// Where the rows of a stream go, by whether their last column is NULL.
pub struct Parts<'f> {
    /// For the rows where it is, without that column.
    pub without: Option<&'f File>,
    /// For the rows where it is not, with that column.
    pub with: Option<&'f File>,
}

/// Writes all rows of a stream, a batch at a time; `told` hears of the values in the last column, which is text,
/// and of the rows that have each.
///
/// # Errors
/// Those of the stream, as they are; what keeps a file from being written, as `data` or `resource`.
pub fn write_parts(
    stream: &mut dyn BatchStream,
    parts: &Parts<'_>,
    told: &mut dyn FnMut(Option<&str>, u64),
) -> Result<(), EngineError> {
    #[cfg(feature = "parquet")]
    return writing::write_parts(stream, parts, told);
    #[cfg(not(feature = "parquet"))]
    {
        let _ = (stream, parts.without, parts.with, told);
        Err(EngineError::new(
            data_validator_plugin::ErrorClass::Unsupported,
            "this program was built without the feature 'parquet', and the engine writes no files itself; \
             write the rows to tables, or use a program that has it",
        ))
    }
}

#[cfg(feature = "parquet")]
mod writing {
    use std::fs::File;
    use std::sync::Arc;

    use arrow_of_parquet::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray};
    use arrow_of_parquet::compute::{cast, filter_record_batch, is_not_null, is_null};
    use arrow_of_parquet::datatypes::{DataType, Schema};
    use arrow_of_parquet::error::ArrowError;
    use arrow_of_parquet::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
    use data_validator_plugin::{ArrowArray, ArrowSchema, BatchStream, EngineError, ErrorClass};
    use parquet::arrow::ArrowWriter;
    use parquet::basic::Compression;
    use parquet::errors::ParquetError;
    use parquet::file::properties::WriterProperties;

    use super::Parts;

    /// So many bytes of a group of rows are held in memory.
    const GROUP_BYTES: usize = 64 << 20;

    pub fn write_parts(
        stream: &mut dyn BatchStream,
        parts: &Parts<'_>,
        told: &mut dyn FnMut(Option<&str>, u64),
    ) -> Result<(), EngineError> {
        let ffi_schema = import_schema(stream.schema()?);
        let DataType::Struct(fields) =
            DataType::try_from(&ffi_schema).map_err(|it| invalid(&it))?
        else {
            return Err(not_a_table());
        };
        let with = Arc::new(Schema::new(fields.clone()));
        let kept: Vec<usize> = (0..fields.len().saturating_sub(1)).collect();
        let without = Arc::new(with.project(&kept).map_err(|error| invalid(&error))?);
        let mut clean = parts
            .without
            .map(|file| writer(file, &without))
            .transpose()?;
        let mut marked = parts.with.map(|file| writer(file, &with)).transpose()?;
        while let Some(batch) = stream.next()? {
            // SAFETY: the interface obliges the engine to give arrays of the stream's schema that follow
            // the Arrow C data interface; both values are owned and moved in.
            let data = unsafe { from_ffi(import_array(batch), &ffi_schema) };
            let array = StructArray::from(data.map_err(|error| invalid(&error))?);
            let batch = RecordBatch::from(array);
            let last = batch.columns().last().ok_or_else(not_a_table)?.clone();
            tell(&last, told)?;
            let selected = |rows| filter_record_batch(&batch, &rows).map_err(|it| invalid(&it));
            if let Some(writer) = &mut clean {
                let rows = selected(is_null(&last).map_err(|error| invalid(&error))?)?;
                let rows = rows.project(&kept).map_err(|error| invalid(&error))?;
                writer.write(&rows).map_err(|error| not_written(&error))?;
            }
            if let Some(writer) = &mut marked {
                let rows = selected(is_not_null(&last).map_err(|error| invalid(&error))?)?;
                writer.write(&rows).map_err(|error| not_written(&error))?;
            }
        }
        for writer in [clean, marked].into_iter().flatten() {
            writer.close().map_err(|error| not_written(&error))?;
        }
        Ok(())
    }

    fn writer<'f>(
        file: &'f File,
        schema: &Arc<Schema>,
    ) -> Result<ArrowWriter<&'f File>, EngineError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .build();
        ArrowWriter::try_new(file, Arc::clone(schema), Some(properties))
            .map_err(|it| not_written(&it))
    }

    /// Tells of the values one after the other, those that follow each other together.
    fn tell(column: &ArrayRef, told: &mut dyn FnMut(Option<&str>, u64)) -> Result<(), EngineError> {
        let texts = cast(column, &DataType::LargeUtf8).map_err(|error| invalid(&error))?;
        let texts = texts.as_string::<i64>();
        let value = |row: usize| texts.is_valid(row).then(|| texts.value(row));
        let mut first = 0;
        for row in 1..=texts.len() {
            if row == texts.len() || value(row) != value(first) {
                told(value(first), (row - first) as u64);
                first = row;
            }
        }
        Ok(())
    }

    fn not_written(error: &ParquetError) -> EngineError {
        let class = match error {
            ParquetError::External(_) => ErrorClass::Resource,
            _ => ErrorClass::Data,
        };
        EngineError::new(class, format!("writing Parquet: {error}"))
    }

    fn invalid(error: &ArrowError) -> EngineError {
        let message = format!("the engine's result is not valid Arrow data: {error}");
        EngineError::new(ErrorClass::Internal, message)
    }

    fn not_a_table() -> EngineError {
        EngineError::new(ErrorClass::Internal, "the engine's result has no columns")
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
}
