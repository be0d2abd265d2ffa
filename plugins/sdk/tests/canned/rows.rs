//! One column of whole numbers as structs of the Arrow C data interface, made and read by hand.

use std::ffi::{CStr, c_char, c_void};
use std::{ptr, slice};

use data_validator_plugin::{ArrowArray, ArrowSchema};

use super::Live;

/// What the `private_data` of an array points to.
struct Array {
    buffers: Vec<*const c_void>,
    children: Vec<*mut ArrowArray>,
    /// What the buffers point to.
    _values: Vec<i64>,
    _live: Live,
}

/// What the `private_data` of a schema points to.
struct Type {
    children: Vec<*mut ArrowSchema>,
    _live: Live,
}

/// A struct type with the column `n`.
pub fn schema(live: &Live) -> ArrowSchema {
    let column = Box::into_raw(Box::new(type_of(c"l", c"n", vec![], live)));
    type_of(c"+s", c"", vec![column], live)
}

/// A struct array of that type.
pub fn batch(values: Vec<i64>, live: &Live) -> ArrowArray {
    let length = values.len();
    let data = values.as_ptr().cast();
    let column = array(length, vec![ptr::null(), data], vec![], values, live);
    let column = Box::into_raw(Box::new(column));
    array(length, vec![ptr::null()], vec![column], vec![], live)
}

/// The values of the column.
pub fn values(batch: &ArrowArray) -> Vec<i64> {
    // SAFETY: the batch is live and has one child, as `batch` makes it.
    let column = unsafe { *batch.children };
    // SAFETY: the parent owns its child.
    let column = unsafe { &*column };
    // SAFETY: an array of whole numbers has two buffers, and the second are the values.
    let buffers = unsafe { slice::from_raw_parts(column.buffers, 2) };
    let length = usize::try_from(column.length).unwrap();
    // SAFETY: there are `length` of them.
    unsafe { slice::from_raw_parts(buffers[1].cast::<i64>(), length) }.to_vec()
}

/// The formats of a type and its children.
pub fn formats(schema: &ArrowSchema) -> Vec<String> {
    let text = |format: *const c_char| {
        // SAFETY: a format is a C string.
        let format = unsafe { CStr::from_ptr(format) };
        format.to_str().unwrap().to_owned()
    };
    let mut formats = vec![text(schema.format)];
    let count = usize::try_from(schema.n_children).unwrap();
    // SAFETY: there are so many pointers.
    let children = unsafe { slice::from_raw_parts(schema.children, count) };
    for child in children {
        // SAFETY: the parent owns its children.
        formats.push(text(unsafe { &**child }.format));
    }
    formats
}

fn type_of(
    format: &'static CStr,
    name: &'static CStr,
    children: Vec<*mut ArrowSchema>,
    live: &Live,
) -> ArrowSchema {
    let mut private = Box::new(Type {
        children,
        _live: live.clone(),
    });
    ArrowSchema {
        format: format.as_ptr(),
        name: name.as_ptr(),
        n_children: i64::try_from(private.children.len()).unwrap(),
        children: private.children.as_mut_ptr(),
        release: Some(release_type),
        private_data: Box::into_raw(private).cast(),
        ..ArrowSchema::empty()
    }
}

fn array(
    length: usize,
    buffers: Vec<*const c_void>,
    children: Vec<*mut ArrowArray>,
    values: Vec<i64>,
    live: &Live,
) -> ArrowArray {
    let mut private = Box::new(Array {
        buffers,
        children,
        _values: values,
        _live: live.clone(),
    });
    ArrowArray {
        length: i64::try_from(length).unwrap(),
        n_buffers: i64::try_from(private.buffers.len()).unwrap(),
        n_children: i64::try_from(private.children.len()).unwrap(),
        buffers: private.buffers.as_mut_ptr(),
        children: private.children.as_mut_ptr(),
        release: Some(release_array),
        private_data: Box::into_raw(private).cast(),
        ..ArrowArray::empty()
    }
}

unsafe extern "C" fn release_type(schema: *mut ArrowSchema) {
    // SAFETY: the interface has it called with the live struct.
    let schema = unsafe { &mut *schema };
    schema.release = None;
    // SAFETY: `type_of` made the box.
    let private = unsafe { Box::from_raw(schema.private_data.cast::<Type>()) };
    for child in private.children {
        // SAFETY: `schema` made the box; dropping it releases the child.
        drop(unsafe { Box::from_raw(child) });
    }
}

unsafe extern "C" fn release_array(array: *mut ArrowArray) {
    // SAFETY: the interface has it called with the live struct.
    let array = unsafe { &mut *array };
    array.release = None;
    // SAFETY: `array` made the box.
    let private = unsafe { Box::from_raw(array.private_data.cast::<Array>()) };
    for child in private.children {
        // SAFETY: `batch` made the box; dropping it releases the child.
        drop(unsafe { Box::from_raw(child) });
    }
}
