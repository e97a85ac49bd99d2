//! What all rooms share.

use crate::{
	chain::{Chain, Listed, Market},
	desk::{End, Piece, Refusal},
	finalisation, join,
	keys::Keys,
	metrics::Metrics,
	reservation::{Channels, Reservation},
	transcript::Transcript,
	workers::Workers,
};
use reckon_gateway_protocol::v1::Finished;
use reckon_gateway_store::{Admission, Record, RequestId, State, Store};
use reckon_primitives::{AccountId, ModelId, SubnetId};
use reckon_receipts::{PaidBy, ReceiptFile};
use sp_core::{sr25519, H256};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
	time::Duration,
};
use tokio::sync::Semaphore;

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
	/// How long a worker that was lost has to come back, of requests that a restart has interrupted.
	pub return_within: Duration,
}

impl Default for Bounds {
	fn default() -> Self {
		Self {
			queue: 256,
			queue_for: Duration::from_secs(10),
			answer_within: Duration::from_secs(600),
			repeat_for: Duration::from_secs(600),
			return_within: Duration::from_secs(60),
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
	/// What can be asked for.
	pub market: RwLock<Arc<Market>>,
	/// Who pays.
	pub channels: Channels,
	/// Who works.
	pub workers: Workers,
	/// Who asks.
	pub keys: Keys,
	/// What is counted.
	pub metrics: Metrics,
	/// Places for requests that wait for a worker.
	pub queue: Arc<Semaphore>,
	running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
	requests: BTreeMap<RequestId, Arc<Transcript>>,
	/// What clients that repeat themselves ask.
	repeats: BTreeMap<H256, RequestId>,
	/// Requests that a restart has interrupted: their worker may still bring the answer.
	interrupted: BTreeMap<RequestId, Reservation>,
}

impl Rooms {
	/// Empty rooms.
	pub fn new(
		identity: Identity,
		bounds: Bounds,
		store: Arc<dyn Store>,
		chain: Arc<dyn Chain>,
	) -> Arc<Self> {
		Arc::new(Self {
			identity,
			bounds,
			store,
			chain,
			market: RwLock::default(),
			channels: Channels::default(),
			workers: Workers::default(),
			keys: Keys::default(),
			metrics: Metrics::default(),
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
		running.requests.get(repeated.unwrap_or(&id)).cloned()
	}

	/// How many requests are under way.
	pub fn count(&self) -> usize {
		self.lock().requests.len()
	}

	/// Lets others find a request's answer.
	pub fn begin(&self, admission: &Admission, transcript: &Arc<Transcript>) {
		let id = admission.request.hash();
		let mut running = self.lock();
		running.requests.insert(id, transcript.clone());
		if let Some(repeat) = admission.repeat {
			running.repeats.insert(repeat, id);
		}
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
		}
	}

	/// The answer to a request that has ended, told anew.
	pub fn told_again(&self, record: &Record) -> Arc<Transcript> {
		let admission = &record.admission;
		let transcript = Transcript::new(admission.request.hash());
		match &record.answer {
			Some(answer) => {
				if admission.request.task != reckon_primitives::TaskKind::Embed {
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

	/// Takes up what a stop has interrupted: what nobody was handed has failed, and what a worker has
	/// keeps its money reserved until the worker is back, for a while.
	///
	/// # Errors
	/// When the store can't be used.
	pub async fn take_up(self: &Arc<Self>) -> Result<(), reckon_gateway_store::StoreError> {
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
				self.store.fail(id, "gateway_restarted", crate::clock::now_millis()).await?;
				continue;
			};
			tracing::info!(?id, worker = ?record.worker, "waiting for the worker of a request");
			let transcript = Transcript::new(id);
			self.begin(&admission, &transcript);
			self.lock().interrupted.insert(id, place);
			let (rooms, patience) = (self.clone(), self.bounds.return_within);
			tokio::spawn(async move {
				tokio::time::sleep(patience).await;
				if rooms.lock().interrupted.remove(&id).is_none() {
					return;
				}
				let failed = rooms.store.fail(id, "worker_lost", crate::clock::now_millis()).await;
				if let Err(error) = failed {
					tracing::error!(?id, %error, "cannot note that a request has failed");
				}
				transcript.push(Piece::End(Err(Refusal::WorkerLost)));
				rooms.end(&admission);
			});
		}
		Ok(())
	}

	/// A worker brings the end of a request that nobody here follows: after a restart, or because it
	/// was handed to somebody else meanwhile.
	pub async fn late(
		self: &Arc<Self>,
		worker: sr25519::Public,
		id: RequestId,
		finished: Finished,
	) {
		let record = match self.store.request(id).await {
			Ok(record) => record,
			Err(error) => return tracing::error!(?id, %error, "cannot look up a late answer"),
		};
		let Some(record) = record.filter(|record| record.answer.is_none()) else {
			// Paid, or forgotten: the worker may forget it too.
			return self.workers.tell(&worker, join::stored(id));
		};
		if matches!(record.state, State::Failed(_)) {
			tracing::warn!(?id, %worker, "an answer came after its request had failed: not paid");
			return self.workers.tell(&worker, join::stored(id));
		}
		let Some(place) = self.lock().interrupted.remove(&id) else {
			// It is with another worker now. Whoever is first is paid; this one will ask again.
			return;
		};
		let admission = record.admission;
		let transcript = self.running(id, None);
		match finalisation::check(&self.identity, &admission, &worker, &finished) {
			Ok(answer) => {
				let ended = finalisation::end(self, &admission, place, None, answer).await;
				if ended.is_ok() {
					self.workers.tell(&worker, join::stored(id));
				}
				if let Some(transcript) = transcript {
					if let Ok(end) = &ended {
						if admission.request.task != reckon_primitives::TaskKind::Embed {
							let text = String::from_utf8_lossy(&end.answer.output).into_owned();
							transcript.push(Piece::Text { text, logprobs: Vec::new() });
						}
					}
					transcript.push(Piece::End(ended));
				}
			},
			Err(lie) => {
				tracing::warn!(?id, %worker, %lie, "a late answer is not taken");
				self.workers.expel(&worker);
				drop(place);
				let _ = self.store.fail(id, "worker_lied", crate::clock::now_millis()).await;
				if let Some(transcript) = transcript {
					transcript.push(Piece::End(Err(Refusal::WorkerLost)));
				}
			},
		}
		self.end(&admission);
	}

	fn lock(&self) -> MutexGuard<'_, Running> {
		self.running.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
