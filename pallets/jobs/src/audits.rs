//! Answers that auditors decide on: nobody is paid before.

use crate::{compare::AnsweredTurn, pallet::*, weights::WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use reckon_primitives::{Assurance, Balance, Content, JobId, JobState, Reason};
use reckon_support::{
	AuditOutcome, AuditSubjects, AuditWork, AuditedAnswer, Auditing, OnProviderOutcome, Outcome,
	ProviderPool, Ruling,
};
use sp_runtime::traits::Bounded;

impl<T: Config> Pallet<T> {
	/// Hands a delivered job in to be audited, for certain or by lot.
	pub(crate) fn submit_to_audits(id: JobId, job: &JobOf<T>) {
		if let Some(subject) = Self::subject_of(job) {
			T::Audits::submit(id, subject, job.assurance == Assurance::Attested);
		}
	}

	fn subject_of(job: &JobOf<T>) -> Option<AuditedAnswer<T::AccountId, Balance>> {
		let JobState::Delivered { provider, delivery, charge, .. } = &job.state else {
			return None;
		};
		Some(AuditedAnswer {
			client: job.client.clone(),
			provider: provider.clone(),
			gateway: None,
			subnet: job.subnet,
			model: job.model,
			commitment: delivery.commitment?,
			output: delivery.output.hash,
			charge: *charge,
			at_stake: *charge,
		})
	}

	/// The dispute window has passed before the audit has ended, which moves the job on by itself:
	/// this only keeps it in the agenda. The caller stores the job.
	pub(crate) fn await_ruling(id: JobId, job: &mut JobOf<T>, turn: &AnsweredTurn<T>) {
		Self::wait_on(id, job, turn.assigned_at, Bounded::max_value());
	}

	/// The most that a job's answer can cost: a client that wants it audited pays for both.
	pub(crate) fn most_charge(job: &JobOf<T>) -> Balance {
		match job.assurance {
			Assurance::Attested => T::Audits::affordable(job.subnet, job.max_price),
			Assurance::Optimistic => job.max_price,
		}
	}

	/// What is in an escrow for auditors besides the charge.
	fn audit_fee(job: &JobOf<T>, charge: Balance, costs: Balance) -> Balance {
		match job.assurance {
			Assurance::Attested => costs.min(job.max_price.saturating_sub(charge)),
			Assurance::Optimistic => 0,
		}
	}

	/// A convicted answer: the auditors have what they cost, and the rest of the slash goes where
	/// slashes go. Says what the auditors have. The caller stores the job.
	fn convict(
		id: JobId,
		job: &mut JobOf<T>,
		turn: AnsweredTurn<T>,
		ruling: &Ruling<Balance>,
	) -> Balance {
		let provider = turn.provider.clone();
		let costs = ruling.costs.min(ruling.slash);
		let paid = T::Providers::compensate(&provider, &T::AuditPot::get(), costs);
		let rest = ruling.slash.saturating_sub(paid);
		let slashed = T::Providers::slash(&provider, rest, Reason::AuditRejected);
		let slashed = slashed.saturating_add(paid);
		Self::deposit_event(Event::JobConvicted { job: id, provider, slashed });
		Self::give_back(id, job, turn, Reason::AuditRejected, Outcome::Rejected, 0);
		paid
	}
}

impl<T: Config> AuditSubjects<T::AccountId, Balance> for Pallet<T> {
	fn subject(id: &JobId) -> Option<AuditedAnswer<T::AccountId, Balance>> {
		let now = frame_system::Pallet::<T>::block_number();
		Jobs::<T>::get(id)
			.filter(|job| job.comparison.is_none() && now < job.due)
			.and_then(|job| Self::subject_of(&job))
	}

	fn work(id: &JobId) -> Option<AuditWork> {
		let job = Jobs::<T>::get(id)?;
		let payload = Self::payload(*id, &job);
		let JobState::Delivered { delivery, seed, .. } = job.state else { return None };
		let output = Answers::<T>::get(id).map_or(Content::Blob(delivery.output), Content::Inline);
		let (model, task, sampling, units) = (job.model, job.task, job.sampling, delivery.units);
		Some(AuditWork { model, task, payload, sampling, seed, output, units, gateway: None })
	}

	fn on_ruling(id: &JobId, ruling: Ruling<Balance>) -> Balance {
		let Some(mut job) = Jobs::<T>::get(id) else { return 0 };
		let JobState::Delivered { provider, delivery, charge, seed, assigned_at } =
			job.state.clone()
		else {
			return 0;
		};
		let fee = Self::audit_fee(&job, charge, ruling.costs);
		let (id, turn) = (*id, AnsweredTurn { provider, delivery, charge, seed, assigned_at });
		let wages = match ruling.outcome {
			AuditOutcome::Accepted => Self::settle(id, &mut job, turn, fee),
			// Nobody has shown anything against the answer, but nor has anybody attested it.
			AuditOutcome::Inconclusive if job.assurance == Assurance::Attested => {
				let (reason, outcome) = (Reason::NotAttested, Outcome::Inconclusive);
				Self::give_back(id, &mut job, turn, reason, outcome, 0);
				0
			},
			AuditOutcome::Inconclusive => Self::settle(id, &mut job, turn, 0),
			// The auditors have computed, and the client has an answer with their doubts.
			AuditOutcome::Doubtful => {
				let (reason, outcome) = (Reason::AuditDoubtful, Outcome::Inconclusive);
				let paid = Self::pay_audit(&job, fee);
				Self::give_back(id, &mut job, turn, reason, outcome, paid);
				paid
			},
			AuditOutcome::Rejected(_) => Self::convict(id, &mut job, turn, &ruling),
		};
		Jobs::<T>::insert(id, job);
		wages
	}

	// A conviction is measured. What the outcome does to the provider may be more than was seen
	// there.
	fn on_ruling_weight() -> Weight {
		T::WeightInfo::on_ruling()
			.max(T::WeightInfo::due_delivered())
			.saturating_add(T::OnOutcome::on_provider_outcome_weight())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(subject: AuditedAnswer<T::AccountId, Balance>) -> JobId {
		use reckon_primitives::{ContentRef, Delivery, Job, Privacy, Sampling, TaskKind, Units};
		use sp_runtime::traits::{Saturating, Zero};
		let now = frame_system::Pallet::<T>::block_number();
		let id = JobId::repeat_byte(0xbe);
		let mut job = Job {
			client: subject.client,
			subnet: subject.subnet,
			model: subject.model,
			task: TaskKind::Chat,
			payload: ContentRef::of(b"?"),
			sampling: Sampling::default(),
			max_price: subject.charge,
			deadline: now,
			assurance: Assurance::Optimistic,
			privacy: Privacy::Public,
			only: None,
			comparison: None,
			submitted_at: now,
			due: Zero::zero(),
			attempts: Default::default(),
			state: JobState::Delivered {
				provider: subject.provider,
				delivery: Delivery {
					output: ContentRef { hash: subject.output, length: 1 },
					commitment: Some(subject.commitment),
					units: Units { input: 1, output: 1 },
					started_at: 0,
					finished_at: 0,
				},
				charge: subject.charge,
				seed: Default::default(),
				assigned_at: now,
			},
		};
		Self::schedule(id, &mut job, now.saturating_add(T::RetentionBlocks::get()));
		Jobs::<T>::insert(id, job);
		id
	}
}
