#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod acknowledgements;
pub mod api;
pub mod batches;
pub mod bulk;
pub mod chain;
pub mod cli;
mod clock;
pub mod complaints;
pub mod config;
pub mod desk;
pub mod dispatch;
mod fault;
pub mod finalisation;
pub mod gateway;
pub mod inquiries;
pub mod join;
pub mod keys;
pub mod late;
pub mod metrics;
pub mod payment;
pub mod reservation;
pub mod rooms;
pub mod samples;
mod sdk_chain;
mod serve;
mod standing;
pub mod transcript;
pub mod trees;
pub mod workers;
