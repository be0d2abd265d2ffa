//! From rules to SQL: rules ask questions, a table's questions become few scans.
//!
//! | step | where |
//! | --- | --- |
//! | what is asked, in no engine's words | [`question`], [`condition`] |
//! | what an engine may lack for it | [`ability`] |
//! | the forms that a question has, all with the same answer | [`form`] |
//! | what statistics prove without a query | [`proof`] |
//! | the cheapest form, by what is known of the rows | [`choice`] |
//! | what one query can answer together | [`scans`] |
//! | which rows fail, from the same questions | [`failing`] |
//! | that query in a dialect | [`sql`] |
//! | the answer | [`value`] |

pub mod ability;
pub mod choice;
pub mod condition;
pub mod custom_sql;
pub mod failing;
pub mod form;
pub mod other_rows;
pub mod pairing;
pub mod proof;
pub mod question;
pub mod regex;
pub mod scans;
pub mod sql;
pub mod value;

pub use choice::Known;
pub use form::{Form, FormName};
pub use scans::{Plan, Scan, Shape};
pub use sql::Rows;
