//! Asking the store about a model.

use reckon_primitives::{ModelId, TaskKind, TaskSet};
use reckon_verification::Thresholds;
use sp_runtime::Permill;

/// What others need to know of a model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelInfo<AccountId> {
	/// Who has the royalty.
	pub owner: AccountId,
	/// The owner's share of each charge.
	pub royalty: Permill,
	/// What the model can do.
	pub tasks: TaskSet,
	/// Whether two honest workers of one class of machine give the same answer, byte for byte.
	pub reproducible: bool,
	/// What auditors go by: there when its owner has had it calibrated, and `reproducible`.
	pub thresholds: Option<Thresholds>,
	/// Whether new jobs may ask for it.
	pub active: bool,
}

/// Asks the store about a model. Implemented by `pallet-models`.
pub trait ModelInspect<AccountId> {
	/// The model, if the store has it. One storage read.
	fn model(id: &ModelId) -> Option<ModelInfo<AccountId>>;

	/// Makes the nth model that does everything, for a benchmark.
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(owner: &AccountId, n: u32) -> ModelId;

	/// Lets such a model be audited, for a benchmark.
	#[cfg(feature = "runtime-benchmarks")]
	fn calibrate_for_benchmark(id: &ModelId);

	/// Whether the model takes new jobs of this kind.
	fn takes(id: &ModelId, task: TaskKind) -> bool {
		Self::model(id).is_some_and(|model| model.active && model.tasks.contains(task))
	}
}

/// An empty store.
impl<AccountId> ModelInspect<AccountId> for () {
	fn model(_: &ModelId) -> Option<ModelInfo<AccountId>> {
		None
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(_: &AccountId, _: u32) -> ModelId {
		ModelId::zero()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn calibrate_for_benchmark(_: &ModelId) {}
}
