//! One file for each behaviour; `node` is the node that they run on.

mod batches;
mod commits;
mod decisions;
mod node;
mod records;
mod refusals;
mod reveals;
mod workers;
