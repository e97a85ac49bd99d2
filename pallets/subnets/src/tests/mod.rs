//! One file for each behaviour.

mod changes;
mod creation;
mod departure;
mod parameters;
mod random;
mod registration;
mod retirement;
mod transfer;
mod unbonding;
