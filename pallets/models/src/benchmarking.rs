//! Each call at its worst: the longest texts, and as many other entries named as can be.

use crate::*;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{Consideration, Footprint, Get},
	weights::Weight,
};
use frame_system::RawOrigin;
use reckon_primitives::{
	content_hash, DataSetId, EntryId, EntryKind, ModelId, NumericProfile, TaskKind, TaskSet,
};
use reckon_support::ModelInspect;
use sp_core::H256;
use sp_runtime::traits::Saturating;

/// An account that can leave the deposit for one entry more.
fn funded<T: Config>(name: &'static str) -> T::AccountId {
	let who = account(name, 0, 0);
	T::Deposit::ensure_successful(&who, Footprint::from_parts(4, 2_000));
	who
}

fn name(n: u32) -> Name {
	let text = alloc::format!("{n:0>96}");
	text.into_bytes().try_into().expect("as long as can be")
}

fn licence() -> Licence {
	alloc::vec![b'x'; 64].try_into().expect("as long as can be")
}

fn location() -> Location {
	alloc::vec![b'x'; 128].try_into().expect("as long as can be")
}

fn data_set_details(n: u32) -> DataSetDetails {
	DataSetDetails {
		content: content_hash(&n.to_le_bytes()),
		bytes: u64::MAX,
		records: u64::MAX,
		description: Some(H256::zero()),
		location: Some(location()),
		licence: licence(),
	}
}

/// As many data sets as an entry can name.
fn data_sets<T: Config>() -> DataSetIds {
	let register = |n| -> DataSetId {
		let owner = funded::<T>("author");
		let registered = Pallet::<T>::do_register_data_set(owner, name(n), data_set_details(n));
		registered.expect("set up for it");
		Names::<T>::get(EntryKind::DataSet, name(n)).expect("just registered")
	};
	let all: alloc::collections::BTreeSet<_> = (0..MaxReferences::get()).map(register).collect();
	all.try_into().expect("as many as can be")
}

fn model_details<T: Config>() -> ModelDetails {
	ModelDetails {
		manifest: H256::repeat_byte(1),
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		calibration: Some(Calibration::for_benchmark()),
		context: 1,
		licence: licence(),
		royalty: T::MaxRoyalty::get(),
		trained_on: data_sets::<T>(),
	}
}

fn app_details<T: Config>() -> AppDetails {
	let owner = funded::<T>("author");
	let model = |n| -> ModelId { Pallet::<T>::create_for_benchmark(&owner, n) };
	let models: alloc::collections::BTreeSet<_> = (0..MaxReferences::get()).map(model).collect();
	AppDetails {
		models: models.try_into().expect("as many as can be"),
		data_sets: data_sets::<T>(),
		location: location(),
		content: Some(H256::zero()),
		description: Some(H256::zero()),
		licence: licence(),
	}
}

/// The largest record.
fn app<T: Config>(owner: &T::AccountId) -> EntryId {
	let registered = Pallet::<T>::do_register_app(owner.clone(), name(100), app_details::<T>());
	registered.expect("set up for it");
	EntryId::App(Names::<T>::get(EntryKind::App, name(100)).expect("just registered"))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register_model() {
		let who = funded::<T>("owner");
		let details = model_details::<T>();
		let id = EntryKind::Model.id(&who, details.manifest);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), name(100), details);

		assert!(Models::<T>::contains_key(id));
	}

	#[benchmark]
	fn register_data_set() {
		let who = funded::<T>("owner");

		#[extrinsic_call]
		_(RawOrigin::Signed(who), name(100), data_set_details(100));

		assert!(Names::<T>::contains_key(EntryKind::DataSet, name(100)));
	}

	#[benchmark]
	fn register_app() {
		let who = funded::<T>("owner");
		let details = app_details::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(who), name(100), details);

		assert!(Names::<T>::contains_key(EntryKind::App, name(100)));
	}

	#[benchmark]
	fn deprecate() {
		let who = funded::<T>("owner");
		let entry = app::<T>(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), entry);

		let listing = Pallet::<T>::listing(entry);
		assert!(listing.is_some_and(|listing| listing.status != Status::Active));
	}

	#[benchmark]
	fn transfer() {
		let who = funded::<T>("owner");
		let to: T::AccountId = account("heir", 0, 0);
		let entry = app::<T>(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), entry, to.clone());

		assert_eq!(Pallet::<T>::listing(entry).map(|listing| listing.owner), Some(to));
	}

	/// A model, whose id is remembered.
	#[benchmark]
	fn remove_retired() {
		let who = funded::<T>("owner");
		let details = model_details::<T>();
		let id = EntryKind::Model.id(&who, details.manifest);
		Pallet::<T>::do_register_model(who.clone(), name(100), details).expect("set up for it");
		Pallet::<T>::do_deprecate(who, EntryId::Model(id)).expect("set up for it");
		let then =
			frame_system::Pallet::<T>::block_number().saturating_add(T::RetirementBlocks::get());

		#[block]
		{
			Pallet::<T>::remove_retired(then, Weight::MAX);
		}

		assert!(Retired::<T>::contains_key(id));
	}
}
