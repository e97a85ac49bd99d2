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
		let votes = MAX_SEATS.saturating_mul(2);
		let ruled = Self::ruling_weight(votes, 0).max(Self::ruling_weight(0, votes));
		T::WeightInfo::draw_lot()
			.saturating_add(T::WeightInfo::draw_committee())
			.max(T::WeightInfo::end_commits())
			.max(Self::verdict_weight(MAX_SEATS, true))
			.saturating_add(Self::missing_weight(MAX_SEATS))
			.saturating_add(ruled.max(T::WeightInfo::await_draw()))
			.saturating_add(T::WeightInfo::read_due())
	}

	/// What it weighs to see what so many opened votes come to. Only in the larger committee they are compared
	/// with one another.
	pub(crate) fn verdict_weight(votes: u32, larger: bool) -> Weight {
		let measured = T::WeightInfo::verdict(votes);
		match larger {
			true => measured.saturating_add(T::WeightInfo::camps(tally::most_camps(votes))),
			false => measured,
		}
	}

	/// Blocks that an audit takes at most, if each block has room for what is due: two committees,
	/// and as many more as can be drawn because one was silent.
	pub fn longest() -> BlockNumberFor<T> {
		let round = T::CommitBlocks::get()
			.saturating_add(T::OpenBlocks::get())
			.saturating_add(T::RevealBlocks::get())
			.saturating_add(DRAW_DELAY.into())
			// A phase ends in the block after its last.
			.saturating_add(3u32.into());
		let rounds = u32::from(MAX_RETRIES).saturating_add(2);
		round.saturating_mul(rounds.into())
	}

	#[cfg(feature = "std")]
	pub(crate) fn ensure_constants_fit() {
		let larger = T::LargerCommittee::get();
		assert!((1..=MAX_SEATS).contains(&larger), "the larger committee has seats, and room");
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
