//! What DataFusion answers where engines differ.

use data_validator_plugin::{Dialect, ErrorClass, Session, quote::fill};
use datafusion::arrow::array::{
    ArrayRef, Float32Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use serde_json::Value;

use crate::support::{
    array, attach, class_of, connect, count, in_each_session, in_each_way, parquet, rows, value,
    write_parquet,
};

fn with_columns(columns: Vec<(&str, ArrayRef)>, test: impl Fn(&mut dyn Session, &str)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write_parquet(&path, columns);
    in_each_session(|session| {
        let relation = attach(session, &parquet(std::slice::from_ref(&path)));
        test(session, &relation);
    });
}

#[test]
fn there_is_one_zero_and_nan_is_above_all_numbers() {
    let doubles = [0.0, -0.0, f64::NAN, -f64::NAN, 1.0, f64::INFINITY];
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the numbers are exact in both types"
    )]
    let singles = doubles.map(|value| value as f32);
    let columns = vec![
        ("d", array(Float64Array::from(doubles.to_vec()))),
        ("s", array(Float32Array::from(singles.to_vec()))),
    ];
    with_columns(columns, |session, relation| {
        for column in ["d", "s"] {
            assert_eq!(count(session, relation, &format!("{column} = 0")), 2);
            assert_eq!(count(session, relation, &format!("{column} < 0")), 0);
            assert_eq!(
                count(session, relation, &format!("{column} > 5")),
                3,
                "infinity and both NaN"
            );
            assert_eq!(count(session, relation, &format!("isnan({column})")), 2);
            let distinct = format!("SELECT count(DISTINCT {column}) FROM {relation}");
            assert_eq!(value(session, &distinct), "4");
            let groups =
                format!("SELECT count(*) FROM (SELECT {column} FROM {relation} GROUP BY {column})");
            assert_eq!(value(session, &groups), "4");
        }
    });
}

#[test]
fn bounds_that_say_nothing_of_nan_leave_out_no_rows() {
    // The footer says that the greatest number is 3.
    let columns = vec![("x", array(Float64Array::from(vec![1.0, f64::NAN, 3.0])))];
    with_columns(columns, |session, relation| {
        assert_eq!(count(session, relation, "x > 5"), 1);
    });
}

#[test]
fn null_groups_with_null_and_counts_as_no_value() {
    let columns = vec![("a", array(Int64Array::from(vec![None, None, Some(1)])))];
    with_columns(columns, |session, relation| {
        let groups = format!("SELECT count(*) FROM (SELECT a FROM {relation} GROUP BY a)");
        assert_eq!(value(session, &groups), "2");
        assert_eq!(
            value(
                session,
                &format!("SELECT count(DISTINCT a), count(a) FROM {relation}")
            ),
            "1 1"
        );
        assert_eq!(count(session, relation, "NOT (a > 5)"), 1);
    });
}

#[test]
fn text_is_ordered_by_code_point_and_compared_exactly() {
    let texts = ["Z", "a", "é", "\u{FFFF}", "😀", "e\u{301}", "a "];
    let columns = vec![("t", array(StringArray::from(texts.to_vec())))];
    with_columns(columns, |session, relation| {
        let sorted = rows(session, &format!("SELECT t FROM {relation} ORDER BY t")).unwrap();
        let sorted: Vec<&str> = sorted.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(sorted, ["Z", "a", "a ", "e\u{301}", "é", "\u{FFFF}", "😀"]);
        assert_eq!(count(session, relation, "t = 'a'"), 1);
        assert_eq!(
            value(
                session,
                &format!("SELECT count(DISTINCT t) FROM {relation}")
            ),
            "7"
        );
    });
}

#[test]
fn a_cast_or_a_division_that_fails_is_bad_data() {
    let columns = vec![
        ("t", array(StringArray::from(vec!["1", "x"]))),
        ("z", array(Int64Array::from(vec![1, 0]))),
    ];
    with_columns(columns, |session, relation| {
        for expression in [
            "CAST(t AS BIGINT)",
            "CAST(t AS DATE)",
            "1 / z",
            "1 % z",
            "CAST(concat(t, '.5.5') AS DOUBLE)",
        ] {
            let sql = format!("SELECT count(*) FROM {relation} WHERE {expression} = 1");
            assert_eq!(
                class_of(rows(session, &sql)),
                ErrorClass::Data,
                "{expression}"
            );
        }
        assert_eq!(
            value(
                session,
                &format!("SELECT sum(TRY_CAST(t AS BIGINT)) FROM {relation}")
            ),
            "1"
        );
    });
}

#[test]
fn decimals_are_compared_exactly() {
    in_each_session(|session| {
        for (condition, holds) in [
            (
                "CAST('0.10' AS DECIMAL(4,2)) = CAST('0.1' AS DECIMAL(38,37))",
                true,
            ),
            (
                "CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0)) > CAST('1' AS DECIMAL(38,0))",
                true,
            ),
            (
                "CAST('1.10' AS DECIMAL(10,2)) < CAST('1.11' AS DECIMAL(10,2))",
                true,
            ),
            ("CAST('1.10' AS DECIMAL(10,2)) = 1.1", true),
        ] {
            assert_eq!(
                value(session, &format!("SELECT {condition}")),
                holds.to_string(),
                "{condition}"
            );
        }
    });
}

#[test]
fn moments_are_compared_as_such_whatever_their_zone() {
    let zoned = |zone: &str| {
        array(TimestampMicrosecondArray::from(vec![Some(0), None]).with_timezone(zone))
    };
    let columns = vec![
        ("paris", zoned("Europe/Paris")),
        ("utc", zoned("UTC")),
        (
            "local",
            array(TimestampMicrosecondArray::from(vec![Some(0), None])),
        ),
        (
            "nanos",
            array(TimestampNanosecondArray::from(vec![Some(0), None])),
        ),
    ];
    with_columns(columns, |session, relation| {
        let zoned = |text: &str| format!("CAST('{text}' AS TIMESTAMP(6) WITH TIME ZONE)");
        let plain = |text: &str| format!("CAST('{text}' AS TIMESTAMP(6))");
        for condition in [
            format!("paris = {}", zoned("1970-01-01T00:00:00Z")),
            format!("paris = {}", zoned("1970-01-01 01:00:00+01:00")),
            format!("utc < {}", zoned("1970-01-01T00:00:00.000001Z")),
            "paris = utc".to_owned(),
            format!("local = {}", plain("1970-01-01 00:00:00")),
            format!("local > {}", plain("0001-01-01")),
            format!("local < {}", plain("9999-12-31T23:59:59.999999")),
            format!("utc < {}", zoned("9999-12-31T23:59:59.999999Z")),
        ] {
            assert_eq!(count(session, relation, &condition), 1, "{condition}");
        }
        assert_eq!(
            count(
                session,
                relation,
                &format!("nanos < {}", plain("2200-01-01"))
            ),
            1
        );
    });
}

#[test]
fn a_timestamp_is_compared_to_the_last_digit_whatever_its_unit() {
    let milliseconds = |zone: Option<&str>| {
        array(TimestampMillisecondArray::from(vec![0, 1]).with_timezone_opt(zone))
    };
    let columns = vec![
        ("ms", milliseconds(None)),
        ("zoned", milliseconds(Some("Europe/Paris"))),
        ("s", array(TimestampSecondArray::from(vec![0, 1]))),
    ];
    with_columns(columns, |session, relation| {
        let half = "CAST('1970-01-01T00:00:00.0005Z' AS TIMESTAMP(6) WITH TIME ZONE)";
        let local_half = "CAST('1970-01-01T00:00:00.0005' AS TIMESTAMP(6))";
        for (column, half) in [("ms", local_half), ("zoned", half), ("s", local_half)] {
            for (operator, expected) in [("<", 1), (">", 1), ("=", 0), ("<=", 1)] {
                let condition = format!("{column} {operator} {half}");
                assert_eq!(
                    count(session, relation, &condition),
                    expected,
                    "{condition}"
                );
                let sql = format!(
                    "SELECT count(*) FILTER (WHERE {condition}) FROM (SELECT * FROM {relation})"
                );
                assert_eq!(value(session, &sql), expected.to_string(), "{condition}");
            }
        }
    });
}

/// Each expression of the dialect, filled in as the host does it.
#[test]
fn the_dialect_says_what_the_engine_understands() {
    in_each_way(|engine| {
        let description = engine.describe();
        assert_eq!(description.name, "datafusion");
        let dialect: Dialect = description.dialect;
        let mut session = connect(engine, &Value::Null, &Value::Null);
        let nan = fill(&dialect.is_nan, &[("value", "x")]);
        let from = "(SELECT CAST('NaN' AS DOUBLE) AS x UNION ALL SELECT 1.0 UNION ALL SELECT NULL)";
        let counted = fill(&dialect.count_where, &[("condition", &nan)]);
        assert_eq!(
            value(&mut *session, &format!("SELECT {counted} FROM {from}")),
            "1"
        );
        assert_eq!(
            value(&mut *session, &format!("SELECT count({nan}) FROM {from}")),
            "2",
            "NULL stays NULL"
        );
        let found = fill(
            &dialect.regex_search,
            &[("value", "t"), ("pattern", "'^a.$'")],
        );
        let from = "(SELECT 'ab' AS t UNION ALL SELECT 'b' UNION ALL SELECT NULL)";
        assert_eq!(
            value(
                &mut *session,
                &format!("SELECT count({found}), sum(CASE WHEN {found} THEN 1 END) FROM {from}")
            ),
            "2 1"
        );
        let types = &dialect.type_names;
        for (name, text) in [
            (&types.boolean, "true"),
            (&types.integer, "1"),
            (&types.float, "1.5"),
            (&types.double, "1.5"),
            (&types.text, "x"),
            (&types.date, "9999-12-31"),
            (&types.timestamp, "0001-01-01T00:00:00"),
            (&types.timestamp_tz, "9999-12-31T23:59:59.999999Z"),
        ] {
            let sql = format!(
                "SELECT CAST(CAST({} AS {name}) AS VARCHAR)",
                dialect.string(text)
            );
            assert_eq!(value(&mut *session, &sql), text, "{name}");
        }
        assert_eq!(
            value(
                &mut *session,
                &format!("SELECT {}", dialect.string(r"it's \n"))
            ),
            r"it's \n"
        );
        let items: Vec<String> = (0..dialect.max_select_items)
            .map(|number| {
                format!(
                    "{} AS c{number}",
                    fill(
                        &dialect.count_where,
                        &[("condition", &format!("value > {number}"))]
                    )
                )
            })
            .collect();
        let sql = format!("SELECT {} FROM range(0, 1000)", items.join(", "));
        assert_eq!(
            rows(&mut *session, &sql).unwrap()[0].len(),
            dialect.max_select_items
        );
    });
}
