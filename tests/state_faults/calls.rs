//! That the faulty disk sees all calls is held against what the kernel sees.

use std::fs;
use std::process::Command;

use data_validator_harness::faulty_disk::{Plan, read_log};

use super::{ARGUMENTS, Home, Scenario};

/// The calls that the faulty disk numbers, as the kernel names them, and others that could change a file.
const TRACED: &str = "trace=openat,open,creat,read,pread64,readv,write,pwrite64,writev,pwritev,fsync,fdatasync,\
     sync_file_range,ftruncate,truncate,fallocate,fchmod,chmod,fchmodat,flock,statx,newfstatat,rename,renameat,\
     renameat2,mkdir,mkdirat,unlink,unlinkat,link,linkat,symlink,copy_file_range,sendfile,splice,mmap";

const FILES: &[&str] = &[
    "", ".journal", ".lock", ".tmp", ".probe", ".probe2", ".results",
];

#[test]
fn the_faulty_disk_misses_no_call() {
    for scenario in [
        Scenario::Fresh,
        Scenario::Resume,
        Scenario::Compaction,
        Scenario::Reset,
    ] {
        let home = Home::new(scenario);
        home.put(&home.start);
        let log = home.workspace.path("calls");
        let mut run = home.workspace.command(ARGUMENTS);
        let plan = Plan {
            a_minute_passes_at: home.a_minute_passes_at,
            ..Plan::default()
        };
        home.disk
            .put_under(&mut run, &home.state(), Some(&log), &plan);
        let by_kernel = traced(&home, &run);
        let by_library: Vec<String> = read_log(&log).into_iter().map(|call| call.name).collect();
        assert_eq!(by_kernel, by_library, "{scenario:?}");
        let planned = home.calls.iter().map(|call| &call.name);
        assert!(
            planned.eq(&by_library),
            "{scenario:?}: two runs make different calls"
        );
    }
}

/// The names of the calls that the kernel sees on the files of the state.
fn traced(home: &Home, run: &Command) -> Vec<String> {
    let trace = home.workspace.path("trace");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "--seccomp-bpf", "-e", TRACED, "-o"])
        .arg(&trace);
    strace.arg("-P").arg(home.folder());
    for ending in FILES {
        strace
            .arg("-P")
            .arg(format!("{}{ending}", home.state().display()));
    }
    for (name, value) in run.get_envs() {
        let value = value.unwrap_or_default();
        strace
            .arg("-E")
            .arg(format!("{}={}", name.display(), value.display()));
    }
    strace
        .arg(run.get_program())
        .args(run.get_args())
        .current_dir(home.folder());
    let output = strace
        .output()
        .unwrap_or_else(|error| panic!("running strace: {error}; install it"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{strace:?}: {told}");
    let text = fs::read_to_string(trace).unwrap();
    text.lines().filter_map(name_of_call).collect()
}

/// Of a line such as `4711 openat(AT_FDCWD, …`.
fn name_of_call(line: &str) -> Option<String> {
    let (_process, call) = line.split_once(' ')?;
    let (name, _) = call.trim_start().split_once('(')?;
    // The end of a call whose beginning another line has.
    if name.starts_with("<...") {
        return None;
    }
    Some(name.strip_suffix("at").unwrap_or(name).to_owned())
}
