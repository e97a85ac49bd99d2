//! Answering audits, and keeping evidence for as long as somebody may ask for it.

use super::{Daemon, DaemonError, Parts};
use crate::{
	audits::{self, Case, Inquiries, Opened, Question},
	chain::{ChainClient, ChainError},
	compute::Compute,
	fault,
	gateways::vault::Vault,
};
use reckon_engine::{EvidenceError, EvidenceStore};
use reckon_sdk::{AuditPhase, BlockNumber, BlockRef, Heads, JobEvent, H256};

/// Jobs whose evidence is looked at in one go, so that new jobs do not wait for old ones.
const LOOKED_AT: usize = 32;

impl<C: ChainClient, E: Compute> Daemon<C, E> {
	/// Asks which of our answers are audited at blocks that are new, and opens what is to be opened.
	pub(super) async fn inquire(&mut self, now: Heads) -> Result<(), DaemonError> {
		let changed_final = now.finalized.filter(|_| now.finalized != self.inquired.finalized);
		let changed_best = now.best.filter(|_| now.best != self.inquired.best);
		// The finalized block first: it says what is certain about the best one.
		for (block, finalized) in [(changed_final, true), (changed_best, false)] {
			let Some(block) = block else { continue };
			let Parts { chain, evidence, vault, inquiries, .. } = &self.parts;
			let cases = match cases(chain, evidence, vault.as_ref(), inquiries, block).await {
				Ok(cases) => cases,
				Err(error) => {
					tracing::debug!(%error, %block, "cannot ask for audits, trying again");
					continue;
				},
			};
			if finalized {
				self.inquired.finalized = Some(block);
			} else {
				self.inquired.best = Some(block);
				self.parts.inquiries.set(&cases);
			}
			let inquiries: Vec<_> = cases.iter().map(|case| case.inquiry).collect();
			for question in self.openings.seen(block.number, finalized, &inquiries) {
				let asked = cases.iter().find(|case| Question::from(&case.inquiry) == question);
				if let Some(Case { commitment, .. }) = asked {
					self.open(question, *commitment, block.number)?;
				}
			}
		}
		Ok(())
	}

	fn open(
		&mut self,
		question: Question,
		commitment: H256,
		best: BlockNumber,
	) -> Result<(), DaemonError> {
		self.parts.journal.note_opening(question, best)?;
		tracing::info!(job = ?question.job, "audited: opening the rows");
		fault::point(fault::AFTER_OPENING_JOURNALLED);
		let vault = self.parts.vault.as_ref().filter(|vault| vault.has(question.job));
		let store = vault.map_or(&self.parts.evidence, Vault::rows).clone();
		let chain = self.parts.chain.clone();
		let opened = self.opened.clone();
		tokio::spawn(async move {
			let prove = move || audits::prove(&store, &question, commitment);
			let end = match tokio::task::spawn_blocking(prove).await {
				Ok(Ok(Some(proof))) => chain.open_rows(question, proof).await,
				Ok(Err(error @ EvidenceError::Io { .. })) => {
					tracing::error!(job = ?question.job, %error, "an audit waits for these rows");
					Opened::TryAgain
				},
				other => {
					tracing::error!(job = ?question.job, ?other, "there are no rows to open");
					Opened::Never
				},
			};
			// Nobody listens once the daemon has ended; the next life asks the chain.
			let _ = opened.send((question, end));
		});
		Ok(())
	}

	/// An opening is in a finalized block, or has failed.
	pub(super) fn opening_ended(
		&mut self,
		question: Question,
		opened: Opened,
	) -> Result<(), DaemonError> {
		self.parts.journal.note_opened(question, opened)?;
		self.openings.ended(question, opened);
		self.parts.shared.count(|counters| match opened {
			Opened::Yes => counters.openings += 1,
			Opened::Never => counters.openings_failed += 1,
			Opened::TryAgain => {},
		});
		Ok(())
	}

	/// Takes note of jobs that may be over.
	pub(super) fn note_ends(&mut self, events: &[JobEvent]) {
		let ends = events.iter().filter(|event| {
			matches!(
				event,
				JobEvent::JobSettled { .. }
					| JobEvent::JobRefunded { .. }
					| JobEvent::JobForgotten { .. }
			)
		});
		self.unsure.extend(ends.map(JobEvent::job));
	}

	/// All that is kept may be of jobs that are over.
	pub(super) fn doubt_all(&mut self) {
		self.unsure.extend(self.parts.evidence.jobs().into_iter().map(H256));
	}

	/// Removes the evidence of jobs that are over at a finalized block.
	pub(super) async fn tidy(&mut self, finalized: BlockRef) -> Result<(), DaemonError> {
		// A node that is behind knows of none of the newest jobs.
		if self.parts.journal.cursor()?.is_none_or(|cursor| cursor > finalized.number) {
			return Ok(());
		}
		let kept: std::collections::BTreeSet<_> =
			self.parts.evidence.jobs().into_iter().map(H256).collect();
		self.unsure.retain(|job| kept.contains(job) || self.machine.has(*job));
		let idle = self.unsure.iter().filter(|job| !self.machine.has(**job));
		for job in idle.take(LOOKED_AT).copied().collect::<Vec<_>>() {
			match self.parts.chain.is_over(finalized, job).await {
				Ok(true) => match self.parts.evidence.remove(&job.0) {
					Ok(()) => tracing::debug!(?job, "nobody can ask for its rows any more"),
					Err(error) => {
						tracing::warn!(?job, %error, "old evidence can't be removed");
						continue;
					},
				},
				// Its end will be in an event.
				Ok(false) => {},
				Err(error) => {
					tracing::debug!(%error, ?job, "cannot ask whether it is over, trying again");
					break;
				},
			}
			self.unsure.remove(&job);
		}
		Ok(())
	}
}

/// The audits of our answers at a block, as far as their auditors are drawn.
async fn cases<C: ChainClient>(
	chain: &C,
	evidence: &EvidenceStore,
	vault: Option<&Vault>,
	inquiries: &Inquiries,
	at: BlockRef,
) -> Result<Vec<Case>, ChainError> {
	// Who has committed to nothing can't be asked for anything.
	if evidence.used() == 0 && vault.is_none_or(Vault::is_empty) {
		return Ok(Vec::new());
	}
	let mut cases = Vec::new();
	for inquiry in chain.inquiries(at).await? {
		if inquiry.phase == AuditPhase::Drawing {
			continue;
		}
		let job = inquiry.audit;
		let of_gateway = vault.filter(|vault| vault.has(job));
		let rows = of_gateway.map_or(evidence, Vault::rows);
		// The chain is asked once for each question, and again at each block only where another fork
		// may have another answer of ours.
		let known = inquiries.get(job).filter(|known| {
			let is_same = known.inquiry.challenge == inquiry.challenge;
			is_same && rows.commitments(&job.0) == [known.commitment.0]
		});
		let commitment = match (known, of_gateway) {
			(Some(known), _) => Some(known.commitment),
			(None, Some(_)) => chain.sampled(at, job).await?,
			(None, None) => chain.committed(at, job).await?,
		};
		let Some(commitment) = commitment else { continue };
		// Empty seats are filled again, so at each block.
		let auditors = match of_gateway {
			Some(_) => Some(chain.auditors(at, job).await?),
			None => None,
		};
		cases.push(Case { inquiry, commitment, auditors });
	}
	Ok(cases)
}
