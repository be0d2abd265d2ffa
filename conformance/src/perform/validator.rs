//! The whole validator, as a process of its own on a config.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use data_validator::report::volatile;
use serde_json::{Value, json};

use super::Performance;
use super::away::{Gone, POLICY};
use super::trouble::{Done, Trouble, fail};
use crate::arguments::VALIDATOR;
use crate::case::step::Run;

const REPORT: &str = "report.json";
const STATE: &str = "state.json";

/// What the program says when an attempt failed and it waits for the next.
const WAITS: &str = "trying again in";

impl Performance<'_> {
    pub(super) fn run(&mut self, run: &Run) -> Done {
        // A session of this process would be in the way of another one's.
        self.sessions.close_all();
        let folder = self.write_config(run)?;
        let began = Instant::now();
        let first = finish(self.start(&folder)?, &folder, run)?;
        let took = began.elapsed();
        of_report(run, &first)?;
        for time in 2..=run.times {
            let again = finish(self.start(&folder)?, &folder, run)?;
            same(&first, &again).map_err(|trouble| trouble.at(&format!("run {time}")))?;
        }
        for time in 1..=run.killed {
            let report = self.killed_and_continued(&folder, run, took)?;
            same(&first, &report).map_err(|trouble| trouble.at(&format!("after kill {time}")))?;
        }
        Ok(())
    }

    /// The run begins while the engine is away, which comes back when the run waits for it.
    pub(super) fn run_with_engine_away(&mut self, run: &Run, gone: Gone) -> Done {
        let folder = self.write_config(run)?;
        let mut process = self.start(&folder)?;
        let errors = process.stderr.take().context("the run has no stderr")?;
        let mut said = String::new();
        let mut gone = Some(gone);
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            if line.contains(WAITS)
                && let Some(gone) = gone.take()
            {
                gone.bring_back(self.suite)?;
            }
            said += &format!("{line}\n");
        }
        if let Some(gone) = gone {
            gone.bring_back(self.suite)?;
            let _ = process.wait();
            return fail(format!(
                "the run does not wait for the engine; it said:\n{said}"
            ));
        }
        let report = finish(process, &folder, run).map_err(|trouble| trouble.at(&said))?;
        of_report(run, &report)?;
        let most_attempts = rules_of(&report)
            .filter_map(|rule| rule["attempts"].as_u64())
            .max();
        if most_attempts < Some(2) {
            return fail("no rule's result says that it took more than one attempt");
        }
        Ok(())
    }

    /// A run from the beginning that is killed at some moment, and then run to its end.
    fn killed_and_continued(&mut self, folder: &Path, run: &Run, took: Duration) -> Done<Value> {
        let state = folder.join(STATE);
        if state.exists() {
            std::fs::remove_file(&state).context("removing the state of the run before")?;
        }
        let mut process = self.start(folder)?;
        let moment = self
            .random
            .u64(..u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
        thread::sleep(Duration::from_micros(moment));
        process.kill().context("killing the run")?;
        process
            .wait()
            .context("waiting for the run that was killed")?;
        finish(self.start(folder)?, folder, run)
    }

    /// Writes the run's config and files.
    fn write_config(&self, run: &Run) -> anyhow::Result<PathBuf> {
        let folder = self.job.places.folder.join("run");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("making the folder {}", folder.display()))?;
        let mut options = self.sessions.config.options.clone();
        options.insert("max_retries".into(), POLICY.max_retries.into());
        options.insert(
            "retry_delay".into(),
            POLICY.retry_delay.as_secs_f64().into(),
        );
        options.insert("max_delay".into(), POLICY.max_delay.as_secs_f64().into());
        let config = json!({
            "version": "1.0",
            "pipeline": run.pipeline,
            "engine": {
                "type": self.job.engine.name,
                "connection_params": self.sessions.config.connection,
                "options": options,
            },
            "tables": self.with_sources(&run.tables),
        });
        let config = match config {
            Value::Object(mut config) => {
                config.retain(|_, value| !value.is_null());
                Value::Object(config)
            }
            other => other,
        };
        write(&folder.join("rules.yaml"), &serde_yaml::to_string(&config)?)?;
        for (name, text) in &run.files {
            write(&folder.join(name), text)?;
        }
        Ok(folder)
    }

    /// The tables of a run; one without a source has that of the case's table of its name.
    fn with_sources(&self, tables: &Value) -> Value {
        let mut tables = tables.clone();
        for table in tables.as_array_mut().into_iter().flatten() {
            let name = table["name"].as_str().unwrap_or_default().to_owned();
            if table.get("source").is_none() {
                table["source"] = self.source_in_config(&name);
            }
        }
        tables
    }

    fn start(&self, folder: &Path) -> anyhow::Result<Child> {
        let mut command = Command::new(std::env::current_exe().context("finding this program")?);
        command
            .args([VALIDATOR, "run", "rules.yaml", "--output", REPORT])
            .args(["--now", "2026-01-01T00:00:00Z", "--quiet"]);
        if let Some(plugin) = &self.job.engine.plugin {
            command.arg("--plugin").arg(plugin);
        }
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting a run of the validator")
    }
}

/// Waits for a run, which has to end as the step says; gives what lasts of its report.
fn finish(process: Child, folder: &Path, run: &Run) -> Done<Value> {
    let ended = process.wait_with_output().context("waiting for the run")?;
    if ended.status.code() != Some(run.exit) {
        return fail(format!(
            "the run ends with {} in place of exit code {}:\n{}",
            ended.status,
            run.exit,
            String::from_utf8_lossy(&ended.stderr).trim()
        ));
    }
    let path = folder.join(REPORT);
    let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
    let report = serde_json::from_slice(&text).context("reading the report")?;
    Ok(report)
}

/// The results are those of the step.
fn of_report(run: &Run, report: &Value) -> Done {
    let judged = rules_of(report).count();
    if judged != run.results.len() {
        return fail(format!(
            "the report has {judged} rules in place of {}",
            run.results.len()
        ));
    }
    for (name, expected) in &run.results {
        let (table, rule) = name.split_once('.').unwrap_or((name, ""));
        let rules = report["table_results"][table]["rules"].as_array();
        let found = rules.and_then(|rules| rules.iter().find(|it| it["name"] == rule));
        let Some(found) = found else {
            return fail(format!("the report has no rule '{name}'"));
        };
        let came = match expected {
            Value::Array(_) => json!([found["failed_count"], found["total_count"]]),
            _ => found["status"].clone(),
        };
        if came != *expected {
            return fail(format!(
                "rule '{name}' has {came} in place of {expected}: {}",
                found["message"].as_str().unwrap_or_default()
            ));
        }
    }
    Ok(())
}

/// Two reports say the same, apart from what may differ between equal runs.
fn same(first: &Value, other: &Value) -> Done {
    let lasting = |report: &Value| {
        let mut report = report.clone();
        volatile::remove(&mut report);
        report
    };
    let (first, other) = (lasting(first), lasting(other));
    if first == other {
        return Ok(());
    }
    Err(Trouble::Fail(format!(
        "the report differs from that of the first run:\n{other}\nin place of\n{first}"
    )))
}

fn rules_of(report: &Value) -> impl Iterator<Item = &Value> {
    let tables = report["table_results"].as_object();
    let tables = tables.into_iter().flat_map(|tables| tables.values());
    tables.flat_map(|table| table["rules"].as_array().into_iter().flatten())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    ensure!(
        path.file_name().is_some(),
        "'{}' is no name of a file",
        path.display()
    );
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
