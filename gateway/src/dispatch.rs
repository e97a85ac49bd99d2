//! Dispatch: from a request that is paid for to its answer, through one worker or, when that is lost,
//! the next.

use crate::{
	clock::now_millis,
	desk::{Piece, Refusal},
	finalisation, join,
	keys::Hold,
	reservation::Reservation,
	rooms::Rooms,
	transcript::Transcript,
	workers::{NoneFree, Picked, Said},
};
use codec::Encode;
use reckon_gateway_protocol::v1::{to_worker, Cancel, Refused, Task};
use reckon_gateway_store::{Admission, Answer, RequestId};
use reckon_primitives::TaskKind;
use sp_core::sr25519;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
	sync::watch,
	time::{timeout_at, Instant},
};

/// Workers that a request is handed to, one after another.
const MAX_WORKERS: usize = 3;
/// How long a worker has to take a task.
const LEASE_WITHIN: Duration = Duration::from_secs(5);
/// How long a worker has to end a task that it was told to end.
const CANCEL_WITHIN: Duration = Duration::from_secs(5);
/// The most bytes of text of one token, and of those that are still to be counted.
const MAX_TOKEN_BYTES: usize = 256;
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
	/// What everybody who listens hears.
	pub transcript: Arc<Transcript>,
	/// Becomes true when a worker has taken it.
	pub leased: watch::Sender<bool>,
}

/// What came of handing a request to a worker.
enum Followed {
	/// This is its answer.
	Answered(Box<Answer>),
	/// There will be none, whoever is asked.
	Refused(Refusal),
	/// Somebody else may do it.
	Elsewhere(Refusal),
}

impl Errand {
	/// Runs until the request has ended, and says so to all who listen. `first` is who was noted with its
	/// admission.
	pub async fn run(self, place: Reservation, hold: Option<Hold>, first: Option<Picked>) {
		let id = self.id();
		let ended = match self.answer(first).await {
			Ok((worker, answer)) => {
				let ended =
					finalisation::end(&self.rooms, &self.admission, place, hold, answer).await;
				if ended.is_ok() {
					self.rooms.workers.tell(&worker, join::stored(id));
				}
				ended
			},
			Err(refusal) => {
				tracing::debug!(step = "failed", ?id, %refusal);
				let failed = self.rooms.store.fail(id, code(&refusal), now_millis()).await;
				if let Err(error) = failed {
					tracing::error!(?id, %error, "cannot note that a request has failed");
				}
				self.rooms.metrics.failed();
				Err(refusal)
			},
		};
		self.rooms.end(&self.admission);
		self.transcript.push(Piece::End(ended));
		self.leased.send_replace(true);
	}

	fn id(&self) -> RequestId {
		self.admission.request.hash()
	}

	async fn answer(
		&self,
		mut first: Option<Picked>,
	) -> Result<(sr25519::Public, Answer), Refusal> {
		let deadline = Instant::now() + self.rooms.bounds.answer_within;
		let mut tried = BTreeSet::new();
		let mut last = None;
		while tried.len() < MAX_WORKERS {
			let picked = match first.take() {
				Some(picked) => picked,
				None => match self.pick(&tried).await {
					Ok(picked) => self.note(picked).await?,
					// That the others are busy or gone is not why the first one failed.
					Err(refusal) => return Err(last.unwrap_or(refusal)),
				},
			};
			let worker = picked.worker;
			tracing::debug!(step = "dispatched", id = ?self.id(), %worker);
			let followed = self.follow(picked, deadline).await;
			self.rooms.workers.release(&worker, &self.id());
			match followed {
				Followed::Answered(answer) => return Ok((worker, *answer)),
				Followed::Refused(refusal) => return Err(refusal),
				Followed::Elsewhere(refusal) => {
					tracing::info!(id = ?self.id(), %worker, %refusal, "asking another worker");
					self.rooms.metrics.moved();
					tried.insert(worker);
					last = Some(refusal);
				},
			}
		}
		Err(last.unwrap_or(Refusal::WorkerLost))
	}

	async fn note(&self, picked: Picked) -> Result<Picked, Refusal> {
		match self.rooms.store.dispatch(self.id(), picked.worker, now_millis()).await {
			Ok(()) => Ok(picked),
			Err(error) => {
				self.rooms.workers.release(&picked.worker, &self.id());
				Err(Refusal::Unavailable(error.to_string()))
			},
		}
	}

	/// A worker, after some waiting if all are busy.
	async fn pick(&self, tried: &BTreeSet<sr25519::Public>) -> Result<Picked, Refusal> {
		let request = &self.admission.request;
		let mut changes = self.rooms.workers.changes();
		let deadline = Instant::now() + self.rooms.bounds.queue_for;
		let mut queued = None;
		loop {
			changes.mark_unchanged();
			let picked = self.rooms.workers.pick(self.id(), request.model, &request.price, tried);
			let none = match picked {
				Ok(picked) => return Ok(picked),
				Err(none) => none,
			};
			let busy = || Refusal::Busy { model: self.model.clone(), after_ms: BUSY_RETRY_MS };
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
			tokio::select! {
				changed = timeout_at(deadline, changes.changed()) => {
					changed.map_err(|_| busy())?.map_err(|_| busy())?;
				},
				() = self.transcript.abandoned() => return Err(abandoned()),
			}
		}
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
		};
		if !picked.tell(to_worker::Message::Task(task)).await {
			return Followed::Elsewhere(Refusal::WorkerLost);
		}
		let most_tokens = usize::try_from(admission.request.sampling.max_output);
		let most_text = most_tokens.unwrap_or(usize::MAX).saturating_add(1);
		let most_text = most_text.saturating_mul(MAX_TOKEN_BYTES);
		let mut words = Words { told: self.transcript.text(), heard: String::new() };
		let mut until = Instant::now() + LEASE_WITHIN;
		let mut leased = false;
		let mut stopped: Option<Refusal> = None;
		loop {
			let said = tokio::select! {
				said = timeout_at(until, picked.said.recv()) => said,
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
				Ok(Some(Said::Text { text, .. }))
					if words.heard.len().saturating_add(text.len()) > most_text =>
				{
					return self.lied(&picked, "more text than its tokens can have");
				},
				Ok(Some(Said::Text { text, logprobs })) => match words.hear(&text) {
					Ok("") if logprobs.is_empty() => {},
					Ok(new) => {
						let text = new.to_owned();
						self.transcript.push(Piece::Text { text, logprobs });
					},
					Err(Diverged) => return self.lied(&picked, "another beginning than before"),
				},
				Ok(Some(Said::Finished(finished))) => {
					let us = &self.rooms.identity;
					let answer = match finalisation::check(us, admission, &picked.worker, &finished)
					{
						Ok(answer) => answer,
						Err(lie) => return self.lied(&picked, &lie.to_string()),
					};
					tracing::debug!(step = "checked", id = ?self.id());
					if admission.request.task != TaskKind::Embed {
						// What was streamed is what was signed.
						let whole = String::from_utf8_lossy(&answer.output);
						let Some(rest) = whole.strip_prefix(words.all()) else {
							return self.lied(&picked, "its receipt is not for what it streamed");
						};
						if !rest.is_empty() {
							let text = rest.to_owned();
							self.transcript.push(Piece::Text { text, logprobs: Vec::new() });
						}
					}
					return Followed::Answered(Box::new(answer));
				},
				Ok(Some(Said::Refused(refused))) => {
					return match stopped {
						Some(refusal) => Followed::Refused(refusal),
						None => self.refused(&refused),
					};
				},
				Ok(None) => {
					return match stopped {
						Some(refusal) => Followed::Refused(refusal),
						None => Followed::Elsewhere(Refusal::WorkerLost),
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
					self.rooms.workers.expel(&picked.worker);
					return match stopped {
						Some(refusal) => Followed::Refused(refusal),
						None => Followed::Elsewhere(Refusal::WorkerLost),
					};
				},
			}
		}
	}

	fn lied(&self, picked: &Picked, what: &str) -> Followed {
		tracing::warn!(id = ?self.id(), worker = %picked.worker, what, "a worker lies");
		self.rooms.metrics.lied();
		self.rooms.workers.expel(&picked.worker);
		Followed::Elsewhere(Refusal::WorkerLost)
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
}

/// A worker says something else than another one did before.
#[derive(Debug)]
struct Diverged;

impl Words {
	/// What of this is new.
	fn hear(&mut self, text: &str) -> Result<&str, Diverged> {
		self.heard.push_str(text);
		if self.told.len() >= self.heard.len() {
			return if self.told.starts_with(&self.heard) { Ok("") } else { Err(Diverged) };
		}
		let known = self.told.len();
		if !self.heard.starts_with(&self.told) {
			return Err(Diverged);
		}
		self.told.clone_from(&self.heard);
		self.heard.get(known..).ok_or(Diverged)
	}

	/// All that listeners have heard.
	fn all(&self) -> &str {
		&self.told
	}
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

	#[test]
	fn words_should_go_on_where_another_worker_was_lost() {
		let mut words = Words { told: "one two".into(), heard: String::new() };
		assert_eq!(words.hear("one ").unwrap(), "");
		assert_eq!(words.hear("two three").unwrap(), " three");
		assert_eq!(words.hear(" four").unwrap(), " four");
		assert_eq!(words.all(), "one two three four");
	}

	#[test]
	fn words_should_be_refused_when_they_are_others() {
		for (first, second) in [("two", ""), ("one ", "three"), ("one two!", "")] {
			let mut words = Words { told: "one two?".into(), heard: String::new() };
			let heard = [first, second].iter().all(|text| words.hear(text).is_ok());
			assert!(!heard, "{first}{second}");
		}
	}
}
