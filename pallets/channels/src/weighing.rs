//! What the agenda's steps weigh, from the parts that are measured.

use crate::{pallet::*, samples::LOOKED_AT_ONCE, settlement::REMOVED_AT_ONCE, weights::WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use reckon_support::{BatchAuditing, GatewaySlash, OnPayout, SampleAuditing};
#[cfg(feature = "std")]
use sp_runtime::traits::{Saturating, Zero};

impl<T: Config> Pallet<T> {
	/// What a batch weighs, with the steps that it leaves to later blocks: whoever commits to it pays
	/// for them, so that nobody fills the agenda for less than it costs.
	pub(crate) fn commitment_weight(claims: u32, totals: u32) -> Weight {
		let removals = |entries: u32| {
			let steps = (entries as usize).div_ceil(REMOVED_AT_ONCE) as u64;
			Self::step(Self::due_removal()).saturating_mul(steps)
		};
		let paid = Self::step(Self::due_payout())
			.saturating_mul(totals.into())
			.saturating_add(removals(claims));
		let returned = Self::step(Self::due_return())
			.saturating_mul(claims.into())
			.saturating_add(removals(totals));
		// The exposure, and what its provider stands for. The draw of the samples, and a look at some totals at a time.
		let looks = u64::from(totals.div_ceil(LOOKED_AT_ONCE)).saturating_add(1);
		let of_each_total = T::Audits::terms_weight().saturating_add(Self::outstanding_weight());
		[Self::due_end(), Self::due_final()]
			.into_iter()
			.map(Self::step)
			.fold(paid.max(returned), Weight::saturating_add)
			.saturating_add(Self::step(Self::due_wait()).saturating_mul(looks))
			.saturating_add(of_each_total.saturating_mul(totals.into()))
			.saturating_add(T::WeightInfo::commit_batch(claims))
			.saturating_add(T::WeightInfo::commit_totals(totals))
			.saturating_add(T::Audits::submit_weight())
			.saturating_add(Self::outstanding_weight())
			// The premium is a payment more.
			.saturating_add(T::WeightInfo::due_return())
	}

	/// What a gateway stands for grows or shrinks. It is not in the calls' own weights.
	pub(crate) fn outstanding_weight() -> Weight {
		T::DbWeight::get().reads_writes(1, 1)
	}

	/// A step of the agenda with finding it there.
	pub(crate) fn step(does: Weight) -> Weight {
		T::DbWeight::get().reads(1).saturating_add(does)
	}

	/// A channel's end.
	pub(crate) fn due_channel() -> Weight {
		T::WeightInfo::close()
	}

	/// The draw of what is sampled, a look at some samples, the end of a window, or another look at an audit,
	/// which then moves the batch in the agenda; or the batch's rejection.
	pub(crate) fn due_wait() -> Weight {
		T::WeightInfo::due_wait()
			.max(T::WeightInfo::due_look())
			.saturating_add(Self::outstanding_weight())
			.saturating_add(T::DbWeight::get().reads_writes(1, 2))
			.saturating_add(T::Gateways::slash_gateway_weight())
			.saturating_add(T::DbWeight::get().reads(4))
	}

	/// What it weighs to show a sample, which is audited, or has its batch rejected.
	pub(crate) fn showing() -> Weight {
		let shown = T::WeightInfo::show_sample().saturating_add(T::Audits::sample_weight());
		shown.max(Self::rejecting(T::WeightInfo::show_sample()))
	}

	/// What it weighs to have a receipt's answer audited for its client's money.
	pub(crate) fn auditing() -> Weight {
		T::WeightInfo::audit_receipt().saturating_add(T::Audits::request_weight())
	}

	/// What it weighs to report a receipt, where that rejects the whole batch.
	pub(crate) fn rejecting(report: Weight) -> Weight {
		report
			.saturating_add(T::WeightInfo::reject())
			// For the receipt, and for the batch.
			.saturating_add(T::Gateways::slash_gateway_weight().saturating_mul(2))
			.saturating_add(Self::outstanding_weight())
			.saturating_add(T::DbWeight::get().reads(4))
	}

	// The benchmarks run on the whole runtime, but hooks may do more than they do there.
	pub(crate) fn due_payout() -> Weight {
		T::WeightInfo::due_payout()
			.saturating_add(T::OnPayout::on_payout_weight())
			.saturating_add(Self::outstanding_weight())
	}

	/// A few records go, each of a provider's that stands down, perhaps.
	pub(crate) fn due_removal() -> Weight {
		let providers = Self::outstanding_weight().saturating_mul(REMOVED_AT_ONCE as u64);
		T::WeightInfo::due_removal().saturating_add(providers)
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

	/// A complaint is upheld, or dropped.
	pub(crate) fn due_complaint() -> Weight {
		T::WeightInfo::due_complaint()
	}

	/// A complaint is forgotten.
	pub(crate) fn due_heard() -> Weight {
		T::WeightInfo::due_heard()
	}

	/// A complaint, with the steps that it leaves to later blocks: who complains pays for them.
	pub(crate) fn complaint_weight() -> Weight {
		T::WeightInfo::complain()
			.saturating_add(Self::step(Self::due_complaint()))
			.saturating_add(Self::step(Self::due_heard()))
	}

	/// What the heaviest step of the agenda weighs.
	pub(crate) fn heaviest_step() -> Weight {
		let heaviest = [
			Self::due_wait(),
			Self::due_payout(),
			Self::due_removal(),
			Self::due_end(),
			Self::due_return(),
			Self::due_final(),
			Self::due_complaint(),
			Self::due_heard(),
		]
		.into_iter()
		.fold(Self::due_channel(), |most, step| most.max(step));
		Self::step(heaviest)
	}

	#[cfg(feature = "std")]
	pub(crate) fn ensure_constants_fit() {
		assert!(T::DuePerBlock::get() > 0, "batches must be paid in full blocks too");
		assert!(!T::NoticeBlocks::get().is_zero(), "a gateway needs time for its vouchers");
		assert!(!T::RetentionBlocks::get().is_zero(), "a batch is due after now, always");
		assert!(T::MinDeposit::get() > 0, "a channel's place in storage would cost nothing");
		assert!(
			T::ComplaintDeposit::get() > 0,
			"a complaint's place in storage would cost nothing"
		);
		assert!(!T::PatienceBlocks::get().is_zero(), "a gateway needs time for its batches");
		assert!(!T::AnswerBlocks::get().is_zero(), "a gateway needs time for its answers");
		let remembered = T::PatienceBlocks::get()
			.saturating_add(T::ComplaintBlocks::get())
			.saturating_add(T::AnswerBlocks::get());
		let fits = remembered < T::RetentionBlocks::get();
		assert!(fits, "the batch that answers a complaint must be remembered until it is due");
	}
}
