//! Parquet files, their columns and what their footers prove.

use std::fs;
use std::path::PathBuf;

use data_validator_plugin::{
    Call, ColumnStatistics, ErrorClass, LogicalType, Relation, Session, Statistics,
};
use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    Float32Array, Float64Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
    UInt64Array,
};
use datafusion::arrow::datatypes::Int8Type;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;

use crate::support::{
    array, attach, class_of, count, in_each_session, parquet, rows, value, write_parquet,
    write_parquet_with,
};

fn integers(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    array(Int64Array::from_iter_values(values))
}

#[test]
fn names_keep_their_case_and_types_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it's [a] *?%41#é.parquet");
    let dictionary: DictionaryArray<Int8Type> = vec!["x"].into_iter().collect();
    let decimal = Decimal128Array::from(vec![150])
        .with_precision_and_scale(4, 2)
        .unwrap();
    let zoned = TimestampMicrosecondArray::from(vec![0]).with_timezone("Europe/Paris");
    write_parquet(
        &path,
        vec![
            ("DepDelay", integers([1])),
            ("depdelay", integers([2])),
            ("a \"b\" c", array(UInt64Array::from(vec![u64::MAX]))),
            ("text", array(StringArray::from(vec!["é"]))),
            ("kind", array(dictionary)),
            ("price", array(decimal)),
            ("at", array(zoned)),
            ("local", array(TimestampMicrosecondArray::from(vec![0]))),
            ("day", array(Date32Array::from(vec![0]))),
            ("single", array(Float32Array::from(vec![1.5]))),
            ("bytes", array(BinaryArray::from(vec![&b"x"[..]]))),
            ("flag", array(BooleanArray::from(vec![true]))),
        ],
    );
    in_each_session(|session| {
        let sql = attach(session, &parquet(std::slice::from_ref(&path)));
        let schema = session
            .schema(&Relation { sql: sql.clone() }, &Call::default())
            .unwrap();
        let types: Vec<(&str, String)> = schema
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.logical_type.to_string()))
            .collect();
        let expected = [
            ("DepDelay", "integer"),
            ("depdelay", "integer"),
            ("a \"b\" c", "integer"),
            ("text", "text"),
            ("kind", "text"),
            ("price", "decimal(4,2)"),
            ("at", "timestamp with time zone"),
            ("local", "timestamp"),
            ("day", "date"),
            ("single", "float"),
            ("bytes", "binary"),
            ("flag", "boolean"),
        ];
        assert_eq!(
            types,
            expected.map(|(name, logical)| (name, logical.to_owned()))
        );
        let select =
            r#"SELECT "DepDelay", DepDelay AS unquoted, "depdelay", "a ""b"" c" AS "Alias""#;
        assert_eq!(
            value(session, &format!("{select} FROM {sql}")),
            format!("1 1 2 {}", u64::MAX)
        );
        assert_eq!(
            value(
                session,
                &format!(r#"SELECT "Alias" FROM ({select} FROM {sql}) AS "T""#)
            ),
            u64::MAX.to_string()
        );
        assert_eq!(
            class_of(rows(session, &format!("SELECT depDelay FROM {sql}"))),
            ErrorClass::NotFound
        );
    });
}

#[test]
fn what_is_no_parquet_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.parquet");
    fs::write(&text, "this is not a Parquet file, though its name says so").unwrap();
    let short = folder.path().join("short.parquet");
    fs::write(&short, "PAR1").unwrap();
    let whole = folder.path().join("whole.parquet");
    write_parquet(&whole, vec![("a", integers(0..10_000))]);
    let content = fs::read(&whole).unwrap();
    let cut = folder.path().join("cut.parquet");
    fs::write(&cut, &content[..content.len() / 2]).unwrap();
    in_each_session(|session| {
        for (path, class) in [
            (text.clone(), ErrorClass::Data),
            (short.clone(), ErrorClass::Data),
            (cut.clone(), ErrorClass::Data),
            (folder.path().to_owned(), ErrorClass::Data),
            (folder.path().join("missing.parquet"), ErrorClass::NotFound),
        ] {
            let attached =
                session.attach("t", &parquet(std::slice::from_ref(&path)), &Call::default());
            assert_eq!(class_of(attached), class, "{}", path.display());
        }
    });
}

#[test]
fn a_file_that_is_damaged_or_vanishes_later_is_an_error_and_not_fewer_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    in_each_session(|session| {
        write_parquet(&path, vec![("a", integers(0..100_000))]);
        let content = fs::read(&path).unwrap();
        let source = parquet(std::slice::from_ref(&path));
        let mut damaged = content.clone();
        damaged[4..content.len() / 2].fill(0xAA);
        fs::write(&path, damaged).unwrap();
        let relation = attach(session, &source);
        let sql = format!("SELECT sum(a) FROM {relation}");
        assert_eq!(class_of(rows(session, &sql)), ErrorClass::Data);
        for changed in [&content[..], &content[..content.len() / 2]] {
            fs::write(&path, changed).unwrap();
            assert_eq!(class_of(rows(session, &sql)), ErrorClass::Data);
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(class_of(rows(session, &sql)), ErrorClass::NotFound);
        assert_eq!(
            class_of(rows(session, &format!("SELECT count(*) FROM {relation}"))),
            ErrorClass::NotFound
        );
    });
}

#[test]
fn files_are_one_table_by_the_names_of_their_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_parquet(
        &path("1"),
        vec![
            ("id", integers([1])),
            ("x", array(Float64Array::from(vec![0.5]))),
        ],
    );
    write_parquet(
        &path("2"),
        vec![
            ("x", array(Float32Array::from(vec![1.5]))),
            ("more", integers([9])),
            ("id", array(Int32Array::from(vec![None::<i32>]))),
        ],
    );
    write_parquet(&path("lacks"), vec![("id", integers([1]))]);
    write_parquet(
        &path("other"),
        vec![
            ("id", array(StringArray::from(vec!["1"]))),
            ("x", array(Float64Array::from(vec![0.5]))),
        ],
    );
    in_each_session(|session| {
        let relation = attach(session, &parquet(&[path("1"), path("2")]));
        let read = rows(session, &format!("SELECT * FROM {relation} ORDER BY x")).unwrap();
        assert_eq!(read, [["1", "0.5"], ["NULL", "1.5"]]);
        // The first file promises that there is no NULL, the second has one.
        assert_eq!(count(session, &relation, "id IS NULL"), 1);
        for other in ["lacks", "other"] {
            let source = parquet(&[path("1"), path(other)]);
            let error = session.attach("t", &source, &Call::default()).unwrap_err();
            assert_eq!(error.class, ErrorClass::Data);
            assert!(error.message.contains(other), "{}", error.message);
        }
    });
}

#[test]
fn common_compressions_are_read() {
    let folder = tempfile::tempdir().unwrap();
    in_each_session(|session| {
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::ZSTD(ZstdLevel::default()),
            Compression::LZ4_RAW,
            Compression::LZ4,
            Compression::GZIP(datafusion::parquet::basic::GzipLevel::default()),
        ] {
            let path = folder.path().join("a.parquet");
            let with = WriterProperties::builder()
                .set_compression(compression)
                .build();
            write_parquet_with(&path, vec![("a", integers(0..1000))], with);
            let relation = attach(session, &parquet(std::slice::from_ref(&path)));
            assert_eq!(
                value(session, &format!("SELECT sum(a) FROM {relation}")),
                "499500"
            );
        }
    });
}

fn statistics(
    session: &mut dyn Session,
    paths: &[PathBuf],
    columns: &[&str],
) -> Option<Statistics> {
    let sql = attach(session, &parquet(paths));
    session
        .statistics(&Relation { sql }, columns, &Call::default())
        .unwrap()
}

#[test]
fn footers_prove_rows_nulls_and_bounds_of_integers_and_dates() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let columns = |from: i64| {
        vec![
            (
                "id",
                array(Int64Array::from(vec![Some(from), None, Some(from + 5)])),
            ),
            ("big", array(UInt64Array::from(vec![1, u64::MAX, 3]))),
            (
                "day",
                array(Date32Array::from(vec![Some(0), Some(-1), None])),
            ),
            ("x", array(Float64Array::from(vec![1.0, f64::NAN, 2.0]))),
            ("text", array(StringArray::from(vec!["a", "b", "c"]))),
            ("at", array(TimestampMicrosecondArray::from(vec![1, 2, 3]))),
            (
                "price",
                array(
                    Decimal128Array::from(vec![1, 2, 3])
                        .with_precision_and_scale(9, 2)
                        .unwrap(),
                ) as ArrayRef,
            ),
        ]
    };
    write_parquet(&path, columns(-3));
    let wanted = ["id", "big", "day", "x", "text", "at", "price"];
    in_each_session(|session| {
        let known = statistics(session, std::slice::from_ref(&path), &wanted).unwrap();
        assert_eq!(known.rows(), 3);
        let part = &known.parts[0];
        let bounds = |name: &str| part.columns[name].bounds.clone();
        let some = |min: &str, max: &str| Some((min.to_owned(), max.to_owned()));
        assert_eq!(
            part.columns["id"],
            ColumnStatistics {
                nulls: Some(1),
                bounds: some("-3", "2")
            }
        );
        assert_eq!(bounds("big"), some("1", &u64::MAX.to_string()));
        assert_eq!(bounds("day"), some("1969-12-31", "1970-01-01"));
        for name in ["x", "text", "at", "price"] {
            assert_eq!(bounds(name), None, "{name}");
            assert_eq!(part.columns[name].nulls, Some(0), "{name}");
        }
        let unasked = statistics(session, std::slice::from_ref(&path), &[]).unwrap();
        assert_eq!(unasked.rows(), 3);
        assert!(unasked.parts[0].columns.is_empty());
    });
}

#[test]
fn each_row_group_is_a_part() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..2)
        .map(|file| folder.path().join(format!("{file}.parquet")))
        .collect();
    for path in &paths {
        let with = WriterProperties::builder()
            .set_max_row_group_row_count(Some(100))
            .build();
        write_parquet_with(path, vec![("id", integers(0..250))], with);
    }
    in_each_session(|session| {
        let known = statistics(session, &paths, &["id"]).unwrap();
        let rows: Vec<u64> = known.parts.iter().map(|part| part.rows).collect();
        assert_eq!(rows, [100, 100, 50, 100, 100, 50]);
    });
}

#[test]
fn footers_prove_nothing_where_files_or_names_differ() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_parquet(&path("1"), vec![("id", integers([1]))]);
    write_parquet(&path("2"), vec![("id", array(Int32Array::from(vec![1])))]);
    write_parquet(
        &path("case"),
        vec![("id", integers([1])), ("ID", integers([2]))],
    );
    in_each_session(|session| {
        assert_eq!(statistics(session, &[path("1"), path("2")], &["id"]), None);
        assert_eq!(statistics(session, &[path("case")], &["id"]), None);
        assert!(statistics(session, &[path("1"), path("1")], &["id"]).is_some());
    });
}

#[test]
fn a_query_has_no_statistics_and_no_source_a_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write_parquet(&path, vec![("id", integers([1]))]);
    in_each_session(|session| {
        let source = data_validator_plugin::Source::Query("SELECT 1 AS id".into());
        let sql = attach(session, &source);
        let relation = Relation { sql };
        assert_eq!(
            session
                .statistics(&relation, &["id"], &Call::default())
                .unwrap(),
            None
        );
        let sql = attach(session, &parquet(std::slice::from_ref(&path)));
        let none = session.data_version(&Relation { sql }, &Call::default());
        assert_eq!(none.unwrap_err().message, "DataFusion has no snapshots");
        let schema = session.schema(&relation, &Call::default()).unwrap();
        assert_eq!(schema.columns[0].logical_type, LogicalType::Integer);
    });
}
