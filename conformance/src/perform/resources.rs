//! What the process needs while rows are read, and keeps when sessions are closed; and tokens of data.

use std::fs;

use anyhow::Context;
use data_validator_plugin::EngineError;

use super::Performance;
use super::trouble::{Done, fail, unexpected};
use crate::case::step::session::{AskDataVersion, OpenAndClose, Stream};

const MEGABYTE: u64 = 1 << 20;

impl Performance<'_> {
    pub(super) fn stream(&mut self, stream: &Stream) -> Done {
        let placed = self.sessions.placed(&stream.session, &stream.sql);
        let sql = placed.map_err(|error| unexpected(&error))?;
        // So that the peak is that of the query.
        fs::write("/proc/self/clear_refs", "5").context("forgetting the peak so far")?;
        let before = status("VmRSS")?;
        let rows = self.count_rows(&stream.session, &sql);
        let rows = rows.map_err(|error| unexpected(&error))?;
        if rows != stream.rows {
            return fail(format!("it gives {rows} rows in place of {}", stream.rows));
        }
        let most = status("VmHWM")?.saturating_sub(before) / MEGABYTE;
        if most > stream.megabytes {
            return fail(format!(
                "reading it takes {most} MB, and may take {} MB",
                stream.megabytes
            ));
        }
        Ok(())
    }

    fn count_rows(&mut self, session: &str, sql: &str) -> Result<u64, EngineError> {
        self.sessions.call(session, |session, call| {
            let mut stream = session.query(sql, call)?;
            let mut rows = 0;
            while let Some(batch) = stream.next()? {
                rows += u64::try_from(batch.length).unwrap_or_default();
            }
            Ok(rows)
        })
    }

    pub(super) fn open_and_close(&mut self, open: &OpenAndClose) -> Done {
        self.sessions.close_all();
        let warm = open.times.div_ceil(4);
        for _ in 0..warm {
            self.open_once(&open.sql)?;
        }
        let before = Usage::now()?;
        for _ in warm..open.times {
            self.open_once(&open.sql)?;
        }
        let after = Usage::settled(&before)?;
        let megabytes = after.memory.saturating_sub(before.memory) / MEGABYTE;
        if after.threads > before.threads
            || after.files > before.files
            || megabytes > open.megabytes
        {
            let sessions = open.times - warm;
            return fail(format!(
                "after {sessions} sessions more the process has {} threads and {} open files in place of {} and \
                 {}, and {megabytes} MB more",
                after.threads, after.files, before.threads, before.files
            ));
        }
        Ok(())
    }

    fn open_once(&mut self, sql: &str) -> Done {
        let rows = self.sessions.rows("one of many", sql);
        self.sessions.close("one of many");
        rows.map(drop).map_err(|error| unexpected(&error))
    }

    pub(super) fn data_version(&mut self, asked: &AskDataVersion) -> Done {
        let source = self.sessions.source_of(&asked.table);
        let version = self.sessions.call(&asked.session, |session, call| {
            let relation = session.attach(&asked.table, &source, call)?;
            session.data_version(&relation, call)
        });
        let version = match version {
            Ok(version) => version,
            // It says why there is none.
            Err(error) if matches!(error.class.as_str(), "unsupported" | "auth") => None,
            Err(error) => return Err(unexpected(&error)),
        };
        let last = self.versions.insert(asked.table.clone(), version.clone());
        match (asked.changed, last.flatten(), version) {
            (true, Some(last), Some(version)) if last == version => fail(format!(
                "the token is still {version}, although the data is not the same"
            )),
            _ => Ok(()),
        }
    }
}

/// What the process has.
struct Usage {
    /// Bytes.
    memory: u64,
    threads: u64,
    files: usize,
}

impl Usage {
    fn now() -> anyhow::Result<Self> {
        Ok(Self {
            memory: status("VmRSS")?,
            threads: status("Threads")?,
            files: fs::read_dir("/proc/self/fd")?.count(),
        })
    }

    /// What there is when threads that are about to end have ended.
    fn settled(before: &Self) -> anyhow::Result<Self> {
        const LOOKS: u32 = 500;
        let mut now = Self::now()?;
        for _ in 0..LOOKS {
            if now.threads <= before.threads && now.files <= before.files {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
            now = Self::now()?;
        }
        Ok(now)
    }
}

/// A number of the kernel's about this process; memory in bytes.
pub fn status(name: &str) -> anyhow::Result<u64> {
    let line = status_line(name)?;
    let mut words = line.split_whitespace();
    let number: u64 = words.next().unwrap_or_default().parse()?;
    Ok(match words.next() {
        Some("kB") => number * 1024,
        _ => number,
    })
}

/// What the kernel says of this process under that name.
pub fn status_line(name: &str) -> anyhow::Result<String> {
    let status = fs::read_to_string("/proc/self/status").context("looking at this process")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    Ok(line
        .with_context(|| format!("the kernel does not tell {name}"))?
        .trim()
        .to_owned())
}
