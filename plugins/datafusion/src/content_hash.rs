//! A hash of rows of any columns, whatever their order.

use std::mem::size_of_val;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
};
use sha2::{Digest, Sha256};

/// The function's name in SQL.
pub const NAME: &str = "data_validator_content_hash";

/// `data_validator_content_hash(value, …)`: a text that is another one for other rows.
pub fn function() -> AggregateUDF {
    AggregateUDF::new_from_impl(ContentHash {
        signature: Signature::variadic_any(Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ContentHash {
    signature: Signature,
}

impl AggregateUDFImpl for ContentHash {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn accumulator(&self, _arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Sum::default()))
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let field = |part, data_type| -> FieldRef {
            let name = format_state_name(arguments.name, part);
            Arc::new(Field::new(name, data_type, false))
        };
        Ok(vec![
            field("rows", DataType::Int64),
            field("sum", DataType::Binary),
        ])
    }
}

/// The rows that were seen. A sum and no exclusive or, in which rows that are there twice would be lost.
#[derive(Debug, Default)]
struct Sum {
    rows: i64,
    /// Of half a SHA-256 of each row.
    sum: u128,
    /// Makes bytes of rows, each row's own; none until the first batch tells the types.
    converter: Option<RowConverter>,
}

impl Accumulator for Sum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let converter = match &mut self.converter {
            Some(converter) => converter,
            none => {
                let fields = values
                    .iter()
                    .map(|it| SortField::new(it.data_type().clone()));
                none.insert(RowConverter::new(fields.collect())?)
            }
        };
        let rows = converter.convert_columns(values)?;
        for row in &rows {
            let hash: [u8; 32] = Sha256::digest(row.as_ref()).into();
            let (halves, _) = hash.as_chunks::<16>();
            self.sum = self.sum.wrapping_add(u128::from_be_bytes(halves[0]));
        }
        self.rows += rows.num_rows() as i64;
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let text = format!("{}.{:032x}", self.rows, self.sum);
        Ok(ScalarValue::Utf8(Some(text)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.converter.as_ref().map_or(0, RowConverter::size)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![
            ScalarValue::Int64(Some(self.rows)),
            ScalarValue::Binary(Some(self.sum.to_be_bytes().to_vec())),
        ])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [rows, sums] = states else {
            return internal_err!("{NAME} keeps a number of rows and a sum");
        };
        let rows = rows.as_primitive::<Int64Type>();
        for (rows, sum) in rows.values().iter().zip(sums.as_binary::<i32>()) {
            let Some(Ok(sum)) = sum.map(<[u8; 16]>::try_from) else {
                return internal_err!("{NAME} was given a sum that is none");
            };
            self.rows += rows;
            self.sum = self.sum.wrapping_add(u128::from_be_bytes(sum));
        }
        Ok(())
    }
}
