//! A gateway's rooms with a real store and real workers' streams; the chain is a table.

#![allow(dead_code, missing_docs)]

pub mod faults;

use codec::{DecodeAll, Encode};
use faults::Faults;
use futures::StreamExt;
use reckon_gateway::{
	api,
	chain::{BatchOnChain, Chain, ChainError, Claim, Complaint, Drawn, Listed, Market},
	desk::{Answering, Ask, Desk, End, Payer, Piece, Refusal},
	gateway::Gateway,
	join::Joins,
	reservation::OnChain,
	rooms::{Bounds, Identity, Rooms},
	workers::{Offering, Workers},
};
use reckon_gateway_protocol::{
	join_payload, lease_payload,
	v1::{
		from_worker, to_worker, workers_client::WorkersClient, workers_server::WorkersServer,
		Finish, Finished, FromWorker, Hello, Lease, Loaded, Piece as Words, Refused, Status, Task,
	},
};
use reckon_gateway_store::{Key, Store};
use reckon_openai::Order;
use reckon_primitives::{
	AccountId, Balance, BatchId, ChannelId, ContentRef, ModelId, Price, Sampling, TaskKind,
	TaskSet, Units,
};
use reckon_receipts::{charge, Item, Proof, Receipt, Request, SignedReceipt, SignedVoucher, Total};
use reckon_sdk::Signer;
use sp_core::{sr25519, Pair, H256};
use std::{
	collections::{BTreeMap, BTreeSet},
	net::SocketAddr,
	path::Path,
	sync::{Arc, Mutex},
	time::Duration,
};
use tokio::{
	net::TcpListener,
	sync::{mpsc, oneshot, watch},
	task::JoinHandle,
};
use tokio_stream::wrappers::ReceiverStream;

pub const MODEL: ModelId = H256([5; 32]);
pub const CHANNEL: ChannelId = H256([6; 32]);
pub const GATEWAY: AccountId = AccountId::new([1; 32]);
pub const OWNER: AccountId = AccountId::new([2; 32]);
pub const GENESIS: H256 = H256([9; 32]);
pub const PRICE: Price<Balance> = Price { base: 100, per_input: 1, per_output: 10 };

/// A chain that is a table.
#[derive(Default)]
pub struct Table {
	pub channels: Mutex<BTreeMap<ChannelId, OnChain>>,
	pub batches: Mutex<Vec<(H256, BatchId, BatchOnChain)>>,
	/// Takes the next batches and says that it did not hear.
	pub deaf: Mutex<bool>,
	pub refuses: Mutex<Option<String>>,
	/// Providers whose totals are refused.
	pub unbonded: Mutex<BTreeSet<AccountId>>,
	/// How many batches were refused for a fee.
	pub refusals: Mutex<u32>,
	pub complaints: Mutex<Vec<Complaint>>,
	pub answers: Mutex<Vec<(BatchId, Proof<AccountId>)>>,
	/// Whether the model's answers may be audited.
	pub audited: Mutex<bool>,
	/// Whether the model makes vectors too.
	pub embeds: Mutex<bool>,
	/// What is drawn of each batch; nothing at first.
	pub drawn: Mutex<BTreeMap<BatchId, Drawn>>,
	pub shown: Mutex<Vec<(BatchId, Item<AccountId>, Request)>>,
}

/// For how long receipts can be audited, in milliseconds: those of tests are of long ago.
pub const LIFE: u64 = u64::MAX;

pub fn provider_of(worker: &sr25519::Public) -> AccountId {
	AccountId::new(worker.0.map(|byte| byte ^ 1))
}

#[async_trait::async_trait]
impl Chain for Table {
	fn finalized(&self) -> watch::Receiver<Option<u32>> {
		watch::channel(Some(7)).1
	}

	async fn market(&self) -> Result<Market, ChainError> {
		let tasks = [TaskKind::Chat, TaskKind::Complete, TaskKind::Embed];
		let count = if *self.embeds.lock().unwrap() { 3 } else { 2 };
		let listed = Listed {
			name: "acme/words".into(),
			tasks: TaskSet::of(&tasks[..count]),
			context: 2048,
			profile: "F32",
			licence: "Apache-2.0".into(),
			audited: *self.audited.lock().unwrap(),
			offered: Some(PRICE),
			known_since: now(),
		};
		Ok(Market { models: [(MODEL, listed)].into(), receipt_life_millis: LIFE })
	}

	async fn channels(&self) -> Result<BTreeMap<ChannelId, OnChain>, ChainError> {
		Ok(self.channels.lock().unwrap().clone())
	}

	async fn provider_of(&self, worker: sr25519::Public) -> Result<Option<AccountId>, ChainError> {
		Ok((worker != pair(99).public()).then(|| provider_of(&worker)))
	}

	async fn offering_of(&self, _: &AccountId) -> Result<Offering, ChainError> {
		Ok(Offering { prices: [(MODEL, PRICE)].into(), score: 500_000 })
	}

	async fn commit(
		&self,
		_: ContentRef,
		totals: Vec<Total<AccountId>>,
		claims: Vec<Claim>,
	) -> Result<BatchId, ChainError> {
		if let Some(name) = self.refuses.lock().unwrap().clone() {
			*self.refusals.lock().unwrap() += 1;
			return Err(ChainError::Refused { name, docs: String::new() });
		}
		let unbonded = self.unbonded.lock().unwrap();
		if totals.iter().any(|total| unbonded.contains(&total.provider)) {
			*self.refusals.lock().unwrap() += 1;
			let name = "ProviderWithoutBond".into();
			return Err(ChainError::Refused { name, docs: String::new() });
		}
		drop(unbonded);
		let root = reckon_receipts::batch_root(&totals).unwrap();
		let mut channels = self.channels.lock().unwrap();
		let mut charged = 0;
		let mut after = channels.clone();
		for Claim { voucher, upto } in &claims {
			let channel = after.get_mut(&voucher.voucher.channel).unwrap();
			assert!(voucher.verify(&GENESIS, &channel.session_key));
			assert!(*upto <= voucher.voucher.cumulative, "more than the voucher covers");
			let taken = &mut channel.taken[usize::from(voucher.voucher.lane)];
			let Some(new) = upto.checked_sub(*taken).filter(|new| *new > 0) else {
				let name = "ChargeZero".into();
				return Err(ChainError::Refused { name, docs: String::new() });
			};
			*taken = *upto;
			channel.left = channel.left.checked_sub(new).expect("within the deposit");
			charged += new;
		}
		if charged != root.sum {
			return Err(ChainError::Refused { name: "SumsDiffer".into(), docs: String::new() });
		}
		*channels = after;
		let mut batches = self.batches.lock().unwrap();
		let id = H256::from_low_u64_be(batches.len() as u64 + 1);
		batches.push((root.hash, id, BatchOnChain::Open));
		match *self.deaf.lock().unwrap() {
			true => Err(ChainError::Unreachable("deaf".into())),
			false => Ok(id),
		}
	}

	async fn find(&self, root: H256) -> Result<Option<BatchId>, ChainError> {
		let batches = self.batches.lock().unwrap();
		Ok(batches.iter().find(|(of, ..)| *of == root).map(|(_, id, _)| *id))
	}

	async fn complaints(&self) -> Result<Vec<Complaint>, ChainError> {
		Ok(self.complaints.lock().unwrap().clone())
	}

	async fn answer(&self, batch: BatchId, proof: Proof<AccountId>) -> Result<(), ChainError> {
		let receipt = proof.item.receipt.leaf().hash;
		let mut complaints = self.complaints.lock().unwrap();
		assert!(complaints.iter().any(|complaint| complaint.receipt == receipt));
		complaints.retain(|complaint| complaint.receipt != receipt);
		self.answers.lock().unwrap().push((batch, proof));
		Ok(())
	}

	async fn drawn(&self, batch: BatchId) -> Result<Drawn, ChainError> {
		let drawn = self.drawn.lock().unwrap();
		Ok(drawn.get(&batch).cloned().unwrap_or(Drawn::Nothing))
	}

	async fn show(
		&self,
		batch: BatchId,
		item: Item<AccountId>,
		request: Request,
	) -> Result<(), ChainError> {
		self.shown.lock().unwrap().push((batch, item, request));
		self.drawn.lock().unwrap().insert(batch, Drawn::Nothing);
		Ok(())
	}

	async fn batch(&self, batch: BatchId) -> Result<BatchOnChain, ChainError> {
		let batches = self.batches.lock().unwrap();
		let found = batches.iter().find(|(_, id, _)| *id == batch);
		Ok(found.map_or(BatchOnChain::Forgotten, |(_, _, state)| state.clone()))
	}
}

pub fn pair(number: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[number; 32])
}

pub fn bounds() -> Bounds {
	Bounds {
		queue_for: Duration::from_millis(300),
		return_within: Duration::from_secs(2),
		..Bounds::default()
	}
}

/// A gateway with a store in a directory.
pub struct Net {
	pub rooms: Arc<Rooms>,
	pub gateway: Gateway,
	pub chain: Arc<Table>,
	pub address: String,
	pub store: Arc<dyn Store>,
	server: JoinHandle<()>,
}

impl Drop for Net {
	fn drop(&mut self) {
		self.server.abort();
	}
}

impl Net {
	pub async fn new(dir: &Path) -> Self {
		Self::over(dir, Arc::new(Table::default()), bounds()).await
	}

	pub async fn over(dir: &Path, chain: Arc<Table>, bounds: Bounds) -> Self {
		let path = dir.join("gateway.sqlite");
		Self::on(path.to_str().unwrap(), chain, bounds).await
	}

	/// Its store is in this file, or at this PostgreSQL server's.
	pub async fn on(target: &str, chain: Arc<Table>, bounds: Bounds) -> Self {
		Self::with(reckon_gateway_store::open(target).await.unwrap(), chain, bounds).await
	}

	pub async fn with(store: Arc<dyn Store>, chain: Arc<Table>, bounds: Bounds) -> Self {
		let identity = Identity { account: GATEWAY, subnet: 0, genesis: GENESIS };
		let signer = Signer::from_suri("//Gateway").unwrap();
		let rooms = Rooms::new(identity, bounds, store.clone(), chain.clone(), signer);
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = format!("http://{}", listener.local_addr().unwrap());
		let service = WorkersServer::new(Joins::new(rooms.clone()));
		let router = tonic::service::Routes::new(service).into_axum_router();
		// Soon enough for tests that wait for it.
		let limits = api::Limits { head_within: Duration::from_secs(3), ..api::Limits::default() };
		let server = tokio::spawn(async move {
			api::serve_router(listener, router, limits, std::future::pending()).await.unwrap();
		});
		let gateway = Gateway::new(rooms.clone());
		let net = Self { rooms, gateway, chain, address, store, server };
		net.look().await;
		net
	}

	/// Reads the channels, as at a new block.
	pub async fn look(&self) {
		self.rooms.look_at_market().await.unwrap();
		let channels = self.chain.channels().await.unwrap();
		let mut lanes = BTreeMap::new();
		for id in channels.keys() {
			lanes.insert(*id, self.store.lanes(*id).await.unwrap());
		}
		self.rooms.channels.update(channels, &mut lanes);
	}

	/// The clients' door; returns where it is.
	pub async fn http(&self, limits: api::Limits) -> SocketAddr {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = listener.local_addr().unwrap();
		let desk = Arc::new(self.gateway.clone());
		tokio::spawn(api::serve(listener, desk, limits, std::future::pending()));
		address
	}

	/// Waits until the gateway has heard this of its workers.
	pub async fn knows_that(&self, is_so: impl Fn(&Workers) -> bool) {
		let mut changes = self.rooms.workers.changes();
		let heard = async {
			while !is_so(&self.rooms.workers) {
				changes.changed().await.unwrap();
			}
		};
		tokio::time::timeout(Duration::from_secs(60), heard).await.expect("it is never heard");
	}

	/// A proxy before the workers' door.
	pub async fn faults(&self) -> Faults {
		Faults::before(self.address.trim_start_matches("http://").parse().unwrap()).await
	}

	/// A key of the owner's, and a channel that pays for it.
	pub async fn key(&self, deposit: Balance, lanes: usize, limit: Balance) -> Key {
		let secret = self.secret(deposit, lanes, limit).await;
		self.gateway.key(&secret).await.unwrap()
	}

	/// As [`Self::key`], its text.
	pub async fn secret(&self, deposit: Balance, lanes: usize, limit: Balance) -> String {
		let owner = pair(42);
		let account = AccountId::new(owner.public().0);
		let text = self.gateway.challenge(&account).await.unwrap();
		let signature = owner.sign(format!("<Bytes>{text}</Bytes>").as_bytes());
		let issued =
			self.gateway.issue(&account, &text, &signature.0, "test", limit).await.unwrap();
		let channel = OnChain {
			client: account,
			session_key: issued.session_key,
			left: deposit,
			taken: vec![0; lanes],
			closing: false,
		};
		self.chain.channels.lock().unwrap().insert(CHANNEL, channel);
		self.look().await;
		issued.secret
	}

	pub async fn worker(&self, number: u8, manner: Manner) -> Worker {
		Worker::join(&self.address, number, manner).await.unwrap()
	}

	pub async fn ask(&self, key: &Key) -> Result<Box<dyn Answering>, Refusal> {
		self.ask_again(key, None).await
	}

	/// As a client that may repeat itself asks first.
	pub async fn ask_first(&self, key: &Key, name: H256) -> Result<Box<dyn Answering>, Refusal> {
		let (payer, repeat) = (Payer::Key(Box::new(key.clone())), Some(name));
		self.gateway.ask(Ask { repeat, first: true, ..asked(payer, order()) }).await
	}

	pub async fn ask_again(
		&self,
		key: &Key,
		repeat: Option<H256>,
	) -> Result<Box<dyn Answering>, Refusal> {
		let payer = Payer::Key(Box::new(key.clone()));
		self.gateway.ask(Ask { repeat, ..asked(payer, order()) }).await
	}
}

pub fn now() -> u64 {
	let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
	since.as_millis() as u64
}

/// A request that is streamed, and repeats nothing.
pub fn asked(payer: Payer, order: Order) -> Ask {
	Ask { payer, order, repeat: None, first: false, whole: false, received: now() }
}

pub fn order() -> Order {
	Order {
		model: "acme/words".into(),
		task: TaskKind::Chat,
		payload: br#"{"messages":[{"role":"user","content":"speak"}]}"#.to_vec(),
		instructed: false,
		sampling: Sampling { max_output: 64, ..Sampling::default() },
		seeded: false,
		presence_milli: 0,
		frequency_milli: 0,
		logprobs: None,
	}
}

/// The text of an answer, and its end.
pub async fn hear(answering: &mut Box<dyn Answering>) -> (String, Result<Arc<End>, Refusal>) {
	let mut heard = String::new();
	loop {
		match answering.next().await.expect("an end") {
			Piece::Text { text, .. } => heard.push_str(&text),
			Piece::End(end) => return (heard, end),
		}
	}
}

/// What every honest worker says.
pub const WORDS: [&str; 4] = ["one ", "two ", "three ", "four"];

/// How a worker behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
	Honest,
	/// Says so many words and waits for a cancellation.
	Slow(usize),
	/// As [`Self::Slow`], and takes a while to stop.
	Reluctant(usize),
	/// Says so many words and is gone.
	Dies(usize),
	/// Takes nothing.
	Busy,
	/// Does not even lease.
	Mute,
	/// Leases, has written nothing when it is told to stop, and takes a while to say so.
	Blank,
	/// Says all after a while, one request after the other.
	Tardy,
	/// Says that the prompt is too long.
	TooLong,
	/// Does the work, and loses its connection before it says so.
	Forgets,
	Lies(Lying),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lying {
	/// Commits to nothing.
	Uncommitted,
	Charge,
	Units,
	/// More tokens than its text can have, and fewer than were asked for.
	Padded,
	Output,
	/// Bytes that are no text, in the receipt too.
	NoText,
	Streamed,
	Signature,
	Request,
	Channel,
	Model,
	Provider,
	Gateway,
	Times,
	Garbage,
}

pub const LIES: [Lying; 14] = [
	Lying::Charge,
	Lying::Units,
	Lying::Padded,
	Lying::Output,
	Lying::NoText,
	Lying::Streamed,
	Lying::Signature,
	Lying::Request,
	Lying::Channel,
	Lying::Model,
	Lying::Provider,
	Lying::Gateway,
	Lying::Times,
	Lying::Garbage,
];

/// A worker that has joined.
pub struct Worker {
	pub key: sr25519::Public,
	/// The requests that the gateway has confirmed, and what it cancelled.
	pub heard: mpsc::UnboundedReceiver<to_worker::Message>,
	/// What it has not been able to say.
	pub kept: Arc<Mutex<Vec<Finished>>>,
	said: mpsc::Sender<FromWorker>,
	task: JoinHandle<()>,
}

impl Drop for Worker {
	fn drop(&mut self) {
		self.task.abort();
	}
}

pub fn message(message: from_worker::Message) -> FromWorker {
	FromWorker { message: Some(message) }
}

/// Requests that a worker computes at once.
pub const SLOTS: u32 = 4;

/// What a worker says about itself, as it joins and later.
pub fn status() -> from_worker::Message {
	status_of(SLOTS, 10.0)
}

/// As [`status`], of one that computes so many requests at once and writes so many tokens a second.
pub fn status_of(slots: u32, write: f32) -> from_worker::Message {
	let loaded =
		Loaded { model: MODEL.0.to_vec(), context: 2048, slots, write, ..Loaded::default() };
	from_worker::Message::Status(Status { models: vec![loaded], ..Status::default() })
}

impl Worker {
	pub async fn join(address: &str, number: u8, manner: Manner) -> Result<Self, tonic::Status> {
		let key = pair(number);
		let mut client = WorkersClient::connect(address.to_owned()).await.unwrap();
		let (said, outbox) = mpsc::channel(64);
		// Whoever is gone says nothing more.
		let (alive, gone) = oneshot::channel::<()>();
		let outbox = ReceiverStream::new(outbox).take_until(gone);
		let mut stream = client.join(outbox).await?.into_inner();
		let first = stream.next().await.unwrap()?;
		let Some(to_worker::Message::Challenge(challenge)) = first.message else { panic!() };
		let nonce: [u8; 32] = challenge.nonce.try_into().unwrap();
		let payload = join_payload(&GENESIS.0, GATEWAY.as_ref(), &nonce);
		let hello = Hello {
			worker: key.public().0.to_vec(),
			signature: key.sign(&payload).0.to_vec(),
			software: "scripted/1".into(),
		};
		let _ = said.send(message(from_worker::Message::Hello(hello))).await;
		let second = stream.next().await.unwrap()?;
		assert!(matches!(second.message, Some(to_worker::Message::Welcome(_))));
		said.send(message(status())).await.unwrap();
		let (news, heard) = mpsc::unbounded_channel();
		let kept = Arc::new(Mutex::new(Vec::new()));
		let (voice, drawer, pair) = (said.clone(), kept.clone(), key.clone());
		let task = tokio::spawn(async move {
			let (_alive, mut open) = (alive, BTreeMap::new());
			while let Some(Ok(next)) = stream.next().await {
				let Some(next) = next.message else { continue };
				match &next {
					to_worker::Message::Task(task) => {
						let request = Request::decode_all(&mut &task.request[..]).unwrap();
						open.insert(request.hash().0.to_vec(), task.clone());
						if !perform(&voice, &pair, manner, task, &drawer).await {
							return;
						}
					},
					to_worker::Message::Cancel(cancel) => {
						if let (Some(task), Manner::Slow(words) | Manner::Reluctant(words)) =
							(open.get(&cancel.request), manner)
						{
							if matches!(manner, Manner::Reluctant(_)) {
								tokio::time::sleep(Duration::from_millis(500)).await;
							}
							let mut end = finished(&pair, task, words, None);
							end.finish = Finish::Cancelled.into();
							let _ = voice.send(message(from_worker::Message::Finished(end))).await;
						}
						if manner == Manner::Blank {
							let (voice, request) = (voice.clone(), cancel.request.clone());
							// The cancellation is heard meanwhile: how soon is measured.
							tokio::spawn(async move {
								tokio::time::sleep(Duration::from_millis(300)).await;
								let refused = Refused {
									request,
									reason: "CancelledByClient".into(),
									..Refused::default()
								};
								let _ = voice
									.send(message(from_worker::Message::Refused(refused)))
									.await;
							});
						}
					},
					to_worker::Message::Stored(stored) => {
						for request in &stored.requests {
							open.remove(request);
						}
					},
					_ => {},
				}
				let _ = news.send(next);
			}
		});
		let worker = Self { key: key.public(), heard, kept, said, task };
		// The status must be known before anybody asks.
		tokio::time::sleep(Duration::from_millis(100)).await;
		Ok(worker)
	}

	pub async fn say(&self, what: from_worker::Message) {
		let _ = self.said.send(message(what)).await;
	}

	/// Waits until the gateway has said this kind of thing.
	pub async fn hears(&mut self, what: impl Fn(&to_worker::Message) -> bool) -> bool {
		let heard = async {
			loop {
				match self.heard.recv().await {
					Some(message) if what(&message) => return true,
					Some(_) => {},
					None => return false,
				}
			}
		};
		tokio::time::timeout(Duration::from_secs(5), heard).await.unwrap_or(false)
	}
}

async fn perform(
	voice: &mpsc::Sender<FromWorker>,
	key: &sr25519::Pair,
	manner: Manner,
	task: &Task,
	kept: &Mutex<Vec<Finished>>,
) -> bool {
	let request = Request::decode_all(&mut &task.request[..]).unwrap();
	let id = request.hash();
	let say = |what| voice.send(message(what));
	let refused = |reason: &str, context| {
		from_worker::Message::Refused(Refused {
			request: id.0.to_vec(),
			reason: reason.into(),
			text: String::new(),
			tokens: 3000,
			context,
		})
	};
	match manner {
		Manner::Mute => return true,
		Manner::Busy => {
			let _ = say(refused("Busy", 0)).await;
			return true;
		},
		Manner::TooLong => {
			let _ = say(refused("ParametersUnsupported", 2048)).await;
			return true;
		},
		_ => {},
	}
	let expires_at = now() + 60_000;
	let payload = lease_payload(&GENESIS.0, GATEWAY.as_ref(), &id.0, expires_at);
	let signature = key.sign(&payload).0.to_vec();
	let lease = Lease { request: id.0.to_vec(), expires_at, signature };
	let _ = say(from_worker::Message::Lease(lease)).await;
	if manner == Manner::Tardy {
		tokio::time::sleep(Duration::from_millis(300)).await;
	}
	let words = match manner {
		Manner::Slow(words) | Manner::Reluctant(words) | Manner::Dies(words) => words,
		Manner::Blank => return true,
		_ => WORDS.len(),
	};
	let told = if task.whole { 0 } else { words };
	for (number, word) in WORDS.iter().take(told).enumerate() {
		let text = match manner {
			Manner::Lies(Lying::Streamed) if number == 3 => "cheat",
			_ => word,
		};
		let piece = Words {
			request: id.0.to_vec(),
			text: text.into(),
			tokens: number as u32 + 1,
			logprobs: Vec::new(),
		};
		let _ = say(from_worker::Message::Piece(piece)).await;
	}
	match manner {
		Manner::Slow(_) | Manner::Reluctant(_) => true,
		Manner::Dies(_) => {
			tokio::time::sleep(Duration::from_millis(50)).await;
			false
		},
		Manner::Forgets => {
			kept.lock().unwrap().push(finished(key, task, words, None));
			false
		},
		Manner::Lies(lie) => {
			let end = finished(key, task, words, Some(lie));
			let _ = say(from_worker::Message::Finished(end)).await;
			true
		},
		_ => {
			let end = finished(key, task, words, None);
			let _ = say(from_worker::Message::Finished(end)).await;
			true
		},
	}
}

/// The end of a task after so many words, with a receipt that may lie.
pub fn finished(key: &sr25519::Pair, task: &Task, words: usize, lie: Option<Lying>) -> Finished {
	let request = Request::decode_all(&mut &task.request[..]).unwrap();
	let voucher = SignedVoucher::decode_all(&mut &task.voucher[..]).unwrap().voucher;
	let mut output = WORDS.iter().take(words).copied().collect::<String>().into_bytes();
	let lies = |kind| lie == Some(kind);
	if lies(Lying::NoText) {
		output.push(0xff);
	}
	let units = Units {
		input: if lies(Lying::Units) { 10_000 } else { 7 },
		output: if lies(Lying::Padded) { output.len() as u32 + 33 } else { words as u32 },
	};
	let other = H256([77; 32]);
	let mut receipt = Receipt {
		request: if lies(Lying::Request) { other } else { request.hash() },
		channel: if lies(Lying::Channel) { other } else { voucher.channel },
		lane: voucher.lane,
		model: if lies(Lying::Model) { other } else { request.model },
		provider: if lies(Lying::Provider) { OWNER } else { provider_of(&key.public()) },
		worker: key.public(),
		gateway: if lies(Lying::Gateway) { OWNER } else { GATEWAY },
		units,
		charge: charge(&PRICE, units),
		output: ContentRef::of(&output),
		commitment: (!lies(Lying::Uncommitted)).then_some(other),
		started_at: 1_000,
		finished_at: if lies(Lying::Times) { 900 } else { 2_000 },
		first_token_ms: 10,
	};
	if lies(Lying::Charge) {
		receipt.charge += 1;
	}
	let mut signature = key.sign(&receipt.payload(&GENESIS));
	if lies(Lying::Signature) {
		signature = pair(98).sign(&receipt.payload(&GENESIS));
	}
	let mut receipt = SignedReceipt { receipt, signature }.encode();
	if lies(Lying::Garbage) {
		receipt.truncate(40);
	}
	let output = if lies(Lying::Output) { b"other".to_vec() } else { output };
	Finished { request: request.hash().0.to_vec(), output, finish: Finish::Stop.into(), receipt }
}
