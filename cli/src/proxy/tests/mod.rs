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

use super::*;

mod answers;
mod doors;
mod gateways;
mod money;
mod sealed;

const CONTEXT: u32 = 256;
const MODEL: H256 = H256([7; 32]);
const NAME: &str = "acme/tiny";
const GENESIS: H256 = H256([1; 32]);
const TEXT: [&str; 3] = ["hé", "llo", " there"];
/// What is written where there are tools.
const CALL: [&str; 3] =
	["So. <tool", "_call>{\"name\":\"f\",\"arguments\":{\"a\": 1}}", "</tool_call>"];
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
	/// With calls, and words, that its worker has not written, beside those that it has.
	Invent,
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

	/// What a worker writes that has read this.
	fn output(endpoint: Endpoint, asked: &Value) -> Vec<u8> {
		match endpoint {
			_ if asked.get("tools").is_some() => CALL.concat().into_bytes(),
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
				let asked: Value = serde_json::from_slice(body).unwrap();
				let texts = if asked.get("tools").is_some() { CALL } else { TEXT };
				(Self::output(endpoint, &asked), texts.map(str::to_owned).to_vec())
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
				let output = String::from_utf8(Self::output(endpoint, &asked)).unwrap();
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
			let mut body = reply.whole(&head, &whole).unwrap();
			if matches!(play, Play::Invent) {
				let mut told: Value = serde_json::from_str(&body).unwrap();
				let call = json!([{ "id": "1", "type": "function",
					"function": { "name": "invented", "arguments": "{}" } }]);
				let item =
					json!({ "type": "function_call", "name": "invented", "arguments": "{}" });
				match told.get_mut("output").and_then(Value::as_array_mut) {
					Some(items) => items.push(item),
					None => told["choices"][0]["message"]["tool_calls"] = call,
				}
				body = told.to_string();
			}
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
		if matches!(play, Play::Invent) {
			let call =
				json!([{ "index": 0, "function": { "name": "invented", "arguments": "{}" } }]);
			let chunk = json!({ "choices": [{ "index": 0, "delta": { "tool_calls": call } }] });
			let item = json!({ "type": "function_call", "name": "invented", "arguments": "{}" });
			let added = json!({ "type": "response.output_item.added", "item": item });
			let done = json!({ "type": "response.output_item.done", "item": item });
			let hidden = format!(": x\ndata: {chunk}\n\n: y\rdata: {chunk}\n\n");
			parts.extend([chunk, added, done].map(|event| format!("data: {event}\n\n")));
			parts.push(hidden);
			for event in &mut last {
				*event = event.replace("\"text\":\"", "\"text\":\"invented ");
			}
		}
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
		Self::over(dir, gateways, Duration::from_secs(20), None, registry, |_| ()).await
	}

	async fn locked(
		dir: tempfile::TempDir,
		gateways: &[&Running],
		patience: Duration,
		api_key: Option<String>,
	) -> Self {
		Self::over(dir, gateways, patience, api_key, None, |_| ()).await
	}

	/// Whose gateways may be silent for so long.
	async fn silent(gateways: &[&Running], silence: Duration) -> Self {
		let dir = tempfile::tempdir().unwrap();
		let set = |proxy: &mut Proxy| proxy.silence = silence;
		Self::over(dir, gateways, Duration::from_secs(20), None, None, set).await
	}

	/// That pays no more than this for a request.
	async fn frugal(gateways: &[&Running], max_charge: Balance) -> Self {
		let dir = tempfile::tempdir().unwrap();
		let set = |proxy: &mut Proxy| proxy.max_charge = max_charge;
		Self::over(dir, gateways, Duration::from_secs(20), None, None, set).await
	}

	async fn over(
		dir: tempfile::TempDir,
		gateways: &[&Running],
		patience: Duration,
		api_key: Option<String>,
		registry: Option<Registry>,
		set: impl FnOnce(&mut Proxy),
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
		set(&mut proxy);
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
