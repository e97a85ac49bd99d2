//! What the calls and the agenda's steps weigh, from the parts that are measured.

use crate::{pallet::*, weights::WeightInfo};
use frame_support::{dispatch::DispatchClass, traits::Get, weights::Weight};
use reckon_primitives::Content;
use reckon_support::OnProviderOutcome;
#[cfg(feature = "std")]
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	/// A submission that is paid with the signer's money alone, and the draws that it leads to: else
	/// drawing would be free.
	pub(crate) fn submission_weight(request: &RequestOf<T>) -> Weight {
		let replicas = u32::from(request.replicas.max(1));
		T::WeightInfo::submit_job(inline_length(&request.payload), replicas)
			.saturating_add(Self::draws(replicas.into()))
	}

	/// A dispute that is paid with the signer's money alone, and the draws that it leads to.
	pub(crate) fn dispute_weight() -> Weight {
		T::WeightInfo::dispute().saturating_add(Self::draws(2))
	}

	/// A delivery of an answer that is not compared.
	pub(crate) fn delivery_weight(output: &Content) -> Weight {
		T::WeightInfo::deliver(inline_length(output))
	}

	/// Giving a job back, which may be as dear as a miss, and the draw that it leads to.
	pub(crate) fn decline_weight() -> Weight {
		T::WeightInfo::decline()
			.saturating_add(T::OnOutcome::on_provider_outcome_weight())
			.saturating_add(Self::draws(1))
			.saturating_add(T::WeightInfo::compare())
	}

	/// Gives the block the weight of draws back that the signer has paid for: the agenda makes them in
	/// a later block, and registers them there.
	pub(crate) fn leave_draws_to_the_agenda(count: u64) {
		frame_system::BlockWeight::<T>::mutate(|used| {
			used.reduce(Self::draws(count), DispatchClass::Normal);
		});
	}

	fn draws(count: u64) -> Weight {
		let compared = if count > 1 { T::WeightInfo::compare() } else { Weight::zero() };
		T::WeightInfo::due_open().saturating_add(compared).saturating_mul(count)
	}

	/// A draw: one that finds somebody, or the money going back.
	pub(crate) fn due_open() -> Weight {
		T::WeightInfo::due_open().max(T::WeightInfo::due_expired())
	}

	// The benchmarks run on the whole runtime, with the other pallets' hooks, but a miss is not the
	// dearest that these can do: it may be one too many. To be paid is the same each time.
	pub(crate) fn due_assigned() -> Weight {
		T::WeightInfo::due_assigned().saturating_add(T::OnOutcome::on_provider_outcome_weight())
	}

	/// The end of a dispute window: the money moves. An answer that is compared with others may be
	/// rejected, which, like a miss, may be one too many.
	pub(crate) fn due_delivered(compared: bool) -> Weight {
		let paid = T::WeightInfo::due_delivered();
		if compared {
			let rejected = T::WeightInfo::due_rejected();
			paid.max(rejected.saturating_add(T::OnOutcome::on_provider_outcome_weight()))
		} else {
			paid
		}
	}

	/// What the heaviest step of the agenda weighs.
	pub(crate) fn heaviest_step() -> Weight {
		Self::due_open()
			.max(Self::due_assigned())
			.max(Self::due_delivered(true))
			.max(T::WeightInfo::due_final())
			.saturating_add(T::WeightInfo::compare())
	}

	#[cfg(feature = "std")]
	pub(crate) fn ensure_constants_fit() {
		let turn = T::MinTurnBlocks::get();
		assert!(T::Draws::get() > 0, "nobody would ever be drawn");
		assert!(T::DuePerBlock::get() > 0, "deadlines must pass in full blocks too");
		assert!(!turn.is_zero(), "a provider needs time");
		assert!(T::MaxDeadlineBlocks::get() > turn, "no deadline would do");
		assert!(T::MaxComparisonBlocks::get() > turn, "nothing could be compared");
		assert!(!T::RetentionBlocks::get().is_zero(), "a job is due after now, always");
	}
}

/// How many bytes of content travel in a call.
fn inline_length(content: &Content) -> u32 {
	match content {
		Content::Inline(bytes) => bytes.len() as u32,
		Content::Blob(_) => 0,
	}
}
