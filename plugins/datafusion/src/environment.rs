//! Memory and temporary files, which sessions of equal settings share.

use std::fs;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use data_validator_plugin::{EngineError, ErrorClass};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{
    FairSpillPool, MemoryPool, TrackConsumersPool, UnboundedMemoryPool,
};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};

use crate::config::Resources;
use crate::error::engine_error;
use crate::memory_pool::RepartitionPool;

/// What is open, by its settings. A limit is one of all sessions together.
#[derive(Debug, Default)]
pub struct Environments(Mutex<Vec<(Resources, Weak<Environment>)>>);

/// The memory and the temporary files of some sessions.
#[derive(Debug)]
pub struct Environment {
    pub runtime: Arc<RuntimeEnv>,
    /// Bytes that copies of sources may take together, so that queries keep their share.
    pub copies_limit: usize,
}

impl Environments {
    /// The environment of these settings, made unless a session has it.
    pub fn open(&self, resources: &Resources) -> Result<Arc<Environment>, EngineError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, environment)| environment.strong_count() > 0);
        let known = open.iter().find(|(known, _)| known == resources);
        if let Some(environment) = known.and_then(|(_, environment)| environment.upgrade()) {
            return Ok(environment);
        }
        let environment = Arc::new(Environment::open(resources)?);
        open.push((resources.clone(), Arc::downgrade(&environment)));
        Ok(environment)
    }
}

impl Environment {
    fn open(resources: &Resources) -> Result<Self, EngineError> {
        let limit = resources.memory_limit.or_else(share_of_the_machine);
        let pool: Arc<dyn MemoryPool> = match limit {
            // The largest holders are named when memory runs out.
            Some(limit) => Arc::new(RepartitionPool(Arc::new(TrackConsumersPool::new(
                FairSpillPool::new(limit),
                NonZeroUsize::MIN,
            )))),
            None => Arc::new(UnboundedMemoryPool::default()),
        };
        let mut disk = DiskManagerBuilder::default();
        if let Some(folder) = &resources.temp_directory {
            // DataFusion would say so in the midst of the first query that spills.
            fs::create_dir_all(folder).map_err(|error| {
                let message = format!(
                    "the option 'temp_directory': cannot make the folder {}: {error}",
                    folder.display()
                );
                EngineError::new(ErrorClass::Config, message)
            })?;
            disk.set_mode(DiskManagerMode::Directories(vec![folder.clone()]));
        }
        if let Some(size) = resources.max_temp_directory_size {
            disk.set_max_temp_directory_size(size);
        }
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(pool)
            .with_disk_manager_builder(disk)
            .build_arc()
            .map_err(|error| engine_error(&error))?;
        Ok(Self {
            runtime,
            copies_limit: limit.unwrap_or(usize::MAX) / 2,
        })
    }
}

/// Three fifths of the memory that the process may have, in bytes: DataFusion counts what grows with the
/// data, not the batches on their way. `None` where the system does not tell.
fn share_of_the_machine() -> Option<usize> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
        let kibibytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
        kibibytes.checked_mul(1024)
    })?;
    // `max` is no limit, and no number.
    let group = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let group = group.and_then(|text| text.trim().parse().ok());
    Some(group.unwrap_or(machine).min(machine) / 5 * 3)
}
