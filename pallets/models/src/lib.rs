#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod entries;
mod invariants;
mod kinds;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
mod views;
pub mod weights;

pub use pallet::*;
pub use types::{
	AppDetails, Calibration, DataSetDetails, DataSetIds, Entry, Licence, Listing, Location,
	MaxLicenceBytes, MaxLocationBytes, MaxNameBytes, MaxReferences, ModelDetails, ModelIds, Name,
	RetiredModel, Status,
};
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{fungible::InspectHold, Consideration, Footprint},
	};
	use frame_system::pallet_prelude::*;
	use reckon_primitives::{AppId, Balance, DataSetId, EntryId, EntryKind, Held, ModelId};
	use sp_core::H256;
	use sp_runtime::{traits::Convert, Permill};

	/// What all entries have.
	pub type ListingOf<T> =
		Listing<<T as frame_system::Config>::AccountId, BlockNumberFor<T>, <T as Config>::Deposit>;
	/// A model's record.
	pub type ModelOf<T> = Entry<ListingOf<T>, ModelDetails>;
	/// A data set's record.
	pub type DataSetOf<T> = Entry<ListingOf<T>, DataSetDetails>;
	/// An app's record.
	pub type AppOf<T> = Entry<ListingOf<T>, AppDetails>;

	/// The version of this pallet's storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// What the calls and the hook weigh.
		type WeightInfo: WeightInfo;

		/// The money that deposits are held in.
		type Currency: InspectHold<
			Self::AccountId,
			Balance = Balance,
			Reason = Self::RuntimeHoldReason,
		>;

		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// What who registers an entry leaves for its place in storage.
		type Deposit: Consideration<Self::AccountId, Footprint>;

		/// How much that is; the same that `Deposit` asks for.
		type DepositPrice: Convert<Footprint, Balance>;

		/// The most that a model's owner can ask of each charge: leaves most of it to those who
		/// work.
		#[pallet::constant]
		type MaxRoyalty: Get<Permill>;

		/// Blocks for which a deprecated entry is remembered: longer than any job for a model can
		/// last, since its owner has a share in them.
		#[pallet::constant]
		type RetirementBlocks: Get<BlockNumberFor<Self>>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit for an entry's place in the store.
		#[codec(index = 0)]
		StoreDeposit,
	}

	/// The models.
	#[pallet::storage]
	pub type Models<T: Config> = StorageMap<_, Blake2_128Concat, ModelId, ModelOf<T>, OptionQuery>;

	/// The data sets.
	#[pallet::storage]
	pub type DataSets<T: Config> =
		StorageMap<_, Blake2_128Concat, DataSetId, DataSetOf<T>, OptionQuery>;

	/// The apps.
	#[pallet::storage]
	pub type Apps<T: Config> = StorageMap<_, Blake2_128Concat, AppId, AppOf<T>, OptionQuery>;

	/// The entries' names: each is there once among those of a kind.
	#[pallet::storage]
	pub type Names<T: Config> =
		StorageDoubleMap<_, Twox64Concat, EntryKind, Blake2_128Concat, Name, H256, OptionQuery>;

	/// Who owns which entries.
	#[pallet::storage]
	pub type Owned<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		EntryId,
		(),
		OptionQuery,
	>;

	/// Who left a deposit for which entries, and for which removed models' ids.
	#[pallet::storage]
	pub type Depositors<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		EntryId,
		(),
		OptionQuery,
	>;

	/// The ids of models that were removed. They are not registered again: offers that were made for
	/// them would come alive under other terms. A part of the deposit stays for the place.
	#[pallet::storage]
	pub type Retired<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		ModelId,
		RetiredModel<T::AccountId, T::Deposit>,
		OptionQuery,
	>;

	/// The deprecated entries, in the order in which they are removed.
	#[pallet::storage]
	pub type Retirements<T: Config> =
		StorageMap<_, Twox64Concat, u64, (EntryId, BlockNumberFor<T>), OptionQuery>;

	/// The number of the first retirement that is not done, and of the next one to come.
	#[pallet::storage]
	pub type RetirementRange<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An entry is in the store.
		Registered {
			/// The entry.
			entry: EntryId,
			/// Who registered it.
			owner: T::AccountId,
			/// What it is called.
			name: Name,
		},
		/// An entry is out of use; a model takes no new jobs and offers any more.
		Deprecated {
			/// The entry.
			entry: EntryId,
			/// From which block on the chain removes it and returns the deposit.
			until: BlockNumberFor<T>,
		},
		/// A deprecated entry is in the store no more, its name is free, and its deposit is back
		/// with who left it, but for what a model's id costs, which stays taken.
		Removed {
			/// The entry.
			entry: EntryId,
		},
		/// An entry has another owner.
		Transferred {
			/// The entry.
			entry: EntryId,
			/// Who had it.
			from: T::AccountId,
			/// Who has it.
			to: T::AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The signer has this very entry in the store already.
		AlreadyRegistered,
		/// A model with this manifest was taken out of use by the signer; change the manifest.
		Retired,
		/// The name is taken; choose another.
		NameTaken,
		/// The name is empty, or has characters other than `a-z 0-9 . _ - /`.
		NameInvalid,
		/// The licence is empty, or has characters that are not printable ASCII; name an SPDX
		/// expression.
		LicenceInvalid,
		/// The location is empty, or has spaces or characters that are not printable ASCII.
		LocationInvalid,
		/// The set of tasks is empty or names an unknown one.
		TasksInvalid,
		/// The royalty is above the constant `MaxRoyalty`.
		RoyaltyTooHigh,
		/// The calibration's thresholds convict nothing or what they call honest, or the model's
		/// profile is not `F32`.
		CalibrationInvalid,
		/// The app names no model; name those that it asks.
		NoModels,
		/// The store has no such model; register it first.
		UnknownModel,
		/// The store has no such data set; register it first.
		UnknownDataSet,
		/// The store has no such entry.
		UnknownEntry,
		/// Only the entry's owner may do this.
		NotOwner,
		/// The entry is deprecated already.
		AlreadyDeprecated,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Puts a model into the store, owned by the signer.
		///
		/// The model goes by `name`. Of its `details` the hash of the canonical manifest, as
		/// `reckon-worker models add` prints it, and the signer's account make the model's id, so
		/// that nobody else can register it under this id. Takes a deposit for the place in
		/// storage.
		///
		/// Emits `Registered`.
		#[pallet::call_index(0)]
		pub fn register_model(
			origin: OriginFor<T>,
			name: Name,
			details: ModelDetails,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register_model(who, name, details)
		}

		/// Takes `entry` out of use, for good: a model is offered and asked for no more, and jobs
		/// that were submitted end as ever. When `RetirementBlocks` have passed, the chain itself
		/// removes it and returns the deposit. Entries that name it stay as they are.
		///
		/// Emits `Deprecated`, and later `Removed`.
		#[pallet::call_index(1)]
		pub fn deprecate(origin: OriginFor<T>, entry: EntryId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deprecate(who, entry)
		}

		/// Gives `entry` to the account `to`: the rights, and a model's royalty from now on. The
		/// deposit stays with who left it, since nobody's money is taken without a signature.
		///
		/// Emits `Transferred`.
		#[pallet::call_index(2)]
		pub fn transfer(origin: OriginFor<T>, entry: EntryId, to: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_transfer(who, entry, to)
		}

		/// Puts a data set into the store, owned by the signer. The account, `name` and `details`
		/// make its id. Takes a deposit for the place in storage.
		///
		/// Emits `Registered`.
		#[pallet::call_index(3)]
		pub fn register_data_set(
			origin: OriginFor<T>,
			name: Name,
			details: DataSetDetails,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register_data_set(who, name, details)
		}

		/// Puts an app into the store, owned by the signer. The account, `name` and `details` make
		/// its id; the models and data sets that it names must be in the store. Takes a deposit
		/// for the place in storage.
		///
		/// Emits `Registered`.
		#[pallet::call_index(4)]
		pub fn register_app(
			origin: OriginFor<T>,
			name: Name,
			details: AppDetails,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register_app(who, name, details)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(now: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::remove_retired(now, limit)
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A model: who owns it, what it is called, whether it takes new jobs, what it can do.
		pub fn model(model: ModelId) -> Option<ModelOf<T>> {
			Models::<T>::get(model)
		}

		/// A data set: who owns it, what it is called, what is in it.
		pub fn data_set(data_set: DataSetId) -> Option<DataSetOf<T>> {
			DataSets::<T>::get(data_set)
		}

		/// An app: who owns it, what it is called, which models it asks, where it is.
		pub fn app(app: AppId) -> Option<AppOf<T>> {
			Apps::<T>::get(app)
		}

		/// The entry of this kind and name.
		pub fn entry_by_name(kind: EntryKind, name: Name) -> Option<EntryId> {
			Names::<T>::get(kind, name).map(|id| kind.entry(id))
		}

		/// An account's entries, at most 1,000 of them.
		pub fn entries_of(owner: T::AccountId) -> Vec<EntryId> {
			Self::owned(&owner)
		}

		/// What this pallet holds of an account's money, for at most 1,000 entries.
		pub fn held_by(who: T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
			Self::held(&who)
		}
	}
}
