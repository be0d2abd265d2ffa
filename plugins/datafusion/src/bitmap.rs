//! How many different integers a column has, from a bit for each that it can have.
//!
//! DataFusion's own `count(DISTINCT …)` keeps every value in a hash table, and hands all of them from
//! thread to thread.

use std::mem::size_of_val;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, internal_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
};

/// The function's name in SQL.
pub const NAME: &str = "data_validator_count_distinct";

/// More bits than the host ever asks for: 256 MiB.
const MOST_BITS: u64 = 1 << 31;

const BITS_OF_A_WORD: u64 = 64;

/// `data_validator_count_distinct(integer, min, max)`: the number of different values. One outside the bounds,
/// which are literals, is an error.
pub fn function() -> AggregateUDF {
    AggregateUDF::new_from_impl(CountDistinct {
        signature: Signature::exact(
            vec![DataType::Int64, DataType::Int64, DataType::Int64],
            Volatility::Immutable,
        ),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CountDistinct {
    signature: Signature,
}

impl AggregateUDFImpl for CountDistinct {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn accumulator(&self, _arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Bitmap::default()))
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let field = |part, data_type| -> FieldRef {
            Arc::new(Field::new(
                format_state_name(arguments.name, part),
                data_type,
                true,
            ))
        };
        Ok(vec![
            field("min", DataType::Int64),
            field("words", DataType::Binary),
        ])
    }
}

/// The values that were seen; empty until the first batch tells the bounds.
#[derive(Debug, Default)]
struct Bitmap {
    min: i64,
    /// Bit `n` stands for the value `min + n`.
    words: Vec<u64>,
    bits: u64,
}

impl Bitmap {
    fn open(&mut self, min: i64, max: i64) -> Result<()> {
        let bits = i128::from(max) - i128::from(min) + 1;
        match u64::try_from(bits) {
            Ok(bits) if (1..=MOST_BITS).contains(&bits) => {
                let words = bits.div_ceil(BITS_OF_A_WORD);
                *self = Self {
                    min,
                    words: vec![0; words as usize],
                    bits,
                };
                Ok(())
            }
            _ => exec_err!("{NAME} has no bitmap of the integers from {min} to {max}"),
        }
    }

    fn see(&mut self, value: i64) -> Result<()> {
        // What is smaller than the least one wraps round to a number that is too large.
        let bit = (value as u64).wrapping_sub(self.min as u64);
        if bit >= self.bits {
            return exec_err!("{NAME} met {value}, which lies outside its bounds");
        }
        self.words[(bit / BITS_OF_A_WORD) as usize] |= 1 << (bit % BITS_OF_A_WORD);
        Ok(())
    }
}

impl Accumulator for Bitmap {
    fn update_batch(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let [values, min, max] = arguments else {
            return internal_err!("{NAME} takes an integer and two bounds");
        };
        let values = values.as_primitive::<Int64Type>();
        if values.is_empty() {
            return Ok(());
        }
        if self.words.is_empty() {
            let bound = |bound: &ArrayRef| bound.as_primitive::<Int64Type>().value(0);
            self.open(bound(min), bound(max))?;
        }
        match values.null_count() {
            0 => (values.values().iter()).try_for_each(|value| self.see(*value)),
            _ => values
                .iter()
                .flatten()
                .try_for_each(|value| self.see(value)),
        }
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let ones: u64 = (self.words.iter())
            .map(|word| u64::from(word.count_ones()))
            .sum();
        Ok(ScalarValue::Int64(Some(ones as i64)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + size_of_val(&*self.words)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let bytes = self.words.iter().flat_map(|word| word.to_le_bytes());
        let bytes = (!self.words.is_empty()).then(|| bytes.collect());
        Ok(vec![
            ScalarValue::Int64(Some(self.min)),
            ScalarValue::Binary(bytes),
        ])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [min, words] = states else {
            return internal_err!("{NAME} keeps its least value and its bits");
        };
        let min = min.as_primitive::<Int64Type>();
        for (row, bytes) in words.as_binary::<i32>().iter().enumerate() {
            let Some(bytes) = bytes else { continue };
            let (words, _) = bytes.as_chunks::<8>();
            if self.words.is_empty() {
                self.min = min.value(row);
                self.words = vec![0; words.len()];
            }
            if (self.min, self.words.len()) != (min.value(row), words.len()) {
                return internal_err!("{NAME} was given bounds that differ");
            }
            for (word, more) in self.words.iter_mut().zip(words) {
                *word |= u64::from_le_bytes(*more);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Int64Array;

    use super::*;

    fn batch(values: Vec<Option<i64>>, min: i64, max: i64) -> Vec<ArrayRef> {
        let bound = |bound| Arc::new(Int64Array::from(vec![bound; values.len()])) as ArrayRef;
        let (min, max) = (bound(min), bound(max));
        vec![Arc::new(Int64Array::from(values)), min, max]
    }

    fn state(of: &mut Bitmap) -> Vec<ArrayRef> {
        let state = of.state().unwrap().into_iter();
        state.map(|cell| cell.to_array().unwrap()).collect()
    }

    #[test]
    fn values_of_all_parts_are_counted_once_and_null_is_none() {
        let mut first = Bitmap::default();
        first
            .update_batch(&batch(vec![Some(-3), None, Some(70), Some(-3)], -3, 70))
            .unwrap();
        let mut second = Bitmap::default();
        second
            .update_batch(&batch(vec![Some(70), Some(0)], -3, 70))
            .unwrap();
        let mut all = Bitmap::default();
        for part in [&mut first, &mut second, &mut Bitmap::default()] {
            all.merge_batch(&state(part)).unwrap();
        }
        assert_eq!(all.evaluate().unwrap(), ScalarValue::Int64(Some(3)));
    }

    #[test]
    fn no_rows_have_no_values() {
        let mut none = Bitmap::default();
        none.update_batch(&batch(vec![], 0, 0)).unwrap();
        assert_eq!(none.evaluate().unwrap(), ScalarValue::Int64(Some(0)));
    }

    #[test]
    fn a_value_outside_the_bounds_is_an_error_at_both_ends_of_the_integers() {
        for (value, min, max) in [
            (4, 5, 9),
            (10, 5, 9),
            (i64::MIN, i64::MAX - 1, i64::MAX),
            (i64::MAX, i64::MIN, i64::MIN + 1),
        ] {
            let mut bitmap = Bitmap::default();
            let error = bitmap
                .update_batch(&batch(vec![Some(value)], min, max))
                .unwrap_err();
            let expected = format!("met {value}, which lies outside its bounds");
            assert!(error.to_string().contains(&expected), "{error}");
        }
    }

    #[test]
    fn bounds_too_far_apart_are_an_error_and_take_no_memory() {
        let mut bitmap = Bitmap::default();
        let error = bitmap
            .update_batch(&batch(vec![Some(0)], i64::MIN, i64::MAX))
            .unwrap_err();
        assert!(error.to_string().contains("no bitmap"), "{error}");
        assert!(bitmap.words.is_empty());
    }
}
