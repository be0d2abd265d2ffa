//! Numbers that were drawn, taken one after the other to decide things.

/// Numbers to decide by; when all are taken, zeros follow.
pub struct Draws<'d> {
    numbers: &'d [u16],
}

impl<'d> Draws<'d> {
    pub fn new(numbers: &'d [u16]) -> Self {
        Self { numbers }
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        let (first, rest) = self.numbers.split_first().unwrap_or((&0, &[]));
        self.numbers = rest;
        usize::from(*first) % limit.max(1)
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }
}
