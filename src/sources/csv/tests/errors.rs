use super::super::ColumnType::Text;
use super::super::{CsvFormat, MAX_RECORD_BYTES, read_header};
use super::{Files, error, types};

/// Each text, read as `0.csv`, has the error on that line.
#[track_caller]
fn assert_each(message: &str, texts: &[(u64, &str)]) {
    for (line, text) in texts {
        let expected = format!("0.csv line {line}: {message}");
        assert_eq!(error(text), expected, "{text:?}");
    }
}

#[test]
fn ragged_lines_are_named() {
    assert_each(
        "3 fields where the header has 2; quote the value or fix the line",
        &[(2, "a,b\n1,2,3\n"), (3, "a,b\n1,2\n1,2,\n")],
    );
    assert_each(
        "1 field where the header has 2; quote the value or fix the line",
        &[
            (2, "a,b\n1"),
            (2, "a,b\n\"\"\n"),
            (2, "a,b\n \n"),
            (5, "a,b\n\"1\n2\",\"3\"\n4,\n5\n"),
            (5, "a,b\r\n1,\"\r\n\r\n\"\r\n\"\"\r\n"),
            (4, "a,b\n\n\n5\n"),
        ],
    );
}

#[test]
fn open_quotes_are_named_where_they_begin() {
    assert_each(
        "a quote is not closed; close it, or quote the value and double it",
        &[
            (2, "a\n\""),
            (2, "a,b\n1,\"2\n1,2\n"),
            (4, "a,b\n1,2\n\"x\ny\",\"z\n1,2\n"),
            (1, "a,\"b\n"),
        ],
    );
}

#[test]
fn nothing_stands_beside_quotes() {
    assert_each(
        "text after a closing quote; double the quotes within the value",
        &[
            (2, "a\n\"x\"y\n"),
            (2, "a\n\"x\" \n"),
            (3, "a\n\"x\ny\"\"\"z"),
        ],
    );
    assert_each(
        "spaces before a quote; remove them, or quote the whole value",
        &[(2, "a\n \"x\"\n"), (2, "a,b\n1,  \"x,y\"\n")],
    );
}

#[test]
fn line_endings_are_one_kind() {
    assert_each(
        "a carriage return without a line feed; quote the value, or end lines with \\n or \\r\\n",
        &[
            (2, "a\nx\ry\n"),
            (2, "a\nx\r"),
            (1, "a\rx\r"),
            (2, "a\r\nx\r\r\n"),
        ],
    );
    assert_each(
        "the line ends otherwise than line 1; end all lines with \\n or all with \\r\\n",
        &[(2, "a\r\nx\n"), (3, "a\nx\n\r\n")],
    );
}

#[test]
fn headers_name_every_column_once() {
    assert_each(
        "column 1 has no name; name it",
        &[(1, "\na,b\n"), (1, ",b\n")],
    );
    assert_each(
        "column 2 has no name; name it",
        &[(1, "a,\"\"\n"), (1, "a,")],
    );
    assert_each(
        "columns 1 and 3 are both named `id`; rename one",
        &[(1, "id,x,id\n")],
    );
    assert_each(
        "columns 1 and 2 are named `id` and `ID`, which differ only in case; rename one",
        &[(1, "id,ID\n")],
    );
    for empty in ["", "\u{feff}"] {
        assert_eq!(
            error(empty),
            "0.csv: the file is empty; give it a header line"
        );
    }
}

#[test]
fn headers_of_one_table_are_equal() {
    for (other, difference) in [
        ("a,c\n", "column 2 is `c` where 0.csv has `b`"),
        ("b,a\n", "column 1 is `b` where 0.csv has `a`"),
        ("a\n", "the number of columns is 1 where 0.csv has 2"),
        ("a,b,c\n", "the number of columns is 3 where 0.csv has 2"),
    ] {
        let expected = format!("1.csv line 1: {difference}; give both files the same header");
        assert_eq!(Files::new(&[b"a,b\n", other.as_bytes()]).error(), expected);
    }
}

#[test]
fn text_that_is_not_utf8_is_named_where_it_begins() {
    for (line, bytes) in [
        (1, &b"\xe9\n"[..]),
        (3, b"a\nx\n\xe9\n"),
        (3, b"a\n\"x\n\xe9\"\n"),
        (2, b"a\n\xf0\x9f\x98"),
    ] {
        let expected = format!("0.csv line {line}: not UTF-8 text; convert the file to UTF-8");
        assert_eq!(Files::new(&[bytes]).error(), expected);
    }
}

#[test]
fn records_have_a_longest_length() {
    let longest = "x".repeat(MAX_RECORD_BYTES - 1);
    assert_eq!(types(&format!("a\n{longest}\n1\n")), [Text]);
    let open_quote = "x\n".repeat(MAX_RECORD_BYTES);
    assert_each(
        "a record of more than 16777216 bytes; close the quote that is left open, \
         or split the record",
        &[
            (2, &format!("a\nx{longest}\n1\n")),
            (2, &format!("a\n\"{open_quote}")),
        ],
    );
}

#[test]
fn ambiguous_delimiters_and_quotes_are_refused() {
    let files = Files::new(&[b"a\n"]);
    let delimiters = b"a5 \n\r\0\xe9\"".map(|delimiter| (delimiter, b'"'));
    let quotes = b"a5 \t\n\xe9".map(|quote| (b',', quote));
    for (delimiter, quote) in delimiters.into_iter().chain(quotes) {
        let error = read_header(&files.paths[0], CsvFormat { delimiter, quote }).unwrap_err();
        let message = error.message;
        assert!(
            message.starts_with("cannot read with delimiter"),
            "{message}"
        );
    }
}

#[test]
fn unreadable_files_are_named_with_the_reason() {
    let files = Files::new(&[]);
    let missing = files.directory.path().join("missing.csv");
    let error = read_header(&missing, CsvFormat::COMMA).unwrap_err();
    assert_eq!(error.path, missing);
    assert_eq!(error.line, None);
    assert!(
        error
            .message
            .starts_with("cannot read the file: No such file"),
        "{error}"
    );
    let error = read_header(files.directory.path(), CsvFormat::COMMA).unwrap_err();
    assert!(
        error
            .message
            .starts_with("cannot read the file: Is a directory"),
        "{error}"
    );
}
