//! Does cheating pay? Agents with every strategy of providers and of auditors, on the real runtime.
//!
//! The chain is the runtime itself, with the real chain's parameters: what is paid, held and slashed is what its
//! pallets do. Computing is data (`computing.rs`), its costs are parameters.
//!
//! * [`market`]: all strategies beside one another, and what each has gained in the end;
//! * [`attacks`]: the attacks on the protocol, each often enough for a rate.

pub mod attacks;
pub mod auditors;
pub mod chain;
pub mod computing;
pub mod market;
pub mod providers;
pub mod world;
