//! Mocks of the traits, for the tests of pallets that use them. Their state is per thread, and a
//! test resets it with [`reset`].

mod audits;
mod stake;
mod subnets;

pub use audits::{
	MockAudits, MockBatches, MockPenalties, MockReputation, MockSubjects, AUDIT_PRICE, AUDIT_RATE,
	THRESHOLDS,
};
pub use stake::MockStake;
pub use subnets::{MockGateways, MockSubnets};

use crate::*;
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use core::cell::RefCell;
use frame_support::{pallet_prelude::DispatchResult, weights::Weight};
use reckon_primitives::{Balance, Market, ModelId, Price, Reason, SubnetId, TaskKind, TaskSet};
use sp_core::H256;
use sp_runtime::Permill;

/// The accounts of the pallets' tests.
pub type AccountId = u64;

/// A provider of [`MockPool`].
#[derive(Clone, Debug)]
pub struct MockProvider {
	/// What it asks for.
	pub price: Price<Balance>,
	/// How many jobs it can have.
	pub capacity: u32,
	/// How many it has.
	pub load: u32,
	/// Its bond.
	pub bond: Balance,
	/// The URL of its content endpoint.
	pub endpoint: Vec<u8>,
}

std::thread_local! {
	static MODELS: RefCell<BTreeMap<ModelId, ModelInfo<AccountId>>> = const { RefCell::new(BTreeMap::new()) };
	static CLOSED: RefCell<BTreeSet<SubnetId>> = const { RefCell::new(BTreeSet::new()) };
	static PROVIDERS: RefCell<BTreeMap<AccountId, MockProvider>> = const { RefCell::new(BTreeMap::new()) };
	static OUTCOMES: RefCell<Vec<EndedTurn<AccountId, Balance, u32>>> = const { RefCell::new(Vec::new()) };
	static SETTLED: RefCell<Vec<SettledJob<AccountId, Balance>>> = const { RefCell::new(Vec::new()) };
}

/// Forgets everything.
pub fn reset() {
	MODELS.take();
	CLOSED.take();
	PROVIDERS.take();
	OUTCOMES.take();
	SETTLED.take();
	audits::reset();
	subnets::reset();
	stake::reset();
}

/// A store of models that the test fills.
pub struct MockModels;

impl MockModels {
	/// Puts an active model with these tasks into the store.
	pub fn insert(id: ModelId, owner: AccountId, royalty: Permill, tasks: &[TaskKind]) {
		let tasks = TaskSet::of(tasks);
		let info =
			ModelInfo { owner, royalty, tasks, reproducible: true, thresholds: None, active: true };
		MODELS.with_borrow_mut(|models| models.insert(id, info));
	}

	/// Lets a model have been calibrated, with [`THRESHOLDS`].
	pub fn calibrate(id: ModelId) {
		MODELS.with_borrow_mut(|models| {
			if let Some(model) = models.get_mut(&id) {
				model.thresholds = Some(THRESHOLDS);
			}
		});
	}

	/// Lets honest answers of a model differ in some bytes.
	pub fn make_tolerant(id: ModelId) {
		MODELS.with_borrow_mut(|models| {
			if let Some(model) = models.get_mut(&id) {
				model.reproducible = false;
			}
		});
	}

	/// Forgets a model.
	pub fn remove(id: ModelId) {
		MODELS.with_borrow_mut(|models| models.remove(&id));
	}

	/// Takes a model out of use.
	pub fn deprecate(id: ModelId) {
		MODELS.with_borrow_mut(|models| {
			if let Some(model) = models.get_mut(&id) {
				model.active = false;
			}
		});
	}
}

impl ModelInspect<AccountId> for MockModels {
	fn model(id: &ModelId) -> Option<ModelInfo<AccountId>> {
		MODELS.with_borrow(|models| models.get(id).cloned())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(owner: &AccountId, n: u32) -> ModelId {
		let mut id = ModelId::repeat_byte(0xbe);
		id.0.iter_mut().zip(n.to_le_bytes()).for_each(|(byte, of_n)| *byte = of_n);
		let tasks = [TaskKind::Chat, TaskKind::Complete, TaskKind::Embed];
		Self::insert(id, *owner, Permill::from_percent(20), &tasks);
		id
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn calibrate_for_benchmark(id: &ModelId) {
		Self::calibrate(*id);
	}
}

/// Providers that all offer every model in every subnet but those that the test closes, and are drawn
/// in the order of their accounts. The worker of provider `n` is account `n + 100`.
pub struct MockPool;

impl MockPool {
	/// Registers a provider.
	pub fn insert(who: AccountId, capacity: u32, price: Price<Balance>) {
		let (bond, endpoint) = (Balance::MAX, Vec::new());
		let provider = MockProvider { price, capacity, load: 0, bond, endpoint };
		PROVIDERS.with_borrow_mut(|providers| providers.insert(who, provider));
	}

	/// Sets a provider's bond, which is boundless at first.
	pub fn set_bond(who: AccountId, bond: Balance) {
		PROVIDERS.with_borrow_mut(|providers| {
			if let Some(provider) = providers.get_mut(&who) {
				provider.bond = bond;
			}
		});
	}

	/// Names a provider's content endpoint.
	pub fn set_endpoint(who: AccountId, url: &str) {
		PROVIDERS.with_borrow_mut(|providers| {
			if let Some(provider) = providers.get_mut(&who) {
				provider.endpoint = url.into();
			}
		});
	}

	/// What a provider stands for with.
	pub fn bond(who: AccountId) -> Balance {
		PROVIDERS.with_borrow(|providers| providers.get(&who).map_or(0, |p| p.bond))
	}

	/// Lets nobody offer anything in a subnet.
	pub fn close(subnet: SubnetId) {
		CLOSED.with_borrow_mut(|closed| closed.insert(subnet));
	}

	/// Lets a provider vanish.
	pub fn remove(who: AccountId) {
		PROVIDERS.with_borrow_mut(|providers| providers.remove(&who));
	}

	/// How many jobs a provider has.
	pub fn load(who: AccountId) -> u32 {
		PROVIDERS.with_borrow(|providers| providers.get(&who).map_or(0, |p| p.load))
	}

	/// The worker's key of a provider.
	pub const fn worker_of(who: AccountId) -> AccountId {
		who + 100
	}
}

impl ProviderPool<AccountId, Balance> for MockPool {
	fn is_offered(market: &Market) -> bool {
		let open = CLOSED.with_borrow(|closed| !closed.contains(&market.subnet));
		open && PROVIDERS.with_borrow(|providers| !providers.is_empty())
	}

	fn draw(market: &Market, _: &H256, draws: u32) -> Vec<Candidate<AccountId, Balance>> {
		let all: Vec<_> = PROVIDERS.with_borrow(|p| p.keys().copied().collect());
		all.iter()
			.take(draws as usize)
			.filter_map(|who| Self::candidate(market, who).ok())
			.collect()
	}

	fn candidate(
		market: &Market,
		who: &AccountId,
	) -> Result<Candidate<AccountId, Balance>, Reason> {
		if CLOSED.with_borrow(|closed| closed.contains(&market.subnet)) {
			return Err(Reason::ModelNotOffered);
		}
		PROVIDERS.with_borrow(|providers| {
			let found = providers.get(who).ok_or(Reason::NotRegistered)?;
			let free = found.capacity.saturating_sub(found.load);
			if free == 0 {
				return Err(Reason::AtCapacity);
			}
			let MockProvider { price, capacity: places, bond, .. } = *found;
			Ok(Candidate { provider: *who, price, bond, free, places })
		})
	}

	fn provider_of(worker: &AccountId) -> Option<AccountId> {
		let who = worker.checked_sub(100)?;
		PROVIDERS.with_borrow(|providers| providers.contains_key(&who).then_some(who))
	}

	fn reserve(who: &AccountId) -> DispatchResult {
		PROVIDERS.with_borrow_mut(|providers| match providers.get_mut(who) {
			Some(found) if found.load < found.capacity => {
				found.load += 1;
				Ok(())
			},
			_ => Err(sp_runtime::DispatchError::Unavailable),
		})
	}

	fn release(who: &AccountId) {
		PROVIDERS.with_borrow_mut(|providers| {
			if let Some(found) = providers.get_mut(who) {
				found.load = found.load.checked_sub(1).expect("released more than was reserved");
			}
		});
	}

	fn release_delivered(who: &AccountId) {
		Self::release(who);
	}

	fn compensate(who: &AccountId, _: &AccountId, up_to: Balance) -> Balance {
		PROVIDERS.with_borrow_mut(|providers| {
			let Some(found) = providers.get_mut(who) else { return 0 };
			let paid = up_to.min(found.bond);
			found.bond -= paid;
			paid
		})
	}

	fn slash(who: &AccountId, up_to: Balance, _: Reason) -> Balance {
		Self::compensate(who, who, up_to)
	}

	fn stake_per_job(who: &AccountId) -> Balance {
		PROVIDERS.with_borrow(|providers| {
			providers.get(who).map_or(0, |p| p.bond / Balance::from(p.capacity))
		})
	}

	fn endpoint(who: &AccountId) -> Vec<u8> {
		PROVIDERS.with_borrow(|p| p.get(who).map_or_else(Vec::new, |p| p.endpoint.clone()))
	}

	fn why_idle(_: &AccountId) -> Reason {
		Reason::Eligible
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		provider: &AccountId,
		_: &AccountId,
		_: &Market,
		capacity: u32,
		price: Price<Balance>,
	) {
		Self::insert(*provider, capacity, price);
	}
}

/// Remembers what it is told.
pub struct MockHooks;

impl MockHooks {
	/// The turns that have ended so far.
	pub fn turns() -> Vec<EndedTurn<AccountId, Balance, u32>> {
		OUTCOMES.with_borrow(Clone::clone)
	}

	/// The settled jobs so far.
	pub fn settled() -> Vec<SettledJob<AccountId, Balance>> {
		SETTLED.with_borrow(Clone::clone)
	}
}

impl OnProviderOutcome<AccountId, Balance, u32> for MockHooks {
	fn on_provider_outcome(turn: &EndedTurn<AccountId, Balance, u32>) {
		OUTCOMES.with_borrow_mut(|all| all.push(turn.clone()));
	}

	fn on_provider_outcome_weight() -> Weight {
		Weight::zero()
	}
}

impl OnJobSettled<AccountId, Balance> for MockHooks {
	fn on_job_settled(job: &SettledJob<AccountId, Balance>) {
		SETTLED.with_borrow_mut(|all| all.push(job.clone()));
	}

	fn on_job_settled_weight() -> Weight {
		Weight::zero()
	}
}
