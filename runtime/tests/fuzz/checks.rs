//! What must hold, whatever anybody does.

use super::{ensure, multisigs, Fuzzer, Signer};
use frame_support::traits::{fungible::Inspect, Get};
use reckon_primitives::{token::UNIT, Balance, HeldFor, JobState, Reason};
use reckon_runtime::{
	apis::runtime_decl_for_reckon_api::ReckonApiV1, AccountId, Audits, Babe, Balances, Channels,
	Jobs, Models, Providers, Reputation, Rewards, Runtime, RuntimeCall, RuntimeHoldReason, Session,
	Subnets, System, ValidatorStaking,
};
use reckon_support::Subject;
use sp_runtime::{traits::Dispatchable, DispatchError};
use std::collections::BTreeMap;

/// Sessions in which all that can come back does, when everybody leaves: bonds outlast audits, of which
/// nobody takes care any more.
const LEAVING_SESSIONS: u32 = 60;

/// What money is held for, as far as `held_by` tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
	Job,
	Audit,
	Provider,
	Store,
	Subnet,
	Gateway,
	Stake,
	SessionKeys,
	Channel,
	Complaint,
	Proxies,
	Multisigs,
}

impl Purpose {
	fn of(reason: &RuntimeHoldReason) -> Result<Self, String> {
		use pallet_channels::HoldReason as ChannelHold;
		use pallet_session::HoldReason as SessionHold;
		use pallet_subnets::HoldReason as SubnetHold;
		Ok(match reason {
			RuntimeHoldReason::Jobs(_) => Self::Job,
			RuntimeHoldReason::Audits(_) => Self::Audit,
			RuntimeHoldReason::Channels(ChannelHold::Channel) => Self::Channel,
			RuntimeHoldReason::Channels(ChannelHold::Complaint) => Self::Complaint,
			RuntimeHoldReason::Providers(_) => Self::Provider,
			RuntimeHoldReason::Models(_) => Self::Store,
			RuntimeHoldReason::Subnets(SubnetHold::SubnetDeposit) => Self::Subnet,
			RuntimeHoldReason::Subnets(SubnetHold::GatewayBond) => Self::Gateway,
			RuntimeHoldReason::ValidatorStaking(_) => Self::Stake,
			RuntimeHoldReason::Session(SessionHold::Keys) => Self::SessionKeys,
			#[allow(unreachable_patterns)]
			other => return Err(format!("nobody says what {other:?} is for")),
		})
	}

	fn told(held_for: &HeldFor) -> Self {
		match held_for {
			HeldFor::Job(_) => Self::Job,
			HeldFor::AuditFee(_) => Self::Audit,
			HeldFor::ProviderBond | HeldFor::ProviderUnbonding => Self::Provider,
			HeldFor::StoreDeposit(_) | HeldFor::RetiredModel(_) => Self::Store,
			HeldFor::SubnetDeposit(_) => Self::Subnet,
			HeldFor::GatewayBond | HeldFor::GatewayUnbonding => Self::Gateway,
			HeldFor::ValidatorStake | HeldFor::Delegation | HeldFor::StakeUnbonding => Self::Stake,
			HeldFor::Channel(_) => Self::Channel,
			HeldFor::Complaint(_) => Self::Complaint,
			HeldFor::SessionKeys => Self::SessionKeys,
			HeldFor::Proxies => Self::Proxies,
			HeldFor::Multisigs => Self::Multisigs,
		}
	}
}

/// What an account has on hold, by purpose, by the balances pallet.
fn held(who: &AccountId) -> Result<BTreeMap<Purpose, Balance>, String> {
	let mut held = BTreeMap::new();
	for hold in pallet_balances::Holds::<Runtime>::get(who) {
		*held.entry(Purpose::of(&hold.id)?).or_default() += hold.amount;
	}
	Ok(held)
}

impl Fuzzer {
	/// Checks everything.
	pub(super) fn check(&mut self) -> Result<(), String> {
		self.report.checks += 1;
		self.note_events()?;
		for (pallet, state) in [
			("Models", Models::do_try_state()),
			("Providers", Providers::do_try_state()),
			("Jobs", Jobs::do_try_state()),
			("ValidatorStaking", ValidatorStaking::do_try_state()),
			("Reputation", Reputation::do_try_state()),
			("Rewards", Rewards::do_try_state()),
			("Subnets", Subnets::do_try_state()),
			("Audits", Audits::do_try_state()),
			("Channels", Channels::do_try_state()),
		] {
			state.map_err(|error: DispatchError| format!("{pallet}: {error:?}"))?;
		}
		self.issuance_is_what_was_minted()?;
		let multisigs = multisigs::deposits();
		for (who, account) in frame_system::Account::<Runtime>::iter() {
			let of_multisigs = multisigs.get(&who).copied().unwrap_or_default();
			held_is_what_is_told(&who, account.data.reserved, of_multisigs)?;
			let deposits = self.books.gateways.deposits_of(&who);
			let held = held(&who)?.remove(&Purpose::Complaint).unwrap_or_default();
			ensure(held == deposits, || {
				format!("{who:?} has {held} held for complaints, by the events {deposits}")
			})?;
		}
		self.ledgers_are_what_happened()?;
		self.books.channels.compare()?;
		self.books.gateways.compare()?;
		loads_are_jobs()?;
		audits_are_of_deliveries()?;
		let seats = Session::validators().len();
		ensure(seats > 0 && seats == Babe::authorities().len(), || format!("{seats} seats"))?;
		let has_keys = |who: &AccountId| pallet_session::NextKeys::<Runtime>::contains_key(who);
		ensure(Session::validators().iter().all(has_keys), || "a validator has no keys".into())
	}

	/// The issuance is that of genesis, with all emission and without what was burned, and it is what
	/// all accounts have together.
	fn issuance_is_what_was_minted(&self) -> Result<(), String> {
		let issuance = Balances::total_issuance();
		let books = self.books.issuance;
		ensure(issuance == books, || format!("issuance {issuance}, by the events {books}"))?;
		ensure(Balances::active_issuance() == issuance, || "some issuance is inactive".into())?;
		let sum = frame_system::Account::<Runtime>::iter_values()
			.try_fold(0, |sum: Balance, account| {
				sum.checked_add(account.data.free)?.checked_add(account.data.reserved)
			})
			.ok_or("accounts have more than can be")?;
		ensure(sum == issuance, || format!("issuance {issuance}, accounts have {sum}"))
	}

	/// The clients' ledgers are what the events say.
	fn ledgers_are_what_happened(&self) -> Result<(), String> {
		let on_chain: BTreeMap<_, _> = pallet_jobs::Ledgers::<Runtime>::iter().collect();
		ensure(on_chain == self.books.ledgers, || {
			let other =
				|(who, ledger): &(&AccountId, &_)| self.books.ledgers.get(who) != Some(ledger);
			format!("ledgers are not what happened: {:?}", on_chain.iter().find(other))
		})?;
		let on_chain: BTreeMap<_, _> = pallet_channels::Ledgers::<Runtime>::iter().collect();
		let books = &self.books.channels.ledgers;
		ensure(on_chain == *books, || {
			let other = |(who, ledger): &(&AccountId, &_)| books.get(who) != Some(ledger);
			format!("channels' ledgers are not what happened: {:?}", on_chain.iter().find(other))
		})
	}

	/// Everybody goes; the chain returns all money but the deposits for what stays.
	pub(super) fn everybody_leaves(&mut self) -> Result<(), String> {
		self.remember("everybody leaves".into());
		// Nobody leaves before its offence is paid for.
		let defer: u32 = <Runtime as pallet_validator_staking::Config>::SlashDeferEras::get();
		for _ in 0..(defer + 1) * reckon_runtime::time::SESSIONS_PER_ERA {
			self.short_session()?;
		}
		for (who, record) in
			pallet_validator_staking::Candidates::<Runtime>::iter().collect::<Vec<_>>()
		{
			if !record.is_leaving() {
				self.must(&who, pallet_validator_staking::Call::leave {})?;
			}
		}
		for (candidate, backers) in
			pallet_validator_staking::Backers::<Runtime>::iter().collect::<Vec<_>>()
		{
			for (who, amount) in backers {
				let candidate = candidate.clone();
				self.must(&who, pallet_validator_staking::Call::undelegate { candidate, amount })?;
			}
		}
		for (who, provider) in pallet_providers::Providers::<Runtime>::iter().collect::<Vec<_>>() {
			if !provider.is_leaving() {
				self.must(&who, pallet_providers::Call::leave {})?;
			}
		}
		for (who, gateway) in pallet_subnets::Gateways::<Runtime>::iter().collect::<Vec<_>>() {
			if matches!(gateway.status, pallet_subnets::GatewayStatus::Active) {
				self.must(&who, pallet_subnets::Call::leave_gateway {})?;
			}
		}
		self.channels_end()?;
		self.multisigs_end()?;
		self.check()?;
		for _ in 0..LEAVING_SESSIONS {
			self.jobs_end()?;
			self.short_session()?;
			self.check()?;
		}
		for who in frame_system::Account::<Runtime>::iter_keys() {
			let mut held = held(&who)?;
			// Nobody takes the last validators' seats: their own stake is at risk as long.
			let sits = pallet_validator_staking::Candidates::<Runtime>::get(&who)
				.is_some_and(|record| record.is_leaving() && Session::validators().contains(&who));
			held.retain(|purpose, _| match purpose {
				Purpose::Store | Purpose::Subnet | Purpose::SessionKeys => false,
				Purpose::Stake => !sits,
				_ => true,
			});
			ensure(held.is_empty(), || {
				format!("everybody has left, and {who:?} has {held:?} on hold")
			})?;
		}
		ensure(pallet_audits::Audits::<Runtime>::iter_keys().next().is_none(), || {
			"everybody has left, and something is audited".into()
		})?;
		let mut batches = pallet_channels::Batches::<Runtime>::iter_values();
		ensure(batches.all(|batch| batch.state.is_final()), || {
			"everybody has left, and a batch is not over".into()
		})?;
		ensure(pallet_channels::Heard::<Runtime>::iter().next().is_none(), || {
			"everybody has left, and a complaint is remembered".into()
		})?;
		ensure(pallet_validator_staking::Stakers::<Runtime>::iter().next().is_none(), || {
			"everybody has left, and somebody is a staker".into()
		})
	}

	/// Clients and workers end what would end by itself at a far deadline.
	fn jobs_end(&mut self) -> Result<(), String> {
		for (id, job) in pallet_jobs::Jobs::<Runtime>::iter().collect::<Vec<_>>() {
			match job.state {
				// It ends with those that it is compared with.
				JobState::Open { .. } if comparison_has_begun(&job) => {},
				JobState::Open { .. } => {
					self.must(&job.client, pallet_jobs::Call::cancel { job: id })?;
				},
				JobState::Assigned { provider, .. } if System::block_number() < job.due => {
					let worker = pallet_providers::Providers::<Runtime>::get(&provider)
						.ok_or("a job's provider is not there")?
						.worker;
					let reason = Reason::ShuttingDown;
					self.must(&worker, pallet_jobs::Call::decline { job: id, reason })?;
				},
				_ => {},
			}
		}
		Ok(())
	}

	/// Makes a call that can't be refused.
	pub(super) fn must(
		&mut self,
		who: &AccountId,
		call: impl Into<RuntimeCall>,
	) -> Result<(), String> {
		let call = call.into();
		let done = call.clone().dispatch(Signer::Account(who.clone()).origin());
		done.map(|_| ()).map_err(|error| format!("{who:?} can't {call:?}: {:?}", error.error))
	}
}

/// Whether a provider has or had one of the jobs that this one is compared with.
fn comparison_has_begun(job: &pallet_jobs::JobOf<Runtime>) -> bool {
	let comparison = job.comparison.and_then(pallet_jobs::Comparisons::<Runtime>::get);
	comparison.is_some_and(|comparison| comparison.seed.is_some())
}

/// Each unit that is held is told of by `held_by`, for what it is held.
fn held_is_what_is_told(
	who: &AccountId,
	reserved: Balance,
	of_multisigs: Balance,
) -> Result<(), String> {
	let mut held = held(who)?;
	// Multisigs, proxies and their announcements are reserved, not held.
	if of_multisigs > 0 {
		held.insert(Purpose::Multisigs, of_multisigs);
	}
	let proxies = pallet_proxy::Proxies::<Runtime>::get(who).1;
	let announced = pallet_proxy::Announcements::<Runtime>::get(who).1;
	if proxies + announced > 0 {
		held.insert(Purpose::Proxies, proxies + announced);
	}
	let sum: Balance = held.values().sum();
	ensure(reserved == sum, || format!("{who:?} has {reserved} reserved: {held:?}"))?;
	// Who had keys at genesis has left nothing for them.
	if let Some(deposit) = held.get(&Purpose::SessionKeys).copied() {
		let has_keys = pallet_session::NextKeys::<Runtime>::contains_key(who);
		ensure(deposit == UNIT && has_keys, || format!("{who:?} has {deposit} held for no keys"))?;
	}
	// What is in the till is its batches'.
	if *who == Channels::till() {
		held.remove(&Purpose::Channel);
	}
	let mut told = BTreeMap::new();
	for part in Runtime::held_by(who.clone()) {
		// A bond is told of also when all of it is slashed.
		let is_bond = matches!(
			part.held_for,
			HeldFor::GatewayBond
				| HeldFor::GatewayUnbonding
				| HeldFor::ProviderBond
				| HeldFor::ProviderUnbonding
		);
		ensure(part.amount > 0 || is_bond, || format!("{who:?} is told of {part:?}"))?;
		if part.amount == 0 {
			continue;
		}
		*told.entry(Purpose::told(&part.held_for)).or_default() += part.amount;
	}
	ensure(held == told, || format!("{who:?} has {held:?} on hold and is told {told:?}"))
}

/// A provider's load is the number of jobs that it is to deliver.
fn loads_are_jobs() -> Result<(), String> {
	let mut jobs: BTreeMap<AccountId, u32> = BTreeMap::new();
	for (provider, _) in pallet_jobs::ProviderJobs::<Runtime>::iter_keys() {
		*jobs.entry(provider).or_default() += 1;
	}
	let mut unpaid: BTreeMap<AccountId, u32> = BTreeMap::new();
	for job in pallet_jobs::Jobs::<Runtime>::iter_values() {
		if let JobState::Delivered { provider, .. } = job.state {
			*unpaid.entry(provider).or_default() += 1;
		}
	}
	for (who, provider) in pallet_providers::Providers::<Runtime>::iter() {
		let has = jobs.remove(&who).unwrap_or(0);
		ensure(provider.load == has, || {
			format!("{who:?} has {has} jobs and load {}", provider.load)
		})?;
		let waits = unpaid.remove(&who).unwrap_or(0);
		ensure(provider.unpaid == waits, || {
			format!("{who:?} waits for {waits} payments and counts {}", provider.unpaid)
		})?;
	}
	ensure(jobs.is_empty(), || format!("jobs of no provider: {jobs:?}"))
}

/// What is audited is a batch as its gateway committed to it, or was delivered and is not paid, is compared
/// with nothing, and is as its job says.
fn audits_are_of_deliveries() -> Result<(), String> {
	for (id, audit) in pallet_audits::Audits::<Runtime>::iter() {
		let subject = match &audit.subject {
			Subject::Answer(answer) => answer,
			Subject::Batch(audited) => {
				let batch = pallet_channels::Batches::<Runtime>::get(id)
					.ok_or_else(|| format!("{id:?} is audited and is no batch"))?;
				let same = audited.gateway == batch.gateway
					&& audited.receipts == batch.receipts
					&& audited.charge == batch.root.sum;
				ensure(same, || format!("{audited:?} is audited, not {batch:?}"))?;
				continue;
			},
		};
		if let Some(sampled) = pallet_channels::Sampled::<Runtime>::get(id) {
			let receipt = &sampled.receipt;
			let same = receipt.request == id
				&& subject.provider == receipt.provider
				&& subject.model == receipt.model
				&& subject.charge == receipt.charge
				&& subject.at_stake >= receipt.charge;
			ensure(same, || format!("{subject:?} is audited, not {sampled:?}"))?;
			continue;
		}
		let job = Jobs::job(id).ok_or_else(|| format!("{id:?} is audited and is no job"))?;
		let JobState::Delivered { provider, charge, .. } = &job.state else {
			return Err(format!("{id:?} is audited: {:?}", job.state));
		};
		let same = subject.provider == *provider
			&& subject.client == job.client
			&& subject.charge == *charge;
		ensure(same && job.comparison.is_none(), || {
			format!("{subject:?} is audited, not {job:?}")
		})?;
	}
	Ok(())
}
