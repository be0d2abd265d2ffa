use data_validator_plugin::{Column, ErrorClass, FileFormat, LogicalType, Source, TableName};

use crate::support::{Home, attach, call, class_of, connect, named, query, value, ways};

#[test]
fn a_table_is_described_by_the_server_and_not_by_its_rows() {
    let home = Home::new(
        "CREATE TYPE mood AS ENUM ('sad', 'happy');\n\
         CREATE DOMAIN price AS numeric(12,2);\n\
         CREATE TABLE t (b boolean, i2 int2, i4 int4, i8 int8, f4 real, f8 double precision, n numeric(12,2), \
         free numeric, whole numeric(5), t text, v varchar(9), c char(5), d date, ts timestamp, \
         tz timestamptz, ti time, by bytea, u uuid, j jsonb, m mood, p price, a int[]);",
    );
    let decimal = |precision, scale| LogicalType::Decimal { precision, scale };
    let other = |name: &str| LogicalType::Other(name.into());
    let expected = [
        ("b", LogicalType::Boolean),
        ("i2", LogicalType::Integer),
        ("i4", LogicalType::Integer),
        ("i8", LogicalType::Integer),
        ("f4", LogicalType::Float),
        ("f8", LogicalType::Double),
        ("n", decimal(12, 2)),
        ("free", decimal(38, 18)),
        ("whole", decimal(5, 0)),
        ("t", LogicalType::Text),
        ("v", LogicalType::Text),
        ("c", LogicalType::Text),
        ("d", LogicalType::Date),
        ("ts", LogicalType::Timestamp),
        ("tz", LogicalType::TimestampTz),
        ("ti", LogicalType::Time),
        ("by", LogicalType::Binary),
        ("u", other("uuid")),
        ("j", other("jsonb")),
        ("m", LogicalType::Text),
        ("p", decimal(12, 2)),
        ("a", other("_int4")),
    ];
    let expected = expected.map(|(name, logical_type)| Column {
        name: name.into(),
        logical_type,
    });
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let relation = attach(&mut *session, "t");
        let schema = session.schema(&relation, &call()).unwrap();
        assert_eq!(schema.columns, expected, "{way}");
    }
}

#[test]
fn what_is_missing_is_not_found() {
    let home = Home::new("");
    let odd = r#"x"; DROP TABLE y; --"#;
    let in_schema = TableName {
        schema: Some("no such schema".into()),
        ..named("t")
    };
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        for source in [
            Source::Table(named(odd)),
            Source::Table(in_schema.clone()),
            Source::Query("SELECT * FROM no_such_table".into()),
            Source::Query(format!("SELECT missing FROM {}", "pg_class")),
        ] {
            let missing = session.attach("t", &source, &call());
            assert_eq!(class_of(missing), ErrorClass::NotFound, "{way}: {source:?}");
        }
        let mut nowhere = home.connection();
        nowhere["database"] = "no_such_database".into();
        assert_eq!(
            class_of(connect(&*engine, &nowhere)),
            ErrorClass::NotFound,
            "{way}"
        );
    }
}

#[test]
fn files_are_for_another_engine() {
    let home = Home::new("");
    let source = Source::Files {
        format: FileFormat::Parquet,
        paths: vec!["/some/file.parquet".into()],
    };
    for (way, engine) in ways() {
        let refused = home.session(&*engine).attach("t", &source, &call());
        assert_eq!(class_of(refused), ErrorClass::Unsupported, "{way}");
    }
}

#[test]
fn a_query_is_read_like_a_table_whatever_its_last_line_is() {
    let home = Home::new("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 5) AS s(i);");
    let source = Source::Query("SELECT a, a * 1.5 AS b FROM t -- of all".into());
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let relation = session.attach(r#"it's "odd""#, &source, &call()).unwrap();
        let schema = session.schema(&relation, &call()).unwrap();
        assert_eq!(schema.columns.len(), 2, "{way}");
        let sql = format!("SELECT count(*) FROM {} WHERE b > 3", relation.sql);
        assert_eq!(value(&mut *session, &sql), "3", "{way}");
    }
}

#[test]
fn odd_names_of_tables_and_columns_are_names() {
    let home = Home::new(r#"CREATE TABLE "sel""ect ü" ("from ;--" int);"#);
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let relation = attach(&mut *session, r#"sel"ect ü"#);
        let schema = session.schema(&relation, &call()).unwrap();
        assert_eq!(schema.columns[0].name, "from ;--", "{way}");
    }
}

#[test]
fn padding_is_no_part_of_a_value() {
    let home =
        Home::new("CREATE TABLE t (c char(5));\nINSERT INTO t VALUES ('ab'), ('abc'), (NULL);");
    for (way, engine) in ways() {
        let dialect = engine.describe().dialect;
        let mut session = home.session(&*engine);
        let places = [("value", "c"), ("pattern", "'^ab$'")];
        let pattern = data_validator_plugin::quote::fill(&dialect.regex_search, &places);
        let sql = format!("SELECT count(*) FROM t WHERE {pattern}");
        assert_eq!(value(&mut *session, &sql), "1", "{way}");
        let by_code = data_validator_plugin::quote::fill(&dialect.text_by_code_point, &places);
        let sql = format!("SELECT count(*) FROM t WHERE {by_code} = 'ab'");
        assert_eq!(value(&mut *session, &sql), "1", "{way}");
        let rows = query(&mut *session, "SELECT c FROM t WHERE c = 'ab'").unwrap();
        assert_eq!(rows.value(), "ab", "{way}");
    }
}
