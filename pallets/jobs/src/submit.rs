//! Submitting and cancelling.

use crate::pallet::*;
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{
	Assurance, Balance, Content, Job, JobId, JobState, ModelId, Privacy, Reason, Sampling,
	SubnetId, TaskKind, MAX_REPLICAS,
};
use reckon_support::{Auditing, ModelInspect, SubnetInspect};
use sp_core::H256;
use sp_runtime::{
	traits::{Hash, Saturating, Zero},
	DispatchError, DispatchResult,
};

/// The most candidates that a sampler looks at: bounds its work, which an auditor repeats.
const MAX_TOP_K: u16 = 64;
/// Ten: beyond it a model's answer is noise, whatever the model.
const MAX_TEMPERATURE_MILLI: u16 = 10_000;

impl<T: Config> Pallet<T> {
	/// Says whether the client's earnings had to be claimed.
	pub(crate) fn do_submit(
		client: T::AccountId,
		request: RequestOf<T>,
	) -> Result<bool, DispatchError> {
		let now = frame_system::Pallet::<T>::block_number();
		Self::ensure_acceptable(&request, now)?;

		let claimed = Self::open_escrow(&client, request.max_price)?;
		let ids = (0..request.replicas)
			.map(|_| Self::next_job_id(&client))
			.collect::<Result<Vec<_>, _>>()?;
		let first = *ids.first().ok_or(Error::<T>::ReplicasOutOfRange)?;
		let job = Job {
			client,
			subnet: request.subnet,
			model: request.model,
			task: request.task,
			payload: request.payload.reference(),
			sampling: request.sampling,
			max_price: Self::part(&request),
			deadline: request.deadline,
			assurance: request.assurance,
			privacy: request.privacy,
			only: request.only,
			comparison: (ids.len() > 1).then_some(first),
			submitted_at: now,
			due: Zero::zero(),
			attempts: Default::default(),
			state: JobState::Open { reason: Reason::AwaitingDraw, since: now },
		};
		// What can't be divided is the first one's.
		let others = job.max_price.saturating_mul((request.replicas.saturating_sub(1)).into());
		for id in &ids {
			let mut job = job.clone();
			if *id == first {
				job.max_price = request.max_price.saturating_sub(others);
			}
			Self::enter(*id, job);
		}
		if ids.len() > 1 {
			Self::compare_replicas(&ids, request.deadline)?;
		}
		if let Some(bytes) = request.payload.into_inline() {
			Payloads::<T>::insert(first, bytes);
		}
		Self::leave_draws_to_the_agenda(request.replicas.into());
		Ok(claimed)
	}

	/// Takes up a job whose money is held.
	pub(crate) fn enter(id: JobId, mut job: JobOf<T>) {
		ClientJobs::<T>::insert(&job.client, id, ());
		Self::deposit_event(Event::JobSubmitted {
			job: id,
			client: job.client.clone(),
			model: job.model,
			max_price: job.max_price,
			deadline: job.deadline,
		});
		Self::await_draw(id, &mut job);
		Jobs::<T>::insert(id, job);
	}

	/// Each replica's part of the price.
	fn part(request: &RequestOf<T>) -> Balance {
		request.max_price.checked_div(request.replicas.into()).unwrap_or_default()
	}

	pub(crate) fn do_cancel(client: T::AccountId, id: JobId) -> DispatchResult {
		let mut job = Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
		ensure!(job.client == client, Error::<T>::NotClient);
		ensure!(matches!(job.state, JobState::Open { .. }), Error::<T>::NotOpen);
		// Else a client could see some answers and then take the deciding one away.
		let comparison = job.comparison.and_then(Comparisons::<T>::get);
		let begun = comparison.is_some_and(|comparison| comparison.seed.is_some());
		ensure!(!begun, Error::<T>::ComparisonBegun);
		Self::refund(id, &mut job, Reason::CancelledByClient);
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	fn ensure_acceptable(request: &RequestOf<T>, now: BlockNumberFor<T>) -> DispatchResult {
		Self::ensure_subnet(request.subnet, &request.model)?;
		let model = T::Models::model(&request.model).ok_or(Error::<T>::UnknownModel)?;
		ensure!(model.active, Error::<T>::ModelDeprecated);
		ensure!(model.tasks.contains(request.task), Error::<T>::TaskUnsupported);
		Self::ensure_payload(&request.payload)?;
		Self::ensure_sampling(&request.sampling, request.task)?;
		let replicas = u32::from(request.replicas);
		ensure!((1..=MAX_REPLICAS).contains(&replicas), Error::<T>::ReplicasOutOfRange);
		if replicas > 1 {
			ensure!(request.only.is_none(), Error::<T>::ReplicasByOneProvider);
			Self::ensure_comparable(Some(model))?;
		}
		if request.assurance == Assurance::Attested {
			ensure!(T::Audits::is_auditable(&request.model), Error::<T>::AssuranceUnavailable);
			ensure!(replicas == 1, Error::<T>::ReplicasAttested);
			// What is left besides the auditors' least.
			let charge = T::Audits::affordable(request.subnet, request.max_price);
			ensure!(charge > 0, Error::<T>::PriceZero);
		}
		ensure!(Self::part(request) > 0, Error::<T>::PriceZero);
		let most = if replicas > 1 {
			T::MaxComparisonBlocks::get().min(T::MaxDeadlineBlocks::get())
		} else {
			T::MaxDeadlineBlocks::get()
		};
		Self::ensure_deadline(request.deadline, now, most)?;
		// Its other values come with the encryption: refused, not ignored.
		ensure!(request.privacy == Privacy::Public, Error::<T>::PrivacyUnavailable);
		Ok(())
	}

	fn ensure_subnet(id: SubnetId, model: &ModelId) -> DispatchResult {
		let Some(rules) = T::Subnets::open_subnet(id) else {
			let closed = T::Subnets::subnet(id).is_some();
			return Err(if closed { Error::<T>::SubnetClosed } else { Error::UnknownSubnet }.into());
		};
		ensure!(rules.membership.admits(model), Error::<T>::ModelNotInSubnet);
		Ok(())
	}

	fn ensure_payload(payload: &Content) -> DispatchResult {
		let length = match payload {
			Content::Inline(bytes) => bytes.len() as u32,
			Content::Blob(blob) => blob.length,
		};
		ensure!(length > 0, Error::<T>::PayloadEmpty);
		ensure!(length <= T::MaxPayloadBytes::get(), Error::<T>::PayloadTooLong);
		Ok(())
	}

	fn ensure_sampling(sampling: &Sampling, task: TaskKind) -> DispatchResult {
		let writes = task != TaskKind::Embed;
		let in_range = sampling.max_output <= T::MaxOutputUnits::get()
			&& (sampling.max_output > 0) == writes
			&& sampling.top_k <= MAX_TOP_K
			&& (1..=1000).contains(&sampling.top_p_milli)
			&& sampling.temperature_milli <= MAX_TEMPERATURE_MILLI;
		ensure!(in_range, Error::<T>::SamplingOutOfRange);
		Ok(())
	}

	fn ensure_deadline(
		deadline: BlockNumberFor<T>,
		now: BlockNumberFor<T>,
		most: BlockNumberFor<T>,
	) -> DispatchResult {
		ensure!(deadline > now, Error::<T>::DeadlinePassed);
		let ahead = deadline.saturating_sub(now);
		// The draw is made in the next block.
		ensure!(ahead > T::MinTurnBlocks::get(), Error::<T>::DeadlineTooSoon);
		ensure!(ahead <= most, Error::<T>::DeadlineTooFar);
		Ok(())
	}

	/// `blake2_256(genesis hash, client, number of the job)`: never the same twice, on any chain.
	pub(crate) fn next_job_id(client: &T::AccountId) -> Result<H256, DispatchError> {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let number = JobCount::<T>::get();
		JobCount::<T>::put(number.checked_add(1).ok_or(DispatchError::Exhausted)?);
		let preimage = (genesis, client, number).encode();
		Ok(sp_runtime::traits::BlakeTwo256::hash(&preimage))
	}
}
