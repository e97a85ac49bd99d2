//! Dispatch: from a request that is paid for to its answer, through one worker or, when that is lost,
//! the next.

use crate::{
	clock::now_millis,
	desk::{End, Logprob, Piece, Refusal},
	finalisation,
	keys::Hold,
	late::{Brought, Late},
	reservation::Reservation,
	rooms::Rooms,
	transcript::Transcript,
	workers::{NoneFree, Picked, Said},
};
use codec::Encode;
use reckon_gateway_protocol::v1::{to_worker, Cancel, Finished, Refused, Task};
use reckon_gateway_store::{Admission, Answer, RequestId};
use reckon_primitives::{AccountId, TaskKind};
use reckon_sealed::{is_sealed, worker_of};
use sp_core::sr25519;
use std::{collections::BTreeSet, pin::pin, sync::Arc, time::Duration};
use tokio::{
	sync::watch,
	time::{sleep_until, timeout, timeout_at, Instant},
};

/// Workers that a request is handed to, one after another.
const MAX_WORKERS: usize = 3;
/// How long a worker has to take a task.
const LEASE_WITHIN: Duration = Duration::from_secs(5);
/// How long a worker has to end a task that it was told to end.
const CANCEL_WITHIN: Duration = Duration::from_secs(5);
/// The most bytes of text of one token, and of those that are still to be counted.
const MAX_TOKEN_BYTES: usize = 256;
/// And of one that is sealed: padded, with a tag, in base64.
const SEALED_TOKEN_BYTES: usize = 2 * MAX_TOKEN_BYTES;
/// The most alternatives of a token.
const MAX_ALTERNATIVES: usize = 20;
/// Pieces that an answer may have beyond one for each token.
const MORE_PIECES: usize = 64;
/// For how long a request that a stop has cut off is kept for the worker that had it.
const BACK_WITHIN: Duration = Duration::from_secs(2);
/// How long who listens waits for a store that is away.
const NOTED_WITHIN: Duration = Duration::from_secs(15);
/// When it may help to come again, in milliseconds.
const BUSY_RETRY_MS: u64 = 1_000;

/// A request that is noted, on its way to an answer.
pub struct Errand {
	/// What all rooms share.
	pub rooms: Arc<Rooms>,
	/// What was admitted.
	pub admission: Admission,
	/// What clients call the model.
	pub model: String,
	/// How many alternatives of each token are wanted.
	pub logprobs: Option<u8>,
	/// Whether nobody needs its text as it is generated.
	pub whole: bool,
	/// What everybody who listens hears.
	pub transcript: Arc<Transcript>,
	/// Where answers are left by workers that nobody listens to.
	pub late: Arc<Late>,
	/// Becomes true when a worker has taken it.
	pub leased: watch::Sender<bool>,
	/// What a stop has left of it.
	pub before: Option<Before>,
}

/// A request that a stop of the gateway has cut off from its worker.
#[derive(Clone, Debug)]
pub struct Before {
	/// Who was handed it, the last time.
	pub worker: Option<sr25519::Public>,
	/// Until when it waits for a worker.
	pub until: Instant,
	/// When its time is over.
	pub deadline: Instant,
}

/// Workers that a request was handed to.
#[derive(Default)]
struct Tried {
	/// Those that are not asked again.
	failed: BTreeSet<sr25519::Public>,
	/// Those whose connection broke.
	lost: BTreeSet<sr25519::Public>,
}

/// What a request that needs a worker has found.
enum Found {
	/// One that it can be handed to.
	Worker(Picked),
	/// The answer, which this one has brought.
	Brought(sr25519::Public, Box<Answer>),
}

/// An answer that is noted.
struct Noted {
	end: Arc<End>,
	/// Who has given it.
	by: sr25519::Public,
	/// Whether it was not noted before.
	fresh: bool,
}

/// What came of handing a request to a worker.
enum Followed {
	/// This is its answer, and who has given it.
	Answered(sr25519::Public, Box<Answer>),
	/// There will be none, whoever is asked.
	Refused(Refusal),
	/// Somebody else may do it.
	Elsewhere(Refusal),
	/// The connection to the worker broke: somebody else may do it, or itself when it is back.
	Lost,
}

impl Errand {
	/// Runs until the request has ended, and says so to all who listen. `first` is who was noted with its
	/// admission.
	pub async fn run(self, place: Reservation, hold: Option<Hold>, first: Option<Picked>) {
		let answered = {
			let mut answer = pin!(self.answer(first));
			// The hand-out is first: it need not wait for the disk.
			tokio::select! {
				biased;
				answered = &mut answer => answered,
				() = self.let_go() => answer.await,
			}
		};
		let mut noting = pin!(self.note_end(answered, place, hold));
		let noted = match timeout(NOTED_WITHIN, &mut noting).await {
			Ok(noted) => noted,
			Err(_) => {
				// Whoever waits is told what is known; the request goes on to its end.
				let why = "its database does not answer: ask again";
				self.tell_end(Err(Refusal::Unavailable(why.into())));
				noting.await
			},
		};
		self.rooms.end(&self.admission);
		let ended = noted.as_ref().map(|noted| noted.end.clone());
		self.tell_end(ended.map_err(Clone::clone));
		if let Ok(Noted { end, by, fresh }) = &noted {
			self.confirm(by, *fresh, end).await;
			// Nobody can bring anything from here on.
			for worker in self.late.left() {
				if worker != *by {
					self.rooms.decline(&worker, self.id());
				}
			}
		}
	}

	/// What is said is told from when the request is on the disk: a machine that loses its power must not have told
	/// anything of what it has forgotten. Where that takes longer than the whole answer, its end is told when it is
	/// noted, which is later.
	async fn let_go(&self) {
		match self.rooms.store.synced().await {
			Ok(()) => self.transcript.let_go(),
			Err(error) => {
				tracing::error!(id = ?self.id(), %error, "a request is not on the disk");
				// Who listens need not wait for an answer that can't be told.
				self.tell_end(Err(Refusal::Unavailable(error.to_string())));
				std::future::pending().await
			},
		}
	}

	/// Notes how the request has ended. Its lane is its own until then.
	async fn note_end(
		&self,
		answered: Result<(sr25519::Public, Answer), Refusal>,
		place: Reservation,
		hold: Option<Hold>,
	) -> Result<Noted, Refusal> {
		let (rooms, admission) = (&self.rooms, &self.admission);
		let (refusal, lane) = match answered {
			Ok((by, answer)) => {
				match finalisation::end(rooms, admission, place, hold, answer).await {
					Ok((end, fresh)) => return Ok(Noted { end, by, fresh }),
					Err(refusal) => (refusal, None),
				}
			},
			Err(refusal) => (refusal, Some((place, hold))),
		};
		tracing::debug!(step = "failed", id = ?self.id(), %refusal);
		finalisation::fail(rooms, self.id(), code(&refusal)).await;
		rooms.metrics.failed();
		drop(lane);
		Err(refusal)
	}

	/// Tells all who listen how it has ended.
	fn tell_end(&self, ended: Result<Arc<End>, Refusal>) {
		tracing::debug!(step = "answered", id = ?self.id(), whole = ended.is_ok());
		self.transcript.push(Piece::End(ended));
		self.leased.send_replace(true);
	}

	/// Tells the worker that its receipt is on disk.
	async fn confirm(&self, worker: &sr25519::Public, fresh: bool, end: &End) {
		let receipt = &end.answer.receipt;
		if fresh {
			return self.rooms.acknowledge(worker, receipt, now_millis());
		}
		// Noted by a write that was not heard of; or it had failed.
		if let Err(error) = self.rooms.acknowledge_noted(worker, receipt).await {
			tracing::error!(id = ?self.id(), %error, "a worker is not told that its receipt is here");
		}
	}

	fn id(&self) -> RequestId {
		self.admission.request.hash()
	}

	async fn answer(
		&self,
		mut first: Option<Picked>,
	) -> Result<(sr25519::Public, Answer), Refusal> {
		let fresh = || Instant::now() + self.rooms.bounds.answer_within;
		let deadline = self.before.as_ref().map_or_else(fresh, |before| before.deadline);
		let mut tried = Tried::default();
		let mut before = self.before.as_ref();
		let mut last = before.map(|_| Refusal::WorkerLost);
		for _ in 0..MAX_WORKERS {
			let picked = match first.take() {
				Some(picked) => picked,
				None => {
					let found = match before.take() {
						Some(before) => self.pick_again(before).await,
						None => self.pick(&tried).await,
					};
					match found {
						Ok(Found::Worker(picked)) => self.note(picked).await?,
						Ok(Found::Brought(worker, answer)) => return Ok((worker, *answer)),
						// That the others are busy or gone is not why the first one failed.
						Err(refusal) => return Err(last.unwrap_or(refusal)),
					}
				},
			};
			let worker = picked.worker;
			tracing::debug!(step = "dispatched", id = ?self.id(), %worker);
			let followed = self.follow(picked, deadline).await;
			self.rooms.workers.release(&worker, &self.id());
			let refusal = match followed {
				Followed::Answered(worker, answer) => return Ok((worker, *answer)),
				Followed::Refused(refusal) => return Err(refusal),
				Followed::Elsewhere(refusal) => {
					tried.failed.insert(worker);
					refusal
				},
				Followed::Lost => {
					tried.lost.insert(worker);
					Refusal::WorkerLost
				},
			};
			tracing::info!(id = ?self.id(), %worker, %refusal, "asking another worker");
			self.rooms.metrics.moved();
			last = Some(refusal);
		}
		Err(last.unwrap_or(Refusal::WorkerLost))
	}

	/// Notes that this worker is about to have it.
	async fn note(&self, picked: Picked) -> Result<Picked, Refusal> {
		match self.rooms.store.dispatch(self.id(), picked.worker, now_millis()).await {
			Ok(()) => Ok(picked),
			Err(error) => {
				self.rooms.workers.release(&picked.worker, &self.id());
				Err(Refusal::Unavailable(error.to_string()))
			},
		}
	}

	/// A worker, after some waiting if all are busy. One whose connection broke may have come back: it is
	/// taken when there is no other, and waited for.
	async fn pick(&self, tried: &Tried) -> Result<Found, Refusal> {
		let request = &self.admission.request;
		let mut changes = self.rooms.workers.changes();
		let deadline = Instant::now() + self.rooms.bounds.queue_for;
		let mut queued = None;
		loop {
			changes.mark_unchanged();
			let none = match self.draw(tried) {
				Ok(picked) => return Ok(Found::Worker(picked)),
				Err(none) => none,
			};
			let busy = || Refusal::Busy { model: self.model.clone(), after_ms: BUSY_RETRY_MS };
			if tried.lost.is_empty() {
				if none == NoneFree::NoneThere {
					let market = self.rooms.market();
					let listed = market.models.get(&request.model);
					let offered = listed.is_some_and(|listed| listed.offered.is_some());
					return Err(Refusal::NoWorker { model: self.model.clone(), offered });
				}
				if queued.is_none() {
					let place = self.rooms.queue.clone().try_acquire_owned();
					queued = Some(place.map_err(|_| busy())?);
				}
			}
			tokio::select! {
				changed = timeout_at(deadline, changes.changed()) => {
					changed.map_err(|_| busy())?.map_err(|_| busy())?;
				},
				(worker, answer) = self.brought() => return Ok(Found::Brought(worker, answer)),
				() = self.transcript.abandoned() => return Err(abandoned()),
			}
		}
	}

	/// A worker that has not been tried, or else one that was lost and is here again.
	fn draw(&self, tried: &Tried) -> Result<Picked, NoneFree> {
		let request = &self.admission.request;
		let pick = |but: &BTreeSet<_>| {
			let only = worker_of(&self.admission.payload);
			self.rooms.workers.pick(self.id(), request.model, &request.price, but, only)
		};
		let all: BTreeSet<_> = tried.failed.union(&tried.lost).copied().collect();
		pick(&all).or_else(|none| match tried.lost.is_empty() {
			true => Err(none),
			false => pick(&tried.failed),
		})
	}

	/// After a stop: the worker that had it, which goes on or has the answer already. When that does not
	/// come back soon, any other one; unless nobody can hear what a new one would write.
	async fn pick_again(&self, before: &Before) -> Result<Found, Refusal> {
		let workers = &self.rooms.workers;
		let mut changes = workers.changes();
		let alone = (Instant::now() + BACK_WITHIN).min(before.until);
		let mut until = alone;
		loop {
			changes.mark_unchanged();
			let model = self.admission.request.model;
			let same = before.worker.and_then(|worker| workers.back(self.id(), model, &worker));
			if let Some(picked) = same {
				return Ok(Found::Worker(picked));
			}
			if Instant::now() >= alone {
				until = before.until;
				if !self.transcript.is_abandoned() {
					if let Ok(picked) = self.draw(&Tried::default()) {
						return Ok(Found::Worker(picked));
					}
				}
			}
			tokio::select! {
				_ = changes.changed() => {},
				(worker, answer) = self.brought() => return Ok(Found::Brought(worker, answer)),
				() = sleep_until(until) => {
					if Instant::now() >= before.until {
						return Err(Refusal::WorkerLost);
					}
				},
			}
		}
	}

	/// The answer, when a worker brings it that is not asked for it now. Cancel-safe.
	async fn brought(&self) -> (sr25519::Public, Box<Answer>) {
		loop {
			let Brought { worker, provider, finished } = self.late.next().await;
			let told = self.transcript.text();
			match self.end(&worker, &provider, &finished, &told) {
				Ok(answer) => return (worker, Box::new(answer)),
				// Shorter than what others have written meanwhile, which is no lie.
				Err(_) if told.as_bytes().starts_with(&finished.output) => {},
				Err(lie) => self.lied(&worker, &provider, &lie),
			}
		}
	}

	/// The end of the request, if this is one; what nobody has heard of it yet is told.
	fn end(
		&self,
		worker: &sr25519::Public,
		provider: &AccountId,
		finished: &Finished,
		told: &str,
	) -> Result<Answer, String> {
		tracing::debug!(step = "result", id = ?self.id(), %worker, bytes = finished.output.len());
		let (us, admission) = (&self.rooms.identity, &self.admission);
		let oldest = self.rooms.market().oldest(&admission.request.model, now_millis());
		let answer = finalisation::check(us, admission, (worker, provider), finished, oldest);
		let answer = answer.map_err(|lie| lie.to_string())?;
		tracing::debug!(step = "checked", id = ?self.id());
		if is_text(admission) {
			// What was streamed is what was signed.
			let whole = String::from_utf8_lossy(&answer.output);
			let rest = whole.strip_prefix(told);
			let rest = rest.ok_or("its receipt is not for what was streamed")?;
			if !rest.is_empty() {
				let text = rest.to_owned();
				self.transcript.push(Piece::Text { text, logprobs: Vec::new() });
			}
		}
		Ok(answer)
	}

	/// Hands the request to a worker and listens to what it says.
	async fn follow(&self, mut picked: Picked, deadline: Instant) -> Followed {
		let admission = &self.admission;
		let within = deadline.saturating_duration_since(Instant::now());
		let task = Task {
			request: admission.request.encode(),
			payload: admission.payload.clone(),
			voucher: admission.voucher.encode(),
			session_key: admission.session_key.0.to_vec(),
			within_millis: u64::try_from(within.as_millis()).unwrap_or(u64::MAX),
			logprobs: self.logprobs.map(u32::from),
			whole: self.whole,
		};
		if !picked.tell(to_worker::Message::Task(task)).await {
			if !picked.said.is_closed() {
				// It is there and does not read.
				self.rooms.workers.expel(&picked.worker);
			}
			self.rooms.workers.rest(&picked.provider);
			return Followed::Lost;
		}
		let mut words = Words::new(&self.transcript, admission);
		let mut until = Instant::now() + LEASE_WITHIN;
		let mut leased = false;
		let mut stopped: Option<Refusal> = None;
		loop {
			let said = tokio::select! {
				said = timeout_at(until, picked.said.recv()) => said,
				(worker, answer) = self.brought() => {
					// Another one has it all: this one need not go on.
					let cancel = Cancel { request: self.id().0.to_vec() };
					self.rooms.workers.tell(&picked.worker, to_worker::Message::Cancel(cancel));
					return Followed::Answered(worker, answer);
				},
				() = self.transcript.abandoned(), if stopped.is_none() => {
					stopped = Some(abandoned());
					let cancel = Cancel { request: self.id().0.to_vec() };
					if !picked.tell(to_worker::Message::Cancel(cancel)).await {
						return Followed::Refused(abandoned());
					}
					until = Instant::now() + CANCEL_WITHIN;
					continue;
				},
			};
			match said {
				Ok(Some(Said::Leased(_))) => {
					leased = true;
					if stopped.is_none() {
						until = deadline;
					}
					self.leased.send_replace(true);
					tracing::debug!(step = "executing", id = ?self.id());
				},
				Ok(Some(Said::Text { text, logprobs })) => {
					match words.hear(&text, logprobs, self.logprobs) {
						Ok(Some(piece)) => self.transcript.push(piece),
						Ok(None) => {},
						Err(lie) => {
							self.lied(&picked.worker, &picked.provider, lie);
							return Followed::Elsewhere(Refusal::WorkerLost);
						},
					}
				},
				Ok(Some(Said::Finished(finished))) => {
					let Picked { worker, provider, .. } = &picked;
					return match self.end(worker, provider, &finished, words.all()) {
						Ok(answer) => Followed::Answered(picked.worker, Box::new(answer)),
						Err(lie) => {
							self.lied(&picked.worker, &picked.provider, &lie);
							Followed::Elsewhere(Refusal::WorkerLost)
						},
					};
				},
				Ok(Some(Said::Refused(refused))) => {
					return match stopped {
						Some(refusal) => Followed::Refused(refusal),
						None => self.refused(&refused),
					};
				},
				Ok(None) => {
					if !leased && stopped.is_none() {
						self.rooms.workers.rest(&picked.provider);
					}
					return match stopped {
						Some(refusal) => Followed::Refused(refusal),
						None => Followed::Lost,
					};
				},
				Err(_) if stopped.is_none() && leased => {
					// The whole time is over: what there is up to here is charged, as for a client
					// that has left, and told.
					let seconds = self.rooms.bounds.answer_within.as_secs();
					stopped = Some(Refusal::TimedOut { seconds });
					let cancel = Cancel { request: self.id().0.to_vec() };
					picked.tell(to_worker::Message::Cancel(cancel)).await;
					until = Instant::now() + CANCEL_WITHIN;
				},
				Err(_) => {
					// A worker that takes nothing up and ends nothing is as good as lost.
					self.rooms.workers.rest(&picked.provider);
					self.rooms.workers.expel(&picked.worker);
					return match stopped {
						Some(refusal) => Followed::Refused(refusal),
						None => Followed::Elsewhere(Refusal::WorkerLost),
					};
				},
			}
		}
	}

	fn lied(&self, worker: &sr25519::Public, provider: &AccountId, what: &str) {
		tracing::warn!(id = ?self.id(), %worker, what, "a worker lies");
		self.rooms.metrics.lied();
		self.rooms.workers.rest(provider);
		self.rooms.workers.expel(worker);
	}

	fn refused(&self, refused: &Refused) -> Followed {
		let Refused { reason, text, tokens, context, .. } = refused;
		let why = || text.chars().take(500).collect::<String>();
		match reason.as_str() {
			_ if *context > 0 => {
				Followed::Refused(Refusal::ContextExceeded { tokens: *tokens, context: *context })
			},
			"ParametersUnsupported" => {
				Followed::Refused(Refusal::Unsupported { param: "body", why: why() })
			},
			"PayloadInvalid" => {
				Followed::Refused(Refusal::Unsupported { param: "messages", why: why() })
			},
			"Busy" => Followed::Elsewhere(Refusal::Busy {
				model: self.model.clone(),
				after_ms: BUSY_RETRY_MS,
			}),
			_ => Followed::Elsewhere(Refusal::WorkerLost),
		}
	}
}

/// The answer so far, through changes of workers: with one seed every worker that is honest says the
/// same, so that another one can go on where the first was lost.
struct Words {
	/// What listeners have heard, this worker's words included.
	told: String,
	/// What this worker has said.
	heard: String,
	/// Of how many tokens listeners, and this worker, have said how likely they were.
	likely_told: usize,
	likely_heard: usize,
	/// Pieces of this worker's that were told.
	pieces: usize,
	/// The most tokens that there can be.
	most: usize,
	/// The most bytes of each.
	token_bytes: usize,
}

/// What honest workers do not say.
const DIVERGED: &str = "another beginning than before";
const TOO_LONG: &str = "more text than its tokens can have";
const TOO_LIKELY: &str = "more about tokens than there can be";
const TOO_MANY: &str = "its answer in more pieces than it has tokens";

impl Words {
	fn new(transcript: &Transcript, admission: &Admission) -> Self {
		let token_bytes = match is_sealed(&admission.payload) {
			true => SEALED_TOKEN_BYTES,
			false => MAX_TOKEN_BYTES,
		};
		Self {
			told: transcript.text(),
			heard: String::new(),
			likely_told: transcript.likely(),
			likely_heard: 0,
			pieces: 0,
			most: usize::try_from(admission.request.sampling.max_output).unwrap_or(usize::MAX),
			token_bytes,
		}
	}

	/// What of this is new. `wanted` is how many alternatives of each token are wanted.
	fn hear(
		&mut self,
		text: &str,
		logprobs: Vec<Logprob>,
		wanted: Option<u8>,
	) -> Result<Option<Piece>, &'static str> {
		let most_text = self.most.saturating_add(1).saturating_mul(self.token_bytes);
		if self.heard.len().saturating_add(text.len()) > most_text {
			return Err(TOO_LONG);
		}
		let text = self.new_text(text)?.to_owned();
		let logprobs = match wanted {
			Some(_) => self.new_logprobs(logprobs)?,
			None => Vec::new(),
		};
		if text.is_empty() && logprobs.is_empty() {
			return Ok(None);
		}
		self.pieces = self.pieces.saturating_add(1);
		// As many as it has tokens, and some for what was held back or is told to a new stream.
		if self.pieces > self.most.saturating_add(MORE_PIECES) {
			return Err(TOO_MANY);
		}
		Ok(Some(Piece::Text { text, logprobs }))
	}

	fn new_text(&mut self, text: &str) -> Result<&str, &'static str> {
		self.heard.push_str(text);
		if self.told.len() >= self.heard.len() {
			return if self.told.starts_with(&self.heard) { Ok("") } else { Err(DIVERGED) };
		}
		let known = self.told.len();
		if !self.heard.starts_with(&self.told) {
			return Err(DIVERGED);
		}
		self.told.clone_from(&self.heard);
		self.heard.get(known..).ok_or(DIVERGED)
	}

	fn new_logprobs(&mut self, logprobs: Vec<Logprob>) -> Result<Vec<Logprob>, &'static str> {
		let is_long = |token: &[u8]| token.len() > MAX_TOKEN_BYTES;
		let is_much = |likely: &Logprob| {
			let mut top = likely.top.iter();
			likely.top.len() > MAX_ALTERNATIVES
				|| is_long(&likely.token)
				|| top.any(|(token, _)| is_long(token))
		};
		let before = self.likely_heard;
		self.likely_heard = before.saturating_add(logprobs.len());
		// The token that ends an answer may be told as well.
		if self.likely_heard > self.most.saturating_add(1) || logprobs.iter().any(is_much) {
			return Err(TOO_LIKELY);
		}
		// What another worker has said before is not told twice.
		let known = self.likely_told.saturating_sub(before);
		self.likely_told = self.likely_told.max(self.likely_heard);
		Ok(logprobs.into_iter().skip(known).collect())
	}

	/// All that listeners have heard.
	fn all(&self) -> &str {
		&self.told
	}
}

/// Whether an answer is told as text: vectors are not, unless they are sealed.
pub(crate) fn is_text(admission: &Admission) -> bool {
	admission.request.task != TaskKind::Embed || is_sealed(&admission.payload)
}

fn abandoned() -> Refusal {
	Refusal::Unavailable("its client has left".into())
}

/// How the store notes why a request has failed.
fn code(refusal: &Refusal) -> &'static str {
	match refusal {
		Refusal::ContextExceeded { .. } => "context_length_exceeded",
		Refusal::Unsupported { .. } => "unsupported",
		Refusal::NoWorker { .. } => "no_worker_available",
		Refusal::Busy { .. } => "busy",
		Refusal::TimedOut { .. } => "timed_out",
		Refusal::Unavailable(_) => "cancelled",
		_ => "worker_lost",
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn words(told: &str, most: usize) -> Words {
		Words {
			told: told.into(),
			heard: String::new(),
			likely_told: 0,
			likely_heard: 0,
			pieces: 0,
			most,
			token_bytes: MAX_TOKEN_BYTES,
		}
	}

	fn text(piece: Option<Piece>) -> String {
		match piece {
			Some(Piece::Text { text, .. }) => text,
			_ => String::new(),
		}
	}

	#[test]
	fn words_should_go_on_where_another_worker_was_lost() {
		let mut words = words("one two", 9);
		let mut hear = |said| text(words.hear(said, Vec::new(), None).unwrap());
		assert_eq!(hear("one "), "");
		assert_eq!(hear("two three"), " three");
		assert_eq!(hear(" four"), " four");
		assert_eq!(words.all(), "one two three four");
	}

	#[test]
	fn words_should_be_refused_when_they_are_others() {
		for (first, second) in [("two", ""), ("one ", "three"), ("one two!", "")] {
			let mut words = words("one two?", 9);
			let heard = [first, second].iter().all(|text| words.hear(text, vec![], None).is_ok());
			assert!(!heard, "{first}{second}");
		}
	}

	fn likely(token: &str, alternatives: usize) -> Logprob {
		let token = token.as_bytes().to_vec();
		Logprob { token: token.clone(), logprob: -1.0, top: vec![(token, -1.0); alternatives] }
	}

	fn tokens(piece: Option<Piece>) -> Vec<Vec<u8>> {
		match piece {
			Some(Piece::Text { logprobs, .. }) => {
				logprobs.into_iter().map(|likely| likely.token).collect()
			},
			_ => Vec::new(),
		}
	}

	#[test]
	fn likelihoods_should_be_told_once_when_another_worker_goes_on() {
		let mut words = words("one ", 9);
		words.likely_told = 1;
		let first = words.hear("one ", vec![likely("one ", 2)], Some(2)).unwrap();
		assert!(first.is_none(), "{first:?}");
		let two = words.hear("two", vec![likely("two", 2)], Some(2)).unwrap();
		assert_eq!(tokens(two), [b"two"]);
		let nobody_asked = words.hear(" three", vec![likely(" three", 2)], None).unwrap();
		assert_eq!(tokens(nobody_asked), [[0_u8; 0]; 0]);
	}

	#[test]
	fn words_should_be_refused_when_they_fill_the_memory() {
		let long = "x".repeat(MAX_TOKEN_BYTES + 1);
		for bad in [likely("a", MAX_ALTERNATIVES + 1), likely(&long, 1)] {
			assert_eq!(words("", 4).hear("", vec![bad], Some(1)).unwrap_err(), TOO_LIKELY);
		}
		let many = vec![likely("a", 1); 6];
		assert_eq!(words("", 4).hear("", many, Some(1)).unwrap_err(), TOO_LIKELY);
		assert_eq!(words("", 0).hear(&long, vec![], None).unwrap_err(), TOO_LONG);
		let mut crumbs = words("", 4);
		let heard = (0..4 + MORE_PIECES).all(|_| crumbs.hear("x", vec![], None).is_ok());
		assert!(heard);
		assert_eq!(crumbs.hear("x", vec![], None).unwrap_err(), TOO_MANY);
	}
}
