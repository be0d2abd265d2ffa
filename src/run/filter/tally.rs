//! How many rows there are of each kind, held against what the rules counted.

use std::collections::BTreeMap;

/// Rows by the names of the rules that they fail, as a JSON list; without a list, by none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    by_rules: BTreeMap<Option<String>, u64>,
}

impl Tally {
    pub fn add(&mut self, rules: Option<&str>, rows: u64) {
        *self.by_rules.entry(rules.map(str::to_owned)).or_default() += rows;
    }

    pub fn clean(&self) -> u64 {
        self.by_rules.get(&None).copied().unwrap_or_default()
    }

    pub fn quarantined(&self) -> u64 {
        self.by_rules.values().sum::<u64>() - self.clean()
    }

    /// Whether each rule has as many failing rows as it counted failed records.
    ///
    /// # Errors
    /// The first rule that has not, in words.
    pub fn check(&self, counted: &[(&str, u64)]) -> Result<(), String> {
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for (rules, rows) in &self.by_rules {
            let rules = rules.as_deref().unwrap_or("[]");
            let names: Vec<String> = serde_json::from_str(rules).map_err(|error| {
                format!("the names of failed rules came back as {rules}: {error}")
            })?;
            for name in names {
                *found.entry(name).or_default() += rows;
            }
        }
        for (rule, counted) in counted {
            let found = found.get(*rule).copied().unwrap_or_default();
            if found != *counted {
                return Err(format!(
                    "rule '{rule}' counted {counted} failed records, and then {found} rows failed it; \
                     the data changed meanwhile, run again"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_counts_for_each_rule_that_it_fails() {
        let mut tally = Tally::default();
        tally.add(None, 5);
        tally.add(Some(r#"["a","b"]"#), 2);
        tally.add(Some(r#"["b"]"#), 1);
        tally.add(Some(r#"["b"]"#), 1);
        assert_eq!((tally.clean(), tally.quarantined()), (5, 4));
        assert_eq!(tally.check(&[("a", 2), ("b", 4), ("c", 0)]), Ok(()));
        assert!(tally.check(&[("a", 3)]).unwrap_err().contains("counted 3"));
    }
}
