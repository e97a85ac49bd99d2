//! From the blind votes over the worker's opening to the count.

use crate::{
	pallet::*,
	tally::{self, Count, Judged, Scale},
	types::*,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{ensure, traits::Get, weights::Weight, BoundedVec};
use reckon_primitives::JobId;
use reckon_support::{AuditOutcome, Conviction, ModelInspect, ProviderPool, Subject};
use reckon_verification::{commitment, Fingerprint, Hash, Measured};
use sp_core::H256;
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Pallet<T> {
	/// The time for blind votes has passed: with enough of them the worker is asked, else others
	/// are drawn into the empty seats.
	pub(crate) fn end_commits(id: JobId, mut audit: AuditOf<T>) -> Weight {
		let weight = Self::note_missing(id, &mut audit, |ballot| *ballot == Ballot::Awaited);
		if audit.committed() >= audit.quorum {
			Self::close_commits(id, &mut audit);
			Audits::<T>::insert(id, audit);
			return weight;
		}
		if audit.retries >= MAX_RETRIES || !Self::fill_seats(id, &mut audit) {
			let otherwise = audit.otherwise;
			let ruled = Self::rule(id, audit, otherwise, &[]);
			return weight.saturating_add(ruled);
		}
		audit.retries = audit.retries.saturating_add(1);
		Self::deposit_event(Event::AuditRetried { audit: id });
		let now = frame_system::Pallet::<T>::block_number();
		Self::wait_until(id, &mut audit, now.saturating_add(T::CommitBlocks::get()));
		Audits::<T>::insert(id, audit);
		weight
	}

	/// The blind votes are there: the worker is asked to open its rows, or where nobody has any, or they are
	/// open, the auditors to open their votes. The caller stores the audit.
	pub(crate) fn close_commits(id: JobId, audit: &mut AuditOf<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		match audit.subject.answer() {
			Some(answer) if audit.opened.is_none() => {
				let provider = answer.provider.clone();
				let until = now.saturating_add(T::OpenBlocks::get());
				audit.phase = Phase::Opening;
				Self::wait_until(id, audit, until);
				Self::deposit_event(Event::OpeningAwaited { audit: id, provider, until });
			},
			_ => {
				let until = now.saturating_add(T::RevealBlocks::get());
				audit.phase = Phase::Revealing;
				Self::wait_until(id, audit, until);
				Self::deposit_event(Event::VotesAwaited { audit: id, until });
			},
		}
	}

	pub(crate) fn do_open(
		worker: T::AccountId,
		id: JobId,
		fingerprint: Fingerprint,
		root: H256,
		salt: H256,
	) -> DispatchResult {
		let mut audit = Audits::<T>::get(id).ok_or(Error::<T>::UnknownAudit)?;
		// Of a batch nothing is opened.
		let answer = audit.subject.answer().ok_or(Error::<T>::NotOpening)?;
		let owner = T::Providers::provider_of(&worker);
		ensure!(owner.as_ref() == Some(&answer.provider), Error::<T>::NotTheWorker);
		ensure!(audit.phase == Phase::Opening, Error::<T>::NotOpening);
		ensure!(Self::is_in_time(&audit), Error::<T>::TooLate);
		let committed = commitment(&id.0, &name_of(&answer.provider), &root.0, &salt.0);
		ensure!(committed == answer.commitment.0, Error::<T>::WrongOpening);

		audit.opened = Some(Opened { root, fingerprint });
		audit.phase = Phase::Revealing;
		let now = frame_system::Pallet::<T>::block_number();
		let until = now.saturating_add(T::RevealBlocks::get());
		Self::wait_until(id, &mut audit, until);
		Audits::<T>::insert(id, audit);
		Self::deposit_event(Event::RowsOpened { audit: id, root, until });
		Ok(())
	}

	/// The worker does not stand by its answer.
	pub(crate) fn end_opening(id: JobId, audit: AuditOf<T>) -> Weight {
		Self::rule(id, audit, AuditOutcome::Rejected(Conviction::NotOpened), &[])
	}

	/// The time for votes has passed, or all are there: they are counted.
	pub(crate) fn end_reveals(id: JobId, mut audit: AuditOf<T>) -> Weight {
		let silent = |ballot: &Ballot| matches!(ballot, Ballot::Committed(_));
		let missed = Self::note_missing(id, &mut audit, silent);
		let votes = audit.count(|ballot| *ballot == Ballot::Revealed);
		let weight = missed.saturating_add(Self::verdict_weight(votes, audit.instance));
		let (count, said) = Self::verdict(id, &audit);
		let after = match count {
			Count::Over(outcome) => Self::rule(id, audit, outcome, &said),
			Count::Dissent | Count::Appeal { .. } => {
				Self::deposit_event(Event::AuditEscalated { audit: id });
				match count {
					Count::Appeal { otherwise, about } => audit.appeal(otherwise, about),
					_ => audit.escalate(),
				}
				let kept = audit.earlier.try_push(BoundedVec::truncate_from(said));
				frame_support::defensive_assert!(kept.is_ok(), "the last committee decides");
				Self::await_draw(id, audit)
			},
			Count::TooFew if audit.retries < MAX_RETRIES => {
				audit.retries = audit.retries.saturating_add(1);
				Self::deposit_event(Event::AuditRetried { audit: id });
				Self::await_draw(id, audit)
			},
			Count::TooFew => {
				let otherwise = audit.otherwise;
				Self::rule(id, audit, otherwise, &[])
			},
		};
		weight.saturating_add(after)
	}

	/// What the opened votes come to, and what each of them says. They are kept no longer; what follows from it
	/// is for the caller.
	pub(crate) fn verdict(id: JobId, audit: &AuditOf<T>) -> (Count, Vec<Opinion<T::AccountId>>) {
		let scale = Self::scale(audit);
		let judged = Self::judged(id, audit, scale.as_ref());
		Self::forget_statements(id, audit);
		let Some(mut votes) = judged else {
			// The model has left the store; nobody can say anything.
			return (Count::Over(audit.otherwise), Vec::new());
		};
		let committee = tally::Committee {
			size: audit.size,
			quorum: audit.quorum,
			instance: audit.instance,
			contested: audit.earlier.first().is_some_and(|first| match audit.instance {
				Instance::First => false,
				Instance::Larger => tally::is_contested(first),
				// What is only said without the rows is no reason not to pay for what so many have seen.
				Instance::Last => !audit.asks_about_first() && tally::is_refuted(first),
			}),
			denied: audit.instance == Instance::Larger
				&& audit.earlier.first().is_some_and(|first| tally::is_denied(first)),
			// Of a batch nothing is opened that all could be asked about.
			appealable: audit.instance == Instance::Larger && audit.subject.answer().is_some(),
		};
		let count = tally::count(&committee, &mut votes, scale.as_ref());
		(count, votes.into_iter().map(|vote| vote.opinion(audit.era)).collect())
	}

	/// What the votes about an answer are measured by, once its worker has opened its rows, and as long as its
	/// model is in the store.
	pub(crate) fn scale(audit: &AuditOf<T>) -> Option<Scale> {
		let answer = audit.subject.answer()?;
		let worker = Measured::from(audit.opened?.fingerprint);
		let thresholds = T::Models::model(&answer.model)?.thresholds?;
		Some(Scale { thresholds, worker, output: answer.output.0 })
	}

	/// The opened votes, with what each says about the work. `None` where there is nothing to measure those
	/// about an answer by.
	pub(crate) fn judged(
		id: JobId,
		audit: &AuditOf<T>,
		scale: Option<&Scale>,
	) -> Option<Vec<Judged<T::AccountId>>> {
		let revealed = audit.seats.iter().filter(|seat| seat.ballot == Ballot::Revealed);
		let said = revealed.filter_map(|seat| {
			let statement = Statements::<T>::get(id, &seat.auditor)?;
			Some((seat.auditor.clone(), statement))
		});
		match audit.subject {
			Subject::Answer(_) => {
				let scale = scale?;
				Some(said.map(|(auditor, statement)| scale.judge(auditor, statement)).collect())
			},
			Subject::Batch(_) => Some(tally::judge_batch(said.collect(), audit.instance)),
		}
	}

	fn forget_statements(id: JobId, audit: &AuditOf<T>) {
		for seat in audit.seats.iter().filter(|seat| seat.ballot == Ballot::Revealed) {
			Statements::<T>::remove(id, &seat.auditor);
		}
	}
}

/// An account's 32 bytes, as commitments and blind votes have them. Shorter accounts, of tests, are
/// filled up with zeros.
pub(crate) fn name_of(account: &impl Encode) -> Hash {
	let mut name = Hash::default();
	name.iter_mut().zip(account.encode()).for_each(|(to, from)| *to = from);
	name
}
