use data_validator_harness::{Server, ServerSettings, eventually};
use data_validator_plugin::{ErrorClass, Relation, Session, Source};
use serde_json::json;

use crate::support::{Home, attach, call, connect, native, query, run, ways};

/// The token, or why there is none.
fn version(session: &mut dyn Session, relation: &Relation) -> Result<String, String> {
    match session.data_version(relation, &call()) {
        Ok(token) => Ok(token.unwrap()),
        Err(error) => {
            assert_eq!(error.class, ErrorClass::Unsupported, "{error}");
            Err(error.message)
        }
    }
}

#[test]
fn a_token_is_equal_while_nothing_changes_and_another_after_a_change() {
    let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;");
    for (way, engine) in ways() {
        let read = || {
            let mut session = home.session(&*engine);
            let relation = attach(&mut *session, "t");
            version(&mut *session, &relation).expect(way)
        };
        // Other tests write to the same server, so it takes a moment without.
        let before = eventually("two equal tokens", || {
            let (first, second) = (read(), read());
            (first == second).then_some(second)
        });
        home.run("UPDATE t SET a = a + 1;");
        assert_ne!(read(), before, "{way}");
    }
}

#[test]
fn within_one_reading_it_stays_the_same_whatever_others_do() {
    let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let relation = attach(&mut *session, "t");
        let before = version(&mut *session, &relation);
        assert!(before.is_ok(), "{way}");
        home.run("UPDATE t SET a = a + 1;");
        assert_eq!(version(&mut *session, &relation), before, "{way}");
    }
}

#[test]
fn what_has_rows_elsewhere_has_no_token() {
    let home = Home::new(
        "CREATE TABLE t (a int);\n\
         CREATE VIEW v AS SELECT * FROM t;\n\
         CREATE MATERIALIZED VIEW m AS SELECT * FROM t;\n\
         CREATE UNLOGGED TABLE u (a int);\n\
         CREATE TABLE rls (a int);\n\
         ALTER TABLE rls ENABLE ROW LEVEL SECURITY;\n\
         CREATE EXTENSION IF NOT EXISTS file_fdw;\n\
         CREATE SERVER IF NOT EXISTS files FOREIGN DATA WRAPPER file_fdw;\n\
         CREATE FOREIGN TABLE f (a int) SERVER files OPTIONS (filename '/dev/null');\n\
         CREATE TABLE parts (a int) PARTITION BY LIST (a);\n\
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);\n\
         CREATE TABLE mixed (a int) PARTITION BY LIST (a);\n\
         CREATE FOREIGN TABLE mixed_1 PARTITION OF mixed FOR VALUES IN (1) SERVER files OPTIONS (filename '/dev/null');\n\
         CREATE TABLE parent (a int);\n\
         CREATE FOREIGN TABLE child () INHERITS (parent) SERVER files OPTIONS (filename '/dev/null');",
    );
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        for (table, reason) in [
            ("t", ""),
            ("parts", ""),
            ("v", "a view can read anything"),
            ("m", "a materialized view has rows of its own"),
            (
                "u",
                "changes of the unlogged table u do not outlast a crash",
            ),
            ("rls", "row security of rls can hide rows by anything"),
            ("f", "the rows of the foreign table f lie elsewhere"),
            (
                "mixed",
                "the rows of the foreign table mixed_1 lie elsewhere",
            ),
            (
                "parent",
                "the rows of the foreign table child lie elsewhere",
            ),
            ("pg_class", "the server changes a catalogue in place"),
        ] {
            let relation = attach(&mut *session, table);
            let found = version(&mut *session, &relation);
            let told = found.as_ref().err().map_or("", String::as_str);
            assert_eq!(told, reason, "{way}: {table}: {found:?}");
        }
        let query = Source::Query("SELECT * FROM t".into());
        let relation = session.attach("q", &query, &call()).unwrap();
        let none = Err("only a table has a snapshot".to_owned());
        assert_eq!(version(&mut *session, &relation), none, "{way}");
    }
}

#[test]
fn a_role_without_any_grant_but_select_gets_it_too() {
    let home = Home::new("CREATE TABLE t AS SELECT 1 AS a;");
    let (role, connection) = home.role("reader", "");
    home.run(&format!(
        "GRANT USAGE ON SCHEMA {} TO {role};\nGRANT SELECT ON t TO {role};",
        home.name
    ));
    for (way, engine) in ways() {
        let mut session = connect(&*engine, &connection).unwrap();
        let relation = attach(&mut *session, "t");
        assert!(version(&mut *session, &relation).is_ok(), "{way}");
    }
}

#[test]
fn a_server_that_does_not_tell_a_role_gives_none_and_the_reading_goes_on() {
    let server = Server::start_own(&ServerSettings::default());
    let url = json!({"url": server.url()});
    let mut superuser = connect(&*native(), &url).unwrap();
    run(&mut *superuser, "CREATE TABLE t AS SELECT 1 AS a");
    run(&mut *superuser, "GRANT SELECT ON t TO PUBLIC");
    run(&mut *superuser, "CREATE ROLE reader LOGIN");
    run(
        &mut *superuser,
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
    );
    for (way, engine) in ways() {
        let mut connection = url.clone();
        connection["user"] = "reader".into();
        let mut session = connect(&*engine, &connection).unwrap();
        let relation = attach(&mut *session, "t");
        let told = version(&mut *session, &relation).unwrap_err();
        assert!(told.contains("pg_control_system"), "{way}: {told}");
        assert_eq!(
            query(&mut *session, "SELECT a FROM t").unwrap().value(),
            "1",
            "{way}"
        );
    }
}

#[test]
fn after_a_crash_the_numbers_may_start_again_and_the_token_is_another() {
    let mut server = Server::start_own(&ServerSettings::default());
    let url = json!({"url": server.url()});
    let mut superuser = connect(&*native(), &url).unwrap();
    run(&mut *superuser, "CREATE TABLE t AS SELECT 1 AS a");
    drop(superuser);
    for (way, engine) in ways() {
        let read = || {
            let mut session = connect(&*engine, &url).unwrap();
            let relation = attach(&mut *session, "t");
            version(&mut *session, &relation).expect(way)
        };
        let before = read();
        assert_eq!(read(), before, "{way}");
        server.kill();
        server.restart();
        assert_ne!(read(), before, "{way}");
    }
}
