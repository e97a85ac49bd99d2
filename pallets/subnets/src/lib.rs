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
mod gateways;
mod invariants;
#[cfg(test)]
mod mock;
mod parameters;
mod subnets;
#[cfg(test)]
mod tests;
mod types;
mod views;
pub mod weights;

pub use pallet::*;
pub use types::{
	Change, Gateway, GatewayStatus, MaxNameBytes, Name, Status, Subnet, SubnetSummary,
};
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{hold, Balanced, Credit, Inspect, InspectHold, MutateHold},
			Consideration, Footprint, OnUnbalanced,
		},
		DefaultNoBound,
	};
	use frame_system::pallet_prelude::*;
	use reckon_primitives::{Balance, Held, Reason, SubnetId};
	use reckon_support::{BondReturn, GatewayEndpoint, SubnetParameters};
	use sp_runtime::{traits::Convert, Permill};

	/// A subnet's record.
	pub type SubnetOf<T> =
		Subnet<<T as frame_system::Config>::AccountId, BlockNumberFor<T>, <T as Config>::Deposit>;
	/// A gateway's record.
	pub type GatewayOf<T> = Gateway<BlockNumberFor<T>>;
	/// What a fee or a slash takes away.
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

		/// The money that bonds are held in and fees are paid in.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ InspectHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ Balanced<Self::AccountId>
			+ hold::Balanced<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// What a subnet's owner leaves for its place in storage.
		type Deposit: Consideration<Self::AccountId, Footprint>;

		/// How much that is; the same that `Deposit` asks for.
		type DepositPrice: Convert<Footprint, Balance>;

		/// Who changes the rules of subnet 0.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Where the fees for creating subnets go.
		type OnFee: OnUnbalanced<CreditOf<Self>>;

		/// Where slashed bonds go.
		type OnSlash: OnUnbalanced<CreditOf<Self>>;

		/// What it costs to create a subnet, beside the deposit, in the smallest token unit. It is
		/// not returned: names and ids are used up.
		#[pallet::constant]
		type CreationFee: Get<Balance>;

		/// The most that a model's owner can ask of each charge; the same as in the store of models.
		#[pallet::constant]
		type MaxRoyalty: Get<Permill>;

		/// The least share of a charge that a subnet leaves to the provider, whatever the model.
		#[pallet::constant]
		type MinProviderShare: Get<Permill>;

		/// The least share of a charge that a subnet leaves to the treasury. Without it, subnets
		/// would use the chain's security for nothing, and work that people do for themselves
		/// would cost nothing.
		#[pallet::constant]
		type MinTreasuryShare: Get<Permill>;

		/// The most auditors of one piece of work.
		#[pallet::constant]
		type MaxCommittee: Get<u32>;

		/// The least part of any provider's work that is audited: nobody may be sure that it is
		/// not.
		#[pallet::constant]
		type MinAuditRate: Get<Permill>;

		/// The least bond that a subnet can ask of its providers, in the smallest token unit.
		#[pallet::constant]
		type ProviderBondFloor: Get<Balance>;

		/// The least bond that a subnet can ask of its gateways, in the smallest token unit.
		#[pallet::constant]
		type GatewayBondFloor: Get<Balance>;

		/// The shortest dispute window, in blocks: time for an audit.
		#[pallet::constant]
		type MinDisputeBlocks: Get<BlockNumberFor<Self>>;

		/// The longest dispute window, in blocks: bounds how long a provider waits for its money.
		#[pallet::constant]
		type MaxDisputeBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks between the announcement of a change and its coming into force: longer than any
		/// job, so that none has its rules changed under it without a word.
		#[pallet::constant]
		type ChangeDelayBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks for which a retired subnet is remembered: longer than any job can last, since it
		/// is settled by the subnet's rules.
		#[pallet::constant]
		type RetirementBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks between a gateway's leaving and having its bond back; the bond can be slashed for
		/// that long.
		#[pallet::constant]
		type UnbondingBlocks: Get<BlockNumberFor<Self>>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// A gateway's bond.
		#[codec(index = 0)]
		GatewayBond,
		/// The deposit for a subnet's place in storage.
		#[codec(index = 1)]
		SubnetDeposit,
	}

	/// The subnets, by id.
	// Twox: ids are the chain's own.
	#[pallet::storage]
	pub type Subnets<T: Config> = StorageMap<_, Twox64Concat, SubnetId, SubnetOf<T>, OptionQuery>;

	/// How many subnets there were, ever: the id of the next one. Ids are not used again.
	#[pallet::storage]
	pub type SubnetCount<T: Config> = StorageValue<_, SubnetId, ValueQuery>;

	/// The subnets' names.
	#[pallet::storage]
	pub type Names<T: Config> = StorageMap<_, Blake2_128Concat, Name, SubnetId, OptionQuery>;

	/// Who owns which subnets, and has left a deposit for them.
	#[pallet::storage]
	pub type OwnedSubnets<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Twox64Concat,
		SubnetId,
		(),
		OptionQuery,
	>;

	/// The retiring subnets, in the order in which they are removed.
	#[pallet::storage]
	pub type Retirements<T: Config> =
		StorageMap<_, Twox64Concat, u64, (SubnetId, BlockNumberFor<T>), OptionQuery>;

	/// The number of the first retirement that is not done, and of the next one to come.
	#[pallet::storage]
	pub type RetirementRange<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

	/// The gateways, by account.
	#[pallet::storage]
	pub type Gateways<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, GatewayOf<T>, OptionQuery>;

	/// The gateways of each subnet.
	#[pallet::storage]
	pub type SubnetGateways<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		SubnetId,
		Blake2_128Concat,
		T::AccountId,
		(),
		OptionQuery,
	>;

	/// The gateways' bonds, and parts of bonds, that are on their way back, in the order in which they
	/// are returned.
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

	/// The rules of subnet 0, the chain's own.
	#[pallet::genesis_config]
	#[derive(DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The rules.
		pub parameters: SubnetParameters,
		/// Nothing.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let founded = Pallet::<T>::found(self.parameters.clone());
			assert!(founded.is_ok(), "the rules of subnet 0 are not valid: {founded:?}");
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A subnet has been created.
		SubnetCreated {
			/// The subnet.
			subnet: SubnetId,
			/// Who created it.
			owner: T::AccountId,
			/// What it is called.
			name: Name,
		},
		/// Other rules have been announced; they take the place of what was announced before.
		ChangeAnnounced {
			/// The subnet.
			subnet: SubnetId,
			/// The first block in which they are in force.
			effective_at: BlockNumberFor<T>,
		},
		/// A subnet's owner would hand it on, or would no more.
		TransferProposed {
			/// The subnet.
			subnet: SubnetId,
			/// Who has it.
			from: T::AccountId,
			/// Who can have it by accepting; nobody when the owner keeps it.
			to: Option<T::AccountId>,
		},
		/// A subnet has another owner, who has left a deposit; the old owner has his back.
		SubnetTransferred {
			/// The subnet.
			subnet: SubnetId,
			/// Who had it.
			from: T::AccountId,
			/// Who has it.
			to: T::AccountId,
		},
		/// A subnet takes no new work any more.
		SubnetRetiring {
			/// The subnet.
			subnet: SubnetId,
			/// From which block on the chain removes it and returns the deposit.
			until: BlockNumberFor<T>,
		},
		/// A retired subnet is gone, its name is free, and its owner has the deposit back.
		SubnetRemoved {
			/// The subnet.
			subnet: SubnetId,
		},
		/// A gateway has registered.
		GatewayRegistered {
			/// The gateway.
			gateway: T::AccountId,
			/// Whose work it routes.
			subnet: SubnetId,
			/// Its bond.
			bond: Balance,
		},
		/// A gateway has raised its bond.
		GatewayBondRaised {
			/// The gateway.
			gateway: T::AccountId,
			/// The whole bond now.
			bond: Balance,
		},
		/// A gateway has taken out a part of its bond.
		GatewayBondLowered {
			/// The gateway.
			gateway: T::AccountId,
			/// What it has taken out.
			amount: Balance,
			/// The bond that is left.
			bond: Balance,
			/// From which block on the chain returns what was taken out.
			until: BlockNumberFor<T>,
		},
		/// A gateway has back what it has taken out of its bond.
		GatewayBondReturned {
			/// The gateway.
			gateway: T::AccountId,
			/// What was returned: less than was taken out, if it was slashed meanwhile.
			amount: Balance,
		},
		/// A gateway is reached elsewhere.
		GatewayUpdated {
			/// The gateway.
			gateway: T::AccountId,
		},
		/// A gateway is leaving.
		GatewayLeaving {
			/// The gateway.
			gateway: T::AccountId,
			/// From which block on the chain returns the bond.
			until: BlockNumberFor<T>,
		},
		/// A gateway has left and has its bond back.
		GatewayLeft {
			/// The gateway.
			gateway: T::AccountId,
			/// What was returned.
			bond: Balance,
		},
		/// A gateway has lost a part of its bond.
		GatewaySlashed {
			/// The gateway.
			gateway: T::AccountId,
			/// How much was taken.
			amount: Balance,
			/// What for.
			reason: Reason,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no such subnet; 0 always exists.
		UnknownSubnet,
		/// Only the subnet's owner may do this; subnet 0 has none.
		NotOwner,
		/// The subnet's owner has not proposed to hand it on to the signer.
		NotHeir,
		/// The subnet is retiring: it takes no new work and changes no more.
		IsRetiring,
		/// The name is empty, or has characters other than `a-z 0-9 . _ -`.
		NameInvalid,
		/// The name is taken; choose another.
		NameTaken,
		/// There are no ids left.
		TooManySubnets,
		/// The shares, with the constant `MaxRoyalty` of a model's owner, leave the provider less than
		/// the constant `MinProviderShare`.
		SharesTooHigh,
		/// The treasury's share is below the constant `MinTreasuryShare`.
		TreasuryShareTooLow,
		/// The committee is empty or larger than the constant `MaxCommittee`.
		CommitteeOutOfRange,
		/// The quorum is larger than the committee, or no majority of it.
		QuorumOutOfRange,
		/// The least audit rate is below the constant `MinAuditRate`.
		AuditRateTooLow,
		/// The least audit rate is above the highest.
		AuditRatesReversed,
		/// The bond asked of providers is below the constant `ProviderBondFloor`.
		ProviderBondTooLow,
		/// The bond asked of gateways is below the constant `GatewayBondFloor`.
		GatewayBondTooLow,
		/// The dispute window is shorter than the constant `MinDisputeBlocks` or longer than the
		/// constant `MaxDisputeBlocks`.
		DisputeWindowOutOfRange,
		/// The list of models is empty, so that nothing could be served; ask for `Open` instead.
		NoModels,
		/// The account is registered as a gateway already.
		AlreadyRegistered,
		/// The account is not registered as a gateway.
		NotRegistered,
		/// The bond is below what the subnet asks; see its `min_gateway_bond`.
		BondTooLow,
		/// The endpoint is empty, or has other characters than a URL: printable ASCII, no spaces.
		EndpointInvalid,
		/// An amount of nothing changes nothing.
		AmountZero,
		/// The gateway is leaving; wait until it has left and register again.
		IsLeaving,
		/// A part of the bond is on its way back; wait for it, one goes at a time.
		AlreadyUnbonding,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Creates a subnet, owned by the signer.
		///
		/// `name` is what people call it, of the characters `a-z 0-9 . _ -`; `parameters` are its
		/// rules, in force at once. Costs the constant `CreationFee`, which is not returned, and
		/// takes a deposit for the place in storage, which is.
		///
		/// Emits `SubnetCreated`.
		#[pallet::call_index(0)]
		pub fn create(
			origin: OriginFor<T>,
			name: Name,
			parameters: SubnetParameters,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_create(who, name, parameters)
		}

		/// Announces other rules (`parameters`) for the subnet `subnet`: they are in force after the
		/// constant `ChangeDelayBlocks`, and take the place of what was announced and is not in force
		/// yet. By the subnet's owner; for subnet 0 by the chain's government.
		///
		/// Emits `ChangeAnnounced`.
		#[pallet::call_index(1)]
		pub fn update(
			origin: OriginFor<T>,
			subnet: SubnetId,
			parameters: SubnetParameters,
		) -> DispatchResult {
			Self::do_update(origin, subnet, parameters)
		}

		/// Proposes to hand the signer's subnet `subnet` on to the account `to`, in place of whoever was
		/// named before; without `to` the signer keeps it. It stays the signer's until the other
		/// accepts.
		///
		/// Emits `TransferProposed`.
		#[pallet::call_index(2)]
		pub fn transfer(
			origin: OriginFor<T>,
			subnet: SubnetId,
			to: Option<T::AccountId>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_transfer(who, subnet, to)
		}

		/// Takes the signer's subnet `subnet` out of use, for good: it takes no new work and no new
		/// gateways. What runs ends by its rules. When the constant `RetirementBlocks` have passed,
		/// the chain itself removes it and returns the deposit.
		///
		/// Emits `SubnetRetiring`, and later `SubnetRemoved`.
		#[pallet::call_index(3)]
		pub fn retire(origin: OriginFor<T>, subnet: SubnetId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_retire(who, subnet)
		}

		/// Registers the signer as a gateway of the subnet `subnet`.
		///
		/// Holds `bond`, at least what the subnet asks for; `endpoint` is the URL at which clients
		/// reach the gateway. An account is a gateway of one subnet at a time.
		///
		/// Emits `GatewayRegistered`.
		#[pallet::call_index(4)]
		pub fn register_gateway(
			origin: OriginFor<T>,
			subnet: SubnetId,
			#[pallet::compact] bond: Balance,
			endpoint: GatewayEndpoint,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register_gateway(who, subnet, bond, endpoint)
		}

		/// Adds `amount` to the signer's bond as a gateway.
		///
		/// Emits `GatewayBondRaised`.
		#[pallet::call_index(5)]
		pub fn bond_extra(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_bond_extra(who, amount)
		}

		/// Changes the URL at which clients reach the signer's gateway to `endpoint`.
		///
		/// Emits `GatewayUpdated`.
		#[pallet::call_index(6)]
		pub fn update_gateway(origin: OriginFor<T>, endpoint: GatewayEndpoint) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_gateway(who, endpoint)
		}

		/// Ends the signer's business as a gateway. When the constant `UnbondingBlocks` have passed,
		/// the chain itself returns the bond; until then it can be slashed.
		///
		/// Emits `GatewayLeaving`, and later `GatewayLeft`.
		#[pallet::call_index(7)]
		pub fn leave_gateway(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_leave_gateway(who)
		}

		/// Takes over the subnet `subnet`, which its owner has proposed to hand on to the signer. Takes
		/// a deposit for the place in storage, and returns that of the old owner.
		///
		/// Emits `SubnetTransferred`.
		#[pallet::call_index(8)]
		pub fn accept_transfer(origin: OriginFor<T>, subnet: SubnetId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_accept_transfer(who, subnet)
		}

		/// Takes `amount` out of the signer's bond as a gateway, of which what its subnet asks for is to
		/// stay. When `UnbondingBlocks` have passed, the chain itself returns it. Until then slashes reach
		/// it, before the rest of the bond.
		///
		/// Emits `GatewayBondLowered`, and later `GatewayBondReturned`.
		#[pallet::call_index(9)]
		pub fn unbond_gateway(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_unbond_gateway(who, amount)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(now: BlockNumberFor<T>, limit: Weight) -> Weight {
			let used = Self::return_bonds(now, limit);
			used.saturating_add(Self::remove_retired(now, limit.saturating_sub(used)))
		}

		#[cfg(feature = "std")]
		fn integrity_test() {
			use sp_runtime::traits::Zero;
			let shares =
				[T::MaxRoyalty::get(), T::MinProviderShare::get(), T::MinTreasuryShare::get()];
			assert!(
				shares.iter().map(|share| share.deconstruct()).sum::<u32>() <= 1_000_000,
				"no shares would do"
			);
			assert!(T::MaxCommittee::get() > 0, "no committee would do");
			assert!(T::MinDisputeBlocks::get() <= T::MaxDisputeBlocks::get(), "no window would do");
			assert!(!T::MinDisputeBlocks::get().is_zero(), "a job is due after now, always");
			assert!(!T::ChangeDelayBlocks::get().is_zero(), "a change is announced");
			assert!(
				T::RetirementBlocks::get() > T::MaxDisputeBlocks::get(),
				"what is delivered is settled by its subnet's rules"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A subnet: its owner, the rules in force, and those that were announced.
		pub fn subnet(id: SubnetId) -> Option<SubnetSummary<T::AccountId, BlockNumberFor<T>>> {
			Self::summary(id)
		}

		/// The subnet of this name.
		pub fn subnet_by_name(name: Name) -> Option<SubnetId> {
			Names::<T>::get(name)
		}

		/// The subnets by id from `first` on, at most 100 of them; looks at 1,000 ids.
		pub fn subnets(
			first: SubnetId,
		) -> alloc::vec::Vec<SubnetSummary<T::AccountId, BlockNumberFor<T>>> {
			Self::summaries(first)
		}

		/// A gateway's record.
		pub fn gateway(gateway: T::AccountId) -> Option<GatewayOf<T>> {
			Gateways::<T>::get(gateway)
		}

		/// A subnet's gateways, at most 1,000 of them.
		pub fn gateways(subnet: SubnetId) -> alloc::vec::Vec<(T::AccountId, GatewayOf<T>)> {
			Self::gateways_of(subnet)
		}

		/// What this pallet holds of an account's money, for at most 1,000 subnets.
		pub fn held_by(who: T::AccountId) -> alloc::vec::Vec<Held<Balance, BlockNumberFor<T>>> {
			Self::held(&who)
		}
	}
}
