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
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod conduct;
mod draw;
mod entry;
mod invariants;
mod keys;
#[cfg(test)]
mod mock;
mod offchain;
mod phases;
mod rulings;
mod tally;
#[cfg(test)]
mod tests;
mod types;
mod views;
mod votes;
mod weighing;
pub mod weights;

#[cfg(feature = "std")]
pub use keys::AuditPair;
pub use keys::{AuditId, AuditSignature, AUDIT_KEY_TYPE};
pub use offchain::{AuditorStatus, VerifierSettings, STATUS_KEY, VERIFIER_KEY};
pub use pallet::*;
pub use types::{
	Asked, Audit, Auditor, Ballot, Batch, Commit, Conduct, Decline, Duty, Inquiry, Instance,
	Offences, Opened, Opinion, Opinions, Phase, Reveal, RowsSeen, Said, Seat, Seats, Statement,
	DRAW_DELAY, MAX_EARLIER, MAX_RETRIES, MAX_SEATS, MAX_VOTES,
};
pub use votes::{payload, COMMITS, DECLINES, REVEALS};
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, InspectHold, Mutate, MutateHold},
			Randomness,
		},
	};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
	use reckon_primitives::{Balance, Held, JobId};
	use reckon_support::{
		AuditOutcome, AuditSubjects, AuditedBatches, Cause, ModelInspect, OnAuditVote,
		ProviderPool, ReputationInspect, StakeInspect, SubnetInspect, ValidatorPenalty,
	};
	use reckon_verification::{Fingerprint, Grade};
	use sp_core::H256;
	use sp_runtime::{Perbill, Permill};

	/// An audit's record.
	pub type AuditOf<T> = Audit<<T as frame_system::Config>::AccountId, Balance, BlockNumberFor<T>>;

	/// The version of this pallet's storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<RuntimeEvent: From<Event<Self>>>
	{
		/// What the calls and hooks weigh.
		type WeightInfo: WeightInfo;

		/// The money that clients pay for audits in.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ InspectHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// The answers that are audited, and who carries out the rulings on them.
		type Subjects: AuditSubjects<Self::AccountId, Balance>;

		/// The batches that are audited, and who carries out the rulings on them.
		type Batches: AuditedBatches<Self::AccountId>;

		/// The store, which has the models' thresholds.
		type Models: ModelInspect<Self::AccountId>;

		/// The providers: whose worker is whose, and what they stand for their work with.
		type Providers: ProviderPool<Self::AccountId, Balance>;

		/// The providers' reputations.
		type Reputation: ReputationInspect<Self::AccountId>;

		/// The subnets' rules.
		type Subnets: SubnetInspect;

		/// The eras.
		type Stake: StakeInspect<Self::AccountId, Balance>;

		/// Takes stake from auditors.
		type Penalties: ValidatorPenalty<Self::AccountId>;

		/// Is told of each vote that agrees with how its audit ended.
		type OnVote: OnAuditVote<Self::AccountId>;

		/// What is stirred into the draws' randomness at each block's start: what the author of the
		/// block before could not choose, though it may have known it long ago. A draw is made from
		/// that of `DRAW_DELAY - 1` blocks together, none of them older than what it is about.
		type Randomness: Randomness<Option<H256>, BlockNumberFor<Self>>;

		/// The most validators.
		#[pallet::constant]
		type MaxAuditors: Get<u32>;

		/// How many auditors look when one of the first committee dissents, if there are so many.
		#[pallet::constant]
		type LargerCommittee: Get<u32>;

		/// How many auditors look when a third of the larger committee contradicts another, if there are so
		/// many, and more than sat there.
		#[pallet::constant]
		type LastCommittee: Get<u32>;

		/// Blocks in which auditors compute and commit to their votes.
		#[pallet::constant]
		type CommitBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks in which the worker opens what it has committed to.
		#[pallet::constant]
		type OpenBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks in which auditors look at the worker's rows and open their votes.
		#[pallet::constant]
		type RevealBlocks: Get<BlockNumberFor<Self>>;

		/// What an auditor has for an audit at least, in the smallest token unit; else the subnet's
		/// `auditor_share` of the charge.
		#[pallet::constant]
		type SeatFee: Get<Balance>;

		/// What an auditor has for each receipt of a batch, in the smallest token unit, beside
		/// `SeatFee`: a check of a signature, and the bytes.
		#[pallet::constant]
		type ReceiptFee: Get<Balance>;

		/// What auditors are paid from: clients, convicted providers, and all who may be audited by
		/// lot pay into it.
		type Pot: Get<Self::AccountId>;

		/// The part of its pay that a provider saves by cheating, at most.
		#[pallet::constant]
		type CheatSaving: Get<Permill>;

		/// The part of cheats that an audit convicts, also where a third of the validators covers them.
		#[pallet::constant]
		type Detection: Get<Permill>;

		/// The part of honest answers that audits convict, at most.
		#[pallet::constant]
		type FalseAlarms: Get<Permill>;

		/// Blind votes that can be asked of a validator at a time. With so many it is only drawn
		/// when nobody has fewer, and its silence is not held against it.
		#[pallet::constant]
		type MaxOpenSeats: Get<u32>;

		/// The part of its stake that an auditor loses for each vote that a larger committee
		/// proves wrong.
		#[pallet::constant]
		type WrongVoteSlash: Get<Perbill>;

		/// The part of its stake that an auditor loses for a series of votes that did not come.
		#[pallet::constant]
		type MissSlash: Get<Perbill>;

		/// Votes that did not come, less those that counted since, before stake is lost.
		#[pallet::constant]
		type MissesBeforeSlash: Get<u32>;

		/// How many seats a validator can give up in an era.
		#[pallet::constant]
		type MaxDeclines: Get<u32>;

		/// How many due audits each block handles whatever else it does; what is left over waits
		/// for spare weight or the next block.
		#[pallet::constant]
		type DuePerBlock: Get<u32>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// What clients pay for audits that they ask for.
		#[codec(index = 0)]
		AuditFee,
	}

	/// The audits that have not ended, by what they are about.
	// Identity: jobs' ids are hashes that contain the chain's own counter.
	#[pallet::storage]
	pub type Audits<T: Config> = StorageMap<_, Identity, JobId, AuditOf<T>, OptionQuery>;

	/// The opened votes of the committees that sit.
	#[pallet::storage]
	pub type Statements<T: Config> = StorageDoubleMap<
		_,
		Identity,
		JobId,
		Blake2_128Concat,
		T::AccountId,
		Statement,
		OptionQuery,
	>;

	/// The validators of this session with their audit keys, in the session's order.
	#[pallet::storage]
	pub type Auditors<T: Config> =
		StorageValue<_, BoundedVec<Auditor<T::AccountId>, T::MaxAuditors>, ValueQuery>;

	/// What is held against validators as auditors.
	#[pallet::storage]
	pub type Conducts<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, Conduct, ValueQuery>;

	/// The randomness of all blocks so far, stirred together: what draws are made from.
	#[pallet::storage]
	pub type Entropy<T: Config> = StorageValue<_, H256, ValueQuery>;

	/// The block at whose start the chain looks at each audit again: every audit stands here once.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Identity, JobId, (), OptionQuery>;

	/// The first block of the agenda that may not be worked off.
	#[pallet::storage]
	pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A client pays for an audit.
		AuditRequested {
			/// The job.
			audit: JobId,
			/// Who pays.
			client: T::AccountId,
			/// What is held for it.
			fee: Balance,
		},
		/// A committee has been drawn.
		CommitteeDrawn {
			/// The job, or the batch.
			audit: JobId,
			/// Whose work it is: a provider's, or of a batch the gateway's.
			provider: T::AccountId,
			/// Why it is audited.
			cause: Cause,
			/// Which of its committees.
			round: u8,
			/// How many auditors sit.
			seats: u32,
			/// The last block for blind votes.
			until: BlockNumberFor<T>,
		},
		/// An empty seat has a new auditor.
		SeatFilled {
			/// The job, or the batch.
			audit: JobId,
			/// Who is to look.
			auditor: T::AccountId,
		},
		/// An auditor has given its seat up.
		SeatDeclined {
			/// The job, or the batch.
			audit: JobId,
			/// Who.
			auditor: T::AccountId,
		},
		/// An auditor has committed to a vote.
		VoteCommitted {
			/// The job, or the batch.
			audit: JobId,
			/// Who.
			auditor: T::AccountId,
		},
		/// The blind votes are there, and the provider's worker is to open its rows.
		OpeningAwaited {
			/// The job, or the batch.
			audit: JobId,
			/// Whose work it is.
			provider: T::AccountId,
			/// The last block for it.
			until: BlockNumberFor<T>,
		},
		/// A worker has opened its rows: they can be fetched from it.
		RowsOpened {
			/// The job, or the batch.
			audit: JobId,
			/// Names all of its rows.
			root: H256,
			/// The last block for the auditors' votes.
			until: BlockNumberFor<T>,
		},
		/// An auditor has opened its vote.
		VoteRevealed {
			/// The job, or the batch.
			audit: JobId,
			/// Who.
			auditor: T::AccountId,
		},
		/// Somebody in the first committee dissents, and a larger one is drawn; or a third of that one
		/// contradicts another, and the last one is drawn.
		AuditEscalated {
			/// The job, or the batch.
			audit: JobId,
		},
		/// Too few auditors have said anything, and others are drawn.
		AuditRetried {
			/// The job, or the batch.
			audit: JobId,
		},
		/// An audit has ended.
		AuditDecided {
			/// The job, or the batch.
			audit: JobId,
			/// How.
			outcome: AuditOutcome,
			/// How many votes said so.
			votes: u32,
		},
		/// Those whose votes say how an audit ended are paid.
		AuditorsPaid {
			/// The job, or the batch.
			audit: JobId,
			/// How many votes are paid for.
			votes: u32,
			/// What all have together.
			amount: Balance,
		},
		/// An auditor's vote did not come in time.
		VoteMissed {
			/// The job, or the batch.
			audit: JobId,
			/// Whose.
			auditor: T::AccountId,
			/// How many that are now, less those that counted since.
			missed: u32,
		},
		/// An auditor is to lose a part of its stake.
		AuditorPenalised {
			/// Who.
			auditor: T::AccountId,
			/// Which part, with what it has lost before for the same era.
			fraction: Perbill,
		},
		/// The blind votes about a batch are there, or those of the last committee, to which the rows are
		/// open already; the auditors are to open them.
		VotesAwaited {
			/// The job, or the batch.
			audit: JobId,
			/// The last block for it.
			until: BlockNumberFor<T>,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is nothing to audit under this id: no such job, none that was delivered and not
		/// yet paid, or one whose answer is compared with others.
		NothingToAudit,
		/// Only the job's client may do this.
		NotClient,
		/// Answers of this model can't be audited, as it is not calibrated.
		NotAuditable,
		/// The job is audited already.
		AlreadyAudited,
		/// There is no such audit, or it has ended.
		UnknownAudit,
		/// The signer is not the worker of the provider whose work it is.
		NotTheWorker,
		/// Auditors still vote, or the rows were opened already.
		NotOpening,
		/// The time to open the rows has passed.
		TooLate,
		/// Root and salt are not what the delivery has committed to.
		WrongOpening,
		/// The audit costs more than `max_fee`.
		FeeTooHigh,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Pays for an audit of a `job` that was delivered and is not paid yet. Signed by its
		/// client. Of an answer through a gateway, `Channels.audit_receipt` does.
		///
		/// Holds the subnet's `auditor_share` of the charge, and `SeatFee` at least, for each seat
		/// that its rules ask for; fails if that is more than `max_fee`. The auditors that say what comes out share
		/// it; if the answer is convicted, or nothing comes out, it comes back.
		///
		/// Emits `AuditRequested`.
		#[pallet::call_index(0)]
		pub fn request_audit(
			origin: OriginFor<T>,
			job: JobId,
			#[pallet::compact] max_fee: Balance,
		) -> DispatchResult {
			let client = ensure_signed(origin)?;
			Self::do_request(client, job, max_fee)
		}

		/// Opens what a delivery has committed to, when the auditors of `job` have voted. Signed by
		/// the provider's worker; costs nothing when it is accepted.
		///
		/// The `root` and `salt` must be those of the commitment; the `fingerprint` is that of the
		/// rows under the root, at the positions and by the projections of the audit's challenge.
		/// From now on auditors may fetch these rows.
		///
		/// Emits `RowsOpened`.
		#[pallet::call_index(1)]
		pub fn open_rows(
			origin: OriginFor<T>,
			job: JobId,
			fingerprint: Box<Fingerprint>,
			root: H256,
			salt: H256,
		) -> DispatchResultWithPostInfo {
			let worker = ensure_signed(origin)?;
			Self::do_open(worker, job, *fingerprint, root, salt)?;
			Ok(Pays::No.into())
		}

		/// Commits to votes in several audits, `commits`, without saying how they are. Needs no
		/// account: the `auditor`'s audit key makes the `signature`, over [`payload`] of `COMMITS`.
		/// Those that come too late, or again, are passed over.
		///
		/// Emits `VoteCommitted` for each, and `OpeningAwaited` with a committee's last.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::commit_votes(commits.len() as u32))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_votes(commits.len() as u32))]
		#[pallet::authorize(Pallet::<T>::authorize_batch::<Commit>)]
		pub fn commit_votes(
			origin: OriginFor<T>,
			auditor: T::AccountId,
			commits: Batch<Commit>,
			signature: AuditSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			let _ = signature;
			Self::apply_batch(&auditor, &commits);
			Ok(())
		}

		/// Opens votes in several audits, `reveals`. Needs no account: the `auditor`'s audit key
		/// makes the `signature`, over [`payload`] of `REVEALS`. Those that come too late, again,
		/// or are not what was committed to are passed over.
		///
		/// Emits `VoteRevealed` for each.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::reveal_votes(reveals.len() as u32))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_votes(reveals.len() as u32))]
		#[pallet::authorize(Pallet::<T>::authorize_batch::<Reveal>)]
		pub fn reveal_votes(
			origin: OriginFor<T>,
			auditor: T::AccountId,
			reveals: Batch<Reveal>,
			signature: AuditSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			let _ = signature;
			Self::apply_batch(&auditor, &reveals);
			Ok(())
		}

		/// Gives up seats in several audits, `declines`, so that others have them: in the first
		/// half of the time for blind votes, and at most `MaxDeclines` in an era. Needs no account:
		/// the `auditor`'s audit key makes the `signature`, over [`payload`] of `DECLINES`.
		///
		/// Emits `SeatDeclined` for each, and `SeatFilled` if anybody is left to be drawn.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::decline_seats(declines.len() as u32))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_votes(declines.len() as u32))]
		#[pallet::authorize(Pallet::<T>::authorize_batch::<Decline>)]
		pub fn decline_seats(
			origin: OriginFor<T>,
			auditor: T::AccountId,
			declines: Batch<Decline>,
			signature: AuditSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			let _ = signature;
			Self::apply_batch(&auditor, &declines);
			Ok(())
		}
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// The most votes that travel in one extrinsic.
		#[pallet::constant_name(MaxVotes)]
		fn max_votes() -> u32 {
			MAX_VOTES
		}

		/// Blocks that an audit takes at the very most, when blocks have room for what is due.
		#[pallet::constant_name(LongestAudit)]
		fn longest_audit() -> BlockNumberFor<T> {
			Self::longest()
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			let stirred = Self::stir();
			stirred.saturating_add(Self::work_off_some(now))
		}

		fn on_idle(now: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::work_off_more(now, limit)
		}

		/// Votes for the validators whose audit keys this node has.
		fn offchain_worker(now: BlockNumberFor<T>) {
			offchain::audit::<T>(now);
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
		/// An audit that has not ended.
		pub fn audit(job: JobId) -> Option<AuditOf<T>> {
			Audits::<T>::get(job)
		}

		/// The opened votes of the committee that sits on a job.
		pub fn statements(job: JobId) -> Vec<(T::AccountId, Statement)> {
			Statements::<T>::iter_prefix(job).collect()
		}

		/// What each opened vote says about the worker's rows, as the chain measures it.
		pub fn grades(job: JobId) -> Vec<(T::AccountId, Grade)> {
			Self::grades_of(job)
		}

		/// The seats of a validator.
		pub fn seats_of(
			auditor: T::AccountId,
		) -> Vec<Duty<T::AccountId, Balance, BlockNumberFor<T>>> {
			Self::duties(&auditor)
		}

		/// The audits of a provider's work.
		pub fn inquiries_into(provider: T::AccountId) -> Vec<Inquiry<BlockNumberFor<T>>> {
			Self::inquiries(&provider)
		}

		/// What is held against a validator as an auditor.
		pub fn conduct(auditor: T::AccountId) -> Conduct {
			Conducts::<T>::get(auditor)
		}

		/// Which part of a provider's work of this charge is audited in a subnet.
		pub fn audit_rate(
			subnet: reckon_primitives::SubnetId,
			provider: T::AccountId,
			charge: Balance,
		) -> Permill {
			Self::rate(subnet, &provider, charge)
		}

		/// What the audit of an answer of this charge costs a client that asks for it, or that
		/// wants the answer attested.
		pub fn audit_fee(subnet: reckon_primitives::SubnetId, charge: Balance) -> Balance {
			Self::price(subnet).fee(charge)
		}

		/// What this pallet holds of an account's money.
		pub fn held_by(who: T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
			Self::held(&who)
		}
	}
}
