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
mod lane;
mod parts;
mod post;
mod records;
mod status;
#[cfg(test)]
mod tests;
mod verifier;

pub use status::{AuditorStatus, VerifierSettings, STATUS_KEY, VERIFIER_KEY};

use crate::{keys::AuditId, pallet::*, phases::name_of, types::*, views::MAX_SEEN};
use alloc::{
	boxed::Box,
	string::{String, ToString},
	vec::Vec,
};
use codec::{Compact, Decode};
use decide::{Judgement, Kind, Message, Place, Record, Step, View};
use endpoint::{Endpoint, Handed, PASS};
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use lane::Lane;
use parts::{Part, Parts};
use post::{Outbox, Sender};
use reckon_primitives::{Content, ContentRef, TaskKind, SEALED};
use reckon_support::{AuditSubjects, AuditedBatches, BatchWork, ProviderPool, Subject};
use reckon_verification::{Vote, MAX_POSITIONS};
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
/// Seats for which workers are asked at once.
const MAX_AT_ONCE: usize = 32;
/// Bytes that they may hand out together, unless one seat alone needs more.
const MAX_HANDED: usize = 16 << 20;
/// Milliseconds after which a run asks nobody else: later blocks have runs of their own. With the one that
/// is asked then, and sending, a run takes [`RUN`] and [`verifier::MILLIS`] at most, 40 s.
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

	fn busy(why: impl ToString) -> Self {
		Self { kind: Kind::Busy, why: why.to_string() }
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

impl<T: Config> Duty<T> {
	/// Lets a worker see who asks, where that is not everybody's business.
	fn show_pass(&self, endpoint: Endpoint) -> Endpoint {
		let answer = self.audit.subject.answer();
		if answer.is_none_or(|answer| answer.gateway.is_none()) {
			return endpoint;
		}
		let Place { job, challenge, .. } = &self.place;
		let signature = self.sender.key.sign(&[PASS, &job.0, &challenge.0].concat());
		match signature {
			Some(signature) => endpoint.with_pass(self.sender.key.as_ref(), signature.as_ref()),
			None => endpoint,
		}
	}
}

/// Does what is to be done at a block for the validators whose audit keys this node has.
pub(crate) fn audit<T: Config>(now: BlockNumberFor<T>) {
	let keys = AuditId::all();
	if keys.is_empty() {
		return;
	}
	let verifier = Verifier::configured();
	let duties = duties::<T>(now, &keys, verifier.is_some());
	if duties.is_empty() {
		return;
	}
	status::note(|status| status.has_verifier = verifier.is_some());
	let until = time().saturating_add(RUN);
	let run = Run { now: now.saturated_into(), keep: keep::<T>(), until, verifier };
	let mut outbox = Outbox::new();
	// What is ready goes out in every run, before anybody is asked.
	let begin = |duty| run.begin(duty, &mut outbox);
	let errands: Vec<Errand<T>> = duties.into_iter().filter_map(begin).collect();
	outbox.send();
	let is_look = |errand: &Errand<T>| matches!(errand.step, Step::Look(_));
	let (rows, answers) = errands.into_iter().partition(is_look);
	run.ask_all(Lane::Rows, rows, &mut outbox);
	run.ask_all(Lane::Answers, answers, &mut outbox);
}

/// The node's own time, Unix milliseconds.
fn time() -> u64 {
	sp_io::offchain::timestamp().unix_millis()
}

/// Blocks for which records are kept: any audit has ended long before.
fn keep<T: Config>() -> u32 {
	Pallet::<T>::longest().saturated_into::<u32>().saturating_mul(2)
}

/// The seats of these keys of which something is awaited.
fn duties<T: Config>(now: BlockNumberFor<T>, keys: &[AuditId], has_verifier: bool) -> Vec<Duty<T>> {
	let number = |blocks: BlockNumberFor<T>| blocks.saturated_into::<u32>();
	let declining_ends = number(Pallet::<T>::declining_ends());
	// The last quarter: in it a vote must still come into a block.
	let looking_ends = number(T::RevealBlocks::get()).div_ceil(4).max(2);
	let took = status::took();
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
			let (withheld, tries) = match audit.subject {
				Subject::Answer(_) => (decide::ANSWER_WITHHELD, decide::ANSWER_TRIES),
				Subject::Batch(_) => (decide::BATCH_WITHHELD, decide::BATCH_TRIES),
			};
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
					took,
					has_verifier,
					withheld,
					tries,
				},
				sender: Sender { auditor, key: seat.key.clone() },
				audit: audit.clone(),
			});
		}
	}
	all
}

/// A seat for which somebody must be asked.
struct Errand<T: Config> {
	duty: Duty<T>,
	step: Step,
	record: Record,
}

/// What one block's worker knows.
struct Run {
	now: u32,
	keep: u32,
	/// When it asks nobody else, Unix milliseconds.
	until: u64,
	verifier: Option<Verifier>,
}

impl Run {
	/// Puts what is ready into the outbox, or says who must be asked first.
	fn begin<T: Config>(&self, duty: Duty<T>, outbox: &mut Outbox<T>) -> Option<Errand<T>> {
		let (step, record) = self.note(&duty, |record| record.next(&duty.view))?;
		match step {
			Step::Compute | Step::Look(_) => Some(Errand { duty, step, record }),
			step => {
				self.take(&duty, step, outbox);
				None
			},
		}
	}

	/// Asks whoever must be asked, unless another run does; as many at once as there is room for. Those
	/// whose workers were slow come after all others, and then those first that have the least time.
	///
	/// All workers together have as long as one: however many are slow, they hold the verifier up for five
	/// seconds in a run, and each seat has had its tries when the wait for its worker is over.
	fn ask_all<T: Config>(&self, lane: Lane, mut errands: Vec<Errand<T>>, outbox: &mut Outbox<T>) {
		if errands.is_empty() || time() > self.until {
			return;
		}
		let mut lock = lane.lock();
		let Ok(mut guard) = lock.try_lock() else { return };
		errands.sort_by_key(|Errand { record, duty, .. }| {
			// What the verifier works on already comes after what nobody has asked for.
			(record.failures, record.trouble == Some(Kind::Computing), duty.view.left)
		});
		let mut wanted = Vec::new();
		let mut batch = Vec::new();
		let mut room = MAX_HANDED;
		for errand in errands.into_iter().take(MAX_AT_ONCE) {
			let parts = self.parts(&errand);
			let more = parts.as_ref().map(Parts::wanted).unwrap_or_default();
			let bytes = more.iter().fold(0usize, |sum, it| sum.saturating_add(it.longest));
			if bytes > room && !batch.is_empty() {
				break;
			}
			room = room.saturating_sub(bytes);
			wanted.extend(more);
			batch.push((errand, parts));
		}
		let handed = Handed::fetch(&wanted);
		// What did not come takes no more time to note.
		batch.sort_by_key(|(_, parts)| parts.as_ref().is_ok_and(|parts| parts.is_there(&handed)));
		let mut sending = time().saturating_add(COMPANY);
		for (errand, parts) in batch {
			let Some(kept) = lane::keep(guard) else { break };
			guard = kept;
			if time() > self.until {
				break;
			}
			self.ask(&errand, parts, &handed, outbox);
			if time() > sending {
				outbox.send();
				sending = time().saturating_add(COMPANY);
			}
		}
		outbox.send();
	}

	/// What is needed to ask the verifier about a seat.
	fn parts<T: Config>(&self, errand: &Errand<T>) -> Result<Parts<T::AccountId>, Trouble> {
		self.verifier()?;
		let Errand { duty, step, record } = errand;
		let Some(answer) = duty.audit.subject.answer() else {
			let work = T::Batches::work(&duty.place.job);
			let work = work.ok_or_else(|| Trouble::unable("the batch does not wait any more"))?;
			return Ok(Parts::Batch { work: Box::new(work) });
		};
		let endpoint = Endpoint::parse(&T::Providers::endpoint(&answer.provider));
		let endpoint = endpoint.map(|endpoint| duty.show_pass(endpoint));
		if let Step::Look(shape) = *step {
			let rows = endpoint?.rows(duty.place.job, duty.place.challenge, shape.width);
			return Ok(Parts::Rows { rows, shape });
		}
		let work = T::Subjects::work(&duty.place.job)
			.ok_or_else(|| Trouble::unable("the chain has no such job"))?;
		let length = |content: &Content| content.reference().length as usize;
		if length(&work.payload).saturating_add(length(&work.output)) > MAX_CONTENT {
			return Err(Trouble::unable("payload and answer are too long for a verifier"));
		}
		let tokens = match (work.task, &record.tokens) {
			// Those that were asked about before: the verifier may know the answer by now.
			(TaskKind::Embed, _) | (_, Some(_)) => None,
			(TaskKind::Chat | TaskKind::Complete, None) => {
				// Anybody may have asked for more than there can be.
				let most = work.units.output.max(work.sampling.max_output).min(MAX_POSITIONS);
				let endpoint = endpoint.as_ref().map_err(Trouble::clone)?;
				Some(endpoint.tokens(duty.place.job, most))
			},
		};
		let job = duty.place.job;
		let (payload, output) = match work.gateway {
			None => {
				let place = |endpoint: &Endpoint, named: &ContentRef| endpoint.content(named);
				(
					Part::new(&work.payload, &endpoint, place)?,
					Part::new(&work.output, &endpoint, place)?,
				)
			},
			// Theirs whom it was between.
			Some(_) => (
				Part::new(&work.payload, &endpoint, |endpoint, named| endpoint.asked(job, named))?,
				Part::new(&work.output, &endpoint, |endpoint, named| {
					endpoint.answered(job, named)
				})?,
			),
		};
		// Whether there is one shows when the payload is here.
		let through = work.gateway.and(endpoint.as_ref().ok());
		let opening = through.map(|endpoint| endpoint.opening(job));
		Ok(Parts::Answer { work: Box::new(work), tokens, payload, output, opening })
	}

	/// Has the verifier judge what the worker has handed out.
	fn ask<T: Config>(
		&self,
		errand: &Errand<T>,
		parts: Result<Parts<T::AccountId>, Trouble>,
		handed: &Handed,
		outbox: &mut Outbox<T>,
	) {
		let duty = &errand.duty;
		// Another run may have done it meanwhile, on another fork.
		let Some((step, record)) = self.note(duty, |record| record.next(&duty.view)) else {
			return;
		};
		let done = match step {
			Step::Compute => {
				let found = parts.and_then(|parts| self.compute(duty, &record, parts, handed));
				let (found, why) = split(found);
				let salt = H256(sp_io::offchain::random_seed());
				let view = View { time: time(), ..duty.view };
				let judged = |record: &mut Record| record.judged(&duty.place, &view, found, salt);
				if let (Ok(_), Some((_, at))) = (found, record.since) {
					status::note_took(view.time.saturating_sub(at));
				}
				self.note(duty, judged).map(|(step, now)| (step, now, why))
			},
			Step::Look(_) => {
				let seen = parts.and_then(|parts| self.look(duty, &record, parts, handed));
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
		record: &Record,
		parts: Parts<T::AccountId>,
		handed: &Handed,
	) -> Result<Judgement, Trouble> {
		let (work, tokens, payload, output, opening) = match parts {
			Parts::Answer { work, tokens, payload, output, opening } => {
				(work, tokens, payload, output, opening)
			},
			Parts::Batch { work } => return self.examine(duty, &work),
			Parts::Rows { .. } => return Err(Trouble::unable("no answer was to be computed")),
		};
		let tokens = match tokens {
			None if work.task == TaskKind::Embed => None,
			None => {
				let known = record.tokens.clone();
				Some(known.ok_or_else(|| Trouble::unable("the tokens are not there"))?)
			},
			Some(wanted) => {
				let tokens = handed.get(&wanted)?;
				let keep = |record: &mut Record| {
					record.tokens.get_or_insert_with(|| tokens.clone()).clone()
				};
				let kept = self.note(duty, keep).map(|(tokens, _)| tokens);
				Some(kept.ok_or_else(|| Trouble::unable("the tokens can't be kept"))?)
			},
		};
		let (payload, output) = (payload.bytes(handed)?, output.bytes(handed)?);
		let opening = opening.filter(|_| payload.starts_with(&SEALED));
		let opening = opening.map(|wanted| handed.get(&wanted)).transpose()?;
		let evidence = Evidence { payload, output, tokens, opening };
		self.verifier()?.audit(&duty.place, &work, &evidence)
	}

	/// Has a batch's receipts looked at, and shows the chain those that are wrong: that needs no votes.
	fn examine<T: Config>(
		&self,
		duty: &Duty<T>,
		work: &BatchWork<T::AccountId>,
	) -> Result<Judgement, Trouble> {
		let job = duty.place.job;
		let (judgement, wrong) = self.verifier()?.examine(&duty.place, work)?;
		for exhibit in wrong {
			log::info!(target: TARGET, "batch {job:?}: shows a receipt that is wrong");
			if !T::Batches::show(&job, exhibit) {
				log::info!(target: TARGET, "batch {job:?}: the receipt has been shown before");
			}
		}
		Ok(judgement)
	}

	/// Has the rows looked at that the worker shows.
	fn look<T: Config>(
		&self,
		duty: &Duty<T>,
		record: &Record,
		parts: Parts<T::AccountId>,
		handed: &Handed,
	) -> Result<(), Trouble> {
		let (Parts::Rows { rows, shape }, Some(opened)) = (parts, &duty.audit.opened) else {
			return Err(Trouble::unable("no rows were to be looked at"));
		};
		let openings = handed.get(&rows)?;
		let Some(width) = shape.width.or_else(|| width_of(&openings)) else {
			return Err(Trouble::withheld("its worker shows rows that are none"));
		};
		let tokens = record.tokens.as_deref();
		let shown = Shown { opened, count: shape.count, width, tokens, openings: &openings };
		self.verifier()?.rows(&duty.place, &shown)
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
					Some(_) => "its verifier can't judge it, or not in time",
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
				let said = match (vote, opened) {
					(Vote::Batch { rejection, digest }, _) => {
						Said::Batch { rejection, digest: H256(digest) }
					},
					(vote, Some(opened)) => Said::of(vote, &opened),
					(_, None) => return,
				};
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
