//! What the pallet tells.

/// The pallet's events: a section of `pallet`, which would be too long with them.
#[frame_support::pallet_macros::pallet_section]
mod staking_events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// There is a new candidate.
		CandidateJoined {
			/// The candidate.
			candidate: T::AccountId,
			/// Its own stake.
			bond: Balance,
			/// Its share of what its backers earn.
			commission: Permill,
		},
		/// A candidate has raised its own stake.
		BondRaised {
			/// The candidate.
			candidate: T::AccountId,
			/// Its own stake now.
			bond: Balance,
		},
		/// Stake is on its way back.
		UnbondingStarted {
			/// Whose stake it is.
			who: T::AccountId,
			/// Behind whom it stood; `who` itself for its own stake.
			candidate: T::AccountId,
			/// How much.
			amount: Balance,
			/// The era in which the chain returns it.
			free_from: EraIndex,
		},
		/// Stake has come back.
		StakeReturned {
			/// Whose stake it is.
			who: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// A candidate stands for election no more, for now.
		CandidateChilled {
			/// The candidate.
			candidate: T::AccountId,
			/// Why.
			why: ChillReason,
			/// From which era on it may resume.
			until: EraIndex,
		},
		/// A candidate stands for election again.
		CandidateResumed {
			/// The candidate.
			candidate: T::AccountId,
		},
		/// A candidate stands for election no more, and leaves when a session is planned in which it
		/// has no seat.
		CandidateLeaving {
			/// The candidate.
			candidate: T::AccountId,
		},
		/// A candidate is one no more; all stake behind it is sent back.
		CandidateLeft {
			/// The candidate.
			candidate: T::AccountId,
			/// The candidate that took its place, if it did not go by itself.
			displaced_by: Option<T::AccountId>,
		},
		/// A candidate has set its commission, as of the next election.
		CommissionSet {
			/// The candidate.
			candidate: T::AccountId,
			/// Its share of what its backers earn.
			commission: Permill,
		},
		/// Stake was delegated.
		Delegated {
			/// Whose stake it is.
			who: T::AccountId,
			/// To whom.
			candidate: T::AccountId,
			/// How much was added.
			amount: Balance,
		},
		/// Session keys are gone, and the deposit for them is back.
		KeysPurged {
			/// Whose keys they were.
			who: T::AccountId,
		},
		/// There will be another number of validators, as of the next election.
		ValidatorCountSet {
			/// How many.
			count: u32,
		},
		/// An era's validators are elected.
		ValidatorsElected {
			/// The era.
			era: EraIndex,
			/// How many they are.
			count: u32,
		},
		/// There were too few to elect for an era: the old validators stay.
		ElectionFailed {
			/// The era.
			era: EraIndex,
			/// How many could have been elected.
			found: u32,
		},
		/// A validator has no seat as of the next session: it is chilled, has left or has no keys.
		ValidatorLeftOut {
			/// The validator.
			validator: T::AccountId,
		},
		/// An offence was reported that will cost stake.
		SlashReported {
			/// The slash.
			slash: SlashId,
			/// Whose offence it is.
			validator: T::AccountId,
			/// The era of the offence.
			era: EraIndex,
			/// Which part of what was at stake will be taken.
			fraction: Perbill,
			/// The era in which it will be taken.
			due: EraIndex,
		},
		/// A slash was cancelled.
		SlashCancelled {
			/// The slash.
			slash: SlashId,
		},
		/// Stake was taken.
		StakeSlashed {
			/// The slash.
			slash: SlashId,
			/// Whose stake it was.
			who: T::AccountId,
			/// How much was taken.
			amount: Balance,
		},
		/// A slash was applied to all that it is for.
		SlashApplied {
			/// The slash.
			slash: SlashId,
		},
	}
}
