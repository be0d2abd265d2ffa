//! From a case that fails to the smallest that does.

use serde_json::Value;

use super::case::Case;
use super::pools;
use crate::oracle::custom::Custom;
use crate::oracle::expression::Expression;
use crate::oracle::rule::{Check, Rule};

/// Takes things away for as long as what is left fails.
pub fn shrunk(mut case: Case, mut fails: impl FnMut(&Case) -> bool) -> Case {
    while let Some(smaller) = smaller(&case).into_iter().find(&mut fails) {
        case = smaller;
    }
    case
}

/// Each case with one thing less, those first that take most away.
fn smaller(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    if case.rules.len() > 1 {
        found.extend((0..case.rules.len()).map(|at| with_rules(case, &case.rules[at..=at])));
    }
    found.extend(with_fewer_rows(case));
    found.extend((0..case.table.columns.len()).filter_map(|at| without_column(case, at)));
    if let Some(scope) = &case.scope {
        let scopes = [None].into_iter().chain(parts(scope).into_iter().map(Some));
        found.extend(scopes.map(|scope| Case {
            scope,
            ..case.clone()
        }));
    }
    if case.row_group != 1000 {
        found.push(Case {
            row_group: 1000,
            ..case.clone()
        });
    }
    if case.form.is_some() {
        found.push(Case {
            form: None,
            ..case.clone()
        });
    }
    if let [rule] = &case.rules[..] {
        let rules = simpler_rules(rule);
        found.extend(rules.into_iter().map(|rule| with_rules(case, &[rule])));
    }
    found.extend(with_plainer_values(case));
    found
}

fn with_rules(case: &Case, rules: &[Rule]) -> Case {
    Case {
        rules: rules.to_vec(),
        ..case.clone()
    }
}

fn with_fewer_rows(case: &Case) -> Vec<Case> {
    let rows = case.table.rows().count();
    let mut found = Vec::new();
    let mut keep = |kept: &dyn Fn(usize) -> bool| {
        let mut fewer = case.clone();
        for column in &mut fewer.table.columns {
            let mut row = 0..;
            column.values.retain(|_| row.next().is_some_and(kept));
        }
        found.push(fewer);
    };
    if rows > 3 {
        keep(&|row| row < rows / 2);
        keep(&|row| row >= rows / 2);
    }
    for left_out in 0..rows {
        keep(&|row| row != left_out);
    }
    found
}

/// Without a column that nothing reads.
fn without_column(case: &Case, at: usize) -> Option<Case> {
    let name = case.table.columns[at].name.as_str();
    let scopes = case
        .rules
        .iter()
        .map(|rule| &rule.scope)
        .chain([&case.scope]);
    let mut read: Vec<&str> = scopes.flatten().flat_map(Expression::columns).collect();
    read.extend(case.rules.iter().flat_map(|rule| rule.check.columns()));
    if read.contains(&name) || case.table.columns.len() == 1 {
        return None;
    }
    let mut smaller = case.clone();
    smaller.table.columns.remove(at);
    Some(smaller)
}

/// Conditions that a condition is made of.
fn parts(expression: &Expression) -> Vec<Expression> {
    match expression {
        Expression::Not(inner) => vec![(**inner).clone()],
        Expression::And(one, other) | Expression::Or(one, other) => {
            vec![(**one).clone(), (**other).clone()]
        }
        _ => Vec::new(),
    }
}

/// The rule without each of what may be left out of it.
fn simpler_rules(rule: &Rule) -> Vec<Rule> {
    let mut found = Vec::new();
    if let Ok(written) = serde_json::to_value(rule) {
        let mut leave_out = |path: &str| {
            let keys = written.pointer(path).and_then(Value::as_object);
            for key in keys.into_iter().flat_map(|fields| fields.keys()) {
                let mut less = written.clone();
                if let Some(Value::Object(fields)) = less.pointer_mut(path) {
                    fields.remove(key);
                }
                found.extend(serde_json::from_value(less).ok());
            }
        };
        leave_out("");
        leave_out("/parameters");
        for path in ["/columns", "/parameters/values", "/parameters/columns"] {
            let items = written.pointer(path).and_then(Value::as_array);
            let count = items.map_or(0, Vec::len);
            found.extend((0..count).filter(|_| count > 1).filter_map(|at| {
                let mut less = written.clone();
                less.pointer_mut(path)?.as_array_mut()?.remove(at);
                // A partner goes with its column.
                let partners = less.pointer_mut("/parameters/references/columns");
                if let Some(Value::Array(partners)) = partners {
                    partners.remove(at);
                }
                serde_json::from_value(less).ok()
            }));
        }
    }
    if let Some(scope) = &rule.scope {
        found.extend(parts(scope).into_iter().map(|scope| Rule {
            scope: Some(scope),
            ..rule.clone()
        }));
    }
    match &rule.check {
        Check::Custom(custom) => {
            found.extend(
                parts(&custom.expression)
                    .into_iter()
                    .map(|expression| Rule {
                        check: Check::Custom(Custom {
                            expression,
                            ..custom.clone()
                        }),
                        ..rule.clone()
                    }),
            );
        }
        Check::Pattern(pattern) => {
            let text: Vec<char> = pattern.parameters.pattern.chars().collect();
            found.extend((0..text.len()).map(|left_out| {
                let mut shorter = pattern.clone();
                let kept = text.iter().enumerate().filter(|(at, _)| *at != left_out);
                shorter.parameters.pattern = kept.map(|(_, c)| c).collect();
                Rule {
                    check: Check::Pattern(shorter),
                    ..rule.clone()
                }
            }));
        }
        _ => {}
    }
    // A field that is at its default comes back, so the rule would be no smaller.
    found.retain(|simpler| simpler != rule);
    found
}

/// With each value as NULL, or as the plainest of its type.
fn with_plainer_values(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    for (at, column) in case.table.columns.iter().enumerate() {
        let plainest = pools::of(&column.column_type).into_iter().next();
        for (row, value) in column.values.iter().enumerate() {
            let plainer = [None, plainest.clone()];
            let already = plainer.iter().position(|plain| plain == value).unwrap_or(2);
            for value in plainer.into_iter().take(already) {
                let mut changed = case.clone();
                changed.table.columns[at].values[row] = value;
                found.push(changed);
            }
        }
    }
    found
}
