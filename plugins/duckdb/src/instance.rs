//! A database that is open, and the sessions that share it.

use std::fs::Metadata;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::UNIX_EPOCH;

use data_validator_plugin::{EngineError, ErrorClass};
use duckdb::{AccessMode, Config, Connection};

use crate::config::Settings;
use crate::error::engine_error;

/// The databases in memory that sessions of an engine have open.
#[derive(Debug, Default)]
pub struct Instances(Open);

/// The database files that this process has open, whichever engine asked for them.
///
/// A file is opened once in a process: closing a second handle would drop the lock of the first (POSIX
/// record locks belong to the process), and nothing would keep a writer from changing what a reader reads.
static FILES: Open = Open(Mutex::new(Vec::new()));

/// Open databases; sessions of one also share its threads and its memory.
#[derive(Debug, Default)]
struct Open(Mutex<Vec<(Settings, Weak<Instance>)>>);

/// A database that is open; closed with its last session.
#[derive(Debug)]
pub struct Instance {
    root: Mutex<Connection>,
    /// Whether a session has set the options.
    configured: Mutex<bool>,
    /// The state of a database file that nobody writes to: others because of our lock, and we because it
    /// was opened for reading only.
    pub file_version: Option<String>,
    /// Held while a session publishes.
    publishing: Mutex<()>,
}

impl Instances {
    /// The database of these settings, opened unless a session has it open.
    pub fn open(&self, settings: &Settings) -> Result<Arc<Instance>, EngineError> {
        match &settings.database {
            None => self.0.find_or_open(settings.clone()),
            Some(path) => FILES.find_or_open(Settings {
                // One that is missing is told when it is opened.
                database: Some(path.canonicalize().unwrap_or_else(|_| path.clone())),
                ..settings.clone()
            }),
        }
    }
}

impl Open {
    fn find_or_open(&self, settings: Settings) -> Result<Arc<Instance>, EngineError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, instance)| instance.strong_count() > 0);
        let known = open.iter().find(|(known, _)| *known == settings);
        if let Some(instance) = known.and_then(|(_, instance)| instance.upgrade()) {
            return Ok(instance);
        }
        let is_otherwise =
            |known: &Settings| known.database == settings.database && *known != settings;
        if let Some(path) = &settings.database
            && open.iter().any(|(known, _)| is_otherwise(known))
        {
            return Err(open_otherwise(path));
        }
        let instance = Arc::new(Instance::open(&settings)?);
        open.push((settings, Arc::downgrade(&instance)));
        Ok(instance)
    }
}

/// It passes when the session that has it open ends: one that nobody waits for any more may be about to.
fn open_otherwise(path: &Path) -> EngineError {
    let message = format!(
        "the database {} is open in this process with another read_only or other options; \
         let one engine of the config use the file, or give both engines the same ones",
        path.display()
    );
    EngineError::new(ErrorClass::Transient, message)
}

impl Instance {
    /// Opens a database; a file is never created.
    fn open(settings: &Settings) -> Result<Self, EngineError> {
        // Nothing is fetched from the network unless an option asks for it.
        let config = Config::default()
            .with("autoinstall_known_extensions", "false")
            .and_then(|config| config.with("autoload_known_extensions", "false"))
            .map_err(|error| engine_error(&error))?;
        let root = match &settings.database {
            None => Connection::open_in_memory_with_flags(config),
            // Only `stat` looks at the file: closing a handle of our own would drop DuckDB's lock on it.
            Some(path) if !path.exists() => {
                let message = format!(
                    "the database {} does not exist; check 'database' in connection_params",
                    path.display()
                );
                return Err(EngineError::new(ErrorClass::NotFound, message));
            }
            Some(path) => config
                .access_mode(match settings.is_writable {
                    true => AccessMode::ReadWrite,
                    false => AccessMode::ReadOnly,
                })
                .and_then(|config| Connection::open_with_flags(path, config)),
        };
        let root = root.map_err(|error| engine_error(&error))?;
        Ok(Self {
            root: Mutex::new(root),
            configured: Mutex::new(false),
            file_version: (settings.database.as_deref())
                .filter(|_| !settings.is_writable)
                .and_then(file_version),
            publishing: Mutex::new(()),
        })
    }

    /// Lets one session publish at a time; waits for the one that does.
    pub fn publishing(&self) -> MutexGuard<'_, ()> {
        self.publishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a session has set the options; held while one does.
    pub fn is_configured(&self) -> MutexGuard<'_, bool> {
        self.configured
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection of its own for a session.
    pub fn connect(&self) -> Result<Connection, EngineError> {
        let root = self.root.lock().unwrap_or_else(PoisonError::into_inner);
        root.try_clone().map_err(|error| engine_error(&error))
    }
}

/// A token of a database file and its write-ahead log, from their metadata alone: opening the file
/// would, when closed, drop DuckDB's lock on it.
fn file_version(path: &Path) -> Option<String> {
    let stat = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let (size, modified, identity) = (metadata.len(), modified.as_nanos(), identity(&metadata));
        Some(format!("{size}.{modified}.{identity}"))
    };
    let mut log = path.as_os_str().to_owned();
    log.push(".wal");
    let log = stat(Path::new(&log)).unwrap_or_else(|| "none".into());
    Some(format!("duckdb:{}+{log}", stat(path)?))
}

/// What tells a file from another one of the same size and time.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    let (device, inode) = (metadata.dev(), metadata.ino());
    format!(
        "{device}.{inode}.{}.{}",
        metadata.ctime(),
        metadata.ctime_nsec()
    )
}

#[cfg(not(unix))]
fn identity(_metadata: &Metadata) -> String {
    String::new()
}
