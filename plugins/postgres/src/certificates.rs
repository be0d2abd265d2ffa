//! What is checked of a server's certificate.

use std::sync::Arc;

use data_validator_plugin::{EngineError, ErrorClass};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// What is checked beyond that the server has the key of its certificate.
pub enum Check {
    Nothing,
    /// Who issued it.
    Issuer(RootCertStore),
    /// Who issued it, and that it is for the host that was called.
    IssuerAndName(RootCertStore),
}

/// Checks a server's certificate as far as it is wanted.
#[derive(Debug)]
pub struct Checked {
    /// `None` trusts every certificate.
    verifier: Option<Arc<WebPkiServerVerifier>>,
    with_name: bool,
    provider: Arc<CryptoProvider>,
}

impl Checked {
    pub fn new(check: Check, provider: Arc<CryptoProvider>) -> Result<Self, EngineError> {
        let (roots, with_name) = match check {
            Check::Nothing => (None, false),
            Check::Issuer(roots) => (Some(roots), false),
            Check::IssuerAndName(roots) => (Some(roots), true),
        };
        let verifier = roots.map(|roots| {
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
        });
        let verifier = verifier.transpose().map_err(|error| {
            let message = format!("using the trusted certificates: {error}");
            EngineError::new(ErrorClass::Config, message)
        })?;
        Ok(Self {
            verifier,
            with_name,
            provider,
        })
    }
}

impl ServerCertVerifier for Checked {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(verifier) = &self.verifier else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified =
            verifier.verify_server_cert(certificate, intermediates, name, ocsp_response, now);
        match verified {
            // The name is looked at last, so all else was in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.with_name => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
