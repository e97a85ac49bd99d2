//! Following a job to its answer, and handing over a payload that did not travel in the
//! transaction.

use std::time::Duration;

use futures::future::{join, join_all};
use reckon_sdk::{
	fetch_content, format_amount, AccountId, BlobClient, BlobError, Chain, Comparison, ContentRef,
	Delivery, Error, Job, JobId, JobState, JobUpdate, JobUpdates, Purpose, Reason, Verdict,
};
use serde_json::{json, Value};
use tokio::time::{sleep, timeout, Instant};

use super::order::Placed;
use crate::{
	context::{blob_failure, failure, unknown_job, Context},
	failure::{Exit, Failure, Result},
	output::Step,
};

/// So long without a new block, and the node is taken for gone: fifteen blocks' time.
const SILENCE: Duration = Duration::from_secs(45);
/// How often to look whether the node is gone.
const LOOK: Duration = Duration::from_secs(5);
/// How long to wait before a payload is offered again: a worker takes it once it has seen, in a
/// finalized block, that the job is its own.
const AGAIN: Duration = Duration::from_millis(700);
/// "Not found": the worker does not know of the job yet.
const NOT_FOUND: u16 = 404;

/// How far to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
	/// Until the answer is there.
	Answered,
	/// Until the money has moved.
	Paid,
	/// Until the money has moved, in a block that nobody can take back.
	Final,
}

/// A job to follow, and what its worker must be given.
#[derive(Debug)]
pub(crate) struct Target {
	job: JobId,
	blob: Option<Vec<u8>>,
}

impl Target {
	pub(crate) fn of(job: JobId) -> Self {
		Self { job, blob: None }
	}
}

impl From<Placed> for Target {
	fn from(placed: Placed) -> Self {
		Self { job: placed.job, blob: placed.blob }
	}
}

/// A job with an answer.
#[derive(Debug)]
pub(crate) struct Done {
	pub(crate) id: JobId,
	pub(crate) job: Job,
	pub(crate) answer: Vec<u8>,
}

impl Done {
	fn parts(&self) -> Option<(&AccountId, &Delivery<ContentRef>, u128)> {
		Some((self.job.state.provider()?, self.job.state.delivery()?, self.job.state.charge()?))
	}

	/// What the client paid for the audit that it wanted.
	fn audit_fee(&self) -> u128 {
		match self.job.state {
			JobState::Settled { audit_fee, .. } => audit_fee,
			_ => 0,
		}
	}

	/// What comes back of the maximum price, as far as that is known.
	fn rest(&self) -> u128 {
		self.job.max_price.saturating_sub(self.job.state.paid().unwrap_or_default())
	}

	/// Everything but the answer.
	pub(crate) fn to_json(&self) -> Value {
		let Some((provider, delivery, charge)) = self.parts() else { return json!({}) };
		json!({
			"job": self.id,
			"model": self.job.model,
			"task": self.job.task,
			"state": self.job.state.name(),
			"provider": provider.to_string(),
			"units": delivery.units,
			"seconds": seconds(delivery),
			"max_price": self.job.max_price.to_string(),
			"charge": charge.to_string(),
			"audit_fee": self.audit_fee().to_string(),
			"refunded": self.rest().to_string(),
		})
	}

	/// Who computed it, and what it cost.
	pub(crate) fn summary(&self) -> String {
		let Some((provider, delivery, charge)) = self.parts() else { return String::new() };
		let units = delivery.units;
		let rest = format_amount(self.rest());
		let money = match self.job.state {
			JobState::Settled { .. } => {
				let audit = match self.audit_fee() {
					0 => String::new(),
					fee => format!(", {} for its audit", format_amount(fee)),
				};
				format!(
					"paid {}{audit}, and {rest} of the maximum came back",
					format_amount(charge)
				)
			},
			_ => format!(
				"costs {}, and {rest} of the maximum come back, both by block #{}",
				format_amount(charge),
				self.job.due
			),
		};
		format!(
			"computed by {provider} in {:.2} s: {} tokens in, {} out\n{money}",
			seconds(delivery),
			units.input,
			units.output
		)
	}
}

fn seconds(delivery: &Delivery<ContentRef>) -> f64 {
	delivery.finished_at.saturating_sub(delivery.started_at) as f64 / 1000.0
}

/// Waits for a job's answer, and gives its worker the payload if need be.
///
/// # Errors
/// When the job was refunded (exit status 3), the node is gone, or the answer can't be had.
pub(crate) async fn follow(
	context: &Context,
	chain: &Chain,
	target: Target,
	goal: Goal,
) -> Result<Done> {
	let step = context.output.wait("waiting for a provider");
	let mut watch = Watch::new(chain, target);
	loop {
		let JobUpdate { job, finalized, .. } = watch.next(&step).await?;
		match &job.state {
			JobState::Refunded { reason } => {
				let trouble = watch.trouble.take();
				return Err(refunded(watch.target.job, &job, *reason, trouble));
			},
			JobState::Delivered { .. } if goal != Goal::Answered => {
				step.now(&format!("delivered; paid by block #{}", job.due));
			},
			JobState::Delivered { .. } | JobState::Settled { .. } => {
				if goal == Goal::Final && !finalized {
					step.now("paid; waiting until the block is final");
					continue;
				}
				drop(step);
				let id = watch.target.job;
				let answer = fetch_answer(chain, id, &job).await?;
				return Ok(Done { id, job, answer });
			},
			JobState::Assigned { provider, .. } => {
				step.now(&format!("with {provider} until block #{}", job.due));
			},
			JobState::Open { reason, .. } => {
				step.now(&format!("waiting: {}", reason.explain()));
			},
		}
	}
}

/// Follows what was placed: of several replicas the first that is right.
///
/// # Errors
/// As [`follow`]; and when the replicas' answers have no majority.
pub(crate) async fn follow_placed(
	context: &Context,
	chain: &Chain,
	placed: Placed,
	goal: Goal,
) -> Result<Done> {
	if placed.jobs.len() == 1 {
		return follow(context, chain, placed.into(), goal).await;
	}
	let step = context.output.wait("waiting for all answers, to compare them");
	let (handed, comparison) = join(
		hand_to_all(chain, &placed.jobs, placed.blob.as_deref(), &step),
		wait_for_verdict(chain, placed.job),
	)
	.await;
	drop(step);
	let comparison = comparison?;
	context.output.say(comparison.explain());
	let differ =
		comparison.purpose == Purpose::Replicas && comparison.verdict == Some(Verdict::NoMajority);
	match comparison.best().filter(|_| !differ) {
		Some(job) => follow(context, chain, Target::of(job), goal).await,
		None => {
			let reason = if differ { Reason::NoMajority } else { Reason::NoProviderInTime };
			let message = format!("job {:?}: {}", placed.job, reason.explain());
			let refunded =
				Failure { exit: Exit::Refunded, ..Failure::new(reason.to_string(), message) };
			Err(handed.err().unwrap_or(refunded))
		},
	}
}

/// Waits until all answers that can come to a job's comparison are there.
///
/// # Errors
/// When the chain does not compare the job's answer with any, or the node is gone.
pub(crate) async fn wait_for_verdict(chain: &Chain, job: JobId) -> Result<Comparison> {
	let mut heads = chain.heads();
	loop {
		let at = chain.latest().await.map_err(failure)?;
		let comparison = at.comparison(job).await.map_err(failure)?;
		let comparison = comparison.ok_or_else(|| unknown_job(job))?;
		if comparison.verdict.is_some() {
			return Ok(comparison);
		}
		if !matches!(timeout(SILENCE, heads.changed()).await, Ok(Ok(()))) {
			return Err(silent(chain, job));
		}
	}
}

/// A job that came to nothing; `trouble` is why its payload could not be handed over.
fn refunded(id: JobId, job: &Job, reason: Reason, trouble: Option<Failure>) -> Failure {
	let mut message = format!("job {id:?} was refunded: {}", reason.explain());
	for attempt in &job.attempts {
		message.push_str(&format!("; {} had it: {}", attempt.provider, attempt.reason.explain()));
	}
	if let Some(trouble) = trouble {
		message.push_str(&format!("; the payload: {}", trouble.message));
	}
	let failure = Failure { exit: Exit::Refunded, ..Failure::new(reason.to_string(), message) };
	match reason {
		Reason::CancelledByClient => failure,
		_ if job.attempts.iter().any(|attempt| attempt.reason.blames_job()) => {
			failure.fix("change the payload or the parameters, then submit it again")
		},
		Reason::AnswerRejected | Reason::NoMajority => {
			failure.fix(format!("`reckon job get {id:?}` shows what it was compared with"))
		},
		Reason::AuditRejected | Reason::AuditDoubtful | Reason::NotAttested => {
			failure.fix("submit it again: another provider may be drawn")
		},
		_ => failure.fix("`reckon models` shows who offers what, and for how much; then try again"),
	}
}

/// Gives the payload to the workers that get the jobs, and returns as soon as they have it.
///
/// # Errors
/// When all the jobs ended before that, or the node is gone.
pub(crate) async fn hand_over(
	context: &Context,
	chain: &Chain,
	jobs: &[JobId],
	blob: &[u8],
) -> Result<()> {
	let step = context.output.wait("the payload is long: waiting for a worker to give it to");
	hand_to_all(chain, jobs, Some(blob), &step).await
}

/// Succeeds if one of the workers has the payload, or none needs it.
async fn hand_to_all(
	chain: &Chain,
	jobs: &[JobId],
	blob: Option<&[u8]>,
	step: &Step,
) -> Result<()> {
	let Some(blob) = blob else { return Ok(()) };
	let each = jobs.iter().map(|job| hand_to_worker(chain, *job, blob, step));
	let mut last = Ok(());
	for handed in join_all(each).await {
		match handed {
			Ok(()) => return Ok(()),
			Err(failure) => last = Err(failure),
		}
	}
	last
}

async fn hand_to_worker(chain: &Chain, job: JobId, blob: &[u8], step: &Step) -> Result<()> {
	let mut watch = Watch::new(chain, Target { job, blob: Some(blob.to_vec()) });
	while !watch.handed_over {
		let update = watch.next(step).await?;
		if update.job.state.is_final() {
			let why = watch.trouble.take().unwrap_or_else(|| {
				Failure::new("not_handed_over", "the job ended before a worker had the payload")
			});
			return Err(why);
		}
	}
	Ok(())
}

/// A job being watched, while its payload is offered to whoever has it.
struct Watch<'a> {
	chain: &'a Chain,
	updates: JobUpdates,
	target: Target,
	/// Who has the job, and so must have the payload.
	provider: Option<AccountId>,
	handed_over: bool,
	/// Why the payload could not be handed over, so far.
	trouble: Option<Failure>,
	next_offer: Instant,
	last: Option<JobUpdate>,
}

impl<'a> Watch<'a> {
	fn new(chain: &'a Chain, target: Target) -> Self {
		let handed_over = target.blob.is_none();
		let updates = chain.wait_for_job(target.job);
		Self {
			chain,
			updates,
			target,
			provider: None,
			handed_over,
			trouble: None,
			next_offer: Instant::now(),
			last: None,
		}
	}

	/// The job's next change; or the last one again, when the payload has been handed over.
	async fn next(&mut self, step: &Step) -> Result<JobUpdate> {
		let mut heads = self.chain.heads();
		let mut alive = Instant::now();
		loop {
			let offers = !self.handed_over && self.provider.is_some();
			tokio::select! {
				update = timeout(LOOK, self.updates.next()) => match update {
					Ok(Ok(Some(update))) => {
						self.take(&update);
						return Ok(update);
					},
					Ok(Ok(None)) => return Err(self.ended()),
					Ok(Err(Error::UnknownJob(job))) => return Err(unknown_job(job)),
					Ok(Err(error)) => return Err(failure(error)),
					Err(_) => {},
				},
				() = sleep_until(self.next_offer), if offers => {
					if let (true, Some(last)) = (self.offer(step).await, self.last.clone()) {
						return Ok(last);
					}
				},
			}
			if heads.has_changed().unwrap_or_default() {
				heads.mark_unchanged();
				alive = Instant::now();
			}
			if alive.elapsed() > SILENCE {
				return Err(silent(self.chain, self.target.job));
			}
		}
	}

	fn take(&mut self, update: &JobUpdate) {
		self.last = Some(update.clone());
		let provider = match &update.job.state {
			JobState::Assigned { provider, .. } => Some(*provider),
			_ => None,
		};
		// An update about a finalized block may be older than the last one.
		if !update.finalized && provider != self.provider {
			self.provider = provider;
			self.handed_over = self.target.blob.is_none();
		}
	}

	/// Offers the payload once; whether the worker has it now.
	async fn offer(&mut self, step: &Step) -> bool {
		self.next_offer = Instant::now() + AGAIN;
		let (Some(provider), Some(blob)) = (self.provider, self.target.blob.clone()) else {
			return false;
		};
		match self.hand_to(&provider, blob).await {
			Ok(()) => {
				step.now("the worker has the payload");
				self.handed_over = true;
				self.trouble = None;
			},
			Err(failure) => {
				step.now(&format!("the payload: {}", failure.message));
				self.trouble = Some(failure);
			},
		}
		self.handed_over
	}

	async fn hand_to(&self, provider: &AccountId, blob: Vec<u8>) -> Result<()> {
		let endpoint = endpoint(self.chain, provider).await?;
		match BlobClient::new().put(blob, &endpoint).await {
			Ok(_) => Ok(()),
			Err(BlobError::Refused { status: NOT_FOUND, .. }) => {
				Err(Failure::new("content", "the worker has not seen the job yet"))
			},
			Err(error) => Err(blob_failure(&error)),
		}
	}

	fn ended(&self) -> Failure {
		Failure::new("error", format!("job {:?} can't be followed any further", self.target.job))
			.fix("reckon job get ID shows where it stands")
	}
}

fn silent(chain: &Chain, job: JobId) -> Failure {
	let (url, seconds) = (chain.url(), SILENCE.as_secs());
	Failure::new("node_unreachable", format!("no new block from the node at {url} for {seconds} s"))
		.fix(format!("the job goes on without us; when the node is back: reckon job wait {job:?}"))
}

async fn sleep_until(when: Instant) {
	sleep(when.saturating_duration_since(Instant::now())).await;
}

async fn endpoint(chain: &Chain, provider: &AccountId) -> Result<String> {
	let at = chain.latest().await.map_err(failure)?;
	let record = at.provider(provider).await.map_err(failure)?;
	record.and_then(|record| record.endpoint()).ok_or_else(|| {
		Failure::new("no_endpoint", format!("the provider {provider} names no content endpoint"))
			.fix("name another provider by --only, or keep payload and answer under 4 KiB")
	})
}

/// A job's answer: from the chain when it is short, else from the provider; checked against the
/// hash that is on chain.
///
/// # Errors
/// When the provider does not hand it out.
pub(crate) async fn fetch_answer(chain: &Chain, id: JobId, job: &Job) -> Result<Vec<u8>> {
	let at = chain.latest().await.map_err(failure)?;
	if let Some(bytes) = at.answer(id).await.map_err(failure)? {
		return Ok(bytes);
	}
	let (Some(provider), Some(delivery)) = (job.state.provider(), job.state.delivery()) else {
		return Err(Failure::new("no_answer", format!("job {id:?} has no answer")));
	};
	let endpoint = endpoint(chain, provider).await?;
	let bytes = fetch_content(delivery.output, &[endpoint]).await;
	bytes.map_err(|error| blob_failure(&error))
}
