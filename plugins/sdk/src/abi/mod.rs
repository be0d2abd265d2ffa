//! C structs that cross the border of a shared library.

pub mod arrow;
