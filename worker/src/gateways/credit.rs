//! How much a worker does for a gateway on its word. Until a receipt is acknowledged nobody answers for it,
//! so only so many may be without; an acknowledged one is kept until it is paid ([`owed`]).
//!
//! What gateways say about receipts is checked here: a word that can't be true ends their stream.

use super::{
	owed::{self, Calendar, Counts, Owed},
	receipts::{Receipts, Unkept},
	refusal::Refusal,
	Traffic,
};
use crate::{journal::now_ms, status::Shared};
use codec::DecodeAll;
use reckon_gateway_protocol::v1;
use reckon_receipts::{SignedAcknowledgement, SignedReceipt};
use reckon_sdk::{AccountId, Reason, H256};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{oneshot, watch};

/// The most requests that one message says something about.
const MOST_SAID: usize = 256;
/// The most receipts that wait for their money, of all gateways: some 700 MB.
const MOST_UNPAID: u64 = 1_000_000;

/// How far gateways are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
	/// Receipts of one gateway that may be without its acknowledgement.
	pub unacknowledged: u32,
	/// Complaints that may be open at once; each has a deposit on hold, which the gateway has if it answers.
	pub complaints: u32,
}

impl Default for Limits {
	fn default() -> Self {
		Self { unacknowledged: 256, complaints: 16 }
	}
}

/// What a gateway says about a receipt that waited for a word.
enum Word {
	/// It has it, and answers for it.
	Taken(Box<Owed>),
	/// Nobody is paid for it, or what was signed for it is worth nothing.
	Declined,
	/// It charges nothing.
	Free,
}

/// The books of what gateways have signed. One for all of them.
pub(super) struct Credit {
	receipts: Receipts,
	genesis: H256,
	limits: Limits,
	shared: Arc<Shared>,
	/// Nothing until the chain has said something.
	calendar: watch::Sender<Option<Calendar>>,
	counts: Mutex<BTreeMap<[u8; 32], Counts>>,
	/// Who waits for a gateway's proofs.
	asked: Mutex<BTreeMap<[u8; 32], oneshot::Sender<v1::Proofs>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Credit {
	pub(super) fn new(
		receipts: Receipts,
		genesis: H256,
		limits: Limits,
		shared: Arc<Shared>,
	) -> Self {
		Self {
			receipts,
			genesis,
			limits,
			shared,
			calendar: watch::Sender::new(None),
			counts: Mutex::default(),
			asked: Mutex::default(),
		}
	}

	pub(super) fn limits(&self) -> Limits {
		self.limits
	}

	pub(super) fn receipts(&self) -> &Receipts {
		&self.receipts
	}

	/// Where the chain is by now.
	pub(super) fn is_now(&self, calendar: Calendar) {
		self.calendar.send_replace(Some(calendar));
	}

	/// What is owed by now.
	pub(super) fn counted(&self, counts: Vec<(AccountId, Counts)>) {
		let counts = counts.into_iter().map(|(gateway, counts)| (gateway.0, counts));
		*locked(&self.counts) = counts.collect();
		self.publish();
	}

	fn publish(&self) {
		let counts = locked(&self.counts).clone();
		self.shared.update(|status| {
			status.unpaid = counts.values().map(|counts| counts.unpaid).sum();
			status.complaints = counts.values().map(|counts| counts.complaints).sum();
			for traffic in status.gateways.values_mut() {
				let known = traffic.account.and_then(|gateway| counts.get(&gateway.0));
				let Counts { unpaid, complaints } = known.copied().unwrap_or_default();
				(traffic.unpaid, traffic.complaints) = (unpaid, complaints);
			}
		});
	}

	/// Whether anything more is computed for a gateway, before what it has is acknowledged and paid.
	///
	/// # Errors
	/// When nothing is: with the reason.
	pub(super) async fn check(&self, url: &str, gateway: AccountId) -> Result<(), Refusal> {
		let (most, ms) = (self.limits.unacknowledged, now_ms());
		let look = move |db: &_| owed::unacknowledged(db, gateway, most.saturating_add(1), ms);
		let unacknowledged = self.receipts.with(look).await;
		let unacknowledged = unacknowledged
			.map_err(|error| Refusal::new(Reason::EngineFailed, error.to_string()))?;
		let (complaints, unpaid) = {
			let counts = locked(&self.counts);
			let open = counts.get(&gateway.0).map_or(0, |counts| counts.complaints);
			(open, counts.values().map(|counts| counts.unpaid).sum::<u64>())
		};
		let why = if unacknowledged > u64::from(most) {
			Some(format!("the gateway has not acknowledged more than {most} receipts"))
		} else if complaints > 0 {
			Some("complaints are open about receipts that the gateway has put into no batch".into())
		} else if unpaid >= MOST_UNPAID {
			Some(format!("{unpaid} receipts wait for their money: the worker keeps no more"))
		} else {
			None
		};
		let mut news = false;
		self.shared.update(|status| {
			let traffic: &mut Traffic = status.gateways.entry(url.to_owned()).or_default();
			traffic.unacknowledged = unacknowledged;
			news = traffic.halted != why;
			traffic.halted.clone_from(&why);
		});
		match why {
			None => {
				if news {
					tracing::info!(gateway = url, "tasks are taken again");
				}
				Ok(())
			},
			Some(why) => {
				if news {
					tracing::warn!(gateway = url, why, "no tasks are taken");
				}
				Err(Refusal::new(Reason::Busy, why))
			},
		}
	}

	/// Takes what a gateway says about receipts.
	///
	/// # Errors
	/// A sentence, when it says what can't be. What is right beside it is taken.
	pub(super) async fn stored(
		&self,
		gateway: AccountId,
		messages: Vec<v1::Stored>,
	) -> Result<(), String> {
		let (mut said, mut requests, mut signed) = (BTreeSet::new(), Vec::new(), Vec::new());
		for v1::Stored { requests: named, mut acknowledgements } in messages {
			if named.len() > MOST_SAID {
				return Err(format!("it has stored more than {MOST_SAID} receipts in one message"));
			}
			// An older gateway signs nothing.
			acknowledgements.resize(named.len(), Vec::new());
			for (request, word) in named.into_iter().zip(acknowledgements) {
				let request = <[u8; 32]>::try_from(request).map_err(|request| {
					format!("a request has 32 bytes, it sent {}", request.len())
				})?;
				// Who says it again has said it.
				if said.insert(request) {
					requests.push(H256(request));
					signed.push(word);
				}
			}
		}
		let look = move |db: &_| {
			let waiting = requests.into_iter().map(|request| owed::unsaid(db, gateway, request));
			waiting.collect::<Result<Vec<_>, _>>()
		};
		let waiting = match self.receipts.with(look).await {
			Ok(waiting) => waiting,
			Err(error) => {
				cannot(&error);
				return Ok(());
			},
		};
		let Some(calendar) = self.calendar().await else { return Ok(()) };
		let (mut words, mut lie) = (Vec::new(), None);
		// What waits no more was said before.
		for (signed, receipt) in waiting.into_iter().zip(signed).filter_map(|(receipt, signed)| {
			let receipt: SignedReceipt<AccountId> = receipt?;
			Some((signed, receipt))
		}) {
			let request = receipt.receipt.request;
			match self.weigh(&calendar, gateway, receipt, &signed) {
				Ok(word) => words.push((request, word)),
				Err(why) => {
					lie.get_or_insert(why);
				},
			}
		}
		let taken = words.iter().filter(|(_, word)| matches!(word, Word::Taken(_))).count();
		let taken = u64::try_from(taken).unwrap_or(u64::MAX);
		let write = move |db: &_| {
			let ms = now_ms();
			words.into_iter().try_for_each(|(request, word)| match word {
				Word::Taken(owed) => owed::acknowledge(db, &owed, &calendar, ms),
				Word::Declined => owed::decline(db, gateway, request, ms),
				Word::Free => owed::free(db, gateway, request, ms),
			})
		};
		match self.receipts.with(write).await {
			Ok(()) if taken > 0 => {
				// They are counted anew now and then.
				let mut counts = locked(&self.counts);
				let counts = counts.entry(gateway.0).or_default();
				counts.unpaid = counts.unpaid.saturating_add(taken);
			},
			Ok(()) => {},
			Err(error) => cannot(&error),
		}
		self.publish();
		lie.map_or(Ok(()), Err)
	}

	/// The calendar, as soon as there is one.
	async fn calendar(&self) -> Option<Calendar> {
		let mut calendar = self.calendar.subscribe();
		let known = calendar.wait_for(Option::is_some).await;
		known.ok().and_then(|calendar| *calendar)
	}

	/// What a gateway's word is worth.
	fn weigh(
		&self,
		calendar: &Calendar,
		gateway: AccountId,
		receipt: SignedReceipt<AccountId>,
		signed: &[u8],
	) -> Result<Word, String> {
		if receipt.receipt.charge == 0 {
			return Ok(Word::Free);
		}
		if signed.is_empty() {
			tracing::debug!(request = ?receipt.receipt.request, "nobody is paid for it");
			return Ok(Word::Declined);
		}
		let acknowledged = SignedAcknowledgement::decode_all(&mut &*signed)
			.map_err(|error| format!("an acknowledgement can't be read: {error}"))?;
		let taken_at = acknowledged.acknowledgement.taken_at;
		if acknowledged.acknowledgement.receipt != receipt.leaf().hash {
			return Err("it has acknowledged another receipt than it was given".into());
		}
		if !acknowledged.verify(&self.genesis, &gateway.0.into()) {
			return Err("it has not signed its acknowledgement".into());
		}
		if !calendar.is_worth(taken_at) {
			let request = receipt.receipt.request;
			tracing::warn!(?request, taken_at, now = calendar.now, "acknowledged for nothing");
			return Ok(Word::Declined);
		}
		Ok(Word::Taken(Box::new(Owed { signed: receipt, acknowledged })))
	}

	/// Somebody waits for a gateway's next proofs.
	pub(super) fn expect(&self, gateway: AccountId) -> oneshot::Receiver<v1::Proofs> {
		let (sender, proofs) = oneshot::channel();
		locked(&self.asked).insert(gateway.0, sender);
		proofs
	}

	/// A gateway sends proofs. Those that nobody has asked for are nothing.
	pub(super) fn proofs(&self, gateway: AccountId, proofs: v1::Proofs) {
		let asked = locked(&self.asked).remove(&gateway.0);
		if let Some(asked) = asked {
			let _ = asked.send(proofs);
		}
	}
}

/// The word waits: the receipt is sent again, and the gateway says it again.
fn cannot(error: &Unkept) {
	tracing::error!(%error, "what a gateway has said of receipts can't be kept");
}
