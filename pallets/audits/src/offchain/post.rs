//! What goes to the chain: votes of one key travel together.

use super::{status, TARGET};
use crate::{keys::AuditId, pallet::*, types::*, votes::Item, AuditSignature};
use alloc::vec::Vec;
use frame_support::BoundedVec;
use frame_system::{offchain::SubmitTransaction, pallet_prelude::BlockNumberFor};
use sp_runtime::{traits::Zero, RuntimeAppPublic};

/// Who says something.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sender<AccountId> {
	/// The validator.
	pub(crate) auditor: AccountId,
	/// The key that its seat has.
	pub(crate) key: AuditId,
}

type Items<T, I> = Vec<(Sender<<T as frame_system::Config>::AccountId>, I)>;

/// What is to be sent.
pub(crate) struct Outbox<T: Config> {
	commits: Items<T, Commit>,
	reveals: Items<T, Reveal>,
	declines: Items<T, Decline>,
}

impl<T: Config> Outbox<T> {
	/// With nothing in it.
	pub(crate) fn new() -> Self {
		Self { commits: Vec::new(), reveals: Vec::new(), declines: Vec::new() }
	}

	/// A blind vote.
	pub(crate) fn commit(&mut self, sender: Sender<T::AccountId>, commit: Commit) {
		self.commits.push((sender, commit));
	}

	/// An opened vote.
	pub(crate) fn reveal(&mut self, sender: Sender<T::AccountId>, reveal: Reveal) {
		self.reveals.push((sender, reveal));
	}

	/// A seat that is given up.
	pub(crate) fn decline(&mut self, sender: Sender<T::AccountId>, decline: Decline) {
		self.declines.push((sender, decline));
	}

	/// Sends all of it.
	pub(crate) fn send(&mut self) {
		let sent = send_all::<T, Reveal>(&mut self.reveals, |auditor, reveals, signature| {
			Call::reveal_votes { auditor, reveals, signature }
		});
		status::note(|status| status.revealed = status.revealed.saturating_add(sent));
		let sent = send_all::<T, Commit>(&mut self.commits, |auditor, commits, signature| {
			Call::commit_votes { auditor, commits, signature }
		});
		status::note(|status| status.committed = status.committed.saturating_add(sent));
		let sent = send_all::<T, Decline>(&mut self.declines, |auditor, declines, signature| {
			Call::decline_seats { auditor, declines, signature }
		});
		status::note(|status| status.declined = status.declined.saturating_add(sent));
	}
}

/// Sends items sender by sender, in batches; says how many the pool has taken.
fn send_all<T: Config, I: Item<T> + Clone>(
	items: &mut Items<T, I>,
	call: impl Fn(T::AccountId, Batch<I>, AuditSignature) -> Call<T>,
) -> u64 {
	let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
	let mut taken = 0u64;
	while let Some((sender, _)) = items.first() {
		let sender = sender.clone();
		let (own, others): (Vec<_>, Vec<_>) =
			core::mem::take(items).into_iter().partition(|(other, _)| *other == sender);
		*items = others;
		let own: Vec<I> = own.into_iter().map(|(_, item)| item).collect();
		for batch in own.chunks(MAX_VOTES as usize) {
			let batch: Batch<I> = BoundedVec::truncate_from(batch.to_vec());
			let count = batch.len() as u64;
			let payload = crate::votes::payload(I::PURPOSE, genesis, &sender.auditor, &batch);
			let Some(signature) = sender.key.sign(&payload) else {
				log::error!(target: TARGET, "the keystore does not sign with {:?}", sender.key);
				status::note_failure("the keystore does not sign");
				continue;
			};
			let call = call(sender.auditor.clone(), batch, signature);
			let transaction = T::create_authorized_transaction(call.into());
			match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
				Ok(()) => taken = taken.saturating_add(count),
				// It may be there already. If not, it is sent again in some blocks.
				Err(()) => log::debug!(target: TARGET, "the pool refuses {count} votes for now"),
			}
		}
	}
	taken
}
