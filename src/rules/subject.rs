//! What a rule is about.

/// Which of the keys `column`, `columns` and `expression` the rules of a type have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The table as a whole: none of them.
    Table,
    /// One column.
    Column,
    /// One or several columns.
    Columns,
    /// The columns that are named, or else all.
    ColumnsOrAll,
    /// An SQL expression, which may also stand among the parameters.
    Expression,
    /// Nobody looks.
    Anything,
}

impl Subject {
    /// The keys that only some rule types have.
    pub const KEYS: &[&str] = &["column", "columns", "expression"];

    /// Those of them that rules about this have.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Table => &[],
            Self::Column | Self::Columns | Self::ColumnsOrAll => &["column", "columns"],
            Self::Expression => &["expression"],
            Self::Anything => Self::KEYS,
        }
    }
}
