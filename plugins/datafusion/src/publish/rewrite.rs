//! The parts of a table after some rows went and others came.
//!
//! A part never changes: one that loses rows is written again without them. Small parts go into the new one,
//! so that a table has a number of parts that grows with the logarithm of its rows.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_validator_plugin::{EngineError, Replacement, Rows};
use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;

use super::durable::sync_folder;
use super::manifest::PartFile;
use super::rows::{named_columns, whole_rows};
use crate::cancel::Running;
use crate::error::{engine_error, io_error};

/// Which table is written, and in which publication.
pub struct Target<'t> {
    pub folder: &'t Path,
    pub columns: &'t SchemaRef,
    pub sequence: u64,
}

/// The parts that the table has afterwards; new ones are written and durable.
pub fn rewrite(
    target: &Target<'_>,
    parts: &[PartFile],
    replacement: &Replacement,
    running: &Running,
) -> Result<Vec<PartFile>, EngineError> {
    let inserted = whole_rows(&replacement.insert, target.columns)?;
    let doomed = Doomed::of(&replacement.delete, target.columns)?;
    let (mut old, mut kept) = (Vec::new(), Vec::new());
    for part in parts {
        running.go_on()?;
        match doomed.is_in(&target.folder.join(&part.file))? {
            true => old.push(part.clone()),
            false => kept.push(part.clone()),
        }
    }
    if old.is_empty() && inserted.num_rows() == 0 {
        return Ok(kept);
    }
    let mut rows = inserted.num_rows() as u64 + old.iter().map(|part| part.rows).sum::<u64>();
    kept.sort_by_key(|part| part.rows);
    while kept.first().is_some_and(|smallest| smallest.rows <= rows) {
        let smallest = kept.remove(0);
        rows += smallest.rows;
        old.push(smallest);
    }
    kept.extend(write(target, &old, &doomed, &inserted, running)?);
    Ok(kept)
}

/// Writes the rows of old parts that stay, and the inserted ones; `None` where there are none.
fn write(
    target: &Target<'_>,
    old: &[PartFile],
    doomed: &Doomed,
    inserted: &RecordBatch,
    running: &Running,
) -> Result<Option<PartFile>, EngineError> {
    let (name, path, file) = new_part(target)?;
    let attempted = || format!("writing {}", path.display());
    let failed = |error: datafusion::parquet::errors::ParquetError| {
        engine_error(&error.into()).context(attempted())
    };
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let columns = Arc::clone(target.columns);
    let mut writer = ArrowWriter::try_new(&file, columns, Some(properties)).map_err(failed)?;
    let mut rows = 0;
    for part in old {
        for batch in read(&target.folder.join(&part.file), None)? {
            running.go_on()?;
            let batch = doomed
                .without(&batch.map_err(|error| engine_error(&error.into()))?)
                .map_err(|error| engine_error(&error.into()))?;
            rows += batch.num_rows() as u64;
            writer.write(&batch).map_err(failed)?;
        }
    }
    rows += inserted.num_rows() as u64;
    writer.write(inserted).map_err(failed)?;
    writer.close().map_err(failed)?;
    if rows == 0 {
        // The sweep removes it if this does not.
        let _ = std::fs::remove_file(&path);
        return Ok(None);
    }
    file.sync_all()
        .map_err(|error| io_error(&error, attempted()))?;
    sync_folder(target.folder)?;
    Ok(Some(PartFile { file: name, rows }))
}

/// A file of a name that none has, not even what a writer that died left behind.
fn new_part(target: &Target<'_>) -> Result<(String, PathBuf, File), EngineError> {
    let mut attempt = 0_u32;
    loop {
        let name = format!("part-{:020}-{attempt}.parquet", target.sequence);
        let path = target.folder.join(&name);
        match File::create_new(&path) {
            Ok(file) => return Ok((name, path, file)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => attempt += 1,
            Err(error) => {
                return Err(io_error(&error, format_args!("making {}", path.display())));
            }
        }
    }
}

/// The rows of a part, or some of their columns.
fn read(path: &Path, columns: Option<&[usize]>) -> Result<ParquetRecordBatchReader, EngineError> {
    let attempted = || format!("reading {}", path.display());
    let file = File::open(path).map_err(|error| io_error(&error, attempted()))?;
    let failed = |error: datafusion::parquet::errors::ParquetError| {
        engine_error(&error.into()).context(attempted())
    };
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
    if let Some(columns) = columns {
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    builder.build().map_err(failed)
}

/// The keys of rows that go.
struct Doomed {
    /// The key's columns by position in the table, ascending.
    columns: Vec<usize>,
    /// Makes of a key bytes that are equal where the keys are, NULL included.
    converter: Option<RowConverter>,
    keys: HashSet<Box<[u8]>>,
}

impl Doomed {
    fn of(rows: &Rows, table: &SchemaRef) -> Result<Self, EngineError> {
        let mut named = named_columns(rows, table)?;
        named.sort_by_key(|(index, _)| *index);
        let columns: Vec<usize> = named.iter().map(|(index, _)| *index).collect();
        let keys: Vec<ArrayRef> = named.into_iter().map(|(_, values)| values).collect();
        let fields = keys
            .iter()
            .map(|key| SortField::new(key.data_type().clone()));
        let made = match keys.is_empty() {
            true => Ok((None, HashSet::new())),
            false => RowConverter::new(fields.collect()).and_then(|converter| {
                let keys = converter.convert_columns(&keys)?;
                let keys = keys.iter().map(|key| key.as_ref().into()).collect();
                Ok((Some(converter), keys))
            }),
        };
        let (converter, keys) = made.map_err(|error| engine_error(&error.into()))?;
        Ok(Self {
            columns,
            converter,
            keys,
        })
    }

    /// Whether a part has such a row.
    fn is_in(&self, part: &Path) -> Result<bool, EngineError> {
        if self.keys.is_empty() {
            return Ok(false);
        }
        for batch in read(part, Some(&self.columns))? {
            let batch = batch.map_err(|error| engine_error(&error.into()))?;
            let stays = self
                .staying(batch.columns())
                .map_err(|error| engine_error(&error.into()))?;
            if stays.true_count() < stays.len() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The rows that are none of these.
    fn without(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        if self.keys.is_empty() {
            return Ok(batch.clone());
        }
        let key: Vec<ArrayRef> = self
            .columns
            .iter()
            .map(|index| Arc::clone(batch.column(*index)))
            .collect();
        filter_record_batch(batch, &self.staying(&key)?)
    }

    fn staying(&self, key: &[ArrayRef]) -> Result<BooleanArray, ArrowError> {
        let rows = key.first().map_or(0, Array::len);
        let Some(converter) = &self.converter else {
            return Ok(BooleanArray::from(vec![true; rows]));
        };
        let keys = converter.convert_columns(key)?;
        Ok(keys
            .iter()
            .map(|key| Some(!self.keys.contains(key.as_ref())))
            .collect())
    }
}
