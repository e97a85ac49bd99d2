//! Who gets a job. The number of reads is bounded by `Draws`, whatever the number of providers.
//!
//! Only the agenda assigns, at a block's start, by randomness that was not known to those who signed
//! what led to the draw. The author of the block before did know it, and chose what its block has
//! and in which order (decision 0007).

use crate::pallet::*;
use codec::Encode;
use frame_support::traits::{Get, Randomness};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_economics as economics;
use reckon_primitives::{
	Assurance, Balance, JobId, JobState, Market, Price, Reason, Units, MAX_ATTEMPTS,
};
use reckon_support::{Auditing, Candidate, ProviderPool, ReputationInspect, SubnetInspect};
use sp_core::H256;
use sp_runtime::traits::{BlakeTwo256, CheckedDiv, Hash, One, SaturatedConversion, Saturating};

/// Keeps a job's sampling seed apart from every other use of Blake2.
const SEED_DOMAIN: &[u8] = b"reckon:seed:v1";

impl<T: Config> Pallet<T> {
	/// Gives a job to a provider and writes it into the agenda, or says why nobody can have it
	/// now. The caller stores the job.
	pub(crate) fn assign(
		id: JobId,
		job: &mut JobOf<T>,
		now: BlockNumberFor<T>,
	) -> Result<(), Reason> {
		let turn = Self::turn_length(job, now);
		let mut comparison = job.comparison.and_then(Comparisons::<T>::get);
		let others = comparison.as_ref().map(|it| it.providers.as_slice()).unwrap_or_default();
		let Candidate { provider, price, .. } = Self::choose(id, job, others)?;
		T::Providers::reserve(&provider).map_err(|_| Reason::NoneFree)?;
		let seed = match (job.comparison, &mut comparison) {
			(Some(key), Some(comparison)) => {
				let seed = *comparison.seed.get_or_insert_with(|| Self::sampling_seed(key, job));
				let noted = comparison.providers.try_push(provider.clone());
				frame_support::defensive_assert!(
					noted.is_ok(),
					"each job has at most so many turns"
				);
				Comparisons::<T>::insert(key, comparison);
				seed
			},
			_ => Self::sampling_seed(id, job),
		};

		let deadline = now.saturating_add(turn);
		job.state =
			JobState::Assigned { provider: provider.clone(), price, seed, assigned_at: now };
		ProviderJobs::<T>::insert(&provider, id, ());
		Self::schedule(id, job, deadline.saturating_add(One::one()));
		Self::deposit_event(Event::JobAssigned { job: id, provider, deadline });
		Ok(())
	}

	/// How many blocks the next provider has: an equal share of what is left for each attempt
	/// that is left, so that a first provider that is away leaves time for a second.
	fn turn_length(job: &JobOf<T>, now: BlockNumberFor<T>) -> BlockNumberFor<T> {
		let left = job.deadline.saturating_sub(now);
		let attempts_left = match job.only {
			Some(_) => 1,
			None => MAX_ATTEMPTS.saturating_sub(job.attempts.len() as u32).max(1),
		};
		let share = left.checked_div(&attempts_left.into()).unwrap_or(left);
		share.max(T::MinTurnBlocks::get())
	}

	/// `others` have or had a job whose answer is compared with this one's.
	fn choose(
		id: JobId,
		job: &JobOf<T>,
		others: &[T::AccountId],
	) -> Result<Candidate<T::AccountId, Balance>, Reason> {
		let market = Market { subnet: job.subnet, model: job.model };
		let candidates = match &job.only {
			Some(named) => {
				let candidate = T::Providers::candidate(&market, named)
					.map_err(|_| Reason::NamedProviderUnavailable)?;
				alloc::vec![candidate]
			},
			None if !T::Providers::is_offered(&market) => return Err(Reason::NoOffer),
			None => {
				let seed = Self::draw_seed(id, job.attempts.len() as u32);
				T::Providers::draw(&market, &seed, T::Draws::get())
			},
		};
		let had = |who: &T::AccountId| {
			others.contains(who) || job.attempts.iter().any(|turn| turn.provider == *who)
		};
		let mut free = candidates.into_iter().filter(|one| !had(&one.provider)).peekable();
		if free.peek().is_none() {
			return Err(Reason::NoneFree);
		}
		let least_bond = T::Subnets::subnet(job.subnet).map_or(0, |rules| rules.min_provider_bond);
		let mut bonded = free.filter(|one| one.bond >= least_bond).peekable();
		if bonded.peek().is_none() {
			return Err(Reason::NoneBonded);
		}
		let worst = economics::worst_case(job.payload.length, job.sampling.max_output);
		let most = Self::most_charge(job);
		bonded
			.map(|one| (worst_price(&one.price, worst), one))
			.filter(|(price, _)| *price <= most)
			.max_by_key(|(price, one)| {
				let reputation = T::Reputation::score(&one.provider);
				economics::score(reputation, one.free, one.places, *price)
			})
			.map(|(_, one)| one)
			.ok_or(Reason::NoneWithinPrice)
	}

	/// What the draw of a job's provider comes from.
	fn draw_seed(id: JobId, attempt: u32) -> H256 {
		Self::random((id, attempt))
	}

	/// What the answer's random numbers come from: fixed by the assignment's block and the
	/// client's salt before the worker sees the job, so that no worker can choose an answer. Answers
	/// that are compared share the seed of the first assignment.
	fn sampling_seed(id: JobId, job: &JobOf<T>) -> H256 {
		Self::random((SEED_DOMAIN, id, job.sampling.salt))
	}

	fn random(subject: impl Encode) -> H256 {
		let subject = subject.encode();
		let (random, _) = T::Randomness::random(&subject);
		// In the chain's first blocks there is no randomness yet; the parent's hash must do.
		let random = random.unwrap_or_else(frame_system::Pallet::<T>::parent_hash);
		BlakeTwo256::hash(&(subject, random).encode())
	}

	/// The least price at which one of the providers drawn now would take such a job.
	pub(crate) fn least_price(
		market: Market,
		payload_bytes: u32,
		max_output: u32,
		assurance: Assurance,
	) -> Option<Balance> {
		let now: u64 = frame_system::Pallet::<T>::block_number().saturated_into();
		let seed = BlakeTwo256::hash(&(market, now).encode());
		let worst = economics::worst_case(payload_bytes, max_output);
		T::Providers::draw(&market, &seed, T::Draws::get())
			.iter()
			.map(|one| worst_price(&one.price, worst))
			.min()
			.map(|charge| match assurance {
				Assurance::Attested => charge.saturating_add(T::Audits::fee(market.subnet, charge)),
				Assurance::Optimistic => charge,
			})
	}
}

/// What the job costs at this provider if it is as long as it can be.
fn worst_price(price: &Price<Balance>, worst: Units) -> Balance {
	economics::charge(price, worst, Balance::MAX)
}
