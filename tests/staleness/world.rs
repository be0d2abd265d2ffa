//! Relations with rows, tables that read them, and rules; and the config that says so.

use fastrand::Rng;
use serde_json::{Value, json};

use super::home::{Home, Kind};

/// There are as many relations as tables, and any table may read any of them.
pub const TABLES: usize = 3;

/// Digits, so that an edit often leaves a file's size as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub a: Option<u8>,
    pub b: Option<u8>,
}

#[derive(Clone, Debug)]
pub struct Table {
    /// The number of the relation it reads.
    pub relation: usize,
    /// Rows in scope have an `a` of at most this.
    pub scope: Option<u8>,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    pub check: Check,
    pub column: &'static str,
    pub threshold: Option<f64>,
    pub is_warning: bool,
    pub scope: Option<u8>,
    pub description: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Check {
    Completeness,
    Uniqueness,
    AtMost(u8),
    OneOf(Vec<u8>),
    Rows(usize),
    /// The values are those of column `b` of the relation that this table reads.
    KnownIn(usize),
    MultipleOf(u8),
}

pub struct World {
    pub home: Home,
    pub relations: Vec<Vec<Row>>,
    pub tables: Vec<Table>,
    /// Rows that a relation had before.
    pub former: Vec<Vec<Row>>,
    /// Whether results are in files beside the state.
    pub external: bool,
}

impl World {
    pub fn draw(kind: Kind, random: &mut Rng) -> Self {
        let relations: Vec<Vec<Row>> = (0..TABLES)
            .map(|_| (0..random.usize(1..8)).map(|_| row(random)).collect())
            .collect();
        let table = |relation| Table {
            relation,
            scope: None,
            rules: Vec::new(),
        };
        let mut tables: Vec<Table> = (0..TABLES).map(table).collect();
        for (number, table) in tables.iter_mut().enumerate() {
            for _ in 0..random.usize(1..4) {
                let rule = rule(number, &table.rules, random);
                table.rules.push(rule);
            }
        }
        let home = Home::new(kind, random);
        for (number, rows) in relations.iter().enumerate() {
            home.write(number, rows, random);
        }
        let former = relations.clone();
        Self {
            home,
            relations,
            tables,
            former,
            external: random.u8(..4) == 0,
        }
    }

    /// Notes the rows that a relation has now.
    pub fn has_now(&mut self, relation: usize, rows: Vec<Row>) {
        let before = std::mem::replace(&mut self.relations[relation], rows);
        self.former.push(before);
    }

    /// The tables that have a rule which reads the relation.
    pub fn readers(&self, relation: usize) -> Vec<String> {
        let reads = |table: &Table| {
            let other = |rule: &Rule| match rule.check {
                Check::KnownIn(other) => self.tables[other].relation == relation,
                _ => false,
            };
            table.relation == relation || table.rules.iter().any(other)
        };
        let numbers = 0..self.tables.len();
        let readers = numbers.filter(|number| reads(&self.tables[*number]));
        readers.map(|number| format!("t{number}")).collect()
    }

    /// All that the results of a table depend on.
    pub fn all_of(&self, table: usize) -> String {
        let rows = |table: usize| &self.relations[self.tables[table].relation];
        let others = self.tables[table]
            .rules
            .iter()
            .filter_map(|rule| match rule.check {
                Check::KnownIn(other) => Some((self.tables[other].scope, rows(other))),
                _ => None,
            });
        let others: Vec<_> = others.collect();
        format!("{} {:?} {others:?}", self.written(table), rows(table))
    }

    fn written(&self, number: usize) -> Value {
        let table = &self.tables[number];
        let (source, data_version) = self.home.source(table.relation);
        let mut written = json!({
            "name": format!("t{number}"),
            "source": source,
            "data_version": data_version,
            "rules": table.rules.iter().map(Rule::written).collect::<Vec<_>>(),
        });
        if let Some(most) = table.scope {
            written["where"] = json!(format!("a <= {most}"));
        }
        written
    }

    /// The config, in JSON, which is YAML.
    pub fn config(&self) -> String {
        let tables = 0..self.tables.len();
        json!({
            "version": "1.0",
            "engine": self.home.engine(),
            "pipeline": {"results": if self.external { "external" } else { "inline" }},
            "tables": tables.map(|number| self.written(number)).collect::<Vec<_>>(),
        })
        .to_string()
    }
}

impl Rule {
    fn written(&self) -> Value {
        let column = self.column;
        let mut written = match &self.check {
            Check::Completeness => json!({"rule_type": "completeness", "column": column}),
            Check::Uniqueness => json!({"rule_type": "uniqueness", "column": column}),
            Check::AtMost(most) => {
                json!({"rule_type": "range", "column": column, "parameters": {"max_value": most}})
            }
            Check::OneOf(values) => {
                json!({"rule_type": "accepted_values", "column": column, "parameters": {"values": values}})
            }
            Check::Rows(least) => json!({"rule_type": "row_count", "parameters": {"min": least}}),
            Check::KnownIn(table) => json!({
                "rule_type": "foreign_key",
                "column": column,
                "parameters": {"references": {"table": format!("t{table}"), "columns": ["b"]}},
            }),
            Check::MultipleOf(number) => {
                json!({"rule_type": "custom", "expression": format!("{column} % {number} = 0")})
            }
        };
        written["name"] = json!(self.name);
        if let Some(threshold) = self.threshold {
            written["threshold"] = json!(threshold);
        }
        if self.is_warning {
            written["severity"] = json!("warning");
        }
        if let Some(most) = self.scope {
            written["where"] = json!(format!("b <= {most}"));
        }
        if let Some(description) = &self.description {
            written["description"] = json!(description);
        }
        written
    }
}

pub fn row(random: &mut Rng) -> Row {
    let mut value = || (random.u8(..12) > 0).then(|| random.u8(..10));
    Row {
        a: value(),
        b: value(),
    }
}

pub fn check(table: usize, random: &mut Rng) -> Check {
    match random.u8(..8) {
        0 => Check::Completeness,
        1 => Check::Uniqueness,
        2 | 3 => Check::AtMost(random.u8(..10)),
        4 => Check::OneOf((0..random.u8(1..9)).collect()),
        5 => Check::Rows(random.usize(..8)),
        6 => Check::KnownIn((table + random.usize(1..TABLES)) % TABLES),
        _ => Check::MultipleOf(random.u8(1..5)),
    }
}

/// A rule with a name that none of these has.
pub fn rule(table: usize, others: &[Rule], random: &mut Rng) -> Rule {
    let mut number = 0;
    let name = loop {
        let name = format!("r{number}");
        if others.iter().all(|rule| rule.name != name) {
            break name;
        }
        number += 1;
    };
    Rule {
        name,
        check: check(table, random),
        column: ["a", "b"][random.usize(..2)],
        threshold: threshold(random),
        is_warning: random.bool(),
        scope: None,
        description: None,
    }
}

pub fn threshold(random: &mut Rng) -> Option<f64> {
    let choices = [None, Some(0.0), Some(0.5), Some(0.75), Some(1.0)];
    choices[random.usize(..choices.len())]
}
