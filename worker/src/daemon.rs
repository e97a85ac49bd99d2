//! The daemon: follows the chain, feeds the state machine, carries out its actions.
//!
//! Events only wake it; what is to be done is decided by the state that the chain has at a block.
//! So a worker that was away for an hour misses nothing.

mod follow;
mod inquiries;
mod pulse;

use crate::{
	audits::{Inquiries, Opened, Openings, Question},
	blobs::BlobStore,
	chain::ChainClient,
	compute::{Compute, Done, Order, Running},
	endpoint::Expected,
	fault,
	gateways::vault::Vault,
	jobs::{depends_on_seed, Action, Event, Machine, Recovered, Sent, Work},
	journal::{Journal, JournalError},
	presence::Pulse,
	status::Shared,
};
use reckon_engine::EvidenceStore;
use reckon_sdk::{
	AccountId, Assignment, BlockNumber, Constants, ContentRef, Heads, JobId, Reason, H256,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	future::Future,
	sync::Arc,
	time::Duration,
};
use tokio::{
	sync::{mpsc, watch},
	time::Instant,
};

/// Ended jobs that are taken from the journal at the start.
const REMEMBERED: u32 = 1_000;
/// Blocks that a delivery needs to get in: the next one, and another if that is full or far on.
const DELIVERY_BLOCKS: BlockNumber = 2;
/// Blocks by which finality is behind, as a rule. A sampled answer is not signed before.
const FINALITY_BLOCKS: BlockNumber = 3;
/// How often the chain is asked about a job's model, and the pause in between.
const TRIES: u32 = 10;
const TRY_AGAIN: Duration = Duration::from_millis(500);
/// How often clock, money and old content are looked at.
const CHORES_EVERY: Duration = Duration::from_secs(60);

/// Why the daemon ended when nobody asked it to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DaemonError {
	/// Nothing may be signed that is not journalled, so the worker stops.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// The task that watches the chain is gone.
	#[error("the connection to the chain was closed for good: start the worker again")]
	ChainClosed,
}

/// All that the daemon works with.
pub struct Parts<C, E> {
	/// The chain.
	pub chain: C,
	/// The engines.
	pub engine: Arc<E>,
	/// The worker's hot key.
	pub worker: AccountId,
	/// The journal.
	pub journal: Journal,
	/// Content on disk.
	pub blobs: BlobStore,
	/// What answers were committed to with.
	pub evidence: EvidenceStore,
	/// The same of answers through gateways, where the worker has joined any.
	pub vault: Option<Vault>,
	/// What the endpoint knows of our audits.
	pub inquiries: Inquiries,
	/// Payloads that the endpoint may take in.
	pub expected: Expected,
	/// What the endpoint took in.
	pub arrived: mpsc::Receiver<ContentRef>,
	/// What the endpoint shows.
	pub shared: Arc<Shared>,
	/// The chain's constants.
	pub constants: Constants,
	/// How long running jobs may take after the worker was asked to stop.
	pub drain: Duration,
}

/// A running daemon's state.
pub struct Daemon<C, E> {
	parts: Parts<C, E>,
	machine: Machine,
	/// What each job is being computed with, and how to stop it. What was stopped is not here.
	running: BTreeMap<JobId, (H256, Running)>,
	events: mpsc::UnboundedSender<Event>,
	heads: watch::Receiver<Heads>,
	/// The newest blocks that were handed to the machine.
	seen: Heads,
	pulse: Pulse,
	/// Where the heartbeats' ends are told.
	beats: mpsc::UnboundedSender<bool>,
	openings: Openings,
	/// The newest blocks at which audits were looked at.
	inquired: Heads,
	/// Where the openings' ends are told.
	opened: mpsc::UnboundedSender<(Question, Opened)>,
	/// Jobs whose evidence may not be needed any more: the chain is asked.
	unsure: BTreeSet<JobId>,
}

impl<C: ChainClient, E: Compute> Daemon<C, E> {
	/// Takes up what the journal has, and runs until `stop` is done and the jobs under way are
	/// finished or given back.
	///
	/// # Errors
	/// When the journal can't be written, or the chain's watcher ended.
	pub async fn run(
		mut parts: Parts<C, E>,
		stop: impl Future<Output = ()> + Send,
	) -> Result<(), DaemonError> {
		let mut machine = Machine::new(parts.constants.grace_blocks);
		for job in parts.journal.ended(REMEMBERED)? {
			machine.recover_ended(job);
		}
		for (job, recovered) in parts.journal.recover()? {
			tracing::info!(?job, ?recovered, "taken up from the journal");
			let recovered = match recovered {
				// Without its evidence it can't be delivered. Under a seed that no job has it is
				// computed anew.
				Recovered::Computed { work, .. } if !can_open(&parts.evidence, job, &work) => {
					Recovered::Computed { seed: H256::zero(), work }
				},
				other => other,
			};
			machine.recover(job, recovered);
		}
		let (events, inbox) = mpsc::unbounded_channel();
		let heads = parts.chain.heads();
		let (_, nothing) = mpsc::channel(1);
		let arrived = std::mem::replace(&mut parts.arrived, nothing);
		let mut openings = Openings::default();
		for (question, sent_at) in parts.journal.openings()? {
			openings.recover(question, sent_at);
		}
		let unsure = parts.evidence.jobs().into_iter().map(H256).collect();
		let seen = Heads { best: None, finalized: None };
		let pulse = Pulse::new(&parts.worker, parts.constants.session_blocks);
		let (beats, beaten) = mpsc::unbounded_channel();
		let (opened, openings_ended) = mpsc::unbounded_channel();
		let daemon = Self {
			parts,
			machine,
			running: BTreeMap::new(),
			events,
			heads,
			seen,
			pulse,
			beats,
			openings,
			inquired: seen,
			opened,
			unsure,
		};
		daemon.turn(inbox, arrived, beaten, openings_ended, stop).await
	}

	async fn turn(
		mut self,
		mut inbox: mpsc::UnboundedReceiver<Event>,
		mut arrived: mpsc::Receiver<ContentRef>,
		mut beaten: mpsc::UnboundedReceiver<bool>,
		mut openings_ended: mpsc::UnboundedReceiver<(Question, Opened)>,
		stop: impl Future<Output = ()> + Send,
	) -> Result<(), DaemonError> {
		let mut stop = std::pin::pin!(stop);
		let mut drain_until: Option<Instant> = None;
		let mut chores = tokio::time::interval(CHORES_EVERY);
		// A block's answer can fail; it is asked for again without waiting for the next block.
		let mut again = tokio::time::interval(Duration::from_secs(2));
		again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
		loop {
			let draining = drain_until.is_some();
			if let Some(until) = drain_until {
				if self.machine.is_idle() {
					tracing::info!("all jobs are finished or given back");
					return Ok(());
				}
				if Instant::now() >= until {
					tracing::warn!("stopping with jobs under way: the next start takes them up");
					return Ok(());
				}
			}
			tokio::select! {
				changed = self.heads.changed() => {
					changed.map_err(|_| DaemonError::ChainClosed)?;
					self.look().await?;
				},
				Some(event) = inbox.recv() => self.take(event)?,
				Some(content) = arrived.recv() => {
					self.parts.expected.remove(content);
					self.take(Event::PayloadHere { content })?;
				},
				Some(sent) = beaten.recv() => self.beaten(sent),
				Some((question, opened)) = openings_ended.recv() => {
					self.opening_ended(question, opened)?;
				},
				_ = again.tick() => self.look().await?,
				_ = chores.tick() => self.chores().await,
				() = &mut stop, if !draining => {
					tracing::info!(seconds = self.parts.drain.as_secs(), "finishing what is begun");
					drain_until = Some(Instant::now() + self.parts.drain);
					self.parts.shared.update(|status| status.draining = true);
					self.take(Event::ShutDown)?;
				},
			}
			self.publish();
		}
	}

	/// Feeds the machine and carries out what it says.
	fn take(&mut self, event: Event) -> Result<(), DaemonError> {
		if let Event::Computed { job, seed, result } = &event {
			fault::point(fault::AFTER_COMPUTED_BEFORE_JOURNAL);
			// An earlier computation with this seed may have come to its end after all.
			if self.running.get(job).is_some_and(|(of, _)| of == seed) {
				self.stop(*job);
			}
			self.unsure.insert(*job);
			if let Ok(work) = result {
				self.parts.shared.count(|counters| {
					counters.computed += 1;
					counters.units_in += u64::from(work.units.input);
					counters.units_out += u64::from(work.units.output);
					let millis = work.finished_at.saturating_sub(work.started_at);
					counters.seconds += Duration::from_millis(millis).as_secs_f64();
				});
			}
		}
		for action in self.machine.on(event) {
			self.perform(action)?;
		}
		Ok(())
	}

	fn perform(&mut self, action: Action) -> Result<(), DaemonError> {
		self.parts.journal.note(&action)?;
		match action {
			Action::NoteSeen { assignment } => {
				tracing::info!(
					job = ?assignment.job,
					model = ?assignment.model,
					task = %assignment.task,
					deadline = assignment.deadline,
					"job assigned"
				);
				fault::point(fault::AFTER_SEEN);
			},
			Action::NoteComputed { job, work, .. } => tracing::info!(
				?job,
				units_in = work.units.input,
				units_out = work.units.output,
				millis = work.finished_at.saturating_sub(work.started_at),
				"computed"
			),
			Action::NoteSigned { .. } => fault::point(fault::AFTER_JOURNAL_BEFORE_SUBMIT),
			Action::NoteDeclining { job, reason } => tracing::warn!(?job, %reason, "giving back"),
			Action::NoteEnded { job, ending } => tracing::info!(?job, ?ending, "job ended"),
			Action::Expect { content, .. } => {
				if self.parts.blobs.has(content) {
					self.tell(Event::PayloadHere { content });
				} else {
					self.parts.expected.insert(content);
				}
			},
			Action::Compute { assignment } => {
				let (events, engine) = (self.events.clone(), self.parts.engine.clone());
				let (job, seed) = (assignment.job, assignment.seed);
				let slot = Running::default();
				let running = slot.clone();
				let done: Done = Box::new(move |result| {
					// That it was stopped says nothing of the job, which may be under way again.
					if result.is_err() && running.is_cancelled() {
						return;
					}
					// Nobody listens once the daemon has ended; the journal has what matters.
					let _ = events.send(Event::Computed { job, seed, result });
				});
				self.stop(job);
				self.running.insert(job, (seed, slot.clone()));
				let due = self.due(&assignment);
				let (chain, heads) = (self.parts.chain.clone(), self.heads.clone());
				tokio::spawn(async move {
					let Some(commits) = commits(&chain, &heads, &assignment).await else {
						return done(Err(Reason::Busy));
					};
					let order = Order { assignment, due, commits };
					tokio::task::spawn_blocking(move || engine.start(&order, &slot, done));
				});
			},
			Action::Cancel { job } => self.stop(job),
			Action::Discard { job, commitment } => {
				// What stays goes with the job.
				if let Err(error) = self.parts.evidence.discard(&job.0, &commitment.0) {
					tracing::warn!(?job, %error, "evidence of no use can't be removed");
				}
			},
			Action::Deliver { job, work } => {
				let (chain, events) = (self.parts.chain.clone(), self.events.clone());
				tokio::spawn(async move {
					let sent = chain.deliver(job, work).await;
					fault::point(fault::AFTER_SUBMIT_BEFORE_ACK);
					let _ = events.send(Event::Sent { job, sent });
				});
			},
			Action::Decline { job, reason } => {
				let (chain, events) = (self.parts.chain.clone(), self.events.clone());
				tokio::spawn(async move {
					let sent: Sent = chain.decline(job, reason).await;
					let _ = events.send(Event::Sent { job, sent });
				});
			},
		}
		Ok(())
	}

	/// Stops a job's computation, if there is one.
	fn stop(&mut self, job: JobId) {
		if let Some((_, running)) = self.running.remove(&job) {
			running.cancel();
		}
	}

	/// When an answer must be there so that its delivery is in a block by this one.
	fn due(&self, assignment: &Assignment) -> Option<std::time::Instant> {
		let best = self.heads.borrow().best?.number;
		let left = assignment.deadline.saturating_sub(best);
		let in_vain = depends_on_seed(assignment) && left < FINALITY_BLOCKS + DELIVERY_BLOCKS;
		let blocks = if in_vain { 0 } else { left.saturating_sub(DELIVERY_BLOCKS) };
		let millis = self.parts.constants.slot_millis.saturating_mul(blocks.into());
		std::time::Instant::now().checked_add(Duration::from_millis(millis))
	}

	/// Puts an event behind those that wait.
	fn tell(&self, event: Event) {
		let _ = self.events.send(event);
	}
}

/// Whether what an answer has committed to can be opened, if it has.
fn can_open(evidence: &EvidenceStore, job: JobId, work: &Work) -> bool {
	work.commitment.is_none_or(|commitment| evidence.has(&job.0, &commitment.0))
}

/// In whose name an answer must be committed to, if it must; `None` when the chain can't be asked: an
/// answer without its commitment would be refused, and be computed in vain.
async fn commits<C: ChainClient>(
	chain: &C,
	heads: &watch::Receiver<Heads>,
	assignment: &Assignment,
) -> Option<Option<AccountId>> {
	for _ in 0..TRIES {
		let best = heads.borrow().best;
		if let Some(best) = best {
			match chain.commits(best, assignment.model).await {
				Ok(commits) => return Some(commits),
				Err(error) => {
					tracing::debug!(%error, job = ?assignment.job, "cannot ask for the model");
				},
			}
		}
		tokio::time::sleep(TRY_AGAIN).await;
	}
	tracing::warn!(job = ?assignment.job, "the chain does not say whether its answer is audited");
	None
}
