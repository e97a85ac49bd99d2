//! What a worker asks the chain before it works for a gateway.

use super::refusal::Refusal;
use crate::chain::ChainError;
use reckon_sdk::{
	AccountId, Chain, Channel, ChannelId, GatewayStatus, ModelId, Price, Reason, SubnetId, H256,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	future::Future,
	sync::{Mutex, PoisonError},
	time::Duration,
};
use tokio::time::Instant;

/// How long an answer of the chain is good.
const FRESH: Duration = Duration::from_secs(30);
/// An answer that does not suffice is asked for anew, but not more often than this.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How long the chain may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most channels that are remembered.
const MAX_CHANNELS: usize = 10_000;

/// On what terms a worker works for a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
	/// The gateway's subnet.
	pub subnet: SubnetId,
	/// The provider that names the worker's key, if one does.
	pub provider: Option<AccountId>,
	/// What that provider asks for in the subnet, by model.
	pub offers: BTreeMap<ModelId, Price>,
	/// Those of these models whose answers may be audited: receipts commit to them.
	pub audited: BTreeSet<ModelId>,
}

/// The chain, as far as gateways are concerned.
pub trait Ledger: Send + Sync + 'static {
	/// The chain's name.
	fn genesis(&self) -> H256;

	/// The terms at a gateway; `None` when the account is no gateway, or leaves.
	fn terms(
		&self,
		gateway: AccountId,
	) -> impl Future<Output = Result<Option<Terms>, ChainError>> + Send;

	/// An open channel.
	fn channel(
		&self,
		id: ChannelId,
	) -> impl Future<Output = Result<Option<Channel>, ChainError>> + Send;
}

/// The real chain, at its best block.
#[derive(Clone, Debug)]
pub struct ChainLedger {
	chain: Chain,
	worker: AccountId,
}

impl ChainLedger {
	/// The chain as a worker's key sees it.
	pub fn new(chain: Chain, worker: AccountId) -> Self {
		Self { chain, worker }
	}
}

impl Ledger for ChainLedger {
	fn genesis(&self) -> H256 {
		self.chain.info().genesis
	}

	async fn terms(&self, gateway: AccountId) -> Result<Option<Terms>, ChainError> {
		let at = self.chain.latest().await?;
		let Some(gateway) = at.gateway(&gateway).await? else { return Ok(None) };
		if gateway.status != GatewayStatus::Active {
			return Ok(None);
		}
		let provider = at.provider_of(&self.worker).await?;
		let offers = match &provider {
			Some(provider) => at.offers_of(provider).await?,
			None => Vec::new(),
		};
		let here = offers.into_iter().filter(|(market, ..)| market.subnet == gateway.subnet);
		let offers: BTreeMap<_, _> = here.map(|(market, price, _)| (market.model, price)).collect();
		let mut audited = BTreeSet::new();
		for model in offers.keys() {
			// Only answers of models whose owners have said how far honest ones lie apart are audited.
			let details = at.model(*model).await?.map(|model| model.details);
			if details.is_some_and(|details| details.calibration.is_some()) {
				audited.insert(*model);
			}
		}
		Ok(Some(Terms { subnet: gateway.subnet, provider, offers, audited }))
	}

	async fn channel(&self, id: ChannelId) -> Result<Option<Channel>, ChainError> {
		self.chain.latest().await?.channel(id).await
	}
}

/// A ledger that is not asked the same twice within [`FRESH`], unless what it said does not suffice.
pub(super) struct Books<L> {
	ledger: L,
	terms: Mutex<BTreeMap<[u8; 32], (Instant, Terms)>>,
	channels: Mutex<BTreeMap<ChannelId, (Instant, Channel)>>,
}

impl<L: Ledger> Books<L> {
	pub(super) fn new(ledger: L) -> Self {
		Self { ledger, terms: Mutex::default(), channels: Mutex::default() }
	}

	pub(super) fn genesis(&self) -> H256 {
		self.ledger.genesis()
	}

	/// What the terms at a gateway say about something; `None` when it is no gateway.
	pub(super) async fn terms<T>(
		&self,
		gateway: AccountId,
		read: impl Fn(&Terms) -> Result<T, Refusal> + Send,
	) -> Result<T, Refusal> {
		consult(&self.terms, gateway.0, self.ledger.terms(gateway), read, || {
			let why = "the chain knows no such gateway, or it leaves";
			Refusal::new(Reason::NotRegistered, why)
		})
		.await
	}

	/// What a channel's record says about something.
	pub(super) async fn channel<T>(
		&self,
		id: ChannelId,
		read: impl Fn(&Channel) -> Result<T, Refusal> + Send,
	) -> Result<T, Refusal> {
		consult(&self.channels, id, self.ledger.channel(id), read, || {
			// It may be so new that this worker's node has not heard of it.
			let text = format!("the worker's chain has no open channel {id:?}");
			Refusal::new(Reason::Busy, text)
		})
		.await
	}
}

/// Reads what is remembered; asks when that is nothing, old or does not suffice.
async fn consult<K: Copy + Ord, V: Clone, T>(
	remembered: &Mutex<BTreeMap<K, (Instant, V)>>,
	key: K,
	ask: impl Future<Output = Result<Option<V>, ChainError>> + Send,
	read: impl Fn(&V) -> Result<T, Refusal> + Send,
	unknown: impl FnOnce() -> Refusal + Send,
) -> Result<T, Refusal> {
	let known = {
		let remembered = remembered.lock().unwrap_or_else(PoisonError::into_inner);
		remembered.get(&key).cloned()
	};
	if let Some((at, value)) = known.filter(|(at, _)| at.elapsed() < FRESH) {
		match read(&value) {
			Err(refusal) if at.elapsed() < ASK_AGAIN => return Err(refusal),
			Err(_) => {},
			read => return read,
		}
	}
	let away = |why: String| {
		let why = format!("the worker can't ask its chain: {why}");
		Refusal::new(Reason::Busy, why)
	};
	let value = match tokio::time::timeout(PATIENCE, ask).await {
		Err(_) => return Err(away("no answer in time".into())),
		Ok(Err(error)) => return Err(away(error.to_string())),
		Ok(Ok(value)) => value,
	};
	let mut remembered = remembered.lock().unwrap_or_else(PoisonError::into_inner);
	let Some(value) = value else {
		remembered.remove(&key);
		return Err(unknown());
	};
	if remembered.len() >= MAX_CHANNELS {
		remembered.retain(|_, (at, _)| at.elapsed() < FRESH);
	}
	if remembered.len() < MAX_CHANNELS {
		remembered.insert(key, (Instant::now(), value.clone()));
	}
	drop(remembered);
	read(&value)
}
