//! Gateways bring work that is paid in channels, beside the chain's jobs. The worker dials them, so it
//! needs no open port; it may have several.
//!
//! * a request is computed once, whatever gateways say, and an answer and its receipt are in the journal
//!   before anybody sees them ([`receipts`]);
//! * what an answer was computed with is kept for as long as it may be drawn out of its batch to be audited
//!   ([`vault`]);
//! * nothing is computed that is not paid for: the voucher, its channel and the provider's own price are
//!   looked at first, on chain ([`ledger`]);
//! * a gateway signs for each receipt that it has. So many may be without, and what is signed for and in no
//!   batch is complained about ([`owed`], [`court`]);
//! * chain and gateways share the engines, their places and their memory: a full queue is [`Busy`] to both.
//!
//! [`Busy`]: reckon_sdk::Reason::Busy

mod complaints;
pub mod court;
mod credit;
mod desk;
pub mod ledger;
mod order;
pub mod owed;
pub mod receipts;
mod refusal;
mod session;
mod standing;
pub mod vault;

pub use self::{credit::Limits, refusal::Refusal, session::SessionError};

use self::{
	court::Court, credit::Credit, desk::Desk, ledger::Ledger, receipts::Receipts, vault::Vault,
};
use crate::{schedulers::Schedulers, secret, status::Shared};
use reckon_primitives::ModelId;
use reckon_sdk::{AccountId, Signer, SubnetId, H256};
use serde::Serialize;
use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::Instant};
use tonic::transport::Endpoint;

/// The pauses before a gateway is dialled again: the first, doubled each time, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After a stream that was up for so long the first pause is taken again.
const GOOD: Duration = Duration::from_secs(10);
/// How long the last answers may take to be stored when the worker stops.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A gateway, as the worker's status shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
	/// Whether it has taken the worker, and the stream is up.
	pub joined: bool,
	/// Its account, once it was joined.
	pub account: Option<AccountId>,
	/// Its subnet.
	pub subnet: Option<SubnetId>,
	/// Why it is not joined.
	pub why_not: Option<String>,
	/// Requests that were answered and charged, since the worker started.
	pub answered: u64,
	/// Requests that were refused.
	pub refused: u64,
	/// Tokens read and charged.
	pub units_in: u64,
	/// Tokens written and charged.
	pub units_out: u64,
	/// Receipts that it has not acknowledged, when its last task came.
	pub unacknowledged: u64,
	/// Receipts that it has acknowledged, and that are not paid yet.
	pub unpaid: u64,
	/// Complaints about it that are not through.
	pub complaints: u64,
	/// Why its tasks are refused, when it has not done what it should.
	pub halted: Option<String>,
	/// Models that it asks for nothing of, and why.
	pub unasked: BTreeMap<ModelId, String>,
}

/// All that work for gateways takes.
pub struct Parts<L, C> {
	/// The chain.
	pub ledger: L,
	/// The chain, for complaints.
	pub court: C,
	/// How far gateways are trusted.
	pub limits: Limits,
	/// The models in memory, which the chain's jobs use as well.
	pub schedulers: Arc<Schedulers>,
	/// The journal.
	pub receipts: Receipts,
	/// What answers that may be audited were computed with.
	pub vault: Vault,
	/// The worker's hot key.
	pub signer: Signer,
	/// What the endpoint shows.
	pub shared: Arc<Shared>,
	/// How long running tasks may take after the worker was asked to stop.
	pub drain: Duration,
}

/// The gateways that a worker joins.
pub struct Gateways {
	endpoints: Vec<(Arc<str>, Endpoint)>,
}

/// An address that is none.
#[derive(Debug, thiserror::Error)]
#[error(
	"'{url}' is no gateway's address, such as http://127.0.0.1:8001: {}",
	session::cause(.source)
)]
pub struct BadAddress {
	url: String,
	source: tonic::transport::Error,
}

impl Gateways {
	/// The gateways at these addresses: `http://` or `https://`, host and port of their gRPC door.
	///
	/// # Errors
	/// When one is no address.
	pub fn new(urls: &[String]) -> Result<Self, BadAddress> {
		let endpoints = urls.iter().map(|url| match session::endpoint(url) {
			Ok(endpoint) => Ok((Arc::from(url.as_str()), endpoint)),
			Err(source) => Err(BadAddress { url: url.clone(), source }),
		});
		Ok(Self { endpoints: endpoints.collect::<Result<_, _>>()? })
	}

	/// Asks each of them who it is, one after the other, without joining it. `genesis` names the worker's
	/// chain.
	pub async fn whose(&self, genesis: H256) -> Vec<(Arc<str>, Result<AccountId, SessionError>)> {
		let mut said = Vec::new();
		for (url, endpoint) in &self.endpoints {
			said.push((url.clone(), session::whose(endpoint, genesis).await));
		}
		said
	}

	/// Works for all of them until `stop` is done and the tasks under way have ended.
	pub async fn run<L: Ledger, C: Court>(
		self,
		parts: Parts<L, C>,
		stop: impl Future<Output = ()> + Send,
	) {
		let Parts { ledger, court, limits, schedulers, receipts, vault, signer, shared, drain } =
			parts;
		let credit = Credit::new(receipts.clone(), ledger.genesis(), limits, shared.clone());
		let credit = Arc::new(credit);
		let desk = Arc::new(Desk::new(ledger, schedulers, receipts, vault, credit, signer, shared));
		let mut streams = JoinSet::new();
		streams.spawn(complaints::run(desk.clone(), court));
		for (url, endpoint) in self.endpoints {
			streams.spawn(keep_joined(desk.clone(), url, endpoint));
		}
		stop.await;
		desk.drain();
		if tokio::time::timeout(drain, desk.idle()).await.is_err() {
			tracing::warn!("stopping with gateways' tasks under way: they are not charged");
		}
		// What is not stored by then is sent again at the next start.
		let _ = tokio::time::timeout(LAST_WORDS, desk.all_stored()).await;
	}
}

/// Joins a gateway again and again.
async fn keep_joined<L: Ledger>(desk: Arc<Desk<L>>, url: Arc<str>, endpoint: Endpoint) {
	let note = |change: &dyn Fn(&mut Traffic)| {
		desk.shared().update(|status| change(status.gateways.entry(url.to_string()).or_default()));
	};
	let mut pause = FIRST_PAUSE;
	loop {
		let mut since = None;
		let ended = session::join(&desk, &url, &endpoint, |account, subnet| {
			tracing::info!(gateway = %url, %account, subnet, "joined");
			since = Some(Instant::now());
			note(&|traffic| {
				traffic.joined = true;
				(traffic.account, traffic.subnet) = (Some(account), Some(subnet));
				traffic.why_not = None;
			});
		});
		let Err(error) = ended.await;
		let why = error.to_string();
		note(&|traffic| {
			traffic.joined = false;
			// What it thinks of the next stream it says anew.
			traffic.unasked.clear();
			traffic.why_not = Some(why.clone());
		});
		if since.is_some_and(|since| since.elapsed() >= GOOD) {
			pause = FIRST_PAUSE;
		}
		tracing::warn!(gateway = %url, why, millis = pause.as_millis(), "not joined, trying again");
		tokio::time::sleep(jittered(pause)).await;
		pause = (pause * 2).min(LONGEST_PAUSE);
	}
}

/// Between a half and the whole of a pause: workers that lost one gateway do not all come back at once.
fn jittered(pause: Duration) -> Duration {
	let part = secret::random().map_or(u8::MAX, |[first, ..]| first);
	pause / 2 + (pause / 2).mul_f64(f64::from(part) / f64::from(u8::MAX))
}
