//! Whether a case says anything about an engine.

use data_validator_plugin::{Description, RegexFlavour, Transactions};

use crate::case::{Case, Requirement};
use crate::outcome::Outcome;
use crate::settings::Settings;

/// Why a case is not run; `None` where everything that it needs is there.
pub fn missing(case: &Case, engine: &Description, settings: &Settings) -> Option<Outcome> {
    let requirements = case.body.requires.iter();
    let mut missing = requirements.filter(|requirement| !is_met(requirement, engine, settings));
    let requirement = missing.next()?;
    Some(match requirement {
        Requirement::Away => Outcome::NotRun(
            "the settings do not say what takes the engine away for a while; add 'away'".into(),
        ),
        Requirement::Wire => Outcome::Skip("the settings have no [wire]".into()),
        Requirement::Session(kind) => {
            Outcome::Skip(format!("the settings have no [sessions.{kind}]"))
        }
        other => Outcome::Skip(format!("the engine does not declare {}", what(other))),
    })
}

fn is_met(requirement: &Requirement, engine: &Description, settings: &Settings) -> bool {
    let (can, dialect) = (&engine.capabilities, &engine.dialect);
    match requirement {
        Requirement::Publish => can.publish,
        Requirement::Transactions => can.transactions != Transactions::None,
        Requirement::TransactionalDdl => can.transactions == Transactions::Ddl,
        Requirement::Away => settings.away.is_some(),
        Requirement::Wire => settings.wire.is_some() && settings.service.is_some(),
        Requirement::Ingest => can.ingest,
        Requirement::Streams => can.streams,
        Requirement::Files => !can.file_formats.is_empty(),
        Requirement::ReadOnlySessions => can.read_only_sessions,
        Requirement::Patterns => dialect.regex_flavour != RegexFlavour::None,
        Requirement::TextLength => dialect.text_length.is_some(),
        Requirement::Json => dialect.is_json.is_some(),
        Requirement::Deviations => dialect.stddev_samp.is_some() && dialect.stddev_pop.is_some(),
        Requirement::Moments => dialect.microseconds_since_epoch.is_some(),
        // One that looks at no value says that none is NaN.
        Requirement::OddDoubles => dialect.is_nan.contains("{value}"),
        Requirement::Session(kind) => settings.sessions.contains_key(kind),
    }
}

fn what(requirement: &Requirement) -> &'static str {
    match requirement {
        Requirement::Publish => "'publish'",
        Requirement::Transactions => "'transactions'",
        Requirement::TransactionalDdl => "'transactions: ddl'",
        Requirement::Ingest => "'ingest'",
        Requirement::Streams => "'streams'",
        Requirement::Files => "'file_formats'",
        Requirement::ReadOnlySessions => "'read_only_sessions'",
        Requirement::Patterns => "'regex_flavour' in its dialect",
        Requirement::TextLength => "'text_length' in its dialect",
        Requirement::Json => "'is_json' in its dialect",
        Requirement::Deviations => "'stddev_samp' and 'stddev_pop' in its dialect",
        Requirement::Moments => "'microseconds_since_epoch' in its dialect",
        Requirement::OddDoubles => "that a double can be NaN ('is_nan' in its dialect)",
        Requirement::Away | Requirement::Wire | Requirement::Session(_) => "it",
    }
}
