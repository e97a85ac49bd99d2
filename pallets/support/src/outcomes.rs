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
}

/// Is told how a provider's turn ended: once for each turn.
pub trait OnProviderOutcome<AccountId, Balance> {
	/// A turn has ended. `value` is what was at stake: the charge, or the job's maximum price.
	fn on_provider_outcome(provider: &AccountId, outcome: Outcome, value: Balance);
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
impl<AccountId, Balance: Copy> OnProviderOutcome<AccountId, Balance> for Tuple {
	fn on_provider_outcome(provider: &AccountId, outcome: Outcome, value: Balance) {
		for_tuples!( #( Tuple::on_provider_outcome(provider, outcome, value); )* );
	}

	fn on_provider_outcome_weight() -> Weight {
		#[allow(clippy::let_and_return)]
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
