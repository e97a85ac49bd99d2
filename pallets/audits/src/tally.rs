//! What votes add up to. No storage: integers only.

use crate::types::{Instance, Opinion, RowsSeen, Statement};
use alloc::{collections::BTreeMap, vec::Vec};
use reckon_support::{AuditOutcome, Conviction, EraIndex};
use reckon_verification::{Grade, Hash, Measured, Rejection, Thresholds, Vote};

/// An opened vote, measured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Judged<AccountId> {
	/// Whose.
	pub(crate) auditor: AccountId,
	/// What was said.
	pub(crate) statement: Statement,
	/// How far the worker is from it.
	pub(crate) grade: Grade,
	/// What is wrong, where nothing need be measured to say it: [`Scale::reason`] says the rest.
	pub(crate) why: Option<Conviction>,
}

impl<AccountId> Judged<AccountId> {
	/// What is kept of it.
	pub(crate) fn opinion(self, era: EraIndex) -> Opinion<AccountId> {
		let dissents = self.is_measured_against();
		let Self { auditor, grade, statement, .. } = self;
		Opinion { auditor, era, grade, rows: statement.rows, dissents }
	}

	/// Whether it says that the work is far off, having seen the worker's rows: who says so of right rows lies.
	fn is_proven_against(&self) -> bool {
		self.grade == Grade::Different && self.statement.rows == RowsSeen::Proven
	}

	/// Whether it says that the work is far off, and not only that it can't be had.
	fn is_measured_against(&self) -> bool {
		let shows = self.statement.rows == RowsSeen::Proven || self.why.is_none();
		self.grade == Grade::Different && shows
	}
}

/// A committee.
pub(crate) struct Committee {
	/// How many auditors it was to have.
	pub(crate) size: u32,
	/// How many of them must say something.
	pub(crate) quorum: u32,
	/// Which one it is.
	pub(crate) instance: Instance,
	/// Whether most of the first committee dissented, and this one looks at other rows.
	pub(crate) contested: bool,
	/// Whether most of the first committee were against the worker, if only since they could not have its rows,
	/// and this one looks at other rows.
	pub(crate) denied: bool,
	/// Whether there can be a committee beyond it.
	pub(crate) appealable: bool,
}

/// Whether most of these votes dissent, and not only for rows that could not be had.
pub(crate) fn is_contested<AccountId>(first: &[Opinion<AccountId>]) -> bool {
	first.iter().filter(|said| said.dissents).count().saturating_mul(2) > first.len()
}

/// Whether most of these votes are against the worker, for whatever reason: it knows which rows they were to see.
pub(crate) fn is_denied<AccountId>(first: &[Opinion<AccountId>]) -> bool {
	let against = first.iter().filter(|said| said.grade == Grade::Different);
	against.count().saturating_mul(2) > first.len()
}

/// Whether most of these votes dissent from a worker whose rows they have seen: so that the others, who have
/// seen the same, have lied if the worker is convicted.
pub(crate) fn is_refuted<AccountId>(first: &[Opinion<AccountId>]) -> bool {
	let refutes = |said: &&Opinion<AccountId>| said.dissents && said.rows == RowsSeen::Proven;
	first.iter().filter(refutes).count().saturating_mul(2) > first.len()
}

/// What a committee's votes come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Count {
	/// The audit has ended.
	Over(AuditOutcome),
	/// A larger committee must look.
	Dissent,
	/// The last committee must look.
	Appeal {
		/// How the audit ends if that can't say anything.
		otherwise: AuditOutcome,
		/// Whose rows it looks at.
		about: Instance,
	},
	/// Others must look.
	TooFew,
}

/// What the votes about an answer are measured by.
pub(crate) struct Scale {
	/// Its model's.
	pub(crate) thresholds: Thresholds,
	/// What its worker says its rows' fingerprint is.
	pub(crate) worker: Measured,
	/// BLAKE3 of the delivered bytes.
	pub(crate) output: Hash,
}

impl Scale {
	/// Measures a vote.
	pub(crate) fn judge<AccountId>(
		&self,
		auditor: AccountId,
		statement: Statement,
	) -> Judged<AccountId> {
		let measured = self.thresholds.grade(&self.worker, &self.output, &statement.vote);
		// Without the worker's rows a fault shows nothing: the tokens that it was found in may be of
		// nobody. What was computed and is far off shows something without them.
		let shows_alone =
			measured == Grade::Different && !matches!(statement.vote, Vote::Refuted(_));
		let (grade, why) = match statement.rows == RowsSeen::Unproven && !shows_alone {
			true => (Grade::Different, Some(Conviction::RowsUnproven)),
			false => (measured, None),
		};
		Judged { auditor, statement, grade, why }
	}

	/// What a vote finds wrong, and how far off that is, if it finds anything.
	fn reason<AccountId>(&self, vote: &Judged<AccountId>) -> Option<Conviction> {
		let fingerprint = self.worker.fingerprint();
		let measure = || {
			let verdict = self.thresholds.verdict(fingerprint, &self.output, &vote.statement.vote);
			verdict.reason.map(Conviction::Answer)
		};
		vote.why.or_else(measure)
	}
}

/// Measures the votes about a batch, which are about the same bytes: who has most of the digests' has them.
///
/// Whoever could not get the receipts, or saw the channels' money when other receipts were struck, may say
/// something else than others by no fault of its own: that is as if it had not seen them. Who says that all
/// is well and has other bytes has not looked; but in the first committee those may be the most, so that
/// nobody there is believed where they differ.
pub(crate) fn judge_batch<AccountId>(
	said: Vec<(AccountId, Statement)>,
	instance: Instance,
) -> Vec<Judged<AccountId>> {
	let mut counts = BTreeMap::<Hash, u32>::new();
	for (_, statement) in &said {
		if let Vote::Batch { rejection: None, digest } = statement.vote {
			let count = counts.entry(digest).or_default();
			*count = count.saturating_add(1);
		}
	}
	let is_agreed = instance != Instance::First || counts.len() <= 1;
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

/// What a committee's votes come to.
pub(crate) fn count<AccountId>(
	committee: &Committee,
	votes: &mut [Judged<AccountId>],
	scale: Option<&Scale>,
) -> Count {
	match committee.instance {
		Instance::First => first(committee, votes),
		Instance::Larger | Instance::Last => decide(committee, votes, scale),
	}
}

/// The first committee: all of one mind, or a larger one looks.
fn first<AccountId>(committee: &Committee, votes: &[Judged<AccountId>]) -> Count {
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
/// The last committee looks where many must have lied, or rows are hidden or wrong at some positions; of that one
/// more than half convict. It looks at the same rows as the larger one where a third of that contradicts what the
/// others would do: is against a worker that it would not convict, or for one that it would. Else, where most of the
/// first committee were against the worker, it looks at the rows that those were to see.
///
/// Who is far from the worker but also from those who convict it has shown nothing but its own
/// fault, and counts as doubtful from then on.
fn decide<AccountId>(
	committee: &Committee,
	votes: &mut [Judged<AccountId>],
	scale: Option<&Scale>,
) -> Count {
	if !is_quorate(committee, votes) {
		return Count::TooFew;
	}
	let same = votes.iter().filter(|vote| vote.grade == Grade::Same).count() as u32;
	let approves = same.saturating_mul(2) > committee.size;
	let measured = votes.iter().filter(|vote| vote.is_measured_against()).count() as u32;
	let proven = votes.iter().filter(|vote| vote.is_proven_against()).count() as u32;
	let others = (votes.len() as u32).saturating_sub(same);
	let third = committee.size.div_ceil(3);
	let outcome = match convicting(committee, votes, scale) {
		Some((camp, why)) => {
			for (vote, is_in) in votes.iter_mut().zip(camp) {
				if vote.grade == Grade::Different && !is_in {
					vote.grade = Grade::Doubtful;
				}
			}
			AuditOutcome::Rejected(why)
		},
		None if approves && !committee.contested => AuditOutcome::Accepted,
		None => AuditOutcome::Doubtful,
	};
	// Who is honest finds the same of the same rows. But a worker may hand some of them something else.
	let is_split = measured >= third || same.min(others) >= third;
	let about = match outcome {
		AuditOutcome::Rejected(_) if same >= third => Some(Instance::Larger),
		AuditOutcome::Rejected(_) => None,
		AuditOutcome::Doubtful if proven >= third => Some(Instance::Larger),
		_ if committee.denied && (approves || is_split) => Some(Instance::First),
		AuditOutcome::Doubtful if is_split => Some(Instance::Larger),
		_ => None,
	};
	match about {
		Some(about) if committee.appealable => Count::Appeal { otherwise: outcome, about },
		_ => Count::Over(outcome),
	}
}

fn is_quorate<AccountId>(committee: &Committee, votes: &[Judged<AccountId>]) -> bool {
	votes.len() as u32 >= committee.quorum.max(1)
}

/// As many of the committee as convict who found the worker wrong and agree with one of them: for each vote,
/// whether it is among them, and what they have found. Without a scale it is about a batch.
///
/// Who could not have the rows agrees with all: else a worker that hands them, or the tokens, to some only, or
/// other tokens to each, would not be convicted by anybody. But then all that is shown is that they can't be had.
///
/// Whether anybody agrees with anybody is asked only when so many dissent, and mostly once: of those
/// who have found the same, one is among the first of all dissenters, however many others are before.
fn convicting<AccountId>(
	committee: &Committee,
	votes: &[Judged<AccountId>],
	scale: Option<&Scale>,
) -> Option<(Vec<bool>, Conviction)> {
	let needed = needed(committee.instance, committee.size) as usize;
	let Some(scale) = scale else { return convicting_batch(needed, votes) };
	let is_against = |vote: &&Judged<AccountId>| vote.grade == Grade::Different;
	let others = votes.iter().filter(is_against).count().checked_sub(needed)?;
	let findings: Vec<_> =
		votes.iter().map(|vote| Some(vote).filter(is_against).map(Finding::of)).collect();
	let against =
		|| votes.iter().zip(&findings).filter_map(|(vote, it)| Some((vote, it.as_ref()?)));
	let has_rows = |vote: &Judged<AccountId>| vote.statement.rows == RowsSeen::Proven;
	let proven = against().filter(|(vote, _)| has_rows(vote));
	let unproven = against().filter(|(vote, _)| !has_rows(vote));
	let size = |camp: &[bool]| camp.iter().filter(|is_in| **is_in).count();

	let mut largest = Vec::new();
	for (vote, one) in proven.chain(unproven).take(others.saturating_add(1)) {
		let is_like = |other: &Finding| one.is_like(other, &scale.thresholds);
		let mut camp: Vec<_> =
			findings.iter().map(|other| other.as_ref().is_some_and(is_like)).collect();
		if size(&camp) >= needed {
			// What a worker hands out and does not stand by shows nothing of its answer, however many agree on
			// it: who was served as they ought to be has not lied, unless those who had the rows convict.
			let seen = votes.iter().zip(&camp).filter(|(vote, is_in)| **is_in && has_rows(vote));
			return Some(match seen.count() >= needed {
				true => (camp, scale.reason(vote)?),
				false => (camp, Conviction::RowsUnproven),
			});
		}
		for (is_in, vote) in camp.iter_mut().zip(votes) {
			*is_in |= is_against(&vote) && !has_rows(vote);
		}
		if size(&camp) > size(&largest) {
			largest = camp;
		}
	}
	(size(&largest) >= needed).then_some((largest, Conviction::RowsUnproven))
}

/// How many of a committee convict: two thirds, of the last one more than half.
pub(crate) const fn needed(instance: Instance, size: u32) -> u32 {
	let needed = match instance {
		Instance::First | Instance::Larger => size.saturating_mul(2).div_ceil(3),
		Instance::Last => (size / 2).saturating_add(1),
	};
	if needed > 0 {
		needed
	} else {
		1
	}
}

/// How many dissenters at most are asked whether enough agree with them, when so many have voted.
pub(crate) const fn most_camps(instance: Instance, votes: u32) -> u32 {
	votes.saturating_sub(needed(instance, votes)).saturating_add(1)
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

/// What one who is against a worker has found.
// There are forty of them at most, for a moment: a box would only cost an allocation.
#[allow(clippy::large_enum_variant)]
enum Finding<'a> {
	/// That its rows can't be had.
	Unproven,
	/// Other rows than its.
	Rows(Measured),
	/// A fault.
	Fault(&'a Vote),
}

impl<'a> Finding<'a> {
	fn of<AccountId>(vote: &'a Judged<AccountId>) -> Self {
		match &vote.statement.vote {
			_ if vote.why == Some(Conviction::RowsUnproven) => Self::Unproven,
			Vote::Replayed { fingerprint, .. } => Self::Rows(Measured::from(*fingerprint)),
			fault => Self::Fault(fault),
		}
	}

	/// Whether another has found the same.
	fn is_like(&self, other: &Self, thresholds: &Thresholds) -> bool {
		match (self, other) {
			(Self::Unproven, Self::Unproven) => true,
			(Self::Rows(a), Self::Rows(b)) => a.is_within(b, thresholds.distance.flag),
			(Self::Fault(a), Self::Fault(b)) => a == b,
			_ => false,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_support::mocks::THRESHOLDS;
	use reckon_verification::{Fault, Fingerprint, Reason, Statistics, POSITIONS, PROJECTIONS};

	const WORKER: Fingerprint = Fingerprint([[8_000; PROJECTIONS]; POSITIONS]);
	const OTHER: Fingerprint = Fingerprint([[-8_000; PROJECTIONS]; POSITIONS]);
	const THIRD: Fingerprint = Fingerprint([[4_000; PROJECTIONS]; POSITIONS]);

	fn replayed(fingerprint: Fingerprint) -> Statement {
		let vote = Vote::Replayed { fingerprint, statistics: Statistics::default() };
		Statement { vote, rows: RowsSeen::Proven }
	}

	fn scale() -> Scale {
		Scale { thresholds: THRESHOLDS, worker: Measured::from(WORKER), output: [0; 32] }
	}

	fn judged(statements: &[Statement]) -> Vec<Judged<usize>> {
		let scale = scale();
		let judge = |(n, statement): (usize, &Statement)| scale.judge(n, *statement);
		statements.iter().enumerate().map(judge).collect()
	}

	fn why(vote: &Judged<usize>) -> Option<Conviction> {
		scale().reason(vote)
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

	fn committee(instance: Instance, size: u32) -> Committee {
		let quorum = needed(instance, size);
		Committee { size, quorum, instance, contested: false, denied: false, appealable: false }
	}

	fn count_in(committee: &Committee, statements: &[Statement]) -> Count {
		count(committee, &mut judged(statements), Some(&scale()))
	}

	fn count_larger(statements: &[Statement], size: u32) -> Count {
		count_in(&committee(Instance::Larger, size), statements)
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
				.map(|vote| (vote.grade, why(vote)))
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
		assert_eq!(why(&all[0]), Some(Conviction::RowsUnproven));
		assert!(matches!(why(&all[1]), Some(Conviction::Answer(Reason::Distance(_)))));
		assert_eq!(why(&all[2]), Some(Conviction::Answer(Reason::Fault(Fault::Text))));
		// Those to whom nothing was handed out agree with those who were shown nothing.
		let votes = [vec![fault; 3], vec![unproven(); 3], vec![same(); 3]].concat();
		let convicted = Count::Over(AuditOutcome::Rejected(Conviction::RowsUnproven));
		assert_eq!(count_larger(&votes, 9), convicted);
	}

	#[test]
	fn first_committee_should_accept_only_when_a_quorum_is_of_one_mind() {
		let committee = Committee { quorum: 3, ..committee(Instance::First, 5) };
		let count = |statements: &[Statement]| count_in(&committee, statements);
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
		for instance in [Instance::First, Instance::Larger, Instance::Last] {
			let nobody = Committee { quorum: 0, ..committee(instance, 0) };
			assert_eq!(count::<u64>(&nobody, &mut [], Some(&scale())), Count::TooFew);
		}
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
		assert_eq!(
			count_larger(&[unproven(); 6], 9),
			Count::Over(AuditOutcome::Rejected(Conviction::RowsUnproven))
		);
	}

	#[test]
	fn dissenter_should_count_as_doubtful_when_it_is_far_from_those_who_convict() {
		let mut votes = judged(&[vec![replayed(OTHER); 6], vec![replayed(THIRD); 3]].concat());
		let nine = committee(Instance::Larger, 9);
		assert!(is_rejected(count(&nine, &mut votes, Some(&scale()))));
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
		let far = Statement { rows: RowsSeen::Unproven, ..wrong };
		assert!(is_contested(&said(&[far, far, far, right, right])));
		// But it may have had other tokens than the others.
		assert!(!is_refuted(&said(&[far, far, far, right, right])));
		assert!(is_refuted(&said(&[wrong, wrong, wrong, right, right])));
		// Who only says that it has not seen the rows has shown nothing.
		assert!(!is_contested(&said(&[unproven(), unproven(), unproven(), right, right])));
		assert!(!is_contested::<usize>(&[]) && !is_denied::<usize>(&[]));
		assert!(is_denied(&said(&[unproven(), unproven(), unproven(), right, right])));
		assert!(!is_denied(&said(&[unproven(), unproven(), doubtful(), right, right])));

		let nine = Committee { contested: true, ..committee(Instance::Larger, 9) };
		assert_eq!(count_in(&nine, &[right; 9]), Count::Over(AuditOutcome::Doubtful));
		assert!(is_rejected(count_in(&nine, &[wrong; 9])));
	}

	#[test]
	fn last_committee_should_look_when_a_third_of_the_larger_one_contradicts() {
		let nine = Committee { appealable: true, ..committee(Instance::Larger, 9) };
		let votes = |wrong: usize, right: usize, doubt: usize| {
			[vec![replayed(OTHER); wrong], vec![same(); right], vec![doubtful(); doubt]].concat()
		};
		let appeal = |about| Count::Appeal { otherwise: AuditOutcome::Doubtful, about };
		let same_rows = appeal(Instance::Larger);
		for (wrong, right, doubt) in [(5, 4, 0), (3, 3, 3), (5, 2, 2), (5, 0, 4), (3, 0, 6)] {
			assert_eq!(count_in(&nine, &votes(wrong, right, doubt)), same_rows);
			// Where nobody else is asked, it decides as it can.
			let doubts = Count::Over(AuditOutcome::Doubtful);
			assert_eq!(count_larger(&votes(wrong, right, doubt), 9), doubts);
		}
		let Count::Appeal { otherwise, about } = count_in(&nine, &votes(6, 3, 0)) else {
			panic!("three contradict");
		};
		assert!(is_rejected(Count::Over(otherwise)));
		assert_eq!(about, Instance::Larger);
		assert!(is_rejected(count_in(&nine, &votes(7, 2, 0))));
		assert!(is_rejected(count_in(&nine, &votes(6, 2, 1))));
		assert_eq!(count_in(&nine, &votes(2, 2, 5)), Count::Over(AuditOutcome::Doubtful));
		// A third pays for it, a third does not: not all can be honest, whatever they say.
		assert_eq!(count_in(&nine, &votes(1, 4, 4)), same_rows);
		assert_eq!(count_in(&nine, &votes(0, 3, 6)), same_rows);
		assert_eq!(count_in(&nine, &votes(0, 2, 7)), Count::Over(AuditOutcome::Doubtful));
		// More than half accept, unless most of the first committee saw otherwise.
		assert_eq!(count_in(&nine, &votes(4, 5, 0)), accepted());
		let contested = Committee { contested: true, denied: true, ..nine };
		assert_eq!(count_in(&contested, &votes(4, 5, 0)), same_rows);
		assert_eq!(count_in(&contested, &votes(3, 6, 0)), same_rows);
		// Then it is asked about those.
		assert_eq!(count_in(&contested, &votes(2, 7, 0)), appeal(Instance::First));
		assert_eq!(count_in(&contested, &votes(0, 5, 4)), appeal(Instance::First));
		assert_eq!(count_in(&contested, &votes(2, 4, 3)), appeal(Instance::First));
		assert_eq!(count_in(&contested, &votes(2, 2, 5)), Count::Over(AuditOutcome::Doubtful));
		// Who lies without having seen the rows can't keep it from that.
		let far = Statement { rows: RowsSeen::Unproven, ..replayed(OTHER) };
		let feigned = [vec![far; 3], vec![same(); 6]].concat();
		assert_eq!(count_in(&contested, &feigned), appeal(Instance::First));
		// It knew which rows the first were to see, and may have hidden these. Where nobody can look again, it is
		// paid for what the larger one has seen.
		let denied = Committee { contested: false, ..contested };
		let accepted_else =
			Count::Appeal { otherwise: AuditOutcome::Accepted, about: Instance::First };
		assert_eq!(count_in(&denied, &votes(2, 7, 0)), accepted_else);
		assert!(is_rejected(count_in(&contested, &votes(7, 2, 0))));
	}

	#[test]
	fn dissent_should_count_when_the_rows_could_not_be_had_but_the_answer_is_far_off() {
		let nine = Committee { appealable: true, ..committee(Instance::Larger, 9) };
		let far = Statement { rows: RowsSeen::Unproven, ..replayed(OTHER) };
		let votes = |dissent| [vec![dissent; 5], vec![same(); 4]].concat();
		let appeal = Count::Appeal { otherwise: AuditOutcome::Doubtful, about: Instance::Larger };
		assert_eq!(count_in(&nine, &votes(far)), appeal);
		// So does a third that would pay, where others would not.
		assert_eq!(count_in(&nine, &votes(unproven())), appeal);
		let some = [vec![unproven(); 7], vec![same(); 2]].concat();
		assert!(is_rejected(count_in(&nine, &some)));
	}

	#[test]
	fn worker_should_be_convicted_when_it_serves_some_only_or_each_something_else() {
		let hidden = |n: i16| Statement {
			rows: RowsSeen::Unproven,
			..replayed(Fingerprint([[-500 * n; PROJECTIONS]; POSITIONS]))
		};
		// Those who were served as they ought to be have not lied, so that nothing is said of the answer.
		let convicted = Count::Over(AuditOutcome::Rejected(Conviction::RowsUnproven));
		assert_eq!(count_larger(&(1..=9).map(hidden).collect::<Vec<_>>(), 9), convicted);
		let served = [vec![replayed(OTHER); 5], vec![unproven(); 4]].concat();
		assert_eq!(count_larger(&served, 9), convicted);
		let served = [vec![unproven(); 5], vec![replayed(OTHER)], vec![same(); 3]].concat();
		assert_eq!(count_larger(&served, 9), convicted);
		// However many agree on tokens that the worker does not stand by.
		let far = Statement { rows: RowsSeen::Unproven, ..replayed(OTHER) };
		assert_eq!(count_larger(&[vec![far; 6], vec![same(); 3]].concat(), 9), convicted);
		let votes = [vec![far; 3], vec![replayed(OTHER); 3], vec![same(); 3]].concat();
		assert_eq!(count_larger(&votes, 9), convicted);
		// Those who found the same convict for it, however many could not look.
		let votes = [vec![unproven(); 3], vec![replayed(OTHER); 6]].concat();
		let far = Conviction::Answer(Reason::Distance(2_000_000));
		assert_eq!(count_larger(&votes, 9), Count::Over(AuditOutcome::Rejected(far)));
		// Who has found something else has found something else.
		let votes =
			[vec![replayed(THIRD); 2], vec![replayed(OTHER); 2], vec![unproven(); 3]].concat();
		assert_eq!(count_larger(&votes, 9), Count::Over(AuditOutcome::Doubtful));
	}

	#[test]
	fn last_committee_should_decide_by_more_than_half() {
		let votes = |wrong: usize, right: usize| {
			[vec![replayed(OTHER); wrong], vec![same(); right]].concat()
		};
		for contested in [false, true] {
			let last = Committee { contested, ..committee(Instance::Last, 31) };
			assert!(is_rejected(count_in(&last, &votes(16, 15))));
			assert!(is_rejected(count_in(&last, &votes(16, 0))));
			let right = if contested { Count::Over(AuditOutcome::Doubtful) } else { accepted() };
			assert_eq!(count_in(&last, &votes(15, 16)), right);
			assert_eq!(count_in(&last, &votes(0, 16)), right);
			assert_eq!(count_in(&last, &votes(15, 15)), Count::Over(AuditOutcome::Doubtful));
			assert_eq!(count_in(&last, &votes(15, 0)), Count::TooFew);
		}
	}

	#[test]
	fn first_dissenter_should_not_decide_whom_the_others_agree_with() {
		let votes = [vec![replayed(THIRD); 2], vec![replayed(OTHER); 6], vec![same()]].concat();
		let far = Reason::Distance(2_000_000);
		let expected = AuditOutcome::Rejected(Conviction::Answer(far));
		assert_eq!(count_larger(&votes, 9), Count::Over(expected));
	}

	#[test]
	fn as_many_dissenters_should_be_asked_as_can_be_among_those_before_the_convicting_ones() {
		let both = [Instance::Larger, Instance::Last];
		for (votes, instance) in (2..=40u32).flat_map(|votes| both.map(|it| (votes, it))) {
			let last = |camps: u32| {
				let others = camps as usize - 1;
				// Those before the convicting ones all differ, from these too.
				let lonely = (0..others).map(|n| {
					replayed(Fingerprint([[-300 * (n as i16 + 1); PROJECTIONS]; POSITIONS]))
				});
				let alike = vec![replayed(OTHER); votes as usize - others];
				let said: Vec<_> = lonely.chain(alike).collect();
				is_rejected(count_in(&committee(instance, votes), &said))
			};
			assert!(last(most_camps(instance, votes)), "{votes}");
			assert!(!last(most_camps(instance, votes) + 1), "{votes}");
		}
	}

	#[test]
	fn larger_committee_should_neither_pay_nor_slash_when_it_doubts() {
		assert_eq!(count_larger(&[doubtful(); 9], 9), Count::Over(AuditOutcome::Doubtful));
		let votes = [vec![doubtful(); 4], vec![same(); 5]].concat();
		assert_eq!(count_larger(&votes, 9), accepted());
	}
}
