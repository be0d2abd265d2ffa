//! One zero and one NaN.
//!
//! DataFusion compares floating-point numbers by IEEE 754's total order: -0 is less than 0, and the NaN
//! that a division gives on x86 is less than everything. Other engines know one zero, and one NaN above
//! all numbers. So the columns of a source are read through a function that leaves one of each, which
//! also keeps DataFusion from leaving out row groups by bounds that say nothing of NaN.

use std::sync::Arc;

use data_validator_plugin::EngineError;
use datafusion::arrow::array::{Array, AsArray, Float32Array, Float64Array};
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion::catalog::TableProvider;
use datafusion::common::{Column, Result, internal_err};
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::logical_expr::{
    ColumnarValue, Expr, LogicalPlanBuilder, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Volatility,
};

use crate::error::engine_error;

/// The same rows, with canonical numbers in the columns of type float and double.
pub fn with_canonical_floats(
    table: Arc<dyn TableProvider>,
) -> std::result::Result<Arc<dyn TableProvider>, EngineError> {
    let schema = table.schema();
    let is_float =
        |data_type: &DataType| matches!(data_type, DataType::Float32 | DataType::Float64);
    if !schema
        .fields()
        .iter()
        .any(|field| is_float(field.data_type()))
    {
        return Ok(table);
    }
    let function = ScalarUDF::new_from_impl(CanonicalFloat::default());
    let columns: Vec<Expr> = schema
        .fields()
        .iter()
        .map(|field| {
            let column = Expr::Column(Column::from_name(field.name()));
            match is_float(field.data_type()) {
                true => function.call(vec![column]).alias(field.name()),
                false => column,
            }
        })
        .collect();
    let plan = LogicalPlanBuilder::scan("source", provider_as_source(table), None)
        .and_then(|plan| plan.project(columns))
        .and_then(LogicalPlanBuilder::build)
        .map_err(|error| engine_error(&error))?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

/// The same number; 0 for -0, and the positive quiet NaN for each other one.
pub fn canonical(value: f64) -> f64 {
    if value.is_nan() {
        f64::NAN
    } else {
        value + 0.0
    }
}

/// As [`canonical`].
pub fn canonical_single(value: f32) -> f32 {
    if value.is_nan() {
        f32::NAN
    } else {
        value + 0.0
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CanonicalFloat {
    signature: Signature,
}

impl Default for CanonicalFloat {
    fn default() -> Self {
        let types = vec![DataType::Float32, DataType::Float64];
        Self {
            signature: Signature::uniform(1, types, Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for CanonicalFloat {
    fn name(&self) -> &'static str {
        "data_validator_canonical_float"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments {
            [argument] => Ok(argument.clone()),
            _ => internal_err!("{} takes one number", self.name()),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let Some(argument) = arguments.args.into_iter().next() else {
            return internal_err!("{} takes one number", self.name());
        };
        let values = argument.into_array(rows)?;
        if let Some(doubles) = values.as_primitive_opt::<Float64Type>() {
            let canonical: Float64Array = doubles.unary(canonical);
            return Ok(ColumnarValue::Array(Arc::new(canonical)));
        }
        if let Some(singles) = values.as_primitive_opt::<Float32Type>() {
            let canonical: Float32Array = singles.unary(canonical_single);
            return Ok(ColumnarValue::Array(Arc::new(canonical)));
        }
        internal_err!("{} was given {}", self.name(), values.data_type())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_zero_and_one_nan() {
        let bits = |value: f64| canonical(value).to_bits();
        assert_eq!(bits(-0.0), bits(0.0));
        assert_eq!(bits(-f64::NAN), bits(f64::NAN));
        assert_eq!(canonical_single(-0.0).to_bits(), 0);
        for value in [
            1.5,
            -1.5,
            f64::MIN_POSITIVE,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            assert_eq!(bits(value), value.to_bits());
        }
    }
}
