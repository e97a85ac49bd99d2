//! Each call at its worst.

use crate::*;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{Consideration, Footprint, Get},
	weights::Weight,
};
use frame_system::RawOrigin;
use reckon_primitives::{ModelId, NumericProfile, TaskKind, TaskSet};
use sp_runtime::traits::Saturating;

/// An account that can leave the deposit.
fn funded<T: Config>(name: &'static str) -> T::AccountId {
	let who = account(name, 0, 0);
	T::Deposit::ensure_successful(&who, Footprint::from_parts(3, 1_000));
	who
}

fn details<T: Config>() -> ModelDetails {
	ModelDetails {
		name: alloc::vec![b'x'; 96].try_into().expect("as long as can be"),
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		context: 1,
		licence: alloc::vec![b'x'; 64].try_into().expect("as long as can be"),
		royalty: T::MaxRoyalty::get(),
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register_model() {
		let who = funded::<T>("owner");
		let model = ModelId::repeat_byte(1);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), model, details::<T>());

		assert!(Models::<T>::contains_key(model));
	}

	#[benchmark]
	fn deprecate() {
		let who = funded::<T>("owner");
		let model = ModelId::repeat_byte(1);
		Pallet::<T>::do_register(who.clone(), model, details::<T>()).expect("set up for it");

		#[extrinsic_call]
		_(RawOrigin::Signed(who), model);

		assert!(Models::<T>::get(model).is_some_and(|m| m.status != Status::Active));
	}

	#[benchmark]
	fn transfer() {
		let who = funded::<T>("owner");
		let to: T::AccountId = account("heir", 0, 0);
		let model = ModelId::repeat_byte(1);
		Pallet::<T>::do_register(who.clone(), model, details::<T>()).expect("set up for it");

		#[extrinsic_call]
		_(RawOrigin::Signed(who), model, to.clone());

		assert_eq!(Models::<T>::get(model).map(|m| m.owner), Some(to));
	}

	#[benchmark]
	fn remove_retired() {
		let who = funded::<T>("owner");
		let model = ModelId::repeat_byte(1);
		Pallet::<T>::do_register(who.clone(), model, details::<T>()).expect("set up for it");
		Pallet::<T>::do_deprecate(who, model).expect("set up for it");
		let then =
			frame_system::Pallet::<T>::block_number().saturating_add(T::RetirementBlocks::get());

		#[block]
		{
			Pallet::<T>::remove_retired(then, Weight::MAX);
		}

		assert!(!Models::<T>::contains_key(model));
	}
}
