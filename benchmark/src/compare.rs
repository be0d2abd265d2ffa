//! `compare`: one case in pairs, printed pair by pair and as medians.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::arguments::Compare;
use crate::engine::Engine;
use crate::pairs::{Medians, Pair, Rivals, medians, ratios};
use crate::server;
use crate::work::{Work, load_apart, tables, validator};

/// Compares on one case, once for each number of jobs.
pub fn compare(arguments: &Compare) -> anyhow::Result<()> {
    let Compare { case, by_hand, .. } = *arguments;
    let engine = by_hand.engine;
    engine.ensure_can_take(case)?;
    let validator = validator(&arguments.place)?;
    let path = tables(case, engine, arguments.path.as_deref(), &arguments.place)?;
    match engine {
        Engine::Duckdb | Engine::Datafusion => {
            let work = Work::on_files(case, by_hand, &path)?;
            compare_on(arguments, &validator, &work)
        }
        Engine::Postgres => {
            let server = server::start();
            let folder = tempfile::tempdir().context("making a temporary folder")?;
            let work = Work::on_server(case, by_hand, &server.url(), folder.path())?;
            load_apart(case, &path, &server.url())?;
            compare_on(arguments, &validator, &work)?;
            println!("CPU and memory are those of the clients; the server's are not counted");
            Ok(())
        }
    }
}

fn compare_on(arguments: &Compare, validator: &Path, work: &Work) -> anyhow::Result<()> {
    let (case, engine) = (arguments.case.name(), arguments.by_hand.engine.name());
    let options: Vec<Vec<String>> = match &*arguments.jobs {
        [] => vec![Vec::new()],
        jobs => jobs
            .iter()
            .map(|jobs| vec!["--jobs".into(), jobs.to_string()])
            .collect(),
    };
    for options in options {
        let name = format!("{case} on {engine} {}", options.join(" "));
        let rivals = Rivals::new(validator.to_path_buf(), options)?;
        rivals
            .ensure_same_counts(work)
            .with_context(|| format!("comparing the counts of {case} on {engine}"))?;
        println!(
            "{}: {} rules, the same counts from both",
            name.trim_end(),
            work.rules.len()
        );
        println!("pair   fused s   data-validator s   ratio");
        let pairs = rivals.run(work, arguments.pairs, tell)?;
        print_medians(&pairs);
    }
    Ok(())
}

fn tell(number: u32, pair: &Pair) {
    println!(
        "{number:>4} {:>9.3} {:>18.3} {:>7.3}",
        pair.fused.wall.as_secs_f64(),
        pair.validator.wall.as_secs_f64(),
        pair.ratio()
    );
    // So that a reader of a pipe sees each pair at once; what cannot be shown is no error of the pair.
    std::io::stdout().flush().ok();
}

fn print_medians(pairs: &[Pair]) {
    if let Some(ratio) = ratios(pairs) {
        println!(
            "ratio of wall times: median {:.3}, from {:.3} to {:.3}",
            ratio.median, ratio.least, ratio.greatest
        );
    }
    println!("medians           wall s    CPU s   peak MiB");
    let sides = [
        ("fused query", medians(pairs, |pair| pair.fused)),
        ("data-validator", medians(pairs, |pair| pair.validator)),
    ];
    for (name, medians) in sides {
        if let Some(Medians {
            wall_seconds,
            cpu_seconds,
            peak_mib,
        }) = medians
        {
            println!("{name:<15} {wall_seconds:>8.3} {cpu_seconds:>8.3} {peak_mib:>10.0}");
        }
    }
}
