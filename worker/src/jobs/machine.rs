//! The transitions.

use super::{Action, Ending, Event, Phase, Recovered, Sent, Snapshot, Work};
use reckon_sdk::{Assignment, BlockNumber, Content, ContentRef, JobId, Reason, TaskKind, H256};
use std::collections::{BTreeMap, BTreeSet};

/// Blocks between two tries to send something.
const RETRY_BLOCKS: BlockNumber = 2;
/// Ended jobs that are remembered, so that a late snapshot does not begin them again. A provider
/// never has the same job twice, so forgetting one costs at most a refused delivery.
const REMEMBERED: usize = 10_000;

/// Blocks that a refusal needs to get in.
const DECLINE_BLOCKS: BlockNumber = 2;

/// The jobs of one worker.
#[derive(Debug)]
pub struct Machine {
	/// Blocks after its assignment in which a job can be declined without a mark.
	grace: BlockNumber,
	jobs: BTreeMap<JobId, Job>,
	ended: BTreeSet<JobId>,
	ended_order: std::collections::VecDeque<JobId>,
	best: BlockNumber,
	shutting_down: bool,
}

#[derive(Debug)]
struct Job {
	/// `None` for a job from the journal that the chain has not shown again.
	assignment: Option<Assignment>,
	phase: Phase,
	/// The block in which it was first seen.
	seen_at: BlockNumber,
	/// The seed in the newest best block that was seen, while it is ours there.
	best_seed: Option<H256>,
	/// The seed in the newest finalized block that was seen, while it is ours there.
	final_seed: Option<H256>,
}

impl Machine {
	/// No jobs, on a chain that lets a job be declined without a mark for so many blocks.
	pub fn new(grace: BlockNumber) -> Self {
		Self {
			grace,
			jobs: BTreeMap::new(),
			ended: BTreeSet::new(),
			ended_order: std::collections::VecDeque::new(),
			best: 0,
			shutting_down: false,
		}
	}

	/// Takes up a job from the journal. Nothing is done until the chain was seen, except that
	/// what may have been signed is sent again: exactly that.
	pub fn recover(&mut self, job: JobId, recovered: Recovered) {
		let phase = match recovered {
			Recovered::Computed { seed, work } => Phase::Computed { seed, work },
			Recovered::Signed { work } => Phase::Signed { work, again_at: Some(0) },
			Recovered::Declining { reason } => Phase::Declining { reason, again_at: Some(0) },
		};
		let job_state =
			Job { assignment: None, phase, seen_at: 0, best_seed: None, final_seed: None };
		self.jobs.insert(job, job_state);
	}

	/// Remembers a job that ended before a restart.
	pub fn recover_ended(&mut self, job: JobId) {
		self.remember(job);
	}

	/// Whether no job is left.
	pub fn is_idle(&self) -> bool {
		self.jobs.is_empty()
	}

	/// Whether a job is under way.
	pub fn has(&self, job: JobId) -> bool {
		self.jobs.contains_key(&job)
	}

	/// The jobs and their phases.
	pub fn phases(&self) -> impl Iterator<Item = (JobId, &Phase)> {
		self.jobs.iter().map(|(id, job)| (*id, &job.phase))
	}

	/// What a job is about, when the chain has shown it.
	pub fn assignment(&self, job: JobId) -> Option<&Assignment> {
		self.jobs.get(&job)?.assignment.as_ref()
	}

	/// Takes an event and says what to do.
	pub fn on(&mut self, event: Event) -> Vec<Action> {
		let mut actions = Vec::new();
		match event {
			Event::Seen(snapshot) => self.seen(snapshot, &mut actions),
			Event::PayloadHere { content } => self.payload_here(content, &mut actions),
			Event::Computed { job, seed, result } => {
				self.computed(job, seed, result, &mut actions);
			},
			Event::Sent { job, sent } => self.sent(job, sent, &mut actions),
			Event::ShutDown => self.shut_down(&mut actions),
		}
		actions
	}

	fn seen(&mut self, snapshot: Snapshot, actions: &mut Vec<Action>) {
		let Snapshot { block, finalized, assigned } = snapshot;
		if !finalized {
			self.best = block;
		}
		self.best = self.best.max(block);
		let shown: BTreeSet<JobId> = assigned.iter().map(|assignment| assignment.job).collect();
		for assignment in assigned {
			self.assigned(assignment, block, finalized, actions);
		}
		for id in self.jobs.keys().copied().collect::<Vec<_>>() {
			if !shown.contains(&id) {
				self.not_shown(id, block, finalized, actions);
			}
			self.settle_down(id, actions);
		}
	}

	fn assigned(
		&mut self,
		assignment: Assignment,
		block: BlockNumber,
		finalized: bool,
		actions: &mut Vec<Action>,
	) {
		let id = assignment.job;
		if self.ended.contains(&id) {
			return;
		}
		let is_new = !self.jobs.contains_key(&id);
		let grace = self.grace;
		let job = self.jobs.entry(id).or_insert_with(|| Job {
			assignment: None,
			phase: first_phase(&assignment, block, grace),
			seen_at: block,
			best_seed: None,
			final_seed: None,
		});
		if finalized {
			job.final_seed = Some(assignment.seed);
		} else {
			job.best_seed = Some(assignment.seed);
		}
		// The best chain is newer; the finalized one alone is believed when nothing else is known.
		let newer = !finalized || job.assignment.is_none() || job.best_seed.is_none();
		let changed = job.assignment.as_ref().is_some_and(|known| known.seed != assignment.seed);
		if newer {
			if job.seen_at == 0 {
				job.seen_at = block;
			}
			job.assignment = Some(assignment.clone());
		}
		if is_new {
			actions.push(Action::NoteSeen { assignment: assignment.clone() });
			if self.shutting_down {
				self.decline(id, Reason::ShuttingDown, actions);
			} else {
				start(&assignment, actions);
			}
			return;
		}
		let seed = assignment.seed;
		let stale = match &job.phase {
			Phase::Computing => newer && changed,
			// What was computed before a restart, or before a fork took the block away.
			Phase::Computed { seed: computed, .. } => newer && *computed != seed,
			// Signed answers never change, whatever becomes of the seed.
			_ => false,
		};
		if stale {
			match std::mem::replace(&mut job.phase, Phase::Computing) {
				Phase::Computing => actions.push(Action::Cancel { job: id }),
				Phase::Computed { work, .. } => discard(id, &work, actions),
				_ => {},
			}
			actions.push(Action::Compute { assignment });
		}
	}

	/// A block in which the job is not ours.
	fn not_shown(
		&mut self,
		id: JobId,
		block: BlockNumber,
		finalized: bool,
		actions: &mut Vec<Action>,
	) {
		let Some(job) = self.jobs.get_mut(&id) else { return };
		if !finalized {
			job.best_seed = None;
			return;
		}
		job.final_seed = None;
		match &job.phase {
			// Its own end tells: being delivered is one way of not being shown.
			Phase::Signed { .. } | Phase::Declining { .. } => {},
			// Seen in a best block, and finality has not come so far.
			_ if block < job.seen_at || job.best_seed.is_some() => {},
			Phase::Computing => {
				actions.push(Action::Cancel { job: id });
				self.end(id, Ending::Lost, actions);
			},
			Phase::Computed { work, .. } => {
				discard(id, work, actions);
				self.end(id, Ending::Lost, actions);
			},
			Phase::AwaitingPayload { .. } => self.end(id, Ending::Lost, actions),
		}
	}

	/// What the new block makes due.
	fn settle_down(&mut self, id: JobId, actions: &mut Vec<Action>) {
		let best = self.best;
		let Some(job) = self.jobs.get_mut(&id) else { return };
		match &mut job.phase {
			Phase::AwaitingPayload { until } if best >= *until => {
				self.decline(id, Reason::PayloadUnavailable, actions);
			},
			Phase::Signed { work, again_at } if again_at.is_some_and(|at| best >= at) => {
				*again_at = None;
				actions.push(Action::Deliver { job: id, work: work.clone() });
			},
			Phase::Declining { reason, again_at } if again_at.is_some_and(|at| best >= at) => {
				*again_at = None;
				actions.push(Action::Decline { job: id, reason: *reason });
			},
			Phase::Computed { .. } => self.sign_when_safe(id, actions),
			_ => {},
		}
	}

	fn payload_here(&mut self, content: ContentRef, actions: &mut Vec<Action>) {
		for job in self.jobs.values_mut() {
			let Some(assignment) = &job.assignment else { continue };
			let waits = matches!(job.phase, Phase::AwaitingPayload { .. });
			if waits && assignment.payload == Content::Blob(content) {
				job.phase = Phase::Computing;
				actions.push(Action::Compute { assignment: assignment.clone() });
			}
		}
	}

	fn computed(
		&mut self,
		id: JobId,
		seed: H256,
		result: Result<Work, Reason>,
		actions: &mut Vec<Action>,
	) {
		let waits = |job: &&mut Job| {
			let shown = job.assignment.as_ref();
			job.phase == Phase::Computing && shown.is_some_and(|shown| shown.seed == seed)
		};
		let Some(job) = self.jobs.get_mut(&id).filter(waits) else {
			// Of another fork, or of a job that has ended meanwhile.
			return result.iter().for_each(|work| discard(id, work, actions));
		};
		match result {
			Ok(work) => {
				job.phase = Phase::Computed { seed, work: work.clone() };
				actions.push(Action::NoteComputed { job: id, seed, work });
				self.sign_when_safe(id, actions);
			},
			Err(reason) => self.decline(id, reason, actions),
		}
	}

	/// Signs a computed answer once no fork can make another answer the right one.
	///
	/// The sampler's seed comes from the block of the assignment. A fork can put the assignment
	/// into another block, with another seed: then the answer must be computed anew, and that is
	/// possible only as long as nothing is signed. An answer that depends on the seed is
	/// therefore signed when its assignment is final. One that does not (the likeliest token
	/// always; embeddings) is the same under every seed, and needs the assignment in the best
	/// chain only.
	fn sign_when_safe(&mut self, id: JobId, actions: &mut Vec<Action>) {
		let Some(job) = self.jobs.get_mut(&id) else { return };
		let (Phase::Computed { seed, work }, Some(assignment)) = (&job.phase, &job.assignment)
		else {
			return;
		};
		let seed = *seed;
		let safe = if depends_on_seed(assignment) {
			job.final_seed == Some(seed) && job.best_seed.is_none_or(|best| best == seed)
		} else {
			job.best_seed == Some(seed) || job.final_seed == Some(seed)
		};
		if !safe {
			return;
		}
		let work = work.clone();
		job.phase = Phase::Signed { work: work.clone(), again_at: None };
		actions.push(Action::NoteSigned { job: id, seed, work: work.clone() });
		actions.push(Action::Deliver { job: id, work });
	}

	fn sent(&mut self, id: JobId, sent: Sent, actions: &mut Vec<Action>) {
		let again = self.best.saturating_add(RETRY_BLOCKS);
		let Some(job) = self.jobs.get_mut(&id) else { return };
		match (&mut job.phase, sent) {
			(Phase::Signed { .. }, Sent::Accepted | Sent::AlreadyDelivered) => {
				self.end(id, Ending::Done, actions);
			},
			(Phase::Declining { reason, .. }, Sent::Accepted) => {
				let ending = Ending::Declined(*reason);
				self.end(id, ending, actions);
			},
			(Phase::Signed { .. } | Phase::Declining { .. }, Sent::NotOurs) => {
				self.end(id, Ending::Lost, actions);
			},
			// A job that is delivered can't be declined any more: it was another life's delivery.
			(Phase::Declining { .. }, Sent::AlreadyDelivered) => {
				self.end(id, Ending::Done, actions);
			},
			(
				Phase::Signed { again_at, .. } | Phase::Declining { again_at, .. },
				Sent::TryAgain,
			) => *again_at = Some(again),
			// What the chain will never take can't be replaced by another answer, but given back.
			(Phase::Signed { .. }, Sent::Refused) => {
				self.decline(id, Reason::EngineFailed, actions);
			},
			(Phase::Declining { .. }, Sent::Refused) => self.end(id, Ending::Lost, actions),
			_ => {},
		}
	}

	fn shut_down(&mut self, actions: &mut Vec<Action>) {
		self.shutting_down = true;
		let waiting: Vec<JobId> = self
			.jobs
			.iter()
			.filter(|(_, job)| matches!(job.phase, Phase::AwaitingPayload { .. }))
			.map(|(id, _)| *id)
			.collect();
		for id in waiting {
			self.decline(id, Reason::ShuttingDown, actions);
		}
	}

	fn decline(&mut self, id: JobId, reason: Reason, actions: &mut Vec<Action>) {
		let Some(job) = self.jobs.get_mut(&id) else { return };
		job.phase = Phase::Declining { reason, again_at: None };
		actions.push(Action::NoteDeclining { job: id, reason });
		actions.push(Action::Decline { job: id, reason });
	}

	fn end(&mut self, id: JobId, ending: Ending, actions: &mut Vec<Action>) {
		self.jobs.remove(&id);
		self.remember(id);
		actions.push(Action::NoteEnded { job: id, ending });
	}

	fn remember(&mut self, id: JobId) {
		if self.ended.insert(id) {
			self.ended_order.push_back(id);
		}
		if self.ended_order.len() > REMEMBERED {
			if let Some(oldest) = self.ended_order.pop_front() {
				self.ended.remove(&oldest);
			}
		}
	}
}

/// Of a result that the machine lets go of before it was signed.
fn discard(job: JobId, work: &Work, actions: &mut Vec<Action>) {
	actions.extend(work.commitment.map(|commitment| Action::Discard { job, commitment }));
}

/// Whether another seed would give another answer.
pub fn depends_on_seed(assignment: &Assignment) -> bool {
	assignment.task != TaskKind::Embed && assignment.sampling.temperature_milli > 0
}

fn first_phase(assignment: &Assignment, block: BlockNumber, grace: BlockNumber) -> Phase {
	match assignment.payload {
		Content::Inline(_) => Phase::Computing,
		Content::Blob(_) => {
			// Half of the time is for the computation and the delivery. But a payload that does
			// not come is not the worker's fault, and must not end as its missed deadline.
			let half = (assignment.deadline.saturating_sub(block) / 2).saturating_add(1);
			let unmarked = grace.saturating_sub(DECLINE_BLOCKS).max(1);
			Phase::AwaitingPayload { until: block.saturating_add(half.min(unmarked)) }
		},
	}
}

fn start(assignment: &Assignment, actions: &mut Vec<Action>) {
	actions.push(match assignment.payload {
		Content::Inline(_) => Action::Compute { assignment: assignment.clone() },
		Content::Blob(content) => Action::Expect { job: assignment.job, content },
	});
}
