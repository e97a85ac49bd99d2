//! Each call and step at its worst.

use crate::*;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		Get,
	},
	weights::Weight,
};
use frame_system::{Pallet as System, RawOrigin};
use reckon_primitives::Balance;
use reckon_support::{EraIndex, EscrowSource, Exposure, StakeInspect};
use sp_runtime::Permill;

/// So many existential deposits.
fn deposits<T: Config>(count: Balance) -> Balance {
	T::Currency::minimum_balance().saturating_mul(count)
}

/// Begins the first era, with a supply of which each era emits a lot.
fn begin<T: Config>() {
	EmissionBase::<T>::put(Base { supply: deposits::<T>(1_000_000_000_000), era: 0 });
	OldestEra::<T>::put(0);
	ActiveEra::<T>::put(RunningEraOf::<T>::begin(0, System::<T>::block_number()));
}

/// Ends the running era.
fn end<T: Config>() {
	let running = ActiveEra::<T>::get().expect("it has begun");
	let next = running.index + 1;
	Pallet::<T>::end_era(running, next, System::<T>::block_number());
}

/// Somebody who has earned something in each of the first eras, for either duty.
fn earner<T: Config>(eras: EraIndex) -> T::AccountId {
	let who = account("earner", 0, 0);
	begin::<T>();
	for _ in 0..eras {
		Pallet::<T>::note_points(Duty::Work, &who, deposits::<T>(1_000_000));
		Pallet::<T>::note_points(Duty::Validation, &who, 1);
		end::<T>();
	}
	who
}

/// Lets the history of the first era end.
fn grow_old<T: Config>() {
	let mut running = ActiveEra::<T>::get().expect("it has begun");
	running.index = T::HistoryEras::get() + 1;
	ActiveEra::<T>::put(running);
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn claim() {
		let caller = whitelisted_caller();
		let who = earner::<T>(1);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), who.clone(), 0);

		assert!(T::Currency::balance(&who) > 0);
	}

	/// `b`: backers, none of whom has an account yet.
	#[benchmark]
	fn claim_validator(b: Linear<0, { T::MaxBackers::get() }>) {
		let caller = whitelisted_caller();
		let who = earner::<T>(1);
		let backers = (0..b).map(|n| (account("backer", n, 0), 1)).collect();
		let exposure = Exposure { own: 1, commission: Permill::from_percent(10), backers };
		T::Stake::create_for_benchmark(0, &who, exposure);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), who, 0);

		for n in 0..b {
			let backer: T::AccountId = account("backer", n, 0);
			assert!(T::Currency::balance(&backer) > 0);
		}
	}

	/// As many eras as a draw can claim.
	#[benchmark]
	fn draw() {
		let eras = T::MaxErasPerDraw::get();
		let who = earner::<T>(eras);
		let drawn;

		#[block]
		{
			drawn = Pallet::<T>::draw(&who, Balance::MAX);
		}

		assert_eq!(T::Currency::balance(&who), drawn);
		assert_eq!(Pallet::<T>::unclaimed(who).1.len(), eras as usize);
	}

	/// The first points of an account in an era.
	#[benchmark]
	fn note_points() {
		begin::<T>();
		let who: T::AccountId = account("earner", 0, 0);

		#[block]
		{
			Pallet::<T>::note_points(Duty::Work, &who, 1);
		}

		assert_eq!(Points::<T>::get((0, Duty::Work, who)), 1);
	}

	/// With a surplus for the treasury, and something to mint.
	#[benchmark]
	fn end_era() {
		let who = earner::<T>(1);
		let surplus = deposits::<T>(10);
		T::Currency::mint_into(&Pallet::<T>::account(), surplus).expect("there is room");
		Pallet::<T>::note_points(Duty::Work, &who, deposits::<T>(1_000_000));
		Pallet::<T>::note_points(Duty::Validation, &who, 1);

		#[block]
		{
			end::<T>();
		}

		assert!(Eras::<T>::get(1).is_some_and(|era| era.left() > 0));
		assert!(T::Currency::balance(&T::Treasury::get()) >= surplus);
	}

	/// An era's record goes, with nothing else to be forgotten.
	#[benchmark]
	fn expire_era() {
		earner::<T>(1);
		let _ = Points::<T>::clear(u32::MAX, None);
		let _ = Unclaimed::<T>::clear(u32::MAX, None);
		grow_old::<T>();

		#[block]
		{
			Pallet::<T>::forget(Weight::MAX);
		}

		assert_eq!(OldestEra::<T>::get(), 1);
		assert!(!Eras::<T>::contains_key(0));
	}

	/// `p`: points that are forgotten.
	#[benchmark]
	fn forget_points(p: Linear<1, 256>) {
		begin::<T>();
		for n in 0..p {
			Pallet::<T>::note_points(Duty::Work, &account("earner", n, 0), 1);
		}

		#[block]
		{
			Pallet::<T>::forget_points(0, p);
		}

		assert_eq!(Points::<T>::iter_keys().count(), 0);
		assert_eq!(Unclaimed::<T>::iter_keys().count(), 0);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ext(), crate::mock::Test);
}
