use data_validator_plugin::{ErrorClass, SessionState, TransactionState};

use crate::support::{Home, attach, call, class_of, connect, native, query, run, value, ways};

#[test]
fn rows_come_in_batches_to_the_end() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let sql = "SELECT i, repeat('x', 10) AS t FROM generate_series(1, 100000) AS s(i)";
        let table = query(&mut *home.session(&*engine), sql).unwrap();
        assert_eq!(table.rows.len(), 100_000, "{way}");
        assert!(table.batches > 1, "{way}: {} batches", table.batches);
        assert_eq!(table.rows[99_999][0].as_deref(), Some("100000"), "{way}");
    }
}

#[test]
fn large_values_fill_a_batch_before_many_rows_do() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let sql = "SELECT repeat('x', 1000000) AS t FROM generate_series(1, 20)";
        let table = query(&mut *home.session(&*engine), sql).unwrap();
        assert_eq!(table.rows.len(), 20, "{way}");
        assert!(table.batches >= 4, "{way}: {} batches", table.batches);
    }
}

#[test]
fn no_row_is_no_batch_and_still_has_columns() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let table = query(&mut *home.session(&*engine), "SELECT 1 AS a WHERE false").unwrap();
        assert_eq!((table.rows.len(), table.columns.len()), (0, 1), "{way}");
    }
}

#[test]
fn a_failure_while_rows_are_made_is_an_error_and_the_session_goes_on() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let sql = "SELECT 1 / (90000 - i) FROM generate_series(1, 100000) AS s(i)";
        let error = query(&mut *session, sql).unwrap_err();
        assert_eq!(error.class, ErrorClass::Data, "{way}");
        assert_eq!(error.sqlstate.as_deref(), Some("22012"), "{way}");
        assert_eq!(error.session, SessionState::Usable, "{way}");
        assert_eq!(value(&mut *session, "SELECT 1"), "1", "{way}");
    }
}

#[test]
fn several_statements_are_refused_and_none_runs() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let refused = query(&mut *session, "SELECT 1; SELECT 2");
        assert_eq!(class_of(refused), ErrorClass::InvalidSql, "{way}");
        assert_eq!(value(&mut *session, "SELECT 1"), "1", "{way}");
    }
}

#[test]
fn what_gives_no_rows_or_writes_is_no_query() {
    let home = Home::new("CREATE TABLE t (a int);");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        for sql in [
            "COMMIT",
            "SET work_mem = '1MB'",
            "INSERT INTO t VALUES (1)",
            "INSERT INTO t VALUES (1) RETURNING a",
            "DELETE FROM t RETURNING a",
            "SELECT $1::int",
            "SELEC 1",
        ] {
            let error = query(&mut *session, sql).unwrap_err();
            assert_eq!(error.class, ErrorClass::InvalidSql, "{way}: {sql}: {error}");
        }
        assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "0", "{way}");
    }
}

#[test]
fn an_error_says_where_in_the_statement_it_is() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let sql = "SELECT 'Zürich', missing FROM pg_class";
        let error = query(&mut *session, sql).unwrap_err();
        assert_eq!(error.class, ErrorClass::NotFound, "{way}");
        let offset = error.diagnostics.unwrap().sql_offset.unwrap();
        let at = usize::try_from(offset).unwrap() - 1;
        assert!(sql[at..].starts_with("missing"), "{way}: {offset}");
    }
}

#[test]
fn what_is_attached_is_read_as_it_was_at_first_whatever_others_do() {
    let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;");
    for (way, engine) in ways() {
        home.run("TRUNCATE t;\nINSERT INTO t VALUES (1);");
        let mut session = home.session(&*engine);
        let relation = attach(&mut *session, "t");
        let count = format!("SELECT count(*) FROM {}", relation.sql);
        assert_eq!(value(&mut *session, &count), "1", "{way}");
        home.run("INSERT INTO t VALUES (2);");
        assert_eq!(value(&mut *session, &count), "1", "{way}: another state");
        let wrong = query(&mut *session, "SELECT 1 / 0");
        assert_eq!(class_of(wrong), ErrorClass::Data, "{way}");
        let after_error = value(&mut *session, &count);
        assert_eq!(after_error, "1", "{way}: another state after an error");
    }
}

#[test]
fn when_the_last_source_is_detached_the_next_one_is_read_anew() {
    for (_, engine) in ways() {
        let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;\nCREATE TABLE u AS SELECT 1 AS a;");
        let mut session = home.session(&*engine);
        let relation = attach(&mut *session, "t");
        attach(&mut *session, "u");
        let count = format!("SELECT count(*) FROM {}", relation.sql);
        assert_eq!(value(&mut *session, &count), "1");
        home.run("INSERT INTO t VALUES (2);");
        session.detach("u", &call()).unwrap();
        assert_eq!(value(&mut *session, &count), "1");
        session.detach("t", &call()).unwrap();
        session.detach("no such source", &call()).unwrap();
        let relation = attach(&mut *session, "t");
        let count = format!("SELECT count(*) FROM {}", relation.sql);
        assert_eq!(value(&mut *session, &count), "2");
    }
}

#[test]
fn without_a_source_nothing_stays_open_on_the_server() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let pid = crate::support::backend(&mut *session);
        let state = home.value(&format!(
            "SELECT state FROM pg_stat_activity WHERE pid = {pid}"
        ));
        assert_eq!(state, "idle", "{way}");
    }
}

#[test]
fn a_stream_that_is_dropped_midway_leaves_a_session_that_goes_on() {
    let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        attach(&mut *session, "t");
        assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "1", "{way}");
        home.run("INSERT INTO t VALUES (2);");
        // Rows that would take longer than a lifetime.
        let endless = "SELECT generate_series(1, 1000000000000) AS i";
        let mut stream = session.query(endless, &call()).unwrap();
        assert!(stream.next().unwrap().is_some(), "{way}");
        drop(stream);
        assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "1", "{way}");
        home.run("DELETE FROM t WHERE a = 2;");
    }
}

#[test]
fn literals_mean_the_same_whatever_the_server_is_set_to() {
    let home = Home::new("");
    let (role, connection) = home.role("odd", "");
    home.run(&format!(
        "ALTER ROLE {role} SET standard_conforming_strings = off;\n\
         ALTER ROLE {role} SET TimeZone = 'Asia/Kolkata';\n\
         ALTER ROLE {role} SET DateStyle = 'SQL, DMY';"
    ));
    for (way, engine) in ways() {
        let mut session = connect(&*engine, &connection).unwrap();
        assert_eq!(value(&mut *session, r"SELECT 'a\\b'"), r"a\\b", "{way}");
        let noon = "SELECT CAST(TIMESTAMPTZ '2026-01-31 12:00' AS TEXT)";
        assert_eq!(
            value(&mut *session, noon),
            "2026-01-31 12:00:00+00",
            "{way}"
        );
    }
}

#[test]
fn a_session_works_and_ends_inside_a_runtime() {
    let home = Home::new("CREATE TABLE t AS SELECT 7 AS a;");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        for (way, engine) in ways() {
            let mut session = home.session(&*engine);
            assert_eq!(value(&mut *session, "SELECT a FROM t"), "7", "{way}");
            drop(session);
            assert!(
                connect(
                    &*engine,
                    &serde_json::json!({"host": "127.0.0.1", "port": 1})
                )
                .is_err()
            );
        }
    });
}

#[test]
fn many_counts_fit_into_one_query() {
    let home = Home::new("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 10) AS s(i);");
    let most = native().describe().dialect.max_select_items;
    let counts: Vec<String> = (0..most)
        .map(|item| format!("count(*) FILTER (WHERE a > {item}) AS c{item}"))
        .collect();
    let sql = format!("SELECT {} FROM t", counts.join(", "));
    for (way, engine) in ways() {
        let table = query(&mut *home.session(&*engine), &sql).unwrap();
        assert_eq!(table.rows[0][3].as_deref(), Some("7"), "{way}");
        assert_eq!(table.rows[0].len(), most, "{way}");
    }
}

#[test]
fn an_error_of_a_read_says_that_nothing_changed() {
    let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        attach(&mut *session, "t");
        let error = query(&mut *session, "SELECT 1 / 0").unwrap_err();
        assert_eq!(error.effect, data_validator_plugin::Effect::None, "{way}");
        assert_eq!(error.transaction, TransactionState::Open, "{way}");
    }
    let mut session = home.session(&*native());
    run(&mut *session, "DROP TABLE t");
}
