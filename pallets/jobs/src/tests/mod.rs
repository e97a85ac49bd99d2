//! One file for each behaviour.

mod assignment;
mod audits;
mod delivery;
mod disputes;
mod exodus;
mod expiry;
mod invariants;
mod origins;
mod random;
mod replicas;
mod settlement;
mod submission;
mod subnets;
mod sweeps;
