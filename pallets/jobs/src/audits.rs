//! Answers that auditors decide on: nobody is paid before.

use crate::{compare::AnsweredTurn, pallet::*, weights::WeightInfo};
use frame_support::weights::Weight;
use reckon_primitives::{Assurance, Balance, Content, JobId, JobState, Reason};
use reckon_support::{
	AuditOutcome, AuditSubjects, AuditWork, Auditing, OnProviderOutcome, Outcome, ProviderPool,
	Ruling, Subject, SubnetInspect,
};
use sp_runtime::traits::Bounded;

impl<T: Config> Pallet<T> {
	/// Hands a delivered job in to be audited, for certain or by lot.
	pub(crate) fn submit_to_audits(id: JobId, job: &JobOf<T>) {
		if let Some(subject) = Self::subject_of(job) {
			T::Audits::submit(id, subject, job.assurance == Assurance::Attested);
		}
	}

	fn subject_of(job: &JobOf<T>) -> Option<Subject<T::AccountId, Balance>> {
		let JobState::Delivered { provider, delivery, charge, .. } = &job.state else {
			return None;
		};
		Some(Subject {
			client: job.client.clone(),
			provider: provider.clone(),
			subnet: job.subnet,
			model: job.model,
			commitment: delivery.commitment?,
			output: delivery.output.hash,
			charge: *charge,
		})
	}

	/// The dispute window has passed before the audit has ended, which moves the job on by itself:
	/// this only keeps it in the agenda. The caller stores the job.
	pub(crate) fn await_ruling(id: JobId, job: &mut JobOf<T>, turn: &AnsweredTurn<T>) {
		Self::wait_on(id, job, turn.assigned_at, Bounded::max_value());
	}

	/// A convicted answer: the auditors have what they cost, and the rest of the slash goes where
	/// slashes go. The caller stores the job.
	fn convict(
		id: JobId,
		job: &mut JobOf<T>,
		turn: AnsweredTurn<T>,
		ruling: &Ruling<T::AccountId, Balance>,
	) {
		let provider = turn.provider.clone();
		let share = T::Subnets::subnet(job.subnet).map(|it| it.auditor_share).unwrap_or_default();
		let wages = share.mul_floor(turn.charge).saturating_add(ruling.costs);
		let paid =
			Self::pay_auditors(id, &ruling.auditors, wages.min(ruling.slash), |who, part| {
				T::Providers::compensate(&provider, who, part)
			});
		let rest = ruling.slash.saturating_sub(paid);
		let slashed = T::Providers::slash(&provider, rest, Reason::AuditRejected);
		let slashed = slashed.saturating_add(paid);
		Self::deposit_event(Event::JobConvicted { job: id, provider, slashed });
		Self::give_back(id, job, turn, Reason::AuditRejected, Outcome::Rejected);
	}
}

impl<T: Config> AuditSubjects<T::AccountId, Balance> for Pallet<T> {
	fn subject(id: &JobId) -> Option<Subject<T::AccountId, Balance>> {
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
		Some(AuditWork { model, task, payload, sampling, seed, output, units })
	}

	fn on_ruling(id: &JobId, ruling: Ruling<T::AccountId, Balance>) {
		let Some(mut job) = Jobs::<T>::get(id) else { return };
		let JobState::Delivered { provider, delivery, charge, seed, assigned_at } =
			job.state.clone()
		else {
			return;
		};
		let (id, turn) = (*id, AnsweredTurn { provider, delivery, charge, seed, assigned_at });
		match ruling.outcome {
			AuditOutcome::Accepted => Self::settle(id, &mut job, turn, Some(&ruling.auditors)),
			AuditOutcome::Inconclusive => Self::settle(id, &mut job, turn, None),
			AuditOutcome::Doubtful => {
				let (reason, outcome) = (Reason::AuditDoubtful, Outcome::Inconclusive);
				Self::give_back(id, &mut job, turn, reason, outcome);
			},
			AuditOutcome::Rejected(_) => Self::convict(id, &mut job, turn, &ruling),
		}
		Jobs::<T>::insert(id, job);
	}

	// A conviction is measured, with the payment of so many auditors out of the bond; a payment is
	// measured without. What the outcome does to the provider may be more than was seen there.
	fn on_ruling_weight(auditors: u32) -> Weight {
		T::WeightInfo::on_ruling(auditors)
			.max(T::WeightInfo::due_delivered().saturating_add(
				T::WeightInfo::on_ruling(auditors).saturating_sub(T::WeightInfo::on_ruling(0)),
			))
			.saturating_add(T::OnOutcome::on_provider_outcome_weight())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(subject: Subject<T::AccountId, Balance>) -> JobId {
		use frame_support::traits::Get as _;
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
