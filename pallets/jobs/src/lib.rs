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

mod agenda;
mod assign;
mod audits;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod compare;
mod events;
mod invariants;
#[cfg(test)]
mod mock;
mod money;
mod submit;
#[cfg(test)]
mod tests;
mod turns;
mod types;
mod views;
mod weighing;
pub mod weights;

use frame_support::pallet_macros::import_section;

pub use pallet::*;
pub use types::Ledger;
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of.
#[allow(clippy::expect_used)]
#[import_section(events::jobs_events)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, InspectHold, MutateHold},
			Randomness, UnixTime,
		},
	};
	use frame_system::pallet_prelude::*;
	use reckon_primitives::{
		Assignment, Assurance, Balance, Comparison, Content, ContentRef, Delivery, Held,
		InlineBytes, Job, JobId, JobRequest, Market, ModelId, Reason, SubnetId, Units, Verdict,
		MAX_REPLICAS,
	};
	use reckon_support::{
		Auditing, EscrowSource, ModelInspect, OnJobSettled, OnProviderOutcome, ProviderPool,
		ReputationInspect, SubnetInspect,
	};
	use sp_core::H256;

	/// A job's record.
	pub type JobOf<T> = Job<<T as frame_system::Config>::AccountId, Balance, BlockNumberFor<T>>;
	/// What a client asks for.
	pub type RequestOf<T> =
		JobRequest<<T as frame_system::Config>::AccountId, Balance, BlockNumberFor<T>>;
	/// A comparison's record.
	pub type ComparisonOf<T> =
		Comparison<<T as frame_system::Config>::AccountId, Balance, BlockNumberFor<T>>;

	/// The version of this pallet's storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>, Hash = H256> {
		/// What the calls and hooks weigh.
		type WeightInfo: WeightInfo;

		/// The money that jobs are paid in.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ InspectHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// The providers to draw from.
		type Providers: ProviderPool<Self::AccountId, Balance>;

		/// The store of models.
		type Models: ModelInspect<Self::AccountId>;

		/// The providers' reputations.
		type Reputation: ReputationInspect<Self::AccountId>;

		/// The subnets' rules.
		type Subnets: SubnetInspect;

		/// Has answers audited.
		type Audits: Auditing<Self::AccountId, Balance>;

		/// Is told how each provider's turn ended.
		type OnOutcome: OnProviderOutcome<Self::AccountId, Balance, BlockNumberFor<Self>>;

		/// Is told of each paid job.
		type OnSettled: OnJobSettled<Self::AccountId, Balance>;

		/// What clients have earned and not claimed: goes into escrow when their money does not
		/// suffice.
		type Earnings: EscrowSource<Self::AccountId, Balance>;

		/// Where the draws' randomness comes from, asked at a block's start. Nobody may know it
		/// when signing what leads to a draw: the block before is enough.
		type Randomness: Randomness<Option<H256>, BlockNumberFor<Self>>;

		/// The chain's clock, to refuse deliveries from a future.
		type Time: UnixTime;

		/// Who has the treasury's share of each charge.
		type Treasury: Get<Self::AccountId>;

		/// What auditors are paid from.
		type AuditPot: Get<Self::AccountId>;

		/// How often to draw for a job. Eight: with half of all providers busy, all eight are in
		/// one case of 256.
		#[pallet::constant]
		type Draws: Get<u32>;

		/// The fewest blocks that a provider has for a job, and a client can give.
		#[pallet::constant]
		type MinTurnBlocks: Get<BlockNumberFor<Self>>;

		/// The farthest deadline, in blocks from the submission: bounds how long money is held.
		#[pallet::constant]
		type MaxDeadlineBlocks: Get<BlockNumberFor<Self>>;

		/// The most blocks to the deadline of replicas, and of those who compute a disputed answer
		/// again: bounds how long an answer waits for the others.
		#[pallet::constant]
		type MaxComparisonBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks after its assignment in which a job can be declined without a mark.
		#[pallet::constant]
		type GraceBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks for which the chain remembers a job that has ended, and its answer.
		#[pallet::constant]
		type RetentionBlocks: Get<BlockNumberFor<Self>>;

		/// The longest payload, in bytes, inline or not.
		#[pallet::constant]
		type MaxPayloadBytes: Get<u32>;

		/// The longest answer, in bytes, inline or not.
		#[pallet::constant]
		type MaxAnswerBytes: Get<u32>;

		/// The most units that an answer can be asked to have.
		#[pallet::constant]
		type MaxOutputUnits: Get<u32>;

		/// How far a worker's clock may be ahead of the chain's, in milliseconds.
		#[pallet::constant]
		type MaxClockLeadMillis: Get<u64>;

		/// How many due jobs each block handles whatever else it does; what is left over waits
		/// for spare weight or the next block.
		#[pallet::constant]
		type DuePerBlock: Get<u32>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The maximum prices of a client's jobs.
		#[codec(index = 0)]
		Escrow,
	}

	/// The jobs, until `RetentionBlocks` after their end.
	// Identity: a job's id is a hash that contains the chain's own counter.
	#[pallet::storage]
	pub type Jobs<T: Config> = StorageMap<_, Identity, JobId, JobOf<T>, OptionQuery>;

	/// The payloads that came inline, as long as their jobs are remembered; one for all jobs of a
	/// comparison, under its id.
	#[pallet::storage]
	pub type Payloads<T: Config> = StorageMap<_, Identity, JobId, InlineBytes, OptionQuery>;

	/// The answers that came inline, as long as their jobs are remembered.
	#[pallet::storage]
	pub type Answers<T: Config> = StorageMap<_, Identity, JobId, InlineBytes, OptionQuery>;

	/// The comparisons, by their first job's id, as long as one of their jobs is remembered.
	#[pallet::storage]
	pub type Comparisons<T: Config> = StorageMap<_, Identity, JobId, ComparisonOf<T>, OptionQuery>;

	/// How many jobs have been submitted, ever.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type JobCount<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// The jobs of each client that are remembered.
	#[pallet::storage]
	pub type ClientJobs<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, JobId, (), OptionQuery>;

	/// The jobs that each provider is to deliver.
	#[pallet::storage]
	pub type ProviderJobs<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, JobId, (), OptionQuery>;

	/// What each client has deposited, paid and been refunded, as long as its account is there.
	#[pallet::storage]
	pub type Ledgers<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Ledger, ValueQuery>;

	/// The block at whose start the chain looks at each job again: every job stands here once.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Identity, JobId, (), OptionQuery>;

	/// The first block of the agenda that may not be worked off.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	#[pallet::error]
	pub enum Error<T> {
		/// There is no such subnet; 0 always exists.
		UnknownSubnet,
		/// The subnet is being retired and takes no new jobs.
		SubnetClosed,
		/// The subnet's rules do not admit the model; see `Subnets.subnet`.
		ModelNotInSubnet,
		/// The store has no such model; see `Models.Names`.
		UnknownModel,
		/// The model takes no new jobs.
		ModelDeprecated,
		/// The model can't do this kind of task.
		TaskUnsupported,
		/// There is nothing in the payload.
		PayloadEmpty,
		/// The payload is longer than the constant `MaxPayloadBytes`.
		PayloadTooLong,
		/// The sampling parameters are out of range: at most `MaxOutputUnits` of output,
		/// `top_k` at most 64, `top_p_milli` from 1 to 1000, `temperature_milli` at most 10000.
		SamplingOutOfRange,
		/// A job can't be had for nothing; ask `quote` for a price.
		PriceZero,
		/// The deadline is not after the current block.
		DeadlinePassed,
		/// The deadline is not more than the constant `MinTurnBlocks` away.
		DeadlineTooSoon,
		/// The deadline is farther than `MaxDeadlineBlocks`; for replicas, `MaxComparisonBlocks`.
		DeadlineTooFar,
		/// Answers of this model can't be audited, as it is not calibrated; ask for `Optimistic`.
		AssuranceUnavailable,
		/// What is attested is computed once; ask for 1 replica.
		ReplicasAttested,
		/// This chain knows only public jobs yet; ask for `Public`.
		PrivacyUnavailable,
		/// There can be 1 replica, or as many as the constant `MaxReplicas`.
		ReplicasOutOfRange,
		/// Replicas are computed by different providers; name none.
		ReplicasByOneProvider,
		/// Honest answers of this model may differ, so they can't be compared.
		NotComparable,
		/// The chain has no such job, or has forgotten it.
		UnknownJob,
		/// Only the job's client may do this.
		NotClient,
		/// Only a job that waits for a provider can be cancelled.
		NotOpen,
		/// A provider has one of the jobs that this one is compared with; they end together.
		ComparisonBegun,
		/// Only an answer that is on chain and not yet paid can be disputed.
		NotDelivered,
		/// The job's dispute window has passed.
		DisputeTooLate,
		/// The job's answer is compared with others already.
		AlreadyCompared,
		/// Auditors decide on the answer, or the lot whether they do is not drawn yet; wait for them.
		UnderAudit,
		/// The signer is no provider's worker.
		NotAWorker,
		/// The job is not with the signer's provider.
		NotAssignedToYou,
		/// The provider has delivered this job already; the first delivery stands.
		AlreadyDelivered,
		/// The provider's deadline for this job has passed.
		DeliveryTooLate,
		/// Answers of this model may be audited, so a delivery has a commitment.
		CommitmentMissing,
		/// The answer is longer than the constant `MaxAnswerBytes`.
		AnswerTooLong,
		/// There is nothing in the answer, though it is an embedding or claims units of output.
		AnswerEmpty,
		/// The delivery claims more units than the payload and parameters allow.
		UnitsAboveLimit,
		/// The work ended before it began; check the worker's clock.
		TimesReversed,
		/// The work ended in the future; check the worker's clock.
		ClockAhead,
		/// This reason is not one to decline with.
		NotADeclineReason,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Asks for an inference, in the words of `request`.
		///
		/// Holds the request's `max_price`; what the signer's money lacks is claimed from its rewards.
		/// At the start of the next block the job goes to a provider drawn at random, or waits for
		/// one. What the work does not cost comes back when it is paid; all of it comes back when
		/// there is no answer by the deadline. All of this happens by itself.
		///
		/// With `replicas` of 2 or more there are so many jobs, each with an equal part of
		/// `max_price`, for different providers. What most of them answer is paid, the others are not.
		///
		/// Emits `JobSubmitted` for each job, `ComparisonOpened` if there are several, and in the
		/// next block `JobAssigned` or `JobWaiting`.
		#[pallet::call_index(0)]
		#[pallet::weight(
			Pallet::<T>::submission_weight(request).saturating_add(T::Earnings::draw_weight())
		)]
		pub fn submit_job(
			origin: OriginFor<T>,
			request: RequestOf<T>,
		) -> DispatchResultWithPostInfo {
			let client = ensure_signed(origin)?;
			let without_earnings = Self::submission_weight(&request);
			let claimed = Self::do_submit(client, request)?;
			Ok((!claimed).then_some(without_earnings).into())
		}

		/// Hands in the answer to `job`. Signed by the worker of the provider that has the job; the
		/// `delivery` costs nothing when it is accepted, and is accepted once.
		///
		/// Emits `JobDelivered`, and `ComparisonDecided` if it is the last one that is compared.
		#[pallet::call_index(1)]
		#[pallet::weight(
			Pallet::<T>::delivery_weight(&delivery.output)
				.saturating_add(T::WeightInfo::compare().max(T::Audits::submit_weight()))
		)]
		pub fn deliver(
			origin: OriginFor<T>,
			job: JobId,
			delivery: Delivery<Content>,
		) -> DispatchResultWithPostInfo {
			let worker = ensure_signed(origin)?;
			let alone = Self::delivery_weight(&delivery.output);
			let (compared, audited) = Self::do_deliver(worker, job, delivery)?;
			Ok(((!compared && !audited).then_some(alone), Pays::No).into())
		}

		/// Gives `job` back for a `reason`, so that another provider can have it. Signed by the worker
		/// of the provider that has the job. Without a mark within `GraceBlocks` of the assignment;
		/// later it counts as a missed deadline. Unless the client named the provider, the place that
		/// the job had rests for a while.
		///
		/// Emits `JobDeclined`, and `JobRefunded` or, in the next block, `JobAssigned`,
		/// `JobWaiting` or `JobRefunded`.
		#[pallet::call_index(2)]
		#[pallet::weight(Pallet::<T>::decline_weight())]
		pub fn decline(
			origin: OriginFor<T>,
			job: JobId,
			reason: Reason,
		) -> DispatchResultWithPostInfo {
			let worker = ensure_signed(origin)?;
			Self::do_decline(worker, job, reason)?;
			Ok(Pays::No.into())
		}

		/// Withdraws the client's own `job` that no provider has, nor any that it is compared with.
		///
		/// Emits `JobRefunded`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::cancel().saturating_add(T::WeightInfo::compare()))]
		pub fn cancel(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let client = ensure_signed(origin)?;
			Self::do_cancel(client, job)
		}

		/// Doubts the answer to `job`, which is on chain and not yet paid. Signed by its client.
		///
		/// Holds twice the job's `max_price` for two other providers, who compute the answer again
		/// from the same seed. The answer of two out of three is right. If the first one is, it is
		/// paid, and the others that say the same, out of what is held. If it is wrong, its price
		/// comes back, and its provider pays for the others as far as the bond that one job stands
		/// on reaches. If nothing is shown, the first is paid and the rest comes back.
		///
		/// Emits `JobDisputed`, `JobSubmitted` for each of the others, and `ComparisonOpened`; later
		/// `ComparisonDecided`.
		#[pallet::call_index(4)]
		#[pallet::weight(Pallet::<T>::dispute_weight().saturating_add(T::Earnings::draw_weight()))]
		pub fn dispute(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
			let client = ensure_signed(origin)?;
			let claimed = Self::do_dispute(client, job)?;
			Ok((!claimed).then_some(Self::dispute_weight()).into())
		}
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// The most replicas of a job, whose answers are compared.
		#[pallet::constant_name(MaxReplicas)]
		fn max_replicas() -> u32 {
			MAX_REPLICAS
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::work_off_some(now)
		}

		fn on_idle(now: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::work_off_more(now, limit)
		}

		#[cfg(feature = "std")]
		fn integrity_test() {
			Self::ensure_constants_fit();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A job's record.
		pub fn job(job: JobId) -> Option<JobOf<T>> {
			Jobs::<T>::get(job)
		}

		/// A job's answer, when it came inline.
		pub fn answer(job: JobId) -> Option<InlineBytes> {
			Answers::<T>::get(job)
		}

		/// Why a job is where it is.
		pub fn why(job: JobId) -> Option<Reason> {
			Self::reason(job)
		}

		/// The comparison that a job's answer is part of, if it is.
		pub fn comparison(job: JobId) -> Option<ComparisonOf<T>> {
			Self::comparison_of(job)
		}

		/// What a provider is to deliver.
		pub fn assigned_to(
			provider: T::AccountId,
		) -> alloc::vec::Vec<Assignment<BlockNumberFor<T>>> {
			Self::assignments(&provider)
		}

		/// A client's remembered jobs, at most 1,000 of them.
		pub fn jobs_of(client: T::AccountId) -> alloc::vec::Vec<(JobId, JobOf<T>)> {
			Self::client_jobs(&client)
		}

		/// What this pallet holds of an account's money, job by job, for at most 1,000 jobs. Looks
		/// at 10,000 remembered jobs; the sum of all is in `Ledgers`.
		pub fn held_by(who: T::AccountId) -> alloc::vec::Vec<Held<Balance, BlockNumberFor<T>>> {
			Self::held(&who)
		}

		/// What a client has ever put into jobs, and what became of it.
		pub fn ledger_of(client: T::AccountId) -> Ledger {
			Ledgers::<T>::get(client)
		}

		/// The least `max_price` at which one of the providers drawn now would take such a job in
		/// the subnet, with its audit if it is to be attested; `None` when nobody is there. The
		/// charge is for the work done and mostly far lower.
		pub fn quote(
			subnet: SubnetId,
			model: ModelId,
			payload_bytes: u32,
			max_output: u32,
			assurance: Assurance,
		) -> Option<Balance> {
			let market = Market { subnet, model };
			Self::least_price(market, payload_bytes, max_output, assurance)
		}
	}
}
