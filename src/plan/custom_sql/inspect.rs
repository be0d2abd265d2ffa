//! What parsed SQL does besides reading the table it checks.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, ObjectName, Query, Select, Statement, TableFactor, Visitor, visit_relations,
};

use super::TABLE_NAME;

/// Functions whose value depends on their arguments alone, on every engine that has them. Any other one may
/// read a file, a table or the clock, and so may one that a user made.
const PURE_FUNCTIONS: &[&str] = &[
    "abs",
    "acos",
    "array_length",
    "ascii",
    "asin",
    "atan",
    "atan2",
    "avg",
    "bit_and",
    "bit_length",
    "bit_or",
    "bool_and",
    "bool_or",
    "btrim",
    "cardinality",
    "cbrt",
    "ceil",
    "ceiling",
    "char_length",
    "character_length",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "contains",
    "corr",
    "cos",
    "count",
    "date_diff",
    "date_part",
    "date_trunc",
    "datediff",
    "day",
    "degrees",
    "dense_rank",
    "div",
    "ends_with",
    "epoch",
    "every",
    "exp",
    "extract",
    "first_value",
    "floor",
    "glob",
    "greatest",
    "hour",
    "ifnull",
    "initcap",
    "instr",
    "isfinite",
    "isinf",
    "isnan",
    "json_extract",
    "lag",
    "last_value",
    "lcase",
    "lead",
    "least",
    "left",
    "len",
    "length",
    "like",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "max",
    "md5",
    "median",
    "min",
    "minute",
    "mod",
    "month",
    "nullif",
    "octet_length",
    "overlay",
    "pi",
    "position",
    "pow",
    "power",
    "quarter",
    "radians",
    "rank",
    "regexp_count",
    "regexp_full_match",
    "regexp_like",
    "regexp_matches",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_number",
    "rpad",
    "rtrim",
    "second",
    "sha256",
    "sign",
    "sin",
    "split_part",
    "sqrt",
    "starts_with",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "strlen",
    "strpos",
    "substr",
    "substring",
    "sum",
    "tan",
    "translate",
    "trim",
    "trunc",
    "try_cast",
    "typeof",
    "ucase",
    "unnest",
    "upper",
    "var_pop",
    "var_samp",
    "variance",
    "week",
    "year",
];

/// Visits SQL at any depth; breaks, with a word for it, where something writes or locks.
#[derive(Debug, Default)]
pub(super) struct Inspection {
    /// The names that common table expressions give, of the queries around what is visited.
    common_tables: Vec<Vec<Ident>>,
    reads_elsewhere: bool,
    calls_elsewhere: bool,
}

impl Inspection {
    /// Why what the SQL gives can change although the table does not.
    pub(super) fn not_reusable(&self) -> Option<&'static str> {
        if self.reads_elsewhere {
            Some("its SQL reads other tables")
        } else if self.calls_elsewhere {
            Some("its SQL calls a function that may depend on more than its arguments")
        } else {
            None
        }
    }

    fn is_common_table(&self, name: &ObjectName) -> bool {
        let ident = match name.0.as_slice() {
            [part] => part.as_ident(),
            _ => None,
        };
        ident.is_some_and(|ident| {
            ident.value == TABLE_NAME
                || self
                    .common_tables
                    .iter()
                    .flatten()
                    .any(|known| known == ident)
        })
    }
}

impl Visitor for Inspection {
    type Break = String;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<String> {
        match statement {
            Statement::Query(_) => ControlFlow::Continue(()),
            other => ControlFlow::Break(first_word(other)),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        self.common_tables.push(
            tables
                .clone()
                .map(|table| table.alias.name.clone())
                .collect(),
        );
        if query.with.as_ref().is_some_and(|with| !with.recursive) {
            // `WITH x AS (SELECT * FROM x)` reads another table of the same name.
            self.reads_elsewhere |= tables
                .clone()
                .any(|table| reads(&table.query, &table.alias.name));
        }
        if query.locks.is_empty() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break("a locking clause".into())
        }
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<String> {
        self.common_tables.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<String> {
        if select.into.is_none() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break("INTO".into())
        }
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<String> {
        self.reads_elsewhere |= !self.is_common_table(relation);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<String> {
        // Every other form calls a function, which can read anything.
        self.reads_elsewhere |= !matches!(
            factor,
            TableFactor::Table { args: None, .. }
                | TableFactor::Derived { .. }
                | TableFactor::NestedJoin { .. }
                | TableFactor::UNNEST { .. }
        );
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<String> {
        if let Expr::Function(function) = expression {
            let name = function.name.0.last().and_then(|part| part.as_ident());
            let is_pure = name.is_some_and(|name| {
                function.name.0.len() == 1
                    && PURE_FUNCTIONS.contains(&name.value.to_lowercase().as_str())
            });
            self.calls_elsewhere |= !is_pure;
        }
        ControlFlow::Continue(())
    }
}

/// The word that says what a statement does.
pub(super) fn first_word(statement: &Statement) -> String {
    statement
        .to_string()
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_uppercase()
}

fn reads(query: &Query, table: &Ident) -> bool {
    let found = visit_relations(query, |name| match name.0.as_slice() {
        [part] if part.as_ident() == Some(table) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}
