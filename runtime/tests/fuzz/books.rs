//! What the events say of money, reckoned independently of the pallets.

use super::{channel_books::ChannelBooks, ensure, gateway_books::GatewayBooks, Fuzzer};
use pallet_jobs::Ledger;
use reckon_primitives::{Balance, JobId};
use reckon_runtime::{
	adapters::AuditPot, AccountId, Balances, Channels, Rewards, Runtime, RuntimeEvent, System,
};
use std::collections::{BTreeMap, BTreeSet};

/// What each account has, held or not.
pub type Totals = BTreeMap<AccountId, Balance>;

#[derive(Default)]
pub struct Books {
	/// What there must be of money: that of genesis, and what was minted, less what was burned.
	pub issuance: Balance,
	/// What each client has deposited, paid and got back, and has in escrow.
	pub ledgers: BTreeMap<AccountId, Ledger>,
	/// The channels and batches.
	pub channels: ChannelBooks,
	/// The gateways, and complaints about them.
	pub gateways: GatewayBooks,
	/// The jobs that are not over: whose, and what is held for them.
	jobs: BTreeMap<JobId, (AccountId, Balance)>,
	/// What is held for audits: whose, and how much.
	fees: BTreeMap<JobId, (AccountId, Balance)>,
	/// What accounts may lose by what the events say, since the account was opened.
	losses: Totals,
	/// What happened for the first time, and how often since.
	seen: BTreeSet<String>,
}

impl Books {
	pub fn begin(&mut self) {
		self.issuance = Balances::total_issuance();
	}

	/// Whether this is seen for the first time.
	pub fn is_new(&mut self, what: String) -> bool {
		self.seen.insert(what)
	}

	/// What everybody has, to see later what was lost.
	pub fn open_account(&mut self) -> Totals {
		self.losses.clear();
		totals()
	}

	/// Sees that nobody has lost more since than the events say, and than what it has `signed_for`.
	pub fn close_account(&mut self, before: &Totals, signed_for: &Totals) -> Result<(), String> {
		let now = totals();
		for (who, had) in before {
			let lost = had.saturating_sub(now.get(who).copied().unwrap_or(0));
			let mut due = self.losses.get(who).copied().unwrap_or(0);
			if *who == Channels::till() {
				due = due.saturating_add(self.channels.unreturned);
			}
			let signed = signed_for.get(who).copied().unwrap_or(0);
			ensure(lost <= due.saturating_add(signed), || {
				format!("{who:?} lost {lost}: {due} by events, {signed} by signature")
			})?;
		}
		Ok(())
	}

	fn note(&mut self, event: &RuntimeEvent) -> Result<(), String> {
		if let Some((who, amount)) = self.gateways.note(event)? {
			self.may_lose(&who, amount)?;
		}
		match event {
			RuntimeEvent::Jobs(event) => self.note_job(event),
			RuntimeEvent::Audits(event) => self.note_audit(event),
			RuntimeEvent::Channels(event) => match self.channels.note(event)? {
				Some((who, amount)) => self.may_lose(&who, amount),
				None => Ok(()),
			},
			RuntimeEvent::System(frame_system::Event::KilledAccount { account }) => {
				self.channels.forget(account)?;
				let held = self.ledgers.remove(account).map_or(0, |ledger| ledger.held);
				ensure(held == 0, || format!("{account:?} is gone and has {held} in escrow"))
			},
			RuntimeEvent::Rewards(pallet_rewards::Event::RewardsEmitted { minted, .. }) => {
				self.issuance = self.issuance.checked_add(*minted).ok_or("too much was minted")?;
				Ok(())
			},
			RuntimeEvent::Rewards(
				pallet_rewards::Event::RewardPaid { amount, .. }
				| pallet_rewards::Event::SurplusMoved { amount },
			) => self.may_lose(&Rewards::account(), *amount),
			RuntimeEvent::Balances(pallet_balances::Event::Burned { amount, .. }) => {
				self.issuance = self.issuance.checked_sub(*amount).ok_or("too much was burned")?;
				Ok(())
			},
			RuntimeEvent::Balances(pallet_balances::Event::Unexpected(what)) => {
				Err(format!("the balances met the unexpected: {what:?}"))
			},
			RuntimeEvent::TransactionPayment(
				pallet_transaction_payment::Event::TransactionFeePaid { who, actual_fee, .. },
			) => self.may_lose(who, *actual_fee),
			RuntimeEvent::Providers(pallet_providers::Event::ProviderSlashed {
				provider: who,
				amount,
				..
			})
			| RuntimeEvent::Subnets(pallet_subnets::Event::GatewaySlashed {
				gateway: who,
				amount,
				..
			})
			| RuntimeEvent::ValidatorStaking(pallet_validator_staking::Event::StakeSlashed {
				who,
				amount,
				..
			}) => self.may_lose(who, *amount),
			_ => Ok(()),
		}
	}

	fn may_lose(&mut self, who: &AccountId, amount: Balance) -> Result<(), String> {
		let loss = self.losses.entry(who.clone()).or_default();
		*loss = loss.saturating_add(amount);
		Ok(())
	}

	/// A fee is paid or given back when its audit ends.
	fn note_audit(&mut self, event: &pallet_audits::Event<Runtime>) -> Result<(), String> {
		use pallet_audits::Event::*;
		self.channels.note_audit(event);
		match event {
			AuditRequested { audit, client, fee } => {
				let again = self.fees.insert(*audit, (client.clone(), *fee)).is_some();
				ensure(!again, || format!("the audit of {audit:?} is paid twice"))
			},
			// Out of the pot, into which others have paid.
			AuditorsPaid { amount, .. } => self.may_lose(&AuditPot::account(), *amount),
			AuditDecided { audit, .. } => match self.fees.remove(audit) {
				Some((client, fee)) => self.may_lose(&client, fee),
				None => Ok(()),
			},
			_ => Ok(()),
		}
	}

	/// A job is paid or refunded once, and never more than was signed for.
	fn note_job(&mut self, event: &pallet_jobs::Event<Runtime>) -> Result<(), String> {
		use pallet_jobs::Event::*;
		match event {
			JobSubmitted { job, client, max_price, .. } => {
				let again = self.jobs.insert(*job, (client.clone(), *max_price)).is_some();
				ensure(!again, || format!("job {job:?} is submitted twice"))?;
				let ledger = self.ledgers.entry(client.clone()).or_default();
				ledger.deposited += max_price;
				ledger.held += max_price;
				Ok(())
			},
			JobSettled { job, client, charge, audit_fee, refunded, .. } => {
				let paid = charge + audit_fee;
				self.may_lose(client, paid)?;
				self.end_job(job, client, paid, *refunded)
			},
			JobRefunded { job, client, amount, audit_fee, .. } => {
				self.may_lose(client, *audit_fee)?;
				self.end_job(job, client, *audit_fee, *amount)
			},
			_ => Ok(()),
		}
	}

	fn end_job(
		&mut self,
		job: &JobId,
		client: &AccountId,
		paid: Balance,
		refunded: Balance,
	) -> Result<(), String> {
		let known = self.jobs.remove(job).ok_or_else(|| format!("job {job:?} ends twice"))?;
		ensure(known == (client.clone(), paid.saturating_add(refunded)), || {
			format!(
				"job {job:?}: {known:?} became {paid} paid and {refunded} refunded to {client:?}"
			)
		})?;
		let ledger = self.ledgers.entry(client.clone()).or_default();
		ledger.paid += paid;
		ledger.refunded += refunded;
		ledger.held -= paid + refunded;
		Ok(())
	}
}

impl Fuzzer {
	/// Writes down what has happened in this block since the last time.
	pub(super) fn note_events(&mut self) -> Result<(), String> {
		let new = System::read_events_no_consensus().skip(self.noted as usize);
		for record in new {
			self.noted += 1;
			let name = format!("{:?}", record.event);
			let end = name.find([' ', '{']).unwrap_or(name.len());
			let name = name[..end].replace("(Event::", ".").replace("RuntimeEvent::", "");
			*self.report.events.entry(name).or_default() += 1;
			self.books.note(&record.event)?;
		}
		Ok(())
	}
}

fn totals() -> Totals {
	let accounts = frame_system::Account::<Runtime>::iter();
	accounts.map(|(who, account)| (who, account.data.free + account.data.reserved)).collect()
}
