//! One file for each behaviour.

mod candidacy;
mod delegation;
mod election;
mod genesis;
mod keys;
mod leaving;
mod liveness;
mod origins;
mod random;
mod slashing;
mod sweeps;
mod unbonding;
mod views;
