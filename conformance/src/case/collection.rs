//! All cases, which come with the program.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use glob::Pattern;
use include_dir::{Dir, include_dir};

use super::Case;

static CASES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cases");

/// A variable of the environment that names a folder of cases in place of those that come with the program, so
/// that one who writes cases need not build it each time.
const FOLDER: &str = "DATA_VALIDATOR_CONFORMANCE_CASES";

/// All cases, in the order of their groups and names.
///
/// # Errors
/// When one is not of the form.
pub fn all() -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (id, source) in sources()? {
        cases.push(Case::parse(&id, &source)?);
    }
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(cases)
}

/// The case of that name.
///
/// # Errors
/// When there is none.
pub fn named(id: &str) -> anyhow::Result<Case> {
    Case::parse(id, &source_of(id)?)
}

/// The file of a case, as it is written.
///
/// # Errors
/// When there is none.
pub fn source_of(id: &str) -> anyhow::Result<String> {
    let name = format!("{id}.md");
    let source = match folder() {
        None => CASES
            .get_file(name)
            .and_then(|file| file.contents_utf8())
            .map(str::to_owned),
        Some(folder) => std::fs::read_to_string(folder.join(name)).ok(),
    };
    source.with_context(|| format!("there is no case '{id}'; 'list' shows all"))
}

fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// The names of all cases and their files' texts.
fn sources() -> anyhow::Result<Vec<(String, String)>> {
    if let Some(folder) = folder() {
        return read_folder(&folder).with_context(|| format!("reading {}", folder.display()));
    }
    let mut sources = Vec::new();
    for file in CASES.dirs().flat_map(Dir::files) {
        let source = file.contents_utf8().context("a case is not UTF-8")?;
        sources.push((id_of(file.path())?, source.to_owned()));
    }
    Ok(sources)
}

fn read_folder(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut sources = Vec::new();
    for group in std::fs::read_dir(folder)? {
        for file in std::fs::read_dir(group?.path())? {
            let path = file?.path();
            let source = std::fs::read_to_string(&path)?;
            sources.push((id_of(path.strip_prefix(folder)?)?, source));
        }
    }
    Ok(sources)
}

fn id_of(path: &Path) -> anyhow::Result<String> {
    let id = path.with_extension("");
    Ok(id
        .to_str()
        .context("a case's name is not UTF-8")?
        .to_owned())
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
