//! The columns of the wide table, and the numbers that their values come from.

use crate::engine::duckdb::literal;

/// A column: its name and what kind of values it has.
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    pub values: Values,
    /// Some values are missing.
    pub nullable: bool,
    /// Some values are implausible.
    pub implausible: bool,
}

/// The values of a column.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// The row's number and this.
    Number(i64),
    /// From 0 to this.
    Integer(i64),
    /// Between these.
    Double(f64, f64),
    /// From the first up to the second, in cents.
    Decimal(i64, i64),
    /// So many days after the order's day, or up to two more.
    Date(i64),
    /// So many hours after the order's day, or up to one more.
    Timestamp(i64),
    /// One of these.
    Word(&'static [&'static str]),
    /// SQL in which `{row}` is the row's number and `{n}` one that is hard to guess, and the pattern
    /// that the values match.
    Code(&'static str, &'static str),
}

use Values::{Code, Date, Decimal, Double, Integer, Number, Timestamp, Word};

#[rustfmt::skip]
const COLUMNS: &[(&str, Values)] = &[
    ("order_id", Number(1)), ("invoice_number", Number(7_000_000)),
    ("customer_id", Integer(400_000)), ("product_id", Integer(60_000)), ("store_id", Integer(900)),
    ("quantity", Integer(40)), ("items", Integer(400)), ("weight_grams", Integer(30_000)),
    ("length_mm", Integer(2_000)), ("width_mm", Integer(1_200)), ("height_mm", Integer(1_000)),
    ("loyalty_points", Integer(25_000)), ("visits", Integer(300)), ("clicks", Integer(500)),
    ("views", Integer(9_000)), ("age", Integer(110)), ("delivery_days", Integer(30)),
    ("retries", Integer(5)), ("priority", Integer(9)),
    ("latitude", Double(-90.0, 90.0)), ("longitude", Double(-180.0, 180.0)), ("score", Double(0.0, 100.0)),
    ("rating", Double(1.0, 5.0)), ("temperature", Double(-30.0, 45.0)), ("humidity", Double(0.0, 1.0)),
    ("distance_km", Double(0.0, 2_500.0)), ("speed", Double(0.0, 130.0)), ("probability", Double(0.0, 1.0)),
    ("discount_rate", Double(0.0, 0.5)), ("tax_rate", Double(0.0, 0.25)), ("margin", Double(-0.2, 0.6)),
    ("exchange_rate", Double(0.01, 150.0)), ("fraud_score", Double(0.0, 1.0)),
    ("price", Decimal(4_000, 90_000)), ("net", Decimal(5_000, 300_000)), ("tax", Decimal(0, 60_000)),
    ("shipping", Decimal(0, 4_000)), ("discount", Decimal(0, 5_000)), ("cost", Decimal(100, 4_000)),
    ("refund", Decimal(0, 5_000)), ("deposit", Decimal(0, 20_000)), ("fee", Decimal(0, 900)),
    ("total", Decimal(6_000, 500_000)),
    ("ordered_on", Date(0)), ("paid_on", Date(3)), ("packed_on", Date(6)), ("shipped_on", Date(9)),
    ("delivered_on", Date(12)), ("returned_on", Date(20)), ("birthday", Date(-12_000)), ("valid_until", Date(400)),
    ("created_at", Timestamp(0)), ("paid_at", Timestamp(72)), ("shipped_at", Timestamp(220)),
    ("delivered_at", Timestamp(300)), ("updated_at", Timestamp(500)), ("seen_at", Timestamp(700)),
    ("status", Word(&["new", "paid", "packed", "shipped", "delivered", "returned"])),
    ("currency", Word(&["EUR", "USD", "GBP", "CHF", "SEK", "PLN"])),
    ("country", Word(&["DE", "FR", "US", "GB", "CH", "SE", "PL", "IT", "ES", "NL", "AT", "DK"])),
    ("language", Word(&["de", "fr", "en", "sv", "pl", "it", "es", "nl", "da"])),
    ("channel", Word(&["web", "app", "shop", "phone"])),
    ("carrier", Word(&["DHL", "UPS", "FDX", "DPD", "GLS"])),
    ("payment_method", Word(&["card", "transfer", "invoice", "wallet", "cash"])),
    ("category", Word(&["books", "games", "garden", "kitchen", "music", "office", "sports", "toys"])),
    ("brand", Word(&["acme", "borealis", "cobalt", "dune", "ember", "fjord", "granite", "harbor", "iris"])),
    ("color", Word(&["black", "white", "red", "green", "blue", "yellow", "grey"])),
    ("size", Word(&["XS", "S", "M", "L", "XL", "XXL"])),
    ("segment", Word(&["consumer", "corporate", "education", "public"])),
    ("warehouse", Word(&["HAM1", "BER2", "PAR1", "LON3", "NYC1", "WAW1"])),
    ("device", Word(&["desktop", "tablet", "mobile"])),
    ("order_code", Code("'ORD-' || lpad(({row})::VARCHAR, 9, '0')", "^ORD-[0-9]{9}$")),
    ("tracking_number", Code("'T' || lpad(({n})::VARCHAR, 10, '0')", "^T[0-9]{10}$")),
    ("session_id", Code("printf('%08x-%08x', {n}, {row})", "^[0-9a-f]{8}-[0-9a-f]{8}$")),
    ("email", Code("'user' || ({n} % 500000) || '@example.com'", "^[a-z0-9.]+@[a-z]+\\.[a-z]{2,}$")),
    ("phone", Code("'+49' || lpad(({n} % 1000000000)::VARCHAR, 9, '0')", "^\\+[0-9]{11}$")),
    ("customer_name", Code("'Customer ' || ({n} % 300000)", "^[A-Z][a-z]+ [0-9]+$")),
    ("street", Code("'Street ' || ({n} % 20000) || ', No. ' || ({n} % 150)", "^Street [0-9]+, No\\. [0-9]+$")),
    ("postcode", Code("lpad(({n} % 100000)::VARCHAR, 5, '0')", "^[0-9]{5}$")),
    ("ip_address", Code("'10.' || ({n} % 256) || '.' || ({n} // 256 % 256) || '.' || ({n} // 65536 % 256)",
                        "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$")),
];

/// All columns. A value is missing in every third and implausible in every fourth of those that need
/// not be unique.
pub fn columns() -> Vec<Column> {
    COLUMNS
        .iter()
        .enumerate()
        .map(|(index, &(name, values))| {
            let key = matches!(values, Number(_)) || name == "order_code" || name == "session_id";
            Column {
                name,
                values,
                nullable: !key && index % 3 == 0,
                implausible: !key && index % 4 == 1,
            }
        })
        .collect()
}

/// The query that makes that many rows.
pub fn select(rows: u32) -> String {
    let values: Vec<String> = columns()
        .iter()
        .enumerate()
        .map(|(index, column)| format!("{} AS {}", value(index, column), column.name))
        .collect();
    format!(
        "SELECT {} FROM (SELECT range AS row FROM range({rows}))",
        values.join(",\n")
    )
}

fn value(index: usize, column: &Column) -> String {
    let (sql, implausible) = plausible_and_not(index, column.values);
    let chance = noise(index + 100);
    let mut cases = String::new();
    if column.nullable {
        cases += &format!("WHEN {chance} % 997 = 0 THEN NULL ");
    }
    if column.implausible {
        cases += &format!("WHEN {chance} % 1009 = 1 THEN {implausible} ");
    }
    if cases.is_empty() {
        sql
    } else {
        format!("CASE {cases}ELSE {sql} END")
    }
}

fn plausible_and_not(index: usize, values: Values) -> (String, String) {
    let n = noise(index);
    match values {
        Number(first) => (format!("row + {first}"), "-1".into()),
        Integer(most) => (format!("{n} % {}", most + 1), "-1".into()),
        Double(least, most) => {
            let wide = most - least;
            let implausible = match index % 8 {
                5 => "'NaN'::DOUBLE".into(),
                _ => format!("({most} + {wide})::DOUBLE"),
            };
            (
                format!("{least}::DOUBLE + {wide}::DOUBLE * ({n} / 2147483646::DOUBLE)"),
                implausible,
            )
        }
        Decimal(least, most) => (
            format!(
                "(({least} + {n} % {}) * 0.01::DECIMAL(3, 2))::DECIMAL(12, 2)",
                most - least + 1
            ),
            "(-0.01)::DECIMAL(12, 2)".into(),
        ),
        Date(days) => (
            format!(
                "DATE '2023-01-01' + ({} + {days} + {n} % 3)::INTEGER",
                day()
            ),
            "DATE '1900-01-01'".into(),
        ),
        Timestamp(hours) => (
            format!(
                "TIMESTAMP '2023-01-01 00:00:00' + to_seconds(({} * 24 + {hours}) * 3600 + {n} % 3600)",
                day()
            ),
            "TIMESTAMP '1900-01-01 00:00:00'".into(),
        ),
        Word(words) => {
            let list: Vec<String> = words.iter().map(|word| literal(word)).collect();
            (
                format!("[{}][1 + {n} % {}]", list.join(", "), words.len()),
                "'?'".into(),
            )
        }
        Code(sql, _) => (
            format!("({})", sql.replace("{n}", &n).replace("{row}", "row")),
            "'n/a'".into(),
        ),
    }
}

/// The day of an order, counted from the first.
fn day() -> String {
    format!("{} % 700", noise(99))
}

/// A number below 2³¹ − 1 that depends on the row and on nothing else, squared modulo that prime to
/// lose the order of the rows.
fn noise(series: usize) -> String {
    let mixed = format!(
        "(row * {} + {}) % 2147483647",
        48_271 + 7_919 * series,
        12_345 * series + 1
    );
    format!("((({mixed}) * ({mixed})) % 2147483647)")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_80_columns_of_different_names() {
        let names: HashSet<&str> = columns().iter().map(|column| column.name).collect();
        assert_eq!(names.len(), 80);
        assert_eq!(columns().len(), 80);
    }
}
