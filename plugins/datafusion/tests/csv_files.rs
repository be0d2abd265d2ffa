//! CSV as the interface defines it.

use std::fs;
use std::path::{Path, PathBuf};

use data_validator_plugin::{
    Call, Column, CsvFormat, ErrorClass, FileFormat, LogicalType, Schema, Session, Source,
};

use crate::support::{attach, class_of, count, in_each_session, rows, value};

fn csv(paths: &[PathBuf], columns: &[(&str, LogicalType)]) -> Source {
    csv_with(paths, columns, b',', b'"')
}

fn csv_with(
    paths: &[PathBuf],
    columns: &[(&str, LogicalType)],
    delimiter: u8,
    quote: u8,
) -> Source {
    let columns = columns.iter().map(|(name, logical_type)| Column {
        name: (*name).to_owned(),
        logical_type: logical_type.clone(),
    });
    Source::Files {
        format: FileFormat::Csv(CsvFormat {
            delimiter,
            quote,
            schema: Schema {
                columns: columns.collect(),
            },
        }),
        paths: paths.to_vec(),
    }
}

const ID_AND_NAME: [(&str, LogicalType); 2] =
    [("id", LogicalType::Integer), ("name", LogicalType::Text)];

fn written(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> Vec<PathBuf> {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    vec![path]
}

fn error_of(session: &mut dyn Session, source: &Source) -> (ErrorClass, String) {
    let error = session
        .attach("t", source, &Call::default())
        .and_then(|relation| rows(session, &format!("SELECT * FROM {}", relation.sql)))
        .expect_err("an error");
    (error.class, error.message)
}

#[test]
fn an_unquoted_empty_field_is_null_and_a_quoted_one_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let paths = written(
        folder.path(),
        "it's [a] *?%41#.csv",
        "id,name\n1,\n2,\"\"\n,x\n",
    );
    in_each_session(|session| {
        let relation = attach(session, &csv(&paths, &ID_AND_NAME));
        assert_eq!(count(session, &relation, "name IS NULL"), 1);
        assert_eq!(count(session, &relation, "name = ''"), 1);
        assert_eq!(count(session, &relation, "id IS NULL"), 1);
        assert_eq!(count(session, &relation, "TRUE"), 3);
    });
}

#[test]
fn a_ragged_line_is_an_error_that_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    for (index, text) in ["id,name\n1,a\n2,b,c\n", "id,name\n1,a\n2\n"]
        .iter()
        .enumerate()
    {
        let paths = written(folder.path(), &format!("{index}.csv"), text);
        in_each_session(|session| {
            let (class, message) = error_of(session, &csv(&paths, &ID_AND_NAME));
            assert_eq!(class, ErrorClass::Data);
            assert!(message.contains("line 3"), "{message}");
            // Who reads one column sees it too.
            let relation = attach(session, &csv(&paths, &ID_AND_NAME));
            for sql in ["count(*)", "sum(id)"] {
                let read = rows(session, &format!("SELECT {sql} FROM {relation}"));
                assert_eq!(class_of(read), ErrorClass::Data);
            }
        });
    }
}

#[test]
fn every_type_is_read_as_the_host_infers_it() {
    let folder = tempfile::tempdir().unwrap();
    let columns = [
        ("b", LogicalType::Boolean),
        ("i", LogicalType::Integer),
        ("f", LogicalType::Float),
        ("d", LogicalType::Double),
        (
            "n",
            LogicalType::Decimal {
                precision: 38,
                scale: 2,
            },
        ),
        ("t", LogicalType::Text),
        ("a", LogicalType::Date),
        ("s", LogicalType::Timestamp),
        ("z", LogicalType::TimestampTz),
    ];
    let text = "b,i,f,d,n,t,a,s,z\n\
        true,9223372036854775807,1.5,1e308,999999999999999999999999999999999999.99,\"a\n\"\"b,\",0001-01-01,2024-02-29 10:00,2024-02-29T10:00:00+02\n\
        tRuE,-9223372036854775808,-0.25,-0,-0.01,é😀,9999-12-31,9999-12-31T23:59:59.999999,2024-02-29 10:00:00.5-15:30\n\
        FALSE,007,0,2.5e-3,1,NULL,1970-01-01,1970-01-01,1969-12-31 23:59:59.999999Z\n\
        ,,,,,,,,\n";
    let paths = written(folder.path(), "a.csv", text);
    in_each_session(|session| {
        let relation = attach(session, &csv(&paths, &columns));
        let read = rows(session, &format!("SELECT * FROM {relation}")).unwrap();
        assert_eq!(
            read[0],
            [
                "true",
                "9223372036854775807",
                "1.5",
                "1e308",
                "999999999999999999999999999999999999.99",
                "a\n\"b,",
                "0001-01-01",
                "2024-02-29T10:00:00",
                "2024-02-29T08:00:00Z",
            ]
        );
        assert_eq!(
            read[1],
            [
                "true",
                "-9223372036854775808",
                "-0.25",
                "0.0",
                "-0.01",
                "é😀",
                "9999-12-31",
                "9999-12-31T23:59:59.999999",
                "2024-03-01T01:30:00.500Z",
            ]
        );
        assert_eq!(
            read[2],
            [
                "false",
                "7",
                "0.0",
                "0.0025",
                "1.00",
                "NULL",
                "1970-01-01",
                "1970-01-01T00:00:00",
                "1969-12-31T23:59:59.999999Z",
            ]
        );
        assert_eq!(read[3], ["NULL"; 9]);
        assert_eq!(count(session, &relation, "t = 'NULL'"), 1);
        for (name, logical_type) in &columns {
            assert_eq!(
                &crate::support::type_of(session, &relation, name),
                logical_type
            );
        }
    });
}

#[test]
fn a_value_of_another_type_is_bad_data_and_named() {
    let folder = tempfile::tempdir().unwrap();
    for (logical_type, bad) in [
        (LogicalType::Integer, "1.5"),
        (LogicalType::Integer, "9223372036854775808"),
        (LogicalType::Integer, "\"\""),
        (LogicalType::Double, "one"),
        (LogicalType::Boolean, "yes?"),
        (LogicalType::Date, "2023-02-29"),
        (LogicalType::Timestamp, "2024-01-01 25:00"),
        (
            LogicalType::Decimal {
                precision: 4,
                scale: 2,
            },
            "100.00",
        ),
    ] {
        let paths = written(
            folder.path(),
            "bad.csv",
            format!("v,w\n,\"1\n2\"\n{bad},3\n"),
        );
        in_each_session(|session| {
            let columns = [("v", logical_type.clone()), ("w", LogicalType::Text)];
            let (class, message) = error_of(session, &csv(&paths, &columns));
            assert_eq!(class, ErrorClass::Data, "{bad}");
            assert!(
                message.contains("line 4") && message.contains("'v'"),
                "{message}"
            );
        });
    }
}

#[test]
fn several_files_are_one_table_and_have_one_header() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for index in 0..7 {
        let text = format!("id,name\n{index},a\n");
        paths.extend(written(folder.path(), &format!("{index}.csv"), text));
    }
    let other = written(folder.path(), "other.csv", "name,id\nx,1\n");
    in_each_session(|session| {
        let relation = attach(session, &csv(&paths, &ID_AND_NAME));
        assert_eq!(
            value(session, &format!("SELECT sum(id) FROM {relation}")),
            "21"
        );
        let all = [paths.clone(), other.clone()].concat();
        let refused = session.attach("u", &csv(&all, &ID_AND_NAME), &Call::default());
        assert_eq!(class_of(refused), ErrorClass::Data);
    });
}

#[test]
fn delimiter_and_quote_are_those_of_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let paths = written(
        folder.path(),
        "a.tsv",
        "id\tname\r\n1\t'a\t''b'''\r\n2\t\"c\"",
    );
    in_each_session(|session| {
        let relation = attach(session, &csv_with(&paths, &ID_AND_NAME, b'\t', b'\''));
        let names = rows(session, &format!("SELECT name FROM {relation} ORDER BY id")).unwrap();
        assert_eq!(names, [["a\t'b'"], ["\"c\""]]);
    });
}

#[test]
fn bytes_that_are_no_text_are_bad_data() {
    let folder = tempfile::tempdir().unwrap();
    let paths = written(folder.path(), "a.csv", b"id,name\n1,\xff\n");
    in_each_session(|session| {
        let (class, message) = error_of(session, &csv(&paths, &ID_AND_NAME));
        assert_eq!(class, ErrorClass::Data);
        assert!(message.contains("UTF-8"), "{message}");
    });
}

#[test]
fn a_file_without_header_or_without_a_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let empty = written(folder.path(), "empty.csv", "");
    let missing = vec![folder.path().join("missing.csv")];
    let is_folder = vec![folder.path().to_owned()];
    in_each_session(|session| {
        for (paths, class) in [
            (&empty, ErrorClass::Data),
            (&missing, ErrorClass::NotFound),
            (&is_folder, ErrorClass::Data),
        ] {
            let attached = session.attach("t", &csv(paths, &ID_AND_NAME), &Call::default());
            assert_eq!(class_of(attached), class, "{paths:?}");
        }
    });
}

#[test]
fn a_blank_line_is_a_null_in_a_file_of_one_column_and_nothing_in_others() {
    let folder = tempfile::tempdir().unwrap();
    let one = written(folder.path(), "one.csv", "id\n1\n\n2\n");
    let two = written(folder.path(), "two.csv", "id,name\n1,a\n\n2,b\n");
    in_each_session(|session| {
        let relation = attach(session, &csv(&one, &ID_AND_NAME[..1]));
        assert_eq!(count(session, &relation, "id IS NULL"), 1);
        let relation = attach(session, &csv(&two, &ID_AND_NAME));
        assert_eq!(count(session, &relation, "TRUE"), 2);
    });
}

#[test]
fn a_type_without_text_form_is_unsupported() {
    let folder = tempfile::tempdir().unwrap();
    let paths = written(folder.path(), "a.csv", "id\n1\n");
    in_each_session(|session| {
        let source = csv(&paths, &[("id", LogicalType::Binary)]);
        let attached = session.attach("t", &source, &Call::default());
        assert_eq!(class_of(attached), ErrorClass::Unsupported);
    });
}
