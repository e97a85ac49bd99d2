//! What the pallet tells.

/// The pallet's events: a section of `pallet`, which would be too long with them.
#[frame_support::pallet_macros::pallet_section]
mod jobs_events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A job has been submitted and its maximum price is held.
		JobSubmitted {
			/// The job.
			job: JobId,
			/// Who pays.
			client: T::AccountId,
			/// The model.
			model: ModelId,
			/// What is held.
			max_price: Balance,
			/// The block by which the answer must be on chain.
			deadline: BlockNumberFor<T>,
		},
		/// A job has been given to a provider.
		JobAssigned {
			/// The job.
			job: JobId,
			/// Who has it.
			provider: T::AccountId,
			/// The last block in which it can deliver.
			deadline: BlockNumberFor<T>,
		},
		/// A job waits for a provider.
		JobWaiting {
			/// The job.
			job: JobId,
			/// Why.
			reason: Reason,
		},
		/// A provider has given a job back.
		JobDeclined {
			/// The job.
			job: JobId,
			/// Who had it.
			provider: T::AccountId,
			/// Why.
			reason: Reason,
		},
		/// A provider has let its deadline pass.
		DeadlineMissed {
			/// The job.
			job: JobId,
			/// Who had it.
			provider: T::AccountId,
		},
		/// An answer is on chain.
		JobDelivered {
			/// The job.
			job: JobId,
			/// Whose answer.
			provider: T::AccountId,
			/// The answer's hash and length.
			output: ContentRef,
			/// The work done.
			units: Units,
			/// What it will cost.
			charge: Balance,
		},
		/// A job has been paid for.
		JobSettled {
			/// The job.
			job: JobId,
			/// Who paid.
			client: T::AccountId,
			/// Who worked.
			provider: T::AccountId,
			/// What the client paid for the work.
			charge: Balance,
			/// What the client paid for the audit that it wanted with it.
			audit_fee: Balance,
			/// What the client got back of the maximum price.
			refunded: Balance,
		},
		/// A job has ended without an answer, and the client has its money back.
		JobRefunded {
			/// The job.
			job: JobId,
			/// Whose money.
			client: T::AccountId,
			/// How much came back.
			amount: Balance,
			/// What auditors have who could not judge the answer.
			audit_fee: Balance,
			/// Why.
			reason: Reason,
		},
		/// The answers of some jobs will be compared, and none is paid before.
		ComparisonOpened {
			/// The comparison, which has its first job's id.
			comparison: JobId,
			/// The jobs.
			jobs: BoundedVec<JobId, ConstU32<MAX_REPLICAS>>,
		},
		/// A client doubts an answer.
		JobDisputed {
			/// The job.
			job: JobId,
			/// Who doubts.
			client: T::AccountId,
			/// What is held for those who compute the answer again.
			bond: Balance,
		},
		/// All answers that could come to a comparison are there.
		ComparisonDecided {
			/// The comparison.
			comparison: JobId,
			/// What it has shown.
			verdict: Verdict,
		},
		/// A provider's answer is wrong by the majority of those who answered.
		JobRejected {
			/// The job.
			job: JobId,
			/// Whose answer.
			provider: T::AccountId,
			/// What the client has of the provider's bond for what it cost to find out.
			compensation: Balance,
		},
		/// A provider's answer is wrong by the verdict of its auditors.
		JobConvicted {
			/// The job.
			job: JobId,
			/// Whose answer.
			provider: T::AccountId,
			/// What its bond has lost, with what the auditors have of it.
			slashed: Balance,
		},
		/// A job that ended long ago, and its answer, are no longer in the chain's state.
		JobForgotten {
			/// The job.
			job: JobId,
		},
	}
}
