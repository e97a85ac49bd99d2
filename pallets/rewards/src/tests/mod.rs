//! One file for each behaviour.

mod claims;
mod draws;
mod emission;
mod history;
mod invariants;
mod points;
mod random;
mod robustness;
mod validators;
mod views;
