//! Steps that open sessions and attach sources.

use data_validator_plugin::{ConfigKind, EngineConfig, EngineError, Source};
use serde_json::Value;

use super::sessions::{Rows, call};
use super::trouble::{Done, fail, unexpected};
use super::{Performance, expectation};
use crate::case::step::query::Query;
use crate::case::step::session::{Attach, Connect};

/// A secret that is nowhere else.
const CANARY: &str = "cAnArY-7f3a-hunter2";

impl Performance<'_> {
    pub(super) fn connect(&mut self, connect: &Connect) -> Done {
        if connect.wrong_secrets {
            return self.connect_with_wrong_secrets(&connect.session);
        }
        let mut config = self.sessions.config_of(&connect.session).clone();
        let changes = self
            .job
            .places
            .config(&connect.connection, &connect.options)?;
        config.connection.extend(changes.connection);
        config.options.extend(changes.options);
        let connected = self.sessions.engine.connect(&config, &call());
        match (&connect.fails, connected) {
            (None, Ok(_)) => Ok(()),
            (None, Err(error)) => Err(unexpected(&error)),
            (Some(failure), connected) => expectation::of_failure(failure, connected.map(drop)),
        }
    }

    /// Whatever comes of a wrong secret, its value is in no text.
    fn connect_with_wrong_secrets(&mut self, session: &str) -> Done {
        let keys = self.sessions.engine.describe().connection;
        let secrets = keys.iter().filter(|key| key.kind == ConfigKind::Secret);
        for key in secrets {
            let is = self.sessions.config_of(session).connection.get(&key.name);
            let mut wrong = vec![
                CANARY.to_owned(),
                format!("postgresql://user:{CANARY}@127.0.0.1:1/none"),
                format!("host=127.0.0.1 port=1 password={CANARY}"),
                format!("http://user:{CANARY}@[::1"),
            ];
            if let Some((scheme, rest)) = is
                .and_then(Value::as_str)
                .and_then(|is| is.split_once("://"))
            {
                let host = rest.split_once('@').map_or(rest, |(_, host)| host);
                wrong.push(format!("{scheme}://no_such_user:{CANARY}@{host}"));
            }
            for value in wrong {
                let mut config = self.sessions.config_of(session).clone();
                config.connection.insert(key.name.clone(), value.into());
                self.connect_without_a_word(&key.name, &config)?;
            }
        }
        Ok(())
    }

    fn connect_without_a_word(&self, key: &str, config: &EngineConfig) -> Done {
        let Err(error) = self.sessions.engine.connect(config, &call()) else {
            return Ok(());
        };
        for text in texts_of(&error) {
            if text.contains(CANARY) {
                let hidden = text.replace(CANARY, "<THE SECRET>");
                return fail(format!("the error for a wrong '{key}' shows it: {hidden}"));
            }
        }
        Ok(())
    }

    pub(super) fn attach(&mut self, attach: &Attach) -> Done {
        for (name, text) in &attach.files {
            let path = self.job.places.folder.join(name);
            std::fs::write(&path, text)
                .map_err(|error| anyhow::anyhow!("writing {}: {error}", path.display()))?;
        }
        let source = self.job.places.fill(&attach.source.to_string())?;
        let source: Source = serde_json::from_str(&source)
            .map_err(|error| anyhow::anyhow!("'source' is none: {error}"))?;
        let query = Query {
            sql: format!("SELECT * FROM {}", attach.source),
            session: attach.session.clone(),
            gives: attach.gives.clone(),
            fails: attach.fails.clone(),
            ..Query::default()
        };
        let rows = self.rows_of(&attach.session, &source);
        expectation::of_query(&query, rows)
    }

    /// The rows of a source, in the order of its first column.
    fn rows_of(&mut self, session: &str, source: &Source) -> Result<Rows, EngineError> {
        let relation = self.sessions.call(session, |session, call| {
            session.attach("source", source, call)
        })?;
        let sql = format!("SELECT * FROM {} ORDER BY 1", relation.sql);
        self.sessions.rows_as_written(session, &sql)
    }
}

/// All that a user may read of an error.
pub fn texts_of(error: &EngineError) -> Vec<String> {
    let mut texts = vec![error.to_string(), format!("{error:?}")];
    let details = error.diagnostics.as_ref();
    texts.extend(details.and_then(|it| it.details.as_ref().map(Value::to_string)));
    texts
}
