//! Who lives on the chain, and how each answers what happens on it, a block later.

use crate::{
	auditors::{self, Auditor, Sight},
	chain::{account, call, model, vote, Chain},
	computing::{Costs, Source},
	providers::{self, Answer, Commits, Offered, Provider, Shows},
};
use codec::Encode;
use pallet_audits::{
	payload, Ballot, Batch, Commit, Event as AuditEvent, Phase, Reveal, Said, COMMITS, MAX_VOTES,
	REVEALS,
};
use pallet_jobs::Event as JobEvent;
use rand::{rngs::StdRng, Rng};
use reckon_primitives::{
	token::UNIT, Assurance, Balance, BlockNumber, Content, Delivery, JobId, JobRequest, Privacy,
	Reason, Sampling, SessionIndex, TaskKind, Units,
};
use reckon_runtime::{time, AccountId, Jobs, Runtime, RuntimeEvent, Session, System};
use reckon_support::AuditOutcome;
use reckon_verification::{commitment, Fingerprint};
use sp_core::{Pair, H256};
use std::collections::{BTreeMap, BTreeSet};

type WrongVoteSlash = <Runtime as pallet_audits::Config>::WrongVoteSlash;

/// Clients.
const CLIENTS: usize = 8;
/// What a client puts into escrow for a job at the usual price: more than any costs.
const MOST: Balance = UNIT;
/// What each client has.
const RICHES: Balance = 10_000_000 * UNIT;
/// What each provider has, bond included.
const CAPITAL: Balance = 100_000 * UNIT;
/// Units read for each job.
const INPUT: u32 = 10;
/// Blocks that a client gives for an answer.
const PATIENCE: BlockNumber = 60;
/// Blocks of a session before its remaining slots are left out. Where it has no more slots it ends by
/// itself.
const BLOCKS_PER_SESSION: BlockNumber = 60;

/// Who lives on a chain.
pub struct Plan {
	/// Determines everything.
	pub seed: u64,
	/// What each provider does.
	pub providers: Vec<providers::Strategy>,
	/// What each validator does.
	pub auditors: Vec<auditors::Strategy>,
	/// What each validator has at stake.
	pub stake: Balance,
	/// The part of jobs, in percent, that are audited before anybody is paid.
	pub attested: u8,
	/// The part of deliveries, in percent, that clients pay an audit for.
	pub requested: u8,
	/// The part of jobs, in percent, for which clients choose the provider: each in its turn.
	pub named: u8,
	/// How many times the usual price all ask for.
	pub dearness: u32,
	/// What computing costs.
	pub costs: Costs,
}

/// A chain with all who live on it.
pub struct World {
	/// The chain.
	pub chain: Chain,
	/// Who lives on it.
	pub people: People,
	/// What happened since all have last acted.
	events: Vec<RuntimeEvent>,
}

/// All who live on a chain, with what they remember.
pub struct People {
	/// The providers.
	pub providers: Vec<Provider>,
	/// The validators.
	pub auditors: Vec<Auditor>,
	/// How each audit ended that has ended.
	pub outcomes: BTreeMap<JobId, AuditOutcome>,
	/// The jobs that were paid for.
	pub paid: u64,
	/// Who has done which job.
	pub done_by: BTreeMap<JobId, usize>,
	/// How many jobs were submitted.
	pub submitted: u64,
	/// Whether the exit scams have begun.
	pub last: bool,
	answers: BTreeMap<JobId, Answer>,
	friends: BTreeSet<AccountId>,
	newest: Option<Fingerprint>,
	plan: Plan,
	accused: Vec<AccountId>,
	session: SessionIndex,
	session_ends: BlockNumber,
}

fn client(number: usize) -> AccountId {
	account("client", number)
}

impl World {
	/// Genesis, and everybody's registration.
	pub fn new(plan: Plan) -> Self {
		let providers = 0..plan.providers.len();
		let clients = (0..CLIENTS).map(|n| (client(n), RICHES));
		let providers = providers.map(|n| (Provider::account_of(n), CAPITAL));
		let people: Vec<_> = clients.chain(providers).collect();
		let mut chain = Chain::new(plan.seed, plan.auditors.len(), plan.stake, &people);
		let (providers, auditors) = chain.within(|_| {
			let all = plan.providers.iter().enumerate();
			let providers = all.map(|(n, it)| Provider::register(n, *it, plan.dearness)).collect();
			let all = plan.auditors.iter().enumerate();
			let auditors: Vec<_> = all.map(|(n, it)| Auditor::new(n, *it)).collect();
			(providers, auditors)
		});
		let together = [
			auditors::Strategy::Covers,
			auditors::Strategy::Shrugs,
			auditors::Strategy::Accuses,
			auditors::Strategy::Slanders,
			auditors::Strategy::Maligns,
			auditors::Strategy::Demurs,
			auditors::Strategy::Withholds,
		];
		let friends = auditors
			.iter()
			.filter(|auditor| together.contains(&auditor.strategy))
			.map(|auditor| auditor.account.clone())
			.collect();
		let people = People {
			providers,
			auditors,
			outcomes: BTreeMap::new(),
			paid: 0,
			done_by: BTreeMap::new(),
			submitted: 0,
			last: false,
			answers: BTreeMap::new(),
			friends,
			newest: None,
			plan,
			accused: Vec::new(),
			session: 0,
			// Besides the block in which all have registered.
			session_ends: 1 + BLOCKS_PER_SESSION,
		};
		Self { chain, people, events: Vec::new() }
	}

	/// Lets `jobs` be submitted, so many in each block, and waits until each has come to its end.
	pub fn run(&mut self, jobs: u64, per_block: u64) {
		self.submit(jobs, per_block);
		self.settle();
	}

	/// Lets `jobs` be submitted, so many in each block.
	pub fn submit(&mut self, jobs: u64, per_block: u64) {
		let until = self.people.submitted + jobs;
		while self.people.submitted < until {
			self.block(per_block.min(until - self.people.submitted));
		}
	}

	/// Waits until each job has come to its end.
	pub fn settle(&mut self) {
		while self.is_any_open() {
			self.block(0);
		}
		// All see what the last block brought.
		self.block(0);
		self.chain.check();
	}

	/// Lets slashes of stake fall due.
	pub fn close(&mut self) {
		self.chain.pass_eras(4);
	}

	/// Whether a client's money is in escrow.
	fn is_any_open(&mut self) -> bool {
		let held = |who| pallet_jobs::Ledgers::<Runtime>::get(who).held;
		self.chain.within(|_| (0..CLIENTS).map(client).any(|who| held(who) > 0))
	}

	/// A block in which everybody does what it does, and so many jobs are submitted.
	fn block(&mut self, jobs: u64) {
		let Self { chain, people, events } = self;
		let slots = chain.within(|rng| people.act(rng, events, jobs));
		*events = chain.block(slots);
		if chain.within(|_| people.is_session_new()) {
			// A block that changes the session has no room for votes: they wait for the next.
			events.extend(chain.block(1));
			chain.within(|_| people.begin_session());
		}
	}
}

impl People {
	/// What computing costs them.
	pub fn costs(&self) -> Costs {
		self.plan.costs
	}

	/// Does what there is to do; says after how many slots the next block comes.
	fn act(&mut self, rng: &mut StdRng, events: &[RuntimeEvent], jobs: u64) -> u64 {
		self.note(events);
		self.work(rng, events);
		self.open(events);
		self.vote(rng, events);
		self.doubt(rng, events);
		(0..jobs).for_each(|_| self.ask(rng));
		self.pass_session()
	}

	/// Whether the chain has changed the session.
	fn is_session_new(&self) -> bool {
		Session::current_index() != self.session
	}

	/// In the second block of a session all say that they are there.
	fn begin_session(&mut self) {
		self.session = Session::current_index();
		let blocks = BLOCKS_PER_SESSION.max(Session::validators().len() as BlockNumber);
		self.session_ends = System::block_number() + blocks - 2;
		self.providers.iter().for_each(Provider::heartbeat);
	}

	/// After how many slots the next block comes: after a number of blocks the session's remaining
	/// slots are left out.
	fn pass_session(&self) -> u64 {
		match System::block_number() < self.session_ends {
			true => 1,
			false => time::EPOCH_SLOTS.into(),
		}
	}

	/// Clients submit a job.
	fn ask(&mut self, rng: &mut StdRng) {
		self.submitted += 1;
		let attested = rng.random_range(0..100) < self.plan.attested;
		let named = rng.random_range(0..100) < self.plan.named;
		let turn = self.submitted as usize % self.providers.len();
		let request = JobRequest {
			subnet: 0,
			model: model(),
			task: TaskKind::Chat,
			payload: Content::from(self.submitted.encode()),
			sampling: Sampling { max_output: 64, ..Default::default() },
			// What is to be attested costs its audit as well.
			max_price: MOST * Balance::from(self.plan.dearness) * if attested { 2 } else { 1 },
			deadline: System::block_number() + PATIENCE,
			assurance: if attested { Assurance::Attested } else { Assurance::Optimistic },
			privacy: Privacy::Public,
			replicas: 1,
			only: named.then(|| self.providers[turn].account.clone()),
		};
		let who = client(rng.random_range(0..CLIENTS));
		let submit = pallet_jobs::Call::submit_job { request };
		call(&who, submit).expect("clients are rich");
	}

	/// Clients pay for audits of some answers.
	fn doubt(&mut self, rng: &mut StdRng, events: &[RuntimeEvent]) {
		for event in events {
			let RuntimeEvent::Jobs(JobEvent::JobDelivered { job, .. }) = event else { continue };
			if rng.random_range(0..100) < self.plan.requested {
				let client = Jobs::job(*job).map(|job| job.client);
				let max_fee = Balance::MAX;
				// The lot may have fallen on it already.
				let _ = client.map(|who| {
					call(&who, pallet_audits::Call::request_audit { job: *job, max_fee })
				});
			}
		}
	}

	/// Workers answer, or give back, what they were given.
	fn work(&mut self, rng: &mut StdRng, events: &[RuntimeEvent]) {
		for event in events {
			match event {
				RuntimeEvent::Jobs(JobEvent::JobAssigned { job, provider, .. }) => {
					let number = self.providers.iter().position(|it| it.account == *provider);
					self.answer(rng, *job, number.expect("there are no others"));
				},
				RuntimeEvent::Providers(pallet_providers::Event::ProviderPaused {
					provider,
					by_chain: true,
				}) => {
					// Who is about to leave puts nothing up any more.
					let leaves =
						|it: &&Provider| self.last && it.strategy == providers::Strategy::ExitScam;
					let own = self.providers.iter().filter(|it| it.account == *provider);
					own.filter(|it| !leaves(it)).for_each(Provider::come_back);
				},
				_ => {},
			}
		}
	}

	fn answer(&mut self, rng: &mut StdRng, id: JobId, number: usize) {
		let Some(job) = Jobs::job(id) else { return };
		let before = self.providers[number].strategy.eq(&providers::Strategy::Replays).then(|| {
			let mut own = self.answers.values().filter(|answer| answer.provider == number);
			own.next_back().cloned()
		});
		let provider = &mut self.providers[number];
		let units = Units { input: INPUT, output: rng.random_range(8..=64) };
		let usual = providers::price(self.plan.dearness);
		let worth = reckon_economics::charge(&usual, units, Balance::MAX);
		provider.books.jobs += 1;
		let offered = Offered { attested: job.assurance == Assurance::Attested, last: self.last };
		let Some(plan) = provider.strategy.plan(rng, offered) else {
			let reason = Reason::Busy;
			call(&provider.worker, pallet_jobs::Call::decline { job: id, reason })
				.expect("in time");
			return;
		};
		let honest = plan.source == Source::Model;
		let (root, salt) = (H256(rng.random()), H256(rng.random()));
		let bound = commitment(&id.0, provider.account.as_ref(), &root.0, &salt.0);
		let mut answer = Answer {
			provider: number,
			plan,
			worth,
			root,
			salt,
			commitment: H256(bound),
			leaked: provider.strategy == providers::Strategy::Leaks
				|| (!honest && !self.friends.is_empty()),
		};
		match (plan.commits, before.flatten()) {
			(Commits::Rightly, _) => {},
			(Commits::AsBefore, Some(before)) => {
				let Answer { root, salt, commitment, .. } = before;
				answer = Answer { root, salt, commitment, ..answer };
			},
			_ => answer.commitment = H256::zero(),
		}
		let deliver = pallet_jobs::Call::deliver {
			job: id,
			delivery: Delivery {
				output: Content::from((id, number as u32).encode()),
				commitment: Some(answer.commitment),
				units,
				started_at: 1,
				finished_at: 2,
			},
		};
		call(&provider.worker, deliver).expect("it is the provider's turn");
		provider.books.worth += worth;
		provider.books.cheats += u64::from(!honest);
		provider.books.costs += self.plan.costs.of_answer(worth, honest);
		self.done_by.insert(id, number);
		self.answers.insert(id, answer);
	}

	/// Workers show what they show.
	fn open(&mut self, events: &[RuntimeEvent]) {
		for event in events {
			let RuntimeEvent::Audits(AuditEvent::OpeningAwaited { audit: id, .. }) = event else {
				continue;
			};
			let (Some(audit), Some(answer)) = (auditors::audit(*id), self.answers.get(id)) else {
				continue;
			};
			let provider = &mut self.providers[answer.provider];
			let of = |source: Source| source.fingerprint(*id, audit.challenge.0);
			let shown = match answer.plan.shows {
				Shows::Rows => of(answer.plan.source),
				Shows::AnOthers => self.newest.unwrap_or_else(|| of(answer.plan.source)),
				Shows::Nothing => continue,
				Shows::TheModels => {
					// Computed once, for all committees.
					if audit.round == 1 {
						let costs = self.plan.costs.of_answer(answer.worth, true);
						provider.books.costs += costs;
					}
					of(Source::Model)
				},
			};
			let Answer { root, salt, .. } = *answer;
			let fingerprint = Box::new(shown);
			let open = pallet_audits::Call::open_rows { job: *id, fingerprint, root, salt };
			// Refused where the root is not what was committed to.
			let _ = call(&provider.worker, open);
		}
	}

	/// Auditors commit to votes and open them, each in as few batches as there can be.
	fn vote(&mut self, rng: &mut StdRng, events: &[RuntimeEvent]) {
		let mut seated = BTreeSet::new();
		let mut due = BTreeSet::new();
		for event in events {
			let RuntimeEvent::Audits(event) = event else { continue };
			match event {
				AuditEvent::CommitteeDrawn { audit, .. } => {
					seated.insert(*audit);
					due.insert(*audit);
				},
				AuditEvent::SeatFilled { audit, .. }
				| AuditEvent::VoteCommitted { audit, .. }
				| AuditEvent::RowsOpened { audit, .. }
				| AuditEvent::VotesAwaited { audit, .. }
				| AuditEvent::VoteRevealed { audit, .. } => {
					due.insert(*audit);
				},
				_ => {},
			}
		}
		let mut commits: BTreeMap<usize, Vec<Commit>> = BTreeMap::new();
		let mut reveals: BTreeMap<usize, Vec<Reveal>> = BTreeMap::new();
		for id in due {
			let (Some(audit), Some(answer)) = (auditors::audit(id), self.answers.get(&id)) else {
				continue;
			};
			let sight = Sight {
				job: id,
				audit: &audit,
				answer,
				newest: self.newest,
				friends: &self.friends,
				pass: self.plan.costs.of_pass(answer.worth),
			};
			for (number, auditor) in self.auditors.iter_mut().enumerate() {
				let Some(seat) = audit.seats.iter().find(|seat| seat.auditor == auditor.account)
				else {
					continue;
				};
				if seated.contains(&id) {
					auditor.sit(&sight);
				}
				let round = audit.round;
				match (audit.phase, seat.ballot) {
					(Phase::Committing, Ballot::Awaited) => {
						let commit = auditor.commit(rng, &sight);
						let challenge = audit.challenge;
						let commit =
							commit.map(|blind| Commit { audit: id, round, challenge, blind });
						commits.entry(number).or_default().extend(commit);
					},
					(Phase::Revealing, Ballot::Committed(_)) => {
						let reveal = auditor.reveal(&sight);
						let reveal = reveal.zip(audit.opened).map(|((statement, salt), opened)| {
							let said = Said::of(statement.vote, &opened);
							Reveal { audit: id, round, salt, said, rows: statement.rows }
						});
						reveals.entry(number).or_default().extend(reveal);
					},
					_ => {},
				}
			}
			self.newest = audit.opened.map(|opened| opened.fingerprint).or(self.newest);
		}
		for (number, commits) in commits {
			self.send(number, COMMITS, commits, |auditor, commits, signature| {
				pallet_audits::Call::commit_votes { auditor, commits, signature }
			});
		}
		for (number, reveals) in reveals {
			self.send(number, REVEALS, reveals, |auditor, reveals, signature| {
				pallet_audits::Call::reveal_votes { auditor, reveals, signature }
			});
		}
	}

	fn send<Item: Encode + Clone>(
		&self,
		number: usize,
		purpose: &[u8],
		items: Vec<Item>,
		make: impl Fn(
			AccountId,
			Batch<Item>,
			pallet_audits::AuditSignature,
		) -> pallet_audits::Call<Runtime>,
	) {
		let Auditor { account, key, .. } = &self.auditors[number];
		for items in items.chunks(MAX_VOTES as usize) {
			let items = Batch::truncate_from(items.to_vec());
			let signed = payload(purpose, System::block_hash(0), account, &items);
			// A copied vote is refused.
			let _ = vote(make(account.clone(), items, key.sign(&signed)));
		}
	}

	/// What has become of jobs and votes.
	fn note(&mut self, events: &[RuntimeEvent]) {
		for event in events {
			match event {
				RuntimeEvent::Jobs(JobEvent::JobSettled { job, .. }) => {
					self.paid += 1;
					self.answers.remove(job);
				},
				RuntimeEvent::Jobs(JobEvent::JobRefunded { job, .. }) => {
					self.answers.remove(job);
				},
				RuntimeEvent::Audits(AuditEvent::VoteMissed { audit, auditor, .. }) => {
					self.catch(auditor, *audit);
				},
				RuntimeEvent::Audits(AuditEvent::AuditorPenalised { auditor, fraction })
					if *fraction >= WrongVoteSlash::get() =>
				{
					self.accused.push(auditor.clone());
				},
				RuntimeEvent::Audits(AuditEvent::AuditDecided { audit, outcome, .. }) => {
					for auditor in std::mem::take(&mut self.accused) {
						self.catch(&auditor, *audit);
					}
					self.decided(*audit, *outcome);
				},
				_ => {},
			}
		}
	}

	fn catch(&mut self, auditor: &AccountId, audit: JobId) {
		if let Some(own) = self.auditors.iter_mut().find(|it| it.account == *auditor) {
			own.books.caught.insert(audit);
		}
	}

	fn decided(&mut self, id: JobId, outcome: AuditOutcome) {
		let Some(answer) = self.answers.get(&id) else { return };
		let books = &mut self.providers[answer.provider].books;
		let convicted = matches!(outcome, AuditOutcome::Rejected(_));
		let honest = answer.plan.source == Source::Model;
		match honest {
			true => books.wronged += u64::from(convicted),
			false => {
				books.audited += 1;
				books.convicted += u64::from(convicted);
				books.doubted += u64::from(outcome == AuditOutcome::Doubtful);
			},
		}
		self.outcomes.insert(id, outcome);
	}
}
