//! What votes add up to. No storage: integers only.

use crate::types::{Opinion, RowsSeen, Statement};
use alloc::{collections::BTreeMap, vec::Vec};
use reckon_support::{AuditOutcome, Conviction, EraIndex};
use reckon_verification::{distance, Fingerprint, Grade, Hash, Rejection, Thresholds, Vote};

/// An opened vote, measured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Judged<AccountId> {
	/// Whose.
	pub(crate) auditor: AccountId,
	/// What was said.
	pub(crate) statement: Statement,
	/// How far the worker is from it.
	pub(crate) grade: Grade,
	/// What is wrong, if anything is.
	pub(crate) why: Option<Conviction>,
}

impl<AccountId> Judged<AccountId> {
	/// What is kept of it.
	pub(crate) fn opinion(self, era: EraIndex) -> Opinion<AccountId> {
		let Self { auditor, grade, statement, .. } = self;
		Opinion { auditor, era, grade, rows: statement.rows }
	}
}

/// A committee.
pub(crate) struct Committee {
	/// How many auditors it was to have.
	pub(crate) size: u32,
	/// How many of them must say something.
	pub(crate) quorum: u32,
	/// Whether most of the committee before it have seen the rows and dissented.
	pub(crate) contested: bool,
}

/// Whether most of these votes dissent from a worker whose rows they have seen.
pub(crate) fn is_contested<AccountId>(first: &[Opinion<AccountId>]) -> bool {
	let dissents = |said: &&Opinion<AccountId>| {
		said.grade == Grade::Different && said.rows == RowsSeen::Proven
	};
	first.iter().filter(dissents).count().saturating_mul(2) > first.len()
}

/// What a committee's votes come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Count {
	/// The audit has ended.
	Over(AuditOutcome),
	/// A larger committee must look.
	Dissent,
	/// Others must look.
	TooFew,
}

/// Measures a vote.
pub(crate) fn judge<AccountId>(
	thresholds: &Thresholds,
	worker: &Fingerprint,
	output: &Hash,
	auditor: AccountId,
	statement: Statement,
) -> Judged<AccountId> {
	let verdict = thresholds.verdict(worker, output, &statement.vote);
	// Without the worker's rows a fault shows nothing: the tokens that it was found in may be of
	// nobody. What was computed and is far off shows something without them.
	let shows_alone =
		verdict.grade == Grade::Different && !matches!(statement.vote, Vote::Refuted(_));
	let (grade, why) = match statement.rows == RowsSeen::Unproven && !shows_alone {
		true => (Grade::Different, Some(Conviction::RowsUnproven)),
		false => (verdict.grade, verdict.reason.map(Conviction::Answer)),
	};
	Judged { auditor, statement, grade, why }
}

/// Measures the votes about a batch, which are about the same bytes: who has most of the digests' has them.
///
/// Whoever could not get the receipts, or saw the channels' money when other receipts were struck, may say
/// something else than others by no fault of its own: that is as if it had not seen them. Who says that all
/// is well and has other bytes has not looked; but in the first committee those may be the most, so that
/// nobody there is believed where they differ.
pub(crate) fn judge_batch<AccountId>(
	said: Vec<(AccountId, Statement)>,
	larger: bool,
) -> Vec<Judged<AccountId>> {
	let mut counts = BTreeMap::<Hash, u32>::new();
	for (_, statement) in &said {
		if let Vote::Batch { rejection: None, digest } = statement.vote {
			let count = counts.entry(digest).or_default();
			*count = count.saturating_add(1);
		}
	}
	let is_agreed = larger || counts.len() <= 1;
	let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(digest, _)| digest);
	let judge = |(auditor, statement): (AccountId, Statement)| {
		let (grade, rejection, seen) = match statement.vote {
			Vote::Batch { rejection: None, .. } if !is_agreed => (Grade::Doubtful, None, false),
			Vote::Batch { rejection: None, digest } if Some(digest) == most => {
				(Grade::Same, None, true)
			},
			Vote::Batch { rejection: None, .. } => (Grade::Different, None, true),
			Vote::Batch { rejection: Some(Rejection::Leaves), .. } => {
				(Grade::Different, Some(Rejection::Leaves), true)
			},
			Vote::Batch { rejection, .. } => (Grade::Different, rejection, false),
			// It is no word about a batch, and does not get here.
			_ => (Grade::Doubtful, None, false),
		};
		let rows = if seen { RowsSeen::Proven } else { RowsSeen::Unproven };
		let why = rejection.map(Conviction::Batch);
		Judged { auditor, statement: Statement { rows, ..statement }, grade, why }
	};
	said.into_iter().map(judge).collect()
}

/// The first committee: all of one mind, or a larger one looks.
pub(crate) fn first<AccountId>(committee: &Committee, votes: &[Judged<AccountId>]) -> Count {
	if votes.iter().any(|vote| vote.grade != Grade::Same) {
		Count::Dissent
	} else if is_quorate(committee, votes) {
		Count::Over(AuditOutcome::Accepted)
	} else {
		Count::TooFew
	}
}

/// The larger committee: two thirds of it that agree with one another convict, and more than half
/// of it accept. Else nobody can tell, and neither when it accepts what most of the first committee
/// did not: each has looked at other rows, and a worker that is right at some has not done its work.
///
/// Who is far from the worker but also from those who convict it has shown nothing but its own
/// fault, and counts as doubtful from then on.
pub(crate) fn larger<AccountId>(
	committee: &Committee,
	votes: &mut [Judged<AccountId>],
	thresholds: Option<&Thresholds>,
) -> Count {
	if !is_quorate(committee, votes) {
		return Count::TooFew;
	}
	let same = votes.iter().filter(|vote| vote.grade == Grade::Same).count() as u32;
	let outcome = match convicting(committee, votes, thresholds) {
		Some((camp, why)) => {
			for (vote, is_in) in votes.iter_mut().zip(camp) {
				if vote.grade == Grade::Different && !is_in {
					vote.grade = Grade::Doubtful;
				}
			}
			AuditOutcome::Rejected(why)
		},
		None if same.saturating_mul(2) > committee.size && !committee.contested => {
			AuditOutcome::Accepted
		},
		None => AuditOutcome::Doubtful,
	};
	Count::Over(outcome)
}

fn is_quorate<AccountId>(committee: &Committee, votes: &[Judged<AccountId>]) -> bool {
	votes.len() as u32 >= committee.quorum.max(1)
}

/// Two thirds of the committee who found the worker wrong and agree with one of them: for each vote,
/// whether it is among them, and what they have found. Without thresholds it is about a batch.
///
/// Whether anybody agrees with anybody is asked only when so many dissent, and mostly once: of those
/// who have found the same, one is among the first of all dissenters, however many others are before.
fn convicting<AccountId>(
	committee: &Committee,
	votes: &[Judged<AccountId>],
	thresholds: Option<&Thresholds>,
) -> Option<(Vec<bool>, Conviction)> {
	let needed = committee.size.saturating_mul(2).div_ceil(3).max(1) as usize;
	let Some(thresholds) = thresholds else { return convicting_batch(needed, votes) };
	let is_against = |vote: &Judged<AccountId>| vote.grade == Grade::Different;
	let against = || votes.iter().filter(|vote| is_against(vote));
	let others = against().count().checked_sub(needed)?;
	against().take(others.saturating_add(1)).find_map(|one| {
		let like = |other| is_against(other) && agree(one, other, thresholds);
		let camp: Vec<_> = votes.iter().map(like).collect();
		let is_enough = camp.iter().filter(|is_in| **is_in).count() >= needed;
		is_enough.then_some(camp).zip(one.why)
	})
}

/// The same of a batch. Who finds anything wrong with it is against it, whatever that is: else a gateway
/// that hands the receipts to some only would be paid for what these have seen. What is said of it is what
/// most of those have found who had them.
fn convicting_batch<AccountId>(
	needed: usize,
	votes: &[Judged<AccountId>],
) -> Option<(Vec<bool>, Conviction)> {
	let is_against =
		|vote: &Judged<AccountId>| vote.grade == Grade::Different && vote.why.is_some();
	let camp: Vec<_> = votes.iter().map(is_against).collect();
	let reasons = || votes.iter().filter(|vote| is_against(vote)).filter_map(|vote| vote.why);
	if reasons().count() < needed {
		return None;
	}
	let unavailable = Conviction::Batch(Rejection::Unavailable);
	let weight = |why: &Conviction| {
		let count = reasons().filter(|other| other == why).count();
		(*why != unavailable, count)
	};
	reasons().max_by_key(weight).map(|why| (camp, why))
}

/// Whether two who found the worker wrong have found the same.
fn agree<AccountId>(a: &Judged<AccountId>, b: &Judged<AccountId>, thresholds: &Thresholds) -> bool {
	let unproven = Some(Conviction::RowsUnproven);
	if a.why == unproven || b.why == unproven {
		return a.why == b.why;
	}
	match (&a.statement.vote, &b.statement.vote) {
		(Vote::Replayed { fingerprint: a, .. }, Vote::Replayed { fingerprint: b, .. }) => {
			thresholds.distance.grade(distance(a, b)) == Grade::Same
		},
		(a, b) => a == b,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_support::mocks::THRESHOLDS;
	use reckon_verification::{Fault, Reason, Statistics, POSITIONS, PROJECTIONS};

	const WORKER: Fingerprint = Fingerprint([[8_000; PROJECTIONS]; POSITIONS]);
	const OTHER: Fingerprint = Fingerprint([[-8_000; PROJECTIONS]; POSITIONS]);
	const THIRD: Fingerprint = Fingerprint([[4_000; PROJECTIONS]; POSITIONS]);

	fn replayed(fingerprint: Fingerprint) -> Statement {
		let vote = Vote::Replayed { fingerprint, statistics: Statistics::default() };
		Statement { vote, rows: RowsSeen::Proven }
	}

	fn judged(statements: &[Statement]) -> Vec<Judged<usize>> {
		let judge = |(n, statement): (usize, &Statement)| {
			judge(&THRESHOLDS, &WORKER, &[0; 32], n, *statement)
		};
		statements.iter().enumerate().map(judge).collect()
	}

	fn same() -> Statement {
		replayed(WORKER)
	}

	/// Between what is honest and what convicts: 1000 ppm.
	fn doubtful() -> Statement {
		replayed(Fingerprint([[8_008; PROJECTIONS]; POSITIONS]))
	}

	fn unproven() -> Statement {
		Statement { rows: RowsSeen::Unproven, ..same() }
	}

	fn refuted(fault: Fault) -> Statement {
		Statement { vote: Vote::Refuted(fault), rows: RowsSeen::Proven }
	}

	fn count_larger(statements: &[Statement], size: u32) -> Count {
		let committee = Committee { size, quorum: (size * 2).div_ceil(3), contested: false };
		larger(&committee, &mut judged(statements), Some(&THRESHOLDS))
	}

	fn accepted() -> Count {
		Count::Over(AuditOutcome::Accepted)
	}

	fn is_rejected(count: Count) -> bool {
		matches!(count, Count::Over(AuditOutcome::Rejected(_)))
	}

	#[test]
	fn vote_should_be_graded_by_the_distance_and_the_rows() {
		let grades: Vec<_> =
			judged(&[same(), doubtful(), replayed(OTHER), unproven(), refuted(Fault::Text)])
				.iter()
				.map(|vote| (vote.grade, vote.why))
				.collect();
		assert_eq!(grades[0], (Grade::Same, None));
		assert_eq!(grades[1].0, Grade::Doubtful);
		assert_eq!(
			grades[2],
			(Grade::Different, Some(Conviction::Answer(Reason::Distance(2_000_000))))
		);
		assert_eq!(grades[3], (Grade::Different, Some(Conviction::RowsUnproven)));
		let text = Conviction::Answer(Reason::Fault(Fault::Text));
		assert_eq!(grades[4], (Grade::Different, Some(text)));
	}

	#[test]
	fn fault_should_show_nothing_of_the_answer_when_the_rows_are_unproven() {
		let fault = Statement { rows: RowsSeen::Unproven, ..refuted(Fault::Text) };
		let far = Statement { rows: RowsSeen::Unproven, ..replayed(OTHER) };
		let all = judged(&[fault, far, refuted(Fault::Text)]);
		assert!(all.iter().all(|vote| vote.grade == Grade::Different));
		assert_eq!(all[0].why, Some(Conviction::RowsUnproven));
		assert!(matches!(all[1].why, Some(Conviction::Answer(Reason::Distance(_)))));
		assert_eq!(all[2].why, Some(Conviction::Answer(Reason::Fault(Fault::Text))));
		// Those to whom nothing was handed out agree with those who were shown nothing.
		let votes = [vec![fault; 3], vec![unproven(); 3], vec![same(); 3]].concat();
		let convicted = Count::Over(AuditOutcome::Rejected(Conviction::RowsUnproven));
		assert_eq!(count_larger(&votes, 9), convicted);
	}

	#[test]
	fn first_committee_should_accept_only_when_a_quorum_is_of_one_mind() {
		let committee = Committee { size: 5, quorum: 3, contested: false };
		let count = |statements: &[Statement]| first(&committee, &judged(statements));
		assert_eq!(count(&[same(); 3]), accepted());
		assert_eq!(count(&[same(); 5]), accepted());
		assert_eq!(count(&[same(); 2]), Count::TooFew);
		assert_eq!(count(&[]), Count::TooFew);
		for dissent in [doubtful(), replayed(OTHER), unproven(), refuted(Fault::Units)] {
			assert_eq!(count(&[same(), same(), same(), same(), dissent]), Count::Dissent);
			// One is enough, however few there are.
			assert_eq!(count(&[dissent]), Count::Dissent);
		}
	}

	#[test]
	fn nobody_should_be_accepted_by_nobody() {
		let committee = Committee { size: 0, quorum: 0, contested: false };
		assert_eq!(first::<u64>(&committee, &[]), Count::TooFew);
		assert_eq!(larger::<u64>(&committee, &mut [], Some(&THRESHOLDS)), Count::TooFew);
	}

	#[test]
	fn larger_committee_should_convict_when_two_thirds_of_it_agree() {
		let votes = |wrong: usize, right: usize| {
			[vec![replayed(OTHER); wrong], vec![same(); right]].concat()
		};
		assert!(is_rejected(count_larger(&votes(6, 3), 9)));
		assert_eq!(count_larger(&votes(5, 4), 9), Count::Over(AuditOutcome::Doubtful));
		assert_eq!(count_larger(&votes(4, 5), 9), accepted());
		// Of the committee, not of the votes.
		assert_eq!(count_larger(&votes(5, 1), 9), Count::Over(AuditOutcome::Doubtful));
		assert_eq!(count_larger(&votes(5, 0), 9), Count::TooFew);
		assert!(is_rejected(count_larger(&votes(6, 0), 9)));
		assert!(is_rejected(count_larger(&votes(3, 0), 4)));
		assert!(is_rejected(count_larger(&votes(1, 0), 1)));
	}

	#[test]
	fn larger_committee_should_not_convict_when_the_dissenters_differ() {
		let votes = [vec![replayed(OTHER); 5], vec![replayed(THIRD); 4]].concat();
		assert_eq!(count_larger(&votes, 9), Count::Over(AuditOutcome::Doubtful));
		let votes = [vec![refuted(Fault::Text); 5], vec![refuted(Fault::Units); 4]].concat();
		assert_eq!(count_larger(&votes, 9), Count::Over(AuditOutcome::Doubtful));
		let votes = [vec![unproven(); 5], vec![replayed(OTHER); 4]].concat();
		assert_eq!(count_larger(&votes, 9), Count::Over(AuditOutcome::Doubtful));
		assert_eq!(
			count_larger(&[unproven(); 6], 9),
			Count::Over(AuditOutcome::Rejected(Conviction::RowsUnproven))
		);
	}

	#[test]
	fn dissenter_should_count_as_doubtful_when_it_is_far_from_those_who_convict() {
		let mut votes = judged(&[vec![replayed(OTHER); 6], vec![replayed(THIRD); 3]].concat());
		let committee = Committee { size: 9, quorum: 6, contested: false };
		assert!(is_rejected(larger(&committee, &mut votes, Some(&THRESHOLDS))));
		let of = |grade| votes.iter().filter(|vote| vote.grade == grade).count();
		assert_eq!((of(Grade::Different), of(Grade::Doubtful)), (6, 3));
	}

	#[test]
	fn larger_committee_should_not_accept_what_most_of_the_first_saw_otherwise() {
		let said = |statements: &[Statement]| -> Vec<_> {
			judged(statements).into_iter().map(|vote| vote.opinion(0)).collect()
		};
		let [wrong, right] = [replayed(OTHER), same()];
		assert!(is_contested(&said(&[wrong, wrong, wrong, right, right])));
		assert!(!is_contested(&said(&[wrong, wrong, right, right])));
		// Who says that it has not seen the rows has shown nothing.
		assert!(!is_contested(&said(&[unproven(), unproven(), unproven(), right, right])));
		assert!(!is_contested::<usize>(&[]));

		let committee = Committee { size: 9, quorum: 6, contested: true };
		let count = |statements: &[Statement]| {
			larger(&committee, &mut judged(statements), Some(&THRESHOLDS))
		};
		assert_eq!(count(&[right; 9]), Count::Over(AuditOutcome::Doubtful));
		assert!(is_rejected(count(&[wrong; 9])));
	}

	#[test]
	fn first_dissenter_should_not_decide_whom_the_others_agree_with() {
		let votes = [vec![replayed(THIRD); 2], vec![replayed(OTHER); 6], vec![same()]].concat();
		let far = Reason::Distance(2_000_000);
		let expected = AuditOutcome::Rejected(Conviction::Answer(far));
		assert_eq!(count_larger(&votes, 9), Count::Over(expected));
	}

	#[test]
	fn larger_committee_should_neither_pay_nor_slash_when_it_doubts() {
		assert_eq!(count_larger(&[doubtful(); 9], 9), Count::Over(AuditOutcome::Doubtful));
		let votes = [vec![doubtful(); 4], vec![same(); 5]].concat();
		assert_eq!(count_larger(&votes, 9), accepted());
	}
}
