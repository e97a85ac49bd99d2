//! From the blind votes over the worker's opening to the count.

use crate::{pallet::*, tally, types::*};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{ensure, traits::Get, weights::Weight};
use reckon_primitives::JobId;
use reckon_support::{AuditOutcome, Conviction, ModelInspect, ProviderPool, Subject};
use reckon_verification::{commitment, Fingerprint, Hash, Thresholds};
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
			let ruled = Self::rule(id, audit, AuditOutcome::Inconclusive, &[]);
			return weight.saturating_add(ruled);
		}
		audit.retries = audit.retries.saturating_add(1);
		Self::deposit_event(Event::AuditRetried { audit: id });
		let now = frame_system::Pallet::<T>::block_number();
		Self::wait_until(id, &mut audit, now.saturating_add(T::CommitBlocks::get()));
		Audits::<T>::insert(id, audit);
		weight
	}

	/// The blind votes are there: the worker is asked to open its rows, or where nobody has any, the auditors
	/// to open their votes. The caller stores the audit.
	pub(crate) fn close_commits(id: JobId, audit: &mut AuditOf<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		match audit.subject.answer() {
			Some(answer) => {
				let provider = answer.provider.clone();
				let until = now.saturating_add(T::OpenBlocks::get());
				audit.phase = Phase::Opening;
				Self::wait_until(id, audit, until);
				Self::deposit_event(Event::OpeningAwaited { audit: id, provider, until });
			},
			None => {
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
		let weight = Self::note_missing(id, &mut audit, silent);
		let thresholds = Self::thresholds(&audit);
		let Some(mut votes) = Self::judged(id, &audit, thresholds.as_ref()) else {
			// The model has left the store; nobody can say anything.
			return weight.saturating_add(Self::rule(id, audit, AuditOutcome::Inconclusive, &[]));
		};
		let contested = tally::is_contested(&audit.first);
		let committee = tally::Committee { size: audit.size, quorum: audit.quorum, contested };
		let count = match audit.larger {
			false => tally::first(&committee, &votes),
			true => tally::larger(&committee, &mut votes, thresholds.as_ref()),
		};
		let after = match count {
			tally::Count::Over(outcome) => {
				let said: Vec<_> = votes.into_iter().map(|vote| vote.opinion(audit.era)).collect();
				Self::rule(id, audit, outcome, &said)
			},
			tally::Count::Dissent => {
				Self::deposit_event(Event::AuditEscalated { audit: id });
				let said = votes.into_iter().map(|vote| vote.opinion(audit.era)).collect();
				audit.first = frame_support::BoundedVec::truncate_from(said);
				audit.larger = true;
				Self::await_draw(id, &mut audit);
				Audits::<T>::insert(id, audit);
				Weight::zero()
			},
			tally::Count::TooFew if audit.retries < MAX_RETRIES => {
				audit.retries = audit.retries.saturating_add(1);
				Self::deposit_event(Event::AuditRetried { audit: id });
				Self::await_draw(id, &mut audit);
				Audits::<T>::insert(id, audit);
				Weight::zero()
			},
			tally::Count::TooFew => Self::rule(id, audit, AuditOutcome::Inconclusive, &[]),
		};
		weight.saturating_add(after)
	}

	/// What the votes about an answer are measured by.
	pub(crate) fn thresholds(audit: &AuditOf<T>) -> Option<Thresholds> {
		T::Models::model(&audit.subject.answer()?.model)?.thresholds
	}

	/// The opened votes, with what each says about the work. `None` where there is nothing to measure those
	/// about an answer by.
	pub(crate) fn judged(
		id: JobId,
		audit: &AuditOf<T>,
		thresholds: Option<&Thresholds>,
	) -> Option<Vec<tally::Judged<T::AccountId>>> {
		let revealed = audit.seats.iter().filter(|seat| seat.ballot == Ballot::Revealed);
		let said = revealed.filter_map(|seat| {
			let statement = Statements::<T>::get(id, &seat.auditor)?;
			Some((seat.auditor.clone(), statement))
		});
		let answer = match &audit.subject {
			Subject::Answer(answer) => answer,
			Subject::Batch(_) => return Some(tally::judge_batch(said.collect(), audit.larger)),
		};
		let thresholds = thresholds?;
		let Some(Opened { fingerprint: worker, .. }) = &audit.opened else {
			return Some(Vec::new());
		};
		let judge = |(auditor, statement)| {
			tally::judge(thresholds, worker, &answer.output.0, auditor, statement)
		};
		Some(said.map(judge).collect())
	}

	pub(crate) fn forget_statements(id: JobId, audit: &AuditOf<T>) {
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
