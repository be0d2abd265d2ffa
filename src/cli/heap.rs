//! The allocator of what is written in C and C++, such as DuckDB; Rust's own is chosen in `main.rs`.

/// Freed memory up to so many bytes stays with the process.
///
/// The result of a query of a thousand counts takes 16 MB in DuckDB for a moment. By default glibc gives all of it
/// back to the system and takes it again for the next query, with a page fault for every count: a run of a million
/// rules met a million page faults, and meets a tenth of that.
const KEPT_BYTES: libc::c_int = 64 << 20;

/// From so many bytes on, a block comes from the system and goes back there at once.
///
/// To set the other bound alone would leave this one at 128 KB for ever, and DuckDB's blocks have 256.
const LARGE_BYTES: libc::c_int = 4 << 20;

/// Keeps freed memory for what is allocated next.
pub fn keep_freed_memory() {
    for (parameter, value) in [
        (libc::M_TRIM_THRESHOLD, KEPT_BYTES),
        (libc::M_MMAP_THRESHOLD, LARGE_BYTES),
    ] {
        // SAFETY: it takes two numbers, and other threads may allocate meanwhile.
        // Where it refuses them all goes on as before, only slower.
        let _ = unsafe { libc::mallopt(parameter, value) };
    }
}
