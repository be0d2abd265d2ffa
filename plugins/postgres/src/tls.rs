//! TLS with the meanings that libpq gives `sslmode`.
//!
//! Meanings: <https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS>. Where
//! certificates are to be checked and none are given, the system's are trusted; libpq refuses to connect then.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_validator_plugin::{EngineError, ErrorClass};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::certificates::{Check, Checked};

/// Whether a connection is encrypted, and what the server has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// How a connection is encrypted.
#[derive(Clone, Debug)]
pub struct Encryption {
    pub mode: Mode,
    /// Certificates that are trusted, in PEM; the path `system` stands for those of the system.
    pub trusted: Option<PathBuf>,
    /// The client's certificate and its key, in PEM.
    pub client: Option<(PathBuf, PathBuf)>,
}

impl Mode {
    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "disable" => Self::Disable,
            "allow" => Self::Allow,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }

    /// How a connection is tried, in this order; a later one only where the server minds how it came.
    pub fn attempts(self) -> &'static [SslMode] {
        match self {
            Self::Disable => &[SslMode::Disable],
            Self::Allow => &[SslMode::Disable, SslMode::Require],
            Self::Prefer => &[SslMode::Prefer, SslMode::Disable],
            Self::Require | Self::VerifyCa | Self::VerifyFull => &[SslMode::Require],
        }
    }
}

impl Encryption {
    /// What makes connections encrypted.
    pub fn connector(&self) -> Result<MakeRustlsConnect, EngineError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong("setting up TLS", &error.to_string()))?;
        let checked = Checked::new(self.check()?, provider)?;
        let builder = builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(checked));
        let config = match &self.client {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = certificates(certificate)?;
                let key_read = PrivateKeyDer::from_pem_file(key)
                    .map_err(|error| unreadable("sslkey", key, &error))?;
                builder
                    .with_client_auth_cert(chain, key_read)
                    .map_err(|error| wrong("using the client's certificate", &error.to_string()))?
            }
        };
        Ok(MakeRustlsConnect::new(config))
    }

    /// What is checked. Given certificates make `require` the same as `verify-ca`, as with libpq.
    fn check(&self) -> Result<Check, EngineError> {
        Ok(match (self.mode, &self.trusted) {
            (Mode::VerifyFull, trusted) => Check::IssuerAndName(roots(trusted.as_deref())?),
            (Mode::VerifyCa, trusted) => Check::Issuer(roots(trusted.as_deref())?),
            (Mode::Require, Some(trusted)) => Check::Issuer(roots(Some(trusted))?),
            (Mode::Disable | Mode::Allow | Mode::Prefer | Mode::Require, _) => Check::Nothing,
        })
    }
}

fn roots(trusted: Option<&Path>) -> Result<RootCertStore, EngineError> {
    let mut roots = RootCertStore::empty();
    match trusted {
        Some(file) if file != Path::new("system") => {
            for certificate in certificates(file)? {
                roots
                    .add(certificate)
                    .map_err(|error| unreadable("sslrootcert", file, &error))?;
            }
        }
        _ => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
    }
    if roots.is_empty() {
        return Err(wrong(
            "checking the server's certificate",
            "no certificate is trusted; give 'sslrootcert'",
        ));
    }
    Ok(roots)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, EngineError> {
    CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable("the certificate", file, &error))
}

fn unreadable(what: &str, file: &Path, why: &dyn std::fmt::Display) -> EngineError {
    wrong(
        &format!("reading {what} {}", file.display()),
        &why.to_string(),
    )
}

fn wrong(attempted: &str, why: &str) -> EngineError {
    EngineError::new(ErrorClass::Config, format!("{attempted}: {why}"))
}
