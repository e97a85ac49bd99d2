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
mod calls;
mod invariants;
#[cfg(test)]
mod mock;
mod pool;
mod presence;
#[cfg(test)]
mod tests;
mod tickets;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{Endpoint, MaxEndpointBytes, Offer, Provider, Status, Sweep};
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::{
		dispatch::PostDispatchInfo,
		pallet_prelude::*,
		traits::{
			fungible::{hold::Balanced, Credit, Inspect, InspectHold, MutateHold},
			OnUnbalanced,
		},
	};
	use frame_system::pallet_prelude::*;
	use reckon_primitives::{
		Balance, Held, Market, ModelId, Price, Reason, SessionIndex, SubnetId,
	};
	use reckon_support::{BondReturn, ModelInspect, OnProviderLeft, SubnetInspect};
	use sp_runtime::Permill;

	/// A provider's record.
	pub type ProviderOf<T> = Provider<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;
	/// A provider's offer.
	pub type OfferOf<T> = Offer<<T as Config>::MaxTickets>;
	/// What a slash takes away.
	pub type CreditOf<T> = Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

	/// The version of this pallet's storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// What the calls and hooks weigh.
		type WeightInfo: WeightInfo;

		/// The money that bonds are held in.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ InspectHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ Balanced<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// The store: only models that it has can be offered.
		type Models: ModelInspect<Self::AccountId>;

		/// The subnets: only those that take new work can be served.
		type Subnets: SubnetInspect;

		/// The current session. Sessions, not time: after a halt of the chain nobody has been silent.
		type CurrentSession: Get<SessionIndex>;

		/// Is told of providers that have left.
		type OnLeft: OnProviderLeft<Self::AccountId>;

		/// Where slashed bonds go.
		type OnSlash: OnUnbalanced<CreditOf<Self>>;

		/// The least bond, in the smallest token unit. It makes a registration dearer than what a
		/// provider could gain by leaving its work undone.
		#[pallet::constant]
		type MinBond: Get<Balance>;

		/// The bond that one ticket in a draw stands for, in the smallest token unit.
		#[pallet::constant]
		type BondPerTicket: Get<Balance>;

		/// The most tickets of one offer: bounds the work of an offer's changes, and how much of
		/// a market's work one provider can draw.
		#[pallet::constant]
		type MaxTickets: Get<u32>;

		/// The most offers of one provider: bounds the work of changing a bond.
		#[pallet::constant]
		type MaxOffers: Get<u32>;

		/// The most jobs that one provider can have at once: bounds the list that a worker asks
		/// for.
		#[pallet::constant]
		type MaxCapacity: Get<u32>;

		/// The bond that each job stands on that a provider has at once, in the smallest token
		/// unit: more bond, more places.
		#[pallet::constant]
		type BondPerJob: Get<Balance>;

		/// Blocks for which the place of a declined job rests.
		#[pallet::constant]
		type DeclineRestBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks between leaving, or taking out a part of the bond, and having it back; it can be
		/// slashed for that long.
		#[pallet::constant]
		type UnbondingBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks after a delivery in which the bond stays: the answer can be disputed, and what it
		/// then costs is paid out of the bond.
		#[pallet::constant]
		type AnswerableBlocks: Get<BlockNumberFor<Self>>;

		/// Deadlines missed and answers rejected, less jobs done since, before the provider is
		/// slashed and paused.
		#[pallet::constant]
		type MissesBeforeSlash: Get<u32>;

		/// The part of the bond that such a series of misses costs.
		#[pallet::constant]
		type MissSlash: Get<Permill>;

		/// The most providers that one block looks at for silent ones: times the blocks of a session,
		/// as many as the network may have.
		#[pallet::constant]
		type SweepPerBlock: Get<u32>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// A provider's bond.
		#[codec(index = 0)]
		Bond,
	}

	/// The registered providers, by account.
	// Blake2: anybody can register under any account.
	#[pallet::storage]
	pub type Providers<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, ProviderOf<T>, OptionQuery>;

	/// For which provider a worker's hot key speaks.
	#[pallet::storage]
	pub type Workers<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, T::AccountId, OptionQuery>;

	/// What each provider offers, by provider and market.
	#[pallet::storage]
	pub type Offers<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		Market,
		OfferOf<T>,
		OptionQuery,
	>;

	/// The tickets of a market's draw, numbered from 0 without gaps, and whose they are.
	// Twox for the number: it is the chain's own.
	#[pallet::storage]
	pub type Tickets<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, Market, Twox64Concat, u32, T::AccountId, OptionQuery>;

	/// How many tickets there are in a market's draw.
	#[pallet::storage]
	pub type TicketCounts<T: Config> = StorageMap<_, Blake2_128Concat, Market, u32, ValueQuery>;

	/// How far the search for silent providers has come.
	#[pallet::storage]
	pub type Sweeps<T: Config> = StorageValue<_, Sweep<T::AccountId>, ValueQuery>;

	/// The bonds, and parts of bonds, that are on their way back, in the order in which they are
	/// returned.
	#[pallet::storage]
	pub type BondReturns<T: Config> = StorageMap<
		_,
		Twox64Concat,
		u64,
		(BondReturn<T::AccountId>, BlockNumberFor<T>),
		OptionQuery,
	>;

	/// The number of the first return that is not done, and of the next one to come.
	#[pallet::storage]
	pub type BondReturnRange<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A provider has registered.
		ProviderRegistered {
			/// The provider.
			provider: T::AccountId,
			/// Its worker's hot key.
			worker: T::AccountId,
			/// Its bond.
			bond: Balance,
			/// How many jobs it can have at once.
			capacity: u32,
		},
		/// A provider has named another worker.
		WorkerChanged {
			/// The provider.
			provider: T::AccountId,
			/// The new hot key; the old one speaks for nobody any more.
			worker: T::AccountId,
		},
		/// A provider has changed how many jobs it takes, or where its worker is reached.
		ProviderUpdated {
			/// The provider.
			provider: T::AccountId,
			/// How many jobs it can have at once.
			capacity: u32,
		},
		/// A provider has raised its bond.
		BondRaised {
			/// The provider.
			provider: T::AccountId,
			/// The whole bond now.
			bond: Balance,
		},
		/// A provider has taken out a part of its bond.
		BondLowered {
			/// The provider.
			provider: T::AccountId,
			/// What it has taken out.
			amount: Balance,
			/// The bond that is left.
			bond: Balance,
			/// From which block on the chain returns what was taken out.
			until: BlockNumberFor<T>,
		},
		/// A provider has back what it has taken out of its bond.
		BondReturned {
			/// The provider.
			provider: T::AccountId,
			/// What was returned: less than was taken out, if it was slashed meanwhile.
			amount: Balance,
		},
		/// A provider offers a model, or has changed its price.
		ModelOffered {
			/// The provider.
			provider: T::AccountId,
			/// Whose jobs it is for.
			subnet: SubnetId,
			/// The model.
			model: ModelId,
			/// What it asks for.
			price: Price<Balance>,
		},
		/// A provider offers a model no more.
		OfferWithdrawn {
			/// The provider.
			provider: T::AccountId,
			/// Whose jobs it was for.
			subnet: SubnetId,
			/// The model.
			model: ModelId,
		},
		/// A provider takes no new jobs for now.
		ProviderPaused {
			/// The provider.
			provider: T::AccountId,
			/// Whether the chain paused it, after missed deadlines or wrong answers.
			by_chain: bool,
		},
		/// A provider takes jobs again.
		ProviderResumed {
			/// The provider.
			provider: T::AccountId,
		},
		/// A provider's worker has sent a heartbeat.
		WorkerSeen {
			/// The provider.
			provider: T::AccountId,
			/// The session for which it counts.
			session: SessionIndex,
		},
		/// Nothing was heard of a provider's worker for a whole session: it is not drawn until the
		/// next heartbeat. That is no miss, and costs nothing.
		ProviderSilenced {
			/// The provider.
			provider: T::AccountId,
			/// The session in which its worker was last heard of.
			last_seen: SessionIndex,
		},
		/// A provider that was silent is drawn again.
		ProviderReturned {
			/// The provider.
			provider: T::AccountId,
		},
		/// A provider is leaving.
		ProviderLeaving {
			/// The provider.
			provider: T::AccountId,
			/// From which block on the chain returns the bond.
			until: BlockNumberFor<T>,
		},
		/// A provider has left and has its bond back.
		ProviderLeft {
			/// The provider.
			provider: T::AccountId,
			/// What was returned.
			bond: Balance,
		},
		/// A provider has lost a part of its bond.
		ProviderSlashed {
			/// The provider.
			provider: T::AccountId,
			/// How much was taken.
			amount: Balance,
			/// What for.
			reason: Reason,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account is registered as a provider already.
		AlreadyRegistered,
		/// The account is not registered as a provider.
		NotRegistered,
		/// The key is another provider's worker already; make a new one.
		WorkerTaken,
		/// The bond is below the least that is asked; see the constant `MinBond`.
		BondTooLow,
		/// The capacity is 0 or above the constant `MaxCapacity`.
		CapacityOutOfRange,
		/// The store has no such model, or it is deprecated.
		UnknownModel,
		/// There is no such subnet, or it takes no new work; 0 always does.
		UnknownSubnet,
		/// The subnet does not serve this model.
		ModelNotInSubnet,
		/// The provider has as many offers as it can; withdraw one first.
		TooManyOffers,
		/// The provider does not offer this model in this subnet.
		NotOffered,
		/// A price of nothing at all is not an offer; ask for at least one unit.
		PriceZero,
		/// The provider is paused already.
		AlreadyPaused,
		/// The provider is not paused.
		NotPaused,
		/// The provider is leaving; wait until it has left and register again.
		IsLeaving,
		/// The provider has no room for another job.
		AtCapacity,
		/// An amount of nothing changes nothing.
		AmountZero,
		/// The key is no provider's worker.
		NotAWorker,
		/// The provider has more offers than the heartbeat pays for bringing back; name as many as
		/// there are.
		MoreOffers,
		/// A part of the bond is on its way back; wait for it, one goes at a time.
		AlreadyUnbonding,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Registers the signer as a provider.
		///
		/// Holds `bond`. `worker` is the hot key with which the worker daemon signs deliveries;
		/// it can do nothing else in the provider's name, and should hold a little money of its
		/// own, since a transaction's fee is advanced (and returned for a good delivery).
		/// `capacity` is how many jobs the provider takes at once, as far as its bond stands for
		/// them (see the constant `BondPerJob`); `endpoint` the URL of its worker's content
		/// endpoint, or empty.
		///
		/// Emits `ProviderRegistered`.
		#[pallet::call_index(0)]
		pub fn register(
			origin: OriginFor<T>,
			worker: T::AccountId,
			#[pallet::compact] bond: Balance,
			capacity: u32,
			endpoint: Endpoint,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(who, worker, bond, capacity, endpoint)
		}

		/// Names another hot key for the signer's worker. The old key is refused from now on.
		///
		/// Emits `WorkerChanged`.
		#[pallet::call_index(1)]
		pub fn set_worker(origin: OriginFor<T>, worker: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_worker(who, worker)
		}

		/// Changes how many jobs the provider takes at once (`capacity`), and the URL of its
		/// worker's content endpoint (`endpoint`, may be empty).
		///
		/// Emits `ProviderUpdated`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::update(T::MaxOffers::get()))]
		pub fn update(
			origin: OriginFor<T>,
			capacity: u32,
			endpoint: Endpoint,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let offers = Self::do_update(who, capacity, endpoint)?;
			Ok(Some(T::WeightInfo::update(offers)).into())
		}

		/// Adds `amount` to the signer's bond, which brings more tickets in the draws.
		///
		/// Emits `BondRaised`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::bond_extra(T::MaxOffers::get()))]
		pub fn bond_extra(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let offers = Self::do_bond_extra(who, amount)?;
			Ok(Some(T::WeightInfo::bond_extra(offers)).into())
		}

		/// Offers `model` at `price`, or changes the price of an offer. Jobs that are assigned keep
		/// the price that they were assigned at.
		///
		/// The offer is for jobs of the subnet `subnet` alone, 0 being the chain's own: its rules say
		/// what becomes of each charge, and its owner can change them, as announced.
		///
		/// Emits `ModelOffered`.
		#[pallet::call_index(4)]
		pub fn offer(
			origin: OriginFor<T>,
			subnet: SubnetId,
			model: ModelId,
			price: Price<Balance>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_offer(who, Market { subnet, model }, price)
		}

		/// Offers `model` no more for jobs of the subnet `subnet`. Jobs that are assigned stay so.
		///
		/// Emits `OfferWithdrawn`.
		#[pallet::call_index(5)]
		pub fn withdraw_offer(
			origin: OriginFor<T>,
			subnet: SubnetId,
			model: ModelId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_offer(who, Market { subnet, model })
		}

		/// Takes no new jobs for now, without penalty. Jobs that are assigned stay so.
		///
		/// Emits `ProviderPaused`.
		#[pallet::call_index(6)]
		pub fn pause(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_pause(who)
		}

		/// Takes jobs again, after a pause of the provider's own or the chain's. The bond must be
		/// at least `MinBond`.
		///
		/// Emits `ProviderResumed`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::resume(T::MaxOffers::get()))]
		pub fn resume(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let offers = Self::do_resume(who)?;
			Ok(Some(T::WeightInfo::resume(offers)).into())
		}

		/// Leaves for good. All offers are withdrawn; when `UnbondingBlocks` have passed, no job is
		/// left and the last answer is `AnswerableBlocks` old, the chain itself returns the bond; else
		/// it looks again after as many blocks.
		///
		/// Emits `ProviderLeaving`, and later `ProviderLeft`.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::leave(T::MaxOffers::get()))]
		pub fn leave(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let offers = Self::do_leave(who)?;
			Ok(Some(T::WeightInfo::leave(offers)).into())
		}

		/// Says that the provider is there for which the signer, a worker's hot key, speaks.
		///
		/// Once in a session it costs nothing, its fee being advanced, as long as the provider takes
		/// jobs and has an offer. A delivery says the same. After a whole session without a word the
		/// provider is drawn no more; a heartbeat brings it back. `offers` is for that one: at least
		/// as many as the provider has, since it pays for their tickets; otherwise 0 will do.
		///
		/// Emits `WorkerSeen`, and `ProviderReturned` when the provider was silent.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::heartbeat((*offers).min(T::MaxOffers::get())))]
		pub fn heartbeat(
			origin: OriginFor<T>,
			#[pallet::compact] offers: u32,
		) -> DispatchResultWithPostInfo {
			let worker = ensure_signed(origin)?;
			let heard = Self::do_heartbeat(worker, offers)?;
			let pays_fee = if heard.free { Pays::No } else { Pays::Yes };
			let actual_weight = Some(T::WeightInfo::heartbeat(heard.returned));
			Ok(PostDispatchInfo { actual_weight, pays_fee })
		}

		/// Takes `amount` out of the signer's bond, of which at least `MinBond` is to stay. It brings no
		/// tickets and places from now on; when `UnbondingBlocks` have passed, the chain itself returns
		/// it. Until then slashes reach it, before the rest of the bond.
		///
		/// Emits `BondLowered`, and later `BondReturned`.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::unbond(T::MaxOffers::get()))]
		pub fn unbond(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let offers = Self::do_unbond(who, amount)?;
			Ok(Some(T::WeightInfo::unbond(offers)).into())
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(now: BlockNumberFor<T>, limit: Weight) -> Weight {
			let used = Self::return_bonds(now, limit);
			used.saturating_add(Self::sweep(limit.saturating_sub(used)))
		}

		#[cfg(feature = "std")]
		fn integrity_test() {
			assert!(T::MaxTickets::get() > 0, "an offer without tickets is never drawn");
			assert!(
				T::BondPerTicket::get() > 0 && T::BondPerTicket::get() <= T::MinBond::get(),
				"the least bond must bring a ticket"
			);
			assert!(
				T::MissesBeforeSlash::get() > 0,
				"the first missed deadline must be forgivable"
			);
			assert!(
				T::BondPerJob::get() > 0 && T::BondPerJob::get() <= T::MinBond::get(),
				"the least bond must stand for a job"
			);
			assert!(T::SweepPerBlock::get() > 0, "silent providers must be found");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A provider's record.
		pub fn provider(provider: T::AccountId) -> Option<ProviderOf<T>> {
			Providers::<T>::get(provider)
		}

		/// Why a provider gets no work, whatever the job; `Eligible` when nothing speaks against
		/// it.
		pub fn why_not_assigned(provider: T::AccountId) -> Reason {
			Self::idle_reason(&provider)
		}

		/// A provider's offers: market, price, and tickets in the market's draw.
		pub fn offers(provider: T::AccountId) -> alloc::vec::Vec<(Market, Price<Balance>, u32)> {
			Self::offers_of(&provider)
		}

		/// What this pallet holds of an account's money.
		pub fn held_by(who: T::AccountId) -> alloc::vec::Vec<Held<Balance, BlockNumberFor<T>>> {
			Self::held(&who)
		}
	}
}
