//! Tables in a folder, whose rows become visible together, once, or not at all.
//!
//! ```text
//! PATH/SCHEMA/TABLE/schema.json          the columns; a table exists when this file does
//! PATH/SCHEMA/TABLE/part-SEQ-N.parquet   rows; of the table only if the newest manifest names the file
//! PATH/_data_validator/manifests/SEQ.json   all parts of all tables, and the fences, after publication SEQ
//! PATH/_data_validator/keys/KEY.json     a key that was published
//! PATH/_data_validator/staging/          files that are being written
//! PATH/_data_validator/publish.lock      held by who publishes
//! PATH/_data_validator/readers.lock      shared by who reads, so that no part is removed meanwhile
//! ```
//!
//! A table without rows is no more than its schema, so one that a publication makes may stay, empty, where
//! the publication itself comes to nothing.
//!
//! A publication writes new parts, makes them durable, and links a finished manifest to its name, which
//! succeeds for one writer alone and is the step in which everything becomes visible. Who dies before it
//! leaves files that nobody reads, who dies behind it a key that is not noted: the next one to publish or
//! to ask notes it first.

mod catalog;
mod durable;
mod layout;
mod lock;
mod manifest;
mod rewrite;
mod rows;
mod sweep;
mod tables;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use data_validator_plugin::{
    Effect, EngineError, ErrorClass, Fence, Outcome, Publication, Replacement, TableName,
};

use crate::cancel::Running;
use crate::error::io_error;
pub use catalog::PublishedCatalog;
use layout::Layout;
use manifest::Manifest;

/// A folder of published tables.
#[derive(Debug)]
pub struct Store {
    layout: Layout,
    /// How long a lock is waited for that another process holds.
    patience: Duration,
}

impl Store {
    /// The tables in a folder; a missing one is `not_found`.
    pub fn open(root: PathBuf, patience: Duration) -> Result<Self, EngineError> {
        let attempted = || format!("opening 'path' in connection_params, {}", root.display());
        let metadata = fs::metadata(&root).map_err(|error| io_error(&error, attempted()))?;
        if !metadata.is_dir() {
            let message = format!("{}: it is no folder", attempted());
            return Err(EngineError::new(ErrorClass::Config, message));
        }
        Ok(Self {
            layout: Layout { root },
            patience,
        })
    }

    pub fn has_table(&self, schema: &str, table: &str) -> Result<bool, EngineError> {
        tables::exists(&self.layout, schema, table)
    }

    /// See [`Session::publish`](data_validator_plugin::Session::publish).
    pub fn publish(
        &self,
        publication: &Publication,
        running: &Running,
    ) -> Result<Outcome, EngineError> {
        // Until the manifest has its name, a failure has changed nothing.
        let unchanged = |error| EngineError {
            effect: Effect::None,
            ..error
        };
        if !publication.create.is_empty() {
            tables::create_store(&self.layout).map_err(unchanged)?;
        }
        let _lock = lock::writers(&self.layout, self.patience, running).map_err(unchanged)?;
        let newest = self.settled().map_err(unchanged)?;
        if self.is_noted(&publication.key).map_err(unchanged)? {
            return Ok(Outcome::Published);
        }
        if let Some(by) = refused_by(&newest, publication.fence.as_ref()) {
            return Ok(Outcome::Fenced { by });
        }
        let next = self
            .staged(&newest, publication, running)
            .map_err(unchanged)?;
        running.go_on().map_err(unchanged)?;
        next.link(&self.layout)?;
        // It is published and durable. What fails from here on, the next publication does again.
        let _ = self.note(&next);
        let _ = sweep::sweep(&self.layout, &next);
        Ok(Outcome::Published)
    }

    /// See [`Session::outcome`](data_validator_plugin::Session::outcome).
    pub fn outcome(&self, key: &str, running: &Running) -> Result<Option<Outcome>, EngineError> {
        if !self.layout.own().is_dir() {
            return Ok(None);
        }
        let _lock = lock::writers(&self.layout, self.patience, running)?;
        self.settled()?;
        Ok(self.is_noted(key)?.then_some(Outcome::Published))
    }

    /// The newest manifest, durable and its key noted.
    fn settled(&self) -> Result<Manifest, EngineError> {
        let newest = Manifest::newest(&self.layout)?;
        durable::sync_folder(&self.layout.manifests())?;
        self.note(&newest)?;
        Ok(newest)
    }

    fn note(&self, manifest: &Manifest) -> Result<(), EngineError> {
        let Some(key) = &manifest.key else {
            return Ok(());
        };
        let path = self.layout.key(key);
        if path.exists() {
            return durable::sync_folder(&self.layout.keys());
        }
        let note = serde_json::json!({"key": key, "sequence": manifest.sequence});
        durable::write_new(&self.layout, &path, note.to_string().as_bytes()).map(drop)
    }

    fn is_noted(&self, key: &str) -> Result<bool, EngineError> {
        let path = self.layout.key(key);
        path.try_exists()
            .map_err(|error| io_error(&error, format_args!("looking for {}", path.display())))
    }

    /// The manifest that comes next, whose parts are written and durable.
    fn staged(
        &self,
        newest: &Manifest,
        publication: &Publication,
        running: &Running,
    ) -> Result<Manifest, EngineError> {
        let mut next = newest.clone();
        next.sequence += 1;
        next.key = Some(publication.key.clone());
        if let Some(fence) = &publication.fence {
            next.fences.retain(|noted| noted.scope != fence.scope);
            next.fences.push(fence.clone());
        }
        for new in &publication.create {
            tables::create(&self.layout, new)?;
        }
        for (index, replacement) in publication.tables.iter().enumerate() {
            let named_before = |other: &Replacement| other.table == replacement.table;
            if publication.tables[..index].iter().any(named_before) {
                let message = format!("table {} is in it twice", shown(&replacement.table));
                return Err(EngineError::new(ErrorClass::InvalidState, message));
            }
            running.go_on()?;
            let (schema, table) = tables::parts(&replacement.table)?;
            let columns = tables::columns(&self.layout, schema, table)?;
            let parts = next
                .tables
                .entry(layout::table_key(schema, table))
                .or_default();
            let target = rewrite::Target {
                folder: &self.layout.table(schema, table),
                columns: &columns,
                sequence: next.sequence,
            };
            *parts = rewrite::rewrite(&target, parts, replacement, running).map_err(|error| {
                error.context(format_args!("table {}", shown(&replacement.table)))
            })?;
        }
        Ok(next)
    }
}

fn shown(table: &TableName) -> String {
    let parts: Vec<&str> = table.parts().collect();
    format!("'{}'", parts.join("."))
}

/// The fence that is in the way of this one.
fn refused_by(newest: &Manifest, fence: Option<&Fence>) -> Option<Fence> {
    let fence = fence?;
    let noted = newest
        .fences
        .iter()
        .find(|noted| noted.scope == fence.scope)?;
    let passes =
        fence.number > noted.number || fence.number == noted.number && fence.holder == noted.holder;
    (!passes).then(|| noted.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fence(scope: &str, holder: &str, number: u64) -> Fence {
        Fence {
            scope: scope.into(),
            holder: holder.into(),
            number,
        }
    }

    #[test]
    fn a_higher_number_or_the_same_holder_passes() {
        let newest = Manifest {
            fences: vec![fence("s", "a", 3)],
            ..Manifest::default()
        };
        let refused = |fence: &Fence| refused_by(&newest, Some(fence)).is_some();
        assert!(!refused(&fence("s", "a", 3)));
        assert!(!refused(&fence("s", "b", 4)));
        assert!(!refused(&fence("other", "b", 1)));
        assert!(refused(&fence("s", "b", 3)));
        assert!(refused(&fence("s", "a", 2)));
        assert!(refused_by(&newest, None).is_none());
    }
}
