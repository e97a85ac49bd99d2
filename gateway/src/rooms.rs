//! What all rooms share.

use crate::{
	acknowledgements::Fate,
	bulk::{self, Shelf},
	chain::{Chain, ChainError, Listed, Market},
	clock::now_millis,
	desk::{Answering, End, Piece, Refusal},
	dispatch::{is_text, Before, Errand},
	inquiries::Inquiries,
	keys::Keys,
	late::{Brought, Late},
	metrics::Metrics,
	reservation::Channels,
	transcript::Transcript,
	trees::{Tree, Trees},
	workers::Workers,
};
use reckon_gateway_store::{Admission, Record, RequestId, State, Store, StoreError, Times};
use reckon_primitives::{AccountId, ModelId, SubnetId};
use reckon_receipts::{PaidBy, ReceiptFile};
use reckon_sdk::Signer;
use sp_core::{sr25519, H256};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
	time::Duration,
};
use tokio::sync::{watch, Semaphore};

/// Which gateway this is.
#[derive(Clone, Debug)]
pub struct Identity {
	/// Its account.
	pub account: AccountId,
	/// Its subnet.
	pub subnet: SubnetId,
	/// Its chain.
	pub genesis: H256,
}

/// The gateway's bounds.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
	/// Requests that wait for a worker.
	pub queue: usize,
	/// How long one waits for a worker.
	pub queue_for: Duration,
	/// How long one may take, from its first worker on.
	pub answer_within: Duration,
	/// For how long a request that repeats another one gets that one's answer.
	pub repeat_for: Duration,
	/// How long a request that a stop has cut off waits for a worker, and its client may take to ask
	/// again.
	pub return_within: Duration,
	/// What files and bulks may be.
	pub bulk: bulk::Bounds,
}

impl Default for Bounds {
	fn default() -> Self {
		Self {
			queue: 256,
			queue_for: Duration::from_secs(10),
			answer_within: Duration::from_secs(600),
			repeat_for: Duration::from_secs(600),
			return_within: Duration::from_secs(60),
			bulk: bulk::Bounds::default(),
		}
	}
}

/// The gateway behind its doors.
pub struct Rooms {
	/// Which gateway this is.
	pub identity: Identity,
	/// Its bounds.
	pub bounds: Bounds,
	/// Its memory.
	pub store: Arc<dyn Store>,
	/// Its chain.
	pub chain: Arc<dyn Chain>,
	/// Its account's key.
	pub signer: Signer,
	/// What can be asked for, as it was last seen.
	market: RwLock<Arc<Market>>,
	/// Who pays.
	pub channels: Channels,
	/// Who works.
	pub workers: Workers,
	/// Who asks.
	pub keys: Keys,
	/// What workers ask about their receipts.
	pub inquiries: Inquiries,
	/// What is counted.
	pub metrics: Metrics,
	/// Clients' files and bulks.
	pub shelf: Shelf,
	/// Batches of late.
	pub trees: Trees,
	/// Places for requests that wait for a worker.
	pub queue: Arc<Semaphore>,
	running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
	requests: BTreeMap<RequestId, Run>,
	/// What clients that repeat themselves ask.
	repeats: BTreeMap<H256, RequestId>,
}

/// Why channels can't be read.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
	/// The chain does not tell.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The store does not.
	#[error(transparent)]
	Store(#[from] StoreError),
}

struct Run {
	transcript: Arc<Transcript>,
	late: Arc<Late>,
}

impl Rooms {
	/// Empty rooms.
	pub fn new(
		identity: Identity,
		bounds: Bounds,
		store: Arc<dyn Store>,
		chain: Arc<dyn Chain>,
		signer: Signer,
	) -> Arc<Self> {
		Arc::new(Self {
			identity,
			bounds,
			shelf: Shelf::new(store.clone(), bounds.bulk),
			store,
			chain,
			signer,
			market: RwLock::default(),
			channels: Channels::default(),
			workers: Workers::default(),
			keys: Keys::default(),
			inquiries: Inquiries::default(),
			metrics: Metrics::default(),
			trees: Trees::default(),
			queue: Arc::new(Semaphore::new(bounds.queue)),
			running: Mutex::default(),
		})
	}

	/// What can be asked for, as it was last seen.
	pub fn market(&self) -> Arc<Market> {
		self.market.read().unwrap_or_else(PoisonError::into_inner).clone()
	}

	/// A model by its name or id.
	///
	/// # Errors
	/// When there is none: with the names that there are.
	pub fn model(&self, name: &str) -> Result<(ModelId, Listed), Refusal> {
		let market = self.market();
		if let Some((id, listed)) = market.find(name) {
			return Ok((id, listed.clone()));
		}
		let mut known: Vec<_> = market.models.values().map(|listed| listed.name.clone()).collect();
		// The most alike first: those that share the longest beginning or a word.
		let alike = |other: &str| {
			let same = name.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
			let word = name.rsplit('/').next().is_some_and(|word| other.contains(word));
			std::cmp::Reverse(same + if word { 100 } else { 0 })
		};
		known.sort_by_key(|other| alike(other));
		known.truncate(3);
		Err(Refusal::ModelNotFound { name: name.chars().take(128).collect(), known })
	}

	/// The answer to a request that runs, by its id or by what a client repeats.
	pub fn running(&self, id: RequestId, repeat: Option<H256>) -> Option<Arc<Transcript>> {
		let running = self.lock();
		let repeated = repeat.and_then(|repeat| running.repeats.get(&repeat));
		running.requests.get(repeated.unwrap_or(&id)).map(|run| run.transcript.clone())
	}

	/// Reads what can be asked for, as it is in the newest finalized block.
	///
	/// # Errors
	/// When the chain can't be read.
	pub async fn look_at_market(&self) -> Result<(), ChainError> {
		let now = self.chain.market().await?;
		let mut market = self.market.write().unwrap_or_else(PoisonError::into_inner);
		*market = Arc::new(now.after(&market));
		Ok(())
	}

	/// Reads the channels, as they are in the newest finalized block.
	///
	/// # Errors
	/// When the chain or the store can't be read.
	pub async fn look_at_channels(&self) -> Result<(), LookError> {
		let channels = self.chain.channels().await?;
		let mut lanes = BTreeMap::new();
		for channel in self.channels.unknown(channels.keys()) {
			lanes.insert(channel, self.store.lanes(channel).await?);
		}
		self.channels.update(channels, &mut lanes);
		Ok(())
	}

	/// A batch, put together again; `None` when it is not here.
	///
	/// # Errors
	/// When the store can't be read.
	pub async fn tree(&self, root: H256) -> Result<Option<Arc<Tree>>, StoreError> {
		self.trees.of(root, self.store.receipts_of(root)).await
	}

	/// Whether somebody waits for a worker.
	pub fn is_queued(&self) -> bool {
		self.queue.available_permits() < self.bounds.queue
	}

	/// How many requests are under way.
	pub fn count(&self) -> usize {
		self.lock().requests.len()
	}

	/// Lets others find a request's answer; returns where it may be brought to.
	pub fn begin(&self, admission: &Admission, transcript: &Arc<Transcript>) -> Arc<Late> {
		let id = admission.request.hash();
		let mut running = self.lock();
		let late = Arc::<Late>::default();
		running.requests.insert(id, Run { transcript: transcript.clone(), late: late.clone() });
		if let Some(repeat) = admission.repeat {
			running.repeats.insert(repeat, id);
		}
		late
	}

	/// A request has ended.
	pub fn end(&self, admission: &Admission) {
		let id = admission.request.hash();
		let mut running = self.lock();
		running.requests.remove(&id);
		if let Some(repeat) = admission.repeat {
			if running.repeats.get(&repeat) == Some(&id) {
				running.repeats.remove(&repeat);
			}
		}
	}

	/// A receipt as clients keep it.
	pub fn receipt_file(
		&self,
		record: &Admission,
		end: &reckon_gateway_store::Answer,
	) -> ReceiptFile {
		ReceiptFile {
			genesis: self.identity.genesis,
			signed: end.receipt.clone(),
			paid_by: Some(PaidBy {
				signed: record.voucher.clone(),
				session_key: record.session_key,
			}),
			batch: None,
			request: Some(record.request),
		}
	}

	/// The answer to a request that has ended, told anew.
	pub fn told_again(&self, record: &Record) -> Arc<Transcript> {
		let admission = &record.admission;
		let transcript = Transcript::new(admission.request.hash());
		match &record.answer {
			Some(answer) => {
				if is_text(admission) {
					let text = String::from_utf8_lossy(&answer.output).into_owned();
					transcript.push(Piece::Text { text, logprobs: Vec::new() });
				}
				let receipt = self.receipt_file(admission, answer);
				let end = End { answer: answer.clone(), receipt };
				transcript.push(Piece::End(Ok(Arc::new(end))));
			},
			None => transcript.push(Piece::End(Err(Refusal::WorkerLost))),
		}
		transcript
	}

	/// Takes up what a stop has interrupted: what nobody was handed has failed, and what a worker had is
	/// handed out again.
	///
	/// # Errors
	/// When the store can't be used.
	pub async fn take_up(self: &Arc<Self>) -> Result<(), StoreError> {
		// Noted once: more stops do not begin the wait for workers anew.
		self.store.interrupted(now_millis()).await?;
		let bulks = self.store.open_bulks().await?;
		for record in self.store.unfinished().await? {
			let admission = record.admission;
			let id = admission.request.hash();
			let voucher = &admission.voucher.voucher;
			let lane = (voucher.channel, voucher.lane);
			let place = match record.state {
				State::Dispatched => self.channels.resume(lane, id, admission.reserved),
				_ => None,
			};
			let Some(place) = place else {
				tracing::info!(?id, "a request that was not handed out before the stop has failed");
				self.store.fail(id, "gateway_restarted", now_millis()).await?;
				continue;
			};
			let hold = match admission.key {
				Some(key) => self.store.key(key).await?,
				None => None,
			};
			let hold = hold.and_then(|key| self.keys.hold(&key, admission.reserved).ok());
			tracing::info!(?id, worker = ?record.worker, "taking up a request that a worker had");
			let transcript = Transcript::new(id);
			let late = self.begin(&admission, &transcript);
			let mut listener = transcript.listen();
			let is_line = |name| bulks.iter().any(|open| bulk::is_line_of(open.id, name));
			// Its client has lost the connection. One that can ask for it again has time to do so, and a
			// bulk's is asked for whenever its turn comes; for another one what is written is all that can
			// be of use.
			let whole = admission.repeat.is_some_and(is_line);
			if whole {
				tokio::spawn(async move { while listener.next().await.is_some() {} });
			} else if admission.key.is_none() || admission.repeat.is_some() {
				let patience = self.bounds.return_within;
				tokio::spawn(async move {
					tokio::time::sleep(patience).await;
					drop(listener);
				});
			}
			let listed = self.market().models.get(&admission.request.model).cloned();
			let errand = Errand {
				rooms: self.clone(),
				model: listed.map_or_else(String::new, |listed| listed.name),
				logprobs: None,
				whole,
				transcript,
				late,
				leased: watch::Sender::new(false),
				before: Some(self.before(record.worker, &record.times)),
				admission,
			};
			tokio::spawn(errand.run(place, hold, None));
		}
		Ok(())
	}

	/// Who had a request before a stop, and how much time it has left.
	fn before(&self, worker: Option<sr25519::Public>, times: &Times) -> Before {
		let (now, here) = (now_millis(), tokio::time::Instant::now());
		let Bounds { queue_for, answer_within, return_within, .. } = self.bounds;
		let since = |millis: u64| Duration::from_millis(now.saturating_sub(millis));
		let waited = since(times.interrupted.unwrap_or(now));
		let taken = since(times.authorised);
		Before {
			worker,
			until: here + return_within.saturating_sub(waited),
			deadline: here + (queue_for + answer_within).saturating_sub(taken),
		}
	}

	/// A worker brings the end of a request that nobody here hears from it: after a stop, or because the
	/// request was handed to somebody else meanwhile.
	pub async fn late(&self, id: RequestId, brought: Brought) {
		let Brought { worker, finished, .. } = &brought;
		// Looked up again when it has ended between the two.
		for _ in 0..2 {
			match self.fate(id, &finished.receipt).await {
				Ok(Fate::Open) => {},
				Ok(Fate::Taken(receipt, at)) => return self.acknowledge(worker, &receipt, at),
				// Another one's was first, or it has failed or is forgotten: the worker may forget it too.
				Ok(Fate::Declined) => return self.decline(worker, id),
				Err(error) => {
					// It brings all that it has when it joins again.
					tracing::error!(?id, %worker, %error, "cannot look up a late answer");
					return self.workers.expel(worker);
				},
			}
			// Whoever is first is paid.
			if let Some(run) = self.lock().requests.get(&id) {
				return run.late.bring(brought);
			}
		}
		tracing::warn!(?id, %worker, "nobody follows this request: it is taken up at the next start");
	}

	fn lock(&self) -> MutexGuard<'_, Running> {
		self.running.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
