//! What a failed call left behind.
//!
//! The numbers are part of the C interface and never change; one that is not known reads as `Unknown`.

/// What became of what the call should have changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Effect {
    #[default]
    Unknown = 0,
    /// Nothing changed.
    None = 1,
    /// Everything changed, although the call failed.
    Applied = 2,
    /// Some of it changed.
    Partial = 3,
}

/// Where the session's transaction stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TransactionState {
    #[default]
    Unknown = 0,
    /// There is none.
    None = 1,
    /// It goes on.
    Open = 2,
    /// It can only be rolled back.
    Aborted = 3,
}

/// Whether the session can be used for the next call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SessionState {
    #[default]
    Unknown = 0,
    Usable = 1,
    /// It is to be closed; a new one may work.
    Broken = 2,
}

impl Effect {
    /// The variant of that number.
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Self::None,
            2 => Self::Applied,
            3 => Self::Partial,
            _ => Self::Unknown,
        }
    }
}

impl TransactionState {
    /// The variant of that number.
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Self::None,
            2 => Self::Open,
            3 => Self::Aborted,
            _ => Self::Unknown,
        }
    }
}

impl SessionState {
    /// The variant of that number.
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Usable,
            2 => Self::Broken,
            _ => Self::Unknown,
        }
    }
}
