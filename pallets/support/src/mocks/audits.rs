//! Audits that the test decides, what they are about, and who is punished for them.

use super::AccountId;
use crate::{
	AuditSubjects, AuditWork, AuditedAnswer, AuditedBatches, Auditing, BatchWork, EraIndex, Fault,
	GatewayExposure, ModelInspect, Rejection, ReputationInspect, Ruling, ValidatorPenalty,
};
use alloc::{collections::BTreeMap, vec::Vec};
use core::cell::{Cell, RefCell};
use frame_support::{pallet_prelude::DispatchResult, weights::Weight};
use reckon_economics::AuditPrice;
use reckon_primitives::{Balance, BatchId, JobId, ModelId, SubnetId};
use reckon_receipts::{Exhibit, Item};
use reckon_verification::{Limits, Thresholds};
use sp_runtime::{Perbill, Permill};

/// The thresholds of calibrated models: those of distances in parts per million.
pub const THRESHOLDS: Thresholds = Thresholds {
	distance: Limits { flag: 500, slash: 2_000 },
	margin: Limits { flag: 100, slash: 1_000 },
};

/// What audits of [`MockAudits`] cost.
pub const AUDIT_PRICE: AuditPrice =
	AuditPrice { seats: 3, least: 5, part: Permill::from_percent(20) };
/// Which part of all work they look at.
pub const AUDIT_RATE: Permill = Permill::from_percent(10);

type Submitted = BTreeMap<JobId, (AuditedAnswer<AccountId, Balance>, bool)>;
type Subjects = BTreeMap<JobId, AuditedAnswer<AccountId, Balance>>;
type Rulings = Vec<(JobId, Ruling<Balance>)>;
type Batches = BTreeMap<BatchId, BatchWork<AccountId>>;
type Exposures = BTreeMap<AccountId, GatewayExposure>;
type Rejected = Vec<(BatchId, Rejection, Balance)>;
type Shown = Vec<(BatchId, Exhibit<AccountId>)>;

std::thread_local! {
	static OPEN: RefCell<Submitted> = const { RefCell::new(BTreeMap::new()) };
	static SUBJECTS: RefCell<Subjects> = const { RefCell::new(BTreeMap::new()) };
	static WORK: RefCell<BTreeMap<JobId, AuditWork>> = const { RefCell::new(BTreeMap::new()) };
	static WAGES: Cell<Balance> = const { Cell::new(0) };
	static RULINGS: RefCell<Rulings> = const { RefCell::new(Vec::new()) };
	static PENALTIES: RefCell<Vec<(EraIndex, AccountId, Perbill)>> = const { RefCell::new(Vec::new()) };
	static BATCHES: RefCell<Batches> = const { RefCell::new(BTreeMap::new()) };
	static EXPOSURES: RefCell<Exposures> = const { RefCell::new(BTreeMap::new()) };
	static REJECTED: RefCell<Rejected> = const { RefCell::new(Vec::new()) };
	static SHOWN: RefCell<Shown> = const { RefCell::new(Vec::new()) };
	static SCORES: RefCell<BTreeMap<AccountId, Permill>> = const { RefCell::new(BTreeMap::new()) };
}

pub(super) fn reset() {
	OPEN.take();
	SUBJECTS.take();
	WORK.take();
	RULINGS.take();
	WAGES.take();
	PENALTIES.take();
	SCORES.take();
	BATCHES.take();
	EXPOSURES.take();
	REJECTED.take();
	SHOWN.take();
}

/// Audits of models of [`super::MockModels`] that were calibrated, open until the test closes them.
pub struct MockAudits;

impl MockAudits {
	/// What was submitted and not closed, and whether it is audited for certain.
	pub fn open(id: &JobId) -> Option<(AuditedAnswer<AccountId, Balance>, bool)> {
		OPEN.with_borrow(|open| open.get(id).cloned())
	}

	/// Lets an audit be over. The owner is told by the test.
	pub fn close(id: &JobId) {
		OPEN.with_borrow_mut(|open| open.remove(id));
	}
}

impl Auditing<AccountId, Balance> for MockAudits {
	fn is_auditable(model: &ModelId) -> bool {
		super::MockModels::model(model).is_some_and(|model| model.thresholds.is_some())
	}

	fn submit(id: JobId, subject: AuditedAnswer<AccountId, Balance>, certain: bool) {
		OPEN.with_borrow_mut(|open| open.insert(id, (subject, certain)));
	}

	fn submit_weight() -> Weight {
		Weight::zero()
	}

	fn fee(_: SubnetId, charge: Balance) -> Balance {
		AUDIT_PRICE.fee(charge)
	}

	fn affordable(_: SubnetId, max_price: Balance) -> Balance {
		AUDIT_PRICE.affordable(max_price)
	}

	fn premium(_: SubnetId, _: &AccountId, charge: Balance) -> Permill {
		AUDIT_PRICE.premium(charge, AUDIT_RATE)
	}

	fn is_open(id: &JobId) -> bool {
		OPEN.with_borrow(|open| open.contains_key(id))
	}
}

/// Things to audit that the test makes.
pub struct MockSubjects;

impl MockSubjects {
	/// Puts something there to be audited.
	pub fn insert(id: JobId, subject: AuditedAnswer<AccountId, Balance>) {
		SUBJECTS.with_borrow_mut(|subjects| subjects.insert(id, subject));
	}

	/// Says what was done.
	pub fn set_work(id: JobId, work: AuditWork) {
		WORK.with_borrow_mut(|all| all.insert(id, work));
	}

	/// Says that so much is put into the auditors' pot with each ruling. The test does it.
	pub fn set_wages(amount: Balance) {
		WAGES.set(amount);
	}

	/// The rulings so far.
	pub fn rulings() -> Vec<(JobId, Ruling<Balance>)> {
		RULINGS.with_borrow(Clone::clone)
	}
}

impl AuditSubjects<AccountId, Balance> for MockSubjects {
	fn subject(id: &JobId) -> Option<AuditedAnswer<AccountId, Balance>> {
		SUBJECTS.with_borrow(|subjects| subjects.get(id).cloned())
	}

	fn work(id: &JobId) -> Option<AuditWork> {
		WORK.with_borrow(|all| all.get(id).cloned())
	}

	fn on_ruling(id: &JobId, ruling: Ruling<Balance>) -> Balance {
		let was_there = SUBJECTS.with_borrow_mut(|subjects| subjects.remove(id));
		assert!(was_there.is_some(), "a ruling on nothing");
		RULINGS.with_borrow_mut(|rulings| rulings.push((*id, ruling)));
		WAGES.get()
	}

	fn on_ruling_weight() -> Weight {
		Weight::zero()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(subject: AuditedAnswer<AccountId, Balance>) -> JobId {
		let id = JobId::repeat_byte(0xbe);
		Self::insert(id, subject);
		id
	}
}

/// Batches that the test makes.
pub struct MockBatches;

impl MockBatches {
	/// Says what a gateway stands for with what.
	pub fn expose(gateway: AccountId, exposure: GatewayExposure) {
		EXPOSURES.with_borrow_mut(|all| all.insert(gateway, exposure));
	}

	/// Says what there is to look at.
	pub fn set_work(id: BatchId, work: BatchWork<AccountId>) {
		BATCHES.with_borrow_mut(|all| all.insert(id, work));
	}

	/// The batches that were rejected so far, why, and what that was to cost.
	pub fn rejected() -> Vec<(BatchId, Rejection, Balance)> {
		REJECTED.with_borrow(Clone::clone)
	}

	/// What the chain was shown so far.
	pub fn shown() -> Vec<(BatchId, Exhibit<AccountId>)> {
		SHOWN.with_borrow(Clone::clone)
	}
}

impl AuditedBatches<AccountId> for MockBatches {
	fn exposure(gateway: &AccountId) -> GatewayExposure {
		EXPOSURES.with_borrow(|all| all.get(gateway).copied().unwrap_or_default())
	}

	fn work(id: &BatchId) -> Option<BatchWork<AccountId>> {
		BATCHES.with_borrow(|all| all.get(id).cloned())
	}

	fn show(id: &BatchId, exhibit: Exhibit<AccountId>) -> bool {
		SHOWN.with_borrow_mut(|all| all.push((*id, exhibit)));
		true
	}

	fn strike(_: &BatchId, _: &Item<AccountId>, _: Fault) -> DispatchResult {
		Ok(())
	}

	fn strike_weight() -> Weight {
		Weight::zero()
	}

	fn reject(id: &BatchId, why: Rejection, slash: Balance) -> DispatchResult {
		REJECTED.with_borrow_mut(|all| all.push((*id, why, slash)));
		Ok(())
	}

	fn reject_weight() -> Weight {
		Weight::zero()
	}
}

/// Remembers who was punished.
pub struct MockPenalties;

impl MockPenalties {
	/// The penalties so far, each with the era that it is for.
	pub fn all() -> Vec<(EraIndex, AccountId, Perbill)> {
		PENALTIES.with_borrow(Clone::clone)
	}
}

impl ValidatorPenalty<AccountId> for MockPenalties {
	fn penalise(era: EraIndex, validator: &AccountId, fraction: Perbill) {
		PENALTIES.with_borrow_mut(|all| all.push((era, *validator, fraction)));
	}

	fn penalise_weight() -> Weight {
		Weight::zero()
	}
}

/// Reputations that the test sets; one half at first.
pub struct MockReputation;

impl MockReputation {
	/// Gives somebody a score.
	pub fn set(who: AccountId, score: Permill) {
		SCORES.with_borrow_mut(|scores| scores.insert(who, score));
	}
}

impl ReputationInspect<AccountId> for MockReputation {
	fn score(who: &AccountId) -> Permill {
		SCORES.with_borrow(|scores| scores.get(who).copied().unwrap_or(Permill::from_percent(50)))
	}
}
