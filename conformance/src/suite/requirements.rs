//! Whether a case says anything about an engine.

use data_validator_plugin::{Description, Transactions};

use crate::case::{Case, Requirement};
use crate::outcome::Outcome;
use crate::settings::Settings;

/// Why a case is not run; `None` where everything that it needs is there.
pub fn missing(case: &Case, engine: &Description, settings: &Settings) -> Option<Outcome> {
    let can = &engine.capabilities;
    let undeclared = |what: &str| Outcome::Skip(format!("the engine does not declare {what}"));
    case.body
        .requires
        .iter()
        .find_map(|requirement| match requirement {
            Requirement::Publish if !can.publish => Some(undeclared("'publish'")),
            Requirement::Transactions if can.transactions == Transactions::None => {
                Some(undeclared("'transactions'"))
            }
            Requirement::TransactionalDdl if can.transactions != Transactions::Ddl => {
                Some(undeclared("'transactions: ddl'"))
            }
            Requirement::Away if settings.away.is_none() => Some(Outcome::NotRun(
                "the settings do not say what takes the engine away for a while; add 'away'".into(),
            )),
            _ => None,
        })
}
