//! Arrow's file format, whole and damaged.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_validator_plugin::{Call, ErrorClass, FileFormat, LogicalType, Source};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date64Array, Decimal128Array, DictionaryArray, Float64Array,
    Int32Array, Int64Array, ListArray, NullArray, RecordBatch, StringArray, StringViewArray,
    TimestampMillisecondArray,
};
use datafusion::arrow::datatypes::{Int8Type, Int32Type};
use datafusion::arrow::ipc::CompressionType;
use datafusion::arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};

use crate::support::{
    array, attach, class_of, count, in_each_session, parquet, rows, type_of, value, write_parquet,
};

fn arrow(paths: &[PathBuf]) -> Source {
    Source::Files {
        format: FileFormat::Arrow,
        paths: paths.to_vec(),
    }
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn write(path: &Path, batches: &[RecordBatch]) {
    write_with(path, batches, IpcWriteOptions::default());
}

fn write_with(path: &Path, batches: &[RecordBatch], options: IpcWriteOptions) {
    let file = File::create(path).unwrap();
    let mut writer = FileWriter::try_new_with_options(file, &batches[0].schema(), options).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn types_and_values_are_those_of_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.arrow");
    let texts: DictionaryArray<Int8Type> = vec![Some("x"), None, Some("x")].into_iter().collect();
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![
        Some(vec![Some(1)]),
        None,
        Some(vec![]),
    ]);
    write(
        &path,
        &[batch(vec![
            ("Id", array(Int64Array::from(vec![Some(1), None, Some(3)]))),
            (
                "text",
                array(StringArray::from(vec![Some(""), Some("é😀"), None])),
            ),
            (
                "viewed",
                array(StringViewArray::from(vec![
                    "a",
                    "b",
                    "longer than twelve bytes",
                ])),
            ),
            ("dictionary", array(texts)),
            (
                "double",
                array(Float64Array::from(vec![-0.0, f64::NAN, 1.5])),
            ),
            ("flag", array(BooleanArray::from(vec![true, false, true]))),
            (
                "day",
                array(Date64Array::from(vec![Some(86_400_000), None, Some(0)])),
            ),
            (
                "at",
                array(TimestampMillisecondArray::from(vec![1, 2, 3]).with_timezone("UTC")),
            ),
            (
                "money",
                array(
                    Decimal128Array::from(vec![150, 2, 3])
                        .with_precision_and_scale(10, 2)
                        .unwrap(),
                ),
            ),
            ("list", array(lists)),
        ])],
    );
    in_each_session(|session| {
        let relation = attach(session, &arrow(std::slice::from_ref(&path)));
        for (column, logical_type) in [
            ("Id", LogicalType::Integer),
            ("text", LogicalType::Text),
            ("viewed", LogicalType::Text),
            ("dictionary", LogicalType::Text),
            ("double", LogicalType::Double),
            ("flag", LogicalType::Boolean),
            ("day", LogicalType::Date),
            ("at", LogicalType::TimestampTz),
            (
                "money",
                LogicalType::Decimal {
                    precision: 10,
                    scale: 2,
                },
            ),
        ] {
            assert_eq!(
                type_of(session, &relation, column),
                logical_type,
                "{column}"
            );
        }
        assert!(matches!(
            type_of(session, &relation, "list"),
            LogicalType::Other(_)
        ));
        let sql = format!("SELECT \"Id\", text, viewed, dictionary, day, money FROM {relation}");
        assert_eq!(
            rows(session, &sql).unwrap(),
            [
                ["1", "", "a", "x", "1970-01-02", "1.50"],
                ["NULL", "é😀", "b", "NULL", "NULL", "0.02"],
                [
                    "3",
                    "NULL",
                    "longer than twelve bytes",
                    "x",
                    "1970-01-01",
                    "0.03"
                ],
            ]
        );
        assert_eq!(
            count(session, &relation, "double = 0"),
            1,
            "there is one zero"
        );
        assert_eq!(
            count(
                session,
                &relation,
                "\"at\" > TIMESTAMP '1970-01-01T00:00:00.0015Z'"
            ),
            2
        );
        assert_eq!(count(session, &relation, "TRUE"), 3);
        assert_eq!(
            value(session, &format!("SELECT count(*) FROM {relation}")),
            "3"
        );
    });
}

#[test]
fn batches_and_files_are_one_table_and_columns_belong_together_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("1.arrow"), folder.path().join("2.arrow"));
    let part = |values: Vec<i64>| {
        batch(vec![
            ("a", array(Int64Array::from(values))),
            ("b", array(StringArray::from(vec!["x", "y"]))),
        ])
    };
    write(&first, &[part(vec![1, 2]), part(vec![3, 4])]);
    let options = IpcWriteOptions::default()
        .try_with_compression(Some(CompressionType::ZSTD))
        .unwrap();
    let turned = batch(vec![
        ("more", array(NullArray::new(1))),
        ("b", array(StringViewArray::from(vec!["z"]))),
        ("a", array(Int32Array::from(vec![5]))),
    ]);
    write_with(&second, &[turned], options);
    in_each_session(|session| {
        let relation = attach(session, &arrow(&[first.clone(), second.clone()]));
        let sql = format!("SELECT a, b FROM {relation} ORDER BY a");
        assert_eq!(
            rows(session, &sql).unwrap(),
            [["1", "x"], ["2", "y"], ["3", "x"], ["4", "y"], ["5", "z"]]
        );
        assert_eq!(
            value(
                session,
                &format!("SELECT sum(a) FROM {relation} WHERE b = 'z'")
            ),
            "5"
        );
        let relation = attach(session, &arrow(std::slice::from_ref(&first)));
        assert_eq!(count(session, &relation, "a > 1"), 3);
    });
}

#[test]
fn lz4_is_read_too_and_so_is_a_file_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (packed, empty) = (
        folder.path().join("packed.arrow"),
        folder.path().join("empty.arrow"),
    );
    let values = batch(vec![("a", array(Int64Array::from_iter_values(0..10_000)))]);
    let options = IpcWriteOptions::default()
        .try_with_compression(Some(CompressionType::LZ4_FRAME))
        .unwrap();
    write_with(&packed, std::slice::from_ref(&values), options);
    write(&empty, &[values.slice(0, 0)]);
    in_each_session(|session| {
        let relation = attach(session, &arrow(std::slice::from_ref(&packed)));
        assert_eq!(
            value(session, &format!("SELECT sum(a), count(*) FROM {relation}")),
            "49995000 10000"
        );
        let relation = attach(session, &arrow(std::slice::from_ref(&empty)));
        assert_eq!(
            value(
                session,
                &format!("SELECT count(*), count(a) FROM {relation}")
            ),
            "0 0"
        );
    });
}

#[test]
fn files_that_are_no_whole_arrow_files_are_data_errors_that_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.arrow");
    let values = batch(vec![("a", array(Int64Array::from_iter_values(0..1000)))]);
    write(&path, &[values.clone(), values.clone()]);
    let whole = fs::read(&path).unwrap();
    let mut stream = StreamWriter::try_new(Vec::new(), &values.schema()).unwrap();
    stream.write(&values).unwrap();
    let stream = stream.into_inner().unwrap();
    let cases: [(&str, Vec<u8>, &str); 8] = [
        (
            "a cut-off end",
            whole[..whole.len() - 1].to_vec(),
            "the end of the file is missing",
        ),
        (
            "a cut in the middle",
            whole[..whole.len() / 2].to_vec(),
            "the end of the file is missing",
        ),
        (
            "only a beginning",
            whole[..9].to_vec(),
            "the end of the file is missing",
        ),
        ("a stream", stream, "it is an Arrow stream"),
        ("nothing", Vec::new(), "the file is empty"),
        ("a text", b"a,b\n1,2\n".to_vec(), "it is no Arrow file"),
        (
            "an old Feather file",
            b"FEA1........FEA1".to_vec(),
            "it is a Feather 1 file",
        ),
        (
            "a hole",
            [&whole[..500], &whole[1500..]].concat(),
            "the footer is damaged",
        ),
    ];
    in_each_session(|session| {
        for (what, bytes, told) in &cases {
            fs::write(&path, bytes).unwrap();
            let source = arrow(std::slice::from_ref(&path));
            let error = session
                .attach("t", &source, &Call::default())
                .expect_err(what);
            assert_eq!(error.class, ErrorClass::Data, "{what}: {error}");
            assert!(error.message.contains(told), "{what}: {error}");
            assert!(error.message.contains("a.arrow"), "{what}: {error}");
        }
        fs::remove_file(&path).unwrap();
        let attached = session.attach("t", &arrow(std::slice::from_ref(&path)), &Call::default());
        assert_eq!(class_of(attached), ErrorClass::NotFound);
    });
}

#[test]
fn no_damage_ends_the_process_or_gives_rows_that_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.arrow");
    let texts = StringArray::from_iter_values((0..20).map(|n| n.to_string()));
    let values = batch(vec![
        ("a", array(Int64Array::from_iter_values(0..20))),
        ("b", array(texts)),
    ]);
    write(&path, std::slice::from_ref(&values));
    let whole = fs::read(&path).unwrap();
    in_each_session(|session| {
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 0xff;
            fs::write(&path, damaged).unwrap();
            let source = arrow(std::slice::from_ref(&path));
            let Ok(relation) = session.attach("t", &source, &Call::default()) else {
                continue;
            };
            // What is damaged in the values themselves cannot be seen.
            if let Ok(read) = rows(session, &format!("SELECT count(*) FROM {}", relation.sql)) {
                assert_eq!(read.len(), 1);
            }
        }
    });
}

#[test]
fn files_of_other_columns_and_columns_of_one_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("1.arrow"), folder.path().join("2.arrow"));
    write(
        &first,
        &[batch(vec![("a", array(Int64Array::from(vec![1])))])],
    );
    in_each_session(|session| {
        let attach = |session: &mut dyn data_validator_plugin::Session, paths: &[PathBuf]| {
            session
                .attach("t", &arrow(paths), &Call::default())
                .expect_err("a refusal")
        };
        write(
            &second,
            &[batch(vec![("a", array(StringArray::from(vec!["x"])))])],
        );
        let error = attach(session, &[first.clone(), second.clone()]);
        assert_eq!(error.class, ErrorClass::Data);
        assert!(
            error
                .message
                .contains("column 'a' is text and not integer as in"),
            "{error}"
        );
        write(
            &second,
            &[batch(vec![("b", array(Int64Array::from(vec![1])))])],
        );
        let error = attach(session, &[first.clone(), second.clone()]);
        assert!(
            error.message.contains("there is no column 'a' as in"),
            "{error}"
        );
        let column: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        write(
            &second,
            &[batch(vec![("b", Arc::clone(&column)), ("b", column)])],
        );
        let error = attach(session, std::slice::from_ref(&second));
        assert!(
            error.message.contains("two columns are called 'b'"),
            "{error}"
        );
    });
}

#[test]
fn a_column_without_a_type_is_one_of_whole_numbers_without_values() {
    let folder = tempfile::tempdir().unwrap();
    let (path, footer) = (
        folder.path().join("a.arrow"),
        folder.path().join("a.parquet"),
    );
    let columns = || vec![("n", array(NullArray::new(3)))];
    write(&path, &[batch(columns())]);
    write_parquet(&footer, columns());
    in_each_session(|session| {
        for source in [
            arrow(std::slice::from_ref(&path)),
            parquet(std::slice::from_ref(&footer)),
        ] {
            let relation = attach(session, &source);
            assert_eq!(type_of(session, &relation, "n"), LogicalType::Integer);
            assert_eq!(count(session, &relation, "n IS NULL"), 3);
            assert_eq!(count(session, &relation, "n < 5 OR n >= 5"), 0);
            let sql = format!("SELECT count(DISTINCT n), count(n), count(*) FROM {relation}");
            assert_eq!(value(session, &sql), "0 0 3");
        }
    });
}
