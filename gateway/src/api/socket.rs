//! `/v1/stream`: conversations over one WebSocket.
//!
//! Each message of the client is a body of `/v1/chat/completions` with an `id` of its own choice beside,
//! and several may be answered at once:
//!
//! ```text
//! client  {"id":"a","model":"m","messages":[…]}            asks
//! client  {"id":"a","cancel":true}                         stops what it has asked
//! server  {"id":"a","event":{"object":"chat.completion.chunk",…}}
//! server  {"id":"a","receipt":{…}}                         only for "receipts":true
//! server  {"id":"a","done":true}                           the end, or
//! server  {"id":"a","error":{"message",…}}                 the end too
//! ```
//!
//! Who pays: `Authorization: Bearer` of the handshake; in browsers, which can't send it, the protocols
//! `reckon` and `reckon-key.KEY`; or `reckon_request` and `reckon_voucher` in each message, as the
//! headers of these names. `idempotency_key` is as HTTP's header, too.

use super::{
	ask::{broken_off, finish, receipt, usage},
	line::{Line, RequestName},
	openapi,
	payer::Shown,
	problems::Refused,
	repeats::named,
	Door,
};
use crate::{
	clock::now_millis,
	desk::{Answering, Payer, Piece},
};
use axum::{
	extract::{
		ws::{rejection::WebSocketUpgradeRejection, Message, WebSocket, WebSocketUpgrade},
		State,
	},
	http::{header::SEC_WEBSOCKET_PROTOCOL, HeaderMap},
	response::Response,
	Extension,
};
use futures::{
	stream::{SplitSink, SplitStream},
	SinkExt, StreamExt,
};
use reckon_openai::{read, Asked, Endpoint, Events, Head, Problem};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
	sync::{mpsc, oneshot, OwnedSemaphorePermit},
	task::JoinSet,
	time::{interval, timeout, MissedTickBehavior},
};

const PROTOCOL: &str = "reckon";
const KEY_PROTOCOL: &str = "reckon-key.";
/// The most answers at once of one socket.
const MAX_ANSWERS: usize = 32;
/// The longest name that a client gives a request.
const MAX_ID_BYTES: usize = 64;
/// Events that wait for a slow client; its answers wait behind them.
const MAX_UNSENT: usize = 64;
/// How often a silent client is asked whether it is there, and how long it may be silent.
const ASK_EVERY: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(60);
/// How long one event may take to be sent.
const SEND_WITHIN: Duration = Duration::from_secs(30);

/// Beside a chat request.
#[derive(Deserialize)]
struct Beside {
	id: String,
	#[serde(default)]
	cancel: bool,
	#[serde(default)]
	receipts: bool,
	reckon_request: Option<String>,
	reckon_voucher: Option<String>,
	idempotency_key: Option<String>,
}

/// Conversations over a WebSocket
///
/// Each message is a body of `/v1/chat/completions` with an `id` beside; answers come as
/// `{"id","event"}` and end with `{"id","done":true}` or `{"id","error"}`. `{"id","cancel":true}` stops
/// an answer. `"receipts":true` sends `{"id","receipt"}` before the end. With an `"idempotency_key"`
/// that was said before, what is asked is told again.
#[utoipa::path(
	get,
	path = "/v1/stream",
	tag = "OpenAI",
	responses((status = 101, description = "A WebSocket"), (status = 401, body = openapi::Error)),
)]
pub(super) async fn stream(
	State(door): State<Arc<Door>>,
	Extension(name): Extension<RequestName>,
	headers: HeaderMap,
	upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refused> {
	let key = Shown::of(&headers).key.or_else(|| protocol_key(&headers)).map(str::to_owned);
	// A wrong key is told now, where clients see a status.
	if let Some(key) = &key {
		door.desk.key(key).await?;
	}
	let upgrade = upgrade.map_err(|_| Problem::malformed("this is for WebSockets only"))?;
	let max = door.limits.max_body_bytes;
	let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(max).max_frame_size(max);
	Ok(upgrade.on_upgrade(move |socket| Session::new(door, name, key).run(socket)))
}

fn protocol_key(headers: &HeaderMap) -> Option<&str> {
	let offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL).into_iter();
	let mut names = offered.filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(','));
	names.find_map(|name| name.trim().strip_prefix(KEY_PROTOCOL))
}

/// One socket.
struct Session {
	door: Arc<Door>,
	name: RequestName,
	key: Option<String>,
	answers: JoinSet<String>,
	/// Those that are not over, by what the client calls them, with what stops them once.
	running: HashMap<String, Option<oneshot::Sender<()>>>,
}

impl Session {
	fn new(door: Arc<Door>, name: RequestName, key: Option<String>) -> Self {
		Self { door, name, key, answers: JoinSet::new(), running: HashMap::new() }
	}

	/// Until the client leaves: then all that it waits for is dropped, which cancels it.
	async fn run(mut self, socket: WebSocket) {
		let (sink, mut client) = socket.split();
		let (out, unsent) = mpsc::channel(MAX_UNSENT);
		let mut writer = tokio::spawn(write(sink, unsent));
		loop {
			let message = tokio::select! {
				message = heard(&mut client) => message,
				Some(over) = self.answers.join_next() => {
					if let Ok(id) = over {
						self.running.remove(&id);
					}
					continue;
				},
				_ = &mut writer => return,
			};
			let Some(text) = message else { break };
			// A client that does not read is not read either.
			if self.take(text.as_bytes(), &out).await.is_err() {
				break;
			}
		}
		writer.abort();
	}

	/// One message of the client.
	async fn take(&mut self, message: &[u8], out: &Out) -> Result<(), Gone> {
		let beside: Beside = match serde_json::from_slice(message) {
			Ok(beside) => beside,
			Err(error) => {
				let problem = Problem::malformed(format!("the message: {error}"));
				return send(out, error_frame(None, &problem)).await;
			},
		};
		let id = beside.id.clone();
		let refused = |problem| send(out, error_frame(Some(&id), &problem));
		if id.is_empty() || id.len() > MAX_ID_BYTES {
			let message = format!("'id' must have from 1 to {MAX_ID_BYTES} bytes");
			return send(out, error_frame(None, &Problem::invalid("id", message))).await;
		}
		if beside.cancel {
			return match self.running.get_mut(&id) {
				// It says itself that it is over.
				Some(stop) => {
					drop(stop.take());
					Ok(())
				},
				None => send(out, done_frame(&id)).await,
			};
		}
		if self.running.contains_key(&id) {
			return refused(Problem::invalid("id", "'id' has an answer that is not over")).await;
		}
		if self.running.len() >= MAX_ANSWERS {
			let what = format!("this socket has {MAX_ANSWERS} answers: wait for one to end");
			let code = "rate_limit_exceeded";
			return refused(Problem::new(429, code, Some(code), what)).await;
		}
		let place = match self.door.place() {
			Ok(place) => place,
			Err(problem) => return refused(problem).await,
		};
		let answer = Answer {
			door: self.door.clone(),
			key: self.key.clone(),
			beside,
			line: Line::new(self.name.clone(), "stream"),
			out: out.clone(),
			_place: place,
		};
		let message = message.to_vec();
		let (stop, stopped) = oneshot::channel();
		self.answers.spawn(answer.run(message, stopped));
		self.running.insert(id, Some(stop));
		Ok(())
	}
}

type Out = mpsc::Sender<String>;

/// The client has left.
struct Gone;

async fn send(out: &Out, frame: String) -> Result<(), Gone> {
	out.send(frame).await.map_err(|_| Gone)
}

/// The next text of a client; `None` when it has left, is silent for long or sends what is no text.
async fn heard(client: &mut SplitStream<WebSocket>) -> Option<axum::extract::ws::Utf8Bytes> {
	loop {
		match timeout(SILENCE, client.next()).await {
			Ok(Some(Ok(Message::Text(text)))) => return Some(text),
			Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {},
			_ => return None,
		}
	}
}

/// Sends what there is, and asks now and then whether the client is there.
async fn write(mut sink: SplitSink<WebSocket, Message>, mut unsent: mpsc::Receiver<String>) {
	let mut ask = interval(ASK_EVERY);
	ask.set_missed_tick_behavior(MissedTickBehavior::Delay);
	loop {
		let message = tokio::select! {
			frame = unsent.recv() => match frame {
				Some(frame) => Message::Text(frame.into()),
				None => return,
			},
			_ = ask.tick() => Message::Ping(Default::default()),
		};
		if !matches!(timeout(SEND_WITHIN, sink.send(message)).await, Ok(Ok(()))) {
			return;
		}
	}
}

/// One request of a socket.
struct Answer {
	door: Arc<Door>,
	key: Option<String>,
	beside: Beside,
	line: Line,
	out: Out,
	_place: OwnedSemaphorePermit,
}

impl Answer {
	/// To its end, or until `stopped` is sent or dropped; returns its name.
	async fn run(mut self, message: Vec<u8>, stopped: oneshot::Receiver<()>) -> String {
		let id = self.beside.id.clone();
		let told = tokio::select! {
			told = self.tell(&message) => told,
			_ = stopped => Ok(()),
		};
		// When nobody takes the last word either, there is nothing left to do.
		let _ = match told {
			Ok(()) => send(&self.out, done_frame(&id)).await,
			Err(Stop::Problem(problem)) => {
				self.line.refused(&problem);
				send(&self.out, error_frame(Some(&id), &problem)).await
			},
			Err(Stop::Gone) => Err(Gone),
		};
		id
	}

	async fn tell(&mut self, message: &[u8]) -> Result<(), Stop> {
		let received = now_millis();
		let shown = Shown {
			key: self.key.as_deref(),
			request: self.beside.reckon_request.as_deref(),
			voucher: self.beside.reckon_voucher.as_deref(),
		};
		let payer: Payer = shown.payer(&*self.door.desk).await.map_err(Problem::from)?;
		let door = self.door.clone();
		let Asked { order, reply } = read(Endpoint::Chat, message, |model| door.max_tokens(model))?;
		let repeat = match (&payer, &self.beside.idempotency_key) {
			(Payer::Key(key), Some(name)) => Some(named(key.id, name.as_bytes())),
			_ => None,
		};
		let answering = door.ask(payer, order, repeat, false, received, &mut self.line).await;
		let mut answering = answering.map_err(Problem::from)?;
		let head = Head { id: answering.id(), created: received / 1000 };
		self.events(&mut *answering, reply.streamed().events(head)).await
	}

	async fn events(
		&mut self,
		answering: &mut dyn Answering,
		mut events: Events,
	) -> Result<(), Stop> {
		let mut told = events.start();
		loop {
			self.frames("event", told.into_iter().map(|event| event.data)).await?;
			told = match answering.next().await {
				Some(Piece::Text { text, logprobs }) => events.text(&text, &logprobs),
				Some(Piece::End(end)) => {
					let end = end.map_err(Problem::from)?;
					let usage = usage(&end);
					let last = events.end(finish(end.answer.finish), &usage);
					self.frames("event", last.into_iter().map(|event| event.data)).await?;
					if self.beside.receipts {
						self.frames("receipt", [receipt(&end)]).await?;
					}
					self.line.answered(usage);
					return Ok(());
				},
				None => return Err(broken_off().into()),
			};
		}
	}
}

impl Answer {
	async fn frames(&self, what: &str, all: impl IntoIterator<Item = String>) -> Result<(), Gone> {
		for json in all {
			let id = name(&self.beside.id);
			send(&self.out, format!(r#"{{"id":{id},"{what}":{json}}}"#)).await?;
		}
		Ok(())
	}
}

/// Why an answer is not told to its end.
enum Stop {
	Problem(Problem),
	Gone,
}

impl From<Problem> for Stop {
	fn from(problem: Problem) -> Self {
		Self::Problem(problem)
	}
}

impl From<Gone> for Stop {
	fn from(_: Gone) -> Self {
		Self::Gone
	}
}

/// A client's name for a request, as JSON.
fn name(id: &str) -> serde_json::Value {
	id.into()
}

fn done_frame(id: &str) -> String {
	format!(r#"{{"id":{},"done":true}}"#, name(id))
}

/// A problem's body with the name of what it is about.
fn error_frame(id: Option<&str>, problem: &Problem) -> String {
	let id = id.map_or(serde_json::Value::Null, name);
	let body = problem.body();
	// The body is an object with `error` in it.
	format!(r#"{{"id":{id},{}"#, body.strip_prefix('{').unwrap_or("}"))
}
