use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array,
    DictionaryArray, Float32Array, Float64Array, Int8Array, Int32Array, Int64Array, ListArray,
    NullArray, RecordBatch, StringArray, StringViewArray, Time64NanosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, UInt64Array,
};
use arrow::datatypes::{Int32Type, i256};
use data_validator_harness::Batches;
use data_validator_plugin::{EngineError, ErrorClass, LogicalType};

use crate::support::{Home, attach, call, class_of, connect, query, run, value, ways};

fn numbers(from: i64, to: i64) -> RecordBatch {
    let values: ArrayRef = Arc::new(Int64Array::from_iter_values(from..to));
    RecordBatch::try_from_iter([("n", values)]).unwrap()
}

fn one(name: &str, values: ArrayRef) -> Batches {
    Batches::new(vec![RecordBatch::try_from_iter([(name, values)]).unwrap()])
}

#[test]
fn rows_of_every_type_come_back_as_they_were() {
    let dictionary: DictionaryArray<Int32Type> =
        vec![Some("a"), None, Some("b")].into_iter().collect();
    let decimals = Decimal128Array::from(vec![Some(-12345), None, Some(5)])
        .with_precision_and_scale(38, 2)
        .unwrap();
    let wide = Decimal256Array::from(vec![
        Some(i256::from_i128(7)),
        None,
        Some(i256::from_i128(-1)),
    ])
    .with_precision_and_scale(60, 1)
    .unwrap();
    let moments =
        TimestampNanosecondArray::from(vec![Some(-1_000), None, Some(1_700_000_000_000_000_000)])
            .with_timezone("+02:00");
    let columns: Vec<(&str, ArrayRef, [Option<&str>; 3])> = vec![
        (
            "b",
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
            [Some("true"), None, Some("false")],
        ),
        (
            "i8",
            Arc::new(Int8Array::from(vec![Some(-128), None, Some(127)])),
            [Some("-128"), None, Some("127")],
        ),
        (
            "i32",
            Arc::new(Int32Array::from(vec![Some(i32::MIN), None, Some(0)])),
            [Some("-2147483648"), None, Some("0")],
        ),
        (
            "u64",
            Arc::new(UInt64Array::from(vec![Some(u64::MAX), None, Some(0)])),
            [Some("18446744073709551615"), None, Some("0")],
        ),
        (
            "f32",
            Arc::new(Float32Array::from(vec![Some(1.5), None, Some(f32::NAN)])),
            [Some("1.5"), None, Some("NaN")],
        ),
        (
            "f64",
            Arc::new(Float64Array::from(vec![
                Some(-0.0),
                None,
                Some(f64::INFINITY),
            ])),
            [Some("-0.0"), None, Some("inf")],
        ),
        (
            "d",
            Arc::new(decimals),
            [Some("-123.45"), None, Some("0.05")],
        ),
        ("wide", Arc::new(wide), [Some("0.7"), None, Some("-0.1")]),
        (
            "s",
            Arc::new(StringArray::from(vec![
                Some(""),
                None,
                Some("Zürich 😀\n\t\\"),
            ])),
            [Some(""), None, Some("Zürich 😀\n\t\\")],
        ),
        (
            "view",
            Arc::new(StringViewArray::from(vec![
                Some("short"),
                None,
                Some("longer than twelve bytes"),
            ])),
            [Some("short"), None, Some("longer than twelve bytes")],
        ),
        ("dict", Arc::new(dictionary), [Some("a"), None, Some("b")]),
        (
            "bytes",
            Arc::new(BinaryArray::from(vec![
                Some(&b"\x00\xff"[..]),
                None,
                Some(b""),
            ])),
            [Some("00ff"), None, Some("")],
        ),
        (
            "date",
            Arc::new(Date32Array::from(vec![Some(-1), None, Some(20_000)])),
            [Some("1969-12-31"), None, Some("2024-10-04")],
        ),
        (
            "time",
            Arc::new(Time64NanosecondArray::from(vec![
                Some(1_000),
                None,
                Some(0),
            ])),
            [Some("00:00:00.000001"), None, Some("00:00:00")],
        ),
        (
            "ts",
            Arc::new(TimestampMillisecondArray::from(vec![
                Some(-1),
                None,
                Some(0),
            ])),
            [
                Some("1969-12-31T23:59:59.999"),
                None,
                Some("1970-01-01T00:00:00"),
            ],
        ),
        (
            "tz",
            Arc::new(moments),
            [
                Some("1969-12-31T23:59:59.999999Z"),
                None,
                Some("2023-11-14T22:13:20Z"),
            ],
        ),
        ("nothing", Arc::new(NullArray::new(3)), [None, None, None]),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns
            .iter()
            .map(|(name, values, _)| (*name, values.clone(), true)),
    )
    .unwrap();
    let home = Home::new("");
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        let mut rows = Batches::new(vec![batch.clone()]);
        let relation = session.ingest("t", &mut rows, &call()).unwrap();
        let table = query(&mut *session, &format!("SELECT * FROM {}", relation.sql)).unwrap();
        for (index, (name, _, expected)) in columns.iter().enumerate() {
            let found: Vec<_> = table.rows.iter().map(|row| row[index].as_deref()).collect();
            assert_eq!(found, expected, "{name}");
        }
        let schema = session.schema(&relation, &call()).unwrap();
        let decimal = LogicalType::Decimal {
            precision: 38,
            scale: 2,
        };
        assert_eq!(schema.column("d").unwrap().logical_type, decimal);
        assert_eq!(
            schema.column("tz").unwrap().logical_type,
            LogicalType::TimestampTz
        );
    }
}

#[test]
fn a_copy_takes_the_place_of_the_first_and_goes_when_it_is_detached() {
    let home = Home::new("CREATE TABLE other AS SELECT 1 AS a;");
    let copies = "SELECT count(*) FROM pg_class WHERE relname LIKE 'data_validator rows%' AND relnamespace = pg_my_temp_schema()";
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        let first = session
            .ingest("t", &mut Batches::new(vec![numbers(0, 10)]), &call())
            .unwrap();
        assert_eq!(
            value(
                &mut *session,
                &format!("SELECT count(*) FROM {}", first.sql)
            ),
            "10"
        );
        let rows = Batches::new(vec![numbers(0, 150_000), numbers(150_000, 200_000)]);
        let mut rows = rows;
        let second = session.ingest("t", &mut rows, &call()).unwrap();
        let sum = format!("SELECT sum(n)::bigint FROM {}", second.sql);
        assert_eq!(value(&mut *session, &sum), "19999900000");
        attach(&mut *session, "other");
        assert_eq!(value(&mut *session, copies), "1");
        session.detach("t", &call()).unwrap();
        session.detach("other", &call()).unwrap();
        assert_eq!(value(&mut *session, copies), "0");
    }
}

#[test]
fn an_error_leaves_no_copy() {
    let home = Home::new("");
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        let broken = EngineError::new(ErrorClass::Data, "the file ends in the midst of a row");
        let mut rows = Batches::new(vec![numbers(0, 100_000)]).then(broken);
        assert_eq!(
            class_of(session.ingest("t", &mut rows, &call())),
            ErrorClass::Data
        );
        let mut rows = one("s", Arc::new(StringArray::from(vec!["a\0b"])));
        assert_eq!(
            class_of(session.ingest("t", &mut rows, &call())),
            ErrorClass::Data
        );
        let nanos = TimestampNanosecondArray::from(vec![1_001]);
        let error = session
            .ingest("t", &mut one("at", Arc::new(nanos)), &call())
            .unwrap_err();
        assert_eq!(error.class, ErrorClass::Data);
        assert!(error.message.contains("'at'"), "{error}");
        let left = "SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()";
        assert_eq!(value(&mut *session, left), "0");
    }
}

#[test]
fn a_type_without_a_place_is_an_error_that_names_the_column() {
    let home = Home::new("");
    for (_, engine) in ways() {
        let mut session = home.session(&*engine);
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
        let error = session
            .ingest("t", &mut one("tags", Arc::new(list)), &call())
            .unwrap_err();
        assert_eq!(error.class, ErrorClass::Unsupported);
        assert!(error.message.contains("'tags'"), "{error}");
    }
}

#[test]
fn a_session_that_only_reads_takes_rows_in_and_a_transaction_does_not() {
    let home = Home::new("");
    for (_, engine) in ways() {
        let mut connection = home.connection();
        connection["read_only"] = true.into();
        let mut session = connect(&*engine, &connection).unwrap();
        let mut rows = Batches::new(vec![numbers(0, 3)]);
        let relation = session.ingest("t", &mut rows, &call()).unwrap();
        assert_eq!(
            value(
                &mut *session,
                &format!("SELECT count(*) FROM {}", relation.sql)
            ),
            "3"
        );
        let mut session = home.session(&*engine);
        session.begin(&call()).unwrap();
        let mut rows = Batches::new(vec![numbers(0, 3)]);
        assert_eq!(
            class_of(session.ingest("t", &mut rows, &call())),
            ErrorClass::InvalidState
        );
        run(&mut *session, "CREATE TABLE still_open (a int)");
        session.rollback(&call()).unwrap();
    }
}
