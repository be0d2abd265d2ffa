//! What a terminal shows while a run goes on.

use std::time::Duration;

use indicatif::ProgressStyle;

use crate::run::settings::Progress;

const BETWEEN_TICKS: Duration = Duration::from_millis(120);

/// A line on stderr that names the table at work; nothing where stderr is no terminal.
pub struct ProgressBar {
    bar: indicatif::ProgressBar,
}

impl ProgressBar {
    pub fn new(quiet: bool) -> Self {
        let bar = if quiet {
            indicatif::ProgressBar::hidden()
        } else {
            indicatif::ProgressBar::new_spinner()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        // Each time it is turned on it starts a thread.
        if !bar.is_hidden() {
            bar.enable_steady_tick(BETWEEN_TICKS);
        }
        Self { bar }
    }

    pub fn show(&self, progress: Progress<'_>) {
        match progress {
            Progress::Started { table, rules } => {
                self.bar
                    .set_message(format!("{}: {rules} rules", table.name));
            }
            Progress::Finished { .. } => self.bar.set_message(""),
            Progress::Waits(why) => self.bar.suspend(|| anstream::eprintln!("warning: {why}")),
        }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
