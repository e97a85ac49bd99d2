//! The proxy against gateways that are scripted, with real keys, real receipts and real sockets. They
//! check what a gateway checks: that the request is the body's, and that the voucher covers it.

use std::{
	collections::{BTreeMap, VecDeque},
	sync::Mutex,
};

use axum::{
	body::{Body, Bytes},
	extract::{Path, State},
	http::{HeaderMap, StatusCode},
	response::Response,
	routing::{get, post},
	Router,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use codec::{Decode, Encode, MaxEncodedLen};
use reckon_openai::{default_max_tokens, Endpoint, Finish, Head, Reply, Usage, Whole};
use reckon_primitives::{Balance, ContentRef, Price, Units};
use reckon_receipts::{
	charge, PaidBy, Receipt, ReceiptFile, Request, SignedReceipt, SignedVoucher,
};
use reckon_sealed::{Keyring, Sealer, Secret, SignedWorkerKey, Terms};
use serde_json::Value;
use sp_core::{crypto::Ss58Codec, sr25519, Pair};
use tokio::{
	sync::Notify,
	task::JoinHandle,
	time::{sleep, timeout},
};

use super::{relay::STREAM_SILENCE, *};

const CONTEXT: u32 = 256;
const MODEL: H256 = H256([7; 32]);
const NAME: &str = "acme/tiny";
const GENESIS: H256 = H256([1; 32]);
const TEXT: [&str; 3] = ["hé", "llo", " there"];
const UNITS: Units = Units { input: 5, output: 3 };
/// More than any request of these tests costs.
const DEPOSIT: Balance = 1_000_000_000;

fn price(per_output: Balance) -> Price<Balance> {
	Price { base: 10, per_input: 2, per_output }
}

fn said() -> String {
	TEXT.concat()
}

/// What a worker writes that seals it, in parts of its own.
fn sealed_by(secret: &Secret, output: &str, cut_off: bool) -> Vec<String> {
	let mut sealer = Sealer::new(secret);
	let mut parts: Vec<String> = match output == said() {
		true => TEXT.iter().map(|text| sealer.next(text).unwrap()).collect(),
		false => Vec::new(),
	};
	if !cut_off {
		let rest = if parts.is_empty() { output } else { "" };
		parts.push(sealer.last(rest, reckon_sealed::Finish::Stop).unwrap());
	}
	parts
}

/// Someone that requests can be sealed to, behind a gateway.
struct Sealing {
	pair: sr25519::Pair,
	keys: Keyring,
}

impl Sealing {
	fn new(suri: &str) -> Self {
		let pair = sr25519::Pair::from_string(suri, None).unwrap();
		Self { pair, keys: Keyring::new(now()) }
	}

	fn signed(&self) -> SignedWorkerKey {
		let key = self.keys.key(self.pair.public());
		SignedWorkerKey { key, signature: self.pair.sign(&key.payload(&GENESIS)) }
	}
}

fn now() -> u64 {
	let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
	since.as_millis() as u64
}

/// How a gateway answers.
#[derive(Clone)]
enum Play {
	/// As it should.
	Good,
	/// With a receipt that says something else, signed all the same.
	Sign(fn(&mut Receipt<AccountId>)),
	/// With a file that is not as the worker made it.
	Tamper(fn(&mut ReceiptFile)),
	/// Without a receipt, here and later.
	NoReceipt,
	/// With something that is no receipt.
	Garbage,
	/// Without a receipt in the answer; it can be had.
	Later,
	/// Says no.
	Refuse(u16, &'static str),
	/// Says no, and takes the money.
	RefuseAndCharge,
	/// Breaks off before the first text, without charging.
	DieBefore,
	/// Says so in the stream, before the first text.
	FailBefore,
	/// Breaks off in the middle, without charging.
	DieAfter,
	/// Sends the first text, then nothing until the client leaves; charges for what it had.
	Stall,
	/// As [`Play::Stall`], without any text.
	Mute,
	/// As it should, once this is told.
	When(Arc<Notify>),
	/// With what a worker has sealed, without its end.
	CutOff,
	/// With a part of another answer in it.
	Mixed,
}

struct Gate {
	account: AccountId,
	worker: sr25519::Pair,
	session: sr25519::Public,
	channel: H256,
	price: Price<Balance>,
	plays: Mutex<VecDeque<Play>>,
	seen: Mutex<Vec<(Request, SignedVoucher)>>,
	lanes: Mutex<Vec<Balance>>,
	receipts: Mutex<BTreeMap<H256, ReceiptFile>>,
	states: Mutex<BTreeMap<H256, &'static str>>,
	left: Mutex<Balance>,
	/// Those that requests can be sealed to, and what is told of them.
	sealing: Mutex<Vec<(Arc<Sealing>, SignedWorkerKey)>>,
	/// All bytes that came with requests, and left with answers.
	read: Mutex<Vec<u8>>,
}

/// A gateway that runs, and the note of the channel to it.
struct Running {
	gate: Arc<Gate>,
	note: Note,
	key: Signer,
	/// Its own, so that all of it can end at once.
	runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for Running {
	fn drop(&mut self) {
		self.die();
	}
}

impl Running {
	/// Ends the gateway and all of its connections.
	fn die(&mut self) {
		if let Some(runtime) = self.runtime.take() {
			runtime.shutdown_background();
		}
	}

	async fn start(number: u8, lanes: u32, price: Price<Balance>) -> Self {
		let key = Signer::from_suri(&format!("//Session{number}")).unwrap();
		let gate = Arc::new(Gate {
			account: AccountId::from([number; 32]),
			worker: sr25519::Pair::from_string(&format!("//Worker{number}"), None).unwrap(),
			session: sr25519::Public::from_raw(key.account().0),
			channel: H256([100 + number; 32]),
			price,
			plays: Mutex::default(),
			seen: Mutex::default(),
			lanes: Mutex::new(vec![0; lanes as usize]),
			receipts: Mutex::default(),
			states: Mutex::default(),
			left: Mutex::new(DEPOSIT),
			sealing: Mutex::default(),
			read: Mutex::default(),
		});
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let endpoint = format!("http://{}", listener.local_addr().unwrap());
		let router = gate_router(gate.clone());
		let listener = listener.into_std().unwrap();
		let runtime = tokio::runtime::Builder::new_multi_thread()
			.worker_threads(1)
			.enable_all()
			.build()
			.unwrap();
		runtime.spawn(async move {
			let listener = TcpListener::from_std(listener).unwrap();
			axum::serve(listener, router).await.unwrap();
		});
		let note = Note {
			genesis: reckon_sdk::H256(GENESIS.0),
			client: reckon_sdk::AccountId::from([9; 32]),
			gateway: reckon_sdk::AccountId::from([number; 32]),
			endpoint,
			lanes,
			channel: Some(reckon_sdk::H256(gate.channel.0)),
		};
		Self { gate, note, key, runtime: Some(runtime) }
	}

	fn play(&self, play: Play) {
		self.gate.plays.lock().unwrap().push_back(play);
	}

	fn seen(&self) -> Vec<(Request, SignedVoucher)> {
		self.gate.seen.lock().unwrap().clone()
	}

	/// Takes in workers that open what is sealed to them.
	fn seals(&self, suris: &[&str]) {
		let sealing = suris.iter().map(|suri| Arc::new(Sealing::new(suri)));
		let sealing = sealing.map(|sealing| (sealing.clone(), sealing.signed()));
		*self.gate.sealing.lock().unwrap() = sealing.collect();
	}

	/// Whether it has seen these bytes.
	fn has_read(&self, text: &str) -> bool {
		let read = self.gate.read.lock().unwrap();
		read.windows(text.len()).any(|seen| seen == text.as_bytes())
	}

	fn charged(&self) -> Balance {
		self.gate.lanes.lock().unwrap().iter().sum()
	}
}

fn gate_router(gate: Arc<Gate>) -> Router {
	let ask = |endpoint| {
		post(move |State(gate): State<Arc<Gate>>, headers: HeaderMap, body: Bytes| async move {
			gate.answer(Some(endpoint), &headers, &body).await
		})
	};
	let sealed =
		post(|State(gate): State<Arc<Gate>>, headers: HeaderMap, body: Bytes| async move {
			gate.answer(None, &headers, &body).await
		});
	Router::new()
		.route("/v1/sealed", sealed)
		.route("/v1/workers", get(|State(gate): State<Arc<Gate>>| async move { gate.workers() }))
		.route("/v1/chat/completions", ask(Endpoint::Chat))
		.route("/v1/completions", ask(Endpoint::Completions))
		.route("/v1/responses", ask(Endpoint::Responses))
		.route("/v1/embeddings", ask(Endpoint::Embeddings))
		.route("/v1/models", get(|State(gate): State<Arc<Gate>>| async move { gate.models() }))
		.route("/v1/channels/{id}", get(gate_channel))
		.route("/v1/requests/{id}", get(gate_request))
		.route("/v1/requests/{id}/receipt", get(gate_receipt))
		.with_state(gate)
}

async fn gate_channel(State(gate): State<Arc<Gate>>, Path(id): Path<H256>) -> Response {
	if id != gate.channel {
		return error(404, "unknown_channel");
	}
	let lanes: Vec<_> = gate.lanes.lock().unwrap().iter().map(ToString::to_string).collect();
	let left = gate.left.lock().unwrap().to_string();
	json_response(200, &json!({ "id": id, "left": left, "lanes": lanes, "closing": false }))
}

async fn gate_request(State(gate): State<Arc<Gate>>, Path(id): Path<H256>) -> Response {
	match gate.states.lock().unwrap().get(&id) {
		Some(state) => json_response(200, &json!({ "id": id, "state": state })),
		None => error(404, "request_not_found"),
	}
}

async fn gate_receipt(State(gate): State<Arc<Gate>>, Path(id): Path<H256>) -> Response {
	match gate.receipts.lock().unwrap().get(&id) {
		Some(file) => json_response(200, &serde_json::to_value(file).unwrap()),
		None => error(404, "request_not_found"),
	}
}

fn json_response(status: u16, json: &Value) -> Response {
	let mut response = Response::new(Body::from(json.to_string()));
	*response.status_mut() = StatusCode::from_u16(status).unwrap();
	response.headers_mut().insert("content-type", "application/json".parse().unwrap());
	response
}

fn error(status: u16, code: &str) -> Response {
	let error =
		json!({ "message": "scripted", "type": "server_error", "param": null, "code": code });
	let mut response = json_response(status, &json!({ "error": error }));
	response.headers_mut().insert("retry-after-ms", "70".parse().unwrap());
	response
}

impl Gate {
	fn models(&self) -> Response {
		let Price { base, per_input, per_output } = self.price;
		let price = json!({
			"base": base.to_string(),
			"per_input": per_input.to_string(),
			"per_output": per_output.to_string(),
		});
		let model = json!({
			"id": NAME,
			"object": "model",
			"context_length": CONTEXT,
			"reckon": { "id": MODEL, "price": price },
		});
		json_response(200, &json!({ "object": "list", "data": [model] }))
	}

	fn workers(&self) -> Response {
		let Price { base, per_input, per_output } = self.price;
		let price = json!({
			"base": base.to_string(),
			"per_input": per_input.to_string(),
			"per_output": per_output.to_string(),
		});
		let sealing = self.sealing.lock().unwrap();
		let told = sealing.iter().map(|(_, key)| {
			json!({
				"worker": key.key.worker.to_ss58check(),
				"provider": AccountId::from([77; 32]).to_ss58check(),
				"key": STANDARD.encode(key.encode()),
				"price": price,
			})
		});
		json_response(200, &json!({ "object": "list", "data": told.collect::<Vec<_>>() }))
	}

	/// What a worker writes.
	fn output(endpoint: Endpoint) -> Vec<u8> {
		match endpoint {
			Endpoint::Embeddings => br#"{"embeddings":[[0.5,-0.25,1e-7]]}"#.to_vec(),
			_ => said().into_bytes(),
		}
	}

	fn sign(
		&self,
		worker: &sr25519::Pair,
		receipt: Receipt<AccountId>,
		signed: &SignedVoucher,
	) -> ReceiptFile {
		let signature = worker.sign(&receipt.payload(&GENESIS));
		ReceiptFile {
			genesis: GENESIS,
			signed: SignedReceipt { receipt, signature },
			paid_by: Some(PaidBy { signed: signed.clone(), session_key: self.session }),
			batch: None,
			request: None,
		}
	}

	fn receipt(
		&self,
		request: &Request,
		signed: &SignedVoucher,
		output: &[u8],
	) -> Receipt<AccountId> {
		let units = Units { output: UNITS.output.min(request.sampling.max_output), ..UNITS };
		Receipt {
			request: request.hash(),
			channel: signed.voucher.channel,
			lane: signed.voucher.lane,
			model: request.model,
			provider: AccountId::from([77; 32]),
			worker: self.worker.public(),
			gateway: self.account.clone(),
			units,
			charge: charge(&request.price, units),
			output: ContentRef::of(output),
			commitment: None,
			started_at: 10,
			finished_at: 30,
			first_token_ms: 5,
		}
	}

	/// Takes the money and keeps the receipt.
	fn settle(&self, file: &ReceiptFile) {
		let receipt = &file.signed.receipt;
		let taken = receipt.charge;
		self.lanes.lock().unwrap()[usize::from(receipt.lane)] += taken;
		*self.left.lock().unwrap() -= taken;
		self.receipts.lock().unwrap().insert(receipt.request, file.clone());
	}

	async fn answer(
		self: Arc<Self>,
		endpoint: Option<Endpoint>,
		headers: &HeaderMap,
		body: &[u8],
	) -> Response {
		self.read.lock().unwrap().extend_from_slice(body);
		let bytes = |name: &str| STANDARD.decode(&headers[name]).unwrap();
		let request = Request::decode(&mut &bytes("reckon-request")[..]).unwrap();
		let signed = SignedVoucher::decode(&mut &bytes("reckon-voucher")[..]).unwrap();
		assert_eq!(headers["reckon-receipts"], "1");
		let reply = match endpoint {
			Some(endpoint) => {
				let read = reckon_openai::read(endpoint, body, |_| default_max_tokens(CONTEXT));
				let asked = read.unwrap();
				let expected = asked.order.request(MODEL, request.nonce, self.price);
				assert_eq!(request, expected, "the voucher is for what the body asks");
				asked.reply
			},
			None => {
				assert_eq!(request.payload, ContentRef::of(body));
				assert_eq!((request.model, request.price), (MODEL, self.price));
				Reply::of_sealed(NAME.into())
			},
		};
		assert!(signed.verify(&GENESIS, &self.session), "the session key signs");
		assert_eq!(signed.voucher.request, request.hash());
		assert_eq!(signed.voucher.channel, self.channel);
		let lane = usize::from(signed.voucher.lane);
		let most = request.most(request.payload.length + 256);
		self.seen.lock().unwrap().push((request, signed.clone()));
		if signed.voucher.cumulative < self.lanes.lock().unwrap()[lane] + most {
			return error(400, "voucher_too_low");
		}
		let play = self.plays.lock().unwrap().pop_front().unwrap_or(Play::Good);

		let mut worker = self.worker.clone();
		let (output, pieces) = match endpoint {
			Some(endpoint) => {
				(Self::output(endpoint), TEXT.iter().map(ToString::to_string).collect())
			},
			None => {
				let named = reckon_sealed::worker_of(body).unwrap();
				let all = self.sealing.lock().unwrap().clone();
				let (sealing, _) =
					all.into_iter().find(|(it, _)| it.pair.public() == named).unwrap();
				worker = sealing.pair.clone();
				let (gateway, channel) = (self.account.clone(), signed.voucher.channel);
				let lane = signed.voucher.lane;
				let terms = Terms { genesis: GENESIS, gateway, channel, lane, request };
				let opened = sealing.keys.open(&named, &terms, body).unwrap();
				let asked: Value = serde_json::from_slice(&opened.payload).unwrap();
				let endpoint = match asked.get("input").is_some() {
					true => Endpoint::Embeddings,
					false => Endpoint::Chat,
				};
				let output = String::from_utf8(Self::output(endpoint)).unwrap();
				let cut_off = matches!(play, Play::CutOff);
				let mut parts = sealed_by(&opened.secret, &output, cut_off);
				if matches!(play, Play::Mixed) {
					parts[1] = sealed_by(&opened.secret, &output, false)[1].clone();
				}
				(parts.concat().into_bytes(), parts)
			},
		};
		self.read.lock().unwrap().extend_from_slice(&output);
		let mut receipt = self.receipt(&request, &signed, &output);
		receipt.worker = worker.public();
		if let Play::Sign(change) = &play {
			change(&mut receipt);
		}
		let mut file = self.sign(&worker, receipt, &signed);
		if let Play::Tamper(change) = &play {
			change(&mut file);
		}
		let id = request.hash();
		match &play {
			Play::Refuse(status, code) => return error(*status, code),
			Play::RefuseAndCharge => {
				self.settle(&file);
				return error(429, "too_many");
			},
			Play::When(told) => told.notified().await,
			Play::DieBefore | Play::DieAfter => {
				self.states.lock().unwrap().insert(id, "failed");
			},
			_ => {},
		}
		let charges = !matches!(
			play,
			Play::DieBefore
				| Play::DieAfter
				| Play::FailBefore
				| Play::Stall
				| Play::Mute | Play::NoReceipt
		);
		if charges {
			self.settle(&file);
		}
		let sends = !matches!(play, Play::NoReceipt | Play::Later);
		let receipt_json = match play {
			Play::Garbage => "{}".to_owned(),
			_ => serde_json::to_string(&file).unwrap(),
		};
		let head = Head { id, created: 1 };
		let Units { input, output: written } = UNITS;
		let usage = Usage { input, output: written, charge: file.signed.receipt.charge };
		if !reply.is_stream() {
			if matches!(play, Play::DieBefore | Play::DieAfter) {
				let broken =
					futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("dead"))]);
				return Response::new(Body::from_stream(broken));
			}
			let whole = Whole { output: &output, logprobs: &[], finish: Finish::Stop, usage };
			let body = reply.whole(&head, &whole).unwrap();
			let mut response = json_response(200, &serde_json::from_str(&body).unwrap());
			if sends {
				let header = STANDARD.encode(receipt_json).parse().unwrap();
				response.headers_mut().insert("reckon-receipt", header);
			}
			return response;
		}

		let mut events = reply.events(head);
		let mut parts: Vec<String> = events.start().iter().map(|event| event.to_sse()).collect();
		parts.push(": keep-alive\n\n".into());
		let mut texts: Vec<Vec<String>> = Vec::new();
		for text in &pieces {
			texts.push(events.text(text, &[]).iter().map(|event| event.to_sse()).collect());
		}
		let mut last: Vec<String> =
			events.end(Finish::Stop, &usage).iter().map(|event| event.to_sse()).collect();
		if sends {
			last.push(format!("event: reckon.receipt\ndata: {receipt_json}\n\n"));
		}
		last.extend(events.done().map(|event| event.to_sse()));
		let mut dies = false;
		match play {
			Play::DieBefore => dies = true,
			Play::FailBefore => {
				self.states.lock().unwrap().insert(id, "failed");
				let error =
					json!({ "message": "lost", "type": "server_error", "code": "worker_lost" });
				parts.push(format!("data: {}\n\n", json!({ "error": error })));
			},
			Play::DieAfter => {
				parts.extend(texts.swap_remove(0));
				dies = true;
			},
			Play::Stall | Play::Mute => {
				if matches!(play, Play::Stall) {
					parts.extend(texts.swap_remove(0));
				}
				self.states.lock().unwrap().insert(id, "dispatched");
				let gate = self.clone();
				let guard = Left(Some(Box::new(move || gate.settle(&file))));
				let pieces =
					parts.into_iter().map(|part| Ok::<_, std::io::Error>(Bytes::from(part)));
				let forever = futures::stream::unfold(guard, |guard| async move {
					std::future::pending::<()>().await;
					Some((Ok(Bytes::new()), guard))
				});
				let stream = futures::StreamExt::chain(futures::stream::iter(pieces), forever);
				return sse(Body::from_stream(stream));
			},
			_ => {
				parts.extend(texts.into_iter().flatten());
				parts.extend(last);
			},
		}
		let mut pieces: Vec<std::result::Result<Bytes, std::io::Error>> =
			parts.into_iter().map(|part| Ok(Bytes::from(part))).collect();
		if dies {
			pieces.push(Err(std::io::Error::other("dead")));
		}
		// One at a time, so that what came before the end is not lost with it.
		let slowly = futures::stream::unfold(pieces.into_iter(), |mut pieces| async move {
			sleep(Duration::from_millis(2)).await;
			pieces.next().map(|piece| (piece, pieces))
		});
		sse(Body::from_stream(slowly))
	}
}

fn sse(body: Body) -> Response {
	let mut response = Response::new(body);
	response
		.headers_mut()
		.insert("content-type", "text/event-stream; charset=utf-8".parse().unwrap());
	response
}

/// Does something when the client has left.
struct Left(Option<Box<dyn FnOnce() + Send>>);

impl Drop for Left {
	fn drop(&mut self) {
		if let Some(work) = self.0.take() {
			work();
		}
	}
}

/// A proxy that runs.
struct Bench {
	dir: tempfile::TempDir,
	house: Arc<House>,
	base: String,
	server: JoinHandle<()>,
	http: reqwest::Client,
}

impl Bench {
	async fn start(gateways: &[&Running]) -> Self {
		Self::with(tempfile::tempdir().unwrap(), gateways, Duration::from_secs(20)).await
	}

	async fn with(dir: tempfile::TempDir, gateways: &[&Running], patience: Duration) -> Self {
		Self::locked(dir, gateways, patience, None).await
	}

	/// With a chain that has the workers with these keys for the provider's that all receipts name.
	async fn knowing(gateways: &[&Running], suris: &'static [&'static str]) -> Self {
		let theirs = move |worker: sr25519::Public| {
			let key = |suri: &&str| sr25519::Pair::from_string(suri, None).unwrap().public();
			let is_theirs = suris.iter().any(|suri| key(suri) == worker);
			let found = is_theirs.then(|| AccountId::from([77; 32]));
			Box::pin(async move { Ok(found) }) as futures::future::BoxFuture<_>
		};
		let registry = Some(Registry::new(Box::new(theirs)));
		let dir = tempfile::tempdir().unwrap();
		Self::over(dir, gateways, Duration::from_secs(20), None, registry, STREAM_SILENCE).await
	}

	async fn locked(
		dir: tempfile::TempDir,
		gateways: &[&Running],
		patience: Duration,
		api_key: Option<String>,
	) -> Self {
		Self::over(dir, gateways, patience, api_key, None, STREAM_SILENCE).await
	}

	/// Whose gateways may be silent for so long.
	async fn silent(gateways: &[&Running], silence: Duration) -> Self {
		let dir = tempfile::tempdir().unwrap();
		Self::over(dir, gateways, Duration::from_secs(20), None, None, silence).await
	}

	async fn over(
		dir: tempfile::TempDir,
		gateways: &[&Running],
		patience: Duration,
		api_key: Option<String>,
		registry: Option<Registry>,
		silence: Duration,
	) -> Self {
		let ledger = Ledger::open(&dir.path().join(LEDGER)).unwrap();
		let shelf = Shelf::open(dir.path().join(RECEIPTS)).unwrap();
		let channels = gateways
			.iter()
			.map(|running| {
				(running.key.clone(), running.note.clone(), running.note.channel.unwrap())
			})
			.collect();
		let mut proxy =
			assemble(channels, ledger, shelf.clone(), patience, registry, Output::new(true))
				.await
				.unwrap();
		proxy.silence = silence;
		let house = Arc::new(House { proxy, shelf, api_key, is_local: true, sealed: false });
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let base = format!("http://{}", listener.local_addr().unwrap());
		let router = router(house.clone());
		let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
		Self { dir, house, base, server, http: reqwest::Client::new() }
	}

	/// Ends the proxy, as far as its database is closed.
	async fn stop(self) -> tempfile::TempDir {
		let Self { dir, house, server, http, .. } = self;
		let left = Arc::downgrade(&house);
		server.abort();
		drop((http, house));
		for _ in 0..1_000 {
			if left.strong_count() == 0 {
				return dir;
			}
			sleep(Duration::from_millis(5)).await;
		}
		panic!("the proxy does not end");
	}

	async fn ask(&self, path: &str, body: Value) -> reqwest::Response {
		let asked = self.http.post(format!("{}{path}", self.base));
		let asked = asked.header("content-type", "application/json").body(body.to_string());
		asked.send().await.unwrap()
	}

	async fn ask_sealed(&self, path: &str, body: Value) -> reqwest::Response {
		let asked = self.http.post(format!("{}{path}", self.base)).header("reckon-sealed", "1");
		let asked = asked.header("content-type", "application/json").body(body.to_string());
		asked.send().await.unwrap()
	}

	async fn chat(&self, stream: bool) -> reqwest::Response {
		self.ask("/v1/chat/completions", chat(stream)).await
	}

	fn spent(&self) -> Balance {
		relay::spent(&self.house.proxy)
	}

	/// Until no lane pays or is in doubt.
	async fn quiet(&self) {
		for _ in 0..2_000 {
			let stands = self.house.proxy.purses.iter().map(|purse| (purse.stand(), purse.busy()));
			if stands.into_iter().all(|(stand, busy)| busy == 0 && stand.doubt == 0) {
				return;
			}
			sleep(Duration::from_millis(10)).await;
		}
		panic!("a lane is never free again");
	}
}

fn never_asked() -> Request {
	let nothing = vec![0; Request::max_encoded_len()];
	Request::decode(&mut &nothing[..]).unwrap()
}

fn chat(stream: bool) -> Value {
	json!({ "model": NAME, "stream": stream, "messages": [{ "role": "user", "content": "hi" }] })
}

async fn json_of(response: reqwest::Response) -> Value {
	serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

async fn code_of(response: reqwest::Response) -> String {
	json_of(response).await["error"]["code"].as_str().unwrap().to_owned()
}

fn cost(price: &Price<Balance>) -> Balance {
	charge(price, UNITS)
}

#[tokio::test]
async fn whole_answer_should_be_paid_for_and_its_receipt_kept() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	for count in 1..=3 {
		let response = bench.chat(false).await;
		assert_eq!(response.status(), 200);
		let header = STANDARD.decode(&response.headers()["reckon-receipt"]).unwrap();
		let file: ReceiptFile = serde_json::from_slice(&header).unwrap();
		assert_eq!(json_of(response).await["choices"][0]["message"]["content"], said());
		assert_eq!(bench.spent(), count * cost(&price(3)));
		assert_eq!(bench.spent(), gateway.charged());

		let id = file.signed.receipt.request;
		let kept = bench.http.get(format!("{}/v1/requests/{id:?}/receipt", bench.base));
		let kept = json_of(kept.send().await.unwrap()).await;
		let kept: ReceiptFile = serde_json::from_value(kept).unwrap();
		// What an audit of the answer is asked for with.
		assert_eq!(kept.request.unwrap().hash(), id);
		assert_eq!(ReceiptFile { request: None, ..kept }, file);
	}
	// Each voucher starts from what the lane has spent, not from what was promised before.
	let vouchers = gateway.seen();
	let most = vouchers[0].1.voucher.cumulative;
	assert_eq!(vouchers[2].1.voucher.cumulative, 2 * cost(&price(3)) + most);
	assert_ne!(vouchers[0].0.nonce, vouchers[1].0.nonce);
}

#[tokio::test]
async fn stream_should_be_as_the_gateway_sent_it_but_for_the_receipt() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	let plain = bench.chat(true).await;
	assert_eq!(plain.headers()["content-type"], "text/event-stream; charset=utf-8");
	let plain = plain.text().await.unwrap();
	assert!(!plain.contains("reckon.receipt"), "{plain}");
	assert!(plain.ends_with("data: [DONE]\n\n"), "{plain}");
	for text in TEXT {
		assert!(plain.contains(&format!("\"content\":\"{text}\"")), "{plain}");
	}
	let url = format!("{}/v1/chat/completions", bench.base);
	let asked = bench.http.post(url).header("content-type", "application/json");
	let full = asked.header("reckon-receipts", "1").body(chat(true).to_string()).send().await;
	let full = full.unwrap().text().await.unwrap();
	let receipt = full.split_once("event: reckon.receipt\ndata: ").unwrap().1;
	let file = serde_json::from_str::<ReceiptFile>(receipt.lines().next().unwrap()).unwrap();
	assert_eq!(file.signed.receipt.gateway, gateway.gate.account);
	assert_eq!(bench.spent(), 2 * cost(&price(3)));
	assert_eq!(bench.spent(), gateway.charged());
}

#[tokio::test]
async fn every_kind_of_answer_should_be_checked_against_its_receipt() {
	let gateway = Running::start(1, 4, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	let asks = [
		("/v1/chat/completions", chat(false)),
		("/v1/completions", json!({ "model": NAME, "prompt": "a ledger" })),
		("/v1/completions", json!({ "model": NAME, "prompt": "a ledger", "echo": true })),
		("/v1/responses", json!({ "model": NAME, "input": "hi" })),
	];
	let mut paid = 0;
	for (path, body) in asks {
		for stream in [false, true] {
			let mut body = body.clone();
			body["stream"] = stream.into();
			let response = bench.ask(path, body).await;
			assert_eq!(response.status(), 200, "{path}");
			let text = response.text().await.unwrap();
			assert!(!text.contains("\"error\":{"), "{path}: {text}");
			if stream {
				let end = if path.ends_with("responses") { "response.completed" } else { "[DONE]" };
				assert!(text.contains(end), "{path}: {text}");
			}
			paid += cost(&price(3));
			assert_eq!(bench.spent(), paid, "{path}");
		}
	}
	for encoding in ["float", "base64"] {
		let body = json!({ "model": NAME, "input": "hi", "encoding_format": encoding });
		let response = bench.ask("/v1/embeddings", body).await;
		assert_eq!(response.status(), 200, "{encoding}");
	}
	assert_eq!(bench.spent(), gateway.charged());
	assert!(bench.spent() > paid);
}

#[tokio::test]
async fn conversation_should_go_on_from_answers_that_the_client_names() {
	let running = Running::start(1, 2, price(3)).await;
	running.seals(&["//Sealing"]);
	let bench = Bench::knowing(&[&running], &["//Sealing", "//Worker1"]).await;
	let ask = async |input: Value, stream: bool, sealed: bool| {
		let body = json!({ "model": NAME, "input": input, "stream": stream });
		let answer = match sealed {
			true => bench.ask_sealed("/v1/responses", body).await,
			false => bench.ask("/v1/responses", body).await,
		};
		(answer.status().as_u16(), answer.text().await.unwrap())
	};
	let user = json!({ "role": "user", "content": "hi" });
	for (stream, sealed) in [(false, false), (true, false), (false, true), (true, true)] {
		let (status, text) = ask(json!("hi"), stream, sealed).await;
		assert_eq!(status, 200, "{text}");
		let (_, id) = text.split_once("\"msg_").unwrap();
		let id = format!("msg_{}", id.split_once('"').unwrap().0);
		let refer = json!({ "type": "item_reference", "id": id });
		running.gate.read.lock().unwrap().clear();
		let (status, text) = ask(json!([user, refer, user]), stream, sealed).await;
		assert_eq!(status, 200, "{text}");
		// The gateway, or its worker, reads what was said, and hears of no reference.
		let said = running.has_read(&format!(r#""content":"{}""#, said()));
		assert_eq!((said, running.has_read("item_reference")), (!sealed, false));
		let (request, _) = running.seen().pop().unwrap();
		let messages =
			json!({ "messages": [user, { "role": "assistant", "content": self::said() }, user] });
		let length = match sealed {
			true => reckon_sealed::sealed_len(messages.to_string().len()),
			false => messages.to_string().len(),
		};
		assert_eq!(request.payload.length as usize, length);
	}
	let unknown = json!([{ "type": "item_reference", "id": format!("msg_{}", "1".repeat(64)) }]);
	let asked = running.seen().len();
	let (status, text) = ask(unknown, false, false).await;
	assert_eq!((status, text.contains("item_not_found")), (404, true), "{text}");
	assert_eq!(running.seen().len(), asked);
}

#[tokio::test]
async fn receipt_that_lies_should_be_refused_by_its_name_and_not_counted() {
	let lies: [(&str, Play); 18] = [
		("receipt_missing", Play::NoReceipt),
		("receipt_malformed", Play::Garbage),
		("receipt_chain", Play::Tamper(|file| file.genesis = H256([2; 32]))),
		("receipt_request", Play::Tamper(|file| file.request = Some(never_asked()))),
		("receipt_signature", Play::Tamper(|file| file.signed.receipt.charge -= 1)),
		("receipt_signature", Play::Tamper(|file| file.signed.receipt.worker.0[0] ^= 1)),
		("receipt_times", Play::Sign(|receipt| receipt.finished_at = 1)),
		("receipt_times", Play::Sign(|receipt| receipt.first_token_ms = 1_000)),
		("receipt_request", Play::Sign(|receipt| receipt.request = H256([3; 32]))),
		("receipt_model", Play::Sign(|receipt| receipt.model = H256([3; 32]))),
		("receipt_gateway", Play::Sign(|receipt| receipt.gateway = AccountId::from([3; 32]))),
		("receipt_lane", Play::Sign(|receipt| receipt.channel = H256([3; 32]))),
		("receipt_lane", Play::Sign(|receipt| receipt.lane ^= 1)),
		(
			"receipt_voucher",
			Play::Tamper(|file| {
				file.paid_by.as_mut().unwrap().signed.voucher.cumulative += 1;
			}),
		),
		("receipt_units", Play::Sign(|receipt| receipt.units.input = 100_000)),
		("receipt_units", Play::Sign(|receipt| receipt.units.output = CONTEXT)),
		("receipt_charge", Play::Sign(|receipt| receipt.charge += 1)),
		("receipt_output", Play::Sign(|receipt| receipt.output = ContentRef::of(b"other"))),
	];
	for (expected, play) in lies {
		for stream in [false, true] {
			let gateway = Running::start(1, 2, price(3)).await;
			let bench = Bench::start(&[&gateway]).await;
			gateway.play(play.clone());
			let response = bench.chat(stream).await;
			if stream {
				let text = response.text().await.unwrap();
				assert!(text.contains(&format!("\"code\":\"{expected}\"")), "{expected}: {text}");
				assert!(!text.contains("[DONE]"), "{expected}: {text}");
			} else {
				assert_eq!(response.status(), 502, "{expected}");
				// OpenAI's libraries would ask, and pay, again.
				assert_eq!(response.headers()["x-should-retry"], "false");
				assert_eq!(code_of(response).await, expected);
			}
			assert_eq!(bench.spent(), 0, "{expected}");
			// And nothing more is paid to it.
			let again = bench.chat(stream).await;
			assert_eq!((again.status().as_u16(), gateway.seen().len()), (503, 1), "{expected}");
			assert_eq!(code_of(again).await, "channel_unusable");
		}
	}
}

#[tokio::test]
async fn receipt_should_be_fetched_when_it_did_not_come_along() {
	for stream in [false, true] {
		let gateway = Running::start(1, 2, price(3)).await;
		let bench = Bench::start(&[&gateway]).await;
		gateway.play(Play::Later);
		let response = bench.chat(stream).await;
		assert_eq!(response.status(), 200);
		assert!(!response.text().await.unwrap().contains("error"));
		assert_eq!(bench.spent(), cost(&price(3)));
	}
}

#[tokio::test]
async fn cheapest_gateway_should_be_asked_and_the_next_when_it_fails_before_the_first_text() {
	for play in [Play::DieBefore, Play::FailBefore, Play::Refuse(503, "no_worker_available")] {
		for stream in [false, true] {
			if !stream && matches!(play, Play::FailBefore) {
				continue;
			}
			let (cheap, dear) =
				(Running::start(1, 2, price(3)).await, Running::start(2, 2, price(4)).await);
			let bench = Bench::start(&[&dear, &cheap]).await;
			cheap.play(play.clone());
			let response = bench.chat(stream).await;
			assert_eq!(response.status(), 200);
			let text = response.text().await.unwrap();
			assert!(!text.contains("\"error\":{"), "{text}");
			assert_eq!((cheap.seen().len(), dear.seen().len()), (1, 1));
			// What came to nothing has cost nothing, and its lane pays again.
			bench.quiet().await;
			assert_eq!((bench.spent(), cheap.charged()), (cost(&price(4)), 0));
		}
	}
}

#[tokio::test]
async fn gateway_that_is_not_there_should_cost_nothing() {
	let mut cheap = Running::start(1, 2, price(3)).await;
	let dear = Running::start(2, 2, price(4)).await;
	let bench = Bench::start(&[&cheap, &dear]).await;
	assert_eq!(bench.chat(false).await.status(), 200);
	cheap.die();
	for _ in 0..2 {
		assert_eq!(bench.chat(false).await.status(), 200);
	}
	assert_eq!((cheap.seen().len(), dear.seen().len()), (1, 2));
	assert_eq!(bench.spent(), cost(&price(3)) + 2 * cost(&price(4)));
}

#[tokio::test]
async fn stream_should_end_with_an_error_when_its_gateway_dies_after_the_first_text() {
	let (cheap, dear) =
		(Running::start(1, 2, price(3)).await, Running::start(2, 2, price(4)).await);
	let bench = Bench::start(&[&cheap, &dear]).await;
	cheap.play(Play::DieAfter);
	let text = bench.chat(true).await.text().await.unwrap();
	assert!(text.contains(TEXT[0]) && text.contains("\"code\":\"gateway_lost\""), "{text}");
	assert!(!text.contains("[DONE]") && dear.seen().is_empty(), "{text}");
	bench.quiet().await;
	assert_eq!(bench.spent(), 0);
	// The lane is good again.
	sleep(Duration::from_millis(600)).await;
	assert_eq!(bench.chat(true).await.status(), 200);
	assert_eq!(cheap.seen().len(), 2);
}

#[tokio::test]
async fn stream_should_end_with_an_error_when_its_gateway_is_silent() {
	let running = Running::start(1, 1, price(3)).await;
	let other = Running::start(2, 1, price(9)).await;
	let bench = Bench::silent(&[&running, &other], Duration::from_millis(300)).await;
	running.play(Play::Stall);
	let text = bench.chat(true).await.text();
	let text = timeout(Duration::from_secs(10), text).await.expect("it waits on").unwrap();
	assert!(text.contains(TEXT[0]) && text.contains("gateway_lost"), "{text}");
	// Before the first text, another gateway takes over.
	bench.quiet().await;
	running.play(Play::Mute);
	bench.house.proxy.purses.iter().for_each(|purse| purse.upstream.recovered());
	let answer = bench.chat(true).await;
	let text = timeout(Duration::from_secs(10), answer.text()).await.expect("it waits on").unwrap();
	assert!(text.contains(TEXT[2]), "{text}");
	assert_eq!((running.seen().len(), other.seen().len()), (2, 1));
}

#[tokio::test]
async fn refusals_should_be_passed_on_when_no_gateway_does_better() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	for (status, code) in
		[(503, "no_worker_available"), (429, "busy"), (400, "context_length_exceeded")]
	{
		gateway.play(Play::Refuse(status, code));
		let response = bench.chat(false).await;
		assert_eq!(response.status(), status);
		assert_eq!(response.headers()["retry-after-ms"], "70");
		assert_eq!(code_of(response).await, code);
		bench.quiet().await;
	}
	assert_eq!(bench.spent(), 0);
	gateway.play(Play::Refuse(400, "voucher_forged"));
	let response = bench.chat(false).await;
	assert_eq!(response.status(), 502);
	assert_eq!(code_of(response).await, "voucher_refused");
}

#[tokio::test]
async fn voucher_should_start_from_what_the_gateway_has_proven_when_it_was_too_low() {
	let gateway = Running::start(1, 1, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	gateway.play(Play::RefuseAndCharge);
	assert_eq!(bench.chat(false).await.status(), 429);
	assert_eq!(bench.spent(), 0);
	assert_eq!(bench.chat(false).await.status(), 200);
	// One that was refused and charged all the same, one too low, one that covers both.
	assert_eq!(gateway.seen().len(), 3);
	assert_eq!(bench.spent(), 2 * cost(&price(3)));
	assert_eq!(bench.spent(), gateway.charged());
}

#[tokio::test]
async fn lane_should_be_disputed_when_the_gateway_has_spent_more_than_receipts_prove() {
	let gateway = Running::start(1, 1, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	gateway.gate.lanes.lock().unwrap()[0] = 5;
	let response = bench.chat(false).await;
	assert_eq!(response.status(), 502);
	assert_eq!(code_of(response).await, "voucher_refused");
	let stand = bench.house.proxy.purses[0].stand();
	assert!(stand.disputed[0].contains("lane 0 has spent"), "{:?}", stand.disputed);
	assert_eq!(bench.spent(), 0);
	// For good: the next start does not use it either.
	let dir = bench.stop().await;
	let bench = Bench::with(dir, &[&gateway], Duration::from_secs(20)).await;
	assert_eq!(code_of(bench.chat(false).await).await, "channel_unusable");
}

#[tokio::test]
async fn client_that_leaves_should_pay_for_what_the_gateway_had_sent() {
	let gateway = Running::start(1, 1, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	gateway.play(Play::Stall);
	let mut response = bench.chat(true).await;
	assert!(response.chunk().await.unwrap().is_some());
	assert_eq!(bench.spent(), 0);
	drop(response);
	bench.quiet().await;
	assert_eq!(bench.spent(), cost(&price(3)));
	assert_eq!(bench.spent(), gateway.charged());
	assert_eq!(bench.chat(true).await.status(), 200);
}

#[tokio::test]
async fn voucher_in_flight_should_be_counted_by_its_receipt_after_a_crash() {
	let gateway = Running::start(1, 1, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	let release = Arc::new(Notify::new());
	gateway.play(Play::When(release.clone()));
	let (base, http) = (bench.base.clone(), bench.http.clone());
	let asked = tokio::spawn(async move {
		let asked = http.post(format!("{base}/v1/chat/completions"));
		asked.header("content-type", "application/json").body(chat(false).to_string()).send().await
	});
	while gateway.seen().is_empty() {
		sleep(Duration::from_millis(5)).await;
	}
	// The program dies: what is on disk is all there is, and a copy of it is what the next start finds.
	let copy = tempfile::tempdir().unwrap();
	for name in [LEDGER, "ledger.sqlite-wal"] {
		let _ = std::fs::copy(bench.dir.path().join(name), copy.path().join(name));
	}
	release.notify_one();
	assert_eq!(asked.await.unwrap().unwrap().status(), 200);
	let lanes =
		Ledger::open(&copy.path().join(LEDGER)).unwrap().lanes(gateway.gate.channel, 1).await;
	let lanes = lanes.unwrap();
	assert_eq!((lanes[0].sent.len(), lanes[0].spent), (1, 0), "promised before it left");
	let bench = Bench::with(copy, &[&gateway], Duration::from_secs(20)).await;
	bench.quiet().await;
	assert_eq!(bench.spent(), cost(&price(3)));
	assert_eq!(bench.chat(false).await.status(), 200);
	assert_eq!(bench.spent(), gateway.charged());
}

#[tokio::test]
async fn voucher_in_flight_should_cost_nothing_when_the_gateway_never_had_it() {
	let gateway = Running::start(1, 1, price(3)).await;
	let dir = tempfile::tempdir().unwrap();
	let ledger = Ledger::open(&dir.path().join(LEDGER)).unwrap();
	let order = reckon_openai::read(Endpoint::Chat, chat(false).to_string().as_bytes(), |_| 128);
	let request = order.unwrap().order.request(MODEL, H256([5; 32]), price(3));
	let sent = ledger::Sent {
		request,
		channel: gateway.gate.channel,
		lane: 0,
		cumulative: 1_000,
		most: 1_000,
		input: 300,
	};
	ledger.send(sent).await.unwrap();
	drop(ledger);
	let bench = Bench::with(dir, &[&gateway], Duration::from_secs(20)).await;
	bench.quiet().await;
	assert_eq!(bench.spent(), 0);
	let stand = bench.house.proxy.purses[0].stand();
	assert_eq!(stand.promised, 1_000, "it may be used all the same");
	assert_eq!(bench.chat(false).await.status(), 200);
}

#[tokio::test]
async fn requests_should_run_at_once_as_far_as_there_are_lanes_and_then_wait() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Arc::new(Bench::start(&[&gateway]).await);
	let release = Arc::new(Notify::new());
	for _ in 0..3 {
		gateway.play(Play::When(release.clone()));
	}
	let asked: Vec<_> = (0..3)
		.map(|_| {
			let bench = bench.clone();
			tokio::spawn(async move { bench.chat(false).await.status().as_u16() })
		})
		.collect();
	while gateway.seen().len() < 2 {
		sleep(Duration::from_millis(5)).await;
	}
	let lanes: Vec<_> = gateway.seen().iter().map(|(_, signed)| signed.voucher.lane).collect();
	assert!(lanes == [0, 1] || lanes == [1, 0], "{lanes:?}");
	sleep(Duration::from_millis(100)).await;
	assert_eq!(gateway.seen().len(), 2, "the third waits");
	// As often as there is somebody to tell.
	let teller = tokio::spawn(async move {
		loop {
			release.notify_one();
			sleep(Duration::from_millis(5)).await;
		}
	});
	for asked in asked {
		assert_eq!(asked.await.unwrap(), 200);
	}
	teller.abort();
	assert_eq!(bench.spent(), 3 * cost(&price(3)));
	assert_eq!(bench.spent(), gateway.charged());
}

#[tokio::test]
async fn request_should_be_refused_when_no_lane_is_free_in_time() {
	let gateway = Running::start(1, 1, price(3)).await;
	let patience = Duration::from_millis(50);
	let bench = Bench::with(tempfile::tempdir().unwrap(), &[&gateway], patience).await;
	gateway.play(Play::Stall);
	let mut first = bench.chat(true).await;
	assert!(first.chunk().await.unwrap().is_some());
	let second = bench.chat(true).await;
	assert_eq!(second.status(), 429);
	assert!(second.headers().contains_key("retry-after-ms"));
	assert_eq!(code_of(second).await, "lanes_busy");
	assert_eq!(gateway.seen().len(), 1);
}

#[tokio::test]
async fn request_should_be_refused_when_the_channel_has_too_little_and_served_when_it_has_more() {
	let gateway = Running::start(1, 1, price(3)).await;
	*gateway.gate.left.lock().unwrap() = 100;
	let bench = Bench::start(&[&gateway]).await;
	let response = bench.chat(false).await;
	assert_eq!(response.status(), 402);
	let error = json_of(response).await;
	assert_eq!(error["error"]["code"], "insufficient_quota");
	assert!(error["error"]["message"].as_str().unwrap().contains("reckon channel top-up"));
	assert!(gateway.seen().is_empty(), "nothing was signed");
	*gateway.gate.left.lock().unwrap() = DEPOSIT;
	assert_eq!(bench.chat(false).await.status(), 200);
}

#[tokio::test]
async fn models_should_be_those_of_all_gateways_each_where_it_is_cheapest() {
	let (cheap, dear) =
		(Running::start(1, 2, price(3)).await, Running::start(2, 2, price(4)).await);
	let bench = Bench::start(&[&dear, &cheap]).await;
	let list =
		json_of(bench.http.get(format!("{}/v1/models", bench.base)).send().await.unwrap()).await;
	assert_eq!(list["data"].as_array().unwrap().len(), 1);
	assert_eq!(list["data"][0]["reckon"]["price"]["per_output"], "3");
	for name in ["acme/tiny", "acme%2Ftiny"] {
		let url = format!("{}/v1/models/{name}", bench.base);
		let model = json_of(bench.http.get(url).send().await.unwrap()).await;
		assert_eq!(model["id"], NAME, "{name}");
	}
	let unknown = bench.http.get(format!("{}/v1/models/no", bench.base)).send().await.unwrap();
	assert_eq!(unknown.status(), 404);
	let body = json!({ "model": "no", "messages": [{ "role": "user", "content": "hi" }] });
	let unknown = bench.ask("/v1/chat/completions", body).await;
	assert_eq!(unknown.status(), 404);
	let error = json_of(unknown).await;
	assert_eq!(error["error"]["code"], "model_not_found");
	assert!(error["error"]["message"].as_str().unwrap().contains(NAME));
}

#[tokio::test]
async fn doors_should_refuse_what_is_not_meant_for_them() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	let url = format!("{}/v1/chat/completions", bench.base);
	let post = || bench.http.post(&url).body(chat(false).to_string());
	let json =
		|request: reqwest::RequestBuilder| request.header("content-type", "application/json");
	// As a page of another site could without being asked.
	let plain = post().header("content-type", "text/plain").send().await.unwrap();
	assert_eq!(plain.status(), 415);
	let foreign = json(post()).header("host", "evil.example").send().await.unwrap();
	assert_eq!(foreign.status(), 403);
	assert_eq!(code_of(foreign).await, "wrong_host");
	let large = json(bench.http.post(&url)).body(vec![b' '; (4 << 20) + 1]).send().await.unwrap();
	assert_eq!(large.status(), 413);
	let malformed = json(bench.http.post(&url)).body("{").send().await.unwrap();
	assert_eq!(malformed.status(), 400);
	let wrong = json!({ "model": NAME, "messages": 7 }).to_string();
	let wrong = json(bench.http.post(&url)).body(wrong).send().await.unwrap();
	assert_eq!(wrong.status(), 400);
	assert_eq!(json_of(wrong).await["error"]["param"], "messages");
	let nothing = bench.http.get(format!("{}/v1/nothing", bench.base)).send().await.unwrap();
	assert_eq!(nothing.status(), 404);
	assert_eq!(code_of(nothing).await, "unknown_url");
	assert!(gateway.seen().is_empty());
}

#[tokio::test]
async fn doors_should_ask_for_the_key_where_there_is_one() {
	let gateway = Running::start(1, 2, price(3)).await;
	let (dir, key) = (tempfile::tempdir().unwrap(), Some("secret".to_owned()));
	let bench = Bench::locked(dir, &[&gateway], Duration::from_secs(20), key).await;
	let url = format!("{}/v1/chat/completions", bench.base);
	let ask = |key: &'static str| {
		let asked = reqwest::Client::new().post(&url).header("content-type", "application/json");
		asked.header("authorization", key).body(chat(false).to_string()).send()
	};
	for key in ["", "Bearer ", "Bearer secre", "secret", "Bearer secret1"] {
		let refused = ask(key).await.unwrap();
		assert_eq!(refused.status(), 401, "{key}");
		assert_eq!(code_of(refused).await, "invalid_api_key");
	}
	assert!(gateway.seen().is_empty());
	assert_eq!(ask("Bearer secret").await.unwrap().status(), 200);
}

const SEALERS: &[&str] = &["//Seal1", "//Seal2"];

#[tokio::test]
async fn sealed_request_should_be_answered_and_paid_for_and_not_be_read_by_its_gateway() {
	let gateway = Running::start(1, 2, price(3)).await;
	gateway.seals(&SEALERS[..1]);
	let bench = Bench::knowing(&[&gateway], SEALERS).await;
	let secret = "nobody else's business";
	let asks = [
		("/v1/chat/completions", json!({ "messages": [{ "role": "user", "content": secret }] })),
		("/v1/completions", json!({ "prompt": secret, "echo": true })),
		("/v1/responses", json!({ "input": secret })),
	];
	let mut count = 0;
	for (path, mut body) in asks {
		body["model"] = NAME.into();
		for stream in [false, true] {
			body["stream"] = stream.into();
			let response = bench.ask_sealed(path, body.clone()).await;
			assert_eq!(response.status(), 200, "{path}");
			assert_eq!(response.headers().contains_key("reckon-receipt"), !stream);
			let text = response.text().await.unwrap();
			match stream {
				true => {
					for part in TEXT {
						assert!(text.contains(&format!("\"{part}\"")), "{path}: {text}");
					}
					let end = if path.ends_with("es") { "response.completed" } else { "[DONE]" };
					assert!(text.contains(end), "{path}: {text}");
				},
				false => assert!(text.contains(&said()), "{path}: {text}"),
			}
			assert_eq!(text.contains(secret), path == "/v1/completions", "echo is ours: {text}");
			count += 1;
			assert_eq!(bench.spent(), count * cost(&price(3)), "{path}");
		}
	}
	let body = json!({ "model": NAME, "input": secret });
	let vectors = json_of(bench.ask_sealed("/v1/embeddings", body).await).await;
	assert_eq!(vectors["data"][0]["embedding"][1], -0.25);
	assert_eq!(bench.spent(), gateway.charged());
	assert!(!gateway.has_read(secret) && !gateway.has_read("hé") && !gateway.has_read("0.25"));
	// The proof that the test can fail.
	bench.chat(false).await;
	assert!(gateway.has_read("hé"));
}

#[tokio::test]
async fn sealed_request_should_never_be_sent_open() {
	let gateway = Running::start(1, 2, price(3)).await;
	let code = |bench: &Bench| {
		let asked = bench.http.post(format!("{}/v1/chat/completions", bench.base));
		let asked = asked.header("content-type", "application/json").header("reckon-sealed", "1");
		let asked = asked.body(chat(false).to_string()).send();
		async move { code_of(asked.await.unwrap()).await }
	};
	let bench = Bench::knowing(&[&gateway], SEALERS).await;
	assert_eq!(code(&bench).await, "no_sealed_worker");
	// A key that is not the worker's.
	gateway.seals(&SEALERS[..1]);
	let own = Sealing::new("//Gateway").keys.key(gateway.gate.worker.public()).key;
	gateway.gate.sealing.lock().unwrap()[0].1.key.key = own;
	assert_eq!(code(&bench).await, "worker_impostor");
	// One that the gateway has made up, with its own key.
	gateway.seals(&["//Gateway"]);
	assert_eq!(code(&bench).await, "worker_impostor");
	// One whose time is over.
	let mut old = Sealing::new("//Seal1");
	old.keys = Keyring::new(now() - reckon_sealed::LASTS_MS);
	let old = Arc::new(old);
	*gateway.gate.sealing.lock().unwrap() = vec![(old.clone(), old.signed())];
	assert_eq!(code(&bench).await, "no_sealed_worker");
	// Nobody to ask whose it is.
	gateway.seals(&SEALERS[..1]);
	let alone = Bench::start(&[&gateway]).await;
	assert_eq!(code(&alone).await, "chain_unreachable");
	let mut likely = chat(false);
	likely["logprobs"] = true.into();
	let refused = bench.ask_sealed("/v1/chat/completions", likely).await;
	assert_eq!(refused.status(), 400);
	assert!(gateway.seen().is_empty());
	assert_eq!((bench.spent(), gateway.charged()), (0, 0));
}

#[tokio::test]
async fn sealed_request_should_be_sealed_anew_when_its_worker_is_lost() {
	for play in [Play::Refuse(503, "worker_lost"), Play::FailBefore, Play::DieBefore] {
		for stream in [false, true] {
			let gateway = Running::start(1, 4, price(3)).await;
			gateway.seals(SEALERS);
			gateway.play(play.clone());
			let bench = Bench::knowing(&[&gateway], SEALERS).await;
			let response = bench.ask_sealed("/v1/chat/completions", chat(stream)).await;
			assert_eq!(response.status(), 200);
			assert!(response.text().await.unwrap().contains(TEXT[2]));
			let seen = gateway.seen();
			assert_eq!(seen.len(), 2);
			assert_ne!(seen[0].0.payload, seen[1].0.payload);
			bench.quiet().await;
			assert_eq!(bench.spent(), gateway.charged());
		}
	}
	// In the middle of an answer of which nothing was told.
	let gateway = Running::start(1, 4, price(3)).await;
	gateway.seals(SEALERS);
	gateway.play(Play::DieAfter);
	let bench = Bench::knowing(&[&gateway], SEALERS).await;
	let response = bench.ask_sealed("/v1/chat/completions", chat(false)).await;
	assert_eq!(json_of(response).await["choices"][0]["message"]["content"], said());
}

#[tokio::test]
async fn sealed_answer_should_be_refused_when_it_is_not_all_that_the_worker_wrote() {
	for stream in [false, true] {
		let gateway = Running::start(1, 4, price(3)).await;
		gateway.seals(&SEALERS[..1]);
		let bench = Bench::knowing(&[&gateway], SEALERS).await;
		gateway.play(Play::CutOff);
		let text = bench.ask_sealed("/v1/chat/completions", chat(stream)).await.text().await;
		assert!(text.unwrap().contains("answer_cut_off"));
		// The worker has signed for it, and is paid.
		assert_eq!(bench.spent(), cost(&price(3)));
		gateway.play(Play::Mixed);
		let text = bench.ask_sealed("/v1/chat/completions", chat(stream)).await.text().await;
		let text = text.unwrap();
		assert!(text.contains("\"error\"") && !text.contains(TEXT[1]), "{text}");
		// A receipt of another worker.
		gateway.play(Play::Sign(|receipt| receipt.provider = AccountId::from([78; 32])));
		let text = bench.ask_sealed("/v1/chat/completions", chat(stream)).await.text().await;
		assert!(text.unwrap().contains("receipt_worker"));
	}
}

#[tokio::test]
async fn open_answer_should_be_refused_when_the_chain_does_not_know_its_worker() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::knowing(&[&gateway], &["//Worker1"]).await;
	assert_eq!(bench.chat(false).await.status(), 200);
	let stranger = Running::start(2, 2, price(3)).await;
	let bench = Bench::knowing(&[&stranger], &["//Worker1"]).await;
	assert_eq!(code_of(bench.chat(false).await).await, "receipt_worker");
	assert_eq!(bench.spent(), 0);
}
