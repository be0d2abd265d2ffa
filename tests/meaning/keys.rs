//! Rules about keys, of one table and of two.

use super::{check, check_with};
use crate::support::Workspace;

const KEYS: &str = "SELECT * FROM (VALUES
    (1, 'a', 'NaN'::DOUBLE), (1, 'a', 'NaN'), (1, 'A', '0'), (2, NULL, '-0'), (2, NULL, '1'), (NULL, 'z', NULL)) AS t(i, s, x)";

#[test]
fn a_primary_key_is_complete_and_unique() {
    check(
        KEYS,
        &[
            ("rule_type: primary_key, column: i", "6 4 1"),
            ("rule_type: primary_key, columns: [i, s]", "6 4 3"),
            ("rule_type: primary_key, column: x", "6 3 1"),
            ("rule_type: primary_key, column: i, where: 'i = 2'", "2 1 0"),
            ("rule_type: uniqueness, column: i", "6 3 1"),
            ("rule_type: uniqueness, columns: [i, s]", "6 1 3"),
            ("rule_type: uniqueness, column: x", "6 2 1"),
        ],
    );
}

#[test]
fn a_foreign_key_leads_to_a_row() {
    let orders = "SELECT * FROM (VALUES
        (1, 'DE', 'x', 1.50::DECIMAL(10, 2), DATE '2026-01-01', 1.0::DOUBLE),
        (2, 'de', 'x', 2.00, DATE '2026-01-02', 2),
        (3, 'FR', NULL, 3.00, NULL, 3),
        (NULL, 'é', 'y', 7, NULL, 4)) AS t(id, country, region, price, day, weight)";
    let countries = "SELECT * FROM (VALUES
        ('DE', 'x', 1::BIGINT, DATE '2026-01-01', 1.5::DECIMAL(20, 1)), ('DE', 'y', 1, NULL, 2.0), (NULL, 'x', NULL, NULL, 3), ('é', 'y', 3, NULL, 8))
        AS t(country, region, id, day, price)";
    let tables = [("orders", orders), ("countries", countries)];
    check_with(
        &Workspace::new(),
        &tables,
        "",
        &[
            (
                "rule_type: foreign_key, column: country, parameters: {references: {table: countries, columns: [country]}}",
                "4 2 0",
            ),
            (
                "rule_type: foreign_key, columns: [country, region], parameters: {references: {table: countries, columns: [country, region]}}",
                "4 1 1",
            ),
            (
                "rule_type: foreign_key, columns: [country, region], parameters: {references: {table: countries, columns: [country, region]}, nulls: fail}",
                "4 2 1",
            ),
            (
                "rule_type: foreign_key, column: id, parameters: {references: {table: countries, columns: [id]}}",
                "4 1 1",
            ),
            (
                "rule_type: foreign_key, column: id, where: 'id < 2', parameters: {references: {table: countries, columns: [id]}}",
                "1 0 0",
            ),
            (
                "rule_type: foreign_key, column: price, parameters: {references: {table: countries, columns: [price]}}",
                "4 1 0",
            ),
            (
                "rule_type: foreign_key, column: price, parameters: {references: {table: countries, columns: [id]}}",
                "4 3 0",
            ),
            (
                "rule_type: foreign_key, column: day, parameters: {references: {table: countries, columns: [day]}}",
                "4 1 2",
            ),
            (
                "rule_type: foreign_key, column: id, parameters: {references: {table: orders, columns: [id]}}",
                "4 0 1",
            ),
            (
                "rule_type: foreign_key, column: id, parameters: {references: {table: countries, columns: [country]}}",
                "error: are no partners of a key",
            ),
            (
                "rule_type: foreign_key, column: weight, parameters: {references: {table: countries, columns: [id]}}",
                "error: are no partners of a key",
            ),
            (
                "rule_type: foreign_key, column: id, parameters: {references: {table: countries, columns: [ident]}}",
                "error: the referenced table 'countries': column 'ident'",
            ),
            (
                "rule_type: foreign_key, column: id, parameters: {references: {table: nowhere, columns: [id]}}",
                "error: the referenced table 'nowhere': ",
            ),
            ("rule_type: completeness, column: id", "4 1 1"),
        ],
    );
}
