//! The journal: what was recorded since the snapshot, a line each.
//!
//! A line is `["CRC",RECORD]`. The CRC goes over the records of all lines so far, so that a line that is
//! changed, lost or moved breaks its own CRC or that of the next one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::place::Place;
use crate::state::record::Record;

/// A journal is made durable at most so often, unless every record is asked to be.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// What begins a line: `["00000000",`
const HEAD_LENGTH: usize = 12;

/// The journal that this process appends to.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    /// Up to here all lines are whole.
    length: u64,
    /// The CRC of the last line.
    chain: u32,
    synced: Instant,
    /// After a failed sync nobody knows what is on the disk, and another one would succeed for nothing.
    is_lost: bool,
    /// Whether the folder is known to keep its name.
    is_named: bool,
    /// Lines that are about to be written.
    lines: Vec<u8>,
}

/// When appended records become durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sync {
    Now,
    Soon,
    Never,
}

impl Journal {
    /// Makes an empty journal.
    pub(super) fn create(place: &Place) -> io::Result<Self> {
        let path = place.journal();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        super::snapshot::give_mode_of(&place.file, &mut options)?;
        let file = options.open(&path)?;
        Ok(Self::new(file, 0, 0, false))
    }

    /// Continues a journal that was read, behind its last whole line.
    pub(super) fn resume(place: &Place, length: u64, chain: u32) -> io::Result<Self> {
        let path = place.journal();
        let file = OpenOptions::new().append(true).open(&path)?;
        file.set_len(length)?;
        Ok(Self::new(file, length, chain, true))
    }

    fn new(file: File, length: u64, chain: u32, is_named: bool) -> Self {
        Self {
            file,
            length,
            chain,
            synced: Instant::now(),
            is_lost: false,
            is_named,
            lines: Vec::new(),
        }
    }

    /// Appends the records with one write.
    ///
    /// # Errors
    /// When they are not in the journal as a whole; then it ends as before, if it can still be cut.
    pub(super) fn append(
        &mut self,
        place: &Place,
        records: &[Record],
        sync: Sync,
    ) -> io::Result<()> {
        if self.is_lost {
            return Err(io::Error::other("the disk failed to keep what was written"));
        }
        self.lines.clear();
        let mut chain = self.chain;
        for record in records {
            chain = write_line(record, chain, &mut self.lines)?;
        }
        if let Err(error) = self.file.write_all(&self.lines) {
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += self.lines.len() as u64;
        self.chain = chain;
        let is_due = match sync {
            Sync::Now => true,
            Sync::Soon => self.synced.elapsed() >= SYNC_EVERY,
            Sync::Never => false,
        };
        if is_due {
            self.sync(place).inspect_err(|_| self.is_lost = true)?;
        }
        Ok(())
    }

    /// Names the snapshot that has everything up to here.
    ///
    /// That need not be durable: should a power cut take it and leave the snapshot, the journal counts as
    /// overruled by that, which is durable and has everything.
    pub(super) fn mark_spent(&mut self, place: &Place, sha: &str) -> io::Result<()> {
        self.append(place, &[Record::Snapshot(sha.to_owned())], Sync::Never)
    }

    fn sync(&mut self, place: &Place) -> io::Result<()> {
        self.file.sync_data()?;
        if !self.is_named {
            place.sync_folder()?;
            self.is_named = true;
        }
        self.synced = Instant::now();
        Ok(())
    }
}

/// What a journal says.
#[derive(Debug)]
pub(super) struct Replay {
    pub records: Vec<Record>,
    /// The length of the lines that could be read.
    pub length: u64,
    pub chain: u32,
    pub end: End,
}

/// What follows the lines that could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Clean,
    /// The beginning of a line: the write was cut off.
    Torn,
    /// A line that is not what was written.
    Broken,
}

/// Reads lines as long as they are whole and right.
pub(super) fn replay(bytes: &[u8]) -> Replay {
    let mut replay = Replay {
        records: Vec::new(),
        length: 0,
        chain: 0,
        end: End::Clean,
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(length) = rest.iter().position(|byte| *byte == b'\n') else {
            replay.end = End::Torn;
            break;
        };
        let Some((record, chain)) = read_line(&rest[..length], replay.chain) else {
            replay.end = End::Broken;
            break;
        };
        replay.records.push(record);
        replay.chain = chain;
        replay.length += length as u64 + 1;
        rest = &rest[length + 1..];
    }
    replay
}

fn write_line(record: &Record, chain: u32, out: &mut Vec<u8>) -> io::Result<u32> {
    let start = out.len();
    out.extend_from_slice(b"[\"00000000\",");
    serde_json::to_writer(&mut *out, record)?;
    let chain = continue_crc(chain, &out[start + HEAD_LENGTH..]);
    write!(&mut out[start + 2..start + 10], "{chain:08x}")?;
    out.extend_from_slice(b"]\n");
    Ok(chain)
}

fn read_line(line: &[u8], chain: u32) -> Option<(Record, u32)> {
    let record = line.get(HEAD_LENGTH..)?.strip_suffix(b"]")?;
    let chain = continue_crc(chain, record);
    let head = format!("[\"{chain:08x}\",");
    if line[..HEAD_LENGTH] != *head.as_bytes() {
        return None;
    }
    Some((serde_json::from_slice(record).ok()?, chain))
}

fn continue_crc(crc: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(crc);
    hasher.update(bytes);
    hasher.finalize()
}

#[cfg(test)]
impl Journal {
    /// A journal whose file refuses every write.
    pub(super) fn unwritable(place: &Place) -> Self {
        let file = File::open(place.journal()).unwrap();
        Self::new(file, 0, 0, true)
    }
}
