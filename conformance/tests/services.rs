//! A server of the author's own, which the settings' commands start and kill.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use data_validator_harness::{Server, ServerSettings};

use crate::support::Workspace;

/// Starts, looks for, kills and stops a PostgreSQL server, as its author would.
const SCRIPT: &str = r#"
pid() { head -1 "$DATA/postmaster.pid"; }
case $1 in
    start) $AS_OWNER "$BIN/postgres" -D "$DATA" </dev/null >/dev/null 2>&1 & echo start >>"$CALLS" ;;
    ready) exec "$BIN/pg_isready" -h 127.0.0.1 -p "$PORT" ;;
    kill)
        server=$(pid)
        others=$(cat "/proc/$server/task/$server/children")
        kill -9 "$server" $others
        for process in $server $others; do
            while kill -0 "$process" 2>/dev/null; do sleep 0.01; done
        done
        echo kill >>"$CALLS" ;;
    stop) kill -INT "$(pid)" && echo stop >>"$CALLS" ;;
esac
"#;

/// A script for the server, which is stopped.
fn script(workspace: &Workspace, server: &mut Server) {
    let data = server.socket_folder().join("data");
    let pid = std::fs::read_to_string(data.join("postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap().to_owned();
    let program = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap();
    let owner = std::fs::metadata(&data).unwrap();
    let as_owner = match std::fs::metadata("/proc/self").unwrap().uid() {
        0 => format!(
            "setpriv --reuid={} --regid={} --clear-groups",
            owner.uid(),
            owner.gid()
        ),
        _ => String::new(),
    };
    let calls = workspace.path("calls");
    let variables = [
        ("BIN", program.parent().unwrap()),
        ("DATA", &data),
        ("CALLS", &calls),
        ("PORT", Path::new(&server.port().to_string())),
        ("AS_OWNER", Path::new(&as_owner)),
    ]
    .map(|(name, value)| format!("{name}='{}'\n", value.display()));
    let text = variables.concat() + "cd /\n" + SCRIPT;
    std::fs::write(workspace.path("server.sh"), text).unwrap();
    server.stop();
}

#[test]
fn the_authors_commands_start_and_kill_the_server() {
    let workspace = Workspace::new();
    let mut server = Server::start_own(&ServerSettings::default());
    let url = server.url();
    script(&workspace, &mut server);
    let settings = format!(
        r#"
away = "service"
[service]
address = "{url}"
start = ["sh", "server.sh", "start"]
ready = ["sh", "server.sh", "ready"]
kill = ["sh", "server.sh", "kill"]
stop = ["sh", "server.sh", "stop"]
[engine]
connection = {{ url = "{{service}}", options = "-c search_path={{name}}", publication_schema = "{{name}}" }}
[prepare]
connection = {{ url = "{{service}}" }}
statements = ["CREATE SCHEMA {{name}}"]
"#
    );
    std::fs::write(workspace.path("conform.toml"), settings).unwrap();
    let outcome = workspace.run(&[
        "run",
        "--engine",
        "postgres",
        "--config",
        "conform.toml",
        "--only",
        "retry/a_query_waits",
        "--only",
        "transactions/rollback",
    ]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let calls = std::fs::read_to_string(workspace.path("calls")).unwrap();
    assert_eq!(calls, "start\nkill\nstart\nkill\nstart\nstop\n");
}

#[test]
fn a_command_that_fails_is_told() {
    let workspace = Workspace::new();
    for (settings, code, said) in [
        (
            "[service]\nstart = ['false']\nready = ['true']\nkill = ['true']\n",
            2,
            "[\"false\"] of the settings ends with exit status: 1",
        ),
        (
            "[service]\nstart = ['true']\n",
            2,
            "[service] has either 'throw_away', or the commands 'start', 'ready' and 'kill'",
        ),
        (
            "[prepare]\ncommands = [['no_such_program', '{folder}/x']]\n",
            1,
            "install 'no_such_program'",
        ),
    ] {
        std::fs::write(workspace.path("conform.toml"), settings).unwrap();
        let arguments = [
            "--config",
            "conform.toml",
            "--only",
            "transactions/rollback",
        ];
        let outcome = workspace.run(&[&["run", "--engine", "duckdb"], &arguments[..]].concat());
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert!(
            (outcome.stdout.clone() + &outcome.stderr).contains(said),
            "{outcome:?}"
        );
    }
}
