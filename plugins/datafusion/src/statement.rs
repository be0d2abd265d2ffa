//! From the text of a statement to its plan.

use data_validator_plugin::{EngineError, ErrorClass};
use datafusion::execution::SessionState;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::dialect::dialect_from_str;

use crate::error::engine_error;

/// The plan of exactly one statement that gives rows; whatever would change something is refused.
pub async fn query_plan(state: &SessionState, sql: &str) -> Result<LogicalPlan, EngineError> {
    let statement = one_query(state, sql)?;
    let plan = state
        .statement_to_plan(statement)
        .await
        .map_err(|error| engine_error(&error))?;
    // A SELECT can hold an INSERT, or make a table INTO which it selects.
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
        .verify_plan(&plan)
        .map_err(|error| engine_error(&error))?;
    Ok(plan)
}

fn one_query(state: &SessionState, sql: &str) -> Result<Statement, EngineError> {
    let options = &state.config_options().sql_parser;
    let dialect = dialect_from_str(options.dialect).ok_or_else(|| {
        let message = format!(
            "the option 'datafusion.sql_parser.dialect': there is no dialect {}",
            options.dialect
        );
        EngineError::new(ErrorClass::Config, message)
    })?;
    let mut statements = DFParserBuilder::new(sql)
        .with_dialect(dialect.as_ref())
        .with_recursion_limit(options.recursion_limit.get())
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| engine_error(&error))?;
    let refused = |message: &str| Err(EngineError::new(ErrorClass::InvalidSql, message));
    match (statements.pop_front(), statements.is_empty()) {
        (None, _) => refused("there is no statement in the text"),
        (Some(_), false) => {
            refused("there is more than one statement in the text; give one at a time")
        }
        (Some(statement), true) => match &statement {
            Statement::Statement(sql) if matches!(**sql, ast::Statement::Query(_)) => Ok(statement),
            _ => refused("the statement gives no rows; give a SELECT"),
        },
    }
}
