//! Gateways that do what a test says, the ledger that they and the worker see, and engines whose answers
//! are known.

use crate::court::FakeCourt;
use codec::{Decode, Encode};
use reckon_engine::{
	Capabilities, Device, Engine, EngineError, Replay, Scheduler, SchedulerConfig, Step,
	StepEngine, Task, TaskKind as EngineTask,
};
use reckon_gateway_protocol::{
	join_payload, lease_payload,
	v1::{
		self, from_worker, to_worker,
		workers_server::{Workers, WorkersServer},
		FromWorker, ToWorker,
	},
};
use reckon_primitives::{ContentRef, Price, Sampling, TaskKind};
use reckon_receipts::{
	Acknowledgement, Request, SignedAcknowledgement, SignedReceipt, SignedVoucher, Voucher,
};
use reckon_sdk::{account, AccountId, Channel, ModelId, Signer, H256};
use reckon_worker::{
	chain::ChainError,
	gateways::{
		ledger::{Ledger, Terms},
		receipts::Receipts,
		vault::Vault,
		Gateways, Limits, Parts,
	},
	journal::JournalError,
	models::Registry,
	schedulers::Schedulers,
	status::Shared,
};
use sp_core::{sr25519, Pair};
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
	sync::{Arc, Condvar, Mutex},
	time::Duration,
};
use tokio::{
	net::TcpListener,
	sync::{mpsc, oneshot},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Response, Status, Streaming};

pub const GENESIS: H256 = H256([9; 32]);
pub const PROVIDER: [u8; 32] = [2; 32];
pub const MODEL: ModelId = H256([5; 32]);
pub const SUBNET: u32 = 7;
pub const OFFER: Price<u128> = Price { base: 10, per_input: 2, per_output: 3 };

/// What the chain says.
#[derive(Clone, Default)]
pub struct FakeLedger {
	said: Arc<Mutex<Said>>,
	pub court: FakeCourt,
}

#[derive(Default)]
pub struct Said {
	pub terms: BTreeMap<[u8; 32], Terms>,
	pub channels: BTreeMap<H256, Channel>,
	/// How often a channel was asked for.
	pub asked: usize,
	pub away: bool,
}

impl FakeLedger {
	pub fn write<T>(&self, change: impl FnOnce(&mut Said) -> T) -> T {
		change(&mut self.said.lock().unwrap())
	}

	/// From now on answers of this model may be audited.
	pub fn audit(&self, gateway: &Gateway, model: ModelId) {
		self.write(|said| {
			said.terms.get_mut(&gateway.account.0).unwrap().audited.insert(model);
		});
	}

	/// Takes a gateway in, with a provider that offers these models there.
	pub fn admit(&self, gateway: &Gateway, models: &[ModelId]) {
		let price = reckon_sdk::Price { base: 10, per_input: 2, per_output: 3 };
		let offers = models.iter().map(|model| (*model, price)).collect();
		let (subnet, provider) = (SUBNET, Some(account(PROVIDER)));
		let terms = Terms { subnet, provider, offers, audited: Default::default() };
		self.write(|said| said.terms.insert(gateway.account.0, terms));
	}
}

impl Ledger for FakeLedger {
	fn genesis(&self) -> H256 {
		GENESIS
	}

	async fn terms(&self, gateway: AccountId) -> Result<Option<Terms>, ChainError> {
		match self.write(|said| (said.away, said.terms.get(&gateway.0).cloned())) {
			(true, _) => Err(ChainError::BlockGone(H256::zero())),
			(false, terms) => Ok(terms),
		}
	}

	async fn channel(&self, id: H256) -> Result<Option<Channel>, ChainError> {
		Ok(self.write(|said| {
			said.asked += 1;
			said.channels.get(&id).cloned()
		}))
	}
}

/// Steps that a test lets happen.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<usize>, Condvar)>);

impl Gate {
	pub fn let_pass(&self, steps: usize) {
		let mut left = self.0 .0.lock().unwrap();
		*left = left.saturating_add(steps);
		self.0 .1.notify_all();
	}

	fn pass(&self) {
		let mut left = self.0 .0.lock().unwrap();
		while *left == 0 {
			left = self.0 .1.wait(left).unwrap();
		}
		*left -= 1;
	}
}

/// Engines whose test is over end.
impl Drop for Gate {
	fn drop(&mut self) {
		self.let_pass(usize::MAX / 2);
	}
}

/// Continues a text by the alphabet, over and over: after `a` comes `b`. A token is a byte.
pub struct Alphabet {
	capabilities: Capabilities,
	gate: Gate,
}

impl Alphabet {
	pub fn new(gate: &Gate) -> Self {
		let capabilities = Capabilities {
			architecture: "alphabet".into(),
			tasks: vec![EngineTask::Complete],
			context_length: 100,
			vector_length: 0,
			device: "cpu".into(),
			weight_bytes: 0,
			profile: "F32",
		};
		Self { capabilities, gate: gate.clone() }
	}
}

impl Engine for Alphabet {
	fn capabilities(&self) -> &Capabilities {
		&self.capabilities
	}
}

impl Replay for Alphabet {
	fn encode(&self, task: &Task) -> Result<Vec<u32>, EngineError> {
		match task {
			Task::Complete { prompt } => Ok(prompt.bytes().map(u32::from).collect()),
			other => Err(EngineError::UnsupportedTask(other.kind())),
		}
	}

	fn decode(&self, tokens: &[u32]) -> Result<String, EngineError> {
		Ok(tokens.iter().filter_map(|token| char::from_u32(*token)).collect())
	}

	fn is_end(&self, _: u32) -> bool {
		false
	}

	fn vocabulary(&self) -> usize {
		128
	}

	fn width(&self) -> usize {
		1
	}

	fn rows(&self, _: &[u32], _: &[u32]) -> Result<Vec<f32>, EngineError> {
		Err(EngineError::Compute("nobody audits this".into()))
	}

	fn logits(&self, _: &[f32]) -> Result<Vec<f32>, EngineError> {
		Err(EngineError::Compute("nobody audits this".into()))
	}
}

impl StepEngine for Alphabet {
	type Cache = ();

	fn cache_bytes(&self, _: usize) -> u64 {
		1
	}

	fn cache(&self, _: usize) -> Result<(), EngineError> {
		Ok(())
	}

	fn step(&self, tokens: &[u32], _: &mut ()) -> Result<Step, EngineError> {
		self.gate.pass();
		let next = match tokens.last() {
			Some(last @ 97..=121) => last + 1,
			_ => 97,
		};
		let logits = (0..128).map(|token| if token == next { 9.0 } else { 0.0 }).collect();
		Ok(Step { logits, row: vec![1.0] })
	}
}

/// A machine with the repository's model.
pub fn lexicon(dir: &Path) -> (ModelId, Arc<Schedulers>) {
	let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	let model = PathBuf::from(here).join("../models/lexicon");
	let registry = Registry::new(dir);
	let entry = registry.add(&model, account([1; 32]), Some("lexicon"), &mut |_| {}).unwrap();
	let schedulers = Schedulers::new(registry, Device::cpu(), SchedulerConfig::default());
	schedulers.get(entry.id).unwrap();
	(entry.id, Arc::new(schedulers))
}

/// A machine that continues the alphabet.
pub fn alphabet(dir: &Path, gate: &Gate, config: SchedulerConfig) -> Arc<Schedulers> {
	let schedulers = Schedulers::new(Registry::new(dir), Device::cpu(), config.clone());
	schedulers.insert(MODEL, Scheduler::stepping(Alphabet::new(gate), config));
	Arc::new(schedulers)
}

/// A running worker.
pub struct Worker {
	pub signer: Signer,
	pub shared: Arc<Shared>,
	pub vault: Vault,
	pub stop: Option<oneshot::Sender<()>>,
	pub running: tokio::task::JoinHandle<()>,
}

impl Worker {
	pub async fn start(
		dir: &Path,
		ledger: &FakeLedger,
		schedulers: &Arc<Schedulers>,
		gateways: &[&Gateway],
	) -> Self {
		Self::trusting(dir, ledger, schedulers, gateways, Limits::default()).await
	}

	pub async fn trusting(
		dir: &Path,
		ledger: &FakeLedger,
		schedulers: &Arc<Schedulers>,
		gateways: &[&Gateway],
		limits: Limits,
	) -> Self {
		let signer = Signer::from_suri("//Worker").unwrap();
		let shared = Arc::new(Shared::default());
		let urls: Vec<String> = gateways.iter().map(|gateway| gateway.url.clone()).collect();
		let vault = vault(dir);
		let parts = Parts {
			ledger: ledger.clone(),
			court: ledger.court.clone(),
			limits,
			schedulers: schedulers.clone(),
			receipts: receipts(dir).await,
			vault: vault.clone(),
			signer: signer.clone(),
			shared: shared.clone(),
			drain: Duration::from_secs(60),
		};
		let (stop, stopped) = oneshot::channel();
		let stopped = async move {
			let _ = stopped.await;
		};
		let running = tokio::spawn(Gateways::new(&urls).unwrap().run(parts, stopped));
		Self { signer, shared, vault, stop: Some(stop), running }
	}

	pub fn key(&self) -> sr25519::Public {
		self.signer.account().0.into()
	}

	/// Ends it, wherever it is.
	pub async fn kill(self) {
		self.running.abort();
		let _ = self.running.await;
	}
}

/// What answers were computed with.
pub fn vault(dir: &Path) -> Vault {
	Vault::open(&dir.join("gateway-evidence"), 16 << 20, Duration::from_secs(60)).unwrap()
}

/// The journal, once an earlier worker has let go of it.
pub async fn receipts(dir: &Path) -> Receipts {
	loop {
		match Receipts::open(&dir.join("gateways.sqlite"), "genesis", "worker") {
			Err(JournalError::Busy { .. }) => tokio::time::sleep(Duration::from_millis(5)).await,
			opened => return opened.unwrap(),
		}
	}
}

struct Door(mpsc::UnboundedSender<Stream>);

#[tonic::async_trait]
impl Workers for Door {
	type JoinStream = ReceiverStream<Result<ToWorker, Status>>;

	async fn join(
		&self,
		request: tonic::Request<Streaming<FromWorker>>,
	) -> Result<Response<Self::JoinStream>, Status> {
		let (to, outgoing) = mpsc::channel(64);
		let status = v1::Status::default();
		self.0.send(Stream { to, from: request.into_inner(), status }).unwrap();
		Ok(Response::new(ReceiverStream::new(outgoing)))
	}
}

/// A gateway that does what the test says.
pub struct Gateway {
	pub account: AccountId,
	/// The account's.
	pub key: sr25519::Pair,
	pub url: String,
	address: std::net::SocketAddr,
	streams: mpsc::UnboundedReceiver<Stream>,
	pub session: sr25519::Pair,
	pub channel: H256,
}

impl Gateway {
	/// Listens, with a channel of 1,000,000 and two lanes in the ledger.
	pub async fn open(ledger: &FakeLedger, id: u8, models: &[ModelId]) -> Self {
		let mut gateway = Self::closed(ledger, id, models).await;
		gateway.listen().await;
		gateway
	}

	/// The same, at an address where nobody listens yet.
	pub async fn closed(ledger: &FakeLedger, id: u8, models: &[ModelId]) -> Self {
		let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
		let (_, streams) = mpsc::unbounded_channel();
		let session = sr25519::Pair::from_seed(&[id; 32]);
		let channel = H256([id; 32]);
		let url = format!("http://{address}");
		let key = sr25519::Pair::from_seed(&[id.wrapping_add(100); 32]);
		let account_id = account(key.public().0);
		let gateway = Self { account: account_id, key, address, url, streams, session, channel };
		let record = Channel {
			client: account([3; 32]),
			gateway: gateway.account,
			session_key: gateway.session.public().0,
			left: 1_000_000,
			place: 1,
			taken: vec![0, 500],
			closes_at: None,
		};
		ledger.write(|said| said.channels.insert(channel, record));
		ledger.admit(&gateway, models);
		gateway
	}

	pub async fn listen(&mut self) {
		let listener = TcpListener::bind(self.address).await.unwrap();
		let (sender, streams) = mpsc::unbounded_channel();
		self.streams = streams;
		let service = WorkersServer::new(Door(sender));
		let router = tonic::service::Routes::new(service).into_axum_router();
		tokio::spawn(async move { axum::serve(listener, router).await });
	}

	/// The next stream, as the worker opens it.
	pub async fn stream(&mut self) -> Stream {
		self.streams.recv().await.unwrap()
	}

	pub fn challenge(&self) -> v1::Challenge {
		v1::Challenge {
			nonce: vec![8; 32],
			genesis: GENESIS.0.to_vec(),
			gateway: self.account.0.to_vec(),
		}
	}

	/// As [`Self::join`], when streams that nobody has greeted may be before it.
	pub async fn joined_by(&mut self, worker: &Worker) -> Stream {
		loop {
			let mut stream = self.stream().await;
			let challenge =
				ToWorker { message: Some(to_worker::Message::Challenge(self.challenge())) };
			if stream.to.send(Ok(challenge)).await.is_err() {
				continue;
			}
			if let Ok(Some(FromWorker { message: Some(from_worker::Message::Hello(hello)) })) =
				stream.from.message().await
			{
				return self.welcome(worker, stream, hello).await;
			}
		}
	}

	/// The next stream, greeted, after the worker's first status.
	pub async fn join(&mut self, worker: &Worker) -> Stream {
		let mut stream = self.stream().await;
		stream.say(to_worker::Message::Challenge(self.challenge())).await;
		let from_worker::Message::Hello(hello) = stream.hear().await else { panic!("no hello") };
		self.welcome(worker, stream, hello).await
	}

	async fn welcome(&self, worker: &Worker, mut stream: Stream, hello: v1::Hello) -> Stream {
		let payload = join_payload(&GENESIS.0, &self.account.0, &[8; 32]);
		assert!(is_signed(worker, &hello.signature, &payload));
		assert_eq!(hello.worker, worker.key().0);
		let (subnet, provider) = (SUBNET, PROVIDER.to_vec());
		stream.say(to_worker::Message::Welcome(v1::Welcome { subnet, provider })).await;
		let from_worker::Message::Status(status) = stream.hear().await else { panic!("no status") };
		assert!(!status.draining);
		stream.status = status;
		stream
	}

	/// A request for a text's continuation by at most ten tokens.
	pub fn ask(&self, model: ModelId, nonce: u8, payload: &str) -> Ask {
		let request = Request {
			nonce: H256([nonce; 32]),
			model,
			task: TaskKind::Complete,
			payload: ContentRef::of(payload.as_bytes()),
			sampling: Sampling { max_output: 10, ..Sampling::default() },
			presence_milli: 0,
			frequency_milli: 0,
			price: OFFER,
		};
		let voucher =
			Voucher { channel: self.channel, lane: 0, cumulative: 10_000, request: H256::zero() };
		Ask {
			request,
			payload: payload.as_bytes().to_vec(),
			voucher,
			session: self.session.clone(),
			task: v1::Task { within_millis: 60_000, ..v1::Task::default() },
		}
	}
}

/// A request that can still be changed.
#[derive(Clone)]
pub struct Ask {
	pub request: Request,
	pub payload: Vec<u8>,
	pub voucher: Voucher,
	pub session: sr25519::Pair,
	pub task: v1::Task,
}

impl Ask {
	pub fn hash(&self) -> H256 {
		self.request.hash()
	}

	/// The voucher is for this request unless the test has named another.
	pub fn voucher(&self) -> SignedVoucher {
		let mut voucher = self.voucher;
		if voucher.request.is_zero() {
			voucher.request = self.hash();
		}
		let signature = self.session.sign(&voucher.payload(&GENESIS));
		SignedVoucher { voucher, signature }
	}

	pub fn task(&self) -> v1::Task {
		v1::Task {
			request: self.request.encode(),
			payload: self.payload.clone(),
			voucher: self.voucher().encode(),
			session_key: self.session.public().0.to_vec(),
			..self.task.clone()
		}
	}
}

/// A stream, from the gateway's side.
pub struct Stream {
	to: mpsc::Sender<Result<ToWorker, Status>>,
	from: Streaming<FromWorker>,
	/// What the worker said first of itself.
	pub status: v1::Status,
}

impl Stream {
	pub async fn say(&mut self, message: to_worker::Message) {
		self.to.send(Ok(ToWorker { message: Some(message) })).await.unwrap();
	}

	pub async fn say_nothing_known(&mut self) {
		self.to.send(Ok(ToWorker { message: None })).await.unwrap();
	}

	pub async fn hand(&mut self, ask: &Ask) {
		self.say(to_worker::Message::Task(ask.task())).await;
	}

	pub async fn cancel(&mut self, ask: &Ask) {
		let request = ask.hash().0.to_vec();
		self.say(to_worker::Message::Cancel(v1::Cancel { request })).await;
	}

	pub async fn stored(&mut self, ask: &Ask) {
		let requests = vec![ask.hash().0.to_vec()];
		self.say(to_worker::Message::Stored(v1::Stored { requests, acknowledgements: Vec::new() }))
			.await;
	}

	/// Says that a receipt is taken, with the gateway's signature.
	pub async fn acknowledge(&mut self, gateway: &Gateway, receipt: &[u8], taken_at: u32) {
		let signed = SignedReceipt::<AccountId>::decode(&mut &*receipt).unwrap();
		let acknowledgement = Acknowledgement { receipt: signed.leaf().hash, taken_at };
		let signature = gateway.key.sign(&acknowledgement.payload(&GENESIS));
		let signed_by = SignedAcknowledgement { acknowledgement, signature };
		self.say_stored(signed.receipt.request, signed_by.encode()).await;
	}

	pub async fn say_stored(&mut self, request: H256, signed: Vec<u8>) {
		let (requests, acknowledgements) = (vec![request.0.to_vec()], vec![signed]);
		self.say(to_worker::Message::Stored(v1::Stored { requests, acknowledgements })).await;
	}

	/// The next message, whatever it is.
	pub async fn hear(&mut self) -> from_worker::Message {
		self.from.message().await.unwrap().unwrap().message.unwrap()
	}

	/// The next message that is no status.
	pub async fn next(&mut self) -> from_worker::Message {
		loop {
			match self.hear().await {
				from_worker::Message::Status(_) => {},
				other => return other,
			}
		}
	}

	/// The next status for which something holds.
	pub async fn status(&mut self, holds: impl Fn(&v1::Status) -> bool) -> v1::Status {
		loop {
			match self.hear().await {
				from_worker::Message::Status(status) if holds(&status) => return status,
				_ => {},
			}
		}
	}

	pub async fn lease(&mut self, worker: &Worker, gateway: &Gateway, ask: &Ask) {
		let from_worker::Message::Lease(lease) = self.next().await else { panic!("no lease") };
		assert_eq!(lease.request, ask.hash().0);
		let payload =
			lease_payload(&GENESIS.0, &gateway.account.0, &ask.hash().0, lease.expires_at);
		assert!(is_signed(worker, &lease.signature, &payload));
	}

	/// The text up to the end of an answer, and the end.
	pub async fn rest(&mut self, ask: &Ask) -> (String, v1::Finished) {
		let mut text = String::new();
		loop {
			match self.next().await {
				from_worker::Message::Piece(piece) if piece.request == ask.hash().0 => {
					text.push_str(&piece.text);
				},
				from_worker::Message::Finished(finished) if finished.request == ask.hash().0 => {
					return (text, finished);
				},
				other => panic!("{other:?}"),
			}
		}
	}

	pub async fn refusal(&mut self, ask: &Ask) -> v1::Refused {
		match self.next().await {
			from_worker::Message::Refused(refused) => {
				assert_eq!(refused.request, ask.hash().0);
				refused
			},
			other => panic!("{other:?}"),
		}
	}

	/// Whether a hello came before the end of the stream.
	pub async fn heard_hello(&mut self) -> bool {
		let heard = self.from.message().await;
		matches!(heard, Ok(Some(FromWorker { message: Some(from_worker::Message::Hello(_)) })))
	}

	/// Waits until the worker has ended the stream.
	pub async fn ended(mut self) {
		while let Ok(Some(_)) = self.from.message().await {}
	}
}

pub fn is_signed(worker: &Worker, signature: &[u8], payload: &[u8]) -> bool {
	let signature = sr25519::Signature::from(<[u8; 64]>::try_from(signature).unwrap());
	sr25519::Pair::verify(&signature, payload, &worker.key())
}

/// A receipt, after all was checked that its gateway would check.
pub fn receipt(
	worker: &Worker,
	gateway: &Gateway,
	ask: &Ask,
	finished: &v1::Finished,
) -> reckon_receipts::Receipt<AccountId> {
	let signed = SignedReceipt::<AccountId>::decode(&mut finished.receipt.as_slice()).unwrap();
	signed.verify(&GENESIS).unwrap();
	let receipt = signed.receipt;
	assert_eq!(receipt.worker, worker.key());
	assert_eq!((receipt.provider, receipt.gateway), (account(PROVIDER), gateway.account));
	assert_eq!((receipt.model, receipt.request), (ask.request.model, ask.hash()));
	assert!(receipt.is_paid_by(&ask.voucher().voucher));
	assert_eq!(receipt.output, ContentRef::of(&finished.output));
	assert_eq!(receipt.charge, reckon_receipts::charge(&OFFER, receipt.units));
	receipt
}
