//! SQL that a user wrote: parsed as exactly one read-only expression or query, never pasted blindly.
//!
//! The check is made on the parsed tree; what runs is the user's own tokens without the comments,
//! so that nothing is rewritten and no comment can swallow what follows. Reading only is not a
//! sandbox: a function with side effects still runs, so the session should have a restricted role.

use std::ops::ControlFlow;

use data_validator_plugin::Dialect;
use serde::Serialize;
use sqlparser::ast::{Statement, Visit};
use sqlparser::dialect::{GenericDialect, dialect_from_str};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer, Whitespace};

use inspect::{Inspection, first_word};

mod inspect;

/// How a query names the table it checks.
const TABLE_PLACE: &str = "{table}";

/// What stands for the table's place while the text is parsed.
const TABLE_NAME: &str = "data_validator_table";

/// A scalar expression over the columns of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct SqlExpression {
    text: String,
    #[serde(skip)]
    not_reusable: Option<&'static str>,
}

/// A query over the rows in scope, which it calls `{table}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct SqlQuery {
    /// The text, with [`TABLE_NAME`] where the table is meant.
    text: String,
    #[serde(skip)]
    not_reusable: Option<&'static str>,
}

/// Why a text is not accepted as SQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlTextError {
    #[error("the SQL cannot be read: {0}")]
    Syntax(String),
    #[error("the SQL has {0} statements where one is meant; write one rule for each")]
    SeveralStatements(usize),
    #[error("the SQL would change data ({0}); only queries that read are run")]
    NotReadOnly(String),
    #[error("the SQL is empty")]
    Empty,
    #[error(
        "'{{table}}' stands only in a query; write the check as SELECT COUNT(*) FROM {{table}} WHERE …"
    )]
    TableInExpression,
    #[error(
        "'{{table}}' stands in quotes, where it is text and not the table; write it as in SELECT COUNT(*) FROM {{table}}"
    )]
    TableInQuotes,
}

impl SqlExpression {
    /// Checks that the text is one expression.
    pub fn parse(text: &str, dialect: &Dialect) -> Result<Self, SqlTextError> {
        let (text, tokens) = tokens(text, dialect)?;
        if tokens.contains(&Token::make_word(TABLE_NAME, None)) {
            return Err(SqlTextError::TableInExpression);
        }
        let parser_dialect = parser_dialect(dialect);
        let mut parser = Parser::new(&*parser_dialect).with_tokens(tokens);
        let expression = parser.parse_expr().map_err(syntax)?;
        expect_end(&mut parser)?;
        let not_reusable = inspect(&expression)?;
        Ok(Self { text, not_reusable })
    }

    /// Why its value can change although the table does not.
    pub fn not_reusable(&self) -> Option<&'static str> {
        self.not_reusable
    }

    /// The expression as SQL; put it in parentheses before anything is joined to it.
    pub fn as_sql(&self) -> &str {
        &self.text
    }
}

impl SqlQuery {
    /// Whether a text is meant as a query and not as an expression.
    pub fn is_query(text: &str, dialect: &Dialect) -> bool {
        let first = tokens(text, dialect).ok().and_then(|(_, tokens)| {
            tokens
                .into_iter()
                .find(|token| !matches!(token, Token::Whitespace(_)))
        });
        matches!(first, Some(Token::Word(word)) if word.quote_style.is_none() && ["SELECT", "WITH", "FROM", "VALUES"].contains(&word.value.to_uppercase().as_str()))
    }

    /// Checks that the text is one query that reads only.
    pub fn parse(text: &str, dialect: &Dialect) -> Result<Self, SqlTextError> {
        let (text, tokens) = tokens(text, dialect)?;
        if names_table_in_quotes_alone(&tokens) {
            return Err(SqlTextError::TableInQuotes);
        }
        let parser_dialect = parser_dialect(dialect);
        let mut statements = Parser::new(&*parser_dialect)
            .with_tokens(tokens)
            .parse_statements()
            .map_err(syntax)?;
        match (statements.pop(), statements.len()) {
            (None, _) => Err(SqlTextError::Empty),
            (Some(Statement::Query(query)), 0) => Ok(Self {
                not_reusable: inspect(&query)?,
                text: text.trim_end().trim_end_matches(';').trim_end().to_owned(),
            }),
            (Some(statement), 0) => Err(SqlTextError::NotReadOnly(first_word(&statement))),
            (Some(_), more) => Err(SqlTextError::SeveralStatements(more + 1)),
        }
    }

    /// Why its answer can change although the table does not.
    pub fn not_reusable(&self) -> Option<&'static str> {
        self.not_reusable
    }

    /// SQL that selects `answer` from the query's rows, the query being over what `rows` selects.
    pub fn over(&self, rows: &str, answer: &str) -> String {
        format!(
            "WITH {TABLE_NAME} AS ({rows}) SELECT {answer} FROM ({}) AS answer",
            self.text
        )
    }

    /// The query as SQL, when it stands for itself.
    pub fn as_sql(&self) -> &str {
        &self.text
    }
}

/// The tokens of a text without comments, `{table}` replaced by a name; and the text they make.
fn tokens(text: &str, dialect: &Dialect) -> Result<(String, Vec<Token>), SqlTextError> {
    let parser_dialect = parser_dialect(dialect);
    let written = Tokenizer::new(&*parser_dialect, text)
        .with_unescape(false)
        .tokenize()
        .map_err(|error| SqlTextError::Syntax(error.to_string()))?;
    let mut tokens = Vec::with_capacity(written.len());
    for token in written {
        match token {
            Token::Whitespace(Whitespace::SingleLineComment { .. }) => {
                tokens.push(Token::Whitespace(Whitespace::Newline));
            }
            Token::Whitespace(Whitespace::MultiLineComment(_)) => {
                tokens.push(Token::Whitespace(Whitespace::Space));
            }
            Token::RBrace if ends_with_table_place(&tokens) => {
                tokens.truncate(tokens.len() - 2);
                tokens.push(Token::make_word(TABLE_NAME, None));
            }
            token => tokens.push(token),
        }
    }
    let text = tokens
        .iter()
        .map(Token::to_string)
        .collect::<String>()
        .trim()
        .to_owned();
    if text.is_empty() {
        return Err(SqlTextError::Empty);
    }
    Ok((text, tokens))
}

fn ends_with_table_place(tokens: &[Token]) -> bool {
    let inner = &TABLE_PLACE[1..TABLE_PLACE.len() - 1];
    matches!(tokens, [.., Token::LBrace, Token::Word(word)] if word.value == inner && word.quote_style.is_none())
}

/// Whether the table is meant, but only in quotes, where no place is filled.
fn names_table_in_quotes_alone(tokens: &[Token]) -> bool {
    let is_quoted = |token: &Token| match token {
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => {
            text.contains(TABLE_PLACE)
        }
        Token::Word(word) => word.quote_style.is_some() && word.value == TABLE_PLACE,
        _ => false,
    };
    tokens.iter().any(is_quoted) && !tokens.contains(&Token::make_word(TABLE_NAME, None))
}

fn parser_dialect(dialect: &Dialect) -> Box<dyn sqlparser::dialect::Dialect> {
    dialect_from_str(&dialect.parser).unwrap_or_else(|| Box::new(GenericDialect))
}

fn expect_end(parser: &mut Parser<'_>) -> Result<(), SqlTextError> {
    match parser.peek_token().token {
        Token::EOF => Ok(()),
        Token::SemiColon => Err(SqlTextError::SeveralStatements(2)),
        token => Err(SqlTextError::Syntax(format!(
            "'{token}' stands where the expression should end"
        ))),
    }
}

fn syntax(error: ParserError) -> SqlTextError {
    SqlTextError::Syntax(match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => "it is nested too deeply".into(),
    })
}

fn inspect(parsed: &impl Visit) -> Result<Option<&'static str>, SqlTextError> {
    let mut inspection = Inspection::default();
    match parsed.visit(&mut inspection) {
        ControlFlow::Continue(()) => Ok(inspection.not_reusable()),
        ControlFlow::Break(what) => Err(SqlTextError::NotReadOnly(what)),
    }
}
