//! One file for each behaviour.

mod assignment;
mod audits;
mod delivery;
mod disputes;
mod expiry;
mod random;
mod replicas;
mod settlement;
mod submission;
mod subnets;
mod sweeps;
