//! When to tell the chain that this worker is there: pure, as the jobs' state machine is.
//!
//! A provider of which nothing is heard for a whole session is drawn no more. So in each session in
//! which it has delivered nothing, its worker sends a heartbeat: at a moment in the first half that
//! follows from its key, so that not all come in one block, and the second half is there for those
//! that fail.

use reckon_sdk::{content_hash, AccountId, BlockNumber, Reason, Session, SessionIndex};

/// Blocks between a heartbeat that failed and the next one.
const RETRY_BLOCKS: BlockNumber = 4;
/// Blocks over which those that are silent come back: many may have been for one cause.
const RETURN_BLOCKS: BlockNumber = 8;
/// How often the chain is asked at least, in parts of a session.
const LOOKS: u64 = 20;

/// What the chain says about this worker's provider.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Presence {
	/// The session under way.
	pub session: Session,
	/// The last one in which it heard of the worker.
	pub last_seen: SessionIndex,
	/// How many offers the provider has.
	pub offers: u32,
	/// Why it gets no work, whatever the job.
	pub reason: Reason,
}

/// A worker's heartbeats.
#[derive(Debug)]
pub struct Pulse {
	/// Slots in a session.
	session_slots: u64,
	/// The slot of a session in which it is this worker's turn.
	turn: u64,
	/// How many blocks this worker waits before it comes back.
	wait: BlockNumber,
	/// The next block in which it is of use to ask the chain.
	look_at: BlockNumber,
	/// The block in which the provider was first seen to be silent.
	silent_at: Option<BlockNumber>,
	under_way: bool,
}

impl Pulse {
	/// That of a worker's key, on a chain with sessions of so many slots.
	pub fn new(worker: &AccountId, session_slots: u64) -> Self {
		let mut word = [0; 8];
		word.iter_mut().zip(content_hash(&worker.0).0).for_each(|(to, from)| *to = from);
		let random = u64::from_le_bytes(word);
		let wait = random.checked_rem(RETURN_BLOCKS.into()).unwrap_or_default();
		Self {
			session_slots,
			turn: random.checked_rem(session_slots / 2).unwrap_or_default(),
			wait: BlockNumber::try_from(wait).unwrap_or_default(),
			look_at: 0,
			silent_at: None,
			under_way: false,
		}
	}

	/// Whether it is of use to ask the chain at this block.
	pub fn wants(&self, best: BlockNumber) -> bool {
		!self.under_way && best >= self.look_at
	}

	/// Takes in what the chain says at a block: how many offers the heartbeat is to name that must
	/// be sent now, if one must. `delivering` is whether a delivery is on its way, which says the same.
	pub fn beat(
		&mut self,
		best: BlockNumber,
		presence: Option<&Presence>,
		delivering: bool,
	) -> Option<u32> {
		let left = match presence {
			None => u64::MAX,
			Some(presence) => match presence.reason {
				Reason::Silent => self.until_return(best),
				Reason::Eligible | Reason::AtCapacity | Reason::DeclinedRecently => {
					self.silent_at = None;
					self.until_turn(presence, delivering)
				},
				// Nobody waits for it: it takes no jobs, or has no offers.
				_ => u64::MAX,
			},
		};
		if left == 0 {
			self.under_way = true;
			return presence.map(|presence| presence.offers);
		}
		// There may be fewer blocks than slots, and the provider may resume.
		let most = (self.session_slots / LOOKS).max(1);
		let blocks = BlockNumber::try_from(left.min(most)).unwrap_or(1);
		self.look_at = best.saturating_add(blocks);
		None
	}

	/// The heartbeat is in a block, or has failed.
	pub fn ended(&mut self, best: BlockNumber, sent: bool) {
		self.under_way = false;
		self.silent_at = None;
		self.look_at = best.saturating_add(if sent { 1 } else { RETRY_BLOCKS });
	}

	/// Blocks before a silent provider comes back.
	fn until_return(&mut self, best: BlockNumber) -> u64 {
		let since = *self.silent_at.get_or_insert(best);
		since.saturating_add(self.wait).saturating_sub(best).into()
	}

	/// Slots before the heartbeat of this session, or before the next session when there has been
	/// a word in this one.
	fn until_turn(&self, presence: &Presence, delivering: bool) -> u64 {
		let Session { index, slots } = presence.session;
		if presence.last_seen >= index {
			return self.session_slots.saturating_sub(slots).max(1);
		}
		// A delivery that does not get in is not waited for until it is too late.
		let is_early = slots < self.session_slots.saturating_mul(3) / 4;
		if delivering && is_early {
			return 1;
		}
		self.turn.saturating_sub(slots)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::account;
	use std::collections::BTreeMap;

	const SLOTS: u64 = 1_200;

	fn pulse() -> Pulse {
		Pulse::new(&account([7; 32]), SLOTS)
	}

	fn at(index: SessionIndex, slots: u64) -> Presence {
		let session = Session { index, slots };
		Presence { session, last_seen: 4, offers: 3, reason: Reason::Eligible }
	}

	#[test]
	fn heartbeat_should_be_sent_once_when_it_is_the_workers_turn() {
		let mut pulse = pulse();
		let turn = pulse.turn;
		assert!(turn < SLOTS / 2);
		if turn > 0 {
			assert_eq!(pulse.beat(10, Some(&at(5, turn - 1)), false), None);
			assert!(pulse.wants(11));
		}
		assert_eq!(pulse.beat(11, Some(&at(5, turn)), false), Some(3));
		assert!(!pulse.wants(1_000), "one is under way");
		pulse.ended(12, true);
		assert!(pulse.wants(13));
		let seen = Presence { last_seen: 5, ..at(5, turn + 2) };
		assert_eq!(pulse.beat(13, Some(&seen), false), None);
	}

	#[test]
	fn heartbeat_should_not_be_sent_when_the_chain_has_heard_of_the_worker_in_this_session() {
		let mut pulse = pulse();
		let delivered = Presence { last_seen: 5, ..at(5, SLOTS - 1) };
		assert_eq!(pulse.beat(10, Some(&delivered), false), None);
		assert!(pulse.wants(11), "the next session begins");
		assert_eq!(pulse.beat(11, Some(&at(6, pulse.turn)), false), Some(3));
	}

	#[test]
	fn heartbeat_should_wait_for_a_delivery_that_is_on_its_way_but_not_too_long() {
		let mut pulse = pulse();
		assert_eq!(pulse.beat(10, Some(&at(5, SLOTS / 2)), true), None);
		assert!(pulse.wants(11));
		assert_eq!(pulse.beat(500, Some(&at(5, SLOTS / 4 * 3)), true), Some(3));
	}

	#[test]
	fn heartbeat_should_be_sent_again_when_it_failed() {
		let mut pulse = pulse();
		assert_eq!(pulse.beat(10, Some(&at(5, SLOTS / 2)), false), Some(3));
		pulse.ended(12, false);
		assert!(!pulse.wants(12) && pulse.wants(12 + RETRY_BLOCKS));
		assert_eq!(pulse.beat(16, Some(&at(5, SLOTS / 2 + 6)), false), Some(3));
	}

	#[test]
	fn silent_provider_should_come_back_within_a_few_blocks() {
		let mut pulse = pulse();
		let silent = Presence { reason: Reason::Silent, ..at(9, SLOTS - 1) };
		let mut sent = Vec::new();
		for best in 100..=100 + RETURN_BLOCKS {
			if pulse.wants(best) {
				sent.extend(pulse.beat(best, Some(&silent), true).map(|offers| (best, offers)));
			}
		}
		assert_eq!(sent, [(100 + pulse.wait, 3)]);
	}

	#[test]
	fn nothing_should_be_sent_when_nobody_waits_for_it() {
		for reason in [Reason::Paused, Reason::Leaving, Reason::OffersNothing, Reason::BondTooLow] {
			let idle = Presence { reason, ..at(5, SLOTS / 2) };
			assert_eq!(pulse().beat(10, Some(&idle), false), None, "{reason}");
		}
		let mut pulse = pulse();
		assert_eq!(pulse.beat(10, None, false), None);
		assert!(!pulse.wants(11), "the chain is not asked in each block");
		assert!(pulse.wants(10 + (SLOTS / LOOKS) as BlockNumber));
	}

	#[test]
	fn workers_should_be_spread_over_the_first_half_of_a_session() {
		let mut turns: BTreeMap<u64, u32> = BTreeMap::new();
		for n in 0..1_000u32 {
			let mut key = [0; 32];
			key[..4].copy_from_slice(&n.to_le_bytes());
			*turns.entry(Pulse::new(&account(key), SLOTS).turn).or_default() += 1;
		}
		assert!(turns.keys().all(|turn| *turn < SLOTS / 2));
		assert!(turns.values().all(|at_once| *at_once < 12), "a stampede: {turns:?}");
	}

	#[test]
	fn heartbeat_should_be_sent_when_sessions_are_as_short_as_can_be() {
		for slots in [0, 1, 2, 20] {
			let mut pulse = Pulse::new(&account([1; 32]), slots);
			let sent =
				(0..slots.max(1)).any(|slot| pulse.beat(1, Some(&at(5, slot)), false).is_some());
			assert!(sent, "{slots}");
		}
	}
}
