//! Votes: extrinsics that need no account. The pool and the block take them for what is in them: a
//! seat, and a signature by the seat's key.
//!
//! Each takes a step that its seat can take only once, so nothing can be sent twice, and nobody
//! without a seat can send anything.

use crate::{
	keys::{AuditId, AuditSignature},
	pallet::*,
	phases::name_of,
	types::*,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	pallet_prelude::{
		InvalidTransaction, TransactionSource, TransactionValidityWithRefund, ValidTransaction,
	},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::JobId;
use reckon_verification::blind;
use sp_core::H256;
use sp_runtime::{
	traits::{SaturatedConversion, Saturating, Zero},
	RuntimeAppPublic,
};

/// What [`Pallet::commit_votes`] is signed for.
pub const COMMITS: &[u8] = b"reckon:audit-commits:v1";
/// What [`Pallet::reveal_votes`] is signed for.
pub const REVEALS: &[u8] = b"reckon:audit-reveals:v1";
/// What [`Pallet::decline_seats`] is signed for.
pub const DECLINES: &[u8] = b"reckon:audit-declines:v1";

/// Before ordinary transactions: votes are few, and late ones are worth nothing.
const PRIORITY: u64 = u64::MAX / 2;

/// The bytes that an audit key signs: the purpose, the genesis hash, and the SCALE encoding of the
/// auditor's account and the items.
pub fn payload(
	purpose: &[u8],
	genesis: impl Encode,
	auditor: &impl Encode,
	items: &impl Encode,
) -> Vec<u8> {
	let mut bytes = purpose.to_vec();
	genesis.encode_to(&mut bytes);
	auditor.encode_to(&mut bytes);
	items.encode_to(&mut bytes);
	bytes
}

/// What an auditor sends about one of its seats.
pub(crate) trait Item<T: Config>: Encode {
	/// What it is signed for.
	const PURPOSE: &'static [u8];

	/// The audit, and which of its committees.
	fn place(&self) -> (JobId, u8);

	/// Whether the seat can do this now.
	fn fits(&self, audit: &AuditOf<T>, seat: &Seat<T::AccountId>) -> bool;

	/// Does it; the caller stores the audit.
	fn apply(&self, audit: &mut AuditOf<T>, auditor: &T::AccountId);
}

impl<T: Config> Item<T> for Commit {
	const PURPOSE: &'static [u8] = COMMITS;

	fn place(&self) -> (JobId, u8) {
		(self.audit, self.round)
	}

	fn fits(&self, audit: &AuditOf<T>, seat: &Seat<T::AccountId>) -> bool {
		audit.phase == Phase::Committing
			&& seat.ballot == Ballot::Awaited
			&& audit.challenge == self.challenge
	}

	fn apply(&self, audit: &mut AuditOf<T>, auditor: &T::AccountId) {
		let id = self.audit;
		if let Some(seat) = audit.seat_of(auditor) {
			seat.ballot = Ballot::Committed(self.blind);
		}
		Pallet::<T>::note_committed(auditor);
		Pallet::<T>::deposit_event(Event::VoteCommitted { audit: id, auditor: auditor.clone() });
		Pallet::<T>::end_commits_early(id, audit);
	}
}

impl<T: Config> Item<T> for Reveal {
	const PURPOSE: &'static [u8] = REVEALS;

	fn place(&self) -> (JobId, u8) {
		(self.audit, self.round)
	}

	fn fits(&self, audit: &AuditOf<T>, seat: &Seat<T::AccountId>) -> bool {
		let Some(vote) = audit.vote(&self.said) else { return false };
		let auditor = name_of(&seat.auditor);
		let hidden = || H256(blind(&self.audit.0, &auditor, &vote, &self.salt.0));
		audit.phase == Phase::Revealing
			&& matches!(seat.ballot, Ballot::Committed(committed) if committed == hidden())
	}

	fn apply(&self, audit: &mut AuditOf<T>, auditor: &T::AccountId) {
		let id = self.audit;
		if let Some(seat) = audit.seat_of(auditor) {
			seat.ballot = Ballot::Revealed;
		}
		let vote = audit.vote(&self.said);
		frame_support::defensive_assert!(vote.is_some(), "it fits");
		if let Some(vote) = vote {
			Statements::<T>::insert(id, auditor, Statement { vote, rows: self.rows });
		}
		Pallet::<T>::deposit_event(Event::VoteRevealed { audit: id, auditor: auditor.clone() });
		if audit.committed() == 0 {
			Pallet::<T>::wait_for_nobody(id, audit);
		}
	}
}

impl<T: Config> Item<T> for Decline {
	const PURPOSE: &'static [u8] = DECLINES;

	fn place(&self) -> (JobId, u8) {
		(self.audit, self.round)
	}

	fn fits(&self, audit: &AuditOf<T>, seat: &Seat<T::AccountId>) -> bool {
		// Whoever is drawn instead needs time too.
		let now = frame_system::Pallet::<T>::block_number();
		audit.phase == Phase::Committing
			&& seat.ballot == Ballot::Awaited
			&& audit.challenge == self.challenge
			&& now.saturating_add(Pallet::<T>::declining_ends()) < audit.due
			&& Pallet::<T>::may_decline(&seat.auditor)
	}

	fn apply(&self, audit: &mut AuditOf<T>, auditor: &T::AccountId) {
		let id = self.audit;
		if let Some(seat) = audit.seat_of(auditor) {
			seat.ballot = Ballot::Declined;
		}
		Pallet::<T>::note_declined(auditor);
		Pallet::<T>::deposit_event(Event::SeatDeclined { audit: id, auditor: auditor.clone() });
		if !Pallet::<T>::fill_seats(id, audit) {
			Pallet::<T>::end_commits_early(id, audit);
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Whether a batch is worth a place in a block: one of its items is, and the signature is
	/// right.
	pub(crate) fn authorize_batch<I: Item<T>>(
		_: TransactionSource,
		auditor: &T::AccountId,
		items: &Batch<I>,
		signature: &AuditSignature,
	) -> TransactionValidityWithRefund {
		let mut key: Option<AuditId> = None;
		let mut until = BlockNumberFor::<T>::zero();
		let mut tags = Vec::new();
		for item in items {
			let Some((audit, own)) = Self::admitted(auditor, item) else { continue };
			if *key.get_or_insert_with(|| own.clone()) == own {
				until = until.max(audit.due);
				tags.push((I::PURPOSE, auditor, item.place(), audit.challenge).encode());
			}
		}
		let key = key.ok_or(InvalidTransaction::Stale)?;
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		if !key.verify(&payload(I::PURPOSE, genesis, auditor, items), signature) {
			return Err(InvalidTransaction::BadProof.into());
		}
		let left = until.saturating_sub(frame_system::Pallet::<T>::block_number());
		let longevity = left.saturated_into();
		let valid = ValidTransaction {
			priority: PRIORITY,
			requires: Vec::new(),
			provides: tags,
			longevity,
			propagate: true,
		};
		Ok((valid, Weight::zero()))
	}

	/// Does what can be done of a batch that was authorised.
	pub(crate) fn apply_batch<I: Item<T>>(auditor: &T::AccountId, items: &Batch<I>) {
		let mut key: Option<AuditId> = None;
		for item in items {
			let Some((mut audit, own)) = Self::admitted(auditor, item) else { continue };
			// The signature is that of the first one's key.
			if *key.get_or_insert_with(|| own.clone()) == own {
				item.apply(&mut audit, auditor);
				Audits::<T>::insert(item.place().0, audit);
			}
		}
	}

	/// The audit that an item is about, and the key of the auditor's seat in it, if it can do this
	/// now.
	fn admitted<I: Item<T>>(auditor: &T::AccountId, item: &I) -> Option<(AuditOf<T>, AuditId)> {
		let (id, round) = item.place();
		let audit = Audits::<T>::get(id)?;
		if audit.round != round || !Self::is_in_time(&audit) {
			return None;
		}
		let seat = audit.seats.iter().find(|seat| seat.auditor == *auditor)?;
		let key = item.fits(&audit, seat).then(|| seat.key.clone())?;
		Some((audit, key))
	}

	/// When nobody's blind vote is awaited any more, the worker need not wait either. The caller
	/// stores the audit.
	fn end_commits_early(id: JobId, audit: &mut AuditOf<T>) {
		let awaited = audit.count(|ballot| *ballot == Ballot::Awaited);
		if awaited == 0 && audit.committed() >= audit.quorum {
			Self::close_commits(id, audit);
		}
	}
}
