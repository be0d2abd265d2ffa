//! Rules as the text of a config.

use serde_json::{Value, json};

use crate::oracle::custom::{AskedAs, Custom};
use crate::oracle::expression::{Expression, Operator};
use crate::oracle::reconcile::With;
use crate::oracle::rule::{Check, Rule};
use crate::oracle::table::Table;
use crate::oracle::value::ColumnType;

/// The rules of the table of that name and source, named `r0`, `r1` and so on, as a list in a config.
///
/// # Panics
/// When a rule cannot be serialised.
pub fn rules(name: &str, source: &Value, table: &Table, rules: &[Rule]) -> Value {
    let written = rules.iter().enumerate().map(|(number, rule)| {
        let mut written = match serde_json::to_value(rule) {
            Ok(written) => written,
            Err(error) => panic!("{rule:?}: {error}"),
        };
        written["name"] = json!(format!("r{number}"));
        if let Some(scope) = &rule.scope {
            written["where"] = json!(sql(table, scope));
        }
        if let Check::Custom(custom) = &rule.check {
            write_custom(&mut written, table, custom);
        }
        if let Check::ForeignKey(_) = &rule.check {
            written["parameters"]["references"]["table"] = json!(name);
        }
        if let Check::Reconcile(reconcile) = &rule.check {
            written["parameters"]["with"] = beside(source, table, &reconcile.parameters.with);
        }
        written
    });
    written.collect()
}

/// The table as another relation; of a file also on another engine.
fn beside(source: &Value, table: &Table, with: &With) -> Value {
    let mut other = source.clone();
    if let Some(scope) = &with.scope {
        other["where"] = json!(sql(table, scope));
    }
    if let (Some(engine), Some(_)) = (&with.engine, source.get("path")) {
        other["engine"] = json!(engine);
    }
    other
}

fn write_custom(written: &mut Value, table: &Table, custom: &Custom) {
    let condition = sql(table, &custom.expression);
    let text = match custom.asked_as {
        AskedAs::Expression => condition,
        AskedAs::Count => format!("SELECT COUNT(*) FROM {{table}} WHERE {condition}"),
        AskedAs::FailedRows => {
            written["parameters"]["returns"] = json!("failed_rows");
            format!("SELECT * FROM {{table}} WHERE {condition}")
        }
    };
    written["expression"] = json!(text);
    if let Some(fields) = written.as_object_mut() {
        fields.remove("asked_as");
    }
}

/// The expression as SQL that means the same on every engine.
pub fn sql(table: &Table, expression: &Expression) -> String {
    match expression {
        Expression::IsNull(column) => format!("{} IS NULL", identifier(column)),
        Expression::IsNotNull(column) => format!("{} IS NOT NULL", identifier(column)),
        Expression::Flag(column) => identifier(column),
        Expression::Compare {
            column,
            operator,
            value,
        } => {
            let literal = literal(table.type_of(column), value);
            compared(&identifier(column), *operator, &literal)
        }
        Expression::CompareColumns {
            left,
            operator,
            right,
        } => compared(&identifier(left), *operator, &identifier(right)),
        Expression::Not(inner) => format!("NOT ({})", sql(table, inner)),
        Expression::And(one, other) => format!("({}) AND ({})", sql(table, one), sql(table, other)),
        Expression::Or(one, other) => format!("({}) OR ({})", sql(table, one), sql(table, other)),
    }
}

fn compared(left: &str, operator: Operator, right: &str) -> String {
    format!("{left} {} {right}", operator.as_sql())
}

fn literal(column_type: Option<&ColumnType>, value: &str) -> String {
    match column_type {
        Some(ColumnType::Text(_)) => string(value),
        Some(ColumnType::Date) => format!("CAST({} AS DATE)", string(value)),
        _ => value.to_owned(),
    }
}

/// A name in quotes.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text literal.
pub fn string(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A value as YAML in one line. `{"number": "1.50"}` stands for the number as it is written.
pub fn yaml(value: &Value) -> String {
    match value {
        Value::Object(fields) => match fields.get("number") {
            Some(Value::String(number)) => number.clone(),
            _ => {
                let fields = fields
                    .iter()
                    .map(|(key, value)| format!("{}: {}", quoted(key), yaml(value)));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(yaml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// A text in double quotes, which is no place to be filled, with all that YAML or a terminal could take amiss as escapes.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.replace("${", "$${").chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    out.push('"');
    out
}
