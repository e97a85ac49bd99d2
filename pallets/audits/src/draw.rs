//! Who audits what, and where: drawn in public, from randomness that nobody knew at the delivery.

use crate::{pallet::*, tally, types::*, weights::WeightInfo};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	traits::{Get, Randomness},
	weights::Weight,
};
use reckon_economics::is_drawn;
use reckon_primitives::JobId;
use reckon_support::{Cause, StakeInspect, Subject, SubnetParameters};
use sp_core::H256;
use sp_runtime::{
	traits::{BlakeTwo256, Hash, Saturating},
	Permill,
};

/// Keeps these draws apart from every other use of Blake2.
const LOT: &[u8] = b"reckon:audit-lot:v1";
const COMMITTEE: &[u8] = b"reckon:audit-committee:v1";
const ENTROPY: &[u8] = b"reckon:audit-entropy:v1";
const CHALLENGE: &[u8] = b"reckon:audit-challenge:v1";

impl<T: Config> Pallet<T> {
	/// Stirs the randomness of the block before into that of all blocks before it. Each draw is made
	/// from all that came since what it is about was fixed.
	pub(crate) fn stir() -> Weight {
		let (random, _) = T::Randomness::random(ENTROPY);
		// In the chain's first blocks there is no randomness yet; the parent's hash must do.
		let random = random.map_or_else(
			|| frame_system::Pallet::<T>::parent_hash().encode(),
			|random| random.encode(),
		);
		Entropy::<T>::mutate(|all| *all = BlakeTwo256::hash(&(*all, random).encode()));
		T::DbWeight::get().reads_writes(2, 1)
	}

	/// Lets an audit wait for its next committee; says what that weighed.
	pub(crate) fn await_draw(id: JobId, mut audit: AuditOf<T>) -> Weight {
		audit.phase = Phase::Drawing;
		if audit.instance != Instance::Last {
			audit.opened = None;
		}
		// Who was silent is remembered.
		audit.seats.retain(|seat| seat.ballot == Ballot::Missed);
		let now = frame_system::Pallet::<T>::block_number();
		Self::schedule(id, &mut audit, now.saturating_add(DRAW_DELAY.into()));
		Audits::<T>::insert(id, audit);
		T::WeightInfo::await_draw()
	}

	/// Draws a committee; before the first one the lot, whether it falls on the work.
	pub(crate) fn end_drawing(id: JobId, mut audit: AuditOf<T>) -> Weight {
		if audit.round > 0 {
			return Self::begin_round(id, audit);
		}
		audit.rate = match (audit.cause, &audit.subject) {
			(Cause::Attested, _) => Permill::one(),
			(Cause::Sampled, _) | (_, Subject::Batch(_)) => audit.rate,
			// Whoever finds out what comes out of a batch, it stands for as much.
			(Cause::Requested, Subject::Answer(answer)) if answer.gateway.is_some() => audit.rate,
			(Cause::Lot | Cause::Requested, subject) => Self::rate_of(subject),
		};
		let lot = Self::random((LOT, id));
		if audit.cause == Cause::Lot && !is_drawn(&lot, audit.rate) {
			Self::forget(id, &audit);
			return T::WeightInfo::draw_lot();
		}
		T::WeightInfo::draw_lot().saturating_add(Self::begin_round(id, audit))
	}

	/// Draws a whole new committee, which knows nothing yet: unless it is the last one it asks for other
	/// positions.
	pub(crate) fn begin_round(id: JobId, mut audit: AuditOf<T>) -> Weight {
		let rules = Self::rules(audit.subject.subnet());
		let wanted = match audit.instance {
			Instance::First => rules.committee,
			Instance::Larger => Self::larger_committee(&rules),
			Instance::Last => T::LastCommittee::get(),
		};
		let seed = Self::random((COMMITTEE, id, audit.round));
		let drawn = Self::draw(&seed, &audit, wanted.min(MAX_SEATS), Silent::Last);
		let weight = T::WeightInfo::draw_committee();
		let size = drawn.len() as u32;
		// The last committee is larger than the larger one, or there is none.
		let is_none = match audit.instance {
			Instance::First | Instance::Larger => drawn.is_empty(),
			Instance::Last => size <= Self::larger_committee(&rules),
		};
		if is_none {
			// Nobody is asked after all.
			drawn.iter().for_each(|seat| Self::note_committed(&seat.auditor));
			let otherwise = audit.otherwise;
			return weight.saturating_add(Self::rule(id, audit, otherwise, &[]));
		}

		audit.round = audit.round.saturating_add(1);
		// Of the last committee it is asked who has lied in the one before, about the same rows. They are
		// open already.
		if audit.instance != Instance::Last {
			audit.challenge = BlakeTwo256::hash(&(CHALLENGE, seed).encode());
		}
		audit.size = size;
		audit.quorum = match audit.instance {
			Instance::First => rules.quorum.min(size),
			// As many as convict.
			instance => tally::needed(instance, size),
		};
		audit.era = T::Stake::era();
		audit.phase = Phase::Committing;
		audit.seats = Seats::truncate_from(drawn);
		let now = frame_system::Pallet::<T>::block_number();
		let until = now.saturating_add(T::CommitBlocks::get());
		Self::wait_until(id, &mut audit, until);
		Self::deposit_event(Event::CommitteeDrawn {
			audit: id,
			provider: audit.subject.maker().clone(),
			cause: audit.cause,
			round: audit.round,
			seats: size,
			until,
		});
		Audits::<T>::insert(id, audit);
		weight
	}

	/// How many seats the larger committee is to have.
	fn larger_committee(rules: &SubnetParameters) -> u32 {
		T::LargerCommittee::get().max(rules.committee)
	}

	/// Fills the committee up again from those who have not sat in it. Says whether anybody was
	/// there.
	pub(crate) fn fill_seats(id: JobId, audit: &mut AuditOf<T>) -> bool {
		let empty = audit.size.saturating_sub(audit.seated());
		let room = MAX_SEATS.saturating_sub(audit.seats.len() as u32);
		// Fixed with the committee, so that nobody chooses by when it gives up its seat, and not before.
		let seats: Vec<_> = audit.seats.iter().map(|seat| &seat.auditor).collect();
		let seed = BlakeTwo256::hash(&(audit.challenge, audit.round, seats).encode());
		let drawn = Self::draw(&seed, audit, empty.min(room), Silent::Never);
		let filled = !drawn.is_empty();
		for seat in drawn {
			Self::deposit_event(Event::SeatFilled { audit: id, auditor: seat.auditor.clone() });
			let pushed = audit.seats.try_push(seat);
			frame_support::defensive_assert!(pushed.is_ok(), "no more are drawn than have room");
		}
		filled
	}

	/// So many of those who may audit, in an order that only the seed decides: first those who have
	/// time, then those who have as many seats as can be asked of them, then those who have had a
	/// seat in this committee, or the one before, and were silent.
	///
	/// Nobody is drawn for its own work, while it is disabled, or in an era in which it was proved
	/// wrong.
	fn draw(
		seed: &H256,
		audit: &AuditOf<T>,
		wanted: u32,
		silent: Silent,
	) -> Vec<Seat<T::AccountId>> {
		let mut all: Vec<_> = Auditors::<T>::get()
			.into_iter()
			.filter(|it| !it.disabled && !audit.subject.has_part(&it.account))
			.map(|it| (BlakeTwo256::hash(&(seed, &it.account).encode()), it.account, it.key))
			.collect();
		all.sort_by_key(|(order, ..)| *order);

		let (mut free, mut busy, mut asked) = (Vec::new(), Vec::new(), Vec::new());
		for (_, auditor, key) in all {
			if free.len() as u32 >= wanted {
				break;
			}
			let sat = audit.seats.iter().any(|seat| seat.auditor == auditor);
			if sat && silent == Silent::Never {
				continue;
			}
			let conduct = Self::conduct_now(&auditor);
			if conduct.barred {
				continue;
			}
			let beyond = conduct.open >= T::MaxOpenSeats::get();
			let group = match (sat, beyond) {
				(true, _) => &mut asked,
				(false, true) => &mut busy,
				(false, false) => &mut free,
			};
			group.push(Seat { auditor, key, ballot: Ballot::Awaited, beyond });
		}
		let drawn: Vec<_> =
			free.into_iter().chain(busy).chain(asked).take(wanted as usize).collect();
		drawn.iter().for_each(|seat| Self::note_seated(&seat.auditor));
		drawn
	}

	pub(crate) fn random(subject: impl Encode) -> H256 {
		BlakeTwo256::hash(&(subject, Entropy::<T>::get()).encode())
	}
}

/// What becomes of those who have had a seat and said nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Silent {
	/// They are asked again where there are no others.
	Last,
	/// They are not asked again.
	Never,
}
