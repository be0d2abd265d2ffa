//! The engines that can be chosen, and plugins that are refused.

use crate::cli::Failure;
use crate::cli::args::PluginList;
use crate::cli::exit::Exit;
use crate::config::{self, LoadOptions};
use crate::engines::catalog::{Catalog, PluginFile};
use crate::engines::discover::{SEARCH_PATH, named_files};
use crate::engines::kind::{EngineKind, Origin};
use crate::engines::library_file::LoadError;

pub fn list(arguments: &PluginList) -> Result<Exit, Failure> {
    let options = LoadOptions::from_process();
    let search_path = options.environment.get(SEARCH_PATH).cloned();
    let mut catalog = Catalog::new(search_path.as_deref());
    let mut refused = Vec::new();
    let written = match &arguments.config {
        Some(config) => config::plugins_of(config, &options)?,
        None => Vec::new(),
    };
    let given = arguments.plugin.iter().cloned();
    let given = given.chain(named_files(search_path.as_deref()));
    let given = given.map(|path| PluginFile { path, sha256: None });
    for file in written.into_iter().chain(given) {
        refused.extend(catalog.add(&file).err());
    }
    let linked_in_or_named = catalog.kinds().len();
    let mut found = Vec::new();
    for (_, kind) in catalog.found() {
        match kind {
            Ok(kind) => found.push(kind),
            Err(error) => refused.push(error),
        }
    }
    let named = catalog.kinds()[..linked_in_or_named]
        .iter()
        .map(|kind| &**kind);
    let mut names: Vec<&str> = Vec::new();
    for kind in named.chain(&found) {
        let name = kind.description.name.as_str();
        show(kind, names.contains(&name));
        names.push(name);
    }
    for LoadError { message, hint } in refused {
        anstream::println!("refused: {message}\n  help: {hint}");
    }
    anstream::println!("plugins are looked for in");
    for folder in catalog.folders() {
        anstream::println!("  {}  ({})", folder.path.display(), folder.why);
    }
    Ok(Exit::Passed)
}

/// A line for an engine; one is hidden when another of its name comes before it.
fn show(kind: &EngineKind, is_hidden: bool) {
    let description = &kind.description;
    let origin = match &kind.origin {
        Origin::LinkedIn => "linked in".to_owned(),
        Origin::File { path, .. } => path.display().to_string(),
    };
    let hidden = if is_hidden {
        "  (not used: another one of this name comes before it)"
    } else {
        ""
    };
    anstream::println!(
        "{:<14} plugin {:<8} engine {:<8} {origin}{hidden}",
        description.name,
        description.version,
        or_unknown(&description.engine_version),
    );
}

fn or_unknown(version: &str) -> &str {
    if version.is_empty() { "-" } else { version }
}
