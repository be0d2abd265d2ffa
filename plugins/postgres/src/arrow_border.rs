//! Arrow's structs in the form of this crate's library and in that of the interface: the same memory.

use arrow::array::{Array, ArrayData, StructArray};
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use data_validator_plugin::{ArrowArray, ArrowSchema, EngineError, ErrorClass};

/// The columns of a stream, handed to the host.
pub fn export_schema(schema: &Schema) -> Result<ArrowSchema, EngineError> {
    let fields = DataType::Struct(schema.fields().clone());
    let schema = FFI_ArrowSchema::try_from(&fields).map_err(|error| {
        let message = format!("the result cannot be handed over: {error}");
        EngineError::new(ErrorClass::Internal, message)
    })?;
    // SAFETY: both types are the C data interface's `struct ArrowSchema`, `repr(C)` with the same
    // fields, and moving the value moves the ownership that its release callback stands for.
    Ok(unsafe { std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema) })
}

/// A batch, handed to the host.
pub fn export_batch(batch: &StructArray) -> ArrowArray {
    let array = FFI_ArrowArray::new(&batch.to_data());
    // SAFETY: as for `export_schema`, with `struct ArrowArray`.
    unsafe { std::mem::transmute::<FFI_ArrowArray, ArrowArray>(array) }
}

/// The columns of a stream that the host gives.
pub struct Incoming {
    schema: FFI_ArrowSchema,
}

impl Incoming {
    pub fn new(schema: ArrowSchema) -> Self {
        // SAFETY: as for `export_schema`, the other way round.
        let schema = unsafe { std::mem::transmute::<ArrowSchema, FFI_ArrowSchema>(schema) };
        Self { schema }
    }

    /// The names and types of the columns.
    pub fn schema(&self) -> Result<Schema, EngineError> {
        Schema::try_from(&self.schema).map_err(|error| not_valid(&error))
    }

    /// A batch of these columns.
    pub fn batch(&self, array: ArrowArray) -> Result<StructArray, EngineError> {
        // SAFETY: as for `export_schema`, with `struct ArrowArray`.
        let array = unsafe { std::mem::transmute::<ArrowArray, FFI_ArrowArray>(array) };
        // SAFETY: the interface obliges the host to give arrays of the stream's schema that follow the
        // Arrow C data interface; the array is owned and moved in.
        let data: Result<ArrayData, ArrowError> = unsafe { from_ffi(array, &self.schema) };
        data.map(StructArray::from)
            .map_err(|error| not_valid(&error))
    }
}

fn not_valid(error: &ArrowError) -> EngineError {
    let message = format!("the rows to copy are not valid Arrow data: {error}");
    EngineError::new(ErrorClass::Internal, message)
}
