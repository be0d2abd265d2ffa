//! JSON files: values one behind the other, or one array of them.
//!
//! The values are found by `serde_json`, which accepts nothing but JSON, and made columns by Arrow.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_validator_plugin::EngineError;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json::ReaderBuilder;
use datafusion::arrow::json::reader::{Decoder, infer_json_schema_from_iterator};
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::sequential::{SequentialFiles, SequentialFormat};
use super::{bad_file, open_file};
use crate::error::{engine_error, io_error};

/// The files as one table. Their columns are what all values have, so all of them are read.
pub fn table(paths: &[PathBuf]) -> Result<SequentialFiles, EngineError> {
    let mut seen = Columns::default();
    for path in paths {
        each_value(path, &mut |text| seen.add(path, text))?;
    }
    let schema = Arc::new(seen.schema());
    if schema.fields().is_empty() {
        let path = paths.first().map_or(Path::new(""), PathBuf::as_path);
        return Err(bad_file(path, "there is no value with a column in it"));
    }
    Ok(SequentialFiles {
        format: Arc::new(JsonReader {
            schema: Arc::clone(&schema),
        }),
        schema,
        paths: paths.to_vec(),
    })
}

/// The columns of the values so far, in the order in which they came up.
#[derive(Default)]
struct Columns {
    fields: Vec<Field>,
    positions: HashMap<String, usize>,
}

impl Columns {
    fn add(&mut self, path: &Path, text: &str) -> Result<bool, EngineError> {
        let value: Value = serde_json::from_str(text).map_err(|error| bad_file(path, error))?;
        let names: Vec<String> = value
            .as_object()
            .map(|object| object.keys().cloned().collect())
            .unwrap_or_default();
        let found = infer_json_schema_from_iterator([Ok::<_, ArrowError>(value)].into_iter())
            .map_err(|error| bad_file(path, error))?;
        for name in &names {
            let Ok(field) = found.field_with_name(name) else {
                continue;
            };
            match self.positions.get(name) {
                None => {
                    self.positions.insert(name.clone(), self.fields.len());
                    self.fields.push(field.clone());
                }
                Some(position) => {
                    let known = &mut self.fields[*position];
                    if known.data_type() != field.data_type() {
                        let joined = join(known.data_type(), field.data_type());
                        *known = known.clone().with_data_type(joined);
                    }
                }
            }
        }
        Ok(true)
    }

    /// A column without any value is text, as in CSV.
    fn schema(self) -> Schema {
        let fields = self
            .fields
            .into_iter()
            .map(|field| match field.data_type() {
                DataType::Null => field.with_data_type(DataType::Utf8),
                _ => field,
            });
        Schema::new(fields.collect::<Vec<_>>())
    }
}

/// The type that holds the values of both: text where there is no other.
fn join(one: &DataType, other: &DataType) -> DataType {
    use DataType::{Float64, Int64, List, Null, Struct};
    match (one, other) {
        (one, other) if one == other => one.clone(),
        (Null, one) | (one, Null) => one.clone(),
        (Int64, Float64) | (Float64, Int64) => Float64,
        (List(one), List(other)) => {
            let joined = join(one.data_type(), other.data_type());
            List(Arc::new(one.as_ref().clone().with_data_type(joined)))
        }
        (Struct(ones), Struct(others)) => {
            let mut fields: Vec<Field> = ones.iter().map(|field| field.as_ref().clone()).collect();
            for other in others {
                match fields.iter_mut().find(|field| field.name() == other.name()) {
                    Some(field) => {
                        let joined = join(field.data_type(), other.data_type());
                        field.set_data_type(joined);
                    }
                    None => fields.push(other.as_ref().clone()),
                }
            }
            Struct(fields.into())
        }
        _ => DataType::Utf8,
    }
}

#[derive(Debug)]
struct JsonReader {
    schema: SchemaRef,
}

/// A batch is given out when its texts have this size, whatever the number of its rows.
const BATCH_BYTES: usize = 4 << 20;

impl SequentialFormat for JsonReader {
    fn read(
        &self,
        path: &Path,
        columns: &[usize],
        batch_rows: usize,
        emit: &mut dyn FnMut(RecordBatch) -> bool,
    ) -> Result<(), EngineError> {
        let schema = self
            .schema
            .project(columns)
            .map_err(|error| engine_error(&error.into()))?;
        let mut decoder = ReaderBuilder::new(Arc::new(schema))
            .with_batch_size(batch_rows)
            // A number in a column of texts is the text that stands there.
            .with_coerce_primitive(true)
            .build_decoder()
            .map_err(|error| engine_error(&error.into()))?;
        let failed = |error: ArrowError| bad_file(path, error);
        let mut bytes = 0;
        let mut listening = true;
        each_value(path, &mut |text| {
            // A number at the end of the text would wait for more digits.
            for part in [text, "\n"] {
                decoder.decode(part.as_bytes()).map_err(failed)?;
            }
            bytes += text.len();
            if decoder.len() >= batch_rows || bytes >= BATCH_BYTES {
                bytes = 0;
                listening = flush(&mut decoder, emit).map_err(failed)?;
            }
            Ok(listening)
        })?;
        if listening {
            flush(&mut decoder, emit).map_err(failed)?;
        }
        Ok(())
    }
}

fn flush(
    decoder: &mut Decoder,
    emit: &mut dyn FnMut(RecordBatch) -> bool,
) -> Result<bool, ArrowError> {
    Ok(decoder.flush()?.is_none_or(emit))
}

/// Takes the text of a value, and says whether to go on.
type Take<'t> = dyn FnMut(&str) -> Result<bool, EngineError> + 't;

/// Gives out the values of a file, or of the array in it.
fn each_value(path: &Path, take: &mut Take<'_>) -> Result<(), EngineError> {
    let mut input = BufReader::with_capacity(256 << 10, open_file(path)?);
    let is_array = begins_with_bracket(&mut input)
        .map_err(|error| io_error(&error, format_args!("reading {}", path.display())))?;
    if is_array {
        return each_of_array(path, input, take);
    }
    for value in serde_json::Deserializer::from_reader(input).into_iter::<Box<RawValue>>() {
        let value = value.map_err(|error| failure(path, error))?;
        if !take(value.get())? {
            break;
        }
    }
    Ok(())
}

/// Looks at the first byte that is no white space, and leaves it there.
fn begins_with_bracket(input: &mut BufReader<File>) -> std::io::Result<bool> {
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        let spaces = bytes
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        if let Some(first) = bytes.get(spaces) {
            return Ok(*first == b'[');
        }
        input.consume(spaces);
    }
}

fn each_of_array(
    path: &Path,
    input: BufReader<File>,
    take: &mut Take<'_>,
) -> Result<(), EngineError> {
    let mut stopped = None;
    let mut json = serde_json::Deserializer::from_reader(input);
    let walked = Elements {
        take,
        stopped: &mut stopped,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end());
    match stopped {
        Some(Stopped::NobodyListens) => Ok(()),
        Some(Stopped::Failed(error)) => Err(error),
        None => walked.map_err(|error| failure(path, error)),
    }
}

enum Stopped {
    NobodyListens,
    Failed(EngineError),
}

/// Walks through an array, an element in memory at a time.
struct Elements<'e, 't> {
    take: &'e mut Take<'t>,
    stopped: &'e mut Option<Stopped>,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element::<Box<RawValue>>()? {
            *self.stopped = match (self.take)(element.get()) {
                Ok(true) => continue,
                Ok(false) => Some(Stopped::NobodyListens),
                Err(error) => Some(Stopped::Failed(error)),
            };
            return Err(A::Error::custom("stopped"));
        }
        Ok(())
    }
}

fn failure(path: &Path, error: serde_json::Error) -> EngineError {
    if error.is_io() {
        return io_error(&error.into(), format_args!("reading {}", path.display()));
    }
    bad_file(path, error)
}
