//! Subnets: created, changed, handed on, retired; and what others ask of them.

use crate::{pallet::*, types::*, weights::WeightInfo};
use codec::MaxEncodedLen;
use frame_support::{
	ensure,
	traits::{
		fungible::Balanced,
		tokens::{Fortitude, Precision, Preservation},
		Consideration, EnsureOrigin, Footprint, Get, OnUnbalanced,
	},
	weights::Weight,
};
use frame_system::{
	ensure_signed,
	pallet_prelude::{BlockNumberFor, OriginFor},
};
use reckon_primitives::SubnetId;
use reckon_support::{SubnetInspect, SubnetParameters, WaitQueue};
use sp_runtime::{traits::Saturating, DispatchResult};

/// The retiring subnets, as a queue.
type RetirementQueue<T> = WaitQueue<Retirements<T>, RetirementRange<T>>;

impl<T: Config> Pallet<T> {
	/// Makes subnet 0.
	pub(crate) fn found(parameters: SubnetParameters) -> Result<(), Error<T>> {
		Self::ensure_valid(&parameters)?;
		let name = Name::truncate_from(b"reckon".to_vec());
		Self::insert(0, None, name, parameters, None);
		SubnetCount::<T>::put(1);
		Ok(())
	}

	pub(crate) fn do_create(
		owner: T::AccountId,
		name: Name,
		parameters: SubnetParameters,
	) -> DispatchResult {
		ensure!(is_name(&name), Error::<T>::NameInvalid);
		ensure!(!Names::<T>::contains_key(&name), Error::<T>::NameTaken);
		Self::ensure_valid(&parameters)?;
		let id = SubnetCount::<T>::get();
		SubnetCount::<T>::put(id.checked_add(1).ok_or(Error::<T>::TooManySubnets)?);

		let deposit = T::Deposit::new(&owner, Self::footprint())?;
		let fee = T::Currency::withdraw(
			&owner,
			T::CreationFee::get(),
			Precision::Exact,
			Preservation::Preserve,
			Fortitude::Polite,
		)?;
		T::OnFee::on_unbalanced(fee);
		OwnedSubnets::<T>::insert(&owner, id, ());
		Self::insert(id, Some(owner.clone()), name.clone(), parameters, Some(deposit));
		Self::deposit_event(Event::SubnetCreated { subnet: id, owner, name });
		Ok(())
	}

	fn insert(
		id: SubnetId,
		owner: Option<T::AccountId>,
		name: Name,
		parameters: SubnetParameters,
		deposit: Option<T::Deposit>,
	) {
		Names::<T>::insert(&name, id);
		let (heir, change, status) = (None, None, Status::Active);
		Subnets::<T>::insert(id, Subnet { owner, heir, name, parameters, change, status, deposit });
	}

	pub(crate) fn do_update(
		origin: OriginFor<T>,
		id: SubnetId,
		parameters: SubnetParameters,
	) -> DispatchResult {
		let mut subnet = Self::subnet_now(id).ok_or(Error::<T>::UnknownSubnet)?;
		match &subnet.owner {
			Some(owner) => ensure!(*owner == ensure_signed(origin)?, Error::<T>::NotOwner),
			None => {
				T::AdminOrigin::ensure_origin(origin)?;
			},
		}
		ensure!(subnet.is_active(), Error::<T>::IsRetiring);
		Self::ensure_valid(&parameters)?;
		let effective_at =
			frame_system::Pallet::<T>::block_number().saturating_add(T::ChangeDelayBlocks::get());
		subnet.change = Some(Change { parameters, effective_at });
		Subnets::<T>::insert(id, subnet);
		Self::deposit_event(Event::ChangeAnnounced { subnet: id, effective_at });
		Ok(())
	}

	pub(crate) fn do_transfer(
		who: T::AccountId,
		id: SubnetId,
		to: Option<T::AccountId>,
	) -> DispatchResult {
		let mut subnet = Self::owned(&who, id)?;
		subnet.heir = to.clone();
		Subnets::<T>::insert(id, subnet);
		Self::deposit_event(Event::TransferProposed { subnet: id, from: who, to });
		Ok(())
	}

	/// The new owner leaves a deposit of its own before the old one has his back: nobody's money is
	/// taken without a signature, and none stays behind.
	pub(crate) fn do_accept_transfer(who: T::AccountId, id: SubnetId) -> DispatchResult {
		let mut subnet = Self::subnet_now(id).ok_or(Error::<T>::UnknownSubnet)?;
		ensure!(subnet.heir.as_ref() == Some(&who), Error::<T>::NotHeir);
		// Only what has an owner, and so a deposit, has an heir.
		let from = subnet.owner.replace(who.clone()).ok_or(Error::<T>::NotHeir)?;
		let left = subnet.deposit.take().ok_or(Error::<T>::NotHeir)?;
		subnet.heir = None;
		subnet.deposit = Some(T::Deposit::new(&who, Self::footprint())?);
		left.drop(&from)?;
		OwnedSubnets::<T>::remove(&from, id);
		OwnedSubnets::<T>::insert(&who, id, ());
		Subnets::<T>::insert(id, subnet);
		Self::deposit_event(Event::SubnetTransferred { subnet: id, from, to: who });
		Ok(())
	}

	pub(crate) fn do_retire(who: T::AccountId, id: SubnetId) -> DispatchResult {
		let mut subnet = Self::owned(&who, id)?;
		let until =
			frame_system::Pallet::<T>::block_number().saturating_add(T::RetirementBlocks::get());
		subnet.heir = None;
		subnet.status = Status::Retiring { until };
		Subnets::<T>::insert(id, subnet);
		RetirementQueue::<T>::push(id, until);
		Self::deposit_event(Event::SubnetRetiring { subnet: id, until });
		Ok(())
	}

	/// Removes the subnets whose time has come, as many as `limit` allows.
	pub(crate) fn remove_retired(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		let each = T::WeightInfo::remove_retired();
		RetirementQueue::<T>::work_off(now, limit, each, T::DbWeight::get(), Self::remove)
	}

	fn remove(id: SubnetId) {
		let Some(subnet) = Subnets::<T>::take(id) else {
			frame_support::defensive!("a retiring subnet is not there");
			return;
		};
		Names::<T>::remove(&subnet.name);
		if let (Some(owner), Some(deposit)) = (subnet.owner, subnet.deposit) {
			OwnedSubnets::<T>::remove(&owner, id);
			let returned = deposit.drop(&owner);
			frame_support::defensive_assert!(returned.is_ok(), "a deposit is what was held for it");
		}
		Self::deposit_event(Event::SubnetRemoved { subnet: id });
	}

	/// A subnet with the rules in force.
	pub(crate) fn subnet_now(id: SubnetId) -> Option<SubnetOf<T>> {
		let now = frame_system::Pallet::<T>::block_number();
		Subnets::<T>::get(id).map(|subnet| subnet.at(now))
	}

	/// A subnet that is its owner's to change.
	fn owned(who: &T::AccountId, id: SubnetId) -> Result<SubnetOf<T>, Error<T>> {
		let subnet = Self::subnet_now(id).ok_or(Error::<T>::UnknownSubnet)?;
		ensure!(subnet.owner.as_ref() == Some(who), Error::<T>::NotOwner);
		ensure!(subnet.is_active(), Error::<T>::IsRetiring);
		Ok(subnet)
	}

	/// The storage that a subnet can take at most: its record, its name's entry, its owner's.
	pub(crate) fn footprint() -> Footprint {
		let bytes = SubnetOf::<T>::max_encoded_len()
			.saturating_add(Name::max_encoded_len())
			.saturating_add(T::AccountId::max_encoded_len());
		Footprint::from_parts(3, bytes)
	}
}

impl<T: Config> SubnetInspect for Pallet<T> {
	fn subnet(id: SubnetId) -> Option<SubnetParameters> {
		Self::subnet_now(id).map(|subnet| subnet.parameters)
	}

	fn open_subnet(id: SubnetId) -> Option<SubnetParameters> {
		Self::subnet_now(id).filter(|subnet| subnet.is_active()).map(|subnet| subnet.parameters)
	}
}

fn is_name(name: &[u8]) -> bool {
	!name.is_empty()
		&& name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
}
