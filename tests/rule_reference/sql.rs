//! The SQL of an example, as `--explain` shows it.

use regex::Regex;

use crate::engines::with_server;
use crate::support::Workspace;

const ENGINES: [(&str, &str); 3] = [
    ("duckdb", "DuckDB"),
    ("datafusion", "DataFusion"),
    ("postgres", "PostgreSQL"),
];

/// The moment that counts as now.
const NOW: &str = "2026-01-01T12:00:00Z";

/// Columns of all examples.
const COLUMNS: &[(&str, &str)] = &[
    ("customer_id", "integer"),
    ("carrier", "text"),
    ("flight", "integer"),
    ("time_hour", "timestamp"),
    ("origin", "text"),
    ("month", "integer"),
    ("dep_time", "integer"),
    ("arr_time", "integer"),
    ("air_time", "integer"),
    ("tailnum", "text"),
    ("faa", "text"),
    ("lat", "double"),
    ("email", "text"),
    ("year", "text"),
    ("starts", "date"),
    ("ends", "date"),
    ("created_at", "timestamp"),
    ("loaded_at", "timestamp"),
    ("distance", "integer"),
    ("order_id", "integer"),
    ("status", "text"),
    ("price", "double"),
];

/// The statements of an example, by the engines that have them alike.
pub fn of_example(example: &str) -> Vec<(String, String)> {
    let rules = example
        .trim_start_matches("```yaml\n")
        .trim_end_matches("```");
    let mut found: Vec<(String, String)> = Vec::new();
    for (engine, name) in ENGINES {
        let Some(statements) = explained(engine, rules) else {
            continue;
        };
        match found.iter_mut().find(|(_, known)| *known == statements) {
            Some((names, _)) => *names = format!("{names}, {name}"),
            None => found.push((name.to_owned(), statements)),
        }
    }
    found
}

/// The statements on one engine; none for a rule that asks nothing.
fn explained(engine: &str, rules: &str) -> Option<String> {
    let workspace = Workspace::new();
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let header = names.join(",");
    workspace.write(
        "flights.csv",
        format!("{header}\n{}\n", ",".repeat(names.len() - 1)),
    );
    workspace.write("planes.csv", "tailnum\nN1\n");
    workspace.write("orders.csv", "order_id,status,price\n1,open,0.5\n");
    let types: Vec<String> = COLUMNS
        .iter()
        .map(|(name, logical_type)| format!("{name}: {logical_type}"))
        .collect();
    let connection = match engine {
        "postgres" => ", connection_params: {url: '${env:DATA_VALIDATOR_TEST_URL}'}",
        _ => "",
    };
    let rules: String = rules
        .lines()
        .map(|line| format!("      {line}\n"))
        .collect();
    let config = format!(
        "engine: {{type: {engine}{connection}}}
tables:
  - name: flights
    source: {{path: flights.csv, options: {{schema: {{{}}}}}}}
    rules:
{rules}  - name: planes
    source: planes.csv
    rules: [{{name: rows, rule_type: row_count, parameters: {{min: 0}}}}]
",
        types.join(", ")
    );
    workspace.write("rules.yaml", config);
    let arguments = [
        "rules.yaml",
        "--explain",
        "--table",
        "flights",
        "--now",
        NOW,
    ];
    let outcome = workspace.finish(with_server(&mut workspace.command(&arguments)));
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(!outcome.stdout.contains("cannot be judged"), "{outcome:?}");
    let other = match rules.contains("orders.csv") {
        true => "orders",
        false => "planes",
    };
    let statements = statements(&outcome.stdout, other);
    (!statements.is_empty()).then(|| statements.join(";\n"))
}

/// How engines call the rows of the two tables, which is of no interest; `OTHER` is what the example reads too.
const RELATIONS: [(&str, &str); 3] = [
    (
        r#"(?:[\w"]+\.)*"(?:data_validator source )?0\tflights"|pg_temp."data_validator rows 2""#,
        "OTHER",
    ),
    (
        r#"(?:[\w"]+\.)*"(?:data_validator source )?flights""#,
        "flights",
    ),
    (r#"pg_temp."data_validator rows 1""#, "flights"),
];

/// The statements of the scans, with the tables' names for the relations that stand for them.
fn statements(explained: &str, other: &str) -> Vec<String> {
    let scans = explained.split("\n  scan ").skip(1);
    let statement = |scan: &str| {
        let (_, behind) = scan.split_once("\n    ").unwrap();
        let statement = behind.split("\n    - ").next().unwrap().to_owned();
        RELATIONS
            .iter()
            .fold(statement, |statement, (relation, name)| {
                let relation = Regex::new(relation).unwrap();
                relation
                    .replace_all(&statement, name.replace("OTHER", other))
                    .into_owned()
            })
    };
    scans.map(statement).collect()
}
