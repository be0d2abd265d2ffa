//! An engine's SQL as data: the host renders from this table and knows no engine by name.

use serde::{Deserialize, Serialize};

use crate::schema::LogicalType;

/// How an engine writes what a rule asks.
///
/// Templates hold named places in braces, which are filled with SQL that is rendered already. The
/// default is [`Dialect::ansi`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialect {
    /// Name of the `sqlparser` dialect that reads this engine's SQL: `duckdb`, `postgres`, `generic`.
    pub parser: String,
    /// Quote round an identifier, doubled inside.
    pub identifier_quote: char,
    /// Whether `\` escapes inside a string literal and so must be doubled.
    pub backslash_escapes: bool,
    /// Number of rows for which `{condition}` is TRUE.
    pub count_where: String,
    /// TRUE where the text `{value}` contains a match of `{pattern}`, a string literal.
    pub regex_search: String,
    pub regex_flavour: RegexFlavour,
    /// TRUE where the double `{value}` is NaN.
    pub is_nan: String,
    /// `{value}`, a text, ordered by code point.
    pub text_by_code_point: String,
    /// The name of a type in a cast.
    pub type_names: TypeNames,
    /// The most expressions in one select list.
    pub max_select_items: usize,
    /// Number of different values of the integer column `{value}`, none of them outside `{min}` and
    /// `{max}`, from a bitmap; `None` where the engine has no such aggregate.
    pub count_distinct_bitmap: Option<String>,
    /// The statement that makes the table `{table}` anew of the rows of `{query}`, in the place of one of its name;
    /// `None` where the engine has no such statement, and its rows are deleted and inserted.
    pub replace_table: Option<String>,
    /// The statement that keeps other writers, but no reader, from the table `{table}` until the transaction
    /// ends; `None` where the engine needs none, since writers of the same rows exclude each other.
    pub lock_table: Option<String>,
    /// The statement that writes the rows of `{query}` to a new Parquet file at `{path}`, a string literal, with
    /// memory that does not grow with them; `None` where the engine writes no files of the host's machine, and
    /// the host writes what a query gives.
    pub write_parquet: Option<String>,
    /// Number of Unicode scalar values of the text `{value}`. This and what follows is `None` where the
    /// engine cannot tell: a rule that needs it then ends as an error.
    pub text_length: Option<String>,
    /// TRUE where the text `{value}` is JSON by RFC 8259, its strings without half of a surrogate pair.
    pub is_json: Option<String>,
    /// The timestamp without zone `{value}` as the moment that it is in UTC.
    pub moment_in_utc: Option<String>,
    /// Whole days from 1970-01-01 to the date `{value}`.
    pub days_since_epoch: Option<String>,
    /// Whole microseconds from 1970-01-01 in UTC to the timestamp `{value}`, with or without zone.
    pub microseconds_since_epoch: Option<String>,
    /// Sum of the integer or decimal `{value}`, which has `{scale}` digits behind the point, as text: exact,
    /// or an error.
    pub exact_sum: Option<String>,
    /// Standard deviation of a sample, of the double `{value}`.
    pub stddev_samp: Option<String>,
    /// Standard deviation of a population, of the double `{value}`.
    pub stddev_pop: Option<String>,
    /// About how many rows `{relation}` has, a string literal of what stands behind `FROM`, without
    /// reading them: an integer or NULL. It chooses forms and proves nothing; `None` where no catalogue
    /// knows.
    pub estimated_rows: Option<String>,
    /// As [`Dialect::estimated_rows`], about how many different values `{column}` has, a string literal.
    pub estimated_values: Option<String>,
    /// How the content of a relation is hashed; `None` where the engine cannot, and then nothing but a token of its
    /// own proves that rows are unchanged.
    pub content_hash: Option<ContentHash>,
    pub costs: Costs,
}

/// How a hash is made of all rows of a relation, whatever their order.
///
/// Relations with the same columns have the same hash only if they have the same rows: NULL and an empty value,
/// values that stand in another column, and rows that are there twice make a difference, and so does whatever a
/// query can tell of a value, such as the sign of a zero. By chance two hashes are equal less often than once in 2^60.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContentHash {
    /// What `{value}`, a column of any type, adds to its row.
    pub value: String,
    /// The query that gives the hash as one text, of the rows of `{relation}`, each of them made of `{values}`:
    /// what its columns add, with commas in between.
    pub query: String,
}

/// What it takes to answer a question in each of its forms, in nanoseconds of the clock on a common
/// machine. Only the ratios matter: they choose a form, never an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Costs {
    /// One more query, whatever it reads.
    pub query: f64,
    /// `count(column)`, per row.
    pub count_column: f64,
    /// A comparison inside an aggregate, per row.
    pub condition: f64,
    /// A pattern, per value it is tried on.
    pub pattern: f64,
    /// A comparison in `WHERE`, per row that statistics do not rule out.
    pub filter: f64,
    /// `GROUP BY` of a text with few different values, per row.
    pub group_few: f64,
    /// `GROUP BY` of a key with many different values, per row.
    pub group_many: f64,
    /// `count(DISTINCT column)`, per row.
    pub count_distinct: f64,
    /// [`Dialect::count_distinct_bitmap`], per row.
    pub bitmap: f64,
}

/// Which regular-expression language the engine speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegexFlavour {
    /// Google's RE2.
    Re2,
    /// The `regex` crate.
    RustRegex,
    /// PostgreSQL's advanced regular expressions.
    PostgresAre,
    /// The engine has no patterns: a rule that needs them ends as an error. A word that is not known here
    /// counts as this one.
    #[serde(other)]
    None,
}

/// What a type is called in `CAST(… AS …)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypeNames {
    pub boolean: String,
    pub integer: String,
    pub float: String,
    pub double: String,
    pub text: String,
    pub date: String,
    pub timestamp: String,
    pub timestamp_tz: String,
}

impl Default for Dialect {
    fn default() -> Self {
        Self::ansi()
    }
}

/// The names of the SQL standard.
impl Default for TypeNames {
    fn default() -> Self {
        Self {
            boolean: "BOOLEAN".into(),
            integer: "BIGINT".into(),
            float: "REAL".into(),
            double: "DOUBLE PRECISION".into(),
            text: "VARCHAR".into(),
            date: "DATE".into(),
            timestamp: "TIMESTAMP".into(),
            timestamp_tz: "TIMESTAMP WITH TIME ZONE".into(),
        }
    }
}

/// Of an engine that nobody measured: one scan for everything, and no form that could be slower.
impl Default for Costs {
    fn default() -> Self {
        Self {
            query: 2_000_000.0,
            count_column: 2.0,
            condition: 2.0,
            pattern: 30.0,
            filter: 2.0,
            group_few: 100.0,
            group_many: 100.0,
            count_distinct: 60.0,
            bitmap: 60.0,
        }
    }
}

impl TypeNames {
    /// The type's name, or `None` for a type that nothing is cast to.
    pub fn of(&self, logical_type: &LogicalType) -> Option<String> {
        Some(match logical_type {
            LogicalType::Boolean => self.boolean.clone(),
            LogicalType::Integer => self.integer.clone(),
            LogicalType::Float => self.float.clone(),
            LogicalType::Double => self.double.clone(),
            LogicalType::Decimal { precision, scale } => format!("DECIMAL({precision},{scale})"),
            LogicalType::Text => self.text.clone(),
            LogicalType::Date => self.date.clone(),
            LogicalType::Timestamp => self.timestamp.clone(),
            LogicalType::TimestampTz => self.timestamp_tz.clone(),
            _ => return None,
        })
    }
}
