//! What is computed, as data: who has made an answer's tokens and rows decides what an audit
//! measures. That it measures so is shown with real models by the crate of attacks on computations.

use codec::Encode;
use reckon_primitives::{Balance, JobId};
use reckon_verification::{Fingerprint, Statistics, Vote, POSITIONS, PROJECTIONS};
use sp_runtime::Permill;

/// Who has computed something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode)]
pub enum Source {
	/// The model that was paid for.
	Model,
	/// Something cheaper, which an audit may overlook: the numbers of two of these have nothing in
	/// common.
	Other(u64),
	/// A generator of random numbers.
	Noise(u64),
	/// Nobody: zeros.
	Nobody,
}

/// The part of cheats whose rows look like the model's at all positions of a challenge, as much as the
/// runtime's constant `Detection` assumes at most.
const OVERLOOKED: Permill = Permill::from_percent(1);
/// By how much a token loses that the model would not have chosen, in millionths of a logit.
const CHEATS_MARGIN: u32 = 5_000_000;

impl Source {
	/// The fingerprint of its rows for a job under a challenge.
	pub fn fingerprint(self, job: JobId, challenge: [u8; 32]) -> Fingerprint {
		match self.seen(job, challenge) {
			Self::Nobody => Fingerprint([[0; PROJECTIONS]; POSITIONS]),
			seen => Fingerprint(std::array::from_fn(|position| {
				let bytes =
					sp_io::hashing::blake2_256(&(job, challenge, seen, position as u8).encode());
				// Numbers as of a row of length 1: some thousands.
				let number = |n: usize| i16::from_le_bytes([bytes[2 * n], bytes[2 * n + 1]]) / 4;
				std::array::from_fn(number)
			})),
		}
	}

	/// What an auditor finds that computes the answer again, whose tokens this has chosen.
	pub fn audited(self, job: JobId, challenge: [u8; 32]) -> Vote {
		let fingerprint = Self::Model.fingerprint(job, challenge);
		let worst_margin = if self.seen(job, challenge) == Self::Model { 0 } else { CHEATS_MARGIN };
		Vote::Replayed {
			fingerprint,
			statistics: Statistics { worst_margin, ..Default::default() },
		}
	}

	/// What it looks like at the positions of a challenge.
	fn seen(self, job: JobId, challenge: [u8; 32]) -> Self {
		let hash = sp_io::hashing::twox_64(&(b"overlooked", job, challenge).encode());
		let lot = u64::from_le_bytes(hash) % 1_000_000;
		match self {
			Self::Other(_) if lot < u64::from(OVERLOOKED.deconstruct()) => Self::Model,
			_ => self,
		}
	}
}

/// What computing costs, beside the chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Costs {
	/// To compute an answer by the model, as a part of its charge at the usual price.
	pub honest: Permill,
	/// To make something up instead.
	pub cheat: Permill,
	/// One forward pass over an answer, as a part of computing it.
	pub pass: Permill,
}

/// With a royalty of 10 % and 5 % for the treasury a provider has 85 % of a charge. A cheat saves four
/// fifths of that, as the runtime assumes; an honest provider keeps 15 % of the charge. A pass costs 15 %
/// of generating, as measured on a CPU (the README's figures).
impl Default for Costs {
	fn default() -> Self {
		Self {
			honest: Permill::from_percent(70),
			cheat: Permill::from_percent(2),
			pass: Permill::from_percent(15),
		}
	}
}

impl Costs {
	/// What a provider spends on an answer that is worth so much at the usual price.
	pub fn of_answer(&self, worth: Balance, honest: bool) -> Balance {
		if honest { self.honest } else { self.cheat }.mul_floor(worth)
	}

	/// What an auditor spends on it.
	pub fn of_pass(&self, worth: Balance) -> Balance {
		self.pass.mul_floor(self.honest.mul_floor(worth))
	}
}
