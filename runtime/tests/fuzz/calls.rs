//! Which calls are made, with which arguments: plausible ones most of the time, hostile ones sometimes.

use super::{
	audits::is_vote,
	books::Totals,
	channels::{is_exhibit, may_be_sent},
	multisigs::account_of,
	Fuzzer, Signer,
};
use frame_support::{traits::fungible::Inspect, BoundedVec};
use pallet_models::{AppDetails, Call as StoreCall, DataSetDetails, ModelDetails};
use pallet_providers::Call as ProviderCall;
use pallet_rewards::{Call as RewardCall, Duty};
use pallet_subnets::Call as SubnetCall;
use pallet_validator_staking::Call as StakingCall;
use rand::Rng;
use reckon_primitives::{
	token::UNIT, Assurance, Balance, Content, ContentRef, DataSetId, Delivery, EntryId, JobId,
	JobRequest, JobState, Market, ModelId, NumericProfile, Price, Privacy, Reason, Sampling,
	SubnetId, TaskKind, TaskSet, Units,
};
use reckon_runtime::{
	adapters::Treasury,
	configs::{ProxyType, EXISTENTIAL_DEPOSIT},
	time, AccountId, Address, Balances, Rewards, Runtime, RuntimeCall, Subnets, System,
	ValidatorStaking,
};
use reckon_support::{Membership, SubnetInspect, SubnetParameters};
use sp_core::H256;
use sp_runtime::Permill;
use std::collections::BTreeSet;

/// A call and who signs it.
pub type Signed = (AccountId, RuntimeCall);
type Make = fn(&mut Fuzzer) -> Signed;

/// All kinds of signed calls, and how often each is made.
const MENU: &[(u32, Make)] = &[
	(220, Fuzzer::submit_job),
	(240, Fuzzer::deliver),
	(30, Fuzzer::decline),
	(25, Fuzzer::cancel),
	(25, Fuzzer::dispute),
	(12, Fuzzer::request_audit),
	(350, Fuzzer::attend_audit),
	(45, Fuzzer::register_provider),
	(10, Fuzzer::set_worker),
	(15, Fuzzer::update_provider),
	(15, Fuzzer::raise_provider_bond),
	(10, Fuzzer::lower_provider_bond),
	(70, Fuzzer::offer),
	(10, Fuzzer::withdraw_offer),
	(10, Fuzzer::pause),
	(40, Fuzzer::resume_provider),
	(7, Fuzzer::leave_provider),
	(120, Fuzzer::heartbeat),
	(12, Fuzzer::register_model),
	(4, Fuzzer::register_data_set),
	(4, Fuzzer::register_app),
	(3, Fuzzer::deprecate_entry),
	(8, Fuzzer::transfer_entry),
	(25, Fuzzer::join),
	(12, Fuzzer::raise_stake),
	(15, Fuzzer::unbond),
	(10, Fuzzer::withdraw),
	(5, Fuzzer::chill),
	(40, Fuzzer::resume_candidate),
	(8, Fuzzer::leave_candidacy),
	(10, Fuzzer::set_commission),
	(60, Fuzzer::delegate),
	(40, Fuzzer::undelegate),
	(60, Fuzzer::claim),
	(5, Fuzzer::create_subnet),
	(10, Fuzzer::update_subnet),
	(5, Fuzzer::transfer_subnet),
	(8, Fuzzer::accept_subnet),
	(2, Fuzzer::retire_subnet),
	(20, Fuzzer::register_gateway),
	(50, Fuzzer::open_channel),
	(10, Fuzzer::top_up_channel),
	(8, Fuzzer::request_close_channel),
	(20, Fuzzer::close_channel),
	(70, Fuzzer::commit_batch),
	(30, Fuzzer::report_item),
	(15, Fuzzer::report_twins),
	(80, Fuzzer::show_sample),
	(25, Fuzzer::audit_receipt),
	(35, Fuzzer::complain),
	(60, Fuzzer::answer_complaint),
	(6, Fuzzer::raise_gateway_bond),
	(5, Fuzzer::lower_gateway_bond),
	(6, Fuzzer::update_gateway),
	(4, Fuzzer::leave_gateway),
	(60, Fuzzer::transfer),
	(12, Fuzzer::transfer_all),
	(3, Fuzzer::burn),
	(20, Fuzzer::grant),
	(25, Fuzzer::set_keys),
	(15, Fuzzer::purge_keys),
	(30, Fuzzer::batch),
	(5, Fuzzer::as_derivative),
	(12, Fuzzer::add_proxy),
	(4, Fuzzer::remove_proxy),
	(25, Fuzzer::proxy),
	(6, Fuzzer::as_multi_threshold_1),
	(20, Fuzzer::as_multi),
	(2, Fuzzer::cancel_as_multi),
	(4, Fuzzer::govern_by_signature),
];

/// The most that a signed call may cost accounts, besides its fee.
pub fn most_that_it_costs(who: &AccountId, call: &RuntimeCall) -> Totals {
	let mut costs = Totals::new();
	add_costs(&mut costs, who, call);
	costs
}

fn add_costs(costs: &mut Totals, who: &AccountId, call: &RuntimeCall) {
	use pallet_balances::Call as BalanceCall;
	use pallet_multisig::Call as MultisigCall;
	use pallet_utility::Call as UtilityCall;
	// An account that would be left with less than the least balance leaves that, too.
	let dust = EXISTENTIAL_DEPOSIT - 1;
	let cost = match call {
		RuntimeCall::Balances(
			BalanceCall::transfer_allow_death { value, .. } | BalanceCall::burn { value, .. },
		) => value.saturating_add(dust),
		RuntimeCall::Balances(BalanceCall::transfer_keep_alive { value, .. }) => *value,
		RuntimeCall::Balances(BalanceCall::transfer_all { .. }) => Balance::MAX,
		RuntimeCall::Subnets(SubnetCall::create { .. }) => {
			<<Runtime as pallet_subnets::Config>::CreationFee as frame_support::traits::Get<_>>::get(
			)
		},
		RuntimeCall::Utility(
			UtilityCall::batch { calls }
			| UtilityCall::batch_all { calls }
			| UtilityCall::force_batch { calls },
		) => return calls.iter().for_each(|call| add_costs(costs, who, call)),
		RuntimeCall::Utility(UtilityCall::as_derivative { index, call }) => {
			let derived = pallet_utility::derivative_account_id(who.clone(), *index);
			return add_costs(costs, &derived, call);
		},
		RuntimeCall::Proxy(pallet_proxy::Call::proxy { real: Address::Id(real), call, .. }) => {
			return add_costs(costs, real, call);
		},
		RuntimeCall::Multisig(MultisigCall::as_multi_threshold_1 { other_signatories, call }) => {
			let shared = account_of(other_signatories.iter().chain([who]), 1);
			return add_costs(costs, &shared, call);
		},
		RuntimeCall::Multisig(MultisigCall::as_multi {
			threshold,
			other_signatories,
			call,
			..
		}) => {
			let shared = account_of(other_signatories.iter().chain([who]), *threshold);
			return add_costs(costs, &shared, call);
		},
		_ => 0,
	};
	let sum = costs.entry(who.clone()).or_default();
	*sum = sum.saturating_add(cost);
}

/// Makes of some bytes what a bounded list takes of them.
fn bounded<Max: frame_support::traits::Get<u32>>(bytes: Vec<u8>) -> BoundedVec<u8, Max> {
	BoundedVec::truncate_from(bytes)
}

impl Fuzzer {
	pub(super) fn random_call(&mut self) -> (Signer, RuntimeCall) {
		if self.one_in(10) {
			return (Signer::Root, self.govern());
		}
		let (who, call) = self.signed();
		if is_vote(&call) && !self.one_in(40) {
			return (Signer::Authorised, call);
		}
		if is_exhibit(&call) && !self.one_in(5) && may_be_sent(&call) {
			return (Signer::Authorised, call);
		}
		match self.rng.random_range(0..500) {
			0 => (Signer::Root, call),
			1 => (Signer::Nobody, call),
			2 => (Signer::Account(self.account()), call),
			_ => (Signer::Account(who), call),
		}
	}

	pub(super) fn signed(&mut self) -> Signed {
		let all: u32 = MENU.iter().map(|(weight, _)| weight).sum();
		let mut at = self.rng.random_range(0..all);
		for (weight, make) in MENU {
			if at < *weight {
				let (who, call) = make(self);
				let is_grant = matches!(
					call,
					RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { .. })
				);
				let keyless = who == Rewards::account() || who == Treasury::account() && !is_grant;
				return (if keyless { self.account() } else { who }, call);
			}
			at -= weight;
		}
		unreachable!("the weights add up")
	}

	// What arguments are made of.

	/// Anybody who can sign.
	pub(super) fn account(&mut self) -> AccountId {
		if self.one_in(40) {
			// Somebody new, or who was here once.
			return AccountId::from([100 + self.rng.random_range(0..40); 32]);
		}
		self.people[self.rng.random_range(0..self.people.len())].clone()
	}

	/// Anybody who can be named.
	fn anybody(&mut self) -> AccountId {
		match self.rng.random_range(0..60) {
			0 => Treasury::account(),
			1 => Rewards::account(),
			2 => self.shared_account(),
			_ => self.account(),
		}
	}

	/// A call that somebody has the key for.
	fn signed_with_a_key(&mut self) -> Signed {
		let (who, call) = self.signed();
		(if who == Treasury::account() { self.account() } else { who }, call)
	}

	/// The wealthiest of three.
	pub(super) fn wealthy(&mut self) -> AccountId {
		let three = [self.account(), self.account(), self.account()];
		three.into_iter().max_by_key(Balances::balance).expect("three")
	}

	/// The poorest of three.
	fn poor(&mut self) -> AccountId {
		let three = [self.account(), self.account(), self.account()];
		three.into_iter().min_by_key(Balances::balance).expect("three")
	}

	pub(super) fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
		(!all.is_empty()).then(|| all[self.rng.random_range(0..all.len())].clone())
	}

	/// One of these, or anybody.
	fn one_of_or_anybody(&mut self, all: impl Iterator<Item = AccountId>) -> AccountId {
		let all: Vec<_> = all.collect();
		if self.one_in(10) {
			return self.account();
		}
		self.one_of(&all).unwrap_or_else(|| self.account())
	}

	pub(super) fn provider(&mut self) -> AccountId {
		self.one_of_or_anybody(pallet_providers::Providers::<Runtime>::iter_keys())
	}

	fn candidate(&mut self) -> AccountId {
		self.one_of_or_anybody(pallet_validator_staking::Candidates::<Runtime>::iter_keys())
	}

	pub(super) fn gateway(&mut self) -> AccountId {
		self.one_of_or_anybody(pallet_subnets::Gateways::<Runtime>::iter_keys())
	}

	/// An amount of the order of what somebody has, or at a bound.
	fn amount(&mut self, around: Balance) -> Balance {
		match self.rng.random_range(0..60) {
			0 => 0,
			1 => 1,
			2 => Balance::MAX,
			3 => around,
			4 => around.saturating_add(1),
			5 => around.saturating_sub(EXISTENTIAL_DEPOSIT),
			6 => around.saturating_sub(EXISTENTIAL_DEPOSIT - 1),
			7 => EXISTENTIAL_DEPOSIT,
			8 => EXISTENTIAL_DEPOSIT - 1,
			9 => Balance::from(u64::MAX),
			10 => Balance::MAX / 2 + 1,
			_ => around / 1_000 * self.rng.random_range(1..=1_000u128),
		}
	}

	/// A part of what somebody can spend.
	pub(super) fn part_of(&mut self, who: &AccountId, parts: Balance) -> Balance {
		let all = Balances::balance(who);
		self.amount(all / parts)
	}

	/// A bond of somewhat more than the least.
	fn bond(&mut self, who: &AccountId, least: Balance) -> Balance {
		match self.rng.random_range(0..20) {
			0 => self.part_of(who, 1),
			1 => least - 1,
			2 => least,
			_ => least + least / 1_000 * self.rng.random_range(0..3_000u128),
		}
	}

	/// Of what somebody has, as much as can go if the least is to stay, or about that.
	fn surplus(&mut self, has: Balance, least: Balance) -> Balance {
		let most = has.saturating_sub(least);
		let part = most / self.rng.random_range(1..4u128);
		self.amount(part)
	}

	fn share(&mut self, most: u32) -> Permill {
		Permill::from_parts(match self.rng.random_range(0..30) {
			0 => 1_000_000,
			1 => 0,
			2 => most * 10_000 + 1,
			_ => self.rng.random_range(0..=most * 10_000),
		})
	}

	fn model(&mut self) -> ModelId {
		if self.one_in(30) {
			return self.rng.random::<[u8; 32]>().into();
		}
		let all: Vec<_> = pallet_models::Models::<Runtime>::iter_keys().collect();
		self.one_of(&all).unwrap_or_default()
	}

	/// A model that somebody offers.
	pub(super) fn offered(&mut self) -> ModelId {
		self.market().model
	}

	/// A market with offers.
	fn market(&mut self) -> Market {
		let all: Vec<_> = pallet_providers::TicketCounts::<Runtime>::iter_keys().collect();
		match self.one_of(&all) {
			Some(market) if !self.one_in(10) => market,
			_ => Market { subnet: self.subnet(), model: self.model() },
		}
	}

	fn data_set(&mut self) -> DataSetId {
		if self.one_in(30) {
			return self.rng.random::<[u8; 32]>().into();
		}
		let all: Vec<_> = pallet_models::DataSets::<Runtime>::iter_keys().collect();
		self.one_of(&all).unwrap_or_default()
	}

	fn owned_entry(&mut self) -> (AccountId, EntryId) {
		let all: Vec<_> = pallet_models::Owned::<Runtime>::iter_keys().collect();
		match self.one_of(&all) {
			Some((owner, entry)) if !self.one_in(10) => (owner, entry),
			Some((_, entry)) => (self.account(), entry),
			None => (self.account(), EntryId::App(H256::zero())),
		}
	}

	fn subnet(&mut self) -> SubnetId {
		match self.rng.random_range(0..30) {
			0 => SubnetId::MAX,
			_ => self.rng.random_range(0..=pallet_subnets::SubnetCount::<Runtime>::get()),
		}
	}

	fn owned_subnet(&mut self) -> (AccountId, SubnetId) {
		let id = self.subnet();
		let owner = pallet_subnets::Subnets::<Runtime>::get(id).and_then(|subnet| subnet.owner);
		(owner.filter(|_| !self.one_in(10)).unwrap_or_else(|| self.account()), id)
	}

	/// A name; there are few, so that they meet.
	fn name(&mut self) -> Vec<u8> {
		match self.rng.random_range(0..30) {
			0 => b"".to_vec(),
			1 => b"Not A Name".to_vec(),
			2 => vec![b'x'; 1_000],
			n => format!("name-{n}-{}", self.rng.random_range(0..4)).into_bytes(),
		}
	}

	fn endpoint(&mut self) -> Vec<u8> {
		match self.rng.random_range(0..12) {
			0 => b"".to_vec(),
			1 => b"not an address".to_vec(),
			2 => vec![b'x'; 1_000],
			_ => b"https://worker.example:8443".to_vec(),
		}
	}

	fn rules(&mut self) -> SubnetParameters {
		let min = self.share(10);
		let committee = self.rng.random_range(0..34);
		let models: Vec<_> = (0..self.rng.random_range(0..4)).map(|_| self.offered()).collect();
		let mut membership = Membership::Open;
		if self.one_in(4) {
			let listed = std::collections::BTreeSet::from_iter(models);
			membership = Membership::Models(listed.try_into().expect("fewer than 64"));
		}
		SubnetParameters {
			treasury_share: self.share(15),
			gateway_share: self.share(8),
			auditor_share: self.share(8),
			committee,
			quorum: committee / 2 + 1 - u32::from(self.one_in(20)),
			audit_rate_min: min,
			audit_rate_max: min.max(self.share(40)),
			min_provider_bond: self.rng.random_range(99..300) * UNIT,
			min_gateway_bond: self.rng.random_range(990..1_500) * UNIT,
			dispute_window_blocks: match self.rng.random_range(0..30) {
				0 => u32::MAX,
				1 => 0,
				_ => self.rng.random_range(2..60),
			},
			membership,
		}
	}

	// Jobs.

	fn submit_job(&mut self) -> Signed {
		let who = self.wealthy();
		let now = System::block_number();
		let task = match self.rng.random_range(0..10) {
			0 => TaskKind::Embed,
			1 => TaskKind::Complete,
			_ => TaskKind::Chat,
		};
		let length = self.rng.random_range(1..64);
		let payload = match self.rng.random_range(0..40) {
			0 => Content::Inline(Default::default()),
			1 => Content::Inline(bounded(vec![7; 4_096])),
			2 => Content::Blob(ContentRef { hash: H256::zero(), length: u32::MAX }),
			3..6 => Content::Blob(ContentRef { hash: H256::zero(), length: 100_000 }),
			_ => Content::Inline(bounded(vec![7; length])),
		};
		let max_output = match self.rng.random_range(0..40) {
			0 => u32::MAX,
			_ if (task == TaskKind::Embed) != self.one_in(40) => 0,
			_ => self.rng.random_range(1..200),
		};
		let replicas = match self.rng.random_range(0..20) {
			0 if self.one_in(10) => self.rng.random(),
			0..4 => self.rng.random_range(2..=5),
			_ => 1,
		};
		let deadline = match self.rng.random_range(0..60) {
			// Replicas that have begun can't be cancelled when everybody leaves.
			_ if replicas > 1 => now + self.rng.random_range(4..150),
			0 => self.rng.random(),
			1 => now,
			2 => now + 3,
			3 => now + 4,
			4 => now + 7 * time::DAYS,
			5 => now + 7 * time::DAYS + 1,
			6 => now + self.rng.random_range(100..10_000),
			_ => now + self.rng.random_range(4..150),
		};
		let Market { subnet, model } = self.market();
		let request = JobRequest {
			subnet,
			model,
			task,
			payload,
			sampling: Sampling {
				max_output,
				temperature_milli: self.rng.random_range(0..10_050),
				top_k: self.rng.random_range(0..=64) + u16::from(self.one_in(60)),
				top_p_milli: if self.one_in(60) { 0 } else { self.rng.random_range(1..=1_000) },
				salt: self.rng.random::<[u8; 32]>().into(),
			},
			max_price: match self.rng.random_range(0..8) {
				0 => self.part_of(&who, 1),
				1 => self.part_of(&who, 1_000),
				_ => self.rng.random_range(1..2_000) * (UNIT / 1_000),
			},
			deadline,
			assurance: if self.one_in(8) { Assurance::Attested } else { Assurance::Optimistic },
			privacy: if self.one_in(200) { Privacy::Private } else { Privacy::Public },
			replicas,
			only: if replicas == 1 && self.one_in(7) { Some(self.provider()) } else { None },
		};
		(who, pallet_jobs::Call::submit_job { request }.into())
	}

	/// A job that somebody is to deliver, with the worker; or one that somebody once was.
	fn assigned(&mut self) -> (AccountId, JobId) {
		let all: Vec<_> = if self.one_in(20) {
			pallet_jobs::Jobs::<Runtime>::iter_keys()
				.take(64)
				.map(|job| (self.provider(), job))
				.collect()
		} else {
			pallet_jobs::ProviderJobs::<Runtime>::iter_keys().collect()
		};
		let Some((provider, job)) = self.one_of(&all) else {
			return (self.account(), self.rng.random::<[u8; 32]>().into());
		};
		let worker = pallet_providers::Providers::<Runtime>::get(provider).map(|p| p.worker);
		(worker.filter(|_| !self.one_in(40)).unwrap_or_else(|| self.account()), job)
	}

	fn deliver(&mut self) -> Signed {
		let (worker, id) = self.assigned();
		let job = pallet_jobs::Jobs::<Runtime>::get(id);
		let (length, max_output) =
			job.map_or((0, 0), |job| (job.payload.length, job.sampling.max_output));
		let units = Units {
			input: self.rng.random_range(0..=length.saturating_add(256))
				+ u32::from(self.one_in(80)) * 400,
			output: self.rng.random_range(0..=max_output) + u32::from(self.one_in(80)) * 400,
		};
		let length = self.rng.random_range(1..40);
		let output = match self.rng.random_range(0..60) {
			0 => Content::Inline(Default::default()),
			1 => Content::Inline(bounded(vec![8; 4_096])),
			2 => Content::Blob(ContentRef { hash: H256::zero(), length: u32::MAX }),
			3..10 => Content::Blob(ContentRef { hash: H256::zero(), length: 10_000 }),
			_ if self.one_in(3) => Content::Inline(bounded(vec![8; length])),
			// What honest workers say.
			_ => Content::Inline(bounded(vec![8; 20])),
		};
		let now = pallet_timestamp::Now::<Runtime>::get();
		let finished_at = match self.rng.random_range(0..60) {
			0 => u64::MAX,
			1 => 0,
			2 => now + 30_001,
			_ => now,
		};
		let started_at = now - self.rng.random_range(0..10_000);
		let commitment = self.commitment(id);
		let delivery = Delivery { output, commitment, units, started_at, finished_at };
		(worker, pallet_jobs::Call::deliver { job: id, delivery }.into())
	}

	fn decline(&mut self) -> Signed {
		let (worker, job) = self.assigned();
		let reason = match self.rng.random_range(0..10) {
			0 => Reason::PayloadInvalid,
			1 => Reason::ParametersUnsupported,
			2 => Reason::Paid,
			_ => Reason::Busy,
		};
		(worker, pallet_jobs::Call::decline { job, reason }.into())
	}

	/// Of any job, of those with an answer most of the time; of one with a near deadline, since those who
	/// compute it again have as long as it had, and can't be cancelled when everybody leaves.
	fn dispute(&mut self) -> Signed {
		let answered = !self.one_in(10);
		let all: Vec<_> = pallet_jobs::Jobs::<Runtime>::iter()
			.filter(|(_, job)| !answered || matches!(job.state, JobState::Delivered { .. }))
			.filter(|(_, job)| job.deadline - job.submitted_at < 150)
			.take(64)
			.map(|(id, job)| (id, job.client))
			.collect();
		let (job, client) = self.one_of(&all).unwrap_or_else(|| (H256::zero(), self.account()));
		(client, pallet_jobs::Call::dispute { job }.into())
	}

	fn cancel(&mut self) -> Signed {
		let all: Vec<_> = pallet_jobs::ClientJobs::<Runtime>::iter_keys().take(256).collect();
		let (client, job) = self.one_of(&all).unwrap_or_else(|| (self.account(), H256::zero()));
		let client = if self.one_in(20) { self.account() } else { client };
		(client, pallet_jobs::Call::cancel { job }.into())
	}

	// Providers.

	fn register_provider(&mut self) -> Signed {
		let who = self.wealthy();
		let bond = self.bond(&who, 100 * UNIT);
		let worker = self.anybody();
		let capacity = match self.rng.random_range(0..20) {
			0 => 0,
			1 => 1_025,
			_ => self.rng.random_range(1..30),
		};
		let endpoint = bounded(self.endpoint());
		(who, ProviderCall::register { worker, bond, capacity, endpoint }.into())
	}

	fn set_worker(&mut self) -> Signed {
		(self.provider(), ProviderCall::set_worker { worker: self.anybody() }.into())
	}

	fn update_provider(&mut self) -> Signed {
		let capacity = self.rng.random_range(0..40);
		let endpoint = bounded(self.endpoint());
		(self.provider(), ProviderCall::update { capacity, endpoint }.into())
	}

	fn raise_provider_bond(&mut self) -> Signed {
		let who = self.provider();
		let amount = self.part_of(&who, 10);
		(who, ProviderCall::bond_extra { amount }.into())
	}

	fn lower_provider_bond(&mut self) -> Signed {
		let who = self.provider();
		let has = pallet_providers::Providers::<Runtime>::get(&who).map_or(0, |p| p.bond);
		(who, ProviderCall::unbond { amount: self.surplus(has, 100 * UNIT) }.into())
	}

	fn offer(&mut self) -> Signed {
		let mut price = || match self.rng.random_range(0..60) {
			0 => Balance::MAX,
			1 => 0,
			_ => self.rng.random_range(0..UNIT / 400),
		};
		let price = Price { base: price(), per_input: price() / 20, per_output: price() / 20 };
		let price = if self.one_in(100) { Price::default() } else { price };
		let subnet = if self.one_in(4) { self.subnet() } else { 0 };
		(self.provider(), ProviderCall::offer { subnet, model: self.model(), price }.into())
	}

	fn withdraw_offer(&mut self) -> Signed {
		let all: Vec<_> = pallet_providers::Offers::<Runtime>::iter()
			.take(64)
			.map(|(who, market, _)| (who, market))
			.collect();
		let (who, Market { subnet, model }) =
			self.one_of(&all).unwrap_or_else(|| (self.account(), self.market()));
		(who, ProviderCall::withdraw_offer { subnet, model }.into())
	}

	fn pause(&mut self) -> Signed {
		(self.provider(), ProviderCall::pause {}.into())
	}

	fn resume_provider(&mut self) -> Signed {
		(self.provider(), ProviderCall::resume {}.into())
	}

	fn leave_provider(&mut self) -> Signed {
		(self.provider(), ProviderCall::leave {}.into())
	}

	/// Of those above all that have said nothing for the longest.
	fn heartbeat(&mut self) -> Signed {
		let quiet = pallet_providers::Providers::<Runtime>::iter()
			.filter(|(_, provider)| !provider.is_leaving())
			.min_by_key(|(_, provider)| provider.last_seen)
			.map(|(_, provider)| provider.worker);
		let worker = match quiet {
			Some(worker) if !self.one_in(4) => worker,
			_ => self.one_of_or_anybody(pallet_providers::Workers::<Runtime>::iter_keys()),
		};
		let offers = match self.rng.random_range(0..20) {
			0 => u32::MAX,
			1 => 0,
			_ => self.rng.random_range(0..40),
		};
		(worker, ProviderCall::heartbeat { offers }.into())
	}

	// The store.

	fn register_model(&mut self) -> Signed {
		let who = self.wealthy();
		let tasks = match self.rng.random_range(0..20) {
			0 => TaskSet::default(),
			1 => TaskSet { bits: u32::MAX },
			2 => TaskSet::of(&[TaskKind::Embed]),
			_ => TaskSet::of(&[TaskKind::Chat, TaskKind::Complete, TaskKind::Embed]),
		};
		let trained_on: BTreeSet<_> =
			(0..self.rng.random_range(0..3)).map(|_| self.data_set()).collect();
		let details = ModelDetails {
			manifest: H256::repeat_byte(self.rng.random()),
			tasks,
			profile: NumericProfile::F32,
			calibration: self.calibration(),
			context: self.rng.random(),
			licence: bounded(b"MIT".to_vec()),
			royalty: self.share(20),
			trained_on: trained_on.try_into().expect("fewer than 8"),
		};
		(who, StoreCall::register_model { name: bounded(self.name()), details }.into())
	}

	fn register_data_set(&mut self) -> Signed {
		let details = DataSetDetails {
			content: H256::repeat_byte(self.rng.random()),
			bytes: self.rng.random(),
			records: self.rng.random(),
			description: None,
			location: self.one_in(2).then(|| bounded(b"https://example.org".to_vec())),
			licence: bounded(self.name()),
		};
		let name = bounded(self.name());
		(self.wealthy(), StoreCall::register_data_set { name, details }.into())
	}

	fn register_app(&mut self) -> Signed {
		let models: BTreeSet<_> = (0..self.rng.random_range(0..4)).map(|_| self.model()).collect();
		let data_sets: BTreeSet<_> =
			(0..self.rng.random_range(0..3)).map(|_| self.data_set()).collect();
		let details = AppDetails {
			models: models.try_into().expect("fewer than 8"),
			data_sets: data_sets.try_into().expect("fewer than 8"),
			location: bounded(self.name()),
			content: Some(H256::repeat_byte(self.rng.random())),
			description: None,
			licence: bounded(b"MIT".to_vec()),
		};
		let name = bounded(self.name());
		(self.wealthy(), StoreCall::register_app { name, details }.into())
	}

	fn deprecate_entry(&mut self) -> Signed {
		let (owner, entry) = self.owned_entry();
		(owner, StoreCall::deprecate { entry }.into())
	}

	fn transfer_entry(&mut self) -> Signed {
		let (owner, entry) = self.owned_entry();
		(owner, StoreCall::transfer { entry, to: self.anybody() }.into())
	}

	// Stakes.

	fn join(&mut self) -> Signed {
		let who = self.wealthy();
		let bond = self.bond(&who, 10_000 * UNIT);
		(who, StakingCall::join { bond, commission: self.share(100) }.into())
	}

	fn raise_stake(&mut self) -> Signed {
		let who = self.candidate();
		let amount = self.part_of(&who, 10);
		(who, StakingCall::bond_extra { amount }.into())
	}

	fn unbond(&mut self) -> Signed {
		let who = self.candidate();
		let own = pallet_validator_staking::Candidates::<Runtime>::get(&who)
			.map_or(0, |record| record.own);
		let amount = self.amount(own / 4);
		(who, StakingCall::unbond { amount }.into())
	}

	fn withdraw(&mut self) -> Signed {
		let who = self.one_of_or_anybody(pallet_validator_staking::Stakers::<Runtime>::iter_keys());
		(who, StakingCall::withdraw {}.into())
	}

	fn chill(&mut self) -> Signed {
		(self.candidate(), StakingCall::chill {}.into())
	}

	fn resume_candidate(&mut self) -> Signed {
		(self.candidate(), StakingCall::resume {}.into())
	}

	fn leave_candidacy(&mut self) -> Signed {
		(self.candidate(), StakingCall::leave {}.into())
	}

	fn set_commission(&mut self) -> Signed {
		let who = self.candidate();
		let record = pallet_validator_staking::Candidates::<Runtime>::get(&who);
		let commission = match record {
			Some(record) if self.one_in(2) => record.commission + Permill::from_percent(5),
			_ => self.share(100),
		};
		(who, StakingCall::set_commission { commission }.into())
	}

	fn delegate(&mut self) -> Signed {
		let who = self.wealthy();
		let amount = self.bond(&who, 100 * UNIT);
		(who, StakingCall::delegate { candidate: self.candidate(), amount }.into())
	}

	fn undelegate(&mut self) -> Signed {
		let who = self.one_of_or_anybody(pallet_validator_staking::Stakers::<Runtime>::iter_keys());
		let all = ValidatorStaking::delegations_of(who.clone());
		let (candidate, delegated) = self.one_of(&all).unwrap_or_else(|| (self.candidate(), UNIT));
		let amount = if self.one_in(2) { delegated } else { self.amount(delegated) };
		(who, StakingCall::undelegate { candidate, amount }.into())
	}

	// Rewards.

	fn claim(&mut self) -> Signed {
		let all: Vec<_> = pallet_rewards::Unclaimed::<Runtime>::iter_keys().take(64).collect();
		let Some((earner, duty, era)) = self.one_of(&all).filter(|_| !self.one_in(15)) else {
			let era = ValidatorStaking::current_era();
			let era =
				if self.one_in(4) { self.rng.random() } else { self.rng.random_range(0..=era) };
			return (self.account(), RewardCall::claim { earner: self.anybody(), era }.into());
		};
		let era = era.into();
		let call = match duty {
			Duty::Work => RewardCall::claim { earner, era },
			Duty::Validation => RewardCall::claim_validator { validator: earner, era },
		};
		(self.account(), call.into())
	}

	// Subnets.

	fn create_subnet(&mut self) -> Signed {
		let (name, parameters) = (bounded(self.name()), self.rules());
		(self.wealthy(), SubnetCall::create { name, parameters }.into())
	}

	fn update_subnet(&mut self) -> Signed {
		let (owner, subnet) = self.owned_subnet();
		(owner, SubnetCall::update { subnet, parameters: self.rules() }.into())
	}

	fn transfer_subnet(&mut self) -> Signed {
		let (owner, subnet) = self.owned_subnet();
		let to = if self.one_in(10) { None } else { Some(self.anybody()) };
		(owner, SubnetCall::transfer { subnet, to }.into())
	}

	fn accept_subnet(&mut self) -> Signed {
		let proposed: Vec<_> = pallet_subnets::Subnets::<Runtime>::iter()
			.filter_map(|(id, subnet)| Some((subnet.heir?, id)))
			.collect();
		let (heir, subnet) =
			self.one_of(&proposed).unwrap_or_else(|| (self.account(), self.subnet()));
		let who = if self.one_in(10) { self.account() } else { heir };
		(who, SubnetCall::accept_transfer { subnet }.into())
	}

	fn retire_subnet(&mut self) -> Signed {
		let (owner, subnet) = self.owned_subnet();
		(owner, SubnetCall::retire { subnet }.into())
	}

	fn register_gateway(&mut self) -> Signed {
		let who = self.wealthy();
		let bond = self.bond(&who, 1_000 * UNIT);
		let active: Vec<_> = (0..=pallet_subnets::SubnetCount::<Runtime>::get())
			.filter(|id| <Subnets as SubnetInspect>::open_subnet(*id).is_some())
			.collect();
		let subnet = match self.one_of(&active) {
			Some(subnet) if !self.one_in(10) => subnet,
			_ => self.subnet(),
		};
		let endpoint = bounded(self.endpoint());
		(who, SubnetCall::register_gateway { subnet, bond, endpoint }.into())
	}

	fn raise_gateway_bond(&mut self) -> Signed {
		let who = self.gateway();
		let amount = self.part_of(&who, 10);
		(who, SubnetCall::bond_extra { amount }.into())
	}

	fn lower_gateway_bond(&mut self) -> Signed {
		let who = self.gateway();
		let has = pallet_subnets::Gateways::<Runtime>::get(&who).map_or(0, |g| g.bond);
		(who, SubnetCall::unbond_gateway { amount: self.surplus(has, 1_000 * UNIT) }.into())
	}

	fn update_gateway(&mut self) -> Signed {
		(self.gateway(), SubnetCall::update_gateway { endpoint: bounded(self.endpoint()) }.into())
	}

	fn leave_gateway(&mut self) -> Signed {
		(self.gateway(), SubnetCall::leave_gateway {}.into())
	}

	// Money.

	fn transfer(&mut self) -> Signed {
		let who = self.wealthy();
		let value = if self.one_in(4) { self.part_of(&who, 1) } else { self.part_of(&who, 20) };
		let dest = Address::Id(match self.rng.random_range(0..20) {
			0 => self.anybody(),
			1 => self.shared_account(),
			_ => self.poor(),
		});
		let call = if self.one_in(2) {
			pallet_balances::Call::transfer_allow_death { dest, value }
		} else {
			pallet_balances::Call::transfer_keep_alive { dest, value }
		};
		(who, call.into())
	}

	fn transfer_all(&mut self) -> Signed {
		let (dest, keep_alive) = (Address::Id(self.anybody()), self.one_in(3));
		(self.poor(), pallet_balances::Call::transfer_all { dest, keep_alive }.into())
	}

	fn burn(&mut self) -> Signed {
		let who = self.account();
		let (value, keep_alive) = (self.part_of(&who, 100), self.one_in(2));
		(who, pallet_balances::Call::burn { value, keep_alive }.into())
	}

	/// The treasury gives away what it has, or all money would end there.
	fn grant(&mut self) -> Signed {
		let who = Treasury::account();
		let value = Balances::balance(&who) / 10;
		let dest = Address::Id(self.poor());
		(who, pallet_balances::Call::transfer_keep_alive { dest, value }.into())
	}

	// Session keys, batches, proxies; `multisigs.rs` has the rest.

	fn set_keys(&mut self) -> Signed {
		let nth = self.rng.random_range(0..self.keys.len());
		let (owner, keys, proof) = self.keys[nth].clone();
		let unkeyed: Vec<_> = pallet_validator_staking::Candidates::<Runtime>::iter_keys()
			.filter(|who| !pallet_session::NextKeys::<Runtime>::contains_key(who))
			.collect();
		match self.one_of(&unkeyed) {
			// A candidate without keys sets its own.
			Some(who) if self.one_in(2) => {
				let own = self.keys.iter().find(|(owner, ..)| *owner == who);
				let (_, keys, proof) = own.cloned().unwrap_or((owner, keys, proof));
				(who, pallet_session::Call::set_keys { keys, proof }.into())
			},
			_ => {
				let who = if self.one_in(10) { self.account() } else { owner };
				let proof = if self.one_in(20) { vec![1; 200] } else { proof };
				(who, pallet_session::Call::set_keys { keys, proof }.into())
			},
		}
	}

	/// By the call that the runtime has for it, and sometimes by the one that it refuses.
	fn purge_keys(&mut self) -> Signed {
		let who = self.one_of_or_anybody(pallet_session::NextKeys::<Runtime>::iter_keys());
		if self.one_in(4) {
			return (who, pallet_session::Call::purge_keys {}.into());
		}
		(who, StakingCall::purge_keys {}.into())
	}

	/// Calls of one account, or as good as: most are of the kinds that it may make.
	fn batch(&mut self) -> Signed {
		let (who, first) = self.signed_with_a_key();
		let mut calls = vec![first];
		for _ in 0..self.rng.random_range(0..6) {
			calls.push(self.signed().1);
		}
		let call = match self.rng.random_range(0..3) {
			0 => pallet_utility::Call::batch { calls },
			1 => pallet_utility::Call::batch_all { calls },
			_ => pallet_utility::Call::force_batch { calls },
		};
		(who, call.into())
	}

	fn as_derivative(&mut self) -> Signed {
		let (who, call) = self.signed_with_a_key();
		let (index, call) = (self.rng.random_range(0..2), Box::new(call));
		(who, pallet_utility::Call::as_derivative { index, call }.into())
	}

	fn add_proxy(&mut self) -> Signed {
		let proxy_type = self.proxy_type();
		let delegate = Address::Id(self.anybody());
		let (who, delay) = (self.account(), u32::from(self.one_in(10)));
		(who, pallet_proxy::Call::add_proxy { delegate, proxy_type, delay }.into())
	}

	fn proxy_type(&mut self) -> ProxyType {
		let all = [
			ProxyType::Any,
			ProxyType::NonTransfer,
			ProxyType::Provider,
			ProxyType::Jobs,
			ProxyType::Staking,
		];
		self.one_of(&all).expect("five")
	}

	/// Somebody and one of its proxies.
	fn proxied(&mut self) -> (AccountId, AccountId, ProxyType, u32) {
		let all: Vec<_> = pallet_proxy::Proxies::<Runtime>::iter()
			.flat_map(|(real, (proxies, _))| {
				proxies.into_iter().map(move |p| (real.clone(), p.delegate, p.proxy_type, p.delay))
			})
			.collect();
		self.one_of(&all).unwrap_or_else(|| (self.account(), self.account(), ProxyType::Any, 0))
	}

	fn remove_proxy(&mut self) -> Signed {
		let (real, delegate, proxy_type, delay) = self.proxied();
		let call = if self.one_in(3) {
			pallet_proxy::Call::remove_proxies {}
		} else {
			pallet_proxy::Call::remove_proxy { delegate: Address::Id(delegate), proxy_type, delay }
		};
		(real, call.into())
	}

	fn proxy(&mut self) -> Signed {
		let (mut real, mut delegate, ..) = self.proxied();
		let (signer, call) = self.signed_with_a_key();
		// Of somebody whose call it is, if there is a proxy for it.
		if let Some(proxy) = pallet_proxy::Proxies::<Runtime>::get(&signer).0.first() {
			(real, delegate) = (signer, proxy.delegate.clone());
		}
		let call = Box::new(call);
		let real = Address::Id(real);
		(delegate, pallet_proxy::Call::proxy { real, force_proxy_type: None, call }.into())
	}

	// Governance.

	fn govern(&mut self) -> RuntimeCall {
		match self.rng.random_range(0..20) {
			0..8 => {
				let count =
					if self.one_in(10) { self.rng.random() } else { self.rng.random_range(0..14) };
				StakingCall::set_validator_count { count }.into()
			},
			8 => {
				let all: Vec<_> =
					ValidatorStaking::unapplied_slashes().into_iter().map(|(id, _)| id).collect();
				let ids: Vec<_> = (0..self.rng.random_range(0..3))
					.map(|_| match self.one_of(&all) {
						Some(id) if self.one_in(3) => id,
						_ => self.rng.random_range(0..100),
					})
					.collect();
				StakingCall::cancel_slashes { ids: BoundedVec::truncate_from(ids) }.into()
			},
			_ => {
				let subnet = if self.one_in(8) { self.subnet() } else { 0 };
				SubnetCall::update { subnet, parameters: self.rules() }.into()
			},
		}
	}

	/// With the key for it, or without.
	fn govern_by_signature(&mut self) -> Signed {
		let call = self.govern();
		match pallet_sudo::Key::<Runtime>::get() {
			Some(key) if self.one_in(2) => {
				(key, pallet_sudo::Call::sudo { call: Box::new(call) }.into())
			},
			_ => (self.account(), call),
		}
	}
}
