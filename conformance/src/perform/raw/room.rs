//! Room that is given to a plugin, with bytes behind it that are not the plugin's.

use std::marker::PhantomData;

/// What nobody may change.
const GUARD: u8 = 0xA5;
const GUARD_BYTES: usize = 256;

/// Room for a struct that begins with its size.
pub struct Room<T> {
    // Of a type that is aligned as every struct of the interface.
    words: Vec<u64>,
    size: usize,
    of: PhantomData<T>,
}

impl<T> Room<T> {
    /// Room of so many bytes: its size, and zeros.
    pub fn of_size(size: usize) -> Self {
        let words = (size + GUARD_BYTES).div_ceil(size_of::<u64>());
        let mut room = Self {
            words: vec![u64::from_ne_bytes([GUARD; 8]); words],
            size,
            of: PhantomData,
        };
        room.bytes_mut()[..size].fill(0);
        room.bytes_mut()[..size_of::<usize>()].copy_from_slice(&size.to_ne_bytes());
        room
    }

    pub fn pointer(&mut self) -> *mut T {
        self.words.as_mut_ptr().cast()
    }

    /// Puts bytes at the room's beginning.
    pub fn fill(&mut self, bytes: &[u8]) {
        self.bytes_mut()[..bytes.len()].copy_from_slice(bytes);
    }

    /// The bytes from there to the room's end.
    pub fn bytes_from(&self, start: usize) -> &[u8] {
        &self.bytes()[start.min(self.size)..self.size]
    }

    /// Whether nothing behind the room was changed.
    pub fn is_intact(&self) -> bool {
        self.bytes()[self.size..].iter().all(|byte| *byte == GUARD)
    }

    pub fn bytes(&self) -> &[u8] {
        let bytes = size_of_val(&self.words[..]);
        // SAFETY: every byte of the words is one.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast(), bytes) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        let bytes = size_of_val(&self.words[..]);
        // SAFETY: as above, and any bytes are words.
        unsafe { std::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), bytes) }
    }
}
