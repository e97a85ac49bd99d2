//! What must hold after every call and hook.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use crate::{pallet::*, types::*};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::InspectHold};
use reckon_primitives::{Balance, JobId};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the whole of this pallet's state.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_fees()?;
		Self::try_agenda()?;
		for (id, audit) in Audits::<T>::iter() {
			Self::try_audit(&audit)?;
			Self::try_statements(id, &audit)?;
		}
		for (id, _) in Statements::<T>::iter_keys() {
			ensure!(Audits::<T>::contains_key(id), "a vote has no audit");
		}
		Self::try_conducts()
	}

	/// Each validator has as many open seats as are awaited of it, and no record holds nothing.
	fn try_conducts() -> Result<(), TryRuntimeError> {
		let mut open: BTreeMap<T::AccountId, u32> = BTreeMap::new();
		for seat in Audits::<T>::iter_values().flat_map(|audit| audit.seats) {
			if seat.ballot == Ballot::Awaited {
				let count = open.entry(seat.auditor).or_default();
				*count = count.saturating_add(1);
			}
		}
		for (who, conduct) in Conducts::<T>::iter() {
			let awaited = open.remove(&who).unwrap_or_default();
			ensure!(conduct.open == awaited, "an auditor's open seats are miscounted");
			let nothing = Conduct { era: conduct.era, ..Default::default() };
			ensure!(conduct != nothing, "a record holds nothing");
		}
		ensure!(open.is_empty(), "an open seat is not counted");
		Ok(())
	}

	/// Held = the sum of the fees of audits that have not ended, client by client.
	fn try_fees() -> Result<(), TryRuntimeError> {
		let mut fees: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		for audit in Audits::<T>::iter_values() {
			let Some(answer) = audit.subject.answer() else {
				ensure!(audit.fee == 0, "somebody pays for the audit of a batch");
				continue;
			};
			let sum = fees.entry(answer.client.clone()).or_default();
			*sum = sum.checked_add(audit.fee).ok_or("more fees than money")?;
		}
		for (client, sum) in fees {
			let held = T::Currency::balance_on_hold(&HoldReason::AuditFee.into(), &client);
			ensure!(held == sum, "a client's hold is not the sum of its fees");
		}
		Ok(())
	}

	/// Every audit is in the agenda exactly once, and not before the cursor.
	fn try_agenda() -> Result<(), TryRuntimeError> {
		let cursor = AgendaCursor::<T>::get();
		let mut entries = 0usize;
		for (due, id) in Agenda::<T>::iter_keys() {
			entries = entries.saturating_add(1);
			ensure!(due >= cursor, "an entry of the agenda was passed over");
			ensure!(
				Audits::<T>::get(id).is_some_and(|audit| audit.due == due),
				"an entry of the agenda is not its audit's"
			);
		}
		ensure!(entries == Audits::<T>::iter_keys().count(), "an audit is not in the agenda");
		Ok(())
	}

	/// Nobody has two seats, nobody judges itself, and the phase fits what is there.
	fn try_audit(audit: &AuditOf<T>) -> Result<(), TryRuntimeError> {
		let who: BTreeSet<_> = audit.seats.iter().map(|seat| &seat.auditor).collect();
		ensure!(who.len() == audit.seats.len(), "an auditor has two seats");
		let is_own = who.iter().any(|it| audit.subject.has_part(it));
		ensure!(!is_own, "somebody audits its own work");
		ensure!(audit.retries <= MAX_RETRIES, "an audit was retried too often");
		ensure!(audit.seated() <= audit.size, "a committee is too large");
		ensure!(audit.quorum <= audit.size, "a committee can't have a quorum");
		let before = match audit.instance {
			Instance::First => 0,
			Instance::Larger => 1,
			Instance::Last => MAX_EARLIER as usize,
		};
		ensure!(audit.earlier.len() == before, "a committee's votes are lost, or of nobody");
		let drawn = audit.phase != Phase::Drawing;
		ensure!(!drawn || audit.round > 0, "a committee sits before it is drawn");
		ensure!(!drawn || !audit.seats.is_empty(), "a committee of nobody sits");
		let silent = audit.count(|ballot| *ballot == Ballot::Missed) as usize;
		ensure!(drawn || audit.seats.len() == silent, "a committee sits before it is drawn");
		let is_answer = audit.subject.answer().is_some();
		ensure!(is_answer || audit.phase != Phase::Opening, "of a batch nothing is opened");
		let revealing = audit.phase == Phase::Revealing;
		// The last committee looks at rows that were opened for the one before.
		let opened = is_answer && (revealing || audit.instance == Instance::Last);
		ensure!(opened == audit.opened.is_some(), "the rows are not open, or too early");
		ensure!(!opened || audit.phase != Phase::Opening, "open rows are asked for");
		let after_first = is_answer && audit.instance != Instance::First;
		ensure!(after_first == audit.first.is_some(), "what the first committee asked is lost");
		ensure!(
			revealing || audit.count(|it| *it == Ballot::Revealed) == 0,
			"a vote is open too early"
		);
		if matches!(audit.phase, Phase::Opening | Phase::Revealing) {
			let there = audit.count(|it| matches!(it, Ballot::Committed(_) | Ballot::Revealed));
			ensure!(there >= audit.quorum, "a worker is asked before the votes are there");
			ensure!(audit.count(|it| *it == Ballot::Awaited) == 0, "a blind vote is still awaited");
		}
		Ok(())
	}

	/// There is an opened vote for each seat that has one, and no other.
	fn try_statements(id: JobId, audit: &AuditOf<T>) -> Result<(), TryRuntimeError> {
		for seat in &audit.seats {
			let there = Statements::<T>::contains_key(id, &seat.auditor);
			ensure!(there == (seat.ballot == Ballot::Revealed), "a vote is lost, or of nobody");
		}
		let all = Statements::<T>::iter_key_prefix(id).count() as u32;
		ensure!(all == audit.count(|it| *it == Ballot::Revealed), "a vote is of another committee");
		Ok(())
	}
}
