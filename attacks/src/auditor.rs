//! An honest auditor, and the chain's part in what it finds. The order is the protocol's: the vote is
//! there before the worker shows anything.

use anyhow::{ensure, Context};
use reckon_engine::{Audit, Claim, Scheduler, SchedulerConfig};
use reckon_verification::{
	commitment, distance, positions, Grade, Limits, Opening, Reason, Thresholds, Verdict, Vote,
};
use serde::Deserialize;
use std::{fs, path::Path};

use crate::{
	jobs::Job,
	worker::{load, Delivery},
};

/// What an honest auditor's vote leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
	/// Paid.
	Same,
	/// Neither paid nor slashed.
	Doubtful(Reason),
	/// Another computation, or other tokens.
	Different(Reason),
	/// The rows are not under the root, or not those of the fingerprint.
	Unproven,
	/// Root and salt do not open the commitment.
	Unopened,
}

impl Finding {
	/// Whether enough such votes convict.
	pub fn convicts(&self) -> bool {
		matches!(self, Self::Different(_) | Self::Unproven | Self::Unopened)
	}
}

/// What an auditor found, with what it measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
	/// What it leads to.
	pub finding: Finding,
	/// How far the fingerprints are apart, in parts per million; 0 when none was compared.
	pub distance: u32,
	/// The worst margin of a token, in millionths of a logit; 0 when none was measured.
	pub margin: u32,
	/// Whether the rows are those of the tokens that this auditor was given, and under the root. Who
	/// says that they are not is not proved wrong by what others find.
	pub proven: bool,
}

/// A report of `reckon-worker calibrate`, as far as it is needed here.
#[derive(Deserialize)]
struct Report {
	manifest: String,
	distance: Range,
	margin: Range,
}

#[derive(Deserialize)]
struct Range {
	flag: u32,
	slash: u32,
}

/// The thresholds that a model was calibrated to.
///
/// # Errors
/// When the report can't be read, or is another model's.
pub fn thresholds(report: &Path, model: &Path) -> anyhow::Result<Thresholds> {
	let bytes = fs::read(report).with_context(|| {
		format!("no {}: write one with reckon-worker calibrate", report.display())
	})?;
	let Report { manifest, distance, margin } = serde_json::from_slice(&bytes)?;
	let own = reckon_engine::inspect(model)?.manifest("calibrated", &mut |_| {})?.hash();
	ensure!(own.to_string() == manifest, "{} is another model's", report.display());
	let limits = |Range { flag, slash }| Limits { flag, slash };
	Ok(Thresholds { distance: limits(distance), margin: limits(margin) })
}

/// An honest auditor with the model that was asked for.
pub struct Auditor {
	scheduler: Scheduler,
	thresholds: Thresholds,
}

impl Auditor {
	/// Loads the model.
	///
	/// # Errors
	/// When there is none.
	pub fn new(model: &Path, thresholds: Thresholds) -> anyhow::Result<Self> {
		let scheduler = Scheduler::stepping(load(model)?, SchedulerConfig::default());
		Ok(Self { scheduler, thresholds })
	}

	/// Audits a delivery.
	///
	/// # Errors
	/// When the auditor itself can't compute, which says nothing of the worker.
	pub fn audit(&self, job: &Job, delivery: &Delivery) -> anyhow::Result<Found> {
		let claim = Claim {
			task: job.task.clone(),
			sampling: job.sampling.clone(),
			tokens: delivery.told.as_ref().unwrap_or(&delivery.tokens).clone(),
			output: delivery.output.clone(),
			usage: delivery.usage,
			stops: None,
		};
		let audit = self.scheduler.audit(&claim)?;
		let vote = audit.vote(&job.challenge, &job.id)?;

		let shown = delivery.show(job)?;
		if commitment(&job.id, &job.provider, &shown.root, &shown.salt) != delivery.commitment {
			let finding = Finding::Unopened;
			return Ok(Found { finding, distance: 0, margin: 0, proven: false });
		}
		let output = blake3::hash(&delivery.output);
		let verdict = self.thresholds.verdict(&shown.fingerprint, output.as_bytes(), &vote);
		let (distance, margin) = match &vote {
			Vote::Replayed { fingerprint, statistics } => {
				(distance(&shown.fingerprint, fingerprint), statistics.worst_margin)
			},
			_ => (0, 0),
		};
		let proven = match &audit {
			// The verdict needs no rows.
			Audit::Refuted(_) => true,
			Audit::Replayed { rows, .. } => {
				let asked = positions(&job.challenge, &job.id, rows.count());
				let asked = asked.context("an empty answer was replayed")?;
				let (tokens, width) = (rows.tokens(), rows.width());
				let opened = &shown.openings;
				Opening::parse_all(opened, &asked, &job.id, tokens, width, &shown.root)
					.ok()
					.and_then(|opened| {
						Opening::fingerprint(&opened, &job.challenge, &job.id, width).ok()
					})
					.is_some_and(|found| found == shown.fingerprint)
			},
		};
		let finding = match verdict {
			Verdict { grade: Grade::Different, reason: Some(reason) } => Finding::Different(reason),
			_ if !proven => Finding::Unproven,
			Verdict { grade: Grade::Doubtful, reason: Some(reason) } => Finding::Doubtful(reason),
			Verdict { grade, .. } => {
				ensure!(grade == Grade::Same, "a verdict without a reason");
				Finding::Same
			},
		};
		Ok(Found { finding, distance, margin, proven })
	}
}
