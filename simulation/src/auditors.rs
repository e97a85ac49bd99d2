//! What auditors do.

use crate::{
	chain::{audit_key, validator, THRESHOLDS},
	computing::Source,
	providers::Answer,
};
use codec::Encode;
use frame_support::traits::fungible::Inspect;
use pallet_audits::{AuditOf, AuditPair, Ballot, Instance, RowsSeen, Statement};
use rand::{rngs::StdRng, Rng};
use reckon_primitives::{Balance, JobId};
use reckon_runtime::{AccountId, Audits, Balances, Runtime};
use reckon_verification::{blind, Fault, Fingerprint, Statistics, Vote};
use sp_core::H256;
use std::collections::{BTreeMap, BTreeSet};

/// How a validator audits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Strategy {
	/// Computes, looks at the rows, says what it found.
	Honest,
	/// Commits to anything, and wants to say what the worker has shown.
	AlwaysYes,
	/// Commits to a fingerprint that it has made up, and opens that.
	Random,
	/// Says what was shown in the audit before.
	CopiesPrevious,
	/// Commits to what another has committed to.
	CopiesPeer,
	/// Uses the rows of workers that leak them, and computes only where there are none.
	Echoes,
	/// Says nothing.
	Silent,
	/// Dissents, whatever the answer is.
	Dissents,
	/// Computes, but says that it did not get the rows as long as a larger committee can be had.
	FeignsNoRows,
	/// Covers the cheats of some providers when there are enough of its friends, and is honest else.
	Covers,
	/// Doubts what it would have to convict when there are enough of its friends, and is honest else.
	Shrugs,
	/// Accuses some honest providers when there are enough of its friends, makes the larger
	/// committees that it needs for it, and is honest else.
	Accuses,
	/// Accuses honest providers in first committees of which its friends are most, so that the larger ones,
	/// which look at other rows, can't clear them; says nothing more of it there.
	Slanders,
	/// The same, in larger committees too, and without having seen the rows, as it says: then it can't have lied.
	Maligns,
	/// Doubts honest answers where its friends are enough to keep a larger committee from deciding.
	Demurs,
	/// Computes, and then says nothing where there are enough of its friends to leave it undecided.
	Withholds,
}

impl Strategy {
	/// Those that work alone.
	pub const ALONE: [Self; 9] = [
		Self::Honest,
		Self::AlwaysYes,
		Self::Random,
		Self::CopiesPrevious,
		Self::CopiesPeer,
		Self::Echoes,
		Self::Silent,
		Self::Dissents,
		Self::FeignsNoRows,
	];

	/// Its name in tables.
	pub fn name(&self) -> &'static str {
		match self {
			Self::Honest => "honest",
			Self::AlwaysYes => "always yes",
			Self::Random => "random fingerprint",
			Self::CopiesPrevious => "copies the previous audit",
			Self::CopiesPeer => "copies a peer's commit",
			Self::Echoes => "echoes leaked rows",
			Self::Silent => "silent",
			Self::Dissents => "always dissents",
			Self::FeignsNoRows => "feigns to have no rows",
			Self::Covers => "covers a friend's cheats",
			Self::Shrugs => "doubts a friend's cheats",
			Self::Accuses => "accuses the honest",
			Self::Slanders => "accuses the honest, in first committees only",
			Self::Maligns => "says that honest answers are far off and their rows can't be had",
			Self::Demurs => "doubts honest answers",
			Self::Withholds => "withholds its vote",
		}
	}
}

/// What became of an auditor's votes.
#[derive(Clone, Default, Debug)]
pub struct Books {
	/// Committees that it sat in.
	pub seats: u64,
	/// What the answers that it was to look at would cost at the usual price, each once.
	pub worth: Balance,
	/// Forward passes that it made.
	pub passes: u64,
	/// What it spent on them.
	pub costs: Balance,
	/// Audits in which the chain held something against it.
	pub caught: BTreeSet<JobId>,
}

/// A validator as an auditor.
pub struct Auditor {
	/// Its account.
	pub account: AccountId,
	/// Its audit key.
	pub key: AuditPair,
	/// How it audits.
	pub strategy: Strategy,
	/// What it had before.
	pub began_with: Balance,
	/// What became of its votes.
	pub books: Books,
	votes: BTreeMap<(JobId, u8), Vote>,
	seen: BTreeSet<JobId>,
	computed: BTreeSet<JobId>,
}

/// What an auditor sees of an audit.
pub struct Sight<'a> {
	/// The job.
	pub job: JobId,
	/// The chain's record.
	pub audit: &'a AuditOf<Runtime>,
	/// The answer: its tokens are public, its rows are to be had after the opening or from a leak.
	pub answer: &'a Answer,
	/// The newest fingerprint that was shown in another audit.
	pub newest: Option<Fingerprint>,
	/// Who works together.
	pub friends: &'a BTreeSet<AccountId>,
	/// What a pass over the answer costs.
	pub pass: Balance,
}

/// A margin that is neither honest nor convicts, in millionths of a logit.
const DOUBTFUL: u32 = (THRESHOLDS.margin.flag + THRESHOLDS.margin.slash) / 2;

/// The salt of an auditor's vote. Everybody knows it once the vote is open.
pub fn salt(auditor: &AccountId, job: JobId, round: u8) -> H256 {
	H256(sp_io::hashing::blake2_256(&(b"salt", auditor, job, round).encode()))
}

impl Sight<'_> {
	fn fingerprint_of(&self, source: Source) -> Fingerprint {
		source.fingerprint(self.job, self.audit.challenge.0)
	}

	/// Whether the rows that the worker shows are under its root.
	fn rows(&self) -> RowsSeen {
		let shown = self.fingerprint_of(self.answer.plan.source);
		match self.audit.opened.is_some_and(|opened| opened.fingerprint == shown) {
			true => RowsSeen::Proven,
			false => RowsSeen::Unproven,
		}
	}

	/// How many friends sit here.
	fn friends_here(&self) -> u32 {
		let seats = self.audit.seats.iter();
		seats.filter(|seat| self.friends.contains(&seat.auditor)).count() as u32
	}

	/// How many of the committee convict where nobody contradicts: all of the first one would have to, as one
	/// dissent is enough there for another committee.
	fn convicting(&self) -> u32 {
		match self.audit.instance {
			Instance::First => u32::MAX,
			Instance::Larger => (self.audit.size * 2).div_ceil(3),
			Instance::Last => self.audit.size / 2 + 1,
		}
	}

	/// Whether the friends decide for the worker: the others can't convict, or can't even dissent.
	fn can_cover(&self) -> bool {
		let others = self.audit.size.saturating_sub(self.friends_here());
		match self.audit.instance {
			Instance::First => others == 0,
			Instance::Larger | Instance::Last => others < self.convicting(),
		}
	}

	/// Whether the others are too few to decide anything.
	fn can_prevent(&self) -> bool {
		self.audit.size.saturating_sub(self.friends_here()) < self.audit.quorum
	}

	/// Whether the friends are most of a first committee.
	fn can_slander(&self) -> bool {
		self.audit.instance == Instance::First && self.friends_here() * 2 > self.audit.size
	}

	/// Whether the friends can have an honest answer doubted: one is enough for another committee, and half of the
	/// larger one to keep it from deciding.
	fn can_demur(&self) -> bool {
		match self.audit.instance {
			Instance::First => true,
			Instance::Larger => self.friends_here() * 2 > self.audit.size,
			Instance::Last => false,
		}
	}

	fn can_convict(&self) -> bool {
		self.friends_here() >= self.convicting()
	}
}

fn replayed(fingerprint: Fingerprint) -> Vote {
	Vote::Replayed { fingerprint, statistics: Statistics::default() }
}

impl Auditor {
	/// The nth validator.
	pub fn new(number: usize, strategy: Strategy) -> Self {
		let account = validator(number);
		Self {
			began_with: Balances::total_balance(&account),
			account,
			key: audit_key(number),
			strategy,
			books: Books::default(),
			votes: BTreeMap::new(),
			seen: BTreeSet::new(),
			computed: BTreeSet::new(),
		}
	}

	/// What it has gained by now, without rewards for blocks and votes, which it has not claimed.
	pub fn profit(&self) -> i128 {
		let has = Balances::total_balance(&self.account);
		has as i128 - self.began_with as i128 - self.books.costs as i128
	}

	/// In how many audits it had a seat.
	pub fn audits(&self) -> u64 {
		self.seen.len() as u64
	}

	/// It has a seat.
	pub fn sit(&mut self, sight: &Sight) {
		self.books.seats += 1;
		if self.seen.insert(sight.job) {
			self.books.worth += sight.answer.worth;
		}
	}

	/// Computes the answer again. The hidden rows stay, so that another challenge costs nothing.
	fn compute(&mut self, sight: &Sight) -> Vote {
		if self.computed.insert(sight.job) {
			self.books.passes += 1;
			self.books.costs += sight.pass;
		}
		sight.answer.plan.source.audited(sight.job, sight.audit.challenge.0)
	}

	/// What it commits to, if it does so now.
	pub fn commit(&mut self, rng: &mut StdRng, sight: &Sight) -> Option<H256> {
		use Strategy::*;
		let leaked = sight.answer.leaked;
		let made_up = |rng: &mut StdRng| sight.fingerprint_of(Source::Noise(rng.random()));
		let vote = match self.strategy {
			Silent => return None,
			CopiesPeer => return peers_blind(sight.audit),
			Dissents => Vote::Refuted(Fault::Text),
			AlwaysYes | Random => replayed(made_up(rng)),
			CopiesPrevious => replayed(sight.newest.unwrap_or_else(|| made_up(rng))),
			Echoes if leaked => replayed(sight.fingerprint_of(sight.answer.plan.source)),
			Covers if leaked && sight.can_cover() => {
				replayed(sight.fingerprint_of(sight.answer.plan.source))
			},
			Shrugs if leaked && sight.can_cover() => Vote::Replayed {
				fingerprint: sight.fingerprint_of(sight.answer.plan.source),
				statistics: Statistics { worst_margin: DOUBTFUL, ..Default::default() },
			},
			Accuses if sight.can_convict() => Vote::Refuted(Fault::Text),
			Slanders if sight.can_slander() => Vote::Refuted(Fault::Text),
			Maligns if sight.can_slander() || sight.audit.instance == Instance::Larger => {
				replayed(made_up(rng))
			},
			Demurs if sight.can_demur() => Vote::Replayed {
				fingerprint: sight.fingerprint_of(sight.answer.plan.source),
				statistics: Statistics { worst_margin: DOUBTFUL, ..Default::default() },
			},
			Honest | Echoes | FeignsNoRows | Covers | Shrugs | Accuses | Slanders | Maligns
			| Demurs | Withholds => self.compute(sight),
		};
		let round = sight.audit.round;
		self.votes.insert((sight.job, round), vote);
		let salt = salt(&self.account, sight.job, round);
		Some(H256(blind(&sight.job.0, self.account.as_ref(), &vote, &salt.0)))
	}

	/// What it opens, with its salt, if it does so now.
	pub fn reveal(&self, sight: &Sight) -> Option<(Statement, H256)> {
		use Strategy::*;
		let round = sight.audit.round;
		if self.strategy == CopiesPeer {
			let peer = sight.audit.seats.iter().find(|seat| seat.ballot == Ballot::Revealed)?;
			let statement = pallet_audits::Statements::<Runtime>::get(sight.job, &peer.auditor)?;
			return Some((statement, salt(&peer.auditor, sight.job, round)));
		}
		let committed = *self.votes.get(&(sight.job, round))?;
		let (vote, rows) = match self.strategy {
			AlwaysYes => (replayed(sight.audit.opened?.fingerprint), RowsSeen::Proven),
			FeignsNoRows | Accuses if sight.audit.instance == Instance::First => {
				(committed, RowsSeen::Unproven)
			},
			Maligns if sight.can_slander() || sight.audit.instance == Instance::Larger => {
				(committed, RowsSeen::Unproven)
			},
			Covers | Shrugs if sight.answer.leaked && sight.can_cover() => {
				(committed, RowsSeen::Proven)
			},
			Withholds if sight.can_prevent() => return None,
			Honest | FeignsNoRows | Covers | Shrugs | Accuses | Slanders | Maligns | Demurs
			| Withholds => (committed, sight.rows()),
			_ => (committed, RowsSeen::Proven),
		};
		Some((Statement { vote, rows }, salt(&self.account, sight.job, round)))
	}
}

fn peers_blind(audit: &AuditOf<Runtime>) -> Option<H256> {
	audit.seats.iter().find_map(|seat| match seat.ballot {
		Ballot::Committed(blind) => Some(blind),
		_ => None,
	})
}

/// The chain's record of an audit, as long as there is one.
pub fn audit(job: JobId) -> Option<AuditOf<Runtime>> {
	Audits::audit(job)
}
