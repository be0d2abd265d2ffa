//! A memory pool in which no operator waits for another one for ever.
//!
//! DataFusion 55.2's `RepartitionExec` spills a batch that it gets no memory for, and two of its tasks that spill at
//! once can end up waiting for each other (<https://github.com/apache/datafusion/issues/24883>). Its channels
//! bound what it holds to a few batches, so it is given that memory, and what it takes counts against the others.

use std::fmt;
use std::sync::Arc;

use datafusion::error::Result;
use datafusion::execution::memory_pool::{
    MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

/// How the consumers of memory are called that must not spill.
const REPARTITION: &str = "RepartitionExec";

/// A pool that never refuses a repartition.
#[derive(Debug)]
pub struct RepartitionPool(pub Arc<dyn MemoryPool>);

impl fmt::Display for RepartitionPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl MemoryPool for RepartitionPool {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.0.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.0.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.0.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.0.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        if reservation.consumer().name().starts_with(REPARTITION) {
            self.0.grow(reservation, additional);
            return Ok(());
        }
        self.0.try_grow(reservation, additional)
    }

    fn reserved(&self) -> usize {
        self.0.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.0.memory_limit()
    }
}
