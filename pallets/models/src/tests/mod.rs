//! One file for each behaviour.

mod apps;
mod data_sets;
mod invariants;
mod models;
mod random;
mod retirement;
mod transfer;
mod views;
