use super::super::ColumnType::{Boolean, Date, Double, Integer, Text, Timestamp, TimestampTz};
use super::super::{CsvFormat, infer_columns, read_header};
use super::{Files, error, types};

#[test]
fn each_column_has_the_narrowest_type_of_its_values() {
    let text = "id,share,ok,day,at,instant,name\n\
                1,2,true,2024-02-29,2024-02-29,2024-02-29T10:00:00Z,x\n\
                ,,,,,,\n\
                \"-2\",0.5,FALSE,\"2024-03-01\",2024-02-29 10:00,2024-02-29 10:00:00+01,\"y, z\"\n";
    let expected = [Integer, Double, Boolean, Date, Timestamp, TimestampTz, Text];
    assert_eq!(types(text), expected);
    let names = read_header(&Files::new(&[text.as_bytes()]).paths[0], CsvFormat::COMMA).unwrap();
    assert_eq!(names.join(","), "id,share,ok,day,at,instant,name");
}

#[test]
fn values_without_a_common_type_are_text() {
    for (values, expected) in [
        ("1\n2.5", Double),
        ("9007199254740992\n2.5", Double),
        ("9007199254740993\n2.5", Text),
        ("2.5\n1\n9007199254740993", Text),
        ("9007199254740993\n1", Integer),
        ("9223372036854775808\n1", Text),
        ("2024-01-01\n2024-01-01 10:00", Timestamp),
        ("2024-01-01 10:00:00\n2024-01-01 10:00:00Z", Text),
        ("2024-01-01\n2024-01-01 10:00:00Z", Text),
        ("true\n1", Text),
        ("1\n007", Text),
        ("1\n\"\"", Text),
        ("1\n 2", Text),
        ("1\n\"2\"", Integer),
        ("1\n\"\"\"2\"", Text),
    ] {
        assert_eq!(types(&format!("x\n{values}\n")), [expected], "{values:?}");
    }
}

#[test]
fn null_says_nothing_about_the_type() {
    assert_eq!(types("a,b\n,\n,1\n,\n"), [Text, Integer]);
    assert_eq!(types("a,b\n"), [Text, Text]);
    assert_eq!(types("a,b"), [Text, Text]);
}

#[test]
fn blank_lines_are_null_in_one_column_and_nothing_in_more() {
    assert_eq!(types("a\n1\n\n2\n\n"), [Integer]);
    assert_eq!(types("a\r\n1\r\n\r\n"), [Integer]);
    assert_eq!(types("a,b\n\n1,2\n\n\n"), [Integer, Integer]);
}

#[test]
fn the_last_of_many_rows_counts() {
    let rows = "1,2\n".repeat(200_000);
    assert_eq!(types(&format!("a,b\n{rows}")), [Integer, Integer]);
    assert_eq!(types(&format!("a,b\n{rows}1,x")), [Integer, Text]);
    assert_eq!(
        error(&format!("a,b\n{rows}1")),
        "0.csv line 200002: 1 field where the header has 2; quote the value or fix the line"
    );
}

#[test]
fn several_files_are_one_table() {
    assert_eq!(infer_columns(&[], CsvFormat::COMMA).unwrap(), []);
    let files = Files::new(&[b"a,b\n1,\n", b"\xef\xbb\xbfa,\"b\"\r\n0.5,2\r\n", b"a,b"]);
    assert_eq!(files.types(), [Double, Integer]);
    assert_eq!(Files::new(&[b"a\n1\n", b"a\nx\n"]).types(), [Text]);
}

#[test]
fn delimiter_and_quote_can_be_chosen() {
    let files = Files::new(&[b"'it''s';b,c\n", b"a\tb,\"c\"\n"]);
    let format = CsvFormat {
        delimiter: b';',
        quote: b'\'',
    };
    assert_eq!(
        read_header(&files.paths[0], format).unwrap(),
        ["it's", "b,c"]
    );
    let header = read_header(&files.paths[1], CsvFormat::TAB).unwrap();
    assert_eq!(header, ["a", "b,\"c\""]);
}

#[test]
fn quotes_within_an_unquoted_field_are_ordinary() {
    assert_eq!(types("a,b\n5\"x\",6\" 7\"\n"), [Text, Text]);
}

#[test]
fn the_rows_do_not_matter_to_read_header() {
    let files = Files::new(&[b"\xef\xbb\xbf\"a \"\"b\"\"\nc\", d\r\n\"broken\xff"]);
    let header = read_header(&files.paths[0], CsvFormat::COMMA).unwrap();
    assert_eq!(header, ["a \"b\"\nc", " d"]);
}
