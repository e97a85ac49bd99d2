//! One file for each behaviour.

mod batches;
mod closing;
mod opening;
mod random;
mod rejection;
mod settlement;
mod strikes;
mod sweeps;
mod views;
