//! The twenty questions in groups, and the forms each group can be asked in.

use crate::engine::Engine;
use crate::flights::TABLE;
use crate::fused::{filter, repeated};
use crate::rule::{Check, Rule};

/// Questions that belong together.
#[derive(Debug)]
pub struct Group {
    pub name: String,
    pub forms: Vec<Form>,
}

/// One way to ask the questions of a group.
#[derive(Debug)]
pub struct Form {
    pub name: &'static str,
    /// A query whose two cells take the place of `{min}` and `{max}` in the others.
    pub bounds: Option<String>,
    pub queries: Vec<String>,
    pub tells: Tells,
}

/// What the answers of a form are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// How many records fail.
    Counts,
    /// 1 where any record fails, else 0.
    WhetherAny,
}

/// The groups of these rules.
pub fn groups(rules: &[Rule]) -> Vec<Group> {
    let chosen = |choose: fn(&Check) -> bool| -> Vec<&Rule> {
        rules.iter().filter(|rule| choose(&rule.check)).collect()
    };
    let complete = chosen(|check| matches!(check, Check::Completeness { .. }));
    let ranges = chosen(|check| matches!(check, Check::Range { .. }));
    let patterns = chosen(|check| matches!(check, Check::Pattern { .. }));
    let unique = chosen(|check| matches!(check, Check::Uniqueness { .. }));
    let of_rows = chosen(|check| !matches!(check, Check::Uniqueness { .. }));
    let all = chosen(|_| true);
    let group = |name: &str, rules: &[&Rule], forms: Vec<Form>| Group {
        name: format!("{} {name}", rules.len()),
        forms,
    };
    vec![
        group(
            "completeness",
            &complete,
            and(
                of_each_row(&complete),
                fused("count(c) fused", &complete, present),
            ),
        ),
        group(
            "ranges",
            &ranges,
            and(of_each_row(&ranges), least_and_most(&ranges)),
        ),
        group(
            "patterns",
            &patterns,
            and(
                of_each_row(&patterns),
                each(
                    "distinct values, GROUP BY each",
                    &patterns,
                    on_distinct_values,
                ),
            ),
        ),
        group("uniqueness", &unique, of_keys(&unique)),
        group("without uniqueness", &of_rows, of_each_row(&of_rows)),
        group(
            "with uniqueness",
            &all,
            vec![
                fused("FILTER fused", &all, by_filter),
                fused("count(CASE) fused", &all, case),
            ],
        ),
    ]
}

fn and(mut forms: Vec<Form>, another: Form) -> Vec<Form> {
    forms.push(another);
    forms
}

fn of_each_row(rules: &[&Rule]) -> Vec<Form> {
    vec![
        fused("FILTER fused", rules, by_filter),
        fused("count(CASE) fused", rules, case),
        fused("sum(CASE) fused", rules, |rule| {
            format!("sum(CASE WHEN {} THEN 1 ELSE 0 END)", failed(rule))
        }),
        fused("count_if fused", rules, |rule| {
            format!("count_if({})", failed(rule))
        }),
        each("WHERE each", rules, |rule| {
            format!("SELECT count(*) FROM {TABLE} WHERE {}", failed(rule))
        }),
    ]
}

fn of_keys(rules: &[&Rule]) -> Vec<Form> {
    let mut bitmap = each("bit_count(bitstring_agg)", rules, |rule| {
        let column = rule.check.columns();
        format!(
            "SELECT count({column}) - bit_count(bitstring_agg({column}, {{min}}, {{max}})) FROM {TABLE}"
        )
    });
    bitmap.bounds = rules.first().map(|rule| {
        let column = rule.check.columns();
        format!("SELECT min({column}), max({column}) FROM {TABLE}")
    });
    vec![
        fused("count(DISTINCT)", rules, by_filter),
        each("GROUP BY", rules, |rule| {
            let column = rule.check.columns();
            format!(
                "SELECT coalesce(sum(n - 1), 0)::BIGINT FROM \
                 (SELECT count(*) AS n FROM {TABLE} WHERE {column} IS NOT NULL GROUP BY {column})"
            )
        }),
        bitmap,
    ]
}

fn present(rule: &Rule) -> String {
    format!("count(*) - count({})", rule.check.columns())
}

fn least_and_most(rules: &[&Rule]) -> Form {
    let form = fused("min and max fused", rules, |rule| match &rule.check {
        Check::Range { column, parameters } => format!(
            "(min({column}) < {} OR max({column}) > {})::BIGINT",
            parameters.min_value.sql(),
            parameters.max_value.sql()
        ),
        _ => "NULL".into(),
    });
    Form {
        tells: Tells::WhetherAny,
        ..form
    }
}

fn on_distinct_values(rule: &Rule) -> String {
    let column = rule.check.columns();
    format!(
        "SELECT coalesce(sum(n), 0)::BIGINT FROM \
         (SELECT {column}, count(*) AS n FROM {TABLE} GROUP BY {column}) WHERE {}",
        failed(rule)
    )
}

fn by_filter(rule: &Rule) -> String {
    filter(rule, Engine::Duckdb)
}

fn case(rule: &Rule) -> String {
    match &rule.check {
        Check::Uniqueness { key } => repeated(key),
        _ => format!("count(CASE WHEN {} THEN 1 END)", failed(rule)),
    }
}

fn failed(rule: &Rule) -> String {
    rule.failed(Engine::Duckdb).unwrap_or_default()
}

/// All questions in one query.
fn fused(name: &'static str, rules: &[&Rule], count: impl Fn(&Rule) -> String) -> Form {
    let counts: Vec<String> = rules.iter().map(|rule| count(rule)).collect();
    Form {
        name,
        bounds: None,
        queries: vec![format!("SELECT {} FROM {TABLE}", counts.join(", "))],
        tells: Tells::Counts,
    }
}

/// A query for each question.
fn each(name: &'static str, rules: &[&Rule], query: impl Fn(&Rule) -> String) -> Form {
    Form {
        name,
        bounds: None,
        queries: rules.iter().map(|rule| query(rule)).collect(),
        tells: Tells::Counts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_questions_fall_into_six_groups() {
        let groups = groups(&crate::flights::rules().unwrap());
        let names: Vec<&str> = groups.iter().map(|group| &*group.name).collect();
        assert_eq!(
            names,
            [
                "8 completeness",
                "8 ranges",
                "3 patterns",
                "1 uniqueness",
                "19 without uniqueness",
                "20 with uniqueness"
            ]
        );
    }
}
