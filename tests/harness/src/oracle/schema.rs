//! schema: the table fails when its columns are others than they should be.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, count_table, judged};
use super::table::{Column, Row, Table};
use super::value::ColumnType;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    pub columns: Vec<Wanted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_columns: Option<ExtraColumns>,
    #[serde(default)]
    pub ordered: bool,
}

/// A column that should be there; without a type it may have any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Whether it may hold NULL: it may, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nullable: Option<bool>,
}

/// What becomes of columns that are not in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraColumns {
    Allow,
    Fail,
}

impl Schema {
    pub fn counts(&self, table: &Table, rows: &[Row<'_>]) -> Counts {
        let Parameters {
            columns,
            extra_columns,
            ordered,
        } = &self.parameters;
        let names: Vec<&str> = columns.iter().map(|wanted| wanted.name.as_str()).collect();
        let is_extra = |column: &&Column| !names.contains(&column.name.as_str());
        let mut differences = columns.iter().filter(|wanted| !wanted.is_in(table)).count();
        if *extra_columns == Some(ExtraColumns::Fail) {
            differences += table.columns.iter().filter(is_extra).count();
        }
        if *ordered {
            let there = table.columns.iter().filter(|column| !is_extra(column));
            let there: Vec<&str> = there.map(|column| column.name.as_str()).collect();
            let mut wanted = names.clone();
            wanted.retain(|name| there.contains(name));
            // However many stand elsewhere.
            differences += usize::from(wanted != there);
        }
        let holds_null = |wanted: &&Wanted| {
            let is_there = table.column(&wanted.name).is_some();
            is_there && rows.iter().any(|row| row.value(&wanted.name).is_null())
        };
        let not_nullable = columns
            .iter()
            .filter(|wanted| wanted.nullable == Some(false));
        differences += not_nullable.filter(holds_null).count();
        let observed = Some(differences.to_string());
        count_table(judged(Some(differences == 0)), None, observed)
    }
}

impl Wanted {
    fn is_in(&self, table: &Table) -> bool {
        let is_right = |found: &ColumnType| match &self.r#type {
            Some(word) => found.is_called(word),
            None => true,
        };
        table.type_of(&self.name).is_some_and(is_right)
    }
}
