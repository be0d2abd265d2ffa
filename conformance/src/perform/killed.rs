//! A process that publishes and is killed: what is visible then is whole.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail};
use data_validator_plugin::{Outcome, Session};
use serde::{Deserialize, Serialize};

use super::Performance;
use super::sessions::{Sessions, Sources, call, rows};
use super::trouble::{Done, fail, unexpected};
use crate::arguments::PUBLISH_UNTIL_KILLED;
use crate::case::publication::PublicationTemplate;
use crate::case::step::publishing::Killed;
use crate::suite::job::Job;

/// Within so much time after it was heard of a publication, the process is killed.
const MOMENTS_MICROS: u64 = 12_000;

/// What the process that publishes is told.
#[derive(Serialize, Deserialize)]
struct Work {
    job: Job,
    publication: PublicationTemplate,
    /// The number of the first publication.
    first: u64,
}

/// Publishes with rising numbers, and says each number when its publication is answered.
pub fn publish_until_killed() -> anyhow::Result<()> {
    let work: Work = super::read_line()?;
    let mut sessions = Sessions::new(&work.job)?;
    for n in work.first.. {
        let publication = work.publication.numbered(n)?;
        let published = sessions.call("publisher", |session, call| {
            session.publish(&publication, call)
        });
        match published {
            Ok(Outcome::Published) => {}
            other => bail!("publication {n}: {other:?}"),
        }
        let mut output = std::io::stdout().lock();
        writeln!(output, "{n}")
            .and_then(|()| output.flush())
            .context("telling the case")?;
    }
    Ok(())
}

impl Performance<'_> {
    pub(super) fn killed(&mut self, killed: &Killed) -> Done {
        // Where one process at a time can write, it is the other one.
        self.sessions.close_all();
        let template = self.template(&killed.publication)?.clone();
        let mut newest = 0;
        for time in 0..killed.times {
            let heard = self.publish_and_kill(&template, newest + 1, time)?;
            newest = self
                .look_at_rows(killed, &template, heard)
                .map_err(|trouble| {
                    trouble.at(&format!("after kill {} of {}", time + 1, killed.times))
                })?;
            self.sessions.close_all();
        }
        Ok(())
    }

    /// Lets a process publish, from this number on, and kills it; the last number it was heard to say.
    fn publish_and_kill(
        &mut self,
        template: &PublicationTemplate,
        first: u64,
        time: u64,
    ) -> Done<u64> {
        let work = Work {
            job: self.job.clone(),
            publication: template.clone(),
            first,
        };
        let mut process = Command::new(std::env::current_exe().context("finding this program")?)
            .arg(PUBLISH_UNTIL_KILLED)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .context("starting a process that publishes")?;
        if let Some(input) = &mut process.stdin {
            let line = serde_json::to_string(&work).context("telling the process")?;
            writeln!(input, "{line}").context("telling the process that publishes")?;
        }
        let output = process.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let mut heard = None;
        for _ in 0..=time % 4 {
            heard = lines.next();
        }
        if heard.is_none() {
            let _ = process.kill();
            let _ = process.wait();
            return fail("the process that publishes ended by itself; stderr has its error");
        }
        // At some moment of the next publication, another one each time.
        thread::sleep(Duration::from_micros(self.random.u64(..MOMENTS_MICROS)));
        process
            .kill()
            .context("killing the process that publishes")?;
        process
            .wait()
            .context("waiting for the process that was killed")?;
        let heard = lines.last().or(heard).unwrap_or_default();
        Ok(heard
            .parse()
            .context("the process that publishes says no number")?)
    }

    /// The newest publication that is visible, which is whole, and of which the engine knows.
    fn look_at_rows(
        &mut self,
        killed: &Killed,
        template: &PublicationTemplate,
        heard: u64,
    ) -> Done<u64> {
        let session = self
            .sessions
            .open("looker")
            .map_err(|error| unexpected(&error))?;
        // What a killed process left to be waited for is over once its last publication is asked for.
        let next = outcome(session, template, heard + 1)?;
        let seen = rows(session, &Sources::new(), &killed.newest, &call())
            .map_err(|error| unexpected(&error))?;
        let seen = match &seen[..] {
            [row] => row.first().cloned().flatten(),
            _ => {
                return fail(format!(
                    "the query {} gives {} rows",
                    killed.newest,
                    seen.len()
                ));
            }
        };
        let Some(seen) = seen else {
            return fail("what is visible is not whole");
        };
        let seen: u64 = seen
            .parse()
            .with_context(|| format!("the query {} gives no number", killed.newest))?;
        let expected = heard + u64::from(next);
        if seen != expected {
            return fail(format!(
                "publication {seen} is visible; {heard} was answered, and of the next one the engine says \
                 that it is {}",
                if next { "published" } else { "not" }
            ));
        }
        for known in [1, heard] {
            if !outcome(session, template, known)? {
                return fail(format!(
                    "publication {known} was answered, and the engine does not know it"
                ));
            }
        }
        Ok(seen)
    }
}

/// Whether the engine says that the publication of this number was published.
fn outcome(session: &mut dyn Session, template: &PublicationTemplate, n: u64) -> Done<bool> {
    let answer = session
        .outcome(&template.key_numbered(n), &call())
        .map_err(|error| unexpected(&error))?;
    match answer {
        Some(Outcome::Published) => Ok(true),
        None => Ok(false),
        Some(other) => fail(format!("asked what became of publication {n}: {other:?}")),
    }
}
