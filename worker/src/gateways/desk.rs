//! A task's way through the worker, whichever gateway brings it: looked at, computed beside the chain's
//! jobs, told as it is written, signed for, kept, handed over.

use super::{
	credit::Credit,
	ledger::{Books, Ledger},
	order::{Order, Pay, Work},
	receipts::Receipts,
	refusal::Refusal,
	vault::{Exchange, Vault},
	Traffic,
};
use crate::{
	clock,
	compute::{is_empty, most_rows, vectors_fit},
	fault,
	schedulers::Schedulers,
	status::Shared,
};
use codec::Encode;
use prost::Message;
use reckon_engine::{
	encode_output, Cancel, Event, FinishReason, Likely, Output, Request as EngineRequest,
	Reservation, Scheduler,
};
use reckon_gateway_protocol::{
	lease_payload,
	v1::{self, from_worker, FromWorker},
	MAX_MESSAGE_BYTES,
};
use reckon_primitives::{ContentRef, Units};
use reckon_receipts::{charge, Receipt, SignedReceipt};
use reckon_sdk::{AccountId, Reason, Signer, H256};
use reckon_sealed::{Keyring, Opened, Sealer, SignedWorkerKey};
use reckon_verification::Evidence;
use std::{
	collections::BTreeMap,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
	time::Duration,
};
use tokio::{
	sync::{mpsc, watch},
	time::Instant,
};

/// The most tasks at once, those that are only looked at included.
const MAX_TASKS: usize = 4_096;
/// The most bytes of their payloads together: 256 MiB.
const MAX_BYTES: usize = 256 << 20;
/// The longest answer in bytes: what is around it fits into the message as well.
const MAX_ANSWER_BYTES: usize = MAX_MESSAGE_BYTES - (64 << 10);
/// And before it is sealed, which makes three bytes four.
const MAX_SEALED_BYTES: usize = MAX_ANSWER_BYTES / 4 * 3 - 1_024;
/// How long a task goes on for a gateway that has gone away. One that comes back gets all of it.
const ORPHANED: Duration = Duration::from_secs(30);
/// How often it is looked whether answers are stored.
const POLL: Duration = Duration::from_millis(20);
/// How long a lease waits for a gateway that reads slowly.
const LEASED: Duration = Duration::from_secs(1);
/// How long an engine that was cancelled may take for what it has in hand: one token, as a rule.
const LEFT_OVER: Duration = Duration::from_secs(30);
/// How long a message waits for a gateway that reads slowly.
const SLOW: Duration = Duration::from_secs(30);

/// Where messages to a gateway go.
pub(super) type Outbox = mpsc::Sender<FromWorker>;

/// A gateway that this worker has joined.
#[derive(Clone)]
pub(super) struct Host {
	pub(super) url: Arc<str>,
	pub(super) account: AccountId,
	pub(super) outbox: Outbox,
}

/// What a gateway says about a task that it has brought.
enum Word {
	/// The same again: its stream is a new one, perhaps.
	Again(Outbox),
	/// Nobody waits any more.
	Cancel,
}

/// A task that was taken and has not ended.
struct InHand {
	gateway: AccountId,
	words: mpsc::UnboundedSender<Word>,
	/// The payload's length.
	bytes: usize,
}

/// The tasks in hand, by the request's hash, so that none is computed twice.
#[derive(Default)]
struct Hands {
	tasks: BTreeMap<H256, InHand>,
	/// All payloads together.
	bytes: usize,
}

impl Hands {
	fn take(&mut self, request: H256, task: InHand) {
		self.bytes = self.bytes.saturating_add(task.bytes);
		self.tasks.insert(request, task);
	}

	fn release(&mut self, request: H256) {
		if let Some(task) = self.tasks.remove(&request) {
			self.bytes = self.bytes.saturating_sub(task.bytes);
		}
	}

	fn are_full(&self, bytes: usize) -> bool {
		self.tasks.len() >= MAX_TASKS || self.bytes.saturating_add(bytes) > MAX_BYTES
	}
}

/// All that tasks need. One for all gateways.
pub(super) struct Desk<L> {
	books: Books<L>,
	schedulers: Arc<Schedulers>,
	receipts: Receipts,
	vault: Vault,
	credit: Arc<Credit>,
	signer: Signer,
	/// What clients seal requests to.
	keys: Mutex<(Keyring, SignedWorkerKey)>,
	shared: Arc<Shared>,
	in_hand: Mutex<Hands>,
	/// The newest stream of each gateway.
	outboxes: Mutex<BTreeMap<[u8; 32], Outbox>>,
	draining: AtomicBool,
	/// How many tasks are on their way.
	serving: watch::Sender<usize>,
}

/// Ends a computation when nobody needs it any more.
struct Computing(Cancel);

impl Drop for Computing {
	fn drop(&mut self) {
		self.0.cancel();
	}
}

/// Counts a task while it lives.
struct Counted<L>(Arc<Desk<L>>);

impl<L> Drop for Counted<L> {
	fn drop(&mut self) {
		self.0.serving.send_modify(|count| *count = count.saturating_sub(1));
	}
}

/// Keeps a request from being taken twice.
struct Held<'a, L>(&'a Desk<L>, H256);

impl<L> Drop for Held<'_, L> {
	fn drop(&mut self) {
		locked(&self.0.in_hand).release(self.1);
	}
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<L: Ledger> Desk<L> {
	pub(super) fn new(
		ledger: L,
		schedulers: Arc<Schedulers>,
		receipts: Receipts,
		vault: Vault,
		credit: Arc<Credit>,
		signer: Signer,
		shared: Arc<Shared>,
	) -> Self {
		let books = Books::new(ledger);
		let keyring = Keyring::new(clock::now_millis());
		let signed = signed_key(&keyring, &signer, &books.genesis());
		Self {
			books,
			schedulers,
			receipts,
			vault,
			credit,
			signer,
			keys: Mutex::new((keyring, signed)),
			shared,
			in_hand: Mutex::default(),
			outboxes: Mutex::default(),
			draining: AtomicBool::new(false),
			serving: watch::Sender::new(0),
		}
	}

	pub(super) fn books(&self) -> &Books<L> {
		&self.books
	}

	pub(super) fn signer(&self) -> &Signer {
		&self.signer
	}

	pub(super) fn receipts(&self) -> &Receipts {
		&self.receipts
	}

	pub(super) fn credit(&self) -> &Arc<Credit> {
		&self.credit
	}

	/// Where messages to a gateway go, when it is here.
	pub(super) fn outbox(&self, gateway: AccountId) -> Option<Outbox> {
		locked(&self.outboxes).get(&gateway.0).cloned()
	}

	pub(super) fn shared(&self) -> &Shared {
		&self.shared
	}

	/// Takes no new tasks from now on.
	pub(super) fn drain(&self) {
		self.draining.store(true, Ordering::Relaxed);
	}

	/// Returns when no task is on its way.
	pub(super) async fn idle(&self) {
		// The sender lives as long as `self`.
		let _ = self.serving.subscribe().wait_for(|count| *count == 0).await;
	}

	/// Returns when the gateways that are here have stored all answers.
	pub(super) async fn all_stored(&self) {
		let here: Vec<_> = locked(&self.outboxes).keys().copied().collect();
		for gateway in here {
			let waits = || self.receipts.waiting(AccountId::from(gateway), 0, 1);
			while waits().await.is_ok_and(|waiting| !waiting.is_empty()) {
				tokio::time::sleep(POLL).await;
			}
		}
	}

	/// What gateways are told about this worker.
	pub(super) fn status(&self) -> v1::Status {
		let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
		let models = self.schedulers.all().into_iter().map(|(id, scheduler)| {
			let (able, load, pace) = (scheduler.capabilities(), scheduler.load(), scheduler.pace());
			v1::Loaded {
				model: id.0.to_vec(),
				context: count(able.context_length),
				slots: count(scheduler.slots()),
				active: count(load.active),
				waiting: count(load.waiting),
				read: pace.read.unwrap_or_default() as f32,
				write: pace.write.unwrap_or_default() as f32,
				device: able.device.clone(),
			}
		});
		let draining = self.draining.load(Ordering::Relaxed);
		v1::Status { models: models.collect(), draining, sealing_key: self.sealing_key().encode() }
	}

	/// What requests are to be sealed to now.
	fn sealing_key(&self) -> SignedWorkerKey {
		let mut keys = locked(&self.keys);
		let (keyring, signed) = &mut *keys;
		keyring.renew(clock::now_millis());
		if keyring.key(signed.key.worker) != signed.key {
			*signed = signed_key(keyring, &self.signer, &self.books.genesis());
		}
		signed.clone()
	}

	/// Opens what is sealed to this worker.
	fn open(&self, host: &Host, order: &Order) -> Result<Option<Opened>, Refusal> {
		let worker = self.signer.account().0.into();
		let keys = locked(&self.keys);
		order.open(&keys.0, &worker, self.books.genesis(), host.account)
	}

	/// From now on a gateway's messages go there.
	pub(super) fn enter(&self, host: &Host) {
		locked(&self.outboxes).insert(host.account.0, host.outbox.clone());
	}

	/// A stream has ended.
	pub(super) fn leave(&self, host: &Host) {
		let mut outboxes = locked(&self.outboxes);
		if outboxes.get(&host.account.0).is_some_and(|newest| newest.same_channel(&host.outbox)) {
			outboxes.remove(&host.account.0);
		}
	}

	/// Nobody waits for a request any more. One that is another gateway's, or unknown, goes on.
	pub(super) fn cancel(&self, host: &Host, request: H256) {
		if let Some(task) = locked(&self.in_hand).tasks.get(&request) {
			if task.gateway == host.account {
				let _ = task.words.send(Word::Cancel);
			}
		}
	}

	/// Takes a task; what becomes of it is told to the gateway. Returns at once.
	pub(super) fn take(self: &Arc<Self>, host: &Host, order: Order) {
		let (words, inbox) = mpsc::unbounded_channel();
		let known = {
			let mut in_hand = locked(&self.in_hand);
			match in_hand.tasks.get(&order.hash) {
				Some(task) if task.gateway == host.account => {
					let _ = task.words.send(Word::Again(host.outbox.clone()));
					return;
				},
				Some(_) => Some(foreign()),
				None if in_hand.are_full(order.payload.len()) => {
					Some(Refusal::new(Reason::Busy, "the worker looks at too many tasks already"))
				},
				None => {
					let bytes = order.payload.len();
					in_hand.take(order.hash, InHand { gateway: host.account, words, bytes });
					None
				},
			}
		};
		let (desk, host) = (self.clone(), host.clone());
		if let Some(refusal) = known {
			tokio::spawn(async move { desk.refuse(&host, order.hash, refusal).await });
			return;
		}
		self.serving.send_modify(|count| *count = count.saturating_add(1));
		let counted = Counted(self.clone());
		tokio::spawn(async move {
			let _counted = counted;
			desk.serve(&host, order, inbox).await;
		});
	}

	async fn serve(&self, host: &Host, order: Order, words: mpsc::UnboundedReceiver<Word>) {
		let hash = order.hash;
		let held = Held(self, hash);
		let kept = match self.receipts.find(hash).await {
			Ok(Some((gateway, finished))) if gateway == host.account => Ok(Some(finished)),
			Ok(Some(_)) => Err(foreign()),
			Ok(None) => Ok(None),
			Err(error) => Err(Refusal::new(Reason::EngineFailed, error.to_string())),
		};
		let answered = match kept {
			Ok(Some(kept)) => Ok((kept, None)),
			Ok(None) => self.answer_and_keep(host, order, words).await,
			Err(refusal) => Err(refusal),
		};
		// Whoever asks from here on finds what is kept, or begins anew.
		drop(held);
		match answered {
			Ok((finished, told)) => {
				if let Some(mut told) = told {
					told.tell_all().await;
				}
				let newest = locked(&self.outboxes).get(&host.account.0).cloned();
				if let Some(outbox) = newest {
					self.hand_over(&outbox, &finished).await;
				}
			},
			Err(refusal) => self.refuse(host, hash, refusal).await,
		}
	}

	/// Sends an answer as it was kept; false when nobody hears it.
	pub(super) async fn hand_over(&self, outbox: &Outbox, finished: &[u8]) -> bool {
		match v1::Finished::decode(finished) {
			Ok(finished) => tell(outbox, from_worker::Message::Finished(finished)).await,
			Err(error) => {
				tracing::error!(%error, "an answer in the journal can't be read");
				true
			},
		}
	}

	async fn refuse(&self, host: &Host, request: H256, refusal: Refusal) {
		let (reason, why) = (refusal.reason, refusal.text.as_str());
		tracing::debug!(?request, gateway = %host.url, %reason, why, "refused");
		self.note(host, |traffic| traffic.refused += 1);
		let newest = locked(&self.outboxes).get(&host.account.0).cloned();
		if let Some(outbox) = newest {
			tell(&outbox, from_worker::Message::Refused(refusal.message(request))).await;
		}
	}

	fn note(&self, host: &Host, change: impl FnOnce(&mut Traffic)) {
		self.shared
			.update(|status| change(status.gateways.entry(host.url.to_string()).or_default()));
	}

	async fn answer_and_keep(
		&self,
		host: &Host,
		order: Order,
		words: mpsc::UnboundedReceiver<Word>,
	) -> Result<(Vec<u8>, Option<Told>), Refusal> {
		let hash = order.hash;
		let (finished, units, told) = self.answer(host, order, words).await?;
		let bytes = finished.encode_to_vec();
		self.receipts.keep(host.account, hash, bytes.clone()).await.map_err(|error| {
			tracing::error!(request = ?hash, %error, "an answer can't be kept, and is not sent");
			Refusal::new(Reason::EngineFailed, error.to_string())
		})?;
		fault::point(fault::AFTER_RECEIPT_JOURNALLED);
		self.note(host, |traffic| {
			traffic.answered += 1;
			traffic.units_in += u64::from(units.input);
			traffic.units_out += u64::from(units.output);
		});
		Ok((bytes, Some(told)))
	}

	async fn answer(
		&self,
		host: &Host,
		order: Order,
		mut words: mpsc::UnboundedReceiver<Word>,
	) -> Result<(v1::Finished, Units, Told), Refusal> {
		if self.draining.load(Ordering::Relaxed) {
			return Err(Refusal::new(Reason::ShuttingDown, "the worker stops: ask another one"));
		}
		let opened = self.open(host, &order)?;
		let work = order.work(opened.as_ref())?;
		let secret = opened.map(|opened| opened.secret);
		self.credit.check(&host.url, host.account).await?;
		let pay = order.pay(&self.books, host.account).await?;
		let Some(scheduler) = self.schedulers.loaded(order.request.model) else {
			let text = "the worker does not have this model in memory";
			return Err(Refusal::new(Reason::ModelNotLoaded, text));
		};
		let most_bytes = if secret.is_some() { MAX_SEALED_BYTES } else { MAX_ANSWER_BYTES };
		let most_bytes = u32::try_from(most_bytes).unwrap_or(u32::MAX);
		if !vectors_fit(&work.task, scheduler.capabilities(), most_bytes) {
			let text = format!("the vectors would take over {most_bytes} bytes: ask for fewer");
			return Err(Refusal::new(Reason::ParametersUnsupported, text));
		}
		let deadline = order.came + order.within;
		let (started_at, began) = (clock::now_millis(), Instant::now());
		let Work { task, sampling, mut stops, likely } = work;
		let room = match pay.audited {
			true => {
				// The other answer may be drawn yet, and must stay what it was.
				if self.vault.has(order.hash) {
					let text = "this worker has answered the request before";
					return Err(Refusal::new(Reason::AlreadyTried, text));
				}
				let rows = most_rows(&task, &sampling, scheduler.capabilities());
				let bytes = order.payload.len().saturating_add(MAX_ANSWER_BYTES);
				let room = self.vault.reserve(rows, scheduler.row_width(), bytes);
				Some(room.map_err(|error| Refusal::new(Reason::Busy, error.to_string()))?)
			},
			false => None,
		};
		let evidence = room.as_ref().map(|_| order.hash.0);
		let request = EngineRequest { task, sampling, evidence, likely };
		let (accepted, mut heard) = submit(scheduler, request, deadline, &order).await?;
		let computing = Computing(accepted.cancel);

		let seal = secret.as_ref().map(Sealer::new);
		let lease = self.lease(host, &order);
		let mut told = Told { lease, whole: order.whole, seal, ..Told::default() };
		let mut patience = told.begin(host.outbox.clone(), deadline).await;
		let mut units_in = accepted.units_in;
		let mut evidence = None;
		let finish = loop {
			tokio::select! {
				biased;
				Some(word) = words.recv() => match word {
					Word::Cancel => break v1::Finish::Cancelled,
					Word::Again(outbox) => patience = told.begin(outbox, deadline).await,
				},
				() = told.closed() => patience = told.orphaned(deadline),
				() = tokio::time::sleep_until(patience) => break v1::Finish::Cancelled,
				event = heard.recv() => match event {
					Some(Event::Token { text, likely, .. }) => {
						told.first.get_or_insert_with(|| began.elapsed());
						told.tokens = told.tokens.saturating_add(1);
						let released = stops.push(&text);
						told.write(&released.text)?;
						if let Some(likely) = likely.filter(|_| !released.stopped) {
							let ends = told.text.len().saturating_add(stops.held());
							told.likely.push((ends, logprob(*likely)));
						}
						if released.stopped {
							break v1::Finish::Stop;
						}
						told.tell();
					},
					Some(Event::Done(answer)) => {
						units_in = answer.usage.units_in;
						evidence = answer.evidence;
						match &answer.output {
							Output::Text { finish: FinishReason::Length, .. } => {
								break v1::Finish::Length;
							},
							Output::Text { .. } => {},
							Output::Embeddings(vectors) if is_empty(vectors) => {
								let text = "a vector is empty";
								return Err(Refusal::new(Reason::EngineFailed, text));
							},
							vectors => told.output = Some(encode_output(vectors)),
						}
						break v1::Finish::Stop;
					},
					Some(Event::Failed(error)) => {
						let most = order.request.sampling.max_output;
						return Err(Refusal::of_engine(&error, most));
					},
					None => return Err(Refusal::new(Reason::EngineFailed, "the engine ended")),
				},
			}
		};
		drop(computing);
		if room.is_some() && evidence.is_none() && told.tokens > 0 {
			evidence = left_over(&mut heard).await;
		}
		if finish == v1::Finish::Cancelled && told.tokens == 0 {
			let text = "nobody waits for it any more, and nothing was written";
			return Err(Refusal::new(Reason::CancelledByClient, text));
		}
		let output = told.end(&stops.finish(), finish)?;
		let lasted = began.elapsed();
		if output.len() > MAX_ANSWER_BYTES {
			let text = format!("the answer has over {MAX_ANSWER_BYTES} bytes: ask for less");
			return Err(Refusal::new(Reason::ParametersUnsupported, text));
		}
		let answer = ContentRef::of(&output);
		let most_output = order.request.most_output(answer.length);
		let units = Units {
			input: u32::try_from(units_in).unwrap_or(u32::MAX).min(order.most_units().input),
			// The token that ended an answer without a word is nothing to be paid for.
			output: if told.says_something { told.tokens.min(most_output) } else { 0 },
		};
		let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
		let first_token_ms = millis(told.first.unwrap_or(lasted));
		let commitment = match room {
			Some(room) => {
				let exchange =
					Exchange { payload: order.payload.clone(), output: output.clone(), secret };
				Some(self.commit(&order, &pay, room, evidence, told.tokens, exchange).await?)
			},
			None => None,
		};
		let receipt = Receipt {
			request: order.hash,
			channel: pay.channel,
			lane: pay.lane,
			model: order.request.model,
			provider: pay.provider,
			worker: self.signer.account().0.into(),
			gateway: host.account,
			units,
			charge: charge(&pay.price, units).min(pay.most),
			output: answer,
			commitment,
			started_at,
			finished_at: started_at.saturating_add(millis(lasted)),
			first_token_ms: u32::try_from(first_token_ms).unwrap_or(u32::MAX),
		};
		let signature = self.signer.sign(&receipt.payload(&self.books.genesis())).into();
		let (request, receipt) =
			(order.hash.0.to_vec(), SignedReceipt { receipt, signature }.encode());
		let finished = v1::Finished { request, output, finish: finish.into(), receipt };
		Ok((finished, units, told))
	}

	/// Keeps what an answer was computed with; says what the receipt commits to.
	async fn commit(
		&self,
		order: &Order,
		pay: &Pay,
		room: Reservation,
		evidence: Option<Evidence>,
		tokens: u32,
		exchange: Exchange,
	) -> Result<H256, Refusal> {
		let failed = |why: String| {
			tracing::error!(request = ?order.hash, why, "an answer can't be committed to");
			Refusal::new(Reason::EngineFailed, why)
		};
		let evidence = evidence.ok_or_else(|| failed("the engine gave no evidence".into()))?;
		let (vault, request, provider) = (self.vault.clone(), order.hash, pay.provider);
		let kept = tokio::task::spawn_blocking(move || {
			// The engine may have been ahead of what was told. Vectors are not told one by one.
			let told = match usize::try_from(tokens).unwrap_or(usize::MAX) {
				0 => Some(evidence),
				told => evidence.first(&request.0, told),
			};
			let told = told.ok_or("the engine has told more than it has computed")?;
			vault.keep(room, request, &provider, &told, &exchange)
		});
		kept.await.map_err(|error| failed(error.to_string()))?.map_err(failed)
	}

	/// Says that a place is kept for an order.
	fn lease(&self, host: &Host, order: &Order) -> v1::Lease {
		let left = u64::try_from(order.within.as_millis()).unwrap_or(u64::MAX);
		let expires_at = clock::now_millis().saturating_add(left);
		let genesis = self.books.genesis();
		let payload = lease_payload(&genesis.0, &host.account.0, &order.hash.0, expires_at);
		let signature = self.signer.sign(&payload).to_vec();
		v1::Lease { request: order.hash.0.to_vec(), expires_at, signature }
	}
}

/// Waits for a gateway that reads slowly, but not for ever.
async fn tell(outbox: &Outbox, message: from_worker::Message) -> bool {
	let message = FromWorker { message: Some(message) };
	matches!(tokio::time::timeout(SLOW, outbox.send(message)).await, Ok(Ok(())))
}

/// What an engine that was cancelled has computed until then.
async fn left_over(heard: &mut mpsc::UnboundedReceiver<Event>) -> Option<Evidence> {
	loop {
		match tokio::time::timeout(LEFT_OVER, heard.recv()).await {
			Ok(Some(Event::Token { .. })) => {},
			Ok(Some(Event::Done(answer))) => return answer.evidence,
			Ok(Some(Event::Failed(_)) | None) | Err(_) => return None,
		}
	}
}

/// A worker's key for sealed requests, as others get it.
fn signed_key(keyring: &Keyring, signer: &Signer, genesis: &H256) -> SignedWorkerKey {
	let key = keyring.key(signer.account().0.into());
	SignedWorkerKey { key, signature: signer.sign(&key.payload(genesis)).into() }
}

/// That a request is being answered, or was, for somebody else.
fn foreign() -> Refusal {
	Refusal::new(Reason::AlreadyTried, "this worker has the request from another gateway")
}

/// Hands a request to the engine, beside the chain's jobs.
async fn submit(
	scheduler: Arc<Scheduler>,
	request: EngineRequest,
	deadline: Instant,
	order: &Order,
) -> Result<(reckon_engine::Accepted, mpsc::UnboundedReceiver<Event>), Refusal> {
	let (events, heard) = mpsc::unbounded_channel();
	let submitted = tokio::task::spawn_blocking(move || {
		let left = deadline.saturating_duration_since(Instant::now());
		scheduler.submit_within(Some(left), request, move |event| events.send(event).is_ok())
	});
	match submitted.await {
		Ok(Ok(accepted)) => Ok((accepted, heard)),
		Ok(Err(refused)) => Err(Refusal::of_scheduler(&refused, order.request.sampling.max_output)),
		Err(error) => Err(Refusal::new(Reason::EngineFailed, error.to_string())),
	}
}

/// An answer, as far as it is written and its gateway has heard of it.
#[derive(Default)]
struct Told {
	lease: v1::Lease,
	/// Whether nothing is told of it before its end.
	whole: bool,
	/// The stream that has had the lease, and the text up to `sent`.
	to: Option<Outbox>,
	text: String,
	sent: usize,
	/// Where each token's text ends, and how likely it was, where that was asked for.
	likely: Vec<(usize, v1::TokenLogprob)>,
	sent_likely: usize,
	tokens: u32,
	/// When the first token was there.
	first: Option<Duration>,
	/// An answer that is no text.
	output: Option<Vec<u8>>,
	/// Of a sealed answer: what seals its parts. Then `text` is what is sealed.
	seal: Option<Sealer>,
	/// Whether there is anything in the answer.
	says_something: bool,
}

impl Told {
	/// Tells all of it to a stream, from the lease on. Returns until when the task goes on.
	async fn begin(&mut self, outbox: Outbox, deadline: Instant) -> Instant {
		let lease = from_worker::Message::Lease(self.lease.clone());
		let lease = outbox.send(FromWorker { message: Some(lease) });
		if !matches!(tokio::time::timeout(LEASED, lease).await, Ok(Ok(()))) {
			return self.orphaned(deadline);
		}
		self.to = Some(outbox);
		(self.sent, self.sent_likely) = (0, 0);
		self.tell();
		deadline
	}

	/// The answer goes on.
	fn write(&mut self, more: &str) -> Result<(), Refusal> {
		if more.is_empty() {
			return Ok(());
		}
		self.says_something = true;
		match &mut self.seal {
			None => self.text.push_str(more),
			Some(seal) => self.text.push_str(&seal.next(more).ok_or_else(unsealed)?),
		}
		Ok(())
	}

	/// The answer ends; returns all of it.
	fn end(&mut self, rest: &str, finish: v1::Finish) -> Result<Vec<u8>, Refusal> {
		let vectors = self.output.take();
		let Some(seal) = self.seal.take() else {
			self.write(rest)?;
			self.says_something |= vectors.is_some();
			return Ok(vectors.unwrap_or_else(|| self.text.clone().into_bytes()));
		};
		let finish = match finish {
			v1::Finish::Length => reckon_sealed::Finish::Length,
			v1::Finish::Cancelled => reckon_sealed::Finish::Cancelled,
			v1::Finish::Unspecified | v1::Finish::Stop => reckon_sealed::Finish::Stop,
		};
		let rest = match &vectors {
			Some(json) => std::str::from_utf8(json).map_err(|_| unsealed())?,
			None => rest,
		};
		self.says_something |= !rest.is_empty();
		let last = seal.last(rest, finish).ok_or_else(unsealed)?;
		// Vectors come whole, with the end.
		if vectors.is_some() {
			return Ok(last.into_bytes());
		}
		self.text.push_str(&last);
		Ok(self.text.clone().into_bytes())
	}

	/// Nobody hears of it now. Returns until when the task goes on all the same.
	fn orphaned(&mut self, deadline: Instant) -> Instant {
		self.to = None;
		deadline.min(Instant::now() + ORPHANED)
	}

	/// Returns when the stream that is told has ended.
	async fn closed(&self) {
		match &self.to {
			Some(outbox) => outbox.closed().await,
			None => std::future::pending().await,
		}
	}

	fn piece(&mut self) -> Option<FromWorker> {
		if self.whole {
			return None;
		}
		let text = self.text.get(self.sent..)?.to_owned();
		// Of a token whose text is held back nothing is told, nor of one that a stop string has cut.
		let new = self.likely.iter().skip(self.sent_likely);
		let logprobs: Vec<_> = new
			.take_while(|(ends, _)| *ends <= self.text.len())
			.map(|(_, logprob)| logprob.clone())
			.collect();
		if text.is_empty() && logprobs.is_empty() {
			return None;
		}
		self.sent = self.text.len();
		self.sent_likely = self.sent_likely.saturating_add(logprobs.len());
		let (request, tokens) = (self.lease.request.clone(), self.tokens);
		let piece = v1::Piece { request, text, tokens, logprobs };
		Some(FromWorker { message: Some(from_worker::Message::Piece(piece)) })
	}

	/// Tells what is new, unless the gateway reads too slowly: then it comes with the next piece.
	fn tell(&mut self) {
		let Some(outbox) = self.to.clone() else { return };
		if let Ok(place) = outbox.try_reserve_owned() {
			if let Some(piece) = self.piece() {
				place.send(piece);
			}
		}
	}

	/// Tells what is new, and waits for a gateway that reads slowly.
	async fn tell_all(&mut self) {
		let Some(outbox) = self.to.clone() else { return };
		if let Some(piece) = self.piece() {
			let _ = tokio::time::timeout(SLOW, outbox.send(piece)).await;
		}
	}
}

fn unsealed() -> Refusal {
	Refusal::new(Reason::EngineFailed, "the answer can't be sealed")
}

fn logprob(likely: Likely) -> v1::TokenLogprob {
	let top = likely
		.top
		.into_iter()
		.map(|one| v1::Alternative { token: one.token.into_bytes(), logprob: one.logprob });
	v1::TokenLogprob {
		token: likely.chosen.token.into_bytes(),
		logprob: likely.chosen.logprob,
		top: top.collect(),
	}
}
