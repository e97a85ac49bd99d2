//! One file for each behaviour.

mod assignment;
mod delivery;
mod expiry;
mod random;
mod settlement;
mod submission;
mod subnets;
mod sweeps;
