//! What auditors may see of an answer's evidence, and when.

use super::Case;
use crate::gateways::vault::{Exchange, Vault};
use axum::body::Bytes;
use codec::Encode;
use reckon_engine::{EvidenceStore, Kept};
use reckon_sdk::{AuditPhase, JobId, H256};
use reckon_verification::{positions, Opening};
use sp_core::{sr25519, Pair};
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
		*self.lock() = cases.iter().map(|case| (case.inquiry.audit, case.clone())).collect();
	}

	/// How many there are.
	pub fn count(&self) -> usize {
		self.lock().len()
	}

	/// That of a job's answer.
	pub fn get(&self, job: JobId) -> Option<Case> {
		self.lock().get(&job).cloned()
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
	/// Only its auditors may see it, and it was not shown that one of them asks.
	#[error(
		"this is for the auditors of the answer alone: say Authorization: Bearer KEY.SIGNATURE"
	)]
	NotAnAuditor,
	/// Question and answer lie open.
	#[error("this request is not sealed")]
	NotSealed,
	/// The evidence is gone or damaged.
	#[error("the evidence can't be read")]
	Unreadable,
}

/// Shows what may be shown. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Disclosure {
	store: EvidenceStore,
	vault: Option<Vault>,
	inquiries: Inquiries,
	ready: Arc<Mutex<BTreeMap<Shown, Bytes>>>,
}

impl Disclosure {
	/// Of the evidence in a store, by the chain's own word about its audits.
	pub fn new(store: EvidenceStore, inquiries: Inquiries) -> Self {
		Self { store, vault: None, inquiries, ready: Arc::default() }
	}

	/// The same, of answers through gateways too.
	pub fn with_vault(self, vault: Vault) -> Self {
		Self { vault: Some(vault), ..self }
	}

	/// An answer's tokens, as SCALE, for its auditors: they need them to compute. Reads the disk.
	///
	/// # Errors
	/// When no committee looks at the job.
	pub fn tokens(&self, job: JobId, pass: Option<&str>) -> Result<Bytes, Withheld> {
		let Case { commitment, .. } = self.case(job, pass)?;
		self.ready((job, commitment, None), |kept| Some(kept.evidence.rows().tokens().encode()))
	}

	/// The rows at an audit's positions with their paths, as SCALE, once its blind votes are there.
	/// Reads the disk.
	///
	/// # Errors
	/// When the audit is not so far, or is another one.
	pub fn rows(&self, job: JobId, challenge: H256, pass: Option<&str>) -> Result<Bytes, Withheld> {
		let Case { inquiry, commitment, .. } = self.case(job, pass)?;
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

	/// What was asked of a gateway, for the auditors of the answer. Reads the disk.
	///
	/// # Errors
	/// When no committee looks at the request, or nobody shows that it is in it.
	pub fn payload(&self, request: H256, pass: Option<&str>) -> Result<Bytes, Withheld> {
		self.exchange(request, pass).map(|exchange| exchange.payload.into())
	}

	/// What was answered through it, likewise.
	///
	/// # Errors
	/// As for the payload.
	pub fn output(&self, request: H256, pass: Option<&str>) -> Result<Bytes, Withheld> {
		self.exchange(request, pass).map(|exchange| exchange.output.into())
	}

	/// What a sealed question and its answer are opened by, likewise: it opens nothing else.
	///
	/// # Errors
	/// As for the payload, or when they are not sealed.
	pub fn opening(&self, request: H256, pass: Option<&str>) -> Result<Bytes, Withheld> {
		let secret = self.exchange(request, pass)?.secret.ok_or(Withheld::NotSealed)?;
		Ok(Bytes::copy_from_slice(secret.bytes()))
	}

	fn exchange(&self, request: H256, pass: Option<&str>) -> Result<Exchange, Withheld> {
		self.case(request, pass)?;
		let kept = self.vault.as_ref().map(|vault| vault.exchange(request));
		match kept.transpose() {
			Ok(kept) => kept.flatten().ok_or(Withheld::NotAudited),
			Err(error) => {
				tracing::error!(?request, %error, "an auditor can't be shown the exchange");
				Err(Withheld::Unreadable)
			},
		}
	}

	/// The audit of a job's answer, or of a request's, as far as its committee is drawn and this caller may
	/// know of it.
	fn case(&self, job: JobId, pass: Option<&str>) -> Result<Case, Withheld> {
		let case = self.inquiries.get(job).ok_or(Withheld::NotAudited)?;
		if case.inquiry.phase == AuditPhase::Drawing {
			return Err(Withheld::NotAudited);
		}
		match &case.auditors {
			Some(auditors) if !is_pass_of(auditors, pass, job, case.inquiry.challenge) => {
				Err(Withheld::NotAnAuditor)
			},
			_ => Ok(case),
		}
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
		let vault = self.vault.as_ref().filter(|vault| vault.has(job));
		let store = vault.map_or(&self.store, Vault::rows);
		let kept = store.get(&job.0, &commitment.0).map_err(|error| {
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

/// What an auditor signs, with the job and the challenge, to be shown what is not everybody's.
const PASS: &[u8] = b"reckon:audit-pass:v1";

/// Whether a pass, `KEY.SIGNATURE` in hexadecimal digits, is one of these auditors'.
fn is_pass_of(auditors: &[[u8; 32]], pass: Option<&str>, job: JobId, challenge: H256) -> bool {
	let read = || {
		let (key, signature) = pass?.split_once('.')?;
		let key: [u8; 32] = hex(key)?;
		let signature = sr25519::Signature::from_raw(hex(signature)?);
		Some((key, signature))
	};
	let Some((key, signature)) = read().filter(|(key, _)| auditors.contains(key)) else {
		return false;
	};
	let message = [PASS, &job.0, &challenge.0].concat();
	sr25519::Pair::verify(&signature, message, &sr25519::Public::from_raw(key))
}

fn hex<const N: usize>(digits: &str) -> Option<[u8; N]> {
	let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
	let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
	let bytes = pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?));
	let bytes: Vec<u8> = bytes.collect::<Option<_>>().filter(|_| rest.is_empty())?;
	bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::hex as digits;

	#[test]
	fn pass_should_be_an_auditors_own_for_this_audit() {
		let pair = |n| sr25519::Pair::from_seed(&[n; 32]);
		let (job, challenge) = (H256::repeat_byte(1), H256::repeat_byte(2));
		let pass = |signer: &sr25519::Pair, key: &sr25519::Pair, job: H256, challenge: H256| {
			let signature = signer.sign(&[PASS, &job.0, &challenge.0].concat());
			let [key, signature] = [digits(&key.public().0), digits(&signature.0)];
			format!("{}.{}", &key[2..], &signature[2..])
		};
		let (auditor, other) = (pair(3), pair(4));
		let auditors = [pair(9).public().0, auditor.public().0];
		let is_good = |pass: &str| is_pass_of(&auditors, Some(pass), job, challenge);
		assert!(is_good(&pass(&auditor, &auditor, job, challenge)));
		for bad in [
			pass(&other, &other, job, challenge),
			pass(&other, &auditor, job, challenge),
			pass(&auditor, &auditor, challenge, challenge),
			pass(&auditor, &auditor, job, job),
			pass(&auditor, &auditor, job, challenge).to_uppercase() + "0",
			String::new(),
			".".into(),
			"é.é".into(),
		] {
			assert!(!is_good(&bad), "{bad}");
		}
		assert!(!is_pass_of(&auditors, None, job, challenge));
		assert!(!is_pass_of(&[], Some(&pass(&auditor, &auditor, job, challenge)), job, challenge));
	}
}
