//! Work on the items of a list, on all cores.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::thread;

/// What `work` makes of each item, in the order of the items.
pub fn map<T: Send, R: Send>(mut items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let part = items.len().div_ceil(workers).max(1);
    let work_off = |items: Vec<T>| items.into_iter().map(&work).collect::<Vec<R>>();
    thread::scope(|scope| {
        let mut others = Vec::new();
        while items.len() > part {
            let last = items.split_off((items.len() - 1) / part * part);
            others.push(scope.spawn(|| work_off(last)));
        }
        let mut done = work_off(items);
        for other in others.into_iter().rev() {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn the_order_is_that_of_the_items() {
        for length in 0..40 {
            let items: Vec<usize> = (0..length).collect();
            let doubled: Vec<usize> = (0..length).map(|item| item * 2).collect();
            assert_eq!(map(items, |item| item * 2), doubled);
        }
    }
}
