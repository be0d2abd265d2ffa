use std::path::PathBuf;
use std::sync::OnceLock;

use data_validator_harness::{Server, ServerSettings};
use data_validator_plugin::ErrorClass;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{connect, value, ways};

/// A server with a certificate for `127.0.0.1`, and the files that clients check it with.
struct Encrypted {
    server: Server,
    folder: TempDir,
}

impl Encrypted {
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn connection(&self, host: &str, more: &Value) -> Value {
        let mut connection = json!({"host": host, "port": self.server.port(), "user": "postgres",
                                    "database": "postgres"});
        for (key, value) in more.as_object().unwrap() {
            connection[key] = value.clone();
        }
        connection
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn encrypted() -> &'static Encrypted {
    static SERVER: OnceLock<Encrypted> = OnceLock::new();
    SERVER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (trusted, stranger) = (authority(), authority());
        std::fs::write(folder.path().join("root.pem"), trusted.pem()).unwrap();
        std::fs::write(folder.path().join("stranger.pem"), stranger.pem()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["127.0.0.1".to_owned()])
            .unwrap()
            .signed_by(&key, &trusted)
            .unwrap();
        let client_key = KeyPair::generate().unwrap();
        let mut client = CertificateParams::default();
        client
            .distinguished_name
            .push(rcgen::DnType::CommonName, "postgres");
        let client = client.signed_by(&client_key, &trusted).unwrap();
        std::fs::write(folder.path().join("client.pem"), client.pem()).unwrap();
        std::fs::write(folder.path().join("client.key"), client_key.serialize_pem()).unwrap();
        let settings = ServerSettings {
            configuration: [
                ("ssl", "on"),
                ("ssl_cert_file", "server.crt"),
                ("ssl_key_file", "server.key"),
                ("ssl_ca_file", "root.crt"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
            files: vec![
                ("server.crt".into(), certificate.pem()),
                ("server.key".into(), key.serialize_pem()),
                ("root.crt".into(), trusted.pem()),
            ],
            access: vec![
                "hostssl with_certificate all 127.0.0.1/32 cert".into(),
                "hostnossl plain_only all 127.0.0.1/32 trust".into(),
                "hostssl encrypted_only all 127.0.0.1/32 trust".into(),
                "host plain_only,encrypted_only all 127.0.0.1/32 reject".into(),
            ],
        };
        let server = Server::start(&settings);
        let mut superuser =
            connect(&*crate::support::native(), &json!({"url": server.url()})).unwrap();
        for database in ["with_certificate", "plain_only", "encrypted_only"] {
            crate::support::run(&mut *superuser, &format!("CREATE DATABASE {database}"));
        }
        Encrypted { server, folder }
    })
}

const IS_ENCRYPTED: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

#[test]
fn each_sslmode_has_the_meaning_that_libpq_gives_it() {
    let here = encrypted();
    let (root, stranger) = (here.file("root.pem"), here.file("stranger.pem"));
    // Host, keys, whether the connection is encrypted or the class of the error.
    let cases: Vec<(&str, Value, Result<&str, ErrorClass>)> = vec![
        ("127.0.0.1", json!({"sslmode": "disable"}), Ok("false")),
        ("127.0.0.1", json!({"sslmode": "allow"}), Ok("false")),
        ("127.0.0.1", json!({"sslmode": "prefer"}), Ok("true")),
        ("127.0.0.1", json!({"sslmode": "require"}), Ok("true")),
        (
            "127.0.0.1",
            json!({"sslmode": "require", "sslrootcert": root}),
            Ok("true"),
        ),
        (
            "127.0.0.1",
            json!({"sslmode": "require", "sslrootcert": stranger}),
            Err(ErrorClass::Auth),
        ),
        (
            "127.0.0.1",
            json!({"sslmode": "verify-ca", "sslrootcert": root}),
            Ok("true"),
        ),
        (
            "127.0.0.1",
            json!({"sslmode": "verify-ca", "sslrootcert": stranger}),
            Err(ErrorClass::Auth),
        ),
        (
            "localhost",
            json!({"sslmode": "verify-ca", "sslrootcert": root}),
            Ok("true"),
        ),
        (
            "127.0.0.1",
            json!({"sslmode": "verify-full", "sslrootcert": root}),
            Ok("true"),
        ),
        (
            "localhost",
            json!({"sslmode": "verify-full", "sslrootcert": root}),
            Err(ErrorClass::Auth),
        ),
        (
            "127.0.0.1",
            json!({"sslmode": "verify-full", "sslrootcert": "/no/such/file"}),
            Err(ErrorClass::Config),
        ),
        (
            "127.0.0.1",
            json!({"sslmode": "verify-full", "sslrootcert": "system"}),
            Err(ErrorClass::Auth),
        ),
        // The server's rules decide where the mode leaves it open.
        (
            "127.0.0.1",
            json!({"sslmode": "allow", "database": "encrypted_only"}),
            Ok("true"),
        ),
        (
            "127.0.0.1",
            json!({"sslmode": "prefer", "database": "plain_only"}),
            Ok("false"),
        ),
        (
            "127.0.0.1",
            json!({"sslmode": "disable", "database": "encrypted_only"}),
            Err(ErrorClass::Auth),
        ),
        (
            "127.0.0.1",
            json!({"sslmode": "require", "database": "plain_only"}),
            Err(ErrorClass::Auth),
        ),
    ];
    for (way, engine) in ways() {
        for (host, more, expected) in &cases {
            let session = connect(&*engine, &here.connection(host, more));
            let found = match session {
                Ok(mut session) => Ok(value(&mut *session, IS_ENCRYPTED)),
                Err(error) => Err(error.class),
            };
            assert_eq!(
                found.as_deref().map_err(|class| *class),
                *expected,
                "{way}: {host} {more}"
            );
        }
    }
}

#[test]
fn a_url_says_it_too() {
    let here = encrypted();
    for (way, engine) in ways() {
        let url = format!(
            "postgresql://postgres@127.0.0.1:{}/postgres?sslmode=verify-full&sslrootcert={}",
            here.server.port(),
            here.file("root.pem").display()
        );
        let mut session = connect(&*engine, &json!({"url": url})).unwrap();
        assert_eq!(value(&mut *session, IS_ENCRYPTED), "true", "{way}");
    }
}

#[test]
fn a_client_shows_its_certificate() {
    let here = encrypted();
    for (way, engine) in ways() {
        let with = json!({"database": "with_certificate", "sslmode": "verify-full", "sslrootcert": here.file("root.pem"),
                          "sslcert": here.file("client.pem"), "sslkey": here.file("client.key")});
        let mut session = connect(&*engine, &here.connection("127.0.0.1", &with)).unwrap();
        assert_eq!(value(&mut *session, IS_ENCRYPTED), "true", "{way}");
        let without = json!({"database": "with_certificate", "sslmode": "require"});
        let error = connect(&*engine, &here.connection("127.0.0.1", &without))
            .err()
            .unwrap();
        assert_eq!(error.class, ErrorClass::Auth, "{way}: {error}");
    }
}

#[test]
fn a_query_is_cancelled_over_an_encrypted_connection_too() {
    let here = encrypted();
    for (way, engine) in ways() {
        let connection = here.connection("127.0.0.1", &json!({"sslmode": "require"}));
        let mut session = connect(&*engine, &connection).unwrap();
        let canceller = session.canceller();
        let mut stream = session
            .query(
                "SELECT generate_series(1, 1000000000000) AS i",
                &data_validator_plugin::Call { operation: 1 },
            )
            .unwrap();
        assert!(stream.next().unwrap().is_some(), "{way}");
        canceller.cancel(1);
        let error = loop {
            if let Err(error) = stream.next() {
                break error;
            }
        };
        assert_eq!(error.class, ErrorClass::Cancelled, "{way}: {error}");
        drop(stream);
        assert_eq!(value(&mut *session, "SELECT 1"), "1", "{way}");
    }
}

#[test]
fn a_server_without_tls_is_refused_where_it_is_required() {
    let plain = Server::start_own(&ServerSettings::default());
    for (way, engine) in ways() {
        let connection = json!({"host": "127.0.0.1", "port": plain.port(), "user": "postgres",
                                "database": "postgres", "sslmode": "require"});
        let error = connect(&*engine, &connection).err().unwrap();
        assert_eq!(error.class, ErrorClass::Config, "{way}: {error}");
        assert!(error.message.contains("TLS"), "{way}: {error}");
    }
}
