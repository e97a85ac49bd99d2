//! What comes next: blocks, and a job's states.

use crate::{
	chain::Chain,
	error::Error,
	types::{BlockRef, Job, JobId},
};
use std::time::Duration;
use tokio::{
	sync::watch,
	time::{Instant, MissedTickBehavior},
};

/// How often the node is asked for its newest blocks.
///
/// Asked, not subscribed to: subscriptions have been seen to stall without a word (subxt#2050),
/// and two small requests are nothing beside a block's work.
const POLL_EVERY: Duration = Duration::from_millis(400);
/// After so long without an answer or a new block the connection is made anew.
const STALLED_AFTER: Duration = Duration::from_secs(30);
/// How many blocks a job may be unknown before it is said not to exist.
const UNKNOWN_FOR: u32 = 10;

/// The newest blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
	/// The newest of the best chain; `None` before the first answer.
	pub best: Option<BlockRef>,
	/// The newest finalized one; `None` before the first answer.
	pub finalized: Option<BlockRef>,
}

/// Watches the node's newest blocks until nobody listens.
pub(crate) fn watch_heads(chain: Chain) -> watch::Receiver<Heads> {
	let (sender, receiver) = watch::channel(Heads { best: None, finalized: None });
	// The chain keeps a receiver, so the task holds it weakly through the sender only: it ends
	// with the runtime, and costs two requests per poll.
	tokio::spawn(async move {
		let mut ticks = tokio::time::interval(POLL_EVERY);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let mut moved = Instant::now();
		loop {
			ticks.tick().await;
			if sender.is_closed() {
				return;
			}
			let asked = async { Ok::<_, Error>((chain.best().await?, chain.finalized().await?)) };
			match tokio::time::timeout(STALLED_AFTER, asked).await {
				Ok(Ok((best, finalized))) => {
					let now = Heads { best: Some(best), finalized: Some(finalized) };
					if sender.send_if_modified(|heads| std::mem::replace(heads, now) != now) {
						moved = Instant::now();
					}
				},
				Ok(Err(error)) => tracing::debug!(%error, "no answer about new blocks"),
				Err(_) => tracing::debug!("no answer about new blocks in time"),
			}
			if moved.elapsed() > STALLED_AFTER {
				tracing::warn!(
					seconds = moved.elapsed().as_secs(),
					"no new block: connecting anew; is the node running and the chain alive?"
				);
				if let Err(error) = chain.reopen().await {
					tracing::warn!(%error, "cannot reconnect, trying again");
				}
				moved = Instant::now();
			}
		}
	});
	receiver
}

/// Blocks as they come. Never ends while the program runs; survives lost connections.
pub struct BlockStream {
	heads: watch::Receiver<Heads>,
	pick: fn(&Heads) -> Option<BlockRef>,
	last: Option<BlockRef>,
}

impl BlockStream {
	pub(crate) fn finalized(heads: watch::Receiver<Heads>) -> Self {
		Self { heads, pick: |heads| heads.finalized, last: None }
	}

	pub(crate) fn best(heads: watch::Receiver<Heads>) -> Self {
		Self { heads, pick: |heads| heads.best, last: None }
	}

	/// The newest block, once it is another than the last one returned. May skip blocks: who
	/// needs each of them asks `Chain::block_at` for the heights in between. Best blocks may go
	/// backwards.
	///
	/// `None` when the watching task was stopped, with the runtime. Cancel safe.
	pub async fn next(&mut self) -> Option<BlockRef> {
		loop {
			let now = (self.pick)(&self.heads.borrow_and_update());
			if now.is_some() && now != self.last {
				self.last = now;
				return now;
			}
			self.heads.changed().await.ok()?;
		}
	}
}

/// A job's record when something about it changed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct JobUpdate {
	/// The block in which it was seen.
	pub block: BlockRef,
	/// Whether that block is final.
	pub finalized: bool,
	/// The record.
	pub job: Job,
}

/// A job's states as they change; ends when a final state is finalized.
pub struct JobUpdates {
	chain: Chain,
	id: JobId,
	heads: watch::Receiver<Heads>,
	best: Option<Job>,
	finalized: Option<Job>,
	first_block: Option<u32>,
	asked: Option<Heads>,
	done: bool,
}

impl JobUpdates {
	pub(crate) fn new(chain: Chain, id: JobId) -> Self {
		let heads = chain.heads();
		Self {
			chain,
			id,
			heads,
			best: None,
			finalized: None,
			first_block: None,
			asked: None,
			done: false,
		}
	}

	/// The next change: on the best chain (it may be taken back), or a finalized one. `None`
	/// after a final state was finalized. Cancel safe.
	///
	/// # Errors
	/// [`Error::UnknownJob`] when the chain does not have the job, or has forgotten it. A lost
	/// connection is no error: it waits.
	pub async fn next(&mut self) -> Result<Option<JobUpdate>, Error> {
		while !self.done {
			let heads = *self.heads.borrow_and_update();
			if self.asked != Some(heads) {
				match self.look(heads).await {
					Ok(Some(update)) => return Ok(Some(update)),
					Ok(None) => self.asked = Some(heads),
					Err(error @ Error::UnknownJob(_)) => return Err(error),
					Err(error) => {
						tracing::debug!(%error, "asking about a job failed, trying again");
						self.asked = Some(heads);
					},
				}
			}
			if self.heads.changed().await.is_err() {
				return Err(Error::rpc("new blocks", "the program is stopping"));
			}
		}
		Ok(None)
	}

	/// The update that finalizes the job's final state.
	///
	/// # Errors
	/// As [`Self::next`].
	pub async fn last(mut self) -> Result<JobUpdate, Error> {
		let mut last = None;
		while let Some(update) = self.next().await? {
			last = Some(update);
		}
		last.ok_or(Error::UnknownJob(self.id))
	}

	async fn look(&mut self, heads: Heads) -> Result<Option<JobUpdate>, Error> {
		let (Some(best), Some(finalized)) = (heads.best, heads.finalized) else {
			return Ok(None);
		};
		if self.asked.and_then(|asked| asked.best) != Some(best) {
			let job = self.chain.at(best).await?.job(self.id).await?;
			self.check_known(job.is_some(), best)?;
			if job.is_some() && job != self.best {
				self.best.clone_from(&job);
				return Ok(job.map(|job| JobUpdate { block: best, finalized: false, job }));
			}
		}
		if self.asked.and_then(|asked| asked.finalized) != Some(finalized) {
			let job = self.chain.at(finalized).await?.job(self.id).await?;
			if job.is_some() && job != self.finalized {
				self.finalized.clone_from(&job);
				self.done = job.as_ref().is_some_and(|job| job.state.is_final());
				return Ok(job.map(|job| JobUpdate { block: finalized, finalized: true, job }));
			}
		}
		Ok(None)
	}

	fn check_known(&mut self, known: bool, best: BlockRef) -> Result<(), Error> {
		let first = *self.first_block.get_or_insert(best.number);
		let waited = best.number.saturating_sub(first) >= UNKNOWN_FOR;
		if !known && (self.finalized.is_some() || waited) {
			return Err(Error::UnknownJob(self.id));
		}
		Ok(())
	}
}
