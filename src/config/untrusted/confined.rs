//! Whether a path stays inside a folder, links included.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

/// Whether a path lies in the folder, which is canonical; what does not exist yet lies where its folder does.
///
/// The answer does not depend on what exists outside of the folder, so that nobody can ask that way.
pub fn lies_within(path: &Path, folder: &Path) -> bool {
    real_path(path).is_some_and(|real| real.starts_with(folder))
}

/// The part below the folder by which a path in it is hidden, such as `.git`: programs keep there what is not
/// for others, passwords among it.
pub fn hidden_part(path: &Path, folder: &Path) -> Option<String> {
    let real = real_path(path)?;
    let below = real.strip_prefix(folder).ok()?;
    let mut names = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    names
        .find(|name| name.starts_with('.'))
        .map(Cow::into_owned)
}

/// Where a path leads, links followed as far as it exists; `None` where that cannot be told.
fn real_path(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    for existing in path.ancestors() {
        if let Ok(real) = existing.canonicalize() {
            let rest = path.strip_prefix(existing).ok()?;
            let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
            return rest.components().all(is_plain).then(|| real.join(rest));
        }
        // A link that leads nowhere would be followed by whoever writes.
        if existing.symlink_metadata().is_ok() {
            return None;
        }
    }
    None
}

/// The link in the folder by which a path leaves it, where the path itself may lie anywhere.
pub fn link_out(path: &Path, folder: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let leads_out = |part: &&Path| {
        let is_inside = part.parent().is_some_and(|parent| {
            let real = parent.canonicalize();
            real.is_ok_and(|real| real.starts_with(folder))
        });
        is_inside && part.is_symlink() && !lies_within(part, folder)
    };
    path.ancestors().find(leads_out).map(Path::to_owned)
}

/// As [`link_out`], for a file that others of its name stand beside: `state.json`, `state.json.lock`.
pub fn link_out_beside(path: &Path, folder: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy();
    let parent = path.parent()?;
    let parent = match parent.as_os_str().is_empty() {
        true => Path::new("."),
        false => parent,
    };
    let entries = parent.read_dir().into_iter().flatten().flatten();
    let beside = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&*name));
    link_out(path, folder).or_else(|| {
        beside
            .map(|entry| entry.path())
            .find_map(|path| link_out(&path, folder))
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder with a file and a folder, links of all kinds, and something outside of it.
    fn folder() -> (tempfile::TempDir, PathBuf) {
        let outer = tempfile::tempdir().expect("a temporary folder");
        let inner = outer.path().canonicalize().expect("a folder").join("in");
        fs::create_dir_all(inner.join("data")).expect("a folder");
        fs::create_dir(outer.path().join("out")).expect("a folder");
        fs::write(inner.join("data/a.csv"), "a\n").expect("a file");
        fs::write(outer.path().join("out/b.csv"), "b\n").expect("a file");
        let link = |target: &str, name: &str| symlink(target, inner.join(name)).expect("a link");
        link("data", "to_data");
        link("../out", "to_out");
        link("../out/b.csv", "b.csv");
        link("../nothing", "dangling");
        link("loop", "loop");
        (outer, inner)
    }

    #[test]
    fn a_path_lies_where_its_links_lead() {
        let (_outer, folder) = folder();
        for (path, expected) in [
            ("data/a.csv", true),
            ("data/../data/a.csv", true),
            ("data/none.csv", true),
            ("none/none.csv", true),
            ("data/*.csv", true),
            ("to_data/a.csv", true),
            ("", true),
            ("..", false),
            ("../out/b.csv", false),
            ("../in2", false),
            ("to_out", false),
            ("to_out/b.csv", false),
            ("to_out/none.csv", false),
            ("to_out/../out/b.csv", false),
            ("data/none/../../../out/b.csv", false),
            ("none/../../out/b.csv", false),
            ("data/*/../../../out/b.csv", false),
            ("b.csv", false),
            ("dangling", false),
            ("dangling/a.csv", false),
            ("loop", false),
            ("/etc/passwd", false),
        ] {
            assert_eq!(lies_within(&folder.join(path), &folder), expected, "{path}");
        }
    }

    #[test]
    fn a_link_that_leads_out_is_told_from_a_path_outside() {
        let (_outer, folder) = folder();
        for (path, expected) in [
            ("data/a.csv", None),
            ("to_data/a.csv", None),
            ("../out/b.csv", None),
            ("/etc/passwd", None),
            ("b.csv", Some("b.csv")),
            ("to_out/b.csv", Some("to_out")),
            ("to_out/none.csv", Some("to_out")),
            ("dangling", Some("dangling")),
        ] {
            let expected = expected.map(|link| folder.join(link));
            assert_eq!(link_out(&folder.join(path), &folder), expected, "{path}");
        }
    }

    #[test]
    fn what_is_hidden_is_hidden_by_any_part_and_behind_links() {
        let (_outer, folder) = folder();
        fs::create_dir(folder.join(".git")).expect("a folder");
        fs::write(folder.join(".git/config"), "token").expect("a file");
        symlink(".git/config", folder.join("data.csv")).expect("a link");
        for (path, expected) in [
            ("data/a.csv", None),
            ("data/a.b.csv", None),
            (".git/config", Some(".git")),
            ("data/../.git/config", Some(".git")),
            ("data.csv", Some(".git")),
            ("data/.env", Some(".env")),
            (".*/x.csv", Some(".*")),
        ] {
            let hidden = hidden_part(&folder.join(path), &folder);
            assert_eq!(hidden.as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn links_beside_a_file_are_found_by_its_name() {
        let (_outer, folder) = folder();
        symlink("../out/x", folder.join("state.json.lock")).expect("a link");
        let found = link_out_beside(&folder.join("state.json"), &folder);
        assert_eq!(found, Some(folder.join("state.json.lock")));
        assert_eq!(link_out_beside(&folder.join("state.yaml"), &folder), None);
    }
}
