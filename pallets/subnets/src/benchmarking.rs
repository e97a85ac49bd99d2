//! Each call at its worst.

use crate::*;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, Consideration, Get, Hooks},
	weights::Weight,
};
use frame_system::RawOrigin;
use reckon_primitives::{Balance, ModelId, Reason, SubnetId};
use reckon_support::{
	GatewayEndpoint, GatewayInspect, GatewaySlash, MaxListedModels, Membership, SubnetParameters,
};
use sp_runtime::traits::Saturating;

/// An account that can pay for whatever is done here.
fn funded<T: Config<Currency: Mutate<T::AccountId>>>(name: &'static str) -> T::AccountId {
	let who = account(name, 0, 0);
	T::Deposit::ensure_successful(&who, Pallet::<T>::footprint());
	let amount = rules::<T>().min_gateway_bond.max(T::CreationFee::get()).saturating_mul(1_000);
	T::Currency::mint_into(&who, amount).expect("there is room for it");
	who
}

/// The rules of subnet 0, with as many models as can be listed.
fn rules<T: Config>() -> SubnetParameters {
	let subnet = Subnets::<T>::get(0).expect("there is subnet 0");
	let model = |n: u32| ModelId::from(frame_support::Hashable::blake2_256(&n));
	let listed: alloc::collections::BTreeSet<_> = (0..MaxListedModels::get()).map(model).collect();
	let membership = Membership::Models(listed.try_into().expect("as many as can be"));
	SubnetParameters { membership, ..subnet.parameters }
}

fn name() -> Name {
	alloc::vec![b'x'; 32].try_into().expect("as long as can be")
}

fn endpoint() -> GatewayEndpoint {
	alloc::vec![b'x'; 128].try_into().expect("as long as can be")
}

/// A subnet with a change that is in force and not yet written.
fn subnet<T: Config<Currency: Mutate<T::AccountId>>>(owner: &T::AccountId) -> SubnetId {
	let id = SubnetCount::<T>::get();
	Pallet::<T>::do_create(owner.clone(), name(), rules::<T>()).expect("set up for it");
	let origin = RawOrigin::Signed(owner.clone()).into();
	Pallet::<T>::do_update(origin, id, rules::<T>()).expect("set up for it");
	let then =
		frame_system::Pallet::<T>::block_number().saturating_add(T::ChangeDelayBlocks::get());
	frame_system::Pallet::<T>::set_block_number(then);
	id
}

fn gateway<T: Config<Currency: Mutate<T::AccountId>>>() -> T::AccountId {
	let who = funded::<T>("gateway");
	Pallet::<T>::create_for_benchmark(&who);
	Pallet::<T>::do_update_gateway(who.clone(), endpoint()).expect("set up for it");
	who
}

#[benchmarks(where T: Config<Currency: Mutate<T::AccountId>>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn create() {
		let who = funded::<T>("owner");
		let id = SubnetCount::<T>::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(who), name(), rules::<T>());

		assert!(Subnets::<T>::contains_key(id));
	}

	#[benchmark]
	fn update() {
		let who = funded::<T>("owner");
		let id = subnet::<T>(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), id, rules::<T>());

		assert!(Subnets::<T>::get(id).is_some_and(|subnet| subnet.change.is_some()));
	}

	#[benchmark]
	fn transfer() {
		let who = funded::<T>("owner");
		let to: T::AccountId = account("heir", 0, 0);
		let id = subnet::<T>(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), id, Some(to.clone()));

		assert_eq!(Subnets::<T>::get(id).and_then(|subnet| subnet.heir), Some(to));
	}

	#[benchmark]
	fn accept_transfer() {
		let who = funded::<T>("owner");
		let to = funded::<T>("heir");
		let id = subnet::<T>(&who);
		Pallet::<T>::do_transfer(who, id, Some(to.clone())).expect("set up for it");

		#[extrinsic_call]
		_(RawOrigin::Signed(to.clone()), id);

		assert_eq!(Subnets::<T>::get(id).and_then(|subnet| subnet.owner), Some(to));
	}

	#[benchmark]
	fn retire() {
		let who = funded::<T>("owner");
		let id = subnet::<T>(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), id);

		assert!(Subnets::<T>::get(id).is_some_and(|subnet| !subnet.is_active()));
	}

	#[benchmark]
	fn remove_retired() {
		let who = funded::<T>("owner");
		let id = subnet::<T>(&who);
		Pallet::<T>::do_retire(who, id).expect("set up for it");
		let then =
			frame_system::Pallet::<T>::block_number().saturating_add(T::RetirementBlocks::get());

		#[block]
		{
			Pallet::<T>::remove_retired(then, Weight::MAX);
		}

		assert!(!Subnets::<T>::contains_key(id));
	}

	#[benchmark]
	fn register_gateway() {
		let who = funded::<T>("gateway");
		let owner = funded::<T>("owner");
		let id = subnet::<T>(&owner);
		let bond = rules::<T>().min_gateway_bond;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), id, bond, endpoint());

		assert!(Gateways::<T>::contains_key(who));
	}

	#[benchmark]
	fn bond_extra() {
		let who = gateway::<T>();
		let amount: Balance = 1;
		let before = Gateways::<T>::get(&who).map(|gateway| gateway.bond);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		assert!(Gateways::<T>::get(&who).map(|gateway| gateway.bond) > before);
	}

	#[benchmark]
	fn unbond_gateway() {
		let who = gateway::<T>();
		let amount: Balance = 1;
		Pallet::<T>::do_bond_extra(who.clone(), amount).expect("set up for it");

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		assert!(Gateways::<T>::get(who).is_some_and(|gateway| gateway.unbonding.is_some()));
	}

	#[benchmark]
	fn update_gateway() {
		let who = gateway::<T>();
		let other: GatewayEndpoint = alloc::vec![b'y'; 128].try_into().expect("as long as can be");

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), other.clone());

		assert_eq!(Gateways::<T>::get(&who).map(|gateway| gateway.endpoint), Some(other));
	}

	#[benchmark]
	fn leave_gateway() {
		let who = gateway::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(Gateways::<T>::get(who).is_some_and(|gateway| gateway.is_leaving()));
	}

	#[benchmark]
	fn finish_departure() {
		let who = gateway::<T>();
		Pallet::<T>::do_leave_gateway(who.clone()).expect("set up for it");
		let then =
			frame_system::Pallet::<T>::block_number().saturating_add(T::UnbondingBlocks::get());

		#[block]
		{
			Pallet::<T>::on_idle(then, Weight::MAX);
		}

		assert!(!Gateways::<T>::contains_key(who));
	}

	#[benchmark]
	fn slash_gateway() {
		let who = gateway::<T>();
		let half = rules::<T>().min_gateway_bond / 2;
		let taken;

		#[block]
		{
			taken = Pallet::<T>::slash_gateway(&who, half, Reason::DeadlineMissed);
		}

		assert_eq!(taken, half);
	}

	/// To an account that is there, as a provider's is.
	#[benchmark]
	fn compensate_from_gateway() {
		let who = gateway::<T>();
		let to = funded::<T>("provider");
		let half = rules::<T>().min_gateway_bond / 2;
		let paid;

		#[block]
		{
			paid = Pallet::<T>::compensate_from_gateway(&who, &to, half, Reason::ReceiptWithheld);
		}

		assert_eq!(paid, half);
	}
}
