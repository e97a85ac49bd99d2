//! One file for each behaviour.

mod attacks;
mod departure;
mod idleness;
mod outcomes;
mod random;
