//! What must hold after every call and hook.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use crate::{entries::is_name, kinds::manifest_of, pallet::*, types::*};
use alloc::collections::BTreeMap;
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get},
};
use reckon_primitives::{Balance, EntryId, EntryKind};
use sp_runtime::{traits::Convert, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks the whole of this pallet's state.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_ids()?;
		Self::try_indices()?;
		Self::try_deposits()?;
		Self::try_retirements()
	}

	/// Every entry.
	fn all() -> impl Iterator<Item = (EntryId, ListingOf<T>)> {
		let models = Models::<T>::iter().map(|(id, model)| (EntryId::Model(id), model.listing));
		let data_sets = DataSets::<T>::iter().map(|(id, set)| (EntryId::DataSet(id), set.listing));
		let apps = Apps::<T>::iter().map(|(id, app)| (EntryId::App(id), app.listing));
		models.chain(data_sets).chain(apps)
	}

	/// Ids say who registered what.
	fn try_ids() -> Result<(), TryRuntimeError> {
		for (id, Entry { listing, details }) in Models::<T>::iter() {
			let expected = EntryKind::Model.id(&listing.depositor, details.manifest);
			ensure!(id == expected, "a model's id is another's");
			ensure!(details.tasks.is_valid(), "a model can do nothing");
			ensure!(details.royalty <= T::MaxRoyalty::get(), "a royalty is too high");
			ensure!(!Retired::<T>::contains_key(id), "a removed model is there");
		}
		for (id, Entry { listing, details }) in DataSets::<T>::iter() {
			let manifest = manifest_of(&listing.name, &details);
			let expected = EntryKind::DataSet.id(&listing.depositor, manifest);
			ensure!(id == expected, "a data set's id is another's");
		}
		for (id, Entry { listing, details }) in Apps::<T>::iter() {
			let manifest = manifest_of(&listing.name, &details);
			let expected = EntryKind::App.id(&listing.depositor, manifest);
			ensure!(id == expected, "an app's id is another's");
			ensure!(!details.models.is_empty(), "an app asks no model");
		}
		Ok(())
	}

	/// Names, owners and depositors lead to entries and back.
	fn try_indices() -> Result<(), TryRuntimeError> {
		let mut count = 0usize;
		for (entry, listing) in Self::all() {
			count = count.saturating_add(1);
			ensure!(is_name(&listing.name), "an entry's name is none");
			let named = Names::<T>::get(entry.kind(), &listing.name);
			ensure!(named == Some(entry.hash()), "an entry's name does not lead back to it");
			ensure!(Owned::<T>::contains_key(&listing.owner, entry), "an owner is not listed");
			let deposited = Depositors::<T>::contains_key(&listing.depositor, entry);
			ensure!(deposited, "a depositor is not listed");
		}
		ensure!(Names::<T>::iter_keys().count() == count, "a name leads nowhere");
		ensure!(Owned::<T>::iter_keys().count() == count, "an owner has nothing");
		for (id, RetiredModel { depositor, .. }) in Retired::<T>::iter() {
			count = count.saturating_add(1);
			let deposited = Depositors::<T>::contains_key(depositor, EntryId::Model(id));
			ensure!(deposited, "a retired model's depositor is not listed");
		}
		ensure!(Depositors::<T>::iter_keys().count() == count, "a depositor has left nothing");
		Ok(())
	}

	/// What is held of who registered entries is their deposits.
	fn try_deposits() -> Result<(), TryRuntimeError> {
		let mut due: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		let listed = Self::all()
			.map(|(_, Listing { depositor, bytes, .. })| (depositor, Self::footprint(bytes)));
		let retired = Retired::<T>::iter_values()
			.map(|RetiredModel { depositor, .. }| (depositor, Self::retired_footprint()));
		for (depositor, footprint) in listed.chain(retired) {
			let price = T::DepositPrice::convert(footprint);
			let sum = due.entry(depositor).or_default();
			*sum = sum.checked_add(price).ok_or("more deposits than money")?;
		}
		for (who, deposits) in due {
			let held = T::Currency::balance_on_hold(&HoldReason::StoreDeposit.into(), &who);
			ensure!(held == deposits, "a depositor's hold is not the sum of its deposits");
		}
		Ok(())
	}

	/// What is deprecated is in the queue, once, for the block that its record says.
	fn try_retirements() -> Result<(), TryRuntimeError> {
		let (first, next) = RetirementRange::<T>::get();
		for (number, (entry, until)) in Retirements::<T>::iter() {
			ensure!((first..next).contains(&number), "a retirement is out of range");
			let status = Self::listing(entry).map(|listing| listing.status);
			let expected = Some(Status::Deprecated { until });
			ensure!(status == expected, "a retirement is not its entry's");
		}
		let retiring = Self::all().filter(|(_, listing)| listing.status != Status::Active).count();
		ensure!(Retirements::<T>::iter_keys().count() == retiring, "a retirement is lost");
		Ok(())
	}
}
