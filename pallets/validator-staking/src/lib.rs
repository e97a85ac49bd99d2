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
mod candidates;
mod delegations;
mod elections;
mod events;
mod invariants;
mod keys;
mod liveness;
#[cfg(test)]
mod mock;
mod slashes;
#[cfg(test)]
mod tests;
mod types;
mod unbonding;
mod views;
pub mod weights;

use frame_support::pallet_macros::import_section;

pub use keys::SessionQueue;
pub use pallet::*;
pub use types::{
	BackersOf, Candidate, ChillReason, NextElection, Slash, SlashId, Snapshot, Staker, Status,
	Unbonding,
};
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of.
#[allow(clippy::expect_used)]
#[import_section(events::staking_events)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{hold::Balanced, Credit, Inspect, InspectHold, MutateHold},
			DisabledValidators, EstimateNextSessionRotation, OnUnbalanced, ValidatorRegistration,
			ValidatorSet,
		},
	};
	use frame_system::pallet_prelude::*;
	use pallet_session::SessionInterface;
	use reckon_primitives::{Balance, Held};
	use reckon_support::EraIndex;
	use sp_runtime::{Perbill, Permill};
	use sp_staking::SessionIndex;

	/// What a slash takes away.
	pub type CreditOf<T> = Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;
	/// The ids of slashes to cancel.
	pub type SlashIds = BoundedVec<SlashId, ConstU32<{ slashes::MAX_CANCELLED }>>;

	/// The version of this pallet's storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// What the calls and hooks weigh.
		type WeightInfo: WeightInfo;

		/// The money that stake is held in.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ InspectHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ Balanced<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// The sessions: who validates now and next, and who has keys; disables offenders.
		type Session: SessionInterface<AccountId = Self::AccountId, ValidatorId = Self::AccountId>
			+ SessionQueue<Self::AccountId>
			+ DisabledValidators
			+ ValidatorRegistration<Self::AccountId>
			+ ValidatorSet<Self::AccountId, ValidatorId = Self::AccountId>;

		/// Says when the next session begins.
		type NextSessionRotation: EstimateNextSessionRotation<BlockNumberFor<Self>>;

		/// Sets how many validators there are.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Cancels slashes.
		type CancelOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Where slashed stake goes, less the reporters' shares.
		type OnSlash: OnUnbalanced<CreditOf<Self>>;

		/// Sessions in an era. Can't change after launch: eras are counted by it.
		#[pallet::constant]
		type SessionsPerEra: Get<SessionIndex>;

		/// The fewest validators: with fewer to elect, the old ones stay.
		#[pallet::constant]
		type MinValidators: Get<u32>;

		/// The most validators: bounds the work of an election and of a session's end.
		#[pallet::constant]
		type MaxValidators: Get<u32>;

		/// The most candidates: bounds the work of an election.
		#[pallet::constant]
		type MaxCandidates: Get<u32>;

		/// The most backers of one candidate: bounds the size of its record.
		#[pallet::constant]
		type MaxDelegationsPerCandidate: Get<u32>;

		/// The most candidates that one account can delegate to.
		#[pallet::constant]
		type MaxDelegationsPerDelegator: Get<u32>;

		/// The most amounts that one account can have on their way back at once, with a place
		/// kept for each of its delegations and for its own stake.
		#[pallet::constant]
		type MaxUnbondings: Get<u32>;

		/// The least own stake of a candidate, in the smallest token unit.
		#[pallet::constant]
		type MinCandidateBond: Get<Balance>;

		/// The least delegation, in the smallest token unit.
		#[pallet::constant]
		type MinDelegation: Get<Balance>;

		/// By how much a commission can rise in one era: backers have time to see it.
		#[pallet::constant]
		type MaxCommissionRise: Get<Permill>;

		/// Eras between the last era in which stake could be at risk and its return: longer than
		/// offences can be reported and slashes are deferred, together.
		#[pallet::constant]
		type UnbondingEras: Get<EraIndex>;

		/// Eras for which an offence can be reported. Reports that come later cost nothing.
		#[pallet::constant]
		type ReportEras: Get<EraIndex>;

		/// Eras between an offence's report and its slash: the time in which it can be cancelled.
		#[pallet::constant]
		type SlashDeferEras: Get<EraIndex>;

		/// Eras for which it is remembered who stood behind which validator.
		#[pallet::constant]
		type HistoryEras: Get<EraIndex>;

		/// The share of the validator's own part of a slash that goes to who reported the offence first.
		#[pallet::constant]
		type ReporterReward: Get<Permill>;

		/// Sessions in a row without a block after which a validator is chilled.
		#[pallet::constant]
		type MaxAbsentSessions: Get<u32>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// A candidate's own stake.
		#[codec(index = 0)]
		Stake,
		/// Stake that was delegated to a candidate.
		#[codec(index = 1)]
		Delegation,
	}

	/// The candidates for the validators' seats, by account.
	// Blake2: anybody can be a candidate under any account.
	#[pallet::storage]
	pub type Candidates<T: Config> =
		CountedStorageMap<_, Blake2_128Concat, T::AccountId, Candidate, OptionQuery>;

	/// Who has delegated how much to whom, by candidate. Those of candidates that have left are
	/// sent back by the chain itself.
	#[pallet::storage]
	pub type Backers<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, BackersOf<T>, ValueQuery>;

	/// To whom each account has delegated, and what it has on its way back.
	#[pallet::storage]
	pub type Stakers<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, Staker<T>, ValueQuery>;

	/// The accounts that have stake on its way back, in the order in which it is free.
	#[pallet::storage]
	pub type Unbondings<T: Config> =
		StorageMap<_, Twox64Concat, u64, (T::AccountId, EraIndex), OptionQuery>;

	/// The number of the first unbonding that is not done, and of the next one to come.
	#[pallet::storage]
	pub type UnbondingRange<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

	/// The candidates that have left and whose backers are to have their stake back, with the era
	/// in which they left.
	#[pallet::storage]
	pub type Departures<T: Config> =
		StorageMap<_, Twox64Concat, u64, (T::AccountId, EraIndex), OptionQuery>;

	/// The number of the first departure that is not done, and of the next one to come.
	#[pallet::storage]
	pub type DepartureRange<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

	/// How many validators are elected, if there are so many candidates.
	#[pallet::storage]
	pub type ValidatorCount<T: Config> = StorageValue<_, u32, ValueQuery, T::MaxValidators>;

	/// The validators that have authored a block in this session.
	#[pallet::storage]
	pub type Authors<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, (), OptionQuery>;

	/// The validators that were reported for an offence and not left out yet, and how bad the worst
	/// was: they are disabled for as long, if not too many are.
	#[pallet::storage]
	pub type Offenders<T: Config> =
		StorageValue<_, BoundedVec<(T::AccountId, Perbill), T::MaxValidators>, ValueQuery>;

	/// What stood behind each validator, by era and validator.
	// Twox for the era: it is the chain's own.
	#[pallet::storage]
	pub type Exposures<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		EraIndex,
		Blake2_128Concat,
		T::AccountId,
		Snapshot<T>,
		OptionQuery,
	>;

	/// The oldest era that is remembered.
	#[pallet::storage]
	pub type OldestEra<T: Config> = StorageValue<_, EraIndex, ValueQuery>;

	/// The slashes that are not applied yet, by number: in the order in which they are due, with
	/// gaps where one was cancelled.
	#[pallet::storage]
	pub type Slashes<T: Config> =
		StorageMap<_, Twox64Concat, SlashId, Slash<T::AccountId>, OptionQuery>;

	/// The number of the first slash that is not done, and of the next one to come.
	#[pallet::storage]
	pub type SlashRange<T: Config> = StorageValue<_, (SlashId, SlashId), ValueQuery>;

	/// The validators of the chain's first era.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The candidates and their own stakes; their commissions are zero.
		pub candidates: Vec<(T::AccountId, Balance)>,
		/// How many of them validate; 0 for as many as can be.
		pub validator_count: u32,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Pallet::<T>::build_genesis(self.validator_count, &self.candidates);
		}
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account is a candidate already.
		AlreadyCandidate,
		/// The account is not a candidate.
		NotCandidate,
		/// The candidate is leaving: it has its seat still, and can `resume`, or its backers do not
		/// have their stake back yet; try again in a few blocks.
		StillLeaving,
		/// A candidate keeps its session keys: `leave` first, or set other ones.
		StillCandidate,
		/// Who has a seat, in this session or the next, keeps its session keys; try again when
		/// another one has it.
		StillSeated,
		/// The own stake would be below the least that is asked; see the constant
		/// `MinCandidateBond`, or leave.
		BondTooLow,
		/// There are as many candidates as can be; bond more than the lowest has behind it.
		TooManyCandidates,
		/// An amount of nothing changes nothing.
		AmountZero,
		/// That is more than is staked there.
		AmountTooHigh,
		/// The delegation would be below the least that is asked; see the constant
		/// `MinDelegation`, or take all of it.
		DelegationTooLow,
		/// A candidate has no delegation to itself; use `bond_extra`.
		OwnCandidate,
		/// The account has delegated nothing to this candidate.
		NotDelegated,
		/// The account has delegated to as many candidates as it can.
		TooManyDelegations,
		/// The candidate has as many backers as it can; delegate more than the lowest of them.
		TooManyBackers,
		/// Too many amounts are on their way back; wait until one has arrived.
		TooManyUnbondings,
		/// Nothing is free yet; see `held_by`.
		NothingToWithdraw,
		/// A slash is due and comes first; try again in a few blocks.
		SlashPending,
		/// The candidate is chilled already.
		AlreadyChilled,
		/// The candidate is not chilled, and does not leave.
		NotChilled,
		/// The candidate may not resume, or leave, yet; see its status.
		ChilledForLonger,
		/// The commission would rise by more than the constant `MaxCommissionRise`, or for the
		/// second time in an era.
		CommissionRise,
		/// The number of validators is below the constant `MinValidators` or above
		/// `MaxValidators`.
		CountOutOfRange,
		/// There is no such slash.
		UnknownSlash,
		/// The slash has begun and can be cancelled no more.
		SlashBegun,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Makes the signer a candidate for the validators' seats.
		///
		/// Holds `bond` as its own stake. `commission` is its share of what its backers earn. To be
		/// elected, it must also have set its session keys. If there are as many candidates as can
		/// be, the one with the least behind it makes room, if that is less than `bond`.
		///
		/// Emits `CandidateJoined`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::join().max(T::WeightInfo::displace()))]
		pub fn join(
			origin: OriginFor<T>,
			#[pallet::compact] bond: Balance,
			commission: Permill,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let displaced = Self::do_join(who, bond, commission)?;
			Ok((!displaced).then(T::WeightInfo::join).into())
		}

		/// Adds `amount` to the signer's own stake as a candidate.
		///
		/// Emits `BondRaised`.
		#[pallet::call_index(1)]
		pub fn bond_extra(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_bond_extra(who, amount)
		}

		/// Takes `amount` out of the signer's own stake, of which at least `MinCandidateBond` must
		/// remain. The chain itself returns it when it can be slashed no more.
		///
		/// Emits `UnbondingStarted`, and later `StakeReturned`.
		#[pallet::call_index(2)]
		pub fn unbond(origin: OriginFor<T>, #[pallet::compact] amount: Balance) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_unbond(who, amount)
		}

		/// Returns the signer's stake that is free. The chain does so by itself when a block has
		/// room; this is for those who can't wait.
		///
		/// Emits `StakeReturned`.
		#[pallet::call_index(3)]
		pub fn withdraw(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw(who)
		}

		/// Stands for election no more, for now. The seat is given up with the session that is planned next, if
		/// enough validators remain.
		///
		/// Emits `CandidateChilled`.
		#[pallet::call_index(4)]
		pub fn chill(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_chill(who)
		}

		/// Stands for election again. After an offence, not before its slash is due. Who leaves can
		/// stay so, as long as it has its seat.
		///
		/// Emits `CandidateResumed`.
		#[pallet::call_index(5)]
		pub fn resume(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_resume(who)
		}

		/// Is a candidate no more; not while it is chilled for an offence. All its own stake is on its
		/// way back, and the chain itself sends its backers' stake back too. Who has a seat leaves when
		/// a session is planned without it; until then all stake stays at risk, and earns.
		///
		/// Emits `CandidateLeaving` if it has a seat; then, or at once, `CandidateLeft`, and
		/// `UnbondingStarted` for each stake behind it.
		#[pallet::call_index(6)]
		pub fn leave(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_leave(who)
		}

		/// Sets the signer's `commission`, as of the next election. It can fall at any time, and
		/// rise once an era by `MaxCommissionRise`.
		///
		/// Emits `CommissionSet`.
		#[pallet::call_index(7)]
		pub fn set_commission(origin: OriginFor<T>, commission: Permill) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_commission(who, commission)
		}

		/// Puts `amount` of the signer's money behind `candidate`, or adds it to what is there. It
		/// shares the candidate's rewards and slashes as of the next election. If the candidate has
		/// as many backers as can be, the lowest makes room, if it has less than `amount`.
		///
		/// Emits `Delegated`.
		#[pallet::call_index(8)]
		pub fn delegate(
			origin: OriginFor<T>,
			candidate: T::AccountId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_delegate(who, candidate, amount)
		}

		/// Takes back `amount` of what the signer has delegated to `candidate`: all of it, or so
		/// that at least `MinDelegation` remains. The chain itself returns it when it can be slashed
		/// no more.
		///
		/// Emits `UnbondingStarted`, and later `StakeReturned`.
		#[pallet::call_index(9)]
		pub fn undelegate(
			origin: OriginFor<T>,
			candidate: T::AccountId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_undelegate(who, candidate, amount)
		}

		/// Sets how many validators are elected, if there are so many candidates: `count`, as of
		/// the next election. For governance.
		///
		/// Emits `ValidatorCountSet`.
		#[pallet::call_index(10)]
		pub fn set_validator_count(origin: OriginFor<T>, count: u32) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_validator_count(count)
		}

		/// Cancels slashes that have not begun, named by their `ids`. Those that were chilled for
		/// them stay so until the slash would have been due. For governance.
		///
		/// Emits `SlashCancelled` for each.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::cancel_slashes(ids.len() as u32))]
		pub fn cancel_slashes(origin: OriginFor<T>, ids: SlashIds) -> DispatchResult {
			T::CancelOrigin::ensure_origin(origin)?;
			Self::do_cancel_slashes(ids)
		}

		/// Removes the signer's session keys and returns the deposit for them. Not as long as it is a
		/// candidate or has a seat, in this session or the next.
		///
		/// Emits `KeysPurged`.
		#[pallet::call_index(12)]
		pub fn purge_keys(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_purge_keys(who)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::work_off(limit)
		}

		#[cfg(feature = "std")]
		fn integrity_test() {
			Self::check_constants();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A candidate's record.
		pub fn candidate(who: T::AccountId) -> Option<Candidate> {
			Candidates::<T>::get(who)
		}

		/// All candidates, those with the most behind them first.
		pub fn candidates() -> Vec<(T::AccountId, Candidate)> {
			Self::ranked()
		}

		/// Who has delegated how much to a candidate.
		pub fn backers_of(candidate: T::AccountId) -> Vec<(T::AccountId, Balance)> {
			Backers::<T>::get(candidate).into_inner()
		}

		/// To whom an account has delegated how much.
		pub fn delegations_of(who: T::AccountId) -> Vec<(T::AccountId, Balance)> {
			Self::delegations(&who)
		}

		/// What stood behind a validator in an era, as long as that is remembered.
		pub fn exposure(era: EraIndex, validator: T::AccountId) -> Option<Snapshot<T>> {
			Exposures::<T>::get(era, validator)
		}

		/// What this pallet holds of an account's money.
		pub fn held_by(who: T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
			Self::held(&who)
		}

		/// The slashes that are not applied yet, for at most 1,000.
		pub fn unapplied_slashes() -> Vec<(SlashId, Slash<T::AccountId>)> {
			Self::slashes()
		}

		/// The current era.
		pub fn current_era() -> EraIndex {
			Self::era_now()
		}

		/// When validators are next elected: what is staked by then counts.
		pub fn next_election() -> NextElection<BlockNumberFor<T>> {
			Self::election_to_come()
		}

		/// The least that a new candidate needs behind it to be elected as things stand.
		pub fn stake_to_be_elected() -> Balance {
			Self::lowest_seat()
		}
	}
}
