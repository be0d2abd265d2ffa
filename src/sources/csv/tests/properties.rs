//! What holds for every table and every text, not only for chosen ones.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::records::Records;
use super::super::{CsvError, CsvFormat};

type Row = Vec<Option<String>>;

/// Each record with the line it begins on, read through a window of a few bytes.
fn read(text: &[u8], format: CsvFormat, window: usize) -> Result<Vec<(u64, Row)>, CsvError> {
    let mut records = Records::new(Path::new("x.csv"), text, format, window)?;
    let mut rows = Vec::new();
    while records.advance()? {
        let line = records.error("").line.expect("a record has a line");
        let row = records.fields().map(|field| {
            let null = field.raw.is_empty() && !field.quoted;
            (!null).then(|| field.text(format.quote))
        });
        rows.push((line, row.collect()));
    }
    Ok(rows)
}

/// How a value may be written: always in quotes, without them only where it reads the same.
fn written(value: &str, quote_anyway: bool, format: CsvFormat) -> String {
    let quote = char::from(format.quote);
    let structural = [char::from(format.delimiter), '\n', '\r'];
    let plain = !value.is_empty()
        && !value.contains(structural)
        && !value.trim_start_matches(' ').starts_with(quote);
    if plain && !quote_anyway {
        return value.to_owned();
    }
    let doubled = value.replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{doubled}{quote}")
}

fn formats() -> impl Strategy<Value = CsvFormat> {
    let semicolon = CsvFormat {
        delimiter: b';',
        quote: b'\'',
    };
    prop_oneof![
        Just(CsvFormat::COMMA),
        Just(CsvFormat::TAB),
        Just(semicolon)
    ]
}

/// Values full of what has a meaning in CSV, each with whether to quote it needlessly.
fn cells() -> impl Strategy<Value = Option<(String, bool)>> {
    let structural = "[a ,;\t\"'\r\n\u{e9}\u{1f600}\u{0}\u{feff}]{0,6}";
    let value = prop_oneof![structural, any::<String>()];
    proptest::option::of((value, any::<bool>()))
}

fn tables() -> impl Strategy<Value = Vec<Vec<Option<(String, bool)>>>> {
    (1..5usize).prop_flat_map(|columns| vec(vec(cells(), columns), 1..12))
}

proptest! {
    #[test]
    fn tables_are_read_as_they_were_written(
        table in tables(),
        format in formats(),
        ending in prop_oneof![Just("\n"), Just("\r\n")],
        byte_order_mark: bool,
        last_line_ends: bool,
        window in 1..40usize,
    ) {
        let delimiter = char::from(format.delimiter).to_string();
        let mut text = String::from(if byte_order_mark { "\u{feff}" } else { "" });
        let mut expected = Vec::new();
        let mut line = 1;
        for row in &table {
            let fields: Vec<String> = row
                .iter()
                .map(|cell| cell.as_ref().map_or(String::new(), |(value, quote)| {
                    written(value, *quote, format)
                }))
                .collect();
            let record = fields.join(&delimiter) + ending;
            let values = row.iter().map(|cell| cell.as_ref().map(|(value, _)| value.clone()));
            expected.push((line, values.collect::<Row>()));
            line += record.matches('\n').count() as u64;
            text += &record;
        }
        // Without its ending a last line that is blank is no line.
        if !last_line_ends && expected.last().is_some_and(|(_, row)| row != &[None]) {
            text.truncate(text.len() - ending.len());
        }
        // One that begins the first value would be taken for the file's byte order mark.
        if !byte_order_mark && text.starts_with('\u{feff}') {
            return Ok(());
        }
        prop_assert_eq!(read(text.as_bytes(), format, window)?, expected);
    }

    /// DataFusion reads CSV with csv-core, which knows no NULL and skips blank lines.
    #[test]
    fn accepted_text_reads_the_same_with_csv_core(
        text in "[ab \",\r\n]{0,20}",
        window in 1..8usize,
    ) {
        let Ok(records) = read(text.as_bytes(), CsvFormat::COMMA, window) else {
            return Ok(());
        };
        let ours: Vec<Vec<String>> = records
            .into_iter()
            .map(|(_, row)| row)
            .filter(|row| row != &[None])
            .map(|row| row.into_iter().map(Option::unwrap_or_default).collect())
            .collect();
        prop_assert_eq!(ours, read_with_csv_core(text.as_bytes()));
    }

    #[test]
    fn any_bytes_are_records_or_an_error_with_a_line(
        bytes in vec(any::<u8>(), 0..200),
        window in 1..40usize,
    ) {
        if let Err(error) = read(&bytes, CsvFormat::COMMA, window) {
            let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
            prop_assert!(error.line.is_some_and(|line| (1..=lines).contains(&line)), "{}", error);
        }
    }
}

fn read_with_csv_core(mut text: &[u8]) -> Vec<Vec<String>> {
    use csv_core::ReadFieldResult::{End, Field, InputEmpty, OutputFull};
    let mut reader = csv_core::Reader::new();
    let mut output = [0; 64];
    let mut written = 0;
    let (mut records, mut record) = (Vec::new(), Vec::new());
    loop {
        let (result, read, wrote) = reader.read_field(text, &mut output[written..]);
        text = &text[read..];
        written += wrote;
        match result {
            InputEmpty => {}
            OutputFull => panic!("no generated field is that long"),
            End => return records,
            Field { record_end } => {
                record.push(String::from_utf8_lossy(&output[..written]).into_owned());
                written = 0;
                if record_end {
                    records.push(std::mem::take(&mut record));
                }
            }
        }
    }
}
