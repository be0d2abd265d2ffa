//! The same conversation with an engine and with the engine behind the border gives the same answers.

use std::path::PathBuf;

use data_validator_plugin::{
    BatchStream, Call, Column, CsvFormat, Engine, EngineConfig, EngineError, Fence, FileFormat,
    LogicalType, NewTable, Publication, Relation, Replacement, Rows, Scalar, Schema, Session,
    Source, TableName, loopback,
};
use serde_json::json;

use crate::canned::rows::{formats, values};
use crate::canned::{Canned, Live};

pub fn config(how: &str) -> EngineConfig {
    EngineConfig {
        options: json!({"how": how}).as_object().cloned().unwrap(),
        ..EngineConfig::default()
    }
}

pub fn relation(sql: &str) -> Relation {
    Relation { sql: sql.into() }
}

pub fn table(name: &str) -> TableName {
    TableName {
        catalog: None,
        schema: Some("s".into()),
        table: name.into(),
    }
}

pub fn publication(key: &str) -> Publication {
    Publication {
        key: key.into(),
        fence: Some(Fence {
            scope: "state".into(),
            holder: "run 1".into(),
            number: 3,
        }),
        create: vec![NewTable {
            table: table("results"),
            schema: Schema {
                columns: vec![Column {
                    name: "a".into(),
                    logical_type: LogicalType::Timestamp,
                }],
            },
        }],
        tables: vec![Replacement {
            table: table("results"),
            delete: Rows {
                columns: vec!["rule".into()],
                rows: vec![vec!["é".into()], vec![Scalar::Null]],
            },
            insert: Rows {
                columns: vec!["a".into(), "b".into(), "c".into()],
                rows: vec![vec![
                    Scalar::Boolean(true),
                    u64::MAX.into(),
                    Scalar::Number(serde_json::Number::from_f64(0.1).unwrap()),
                ]],
            },
        }],
    }
}

/// Reads a stream to its end or its failure.
pub fn read(stream: &mut dyn BatchStream) -> String {
    let mut said = String::new();
    loop {
        match stream.next() {
            Ok(Some(batch)) => said += &format!("{:?} ", values(&batch)),
            Ok(None) => return said + "end",
            Err(error) => return said + &format!("{error:?}"),
        }
    }
}

fn sources() -> [Source; 6] {
    let files = |format| Source::Files {
        format,
        paths: vec![PathBuf::from("/a b/é.x"), PathBuf::from("/\"")],
    };
    [
        Source::Table(table("t")),
        Source::Query("SELECT 'é'".into()),
        files(FileFormat::Parquet),
        files(FileFormat::Json),
        files(FileFormat::Arrow),
        files(FileFormat::Csv(CsvFormat {
            delimiter: b'\t',
            quote: b'"',
            schema: Schema {
                columns: vec![Column {
                    name: "n".into(),
                    logical_type: LogicalType::Float,
                }],
            },
        })),
    ]
}

/// All there is to ask, and what was answered.
fn conversation(engine: &dyn Engine) -> Vec<String> {
    let mut said = vec![
        format!("{:?}", engine.describe()),
        format!(
            "{:?}",
            error(engine.connect(&config("refuse"), &Call::default()))
        ),
    ];
    let call = Call { operation: 42 };
    let mut session = engine.connect(&config("well"), &call).unwrap();
    for source in sources() {
        said.push(format!("{:?}", session.attach("näme", &source, &call)));
    }
    for name in ["t", "missing", "", "other"] {
        let relation = relation(name);
        said.push(format!("{:?}", session.schema(&relation, &call)));
        said.push(format!("{:?}", session.data_version(&relation, &call)));
        said.push(format!(
            "{:?}",
            session.statistics(&relation, &["a", "b\""], &call)
        ));
    }
    for name in ["in place", "é", "refuse"] {
        let copy = session.materialise(name, &relation("t"), &["a", "b\""], &call);
        said.push(format!("{copy:?}"));
        said.push(format!("{:?}", session.detach(name, &call)));
    }
    said.extend(ingested(&mut *session, &call));
    for sql in ["change 3", "change 0", "create", "refuse"] {
        said.push(format!("{:?}", session.execute(sql, &call)));
    }
    for call in [&call, &Call { operation: 1 }] {
        said.push(format!("{:?}", session.begin(call)));
        said.push(format!("{:?}", session.commit(call)));
        said.push(format!("{:?}", session.rollback(call)));
    }
    for key in ["first", "late"] {
        said.push(format!("{:?}", session.publish(&publication(key), &call)));
        said.push(format!("{:?}", session.outcome(key, &call)));
    }
    for sql in ["rows 0", "rows 3", "fail at 1", "fail at 3", "refuse"] {
        said.push(query(&mut *session, sql, &call));
    }
    said
}

/// Rows of one session into another one.
fn ingested(session: &mut dyn Session, call: &Call) -> Vec<String> {
    let source = Canned::default();
    let mut source = source.connect(&config("well"), call).unwrap();
    let statements = ["rows 0", "rows 3", "fail at 1", "fail at 3"];
    let mut said = Vec::new();
    for name in ["all", "unread"] {
        for sql in statements {
            let mut rows = source.query(sql, call).unwrap();
            said.push(format!("{:?}", session.ingest(name, &mut *rows, call)));
        }
    }
    said
}

fn query(session: &mut dyn Session, sql: &str, call: &Call) -> String {
    match session.query(sql, call) {
        Err(error) => format!("{error:?}"),
        Ok(mut stream) => {
            let schema = formats(&stream.schema().unwrap());
            format!("{schema:?} {}", read(&mut *stream))
        }
    }
}

pub fn error<T>(result: Result<T, EngineError>) -> EngineError {
    result.err().expect("an error")
}

#[test]
fn an_engine_says_the_same_natively_and_behind_the_border() {
    let native = conversation(&Canned::default());
    assert!(native.len() > 20);
    let engine = loopback(Box::new(Canned::default())).unwrap();
    assert_eq!(native, conversation(&engine));
}

#[test]
fn two_borders_are_like_one() {
    let engine = loopback(Box::new(Canned::default())).unwrap();
    let engine = loopback(Box::new(engine)).unwrap();
    assert_eq!(conversation(&Canned::default()), conversation(&engine));
}

#[test]
fn nothing_is_left_when_engine_sessions_and_rows_are_gone() {
    let live = Live::default();
    let engine = loopback(Box::new(Canned { live: live.clone() })).unwrap();
    for _ in 0..10 {
        conversation(&engine);
    }
    assert_eq!(live.others(), 1, "the engine alone");
    drop(engine);
    assert_eq!(live.others(), 0);
}

#[test]
fn rows_and_sessions_may_outlive_their_engine() {
    let live = Live::default();
    let engine = loopback(Box::new(Canned { live: live.clone() })).unwrap();
    let mut session = engine.connect(&config("well"), &Call::default()).unwrap();
    drop(engine);
    let batch = session
        .query("rows 1", &Call::default())
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    drop(session);
    assert_eq!(values(&batch), [1, -1]);
    drop(batch);
    assert_eq!(live.others(), 0);
}
