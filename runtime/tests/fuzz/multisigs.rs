//! Accounts that several people have together.

use super::{calls::Signed, Fuzzer};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};
use pallet_multisig::{Call, Multisigs};
use rand::Rng;
use reckon_primitives::Balance;
use reckon_runtime::{AccountId, Runtime, RuntimeCall};
use std::collections::BTreeMap;

/// How many groups there are: few, so that they meet.
const GROUPS: usize = 4;
/// How many people are in each.
const MEMBERS: usize = 3;
/// How many of them must sign.
const THRESHOLD: u16 = 2;
/// How many calls are remembered that may wait for another signature.
const REMEMBERED: usize = 16;

/// A call, and the group that is to make it.
pub type Shared = (Vec<AccountId>, RuntimeCall);

/// The account of some people, of whom so many must sign.
pub fn account_of<'a>(
	people: impl IntoIterator<Item = &'a AccountId>,
	threshold: u16,
) -> AccountId {
	let mut people: Vec<_> = people.into_iter().cloned().collect();
	people.sort();
	pallet_multisig::Pallet::<Runtime>::multi_account_id(&people, threshold)
}

/// What each account has left as deposits for calls that wait.
pub fn deposits() -> BTreeMap<AccountId, Balance> {
	let mut deposits = BTreeMap::new();
	for (_, _, multisig) in Multisigs::<Runtime>::iter() {
		*deposits.entry(multisig.depositor).or_default() += multisig.deposit;
	}
	deposits
}

impl Fuzzer {
	/// The groups, of the wealthiest.
	fn groups(&self) -> impl Iterator<Item = Vec<AccountId>> + '_ {
		self.people.chunks(MEMBERS).take(GROUPS).map(|members| {
			let mut members = members.to_vec();
			members.sort();
			members
		})
	}

	fn group(&mut self) -> Vec<AccountId> {
		let all: Vec<_> = self.groups().collect();
		self.one_of(&all).expect("there are some")
	}

	/// An account that nobody has alone.
	pub(super) fn shared_account(&mut self) -> AccountId {
		let group = self.group();
		account_of(&group, self.rng.random_range(1..=THRESHOLD))
	}

	/// One of a group, and the others.
	fn member(&mut self, mut group: Vec<AccountId>) -> (AccountId, Vec<AccountId>) {
		let who = group.remove(self.rng.random_range(0..group.len()));
		if self.one_in(40) {
			group.reverse();
		}
		(who, group)
	}

	pub(super) fn as_multi_threshold_1(&mut self) -> Signed {
		let group = self.group();
		let (who, other_signatories) = self.member(group);
		let call = Box::new(self.signed().1);
		(who, Call::as_multi_threshold_1 { other_signatories, call }.into())
	}

	/// The first signature, or the one that is missing.
	pub(super) fn as_multi(&mut self) -> Signed {
		let remembered: Vec<_> = self.shared.iter().cloned().collect();
		let (group, call) = match self.one_of(&remembered) {
			Some(shared) if !self.one_in(3) => shared,
			_ => {
				let new = (self.group(), self.signed().1);
				self.shared.push_back(new.clone());
				if self.shared.len() > REMEMBERED {
					self.shared.pop_front();
				}
				new
			},
		};
		let waiting = Multisigs::<Runtime>::get(account_of(&group, THRESHOLD), hash(&call));
		let (mut who, mut other_signatories) = self.member(group);
		if let Some(multisig) = &waiting {
			let missing = |who: &AccountId| !multisig.approvals.contains(who);
			if let Some(at) = other_signatories.iter().position(missing).filter(|_| !missing(&who))
			{
				std::mem::swap(&mut who, &mut other_signatories[at]);
				other_signatories.sort();
			}
		}
		let maybe_timepoint = waiting.map(|multisig| multisig.when).filter(|_| !self.one_in(40));
		let max_weight =
			if self.one_in(20) { Weight::zero() } else { call.get_dispatch_info().call_weight };
		let (threshold, call) = (THRESHOLD, Box::new(call));
		let call =
			Call::as_multi { threshold, other_signatories, maybe_timepoint, call, max_weight };
		(who, call.into())
	}

	/// Of a call that waits, by who was the first to sign it; another signature if there is none.
	pub(super) fn cancel_as_multi(&mut self) -> Signed {
		let waiting: Vec<_> = self
			.shared
			.iter()
			.filter_map(|(group, call)| cancellation(group, hash(call)))
			.collect();
		match self.one_of(&waiting) {
			Some((_, call)) if self.one_in(20) => (self.account(), call.into()),
			Some((who, call)) => (who, call.into()),
			None => self.as_multi(),
		}
	}

	/// No call of these groups waits any more; others were begun by who is in none of them.
	pub(super) fn multisigs_end(&mut self) -> Result<(), String> {
		let waiting: Vec<_> = Multisigs::<Runtime>::iter_keys().collect();
		for (account, hash) in waiting {
			let group = self.groups().find(|group| account_of(group, THRESHOLD) == account);
			if let Some((who, call)) = group.and_then(|group| cancellation(&group, hash)) {
				self.must(&who, call)?;
			}
		}
		Ok(())
	}
}

/// What a call is known by.
fn hash(call: &RuntimeCall) -> [u8; 32] {
	sp_io::hashing::blake2_256(&call.encode())
}

/// Cancels a group's call, if it waits.
fn cancellation(group: &[AccountId], call_hash: [u8; 32]) -> Option<(AccountId, Call<Runtime>)> {
	let multisig = Multisigs::<Runtime>::get(account_of(group, THRESHOLD), call_hash)?;
	let who = multisig.depositor;
	let other_signatories = group.iter().filter(|other| **other != who).cloned().collect();
	let (threshold, timepoint) = (THRESHOLD, multisig.when);
	Some((who, Call::cancel_as_multi { threshold, other_signatories, timepoint, call_hash }))
}
