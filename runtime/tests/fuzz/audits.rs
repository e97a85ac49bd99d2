//! Calls about audits. What auditors and workers compute follows from who they are and what they look at,
//! so that who has committed to something can open it.

use super::{calls::Signed, Fuzzer};
use codec::Encode;
use pallet_audits::{
	Audit, Ballot, Batch, Call, Commit, Decline, Phase, Reveal, RowsSeen, Said, Statement,
	MAX_VOTES,
};
use pallet_models::Calibration;
use rand::Rng;
use reckon_primitives::{Balance, BlockNumber, JobId, JobState};
use reckon_runtime::{AccountId, Runtime, RuntimeCall};
use reckon_support::Subject;
use reckon_verification::{
	blind, commitment, Fault, Fingerprint, Limits, Rejection, Statistics, Thresholds, Vote,
	POSITIONS, PROJECTIONS,
};
use sp_core::H256;

/// What hides roots and votes.
pub(super) const SALT: [u8; 32] = [5; 32];

type Found = (JobId, Audit<AccountId, Balance, BlockNumber>);

/// Whether a call needs no account.
pub fn is_vote(call: &RuntimeCall) -> bool {
	use pallet_audits::Call::*;
	matches!(
		call,
		RuntimeCall::Audits(commit_votes { .. } | reveal_votes { .. } | decline_seats { .. })
	)
}

/// What the model computes, or another.
fn fingerprint(right: bool) -> Fingerprint {
	let signs = |n: usize| if right || n.is_multiple_of(2) { 1_000 } else { -1_000 };
	Fingerprint([std::array::from_fn::<i16, PROJECTIONS, _>(signs); POSITIONS])
}

/// A number below a hundred that these determine.
fn lot(of: impl Encode) -> u8 {
	sp_io::hashing::blake2_128(&of.encode())[0] % 100
}

/// What an auditor of a batch says: mostly that it is to be paid, or of some all the same that it is not.
fn batch_vote(mood: u8, lot: u8) -> Vote {
	let rejection = match lot {
		0 => Some(Rejection::Faults),
		1 => Some(Rejection::Charges),
		2..4 => Some(Rejection::Unavailable),
		_ if mood < 10 => Some(Rejection::Unavailable),
		_ if mood < 20 => Some(Rejection::Leaves),
		_ => None,
	};
	Vote::Batch { rejection, digest: [u8::from(lot == 5); 32] }
}

/// What an auditor says: mostly what is right, if it does not work with others against the provider.
fn statement(job: JobId, round: u8, auditor: &AccountId) -> Statement {
	let mood = lot(job);
	let audit = pallet_audits::Audits::<Runtime>::get(job);
	let is_batch = audit.is_some_and(|audit| matches!(audit.subject, Subject::Batch(_)));
	let vote = match lot((job, round, auditor)) {
		n if is_batch => batch_vote(mood, n),
		0 => Vote::Refuted(Fault::Text),
		1 => Vote::Output { hash: Default::default() },
		n => Vote::Replayed {
			fingerprint: fingerprint(n > 4 && mood > 10),
			statistics: Statistics::default(),
		},
	};
	let rows = match lot((job, auditor)) {
		0 => RowsSeen::Unproven,
		_ => RowsSeen::Proven,
	};
	Statement { vote, rows }
}

impl Fuzzer {
	/// Half of the models are calibrated, some of them wrongly.
	pub(super) fn calibration(&mut self) -> Option<Calibration> {
		let flag = self.rng.random_range(0..10_000);
		let slash = if self.one_in(20) { self.rng.random() } else { flag + 1_000 };
		let limits = Limits { flag, slash };
		let thresholds = Thresholds { distance: limits, margin: limits };
		self.one_in(2).then_some(Calibration { thresholds, report: H256::zero() })
	}

	/// What a worker commits to with its delivery of a job.
	pub(super) fn commitment(&mut self, job: JobId) -> Option<H256> {
		match self.rng.random_range(0..20) {
			0 => None,
			1 => Some(H256::repeat_byte(9)),
			_ => {
				let state = pallet_jobs::Jobs::<Runtime>::get(job)?.state;
				let JobState::Assigned { provider, .. } = state else { return None };
				Some(H256(commitment(&job.0, provider.as_ref(), &job.0, &SALT)))
			},
		}
	}

	/// An audit that waits for this.
	fn audit(&mut self, phase: Phase) -> Option<Found> {
		let any = self.one_in(20);
		let all: Vec<_> = pallet_audits::Audits::<Runtime>::iter()
			.filter(|(_, audit)| any || audit.phase == phase)
			.take(64)
			.collect();
		self.one_of(&all)
	}

	/// One of its auditors with such a ballot, and what it can do for this and other audits.
	fn items<Item: Clone>(
		&mut self,
		phase: Phase,
		is: impl Fn(&Ballot) -> bool,
		make: impl Fn(&JobId, u8, &AccountId) -> Item,
	) -> (AccountId, Batch<Item>) {
		let any = self.one_in(20);
		let auditor = self.audit(phase).and_then(|(_, audit)| {
			let seats: Vec<_> =
				audit.seats.into_iter().filter(|seat| any || is(&seat.ballot)).collect();
			self.one_of(&seats).map(|seat| seat.auditor)
		});
		let auditor = auditor.unwrap_or_else(|| self.account());
		let items: Vec<_> = pallet_audits::Audits::<Runtime>::iter()
			.filter(|(_, audit)| any || audit.phase == phase)
			.filter(|(_, audit)| any || audit.seats.iter().any(|seat| seat.auditor == auditor))
			.take(MAX_VOTES as usize)
			.map(|(id, audit)| make(&id, audit.round, &auditor))
			.collect();
		(auditor, Batch::truncate_from(items))
	}

	pub(super) fn request_audit(&mut self) -> Signed {
		let any = self.one_in(10);
		let all: Vec<_> = pallet_jobs::Jobs::<Runtime>::iter()
			.filter(|(_, job)| any || matches!(job.state, JobState::Delivered { .. }))
			.take(64)
			.map(|(id, job)| (id, job.client))
			.collect();
		let (job, client) = self.one_of(&all).unwrap_or_else(|| (H256::zero(), self.account()));
		let client = if self.one_in(20) { self.account() } else { client };
		let max_fee = if self.one_in(20) { 1 } else { Balance::MAX };
		(client, Call::request_audit { job, max_fee }.into())
	}

	/// What one of the audits waits for, most of the time.
	pub(super) fn attend_audit(&mut self) -> Signed {
		let all: Vec<_> = pallet_audits::Audits::<Runtime>::iter_values()
			.map(|audit| audit.phase)
			.filter(|phase| *phase != Phase::Drawing)
			.take(64)
			.collect();
		match self.one_of(&all) {
			Some(Phase::Opening) => self.open_rows(),
			Some(Phase::Revealing) => self.reveal_votes(),
			_ if self.one_in(12) => self.decline_seats(),
			_ => self.commit_votes(),
		}
	}

	/// Most workers compute by the model.
	fn open_rows(&mut self) -> Signed {
		let Some((job, audit)) = self.audit(Phase::Opening) else {
			let (root, salt) = (H256::zero(), H256(SALT));
			let fingerprint = Box::new(fingerprint(true));
			let call = Call::open_rows { job: root, fingerprint, root, salt };
			return (self.account(), call.into());
		};
		let worker = pallet_providers::Providers::<Runtime>::get(audit.subject.maker());
		let worker = worker.map(|provider| provider.worker).filter(|_| !self.one_in(20));
		let worker = worker.unwrap_or_else(|| self.account());
		let fingerprint = Box::new(fingerprint(lot((job, b"worker")) > 15));
		let root = if self.one_in(20) { H256::zero() } else { job };
		(worker, Call::open_rows { job, fingerprint, root, salt: H256(SALT) }.into())
	}

	fn commit_votes(&mut self) -> Signed {
		let (auditor, commits) = self.items(
			Phase::Committing,
			|ballot| *ballot == Ballot::Awaited,
			|job, round, auditor| {
				let vote = statement(*job, round, auditor).vote;
				let blind = H256(blind(&job.0, auditor.as_ref(), &vote, &SALT));
				let audit = pallet_audits::Audits::<Runtime>::get(job);
				let challenge = audit.map(|audit| audit.challenge).unwrap_or_default();
				Commit { audit: *job, round, challenge, blind }
			},
		);
		let signature = sp_core::sr25519::Signature::default().into();
		let call = Call::commit_votes { auditor: auditor.clone(), commits, signature };
		(auditor, call.into())
	}

	fn reveal_votes(&mut self) -> Signed {
		let (auditor, reveals) = self.items(
			Phase::Revealing,
			|ballot| matches!(ballot, Ballot::Committed(_)),
			|job, round, auditor| {
				let Statement { vote, rows } = statement(*job, round, auditor);
				let audit = pallet_audits::Audits::<Runtime>::get(job);
				let said = match (vote, audit.and_then(|audit| audit.opened)) {
					(Vote::Batch { rejection, digest }, _) => {
						Said::Batch { rejection, digest: H256(digest) }
					},
					(vote, Some(opened)) => Said::of(vote, &opened),
					(vote, None) => Said::Else { opened: H256::zero(), vote },
				};
				Reveal { audit: *job, round, salt: H256(SALT), said, rows }
			},
		);
		let signature = sp_core::sr25519::Signature::default().into();
		let call = Call::reveal_votes { auditor: auditor.clone(), reveals, signature };
		(auditor, call.into())
	}

	fn decline_seats(&mut self) -> Signed {
		let (auditor, declines) = self.items(
			Phase::Committing,
			|ballot| *ballot == Ballot::Awaited,
			|job, round, _| {
				let audit = pallet_audits::Audits::<Runtime>::get(job);
				let challenge = audit.map(|audit| audit.challenge).unwrap_or_default();
				Decline { audit: *job, round, challenge }
			},
		);
		let signature = sp_core::sr25519::Signature::default().into();
		let call = Call::decline_seats { auditor: auditor.clone(), declines, signature };
		(auditor, call.into())
	}
}
