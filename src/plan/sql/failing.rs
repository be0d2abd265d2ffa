//! The rows that fail rules, as SQL.

use data_validator_plugin::quote::fill;
use data_validator_plugin::{Column, Dialect, LogicalType, Schema};

use super::Rows;
use super::condition::{condition_sql, text_by_code_point};
use super::partners::Partners;
use crate::plan::failing::{Failing, Mark};

/// The first rows that fail each rule, in the order of the rule's own columns and then of all others: a cell
/// with the number of the rule in the list, one with the place of the row from 1, and then the row.
pub fn first_failing(
    dialect: &Dialect,
    rows: Rows<'_>,
    schema: &Schema,
    rules: &[&Failing],
    most: u32,
) -> String {
    let columns = select_columns(dialect, schema);
    let each = rules.iter().enumerate().map(|(number, failing)| {
        let own = failing.columns();
        let (first, others): (Vec<&Column>, Vec<&Column>) = (schema.columns.iter())
            .partition(|column| own.contains(column.name.as_str()));
        let order = order_by(dialect, first.into_iter().chain(others));
        let partners = Partners::of([*failing]);
        let rows = Rows {
            relation: &partners.join(dialect, schema, rows.relation),
            ..rows
        };
        let condition = failing_sql(dialect, schema, failing, &partners);
        let failed = if failing.compares_rows() {
            let mark = dialect.identifier(&free_name(schema, "fails"));
            let judged = format!(
                "SELECT {columns}, CASE WHEN {condition} THEN 1 ELSE 0 END AS {mark} FROM {}",
                rows.filtered(&[])
            );
            format!("({judged}) AS judged WHERE {mark} = 1")
        } else {
            rows.filtered(&[format!("({condition})")])
        };
        let limited = format!("SELECT {columns} FROM {failed}{order} LIMIT {most}");
        format!(
            "SELECT {number} AS {}, row_number() OVER ({}) AS {}, {columns} FROM ({limited}) AS failed",
            dialect.identifier(&free_name(schema, "rule")),
            order.trim_start(),
            dialect.identifier(&free_name(schema, "place")),
        )
    });
    each.collect::<Vec<_>>().join(" UNION ALL ")
}

/// All rows in the table's scope, and behind them a column of that name with the names of the rules that each
/// fails, as a JSON list in the order of the rules; NULL for a row that fails none.
pub fn with_failed_rules(
    dialect: &Dialect,
    rows: Rows<'_>,
    schema: &Schema,
    rules: &[(&str, Failing)],
    name: &str,
) -> String {
    let columns = select_columns(dialect, schema);
    let partners = Partners::of(rules.iter().map(|(_, failing)| failing));
    let rows = Rows {
        relation: &partners.join(dialect, schema, rows.relation),
        ..rows
    };
    let names: Vec<String> = rules
        .iter()
        .map(|(rule, failing)| {
            let quoted = format!(",{}", serde_json::Value::from(*rule));
            format!(
                "CASE WHEN {} THEN {} ELSE '' END",
                failing_sql(dialect, schema, failing, &partners),
                dialect.string(&quoted)
            )
        })
        .collect();
    let text = dialect
        .type_names
        .of(&LogicalType::Text)
        .unwrap_or_default();
    let name = dialect.identifier(name);
    let names = match names.is_empty() {
        true => "''".to_owned(),
        false => concatenated(&names),
    };
    format!(
        "SELECT {columns}, CASE WHEN {name} = '' THEN NULL ELSE CAST('[' || substr({name}, 2) || ']' AS {text}) END \
         AS {name} FROM (SELECT {columns}, {names} AS {name} FROM {}) AS judged",
        rows.filtered(&[])
    )
}

/// The columns of a table, to be selected.
pub fn select_columns(dialect: &Dialect, schema: &Schema) -> String {
    let columns = schema.columns.iter();
    let columns = columns.map(|column| dialect.identifier(&column.name));
    columns.collect::<Vec<_>>().join(", ")
}

/// A condition that is TRUE for a row that fails, and FALSE or UNKNOWN for others.
fn failing_sql(
    dialect: &Dialect,
    schema: &Schema,
    failing: &Failing,
    partners: &Partners<'_>,
) -> String {
    let scope = failing
        .scope
        .as_ref()
        .map(|scope| format!("({})", scope.as_sql()));
    let marks: Vec<String> = (failing.marks.iter())
        .map(|mark| mark_sql(dialect, schema, mark, scope.as_deref(), partners))
        .collect();
    let fails = match (&*marks, &*failing.cases) {
        // UNKNOWN may stay, and the engine sees a plain condition.
        ([mark], [case]) if case[0] && !failing.in_none => format!("({mark})"),
        (_, []) => if failing.in_none { "TRUE" } else { "FALSE" }.to_owned(),
        (marks, cases) => {
            let cases = cases.iter().map(|case| case_sql(marks, case));
            let any = cases.collect::<Vec<_>>().join(" OR ");
            format!("{}({any})", if failing.in_none { "NOT " } else { "" })
        }
    };
    scope.map_or(fails.clone(), |scope| format!("{scope} AND {fails}"))
}

/// TRUE where each mark is as in the case, and FALSE elsewhere.
fn case_sql(marks: &[String], case: &[bool]) -> String {
    let marks = marks.iter().zip(case).map(|(mark, wanted)| {
        let (then, otherwise) = if *wanted {
            ("TRUE", "FALSE")
        } else {
            ("FALSE", "TRUE")
        };
        format!("CASE WHEN {mark} THEN {then} ELSE {otherwise} END")
    });
    let all = marks.collect::<Vec<_>>().join(" AND ");
    if all.is_empty() {
        "TRUE".into()
    } else {
        format!("({all})")
    }
}

fn mark_sql(
    dialect: &Dialect,
    schema: &Schema,
    mark: &Mark,
    scope: Option<&str>,
    partners: &Partners<'_>,
) -> String {
    match mark {
        Mark::Fulfils(condition) => condition_sql(dialect, condition),
        Mark::HasNoPartner { columns, .. } => partners.lacks(dialect, schema, mark, columns),
        Mark::IsFirstOfKey(key) => {
            let mut parts: Vec<String> = key
                .iter()
                .map(|column| dialect.identifier(column))
                .collect();
            let mut complete: Vec<String> = parts
                .iter()
                .map(|column| format!("{column} IS NOT NULL"))
                .collect();
            // Rows outside of the scope stand before none.
            parts.extend(scope.map(|scope| format!("CASE WHEN {scope} THEN 1 ELSE 0 END")));
            let others = schema
                .columns
                .iter()
                .filter(|column| !key.contains(&column.name));
            complete.push(format!(
                "row_number() OVER (PARTITION BY {}{}) = 1",
                parts.join(", "),
                order_by(dialect, others)
            ));
            complete.join(" AND ")
        }
    }
}

/// ` ORDER BY` these columns, the same on every engine: text by code point, NaN behind all numbers, NULL behind
/// all values. A type of the engine's own has no order.
fn order_by<'c>(dialect: &Dialect, columns: impl IntoIterator<Item = &'c Column>) -> String {
    let mut keys = Vec::new();
    for column in columns {
        let value = dialect.identifier(&column.name);
        match &column.logical_type {
            LogicalType::Other(_) => continue,
            LogicalType::Text => keys.push(text_by_code_point(dialect, &column.name)),
            LogicalType::Float | LogicalType::Double => {
                let is_nan = fill(&dialect.is_nan, &[("value", &value)]);
                keys.push(format!("CASE WHEN {is_nan} THEN 1 ELSE 0 END"));
                keys.push(value);
            }
            _ => keys.push(value),
        }
    }
    let keys: Vec<String> = keys.iter().map(|key| format!("{key} NULLS LAST")).collect();
    match keys.is_empty() {
        true => String::new(),
        false => format!(" ORDER BY {}", keys.join(", ")),
    }
}

/// Texts one after the other. Brackets keep the expression shallow, since engines limit its depth.
fn concatenated(texts: &[String]) -> String {
    match texts {
        [text] => text.clone(),
        texts => {
            let (left, right) = texts.split_at(texts.len() / 2);
            format!("({} || {})", concatenated(left), concatenated(right))
        }
    }
}

/// The name, made longer until no column has it.
pub fn free_name(schema: &Schema, name: &str) -> String {
    let mut free = name.to_owned();
    let is_taken = |name: &str| {
        let mut columns = schema.columns.iter();
        columns.any(|column| column.name.eq_ignore_ascii_case(name))
    };
    while is_taken(&free) {
        free.push('_');
    }
    free
}
