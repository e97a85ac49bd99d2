//! When stake counts, and how much it takes.

use reckon_sdk::{format_amount, At, Balance, BlockNumber, Constants, EraIndex, NextElection};
use serde_json::{json, Value};

use crate::{context::failure, failure::Result};

/// The next election, seen from a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Election {
	next: NextElection,
	/// The block in which those who are elected begin, about.
	serve_at: u32,
	/// The block from which it is seen.
	now: u32,
	slot_millis: u64,
	/// What a new candidate needs behind it.
	pub(crate) needed: Balance,
}

impl Election {
	/// Asks the chain.
	pub(crate) async fn at(at: &At) -> Result<Self> {
		let constants = at.constants().map_err(failure)?;
		let next = at.next_election().await.map_err(failure)?;
		let needed = at.stake_to_be_elected().await.map_err(failure)?;
		Ok(Self::new(next, needed, at.block().number, &constants))
	}

	fn new(next: NextElection, needed: Balance, now: u32, constants: &Constants) -> Self {
		let sessions = next.serve_from.saturating_sub(next.made_in);
		let length = u32::try_from(constants.session_blocks).unwrap_or(u32::MAX);
		let serve_at = next.made_at.saturating_add(sessions.saturating_mul(length));
		Self { next, serve_at, now, slot_millis: constants.slot_millis, needed }
	}

	/// Whether so much stake has a seat if nobody else changes anything. The chain names what a
	/// new candidate needs, which is a unit more than the last seat has: for one that was counted
	/// among the candidates when it was asked, that seat may be its own.
	pub(crate) fn suffices(&self, stake: Balance, counted: bool) -> bool {
		stake.saturating_add(counted.into()) >= self.needed
	}

	fn seconds_until(&self, block: u32) -> u64 {
		u64::from(block.saturating_sub(self.now)).saturating_mul(self.slot_millis) / 1_000
	}

	/// About which block an era ends with that has so many slots: not before those who are elected
	/// for the next one begin.
	pub(crate) fn end_of(&self, era: EraIndex, era_blocks: BlockNumber) -> BlockNumber {
		let between = self.next.era.saturating_sub(era.saturating_add(1));
		self.serve_at.saturating_sub(between.saturating_mul(era_blocks))
	}

	/// A block that is to come, and how long that is.
	pub(crate) fn about(&self, block: BlockNumber) -> String {
		format!("about block #{block} (in {})", time(self.seconds_until(block)))
	}

	/// As part of an answer.
	pub(crate) fn to_json(self) -> Value {
		json!({
			"era": self.next.era,
			"made_in": self.next.made_in,
			"made_at": self.next.made_at,
			"made_in_seconds": self.seconds_until(self.next.made_at),
			"serve_from": self.next.serve_from,
			"serve_at": self.serve_at,
			"serve_in_seconds": self.seconds_until(self.serve_at),
			"stake_to_be_elected": self.needed.to_string(),
		})
	}

	/// When it is.
	pub(crate) fn when(&self) -> String {
		format!(
			"the next election is at about block #{} (in {}), for era {}; who is elected makes blocks \
			 from about block #{} (in {})",
			self.next.made_at,
			time(self.seconds_until(self.next.made_at)),
			self.next.era,
			self.serve_at,
			time(self.seconds_until(self.serve_at)),
		)
	}

	/// Whether so much stake will do.
	pub(crate) fn prospect(&self, stake: Balance, counted: bool) -> String {
		let [has, needed] = [stake, self.needed].map(format_amount);
		if self.suffices(stake, counted) {
			return format!("as things stand, the stake of {has} has a seat");
		}
		let more = format_amount(self.needed.saturating_sub(stake));
		format!(
			"as things stand, the stake of {has} has no seat: {needed} would; add {more} by \
			 `reckon validator bond`, or find backers"
		)
	}
}

/// Seconds for people.
fn time(seconds: u64) -> String {
	match seconds {
		0..=119 => format!("{seconds} s"),
		120..=7_199 => format!("{} min", seconds / 60),
		7_200..=172_799 => format!("{} h", seconds / 3_600),
		_ => format!("{} days", seconds / 86_400),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn election(now: u32, needed: Balance) -> Election {
		let next = NextElection { era: 4, made_in: 11, made_at: 220, serve_from: 12 };
		Election { next, serve_at: 240, now, slot_millis: 3_000, needed }
	}

	#[test]
	fn stake_should_suffice_when_it_is_what_a_newcomer_needs_or_has_the_last_seat() {
		let election = election(200, 101);
		assert!(election.suffices(101, false));
		assert!(!election.suffices(100, false));
		assert!(election.suffices(100, true), "the last seat has 100");
		assert!(!election.suffices(99, true));
		assert!(election.suffices(u128::MAX, true));
	}

	#[test]
	fn prospect_should_say_how_much_is_missing_when_there_is_no_seat() {
		let unit = reckon_sdk::token::UNIT;
		let words = election(200, 12 * unit).prospect(10 * unit, false);
		assert!(words.contains("12 RKN would; add 2 RKN by"), "{words}");
		let words = election(200, 12 * unit).prospect(12 * unit, false);
		assert!(words.contains("the stake of 12 RKN has a seat"), "{words}");
	}

	#[test]
	fn era_should_end_when_those_who_are_elected_for_the_next_one_begin() {
		// Elected for era 4, from block 240 on.
		let election = election(200, 1);
		assert_eq!(election.end_of(3, 60), 240);
		// In an era's last session the election is for the one after the next.
		assert_eq!(election.end_of(2, 60), 180);
		assert_eq!(election.end_of(EraIndex::MAX, 60), 240);
		assert_eq!(election.about(240), "about block #240 (in 2 min)");
	}

	#[test]
	fn election_should_say_when_it_is_in_blocks_and_in_time() {
		let words = election(200, 1).when();
		assert!(words.contains("block #220 (in 60 s), for era 4"), "{words}");
		assert!(words.contains("block #240 (in 2 min)"), "{words}");
		// An estimate that has passed is now.
		assert_eq!(election(230, 1).to_json()["made_in_seconds"], 0);
		assert_eq!(time(7_200), "2 h");
		assert_eq!(time(200_000), "2 days");
	}
}
