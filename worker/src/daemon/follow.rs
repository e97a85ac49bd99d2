//! Looking at the chain, keeping the accounts, and what is to be done now and then.

use super::{Daemon, DaemonError};
use crate::{
	chain::{ChainClient, ChainError},
	clock::{self, Clock},
	compute::Compute,
	jobs::{Event, Snapshot},
};
use reckon_sdk::{format_amount, BlockNumber, BlockRef, Reason};
use std::time::Duration;

/// Blocks that are accounted for in one go, so that new jobs do not wait for old accounts.
const BACKFILL: BlockNumber = 64;
/// Newest jobs that the status lists.
const LISTED: u32 = 10;
/// Below this a delivery's fee may not be affordable: some dozens of fees.
const LOW_MONEY: u128 = 10_000_000_000;

impl<C: ChainClient, E: Compute> Daemon<C, E> {
	/// Asks what is assigned at blocks that are new, and hands it to the machine.
	pub(super) async fn look(&mut self) -> Result<(), DaemonError> {
		let now = *self.heads.borrow_and_update();
		let changed_best = now.best.filter(|_| now.best != self.seen.best);
		let changed_final = now.finalized.filter(|_| now.finalized != self.seen.finalized);
		for (block, finalized) in [(changed_best, false), (changed_final, true)] {
			let Some(block) = block else { continue };
			match self.parts.chain.assigned(block).await {
				Ok(assigned) => {
					let number = block.number;
					self.take(Event::Seen(Snapshot { block: number, finalized, assigned }))?;
					if finalized {
						self.seen.finalized = Some(block);
					} else {
						self.seen.best = Some(block);
					}
				},
				Err(error) => {
					tracing::debug!(%error, %block, "cannot ask for assignments, trying again");
				},
			}
		}
		self.inquire(now).await?;
		if let Some(block) = changed_final {
			self.stand(block).await;
		}
		// At the best block: heartbeats go on when finality stands still.
		if let Some(block) = now.best.filter(|_| !self.parts.shared.status().draining) {
			self.beat(block).await;
		}
		if let Some(block) = now.finalized {
			self.account(block.number).await?;
			self.tidy(block).await?;
		}
		Ok(())
	}

	/// Accounts for the finalized blocks since the last time, also those of a time when this
	/// worker was away.
	async fn account(&mut self, finalized: BlockNumber) -> Result<(), DaemonError> {
		let Some(cursor) = self.parts.journal.cursor()? else {
			// A new journal: there is nothing of ours before it.
			return Ok(self.parts.journal.account_for(finalized, &[])?);
		};
		let last = finalized.min(cursor.saturating_add(BACKFILL));
		for number in cursor.saturating_add(1)..=last {
			match self.parts.chain.job_events(number).await {
				Ok(events) => {
					self.note_ends(&events);
					self.parts.journal.account_for(number, &events)?;
				},
				Err(ChainError::BlockGone(_)) => {
					tracing::warn!(
						number,
						"the node forgot this block: earnings may lack its jobs"
					);
					self.doubt_all();
					self.parts.journal.account_for(number, &[])?;
				},
				Err(error) => {
					tracing::debug!(%error, number, "cannot read events, trying again");
					return Ok(());
				},
			}
		}
		Ok(())
	}

	/// Whose worker we are, what is offered, and why there may be no work.
	async fn stand(&mut self, block: BlockRef) {
		let standing = match self.parts.chain.standing(block).await {
			Ok(standing) => standing,
			Err(error) => return tracing::debug!(%error, "cannot ask for our standing"),
		};
		let loaded: Vec<_> = self.parts.engine.loaded();
		if let Some(standing) = &standing {
			for model in &standing.offers {
				if loaded.iter().any(|(id, _)| id == model) {
					continue;
				}
				let (engine, model) = (self.parts.engine.clone(), *model);
				tokio::task::spawn_blocking(move || {
					if let Err(reason) = engine.load(model) {
						tracing::error!(
							?model,
							reason,
							"an offered model is not here: its jobs will be declined"
						);
					}
				});
			}
		}
		let reason = standing.as_ref().map_or(Reason::NotRegistered, |found| found.idle_reason);
		self.parts.shared.update(|status| {
			if status.why_idle != Some(reason) {
				tracing::info!(%reason, "{}", reason.explain());
			}
			status.why_idle = Some(reason);
			status.why_idle_text = Some(reason.explain().into());
			status.provider = standing.map(|found| found.provider);
		});
	}

	/// Shows the state at the endpoint.
	pub(super) fn publish(&self) {
		let running = self.machine.phases();
		let running = running.map(|(id, phase)| (format!("{id:?}"), phase.name())).collect();
		let heads = *self.heads.borrow();
		let counts = self.parts.journal.counts().unwrap_or_default();
		let earned = self.parts.journal.earnings().unwrap_or_default();
		let newest = self.parts.journal.newest(LISTED).unwrap_or_default();
		let models = self.parts.engine.loaded();
		let evidence_bytes = self.parts.evidence.used();
		let audits = self.parts.inquiries.count();
		self.parts.shared.update(|status| {
			status.evidence_bytes = evidence_bytes;
			status.audits = audits;
			status.best = heads.best;
			status.finalized = heads.finalized;
			status.running = running;
			status.earned = earned;
			status.newest = newest;
			status.models =
				models.into_iter().map(|(id, about)| (format!("{id:x}"), about)).collect();
			status.jobs = counts
				.iter()
				.map(|((state, reason), count)| match reason.as_str() {
					"" => (state.clone(), *count),
					reason => (format!("{state}:{reason}"), *count),
				})
				.collect();
		});
		self.parts.shared.set_counts(counts);
	}

	/// Clock, money, old content.
	pub(super) async fn chores(&mut self) {
		let constants = self.parts.constants;
		let Some(best) = self.heads.borrow().best else { return };
		match self.parts.chain.now_millis(best).await {
			Ok(chain) => {
				let local = clock::now_millis();
				let (slot, lead) = (constants.slot_millis, constants.max_clock_lead_millis);
				match clock::compare(local, chain, slot, lead) {
					Clock::Right => {},
					Clock::Ahead { millis } => {
						tracing::warn!(millis, "this clock is ahead of the chain's: check NTP");
					},
					Clock::Behind { millis } => {
						tracing::warn!(millis, "this clock is behind the chain's: check NTP");
					},
					Clock::TooFarAhead { millis } => tracing::error!(
						millis,
						"this clock is so far ahead that deliveries are refused: synchronise it \
						 (NTP), or see whether the chain stands still or the node is syncing"
					),
				}
			},
			Err(error) => tracing::debug!(%error, "cannot ask for the chain's clock"),
		}
		if let Ok(account) = self.parts.chain.account(best).await {
			if account.free < LOW_MONEY {
				let free = format_amount(account.free);
				tracing::warn!(free, "the hot key is short of money for fees: send it some RKN");
			}
		}
		// Longer than any job can take, and the chain's memory of it after that.
		let blocks = u64::from(constants.retention_blocks)
			.saturating_add(constants.max_deadline_blocks.into())
			.saturating_add(constants.max_dispute_blocks.into());
		let age = Duration::from_millis(blocks.saturating_mul(constants.slot_millis));
		match self.parts.blobs.prune(age) {
			Ok(0) => {},
			Ok(removed) => tracing::info!(removed, "old content removed"),
			Err(error) => tracing::warn!(%error, "old content can't be removed"),
		}
		if let Err(error) = self.parts.journal.prune() {
			tracing::warn!(%error, "the journal can't be pruned");
		}
	}
}
