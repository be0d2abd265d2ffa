//! Arrow files: the file format of Arrow's inter-process communication, also known as Feather 2.
//!
//! The stream format, which has no footer, is refused: one that was cut off between two batches could not be
//! told from a whole one.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_validator_plugin::EngineError;
use datafusion::arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use datafusion::arrow::buffer::Buffer;
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::convert::fb_to_schema;
use datafusion::arrow::ipc::reader::{FileDecoder, read_footer_length};
use datafusion::arrow::ipc::{Block, MetadataVersion, root_as_footer};

use super::same_columns::check_fit;
use super::sequential::{SequentialFiles, SequentialFormat};
use super::{bad_file, open_file};
use crate::error::{engine_error, io_error};

/// The files as one table of the columns of the first; columns belong together by name, and each other file
/// has those of the first, in types that the first one's hold. Reads footers alone.
pub fn table(paths: &[PathBuf]) -> Result<SequentialFiles, EngineError> {
    let mut table: Option<(Schema, &Path)> = None;
    for path in paths {
        let (_, footer) = open(path)?;
        let found = plain(&footer.schema);
        match &table {
            None => table = Some((found, path)),
            Some((expected, first)) => check_fit(path, &found, expected, first)?,
        }
    }
    let schema = Arc::new(table.map_or_else(Schema::empty, |(schema, _)| schema));
    Ok(SequentialFiles {
        format: Arc::new(ArrowReader {
            schema: Arc::clone(&schema),
        }),
        schema,
        paths: paths.to_vec(),
    })
}

/// The columns in the types in which they are read.
fn plain(schema: &Schema) -> Schema {
    let fields = schema.fields().iter().map(|field| {
        let data_type = plain_type(field.data_type());
        Field::new(field.name(), data_type, true)
    });
    Schema::new(fields.collect::<Vec<_>>())
}

/// The type of the values, however a file writes them down, that queries compare as other engines do.
fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => plain_type(values),
        DataType::RunEndEncoded(_, values) => plain_type(values.data_type()),
        DataType::Float16 => DataType::Float32,
        DataType::Date64 => DataType::Date32,
        other => other.clone(),
    }
}

#[derive(Debug)]
struct ArrowReader {
    /// Of the table.
    schema: SchemaRef,
}

impl SequentialFormat for ArrowReader {
    fn read(
        &self,
        path: &Path,
        columns: &[usize],
        _batch_rows: usize,
        emit: &mut dyn FnMut(RecordBatch) -> bool,
    ) -> Result<(), EngineError> {
        let (mut file, footer) = open(path)?;
        let table = self.schema.project(columns);
        let table = Arc::new(table.map_err(|error| engine_error(&error.into()))?);
        // Columns belong together by name.
        let places = table
            .fields()
            .iter()
            .map(|field| footer.schema.index_of(field.name()));
        let places: Vec<usize> = places
            .collect::<Result<_, _>>()
            .map_err(|_| bad_file(path, "the file has changed since it was attached"))?;
        let mut decoder = footer.decoder(places);
        for block in &footer.dictionaries {
            let bytes = read_block(&mut file, path, block)?;
            undamaged(path, || decoder.read_dictionary(block, &bytes))?;
        }
        for block in &footer.batches {
            let bytes = read_block(&mut file, path, block)?;
            let batch = undamaged(path, || decoder.read_record_batch(block, &bytes))?;
            let batch = batch.ok_or_else(|| bad_file(path, "a batch of the file is none"))?;
            let values = batch.columns().iter().zip(table.fields());
            let values = values
                .map(|(values, field)| as_type(values, field.data_type()))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| bad_file(path, error))?;
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            let batch = RecordBatch::try_new_with_options(Arc::clone(&table), values, &options)
                .map_err(|error| bad_file(path, error))?;
            if !emit(batch) {
                break;
            }
        }
        Ok(())
    }
}

/// The values in the type of the table; one that does not fit is an error.
fn as_type(values: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    if values.data_type() == data_type {
        return Ok(Arc::clone(values));
    }
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(values, data_type, &options)
}

/// What the end of a file says of it.
struct Footer {
    schema: SchemaRef,
    version: MetadataVersion,
    dictionaries: Vec<Block>,
    batches: Vec<Block>,
}

impl Footer {
    fn decoder(&self, columns: Vec<usize>) -> FileDecoder {
        FileDecoder::new(Arc::clone(&self.schema), self.version).with_projection(columns)
    }
}

/// With what a file begins and ends.
const MAGIC: &[u8] = b"ARROW1";

/// The magic number, padded; in front of the end stands the length of the footer.
const HEAD_BYTES: u64 = 8;
const TAIL_BYTES: u64 = 10;

/// What a message of the stream format begins with.
const CONTINUATION: &[u8] = &[0xff; 4];

/// Opens a file and reads its footer, which has to be whole and to speak of nothing that is not there.
fn open(path: &Path) -> Result<(File, Footer), EngineError> {
    let mut file = open_file(path)?;
    let failed =
        |error: std::io::Error| io_error(&error, format_args!("reading {}", path.display()));
    let length = file.metadata().map_err(failed)?.len();
    let mut head = Vec::new();
    (&mut file)
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(failed)?;
    if !head.starts_with(MAGIC) {
        return Err(bad_file(path, no_arrow_file(&head)));
    }
    let cut_off = || {
        bad_file(
            path,
            "the end of the file is missing; it was not written to its end, or not copied whole",
        )
    };
    if length < HEAD_BYTES + TAIL_BYTES {
        return Err(cut_off());
    }
    let mut tail = [0; TAIL_BYTES as usize];
    file.seek(SeekFrom::Start(length - TAIL_BYTES))
        .map_err(failed)?;
    file.read_exact(&mut tail).map_err(failed)?;
    let footer_length = read_footer_length(tail).map_err(|_| cut_off())? as u64;
    let end = (length - TAIL_BYTES).checked_sub(footer_length);
    let end = end.filter(|end| *end >= HEAD_BYTES).ok_or_else(cut_off)?;
    file.seek(SeekFrom::Start(end)).map_err(failed)?;
    let mut bytes = Vec::new();
    (&mut file)
        .take(footer_length)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let footer = undamaged(path, || read_footer(&bytes, end))?;
    let mut names = HashSet::new();
    match footer
        .schema
        .fields()
        .iter()
        .find(|field| !names.insert(field.name()))
    {
        None => Ok((file, footer)),
        Some(twice) => {
            let message = format!("two columns are called '{}'; rename one", twice.name());
            Err(bad_file(path, message))
        }
    }
}

/// What is wrong with a file that does not begin as an Arrow file.
fn no_arrow_file(head: &[u8]) -> &'static str {
    if head.is_empty() {
        "the file is empty"
    } else if head.starts_with(CONTINUATION) {
        "it is an Arrow stream, whose end cannot be told; write it in Arrow's file format"
    } else if head.starts_with(b"FEA1") {
        "it is a Feather 1 file; write it as Feather 2, which is Arrow's file format"
    } else {
        "it is no Arrow file"
    }
}

/// `end` is where the batches end and the footer begins.
fn read_footer(bytes: &[u8], end: u64) -> Result<Footer, ArrowError> {
    let wrong = |why: String| ArrowError::ParseError(format!("the footer is damaged: {why}"));
    let footer = root_as_footer(bytes).map_err(|error| wrong(error.to_string()))?;
    let schema = footer
        .schema()
        .ok_or_else(|| wrong("there is no schema".into()))?;
    if !schema.endianness().equals_to_target_endianness() {
        let message = "the file was written on a machine with another order of bytes";
        return Err(ArrowError::NotYetImplemented(message.into()));
    }
    let footer = Footer {
        schema: Arc::new(fb_to_schema(schema)),
        version: footer.version(),
        dictionaries: footer
            .dictionaries()
            .into_iter()
            .flatten()
            .copied()
            .collect(),
        batches: footer
            .recordBatches()
            .into_iter()
            .flatten()
            .copied()
            .collect(),
    };
    let lies_inside =
        |block: &Block| block_range(block).is_some_and(|(_, block_end)| block_end <= end);
    let mut all = footer.dictionaries.iter().chain(&footer.batches);
    match all.all(lies_inside) {
        true => Ok(footer),
        false => Err(wrong("a batch lies outside of the file".into())),
    }
}

/// Where a block begins and ends in the file; `None` for one that cannot be.
fn block_range(block: &Block) -> Option<(u64, u64)> {
    /// Of a message: its mark and its length.
    const PREFIX_BYTES: u64 = 8;
    let begin = u64::try_from(block.offset()).ok()?;
    let metadata = u64::try_from(block.metaDataLength()).ok()?;
    let body = u64::try_from(block.bodyLength()).ok()?;
    let end = begin.checked_add(metadata)?.checked_add(body)?;
    (begin >= HEAD_BYTES && metadata >= PREFIX_BYTES).then_some((begin, end))
}

fn read_block(file: &mut File, path: &Path, block: &Block) -> Result<Buffer, EngineError> {
    let failed =
        |error: std::io::Error| io_error(&error, format_args!("reading {}", path.display()));
    let (begin, end) = block_range(block).unwrap_or_default();
    file.seek(SeekFrom::Start(begin)).map_err(failed)?;
    let mut bytes = Vec::new();
    let read = (&mut *file)
        .take(end - begin)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    match read as u64 == end - begin {
        true => Ok(Buffer::from_vec(bytes)),
        false => Err(bad_file(path, "the file was cut off while it was read")),
    }
}

/// What reads a part of a file; the reader of Arrow panics at some of what a damaged file can say.
fn undamaged<T>(
    path: &Path,
    read: impl FnOnce() -> Result<T, ArrowError>,
) -> Result<T, EngineError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|error| match error {
            ArrowError::NotYetImplemented(_) => {
                engine_error(&error.into()).context(format_args!("reading {}", path.display()))
            }
            error => bad_file(path, error),
        }),
        Err(_) => Err(bad_file(path, "the file is damaged")),
    }
}
