//! What must hold after every call and hook.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use crate::pallet::*;
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use frame_support::{ensure, traits::fungible::InspectHold};
use reckon_primitives::{Assurance, Balance, Fate, JobState, Progress, Reason, Sibling};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the whole of this pallet's state.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_money()?;
		Self::try_prices()?;
		Self::try_agenda()?;
		Self::try_comparisons()?;
		Self::try_indices()
	}

	/// Held by jobs = the sum of open escrows, client by client; and
	/// deposited = paid + refunded + held, for every client, ever.
	fn try_money() -> Result<(), TryRuntimeError> {
		let mut open: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		for (_, job) in Jobs::<T>::iter().filter(|(_, job)| !job.state.is_final()) {
			let sum = open.entry(job.client).or_default();
			*sum = sum.checked_add(job.max_price).ok_or("more escrow than money")?;
		}
		for (client, ledger) in Ledgers::<T>::iter() {
			let held = T::Currency::balance_on_hold(&HoldReason::Escrow.into(), &client);
			let escrow = open.remove(&client).unwrap_or_default();
			ensure!(held == escrow, "a client's hold is not the sum of its open escrows");
			ensure!(ledger.held == escrow, "a ledger's held is not the sum of open escrows");
			let out = ledger.paid.checked_add(ledger.refunded).ok_or("more paid than money")?;
			ensure!(
				out.checked_add(ledger.held) == Some(ledger.deposited),
				"deposited is not paid + refunded + held"
			);
		}
		ensure!(open.is_empty(), "a client without a ledger has escrow");
		Ok(())
	}

	/// No job costs its client more than it has signed for: neither an answer, nor with it an audit, for
	/// which only those pay who want one.
	fn try_prices() -> Result<(), TryRuntimeError> {
		for job in Jobs::<T>::iter_values() {
			let (charge, audit_fee) = match job.state {
				JobState::Open { .. } | JobState::Assigned { .. } | JobState::Refunded { .. } => {
					continue
				},
				JobState::Delivered { charge, .. } => (charge, 0),
				JobState::Settled { charge, audit_fee, .. } => (charge, audit_fee),
			};
			let costs = charge.checked_add(audit_fee).ok_or("a price is more than money")?;
			ensure!(costs <= job.max_price, "a job costs more than its client has signed for");
			let wanted = job.assurance == Assurance::Attested;
			ensure!(
				wanted || audit_fee == 0,
				"a client has paid for an audit that it did not want"
			);
		}
		Ok(())
	}

	/// Every job is in the agenda exactly once, and not before the cursor.
	fn try_agenda() -> Result<(), TryRuntimeError> {
		let cursor = AgendaCursor::<T>::get();
		let mut entries = 0usize;
		for (due, id) in Agenda::<T>::iter_keys() {
			entries = entries.saturating_add(1);
			ensure!(due >= cursor, "an entry of the agenda was passed over");
			ensure!(
				Jobs::<T>::get(id).is_some_and(|job| job.due == due),
				"an entry of the agenda is not its job's"
			);
		}
		ensure!(entries == Jobs::<T>::iter_keys().count(), "a job is not in the agenda");
		Ok(())
	}

	/// Comparisons say the same of their siblings as these; nobody has two of them, all are answered
	/// from one seed, and none ends as right or wrong before the verdict.
	fn try_comparisons() -> Result<(), TryRuntimeError> {
		let mut remembered = 0usize;
		for (key, comparison) in Comparisons::<T>::iter() {
			let first = comparison.siblings.first().map(|sibling| sibling.job);
			ensure!(first == Some(key), "a comparison does not have its first job's id");
			let progress = |one: &Sibling<Balance>| one.progress;
			let awaited = comparison.siblings.iter().map(progress).any(|p| p == Progress::Awaited);
			ensure!(awaited == comparison.verdict.is_none(), "a comparison is decided too early");
			let providers: BTreeSet<_> = comparison.providers.iter().collect();
			ensure!(providers.len() == comparison.providers.len(), "somebody has two siblings");
			let known: Vec<_> = comparison
				.siblings
				.iter()
				.filter_map(|sibling| Some((sibling, Jobs::<T>::get(sibling.job)?)))
				.collect();
			ensure!(known.len() as u32 == comparison.remembered, "siblings are miscounted");
			ensure!(!known.is_empty(), "a comparison has outlived its siblings");
			remembered = remembered.saturating_add(known.len());
			for (sibling, job) in known {
				ensure!(job.comparison == Some(key), "a sibling is not its comparison's");
				Self::try_sibling(&comparison, sibling, &job)?;
			}
		}
		let compared = Jobs::<T>::iter_values().filter(|job| job.comparison.is_some()).count();
		ensure!(remembered == compared, "a job's comparison is not there");
		Ok(())
	}

	fn try_sibling(
		comparison: &ComparisonOf<T>,
		sibling: &Sibling<Balance>,
		job: &JobOf<T>,
	) -> Result<(), TryRuntimeError> {
		let has = |who: &T::AccountId| comparison.providers.contains(who);
		// What a disputed answer's provider may owe is what these cost.
		if let (Progress::Delivered { charge, .. }, JobState::Delivered { charge: own, .. }) =
			(&sibling.progress, &job.state)
		{
			ensure!(charge == own, "a comparison is wrong about a price");
		}
		let (answered, rejected) = match &job.state {
			JobState::Open { .. } => (None, false),
			JobState::Assigned { provider, seed, .. } => {
				ensure!(has(provider), "a sibling's provider is not on record");
				ensure!(comparison.seed == Some(*seed), "a sibling has another seed");
				(None, false)
			},
			JobState::Delivered { provider, delivery, seed, .. }
			| JobState::Settled { provider, delivery, seed, .. } => {
				ensure!(has(provider), "a sibling's provider is not on record");
				ensure!(comparison.seed == Some(*seed), "a sibling has another seed");
				(Some(delivery.output), false)
			},
			JobState::Refunded { reason } => {
				(None, matches!(reason, Reason::AnswerRejected | Reason::NoMajority))
			},
		};
		let fits = match sibling.progress {
			Progress::Awaited => !job.state.is_final() && answered.is_none(),
			Progress::Delivered { answer, .. } => answered == Some(answer) || rejected,
			Progress::Ended => job.state.is_final() && answered.is_none() && !rejected,
		};
		ensure!(fits, "a comparison is wrong about a sibling");
		let fate = comparison.fate(sibling.job);
		let lawful = match &job.state {
			JobState::Settled { .. } => fate == Some(Fate::Paid),
			JobState::Refunded { reason: Reason::NoMajority } => fate == Some(Fate::Unpaid),
			JobState::Refunded { reason: Reason::AnswerRejected } => {
				matches!(fate, Some(Fate::Rejected { .. } | Fate::Outvoted))
			},
			_ => true,
		};
		ensure!(lawful, "a sibling has ended against the verdict");
		Ok(())
	}

	/// The lists by client and by provider say the same as the jobs.
	fn try_indices() -> Result<(), TryRuntimeError> {
		for (id, job) in Jobs::<T>::iter() {
			ensure!(ClientJobs::<T>::contains_key(&job.client, id), "a client's list lacks a job");
			if let JobState::Assigned { provider, .. } = &job.state {
				ensure!(
					ProviderJobs::<T>::contains_key(provider, id),
					"a provider's list lacks a job"
				);
			}
		}
		ensure!(
			ClientJobs::<T>::iter_keys().count() == Jobs::<T>::iter_keys().count(),
			"a client's list has a job too many"
		);
		let assigned = Jobs::<T>::iter_values()
			.filter(|job| matches!(job.state, JobState::Assigned { .. }))
			.count();
		ensure!(
			ProviderJobs::<T>::iter_keys().count() == assigned,
			"a provider's list has a job too many"
		);
		for (id, _) in Payloads::<T>::iter() {
			let has_job = Jobs::<T>::contains_key(id) || Comparisons::<T>::contains_key(id);
			ensure!(has_job, "a payload has no job");
		}
		for (id, _) in Answers::<T>::iter() {
			ensure!(Jobs::<T>::contains_key(id), "an answer has no job");
		}
		Ok(())
	}
}
