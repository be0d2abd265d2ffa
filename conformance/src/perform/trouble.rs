//! Why a case does not pass.

use std::any::Any;

use data_validator_plugin::EngineError;

use crate::suite::link::Ended;

/// Why a case does not pass.
#[derive(Debug)]
pub enum Trouble {
    /// The engine does otherwise than the case says.
    Fail(String),
    /// The engine has not what the case is about.
    Skip(String),
    /// Something that the case needs is not there.
    NotRun(String),
    /// The suite's own fault.
    Error(String),
}

/// What a step comes to.
pub type Done<T = ()> = Result<T, Trouble>;

impl Trouble {
    /// The same, saying first where.
    pub fn at(self, place: &str) -> Self {
        let at = |why| format!("{place}: {why}");
        match self {
            Self::Fail(why) => Self::Fail(at(why)),
            Self::Skip(why) => Self::Skip(why),
            Self::NotRun(why) => Self::NotRun(at(why)),
            Self::Error(why) => Self::Error(at(why)),
        }
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::Error(format!("{error:#}"))
    }
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Fail(why) => Self::Fail(why),
            Trouble::Skip(why) => Self::Skip(why),
            Trouble::NotRun(why) => Self::NotRun(why),
            Trouble::Error(why) => Self::Error(why),
        }
    }
}

/// What an engine should have done, and did otherwise.
pub fn fail<T>(why: impl Into<String>) -> Done<T> {
    Err(Trouble::Fail(why.into()))
}

/// An error where none should be.
pub fn unexpected(error: &EngineError) -> Trouble {
    Trouble::Fail(format!("an error of class '{}': {error}", error.class))
}

/// A step that ended in a panic: the engine's, or that of who reads what it gives.
pub fn panicked(panic: &(dyn Any + Send)) -> Done {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
    fail(format!("a panic: {}", said.unwrap_or("it says nothing")))
}
