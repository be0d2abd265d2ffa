//! All keys of a config but the parameters of its rules.
//!
//! A key that is read but not listed here is unknown to every user. One whose feature is yet to come is
//! [`Key::later`]; to give it a kind is the first step of building it.

use super::data_version::DataVersionWord;
use super::key::{Key, Kind};
use super::pipeline::{Reuse, StateKind};
use super::samples::MOST_SAMPLES;
use super::{FileKind, OnEmpty, Severity};
use crate::state::{Durability, ResultsPlace};

/// The config as a whole.
pub const CONFIG: &[Key] = &[
    Key::optional(
        "version",
        Kind::Version,
        "The version of the config format.",
    ),
    Key::optional(
        "metadata",
        Kind::Open(&[]),
        "Anything; nothing looks at it.",
    ),
    Key::optional(
        "pipeline",
        Kind::Mapping(PIPELINE),
        "What is kept from run to run.",
    ),
    Key::optional(
        "outputs",
        Kind::Mapping(OUTPUTS),
        "Where `data-validator filter` writes rows.",
    ),
    Key::optional(
        "dqx",
        Kind::Open(DQX),
        "Of the Python package; what is not listed has no effect.",
    ),
    Key::optional(
        "plugins",
        Kind::Mappings(PLUGIN),
        "Files with engines that are not built in.",
    ),
    Key::optional("engine", Kind::Engine, "The default engine."),
    Key::optional(
        "engines",
        Kind::Named(&Kind::Engine),
        "More engines by name, for `engine` of a table and for `--engine`.",
    ),
    Key::required("tables", Kind::Mappings(TABLE), "The tables to validate."),
    Key::optional(
        "global_rules",
        Kind::GlobalRules,
        "Rules that run on every table.",
    ),
    Key::optional(
        "require_sql_rules",
        Kind::Boolean,
        "Whether each rule must have an `expression`.",
    )
    .or("false"),
];

const PIPELINE: &[Key] = &[
    Key::optional(
        "state_file",
        Kind::Text,
        "Where results are recorded, relative to the config; nothing is recorded without it.",
    ),
    Key::optional(
        "state",
        Kind::Either(&[Kind::one_of::<StateKind>(), Kind::Mapping(STATE_IN_ENGINE)]),
        "What holds the state: `file`, the state file; `engine`, tables of the default engine; or a mapping that names \
         an engine.",
    )
    .or("file"),
    Key::optional(
        "reuse",
        Kind::one_of::<Reuse>(),
        "Which recorded results a new run takes over: `verified`, those whose rule and data are proven unchanged; \
         `recorded`, those whose rule is unchanged; `never`, none.",
    )
    .or("verified"),
    Key::optional(
        "resume_window",
        Kind::Duration,
        "A run that died and is younger than this is continued.",
    )
    .or("12h"),
    Key::optional("max_age", Kind::Duration, "An older result is not reused."),
    Key::optional(
        "durability",
        Kind::one_of::<Durability>(),
        "What a power cut may lose: `batch`, the last second; `strict`, nothing.",
    )
    .or("batch"),
    Key::optional(
        "results",
        Kind::one_of::<ResultsPlace>(),
        "Where a state in a file keeps results: in itself, or `external`, a summary in itself and the rest in \
         files beside it.",
    )
    .or("inline"),
];

const STATE_IN_ENGINE: &[Key] = &[
    Key::optional(
        "engine",
        Kind::Text,
        "A name from `engines`; else the default engine. It must be one that publishes.",
    ),
    Key::optional("schema", Kind::Text, "The schema of the tables.").or("data_validator"),
    Key::optional(
        "id",
        Kind::Text,
        "Tells this state from others in the same tables; the name of the config's file without its ending, if it is \
         not given.",
    ),
    Key::optional(
        "quarantine",
        Kind::Count(MOST_SAMPLES as u64),
        "So many failing rows of each rule are kept with its result, masked by `mask` of the table.",
    )
    .or("0"),
];

const OUTPUTS: &[Key] = &[
    Key::optional(
        "clean",
        Kind::Text,
        "Where rows go that fail no rule: a `.parquet` file or a table; `{table}` stands for the name of the table.",
    ),
    Key::optional(
        "quarantine",
        Kind::Text,
        "Where rows go that fail a rule: a `.parquet` file or a table; `{table}` stands for the name of the table.",
    ),
    Key::optional(
        "metrics",
        Kind::Text,
        "A table for results; it is read, but nothing is written there by this version yet.",
    ),
];

const DQX: &[Key] = &[
    Key::optional("metrics_table", Kind::Text, "Means `metrics` of `outputs`."),
    Key::optional(
        "quarantine_table",
        Kind::Text,
        "Means `quarantine` of `outputs`.",
    ),
];

const PLUGIN: &[Key] = &[
    Key::required("path", Kind::Text, "The file, relative to the config."),
    Key::optional(
        "sha256",
        Kind::Text,
        "The hash that the file must have, in 64 hexadecimal digits.",
    ),
];

/// An engine.
pub const ENGINE: &[Key] = &[
    Key::optional(
        "type",
        Kind::EngineType,
        "An engine that is built in, or that a plugin brings.",
    ),
    Key::optional(
        "connection_params",
        Kind::ConnectionParams,
        "How the engine is reached.",
    ),
    Key::optional(
        "options",
        Kind::Open(HOST_OPTIONS),
        "Settings of the engine, and how failed calls are repeated.",
    ),
];

/// The options of an engine that are the host's; all others are the engine's.
pub const HOST_OPTIONS: &[Key] = &[
    Key::optional(
        "max_retries",
        Kind::Count(u32::MAX as u64),
        "So often is a call repeated that failed for a passing reason.",
    )
    .or("3"),
    Key::optional(
        "retry_delay",
        Kind::Seconds,
        "Seconds before the first repetition; they double with each.",
    )
    .or("1"),
    Key::optional(
        "max_delay",
        Kind::Seconds,
        "The most seconds between two repetitions.",
    )
    .or("30"),
    Key::optional(
        "max_elapsed",
        Kind::Seconds,
        "Seconds after which a call is not repeated any more.",
    )
    .or("300"),
];

const TABLE: &[Key] = &[
    Key::required("name", Kind::Text, "The name of the table in reports."),
    Key::optional(
        "engine",
        Kind::Text,
        "A name from `engines`; else the default engine.",
    ),
    Key::optional(
        "source",
        Kind::Either(&[
            Kind::Text,
            Kind::Mapping(FILES),
            Kind::Mapping(RELATION),
            Kind::Mapping(QUERY),
        ]),
        "Where the rows are: a path, glob or folder, relative to the config; a relation, also `schema.table`; or a \
         mapping. `--sources` and `--override` win.",
    ),
    Key::optional(
        "where",
        Kind::Text,
        "The rows that rules look at, as an SQL condition.",
    ),
    Key::optional(
        "data_version",
        Kind::Either(&[
            Kind::one_of::<DataVersionWord>(),
            Kind::Mapping(DATA_VERSION_VALUE),
            Kind::Mapping(DATA_VERSION_SQL),
        ]),
        "What proves that the data is unchanged: `auto` hashes files and asks an engine for its snapshot, `snapshot` \
         asks for that alone, `content` hashes all rows where no snapshot proves it, `stat` believes size and time of \
         files, `none` always runs, `{sql: …}` and `{value: …}` are yours.",
    )
    .or("auto"),
    Key::optional(
        "samples",
        Kind::Count(MOST_SAMPLES as u64),
        "So many failing rows of each rule are shown in the report.",
    )
    .or("0"),
    Key::optional(
        "mask",
        Kind::Either(&[Kind::Texts, Kind::Mapping(MASK)]),
        "Columns whose values are not shown.",
    ),
    Key::optional(
        "tags",
        Kind::Texts,
        "Words to choose the rules of the table by, with `--tag`.",
    ),
    Key::optional("description", Kind::Text, "What the table is."),
    Key::optional("rules", Kind::Rules, "The rules of the table."),
    Key::later("chunks", "large tables in parts"),
];

/// A source of files.
pub const FILES: &[Key] = &[
    Key::required(
        "path",
        Kind::Text,
        "A file, a glob or a folder, relative to the config.",
    ),
    Key::optional(
        "format",
        Kind::OneOf(FileKind::names),
        "The format, where the ending of the path does not tell it.",
    ),
    Key::optional(
        "options",
        Kind::Mapping(FILE_OPTIONS),
        "How CSV files are read.",
    ),
];

const FILE_OPTIONS: &[Key] = &[
    Key::optional(
        "delimiter",
        Kind::Text,
        "The ASCII character between fields; a comma, or a tab in TSV files.",
    ),
    Key::optional("quote", Kind::Text, "The ASCII character around fields.").or("'\"'"),
    Key::optional(
        "schema",
        Kind::Named(&Kind::ColumnType),
        "Types of columns by name, which are then not inferred.",
    ),
];

/// A source in a database.
pub const RELATION: &[Key] = &[
    Key::required("table", Kind::Text, "The name of the table or view."),
    Key::optional("schema", Kind::Text, "The schema it is in."),
    Key::optional("catalog", Kind::Text, "The catalog that the schema is in."),
];

/// A source that a query gives.
pub const QUERY: &[Key] = &[Key::required("query", Kind::Text, "One `SELECT`.")];

/// The kinds of source, each with its keys, of which the first one tells it.
pub const SOURCES: [(&str, &[Key]); 3] = [("path", FILES), ("table", RELATION), ("query", QUERY)];

const OTHER_ENGINE: Key = Key::optional(
    "engine",
    Kind::Text,
    "A name from `engines`; else the engine of the table.",
);

const OTHER_SCOPE: Key = Key::optional(
    "where",
    Kind::Text,
    "The rows of it that are looked at, as an SQL condition.",
);

const OTHER_FILES: &[Key] = &[FILES[0], FILES[1], FILES[2], OTHER_ENGINE, OTHER_SCOPE];
const OTHER_RELATION: &[Key] = &[
    RELATION[0],
    RELATION[1],
    RELATION[2],
    OTHER_ENGINE,
    OTHER_SCOPE,
];
const OTHER_QUERY: &[Key] = &[QUERY[0], OTHER_ENGINE, OTHER_SCOPE];

/// The kinds of source of another relation than a table's own.
pub const OTHER_SOURCES: [(&str, &[Key]); 3] = [
    ("path", OTHER_FILES),
    ("table", OTHER_RELATION),
    ("query", OTHER_QUERY),
];

/// A source of another relation.
pub const OTHER_SOURCE: Kind = Kind::Either(&[
    Kind::Text,
    Kind::Mapping(OTHER_FILES),
    Kind::Mapping(OTHER_RELATION),
    Kind::Mapping(OTHER_QUERY),
]);

pub const DATA_VERSION_VALUE: &[Key] = &[Key::required(
    "value",
    Kind::Text,
    "A text that is another one when the data is.",
)];

pub const DATA_VERSION_SQL: &[Key] = &[Key::required(
    "sql",
    Kind::Text,
    "A query whose answer, one value, is another one when the data is; `{table}` stands for the table.",
)];

const MASK: &[Key] = &[
    Key::required("columns", Kind::Texts, "The columns to mask."),
    Key::optional(
        "key",
        Kind::Text,
        "Shows the beginning of the HMAC-SHA256 with this key, of at least 16 bytes, in place of `***`.",
    ),
];

/// A rule; which of `column`, `columns` and `expression` it has depends on its type.
pub const RULE: &[Key] = &[
    Key::required("name", Kind::Text, "The name of the rule, once in a table."),
    Key::required("rule_type", Kind::RuleType, "What is checked."),
    Key::optional("column", Kind::Text, "The column that is checked."),
    Key::optional(
        "columns",
        Kind::Texts,
        "The columns that are checked, where the rule type takes several.",
    ),
    Key::optional("expression", Kind::Text, "The SQL of a custom rule."),
    Key::optional(
        "threshold",
        Kind::Rate,
        "The success rate must be at least this, 0 to 1.",
    ),
    Key::optional(
        "max_failed",
        Kind::Count(u64::MAX),
        "At most so many records may fail; none without this and `threshold`.",
    ),
    Key::optional(
        "warn_threshold",
        Kind::Rate,
        "Below this success rate the rule passes with a warning.",
    ),
    Key::optional(
        "severity",
        Kind::one_of::<Severity>(),
        "How grave a failure is, which decides the exit code.",
    )
    .or("error"),
    Key::optional(
        "where",
        Kind::Text,
        "The rows that the rule looks at, among those of the table, as an SQL condition.",
    ),
    Key::optional(
        "on_empty",
        Kind::one_of::<OnEmpty>(),
        "The verdict when no row is in scope.",
    )
    .or("pass"),
    Key::optional(
        "timeout",
        Kind::Duration,
        "How long a query for the rule may take.",
    ),
    Key::optional("enabled", Kind::Boolean, "Whether the rule runs.").or("true"),
    Key::optional(
        "tags",
        Kind::Texts,
        "Words to choose the rule by, with `--tag`.",
    ),
    Key::optional("description", Kind::Text, "What the rule is for."),
    Key::optional(
        "parameters",
        Kind::Parameters,
        "What the rule type needs to know.",
    ),
];

/// Parameters that a rule of any type can have.
pub const COMMON_PARAMETERS: &[Key] = &[
    Key::optional(
        IF_COLUMN_EXISTS,
        Kind::Boolean,
        "For global rules: skips tables that lack a column of the rule.",
    )
    .or("false"),
    Key::optional(
        DATABRICKS,
        Kind::Anything,
        "Of the Python package; has no effect.",
    ),
];

pub const IF_COLUMN_EXISTS: &str = "if_column_exists";
pub const DATABRICKS: &str = "databricks";
