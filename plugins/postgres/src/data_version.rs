//! A token of a table's data: an equal one proves that the table is unchanged.
//!
//! Equal snapshots see the same transactions and so the same rows. Which server and which of its lives the
//! snapshot is of stands beside it, since the numbers of transactions start again after a restored backup, and
//! may after a crash: the statistics are reset by one, and by nothing else that happens by itself.

use data_validator_plugin::{Call, EngineError, ErrorClass, Relation};
use tokio_postgres::types::Type;

use crate::session::{Attached, PostgresSession};

/// Only for a table whose rows all lie in this database's own logged files, where every change has the number
/// of a transaction: not for views, foreign, temporary and unlogged tables, nor where a part is one of those.
/// Not under row security, which can hide rows by anything, and not for catalogues, some of which the server
/// changes in place. A standby's snapshot does not tell which transactions are under way, so there is no
/// proof there.
const TOKEN: &str = "
    WITH RECURSIVE parts AS (
        SELECT oid, relkind, relpersistence, relam, relrowsecurity
        FROM pg_class WHERE oid = to_regclass($1)
        UNION
        SELECT c.oid, c.relkind, c.relpersistence, c.relam, c.relrowsecurity
        FROM parts p JOIN pg_inherits i ON i.inhparent = p.oid JOIN pg_class c ON c.oid = i.inhrelid
    ), proof AS (
        SELECT NOT pg_is_in_recovery() AND coalesce(bool_and(
            oid >= 16384 AND relpersistence = 'p' AND NOT relrowsecurity
            AND (relkind = 'p' OR relkind = 'r' AND relam = (SELECT oid FROM pg_am WHERE amname = 'heap'))
        ), false) AS is_one
        FROM parts
    )
    SELECT CASE WHEN is_one THEN concat_ws('.',
        'pg:' || (SELECT system_identifier FROM pg_control_system()),
        left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        to_regclass($1)::oid,
        (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint,
        coalesce((extract(epoch FROM (SELECT stats_reset FROM pg_stat_bgwriter)) * 1000000)::bigint, 0),
        pg_current_snapshot()
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
            return Ok(None);
        }
        let answer = self.read(call, TOKEN, |link| {
            link.rows(TOKEN, &[(&relation.sql, Type::TEXT)])
        });
        match answer {
            Ok(rows) => Ok(rows.first().and_then(|row| row.get(0))),
            // A server that does not tell this role, or does not have one of the functions.
            Err(error) if is_not_told(&error) => {
                log::debug!("no data version of {}: {error}", relation.sql);
                Ok(None)
            }
            Err(error) => Err(error.context(format_args!(
                "asking for the data version of {}",
                relation.sql
            ))),
        }
    }
}

fn is_not_told(error: &EngineError) -> bool {
    error.class == ErrorClass::Auth
        || matches!(
            error.sqlstate.as_deref(),
            Some("42883" | "42P01" | "42703" | "0A000")
        )
}
