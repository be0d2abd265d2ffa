//! Makes the benchmark's table: the flights of the example, thirty times, ten million rows.
//!
//! `cargo run -p data-validator-benchmark -- flights30.parquet [COPIES]`
//!
//! Each copy `i` has its `dep_delay` increased by `i % 7`, and `flight_id` numbers the rows. The rows
//! of the copies stand in the order of a cross join, which decides how well the file compresses and
//! which row groups statistics can rule out.

use std::process::ExitCode;

use duckdb::Connection;

const FLIGHTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/flights/flights.parquet"
);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let copies = |text: String| text.parse::<u32>().ok().filter(|copies| *copies > 0);
    let (Some(path), Some(copies)) = (arguments.next(), arguments.next().map_or(Some(30), copies))
    else {
        eprintln!("usage: data-validator-benchmark PATH [COPIES]");
        return ExitCode::from(2);
    };
    match make(&path, copies) {
        Ok(rows) => {
            println!("{path}: {rows} rows");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("making {path}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(path: &str, copies: u32) -> duckdb::Result<i64> {
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(&format!(
        "COPY (
            SELECT row_number() OVER () - 1 AS flight_id,
                   flights.* REPLACE (flights.dep_delay + copies.i % 7 AS dep_delay)
            FROM read_parquet({}) AS flights CROSS JOIN range({copies}) AS copies(i)
        ) TO {} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)",
        literal(FLIGHTS),
        literal(path),
    ))?;
    connection.query_row(
        &format!("SELECT count(*) FROM read_parquet({})", literal(path)),
        [],
        |row| row.get(0),
    )
}
