//! The right to write: noted in the transaction of the rows.

use data_validator_plugin::{EngineError, ErrorClass, Fence};
use tokio_postgres::types::Type;

use crate::cancel::Running;
use crate::publication_tables::fences;
use crate::session::PostgresSession;

impl PostgresSession {
    /// Notes the fence, or gives the one that is noted and keeps this one out. Other writers of the scope wait
    /// until the transaction ends.
    pub fn fenced_by(
        &mut self,
        fence: &Fence,
        running: &Running,
    ) -> Result<Option<Fence>, EngineError> {
        let table = fences(&self.settings.publication_schema);
        let note = format!(
            "INSERT INTO {table} AS noted (scope, number, holder) VALUES ($1, $2::text::numeric, $3) \
             ON CONFLICT (scope) DO UPDATE SET number = excluded.number, holder = excluded.holder \
             WHERE noted.number < excluded.number \
                OR noted.number = excluded.number AND noted.holder = excluded.holder"
        );
        let number = fence.number.to_string();
        let passed = self.step(running, &note, |link| {
            link.change(
                &note,
                &[
                    (&fence.scope, Type::TEXT),
                    (&number, Type::TEXT),
                    (&fence.holder, Type::TEXT),
                ],
            )
        });
        if passed.map_err(|error| self.missing_tables(error))? > 0 {
            return Ok(None);
        }
        let ask = format!("SELECT number::text, holder FROM {table} WHERE scope = $1");
        let rows = self.step(running, &ask, |link| {
            link.rows(&ask, &[(&fence.scope, Type::TEXT)])
        })?;
        let noted = rows.first().and_then(|row| {
            Some(Fence {
                scope: fence.scope.clone(),
                holder: row.get(1),
                number: row.get::<_, String>(0).parse().ok()?,
            })
        });
        let message = "the fence that is noted cannot be read";
        noted
            .map(Some)
            .ok_or_else(|| EngineError::new(ErrorClass::Data, message))
    }
}
