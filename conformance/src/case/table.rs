//! The tables of a case: typed columns, and rows.

use anyhow::{Context, bail, ensure};
use data_validator_harness::oracle;
use data_validator_harness::oracle::value::{ColumnType, TextForm, Unit};
use data_validator_plugin::{Column, LogicalType, Schema};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

/// A table that is there before the steps are done. Its first column is a whole number that no two rows share:
/// by it rows are ordered and named.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableTemplate {
    /// Names with logical types, in the table's order.
    columns: serde_yaml::Mapping,
    /// Values are null, true, false, whole numbers and text, which stands for a value of any type:
    /// `"NaN"`, `"12.50"`, `"2024-03-31T01:30:00+02:00"`, bytes as hexadecimal digits.
    #[serde(default)]
    rows: Vec<Vec<Value>>,
    /// So many rows that hold their number, from 1, in each column, in place of `rows`.
    #[serde(default)]
    numbered: usize,
}

/// A table with values as text.
#[derive(Clone, Debug)]
pub struct TypedTable {
    pub name: String,
    pub schema: Schema,
    pub rows: Vec<Vec<Option<String>>>,
}

impl TableTemplate {
    /// The table of that name.
    ///
    /// # Errors
    /// When it is not of the form.
    pub fn table(&self, name: &str) -> anyhow::Result<TypedTable> {
        self.typed(name)
            .with_context(|| format!("the table '{name}'"))
    }

    fn typed(&self, name: &str) -> anyhow::Result<TypedTable> {
        let columns = self.columns.iter().map(|(name, logical_type)| {
            let name = name.as_str().context("a column's name is no text")?;
            let logical_type: LogicalType = serde_yaml::from_value(logical_type.clone())
                .with_context(|| format!("the type of column '{name}'"))?;
            ensure!(
                !matches!(logical_type, LogicalType::Other(_)),
                "'{logical_type}' is no logical type"
            );
            Ok(Column {
                name: name.to_owned(),
                logical_type,
            })
        });
        let schema = Schema {
            columns: columns.collect::<anyhow::Result<_>>()?,
        };
        ensure!(
            schema
                .columns
                .first()
                .is_some_and(|column| column.logical_type == LogicalType::Integer),
            "its first column is no integer, which is what orders rows"
        );
        let width = schema.columns.len();
        let mut rows = Vec::new();
        for row in &self.rows {
            ensure!(row.len() == width, "the row {row:?} has not {width} values");
            let cells = row.iter().zip(&schema.columns).map(|(value, column)| {
                cell(value, &column.logical_type).with_context(|| format!("the row {row:?}"))
            });
            rows.push(cells.collect::<anyhow::Result<Vec<_>>>()?);
        }
        rows.extend((1..=self.numbered).map(|number| vec![Some(number.to_string()); width]));
        Ok(TypedTable {
            name: name.to_owned(),
            schema,
            rows,
        })
    }
}

impl TypedTable {
    /// A table that was drawn at random.
    pub fn drawn(name: &str, table: &oracle::table::Table) -> Self {
        let columns = table.columns.iter().map(|column| Column {
            name: column.name.clone(),
            logical_type: logical_type(&column.column_type),
        });
        let rows = table
            .columns
            .first()
            .map_or(0, |column| column.values.len());
        let cell = |column: &oracle::table::Column, row: usize| {
            let value = column.values[row].clone()?;
            Some(match column.column_type {
                ColumnType::TimestampTz(..) => value + "Z",
                _ => value,
            })
        };
        Self {
            name: name.to_owned(),
            schema: Schema {
                columns: columns.collect(),
            },
            rows: (0..rows)
                .map(|row| table.columns.iter().map(|it| cell(it, row)).collect())
                .collect(),
        }
    }

    /// The table as the oracle has it, and as files are written.
    pub fn for_oracle(&self) -> oracle::table::Table {
        let columns = self.schema.columns.iter().enumerate();
        let columns = columns.map(|(place, column)| oracle::table::Column {
            name: column.name.clone(),
            column_type: column_type(&column.logical_type),
            values: self
                .rows
                .iter()
                .map(|row| {
                    let text = row[place].as_deref();
                    text.map(|text| in_utc(text, &column.logical_type))
                })
                .collect(),
        });
        oracle::table::Table {
            columns: columns.collect(),
        }
    }
}

fn logical_type(column_type: &ColumnType) -> LogicalType {
    match column_type {
        ColumnType::Boolean => LogicalType::Boolean,
        ColumnType::Float => LogicalType::Float,
        ColumnType::Double => LogicalType::Double,
        ColumnType::Decimal { precision, scale } => LogicalType::Decimal {
            precision: *precision,
            scale: *scale,
        },
        ColumnType::Text(_) => LogicalType::Text,
        ColumnType::Date => LogicalType::Date,
        ColumnType::Timestamp(_) => LogicalType::Timestamp,
        ColumnType::TimestampTz(..) => LogicalType::TimestampTz,
        ColumnType::Time => LogicalType::Time,
        ColumnType::Binary => LogicalType::Binary,
        _ => LogicalType::Integer,
    }
}

fn column_type(logical_type: &LogicalType) -> ColumnType {
    match logical_type {
        LogicalType::Boolean => ColumnType::Boolean,
        LogicalType::Integer => ColumnType::Int64,
        LogicalType::Float => ColumnType::Float,
        LogicalType::Double => ColumnType::Double,
        LogicalType::Decimal { precision, scale } => ColumnType::Decimal {
            precision: *precision,
            scale: *scale,
        },
        LogicalType::Date => ColumnType::Date,
        LogicalType::Timestamp => ColumnType::Timestamp(Unit::Microseconds),
        LogicalType::TimestampTz => ColumnType::TimestampTz(Unit::Microseconds, "UTC".into()),
        LogicalType::Time => ColumnType::Time,
        LogicalType::Binary => ColumnType::Binary,
        _ => ColumnType::Text(TextForm::Plain),
    }
}

/// A moment with its offset as the date and time in UTC; any other value as it is.
fn in_utc(text: &str, logical_type: &LogicalType) -> String {
    match (logical_type, text.parse::<Timestamp>()) {
        (LogicalType::TimestampTz, Ok(moment)) => {
            moment.to_zoned(TimeZone::UTC).datetime().to_string()
        }
        _ => text.to_owned(),
    }
}

/// A value as text; `{"repeat": TEXT, "times": N}` is a long text.
fn cell(value: &Value, logical_type: &LogicalType) -> anyhow::Result<Option<String>> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) if number.is_f64() => {
            bail!("{number} has digits behind the point, which YAML may cut; write it in quotes")
        }
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Object(repeat) => {
            let text = repeat.get("repeat").and_then(Value::as_str);
            let times = repeat.get("times").and_then(Value::as_u64);
            let (Some(text), Some(times)) = (text, times) else {
                bail!("{value} is no value");
            };
            text.repeat(usize::try_from(times)?)
        }
        Value::Array(_) => bail!("{value} is no value"),
    };
    if *logical_type == LogicalType::TimestampTz {
        text.parse::<Timestamp>()
            .with_context(|| format!("'{text}' is no moment with an offset"))?;
    }
    Ok(Some(text))
}
