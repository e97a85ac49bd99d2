//! One file for each behaviour.

mod batches;
mod declines;
mod draws;
mod keys;
mod openings;
mod random;
mod requests;
mod samples;
mod sweeps;
mod verdicts;
mod views;
mod votes;
mod wire;
