//! All cases, which come with the program.

use anyhow::{Context, ensure};
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

/// The cases whose names are or begin with one of these, such as `retry` or `retry/a_query`; all, if none is
/// asked for.
///
/// # Errors
/// When a name fits no case.
pub fn selected(only: &[String]) -> anyhow::Result<Vec<Case>> {
    let mut cases = all()?;
    for name in only {
        ensure!(
            cases.iter().any(|case| case.id.starts_with(name.as_str())),
            "no case's name begins with '{name}'; 'list' shows all"
        );
    }
    cases.retain(|case| {
        only.is_empty() || only.iter().any(|name| case.id.starts_with(name.as_str()))
    });
    Ok(cases)
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
            "no case's name begins with 'no such'; 'list' shows all"
        );
    }
}
