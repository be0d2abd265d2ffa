//! Publishes until it is killed: `publish_until_killed FOLDER FIRST`.
//!
//! Publication N, from FIRST on, has the key `key-N`. It puts row N in the table `results` in place of row
//! N - 1 and three rows in the table `quarantine`, of which every tenth publication leaves none of the ones
//! before.

use std::env;
use std::error::Error;
use std::io::Write;

use data_validator_datafusion::DataFusion;
use data_validator_plugin::{
    Call, Engine, EngineConfig, Outcome, Publication, Replacement, Rows, Scalar, TableName,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(folder), Some(first)) = (arguments.next(), arguments.next()) else {
        return Err("give a folder and a number".into());
    };
    let mut config = EngineConfig::default();
    config.connection.insert("path".into(), folder.into());
    let mut session = DataFusion::default().connect(&config, &Call::default())?;
    for number in first.parse::<u64>()?.. {
        let outcome = session.publish(&publication(number), &Call::default())?;
        if outcome != Outcome::Published {
            return Err(format!("publication {number}: {outcome:?}").into());
        }
        // Whoever reads this knows that the publication is durable.
        println!("{number}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn publication(number: u64) -> Publication {
    let table = |table: &str| TableName {
        catalog: None,
        schema: None,
        table: table.into(),
    };
    let numbers = |numbers: Vec<u64>| Rows {
        columns: vec!["number".into()],
        rows: numbers
            .into_iter()
            .map(|number| vec![number.into()])
            .collect(),
    };
    let forgotten = match number.is_multiple_of(10) {
        true => (number.saturating_sub(10)..number).collect(),
        false => Vec::new(),
    };
    Publication {
        key: format!("key-{number}"),
        fence: None,
        create: Vec::new(),
        tables: vec![
            Replacement {
                table: table("results"),
                delete: numbers(vec![number.saturating_sub(1)]),
                insert: numbers(vec![number]),
            },
            Replacement {
                table: table("quarantine"),
                delete: numbers(forgotten),
                insert: Rows {
                    columns: vec!["number".into(), "text".into()],
                    rows: (0..3)
                        .map(|row| vec![number.into(), Scalar::Text(format!("row {row}"))])
                        .collect(),
                },
            },
        ],
    }
}
