//! A token of a table's data: an equal one proves that the table is unchanged.
//!
//! Equal snapshots see the same transactions and so the same rows. Which server and which of its lives the
//! snapshot is of stands beside it, since the numbers of transactions start again after a restored backup, and
//! may after a crash: the statistics are reset by one, and by nothing else that happens by itself.

use data_validator_plugin::{Call, EngineError, ErrorClass, Relation};
use tokio_postgres::types::Type;

use crate::session::{Attached, PostgresSession};

/// The token, or why there is none. There is one only for a table whose rows all lie in this database's own logged
/// files, where every change has the number of a transaction: not for views, foreign, temporary and unlogged tables,
/// nor where a part is one of those. Not under row security, which can hide rows by anything, and not for catalogues,
/// some of which the server changes in place. A standby's snapshot does not tell which transactions are under way, so
/// there is no proof there.
const TOKEN: &str = "
    WITH RECURSIVE parts AS (
        SELECT oid, relkind, relpersistence, relam, relrowsecurity
        FROM pg_class WHERE oid = to_regclass($1)
        UNION
        SELECT c.oid, c.relkind, c.relpersistence, c.relam, c.relrowsecurity
        FROM parts p JOIN pg_inherits i ON i.inhparent = p.oid JOIN pg_class c ON c.oid = i.inhrelid
    ), reasons AS (
        SELECT CASE
            WHEN pg_is_in_recovery() THEN 'a standby does not tell which transactions are under way'
            WHEN oid < 16384 THEN 'the server changes a catalogue in place'
            WHEN relkind = 'v' THEN 'a view can read anything'
            WHEN relkind = 'm' THEN 'a materialized view has rows of its own'
            WHEN relkind = 'f' THEN 'the rows of the foreign table ' || oid::regclass || ' lie elsewhere'
            WHEN relpersistence = 'u' THEN 'changes of the unlogged table ' || oid::regclass || ' do not outlast a crash'
            WHEN relpersistence = 't' THEN 'a temporary table belongs to one session'
            WHEN relrowsecurity THEN 'row security of ' || oid::regclass || ' can hide rows by anything'
            WHEN relkind <> 'p' AND (relkind <> 'r' OR relam <> (SELECT oid FROM pg_am WHERE amname = 'heap'))
                THEN oid::regclass || ' is stored in a way of its own'
        END AS reason
        FROM parts
    ), proof AS (
        SELECT CASE count(*) WHEN 0 THEN 'it is not there' ELSE min(reason) END AS reason FROM reasons
    )
    SELECT reason, CASE WHEN reason IS NULL THEN concat_ws('.',
        'pg:' || pg_current_snapshot(),
        (SELECT system_identifier FROM pg_control_system()),
        left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        to_regclass($1)::oid,
        (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint,
        coalesce((extract(epoch FROM (SELECT stats_reset FROM pg_stat_bgwriter)) * 1000000)::bigint, 0)
    ) END
    FROM proof";

impl PostgresSession {
    pub fn version_of(
        &mut self,
        relation: &Relation,
        call: &Call,
    ) -> Result<Option<String>, EngineError> {
        let is_table = self
            .attached
            .values()
            .any(|attached| *attached == Attached::Table(relation.sql.clone()));
        if !is_table {
            return Err(no_proof("only a table has a snapshot"));
        }
        let answer = self.read(call, TOKEN, |link| {
            link.rows(TOKEN, &[(&relation.sql, Type::TEXT)])
        });
        match answer {
            Ok(rows) => {
                let cell = |index| {
                    rows.first()
                        .and_then(|row| row.get::<_, Option<String>>(index))
                };
                match cell(0) {
                    Some(reason) => Err(no_proof(&reason)),
                    None => Ok(cell(1)),
                }
            }
            // A server that does not tell this role, or does not have one of the functions.
            Err(error) if is_not_told(&error) => Err(EngineError {
                class: ErrorClass::Unsupported,
                ..error.context("the server does not tell what proves it")
            }),
            Err(error) => Err(error.context(format_args!(
                "asking for the data version of {}",
                relation.sql
            ))),
        }
    }
}

fn no_proof(reason: &str) -> EngineError {
    EngineError::new(ErrorClass::Unsupported, reason)
}

fn is_not_told(error: &EngineError) -> bool {
    error.class == ErrorClass::Auth
        || matches!(
            error.sqlstate.as_deref(),
            Some("42883" | "42P01" | "42703" | "0A000")
        )
}
