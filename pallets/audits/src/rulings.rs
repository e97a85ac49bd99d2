//! An audit's end: who was right, who is paid, who loses stake.

use crate::{pallet::*, tally, types::*, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		Get,
	},
	weights::Weight,
};
use reckon_primitives::{Balance, JobId};
use reckon_support::{AuditOutcome, AuditSubjects, Conviction, OnAuditVote, Ruling};
use reckon_verification::Grade;

/// What an auditor's vote was worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Worth {
	/// It says how the audit ended.
	Right,
	/// It says what can't be held against it, and nothing that helped.
	Useless,
	/// It is as if the auditor had been silent.
	Missed,
	/// The larger committee has proved it wrong.
	Wrong,
}

/// What a vote was worth in an audit that has ended so. It is only proved wrong by others that have
/// seen the same rows (`comparable`).
fn worth<AccountId>(outcome: &AuditOutcome, said: &Opinion<AccountId>, comparable: bool) -> Worth {
	match (outcome, said.grade) {
		(AuditOutcome::Accepted, Grade::Same)
		| (AuditOutcome::Rejected(_), Grade::Different)
		| (AuditOutcome::Doubtful, _) => Worth::Right,
		// Others had the rows. That this one did not have them may be the network's fault.
		(AuditOutcome::Accepted, Grade::Different) if said.rows == RowsSeen::Unproven => {
			Worth::Missed
		},
		(AuditOutcome::Accepted, Grade::Different) => Worth::Wrong,
		(AuditOutcome::Rejected(Conviction::Answer(_)), Grade::Same) if comparable => Worth::Wrong,
		// The worker may have stood by its answer once, and shown its rows to some.
		_ => Worth::Useless,
	}
}

impl<T: Config> Pallet<T> {
	/// Ends an audit, after the votes of the last committee that sat; says what that weighed.
	pub(crate) fn rule(
		id: JobId,
		audit: AuditOf<T>,
		outcome: AuditOutcome,
		said: &[Opinion<T::AccountId>],
	) -> Weight {
		let mut auditors = Vec::new();
		let mut wrong = 0u32;
		// Each committee looks at other rows: what the larger one has found proves those of the first
		// wrong that have said otherwise than most who saw theirs.
		let contested = tally::is_contested(&audit.first);
		let first = audit.first.iter().map(|vote| (vote, contested));
		for (vote, comparable) in first.chain(said.iter().map(|vote| (vote, true))) {
			match worth(&outcome, vote, comparable) {
				Worth::Right => {
					Self::note_counted(&vote.auditor);
					T::OnVote::on_audit_vote(&vote.auditor);
					auditors.push(vote.auditor.clone());
				},
				Worth::Useless => {},
				Worth::Missed => {
					wrong = wrong.saturating_add(1);
					Self::note_missed(id, &vote.auditor);
				},
				Worth::Wrong => {
					wrong = wrong.saturating_add(1);
					Self::penalise(&vote.auditor, T::WrongVoteSlash::get());
				},
			}
		}
		Self::forget_statements(id, &audit);
		Self::forget(id, &audit);
		let votes = auditors.len() as u32;
		Self::deposit_event(Event::AuditDecided { audit: id, outcome, votes });
		Self::hand_out_fee(&audit, &outcome, &auditors);

		let convicted = matches!(outcome, AuditOutcome::Rejected(_));
		let slash = Self::deterrence().slash(audit.subject.charge, audit.rate);
		let (costs, slash) = if convicted { (audit.fee, slash) } else { (0, 0) };
		T::Subjects::on_ruling(&id, Ruling { outcome, auditors, costs, slash });
		Self::ruling_weight(votes, wrong)
	}

	/// Gives the auditors the fee that a client has paid; what can't be divided, and all of it
	/// where the provider pays or nobody has said anything, goes back.
	fn hand_out_fee(audit: &AuditOf<T>, outcome: &AuditOutcome, auditors: &[T::AccountId]) {
		if audit.fee == 0 {
			return;
		}
		let (reason, client) = (HoldReason::AuditFee.into(), &audit.subject.client);
		let earned = matches!(outcome, AuditOutcome::Accepted | AuditOutcome::Doubtful);
		let part = audit.fee.checked_div(auditors.len() as Balance).unwrap_or_default();
		let mut left = audit.fee;
		for auditor in auditors.iter().filter(|_| earned && part > 0) {
			let paid = T::Currency::transfer_on_hold(
				&reason,
				client,
				auditor,
				part,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Polite,
			);
			// What an account can't take goes back too.
			left = left.saturating_sub(paid.unwrap_or_default());
		}
		let released = T::Currency::release(&reason, client, left, Precision::BestEffort);
		frame_support::defensive_assert!(released == Ok(left), "a fee is what was held for it");
	}

	/// What it weighs to end an audit with so many votes that say how it ended, and so many that
	/// don't.
	pub(crate) fn ruling_weight(right: u32, wrong: u32) -> Weight {
		T::WeightInfo::rule(right)
			.saturating_add(T::OnVote::on_audit_vote_weight().saturating_mul(right.into()))
			.saturating_add(T::Subjects::on_ruling_weight(right))
			.saturating_add(Self::missing_weight(wrong))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_verification::Reason;

	#[test]
	fn vote_should_be_worth_what_it_contributed() {
		let answer = AuditOutcome::Rejected(Conviction::Answer(Reason::Output));
		let unproven = AuditOutcome::Rejected(Conviction::RowsUnproven);
		let silent = AuditOutcome::Rejected(Conviction::NotOpened);
		let (proven, absent) = (RowsSeen::Proven, RowsSeen::Unproven);
		for (outcome, grade, rows, expected) in [
			(AuditOutcome::Accepted, Grade::Same, proven, Worth::Right),
			(AuditOutcome::Accepted, Grade::Doubtful, proven, Worth::Useless),
			(AuditOutcome::Accepted, Grade::Different, proven, Worth::Wrong),
			(AuditOutcome::Accepted, Grade::Different, absent, Worth::Missed),
			(answer, Grade::Different, proven, Worth::Right),
			(answer, Grade::Doubtful, proven, Worth::Useless),
			(answer, Grade::Same, proven, Worth::Wrong),
			(unproven, Grade::Different, absent, Worth::Right),
			(unproven, Grade::Same, proven, Worth::Useless),
			(silent, Grade::Same, proven, Worth::Useless),
			(silent, Grade::Different, proven, Worth::Right),
			(AuditOutcome::Doubtful, Grade::Same, proven, Worth::Right),
			(AuditOutcome::Doubtful, Grade::Doubtful, proven, Worth::Right),
			(AuditOutcome::Inconclusive, Grade::Same, proven, Worth::Useless),
			(AuditOutcome::Inconclusive, Grade::Different, proven, Worth::Useless),
		] {
			let said = Opinion { auditor: 1u64, grade, rows };
			assert_eq!(worth(&outcome, &said, true), expected, "{outcome:?} {said:?}");
		}
	}

	#[test]
	fn vote_should_not_be_wrong_when_others_have_seen_other_rows() {
		let answer = AuditOutcome::Rejected(Conviction::Answer(Reason::Output));
		let said = Opinion { auditor: 1u64, grade: Grade::Same, rows: RowsSeen::Proven };
		assert_eq!(worth(&answer, &said, true), Worth::Wrong);
		assert_eq!(worth(&answer, &said, false), Worth::Useless);
	}
}
