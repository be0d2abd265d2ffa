//! Failing rows of each rule type that judges rows, in the report and in what `filter` writes.

use std::fs;

use serde_json::Value;

use crate::engines::with_server;
use crate::filter::parquet;
use crate::support::{Workspace, rule};

/// A column has a name that a query for failing rows would like to give.
const ORDERS: &str = "\
id,country,region,state,code,amount,paid,text,day,partner_0_0
1,NO,n,new,abc,10.00,10.00,17,2025-01-01,a
2,NO,s,paid,ab,10.00,9.99,1.5,2025-12-31,b
2,NO,n,Paid,abcd,5.00,5.01,-3,2026-01-02,a
3,XX,n,é,é🙂,,1.00,,2027-01-01,
,SE,w,,,3.00,,x,,a
4,,n,new,x,1.00,1.00,0,2025-01-01,a
5,SE,,new,abc,1.00,2.00,12,2025-01-01,a
2,NO,s,gone,,7.00,7.00,9,2025-01-01,c
6,SE,w,new,abc,2.00,1.00,5,2025-06-01,z
99,ZZ,z,none of them,nothing,0.00,9.00,?,2030-01-01,z
";

const COUNTRIES: &str = "country,region,n\nNO,n,1\nNO,n,2\nNO,s,3\nSE,,7\n,w,5\nSE,w,6\n";

fn config(engine: &str) -> String {
    let connection = match engine {
        "postgres" => ", connection_params: {url: '${env:DATA_VALIDATOR_TEST_URL}'}",
        _ => "",
    };
    format!(
        "engine: {{type: {engine}{connection}}}
outputs: {{clean: \"{engine}_{{table}}.parquet\", quarantine: \"{engine}_{{table}}_bad.parquet\"}}
tables:
  - name: orders
    source:
      path: orders.csv
      options: {{schema: {{amount: \"decimal(10,2)\", paid: \"decimal(10,2)\", text: text}}}}
    where: \"id IS NULL OR id < 99\"
    samples: 10
    rules:
      - {{name: accepted, rule_type: accepted_values, column: state, parameters: {{values: [new, paid, é]}}}}
      - {{name: rejected, rule_type: rejected_values, column: state, parameters: {{values: [PAID], case_sensitive: false, nulls: fail}}}}
      - {{name: length, rule_type: length, column: code, parameters: {{min: 2, max: 3}}}}
      - {{name: comparison, rule_type: comparison, column: paid, parameters: {{operator: \"<=\", other_column: amount, nulls: fail}}}}
      - {{name: castable, rule_type: castable, column: text, parameters: {{type: integer}}}}
      - {{name: email, rule_type: format, column: text, where: \"id = 1\", parameters: {{format: email}}}}
      - {{name: past, rule_type: not_in_future, column: day}}
      - {{name: key, rule_type: primary_key, column: id}}
      - {{name: two, rule_type: primary_key, columns: [country, partner_0_0], where: \"id <> 3\"}}
      - {{name: country, rule_type: foreign_key, column: country, parameters: {{references: {{table: countries, columns: [country]}}}}}}
      - {{name: pair, rule_type: foreign_key, columns: [country, region], where: \"id > 2\", parameters: {{references: {{table: countries, columns: [country, region]}}, nulls: fail}}}}
      - {{name: id, rule_type: foreign_key, column: id, parameters: {{references: {{table: countries, columns: [n]}}}}}}
      - {{name: enough, rule_type: row_count, parameters: {{min: 100}}}}
  - name: countries
    source: countries.csv
    rules:
      - {{name: same, rule_type: foreign_key, column: country, parameters: {{references: {{table: orders, columns: [country]}}}}}}
"
    )
}

/// Failed records of each rule and its samples, and then the rows of the two files.
fn said(workspace: &Workspace, engine: &str) -> Vec<String> {
    let now = ["--now", "2026-01-01T12:00:00Z"];
    workspace.write("c.yaml", config(engine));
    let mut run = workspace.command(&["c.yaml", "--output", "report.json"]);
    let outcome = workspace.finish(with_server(run.args(now)));
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let report = workspace.json("report.json");
    let rules = report["table_results"]["orders"]["rules"]
        .as_array()
        .unwrap();
    let mut said: Vec<String> = rules
        .iter()
        .map(|rule| {
            let shown = rule["samples"].as_array().map_or(&[][..], |it| &**it);
            let judges_table = rule["name"] == "enough";
            assert_eq!(rule["no_samples"].is_string(), judges_table, "{rule}");
            if !judges_table {
                assert_eq!(rule["failed_count"], shown.len(), "{engine} {rule}");
            }
            let cells = |row: &Value| format!(" {}{}", row["id"], row["country"]);
            let rows: String = shown.iter().map(cells).collect();
            format!("{}:{rows}", rule["name"])
        })
        .collect();
    let mut filter = workspace.command(&["filter", "c.yaml"]);
    let outcome = workspace.finish(with_server(filter.args(now)));
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let name = "rule 'enough' names no rows: its 1 failed records";
    assert!(outcome.stdout.contains(name), "{outcome:?}");
    said.extend(parquet(workspace, &format!("{engine}_orders.parquet")));
    said.extend(parquet(workspace, &format!("{engine}_orders_bad.parquet")));
    let of_countries = ["countries", "countries_bad"]
        .map(|table| parquet(workspace, &format!("{engine}_{table}.parquet")).len());
    assert_eq!(of_countries, [6, 0], "{engine}");
    said
}

#[test]
fn rule_types_name_the_same_rows_on_all_engines() {
    let workspace = Workspace::new();
    workspace.write("orders.csv", ORDERS);
    workspace.write("countries.csv", COUNTRIES);
    let expected = said(&workspace, "duckdb");
    insta::assert_snapshot!(expected.join("\n"), @r#"
    "accepted": 2"NO" 2"NO"
    "rejected": 2"NO" 2"NO" null"SE"
    "length": 2"NO" 4null
    "comparison": 5"SE" null"SE" 2"NO" 3"XX"
    "castable": 2"NO" null"SE"
    "email": 1"NO"
    "past": 2"NO" 3"XX"
    "key": 2"NO" 2"NO" null"SE"
    "two": 2"NO" 4null
    "country": 3"XX"
    "pair": 5"SE" 3"XX" 4null
    "id": 4null
    "enough":
    6|SE|w|new|abc|2.00|1.00|5|2025-06-01|z
    1|NO|n|new|abc|10.00|10.00|17|2025-01-01|a|["email"]
    2|NO|n|Paid|abcd|5.00|5.01|-3|2026-01-02|a|["accepted","rejected","length","comparison","past","two"]
    2|NO|s|gone|NULL|7.00|7.00|9|2025-01-01|c|["accepted","key"]
    2|NO|s|paid|ab|10.00|9.99|1.5|2025-12-31|b|["rejected","castable","key"]
    3|XX|n|é|é🙂|NULL|1.00|NULL|2027-01-01|NULL|["comparison","past","country","pair"]
    4|NULL|n|new|x|1.00|1.00|0|2025-01-01|a|["length","two","pair","id"]
    5|SE|NULL|new|abc|1.00|2.00|12|2025-01-01|a|["comparison","pair"]
    NULL|SE|w|NULL|NULL|3.00|NULL|x|NULL|a|["rejected","comparison","castable","key"]
    "#);
    for engine in ["datafusion", "postgres"] {
        assert_eq!(said(&workspace, engine), expected, "{engine}");
    }
}

#[test]
fn a_key_that_a_continued_run_took_over_has_its_samples() {
    let workspace = Workspace::new();
    workspace.write("orders.csv", ORDERS);
    workspace.write("countries.csv", COUNTRIES);
    workspace.write("c.yaml", config("duckdb"));
    let arguments = ["c.yaml", "--output", "report.json", "--state", "state.json"];
    let report = || {
        let outcome = workspace.run(&arguments);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        workspace.json("report.json")
    };
    let first = report();
    // What a run leaves that was killed before its end.
    let state = fs::read_to_string(workspace.path("state.json")).unwrap();
    let mut state: Value = serde_json::from_str(&state).unwrap();
    let ended = &state["__data_validator__"]["run"]["ended_at"];
    assert!(ended.is_string(), "{state}");
    state["__data_validator__"]["run"]["ended_at"] = Value::Null;
    workspace.write("state.json", state.to_string());
    let again = report();
    let (first, again) = (
        rule(&first, "orders", "country"),
        rule(&again, "orders", "country"),
    );
    assert_eq!(
        (&first["reused"], &again["reused"]),
        (&false.into(), &true.into())
    );
    assert_eq!(again["samples"], first["samples"]);
    assert_eq!(again["samples"].as_array().unwrap().len(), 1);
}
