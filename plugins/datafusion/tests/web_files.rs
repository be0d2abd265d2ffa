//! Tables that are files on a web server.

use std::fs::{self, File};
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use data_validator_datafusion::DataFusion;
use data_validator_harness::{WebFault, WebManners, WebServer, eventually};
use data_validator_plugin::{
    Call, Engine, EngineError, ErrorClass, Relation, Session, Source, TableName,
};
use datafusion::arrow::array::{Float64Array, Int64Array};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    array, call, class_of, connect, in_each_way, rows, settings, table, value, write_parquet,
};

/// A server of a folder with the files `orders` and `sales/2026 #1` of three rows each.
struct Web {
    folder: TempDir,
    server: WebServer,
}

impl Web {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sales")).unwrap();
        write(&folder.path().join("orders.parquet"), &[1, 2, 3]);
        write(&folder.path().join("sales/2026 #1.parquet"), &[4, 5, 6]);
        let server = WebServer::of(folder.path());
        Self { folder, server }
    }

    fn orders(&self) -> std::path::PathBuf {
        self.folder.path().join("orders.parquet")
    }

    fn session(&self, engine: &dyn Engine) -> Box<dyn Session> {
        connect(engine, &json!({"url": self.server.url()}), &Value::Null)
    }
}

/// Written two hours ago.
fn write(path: &Path, numbers: &[i64]) {
    let doubles = numbers.iter().map(|number| *number as f64);
    write_parquet(
        path,
        vec![
            ("n", array(Int64Array::from(numbers.to_vec()))),
            ("d", array(Float64Array::from_iter_values(doubles))),
        ],
    );
    touch(path, Duration::from_secs(7200));
}

fn touch(path: &Path, age: Duration) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

fn attach(session: &mut dyn Session, name: &TableName) -> Result<Relation, EngineError> {
    session.attach("t", &Source::Table(name.clone()), &Call::default())
}

fn sum(session: &mut dyn Session, relation: &str) -> Result<String, EngineError> {
    let rows = rows(session, &format!("SELECT sum(n) FROM {relation}"))?;
    Ok(rows[0][0].clone())
}

#[test]
fn a_table_is_the_file_of_its_name() {
    let web = Web::new();
    in_each_way(|engine| {
        let mut session = web.session(engine);
        for (name, expected) in [
            (table(None, "orders"), "6"),
            (table(Some("public"), "orders"), "6"),
            (table(Some("sales"), "2026 #1"), "15"),
            (table(None, "sales/2026 #1"), "15"),
        ] {
            let relation = attach(&mut *session, &name).unwrap();
            assert_eq!(
                sum(&mut *session, &relation.sql).unwrap(),
                expected,
                "{name:?}"
            );
        }
        let sql = "SELECT max(o.n) + max(s.d) FROM orders o, sales.\"2026 #1\" s WHERE o.n > 0";
        assert_eq!(value(&mut *session, sql), "9.0");
    });
}

#[test]
fn what_is_not_there_is_named_by_its_url() {
    let web = Web::new();
    in_each_way(|engine| {
        let mut session = web.session(engine);
        let error = attach(&mut *session, &table(Some("sales"), "nothing")).unwrap_err();
        assert_eq!(error.class, ErrorClass::NotFound);
        let url = format!("{}/sales/nothing.parquet", web.server.url());
        assert!(error.message.contains(&url), "{}", error.message);
        let error = rows(&mut *session, "SELECT 1 FROM nothing").unwrap_err();
        assert_eq!(error.class, ErrorClass::NotFound);
        assert!(
            error.message.contains("/nothing.parquet"),
            "{}",
            error.message
        );
        for name in [table(None, "../orders"), table(Some(".."), "orders")] {
            assert_eq!(
                class_of(attach(&mut *session, &name)),
                ErrorClass::NotFound,
                "{name:?}"
            );
        }
    });
}

#[test]
fn a_file_that_is_no_parquet_is_bad_data() {
    let web = Web::new();
    fs::write(web.folder.path().join("text.parquet"), "n\n1\n".repeat(100)).unwrap();
    fs::write(web.folder.path().join("empty.parquet"), "").unwrap();
    in_each_way(|engine| {
        let mut session = web.session(engine);
        for name in ["text", "empty"] {
            let error = attach(&mut *session, &table(None, name)).unwrap_err();
            assert_eq!(error.class, ErrorClass::Data, "{name}: {}", error.message);
            assert!(error.message.contains(name), "{}", error.message);
        }
    });
}

#[test]
fn faults_of_the_server_pass() {
    let web = Web::new();
    in_each_way(|engine| {
        for fault in [
            WebFault::Status(503, None),
            WebFault::Status(502, None),
            WebFault::Status(429, None),
            WebFault::Reset,
            WebFault::CutBody,
        ] {
            // The first request has no body that could be cut.
            for request in usize::from(fault == WebFault::CutBody)..3 {
                let mut session = web.session(engine);
                let faults = (0..=request).map(|at| (at == request).then(|| fault.clone()));
                web.server.fail(faults);
                let read = attach(&mut *session, &table(None, "orders"))
                    .and_then(|relation| sum(&mut *session, &relation.sql));
                let error = read.expect_err("a fault");
                assert_eq!(
                    error.class,
                    ErrorClass::Unavailable,
                    "{fault:?}: {}",
                    error.message
                );
                let relation = attach(&mut *session, &table(None, "orders")).unwrap();
                assert_eq!(sum(&mut *session, &relation.sql).unwrap(), "6");
            }
        }
    });
}

#[test]
fn the_server_says_when_it_is_to_be_asked_again() {
    let web = Web::new();
    in_each_way(|engine| {
        let mut session = web.session(engine);
        web.server.fail([Some(WebFault::Status(503, Some(7)))]);
        let error = attach(&mut *session, &table(None, "orders")).unwrap_err();
        assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
        assert!(error.message.contains("503"), "{}", error.message);
        assert!(
            error.message.contains("/orders.parquet"),
            "{}",
            error.message
        );
    });
}

#[test]
fn a_server_that_is_silent_is_waited_for_as_long_as_is_set() {
    let web = Web::new();
    in_each_way(|engine| {
        let url = json!({"url": web.server.url()});
        let mut session = connect(engine, &url, &json!({"request_timeout": 0.2}));
        web.server.fail([Some(WebFault::Hang)]);
        let error = attach(&mut *session, &table(None, "orders")).unwrap_err();
        assert_eq!(error.class, ErrorClass::Unavailable, "{}", error.message);
    });
}

#[test]
fn a_request_can_be_cancelled() {
    let web = Web::new();
    in_each_way(|engine| {
        let mut session = web.session(engine);
        let canceller = session.canceller();
        web.server.requests();
        web.server.fail([Some(WebFault::Hang)]);
        thread::scope(|scope| {
            let attaching = scope.spawn(|| {
                let source = Source::Table(table(None, "orders"));
                session.attach("t", &source, &call(7))
            });
            eventually("the request", || {
                (!web.server.requests().is_empty()).then_some(())
            });
            canceller.cancel(7);
            assert_eq!(class_of(attaching.join().unwrap()), ErrorClass::Cancelled);
        });
        assert!(attach(&mut *session, &table(None, "orders")).is_ok());
    });
}

#[test]
fn a_file_that_changes_after_it_was_attached_is_not_read() {
    let web = Web::new();
    in_each_way(|engine| {
        for manners in [
            WebManners::default(),
            WebManners {
                tag: None,
                ..WebManners::default()
            },
        ] {
            web.server.behave(manners);
            write(&web.orders(), &[1, 2, 3]);
            let mut session = web.session(engine);
            let relation = attach(&mut *session, &table(None, "orders")).unwrap();
            write(&web.orders(), &[7, 8, 9]);
            touch(&web.orders(), Duration::from_secs(3600));
            let error = sum(&mut *session, &relation.sql).unwrap_err();
            assert_eq!(error.class, ErrorClass::Data, "{}", error.message);
            assert!(error.message.contains("has changed"), "{}", error.message);
            let relation = attach(&mut *session, &table(None, "orders")).unwrap();
            assert_eq!(sum(&mut *session, &relation.sql).unwrap(), "24");
        }
        web.server.behave(WebManners::default());
    });
}

fn version(session: &mut dyn Session) -> Result<Option<String>, EngineError> {
    let relation = attach(session, &table(None, "orders")).unwrap();
    session.data_version(&relation, &Call::default())
}

#[test]
fn a_strong_tag_proves_that_a_file_is_the_same() {
    let web = Web::new();
    in_each_way(|engine| {
        write(&web.orders(), &[1, 2, 3]);
        let mut session = web.session(engine);
        let first = version(&mut *session).unwrap().unwrap();
        assert_eq!(version(&mut *web.session(engine)).unwrap().unwrap(), first);
        write(&web.orders(), &[1, 2, 4]);
        assert_ne!(version(&mut *session).unwrap().unwrap(), first);
        touch(&web.orders(), Duration::from_secs(5));
        let error = version(&mut *session).unwrap_err();
        assert_eq!(error.class, ErrorClass::Unsupported);
        assert!(error.message.contains("a minute"), "{}", error.message);
    });
}

#[test]
fn a_weak_tag_or_a_time_proves_nothing() {
    let web = Web::new();
    in_each_way(|engine| {
        for tag in [Some("W/"), None] {
            web.server.behave(WebManners {
                tag,
                ..WebManners::default()
            });
            let error = version(&mut *web.session(engine)).unwrap_err();
            assert_eq!(error.class, ErrorClass::Unsupported, "{tag:?}");
        }
        web.server.behave(WebManners::default());
    });
}

#[test]
fn a_server_that_cannot_be_trusted_is_refused() {
    let web = Web::new();
    in_each_way(|engine| {
        for (manners, told) in [
            (
                WebManners {
                    tag: None,
                    tells_last_modified: false,
                    ..WebManners::default()
                },
                "neither ETag nor Last-Modified",
            ),
            (
                WebManners {
                    knows_ranges: false,
                    ..WebManners::default()
                },
                "Range request not supported",
            ),
        ] {
            web.server.behave(manners);
            let error = attach(&mut *web.session(engine), &table(None, "orders")).unwrap_err();
            assert_eq!(error.class, ErrorClass::Unsupported, "{}", error.message);
            assert!(error.message.contains(told), "{}", error.message);
        }
        web.server.behave(WebManners::default());
    });
}

#[test]
fn a_token_opens_the_server() {
    let web = Web::new();
    web.server.behave(WebManners {
        token: Some("hunter2"),
        ..WebManners::default()
    });
    in_each_way(|engine| {
        let url = web.server.url();
        let with = json!({"url": url, "token": "hunter2"});
        let mut session = connect(engine, &with, &Value::Null);
        let relation = attach(&mut *session, &table(None, "orders")).unwrap();
        assert_eq!(sum(&mut *session, &relation.sql).unwrap(), "6");
        for with in [json!({"url": url}), json!({"url": url, "token": "hunter3"})] {
            let mut session = connect(engine, &with, &Value::Null);
            let error = attach(&mut *session, &table(None, "orders")).unwrap_err();
            assert_eq!(error.class, ErrorClass::Auth);
            assert!(error.message.contains("'token'"), "{}", error.message);
            assert!(!error.message.contains("hunter"), "{}", error.message);
        }
    });
}

#[test]
fn a_server_that_is_not_there_is_told_at_once() {
    let web = Web::new();
    let url = web.server.url();
    drop(web);
    in_each_way(|engine| {
        let config = settings(&json!({"url": url}), &Value::Null);
        let error = engine.connect(&config, &Call::default()).err().unwrap();
        assert_eq!(error.class, ErrorClass::Unavailable, "{}", error.message);
        assert!(error.message.contains(&url), "{}", error.message);
    });
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    for (connection, told) in [
        (json!({"url": "https://a.example", "path": "/tmp"}), "both"),
        (json!({"token": "hunter2"}), "its 'url'"),
        (json!({"url": 7}), "not a text"),
        (json!({"url": "a/b"}), "no URL"),
    ] {
        let config = settings(&connection, &Value::Null);
        let error = DataFusion::default()
            .connect(&config, &Call::default())
            .err()
            .unwrap();
        assert_eq!(error.class, ErrorClass::Config, "{connection}");
        assert!(error.message.contains(told), "{}", error.message);
    }
}
