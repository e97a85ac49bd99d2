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
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{Licence, MaxLicenceBytes, MaxNameBytes, Model, ModelDetails, Name, Status};
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::{
		pallet_prelude::*,
		traits::{Consideration, Footprint},
	};
	use frame_system::pallet_prelude::*;
	use reckon_primitives::{Balance, Held, ModelId};
	use sp_runtime::{traits::Convert, Permill};

	/// A model's record.
	pub type ModelOf<T> =
		Model<<T as frame_system::Config>::AccountId, BlockNumberFor<T>, <T as Config>::Deposit>;

	/// The version of this pallet's storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// What the calls and the hook weigh.
		type WeightInfo: WeightInfo;

		/// What a model's owner leaves for its place in storage.
		type Deposit: Consideration<Self::AccountId, Footprint>;

		/// How much that is; the same that `Deposit` asks for.
		type DepositPrice: Convert<Footprint, Balance>;

		/// The most that a model's owner can ask of each charge: leaves most of it to those who
		/// work.
		#[pallet::constant]
		type MaxRoyalty: Get<Permill>;

		/// Blocks for which a deprecated model is remembered: longer than any job for it can
		/// last, since its owner has a share in them.
		#[pallet::constant]
		type RetirementBlocks: Get<BlockNumberFor<Self>>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit for a model's place in storage.
		#[codec(index = 0)]
		ModelDeposit,
	}

	/// The models, by manifest hash.
	#[pallet::storage]
	pub type Models<T: Config> = StorageMap<_, Blake2_128Concat, ModelId, ModelOf<T>, OptionQuery>;

	/// The models' names.
	#[pallet::storage]
	pub type Names<T: Config> = StorageMap<_, Blake2_128Concat, Name, ModelId, OptionQuery>;

	/// Who left a deposit for which models.
	#[pallet::storage]
	pub type Depositors<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		ModelId,
		(),
		OptionQuery,
	>;

	/// The ids of models that were removed. They are not registered again: offers that were made for
	/// them would come alive under other terms.
	#[pallet::storage]
	pub type Retired<T: Config> = StorageMap<_, Blake2_128Concat, ModelId, (), OptionQuery>;

	/// The deprecated models, in the order in which they are removed.
	#[pallet::storage]
	pub type Retirements<T: Config> =
		StorageMap<_, Twox64Concat, u64, (ModelId, BlockNumberFor<T>), OptionQuery>;

	/// The number of the first retirement that is not done, and of the next one to come.
	#[pallet::storage]
	pub type RetirementRange<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A model is in the store.
		ModelRegistered {
			/// The model.
			model: ModelId,
			/// Who registered it.
			owner: T::AccountId,
			/// What it is called.
			name: Name,
		},
		/// A model takes no new jobs and offers any more.
		ModelDeprecated {
			/// The model.
			model: ModelId,
			/// From which block on the chain removes it and returns the deposit.
			until: BlockNumberFor<T>,
		},
		/// A deprecated model is in the store no more, its name is free, and its deposit is back
		/// with who left it.
		ModelRemoved {
			/// The model.
			model: ModelId,
		},
		/// A model has another owner.
		ModelTransferred {
			/// The model.
			model: ModelId,
			/// Who had it.
			from: T::AccountId,
			/// Who has it.
			to: T::AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The store has a model with this manifest already.
		AlreadyRegistered,
		/// A model with this manifest was taken out of use; change the manifest.
		Retired,
		/// The name is taken; choose another.
		NameTaken,
		/// The name is empty, or has characters other than `a-z 0-9 . _ - /`.
		NameInvalid,
		/// The set of tasks is empty or names an unknown one.
		TasksInvalid,
		/// The royalty is above the constant `MaxRoyalty`.
		RoyaltyTooHigh,
		/// The store has no such model.
		UnknownModel,
		/// Only the model's owner may do this.
		NotOwner,
		/// The model is deprecated already.
		AlreadyDeprecated,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Puts a model into the store, owned by the signer.
		///
		/// `model` is the BLAKE3 hash of the canonical manifest, as `reckon-worker models add`
		/// prints it. Takes a deposit for the place in storage.
		///
		/// Emits `ModelRegistered`.
		#[pallet::call_index(0)]
		pub fn register_model(
			origin: OriginFor<T>,
			model: ModelId,
			details: ModelDetails,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(who, model, details)
		}

		/// Takes a model out of use, for good: it is offered and asked for no more. Jobs that
		/// were submitted end as ever. When `RetirementBlocks` have passed, the chain itself
		/// removes it and returns the deposit.
		///
		/// Emits `ModelDeprecated`, and later `ModelRemoved`.
		#[pallet::call_index(1)]
		pub fn deprecate(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deprecate(who, model)
		}

		/// Gives a model to another account: the rights, and the royalty from now on. The deposit
		/// stays with who left it, since nobody's money is taken without a signature.
		///
		/// Emits `ModelTransferred`.
		#[pallet::call_index(2)]
		pub fn transfer(origin: OriginFor<T>, model: ModelId, to: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_transfer(who, model, to)
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
		/// A model's owner and details, and whether it takes new jobs.
		pub fn model(
			model: ModelId,
		) -> Option<(T::AccountId, ModelDetails, Status<BlockNumberFor<T>>)> {
			Models::<T>::get(model).map(|model| (model.owner, model.details, model.status))
		}

		/// The model of this name.
		pub fn model_by_name(name: Name) -> Option<ModelId> {
			Names::<T>::get(name)
		}

		/// What this pallet holds of an account's money, for at most 1,000 models.
		pub fn held_by(who: T::AccountId) -> alloc::vec::Vec<Held<Balance, BlockNumberFor<T>>> {
			Self::held(&who)
		}
	}
}
