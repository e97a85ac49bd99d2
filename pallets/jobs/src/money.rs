//! The escrow: the only file that moves or holds a client's money.

use crate::{compare::AnsweredTurn, pallet::*};
use frame_support::traits::{
	fungible::{Inspect, InspectHold, MutateHold},
	tokens::{Fortitude, Precision, Preservation, Restriction},
	Get, OnKilledAccount,
};
use reckon_economics::{self as economics, SettlementShares};
use reckon_primitives::{
	Assurance, Balance, ContentRef, Delivery, JobId, JobState, Progress, Reason,
};
use reckon_support::{
	Auditing, EndedTurn, EscrowSource, ModelInspect, OnJobSettled, OnProviderOutcome, Outcome,
	SettledJob, SubnetInspect,
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

	/// Pays for a delivered job, with the `audit_fee` of auditors that the client wanted, returns
	/// the rest, and ends the job; says what the auditors' pot has of the fee. The caller stores
	/// the job.
	pub(crate) fn settle(
		id: JobId,
		job: &mut JobOf<T>,
		turn: AnsweredTurn<T>,
		audit_fee: Balance,
	) -> Balance {
		let AnsweredTurn { provider, delivery, charge, seed, assigned_at } = turn;
		let model = T::Models::model(&job.model);
		let rules = T::Subnets::subnet(job.subnet);
		let shares = SettlementShares {
			treasury: rules.map(|rules| rules.treasury_share).unwrap_or_default(),
			royalty: model.as_ref().map(|m| m.royalty),
			// Gateways bring work through channels.
			gateway: None,
			auditors: Self::is_up_to_the_lot(job, &delivery)
				.then(|| T::Audits::premium(job.subnet, &provider, charge)),
		};
		let parts = economics::settle(charge, &shares);
		let fee = Self::pay(&job.client, &T::Treasury::get(), parts.treasury);
		let royalty =
			model.map(|m| Self::pay(&job.client, &m.owner, parts.royalty)).unwrap_or_default();
		let premium = Self::pay(&job.client, &T::AuditPot::get(), parts.auditors);
		// A part that can't be paid (to an account that no longer exists, less than the least
		// balance) is the provider's.
		let rest = charge.saturating_sub(fee).saturating_sub(royalty).saturating_sub(premium);
		let earned = Self::pay(&job.client, &provider, rest);
		let charge = fee.saturating_add(royalty).saturating_add(premium).saturating_add(earned);
		let audit_fee = Self::pay_audit(job, audit_fee);
		let spent = charge.saturating_add(audit_fee);
		let refunded = Self::close_escrow(&job.client, job.max_price, spent);

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
			audit_fee,
			refunded,
		});
		job.state = JobState::Settled { provider, delivery, charge, audit_fee, seed };
		Self::remember(id, job);
		audit_fee
	}

	/// Whether answers like this one are audited by lot, and so pay for the audits of those on which
	/// it falls.
	fn is_up_to_the_lot(job: &JobOf<T>, delivery: &Delivery<ContentRef>) -> bool {
		delivery.commitment.is_some()
			&& job.comparison.is_none()
			&& job.assurance == Assurance::Optimistic
	}

	/// Pays auditors out of an escrow; says what they have.
	pub(crate) fn pay_audit(job: &JobOf<T>, fee: Balance) -> Balance {
		Self::pay(&job.client, &T::AuditPot::get(), fee)
	}

	/// Returns a job's money and ends it. The caller stores it.
	pub(crate) fn refund(id: JobId, job: &mut JobOf<T>, reason: Reason) {
		Self::refund_rest(id, job, reason, 0);
	}

	/// Returns what is left of a job's money after an `audit_fee` that is paid already, and ends it. The
	/// caller stores it.
	pub(crate) fn refund_rest(id: JobId, job: &mut JobOf<T>, reason: Reason, audit_fee: Balance) {
		let amount = Self::close_escrow(&job.client, job.max_price, audit_fee);
		Self::deposit_event(Event::JobRefunded {
			job: id,
			client: job.client.clone(),
			amount,
			audit_fee,
			reason,
		});
		job.state = JobState::Refunded { reason };
		Self::note_in_comparison(id, job, Progress::Ended);
		Self::remember(id, job);
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
