//! Where a report goes: `[FORMAT=]PATH`, written whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Report, json, junit};
use crate::cli::exit::FailOn;
use crate::error::Error;
use crate::whole_file::{self, folder_of};

/// One report to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub format: Format,
    /// `-` is standard output.
    pub path: PathBuf,
}

/// A format of a report that is written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    JUnit,
}

impl FromStr for Output {
    type Err = String;

    /// Reads `report.json`, `junit=out.xml` or `-`; without a format the extension tells.
    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = match text.split_once('=') {
            Some(("json", path)) => (Some(Format::Json), path),
            Some(("junit", path)) => (Some(Format::JUnit), path),
            Some((format, _)) if format.chars().all(|c| c.is_ascii_alphanumeric()) => {
                return Err(format!(
                    "'{format}' is not a report format; use json=PATH or junit=PATH"
                ));
            }
            _ => (None, text),
        };
        let extension = Path::new(path)
            .extension()
            .and_then(|extension| extension.to_str())
            .map(str::to_ascii_lowercase);
        let by_name = match extension.as_deref() {
            Some("json") => Some(Format::Json),
            Some("xml") => Some(Format::JUnit),
            _ if path == "-" => Some(Format::Json),
            _ => None,
        };
        let format = format.or(by_name).ok_or_else(|| {
            format!("the format of '{text}' is not known by its name; end it in .json or .xml, or write json={text}")
        })?;
        Ok(Self {
            format,
            path: path.into(),
        })
    }
}

impl Output {
    pub fn is_stdout(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    /// Looks whether the path can be written, before work is done for it.
    ///
    /// # Errors
    /// When its folder is missing or it is a folder itself.
    pub fn check(&self) -> Result<(), Error> {
        let failed = |why: &str, hint: &str| {
            Err(Error::output(
                format!("writing the report {}: {why}", self.path.display()),
                hint,
            ))
        };
        if self.is_stdout() {
            return Ok(());
        }
        if self.path.is_dir() {
            return failed("it is a folder", "name a file in it");
        }
        if !folder_of(&self.path).is_dir() {
            return failed(
                "its folder does not exist",
                "make the folder, or choose another path",
            );
        }
        Ok(())
    }

    /// Writes the report.
    ///
    /// # Errors
    /// When it cannot be written; a report that was there before is then untouched.
    pub fn write(&self, report: &Report, fail_on: FailOn) -> Result<(), Error> {
        let failed = |error: &dyn std::error::Error| {
            let message = format!("writing the report {}: {error}", self.path.display());
            Error::output(
                message,
                "check the path, its permissions and the free space, and run again",
            )
        };
        let render = |out: &mut dyn Write| {
            let mut out = BufWriter::with_capacity(1 << 16, out);
            match self.format {
                Format::Json => json::write(report, &mut out)?,
                Format::JUnit => {
                    let text = junit::render(report, fail_on).map_err(io::Error::other)?;
                    out.write_all(text.as_bytes())?;
                }
            }
            out.flush()
        };
        let written = match self.is_stdout() {
            true => render(&mut io::stdout()),
            false => whole_file::write(&self.path, &render),
        };
        written.map_err(|error| failed(&error))
    }
}
