//! Each call, hook and step at its worst.

use crate::{
	delegations::DISSOLVED_PER_STEP, elections::FORGOTTEN_PER_STEP, slashes::MAX_CANCELLED,
	slashes::SLASHED_PER_STEP, *,
};
use alloc::vec::Vec;
use codec::Decode;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Mutate, MutateHold},
		DisabledValidators, EnsureOrigin, Get, ValidatorRegistration,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use pallet_authorship::EventHandler;
use pallet_session::SessionInterface;
use reckon_primitives::Balance;
use reckon_support::{first_session_of, EraIndex};
use sp_runtime::{
	traits::{BlakeTwo256, Hash, TrailingZeroInput},
	Perbill, Permill,
};

/// What everybody has.
fn wealth<T: Config>() -> Balance {
	T::MinCandidateBond::get().saturating_add(T::MinDelegation::get()).saturating_mul(1_000)
}

fn funded<T: Config<Currency: Mutate<T::AccountId>>>(name: &'static str, n: u32) -> T::AccountId {
	let who = account(name, n, 0);
	T::Currency::set_balance(&who, wealth::<T>());
	who
}

/// As many validators as can be, others than those that a benchmark is about.
fn seat_others<T: Config>() {
	let seated: Vec<_> = (0..T::MaxValidators::get()).map(|n| account("seated", n, 0)).collect();
	T::Session::seat_for_benchmark(0, &seated);
}

/// A candidate of that name.
fn candidate<T: Config<Currency: Mutate<T::AccountId>>>(n: u32) -> T::AccountId {
	let who = funded::<T>("candidate", n);
	let bond = T::MinCandidateBond::get().saturating_mul(2);
	Pallet::<T>::do_join(who.clone(), bond, Permill::zero()).expect("funded");
	who
}

/// A candidate's record without the money, for benchmarks that need many.
fn insert_record<T: Config>(who: &T::AccountId, own: Balance) {
	insert_record_with::<T>(who, own, Status::Active);
}

fn insert_record_with<T: Config>(who: &T::AccountId, own: Balance, status: Status) {
	let record = Candidate {
		own,
		delegated: 0,
		commission: Permill::zero(),
		raised_in: 0,
		absent: 0,
		status,
	};
	Candidates::<T>::insert(who, record);
}

/// So many validators, as far as this pallet knows.
fn validators<T: Config>(n: u32) -> Vec<T::AccountId> {
	let all: Vec<T::AccountId> = (0..n).map(|n| account("record", n, 0)).collect();
	all.iter().for_each(|who| insert_record::<T>(who, T::MinCandidateBond::get()));
	all
}

/// A list of so many backers, without the money.
fn list_of_backers<T: Config>(n: u32) -> BackersOf<T> {
	let mut all: Vec<_> = (0..n)
		.map(|n| (account::<T::AccountId>("backer", n, 0), T::MinDelegation::get()))
		.collect();
	all.sort();
	BoundedVec::truncate_from(all)
}

/// So many backers of a candidate, each with the least and with stake on its way in all places that
/// it can have.
fn back<T: Config<Currency: Mutate<T::AccountId>>>(candidate: &T::AccountId, n: u32) {
	for n in 0..n {
		let who = funded::<T>("backer", n);
		let amount = T::MinDelegation::get();
		Pallet::<T>::do_delegate(who.clone(), candidate.clone(), amount).expect("funded");
		fill_unbondings::<T>(&who, candidate, HoldReason::Delegation);
	}
}

/// Stake on its way back to an account, in as many parts as can be while one delegation and the own
/// stake have their places; each of an era of its own.
fn fill_unbondings<T: Config<Currency: Mutate<T::AccountId>>>(
	who: &T::AccountId,
	candidate: &T::AccountId,
	reason: HoldReason,
) {
	let mut staker = Stakers::<T>::get(who);
	let amount = T::MinDelegation::get();
	let reason: T::RuntimeHoldReason = reason.into();
	for n in 0..T::MaxUnbondings::get().saturating_sub(2) {
		T::Currency::hold(&reason, who, amount).expect("funded");
		// None of the current era, so that what begins needs a part of its own.
		let part = Unbonding {
			candidate: candidate.clone(),
			amount,
			exposed_until: n.saturating_add(1_000),
			free_from: 0,
		};
		staker.unbonding.try_push(part).expect("below the most");
	}
	Stakers::<T>::insert(who, staker);
}

/// What stood behind a validator in an era, with these backers.
fn expose<T: Config>(era: EraIndex, who: &T::AccountId, backers: BackersOf<T>) {
	let own = T::MinCandidateBond::get();
	let snapshot = Snapshot { own, commission: Permill::zero(), slashed: Perbill::zero(), backers };
	Exposures::<T>::insert(era, who, snapshot);
}

/// Keys that nobody else has, with which an account is not queued.
fn set_other_keys<T: Config>(who: &T::AccountId) {
	let seed: Vec<u8> = (0u8..16).flat_map(|n| BlakeTwo256::hash_of(&(n, who)).0).collect();
	let keys = Decode::decode(&mut TrailingZeroInput::new(&seed)).expect("any bytes are keys");
	T::Session::set_keys(who, keys).expect("nobody has the same");
}

fn slash_of<T: Config>(validator: &T::AccountId, reporter: Option<T::AccountId>) -> SlashId {
	let (first, id) = SlashRange::<T>::get();
	SlashRange::<T>::put((first, id.saturating_add(1)));
	let fraction = Perbill::from_percent(100);
	let validator = validator.clone();
	Slashes::<T>::insert(id, Slash { validator, era: 0, fraction, due: 0, reporter, done: 0 });
	id
}

#[benchmarks(where T: Config<Currency: Mutate<T::AccountId>>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn join() {
		let who = funded::<T>("joining", 0);
		fill_unbondings::<T>(&who, &who, HoldReason::Stake);
		let bond = T::MinCandidateBond::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), bond, Permill::zero());

		assert!(Candidates::<T>::contains_key(who));
	}

	/// There are as many candidates as can be, and as many others have seats; the lowest has as many
	/// backers as can be, and stake on its way.
	#[benchmark]
	fn displace() {
		let _ = Candidates::<T>::clear(u32::MAX, None);
		seat_others::<T>();
		let lowest = candidate::<T>(0);
		fill_unbondings::<T>(&lowest, &lowest, HoldReason::Stake);
		Backers::<T>::insert(&lowest, list_of_backers::<T>(T::MaxDelegationsPerCandidate::get()));
		for n in 1..T::MaxCandidates::get() {
			insert_record::<T>(&account("record", n, 0), wealth::<T>());
		}
		let who = funded::<T>("joining", 0);
		fill_unbondings::<T>(&who, &who, HoldReason::Stake);
		let bond = wealth::<T>() / 2;

		#[extrinsic_call]
		join(RawOrigin::Signed(who.clone()), bond, Permill::zero());

		assert!(Candidates::<T>::contains_key(who));
		assert!(!Candidates::<T>::contains_key(lowest));
	}

	#[benchmark]
	fn bond_extra() {
		let who = candidate::<T>(0);
		let amount = T::MinCandidateBond::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		assert!(Candidates::<T>::get(who).is_some_and(|record| record.own > 2 * amount));
	}

	#[benchmark]
	fn unbond() {
		let who = candidate::<T>(0);
		fill_unbondings::<T>(&who, &who, HoldReason::Stake);
		let parts = Stakers::<T>::get(&who).unbonding.len();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), T::MinCandidateBond::get());

		assert_eq!(Stakers::<T>::get(who).unbonding.len(), parts + 1);
	}

	/// Own stake and delegated, in as many parts as can be.
	#[benchmark]
	fn withdraw() {
		let who = candidate::<T>(0);
		let other = candidate::<T>(1);
		fill_unbondings::<T>(&who, &who, HoldReason::Stake);
		let amount = T::MinDelegation::get();
		Pallet::<T>::do_delegate(who.clone(), other.clone(), amount).expect("funded");
		Pallet::<T>::do_undelegate(who.clone(), other, amount).expect("delegated");
		Stakers::<T>::mutate(&who, |staker| {
			staker.unbonding.iter_mut().for_each(|part| part.free_from = 0);
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!Stakers::<T>::contains_key(who));
	}

	#[benchmark]
	fn chill() {
		let who = candidate::<T>(0);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(Candidates::<T>::get(who).is_some_and(|record| !record.is_active()));
	}

	#[benchmark]
	fn resume() {
		let who = candidate::<T>(0);
		Pallet::<T>::do_chill(who.clone()).expect("active");

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(Candidates::<T>::get(who).is_some_and(|record| record.is_active()));
	}

	/// At once, since it has no seat: others have.
	#[benchmark]
	fn leave() {
		seat_others::<T>();
		let who = candidate::<T>(0);
		fill_unbondings::<T>(&who, &who, HoldReason::Stake);
		Backers::<T>::insert(&who, list_of_backers::<T>(T::MaxDelegationsPerCandidate::get()));

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!Candidates::<T>::contains_key(who));
	}

	/// It rises, in a later era.
	#[benchmark]
	fn set_commission() {
		let who = candidate::<T>(0);
		T::Session::seat_for_benchmark(T::SessionsPerEra::get(), &[]);
		let commission = T::MaxCommissionRise::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), commission);

		assert!(Candidates::<T>::get(who).is_some_and(|record| record.commission == commission));
	}

	/// The lowest of as many backers as can be is displaced.
	#[benchmark]
	fn delegate() {
		let to = candidate::<T>(0);
		back::<T>(&to, T::MaxDelegationsPerCandidate::get());
		let who = funded::<T>("delegating", 0);
		fill_unbondings::<T>(&who, &to, HoldReason::Delegation);
		let amount = T::MinDelegation::get().saturating_mul(2);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), to.clone(), amount);

		assert_eq!(Stakers::<T>::get(who).delegations.into_inner(), [to]);
	}

	/// All of one of as many delegations to the candidate as can be.
	#[benchmark]
	fn undelegate() {
		let to = candidate::<T>(0);
		back::<T>(&to, T::MaxDelegationsPerCandidate::get());
		let who: T::AccountId = account("backer", 0, 0);
		let amount = T::MinDelegation::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), to, amount);

		assert!(Stakers::<T>::get(who).delegations.is_empty());
	}

	#[benchmark]
	fn set_validator_count() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, T::MinValidators::get());

		assert_eq!(ValidatorCount::<T>::get(), T::MinValidators::get());
		Ok(())
	}

	/// `n`: slashes, each of a validator with as many backers as can be.
	#[benchmark]
	fn cancel_slashes(n: Linear<0, MAX_CANCELLED>) -> Result<(), BenchmarkError> {
		let origin =
			T::CancelOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let backers = list_of_backers::<T>(T::MaxDelegationsPerCandidate::get());
		let cancelled = |n| {
			let who: T::AccountId = account("record", n, 0);
			expose::<T>(0, &who, backers.clone());
			slash_of::<T>(&who, None)
		};
		let ids: Vec<_> = (0..n).map(cancelled).collect();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, ids.try_into().expect("not too many"));

		assert_eq!(Slashes::<T>::iter().count(), 0);
		Ok(())
	}

	/// As many others as can be have seats.
	#[benchmark]
	fn purge_keys() {
		seat_others::<T>();
		let who = funded::<T>("purging", 0);
		T::Session::set_keys_for_benchmark(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!T::Session::is_registered(&who));
	}

	/// `c`: candidates, of which those with the least stake alone have keys; as many of them as can
	/// be elected. `d`: their backers, all together. They had the seats before.
	#[benchmark]
	fn elect(
		c: Linear<{ T::MaxValidators::get() }, { T::MaxCandidates::get() }>,
		d: Linear<
			0,
			{ T::MaxValidators::get().saturating_mul(T::MaxDelegationsPerCandidate::get()) },
		>,
	) {
		let seats = T::MaxValidators::get();
		ValidatorCount::<T>::put(seats);
		let _ = Candidates::<T>::clear(u32::MAX, None);
		let candidates: Vec<T::AccountId> = (0..c).map(|n| account("record", n, 0)).collect();
		for (n, who) in (0u32..).zip(&candidates) {
			let own = T::MinCandidateBond::get().saturating_add(n.into());
			insert_record::<T>(who, own);
			if n < seats {
				let one_more = u32::from(n < d % seats);
				let backers = (d / seats).saturating_add(one_more);
				if backers > 0 {
					Backers::<T>::insert(who, list_of_backers::<T>(backers));
				}
			}
		}
		T::Session::seat_for_benchmark(0, &candidates[..seats as usize]);
		let elected;

		#[block]
		{
			elected = Pallet::<T>::plan(first_session_of(7, T::SessionsPerEra::get())).0;
		}

		assert_eq!(elected.map(|all| all.len() as u32), Some(seats));
		assert_eq!(Exposures::<T>::iter_prefix(7).count() as u32, seats);
	}

	/// `v`: validators. None of them can be left out, and the last one has set new keys.
	#[benchmark]
	fn keep_seats(v: Linear<1, { T::MaxValidators::get() }>) {
		let validators = validators::<T>(v);
		T::Session::seat_for_benchmark(0, &validators);
		let last = validators.last().expect("at least one");
		set_other_keys::<T>(last);
		let next;

		#[block]
		{
			next = Pallet::<T>::keep(&validators).0;
		}

		assert_eq!(next, Some(validators));
	}

	/// `v`: validators. All of them stand aside, and as many as can be lose their seats.
	#[benchmark]
	fn leave_out(v: Linear<1, { T::MaxValidators::get() }>) {
		let validators = validators::<T>(v);
		let status = Status::Chilled { why: ChillReason::Absent, until: 0 };
		let own = T::MinCandidateBond::get();
		validators.iter().for_each(|who| insert_record_with::<T>(who, own, status));
		T::Session::seat_for_benchmark(0, &validators);
		let next;

		#[block]
		{
			next = Pallet::<T>::keep(&validators).0;
		}

		let left = next.map_or(v, |next| next.len() as u32);
		assert_eq!(left, v.min(T::MinValidators::get()));
	}

	/// `v`: validators that leave, each with as many backers as can be and with stake on its way in
	/// as many parts as can be.
	#[benchmark]
	fn see_off(v: Linear<1, { T::MaxValidators::get() }>) {
		let backers = list_of_backers::<T>(T::MaxDelegationsPerCandidate::get());
		let leaving: Vec<T::AccountId> = (0..v).map(|n| funded::<T>("leaving", n)).collect();
		for who in &leaving {
			insert_record_with::<T>(who, T::MinCandidateBond::get(), Status::Leaving);
			Backers::<T>::insert(who, backers.clone());
			fill_unbondings::<T>(who, who, HoldReason::Stake);
		}

		#[block]
		{
			Pallet::<T>::see_off(leaving.clone());
		}

		assert!(leaving.iter().all(|who| !Candidates::<T>::contains_key(who)));
	}

	/// `v`: offenders among as many validators as can be, all of whom keep their seats. Each is worse
	/// than those before: when too many are disabled, it takes the place of the least bad.
	#[benchmark]
	fn disable_again(v: Linear<0, { T::MaxValidators::get() }>) {
		let validators = validators::<T>(T::MaxValidators::get());
		T::Session::seat_for_benchmark(0, &validators);
		let status = Status::Chilled { why: ChillReason::Offence, until: 0 };
		let own = T::MinCandidateBond::get();
		// The last ones, which it takes longest to find.
		let offenders: Vec<_> = validators.into_iter().rev().take(v as usize).collect();
		offenders.iter().for_each(|who| insert_record_with::<T>(who, own, status));
		let fractions = (1..).map(Perbill::from_parts);
		Offenders::<T>::put(BoundedVec::truncate_from(
			offenders.into_iter().zip(fractions).collect(),
		));

		#[block]
		{
			Pallet::<T>::disable_again();
		}

		assert_eq!(Offenders::<T>::get().len() as u32, v);
		let most = T::MaxValidators::get().saturating_sub(1) / 3;
		assert_eq!(T::Session::disabled_validators().len() as u32, v.min(most));
	}

	/// `v`: validators. Half of them are away, for as long as they can be.
	#[benchmark]
	fn end_session(v: Linear<1, { T::MaxValidators::get() }>) {
		let validators = validators::<T>(v);
		for (n, who) in validators.iter().enumerate() {
			Candidates::<T>::mutate(who, |record| {
				if let Some(record) = record {
					record.absent = T::MaxAbsentSessions::get();
				}
			});
			if n % 2 == 0 {
				Authors::<T>::insert(who, ());
			}
		}

		#[block]
		{
			Pallet::<T>::count_absences(validators);
		}

		assert_eq!(Authors::<T>::iter().count(), 0);
	}

	#[benchmark]
	fn note_author() {
		let who: T::AccountId = account("author", 0, 0);

		#[block]
		{
			Pallet::<T>::note_author(who.clone());
		}

		assert!(Authors::<T>::contains_key(who));
	}

	/// One offender among as many validators as can be, with as many backers as can be. As many others
	/// as can be disabled are, for less.
	#[benchmark]
	fn note_offence() {
		let mut validators = validators::<T>(T::MaxValidators::get());
		T::Session::seat_for_benchmark(0, &validators);
		let who = validators.pop().expect("at least one");
		expose::<T>(0, &who, list_of_backers::<T>(T::MaxDelegationsPerCandidate::get()));
		for other in &validators {
			Pallet::<T>::note_offence(0, other, Perbill::from_percent(1), None);
		}
		let reporter: T::AccountId = account("reporter", 0, 0);

		#[block]
		{
			let fraction = Perbill::from_percent(10);
			Pallet::<T>::note_offence(0, &who, fraction, Some(&reporter));
		}

		assert_eq!(Slashes::<T>::iter().count(), 1);
		assert_eq!(Offenders::<T>::get().len() as u32, T::MaxValidators::get());
	}

	/// A whole step, in a list of as many backers as can be: their bonded stake is not enough, and
	/// they have stake on its way in as many parts as can be.
	#[benchmark]
	fn apply_slash() {
		let who = candidate::<T>(0);
		back::<T>(&who, SLASHED_PER_STEP);
		let mut backers = Backers::<T>::get(&who);
		for (backer, amount) in
			list_of_backers::<T>(T::MaxDelegationsPerCandidate::get()).into_iter()
		{
			// The others only make the list long.
			if !backers.iter().any(|(other, _)| *other == backer) {
				let _ = backers.try_push((backer, amount));
			}
		}
		let mut exposed = backers.clone();
		exposed.iter_mut().for_each(|(_, amount)| *amount = amount.saturating_mul(2));
		backers.sort();
		Backers::<T>::insert(&who, backers);
		expose::<T>(0, &who, exposed);
		let id = slash_of::<T>(&who, Some(funded::<T>("reporter", 0)));
		let mut slash = Slashes::<T>::get(id).expect("made above");
		slash.done = 1;

		#[block]
		{
			Pallet::<T>::slash_step(id, slash);
		}

		let gone = (0..SLASHED_PER_STEP).filter(|n| {
			Stakers::<T>::get(account::<T::AccountId>("backer", *n, 0)).delegations.is_empty()
		});
		assert_eq!(gone.count() as u32, SLASHED_PER_STEP);
	}

	/// A whole step, in a list of as many backers as can be.
	#[benchmark]
	fn dissolve() {
		let who = candidate::<T>(0);
		back::<T>(&who, T::MaxDelegationsPerCandidate::get());
		Pallet::<T>::do_leave(who.clone()).expect("a candidate");
		let before = Backers::<T>::get(&who).len() as u32;
		let limit = T::WeightInfo::dissolve().saturating_add(T::DbWeight::get().reads(2));

		#[block]
		{
			Pallet::<T>::dissolve(limit);
		}

		let after = Backers::<T>::get(&who).len() as u32;
		assert_eq!(before - after, before.min(DISSOLVED_PER_STEP));
	}

	/// The same as `withdraw`, from the queue.
	#[benchmark]
	fn release() {
		let who = candidate::<T>(0);
		let other = candidate::<T>(1);
		fill_unbondings::<T>(&who, &who, HoldReason::Stake);
		let amount = T::MinDelegation::get();
		Pallet::<T>::do_delegate(who.clone(), other.clone(), amount).expect("funded");
		Pallet::<T>::do_undelegate(who.clone(), other, amount).expect("delegated");
		Stakers::<T>::mutate(&who, |staker| {
			staker.unbonding.iter_mut().for_each(|part| part.free_from = 0);
		});
		let (first, next) = UnbondingRange::<T>::get();
		(first..next).for_each(|n| Unbondings::<T>::insert(n, (who.clone(), 0)));
		let limit = T::WeightInfo::release().saturating_add(T::DbWeight::get().reads(2));

		#[block]
		{
			Pallet::<T>::return_stake(limit);
		}

		assert!(!Stakers::<T>::contains_key(who));
	}

	/// All that is left of an era in one step, and so the era.
	#[benchmark]
	fn forget() {
		let backers = list_of_backers::<T>(T::MaxDelegationsPerCandidate::get());
		for n in 1..FORGOTTEN_PER_STEP {
			expose::<T>(7, &account::<T::AccountId>("record", n, 0), backers.clone());
		}

		#[block]
		{
			Pallet::<T>::forget_step(7);
		}

		assert_eq!(Exposures::<T>::iter_prefix(7).count(), 0);
		assert_eq!(OldestEra::<T>::get(), 8);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::default_externalities(), crate::mock::Test);
}
