//! The SQL of the fused query.

use crate::arguments::ByHand;
use crate::engine::Engine;
use crate::rule::{Check, Key, Rule};

/// One `SELECT` with the failing count of each rule.
pub fn query(rules: &[Rule], from: &str, by_hand: ByHand) -> String {
    let count = |(index, rule): (usize, &Rule)| {
        let count = match &rule.check {
            Check::Uniqueness { key } if by_hand.keys_apart => {
                format!("(SELECT {} FROM {from})", repeated(key))
            }
            _ => filter(rule, by_hand.engine),
        };
        match by_hand.engine {
            // It takes no two expressions of one name.
            Engine::Datafusion => format!("{count} AS c{index}"),
            Engine::Duckdb | Engine::Postgres => count,
        }
    };
    let counts: Vec<String> = rules.iter().enumerate().map(count).collect();
    format!("SELECT {}\nFROM {from}", counts.join(",\n       "))
}

/// The failing count of a rule as one aggregate.
pub fn filter(rule: &Rule, engine: Engine) -> String {
    match &rule.check {
        Check::Uniqueness { key } => repeated(key),
        _ => format!(
            "count(*) FILTER (WHERE {})",
            rule.failed(engine).unwrap_or_default()
        ),
    }
}

/// How many records have a key that was there already.
pub fn repeated(key: &Key) -> String {
    match key.columns() {
        [column] => format!("count({column}) - count(DISTINCT {column})"),
        columns => {
            let present = columns
                .iter()
                .map(|column| format!("{column} IS NOT NULL"))
                .collect::<Vec<_>>()
                .join(" AND ");
            format!(
                "count(*) FILTER (WHERE {present}) - count(DISTINCT ({})) FILTER (WHERE {present})",
                columns.join(", ")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_has_the_query_in_its_own_words() {
        let key = Key::Column("id".into());
        let rules = [
            Rule::new("key".into(), Check::Uniqueness { key }),
            Rule::new("codes".into(), Check::pattern("code", "^a$")),
        ];
        let written = |engine, keys_apart| query(&rules, "t", ByHand { engine, keys_apart });
        assert_eq!(
            written(Engine::Datafusion, false),
            "SELECT count(id) - count(DISTINCT id) AS c0,\n       \
             count(*) FILTER (WHERE code !~ '^a$') AS c1\nFROM t"
        );
        assert_eq!(
            written(Engine::Postgres, true),
            "SELECT (SELECT count(id) - count(DISTINCT id) FROM t),\n       \
             count(*) FILTER (WHERE code !~ '^a$')\nFROM t"
        );
    }
}
