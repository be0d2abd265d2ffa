//! Rows by their key: the values of some columns.

use super::counts::Duplicates;
use super::table::Row;
use super::value::Value;

/// The keys of rows that have a value in each column of the key, with the number of their rows.
pub struct Keys {
    found: Vec<(Vec<Value>, usize)>,
}

impl Keys {
    pub fn of(rows: &[Row<'_>], columns: &[String]) -> Self {
        let mut found: Vec<(Vec<Value>, usize)> = Vec::new();
        for row in rows {
            let Some(key) = key(row, columns) else {
                continue;
            };
            match found.iter_mut().find(|(known, _)| is_same(known, &key)) {
                Some((_, rows)) => *rows += 1,
                None => found.push((key, 1)),
            }
        }
        Self { found }
    }

    pub fn distinct(&self) -> usize {
        self.found.len()
    }

    /// Rows that have a whole key.
    pub fn rows(&self) -> usize {
        self.found.iter().map(|(_, rows)| rows).sum()
    }

    pub fn duplicates(&self) -> Duplicates {
        let repeated = self.found.iter().filter(|(_, rows)| *rows > 1);
        Duplicates {
            keys: repeated.clone().count(),
            rows: repeated.map(|(_, rows)| rows).sum(),
        }
    }
}

/// The row's key; none where a value of it is NULL.
pub fn key(row: &Row<'_>, columns: &[String]) -> Option<Vec<Value>> {
    let key: Vec<Value> = columns.iter().map(|column| row.value(column)).collect();
    (!key.iter().any(Value::is_null)).then_some(key)
}

fn is_same(one: &[Value], other: &[Value]) -> bool {
    one.iter()
        .zip(other)
        .all(|(one, other)| one.is_same_key(other))
}
