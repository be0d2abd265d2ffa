//! Which tables and rules of a config are meant.

use crate::config::{Config, Rule, Table};
use crate::error::Error;
use crate::similar::similar;

/// Which tables and rules are meant; an empty list means all.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub tables: Vec<String>,
    pub rules: Vec<String>,
    /// A rule is meant when it or its table has one of the tags.
    pub tags: Vec<String>,
}

impl Selection {
    /// The tables that are meant, in the order of the config, each with its rules that are.
    ///
    /// # Errors
    /// When a name is not in the config, or nothing is selected.
    pub fn of<'c>(&self, config: &'c Config) -> Result<Vec<(&'c Table, Vec<&'c Rule>)>, Error> {
        self.check_names(config)?;
        let selected: Vec<_> = config
            .tables
            .iter()
            .filter(|table| self.tables.is_empty() || self.tables.contains(&table.name))
            .map(|table| {
                (
                    table,
                    table
                        .rules
                        .iter()
                        .filter(|rule| self.has(table, rule))
                        .collect::<Vec<_>>(),
                )
            })
            .filter(|(_, rules)| !rules.is_empty())
            .collect();
        if selected.is_empty() {
            return Err(Error::usage(
                "--table, --rule and --tag together select no rule".into(),
                "select less narrowly",
            ));
        }
        Ok(selected)
    }

    fn has(&self, table: &Table, rule: &Rule) -> bool {
        let by_name = self.rules.is_empty() || self.rules.contains(&rule.name);
        let by_tag = self.tags.is_empty()
            || self
                .tags
                .iter()
                .any(|tag| rule.tags.contains(tag) || table.tags.contains(tag));
        by_name && by_tag
    }

    fn check_names(&self, config: &Config) -> Result<(), Error> {
        let tables = || config.tables.iter().map(|table| table.name.as_str());
        let rules = || {
            config
                .tables
                .iter()
                .flat_map(|table| &table.rules)
                .map(|rule| rule.name.as_str())
        };
        let tags = || {
            config.tables.iter().flat_map(|table| {
                table
                    .tags
                    .iter()
                    .chain(table.rules.iter().flat_map(|rule| &rule.tags))
            })
        };
        check("table", &self.tables, &tables().collect::<Vec<_>>())?;
        check("rule", &self.rules, &rules().collect::<Vec<_>>())?;
        check(
            "tag",
            &self.tags,
            &tags().map(String::as_str).collect::<Vec<_>>(),
        )
    }
}

fn check(what: &str, given: &[String], known: &[&str]) -> Result<(), Error> {
    match given.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let near = similar(name, known.iter().copied());
            let hint = if near.is_empty() {
                "see the config for its names".into()
            } else {
                format!("did you mean '{}'?", near.join("' or '"))
            };
            Err(Error::usage(
                format!("--{what} {name}: the config has no {what} of that name"),
                &hint,
            ))
        }
    }
}
