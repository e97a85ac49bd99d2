//! How the pallets know of one another: they ask downwards by the `…Inspect` and `…Pool` traits,
//! tell upwards by the `On…` hooks, and the runtime ties the ends in its `adapters`.
//!
//! Each trait has a `()` impl that stands for "nothing there", hooks also work as tuples, and each
//! hook says what it weighs, so that the caller's own weight stays true. Mocks are there with `std`:
//! a feature of their own would make two builds of every pallet.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod audits;
mod bonds;
mod channels;
mod departures;
mod escrow_source;
mod gateways;
mod models;
mod outcomes;
mod providers;
mod queue;
mod reputation;
mod stake;
mod subnets;

#[cfg(feature = "std")]
pub mod mocks;

pub use audits::{
	AuditOutcome, AuditSubjects, AuditWork, AuditedAnswer, AuditedBatch, Auditing, Cause,
	Conviction, GatewayWork, OnAuditVote, Ruling, Subject, ValidatorPenalty,
};
pub use bonds::{give_back, held_for, take_off, BondReturn, Unbonding};
pub use channels::{
	AuditedBatches, BatchAuditing, BatchWork, Fault, GatewayExposure, OnPayout, PaidTotal,
	SampleAuditing, SampleTerms, SampledTotal,
};
pub use departures::OnProviderLeft;
pub use escrow_source::EscrowSource;
pub use gateways::{
	GatewayEndpoint, GatewayInfo, GatewayInspect, GatewaySlash, MaxGatewayEndpointBytes,
};
pub use models::{ModelInfo, ModelInspect};
pub use outcomes::{EndedTurn, OnJobSettled, OnProviderOutcome, Outcome, SettledJob};
pub use providers::{Candidate, ProviderPool};
pub use queue::WaitQueue;
pub use reckon_verification::Rejection;
pub use reputation::ReputationInspect;
pub use stake::{era_of, first_session_of, EraIndex, Exposure, StakeInspect};
pub use subnets::{MaxListedModels, Membership, SubnetInspect, SubnetParameters};
