//! One session: its own names, on shared threads and memory.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use data_validator_plugin::{
    BatchStream, Call, Cancel, Dialect, EngineError, ErrorClass, FileFormat, Outcome, Publication,
    Relation, Schema, Session, Source, Statistics, TableName,
};
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::datasource::ViewTable;
use datafusion::execution::SessionState;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::cancel::{Canceller, Operations, Running};
use crate::column_type::logical_schema;
use crate::config::Settings;
use crate::copies::Copies;
use crate::dialect::dialect;
use crate::environment::Environment;
use crate::error::engine_error;
use crate::publish::{PublishedCatalog, Store};
use crate::runtime::Runtime;
use crate::source::{file_table, with_canonical_values};
use crate::statement::query_plan;
use crate::stream::{Planned, Stream};
use crate::web::{Server, WebCatalog, WebFile};
use crate::{bitmap, content_hash, json_text, matches, statistics};

pub struct DataFusionSession {
    context: SessionContext,
    environment: Arc<Environment>,
    runtime: Arc<Runtime>,
    dialect: Dialect,
    operations: Arc<Operations>,
    /// Where tables are published, if anywhere, and how statements see them.
    store: Option<(Arc<Store>, PublishedCatalog)>,
    /// The web server whose files are tables, if any.
    web: Option<Arc<Server>>,
    sources: Arc<MemorySchemaProvider>,
    rows: Arc<MemorySchemaProvider>,
    copies: Copies,
    /// The files of the Parquet sources, by relation.
    parquet: BTreeMap<String, ParquetSource>,
}

/// Where the Parquet files of a source lie.
enum ParquetSource {
    Here(Vec<PathBuf>),
    OnTheWeb(Arc<WebFile>),
}

/// What is attached and copied has a catalog of its own, so that no published table is hidden.
const OWN_CATALOG: &str = "data_validator";
const SOURCES: &str = "sources";
const ROWS: &str = "rows";
/// Where a name without catalog is looked up.
const CATALOG: &str = "datafusion";
pub const DEFAULT_SCHEMA: &str = "public";

impl DataFusionSession {
    pub fn open(
        settings: Settings,
        environment: Arc<Environment>,
        runtime: Arc<Runtime>,
        call: &Call,
    ) -> Result<Self, EngineError> {
        let operations = Arc::<Operations>::default();
        let opened = settings
            .path
            .map(|path| Store::open(path, settings.lock_timeout));
        let store = opened.transpose()?.map(|store| {
            let store = Arc::new(store);
            (Arc::clone(&store), PublishedCatalog::new(store))
        });
        let web = match settings.web {
            None => None,
            Some(web) => {
                let state = SessionStateBuilder::new()
                    .with_config(SessionConfig::from(settings.options.clone()))
                    .with_runtime_env(Arc::clone(&environment.runtime))
                    .build();
                let running = operations.begin(call)?;
                Some(Arc::new(running.run(&runtime, Server::open(web, state))?))
            }
        };
        let config = SessionConfig::from(settings.options)
            .with_default_catalog_and_schema(CATALOG, DEFAULT_SCHEMA)
            .with_create_default_catalog_and_schema(store.is_none() && web.is_none());
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(Arc::clone(&environment.runtime))
            .with_default_features()
            .build();
        let context = SessionContext::new_with_state(state);
        context.register_udf(matches::function());
        context.register_udf(json_text::function());
        context.register_udaf(bitmap::function());
        context.register_udaf(content_hash::function());
        if let Some((_, catalog)) = &store {
            context.register_catalog(CATALOG, Arc::new(catalog.clone()));
        }
        if let Some(server) = &web {
            context.register_catalog(CATALOG, Arc::new(WebCatalog(Arc::clone(server))));
        }
        let own = MemoryCatalogProvider::new();
        let sources = Arc::new(MemorySchemaProvider::new());
        let rows = Arc::new(MemorySchemaProvider::new());
        own.register_schema(SOURCES, Arc::clone(&sources) as Arc<dyn SchemaProvider>)
            .and(own.register_schema(ROWS, Arc::clone(&rows) as Arc<dyn SchemaProvider>))
            .map_err(|error| engine_error(&error))?;
        context.register_catalog(OWN_CATALOG, Arc::new(own));
        Ok(Self {
            context,
            environment,
            runtime,
            dialect: dialect(),
            operations,
            store,
            web,
            sources,
            rows,
            copies: Copies::default(),
            parquet: BTreeMap::new(),
        })
    }

    /// The relation of a source or copy of that name.
    fn own(&self, schema: &str, name: &str) -> Relation {
        let parts = [OWN_CATALOG, schema, name].map(|part| self.dialect.identifier(part));
        Relation {
            sql: parts.join("."),
        }
    }

    /// Runs the planning of a statement, whose published tables are all of one moment.
    fn plan<T, F>(
        &self,
        sql: &str,
        running: &Running,
        plan: impl FnOnce(SessionState, String) -> F,
    ) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, EngineError>> + Send + 'static,
    {
        let pass = || {
            if let Some((_, catalog)) = &self.store {
                catalog.pass();
            }
        };
        pass();
        let planned = running.run(&self.runtime, plan(self.context.state(), sql.to_owned()));
        pass();
        planned
    }

    /// Makes the plan of a statement and begins it.
    fn start(&self, sql: &str, running: Running) -> Result<Stream, EngineError> {
        let planned = self.plan(sql, &running, |state, sql| async move {
            let logical = query_plan(&state, &sql).await?;
            let plan = state
                .create_physical_plan(&logical)
                .await
                .map_err(|error| engine_error(&error))?;
            Ok(Planned {
                plan,
                context: state.task_ctx(),
                logical,
            })
        })?;
        Stream::start(planned, &self.runtime, running)
    }

    /// A source's table, to be selected from under its name.
    fn table_of(
        &self,
        source: &Source,
        running: &Running,
    ) -> Result<Arc<dyn TableProvider>, EngineError> {
        match source {
            Source::Files { format, paths } => {
                let state = self.context.state();
                let (format, paths) = (format.clone(), paths.clone());
                running.run(&self.runtime, async move {
                    file_table(&state, &format, &paths).await
                })
            }
            Source::Table(table) => Err(missing(&self.dialect, table)),
            Source::Query(query) => {
                let plan = self.plan(query, running, |state, query| async move {
                    query_plan(&state, &query).await
                })?;
                with_canonical_values(Arc::new(ViewTable::new(plan, None)))
            }
        }
    }

    fn store(&self, attempted: &str) -> Result<&Arc<Store>, EngineError> {
        let store = self.store.as_ref().map(|(store, _)| store);
        store.ok_or_else(|| {
            let message = format!(
                "{attempted}: the connection has no folder of tables; give 'path' in connection_params"
            );
            EngineError::new(ErrorClass::Config, message)
        })
    }

    /// A file of the web server, as it is now, and its table.
    fn web_table(
        &self,
        name: &TableName,
        server: &Arc<Server>,
        running: &Running,
    ) -> Result<(Arc<dyn TableProvider>, ParquetSource), EngineError> {
        if (name.catalog.as_deref()).is_some_and(|catalog| catalog != CATALOG) {
            return Err(missing(&self.dialect, name));
        }
        let (name, server) = (name.clone(), Arc::clone(server));
        running.run(&self.runtime, async move {
            let file = server.file(&name).await?;
            let table = server.table(Arc::clone(&file)).await?;
            Ok((table, ParquetSource::OnTheWeb(file)))
        })
    }

    fn published(&self, table: &TableName) -> Result<Relation, EngineError> {
        let catalog_fits = table
            .catalog
            .as_deref()
            .is_none_or(|catalog| catalog == CATALOG);
        let schema = table.schema.as_deref().unwrap_or(DEFAULT_SCHEMA);
        let found = match &self.store {
            Some((store, _)) if catalog_fits => store.has_table(schema, &table.table)?,
            _ => false,
        };
        if !found {
            return Err(missing(&self.dialect, table));
        }
        let parts = [CATALOG, schema, &table.table].map(|part| self.dialect.identifier(part));
        Ok(Relation {
            sql: parts.join("."),
        })
    }
}

fn missing(dialect: &Dialect, table: &TableName) -> EngineError {
    let message = format!(
        "there is no table {}; check its name and 'path' or 'url' in connection_params",
        dialect.table(table)
    );
    EngineError::new(ErrorClass::NotFound, message)
}

fn replace(
    schema: &MemorySchemaProvider,
    name: &str,
    table: Option<Arc<dyn TableProvider>>,
) -> Result<(), EngineError> {
    schema
        .deregister_table(name)
        .and_then(|_| match table {
            Some(table) => schema.register_table(name.to_owned(), table),
            None => Ok(None),
        })
        .map(drop)
        .map_err(|error| engine_error(&error))
}

impl Session for DataFusionSession {
    fn attach(
        &mut self,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        let running = self.operations.begin(call)?;
        let (table, parquet) = match (source, &self.web) {
            (Source::Table(table), None) => return self.published(table),
            (Source::Table(table), Some(server)) => {
                let (table, file) = self.web_table(table, server, &running)?;
                (table, Some(file))
            }
            (Source::Files { format, paths }, _) => {
                let is_parquet = matches!(format, FileFormat::Parquet);
                let here = is_parquet.then(|| ParquetSource::Here(paths.clone()));
                (self.table_of(source, &running)?, here)
            }
            (Source::Query(_), _) => (self.table_of(source, &running)?, None),
        };
        let relation = self.own(SOURCES, name);
        replace(&self.sources, name, Some(table))?;
        match parquet {
            Some(parquet) => self.parquet.insert(relation.sql.clone(), parquet),
            None => self.parquet.remove(&relation.sql),
        };
        Ok(relation)
    }

    fn schema(&mut self, relation: &Relation, call: &Call) -> Result<Schema, EngineError> {
        let running = self.operations.begin(call)?;
        let sql = format!("SELECT * FROM {}", relation.sql);
        let plan = self.plan(&sql, &running, |state, sql| async move {
            query_plan(&state, &sql).await
        })?;
        Ok(logical_schema(plan.schema().as_arrow()))
    }

    fn statistics(
        &mut self,
        relation: &Relation,
        columns: &[&str],
        call: &Call,
    ) -> Result<Option<Statistics>, EngineError> {
        let running = self.operations.begin(call)?;
        match self.parquet.get(&relation.sql) {
            Some(ParquetSource::Here(paths)) => statistics::of_parquet(paths, columns, &running),
            Some(ParquetSource::OnTheWeb(_)) | None => Ok(None),
        }
    }

    fn materialise(
        &mut self,
        name: &str,
        relation: &Relation,
        columns: &[&str],
        call: &Call,
    ) -> Result<Option<Relation>, EngineError> {
        let running = self.operations.begin(call)?;
        if columns.is_empty() {
            return Ok(None);
        }
        let columns: Vec<String> = columns
            .iter()
            .map(|column| self.dialect.identifier(column))
            .collect();
        let sql = format!("SELECT {} FROM {}", columns.join(", "), relation.sql);
        let mut stream = self.start(&sql, running)?;
        replace(&self.rows, name, None)?;
        self.copies.forget(name);
        let Some(copy) = self.copies.copy(name, &mut stream, &self.environment)? else {
            return Ok(None);
        };
        replace(&self.rows, name, Some(copy))?;
        Ok(Some(self.own(ROWS, name)))
    }

    fn detach(&mut self, name: &str, call: &Call) -> Result<(), EngineError> {
        let _running = self.operations.begin(call)?;
        self.parquet.remove(&self.own(SOURCES, name).sql);
        replace(&self.sources, name, None)?;
        replace(&self.rows, name, None)?;
        self.copies.forget(name);
        Ok(())
    }

    /// The host hashes files, and a query may read any of them.
    fn data_version(
        &mut self,
        relation: &Relation,
        _call: &Call,
    ) -> Result<Option<String>, EngineError> {
        if let Some(ParquetSource::OnTheWeb(file)) = self.parquet.get(&relation.sql) {
            return file.version().map(Some);
        }
        let reason = "DataFusion has no snapshots";
        Err(EngineError::new(ErrorClass::Unsupported, reason))
    }

    fn query<'s>(
        &'s mut self,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError> {
        let running = self.operations.begin(call)?;
        Ok(Box::new(self.start(sql, running)?))
    }

    fn publish(&mut self, publication: &Publication, call: &Call) -> Result<Outcome, EngineError> {
        let running = self.operations.begin(call)?;
        let attempted = format!("publishing '{}'", publication.key);
        self.store(&attempted)?
            .publish(publication, &running)
            .map_err(|error| error.context(attempted))
    }

    fn outcome(&mut self, key: &str, call: &Call) -> Result<Option<Outcome>, EngineError> {
        let running = self.operations.begin(call)?;
        let attempted = format!("asking what became of '{key}'");
        self.store(&attempted)?
            .outcome(key, &running)
            .map_err(|error| error.context(attempted))
    }

    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(Canceller(Arc::clone(&self.operations)))
    }
}
