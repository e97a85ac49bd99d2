//! A validator's node as an auditor: an off-chain worker that runs after each block on top of the
//! best chain.
//!
//! It finds the seats whose audit keys this node has, has the answers computed again by the
//! validator's own verifier, and votes. `decide` says what is done next and knows neither storage nor
//! network; this is what asks and sends. What was decided is in the node's database before it is
//! sent, and a run that breaks off is taken up by the next block's.

mod decide;
mod endpoint;
mod http;
mod json;
mod post;
mod records;
mod status;
#[cfg(test)]
mod tests;
mod verifier;

pub use status::{AuditorStatus, VerifierSettings, STATUS_KEY, VERIFIER_KEY};

use crate::{keys::AuditId, pallet::*, phases::name_of, types::*, views::MAX_SEEN};
use alloc::{
	string::{String, ToString},
	vec::Vec,
};
use codec::{Compact, Decode};
use decide::{Judgement, Kind, Message, Place, Record, Shape, Step, View};
use endpoint::Endpoint;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use post::{Outbox, Sender};
use reckon_primitives::{Content, TaskKind};
use reckon_support::{AuditSubjects, AuditWork, ProviderPool};
use sp_core::H256;
use sp_runtime::{
	traits::{SaturatedConversion, Saturating},
	RuntimeAppPublic,
};
use verifier::{Evidence, Shown, Verifier};

/// What this logs as.
const TARGET: &str = "reckon::audits";
/// The longest payload and answer together, in bytes, that a verifier is asked about.
const MAX_CONTENT: usize = 8 << 20;
/// Milliseconds that a seat is locked: what three things of the worker's and a verifier's answer may
/// take, and a little more.
const LOCKED: u64 = 40_000;
/// Milliseconds after which a run asks nobody else: later blocks have runs of their own.
const RUN: u64 = 20_000;
/// Milliseconds that a vote waits for others to travel with.
const COMPANY: u64 = 2_000;

/// Why an auditor can't go on.
#[derive(Clone)]
struct Trouble {
	kind: Kind,
	/// For people.
	why: String,
}

impl Trouble {
	fn withheld(why: impl ToString) -> Self {
		Self { kind: Kind::Withheld, why: why.to_string() }
	}

	fn unable(why: impl ToString) -> Self {
		Self { kind: Kind::Unable, why: why.to_string() }
	}
}

/// A seat whose key is here.
struct Duty<T: Config> {
	place: Place,
	view: View,
	sender: Sender<T::AccountId>,
	audit: AuditOf<T>,
}

/// Does what is to be done at a block for the validators whose audit keys this node has.
pub(crate) fn audit<T: Config>(now: BlockNumberFor<T>) {
	let keys = AuditId::all();
	if keys.is_empty() {
		return;
	}
	let verifier = Verifier::configured();
	let mut duties = duties::<T>(now, &keys, verifier.is_some());
	if duties.is_empty() {
		return;
	}
	status::note(|status| status.has_verifier = verifier.is_some());
	let run = Run { now: now.saturated_into(), keep: keep::<T>(), verifier };
	let mut outbox = Outbox::new();
	// What is ready goes out before anybody is asked.
	duties.retain(|duty| run.is_to_ask(duty, &mut outbox));
	outbox.send();
	let until = time().saturating_add(RUN);
	let mut sending = time().saturating_add(COMPANY);
	for duty in &duties {
		if time() > until {
			break;
		}
		run.ask(duty, &mut outbox);
		if time() > sending {
			outbox.send();
			sending = time().saturating_add(COMPANY);
		}
	}
	outbox.send();
}

/// The node's own time, Unix milliseconds.
fn time() -> u64 {
	sp_io::offchain::timestamp().unix_millis()
}

/// Blocks for which records are kept: any audit has ended long before.
fn keep<T: Config>() -> u32 {
	Pallet::<T>::longest().saturated_into::<u32>().saturating_mul(2)
}

/// The seats of these keys of which something is awaited; those first that have the least time.
fn duties<T: Config>(now: BlockNumberFor<T>, keys: &[AuditId], has_verifier: bool) -> Vec<Duty<T>> {
	let number = |blocks: BlockNumberFor<T>| blocks.saturated_into::<u32>();
	let declining_ends = number(Pallet::<T>::declining_ends());
	// The last quarter: in it a vote must still come into a block.
	let looking_ends = number(T::RevealBlocks::get()).div_ceil(4).max(2);
	let mut all = Vec::new();
	for (job, audit) in Audits::<T>::iter().take(MAX_SEEN) {
		for seat in audit.seats.iter().filter(|seat| keys.contains(&seat.key)) {
			let is_awaited = matches!(
				(audit.phase, seat.ballot),
				(Phase::Committing, Ballot::Awaited) | (Phase::Revealing, Ballot::Committed(_))
			);
			if !is_awaited {
				continue;
			}
			let auditor = seat.auditor.clone();
			let name = name_of(&auditor);
			let (round, challenge) = (audit.round, audit.challenge);
			all.push(Duty {
				place: Place { job, round, challenge, auditor: name },
				view: View {
					now: number(now),
					time: time(),
					left: number(audit.due.saturating_sub(now)).saturating_sub(1),
					phase: audit.phase,
					ballot: seat.ballot,
					opened: audit.opened,
					declining_ends,
					may_decline: Pallet::<T>::may_decline(&auditor),
					looking_ends,
					has_verifier,
				},
				sender: Sender { auditor, key: seat.key.clone() },
				audit: audit.clone(),
			});
		}
	}
	all.sort_by_key(|duty: &Duty<T>| duty.view.left);
	all
}

/// What one block's worker knows.
struct Run {
	now: u32,
	keep: u32,
	verifier: Option<Verifier>,
}

impl Run {
	/// Puts what is ready into the outbox; says whether somebody must be asked first.
	fn is_to_ask<T: Config>(&self, duty: &Duty<T>, outbox: &mut Outbox<T>) -> bool {
		let Some((step, _)) = self.note(duty, |record| record.next(&duty.view)) else {
			return false;
		};
		match step {
			Step::Compute | Step::Look(_) => true,
			step => {
				self.take(duty, step, outbox);
				false
			},
		}
	}

	/// Asks whoever must be asked, unless another run does. The lock is free again when this
	/// returns.
	fn ask<T: Config>(&self, duty: &Duty<T>, outbox: &mut Outbox<T>) {
		let key = duty.place.lock_key();
		let mut lock = records::lock(&key, LOCKED);
		let Ok(_guard) = lock.try_lock() else { return };
		// Another run may have done it meanwhile.
		let Some((step, record)) = self.note(duty, |record| record.next(&duty.view)) else {
			return;
		};
		let done = match step {
			Step::Compute => {
				let found = self.compute(duty, record.tokens.clone());
				let (found, why) = split(found);
				let salt = H256(sp_io::offchain::random_seed());
				let view = View { time: time(), ..duty.view };
				let judged = |record: &mut Record| record.judged(&duty.place, &view, found, salt);
				self.note(duty, judged).map(|(step, now)| (step, now, why))
			},
			Step::Look(shape) => {
				let seen = self.look(duty, shape, record.tokens.as_deref());
				let (seen, why) = split(seen);
				let view = View { time: time(), ..duty.view };
				let looked = |record: &mut Record| record.looked(&view, seen);
				self.note(duty, looked).map(|(step, now)| (step, now, why))
			},
			step => return self.take(duty, step, outbox),
		};
		let Some((step, now, why)) = done else { return };
		if let Some(why) = why {
			status::note_failure(&why);
			// The same trouble is told once.
			if now.trouble != record.trouble {
				log::warn!(target: TARGET, "audit {:?}: {why}", duty.place.job);
			}
		}
		self.take(duty, step, outbox);
	}

	/// Has the answer computed again, of the bytes that the chain names.
	fn compute<T: Config>(
		&self,
		duty: &Duty<T>,
		known: Option<Vec<u8>>,
	) -> Result<Judgement, Trouble> {
		let verifier = self.verifier()?;
		let provider = &duty.audit.subject.provider;
		let work = T::Subjects::work(&duty.place.job)
			.ok_or_else(|| Trouble::unable("the chain has no such job"))?;
		let length = |content: &Content| content.reference().length as usize;
		if length(&work.payload).saturating_add(length(&work.output)) > MAX_CONTENT {
			return Err(Trouble::unable("payload and answer are too long for a verifier"));
		}
		let endpoint = Endpoint::parse(&T::Providers::endpoint(provider));
		let tokens = match (work.task, known) {
			(TaskKind::Embed, _) => None,
			// Those that were asked about before: the verifier may know the answer by now.
			(_, Some(known)) => Some(known),
			(TaskKind::Chat | TaskKind::Complete, None) => {
				let most = work.units.output.max(work.sampling.max_output);
				let endpoint = endpoint.as_ref().map_err(Trouble::clone)?;
				let tokens = endpoint.tokens(duty.place.job, most)?;
				let keep = |record: &mut Record| {
					record.tokens.get_or_insert_with(|| tokens.clone()).clone()
				};
				let kept = self.note(duty, keep).map(|(tokens, _)| tokens);
				Some(kept.ok_or_else(|| Trouble::unable("the tokens can't be kept"))?)
			},
		};
		let fetch = |content: &Content| match (content, &endpoint) {
			(Content::Inline(bytes), _) => Ok(bytes.to_vec()),
			(Content::Blob(_), Ok(endpoint)) => endpoint.content(content.clone()),
			(Content::Blob(_), Err(trouble)) => Err(trouble.clone()),
		};
		let AuditWork { payload, output, .. } = &work;
		let evidence = Evidence { payload: fetch(payload)?, output: fetch(output)?, tokens };
		verifier.audit(&duty.place, &work, &evidence)
	}

	/// Has the rows looked at that the worker shows.
	fn look<T: Config>(
		&self,
		duty: &Duty<T>,
		shape: Shape,
		tokens: Option<&[u8]>,
	) -> Result<(), Trouble> {
		let verifier = self.verifier()?;
		let Some(opened) = &duty.audit.opened else {
			return Err(Trouble::withheld("its rows are not open"));
		};
		let endpoint = Endpoint::parse(&T::Providers::endpoint(&duty.audit.subject.provider))?;
		let openings = endpoint.rows(duty.place.job, duty.place.challenge, shape.width)?;
		let Some(width) = shape.width.or_else(|| width_of(&openings)) else {
			return Err(Trouble::withheld("its worker shows rows that are none"));
		};
		let shown = Shown { opened, count: shape.count, width, tokens, openings: &openings };
		verifier.rows(&duty.place, &shown)
	}

	fn verifier(&self) -> Result<&Verifier, Trouble> {
		self.verifier.as_ref().ok_or_else(|| Trouble::unable("no verifier is configured"))
	}

	/// Changes the seat's record; nothing is done that could not be noted.
	fn note<T: Config, R>(
		&self,
		duty: &Duty<T>,
		change: impl Fn(&mut Record) -> R,
	) -> Option<(R, Record)> {
		match records::update(&duty.place, self.now, self.keep, change) {
			Ok(noted) => Some(noted),
			Err(unnoted) => {
				let why = unnoted.explain();
				log::error!(target: TARGET, "audit {:?}: {why}", duty.place.job);
				status::note_failure(why);
				None
			},
		}
	}

	/// Takes a step that asks nobody.
	fn take<T: Config>(&self, duty: &Duty<T>, step: Step, outbox: &mut Outbox<T>) {
		let Place { job: audit, round, challenge, .. } = duty.place;
		let sender = duty.sender.clone();
		match step {
			Step::Rest | Step::Compute | Step::Look(_) => {},
			Step::Lost => {
				let why =
					"the vote that is on chain is not in this node's database; it is not opened";
				log::error!(target: TARGET, "audit {audit:?}: {why}");
				status::note_failure(why);
			},
			Step::Send(Message::Decline) => {
				let why = match self.verifier {
					Some(_) => "its verifier can't judge it",
					None => "no verifier is configured",
				};
				log::warn!(target: TARGET, "audit {audit:?}: the seat is given up, as {why}");
				outbox.decline(sender, Decline { audit, round, challenge });
			},
			Step::Send(Message::Commit(blind)) => {
				log::info!(target: TARGET, "audit {audit:?}: commits to a vote");
				outbox.commit(sender, Commit { audit, round, challenge, blind });
			},
			Step::Send(Message::Reveal { opened, salt, statement: Statement { vote, rows } }) => {
				log::info!(target: TARGET, "audit {audit:?}: opens its vote, rows {rows:?}");
				let said = Said::of(vote, &opened);
				outbox.reveal(sender, Reveal { audit, round, salt, said, rows });
			},
		}
	}
}

/// How many numbers the first of these rows has, as its list's length says.
fn width_of(openings: &[u8]) -> Option<u32> {
	let mut rest = openings;
	let (Compact(_rows), _position, _token, Compact(width)) =
		<(Compact<u32>, u32, u32, Compact<u32>)>::decode(&mut rest).ok()?;
	(1..=reckon_verification::MAX_WIDTH).contains(&width).then_some(width)
}

/// What is found, for those who decide, and why nothing is, for people.
fn split<R>(found: Result<R, Trouble>) -> (Result<R, Kind>, Option<String>) {
	match found {
		Ok(found) => (Ok(found), None),
		Err(Trouble { kind, why }) => (Err(kind), Some(why)),
	}
}
