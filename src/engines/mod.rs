//! Engines as the host sees them: found by name, reached through the plugin traits.

pub mod connection;
pub mod connections;
pub mod decode;
pub mod registry;
pub mod retry;
