//! The files that a table's rows are written to, which take their places together.

use super::new_file::NewFile;
use super::part::{Part, PartTarget, Rows};
use super::places::Places;
use crate::config::Target;
use crate::error::Error;

/// The files that are written, beside the places that they will take.
pub struct Files {
    clean: Option<NewFile>,
    quarantine: Option<NewFile>,
}

impl Files {
    /// Begins a file beside each place that is one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn beside(places: &Places) -> Result<Self, Error> {
        let begin = |target: &Option<Target>| match target {
            Some(Target::File(path)) => NewFile::beside(path).map(Some).map_err(|error| {
                let message = format!("writing {}: {error}", path.display());
                Error::output(message, "check the folder and the rights to it")
            }),
            _ => Ok(None),
        };
        Ok(Self {
            clean: begin(&places.clean)?,
            quarantine: begin(&places.quarantine)?,
        })
    }

    /// What is to be written where, the quarantine first.
    pub fn parts<'a>(&'a self, places: &'a Places) -> Vec<Part<'a>> {
        let part = |rows, target: &'a Option<Target>, file: &'a Option<NewFile>| {
            let target = match (target, file) {
                (Some(Target::Table(name)), _) => PartTarget::Table(name),
                (_, Some(file)) => PartTarget::File(file),
                _ => return None,
            };
            Some(Part { rows, target })
        };
        let parts = [
            part(Rows::Quarantined, &places.quarantine, &self.quarantine),
            part(Rows::Clean, &places.clean, &self.clean),
        ];
        parts.into_iter().flatten().collect()
    }

    /// Puts the files in their places, the quarantine first, so that a row is rather in both than in none where the
    /// second one fails.
    ///
    /// # Errors
    /// When a file cannot be brought to the disk, and then none takes its place, or cannot be renamed.
    pub fn take_their_places(self, attempted: &str) -> Result<(), Error> {
        let files: Vec<NewFile> = [self.quarantine, self.clean]
            .into_iter()
            .flatten()
            .collect();
        let failed = |place: &std::path::Path, error: &std::io::Error| {
            let message = format!("{attempted}: writing {}: {error}", place.display());
            Error::output(
                message,
                "check the folder and the free space, and run again",
            )
        };
        for file in &files {
            file.sync().map_err(|error| failed(file.place(), &error))?;
        }
        for file in files {
            let place = file.place().to_owned();
            file.take_place().map_err(|error| failed(&place, &error))?;
        }
        Ok(())
    }
}
