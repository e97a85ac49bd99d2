//! Who audits what, and where: drawn in public, from randomness that nobody knew at the delivery.

use crate::{keys::AuditId, pallet::*, types::*, weights::WeightInfo};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	traits::{Get, Randomness},
	weights::Weight,
};
use reckon_economics::is_drawn;
use reckon_primitives::JobId;
use reckon_support::{AuditOutcome, Cause};
use sp_core::H256;
use sp_runtime::{
	traits::{BlakeTwo256, Hash, Saturating},
	Permill,
};

/// Keeps these draws apart from every other use of Blake2.
const LOT: &[u8] = b"reckon:audit-lot:v1";
const COMMITTEE: &[u8] = b"reckon:audit-committee:v1";
const CHALLENGE: &[u8] = b"reckon:audit-challenge:v1";

impl<T: Config> Pallet<T> {
	/// The lot, and the first committee if it falls on the work.
	pub(crate) fn end_drawing(id: JobId, mut audit: AuditOf<T>) -> Weight {
		let subject = &audit.subject;
		audit.rate = match audit.cause {
			Cause::Attested => Permill::one(),
			Cause::Lot | Cause::Requested => {
				Self::rate(subject.subnet, &subject.provider, subject.charge)
			},
		};
		let lot = Self::random((LOT, id));
		if audit.cause == Cause::Lot && !is_drawn(&lot, audit.rate) {
			Self::forget(id, &audit);
			return T::WeightInfo::draw_lot();
		}
		T::WeightInfo::draw_lot().saturating_add(Self::begin_round(id, audit))
	}

	/// Draws a whole new committee, which knows nothing yet, and asks for other positions.
	pub(crate) fn begin_round(id: JobId, mut audit: AuditOf<T>) -> Weight {
		let rules = Self::rules(audit.subject.subnet);
		let wanted = match audit.larger {
			true => T::LargerCommittee::get().max(rules.committee),
			false => rules.committee,
		};
		let seed = Self::random((COMMITTEE, id, audit.round));
		let mut drawn = Self::draw(&seed, &audit);
		// Who was silent is asked again only where there are no others.
		let silent = Self::accounts(&audit, |ballot| *ballot == Ballot::Missed);
		drawn.sort_by_key(|(who, _)| silent.contains(who));
		drawn.truncate(wanted.min(MAX_SEATS) as usize);
		let weight = T::WeightInfo::draw_committee();
		if drawn.is_empty() {
			return weight.saturating_add(Self::rule(id, audit, AuditOutcome::Inconclusive, &[]));
		}

		Self::forget_statements(id, &audit);
		let size = drawn.len() as u32;
		audit.round = audit.round.saturating_add(1);
		audit.challenge = BlakeTwo256::hash(&(CHALLENGE, seed).encode());
		audit.size = size;
		audit.quorum = match audit.larger {
			// Two thirds, as for a conviction.
			true => size.saturating_mul(2).div_ceil(3),
			false => rules.quorum.min(size),
		};
		audit.opened = None;
		audit.phase = Phase::Committing;
		audit.seats = Seats::truncate_from(drawn.into_iter().map(seat).collect());
		let now = frame_system::Pallet::<T>::block_number();
		let until = now.saturating_add(T::CommitBlocks::get());
		Self::wait_until(id, &mut audit, until);
		Self::deposit_event(Event::CommitteeDrawn {
			audit: id,
			provider: audit.subject.provider.clone(),
			cause: audit.cause,
			round: audit.round,
			seats: size,
			until,
		});
		Audits::<T>::insert(id, audit);
		weight
	}

	/// Fills the committee up again from those who have not sat in it. Says whether anybody was
	/// there.
	pub(crate) fn fill_seats(id: JobId, audit: &mut AuditOf<T>) -> bool {
		let empty = audit.size.saturating_sub(audit.seated());
		let room = MAX_SEATS.saturating_sub(audit.seats.len() as u32);
		let sat = Self::accounts(audit, |_| true);
		let mut drawn = Self::draw(&audit.challenge, audit);
		drawn.retain(|(who, _)| !sat.contains(who));
		drawn.truncate(empty.min(room) as usize);
		let filled = !drawn.is_empty();
		for (auditor, key) in drawn {
			Self::deposit_event(Event::SeatFilled { audit: id, auditor: auditor.clone() });
			let pushed = audit.seats.try_push(seat((auditor, key)));
			frame_support::defensive_assert!(pushed.is_ok(), "no more are drawn than have room");
		}
		filled
	}

	/// All who may audit, but those whom it is about, in an order that only the seed decides.
	fn draw(seed: &H256, audit: &AuditOf<T>) -> Vec<(T::AccountId, AuditId)> {
		let partial = [&audit.subject.provider, &audit.subject.client];
		let mut all: Vec<_> = Auditors::<T>::get()
			.into_iter()
			.filter(|it| !it.disabled && !partial.contains(&&it.account))
			.map(|it| (BlakeTwo256::hash(&(seed, &it.account).encode()), it.account, it.key))
			.collect();
		all.sort_by_key(|(order, ..)| *order);
		all.into_iter().map(|(_, account, key)| (account, key)).collect()
	}

	fn accounts(audit: &AuditOf<T>, is: impl Fn(&Ballot) -> bool) -> Vec<T::AccountId> {
		let seats = audit.seats.iter().filter(|seat| is(&seat.ballot));
		seats.map(|seat| seat.auditor.clone()).collect()
	}

	fn random(subject: impl Encode) -> H256 {
		let subject = subject.encode();
		let (random, _) = T::Randomness::random(&subject);
		// In the chain's first blocks there is no randomness yet; the parent's hash must do.
		let random = random.map_or_else(
			|| frame_system::Pallet::<T>::parent_hash().encode(),
			|random| random.encode(),
		);
		BlakeTwo256::hash(&(subject, random).encode())
	}
}

fn seat<AccountId>((auditor, key): (AccountId, AuditId)) -> Seat<AccountId> {
	Seat { auditor, key, ballot: Ballot::Awaited }
}
