//! Files that are written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Replaces a file in one step: a reader sees the old one or the new one.
pub fn write(path: &Path, render: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link is kept and what it points to is replaced; a device or a pipe cannot be replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
        return render(&mut File::options().write(true).open(&path)?);
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder
        .prefix(".unfinished-")
        .tempfile_in(folder_of(&path))?;
    render(&mut file)?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

/// The folder in which a file is, or will be.
pub fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
