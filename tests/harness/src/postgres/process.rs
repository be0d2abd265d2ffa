//! The process of a server, which never outlives the test.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::account::{Account, run_as};

/// Runs the server and stops it when the test's end of the pipe closes, also when the test was killed. The
/// folder goes with the server unless a line was written before.
const KEEPER: &str = r#"
trap '' INT TERM HUP
exec 3<&0
rm -f "$3/ended" "$3/keep"
"$1" -D "$2" >>"$3/server.log" 2>&1 3<&- &
server=$!
echo "$server"
{
    read -r word <&3
    if [ "$word" = keep ]; then : >"$3/keep"; fi
    if [ ! -e "$3/ended" ]; then kill -INT "$server"; fi
} &
listener=$!
wait "$server"
: >"$3/ended"
wait "$listener"
if [ ! -e "$3/keep" ]; then rm -rf "$3"; fi
"#;

/// A server that runs.
pub struct Process {
    keeper: Child,
    /// The number of the server's own process.
    server: String,
    /// Where the keeper leaves its notes.
    folder: PathBuf,
}

impl Process {
    /// Starts the program with this data folder, which lies in `folder`.
    pub fn start(postgres: &Path, data: &Path, folder: &Path, account: Option<Account>) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", KEEPER, "sh"])
            .args([postgres, data, folder])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut keeper = match run_as(account, &mut command).spawn() {
            Ok(keeper) => keeper,
            Err(error) => panic!("starting {}: {error}", postgres.display()),
        };
        let mut server = String::new();
        let told = keeper
            .stdout
            .take()
            .map(|output| BufReader::new(output).read_line(&mut server));
        assert!(
            matches!(told, Some(Ok(1..))),
            "{} did not start",
            postgres.display()
        );
        Self {
            keeper,
            server: server.trim().to_owned(),
            folder: folder.to_path_buf(),
        }
    }

    /// The number of the server's own process.
    pub fn id(&self) -> &str {
        &self.server
    }

    /// Whether the server ended by itself, or was killed.
    pub fn has_ended(&self) -> bool {
        self.folder.join("ended").exists()
    }

    /// Ends the server with all its processes, as a power cut would: nothing is written, nobody is told.
    pub fn kill(&self) {
        // The server first, which would start others in the place of those that it loses; without it they
        // would go on for a moment. One that ends meanwhile by itself is no failure.
        const KILL_ALL: &str = r#"
            others=$(cat "/proc/$0/task/$0/children" 2>/dev/null)
            kill -9 "$0" || exit 1
            kill -9 $others 2>/dev/null
            exit 0
        "#;
        let signal = Command::new("sh")
            .args(["-c", KILL_ALL, &self.server])
            .status();
        assert!(
            signal.is_ok_and(|status| status.success()),
            "the server had ended already"
        );
    }

    /// Stops the server if it runs; its folder goes unless it is kept.
    pub fn end(&mut self, keep_folder: bool) {
        if let Some(mut word) = self.keeper.stdin.take() {
            let written = if keep_folder { "keep\n" } else { "\n" };
            // A keeper that is gone has nothing left to do.
            let _ = word.write_all(written.as_bytes());
        }
        let _ = self.keeper.wait();
    }
}
