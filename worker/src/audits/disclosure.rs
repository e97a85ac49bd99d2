//! What auditors may see of an answer's evidence, and when.

use super::Case;
use axum::body::Bytes;
use codec::Encode;
use reckon_engine::{EvidenceStore, Kept};
use reckon_sdk::{AuditPhase, JobId, H256};
use reckon_verification::{positions, Opening};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Answers that are kept ready: a committee asks for the same one.
const READY: usize = 64;

/// What is shown of a job's answer with this commitment: its tokens, or its rows under a challenge.
type Shown = (JobId, H256, Option<H256>);

/// The audits of this worker's answers at the newest best block: the daemon writes, the endpoint
/// reads.
#[derive(Clone, Debug, Default)]
pub struct Inquiries(Arc<Mutex<BTreeMap<JobId, Case>>>);

impl Inquiries {
	/// Replaces them.
	pub fn set(&self, cases: &[Case]) {
		*self.lock() = cases.iter().map(|case| (case.inquiry.audit, *case)).collect();
	}

	/// How many there are.
	pub fn count(&self) -> usize {
		self.lock().len()
	}

	/// That of a job's answer.
	pub fn get(&self, job: JobId) -> Option<Case> {
		self.lock().get(&job).copied()
	}

	fn lock(&self) -> MutexGuard<'_, BTreeMap<JobId, Case>> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Why something is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
	/// The job is in no audit whose auditors are drawn.
	#[error("no audit of this job is open")]
	NotAudited,
	/// The audit has another challenge.
	#[error("the audit of this job has another challenge")]
	OtherChallenge,
	/// Its auditors still vote.
	#[error("the blind votes are not all there: ask again when the audit waits for the rows")]
	TooEarly,
	/// The evidence is gone or damaged.
	#[error("the evidence can't be read")]
	Unreadable,
}

/// Shows what may be shown. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Disclosure {
	store: EvidenceStore,
	inquiries: Inquiries,
	ready: Arc<Mutex<BTreeMap<Shown, Bytes>>>,
}

impl Disclosure {
	/// Of the evidence in a store, by the chain's own word about its audits.
	pub fn new(store: EvidenceStore, inquiries: Inquiries) -> Self {
		Self { store, inquiries, ready: Arc::default() }
	}

	/// An answer's tokens, as SCALE, for its auditors: they need them to compute. Reads the disk.
	///
	/// # Errors
	/// When no committee looks at the job.
	pub fn tokens(&self, job: JobId) -> Result<Bytes, Withheld> {
		let Case { inquiry, commitment } = self.inquiries.get(job).ok_or(Withheld::NotAudited)?;
		if inquiry.phase == AuditPhase::Drawing {
			return Err(Withheld::NotAudited);
		}
		self.ready((job, commitment, None), |kept| Some(kept.evidence.rows().tokens().encode()))
	}

	/// The rows at an audit's positions with their paths, as SCALE, once its blind votes are there.
	/// Reads the disk.
	///
	/// # Errors
	/// When the audit is not so far, or is another one.
	pub fn rows(&self, job: JobId, challenge: H256) -> Result<Bytes, Withheld> {
		let Case { inquiry, commitment } = self.inquiries.get(job).ok_or(Withheld::NotAudited)?;
		if inquiry.challenge != challenge {
			return Err(Withheld::OtherChallenge);
		}
		if !matches!(inquiry.phase, AuditPhase::Opening | AuditPhase::Revealing) {
			return Err(Withheld::TooEarly);
		}
		self.ready((job, commitment, Some(challenge)), |kept| {
			let audited = positions(&challenge.0, &job.0, kept.evidence.shape().count)?;
			let opened: Option<Vec<Opening>> =
				audited.iter().map(|&position| kept.evidence.open(position)).collect();
			Some(opened?.encode())
		})
	}

	/// What was made before, or is made now. One at a time: each reads all rows of an answer.
	fn ready(
		&self,
		key: Shown,
		make: impl FnOnce(&Kept) -> Option<Vec<u8>>,
	) -> Result<Bytes, Withheld> {
		let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
		if let Some(bytes) = ready.get(&key) {
			return Ok(bytes.clone());
		}
		let (job, commitment, _) = key;
		let kept = self.store.get(&job.0, &commitment.0).map_err(|error| {
			tracing::error!(?job, %error, "an auditor can't be shown the evidence");
			Withheld::Unreadable
		})?;
		let made = kept.as_ref().and_then(make).ok_or(Withheld::Unreadable)?;
		ready.retain(|(job, commitment, challenge), _| {
			self.inquiries.get(*job).is_some_and(|case| {
				let asked = case.inquiry.challenge;
				case.commitment == *commitment && challenge.is_none_or(|shown| shown == asked)
			})
		});
		while ready.len() >= READY {
			ready.pop_first();
		}
		let bytes = Bytes::from(made);
		ready.insert(key, bytes.clone());
		Ok(bytes)
	}
}
