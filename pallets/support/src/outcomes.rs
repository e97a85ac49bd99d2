//! Telling how work ended.

use frame_support::weights::Weight;
use reckon_primitives::{JobId, ModelId, Units};

/// How a provider's turn at a job ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// It delivered, and was paid.
	Settled,
	/// It gave the job back.
	Declined,
	/// It let the deadline pass.
	DeadlineMissed,
	/// It delivered an answer that most of those who answered the same question contradict.
	Rejected,
	/// It delivered an answer of which nobody can tell whether it is right, and was not paid.
	Inconclusive,
}

/// A provider's turn at a job that is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndedTurn<AccountId, Balance, BlockNumber> {
	/// Whose turn it was.
	pub provider: AccountId,
	/// How it ended.
	pub outcome: Outcome,
	/// What was at stake: the charge, or the most that it could have been by the provider's price.
	pub value: Balance,
	/// When the turn began.
	pub assigned_at: BlockNumber,
	/// Whether the client named the provider, so that the outcome may be the doing of two friends.
	/// Prices can be made to fit one provider too, so a turn that was drawn proves little more.
	pub named: bool,
}

/// Is told how a provider's turn ended: once for each turn.
pub trait OnProviderOutcome<AccountId, Balance, BlockNumber> {
	/// A turn has ended.
	fn on_provider_outcome(turn: &EndedTurn<AccountId, Balance, BlockNumber>);
	/// The most that [`Self::on_provider_outcome`] weighs.
	fn on_provider_outcome_weight() -> Weight;
}

/// What there is to know about a paid job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettledJob<AccountId, Balance> {
	/// The job.
	pub job: JobId,
	/// The model that was asked.
	pub model: ModelId,
	/// Who paid.
	pub client: AccountId,
	/// Who worked.
	pub provider: AccountId,
	/// What the client paid.
	pub charge: Balance,
	/// The treasury's part of it.
	pub fee: Balance,
	/// The work done.
	pub units: Units,
}

/// Is told that a job has been paid for.
pub trait OnJobSettled<AccountId, Balance> {
	/// A job has been paid for; the money has moved already.
	fn on_job_settled(job: &SettledJob<AccountId, Balance>);
	/// The most that [`Self::on_job_settled`] weighs.
	fn on_job_settled_weight() -> Weight;
}

#[impl_trait_for_tuples::impl_for_tuples(8)]
impl<AccountId, Balance, BlockNumber> OnProviderOutcome<AccountId, Balance, BlockNumber> for Tuple {
	fn on_provider_outcome(turn: &EndedTurn<AccountId, Balance, BlockNumber>) {
		for_tuples!( #( Tuple::on_provider_outcome(turn); )* );
	}

	fn on_provider_outcome_weight() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::on_provider_outcome_weight()); )* );
		weight
	}
}

#[impl_trait_for_tuples::impl_for_tuples(8)]
impl<AccountId, Balance> OnJobSettled<AccountId, Balance> for Tuple {
	fn on_job_settled(job: &SettledJob<AccountId, Balance>) {
		for_tuples!( #( Tuple::on_job_settled(job); )* );
	}

	fn on_job_settled_weight() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::on_job_settled_weight()); )* );
		weight
	}
}
