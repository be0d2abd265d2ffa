//! Who holds a state, and until when.

use std::fs;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::holder::Holder;

/// A holder that does not renew its lease for so long is taken to be gone.
const TERM: Duration = Duration::from_secs(10);

/// How often a lease is renewed.
pub(super) const RENEW_EVERY: Duration = Duration::from_secs(3);

/// A lease as it stands in the table of states.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Lease {
    /// The number of the fence.
    pub number: u64,
    /// Tells holders apart whose numbers are the same.
    pub id: String,
    pub holder: Holder,
    /// Where the number of the holder's process counts.
    machine: Option<String>,
    /// `None` once it was given back.
    expires_at: Option<String>,
}

impl Lease {
    /// A lease of this process, from now on.
    pub(super) fn new(number: u64) -> Self {
        Self {
            number,
            id: Uuid::now_v7().to_string(),
            holder: Holder::this_process(),
            machine: machine(),
            expires_at: expiry(),
        }
    }

    pub(super) fn renewed(&self) -> Self {
        Self {
            expires_at: expiry(),
            ..self.clone()
        }
    }

    pub(super) fn given_back(&self) -> Self {
        Self {
            expires_at: None,
            ..self.clone()
        }
    }

    /// Whether it was given back, or its holder is seen to be gone.
    pub(super) fn is_over(&self) -> bool {
        let is_here = self.machine.is_some() && self.machine == machine();
        self.expires_at.is_none() || is_here && self.holder.is_gone()
    }

    /// Whether its holder is to be waited for.
    pub(super) fn is_held(&self) -> bool {
        let expires_at: Option<Timestamp> =
            (self.expires_at.as_ref()).and_then(|at| at.parse().ok());
        let is_running = expires_at.is_some_and(|at| at > Timestamp::now());
        is_running && !self.is_over()
    }
}

fn expiry() -> Option<String> {
    let at = Timestamp::now().checked_add(TERM).ok()?;
    Some(at.to_string())
}

/// Names this boot of this machine, and the space of process numbers in it, where the system tells.
fn machine() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let processes = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), processes.display()))
}
