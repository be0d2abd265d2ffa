//! The functions of the C interface, called as no safe code would.

mod library;
mod process;
mod room;
mod sessions;
mod streams;
mod texts;
mod versions;

pub use process::ProcessState;

use anyhow::Context;

use super::Performance;
use super::trouble::Done;
use crate::case::step::raw::Raw;
use library::{RawEngine, entry, table};

/// Rows of one column of whole numbers, which the raw steps read.
const ONE_ROW: &str = "SELECT 7 AS n";

/// What a step has to do with.
struct Plugin<'p> {
    performance: &'p Performance<'p>,
    entry: data_validator_plugin::abi::table::Init,
    /// The settings of a session as the interface has them.
    config: String,
}

impl Plugin<'_> {
    fn engine(&self) -> Done<RawEngine> {
        RawEngine::open(table(self.entry)?)
    }
}

pub fn perform(performance: &mut Performance<'_>, raw: Raw) -> Done {
    // A session of the safe interface would be in the way of another plugin's.
    performance.sessions.close_all();
    let config = serde_json::to_string(&performance.sessions.config);
    let plugin = Plugin {
        entry: entry(performance.job)?,
        config: config.context("writing the settings")?,
        performance,
    };
    match raw {
        Raw::AnotherMajorIsRefused => versions::another_major(&plugin),
        Raw::ANewerHostIsServed => versions::newer_host(&plugin),
        Raw::AnOlderHostGetsNoMoreThanFits => versions::older_host(&plugin),
        Raw::TheTableHasWhatEveryPluginHas => versions::functions(&plugin),
        Raw::TwoTablesServe => versions::two_tables(&plugin),
        Raw::TheDescriptionStaysTheSame => versions::description(&plugin),
        Raw::ErrorsStayInTheirRoom => texts::room_of_errors(&plugin),
        Raw::NoRoomForAnErrorIsNeeded => texts::no_room(&plugin),
        Raw::AReleaseMarksItself => texts::releases(&plugin),
        Raw::BatchesOutliveTheirStream => streams::batches_outlive(&plugin),
        Raw::AStreamCanBeMoved => streams::moved(&plugin),
        Raw::AStreamIsReleasedUnread => streams::unread(&plugin),
        Raw::AStreamWithoutRowsHasASchema => streams::no_rows(&plugin),
        Raw::AStreamHasItsSession => streams::busy(&plugin),
        Raw::ASessionMovesBetweenThreads => sessions::threads(&plugin),
        Raw::TextsAreBorrowed => sessions::borrowed(&plugin),
        Raw::NoTextIsNoCrash => texts::no_text(&plugin),
        Raw::ANulIsNoEnd => texts::nul(&plugin),
        Raw::BrokenTextIsAnError => texts::broken(&plugin),
        Raw::UnknownMembersAreIgnored => sessions::unknown_members(&plugin),
        Raw::TheProcessIsLeftAsItWas => process::left_as_it_was(&plugin),
    }
}
