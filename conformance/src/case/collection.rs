//! All cases, which come with the program.

use anyhow::{Context, ensure};
use glob::Pattern;
use include_dir::{Dir, include_dir};

use super::Case;

static CASES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cases");

/// All cases, in the order of their groups and names.
///
/// # Errors
/// When one is not of the form.
pub fn all() -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for folder in CASES.dirs() {
        for file in folder.files() {
            let id = file.path().with_extension("");
            let id = id.to_str().context("a case's name is not UTF-8")?;
            let source = file.contents_utf8().context("a case is not UTF-8")?;
            cases.push(Case::parse(id, source)?);
        }
    }
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(cases)
}

/// The case of that name.
///
/// # Errors
/// When there is none.
pub fn named(id: &str) -> anyhow::Result<Case> {
    let case = all()?.into_iter().find(|case| case.id == id);
    case.with_context(|| format!("there is no case '{id}'; 'list' shows all"))
}

/// The file of a case, as it is written.
///
/// # Errors
/// When there is none.
pub fn source_of(id: &str) -> anyhow::Result<&'static str> {
    let file = CASES.get_file(format!("{id}.md"));
    file.and_then(|file| file.contents_utf8())
        .with_context(|| format!("there is no case '{id}'; 'list' shows all"))
}

/// The cases whose names begin with one of these, such as `retry` or `retry/a_query`, or fit it as a pattern,
/// such as `*/*_is_an_error`; all, if none is asked for.
///
/// # Errors
/// When a name fits no case.
pub fn selected(only: &[String]) -> anyhow::Result<Vec<Case>> {
    let mut cases = all()?;
    for name in only {
        ensure!(
            cases.iter().any(|case| fits(&case.id, name)),
            "no case's name begins with '{name}' or fits it as a pattern; 'list' shows all"
        );
    }
    cases.retain(|case| only.is_empty() || only.iter().any(|name| fits(&case.id, name)));
    Ok(cases)
}

/// Whether a name begins so, or fits the pattern.
pub fn fits(id: &str, name: &str) -> bool {
    id.starts_with(name) || Pattern::new(name).is_ok_and(|pattern| pattern.matches(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_of_the_form() {
        let cases = all().unwrap();
        assert!(cases.len() >= 15, "{} cases", cases.len());
    }

    #[test]
    fn a_name_that_fits_no_case_is_told() {
        let error = selected(&["no such".into()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no case's name begins with 'no such' or fits it as a pattern; 'list' shows all"
        );
    }

    #[test]
    fn a_case_is_chosen_by_group_beginning_or_pattern() {
        for name in ["retry", "retry/a_query", "*/a_query_*", "retry/*_engine"] {
            assert!(fits("retry/a_query_waits_for_the_engine", name), "{name}");
        }
        for name in ["state", "a_query", "*/a_query", "[", "query*"] {
            assert!(!fits("retry/a_query_waits_for_the_engine", name), "{name}");
        }
    }
}
