//! An audit's end: who was right, who is paid, who loses stake.

use crate::{pallet::*, tally, types::*, weights::WeightInfo};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate, MutateHold},
		tokens::{Fortitude, Precision, Preservation, Restriction},
		Get,
	},
	weights::Weight,
};
use reckon_primitives::{Balance, BatchId, JobId};
use reckon_support::{
	AuditOutcome, AuditSubjects, AuditedAnswer, AuditedBatches, Cause, Conviction, OnAuditVote,
	Ruling, Subject,
};
use reckon_verification::{Grade, Rejection};

/// What an auditor's vote was worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Worth {
	/// It says how the audit ended.
	Right,
	/// It says what can't be held against it, and nothing that helped.
	Useless,
	/// It is as if the auditor had been silent.
	Missed,
	/// A larger committee has proved it wrong.
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
		(
			AuditOutcome::Rejected(Conviction::Answer(_) | Conviction::Batch(Rejection::Leaves)),
			Grade::Same,
		) if comparable => Worth::Wrong,
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
		// What was found of the rows that the last committee looked at. That it does not pay for an answer
		// which most of the first saw otherwise, at other rows, makes no lie about these true.
		let same = said.iter().filter(|vote| vote.grade == Grade::Same).count() as u32;
		let approves = audit.instance == Instance::Last && same.saturating_mul(2) > audit.size;
		let found = match outcome {
			AuditOutcome::Doubtful if approves => AuditOutcome::Accepted,
			_ => outcome,
		};
		// Other rows tell of a vote of the first committee if most who saw the same say otherwise.
		// What is wrong with the first one's rows proves nothing of those that the larger one looked at.
		let of_larger = match outcome {
			AuditOutcome::Rejected(_) => AuditOutcome::Doubtful,
			_ => outcome,
		};
		let earlier = audit.earlier.iter().enumerate().flat_map(|(n, votes)| {
			let (by, comparable) = match n {
				n if audit.has_same_rows(n) => (&found, true),
				0 => (&outcome, tally::is_refuted(votes)),
				_ => (&of_larger, true),
			};
			votes.iter().map(move |vote| (vote, worth(by, vote, comparable)))
		});
		let last = said.iter().map(|vote| (vote, worth(&found, vote, true)));
		let judged: Vec<_> = earlier.chain(last).collect();
		let lies = judged.iter().filter(|(_, worth)| *worth == Worth::Wrong);
		let liars: BTreeSet<_> = lies.map(|(vote, _)| &vote.auditor).collect();
		let alone = liars.len() <= 1;
		let mut paid_with_others = BTreeSet::new();
		for (vote, worth) in judged {
			match worth {
				Worth::Right => {
					Self::note_counted(&vote.auditor);
					T::OnVote::on_audit_vote(&vote.auditor);
					auditors.push(vote.auditor.clone());
				},
				Worth::Useless => {},
				Worth::Missed => {
					wrong = wrong.saturating_add(1);
					Self::note_missed(id, vote.era, &vote.auditor);
				},
				Worth::Wrong => {
					wrong = wrong.saturating_add(1);
					// With others it pays once, also if its committees were drawn in two eras.
					if alone || paid_with_others.insert(&vote.auditor) {
						Self::note_wrong(vote.era, &vote.auditor, alone);
					}
				},
			}
		}
		// Who has computed in vain, since the worker does not stand by its answer, has worked too.
		if outcome == AuditOutcome::Rejected(Conviction::NotOpened) {
			let computed = |seat: &&Seat<_>| matches!(seat.ballot, Ballot::Committed(_));
			auditors.extend(audit.seats.iter().filter(computed).map(|seat| seat.auditor.clone()));
		}
		Self::forget(id, &audit);
		let votes = auditors.len() as u32;
		Self::deposit_event(Event::AuditDecided { audit: id, outcome, votes });

		let slash = match outcome {
			AuditOutcome::Rejected(_) => Self::slash_of(&audit.subject, audit.rate),
			_ => 0,
		};
		let costs = match audit.cause {
			Cause::Requested => audit.fee,
			Cause::Lot | Cause::Attested | Cause::Sampled => Self::costs_of(&audit.subject),
		};
		let ruling = Ruling { outcome, costs, slash };
		let (brought, found) = match audit.subject {
			Subject::Answer(_) => {
				let found = matches!(outcome, AuditOutcome::Accepted | AuditOutcome::Doubtful);
				(T::Subjects::on_ruling(&id, ruling), found)
			},
			// What its auditors have comes from what all batches owe.
			Subject::Batch(_) => {
				Self::carry_out(&id, ruling);
				(0, outcome != AuditOutcome::Inconclusive)
			},
		};
		let fee = Self::close_fee(&audit, found);
		let wages = match audit.cause {
			// Others pay for these, by their premiums.
			Cause::Lot | Cause::Sampled if found => costs,
			_ => brought.saturating_add(fee),
		};
		Self::pay_auditors(id, &auditors, wages);
		Self::ruling_weight(votes, wrong)
	}

	/// A batch that is convicted is not paid. Any other is, when its owner asks again.
	fn carry_out(id: &BatchId, ruling: Ruling<Balance>) {
		let AuditOutcome::Rejected(Conviction::Batch(why)) = ruling.outcome else { return };
		// It may have been rejected already, for what the chain itself has seen.
		let _ = T::Batches::reject(id, why, ruling.slash);
	}

	/// Puts the fee of a client that asked for an audit into the pot if it has found something, and
	/// gives it back if not; says what came into the pot.
	fn close_fee(audit: &AuditOf<T>, found: bool) -> Balance {
		if audit.fee == 0 {
			return 0;
		}
		// Nobody asks for the audit of a batch.
		let Some(AuditedAnswer { client, .. }) = audit.subject.answer() else { return 0 };
		let reason = HoldReason::AuditFee.into();
		if found {
			let moved = T::Currency::transfer_on_hold(
				&reason,
				client,
				&T::Pot::get(),
				audit.fee,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Polite,
			);
			// What the pot can't take goes back too.
			if let Ok(amount) = moved {
				return amount;
			}
		}
		let released = T::Currency::release(&reason, client, audit.fee, Precision::BestEffort);
		frame_support::defensive_assert!(released == Ok(audit.fee), "a fee is what was held");
		0
	}

	/// Pays an equal part for each auditor's vote, as far as the pot has it. What can't be divided,
	/// or an account can't take, stays there.
	fn pay_auditors(id: JobId, auditors: &[T::AccountId], wages: Balance) {
		let pot = T::Pot::get();
		let has = T::Currency::reducible_balance(&pot, Preservation::Preserve, Fortitude::Polite);
		let votes = auditors.len() as u32;
		let part = wages.min(has).checked_div(votes.into()).unwrap_or_default();
		if part == 0 {
			return;
		}
		let mut amount: Balance = 0;
		for auditor in auditors {
			let paid = T::Currency::transfer(&pot, auditor, part, Preservation::Preserve);
			amount = amount.saturating_add(paid.unwrap_or_default());
		}
		Self::deposit_event(Event::AuditorsPaid { audit: id, votes, amount });
	}

	/// What it weighs to end an audit with so many votes that say how it ended, and so many that
	/// don't. What [`Config::OnVote`] does is measured with the rest.
	pub(crate) fn ruling_weight(right: u32, wrong: u32) -> Weight {
		T::WeightInfo::rule(right)
			.saturating_add(T::Subjects::on_ruling_weight().max(T::Batches::reject_weight()))
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
		let batch = |why| AuditOutcome::Rejected(Conviction::Batch(why));
		let (leaves, unavailable) = (batch(Rejection::Leaves), batch(Rejection::Unavailable));
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
			(leaves, Grade::Same, proven, Worth::Wrong),
			(unavailable, Grade::Same, proven, Worth::Useless),
			(unavailable, Grade::Different, absent, Worth::Right),
			(silent, Grade::Same, proven, Worth::Useless),
			(silent, Grade::Different, proven, Worth::Right),
			(AuditOutcome::Doubtful, Grade::Same, proven, Worth::Right),
			(AuditOutcome::Doubtful, Grade::Doubtful, proven, Worth::Right),
			(AuditOutcome::Inconclusive, Grade::Same, proven, Worth::Useless),
			(AuditOutcome::Inconclusive, Grade::Different, proven, Worth::Useless),
		] {
			let said = Opinion { auditor: 1u64, era: 0, grade, rows, dissents: false };
			assert_eq!(worth(&outcome, &said, true), expected, "{outcome:?} {said:?}");
		}
	}

	#[test]
	fn vote_should_not_be_wrong_when_others_have_seen_other_rows() {
		let answer = AuditOutcome::Rejected(Conviction::Answer(Reason::Output));
		let said = Opinion {
			auditor: 1u64,
			era: 0,
			grade: Grade::Same,
			rows: RowsSeen::Proven,
			dissents: false,
		};
		assert_eq!(worth(&answer, &said, true), Worth::Wrong);
		assert_eq!(worth(&answer, &said, false), Worth::Useless);
	}
}
