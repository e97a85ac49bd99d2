//! Whose worker a key is, as the chain has it: a gateway is not believed in this.

use std::{
	collections::BTreeMap,
	sync::{Mutex, PoisonError},
	time::{Duration, Instant},
};

use futures::future::BoxFuture;
use reckon_primitives::AccountId;
use reckon_sdk::Chain;
use sp_core::sr25519;

/// How long an answer of the node's is good.
const FRESH: Duration = Duration::from_secs(60);
/// The most workers that are remembered.
const MAX_KNOWN: usize = 1_024;

/// Asks a node for a worker's provider.
pub(super) type Ask = Box<
	dyn Fn(sr25519::Public) -> BoxFuture<'static, Result<Option<AccountId>, String>> + Send + Sync,
>;

/// `Providers.Workers`.
pub(super) struct Registry {
	ask: Ask,
	known: Mutex<BTreeMap<sr25519::Public, (Instant, Option<AccountId>)>>,
}

impl Registry {
	pub(super) fn new(ask: Ask) -> Self {
		Self { ask, known: Mutex::default() }
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
		let known = self.known().get(&worker).cloned();
		if known.is_some_and(|(at, of)| at.elapsed() < FRESH && of.as_ref() == Some(provider)) {
			return Ok(true);
		}
		let found = (self.ask)(worker).await?;
		let is_theirs = found.as_ref() == Some(provider);
		let mut known = self.known();
		if known.len() >= MAX_KNOWN {
			known.clear();
		}
		known.insert(worker, (Instant::now(), found));
		Ok(is_theirs)
	}

	fn known(
		&self,
	) -> std::sync::MutexGuard<'_, BTreeMap<sr25519::Public, (Instant, Option<AccountId>)>> {
		self.known.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
