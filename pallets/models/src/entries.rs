//! What all entries go through, whatever their kind: into the store, from hand to hand, and out.

use crate::{pallet::*, types::*, weights::WeightInfo};
use codec::{Encode, MaxEncodedLen};
use frame_support::{
	ensure,
	traits::{Consideration, Footprint, Get},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{EntryId, ModelId};
use reckon_support::WaitQueue;
use sp_runtime::{
	traits::{SaturatedConversion, Saturating},
	DispatchError, DispatchResult,
};

/// The storage items of an entry: its record, its name, its owner's and its depositor's.
const ITEMS: usize = 4;

/// The deprecated entries, as a queue.
type RetirementQueue<T> = WaitQueue<Retirements<T>, RetirementRange<T>>;

impl<T: Config> Pallet<T> {
	/// Takes the deposit for a new entry and puts it under its name; the caller puts what is
	/// returned into the record, whose own part has so many bytes.
	pub(crate) fn list(
		entry: EntryId,
		owner: T::AccountId,
		name: Name,
		licence: &Licence,
		bytes: usize,
	) -> Result<ListingOf<T>, DispatchError> {
		ensure!(Self::listing(entry).is_none(), Error::<T>::AlreadyRegistered);
		ensure!(is_name(&name), Error::<T>::NameInvalid);
		ensure!(is_licence(licence), Error::<T>::LicenceInvalid);
		ensure!(!Names::<T>::contains_key(entry.kind(), &name), Error::<T>::NameTaken);

		// The name and the account are each there at least twice.
		let twice = owner.encoded_size().saturating_add(name.encoded_size()).saturating_mul(2);
		let bytes = bytes.saturating_add(twice).saturated_into();
		let deposit = T::Deposit::new(&owner, Self::footprint(bytes))?;
		Names::<T>::insert(entry.kind(), &name, entry.hash());
		Owned::<T>::insert(&owner, entry, ());
		Depositors::<T>::insert(&owner, entry, ());
		Self::deposit_event(Event::Registered { entry, owner: owner.clone(), name: name.clone() });
		let depositor = owner.clone();
		Ok(Listing { owner, name, status: Status::Active, depositor, deposit, bytes })
	}

	pub(crate) fn do_deprecate(who: T::AccountId, entry: EntryId) -> DispatchResult {
		Self::mutate_listing(entry, |listing| {
			ensure!(listing.owner == who, Error::<T>::NotOwner);
			ensure!(listing.status == Status::Active, Error::<T>::AlreadyDeprecated);
			let until = frame_system::Pallet::<T>::block_number()
				.saturating_add(T::RetirementBlocks::get());
			listing.status = Status::Deprecated { until };
			RetirementQueue::<T>::push(entry, until);
			Self::deposit_event(Event::Deprecated { entry, until });
			Ok(())
		})
	}

	pub(crate) fn do_transfer(
		who: T::AccountId,
		entry: EntryId,
		to: T::AccountId,
	) -> DispatchResult {
		Self::mutate_listing(entry, |listing| {
			ensure!(listing.owner == who, Error::<T>::NotOwner);
			listing.owner = to.clone();
			Owned::<T>::remove(&who, entry);
			Owned::<T>::insert(&to, entry, ());
			Self::deposit_event(Event::Transferred { entry, from: who, to });
			Ok(())
		})
	}

	/// Removes the entries whose time has come, as many as `limit` allows.
	pub(crate) fn remove_retired(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		let each = T::WeightInfo::remove_retired();
		RetirementQueue::<T>::work_off(now, limit, each, T::DbWeight::get(), Self::remove)
	}

	fn remove(entry: EntryId) {
		let Some(listing) = Self::take(entry) else {
			frame_support::defensive!("a retired entry is not there");
			return;
		};
		let Listing { owner, name, depositor, deposit, .. } = listing;
		Names::<T>::remove(entry.kind(), &name);
		Owned::<T>::remove(&owner, entry);
		let returned = match entry {
			EntryId::Model(id) => Self::retire(id, depositor, deposit),
			// Their ids say all of their terms.
			EntryId::DataSet(_) | EntryId::App(_) => {
				Depositors::<T>::remove(&depositor, entry);
				deposit.drop(&depositor)
			},
		};
		frame_support::defensive_assert!(returned.is_ok(), "a deposit is what was held for it");
		Self::deposit_event(Event::Removed { entry });
	}

	/// Remembers a removed model's id, and keeps the part of the deposit that pays for the place.
	fn retire(id: ModelId, depositor: T::AccountId, deposit: T::Deposit) -> DispatchResult {
		let part = deposit.clone().update(&depositor, Self::retired_footprint());
		let (deposit, kept) = match part {
			Ok(part) => (part, Ok(())),
			// The id is remembered, whatever becomes of the money.
			Err(error) => (deposit, Err(error)),
		};
		Retired::<T>::insert(id, RetiredModel { depositor, deposit });
		kept
	}

	/// What the deposit for an entry with so many bytes is asked for.
	pub(crate) fn footprint(bytes: u32) -> Footprint {
		Footprint::from_parts(ITEMS, bytes.saturated_into())
	}

	/// What the deposit for a removed model's id is asked for: it is in `Retired` and in `Depositors`, with
	/// its depositor.
	pub(crate) fn retired_footprint() -> Footprint {
		let bytes = EntryId::max_encoded_len().saturating_add(T::AccountId::max_encoded_len());
		Footprint::from_parts(2, bytes.saturating_mul(2))
	}

	/// What an entry has in common with all others.
	pub(crate) fn listing(entry: EntryId) -> Option<ListingOf<T>> {
		match entry {
			EntryId::Model(id) => Models::<T>::get(id).map(|model| model.listing),
			EntryId::DataSet(id) => DataSets::<T>::get(id).map(|data_set| data_set.listing),
			EntryId::App(id) => Apps::<T>::get(id).map(|app| app.listing),
		}
	}

	fn take(entry: EntryId) -> Option<ListingOf<T>> {
		match entry {
			EntryId::Model(id) => Models::<T>::take(id).map(|model| model.listing),
			EntryId::DataSet(id) => DataSets::<T>::take(id).map(|data_set| data_set.listing),
			EntryId::App(id) => Apps::<T>::take(id).map(|app| app.listing),
		}
	}

	fn mutate_listing(
		entry: EntryId,
		change: impl FnOnce(&mut ListingOf<T>) -> DispatchResult,
	) -> DispatchResult {
		fn within<Listing, Details>(
			record: &mut Option<Entry<Listing, Details>>,
			change: impl FnOnce(&mut Listing) -> DispatchResult,
			unknown: DispatchError,
		) -> DispatchResult {
			change(&mut record.as_mut().ok_or(unknown)?.listing)
		}
		let unknown = Error::<T>::UnknownEntry.into();
		match entry {
			EntryId::Model(id) => Models::<T>::try_mutate(id, |r| within(r, change, unknown)),
			EntryId::DataSet(id) => DataSets::<T>::try_mutate(id, |r| within(r, change, unknown)),
			EntryId::App(id) => Apps::<T>::try_mutate(id, |r| within(r, change, unknown)),
		}
	}
}

pub(crate) fn is_name(name: &[u8]) -> bool {
	let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'/');
	!name.is_empty() && name.iter().all(allowed)
}

pub(crate) fn is_licence(licence: &[u8]) -> bool {
	!licence.is_empty() && licence.iter().all(|byte| matches!(byte, b' '..=b'~'))
}
