//! A folder with a new plugin.

use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::cli::Failure;
use crate::cli::args::{Language, PluginNew};
use crate::cli::exit::Exit;
use crate::error::Error;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/cli/plugin/templates");
static SDK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/plugins/sdk/src");
const HEADER: &str = include_str!("../../../plugins/sdk/include/data_validator_plugin.h");

/// What the names of templates end with, so that no tool takes them for what they become.
const SUFFIX: &str = ".template";

pub fn new(arguments: &PluginNew) -> Result<Exit, Failure> {
    let name = &arguments.name;
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && (name.chars()).all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_name {
        return Err(Error::usage(
            format!(
                "beginning the plugin '{name}': the name is not one that file and code can have"
            ),
            "use small letters, digits and '_', and a letter first",
        )
        .into());
    }
    let folder = match &arguments.into {
        Some(folder) => folder.clone(),
        None => PathBuf::from(name),
    };
    let failed = |error: std::io::Error| {
        Error::output(
            format!("writing the plugin into '{}': {error}", folder.display()),
            "choose another folder with --into",
        )
    };
    // An existing folder may hold somebody's work.
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::create_dir(&folder).map_err(failed)?;
    write(&folder, name, arguments.lang).map_err(failed)?;
    anstream::println!(
        "wrote the plugin '{name}' into {}; its README.md says how to go on",
        folder.display()
    );
    Ok(Exit::Passed)
}

fn write(folder: &Path, name: &str, language: Language) -> std::io::Result<()> {
    let templates = match language {
        Language::Rust => "rust",
        Language::C => "c",
        Language::Cpp => "cpp",
    };
    for templates in ["all", templates] {
        if let Some(templates) = TEMPLATES.get_dir(templates) {
            fill(templates, templates.path(), folder, name)?;
        }
    }
    match language {
        Language::Rust => copy(&SDK, &folder.join("sdk/src")),
        Language::C | Language::Cpp => fs::write(folder.join("data_validator_plugin.h"), HEADER),
    }
}

/// Writes the files of templates, with the plugin's name in their names and texts.
fn fill(templates: &Dir<'_>, root: &Path, folder: &Path, name: &str) -> std::io::Result<()> {
    let in_camel_case: String = name
        .split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
        })
        .collect();
    let filled = |text: &str| {
        text.replace("@name@", name)
            .replace("@Name@", &in_camel_case)
            .replace("@version@", env!("CARGO_PKG_VERSION"))
    };
    for file in templates.files() {
        let path = file.path().strip_prefix(root).unwrap_or(file.path());
        let path = filled(path.to_string_lossy().trim_end_matches(SUFFIX));
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, filled(file.contents_utf8().unwrap_or_default()))?;
    }
    templates
        .dirs()
        .try_for_each(|templates| fill(templates, root, folder, name))
}

fn copy(from: &Dir<'_>, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for file in from.files() {
        let name = file.path().file_name().unwrap_or_default();
        fs::write(to.join(name), file.contents())?;
    }
    from.dirs().try_for_each(|folder| {
        let name = folder.path().file_name().unwrap_or_default();
        copy(folder, &to.join(name))
    })
}
