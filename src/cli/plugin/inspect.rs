//! What a plugin file is.

use data_validator_plugin::abi::version::{MAJOR, MINOR};
use data_validator_plugin::{ConfigKey, Description};
use serde_json::json;

use crate::cli::Failure;
use crate::cli::args::PluginInspect;
use crate::cli::exit::Exit;
use crate::engines::catalog::{Catalog, PluginFile};
use crate::engines::kind::Origin;
use crate::error::Error;

pub fn inspect(arguments: &PluginInspect) -> Result<Exit, Failure> {
    let file = PluginFile {
        path: arguments.file.clone(),
        sha256: None,
    };
    let kind = Catalog::default().add(&file)?;
    let Origin::File { path, sha256 } = &kind.origin else {
        unreachable!("a catalog loads from files");
    };
    let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if arguments.json {
        let facts = json!({
            "path": path,
            "bytes": bytes,
            "sha256": sha256,
            "program_abi": format!("{MAJOR}.{MINOR}"),
            "description": kind.description,
        });
        let text = serde_json::to_string_pretty(&facts).map_err(|error| {
            Error::output(
                format!("writing what the plugin is: {error}"),
                "report this",
            )
        })?;
        anstream::println!("{text}");
    } else {
        anstream::println!("{}", path.display());
        line("bytes", &bytes.to_string());
        line("sha256", sha256);
        line("interface", &format!("version {MAJOR}, as this program"));
        show(&kind.description);
    }
    Ok(Exit::Passed)
}

fn show(description: &Description) {
    let Description {
        name,
        version,
        engine_version,
        semantics,
        dialect,
        capabilities,
        publication_setup: _,
        harmless_options,
        safe_options,
        connection,
    } = description;
    line("engine", name);
    line("plugin version", version);
    line("engine version", engine_version);
    line("semantics", &semantics.to_string());
    line("in this process", yes_or_no(capabilities.embedded));
    line("reads files", &capabilities.file_formats.join(", "));
    line("takes in rows", yes_or_no(capabilities.ingest));
    line(
        "gives rows while they are made",
        yes_or_no(capabilities.streams),
    );
    line(
        "read-only sessions",
        yes_or_no(capabilities.read_only_sessions),
    );
    line("publishes", yes_or_no(capabilities.publish));
    line("transactions", &word(&capabilities.transactions));
    line("SQL is parsed as", &dialect.parser);
    line("patterns", &word(&dialect.regex_flavour));
    line("harmless options", &harmless_options.join(", "));
    line("untrusted options", &safe_options.join(", "));
    for ConfigKey {
        name,
        kind,
        required,
        help,
    } in connection
    {
        let required = if *required { ", required" } else { "" };
        let text = format!("{name} ({}{required})  {help}", word(kind));
        line("connection_params", text.trim_end());
    }
}

fn line(name: &str, value: &str) {
    let value = if value.is_empty() { "-" } else { value };
    anstream::println!("  {name:<19} {value}");
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

/// The word that stands for a value in JSON.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
