//! The state on a PostgreSQL server: kills, pauses, two processes, a network that breaks, and rights.

use std::process::Child;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use data_validator::engines::decode::Cell;
use data_validator_harness::sample::number;
use data_validator_harness::{Fault, Proxy, Server, ServerSettings, eventually};
use serde_json::{Value, json};

use super::{Home, Kind, RULES, TABLES, is_taken, reasons};
use crate::support::lasting;

pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&ServerSettings::default()))
}

impl Home {
    fn on_server(name: &str) -> Self {
        Self::new(Kind::Postgres, name)
    }
}

#[test]
fn a_second_process_waits_for_the_first_and_says_who_has_the_state() {
    let home = Home::on_server("held");
    let mut first = home.start(&[]);
    eventually("the first run to record something", || {
        (home.results() > 0).then_some(())
    });
    stop(&first);
    let second = home.run(&["c.yaml", "--lock-timeout", "0s"]);
    assert_eq!(second.code, Some(4), "{second:?}");
    let says = format!("process {} on ", first.id());
    assert!(second.stderr.contains(&says), "{second:?}");
    let shown = home.run(&["state", "show", "c.yaml"]);
    assert!(shown.stdout.contains(&says), "{shown:?}");
    let mut third = home.start(&["--lock-timeout", "600s"]);
    eventually("the third run to ask", || {
        let connected = "SELECT count(*) FROM pg_stat_activity \
                         WHERE application_name = '{}' AND pid <> pg_backend_pid()";
        (home.number(connected) == 2).then_some(())
    });
    signal(&third, "INT");
    assert_eq!(third.wait().unwrap().code(), Some(130));
    go_on(&first);
    // It waits until the first one is done, and takes all over.
    let report = home.report(&["--lock-timeout", "60s"]);
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert!(
        reasons(&report)
            .iter()
            .all(|(.., reason)| reason.starts_with("reused"))
    );
}

#[test]
fn a_signal_stops_a_run_in_good_order() {
    let home = Home::on_server("stopped");
    let mut run = home.start(&[]);
    eventually("the run to record something", || {
        (home.results() > 0).then_some(())
    });
    signal(&run, "TERM");
    assert_eq!(run.wait().unwrap().code(), Some(143));
    let shown = home.run(&["state", "show", "c.yaml"]).stdout;
    assert!(
        shown.contains(": nobody holds it\n") && shown.contains(", has not ended\n"),
        "{shown}"
    );
    let recorded = home.recorded();
    let report = home.report(&["--lock-timeout", "0s"]);
    assert_eq!(report["provenance"]["resumed"], true);
    for (table, rule, reason) in reasons(&report) {
        let was_recorded = recorded.contains(&(table, rule));
        assert_eq!(reason.starts_with("resumed"), was_recorded, "{reason}");
    }
}

#[test]
fn a_process_that_was_paused_past_its_lease_writes_nothing_late() {
    let home = Home::on_server("paused");
    let mut paused = home.start(&[]);
    eventually("the run to record something", || {
        (home.results() > 0).then_some(())
    });
    stop(&paused);
    assert!(
        home.recorded().len() < TABLES * RULES,
        "it was paused too late"
    );
    let report = home.report(&["--lock-timeout", "60s", "--no-resume"]);
    assert!(
        reasons(&report)
            .iter()
            .all(|(.., reason)| reason.contains("nothing is taken over"))
    );
    let after = entries(&home);
    go_on(&paused);
    let (code, told) = paused.end();
    assert_eq!(code, Some(4), "{told}");
    assert!(told.contains("another process took it over"), "{told}");
    assert_eq!(entries(&home), after, "something was written late");
}

fn entries(home: &Home) -> Vec<Vec<Cell>> {
    home.rows("SELECT table_name, rule_name, entry FROM {}.data_validator_results ORDER BY 1, 2")
}

fn signal(run: &Child, name: &str) {
    let sent = std::process::Command::new("kill")
        .args([format!("-{name}"), run.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

pub(super) fn stop(run: &Child) {
    signal(run, "STOP");
}

pub(super) fn go_on(run: &Child) {
    signal(run, "CONT");
}

/// A state whose connection goes through a proxy, and what a run without faults says.
struct Broken {
    home: Home,
    proxy: Proxy,
    fresh: Value,
}

impl Broken {
    fn new(name: &str) -> Self {
        let home = Home::on_server(name);
        let fresh = lasting(home.report(&["--no-resume"]));
        let proxy = Proxy::to(server().address());
        Self { home, proxy, fresh }
    }

    /// Runs anew through the proxy, with faults as long as the run goes on; each result is there once
    /// afterwards, with its rows.
    fn run(&self, mut break_it: impl FnMut(&Proxy, &mut Child)) {
        let Self { home, proxy, fresh } = self;
        home.configure(&home.connection);
        home.reset(&[]);
        let mut through = home.connection.clone();
        through["url"] = json!(server().url_through(proxy.address()));
        home.configure(&through);
        let mut run = home.start(&["--no-resume"]);
        while run.try_wait().unwrap().is_none() {
            break_it(proxy, &mut run);
            // Now the connection may be whole for a while.
            let results = home.results();
            eventually("a result or the end of the run", || {
                (home.results() > results || run.try_wait().unwrap().is_some()).then_some(())
            });
        }
        let (code, told) = run.end();
        assert_eq!(code, Some(0), "{told}");
        home.configure(&home.connection);
        assert_eq!(home.recorded().len(), TABLES * RULES);
        let report = home.report(&[]);
        let all = reasons(&report);
        assert!(all.iter().all(|(.., reason)| reason.starts_with("reused")));
        assert_eq!(lasting(report), *fresh);
    }
}

/// `CUTS=2000` cuts so often at each place.
#[test]
fn cuts_around_a_commit_lose_nothing_and_double_nothing() {
    let cuts = usize::try_from(number("CUTS", 2)).unwrap();
    let broken = Broken::new("cut");
    let commit = || b"COMMIT\0".to_vec();
    for fault in [
        Fault::CutBefore(commit()),
        Fault::CutAtAnswerTo(commit()),
        Fault::SwallowAnswerTo(commit()),
    ] {
        let enough = broken.proxy.seen() + cuts;
        let mut runs = 0;
        while broken.proxy.seen() < enough {
            runs += 1;
            let before = broken.proxy.seen();
            broken.run(|proxy, run| {
                let seen = proxy.seen();
                proxy.set(fault.clone());
                eventually("a COMMIT or the end of the run", || {
                    (proxy.seen() > seen || run.try_wait().unwrap().is_some()).then_some(())
                });
                proxy.set(Fault::None);
                if matches!(fault, Fault::SwallowAnswerTo(_)) {
                    proxy.cut();
                }
            });
            assert!(broken.proxy.seen() > before + 1, "no COMMIT was cut");
        }
        println!(
            "{fault:?}: {} cuts in {runs} runs",
            broken.proxy.seen() + cuts - enough
        );
    }
}

/// `RESETS=1000` resets so many connections.
#[test]
fn resets_at_any_moment_lose_nothing_and_double_nothing() {
    let broken = Broken::new("reset");
    let (enough, mut resets) = (number("RESETS", 12), 0);
    let mut random = fastrand::Rng::with_seed(number("SEED", 1));
    while resets < enough {
        broken.run(|proxy, _| {
            thread::sleep(Duration::from_micros(random.u64(..20_000)));
            proxy.cut();
            resets += 1;
        });
    }
    println!("{resets} resets");
}

/// `RESTARTS=200` kills the server so often.
#[test]
fn a_server_that_is_killed_and_comes_back_loses_nothing_and_doubles_nothing() {
    let mut own = Server::start_own(&ServerSettings::default());
    let mut home = Home::bare(Kind::Postgres, "restarted");
    home.connection["url"] = json!(own.url());
    home.configure(&home.connection);
    assert_eq!(home.run(&["state", "init", "c.yaml"]).code, Some(0));
    let fresh = lasting(home.report(&[]));
    let (enough, mut kills) = (number("RESTARTS", 4), 0);
    while kills < enough {
        home.reset(&[]);
        let mut run = home.start(&[]);
        let before = kills;
        while run.try_wait().unwrap().is_none() {
            let results = home.results();
            eventually("a result or the end of the run", || {
                (home.results() > results || run.try_wait().unwrap().is_some()).then_some(())
            });
            if kills < before + 5 {
                own.kill();
                own.restart();
                kills += 1;
            }
        }
        let (code, told) = run.end();
        assert_eq!(code, Some(0), "{told}");
        assert!(kills > before + 1, "the run was too fast for the server");
        assert_eq!(home.recorded().len(), TABLES * RULES);
        let report = home.report(&[]);
        let all = reasons(&report);
        assert!(all.iter().all(|(.., reason)| reason.starts_with("reused")));
        assert_eq!(lasting(report), fresh);
    }
    println!("{kills} restarts");
}

#[test]
fn a_role_with_the_documented_rights_is_enough_and_the_printed_sql_makes_the_tables() {
    let home = Home::bare(Kind::Postgres, "rights");
    let printed = home.run(&["state", "init", "c.yaml", "--print-sql"]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    // As its first line says: this config notes publications in another schema.
    let sql = printed.stdout.replace("\"data_validator\"", &home.schema);
    let lines: String = sql.lines().filter(|line| !line.starts_with("--")).collect();
    for statement in lines.split_terminator(';') {
        home.execute(statement);
    }
    let role = home.schema.clone();
    for statement in [
        format!("CREATE ROLE {role} LOGIN {}", server().password_clause()),
        format!("GRANT USAGE ON SCHEMA {{}} TO {role}"),
        format!(
            "GRANT SELECT, INSERT, DELETE ON {{}}.data_validator_state, {{}}.data_validator_results, \
             {{}}.data_validator_quarantine TO {role}"
        ),
        format!("GRANT SELECT, INSERT ON {{}}.data_validator_publications TO {role}"),
        format!("GRANT SELECT, INSERT, UPDATE ON {{}}.data_validator_fences TO {role}"),
    ] {
        home.execute(&statement);
    }
    let mut of_role = home.connection.clone();
    of_role["user"] = json!(role);
    home.configure(&of_role);
    home.report(&[]);
    assert!(
        reasons(&home.report(&[]))
            .iter()
            .all(|(.., reason)| is_taken(reason))
    );
    home.reset(&["--table", "t0"]);
    assert_eq!(home.recorded().len(), (TABLES - 1) * RULES);
    let swept = home.run(&["state", "gc", "c.yaml"]);
    assert_eq!(swept.code, Some(0), "{swept:?}");
    let why = "warning: not all keys of publications could be removed: ";
    assert!(swept.stderr.starts_with(why), "{swept:?}");
    home.execute(&format!(
        "GRANT DELETE ON {{}}.data_validator_publications TO {role}"
    ));
    let swept = home.run(&["state", "gc", "c.yaml"]);
    assert_eq!((swept.code, &*swept.stderr), (Some(0), ""), "{swept:?}");
    assert!(home.keys("c") < Some(5), "{:?}", home.keys("c"));
    // To look at it takes the right to read alone.
    for statement in [
        format!("REVOKE INSERT, DELETE ON ALL TABLES IN SCHEMA {{}} FROM {role}"),
        format!(
            "REVOKE ALL ON {{}}.data_validator_fences, {{}}.data_validator_publications FROM {role}"
        ),
    ] {
        home.execute(&statement);
    }
    for table in ["quarantine", "publications"] {
        home.execute(&format!(
            "REVOKE SELECT ON {{}}.data_validator_{table} FROM {role}"
        ));
    }
    let shown = home.run(&["state", "show", "c.yaml"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let rows = format!(
        "\nrows: {} results, {} tables\n",
        (TABLES - 1) * RULES,
        TABLES - 1
    );
    assert!(shown.stdout.contains(&rows), "{shown:?}");
    let refused = home.run(&["c.yaml"]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.stderr.contains("permission denied"), "{refused:?}");
    home.execute(&format!("DROP OWNED BY {role}"));
    home.execute(&format!("DROP ROLE {role}"));
}

#[test]
fn rows_are_found_by_an_index_also_in_tables_that_were_made_without() {
    let home = Home::on_server("indexed");
    let indexes =
        "SELECT count(*) FROM pg_indexes WHERE schemaname = '{}' AND indexname LIKE '%_by_name'";
    assert_eq!(home.number(indexes), 3);
    for table in ["state", "results", "quarantine"] {
        home.execute(&format!("DROP INDEX {{}}.data_validator_{table}_by_name"));
    }
    home.report(&[]);
    assert_eq!(home.number(indexes), 0, "a run makes nothing");
    assert_eq!(home.run(&["state", "init", "c.yaml"]).code, Some(0));
    assert_eq!(home.number(indexes), 3);
    // Tables that are this small would be read whole.
    let mut connection = home.connection.clone();
    connection["options"] = json!("-c enable_seqscan=off");
    home.configure(&connection);
    home.report(&["--no-resume"]);
    assert_eq!(home.recorded().len(), TABLES * RULES);
    let used = "SELECT count(*) FROM pg_stat_user_indexes \
                WHERE schemaname = '{}' AND indexrelname LIKE '%_by_name' AND idx_scan > 0";
    eventually("the server to count what its sessions used", || {
        (home.number(used) == 3).then_some(())
    });
}

#[test]
fn only_a_hash_of_their_rows_proves_tables_of_the_server_that_holds_the_state() {
    let home = Home::on_server("beside");
    home.execute("CREATE TABLE {}.numbers AS SELECT * FROM generate_series(1, 100) AS n");
    let config = std::fs::read_to_string(home.workspace.path("c.yaml")).unwrap();
    let (head, _) = config.split_once("tables:\n").unwrap();
    let tables = format!(
        "tables:\n  - name: numbers\n    engine: keeper\n    source: {}.numbers\n    rules:\n      \
         - {{name: few, rule_type: range, column: n, parameters: {{max_value: 500}}}}\n      \
         - {{name: slow, rule_type: custom, expression: 'SELECT count(*) FROM {{table}}, pg_sleep(600)'}}\n",
        home.schema
    );
    home.workspace.write("c.yaml", format!("{head}{tables}"));
    let mut run = home.start(&[]);
    eventually("the first rule to be recorded", || {
        (home.results() == 1).then_some(())
    });
    run.kill().unwrap();
    run.wait().unwrap();
    let reason = |report: &Value| {
        let result = crate::support::rule(report, "numbers", "few");
        result["reason"].as_str().unwrap().to_owned()
    };
    let again = reason(&home.report(&["--rule", "few"]));
    assert!(
        again.starts_with("resumed, data not re-checked (rule "),
        "{again}"
    );
    let new = reason(&home.report(&["--rule", "few"]));
    assert_eq!(
        new,
        "re-run: data version not known: what is recorded in its engine moves the token of it; \
         'data_version: content' hashes the rows instead"
    );
    let recorded = reason(&home.report(&["--rule", "few", "--reuse", "recorded"]));
    assert!(
        recorded.starts_with("reused as recorded (rule "),
        "{recorded}"
    );
    let hashed = tables.replace("    rules:\n", "    data_version: content\n    rules:\n");
    home.workspace.write("c.yaml", format!("{head}{hashed}"));
    home.report(&["--rule", "few"]);
    let proven = reason(&home.report(&["--rule", "few"]));
    assert!(proven.starts_with("reused (rule "), "{proven}");
    home.execute("INSERT INTO {}.numbers VALUES (7)");
    let changed = reason(&home.report(&["--rule", "few"]));
    assert_eq!(changed, "re-run: data changed");
}

#[test]
fn eight_processes_share_a_state_and_one_that_was_paused_loses_it() {
    let home = Home::on_server("eight");
    let mut paused = home.start(&[]);
    eventually("the run to record something", || {
        (home.results() > 0).then_some(())
    });
    stop(&paused);
    let others: Vec<_> = (0..7)
        .map(|_| home.start(&["--lock-timeout", "120s", "--reuse", "never"]))
        .collect();
    for mut other in others {
        let (code, told) = other.end();
        assert_eq!(code, Some(0), "{told}");
        assert_eq!(home.recorded().len(), TABLES * RULES);
    }
    let after = entries(&home);
    go_on(&paused);
    assert_eq!(paused.wait().unwrap().code(), Some(4));
    assert_eq!(entries(&home), after, "something was written late");
}
