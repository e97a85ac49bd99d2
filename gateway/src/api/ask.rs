//! The endpoints that are paid for.

use super::{
	line::{Line, RequestName},
	max_tokens, openapi,
	payer::Shown,
	problems::{json, Refused},
	repeats::Try,
	watched::Watched,
	Door,
};
use crate::{
	clock::now_millis,
	desk::{Answering, Ask, Desk, End, Payer, Piece, Refusal},
};
use axum::{
	body::{Body, Bytes},
	extract::{Request, State},
	http::{
		header::{HeaderName, CACHE_CONTROL, CONTENT_TYPE},
		request::Parts,
		Extensions, HeaderMap, HeaderValue, StatusCode,
	},
	response::{IntoResponse, Response},
	Extension,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use reckon_gateway_store::{Finish as Ended, Key, KeyId};
use reckon_openai::{
	read, references, resolve, Answered, Asked, Endpoint, Event, Events, Finish, Head, Logprob,
	Order, Problem, References, Reply, Usage, Whole, MAX_PAYLOAD_BYTES,
};
use reckon_sealed::{worker_of, MAX_OVERHEAD};
use sp_core::H256;
use std::{collections::BTreeMap, future::Future, io, sync::Arc};
use tokio::{
	sync::OwnedSemaphorePermit,
	time::{timeout, timeout_at, Instant},
};

/// Whether a stream is to have its receipt.
const RECEIPTS: &str = "reckon-receipts";
/// The receipt of an answer that comes whole.
const RECEIPT: HeaderName = HeaderName::from_static("reckon-receipt");
/// The id to ask `/v1/requests` about.
const REQUEST: HeaderName = HeaderName::from_static("reckon-request-id");
/// Tells proxies not to hold events back.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");
/// The event with the receipt.
pub(super) const RECEIPT_EVENT: &str = "reckon.receipt";

/// How many names a first try is given, one after another: as often as its body may have been asked before
/// this program was started.
const MAX_NAMES: usize = 1_000;
/// The most bytes of payloads that are read to find the tools of answers that one request names.
const MAX_REFERRED_BYTES: usize = 64 << 20;

const KEEP_ALIVE: &str = ": keep-alive\n\n";

type Doors = State<Arc<Door>>;
type Name = Extension<RequestName>;

/// Continue a conversation
#[utoipa::path(
	post,
	path = "/v1/chat/completions",
	tag = "OpenAI",
	request_body = openapi::ChatRequest,
	responses(
		(status = 200, description = "The answer, or events where `stream` is true"),
		(status = "default", body = openapi::Error),
	),
)]
pub(super) async fn chat(door: Doors, name: Name, request: Request) -> Response {
	serve(door, name, Form::Open(Endpoint::Chat), "chat", request).await
}

/// Continue a text
#[utoipa::path(
	post,
	path = "/v1/completions",
	tag = "OpenAI",
	request_body = openapi::CompletionRequest,
	responses(
		(status = 200, description = "The answer, or events where `stream` is true"),
		(status = "default", body = openapi::Error),
	),
)]
pub(super) async fn completions(door: Doors, name: Name, request: Request) -> Response {
	serve(door, name, Form::Open(Endpoint::Completions), "completions", request).await
}

/// Continue a conversation; `previous_response_id` may name what was said up to an answer of the last days, an
/// `item_reference` that answer alone
#[utoipa::path(
	post,
	path = "/v1/responses",
	tag = "OpenAI",
	request_body = openapi::ResponseRequest,
	responses(
		(status = 200, description = "The answer, or events where `stream` is true"),
		(status = "default", body = openapi::Error),
	),
)]
pub(super) async fn responses(door: Doors, name: Name, request: Request) -> Response {
	serve(door, name, Form::Open(Endpoint::Responses), "responses", request).await
}

/// Turn texts into vectors
#[utoipa::path(
	post,
	path = "/v1/embeddings",
	tag = "OpenAI",
	request_body = openapi::EmbeddingRequest,
	responses(
		(status = 200, description = "A vector for each text"),
		(status = "default", body = openapi::Error),
	),
)]
pub(super) async fn embeddings(door: Doors, name: Name, request: Request) -> Response {
	serve(door, name, Form::Open(Endpoint::Embeddings), "embeddings", request).await
}

/// Ask what only its worker reads: see the crate reckon-sealed. `Reckon-Request` and `Reckon-Voucher` pay;
/// the answer is a completion's events, whose text only the client reads
#[utoipa::path(
	post,
	path = "/v1/sealed",
	tag = "Reckon",
	request_body(content = Vec<u8>, content_type = "application/octet-stream"),
	responses(
		(status = 200, description = "Events"),
		(status = "default", body = openapi::Error),
	),
)]
pub(super) async fn sealed(door: Doors, name: Name, request: Request) -> Response {
	serve(door, name, Form::Sealed, "sealed", request).await
}

/// How a request comes.
#[derive(Clone, Copy)]
enum Form {
	/// In OpenAI's.
	Open(Endpoint),
	/// As bytes that only its worker understands.
	Sealed,
}

impl Form {
	async fn read(self, door: &Door, payer: &Payer, body: &Bytes) -> Result<Asked, Problem> {
		match (self, payer) {
			(Self::Open(Endpoint::Responses), Payer::Key(key)) => {
				let body = door.resolved(key, body).await?;
				read(Endpoint::Responses, &body, |model| door.max_tokens(model))
			},
			(Self::Open(endpoint), _) => read(endpoint, body, |model| door.max_tokens(model)),
			(Self::Sealed, Payer::Voucher { request, .. }) => read_sealed(request, body),
			(Self::Sealed, Payer::Key(_)) => {
				let why = "what is sealed is paid for by the client's own voucher, which is in it";
				Err(Refusal::Voucher { code: "voucher_malformed", why: why.into() }.into())
			},
		}
	}
}

/// What the client has signed for says all that is not sealed.
fn read_sealed(request: &reckon_receipts::Request, body: &Bytes) -> Result<Asked, Problem> {
	if body.len() > MAX_PAYLOAD_BYTES.saturating_add(MAX_OVERHEAD) {
		let message = format!("the sealed prompt has {} bytes, too many", body.len());
		return Err(Problem::invalid("body", message));
	}
	if worker_of(body).is_none() {
		return Err(Problem::malformed("the body is nothing that was sealed to a worker"));
	}
	let model = format!("{:?}", request.model);
	let order = Order {
		model: model.clone(),
		task: request.task,
		payload: body.to_vec(),
		instructed: false,
		sampling: request.sampling,
		seeded: true,
		presence_milli: request.presence_milli,
		frequency_milli: request.frequency_milli,
		logprobs: None,
	};
	Ok(Asked { order, reply: Reply::of_sealed(model) })
}

async fn serve(
	State(door): Doors,
	Extension(name): Name,
	form: Form,
	label: &'static str,
	request: Request,
) -> Response {
	let received = now_millis();
	let mut line = Line::new(name, label);
	let (parts, body) = request.into_parts();
	// Who can't pay is not read.
	let payer = match Shown::of(&parts.headers).payer(&*door.desk).await {
		Ok(payer) => payer,
		Err(refusal) => return refused(&mut line, refusal.into()),
	};
	let Parts { headers, extensions, .. } = parts;
	let asking = Asking { payer: payer.clone(), headers, extensions, body, received };
	let mut response = match answer(&door, form, asking, &mut line).await {
		Ok(Told::Whole(response)) => response,
		Ok(Told::Events(stream)) => stream.respond(line),
		Err(problem) => refused(&mut line, problem),
	};
	door.tell_places(&payer, response.headers_mut()).await;
	response
}

fn refused(line: &mut Line, problem: Problem) -> Response {
	line.refused(&problem);
	Refused(problem).into_response()
}

/// What comes in, of somebody who can pay.
struct Asking {
	payer: Payer,
	headers: HeaderMap,
	extensions: Extensions,
	body: Body,
	received: u64,
}

/// How a client is answered.
enum Told {
	Whole(Response),
	Events(Box<Stream>),
}

async fn answer(
	door: &Arc<Door>,
	form: Form,
	asking: Asking,
	line: &mut Line,
) -> Result<Told, Problem> {
	let Asking { payer, headers, extensions, body, received } = asking;
	let body = door.body(&extensions, body).await?;
	let place = door.place()?;
	let Asked { order, reply } = form.read(door, &payer, &body).await?;
	let repeat = match &payer {
		Payer::Key(key) => door.repeats.name(key.id, &headers, &body),
		// A request that a voucher is signed for has a name already: its hash.
		Payer::Voucher { .. } => None,
	};
	drop(body);
	let mut answering = door.ask(payer, order, repeat, !reply.is_stream(), received, line).await?;
	let head = Head { id: answering.id(), created: received / 1000 };
	if reply.is_stream() {
		// Most refusals come at once: as an HTTP status they reach more clients than as an event.
		let first = match timeout(door.limits.silence, answering.next()).await {
			Ok(Some(Piece::End(Err(refusal)))) => return Err(refusal.into()),
			Ok(piece) => Some(piece),
			Err(_) => None,
		};
		let receipts = headers.get(RECEIPTS).is_some_and(|value| value == "1");
		let events = reply.events(head);
		let stream = Stream {
			answering,
			events,
			receipts,
			first,
			silence: door.limits.silence,
			taken_within: door.limits.taken_within,
			_place: place,
		};
		return Ok(Told::Events(Box::new(stream)));
	}
	let (end, logprobs) = whole(&mut *answering).await?;
	let usage = usage(&end);
	let whole = reply.whole(&head, &told(&end, &logprobs, usage))?;
	let mut response = json(StatusCode::OK, whole);
	drop(place);
	line.answered(usage);
	let receipt = STANDARD.encode(receipt(&end));
	name_request(response.headers_mut(), head.id);
	if let Ok(receipt) = HeaderValue::from_str(&receipt) {
		response.headers_mut().insert(RECEIPT, receipt);
	}
	Ok(Told::Whole(response))
}

impl Door {
	/// A body with what was said before in place of references to it.
	async fn resolved(&self, key: &Key, body: &Bytes) -> Result<Bytes, Problem> {
		let referred = references(body);
		if referred == References::default() {
			return Ok(body.clone());
		}
		let (mut answers, mut length, mut asked) = (BTreeMap::new(), 0_usize, 0_usize);
		for id in &referred.items {
			if let Some(spoken) = self.desk.said(key, *id).await? {
				asked = asked.saturating_add(spoken.payload.len());
				let answered = Answered::from(spoken);
				length = length.saturating_add(answered.bytes());
				answers.insert(*id, answered);
			}
			// It is too long with these, or too much to read: what is not looked up is refused as unknown.
			if length > MAX_PAYLOAD_BYTES || asked > MAX_REFERRED_BYTES {
				break;
			}
		}
		let said = match referred.previous {
			Some(id) => self.desk.said(key, id).await?,
			None => None,
		};
		Ok(resolve(body, &answers, said.as_ref())?.into())
	}

	/// Hands a request in; `whole` says that nothing of its answer is told before all of it.
	pub(super) async fn ask(
		&self,
		payer: Payer,
		order: Order,
		name: Option<Try>,
		whole: bool,
		received: u64,
		line: &mut Line,
	) -> Result<Box<dyn Answering>, Refusal> {
		line.model = order.model.clone();
		if let Payer::Key(key) = &payer {
			line.key = Some(key.id);
		}
		let first = name.as_ref().is_some_and(Try::is_first);
		let repeat = name.as_ref().map(|name| name.name);
		let ask = Ask { payer, order, repeat, first, whole, received };
		let answering = match name.filter(|_| first) {
			Some(name) => self.ask_first(ask, name).await,
			None => self.desk.ask(ask).await,
		}?;
		line.id = Some(answering.id());
		Ok(answering)
	}

	/// Hands in what must not be told another one's answer.
	async fn ask_first(&self, mut ask: Ask, mut name: Try) -> Result<Box<dyn Answering>, Refusal> {
		for _ in 0..MAX_NAMES {
			match self.desk.ask(ask.clone()).await {
				Err(Refusal::AskedBefore) => {
					name = self.repeats.next(name);
					ask.repeat = Some(name.name);
				},
				answered => return answered,
			}
		}
		Err(Refusal::AskedBefore)
	}
}

/// The answer to a line of a bulk.
pub(crate) struct AnsweredLine {
	/// Its request.
	pub id: H256,
	/// As a client would get it.
	pub body: String,
}

/// Reads what nobody waits for at a door, and hears the answer of whom it is handed to.
pub(crate) async fn line<A>(
	desk: &dyn Desk,
	key: KeyId,
	endpoint: Endpoint,
	body: &[u8],
	received: u64,
	hand_in: impl FnOnce(Order) -> A,
) -> Result<AnsweredLine, Problem>
where
	A: Future<Output = Result<Box<dyn Answering>, Refusal>>,
{
	let mut line = Line::new(RequestName::new(), "bulk");
	line.key = Some(key);
	let answered = async {
		let Asked { order, reply } = read(endpoint, body, |model| max_tokens(desk, model))?;
		line.model = order.model.clone();
		let mut answering = hand_in(order).await?;
		line.id = Some(answering.id());
		let (end, logprobs) = whole(&mut *answering).await?;
		let usage = usage(&end);
		line.answered(usage);
		let head = Head { id: answering.id(), created: received / 1000 };
		Ok(AnsweredLine { id: head.id, body: reply.whole(&head, &told(&end, &logprobs, usage))? })
	};
	let answered = answered.await;
	answered.inspect_err(|problem| line.refused(problem))
}

fn told<'a>(end: &'a End, logprobs: &'a [Logprob], usage: Usage) -> Whole<'a> {
	Whole { output: &end.answer.output, logprobs, finish: finish(end.answer.finish), usage }
}

/// Waits for the end.
pub(super) async fn whole(
	answering: &mut dyn Answering,
) -> Result<(Arc<End>, Vec<Logprob>), Problem> {
	let mut all = Vec::new();
	loop {
		match answering.next().await {
			Some(Piece::Text { logprobs, .. }) => all.extend(logprobs),
			Some(Piece::End(end)) => return Ok((end?, all)),
			None => return Err(broken_off()),
		}
	}
}

/// An answer without an end: the gateway's own fault.
pub(super) fn broken_off() -> Problem {
	Problem::new(500, "server_error", Some("internal"), "the answer broke off")
}

pub(super) fn usage(end: &End) -> Usage {
	let receipt = &end.answer.receipt.receipt;
	Usage { input: receipt.units.input, output: receipt.units.output, charge: receipt.charge }
}

pub(super) fn finish(ended: Ended) -> Finish {
	match ended {
		Ended::Stop => Finish::Stop,
		// Who repeats what was cancelled gets what there is of it.
		Ended::Length | Ended::Cancelled => Finish::Length,
	}
}

/// The receipt as its holder keeps it.
pub(super) fn receipt(end: &End) -> String {
	// Its fields always serialise.
	serde_json::to_string(&end.receipt).unwrap_or_default()
}

fn name_request(headers: &mut HeaderMap, id: H256) {
	if let Ok(id) = HeaderValue::from_str(&format!("{id:?}")) {
		headers.insert(REQUEST, id);
	}
}

/// An answer as events.
struct Stream {
	answering: Box<dyn Answering>,
	events: Events,
	receipts: bool,
	/// What came before the answer began to be told.
	first: Option<Option<Piece>>,
	silence: std::time::Duration,
	taken_within: std::time::Duration,
	_place: OwnedSemaphorePermit,
}

impl Stream {
	fn respond(self: Box<Self>, line: Line) -> Response {
		let id = self.answering.id();
		let within = self.taken_within;
		let telling = Telling { stream: *self, line, begun: false, over: false };
		let events = futures::stream::unfold(telling, Telling::next);
		let body = Body::from_stream(Watched::new(events, within, not_read));
		let headers = [
			(CONTENT_TYPE, "text/event-stream; charset=utf-8"),
			(CACHE_CONTROL, "no-cache"),
			(UNBUFFERED, "no"),
		];
		let mut response = (headers, body).into_response();
		name_request(response.headers_mut(), id);
		response
	}
}

/// How far a stream has come.
struct Telling {
	stream: Stream,
	line: Line,
	begun: bool,
	over: bool,
}

impl Telling {
	async fn next(mut self) -> Option<(Result<Bytes, io::Error>, Self)> {
		if self.over {
			return None;
		}
		let mut text = String::new();
		if !self.begun {
			self.begun = true;
			write(&mut text, self.stream.events.start());
		}
		if let Some(piece) = self.stream.first.take() {
			self.tell(piece, &mut text);
		}
		// Nothing may come for long though the worker writes: what may be a call is held back.
		let until = Instant::now() + self.stream.silence;
		// What was written already does not wait for more.
		while text.is_empty() {
			match timeout_at(until, self.stream.answering.next()).await {
				Ok(piece) => self.tell(piece, &mut text),
				Err(_) => return Some((Ok(Bytes::from_static(KEEP_ALIVE.as_bytes())), self)),
			}
		}
		Some((Ok(text.into()), self))
	}

	fn tell(&mut self, piece: Option<Piece>, text: &mut String) {
		let Self { stream: Stream { events, receipts, .. }, line, over, .. } = self;
		let end = match piece {
			Some(Piece::Text { text: more, logprobs }) => {
				return write(text, events.text(&more, &logprobs));
			},
			Some(Piece::End(end)) => end.map_err(Problem::from),
			None => Err(broken_off()),
		};
		*over = true;
		match end {
			Ok(end) => {
				let usage = usage(&end);
				line.answered(usage);
				write(text, events.end(finish(end.answer.finish), &usage));
				if *receipts {
					write(text, [Event { name: Some(RECEIPT_EVENT), data: receipt(&end) }]);
				}
				write(text, events.done());
			},
			Err(problem) => {
				line.refused(&problem);
				write(text, [events.problem(&problem)]);
			},
		}
	}
}

/// How a stream ends whose client has stopped reading.
fn not_read() -> Result<Bytes, io::Error> {
	Err(io::ErrorKind::TimedOut.into())
}

fn write(text: &mut String, events: impl IntoIterator<Item = Event>) {
	for event in events {
		text.push_str(&event.to_sse());
	}
}
