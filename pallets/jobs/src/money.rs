//! The escrow: the only file that moves or holds a client's money.

use crate::{compare::AnsweredTurn, pallet::*};
use frame_support::traits::{
	fungible::{Inspect, InspectHold, MutateHold},
	tokens::{Fortitude, Precision, Preservation, Restriction},
	Get, OnKilledAccount,
};
use reckon_economics::{self as economics, SettlementShares};
use reckon_primitives::{Balance, JobId, JobState, Progress, Reason};
use reckon_support::{
	EndedTurn, EscrowSource, ModelInspect, OnJobSettled, OnProviderOutcome, Outcome, SettledJob,
	SubnetInspect,
};
use sp_runtime::{traits::Saturating, DispatchError};

impl<T: Config> Pallet<T> {
	/// Holds a job's maximum price; claims the client's earnings for what its money lacks, and says
	/// whether it did.
	pub(crate) fn open_escrow(
		client: &T::AccountId,
		amount: Balance,
	) -> Result<bool, DispatchError> {
		let reason = HoldReason::Escrow.into();
		let short = T::Currency::ensure_can_hold(&reason, client, amount).is_err();
		if short {
			let has =
				T::Currency::reducible_balance(client, Preservation::Protect, Fortitude::Polite);
			T::Earnings::draw(client, amount.saturating_sub(has));
		}
		T::Currency::hold(&reason, client, amount)?;
		Ledgers::<T>::mutate(client, |ledger| {
			ledger.deposited = ledger.deposited.saturating_add(amount);
			ledger.held = ledger.held.saturating_add(amount);
		});
		Ok(short)
	}

	/// Pays for a delivered job, returns the rest, and ends the job; those who audited it have a
	/// share for each of their votes. The caller stores it.
	pub(crate) fn settle(
		id: JobId,
		job: &mut JobOf<T>,
		turn: AnsweredTurn<T>,
		auditors: Option<&[T::AccountId]>,
	) {
		let AnsweredTurn { provider, delivery, charge, seed, assigned_at } = turn;
		let model = T::Models::model(&job.model);
		let rules = T::Subnets::subnet(job.subnet);
		let auditors_share = rules.as_ref().map(|rules| rules.auditor_share).unwrap_or_default();
		let shares = SettlementShares {
			treasury: rules.map(|rules| rules.treasury_share).unwrap_or_default(),
			royalty: model.as_ref().map(|m| m.royalty),
			// Gateways bring work through channels.
			gateway: None,
			auditors: auditors.map(|_| auditors_share),
		};
		let parts = economics::settle(charge, &shares);
		let fee = Self::pay(&job.client, &T::Treasury::get(), parts.treasury);
		let royalty =
			model.map(|m| Self::pay(&job.client, &m.owner, parts.royalty)).unwrap_or_default();
		let audit =
			Self::pay_auditors(id, auditors.unwrap_or_default(), parts.auditors, |who, part| {
				Self::pay(&job.client, who, part)
			});
		// A part that can't be paid (to an account that no longer exists, less than the least
		// balance) is the provider's.
		let rest = charge.saturating_sub(fee).saturating_sub(royalty).saturating_sub(audit);
		let earned = Self::pay(&job.client, &provider, rest);
		let charge = fee.saturating_add(royalty).saturating_add(audit).saturating_add(earned);
		let refunded = Self::close_escrow(&job.client, job.max_price, charge);

		T::OnOutcome::on_provider_outcome(&EndedTurn {
			provider: provider.clone(),
			outcome: Outcome::Settled,
			value: charge,
			assigned_at,
			named: job.only.is_some(),
		});
		T::OnSettled::on_job_settled(&SettledJob {
			job: id,
			model: job.model,
			client: job.client.clone(),
			provider: provider.clone(),
			charge,
			fee,
			units: delivery.units,
		});
		Self::deposit_event(Event::JobSettled {
			job: id,
			client: job.client.clone(),
			provider: provider.clone(),
			charge,
			refunded,
		});
		job.state = JobState::Settled { provider, delivery, charge, seed };
		Self::remember(id, job);
	}

	/// Returns a job's money and ends it. The caller stores it.
	pub(crate) fn refund(id: JobId, job: &mut JobOf<T>, reason: Reason) {
		let amount = Self::close_escrow(&job.client, job.max_price, 0);
		Self::deposit_event(Event::JobRefunded {
			job: id,
			client: job.client.clone(),
			amount,
			reason,
		});
		job.state = JobState::Refunded { reason };
		Self::note_in_comparison(id, job, Progress::Ended);
		Self::remember(id, job);
	}

	/// Pays an equal part of an amount for each auditor's vote; says what they had, together. What
	/// can't be divided is nobody's.
	pub(crate) fn pay_auditors(
		id: JobId,
		auditors: &[T::AccountId],
		amount: Balance,
		pay: impl Fn(&T::AccountId, Balance) -> Balance,
	) -> Balance {
		let votes = auditors.len() as u32;
		let part = amount.checked_div(votes.into()).unwrap_or_default();
		if part == 0 {
			return 0;
		}
		let paid = auditors.iter().fold(0, |sum: Balance, who| sum.saturating_add(pay(who, part)));
		Self::deposit_event(Event::AuditorsPaid { job: id, votes, amount: paid });
		paid
	}

	/// Moves a part of the escrow to somebody; says how much has moved: all or nothing.
	fn pay(client: &T::AccountId, to: &T::AccountId, amount: Balance) -> Balance {
		if amount == 0 {
			return 0;
		}
		T::Currency::transfer_on_hold(
			&HoldReason::Escrow.into(),
			client,
			to,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Polite,
		)
		.unwrap_or_default()
	}

	/// Releases what is left of an escrow after `paid`; says how much that was.
	fn close_escrow(client: &T::AccountId, escrow: Balance, paid: Balance) -> Balance {
		let rest = escrow.saturating_sub(paid);
		let released =
			T::Currency::release(&HoldReason::Escrow.into(), client, rest, Precision::BestEffort);
		frame_support::defensive_assert!(released == Ok(rest), "an escrow is what was held for it");
		Ledgers::<T>::mutate(client, |ledger| {
			ledger.paid = ledger.paid.saturating_add(paid);
			ledger.refunded = ledger.refunded.saturating_add(rest);
			ledger.held = ledger.held.saturating_sub(escrow);
		});
		rest
	}

	/// Lets an ended job be forgotten in time.
	fn remember(id: JobId, job: &mut JobOf<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		Self::schedule(id, job, now.saturating_add(T::RetentionBlocks::get()));
	}
}

/// An account's ledger goes with the account, whose least balance is what its place in storage
/// costs. Money in escrow keeps an account alive.
impl<T: Config> OnKilledAccount<T::AccountId> for Pallet<T> {
	fn on_killed_account(who: &T::AccountId) {
		Ledgers::<T>::remove(who);
	}
}
