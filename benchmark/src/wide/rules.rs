//! The 226 rules of the wide table.

use super::columns::{Column, Values, columns};
use crate::rule::{Bound, Check, Key, Rule};

/// Columns or groups of them that should have each value once.
const KEYS: &[&[&str]] = &[
    &["order_id"],
    &["invoice_number"],
    &["order_code"],
    &["tracking_number"],
    &["session_id"],
    &["customer_id", "created_at"],
];

const EXPRESSIONS: &[(&str, &str)] = &[
    ("paid_after_order", "paid_on >= ordered_on"),
    ("packed_before_shipped", "packed_on <= shipped_on"),
    ("shipped_after_order", "shipped_on >= ordered_on"),
    ("delivered_after_shipped", "delivered_on >= shipped_on"),
    ("returned_after_delivered", "returned_on >= delivered_on"),
    ("valid_after_order", "valid_until > ordered_on"),
    ("born_before_order", "birthday < ordered_on"),
    ("paid_at_after_created", "paid_at >= created_at"),
    ("shipped_at_after_paid", "shipped_at >= paid_at"),
    ("delivered_at_after_shipped", "delivered_at >= shipped_at"),
    ("updated_after_created", "updated_at >= created_at"),
    ("total_covers_discount", "total >= discount"),
    ("net_and_tax_not_negative", "net >= 0 AND tax >= 0"),
    ("price_covers_cost", "price >= cost"),
    ("refund_below_total", "refund <= total"),
    (
        "return_has_a_day",
        "status <> 'returned' OR returned_on IS NOT NULL",
    ),
    ("parcel_fits", "length_mm + width_mm + height_mm <= 4190"),
    ("clicks_per_view", "clicks <= views + 495"),
    ("phone_has_12_characters", "length(phone) = 12"),
    (
        "place_is_on_earth",
        "abs(latitude) <= 90 AND abs(longitude) <= 180",
    ),
];

/// How many columns have a second, narrower range.
const NARROWER: usize = 40;

/// The rules: completeness of each column, keys, ranges of all numbers, dates and timestamps,
/// narrower ranges of some, patterns of all texts, and custom expressions.
pub fn rules() -> Vec<Rule> {
    let columns = columns();
    let complete = columns.iter().map(|column| {
        let check = Check::Completeness {
            column: column.name.into(),
        };
        Rule::new(format!("{}_complete", column.name), check)
    });
    let unique = KEYS.iter().map(|names| {
        let key = match names {
            [name] => Key::Column((*name).into()),
            names => Key::Columns(names.iter().map(|name| (*name).into()).collect()),
        };
        Rule::new(
            format!("{}_unique", names.join("_")),
            Check::Uniqueness { key },
        )
    });
    let ranges = columns
        .iter()
        .filter_map(|column| range(column, Width::All, "range"));
    let narrower = columns
        .iter()
        .filter_map(|column| range(column, Width::Most, "usual"));
    let patterns = columns.iter().filter_map(pattern);
    let custom = EXPRESSIONS.iter().map(|&(name, expression)| {
        let expression = expression.into();
        Rule::new(name.into(), Check::Custom { expression })
    });
    complete
        .chain(unique)
        .chain(ranges)
        .chain(narrower.take(NARROWER))
        .chain(patterns)
        .chain(custom)
        .collect()
}

/// How many of the plausible values lie in a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    All,
    Most,
}

fn range(column: &Column, width: Width, suffix: &str) -> Option<Rule> {
    let all = width == Width::All;
    let (least, greatest) = match column.values {
        Values::Number(first) => {
            let last = if all { 999_999 } else { 998_999 };
            (Bound::Integer(first), Bound::Integer(first + last))
        }
        Values::Integer(most) => {
            let most = if all { most } else { most - most / 200 };
            (Bound::Integer(0), Bound::Integer(most))
        }
        Values::Double(least, most) => {
            let margin = if all { 0.0 } else { (most - least) / 1024.0 };
            (Bound::Double(least), Bound::Double(most - margin))
        }
        Values::Decimal(least, most) => {
            let most = if all { most } else { most - most / 500 };
            (
                Bound::Double(least as f64 / 100.0),
                Bound::Double(most as f64 / 100.0),
            )
        }
        Values::Date(_) => days(all, "1985-01-01", "2026-12-31", "2026-01-01"),
        Values::Timestamp(_) => days(
            all,
            "2023-01-01T00:00:00",
            "2025-06-30T00:00:00",
            "2024-11-30T00:00:00",
        ),
        Values::Word(_) | Values::Code(..) => return None,
    };
    Some(Rule::new(
        format!("{}_{suffix}", column.name),
        Check::range(column.name, least, greatest),
    ))
}

fn days(all: bool, first: &str, last: &str, usual_last: &str) -> (Bound, Bound) {
    let last = if all { last } else { usual_last };
    (Bound::Text(first.into()), Bound::Text(last.into()))
}

fn pattern(column: &Column) -> Option<Rule> {
    let pattern = match column.values {
        Values::Word(words) => format!("^({})$", words.join("|")),
        Values::Code(_, pattern) => pattern.into(),
        _ => return None,
    };
    Some(Rule::new(
        format!("{}_pattern", column.name),
        Check::pattern(column.name, &pattern),
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_226_rules_of_different_names() {
        let rules = rules();
        let names: HashSet<&str> = rules.iter().map(|rule| &*rule.name).collect();
        assert_eq!((rules.len(), names.len()), (226, 226));
    }

    #[test]
    fn keys_are_columns_of_the_table() {
        let columns: HashSet<&str> = columns().iter().map(|column| column.name).collect();
        assert!(KEYS.concat().iter().all(|name| columns.contains(name)));
    }
}
