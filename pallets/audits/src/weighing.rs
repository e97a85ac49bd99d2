//! What the agenda's steps weigh at most, and whether the constants fit one another.

use crate::{pallet::*, tally, types::*, weights::WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::Saturating;
#[cfg(feature = "std")]
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	/// What the heaviest step of the agenda weighs: the draw of a committee that is as large as can be,
	/// or its last verdict, when all were of one mind, or all wrong.
	pub(crate) fn heaviest_step() -> Weight {
		let votes = MOST_VOTES;
		let ruled = Self::ruling_weight(votes, 0).max(Self::ruling_weight(0, votes));
		T::WeightInfo::draw_lot()
			.saturating_add(T::WeightInfo::draw_committee())
			.max(T::WeightInfo::end_commits())
			.max(Self::verdict_weight(MAX_SEATS, Instance::Last))
			.saturating_add(Self::missing_weight(MAX_SEATS))
			.saturating_add(ruled.max(T::WeightInfo::await_draw()))
			.saturating_add(T::WeightInfo::read_due())
	}

	/// What it weighs to see what so many opened votes come to. Only after the first committee they are compared
	/// with one another.
	pub(crate) fn verdict_weight(votes: u32, instance: Instance) -> Weight {
		let measured = T::WeightInfo::verdict(votes);
		let camps = || T::WeightInfo::camps(tally::most_camps(instance, votes));
		match instance {
			Instance::First => measured,
			Instance::Larger | Instance::Last => measured.saturating_add(camps()),
		}
	}

	/// Blocks that an audit takes at most, if each block has room for what is due: three committees,
	/// and as many more as can be drawn because one was silent.
	pub fn longest() -> BlockNumberFor<T> {
		let round = T::CommitBlocks::get()
			.saturating_add(T::OpenBlocks::get())
			.saturating_add(T::RevealBlocks::get())
			.saturating_add(DRAW_DELAY.into())
			// A phase ends in the block after its last.
			.saturating_add(3u32.into());
		let rounds = u32::from(MAX_RETRIES).saturating_add(MAX_EARLIER);
		// To the last committee the rows are open already.
		let opening = T::OpenBlocks::get().saturating_add(1u32.into());
		round.saturating_mul(rounds.into()).saturating_add(round.saturating_sub(opening))
	}

	#[cfg(feature = "std")]
	pub(crate) fn ensure_constants_fit() {
		let larger = T::LargerCommittee::get();
		assert!((1..=MAX_SEATS).contains(&larger), "the larger committee has seats, and room");
		let last = T::LastCommittee::get();
		assert!(
			(larger..=MAX_SEATS).contains(&last),
			"the last committee is no smaller, and has room"
		);
		assert!(T::MaxAuditors::get() > 0, "nobody could audit");
		assert!(!T::CommitBlocks::get().is_zero(), "auditors need time to compute");
		assert!(!T::OpenBlocks::get().is_zero(), "a worker needs time to open its rows");
		assert!(!T::RevealBlocks::get().is_zero(), "auditors need time to open their votes");
		assert!(T::Detection::get() > T::FalseAlarms::get(), "audits must tell cheats from others");
		assert!(T::MissesBeforeSlash::get() > 0, "who misses nothing is not slashed for it");
		assert!(T::MaxOpenSeats::get() > 0, "nobody would ever have time");
		assert!(T::DuePerBlock::get() > 0, "deadlines must pass in full blocks too");
	}
}
