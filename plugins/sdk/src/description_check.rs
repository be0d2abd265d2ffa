//! What a description has to hold, so that a mistake in it is told when the plugin is loaded and not by
//! the first query.

use crate::description::Description;
use crate::dialect::Dialect;

impl Description {
    /// Whether the host can work with it.
    ///
    /// # Errors
    /// The first thing that is wrong, with where it stands.
    pub fn check(&self) -> Result<(), String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if self.name.is_empty() || !self.name.chars().all(is_plain) {
            return Err(format!(
                "name: '{}' is not made of letters, digits, '_' and '-'",
                self.name
            ));
        }
        for key in &self.connection {
            let same = self
                .connection
                .iter()
                .filter(|other| other.name == key.name);
            if key.name.is_empty() || same.count() > 1 {
                return Err(format!(
                    "connection: the key '{}' is empty or there twice",
                    key.name
                ));
            }
        }
        self.dialect.check().map_err(|why| format!("dialect.{why}"))
    }
}

impl Dialect {
    fn check(&self) -> Result<(), String> {
        if self.max_select_items == 0 {
            return Err("max_select_items: 0 leaves no place for a count".into());
        }
        template("count_where", &self.count_where, &["condition"], &[])?;
        template(
            "regex_search",
            &self.regex_search,
            &["value", "pattern"],
            &[],
        )?;
        // An engine without NaN may say FALSE.
        template("is_nan", &self.is_nan, &[], &["value"])?;
        template(
            "text_by_code_point",
            &self.text_by_code_point,
            &["value"],
            &[],
        )?;
        let optional: [(_, &Option<String>, &[&str], &[&str]); 14] = [
            (
                "count_distinct_bitmap",
                &self.count_distinct_bitmap,
                &["value"],
                &["min", "max"],
            ),
            (
                "replace_table",
                &self.replace_table,
                &["table", "query"],
                &[],
            ),
            ("lock_table", &self.lock_table, &["table"], &[]),
            (
                "write_parquet",
                &self.write_parquet,
                &["query", "path"],
                &[],
            ),
            ("text_length", &self.text_length, &["value"], &[]),
            ("is_json", &self.is_json, &["value"], &[]),
            ("moment_in_utc", &self.moment_in_utc, &["value"], &[]),
            ("days_since_epoch", &self.days_since_epoch, &["value"], &[]),
            (
                "microseconds_since_epoch",
                &self.microseconds_since_epoch,
                &["value"],
                &[],
            ),
            ("exact_sum", &self.exact_sum, &["value"], &["scale"]),
            ("stddev_samp", &self.stddev_samp, &["value"], &[]),
            ("stddev_pop", &self.stddev_pop, &["value"], &[]),
            ("estimated_rows", &self.estimated_rows, &["relation"], &[]),
            (
                "estimated_values",
                &self.estimated_values,
                &["relation", "column"],
                &[],
            ),
        ];
        for (name, text, required, allowed) in optional {
            if let Some(text) = text {
                template(name, text, required, allowed)?;
            }
        }
        if let Some(hash) = &self.content_hash {
            template("content_hash.value", &hash.value, &["value"], &[])?;
            template(
                "content_hash.query",
                &hash.query,
                &["values", "relation"],
                &[],
            )?;
        }
        Ok(())
    }
}

/// Whether a template has all these places, and no others but those that may be there.
fn template(name: &str, text: &str, required: &[&str], allowed: &[&str]) -> Result<(), String> {
    let places = places(text);
    if let Some(missing) = required.iter().find(|place| !places.contains(place)) {
        return Err(format!("{name}: '{text}' lacks {{{missing}}}"));
    }
    let unknown = places
        .iter()
        .find(|place| !required.contains(place) && !allowed.contains(place));
    unknown.map_or(Ok(()), |place| {
        Err(format!(
            "{name}: '{text}' has {{{place}}}, which is not known"
        ))
    })
}

/// The words in braces.
fn places(text: &str) -> Vec<&str> {
    let parts = text.split('{').skip(1);
    let words = parts.filter_map(|part| Some(part.split_once('}')?.0));
    words
        .filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !word.is_empty())
        .collect()
}
