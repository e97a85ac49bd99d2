//! What must hold after every outcome and hook.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use crate::pallet::*;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the whole of this pallet's state.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let now = frame_system::Pallet::<T>::block_number();
		for standing in Reputations::<T>::iter_values() {
			ensure!(standing.evidence.is_possible(), "more evidence than outcomes can leave");
			ensure!(standing.touched <= now, "evidence has faded ahead of its time");
		}
		Ok(())
	}
}
