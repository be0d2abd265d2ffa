//! What a disk may hold after a power cut, by what POSIX promises and no more.
//!
//! | what was done | is on the disk |
//! | --- | --- |
//! | bytes, before the file was synced | yes |
//! | bytes, since then | all, some or none: cut off at any byte, or with a block of zeros where they were |
//! | names given, moved or taken in a folder, before the folder was synced | yes |
//! | names, since then | each of the changes, or not, whatever became of the others |

use std::collections::BTreeMap;
use std::path::Path;

use super::Call;

/// Disks lose blocks of so many bytes, or of a multiple of it.
const BLOCK: usize = 512;

/// The files of a folder by name, and those of folders in it by both names: `folder/file`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A folder, with what is known to be on the disk and what may be. A folder in it is a file called `folder/`, and who
/// is in it is lost with its name.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// Every file there ever was; one that has no name any more may get it back.
    files: Vec<Content>,
    /// Names on the disk.
    kept: BTreeMap<String, usize>,
    /// What was done to names since the folder was synced.
    pending: Vec<Naming>,
}

#[derive(Clone, Debug, Default)]
struct Content {
    kept: Vec<u8>,
    /// Since the file was synced.
    pending: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
}

#[derive(Clone, Debug)]
enum Naming {
    Given {
        name: String,
        file: usize,
    },
    Moved {
        from: String,
        to: String,
        file: usize,
    },
    Taken {
        name: String,
    },
}

impl Disk {
    /// A disk that keeps these files.
    pub fn with(files: &Files) -> Self {
        let mut disk = Self::default();
        for (name, content) in files {
            if let Some((folder, _)) = name.split_once('/') {
                disk.kept.insert(format!("{folder}/"), disk.files.len());
                disk.files.push(Content::default());
            }
            disk.kept.insert(name.clone(), disk.files.len());
            disk.files.push(Content {
                kept: content.clone(),
                pending: Vec::new(),
            });
        }
        disk
    }

    /// Does what the call did.
    ///
    /// # Panics
    /// When the call cannot have been made.
    pub fn apply(&mut self, call: &Call) {
        if call.result < 0 {
            return;
        }
        let name = self.name_of(&call.path);
        let given: Vec<&str> = call.given.iter().map(String::as_str).collect();
        match (call.name.as_str(), given.as_slice()) {
            ("open", ["new"]) => {
                let file = self.files.len();
                self.files.push(Content::default());
                self.pending.push(Naming::Given { name, file });
            }
            ("open", ["emptied"]) => self.file(&name).pending.push(Change::Length(0)),
            ("write", [at, bytes]) => {
                let change = Change::Write {
                    at: number(at),
                    bytes: from_hex(bytes),
                };
                self.file(&name).pending.push(change);
            }
            ("ftruncate", [length]) => self
                .file(&name)
                .pending
                .push(Change::Length(number(length))),
            ("mkdir", _) => {
                let file = self.files.len();
                self.files.push(Content::default());
                let name = format!("{name}/");
                self.pending.push(Naming::Given { name, file });
            }
            ("fsync" | "fdatasync", _) if !self.names().contains_key(&name) => {
                self.sync_names(&name);
            }
            ("fsync" | "fdatasync", _) => self.file(&name).sync(),
            ("rename", [to]) => {
                let file = self.index(&name);
                let to = self.name_of(Path::new(to));
                self.pending.push(Naming::Moved {
                    from: name,
                    to,
                    file,
                });
            }
            ("unlink", _) => self.pending.push(Naming::Taken { name }),
            _ => {}
        }
    }

    /// Whether the disk has this name for the file that has it now.
    pub fn keeps_name(&self, name: &str) -> bool {
        self.kept
            .get(name)
            .is_some_and(|file| self.names().get(name) == Some(file))
    }

    /// What programs see as long as there is power.
    pub fn seen(&self) -> Files {
        let names = self.names().into_iter();
        let names = names.filter(|(name, _)| !name.ends_with('/'));
        names
            .map(|(name, file)| (name, self.files[file].seen()))
            .collect()
    }

    /// Visits what there may be after a power cut: any changes of names, and one file torn in any way, cut at every
    /// so-many-th byte, while the others have all that was written to them or nothing of it.
    pub fn after_power_cut(&self, every: usize, visit: &mut impl FnMut(Files)) {
        for done in 0..1_usize << self.pending.len() {
            let mut names = self.kept.clone();
            let pending = self.pending.iter().enumerate();
            for (_, naming) in pending.filter(|(bit, _)| done >> bit & 1 == 1) {
                naming.apply(&mut names);
            }
            let folders = names.clone();
            names.retain(|name, _| {
                let folder = name.split_once('/').map(|(folder, _)| format!("{folder}/"));
                !name.ends_with('/') && folder.is_none_or(|folder| folders.contains_key(&folder))
            });
            for has_all in [true, false] {
                let others: Files = names
                    .iter()
                    .map(|(name, file)| {
                        let content = &self.files[*file];
                        let bytes = if has_all {
                            content.seen()
                        } else {
                            content.kept.clone()
                        };
                        (name.clone(), bytes)
                    })
                    .collect();
                for (name, file) in &names {
                    self.files[*file].torn(every, &mut |bytes| {
                        let mut files = others.clone();
                        files.insert(name.clone(), bytes);
                        visit(files);
                    });
                }
                visit(others);
            }
        }
    }

    fn names(&self) -> BTreeMap<String, usize> {
        let mut names = self.kept.clone();
        for naming in &self.pending {
            naming.apply(&mut names);
        }
        names
    }

    /// Keeps the names of the folder, which is one in it if there is one of that name.
    fn sync_names(&mut self, folder: &str) {
        let inner = format!("{folder}/");
        let is_inner = self.names().contains_key(&inner);
        let (synced, pending): (Vec<Naming>, Vec<Naming>) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|naming| naming.is_in(is_inner.then_some(&inner)));
        for naming in synced {
            naming.apply(&mut self.kept);
        }
        self.pending = pending;
    }

    /// A file's name, behind that of the folder it is in if that is one of these.
    fn name_of(&self, path: &Path) -> String {
        let name = last_of(path);
        let folder = format!("{}/", path.parent().map(last_of).unwrap_or_default());
        match self.names().contains_key(&folder) {
            true => folder + &name,
            false => name,
        }
    }

    fn index(&self, name: &str) -> usize {
        match self.names().get(name) {
            Some(file) => *file,
            None => panic!("there is no file {name}"),
        }
    }

    fn file(&mut self, name: &str) -> &mut Content {
        let file = self.index(name);
        &mut self.files[file]
    }
}

impl Naming {
    /// Whether it is in this folder; without one, in the outer one.
    fn is_in(&self, folder: Option<&String>) -> bool {
        let (Self::Given { name, .. } | Self::Moved { from: name, .. } | Self::Taken { name }) =
            self;
        match folder {
            Some(folder) => name.starts_with(folder.as_str()) && name != folder,
            None => !name.contains('/') || name.ends_with('/'),
        }
    }

    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Given { name, file } => {
                names.insert(name.clone(), *file);
            }
            Self::Moved { from, to, file } => {
                names.remove(from);
                names.insert(to.clone(), *file);
            }
            Self::Taken { name } => {
                names.remove(name);
            }
        }
    }
}

impl Content {
    fn seen(&self) -> Vec<u8> {
        let mut bytes = self.kept.clone();
        for change in &self.pending {
            change.apply(&mut bytes);
        }
        bytes
    }

    fn sync(&mut self) {
        self.kept = self.seen();
        self.pending.clear();
    }

    /// What may be there of a file when some of its changes are.
    fn torn(&self, every: usize, visit: &mut impl FnMut(Vec<u8>)) {
        let mut before = self.kept.clone();
        for change in &self.pending {
            if let Change::Write { at, bytes } = change {
                for length in (0..bytes.len()).step_by(every) {
                    let cut = Change::Write {
                        at: *at,
                        bytes: bytes[..length].to_vec(),
                    };
                    let mut torn = before.clone();
                    cut.apply(&mut torn);
                    visit(torn);
                }
            }
            change.apply(&mut before);
        }
        // A block that never got there, and all from one on.
        let whole = before;
        let written = self.kept.len().min(whole.len());
        for block in (written / BLOCK..=whole.len() / BLOCK).step_by(every.div_ceil(BLOCK)) {
            let start = (block * BLOCK).max(written).min(whole.len());
            for end in [((block + 1) * BLOCK).min(whole.len()), whole.len()] {
                let mut torn = whole.clone();
                torn[start..end.max(start)].fill(0);
                visit(torn);
            }
        }
        // The bytes are there, and the length is as it was before.
        let mut longer = self.kept.clone();
        let writes = self
            .pending
            .iter()
            .filter(|change| matches!(change, Change::Write { .. }));
        for write in writes {
            write.apply(&mut longer);
        }
        visit(longer);
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes } => {
                let end = at + bytes.len();
                content.resize(content.len().max(end), 0);
                content[*at..end].copy_from_slice(bytes);
            }
            Self::Length(length) => content.resize(*length, 0),
        }
    }
}

fn last_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn number(text: &str) -> usize {
    match text.parse() {
        Ok(number) => number,
        Err(error) => panic!("'{text}' in a log of calls: {error}"),
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks_exact(2);
    let byte = |pair: &[u8]| {
        std::str::from_utf8(pair)
            .ok()
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    match pairs.map(byte).collect() {
        Some(bytes) => bytes,
        None => panic!("'{text}' in a log of calls is not hex"),
    }
}
