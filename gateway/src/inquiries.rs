//! Workers' inquiries: in which batches their receipts are. For an answer each batch is read and put together
//! again, so a provider has some a minute and no more; what goes beyond costs nothing but the refusal.

use crate::{batches, rooms::Rooms};
use reckon_gateway_protocol::v1::{to_worker, Proofs, Proved};
use reckon_gateway_store::RequestId;
use reckon_primitives::AccountId;
use sp_core::sr25519;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// Batches that one provider's inquiries may take at once, and again each minute. A worker that asks for 64
/// receipts at a time, of which a batch has most, learns of some thirty a second with them.
const BATCHES: u32 = 30;
/// How long it takes until there is another one.
const ONE_IN: Duration = Duration::from_secs(60 / BATCHES as u64);
/// When to ask again after what will have passed soon.
const SOON: Duration = Duration::from_secs(5);
/// Inquiries that are looked into at once, whoever asks: each holds a batch in memory.
const AT_ONCE: usize = 2;
/// From so many providers on, those that have asked nothing lately are forgotten.
const MANY: usize = 1_024;

/// What providers may ask. One worker speaks for a provider at a time, but it may name another as often as
/// it likes: so it is the provider that is counted.
#[derive(Debug)]
pub struct Inquiries {
	budgets: Mutex<BTreeMap<AccountId, Budget>>,
	at_once: Semaphore,
}

#[derive(Debug)]
struct Budget {
	batches: u32,
	/// When the last of them came.
	since: Instant,
	/// Whether an inquiry is under way: the next one waits for it.
	busy: bool,
}

impl Budget {
	fn refill(&mut self, now: Instant) {
		let passed = now.saturating_duration_since(self.since).as_secs() / ONE_IN.as_secs();
		let came = u32::try_from(passed).unwrap_or(u32::MAX).min(BATCHES);
		self.batches = self.batches.saturating_add(came).min(BATCHES);
		self.since = match self.batches {
			BATCHES => now,
			_ => self.since + ONE_IN * came,
		};
	}

	/// How long until there is a batch; nothing when there is one.
	fn wait(&self, now: Instant) -> Duration {
		match self.batches {
			0 => (self.since + ONE_IN).saturating_duration_since(now).max(Duration::from_millis(1)),
			_ => Duration::ZERO,
		}
	}
}

impl Default for Inquiries {
	fn default() -> Self {
		Self { budgets: Mutex::default(), at_once: Semaphore::new(AT_ONCE) }
	}
}

impl Inquiries {
	/// Begins an inquiry: how many batches it may take.
	///
	/// # Errors
	/// When it may take none now: how long to wait.
	pub fn begin(&self, provider: &AccountId, now: Instant) -> Result<u32, Duration> {
		let mut budgets = self.lock();
		if budgets.len() >= MANY {
			budgets.retain(|_, budget| {
				budget.refill(now);
				budget.busy || budget.batches < BATCHES
			});
		}
		let fresh = || Budget { batches: BATCHES, since: now, busy: false };
		let budget = budgets.entry(provider.clone()).or_insert_with(fresh);
		budget.refill(now);
		if budget.busy {
			return Err(SOON);
		}
		if budget.batches == 0 {
			return Err(budget.wait(now));
		}
		budget.busy = true;
		Ok(budget.batches)
	}

	/// Ends an inquiry that has taken so many batches; one at least, since what was asked for was looked
	/// up. Says how long it is until the next one may begin.
	pub fn end(&self, provider: &AccountId, batches: u32, now: Instant) -> Duration {
		let mut budgets = self.lock();
		let Some(budget) = budgets.get_mut(provider) else { return SOON };
		budget.refill(now);
		budget.busy = false;
		budget.batches = budget.batches.saturating_sub(batches.max(1));
		budget.wait(now)
	}

	fn lock(&self) -> MutexGuard<'_, BTreeMap<AccountId, Budget>> {
		self.budgets.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Answers a worker's inquiry, beside its stream: what it writes meanwhile does not wait.
pub fn inquire(
	rooms: &Arc<Rooms>,
	worker: sr25519::Public,
	provider: AccountId,
	requests: Vec<RequestId>,
) {
	let most = match rooms.inquiries.begin(&provider, Instant::now()) {
		Ok(most) => most,
		Err(wait) => return tell(rooms, &worker, Vec::new(), wait),
	};
	let rooms = rooms.clone();
	tokio::spawn(async move {
		let place = rooms.inquiries.at_once.acquire().await;
		let proved = batches::proved(&rooms, &worker, &requests, most).await;
		drop(place);
		let taken = proved.as_ref().map_or(0, |proved| proved.batches);
		let wait = rooms.inquiries.end(&provider, taken, Instant::now());
		match proved {
			Ok(proved) if proved.all => tell(&rooms, &worker, proved.proofs, Duration::ZERO),
			Ok(proved) => tell(&rooms, &worker, proved.proofs, wait.max(SOON)),
			Err(error) => {
				tracing::warn!(%error, %worker, "an inquiry can't be answered");
				tell(&rooms, &worker, Vec::new(), wait.max(SOON));
			},
		}
	});
}

fn tell(rooms: &Rooms, worker: &sr25519::Public, proved: Vec<Proved>, wait: Duration) {
	let retry_after_millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
	let proofs = Proofs { proved, retry_after_millis };
	rooms.workers.tell(worker, to_worker::Message::Proofs(proofs));
}

#[cfg(test)]
mod tests {
	use super::*;

	const ONE: AccountId = AccountId::new([1; 32]);
	const OTHER: AccountId = AccountId::new([2; 32]);

	#[test]
	fn provider_should_have_so_many_batches_a_minute_and_no_more() {
		let inquiries = Inquiries::default();
		let start = Instant::now();
		assert_eq!(inquiries.begin(&ONE, start), Ok(BATCHES));
		assert_eq!(inquiries.begin(&ONE, start), Err(SOON), "one at a time");
		assert_eq!(inquiries.begin(&OTHER, start), Ok(BATCHES), "another's");
		assert_eq!(inquiries.end(&ONE, BATCHES - 1, start), Duration::ZERO);
		// What finds nothing is looked up all the same.
		assert_eq!(inquiries.begin(&ONE, start), Ok(1));
		assert_eq!(inquiries.end(&ONE, 0, start), ONE_IN);
		assert_eq!(inquiries.begin(&ONE, start), Err(ONE_IN));
		let late = start + ONE_IN - Duration::from_millis(10);
		assert_eq!(inquiries.begin(&ONE, late), Err(Duration::from_millis(10)));
		assert_eq!(inquiries.begin(&ONE, start + ONE_IN), Ok(1));
		inquiries.end(&ONE, 1, start + ONE_IN);
		let minute = start + ONE_IN + Duration::from_secs(60);
		assert_eq!(inquiries.begin(&ONE, minute), Ok(BATCHES));
		inquiries.end(&ONE, 1, minute);
		// They do not pile up.
		assert_eq!(inquiries.begin(&ONE, minute + Duration::from_secs(86_400)), Ok(BATCHES));
	}

	#[test]
	fn providers_should_be_forgotten_only_when_they_have_asked_nothing_lately() {
		let inquiries = Inquiries::default();
		let start = Instant::now();
		for nth in 0..MANY {
			let mut bytes = [0; 32];
			bytes[..8].copy_from_slice(&nth.to_le_bytes());
			let provider = AccountId::new(bytes);
			inquiries.begin(&provider, start).unwrap();
			if nth > 0 {
				inquiries.end(&provider, BATCHES, start);
			}
		}
		inquiries.begin(&OTHER, start).unwrap();
		assert_eq!(inquiries.lock().len(), MANY + 1);
		inquiries.begin(&ONE, start + Duration::from_secs(60)).unwrap();
		// The first one and the last one have an inquiry under way.
		assert_eq!(inquiries.lock().len(), 3);
	}
}
