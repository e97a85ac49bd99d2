//! Asking for providers, and giving them work.

use alloc::vec::Vec;
use frame_support::pallet_prelude::DispatchResult;
use reckon_primitives::{Market, Price, Reason};
use sp_core::H256;

/// A provider that can be given a job of a certain market now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate<AccountId, Balance> {
	/// The provider's account.
	pub provider: AccountId,
	/// What it asks for.
	pub price: Price<Balance>,
	/// What it stands for with, in the smallest token unit.
	pub bond: Balance,
	/// How many more jobs it can take.
	pub free: u32,
	/// How many jobs it can have at once.
	pub places: u32,
}

/// The providers, as a pool from which jobs draw. Implemented by `pallet-providers`.
///
/// Says not what it weighs: the benchmarks of the pallet that draws run on the whole runtime, and so
/// measure the pool too.
pub trait ProviderPool<AccountId, Balance> {
	/// Whether anybody offers the model in the subnet. One storage read.
	fn is_offered(market: &Market) -> bool;

	/// Draws `draws` times from the market's offers, by bond and capacity, and gives those that
	/// are active and have room, each once. The number of reads does not depend on how many
	/// providers there are.
	fn draw(market: &Market, seed: &H256, draws: u32) -> Vec<Candidate<AccountId, Balance>>;

	/// One certain provider, or why it can't be given a job of the market.
	fn candidate(
		market: &Market,
		provider: &AccountId,
	) -> Result<Candidate<AccountId, Balance>, Reason>;

	/// The provider for which a worker's key speaks.
	fn provider_of(worker: &AccountId) -> Option<AccountId>;

	/// Takes one place of the provider's capacity. Fails when there is none.
	fn reserve(provider: &AccountId) -> DispatchResult;

	/// Gives one place back.
	fn release(provider: &AccountId);

	/// Gives one place back after a delivery, which shows that the worker is there, as a heartbeat
	/// does. Writes no more than [`Self::release`].
	fn release_delivered(provider: &AccountId);

	/// Pays somebody `up_to` this much out of the provider's bond, for a job that it did wrong: no
	/// more than one job stands on. Says how much that was.
	fn compensate(provider: &AccountId, to: &AccountId, up_to: Balance) -> Balance;

	/// Takes `up_to` this much of the provider's bond, for a job that it was convicted for. Says how
	/// much that was.
	fn slash(provider: &AccountId, up_to: Balance, reason: Reason) -> Balance;

	/// What the provider stands for each of its answers with: its bond, divided by the jobs that it
	/// can have at once, or by the answers that nobody has been paid for yet if these are more. One
	/// storage read.
	fn stake_per_job(provider: &AccountId) -> Balance;

	/// The URL of the provider's content endpoint as it has named it, empty when there is none. For
	/// off-chain workers: nobody weighs it.
	fn endpoint(provider: &AccountId) -> Vec<u8>;

	/// Why the provider gets no work, whatever the job.
	fn why_idle(provider: &AccountId) -> Reason;

	/// Registers a provider with room for `capacity` jobs that offers the model in the subnet at
	/// this price, for a benchmark.
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		provider: &AccountId,
		worker: &AccountId,
		market: &Market,
		capacity: u32,
		price: Price<Balance>,
	);
}

/// Nobody works.
impl<AccountId, Balance: Default> ProviderPool<AccountId, Balance> for () {
	fn is_offered(_: &Market) -> bool {
		false
	}

	fn draw(_: &Market, _: &H256, _: u32) -> Vec<Candidate<AccountId, Balance>> {
		Vec::new()
	}

	fn candidate(_: &Market, _: &AccountId) -> Result<Candidate<AccountId, Balance>, Reason> {
		Err(Reason::NotRegistered)
	}

	fn provider_of(_: &AccountId) -> Option<AccountId> {
		None
	}

	fn reserve(_: &AccountId) -> DispatchResult {
		Err(sp_runtime::DispatchError::Unavailable)
	}

	fn release(_: &AccountId) {}

	fn release_delivered(_: &AccountId) {}

	fn compensate(_: &AccountId, _: &AccountId, _: Balance) -> Balance {
		Balance::default()
	}

	fn slash(_: &AccountId, _: Balance, _: Reason) -> Balance {
		Balance::default()
	}

	fn stake_per_job(_: &AccountId) -> Balance {
		Balance::default()
	}

	fn endpoint(_: &AccountId) -> Vec<u8> {
		Vec::new()
	}

	fn why_idle(_: &AccountId) -> Reason {
		Reason::NotRegistered
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(_: &AccountId, _: &AccountId, _: &Market, _: u32, _: Price<Balance>) {}
}
