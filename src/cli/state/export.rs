//! `data-validator state export`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::DataValidator;
use crate::cli::Failure;
use crate::cli::args::state::StateExport;
use crate::cli::exit::Exit;
use crate::error::Error;
use crate::state::document;
use crate::validator::StatePlace;
use crate::whole_file;

pub fn export(validator: &DataValidator, arguments: &StateExport) -> Result<Exit, Failure> {
    let settings = arguments.state.settings();
    let state = validator.state_place(&settings);
    if let Some(output) = &arguments.output {
        refuse_own_files(output, &validator.config().file, state)?;
    }
    let entries = validator.state_entries(&settings)?;
    let render = |out: &mut dyn Write| {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        document::write(&entries, &mut out)?;
        out.flush()
    };
    let (place, written) = match &arguments.output {
        None => ("stdout".into(), render(&mut io::stdout().lock())),
        Some(path) => (path.to_string_lossy(), whole_file::write(path, &render)),
    };
    written.map_err(|error| {
        Error::output(
            format!("writing the exported state to {place}: {error}"),
            "check the path, its permissions and the free space",
        )
    })?;
    if let (Some(path), Some(state)) = (&arguments.output, state) {
        let results = entries.results();
        anstream::println!("{results} results of {state} are in {}", path.display());
    }
    Ok(Exit::Passed)
}

/// A slip of the hand must not cost the config, or the state itself.
fn refuse_own_files(
    output: &Path,
    config: &Path,
    state: Option<StatePlace<'_>>,
) -> Result<(), Error> {
    let mut own = vec![(config.to_owned(), "the config")];
    if let Some(StatePlace::File(path)) = state {
        own.push((path.to_owned(), "the state itself"));
        for ending in [".journal", ".lock"] {
            let mut beside = OsString::from(path);
            beside.push(ending);
            own.push((beside.into(), "a file of the state"));
        }
    }
    match own.iter().find(|(path, _)| is_same_file(path, output)) {
        None => Ok(()),
        Some((_, what)) => Err(Error::usage(
            format!(
                "writing the exported state to {}: it is {what}",
                output.display()
            ),
            "name another file",
        )),
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    resolved(one) == resolved(other)
}

/// The path without links, also where its last part is not there yet.
fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| {
        let folder = fs::canonicalize(whole_file::folder_of(path));
        match (folder, path.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            _ => path.to_owned(),
        }
    })
}
