//! Real servers, real faults and real shared libraries for the tests of the engines.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`postgres`] | a PostgreSQL server that lives as long as a test |
//! | [`proxy`] | a connection to a server that breaks when it is told to |
//! | [`web_server`] | a web server of files that fails when it is told to |
//! | [`faulty_disk`] | a disk that fails under the files of a state, and what a power cut leaves on it |
//! | [`oracle`] | what every rule means, evaluated row by row |
//! | [`random`] | random tables and rules, and what engines need of them |
//! | [`library`] | an engine as the program would load it: natively, through its C table, from a library |
//! | [`sample`] | how many cases are tried, and which |
//! | [`rows`] | what a stream gives, as text, and a stream of batches made by a test |
//!
//! What a test needs and the machine lacks is a failure that says what to install; no test is left out.

#![expect(
    clippy::panic,
    reason = "a test without its server or library has failed, and this says why"
)]

pub mod faulty_disk;
pub mod library;
pub mod oracle;
pub mod postgres;
pub mod proxy;
pub mod random;
pub mod rows;
pub mod sample;
pub mod web_server;

pub use library::ways;
pub use postgres::{Server, ServerSettings};
pub use proxy::{Fault, Proxy};
pub use rows::{Batches, Table, table};
pub use web_server::{WebFault, WebManners, WebServer};

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

/// A port of this machine that nobody else has, for what is named.
fn listen(what: &str) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", 0));
    match listener.and_then(|it| Ok((it.local_addr()?, it))) {
        Ok((address, listener)) => (listener, address),
        Err(error) => panic!("opening {what}: {error}"),
    }
}

/// Asks until the answer is there.
///
/// # Panics
/// When there is none after a minute, naming what was waited for.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    const PATIENCE: Duration = Duration::from_secs(60);
    const BETWEEN: Duration = Duration::from_millis(5);
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        if Instant::now() > deadline {
            panic!("waited {PATIENCE:?} in vain for {what}");
        }
        std::thread::sleep(BETWEEN);
    }
}
