//! Those who serve models.

use super::{
	as_text, AccountId, Balance, BlockNumber, ModelId, Price, SessionIndex, SubnetId, Unbonding,
};
use serde::{Deserialize, Serialize};
use subxt::ext::scale_decode::DecodeAsType;

/// A model, served by the rules of a subnet.
#[derive(
	Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, DecodeAsType, Serialize, Deserialize,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Market {
	/// Whose rules apply.
	pub subnet: SubnetId,
	/// The model that is asked.
	pub model: ModelId,
}

/// Whether a provider takes jobs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum ProviderStatus {
	/// It does.
	Active,
	/// Not for now.
	Paused,
	/// Never again.
	Leaving {
		/// From which block on the bond is returned.
		until: BlockNumber,
	},
	/// It would, but its worker was silent for a whole session: not before the next heartbeat.
	Silent,
}

/// A provider's record.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Provider {
	/// The hot key of its worker.
	pub worker: AccountId,
	/// Its bond: what its places and tickets stand on.
	#[serde(with = "super::as_string")]
	pub bond: Balance,
	/// What it has taken out of its bond and has not got back yet.
	pub unbonding: Option<Unbonding>,
	/// How many jobs it takes at once, as far as its bond stands for them: see [`Self::places`].
	pub capacity: u32,
	/// How many it has.
	pub load: u32,
	/// How many offers it has.
	pub offers: u32,
	/// How many tickets each of its offers has in its draw; none after a long silence.
	pub tickets: u32,
	/// The session in which its worker last sent a heartbeat or a delivery, or in which it began or
	/// resumed its business.
	pub last_seen: SessionIndex,
	/// Deadlines missed, less the jobs done since for clients that did not choose it.
	pub misses: u32,
	/// When it was last slashed for missed deadlines; 0 when it never was.
	pub slashed_at: BlockNumber,
	/// How many of its places rest, because it declined the jobs that had them.
	pub declined: u32,
	/// Until which block they rest.
	pub declined_until: BlockNumber,
	/// Whether it takes jobs.
	pub status: ProviderStatus,
	/// The URL of its worker's content endpoint, empty when there is none.
	#[serde(with = "as_text")]
	pub endpoint: Vec<u8>,
}

impl Provider {
	/// The URL of its worker's content endpoint, when there is one.
	pub fn endpoint(&self) -> Option<String> {
		let text = String::from_utf8_lossy(&self.endpoint);
		let text = text.trim().trim_end_matches('/');
		(!text.is_empty()).then(|| text.to_owned())
	}

	/// How many jobs it can have at once, when each takes so much of the bond:
	/// [`crate::Constants::bond_per_job`].
	pub fn places(&self, bond_per_job: Balance) -> u32 {
		let bonded = self.bond.checked_div(bond_per_job).unwrap_or_default();
		self.capacity.min(u32::try_from(bonded).unwrap_or(u32::MAX))
	}

	/// How many of its places rest in this block, after declines.
	pub fn resting(&self, now: BlockNumber) -> u32 {
		if now < self.declined_until {
			self.declined
		} else {
			0
		}
	}
}

/// A provider's offer of a model in a subnet.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Offer {
	/// What it asks for.
	pub price: Price,
	/// The numbers of its tickets in the market's draw.
	pub tickets: Vec<u32>,
}

/// What is known about a provider's work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Standing {
	/// From 0 (never delivers) to 1,000,000 (always delivers).
	pub score: u32,
	/// What speaks for it, in millionths of an outcome.
	pub good: u64,
	/// What speaks against it, in millionths of an outcome.
	pub bad: u64,
	/// The block up to which the evidence has faded.
	pub touched: BlockNumber,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn places_should_be_those_that_the_bond_stands_for_when_the_capacity_is_larger() {
		let provider = Provider {
			worker: AccountId::from([1; 32]),
			bond: 95,
			unbonding: None,
			capacity: 12,
			load: 0,
			offers: 1,
			tickets: 1,
			last_seen: 0,
			misses: 0,
			slashed_at: 0,
			declined: 2,
			declined_until: 7,
			status: ProviderStatus::Active,
			endpoint: Vec::new(),
		};
		assert_eq!(provider.places(10), 9);
		assert_eq!(provider.places(1), 12);
		assert_eq!(provider.places(0), 0, "a runtime without the constant's sense");
		assert_eq!((provider.resting(6), provider.resting(7)), (2, 0));
	}
}
