//! The rows of a publication as columns.

use std::sync::Arc;

use data_validator_plugin::{EngineError, ErrorClass, Rows, Scalar};
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use datafusion::arrow::datatypes::Schema;

use crate::error::engine_error;
use crate::source::column_text::values_of;

/// The columns that the rows have, in the types of the table and in the order of the rows.
pub fn named_columns(rows: &Rows, table: &Schema) -> Result<Vec<(usize, ArrayRef)>, EngineError> {
    let width = rows.columns.len();
    if let Some(row) = rows.rows.iter().find(|row| row.len() != width) {
        let message = format!("a row has {} values for {width} columns", row.len());
        return Err(EngineError::new(ErrorClass::InvalidState, message));
    }
    let column = |(position, name): (usize, &String)| {
        let index = table.index_of(name).map_err(|_| {
            let message = format!("there is no column '{name}'");
            EngineError::new(ErrorClass::NotFound, message)
        })?;
        if rows.columns[..position].contains(name) {
            let message = format!("column '{name}' is named twice");
            return Err(EngineError::new(ErrorClass::InvalidState, message));
        }
        let texts: StringArray = rows.rows.iter().map(|row| text(&row[position])).collect();
        let values = values_of(texts, table.field(index).data_type()).map_err(|bad| {
            let logical_type = crate::column_type::logical_type(table.field(index).data_type());
            let message = format!("'{}' in column '{name}' is no {logical_type}", bad.text);
            EngineError::new(ErrorClass::Data, message)
        })?;
        Ok((index, values))
    };
    rows.columns.iter().enumerate().map(column).collect()
}

/// The rows as rows of the table: columns that they lack are NULL.
pub fn whole_rows(rows: &Rows, table: &Arc<Schema>) -> Result<RecordBatch, EngineError> {
    let named = named_columns(rows, table)?;
    let columns = table.fields().iter().enumerate().map(|(index, field)| {
        let given = named.iter().find(|(named, _)| *named == index);
        given.map_or_else(
            || new_null_array(field.data_type(), rows.rows.len()),
            |(_, values)| Arc::clone(values),
        )
    });
    RecordBatch::try_new(Arc::clone(table), columns.collect())
        .map_err(|error| engine_error(&error.into()))
}

fn text(scalar: &Scalar) -> Option<String> {
    match scalar {
        Scalar::Null => None,
        Scalar::Boolean(value) => Some(value.to_string()),
        Scalar::Number(value) => Some(value.to_string()),
        Scalar::Text(value) => Some(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::{DataType, Field, Int64Type};

    use super::*;

    fn table() -> Arc<Schema> {
        Arc::new(Schema::new(vec![
            Field::new("id", DataType::Int64, true),
            Field::new("at", DataType::Date32, true),
        ]))
    }

    #[test]
    fn the_columns_type_says_what_becomes_of_a_value() {
        let rows = Rows {
            columns: vec!["at".into(), "id".into()],
            rows: vec![
                vec!["2024-02-29".into(), 7.into()],
                vec![Scalar::Null, "8".into()],
            ],
        };
        let batch = whole_rows(&rows, &table()).unwrap();
        assert_eq!(
            batch.column(0).as_primitive::<Int64Type>().values(),
            &[7, 8]
        );
        assert_eq!(batch.column(1).null_count(), 1);
    }

    #[test]
    fn what_does_not_fit_the_table_is_refused() {
        let class = |columns: &[&str], row: &[Scalar]| {
            let rows = Rows {
                columns: columns.iter().map(|name| (*name).to_owned()).collect(),
                rows: vec![row.to_vec()],
            };
            whole_rows(&rows, &table()).unwrap_err().class
        };
        assert_eq!(class(&["no"], &[Scalar::Null]), ErrorClass::NotFound);
        assert_eq!(class(&["id"], &["x".into()]), ErrorClass::Data);
        assert_eq!(class(&["id"], &[]), ErrorClass::InvalidState);
        assert_eq!(
            class(&["id", "id"], &[1.into(), 2.into()]),
            ErrorClass::InvalidState
        );
    }
}
