//! Validators' stake that the test sets.

use super::AccountId;
use crate::{EraIndex, Exposure, StakeInspect};
use alloc::collections::BTreeMap;
use core::cell::{Cell, RefCell};
use reckon_primitives::Balance;

type Exposures = BTreeMap<(EraIndex, AccountId), Exposure<AccountId, Balance>>;

std::thread_local! {
	static ERA: Cell<EraIndex> = const { Cell::new(0) };
	static EXPOSURES: RefCell<Exposures> = const { RefCell::new(BTreeMap::new()) };
}

pub(super) fn reset() {
	ERA.take();
	EXPOSURES.take();
}

/// Eras and exposures as the test sets them.
pub struct MockStake;

impl MockStake {
	/// Begins an era.
	pub fn set_era(era: EraIndex) {
		ERA.set(era);
	}

	/// Lets a validator have had this behind it.
	pub fn expose(era: EraIndex, validator: AccountId, exposure: Exposure<AccountId, Balance>) {
		EXPOSURES.with_borrow_mut(|all| all.insert((era, validator), exposure));
	}
}

impl StakeInspect<AccountId, Balance> for MockStake {
	fn era() -> EraIndex {
		ERA.get()
	}

	fn exposure(era: EraIndex, validator: &AccountId) -> Option<Exposure<AccountId, Balance>> {
		EXPOSURES.with_borrow(|all| all.get(&(era, *validator)).cloned())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		era: EraIndex,
		validator: &AccountId,
		exposure: Exposure<AccountId, Balance>,
	) {
		Self::expose(era, *validator, exposure);
	}
}
