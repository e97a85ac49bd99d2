//! One file for each behaviour.

mod assignment;
mod delivery;
mod expiry;
mod settlement;
mod submission;
mod sweeps;
