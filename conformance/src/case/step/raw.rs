//! Steps below the safe interface.

use serde::Deserialize;

/// What is done with the functions of the C interface, below all that makes it safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Raw {
    AnotherMajorIsRefused,
    ANewerHostIsServed,
    AnOlderHostGetsNoMoreThanFits,
    TheTableHasWhatEveryPluginHas,
    TwoTablesServe,
    TheDescriptionStaysTheSame,
    ErrorsStayInTheirRoom,
    NoRoomForAnErrorIsNeeded,
    AReleaseMarksItself,
    BatchesOutliveTheirStream,
    AStreamCanBeMoved,
    AStreamIsReleasedUnread,
    AStreamWithoutRowsHasASchema,
    AStreamHasItsSession,
    ASessionMovesBetweenThreads,
    TextsAreBorrowed,
    NoTextIsNoCrash,
    ANulIsNoEnd,
    BrokenTextIsAnError,
    UnknownMembersAreIgnored,
    TheProcessIsLeftAsItWas,
}
