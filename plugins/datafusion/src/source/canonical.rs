//! Values in a form in which DataFusion compares them rightly.
//!
//! DataFusion compares floating-point numbers by IEEE 754's total order: -0 is less than 0, and the NaN
//! that a division gives on x86 is less than everything. Other engines know one zero, and one NaN above
//! all numbers. A timestamp in milliseconds it compares with one in microseconds by cutting off the
//! digits of the latter, even behind a cast. So such columns of a source are read through a function that
//! leaves one zero, one NaN and microseconds, and that the optimiser does not look into: nor does it leave
//! out row groups by bounds that say nothing of NaN. A column of Arrow's null type gets a type there too.

use std::sync::Arc;

use data_validator_plugin::EngineError;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float32Array, Float64Array};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, FieldRef, Float32Type, Float64Type, TimeUnit};
use datafusion::catalog::TableProvider;
use datafusion::common::{Column, Result, internal_err};
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::logical_expr::{
    ColumnarValue, Expr, LogicalPlanBuilder, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Volatility,
};

use crate::error::engine_error;

/// The same rows, with canonical values in the columns whose type needs it.
pub fn with_canonical_values(
    table: Arc<dyn TableProvider>,
) -> std::result::Result<Arc<dyn TableProvider>, EngineError> {
    let schema = table.schema();
    let needs = |field: &FieldRef| canonical_type(field.data_type()).is_some();
    if !schema.fields().iter().any(needs) {
        return Ok(table);
    }
    let function = ScalarUDF::new_from_impl(Canonical::default());
    let columns: Vec<Expr> = schema
        .fields()
        .iter()
        .map(|field| {
            let column = Expr::Column(Column::from_name(field.name()));
            match needs(field) {
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

/// The type of the canonical values of a type; `None` where they are as they should be.
fn canonical_type(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Float32 | DataType::Float64 => Some(data_type.clone()),
        // A column without a type has no value; other engines read it as one of whole numbers.
        DataType::Null => Some(DataType::Int32),
        DataType::Timestamp(TimeUnit::Second | TimeUnit::Millisecond, zone) => {
            Some(DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))
        }
        _ => None,
    }
}

/// The same number; 0 for -0, and the positive quiet NaN for each other one.
fn canonical(value: f64) -> f64 {
    if value.is_nan() {
        f64::NAN
    } else {
        value + 0.0
    }
}

/// As [`canonical`].
fn canonical_single(value: f32) -> f32 {
    if value.is_nan() {
        f32::NAN
    } else {
        value + 0.0
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Canonical {
    signature: Signature,
}

impl Default for Canonical {
    fn default() -> Self {
        Self {
            signature: Signature::any(1, Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for Canonical {
    fn name(&self) -> &'static str {
        "data_validator_canonical"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments {
            [argument] => Ok(canonical_type(argument).unwrap_or_else(|| argument.clone())),
            _ => internal_err!("{} takes one value", self.name()),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let Some(argument) = arguments.args.into_iter().next() else {
            return internal_err!("{} takes one value", self.name());
        };
        canonical_values(argument.into_array(rows)?).map(ColumnarValue::Array)
    }
}

/// The values in their canonical form.
pub fn canonical_values(values: ArrayRef) -> Result<ArrayRef> {
    if let Some(doubles) = values.as_primitive_opt::<Float64Type>() {
        let doubles: Float64Array = doubles.unary(canonical);
        return Ok(Arc::new(doubles));
    }
    if let Some(singles) = values.as_primitive_opt::<Float32Type>() {
        let singles: Float32Array = singles.unary(canonical_single);
        return Ok(Arc::new(singles));
    }
    match canonical_type(values.data_type()) {
        Some(data_type) => {
            let options = CastOptions {
                safe: false,
                ..CastOptions::default()
            };
            Ok(cast_with_options(&values, &data_type, &options)?)
        }
        None => Ok(values),
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
