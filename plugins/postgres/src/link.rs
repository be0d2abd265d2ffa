//! The connection of a session, driven by the thread that calls.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row, Statement};

/// A connection to a server. What it does is done inside [`Driver::run`].
pub struct Link {
    // Goes first, which tells the driver to say good-bye.
    pub client: Client,
    pub driver: Driver,
}

/// Moves bytes while something waits for them.
pub struct Driver {
    /// Always there but at the end.
    runtime: Option<Runtime>,
    connection: Option<Messages>,
    /// What the server said before it closed the connection, to nobody in particular.
    last_words: Option<Error>,
}

/// The driver's connection.
pub type Messages = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

impl Link {
    pub fn new(runtime: Runtime, client: Client, connection: Messages) -> Self {
        let driver = Driver {
            runtime: Some(runtime),
            connection: Some(connection),
            last_words: None,
        };
        Self { client, driver }
    }

    /// Whether the connection is gone.
    pub fn is_lost(&self) -> bool {
        self.driver.connection.is_none()
    }

    /// Runs statements that give no rows and have no parameters.
    pub fn run(&mut self, sql: &str) -> Result<(), Error> {
        let done = self.driver.run(self.client.batch_execute(sql));
        self.explained(done)
    }

    pub fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        let prepared = self.driver.run(self.client.prepare(sql));
        self.explained(prepared)
    }

    /// The rows of a statement with parameters of these types, in one round trip.
    pub fn rows(
        &mut self,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, Error> {
        let rows = self.driver.run(self.client.query_typed(sql, parameters));
        self.explained(rows)
    }

    /// Runs a statement with parameters and says how many rows it changed.
    pub fn change(
        &mut self,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<u64, Error> {
        let changed = self.driver.run(self.client.execute_typed(sql, parameters));
        self.explained(changed)
    }

    /// The answer, or why the connection was closed where that is all it says.
    pub fn explained<T>(&mut self, answer: Result<T, Error>) -> Result<T, Error> {
        answer.map_err(|error| self.told(error))
    }

    /// The error, or why the connection was closed where that is all it says.
    pub fn told(&mut self, error: Error) -> Error {
        match self.driver.last_words.take() {
            Some(last_words) if error.is_closed() => last_words,
            _ => error,
        }
    }
}

impl Driver {
    /// Does the work, moving bytes until it is done. A lost connection ends the work with its error.
    pub fn run<T: Send>(&mut self, work: impl Future<Output = T> + Send) -> T {
        let Self {
            runtime,
            connection,
            last_words,
        } = self;
        let mut work = pin!(work);
        // What the server said since the last call comes before what is asked now, or its last words would be
        // taken for the answer to something else.
        let mut has_listened = false;
        let steps = poll_fn(move |context| {
            if !has_listened {
                has_listened = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let ended = connection
                .as_mut()
                .map(|messages| messages.as_mut().poll(context));
            if let Some(Poll::Ready(end)) = ended {
                *last_words = end.err();
                // With it go the ends of all answers that the work could wait for.
                *connection = None;
            }
            work.as_mut().poll(context)
        });
        match runtime {
            Some(runtime) => apart(|| runtime.block_on(steps)),
            None => unreachable!("the runtime goes with the driver"),
        }
    }

    /// Lets the connection say good-bye, if that is soon done.
    fn close(&mut self) {
        const PATIENCE: Duration = Duration::from_secs(1);
        if let (Some(runtime), Some(connection)) = (&self.runtime, self.connection.take()) {
            // On a connection that is lost there is nobody to tell.
            let _ = apart(|| {
                runtime.block_on(async { tokio::time::timeout(PATIENCE, connection).await })
            });
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.close();
        if let Some(runtime) = self.runtime.take() {
            // Not waiting, which would panic inside another runtime.
            runtime.shutdown_background();
        }
    }
}

/// Does what blocks in a thread of its own where this one belongs to a runtime, which would not allow it.
pub fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if Handle::try_current().is_err() {
        return work();
    }
    thread::scope(|scope| match scope.spawn(work).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
