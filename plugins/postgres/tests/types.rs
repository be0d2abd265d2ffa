use arrow::datatypes::{DataType, IntervalUnit, TimeUnit};
use data_validator_plugin::ErrorClass;

use crate::support::{Home, query, ways};

#[test]
fn every_built_in_scalar_type_has_its_form() {
    let micros = TimeUnit::Microsecond;
    let utf8 = DataType::Utf8;
    // An expression, the Arrow type, the value as Arrow writes it.
    let cases: Vec<(&str, DataType, &str)> = vec![
        ("true", DataType::Boolean, "true"),
        ("(-32768)::int2", DataType::Int16, "-32768"),
        ("2147483647::int4", DataType::Int32, "2147483647"),
        (
            "(-9223372036854775808)::int8",
            DataType::Int64,
            "-9223372036854775808",
        ),
        ("4294967295::oid", DataType::UInt32, "4294967295"),
        ("1.5::float4", DataType::Float32, "1.5"),
        ("'NaN'::float8", DataType::Float64, "NaN"),
        ("'-Infinity'::float8", DataType::Float64, "-inf"),
        (
            "(-1234.5)::numeric(12,2)",
            DataType::Decimal128(12, 2),
            "-1234.50",
        ),
        ("0::numeric(5,3)", DataType::Decimal128(5, 3), "0.000"),
        (
            "99999999999999999999999999999999999999::numeric(38,0)",
            DataType::Decimal128(38, 0),
            "99999999999999999999999999999999999999",
        ),
        (
            "0.0001::numeric(38,38)",
            DataType::Decimal128(38, 38),
            "0.00010000000000000000000000000000000000",
        ),
        (
            "sum(12345678901234567890.000100)",
            utf8.clone(),
            "12345678901234567890.000100",
        ),
        ("'NaN'::numeric", utf8.clone(), "NaN"),
        ("100000000::numeric", utf8.clone(), "100000000"),
        ("0.00000001::numeric", utf8.clone(), "0.00000001"),
        ("12345::numeric(5,-2)", utf8.clone(), "12300"),
        ("'Zürich 😀'::text", utf8.clone(), "Zürich 😀"),
        ("'x'::varchar(3)", utf8.clone(), "x"),
        ("'x'::char(3)", utf8.clone(), "x"),
        ("'x'::name", utf8.clone(), "x"),
        ("'literal'", utf8.clone(), "literal"),
        ("'{\"a\":1}'::json", utf8.clone(), "{\"a\":1}"),
        ("'{\"a\": 1}'::jsonb", utf8.clone(), "{\"a\": 1}"),
        ("'<a/>'::xml", utf8.clone(), "<a/>"),
        ("'\\x00ff'::bytea", DataType::Binary, "00ff"),
        ("'1969-07-20'::date", DataType::Date32, "1969-07-20"),
        (
            "'23:59:59.999999'::time",
            DataType::Time64(micros),
            "23:59:59.999999",
        ),
        (
            "'1901-01-01 01:02:03.000004'::timestamp",
            DataType::Timestamp(micros, None),
            "1901-01-01T01:02:03.000004",
        ),
        (
            "'2026-03-29 02:30:00+02'::timestamptz",
            DataType::Timestamp(micros, Some("+00:00".into())),
            "2026-03-29T00:30:00Z",
        ),
        (
            "'1 month -2 days 3 seconds'::interval",
            DataType::Interval(IntervalUnit::MonthDayNano),
            "1 mons -2 days 3.000000000 secs",
        ),
        (
            "'0a0b0c0d-0000-1111-2222-333344445555'::uuid",
            utf8.clone(),
            "0a0b0c0d-0000-1111-2222-333344445555",
        ),
        (
            "'04:05:06.7-08:30'::timetz",
            utf8.clone(),
            "04:05:06.7-08:30",
        ),
        ("'10.1.2.3/8'::inet", utf8.clone(), "10.1.2.3/8"),
        ("'10.1.2.3'::inet", utf8.clone(), "10.1.2.3"),
        ("'10.0.0.0/8'::cidr", utf8.clone(), "10.0.0.0/8"),
        ("'::1'::inet", utf8.clone(), "::1"),
        (
            "'08:00:2b:01:02:03'::macaddr",
            utf8.clone(),
            "08:00:2b:01:02:03",
        ),
        ("B'10110'", utf8.clone(), "10110"),
        ("'a'::\"char\"", utf8, "a"),
    ];
    let home = Home::new("");
    let list: Vec<String> = cases.iter().map(|(sql, ..)| (*sql).to_owned()).collect();
    let nulls: Vec<String> = cases
        .iter()
        .map(|(sql, ..)| format!("nullif({}, {0})", sql.replace("sum(", "(")))
        .filter(|sql| !sql.contains("json'") && !sql.contains("::json,") && !sql.contains("::xml"))
        .collect();
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let table = query(&mut *session, &format!("SELECT {}", list.join(", "))).unwrap();
        for (index, (sql, data_type, text)) in cases.iter().enumerate() {
            assert_eq!(table.columns[index].1, *data_type, "{way}: {sql}");
            assert_eq!(table.rows[0][index].as_deref(), Some(*text), "{way}: {sql}");
        }
        let table = query(&mut *session, &format!("SELECT {}", nulls.join(", "))).unwrap();
        assert!(
            table.rows[0].iter().all(Option::is_none),
            "{way}: {table:?}"
        );
    }
}

#[test]
fn an_enum_and_a_domain_are_read_as_what_they_stand_on() {
    let home = Home::new(
        "CREATE TYPE mood AS ENUM ('sad', 'happy');\nCREATE DOMAIN price AS numeric(6,2);",
    );
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let table = query(&mut *session, "SELECT 'happy'::mood, 1.5::price").unwrap();
        let row: Vec<_> = table.rows[0].iter().flatten().collect();
        assert_eq!(row, ["happy", "1.50"], "{way}");
    }
}

#[test]
fn an_unknown_type_is_an_error_that_names_the_column() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        for sql in [
            "SELECT 1 AS fine, point(1, 2) AS position",
            "SELECT ARRAY[1, 2] AS position",
            "SELECT ROW(1, 2) AS position",
        ] {
            let error = query(&mut *session, sql).unwrap_err();
            assert_eq!(error.class, ErrorClass::Unsupported, "{way}: {sql}");
            assert!(error.message.contains("'position'"), "{way}: {error}");
        }
    }
}

#[test]
fn a_value_without_an_arrow_form_is_an_error_that_names_the_column() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        for sql in [
            "SELECT 'infinity'::date AS odd",
            "SELECT '-infinity'::timestamptz AS odd",
            "SELECT 'NaN'::numeric(5,2) AS odd",
        ] {
            let error = query(&mut *session, sql).unwrap_err();
            assert_eq!(error.class, ErrorClass::Data, "{way}: {sql}");
            assert!(error.message.contains("'odd'"), "{way}: {error}");
        }
        assert_eq!(
            query(&mut *session, "SELECT 1").unwrap().value(),
            "1",
            "{way}"
        );
    }
}
