#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]

extern crate alloc;

mod commitment;
mod ending;
mod evidence;
mod fingerprint;
mod hash;
mod rows;
mod sampler;
mod verdict;

pub use self::{
	commitment::{commitment, Opening, OpeningError, Root, Shape},
	ending::{ending, Ending, EndingFault},
	evidence::{Evidence, Recorder},
	fingerprint::{
		distance, positions, Fingerprint, FingerprintError, Measured, Projection, POSITIONS,
		PROJECTIONS, UNMEASURABLE,
	},
	hash::Hash,
	rows::{parse_tokens, Rows, RowsError, MAX_POSITIONS, MAX_WIDTH},
	sampler::{
		gumbel, Judgement, Sampler, SamplingError, SamplingParams, MAX_PENALTY, MAX_TEMPERATURE,
		MAX_TOP_K,
	},
	verdict::{
		batch_digest, blind, Fault, Grade, Limits, Reason, Rejection, Statistics, Thresholds,
		Verdict, Vote,
	},
};
