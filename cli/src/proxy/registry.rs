//! Whose worker a key is, as the chain has it: a gateway is not believed in this.

use std::{
	collections::BTreeMap,
	sync::{Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};

use futures::future::BoxFuture;
use reckon_primitives::AccountId;
use reckon_sdk::Chain;
use sp_core::sr25519;
use tokio::time::timeout;

/// How long an answer of the node's is good.
const FRESH: Duration = Duration::from_secs(60);
/// How long a node has for an answer, and how long one that had none is not asked again.
const ASK_WITHIN: Duration = Duration::from_secs(5);
const REST: Duration = Duration::from_secs(15);
/// The most workers that are remembered.
const MAX_KNOWN: usize = 1_024;

/// Asks a node for a worker's provider.
pub(super) type Ask = Box<
	dyn Fn(sr25519::Public) -> BoxFuture<'static, Result<Option<AccountId>, String>> + Send + Sync,
>;

/// `Providers.Workers`.
pub(super) struct Registry {
	ask: Ask,
	heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
	known: BTreeMap<sr25519::Public, (Instant, Option<AccountId>)>,
	/// When the node did not answer, and why.
	away: Option<(Instant, String)>,
}

impl Registry {
	pub(super) fn new(ask: Ask) -> Self {
		Self { ask, heard: Mutex::default() }
	}

	/// At the newest block that a node has.
	pub(super) fn of(chain: Chain) -> Self {
		Self::new(Box::new(move |worker| {
			let chain = chain.clone();
			Box::pin(async move {
				let at = chain.latest().await.map_err(|error| error.to_string())?;
				let found = at.provider_of(&reckon_sdk::AccountId(worker.0)).await;
				let found = found.map_err(|error| error.to_string())?;
				Ok(found.map(|provider| AccountId::from(provider.0)))
			})
		}))
	}

	/// Whether a provider has this worker. What was heard a moment ago is believed when it says yes.
	///
	/// # Errors
	/// When no node answers.
	pub(super) async fn is_of(
		&self,
		worker: sr25519::Public,
		provider: &AccountId,
	) -> Result<bool, String> {
		{
			let heard = self.heard();
			let known = heard.known.get(&worker);
			if known.is_some_and(|(at, of)| at.elapsed() < FRESH && of.as_ref() == Some(provider)) {
				return Ok(true);
			}
			// Or each answer would wait for a node that is gone.
			if let Some((_, why)) = heard.away.as_ref().filter(|(at, _)| at.elapsed() < REST) {
				return Err(why.clone());
			}
		}
		let asked = timeout(ASK_WITHIN, (self.ask)(worker)).await;
		let found = asked.unwrap_or_else(|_| Err("it does not answer".into()));
		let mut heard = self.heard();
		heard.away = found.as_ref().err().map(|why| (Instant::now(), why.clone()));
		let found = found?;
		let is_theirs = found.as_ref() == Some(provider);
		if heard.known.len() >= MAX_KNOWN {
			heard.known.clear();
		}
		heard.known.insert(worker, (Instant::now(), found));
		Ok(is_theirs)
	}

	fn heard(&self) -> MutexGuard<'_, Heard> {
		self.heard.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	};

	#[tokio::test]
	async fn node_should_be_asked_again_when_it_has_not_said_yes() {
		let asked = Arc::new(AtomicUsize::new(0));
		let count = asked.clone();
		let (worker, us) = (sr25519::Public::from_raw([1; 32]), AccountId::from([2; 32]));
		let theirs = us.clone();
		let registry = Registry::new(Box::new(move |_| {
			let (nth, theirs) = (count.fetch_add(1, Ordering::SeqCst), theirs.clone());
			Box::pin(async move {
				match nth {
					0 => Ok(None),
					1 => Ok(Some(theirs)),
					_ => Err("gone".into()),
				}
			})
		}));
		assert_eq!(registry.is_of(worker, &us).await, Ok(false));
		for _ in 0..3 {
			assert_eq!(registry.is_of(worker, &us).await, Ok(true));
		}
		assert_eq!(asked.load(Ordering::SeqCst), 2);
		// One that does not answer is let alone for a while.
		for _ in 0..3 {
			assert_eq!(registry.is_of(worker, &AccountId::from([3; 32])).await, Err("gone".into()));
		}
		assert_eq!(asked.load(Ordering::SeqCst), 3);
		assert_eq!(registry.is_of(worker, &us).await, Ok(true));
	}
}
