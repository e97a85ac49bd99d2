//! A worker against scripted gateways: real streams, real keys, real engines, a ledger that tests write.

mod complaints;
mod court;
mod greeting;
mod harness;
mod money;
mod sealed;
mod tasks;
mod trouble;
