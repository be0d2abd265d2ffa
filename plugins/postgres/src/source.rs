//! A source as something that stands behind `FROM`, and its columns.

use data_validator_plugin::{
    Call, Column, EngineError, ErrorClass, Relation, Schema, Source, TableName,
};
use tokio_postgres::types::Type;

use crate::session::{Attached, PostgresSession};
use crate::type_names::logical_type;

impl PostgresSession {
    pub fn attach_source(
        &mut self,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        let (sql, attached) = match source {
            Source::Files { .. } => {
                let message = "PostgreSQL reads no files of this machine; \
                               use a table or a query, or let another engine read them";
                return Err(EngineError::new(ErrorClass::Unsupported, message));
            }
            Source::Table(table) => {
                let sql = self.existing(table, call)?;
                (sql.clone(), Attached::Table(sql))
            }
            Source::Query(query) => {
                // The line break ends a comment in the query's last line.
                let sql = format!("({query}\n) AS {}", self.dialect.identifier(name));
                let probe = format!("SELECT * FROM {sql}");
                self.look(call, &probe, |link| link.prepare(&probe))?;
                (sql, Attached::Query)
            }
        };
        self.forget(name);
        self.attached.insert(name.to_owned(), attached);
        Ok(Relation { sql })
    }

    /// The quoted name of a relation that is there.
    fn existing(&mut self, table: &TableName, call: &Call) -> Result<String, EngineError> {
        const SQL: &str = "SELECT to_regclass($1)::oid";
        let quoted = self.dialect.table(table);
        let rows = self.look(call, SQL, |link| link.rows(SQL, &[(&quoted, Type::TEXT)]))?;
        let found: Option<u32> = rows.first().and_then(|row| row.try_get(0).ok().flatten());
        match found {
            Some(_) => Ok(quoted),
            None => {
                let message = format!(
                    "there is no table or view {quoted}; check its name, its schema and the search_path"
                );
                let error = EngineError::new(ErrorClass::NotFound, message);
                Err(crate::session::without_effect(self.mark(error)))
            }
        }
    }

    /// Forgets a source; a copy of rows goes as soon as the reading transaction ends.
    pub fn forget(&mut self, name: &str) {
        if let Some(Attached::Copy(copy)) = self.attached.remove(name) {
            self.discarded.push(copy);
        }
    }

    /// The columns of a relation as the server describes them: no row is read.
    pub fn columns_of(&mut self, relation: &Relation, call: &Call) -> Result<Schema, EngineError> {
        let sql = format!("SELECT * FROM {}", relation.sql);
        let statement = self.read(call, &sql, |link| link.prepare(&sql))?;
        let columns = statement.columns().iter().map(|column| Column {
            name: column.name().to_owned(),
            logical_type: logical_type(column.type_(), column.type_modifier()),
        });
        Ok(Schema {
            columns: columns.collect(),
        })
    }
}
