//! Time and chance, so that tests can stand in for them.

use std::time::{Duration, Instant};

use crate::interrupt::Interrupt;

/// Time and chance.
pub trait Clock {
    fn now(&self) -> Instant;

    /// Sleeps for so long, or until the run is asked to stop; tells whether it was.
    fn sleep(&self, duration: Duration, interrupt: &Interrupt) -> bool;

    /// A random number from 0 to below 1.
    fn random(&self) -> f64;
}

/// The time and chance of this computer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration, interrupt: &Interrupt) -> bool {
        interrupt.sleep(duration)
    }

    fn random(&self) -> f64 {
        fastrand::f64()
    }
}
