//! A request on its way through one gateway or another, and its answer on the way back.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use axum::body::Bytes;
use base64::{engine::general_purpose::STANDARD, Engine};
use reckon_openai::{default_max_tokens, Asked, Endpoint, Finish, Problem, Reply as Form, Spoken};
use reckon_primitives::Balance;
use reckon_receipts::ReceiptFile;
use reckon_sdk::format_amount;
use reqwest::{header::CONTENT_TYPE, Response, StatusCode};
use serde_json::{json, Value};
use sp_core::{sr25519, H256};
use tokio::{
	sync::{Notify, Semaphore},
	time::{sleep, timeout, timeout_at, Instant},
};

use super::{
	answer::{of_body, Events, Kind, Written},
	memory::Memory,
	proof::Lie,
	purse::{internal, too_dear, too_little, Empty, Paid, Purse, Quote},
	registry::Registry,
	sealing::{choose, Chosen},
	tongue::{head, whole, Tongue},
	upstream::{Away, Lost},
};
use crate::{http, output::Output};

/// The longest whole answer.
const MAX_WHOLE: usize = 64 << 20;
/// The most bytes of one answer's events: each token has its own, with its probabilities.
const MAX_EVENTS: usize = 4 * MAX_WHOLE;
/// The longest word of a gateway for why it could not go on, in characters.
const MAX_REASON: usize = 500;
/// What keeps a connection up: said in our own words, since a gateway's may have an event in them.
const COMMENT: &[u8] = b": keep-alive\n\n";
/// The longest refusal.
const MAX_REFUSAL: usize = 1 << 20;
/// The most workers of one gateway that a sealed request is sealed to, one after another.
const MAX_WORKERS: usize = 3;
/// The most requests that wait for a lane.
const MAX_WAITING: usize = 256;
/// How often the gateways' models are read.
const MODELS_AGAIN: Duration = Duration::from_secs(15);
/// How long a stream may be silent: gateways say every ten seconds that they are there.
const STREAM_SILENCE: Duration = Duration::from_secs(30);
/// When it may help to come again, where nobody says.
const COME_AGAIN_MS: u64 = 1_000;

/// All channels that this proxy pays through.
pub(super) struct Proxy {
	pub(super) purses: Vec<Arc<Purse>>,
	pub(super) freed: Arc<Notify>,
	/// How long a request waits for a lane.
	pub(super) patience: Duration,
	waiting: Semaphore,
	/// Whose workers are whose; `None` when no node was there.
	registry: Option<Arc<Registry>>,
	/// What was answered, where a client may name it.
	memory: Arc<Memory>,
	/// How long a stream may be silent.
	pub(super) silence: Duration,
	/// The most that is signed for a request, whatever price a gateway names: at each that it is tried at.
	pub(super) max_charge: Balance,
	output: Output,
}

/// What a client gets.
pub(super) enum Reply {
	/// A whole answer with its receipt.
	Whole(Bytes, Box<ReceiptFile>),
	/// An answer as it is written.
	Stream(Box<Relay>),
	/// What a gateway said instead.
	Refused(Refused),
}

/// A gateway's refusal, as it came.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Refused {
	pub(super) status: u16,
	/// `retry-after` and the like.
	pub(super) headers: Vec<(&'static str, String)>,
	pub(super) body: Vec<u8>,
}

/// How an attempt at one gateway ended without an answer.
enum Failed {
	/// Another gateway may do better; what to say when there is none.
	Next(Refused),
	/// The same again: the lane's sum was corrected.
	Again,
	/// It would be refused everywhere.
	Final(Refused),
	/// The gateway has lied, or this machine can't go on.
	Broken(Problem),
}

/// What is asked, and what came of it so far.
struct Search<'a> {
	endpoint: Endpoint,
	body: &'a Bytes,
	model: String,
	/// Whether no gateway is to read it.
	sealed: bool,
	/// Whom it was sealed to in vain, through which purse.
	workers: Vec<(H256, sr25519::Public)>,
	/// Purses that were tried, and that were corrected.
	tried: Vec<H256>,
	corrected: Vec<H256>,
	/// Whether those with too little were asked again.
	recounted: bool,
	last: Option<Refused>,
}

impl Proxy {
	pub(super) fn new(
		purses: Vec<Arc<Purse>>,
		freed: Arc<Notify>,
		patience: Duration,
		registry: Option<Arc<Registry>>,
		output: Output,
	) -> Self {
		let (waiting, memory) = (Semaphore::new(MAX_WAITING), Arc::default());
		let (silence, max_charge) = (STREAM_SILENCE, Balance::MAX);
		Self { purses, freed, patience, waiting, registry, memory, silence, max_charge, output }
	}

	/// Reads the gateways' models, where they are not fresh. A gateway that does not answer is left alone
	/// for a while.
	pub(super) async fn refresh(&self, at_once: bool) {
		let mut seen = Vec::new();
		let each = self.purses.iter().filter(|purse| {
			let new = !seen.contains(&purse.upstream.base());
			seen.push(purse.upstream.base());
			new && purse.upstream.is_up()
		});
		futures::future::join_all(each.map(|purse| async {
			match purse.upstream.refresh(at_once).await {
				Ok(()) => purse.upstream.recovered(),
				Err(_) => purse.upstream.rest(),
			}
		}))
		.await;
	}

	/// Reads the gateways' models again and again, so that no request waits for that.
	pub(super) async fn keep_fresh(&self) {
		loop {
			sleep(MODELS_AGAIN).await;
			self.refresh(true).await;
		}
	}

	/// Has a request answered by whichever gateway can, and pays for it. A sealed one is never sent in any
	/// other way.
	pub(super) async fn ask(
		&self,
		endpoint: Endpoint,
		body: &Bytes,
		receipts: bool,
		sealed: bool,
	) -> Result<Reply, Problem> {
		let body = &match endpoint {
			Endpoint::Responses => self.memory.resolved(body)?,
			_ => body.clone(),
		};
		let Asked { order, reply } =
			reckon_openai::read(endpoint, body, |_| default_max_tokens(u32::MAX))?;
		if sealed && order.logprobs.is_some() {
			let why = "how likely tokens were is not told of sealed answers";
			return Err(Problem::invalid("logprobs", why));
		}
		let likely = order.logprobs.is_some();
		let echo = match endpoint {
			// What is sealed is all that the worker wrote.
			Endpoint::Completions if !sealed => echo(body, &order.payload),
			_ => None,
		};
		if self.purses.iter().all(|purse| purse.upstream.model(&order.model).is_none()) {
			self.refresh(false).await;
		}
		let said = match endpoint {
			Endpoint::Responses => Some((order.payload.clone(), order.instructed)),
			_ => None,
		};
		let mut search = Search {
			endpoint,
			body,
			model: order.model,
			sealed,
			workers: Vec::new(),
			tried: Vec::new(),
			corrected: Vec::new(),
			recounted: false,
			last: None,
		};
		loop {
			let (purse, paid) = match self.pay(&mut search).await? {
				Some(paid) => paid,
				None => return search.last.take().map(Reply::Refused).ok_or_else(lost),
			};
			let to = paid.sealed.as_ref().map(|envelope| envelope.to.clone());
			let answer = Answering {
				purse: purse.clone(),
				endpoint,
				said: said.clone(),
				echo: echo.clone(),
				likely,
				receipts,
				registry: self.registry.clone(),
				memory: self.memory.clone(),
				silence: self.silence,
				to: to.clone(),
			};
			let may_correct = !search.corrected.contains(&purse.terms.id);
			match self.attempt(answer, paid, body, &reply, may_correct).await {
				Ok(reply) => return Ok(reply),
				Err(Failed::Next(refused)) => {
					let id = purse.terms.id;
					search.workers.extend(to.map(|to| (id, to.key.worker)));
					let others =
						search.workers.iter().filter(|(through, _)| *through == id).count();
					// Of a gateway that is there, another worker may do better.
					if !search.sealed || others >= MAX_WORKERS || !purse.upstream.is_up() {
						search.tried.push(id);
					}
					search.last = Some(refused);
				},
				Err(Failed::Again) => search.corrected.push(purse.terms.id),
				Err(Failed::Final(refused)) => return Ok(Reply::Refused(refused)),
				Err(Failed::Broken(problem)) => return Err(problem),
			}
		}
	}

	/// Finds who can be paid for it, and pays; waits where all lanes are in use. `None` when all were tried.
	async fn pay(&self, search: &mut Search<'_>) -> Result<Option<(Arc<Purse>, Paid)>, Problem> {
		let until = Instant::now() + self.patience;
		let mut place = None;
		loop {
			// Before the lanes are looked at, so that none that is freed meanwhile is missed.
			let freed = self.freed.notified();
			tokio::pin!(freed);
			freed.as_mut().enable();

			let mut offers: Vec<(Arc<Purse>, Quote)> = self
				.purses
				.iter()
				.filter_map(|purse| {
					let quote = purse.quote(search.endpoint, search.body, search.sealed)?;
					Some((purse.clone(), quote))
				})
				.collect();
			let Some(cheapest) = offers.iter().map(|(_, quote)| quote.most).min() else {
				return Err(self.no_model(&search.model));
			};
			if cheapest > self.max_charge {
				return Err(too_dear(cheapest, self.max_charge));
			}
			offers.retain(|(purse, quote)| {
				quote.most <= self.max_charge && !search.tried.contains(&purse.terms.id)
			});
			if offers.is_empty() {
				return Ok(None);
			}
			offers
				.sort_by_key(|(purse, quote)| (!purse.upstream.is_up(), quote.most, purse.busy()));
			let (mut busy, mut money, mut unusable) = (false, None, None);
			for (purse, mut quote) in offers {
				if !purse.is_known() {
					if let Err(away) = purse.refresh().await {
						if matches!(away, Away::Silent(_)) {
							purse.upstream.rest();
						}
						search.tried.push(purse.terms.id);
						search.last = Some(unreachable(purse.upstream.base(), &away.to_string()));
						continue;
					}
				}
				if search.sealed {
					match self.worker(&purse, &quote, search).await {
						Ok(to) => quote.to = Some(to),
						Err(refused) => {
							search.tried.push(purse.terms.id);
							// Why one that was asked has failed says more than that there is no other.
							search.last.get_or_insert(refused);
							continue;
						},
					}
				}
				match purse.pay(&quote, nonce()?).await.map_err(|failure| internal(&failure))? {
					Ok(paid) => return Ok(Some((purse, paid))),
					Err(Empty::Busy) => busy = true,
					Err(Empty::Money { left }) => money = Some((purse, quote.most, left)),
					Err(Empty::Unusable(why)) => unusable = Some((purse, why)),
				}
			}
			if busy {
				if place.is_none() {
					place = Some(self.waiting.try_acquire().map_err(|_| too_many())?);
				}
				timeout_at(until, freed).await.map_err(|_| too_many())?;
				continue;
			}
			match (money, unusable) {
				// It may have been topped up since.
				(Some((purse, ..)), _) if !search.recounted => {
					search.recounted = true;
					let _ = purse.refresh().await;
				},
				_ if search.last.is_some() => return Ok(None),
				(Some((_, needed, left)), _) => return Err(too_little(needed, left)),
				(None, Some((purse, why))) => return Err(not_paid(purse.upstream.base(), &why)),
				(None, None) => return Ok(None),
			}
		}
	}

	/// Whom a request is sealed to at this gateway.
	async fn worker(
		&self,
		purse: &Purse,
		quote: &Quote,
		search: &Search<'_>,
	) -> Result<Chosen, Refused> {
		let registry = self.registry.as_deref();
		let tried = |worker: &_| search.workers.contains(&(purse.terms.id, *worker));
		let genesis = &purse.terms.genesis;
		let chosen = choose(&purse.upstream, registry, genesis, quote.model(), tried).await;
		chosen.map_err(|none| {
			let problem = none.problem(purse.upstream.base(), &search.model);
			refused(&Problem { retry_after_ms: Some(COME_AGAIN_MS), ..problem })
		})
	}

	async fn attempt(
		&self,
		answering: Answering,
		paid: Paid,
		body: &Bytes,
		form: &Form,
		may_correct: bool,
	) -> Result<Reply, Failed> {
		let upstream = answering.purse.upstream.clone();
		let (request, voucher) = (paid.sent.request, paid.voucher());
		let (endpoint, body) = match &paid.sealed {
			Some(envelope) => (None, envelope.bytes.clone()),
			None => (Some(answering.endpoint), body.clone()),
		};
		let response = match upstream.ask(endpoint, body, &request, &voucher).await {
			Ok(response) => response,
			Err(Lost::Unsent(why)) => {
				paid.unsent().await;
				upstream.rest();
				return Err(Failed::Next(unreachable(upstream.base(), &why)));
			},
			Err(Lost::Sent(why)) => {
				upstream.rest();
				return Err(Failed::Next(unreachable(upstream.base(), &why)));
			},
		};
		upstream.recovered();
		if !response.status().is_success() {
			let too_little = response.status() == StatusCode::PAYMENT_REQUIRED;
			let failed = refusal(response, paid, may_correct).await;
			if too_little {
				// What is left there, and whether it is closing, is not what is known here.
				let _ = answering.purse.refresh().await;
			}
			return Err(failed);
		}
		let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
		if kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
			let (form, id) = (form.clone(), request.hash());
			let tongue = match &paid.sealed {
				Some(envelope) => Tongue::sealed(form, id, envelope.secret.clone()),
				None => Tongue::new(form, id, answering.echo.as_deref(), answering.likely),
			};
			let is_whole = !tongue.is_stream();
			let relay = Relay::begin(answering, response, paid, tongue, self.output).await?;
			return match is_whole {
				true => relay.whole().await,
				false => Ok(Reply::Stream(Box::new(relay))),
			};
		}
		if paid.sealed.is_some() {
			return Err(Failed::Next(unreachable(upstream.base(), "it does not answer in events")));
		}
		self.whole(answering, response, paid, form).await
	}

	async fn whole(
		&self,
		answering: Answering,
		response: Response,
		paid: Paid,
		form: &Form,
	) -> Result<Reply, Failed> {
		let base = answering.purse.upstream.base().to_owned();
		let head = head(paid.sent.request.hash());
		let header = response.headers().get("reckon-receipt").map(|header| {
			let json = STANDARD.decode(header.as_bytes()).map_err(|_| Lie::Malformed)?;
			serde_json::from_slice::<ReceiptFile>(&json).map_err(|_| Lie::Malformed)
		});
		let body = match http::read(response, MAX_WHOLE).await {
			Ok(body) => body,
			Err(why) => return Err(Failed::Next(unreachable(&base, &why))),
		};
		let written = of_body(answering.endpoint, &body);
		let answer = written.as_ref().map(|written| written.output.as_slice());
		let concluded = answering.conclude(paid, header.transpose(), answer).await;
		let file = concluded.map_err(Failed::Broken)?;
		let Written { output, logprobs, finish } = written.ok_or_else(|| Failed::Broken(lost()))?;
		let echo = answering.echo.as_deref().unwrap_or_default().as_bytes();
		let output = output.strip_prefix(echo).unwrap_or(&output).to_vec();
		answering.remember(&file, &output);
		self.output.say(&answering.line(&file));
		let logprobs = if answering.likely { logprobs } else { Vec::new() };
		let written = Written { output, logprobs, finish };
		let body = whole(form, head, &written, &file).map_err(Failed::Broken)?;
		Ok(Reply::Whole(body, file))
	}

	/// 404 with what there is, or 503 when nobody can be asked.
	fn no_model(&self, model: &str) -> Problem {
		let mut known: Vec<String> =
			self.purses.iter().flat_map(|purse| purse.upstream.models().into_keys()).collect();
		known.sort();
		known.dedup();
		if known.is_empty() {
			let bases: Vec<_> = self.purses.iter().map(|purse| purse.upstream.base()).collect();
			let message = format!("no gateway answers: {}", bases.join(", "));
			let problem = Problem::new(503, "server_error", Some("gateway_unreachable"), message);
			return Problem { retry_after_ms: Some(COME_AGAIN_MS), ..problem };
		}
		known.truncate(20);
		let message =
			format!("no gateway here has the model '{model}'; there is {}", known.join(", "));
		let problem = Problem::new(404, "invalid_request_error", Some("model_not_found"), message);
		Problem { param: Some("model".into()), ..problem }
	}
}

/// What an answer is checked by.
#[derive(Clone)]
pub(super) struct Answering {
	purse: Arc<Purse>,
	endpoint: Endpoint,
	/// What it answers, where its client may go on from it: the payload, and whether instructions are in it.
	said: Option<(Vec<u8>, bool)>,
	/// What the answer begins with that the worker has not written.
	echo: Option<String>,
	/// Whether it wants to know how likely tokens were.
	likely: bool,
	/// Whether the client wants the receipt among the events.
	receipts: bool,
	registry: Option<Arc<Registry>>,
	memory: Arc<Memory>,
	silence: Duration,
	/// Whom it was sealed to, where it was.
	to: Option<Chosen>,
}

impl Answering {
	/// Checks the receipt of an answer that is all there, fetches it where it did not come along, and
	/// counts what it charges.
	async fn conclude(
		&self,
		paid: Paid,
		receipt: Result<Option<ReceiptFile>, Lie>,
		answer: Option<&[u8]>,
	) -> Result<Box<ReceiptFile>, Problem> {
		let base = self.purse.upstream.base();
		let file = match receipt {
			Ok(Some(file)) => Ok(file),
			Ok(None) => match self.purse.upstream.receipt(paid.sent.request.hash()).await {
				Ok(found) => found.ok_or(Lie::Missing),
				// Gone, which is no lie: what it has charged is found out when it is back.
				Err(_) => return Err(distrusted(base, Lie::Missing)),
			},
			Err(lie) => Err(lie),
		};
		let echo = self.echo.as_deref().unwrap_or_default().as_bytes();
		let written = answer.and_then(|answer| answer.strip_prefix(echo));
		match (file, written) {
			(Ok(file), Some(_)) if !self.is_worked_by_its_worker(&file).await => {
				paid.lied(Lie::Worker).await;
				Err(distrusted(base, Lie::Worker))
			},
			(Ok(file), Some(written)) => match paid.prove(&file, written).await {
				Ok(Ok(())) => Ok(Box::new(file)),
				Ok(Err(lie)) => Err(distrusted(base, lie)),
				Err(failure) => Err(internal(&failure)),
			},
			(Err(lie), _) => {
				paid.lied(lie).await;
				Err(distrusted(base, lie))
			},
			(Ok(_), None) => {
				paid.lied(Lie::Output).await;
				Err(distrusted(base, Lie::Output))
			},
		}
	}

	/// Remembers an answer that its client may name.
	fn remember(&self, file: &ReceiptFile, answer: &[u8]) {
		if let Some((payload, instructed)) = self.said.clone() {
			let answer = String::from_utf8_lossy(answer).into_owned();
			let spoken = Spoken { payload, instructed, answer };
			self.memory.keep(file.signed.receipt.request, spoken);
		}
	}

	/// Whether a receipt is of the worker that was asked, or of any that its provider has. Where no node
	/// answers, nobody can say.
	async fn is_worked_by_its_worker(&self, file: &ReceiptFile) -> bool {
		let receipt = &file.signed.receipt;
		if let Some(Chosen { key, provider }) = &self.to {
			return (receipt.worker, &receipt.provider) == (key.worker, provider);
		}
		match &self.registry {
			Some(registry) => {
				registry.is_of(receipt.worker, &receipt.provider).await.unwrap_or(true)
			},
			None => true,
		}
	}

	/// What is said of an answer on the terminal.
	fn line(&self, file: &ReceiptFile) -> String {
		let receipt = &file.signed.receipt;
		format!(
			"{:?}  {} in, {} out, {}  {}",
			receipt.request,
			receipt.units.input,
			receipt.units.output,
			format_amount(receipt.charge),
			self.purse.upstream.base()
		)
	}
}

/// An answer that is being written.
pub(super) struct Relay {
	answering: Answering,
	response: Response,
	/// Until it is known what the answer has cost.
	paid: Option<Paid>,
	events: Events,
	text: String,
	receipt: Result<Option<ReceiptFile>, Lie>,
	/// Says what `text` says, or what is sealed in it.
	tongue: Tongue,
	/// Why it has ended, where that is said behind the text.
	last: Option<Finish>,
	/// The receipt, once it was found good, or what is wrong.
	concluded: Option<Result<Box<ReceiptFile>, Problem>>,
	/// What is to be sent.
	out: VecDeque<Vec<u8>>,
	/// How many bytes its events had.
	heard: usize,
	/// Whether the gateway has said that it is all there.
	is_complete: bool,
	done: bool,
	output: Output,
}

impl Relay {
	/// Reads up to the first text: until then, another gateway can take over without anybody seeing it.
	async fn begin(
		answering: Answering,
		response: Response,
		paid: Paid,
		tongue: Tongue,
		output: Output,
	) -> Result<Self, Failed> {
		// What is sealed comes as a completion, whatever was asked.
		let endpoint = match paid.sealed {
			Some(_) => Endpoint::Completions,
			None => answering.endpoint,
		};
		let mut relay = Self {
			events: Events::new(endpoint),
			tongue,
			last: None,
			concluded: None,
			answering,
			response,
			paid: Some(paid),
			text: String::new(),
			receipt: Ok(None),
			out: VecDeque::new(),
			heard: 0,
			is_complete: false,
			done: false,
			output,
		};
		let base = relay.answering.purse.upstream.base().to_owned();
		while relay.text.is_empty() && !relay.done {
			match relay.read().await {
				Ok(Some(Kind::Failed(error))) => return Err(failed_early(&error)),
				Ok(Some(_)) => {},
				Ok(None) if !relay.is_complete => {
					return Err(Failed::Next(unreachable(&base, "it broke off")));
				},
				Ok(None) => relay.finish().await,
				Err(why) => return Err(Failed::Next(unreachable(&base, &why))),
			}
		}
		Ok(relay)
	}

	/// The answer as one document. Nothing of it was told before, so that another worker can be asked.
	async fn whole(mut self) -> Result<Reply, Failed> {
		let base = self.answering.purse.upstream.base().to_owned();
		while !self.done {
			match self.read().await {
				Ok(Some(Kind::Failed(error))) => return Err(failed_early(&error)),
				Ok(Some(_)) => {},
				Ok(None) if self.is_complete => self.finish().await,
				Ok(None) => return Err(Failed::Next(unreachable(&base, "it broke off"))),
				Err(why) => return Err(Failed::Next(unreachable(&base, &why))),
			}
			// Nobody is told of it piece by piece, nor kept waiting by comments.
			self.out.clear();
		}
		let file = self.concluded.take().unwrap_or_else(|| Err(lost())).map_err(Failed::Broken)?;
		let body = self
			.tongue
			.whole(&file, self.last)
			.unwrap_or_else(|| Err(cut_off(&base)))
			.map_err(Failed::Broken)?;
		Ok(Reply::Whole(body, file))
	}

	/// The next bytes for the client; `None` at the end. Whoever drops this before the end has left: the
	/// gateway sees that, stops, and charges for what it has sent.
	pub(super) async fn next(&mut self) -> Option<Bytes> {
		loop {
			if let Some(bytes) = self.out.pop_front() {
				return Some(bytes.into());
			}
			if self.done {
				return None;
			}
			match self.read().await {
				Ok(Some(Kind::Failed(error))) => {
					// What it has charged, it is asked.
					self.problem(&failed_late(&error));
					self.end();
				},
				Ok(Some(_)) => {},
				Ok(None) if self.is_complete => self.finish().await,
				Ok(None) => self.broken("it broke off"),
				Err(why) => self.broken(&why),
			}
		}
	}

	/// Reads one event, and puts it where it belongs; `None` at the end of the stream.
	async fn read(&mut self) -> Result<Option<Kind>, String> {
		let event = loop {
			if let Some(event) = self.events.next() {
				break event;
			}
			let chunk = timeout(self.answering.silence, self.response.chunk()).await;
			let chunk = chunk.map_err(|_| {
				format!("nothing was heard for {} seconds", self.answering.silence.as_secs())
			})?;
			match chunk.map_err(|error| http::reason(&error))? {
				Some(bytes) => self.events.push(&bytes)?,
				None => return Ok(None),
			}
		};
		self.heard = self.heard.saturating_add(event.raw.len());
		if self.heard > MAX_EVENTS {
			return Err(format!("the answer's events have more than {MAX_EVENTS} bytes"));
		}
		match &event.kind {
			Kind::Text(piece) => {
				if self.text.len().saturating_add(piece.text.len()) > MAX_WHOLE {
					return Err(format!("the answer has more than {MAX_WHOLE} bytes"));
				}
				self.text.push_str(&piece.text);
				let told = self.tongue.hear(piece).map_err(|broken| broken.to_string())?;
				self.out.extend(Some(told).filter(|told| !told.is_empty()));
			},
			Kind::Comment => {
				if self.out.back().is_none_or(|last| last != COMMENT) {
					self.out.push_back(COMMENT.to_vec());
				}
			},
			Kind::Other | Kind::Failed(_) => {},
			Kind::Receipt(json) => {
				self.receipt = serde_json::from_str(json).map(Some).map_err(|_| Lie::Malformed);
				// Where the end comes before the receipt, this is what it waits for.
				if self.is_complete {
					self.finish().await;
				}
			},
			Kind::Last(why) => {
				(self.is_complete, self.last) = (true, *why);
				// A response's last event is before the receipt.
				if why.is_none() || !matches!(self.receipt, Ok(None)) {
					self.finish().await;
				}
			},
		}
		Ok(Some(event.kind))
	}

	/// The answer is all there: checks its receipt before its end is passed on.
	async fn finish(&mut self) {
		let Some(paid) = self.paid.take() else { return self.end() };
		let receipt = std::mem::replace(&mut self.receipt, Ok(None));
		let answer = std::mem::take(&mut self.text).into_bytes();
		let mut concluded = self.answering.conclude(paid, receipt, Some(&answer)).await;
		if let Ok(file) = &concluded {
			self.answering.remember(file, self.tongue.plain().as_bytes());
			self.output.say(&self.answering.line(file));
			match self.tongue.end(file, self.last, self.answering.receipts) {
				Some(told) => self.out.push_back(told),
				None => concluded = Err(cut_off(self.answering.purse.upstream.base())),
			}
		}
		if let Err(problem) = &concluded {
			self.problem(problem);
		}
		self.concluded = Some(concluded);
		self.end();
	}

	fn broken(&mut self, why: &str) {
		let base = self.answering.purse.upstream.base();
		let message = format!("the gateway at {base} was lost in the middle of the answer: {why}");
		self.problem(&Problem::new(502, "server_error", Some("gateway_lost"), message));
		self.answering.purse.upstream.rest();
		self.end();
	}

	/// As OpenAI's clients understand that a stream fails.
	fn problem(&mut self, problem: &Problem) {
		self.out.push_back(self.tongue.problem(problem));
	}

	/// Nothing comes any more. A lane whose request's cost is not known is in doubt from here on.
	fn end(&mut self) {
		self.paid = None;
		self.done = true;
	}
}

/// The prompt, where the client wants the answer to begin with it.
fn echo(body: &[u8], payload: &[u8]) -> Option<String> {
	let body: Value = serde_json::from_slice(body).ok()?;
	let payload: Value = serde_json::from_slice(payload).ok()?;
	body["echo"].as_bool().filter(|echo| *echo)?;
	payload["prompt"].as_str().map(str::to_owned)
}

/// What is to be done about a gateway that says no.
async fn refusal(response: Response, paid: Paid, may_correct: bool) -> Failed {
	let status = response.status().as_u16();
	let headers = ["retry-after", "retry-after-ms", "x-should-retry"]
		.into_iter()
		.filter_map(|name| Some((name, response.headers().get(name)?.to_str().ok()?.to_owned())))
		.collect();
	let body = http::read(response, MAX_REFUSAL).await.unwrap_or_default();
	let error = serde_json::from_slice::<Value>(&body).unwrap_or_default();
	let code = error["error"]["code"].as_str().unwrap_or_default().to_owned();
	let refused = Refused { status, headers, body };
	match (status, code.as_str()) {
		(_, "voucher_stale" | "voucher_too_low") if may_correct => match paid.corrected().await {
			true => Failed::Again,
			false => Failed::Next(not_taken(&error)),
		},
		(_, code) if code.starts_with("voucher_") => {
			paid.refused();
			Failed::Next(not_taken(&error))
		},
		(500.., _) => Failed::Next(refused),
		(401 | 402 | 404 | 429, _) => {
			paid.refused();
			Failed::Next(refused)
		},
		_ => {
			paid.refused();
			Failed::Final(refused)
		},
	}
}

/// What is to be done about a stream that fails before its first text.
fn failed_early(error: &Value) -> Failed {
	let is_clients = error["type"] == "invalid_request_error";
	let status = if is_clients { 400 } else { 503 };
	let body = json!({ "error": error }).to_string().into_bytes();
	let refused = Refused { status, headers: Vec::new(), body };
	if is_clients {
		Failed::Final(refused)
	} else {
		Failed::Next(refused)
	}
}

/// What the client is told of a stream that fails behind its first text.
fn failed_late(error: &Value) -> Problem {
	const CODES: [&str; 7] = [
		"worker_lost",
		"timed_out",
		"busy",
		"unavailable",
		"no_worker_available",
		"asked_before",
		"bad_answer",
	];
	let code = CODES.into_iter().find(|code| error["code"] == *code);
	let message = error["message"].as_str().unwrap_or("the gateway could not go on");
	let message: String = message.chars().take(MAX_REASON).collect();
	Problem::new(503, "server_error", code, message)
}

fn refused(problem: &Problem) -> Refused {
	let Problem { status, .. } = *problem;
	Refused { status, headers: problem.headers(), body: problem.body().into_bytes() }
}

fn unreachable(base: &str, why: &str) -> Refused {
	let message = format!("the gateway at {base} does not answer: {why}");
	let problem = Problem::new(503, "server_error", Some("gateway_unreachable"), message);
	refused(&Problem { retry_after_ms: Some(COME_AGAIN_MS), ..problem })
}

fn not_taken(error: &Value) -> Refused {
	let said = error["error"]["message"].as_str().unwrap_or("the voucher is not taken");
	let message = format!("the gateway does not take what was signed: {said}");
	refused(&Problem::new(502, "server_error", Some("voucher_refused"), message))
}

fn lost() -> Problem {
	Problem::new(503, "server_error", Some("gateway_unreachable"), "no gateway could be asked")
}

/// The money has moved, or may have: it is not to be asked again.
fn distrusted(base: &str, lie: Lie) -> Problem {
	let message = format!("{base}: {lie}; nothing more is paid to this gateway");
	let problem = Problem::new(502, "server_error", Some(lie.code()), message);
	Problem { retry: Some(false), ..problem }
}

/// The worker stands for an answer that has no end.
fn cut_off(base: &str) -> Problem {
	let message = format!("{base}: the worker has sealed an answer without an end");
	Problem::new(502, "server_error", Some("answer_cut_off"), message)
}

fn not_paid(base: &str, why: &str) -> Problem {
	let message = format!("{base} is not paid: {why}");
	let problem = Problem::new(503, "server_error", Some("channel_unusable"), message);
	Problem { retry: Some(false), ..problem }
}

fn too_many() -> Problem {
	let message =
		"all lanes of all channels are in use: try again, or open a channel with more lanes";
	let problem = Problem::new(429, "rate_limit_exceeded", Some("lanes_busy"), message);
	Problem { retry_after_ms: Some(COME_AGAIN_MS), ..problem }
}

fn nonce() -> Result<H256, Problem> {
	let mut nonce = [0; 32];
	let drawn = std::fs::File::open("/dev/urandom")
		.and_then(|mut source| std::io::Read::read_exact(&mut source, &mut nonce));
	let internal = |error: std::io::Error| {
		internal(&crate::failure::Failure::io("the system's randomness", &error))
	};
	drawn.map(|()| H256(nonce)).map_err(internal)
}

/// All amounts that purses have spent, for people.
pub(super) fn spent(proxy: &Proxy) -> Balance {
	proxy.purses.iter().fold(0, |sum: Balance, purse| sum.saturating_add(purse.stand().spent))
}
