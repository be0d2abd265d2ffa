//! Names and values as SQL text. Nothing a user wrote becomes SQL any other way.

use crate::dialect::Dialect;
use crate::error::{EngineError, ErrorClass};
use crate::publication::NewTable;
use crate::schema::Column;
use crate::source::TableName;

impl Dialect {
    /// A name as an identifier: quoted, with quotes inside doubled.
    ///
    /// ```
    /// # let dialect = data_validator_plugin::Dialect::ansi();
    /// assert_eq!(dialect.identifier("dep time"), r#""dep time""#);
    /// assert_eq!(dialect.identifier(r#"x"; DROP TABLE y; --"#), r#""x""; DROP TABLE y; --""#);
    /// ```
    pub fn identifier(&self, name: &str) -> String {
        let quote = self.identifier_quote;
        let doubled = name.replace(quote, &format!("{quote}{quote}"));
        format!("{quote}{doubled}{quote}")
    }

    /// A table's name, each part quoted.
    pub fn table(&self, name: &TableName) -> String {
        name.parts()
            .map(|part| self.identifier(part))
            .collect::<Vec<_>>()
            .join(".")
    }

    /// The statement that makes a table of a publication, unless there is one of its name.
    ///
    /// # Errors
    /// `unsupported` for a column of a type that nothing is cast to.
    pub fn create_table(&self, new: &NewTable) -> Result<String, EngineError> {
        let column = |column: &Column| {
            let type_name = self.type_names.of(&column.logical_type).ok_or_else(|| {
                let message = format!(
                    "the column '{}' cannot be made: '{}' is no type of a new table",
                    column.name, column.logical_type
                );
                EngineError::new(ErrorClass::Unsupported, message)
            })?;
            Ok(format!("{} {type_name}", self.identifier(&column.name)))
        };
        let columns = new.schema.columns.iter().map(column);
        let columns = columns.collect::<Result<Vec<_>, EngineError>>()?;
        Ok(format!(
            "CREATE TABLE IF NOT EXISTS {} ({})",
            self.table(&new.table),
            columns.join(", ")
        ))
    }

    /// A text as a string literal.
    ///
    /// ```
    /// # let dialect = data_validator_plugin::Dialect::ansi();
    /// assert_eq!(dialect.string("it's"), "'it''s'");
    /// ```
    pub fn string(&self, text: &str) -> String {
        let doubled = text.replace('\'', "''");
        let escaped = if self.backslash_escapes {
            doubled.replace('\\', "\\\\")
        } else {
            doubled
        };
        format!("'{escaped}'")
    }

    /// The SQL that standards and most engines agree on; a start for an engine's own table.
    pub fn ansi() -> Self {
        Self {
            parser: "generic".into(),
            identifier_quote: '"',
            backslash_escapes: false,
            count_where: "count(*) FILTER (WHERE {condition})".into(),
            regex_search: "{value} ~ {pattern}".into(),
            regex_flavour: crate::dialect::RegexFlavour::PostgresAre,
            is_nan: "{value} = CAST('NaN' AS DOUBLE PRECISION)".into(),
            text_by_code_point: "{value}".into(),
            type_names: crate::dialect::TypeNames::default(),
            max_select_items: 1000,
            count_distinct_bitmap: None,
            replace_table: None,
            lock_table: None,
            write_parquet: None,
            text_length: None,
            is_json: None,
            moment_in_utc: None,
            days_since_epoch: None,
            microseconds_since_epoch: None,
            exact_sum: None,
            stddev_samp: None,
            stddev_pop: None,
            estimated_rows: None,
            estimated_values: None,
            content_hash: None,
            costs: crate::dialect::Costs::default(),
        }
    }
}

/// Fills the places `{name}` of a template; text that is filled in is not looked at again.
///
/// ```
/// # use data_validator_plugin::quote::fill;
/// assert_eq!(fill("f({a}, {b})", &[("a", "{b}"), ("b", "1")]), "f({b}, 1)");
/// ```
pub fn fill(template: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let known = places.iter().find(|(name, _)| {
            rest[1..]
                .strip_prefix(name)
                .is_some_and(|after| after.starts_with('}'))
        });
        if let Some((name, text)) = known {
            filled.push_str(text);
            rest = &rest[name.len() + 2..];
        } else {
            filled.push('{');
            rest = &rest[1..];
        }
    }
    filled.push_str(rest);
    filled
}
