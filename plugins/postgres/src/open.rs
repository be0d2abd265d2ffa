//! Opening a connection: where, encrypted or not, and within which time.

use std::io;
use std::time::Duration;

use data_validator_plugin::{EngineError, ErrorClass, SessionState};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{CancelToken, Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::address::{Address, UntilClosed, Wire};
use crate::cancel::Delivery;
use crate::config::Settings;
use crate::error::engine_error;
use crate::link::{Link, Messages, apart};
use crate::servers::Server;

/// A connection that was opened, and how requests to cancel follow it.
pub struct Opened {
    pub link: Link,
    pub route: Route,
}

/// The way to a server that answered.
#[derive(Clone)]
pub struct Route {
    address: Address,
    host: String,
    connector: Option<MakeRustlsConnect>,
    patience: Option<Duration>,
    token: CancelToken,
}

/// One try.
struct Attempt<'a> {
    server: &'a Server,
    address: &'a Address,
    mode: SslMode,
    connector: Option<&'a MakeRustlsConnect>,
}

/// Opens a connection to the first server that takes it.
pub fn connect(settings: &Settings) -> Result<Opened, EngineError> {
    let connector = match settings.encryption.mode.attempts() {
        [SslMode::Disable] => None,
        _ => Some(settings.encryption.connector()?),
    };
    let runtime = runtime()?;
    let found = apart(|| runtime.block_on(first_that_answers(settings, connector.as_ref())));
    match found {
        Ok((client, messages, route)) => Ok(Opened {
            link: Link::new(runtime, client, messages),
            route,
        }),
        Err(error) => {
            // A name may still be looked up, which nobody waits for.
            runtime.shutdown_background();
            Err(error)
        }
    }
}

fn runtime() -> Result<Runtime, EngineError> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            let message = format!("setting up the connection: {error}");
            EngineError::new(ErrorClass::Resource, message)
        })
}

async fn first_that_answers(
    settings: &Settings,
    connector: Option<&MakeRustlsConnect>,
) -> Result<(Client, Messages, Route), EngineError> {
    let mut last = unavailable("there is no server to connect to");
    for server in &settings.servers {
        let named =
            |error: EngineError| error.context(format_args!("{}:{}", server.host, server.port));
        let addresses = match within(settings.connect_timeout, Address::of(server)).await {
            Ok(addresses) => addresses,
            Err(error) => {
                last = named(error);
                continue;
            }
        };
        for address in &addresses {
            match at_address(settings, server, address, connector).await {
                Ok(found) => return Ok(found),
                Err(error) => last = named(error),
            }
            // Another address does not make a password right.
            if last.class != ErrorClass::Unavailable {
                return Err(last);
            }
        }
    }
    Err(last)
}

/// Tries one address, encrypted and not as far as `sslmode` leaves that open.
async fn at_address(
    settings: &Settings,
    server: &Server,
    address: &Address,
    connector: Option<&MakeRustlsConnect>,
) -> Result<(Client, Messages, Route), EngineError> {
    let modes = match address.is_remote() {
        true => settings.encryption.mode.attempts(),
        false => &[SslMode::Disable],
    };
    let mut answer = Err(unavailable("there is no way to connect"));
    for &mode in modes {
        let attempt = Attempt {
            server,
            address,
            mode,
            connector,
        };
        answer = attempt.make(settings).await;
        // The server's access rules may want it the other way, or its TLS does not work.
        let is_worth_another = answer.as_ref().is_err_and(|error| {
            error.sqlstate.as_deref() == Some("28000") || error.message.contains("TLS handshake")
        });
        if !is_worth_another {
            break;
        }
    }
    answer
}

impl Attempt<'_> {
    async fn make(&self, settings: &Settings) -> Result<(Client, Messages, Route), EngineError> {
        let connecting = async {
            let wire = self.address.connect().await?;
            Ok(self.log_in(settings, wire).await)
        };
        let (client, messages) = within(settings.connect_timeout, connecting).await??;
        let route = Route {
            address: self.address.clone(),
            host: self.server.host.clone(),
            connector: self.connector.cloned(),
            patience: settings.connect_timeout,
            token: client.cancel_token(),
        };
        Ok((client, messages, route))
    }

    async fn log_in(
        &self,
        settings: &Settings,
        wire: Wire,
    ) -> Result<(Client, Messages), EngineError> {
        let mut login = settings.login.clone();
        login.ssl_mode(self.mode);
        if let Some(password) = &self.server.password {
            login.password(password);
        }
        let failed = |error| engine_error(&error);
        match self.connector {
            Some(connector) if self.mode != SslMode::Disable => {
                let tls = tls::<Wire>(connector, &self.server.host);
                let (client, connection) = login.connect_raw(wire, tls).await.map_err(failed)?;
                Ok((client, Box::pin(connection)))
            }
            _ => {
                let (client, connection) = login.connect_raw(wire, NoTls).await.map_err(failed)?;
                Ok((client, Box::pin(connection)))
            }
        }
    }
}

fn tls<S>(
    connector: &MakeRustlsConnect,
    host: &str,
) -> <MakeRustlsConnect as MakeTlsConnect<S>>::TlsConnect
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    match MakeTlsConnect::<S>::make_tls_connect(&mut connector.clone(), host) {
        Ok(tls) => tls,
        Err(never) => match never {},
    }
}

/// What comes in time; an error of the network is `unavailable`.
async fn within<T>(
    patience: Option<Duration>,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, EngineError> {
    let answer = match patience {
        None => work.await,
        Some(patience) => timeout(patience, work).await.map_err(|_| {
            let seconds = patience.as_secs();
            unavailable(&format!(
                "no answer within {seconds} s; check 'host' and 'port', or raise 'connect_timeout'"
            ))
        })?,
    };
    answer.map_err(|error| unavailable(&error.to_string()))
}

fn unavailable(message: &str) -> EngineError {
    let mut error = EngineError::new(ErrorClass::Unavailable, message);
    error.session = SessionState::Broken;
    error
}

impl Route {
    /// Has the server cancel what the session runs, and returns when the server has acted: it closes the
    /// connection of such a request then.
    pub fn cancel(&self) -> Delivery {
        let Ok(runtime) = runtime() else {
            return Delivery::NotSent;
        };
        // A request is not worth more time than a connection.
        let patience = self.patience.unwrap_or(Duration::from_secs(10));
        let delivery = apart(|| {
            runtime.block_on(async {
                let Ok(Ok(wire)) = timeout(patience, self.address.connect()).await else {
                    return Delivery::NotSent;
                };
                match timeout(patience, self.send(UntilClosed(wire))).await {
                    Ok(Ok(())) => Delivery::Done,
                    Ok(Err(_)) | Err(_) => Delivery::Unknown,
                }
            })
        });
        runtime.shutdown_background();
        delivery
    }

    async fn send(&self, wire: UntilClosed) -> Result<(), tokio_postgres::Error> {
        match &self.connector {
            Some(connector) => {
                let tls = tls::<UntilClosed>(connector, &self.host);
                self.token.cancel_query_raw(wire, tls).await
            }
            None => self.token.cancel_query_raw(wire, NoTls).await,
        }
    }
}
