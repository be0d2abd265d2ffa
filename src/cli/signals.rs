//! Ctrl-C and `SIGTERM`: the first one stops a run in good order, a second one ends it at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::interrupt::{Interrupt, Signal};

/// Lets the signals ask this run to stop. To be called once in a process, before a run begins.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn watch(interrupt: Interrupt) -> io::Result<()> {
    let stopping = Arc::new(AtomicBool::new(false));
    for signal in [Signal::Interrupt, Signal::Terminate] {
        // In this order: the first signal finds the flag down and puts it up, the second finds it up.
        // The second one exits in its handler, which works however stuck the program is.
        flag::register_conditional_shutdown(
            signal.number(),
            signal.exit_code().into(),
            Arc::clone(&stopping),
        )?;
        flag::register(signal.number(), Arc::clone(&stopping))?;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for number in signals.forever() {
                interrupt.request(if number == SIGTERM {
                    Signal::Terminate
                } else {
                    Signal::Interrupt
                });
            }
        })?;
    Ok(())
}
