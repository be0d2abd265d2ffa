//! A connection to a PostgreSQL server, as a program of its own would have one.

use std::io::Read;
use std::pin::pin;

use anyhow::Context;
use bytes::Bytes;
use futures_util::SinkExt;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls};

/// So much of a table is read and sent at a time.
const CHUNK_BYTES: u64 = 1 << 20;

/// A connection, and the thread that drives it.
pub struct Postgres {
    runtime: Runtime,
    client: Client,
}

impl Postgres {
    pub fn connect(url: &str) -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .context("preparing to wait for PostgreSQL")?;
        let (client, connection) = runtime
            .block_on(tokio_postgres::connect(url, NoTls))
            .context("connecting to PostgreSQL")?;
        // How it ends, whoever waits for an answer is told.
        runtime.spawn(async { connection.await.ok() });
        Ok(Self { runtime, client })
    }

    /// Runs one statement that gives no rows.
    pub fn run(&self, sql: &str) -> anyhow::Result<()> {
        let done = self.runtime.block_on(self.client.batch_execute(sql));
        done.with_context(|| format!("running {sql}"))
    }

    /// The cells of a query's only row.
    pub fn counts(&self, query: &str) -> anyhow::Result<Vec<i64>> {
        let row = self.runtime.block_on(self.client.query_one(query, &[]));
        let row = row.context("asking PostgreSQL")?;
        let cells = (0..row.len()).map(|index| {
            row.try_get(index)
                .with_context(|| format!("cell {index} of the answer is no count"))
        });
        cells.collect()
    }

    /// Sends what a `COPY … FROM STDIN` reads, and says how many rows it was.
    pub fn copy_in(&self, copy: &str, mut rows: impl Read) -> anyhow::Result<u64> {
        self.runtime.block_on(async {
            let mut sink = pin!(
                self.client
                    .copy_in(copy)
                    .await
                    .context("beginning to copy")?
            );
            loop {
                let mut chunk = Vec::new();
                let read = rows.by_ref().take(CHUNK_BYTES).read_to_end(&mut chunk);
                if read.context("reading the rows to copy")? == 0 {
                    break;
                }
                sink.send(Bytes::from(chunk))
                    .await
                    .context("sending rows")?;
            }
            sink.finish().await.context("copying the rows")
        })
    }
}
