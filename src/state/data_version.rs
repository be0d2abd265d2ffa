//! Tokens that tell whether the files of a table are what they were.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::proof;
use crate::config::DataVersionMode;

/// Files as they were when a run began to read them.
#[derive(Debug)]
pub struct FilesVersion {
    /// What proves the content; `None` when nothing is asked to.
    pub token: Option<String>,
    stats: Vec<(PathBuf, Stat)>,
}

/// What the system says of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stat {
    device: u64,
    inode: u64,
    size: u64,
    mtime_ns: i64,
    ctime_ns: i64,
}

/// A file is read in pieces of at most so many bytes.
const READ_BYTES: usize = 1 << 18;

/// Content hashes of files that were read before, so that an unchanged file is not read again.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digests(Vec<KnownDigest>);

#[derive(Debug, Serialize, Deserialize)]
struct KnownDigest {
    #[serde(flatten)]
    stat: Stat,
    hashed_at_ns: i64,
    sha256: String,
}

/// What is known of files before a run, and after it.
#[derive(Debug, Default)]
pub struct KnownDigests {
    before: Digests,
    after: Digests,
}

/// A file that changed so shortly before it was hashed may change again within one tick of its time
/// stamp (Git's racy rule), so its digest is not kept; file systems tick in two seconds at most.
const RACY_NS: i64 = 2_000_000_000;

impl FilesVersion {
    /// Looks at the files, and reads those whose content is not known. Their format is part of what is
    /// proven: the same bytes in another one are other rows.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(
        paths: &[PathBuf],
        format: &str,
        mode: &DataVersionMode,
        digests: &mut KnownDigests,
    ) -> io::Result<Self> {
        let stats = paths.iter().map(|path| Ok((path.clone(), stat(path)?)));
        let stats = stats.collect::<io::Result<Vec<_>>>()?;
        let token = match mode {
            // No words about files.
            DataVersionMode::None | DataVersionMode::Snapshot | DataVersionMode::Sql(_) => None,
            DataVersionMode::Value(value) => Some(proof::token("value", value)),
            DataVersionMode::Stat => {
                let mut hash = Sha256::new_with_prefix(format);
                for (path, stat) in &stats {
                    hash.update(format!(
                        "{}\0{}\0{}\n",
                        path.display(),
                        stat.size,
                        stat.mtime_ns
                    ));
                }
                Some(format!("stat:{}", hex::encode(&hash.finalize()[..16])))
            }
            DataVersionMode::Auto | DataVersionMode::Content => {
                let mut hash = Sha256::new_with_prefix(format);
                for (path, stat) in &stats {
                    let digest = digests
                        .before
                        .take(stat)
                        .map_or_else(|| KnownDigest::read(path, *stat), Ok)?;
                    hash.update(format!("{}\n", digest.sha256));
                    digests.after.0.push(digest);
                }
                Some(format!("content:{}", hex::encode(&hash.finalize()[..16])))
            }
        };
        Ok(Self { token, stats })
    }

    /// Whether the files are still what was looked at; asked after they were scanned.
    pub fn still_holds(&self) -> bool {
        self.stats
            .iter()
            .all(|(path, before)| stat(path).is_ok_and(|now| now == *before))
    }
}

impl KnownDigests {
    /// What is known before files are looked at.
    pub fn before(before: Digests) -> Self {
        Self {
            before,
            after: Digests::default(),
        }
    }

    /// What is known of the files that were looked at.
    pub fn after(self) -> Digests {
        self.after
    }
}

impl Digests {
    /// The digests that may be kept for a later run.
    pub fn kept(mut self) -> Self {
        self.0.retain(|known| {
            known.stat.mtime_ns.max(known.stat.ctime_ns) + RACY_NS <= known.hashed_at_ns
        });
        self
    }

    fn take(&mut self, stat: &Stat) -> Option<KnownDigest> {
        let position = self.0.iter().position(|known| known.stat == *stat)?;
        Some(self.0.swap_remove(position))
    }
}

impl KnownDigest {
    fn read(path: &Path, stat: Stat) -> io::Result<Self> {
        let hashed_at_ns = nanoseconds(SystemTime::now());
        let mut hash = Sha256::new();
        let mut file = File::open(path)?;
        let size = usize::try_from(stat.size).unwrap_or(usize::MAX);
        let mut buffer = vec![0; size.clamp(1, READ_BYTES)];
        loop {
            match file.read(&mut buffer)? {
                0 => {
                    return Ok(Self {
                        stat,
                        hashed_at_ns,
                        sha256: hex::encode(hash.finalize()),
                    });
                }
                read => hash.update(&buffer[..read]),
            }
        }
    }
}

fn stat(path: &Path) -> io::Result<Stat> {
    let metadata = std::fs::metadata(path)?;
    let (device, inode, ctime_ns) = identity(&metadata);
    Ok(Stat {
        device,
        inode,
        size: metadata.len(),
        mtime_ns: nanoseconds(metadata.modified()?),
        ctime_ns,
    })
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64, i64) {
    use std::os::unix::fs::MetadataExt;
    let ctime_ns = metadata.ctime() * 1_000_000_000 + metadata.ctime_nsec();
    (metadata.dev(), metadata.ino(), ctime_ns)
}

#[cfg(not(unix))]
fn identity(_metadata: &Metadata) -> (u64, u64, i64) {
    (0, 0, 0)
}

fn nanoseconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(path: &Path, digests: Digests) -> (FilesVersion, Digests) {
        let mut known = KnownDigests::before(digests);
        let version = FilesVersion::read(
            &[path.to_owned()],
            "Csv",
            &DataVersionMode::Auto,
            &mut known,
        );
        (version.unwrap(), known.after())
    }

    #[test]
    fn a_known_digest_survives_the_state_and_spares_a_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "content").unwrap();
        let (first, mut digests) = version(&path, Digests::default());
        digests.0[0].sha256 = "known".into();
        let kept = serde_json::to_value(&digests).unwrap();
        let recalled: Digests = serde_json::from_value(kept).unwrap();
        let (again, recalled) = version(&path, recalled);
        assert_ne!(
            first.token, again.token,
            "the digest was taken as it was kept"
        );
        assert_eq!(recalled.0[0].sha256, "known");
    }

    #[test]
    fn a_digest_made_right_after_a_change_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "content").unwrap();
        let (_, digests) = version(&path, Digests::default());
        assert!(digests.kept().0.is_empty());
    }

    #[test]
    fn a_file_that_is_written_to_does_not_hold() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "content").unwrap();
        let (version, _) = version(&path, Digests::default());
        assert!(version.still_holds());
        std::fs::write(&path, "content and more").unwrap();
        assert!(!version.still_holds());
    }
}
