use std::sync::OnceLock;

use data_validator_harness::{Fault, Proxy, Server, ServerSettings};
use data_validator_plugin::ErrorClass;
use serde_json::{Value, json};

use crate::support::{Home, call, class_of, config, connect, native, run, value, ways};

/// The password of the roles that have to give one.
const PASSWORD: &str = "correct horse battery staple";

/// A server where `guarded` has to give a password.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Server::start(&ServerSettings {
            access: vec!["host all guarded 127.0.0.1/32 scram-sha-256".into()],
            ..ServerSettings::default()
        });
        let mut superuser = connect(&*native(), &json!({"url": server.url()})).unwrap();
        let role = format!("CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'");
        run(&mut *superuser, &role);
        server
    })
}

#[test]
fn a_wrong_password_is_said_without_being_repeated_or_tried_again() {
    let role = "guarded";
    let proxy = Proxy::to(server().address());
    for (way, engine) in ways() {
        let before = proxy.accepted();
        for wrong in [
            json!({"host": "127.0.0.1", "port": proxy.address().port(), "user": role, "password": "hunter2",
                   "database": "postgres", "sslmode": "disable"}),
            json!({"url": format!("postgresql://{role}:hunter2@{}/postgres?sslmode=disable", proxy.address())}),
        ] {
            let error = connect(&*engine, &wrong).err().unwrap();
            assert_eq!(error.class, ErrorClass::Auth, "{way}: {error}");
            assert_eq!(error.sqlstate.as_deref(), Some("28P01"), "{way}");
            assert!(
                !format!("{error:?}").contains("hunter2"),
                "{way}: {error:?}"
            );
        }
        assert_eq!(proxy.accepted() - before, 2, "{way}: tried again");
        let none = json!({"host": "127.0.0.1", "port": server().port(), "user": role, "database": "postgres",
                          "passfile": "/no/such/file"});
        let error = connect(&*engine, &none).err().unwrap();
        assert_eq!(error.class, ErrorClass::Auth, "{way}: {error}");
        assert!(error.message.contains("PGPASSWORD"), "{way}: {error}");
    }
}

#[test]
fn a_right_password_comes_from_the_key_the_text_or_the_file() {
    let role = "guarded";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passwords");
    std::fs::write(&file, format!("127.0.0.1:*:*:{role}:{PASSWORD}\n")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&file, mode).unwrap();
    let port = server().port();
    let escaped = PASSWORD.replace(' ', "%20");
    for (way, engine) in ways() {
        for connection in [
            json!({"host": "127.0.0.1", "port": port, "user": role, "password": PASSWORD, "database": "postgres"}),
            json!({"url": format!("postgresql://{role}:{escaped}@127.0.0.1:{port}/postgres")}),
            json!({"url": format!("host=127.0.0.1 port={port} user={role} dbname=postgres password='{PASSWORD}'")}),
            json!({"host": "127.0.0.1", "port": port, "user": role, "database": "postgres", "passfile": file}),
            // The key comes before the text.
            json!({"url": format!("postgresql://{role}:wrong@127.0.0.1:{port}/postgres"), "password": PASSWORD}),
        ] {
            let mut session = connect(&*engine, &connection).unwrap();
            assert_eq!(value(&mut *session, "SELECT current_user"), role, "{way}");
        }
    }
}

#[test]
fn a_socket_is_a_host_and_of_several_hosts_the_first_that_answers_is_taken() {
    let folder = server().socket_folder().display().to_string();
    let port = server().port();
    for (way, engine) in ways() {
        for connection in [
            json!({"host": folder, "port": port, "user": "postgres", "database": "postgres", "sslmode": "verify-full"}),
            json!({"host": "127.0.0.1, 127.0.0.1", "port": format!("1,{port}"), "user": "postgres", "database": "postgres"}),
        ] {
            let mut session = connect(&*engine, &connection).unwrap();
            let name = "SELECT current_setting('application_name')";
            assert_eq!(value(&mut *session, name), "data-validator", "{way}");
        }
    }
}

#[test]
fn a_host_that_does_not_answer_is_unavailable_in_time() {
    let proxy = Proxy::to(crate::support::server().address());
    for (way, engine) in ways() {
        for (fault, said) in [(Fault::Hang, "no answer within 1 s"), (Fault::Refuse, "")] {
            proxy.set(fault);
            let connection = json!({"host": "127.0.0.1", "port": proxy.address().port(), "user": "postgres",
                                    "connect_timeout": 1});
            let error = connect(&*engine, &connection).err().unwrap();
            assert_eq!(error.class, ErrorClass::Unavailable, "{way}: {error}");
            assert!(error.message.contains(said), "{way}: {error}");
        }
        let nobody = json!({"host": "127.0.0.1", "port": 1});
        assert_eq!(
            class_of(connect(&*engine, &nobody)),
            ErrorClass::Unavailable,
            "{way}"
        );
        let unknown = json!({"host": "no-such-host.invalid"});
        assert_eq!(
            class_of(connect(&*engine, &unknown)),
            ErrorClass::Unavailable,
            "{way}"
        );
    }
}

#[test]
fn too_many_connections_are_a_passing_fault_with_a_long_wait() {
    let home = Home::new("");
    let (_, connection) = home.role("limited", "CONNECTION LIMIT 1");
    for (way, engine) in ways() {
        let first =
            data_validator_harness::eventually("a place", || connect(&*engine, &connection).ok());
        let error = connect(&*engine, &connection).err().unwrap();
        assert_eq!(error.class, ErrorClass::Transient, "{way}: {error}");
        assert_eq!(error.sqlstate.as_deref(), Some("53300"), "{way}");
        assert!(error.retry_after.is_some(), "{way}");
        drop(first);
    }
}

#[test]
fn what_cannot_be_set_is_a_config_error() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let with = |options: &Value| engine.connect(&config(&home.connection(), options), &call());
        for wrong in [
            json!({"work_men": "4MB"}),
            json!({"work_mem": "much"}),
            json!({"standard_conforming_strings": "off"}),
            json!({"max_connections": 5}),
            json!({"work_mem": ["4MB"]}),
        ] {
            let error = with(&wrong).err().unwrap();
            assert_eq!(error.class, ErrorClass::Config, "{way}: {wrong}: {error}");
        }
        let mut session =
            with(&json!({"work_mem": "7MB", "enable_seqscan": false, "jit": true})).unwrap();
        let set = "SELECT current_setting('work_mem') || current_setting('jit')";
        assert_eq!(value(&mut *session, set), "7MBon", "{way}");
        for wrong in [
            json!({"hots": "x"}),
            json!({"port": "many"}),
            json!({"port": 70_000}),
            json!({"sslmode": "verify"}),
            json!({"connect_timeout": "soon"}),
            json!({"url": "mysql://x"}),
            json!({"host": "a,b", "port": "1,2,3"}),
        ] {
            assert_eq!(
                class_of(connect(&*engine, &wrong)),
                ErrorClass::Config,
                "{way}: {wrong}"
            );
        }
    }
}

#[test]
fn a_session_guards_itself_against_a_program_that_is_gone() {
    let home = Home::new("");
    for (way, engine) in ways() {
        let mut session = home.session(&*engine);
        let interval = "SELECT current_setting('client_connection_check_interval')";
        assert_eq!(value(&mut *session, interval), "10s", "{way}");
    }
}
