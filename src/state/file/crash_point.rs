//! The moments at which a crash must lose nothing.

/// Is called between two steps on the disk; tests look at the folder then.
#[cfg(not(test))]
pub(super) fn crash_point() {}

#[cfg(test)]
pub(super) use observed::{crash_point, observe};

#[cfg(test)]
mod observed {
    use std::cell::RefCell;

    type Observer = Box<dyn FnMut()>;

    thread_local! {
        static OBSERVER: RefCell<Option<Observer>> = const { RefCell::new(None) };
    }

    pub fn crash_point() {
        OBSERVER.with_borrow_mut(|observer| {
            if let Some(observer) = observer {
                observer();
            }
        });
    }

    /// Calls the observer at every crash point of this thread from now on.
    pub fn observe(observer: impl FnMut() + 'static) {
        OBSERVER.set(Some(Box::new(observer)));
    }
}
