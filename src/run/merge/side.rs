//! The rows of one side, those of one key together.

use std::cmp::Ordering;
use std::rc::Rc;

use arrow::array::{Array, ArrayRef, StructArray};
use arrow::error::ArrowError;
use arrow::row::{Row, RowConverter, Rows, SortField};
use data_validator_plugin::{EngineError, ErrorClass};

use super::values::Values;
use crate::plan::pairing::{Kind, Pairing};

/// Gives the next batch of a side, whose rows are in the order of their keys; `None` behind the last one.
pub type NextBatch<'n> = &'n mut dyn FnMut() -> Result<Option<StructArray>, EngineError>;

/// Keys as bytes that are in order as the keys are.
pub struct Keys {
    converter: RowConverter,
    columns: usize,
}

/// One side of a merge.
pub struct Side<'n> {
    next: NextBatch<'n>,
    keys: &'n Keys,
    kinds: Vec<Kind>,
    batch: Rc<Batch>,
    row: usize,
}

struct Batch {
    keys: Rows,
    values: Vec<Values>,
    rows: usize,
}

/// All rows of a side that have one key.
pub struct Run {
    batch: Rc<Batch>,
    row: usize,
    /// How many they are.
    pub rows: u64,
}

impl Keys {
    /// # Errors
    /// When a key has a type that has no order.
    pub fn of(pairing: &Pairing) -> Result<Self, EngineError> {
        let fields = pairing.keys.iter();
        let fields = fields.map(|key| SortField::new(Values::data_type(key.kind)));
        let converter = RowConverter::new(fields.collect());
        Ok(Self {
            converter: converter.map_err(|error| unreadable(&error))?,
            columns: pairing.keys.len(),
        })
    }
}

impl<'n> Side<'n> {
    pub fn new(pairing: &Pairing, keys: &'n Keys, next: NextBatch<'n>) -> Self {
        let pairs = pairing.keys.iter().chain(&pairing.columns);
        Self {
            next,
            keys,
            kinds: pairs.map(|pair| pair.kind).collect(),
            batch: Rc::new(Batch {
                keys: keys.converter.empty_rows(0, 0),
                values: Vec::new(),
                rows: 0,
            }),
            row: 0,
        }
    }

    /// The rows of the next key; `None` behind the last one.
    pub fn next_run(&mut self) -> Result<Option<Run>, EngineError> {
        if !self.is_filled()? {
            return Ok(None);
        }
        let mut run = Run {
            batch: Rc::clone(&self.batch),
            row: self.row,
            rows: 1,
        };
        self.row += 1;
        while self.is_filled()? {
            match self.batch.keys.row(self.row).cmp(&run.key()) {
                Ordering::Equal => run.rows += 1,
                Ordering::Greater => break,
                // Rather no number than a wrong one.
                Ordering::Less => {
                    let message = "the engine's rows are not in the order of their keys";
                    return Err(EngineError::new(ErrorClass::Internal, message));
                }
            }
            self.row += 1;
        }
        Ok(Some(run))
    }

    /// Whether there is a row, of a batch that was read now if need be.
    fn is_filled(&mut self) -> Result<bool, EngineError> {
        while self.row == self.batch.rows {
            let Some(batch) = (self.next)()? else {
                return Ok(false);
            };
            self.batch = Rc::new(Batch::of(&batch, self.keys, &self.kinds)?);
            self.row = 0;
        }
        Ok(true)
    }
}

impl Batch {
    fn of(batch: &StructArray, keys: &Keys, kinds: &[Kind]) -> Result<Self, EngineError> {
        let columns = batch.columns().iter().zip(kinds);
        let mut values: Vec<Values> = columns
            .map(|(array, kind)| Values::of(array, *kind))
            .collect::<Result<_, _>>()?;
        let others = values.split_off(keys.columns.min(values.len()));
        let columns: Vec<ArrayRef> = values.iter().map(Values::array).collect();
        let rows = keys.converter.convert_columns(&columns);
        Ok(Self {
            keys: rows.map_err(|error| unreadable(&error))?,
            values: others,
            rows: batch.len(),
        })
    }
}

impl Run {
    pub fn key(&self) -> Row<'_> {
        self.batch.keys.row(self.row)
    }

    /// The values of the first row in a column that is compared, and the row's place among them.
    pub fn value(&self, column: usize) -> Option<(&Values, usize)> {
        Some((self.batch.values.get(column)?, self.row))
    }
}

fn unreadable(error: &ArrowError) -> EngineError {
    let message = format!("the keys cannot be compared: {error}");
    EngineError::new(ErrorClass::Internal, message)
}
