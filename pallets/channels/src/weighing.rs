//! What the agenda's steps weigh, from the parts that are measured.

use crate::{pallet::*, weights::WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use reckon_support::OnPayout;
#[cfg(feature = "std")]
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	/// A channel's end.
	pub(crate) fn due_channel() -> Weight {
		T::WeightInfo::close()
	}

	/// The end of a window, or another look at an audit.
	pub(crate) fn due_wait() -> Weight {
		T::WeightInfo::due_wait()
	}

	// The benchmarks run on the whole runtime, but hooks may do more than they do there.
	pub(crate) fn due_payout() -> Weight {
		T::WeightInfo::due_payout().saturating_add(T::OnPayout::on_payout_weight())
	}

	/// A few records go.
	pub(crate) fn due_removal() -> Weight {
		T::WeightInfo::due_removal()
	}

	/// The rest is paid.
	pub(crate) fn due_end() -> Weight {
		T::WeightInfo::due_end()
	}

	/// A client has its money back.
	pub(crate) fn due_return() -> Weight {
		T::WeightInfo::due_return()
	}

	/// A batch is forgotten.
	pub(crate) fn due_final() -> Weight {
		T::WeightInfo::due_final()
	}

	/// What the heaviest step of the agenda weighs.
	pub(crate) fn heaviest_step() -> Weight {
		[
			Self::due_wait(),
			Self::due_payout(),
			Self::due_removal(),
			Self::due_end(),
			Self::due_return(),
			Self::due_final(),
		]
		.into_iter()
		.fold(Self::due_channel(), |most, step| most.max(step))
	}

	#[cfg(feature = "std")]
	pub(crate) fn ensure_constants_fit() {
		assert!(T::DuePerBlock::get() > 0, "batches must be paid in full blocks too");
		assert!(!T::NoticeBlocks::get().is_zero(), "a gateway needs time for its vouchers");
		assert!(!T::RetentionBlocks::get().is_zero(), "a batch is due after now, always");
		assert!(T::MinDeposit::get() > 0, "a channel's place in storage would cost nothing");
	}
}
