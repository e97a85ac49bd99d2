//! What must hold after every call and hook.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use crate::{pallet::*, types::*};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::InspectHold};
use reckon_primitives::{Balance, BatchId, ChannelId};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the whole of this pallet's state.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_deposits()?;
		Self::try_lanes()?;
		Self::try_escrows()?;
		Self::try_outstanding()?;
		Self::try_samples()?;
		Self::try_complaints()?;
		Self::try_agenda()?;
		Self::try_indices()
	}

	/// What gateways stand for = what their batches have charged that wait.
	fn try_outstanding() -> Result<(), TryRuntimeError> {
		let mut waiting: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		for batch in Batches::<T>::iter_values() {
			if batch.state == BatchState::Waiting {
				let sum = waiting.entry(batch.gateway).or_default();
				*sum = sum.checked_add(batch.root.sum).ok_or("more in batches than money")?;
			}
		}
		for (gateway, sum) in Outstanding::<T>::iter() {
			let is_so = waiting.remove(&gateway) == Some(sum);
			ensure!(is_so, "what a gateway stands for is not what its batches charge");
		}
		ensure!(waiting.is_empty(), "a gateway does not stand for its batches");
		Ok(())
	}

	/// What providers stand for = what their totals charge that are not paid; and each answer that is audited
	/// is the sample of such a total, or one that its client pays for and its batch waits for, or its batch does not
	/// wait any more.
	fn try_samples() -> Result<(), TryRuntimeError> {
		let mut unpaid: BTreeMap<(T::AccountId, T::AccountId), Balance> = BTreeMap::new();
		for (id, _, payout) in Payouts::<T>::iter() {
			let gateway = Batches::<T>::get(id).ok_or("a payout has no batch")?.gateway;
			let amount = payout.amount();
			if amount > 0 {
				let sum = unpaid.entry((gateway, payout.total.provider)).or_default();
				*sum = sum.checked_add(amount).ok_or("more in totals than money")?;
			}
		}
		for (gateway, provider, sum) in Unpaid::<T>::iter() {
			let is_so = unpaid.remove(&(gateway, provider)) == Some(sum);
			ensure!(is_so, "what a provider stands for is not what its totals charge");
		}
		ensure!(unpaid.is_empty(), "a provider does not stand for its totals");
		let mut requests: BTreeMap<BatchId, u32> = BTreeMap::new();
		for (request, sampled) in Sampled::<T>::iter() {
			let SampledAnswer { batch, total, receipt, requested, .. } = sampled;
			ensure!(receipt.request == request, "an answer is audited under another's name");
			if Self::waiting(batch).is_err() {
				continue;
			}
			let payout = Payouts::<T>::get(batch, total).ok_or("a sample has no total")?;
			if requested {
				let count = requests.entry(batch).or_default();
				*count = count.saturating_add(1);
				continue;
			}
			let is_its = payout.sample == Sample::Audited(request);
			ensure!(is_its, "a total does not know its sample");
		}
		for (id, batch) in Batches::<T>::iter() {
			if batch.state != BatchState::Waiting {
				continue;
			}
			let waits_for = batch.samples.map_or(0, |samples| samples.requested);
			let open = requests.remove(&id).unwrap_or_default();
			ensure!(waits_for == open, "a batch does not know how many audits it waits for");
		}
		Ok(())
	}

	/// Held for channels = what is left in them, client by client; and
	/// deposited = paid + refunded + held, for every client, ever.
	fn try_deposits() -> Result<(), TryRuntimeError> {
		let mut open: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		for channel in Channels::<T>::iter_values() {
			let lanes = channel.taken.len() as u32;
			ensure!((1..=MAX_LANES).contains(&lanes), "a channel has no lanes, or too many");
			let held = channel.held();
			let sum = open.entry(channel.client).or_default();
			*sum = sum.checked_add(held).ok_or("more in channels than money")?;
		}
		for (client, ledger) in Ledgers::<T>::iter() {
			let held = T::Currency::balance_on_hold(&HoldReason::Channel.into(), &client);
			let left = open.remove(&client).unwrap_or_default();
			ensure!(held == left, "a client's hold is not what is left in its channels");
			ensure!(ledger.held == left, "a ledger's held is not what is left in channels");
			let out = ledger.paid.checked_add(ledger.refunded).ok_or("more paid than money")?;
			ensure!(
				out.checked_add(ledger.held) == Some(ledger.deposited),
				"deposited is not paid + refunded + held"
			);
		}
		ensure!(open.is_empty(), "a client without a ledger has a channel");
		Ok(())
	}

	/// No channel has paid more than its client has put in, whatever its lanes say; and batches that may
	/// give something back have taken it through lanes, of the client that has it back. Which voucher
	/// covered what was taken is not kept: what is seen of a lane is that it never pays twice.
	fn try_lanes() -> Result<(), TryRuntimeError> {
		let mut ever: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		let mut charged: BTreeMap<ChannelId, Balance> = BTreeMap::new();
		for (_, id, paid) in Contributions::<T>::iter() {
			let sum = charged.entry(id).or_default();
			*sum = sum.checked_add(paid.amount).ok_or("more contributions than money")?;
			let payer = Channels::<T>::get(id).map(|channel| channel.client);
			let whose = payer.is_none_or(|client| client == paid.client);
			ensure!(whose, "a contribution is not its channel's client's");
		}
		for (id, channel) in Channels::<T>::iter() {
			let taken = channel.taken.iter().try_fold(0, |sum: Balance, one| sum.checked_add(*one));
			let taken = taken.ok_or("more is taken than money")?;
			let charged = charged.remove(&id).unwrap_or_default();
			ensure!(charged <= taken, "batches have charged what no lane has paid");
			let put_in = taken.checked_add(channel.held()).ok_or("more in channels than money")?;
			let sum = ever.entry(channel.client).or_default();
			*sum = sum.checked_add(put_in).ok_or("more in channels than money")?;
		}
		for (client, sum) in ever {
			let deposited = Ledgers::<T>::get(client).deposited;
			ensure!(sum <= deposited, "lanes have paid more than was ever put in");
		}
		Ok(())
	}

	/// Held by the till = the sum of escrows, and each escrow is what is to be paid out of it.
	fn try_escrows() -> Result<(), TryRuntimeError> {
		let mut sum: Balance = 0;
		for (id, batch) in Batches::<T>::iter() {
			sum = sum.checked_add(batch.escrow).ok_or("more in batches than money")?;
			Self::try_escrow(id, &batch)?;
		}
		let held = T::Currency::balance_on_hold(&HoldReason::Channel.into(), &Self::till());
		ensure!(held == sum, "the till's hold is not the sum of escrows");
		for (id, _, _) in Payouts::<T>::iter() {
			ensure!(Batches::<T>::contains_key(id), "a payout has no batch");
		}
		for (id, _, _) in Contributions::<T>::iter() {
			ensure!(Batches::<T>::contains_key(id), "a contribution has no batch");
		}
		Ok(())
	}

	fn try_escrow(id: BatchId, batch: &BatchOf<T>) -> Result<(), TryRuntimeError> {
		ensure!(batch.escrow <= batch.root.sum, "a batch has more than it has charged");
		let mut unpaid: Balance = 0;
		let mut struck: Balance = 0;
		let mut payouts = 0u32;
		for payout in Payouts::<T>::iter_prefix_values(id) {
			let sum = payout.total.receipts.sum;
			ensure!(payout.struck <= sum, "more is struck than was charged");
			unpaid = unpaid.checked_add(payout.amount()).ok_or("more unpaid than money")?;
			struck = struck.checked_add(payout.struck).ok_or("more struck than money")?;
			payouts = payouts.saturating_add(1);
		}
		let mut may_return: Balance = 0;
		for paid in Contributions::<T>::iter_prefix_values(id) {
			may_return =
				may_return.checked_add(paid.amount).ok_or("more contributions than money")?;
		}
		match batch.state {
			BatchState::Waiting => {
				ensure!(payouts == batch.root.count, "a total is lost");
				ensure!(unpaid.checked_add(struck) == Some(batch.root.sum), "a sum is lost");
				ensure!(may_return == batch.escrow, "an escrow is not what channels paid");
				ensure!(unpaid <= batch.escrow, "an escrow does not cover what is to be paid");
			},
			BatchState::Paying => {
				let due = batch.for_gateway.checked_add(unpaid);
				ensure!(
					due.is_some_and(|due| due <= batch.escrow),
					"an escrow does not cover its parts"
				);
			},
			BatchState::Returning(_) => {
				ensure!(may_return <= batch.escrow, "an escrow does not cover what comes back");
			},
			BatchState::Settled | BatchState::Rejected(_) => {
				let rest = (batch.escrow, payouts, may_return);
				ensure!(rest == (0, 0, 0), "something is left of a batch that has ended");
			},
		}
		Ok(())
	}

	/// Held for complaints = their deposits, account by account; each is in both lists; and none is
	/// both open and over.
	fn try_complaints() -> Result<(), TryRuntimeError> {
		let mut open: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		let mut count = 0usize;
		for (id, complaint) in Complaints::<T>::iter() {
			let Complaint { gateway, complainer, deposit, .. } = complaint;
			count = count.saturating_add(1);
			ensure!(!Heard::<T>::contains_key(id), "a complaint is open and over");
			ensure!(
				GatewayComplaints::<T>::contains_key(gateway, id)
					&& OwnComplaints::<T>::contains_key(&complainer, id),
				"a list lacks a complaint"
			);
			let sum = open.entry(complainer).or_default();
			*sum = sum.checked_add(deposit).ok_or("more in complaints than money")?;
		}
		let listed = GatewayComplaints::<T>::iter_keys().count();
		ensure!(listed == count, "a gateway's list has a complaint too many");
		let listed = OwnComplaints::<T>::iter_keys().count();
		ensure!(listed == count, "an account's list has a complaint too many");
		for (who, deposits) in open {
			let held = T::Currency::balance_on_hold(&HoldReason::Complaint.into(), &who);
			ensure!(held == deposits, "a hold is not what complaints have as deposits");
		}
		Ok(())
	}

	/// Each closing channel, each batch and each complaint is in the agenda exactly once, and not before the cursor.
	fn try_agenda() -> Result<(), TryRuntimeError> {
		let cursor = AgendaCursor::<T>::get();
		let mut entries = 0usize;
		for (due, entry) in Agenda::<T>::iter_keys() {
			entries = entries.saturating_add(1);
			ensure!(due >= cursor, "an entry of the agenda was passed over");
			let own = match entry {
				Due::Channel(id) => Channels::<T>::get(id).and_then(|channel| channel.closes_at),
				Due::Batch(id) => Batches::<T>::get(id).map(|batch| batch.due),
				Due::Complaint(id) => match Complaints::<T>::get(id) {
					Some(complaint) => Some(complaint.due),
					None => Heard::<T>::get(id),
				},
			};
			ensure!(own == Some(due), "an entry of the agenda is nobody's");
		}
		let closing = Channels::<T>::iter_values().filter(|one| one.closes_at.is_some()).count();
		let expected = closing
			.saturating_add(Batches::<T>::iter_keys().count())
			.saturating_add(Complaints::<T>::iter_keys().count())
			.saturating_add(Heard::<T>::iter_keys().count());
		ensure!(entries == expected, "something is not in the agenda");
		Ok(())
	}

	/// The lists by client and by gateway say the same as the channels.
	fn try_indices() -> Result<(), TryRuntimeError> {
		for (id, channel) in Channels::<T>::iter() {
			let (client, gateway) = (&channel.client, &channel.gateway);
			ensure!(
				ClientChannels::<T>::contains_key(client, id),
				"a client's list lacks a channel"
			);
			ensure!(
				GatewayChannels::<T>::contains_key(gateway, id),
				"a gateway's list lacks a channel"
			);
		}
		let channels = Channels::<T>::iter_keys().count();
		ensure!(
			ClientChannels::<T>::iter_keys().count() == channels,
			"a client's list has a channel too many"
		);
		ensure!(
			GatewayChannels::<T>::iter_keys().count() == channels,
			"a gateway's list has a channel too many"
		);
		Ok(())
	}
}
