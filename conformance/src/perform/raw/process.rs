//! What a plugin must not change of the host's process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use data_validator_harness::table;
use data_validator_plugin::abi::DvString;

use super::library::call;
use super::{ONE_ROW, Plugin};
use crate::perform::resources::status_line;
use crate::perform::trouble::{Done, fail, unexpected};

/// What the whole process shares.
#[derive(Debug, PartialEq, Eq)]
pub struct ProcessState {
    /// Which signals have a handler, are ignored and are blocked, and the mask of new files, as the kernel
    /// tells it.
    kernel: BTreeMap<&'static str, String>,
    folder: PathBuf,
    environment: BTreeMap<OsString, OsString>,
}

impl ProcessState {
    pub fn now() -> anyhow::Result<Self> {
        let told = ["SigCgt", "SigIgn", "SigBlk", "Umask"];
        let kernel = told.into_iter().map(|name| Ok((name, status_line(name)?)));
        Ok(Self {
            kernel: kernel.collect::<anyhow::Result<_>>()?,
            folder: std::env::current_dir()?,
            environment: std::env::vars_os().collect(),
        })
    }
}

pub fn left_as_it_was(plugin: &Plugin<'_>) -> Done {
    let engine = plugin.engine()?;
    let opening = call();
    let session = engine.connect(DvString::of(&plugin.config), &raw const opening)?;
    let read = table(&mut session.query(ONE_ROW)?);
    read.map_err(|error| unexpected(&error))?;
    let (before, now) = (&plugin.performance.process, ProcessState::now()?);
    if *before == now {
        return Ok(());
    }
    let changed: Vec<String> = before
        .kernel
        .iter()
        .filter(|(name, was)| now.kernel.get(*name) != Some(was))
        .map(|(name, was)| format!("{name} is {} and was {was}", now.kernel[name]))
        .collect();
    fail(match changed.is_empty() {
        false => changed.join(", "),
        true if before.folder != now.folder => {
            format!("the working folder is now {}", now.folder.display())
        }
        true => "the environment was changed".to_owned(),
    })
}
