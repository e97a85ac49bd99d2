//! One file for each behaviour.

mod audits;
mod batches;
mod closing;
mod complaints;
mod invariants;
mod opening;
mod origins;
mod random;
mod rejection;
mod requests;
mod samples;
mod settlement;
mod strikes;
mod sweeps;
mod views;
