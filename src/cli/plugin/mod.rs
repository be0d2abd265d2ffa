//! `data-validator plugin list`, `inspect` and `new`.

use super::Failure;
use super::args::Plugin;
use super::exit::Exit;
use crate::engines::library_file::LoadError;
use crate::error::Error;

mod inspect;
mod list;
mod skeleton;

pub fn plugin(command: &Plugin) -> Result<Exit, Failure> {
    match command {
        Plugin::List(arguments) => list::list(arguments),
        Plugin::Inspect(arguments) => inspect::inspect(arguments),
        Plugin::New(arguments) => skeleton::new(arguments),
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Error::usage(error.message, &error.hint).into()
    }
}
