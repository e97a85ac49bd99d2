//! What this program is when it has started itself: the engine, the gateway, the workers.

use crate::common::{pair, status, Manner, Net, Table, Worker, WORDS};
use axum::{body::Bytes, http::header::CONTENT_TYPE, routing::post, Router};
use codec::DecodeAll;
use reckon_gateway::{
	api,
	batches::{self, Rhythm},
	desk::Desk,
	rooms::Bounds,
};
use reckon_gateway_protocol::v1::{from_worker, to_worker, Piece};
use reckon_gateway_store::{open_with, SyncPolicy};
use reckon_receipts::Request;
use serde_json::json;
use sp_core::Pair;
use std::{
	collections::BTreeMap,
	future::IntoFuture,
	path::Path,
	sync::Arc,
	time::{Duration, SystemTime},
};
use tokio::{
	net::TcpListener,
	task::JoinSet,
	time::{interval, sleep},
};

/// As the gateway's settings are by default.
const RHYTHM: Rhythm = Rhythm::new(Duration::from_secs(60), 100_000);
/// A block's time.
const BLOCK: Duration = Duration::from_secs(3);
/// A worker says something at least every ten seconds.
const STATUS_EVERY: Duration = Duration::from_secs(5);

/// As fast as an engine is for one who reads along.
const TOKEN_EVERY: Duration = Duration::from_millis(20);
/// A token's text.
pub const PIECE: &str = "word";

/// Until who has started this closes our standard input, or is no more.
async fn until_left() {
	let closed =
		tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
	let _ = closed.await;
}

async fn local() -> (TcpListener, String) {
	let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
	let address = listener.local_addr().expect("an address").to_string();
	(listener, address)
}

/// The engine that computes nothing.
pub async fn engine() {
	let answer = json!({
		"id": "chatcmpl-1",
		"object": "chat.completion",
		"created": 1,
		"model": "acme/words",
		"choices": [{
			"index": 0,
			"message": { "role": "assistant", "content": WORDS.concat() },
			"finish_reason": "stop",
		}],
		"usage": { "prompt_tokens": 7, "completion_tokens": 4, "total_tokens": 11 },
	});
	let answer = Bytes::from(answer.to_string());
	let chat = move |_: Bytes| {
		let answer = answer.clone();
		async move { ([(CONTENT_TYPE, "application/json")], answer) }
	};
	let app = Router::new().route("/v1/chat/completions", post(chat));
	let (listener, address) = local().await;
	println!("{address}");
	tokio::select! {
		served = axum::serve(listener, app).into_future() => served.expect("it serves"),
		() = until_left() => {},
	}
}

/// The gateway, with all that runs in `reckon-gateway run`.
pub async fn gateway(dir: &Path, sync: SyncPolicy, lanes: usize) {
	// As much as by default.
	tracing_subscriber::fmt()
		.with_env_filter("info")
		.with_writer(std::io::stderr)
		.with_ansi(false)
		.init();
	let file = dir.join("gateway.sqlite");
	let store = open_with(file.to_str().expect("a path in UTF-8"), sync).await;
	let store = store.expect("the store opens");
	let net = Net::with(store, Arc::new(Table::default()), Bounds::default()).await;
	net.key(u128::MAX / 2, lanes, u128::MAX).await;
	let owner = pair(42);
	let account = reckon_primitives::AccountId::new(owner.public().0);
	let text = net.gateway.challenge(&account).await.expect("a challenge");
	let signature = owner.sign(text.as_bytes());
	let issued = net.gateway.issue(&account, &text, &signature.0, "bench", u128::MAX).await;
	let secret = issued.expect("a key").secret;
	let (listener, address) = local().await;
	let desk: Arc<dyn Desk> = Arc::new(net.gateway.clone());
	tokio::spawn(api::serve(listener, desk, api::Limits::default(), std::future::pending()));
	tokio::spawn(batches::run(net.rooms.clone(), RHYTHM));
	println!("{address} {} {secret}", net.address);
	let blocks = async {
		loop {
			sleep(BLOCK).await;
			net.look().await;
		}
	};
	tokio::select! {
		() = blocks => {},
		() = until_left() => {},
	}
}

/// Workers that compute nothing, and sign what workers sign.
pub async fn workers(url: &str, count: u8) {
	let mut tasks = JoinSet::new();
	for number in 0..count {
		let worker = Worker::join(url, 100 + number, Manner::Honest).await;
		tasks.spawn(work(worker.expect("the gateway takes it")));
	}
	println!("ready");
	tokio::select! {
		_ = tasks.join_next() => panic!("a worker has lost its gateway"),
		() = until_left() => {},
	}
}

/// Workers that write until they are told to stop, and say when they did, in microseconds since 1970.
pub async fn writers(url: &str, count: u8) {
	let mut tasks = JoinSet::new();
	for number in 0..count {
		let worker = Worker::join(url, 100 + number, Manner::Blank).await;
		tasks.spawn(write(worker.expect("the gateway takes it")));
	}
	println!("ready");
	tokio::select! {
		_ = tasks.join_next() => panic!("a worker has lost its gateway"),
		() = until_left() => {},
	}
}

async fn write(mut worker: Worker) {
	let mut written = BTreeMap::new();
	let (mut tokens, mut statuses) = (interval(TOKEN_EVERY), interval(STATUS_EVERY));
	loop {
		tokio::select! {
			heard = worker.heard.recv() => match heard {
				None => return,
				Some(to_worker::Message::Task(task)) => {
					let request = Request::decode_all(&mut &task.request[..]).expect("a request");
					written.insert(request.hash().0.to_vec(), request.sampling.max_output);
				},
				Some(to_worker::Message::Cancel(cancel)) => {
					written.remove(&cancel.request).expect("it is being written");
					println!("{}", since_1970().as_micros());
				},
				Some(_) => {},
			},
			_ = tokens.tick() => {
				for (request, left) in written.iter_mut().filter(|(_, left)| **left > 0) {
					*left -= 1;
					let (request, text) = (request.clone(), PIECE.to_owned());
					let piece = Piece { request, text, tokens: 1, logprobs: Vec::new() };
					worker.say(from_worker::Message::Piece(piece)).await;
				}
			},
			_ = statuses.tick() => worker.say(status()).await,
		}
	}
}

/// The time, the same for all processes of a machine.
pub fn since_1970() -> Duration {
	SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock that is set")
}

async fn work(mut worker: Worker) {
	loop {
		tokio::select! {
			heard = worker.heard.recv() => if heard.is_none() { return },
			() = sleep(STATUS_EVERY) => worker.say(status()).await,
		}
	}
}
