//! The GPU provider's daemon: takes jobs from the chain, infers, delivers, is paid.
//!
//! * [`jobs`]: the state machine, pure;
//! * [`presence`]: when to tell the chain that this worker is there, pure, too;
//! * [`journal`]: what survives a kill, written before anything is signed;
//! * [`daemon`]: carries out what the machine says;
//! * [`audits`]: what was committed to is opened when it is asked for, and not before;
//! * [`chain`], [`compute`]: the seams to the chain and to the engines;
//! * [`gateways`]: work that is paid in channels;
//! * [`endpoint`]: content by hash, rows for auditors, metrics, status;
//! * [`verify`]: computes answers of others again, for a validator's node;
//! * [`calibrate`]: by how much honest hosts differ on a model;
//! * [`doctor`]: what works, and why there would be no work.

#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

pub mod audits;
pub mod blobs;
pub mod calibrate;
pub mod chain;
pub mod cli;
pub mod clock;
pub mod compute;
pub mod config;
pub mod daemon;
pub mod doctor;
pub mod endpoint;
pub mod fault;
pub mod gateways;
pub mod jobs;
pub mod journal;
pub mod models;
pub mod presence;
pub mod schedulers;
pub mod secret;
pub mod status;
pub mod verify;
